//! A PostgreSQL server for the tests: found or installed, made empty, ended with the run. The `rust` and `conformance` steps
//! start one and name it in the environment; it listens on a loopback address and keeps nothing.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::workspace::{self, Workspace, environment};

/// Where the tests read its address, and where its programs are.
pub const URL_VARIABLE: &str = "TEST_POSTGRES_URL";
pub const PROGRAMS_VARIABLE: &str = "TEST_POSTGRES_PROGRAMS";
/// The oldest release that PostgreSQL's people still mend when this was written.
const OLDEST: u32 = 14;
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Debian's place: `VERSION/bin`, not on PATH.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Many databases are open at once.
const SETTINGS: [&str; 3] = ["max_connections=300", "unix_socket_directories=", "listen_addresses=127.0.0.1"];
/// The tests' data may be lost.
const CARELESS: [&str; 2] = ["fsync=off", "full_page_writes=off"];

/// A running server.
pub struct Postgres {
    child: Child,
    data: PathBuf,
    pub url: String,
    pub programs: PathBuf,
}

/// The folder of `initdb` and `postgres`; installed from Debian's packages if they are not there and this is Debian's root.
pub fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(programs) = find() {
        return Ok(programs);
    }
    let install = "apt-get install --yes --no-install-recommends postgresql";
    if Path::new("/usr/bin/apt-get").exists() && user_id("")? == 0 {
        eprintln!("    PostgreSQL: {install}");
        let mut words = install.split(' ');
        let mut apt = workspace.command(words.next().unwrap_or_default());
        workspace::run(apt.args(words).env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    find().with_context(|| {
        format!("the tests need PostgreSQL {OLDEST} or newer: `initdb` and `postgres` on PATH; on Debian: `{install}`")
    })
}

fn find() -> Option<PathBuf> {
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            Some((folder.file_name()?.to_str()?.parse().ok()?, folder.join("bin")))
        })
        .filter(|(version, _)| *version >= OLDEST)
        .collect();
    debian.sort();
    let on_path = environment("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    debian
        .into_iter()
        .rev()
        .map(|(_, programs)| programs)
        .chain(on_path)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}

impl Postgres {
    /// For tests: nothing of it need survive.
    pub fn start(workspace: &Workspace) -> Result<Self> {
        Self::start_with(workspace, &CARELESS)
    }

    /// For measurements: a commit is on the disk.
    pub fn start_durable(workspace: &Workspace) -> Result<Self> {
        Self::start_with(workspace, &[])
    }

    fn start_with(workspace: &Workspace, settings: &[&str]) -> Result<Self> {
        let programs = prepare(workspace)?;
        let data = std::env::temp_dir().join(format!("bellhop-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&data).with_context(|| format!("`{}` cannot be made", data.display()))?;
        let run_as = unprivileged(&data)?;
        let program = |name: &str| {
            let mut command = Command::new(programs.join(name));
            command.current_dir(&data).stdin(Stdio::null()).stdout(Stdio::null());
            #[cfg(unix)]
            if let Some((user, group)) = run_as {
                std::os::unix::process::CommandExt::uid(&mut command, user);
                std::os::unix::process::CommandExt::gid(&mut command, group);
            }
            command
        };
        let mut initdb = program("initdb");
        initdb.args(["--auth=trust", "--username=bellhop", "--encoding=UTF8", "--no-sync", "--pgdata"]).arg(&data);
        workspace::run(&mut initdb)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let log = std::fs::File::create(workspace.target().join("postgres.log"))?;
        let mut server = program("postgres");
        server.arg("-D").arg(&data).args(["-p", &port.to_string()]).stderr(log);
        for setting in SETTINGS.iter().chain(settings) {
            server.args(["-c", setting]);
        }
        let child = server.spawn().context("`postgres` cannot be started")?;
        let mut postgres = Self { child, data, url: format!("postgres://bellhop@127.0.0.1:{port}/postgres"), programs };
        postgres.wait_for(port, workspace)?;
        Ok(postgres)
    }

    fn wait_for(&mut self, port: u16, workspace: &Workspace) -> Result<()> {
        let end = Instant::now() + START_TIMEOUT;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                bail!("`postgres` ended with {status}; see `{}`", workspace.target().join("postgres.log").display());
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("`postgres` did not listen within {} s", START_TIMEOUT.as_secs())
    }

    /// Tells a test program where the server is.
    pub fn name_to<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env(URL_VARIABLE, &self.url).env(PROGRAMS_VARIABLE, &self.programs)
    }

    /// Runs until a line or the end of standard input: `cargo xtask postgres`.
    pub fn serve(self) -> Result<()> {
        let mut out = std::io::stdout();
        writeln!(out, "export {URL_VARIABLE}={} {PROGRAMS_VARIABLE}={}", self.url, self.programs.display())?;
        out.flush()?;
        std::io::stdin().read_line(&mut String::new())?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// PostgreSQL refuses to run as root: then it runs as the user that Debian's package made, who gets the folder.
fn unprivileged(data: &Path) -> Result<Option<(u32, u32)>> {
    if user_id("")? != 0 {
        return Ok(None);
    }
    let user = user_id("postgres").context("root cannot run PostgreSQL, and there is no user `postgres`")?;
    #[cfg(unix)]
    std::os::unix::fs::chown(data, Some(user), None)?;
    let group = workspace::output(Command::new("id").args(["-g", "postgres"]))?;
    Ok(Some((user, group.trim().parse()?)))
}

/// The number of a user; of nobody by name, our own.
fn user_id(name: &str) -> Result<u32> {
    let mut id = Command::new("id");
    id.arg("-u");
    if !name.is_empty() {
        id.arg(name);
    }
    Ok(workspace::output(&mut id)?.trim().parse()?)
}
