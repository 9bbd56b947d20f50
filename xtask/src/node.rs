//! The Node packages of the conformance tests: exactly what the `package-lock.json` in `tests/conformance/adaptive_cards` and
//! `tests/conformance/bot_framework` pin, put under the target folder by npm. Called by the `tools` and `conformance` steps; it runs no package's scripts and leaves the checkout alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::{self, Workspace};

const ADAPTIVE_CARDS: (&str, &str) = ("tests/conformance/adaptive_cards", "conformance-node");
/// Debian's program and package are of one name.
const BROWSER: &str = "chromium";
const BOT_FRAMEWORK: (&str, &str) = ("tests/conformance/bot_framework", "conformance-bot-framework");
const FILES: [&str; 2] = ["package.json", "package-lock.json"];
/// Old enough for Debian's, new enough for `??` and `npm ci` by a lock file of version 3.
const OLDEST_MAJOR: u32 = 18;

/// Microsoft's parser of cards: the folder of the packages, for `NODE_PATH`.
pub fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    prepare_of(workspace, ADAPTIVE_CARDS)
}

/// Microsoft's verdicts on tokens, and its playground of Teams: the same, with the browser that the playground is driven in.
pub fn prepare_bot_framework(workspace: &Workspace) -> Result<PathBuf> {
    if version(BROWSER).is_err() {
        install(workspace, &[BROWSER]);
        version(BROWSER)
            .with_context(|| format!("Microsoft's playground is driven in a browser: `apt install {BROWSER}`"))?;
    }
    prepare_of(workspace, BOT_FRAMEWORK)
}

/// Made first if it is absent, half-made or of another lock file.
fn prepare_of(workspace: &Workspace, (pinned_in, made_in): (&str, &str)) -> Result<PathBuf> {
    if version("node").is_err() || version("npm").is_err() {
        install(workspace, &["nodejs", "npm"]);
    }
    let version = version("node")?;
    if major(&version).is_none_or(|major| major < OLDEST_MAJOR) {
        bail!("{}; `node` is {version}", advice());
    }
    let folder = workspace.target().join(made_in);
    let modules = folder.join("node_modules");
    let mut wanted = version;
    for name in FILES {
        let path = workspace.root.join(pinned_in).join(name);
        let text = std::fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        wanted.push_str(&text);
    }
    let stamp = folder.join("made-of.txt");
    if modules.exists() && std::fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == wanted) {
        return Ok(modules);
    }

    self::version("npm")?;
    eprintln!("    making {}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("`{}` cannot be removed", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    for name in FILES {
        std::fs::copy(workspace.root.join(pinned_in).join(name), folder.join(name))
            .with_context(|| format!("`{name}` cannot be copied to `{}`", folder.display()))?;
    }
    let mut npm = workspace.command("npm");
    npm.current_dir(&folder).args([
        "ci",
        "--silent",
        "--ignore-scripts",
        "--legacy-peer-deps",
        "--no-audit",
        "--no-fund",
    ]);
    workspace::run(&mut npm).context("the pinned Node packages cannot be installed; they come from npm's registry")?;
    // Last: a folder without its stamp was interrupted and is made again.
    std::fs::write(&stamp, wanted).with_context(|| format!("`{}` cannot be written", stamp.display()))?;
    Ok(modules)
}

/// Debian's, if this is Debian's root; whatever goes wrong is said by whoever asks for the programs then.
fn install(workspace: &Workspace, packages: &[&str]) {
    if Path::new("/usr/bin/apt-get").exists() {
        let mut apt = workspace.command("apt-get");
        apt.args(["install", "--yes", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive");
        let _ = workspace::run(&mut apt);
    }
}

/// `v20.20.2`, as the program says it.
fn version(program: &str) -> Result<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok();
    match output.filter(|output| output.status.success()) {
        Some(output) => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        None => bail!("{}; there is no `{program}` that runs", advice()),
    }
}

/// "v20.20.2" -> 20.
fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

fn advice() -> String {
    format!(
        "the conformance tests hold Teams cards to Microsoft's parser, which needs Node {OLDEST_MAJOR} or newer and npm: \
         get them with `apt install nodejs npm`"
    )
}

#[cfg(test)]
mod tests {
    use super::{advice, major, version};

    #[test]
    fn a_version_is_read_and_a_stranger_is_none() {
        assert_eq!((major("v20.20.2"), major("18.1"), major("")), (Some(20), Some(18), None));
    }

    #[test]
    fn a_missing_program_is_named_with_the_remedy() {
        let said = version("bellhop-no-such-program").unwrap_err().to_string();
        assert_eq!(said, format!("{}; there is no `bellhop-no-such-program` that runs", advice()));
    }
}
