//! What a result was measured on: processor, kernel, disk, date, commit. Without these a number says nothing.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use time::macros::format_description;

use crate::clock;
use crate::statistics::percentile;

/// Describes this machine, the disk under `directory` and the state of the source, one fact a line.
pub fn describe(directory: &Path) -> anyhow::Result<Vec<String>> {
    let cores = available_parallelism()?.get();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_else(|_| "unknown".to_owned());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown");
    let sync = sync_time(directory)?;
    Ok(vec![
        format!("Date: {} UTC", clock::utc().format(format_description!("[year]-[month]-[day] [hour]:[minute]"))?),
        format!("Commit: {}", commit()),
        format!(
            "Processor: {}, {cores} cores, shared by the server, the generator, the fake Slack and what Bellhop is compared with",
            processor()
        ),
        format!("Kernel: {}", kernel.trim()),
        format!(
            "Disk: {}; appending 4 KiB and syncing takes {:.2} ms (median)",
            file_system(directory).unwrap_or_else(|| "unknown file system".to_owned()),
            sync.as_secs_f64() * 1e3
        ),
        format!("Load average over the minute before the run: {load} (what else was running makes every number worse)"),
    ])
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, model)| model.trim().to_owned())
}

/// The commit that was built, with a note if the tree differs from it.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    match (git(&["rev-parse", "--short=12", "HEAD"]), git(&["status", "--porcelain"])) {
        (Some(commit), Some(changes)) if changes.is_empty() => commit,
        (Some(commit), _) => format!("{commit} with uncommitted changes"),
        (None, _) => "none yet".to_owned(),
    }
}

/// The median time that a small append takes to reach the disk: the floor under every single commit.
fn sync_time(directory: &Path) -> anyhow::Result<Duration> {
    const APPENDS: usize = 100;
    let path = directory.join("sync-probe");
    let mut file = File::create(&path).with_context(|| format!("cannot write in `{}`", directory.display()))?;
    let mut times = Vec::with_capacity(APPENDS);
    for _ in 0..APPENDS {
        let begun = Instant::now();
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    fs::remove_file(path)?;
    times.sort_unstable();
    percentile(&times, 50).context("no append was timed")
}

/// The type of the file system that holds `directory`.
fn file_system(directory: &Path) -> Option<String> {
    let directory = directory.canonicalize().ok()?;
    file_system_of(&directory, &fs::read_to_string("/proc/self/mounts").ok()?)
}

/// The longest mount point that `directory` is under decides; of equal ones the last mounted.
fn file_system_of(directory: &Path, mounts: &str) -> Option<String> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            Some((fields.next()?, fields.next()?))
        })
        .filter(|(mount_point, _)| directory.starts_with(mount_point))
        .max_by_key(|(mount_point, _)| mount_point.len())
        .map(|(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_names_the_file_system() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tm xfs rw 0 0\n";
        let of = |path: &str| file_system_of(Path::new(path), mounts);
        assert_eq!(of("/tmp/x/y").as_deref(), Some("tmpfs"));
        assert_eq!(of("/tmpx").as_deref(), Some("ext4"));
        assert_eq!(of("relative"), None);
    }
}
