//! The processes of a run: started, timed until they say they are ready, looked at, ended. A process never outlives the
//! value that stands for it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

const READY_WITHIN: Duration = Duration::from_secs(30);
const ENDED_WITHIN: Duration = Duration::from_secs(20);
/// `USER_HZ`, which Linux has fixed for programs.
const TICKS_PER_SECOND: u64 = 100;

/// A running process that has said where it listens.
pub struct Process {
    child: Child,
    name: &'static str,
    pub address: SocketAddr,
    /// From just before the process was made to the moment its ready line was read.
    pub time_to_ready: Duration,
}

/// What a process prints on standard output once it can be spoken to: the same line that Bellhop prints.
pub fn announce(name: &str, address: SocketAddr) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{name} ready http://{address}")?;
    stdout.flush()?;
    Ok(())
}

impl Process {
    /// Starts a process and waits for its ready line; its standard error goes to `log`.
    pub fn start(name: &'static str, command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        let log_file = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log_file);
        let started = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start {name}, {command:?}"))?;
        let stdout = child.stdout.take().context("standard output was not piped")?;
        // From here on dropping ends the child, whatever fails.
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut process = Self { child, name, address: unknown, time_to_ready: Duration::ZERO };

        let (sender, lines) = mpsc::channel();
        thread::Builder::new().name(format!("{name}-output")).spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // What is printed after the ready line is read all the same: a full pipe would stop the process.
                let _ = sender.send((Instant::now(), line));
            }
        })?;
        let marker = format!("{name} ready http://");
        loop {
            let Ok((at, line)) = lines.recv_timeout(READY_WITHIN.saturating_sub(started.elapsed())) else {
                bail!("{name} did not say that it is ready; its log ends:\n{}", tail(log));
            };
            if let Some(address) = line.strip_prefix(&marker) {
                process.address = address.trim().parse().with_context(|| format!("{name} says `{line}`"))?;
                process.time_to_ready = at - started;
                return Ok(process);
            }
        }
    }

    /// Starts a process that announces nothing and waits until something accepts connections at `address`, which it was
    /// told to listen on; both its outputs go to `log`.
    pub fn start_at(
        name: &'static str,
        command: &mut Command,
        address: SocketAddr,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let log_file = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(log_file.try_clone()?).stderr(log_file);
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {name}, {command:?}"))?;
        let mut process = Self { child, name, address, time_to_ready: Duration::ZERO };
        while TcpStream::connect(address).is_err() {
            let ended = process.child.try_wait()?.is_some();
            ensure!(
                !ended && started.elapsed() < READY_WITHIN,
                "{name} does not listen on {address}; its log ends:\n{}",
                tail(log)
            );
            thread::sleep(Duration::from_millis(50));
        }
        process.time_to_ready = started.elapsed();
        Ok(process)
    }

    /// Resident memory now, in bytes.
    pub fn resident_bytes(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("resident memory is read from /proc, which this system does not have")?;
        bytes_of(&status, "VmRSS:").with_context(|| format!("no VmRSS for {}", self.name))
    }

    /// The most resident memory so far, in bytes.
    pub fn peak_bytes(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        bytes_of(&status, "VmHWM:").with_context(|| format!("no VmHWM for {}", self.name))
    }

    /// The processor time that the process has taken so far, its own and the kernel's for it.
    pub fn cpu_time(&self) -> anyhow::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))
            .context("processor time is read from /proc, which this system does not have")?;
        cpu_time_of(&stat).with_context(|| format!("no processor time for {}", self.name))
    }

    /// Asks the process to end, as a service manager does, and waits until it has.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().context("cannot run `kill`")?;
        ensure!(asked.success(), "`kill -TERM` failed for {}", self.name);
        let asked_at = Instant::now();
        while self.child.try_wait()?.is_none() {
            ensure!(asked_at.elapsed() < ENDED_WITHIN, "{} did not end within {ENDED_WITHIN:?} of SIGTERM", self.name);
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Ends the process with SIGKILL: it has no chance to finish or to write anything.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Resident memory of this very process, in bytes.
pub fn own_resident_bytes() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("resident memory is read from /proc")?;
    bytes_of(&status, "VmRSS:").context("no VmRSS of this process")
}

/// A port that nothing listens on now. Another process could take it before it is used; then the start fails and says so.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// `VmRSS:     38912 kB` of /proc/PID/status, in bytes.
fn bytes_of(status: &str, name: &str) -> Option<u64> {
    let kilobytes = status.lines().find_map(|line| line.strip_prefix(name))?.trim().strip_suffix(" kB")?;
    kilobytes.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// The fields utime and stime of /proc/PID/stat, which come 11th and 12th after the name in parentheses.
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
fn cpu_time_of(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).map(|field| field.parse().unwrap_or(0)).sum();
    Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// The last lines of a log.
pub fn tail(log: &Path) -> String {
    const LINES: usize = 15;
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_process_is_ready_when_its_line_says_so() {
        let directory = tempfile::tempdir().expect("a directory");
        let script = "echo starting; sleep 0.2; echo thing ready http://127.0.0.1:4750; exec sleep 60";
        let process = Process::start("thing", &mut shell(script), &directory.path().join("log")).expect("ready");
        assert_eq!(process.address.port(), 4750);
        assert!(process.time_to_ready >= Duration::from_millis(200), "{:?}", process.time_to_ready);
        assert!(process.resident_bytes().expect("memory") > 0);
        process.stop().expect("SIGTERM ends it");
    }

    #[test]
    fn a_process_that_ends_early_shows_its_log() {
        let directory = tempfile::tempdir().expect("a directory");
        let outcome =
            Process::start("thing", &mut shell("echo no such key >&2; exit 2"), &directory.path().join("log"));
        let error = outcome.err().expect("it was never ready").to_string();
        assert!(error.contains("no such key"), "{error}");
    }

    #[test]
    fn a_process_that_announces_nothing_is_ready_when_it_listens() {
        let directory = tempfile::tempdir().expect("a directory");
        let log = directory.path().join("log");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        Process::start_at("thing", &mut shell("exec sleep 60"), address, &log).expect("ready").stop().expect("ended");

        drop(listener);
        let outcome = Process::start_at("thing", &mut shell("echo no such module >&2; exit 1"), address, &log);
        let error = outcome.err().expect("it never listened").to_string();
        assert!(error.contains("no such module"), "{error}");
    }

    #[test]
    fn resident_memory_is_read_in_bytes() {
        let status = "Name:\tbellhop\nVmHWM:\t   50000 kB\nVmRSS:\t   38912 kB\nThreads:\t4\n";
        assert_eq!(bytes_of(status, "VmRSS:"), Some(38_912 * 1024));
        assert_eq!(bytes_of(status, "VmHWM:"), Some(50_000 * 1024));
        assert_eq!(bytes_of("Name:\tbellhop\n", "VmRSS:"), None);
    }

    #[test]
    fn processor_time_is_the_programs_and_the_kernels() {
        let stat = "4750 (bell) hop) S 1 2 3 4 5 6 7 8 9 10 250 50 70 80 20 0 9 0 12345 1 2\n";
        assert_eq!(cpu_time_of(stat), Some(Duration::from_secs(3)));
        assert_eq!(cpu_time_of("4750"), None);
    }
}
