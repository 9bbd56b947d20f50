//! Puts Microsoft's renderer of Adaptive Cards where `inbound/sandbox/page.rs` includes it from. Called by cargo.
//!
//! It is Microsoft's (MIT) and not of this repository: taken from `BELLHOP_ADAPTIVECARDS_JS`, else from the packages that `cargo xtask`
//! installs for the conformance tests, else by npm with the same lock file, whose digest npm checks. Without any of them the build
//! goes on, and the sandbox's page says what is missing. It never fails for want of npm or of a network.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

const NAMED: &str = "BELLHOP_ADAPTIVECARDS_JS";
/// Pins the version and its digest; shared with the conformance tests.
const LOCKED: &str = "../../tests/conformance/adaptive_cards";
const LOCK_FILES: [&str; 2] = ["package.json", "package-lock.json"];
const SCRIPT: &str = "adaptivecards/dist/adaptivecards.min.js";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed={NAMED}");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(variable("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?);
    for name in LOCK_FILES {
        let path = Path::new(LOCKED).join(name);
        // A path that is not there would run this at each build.
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    let script = named().or_else(|| installed(&out)).or_else(|| by_npm(&out)).unwrap_or_default();
    fs::write(out.join("adaptivecards.min.js"), script)
}

#[expect(clippy::disallowed_methods, reason = "a build script is told by its environment")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A file that is named and cannot be read is said to be: somebody meant it.
fn named() -> Option<String> {
    let path = variable(NAMED)?;
    println!("cargo::rerun-if-changed={path}");
    match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) => {
            println!("cargo::warning={NAMED} names `{path}`, which cannot be read: {error}");
            None
        }
    }
}

/// Of the target folder, under which `OUT_DIR` is.
fn installed(out: &Path) -> Option<String> {
    out.ancestors().find_map(|folder| {
        let path = folder.join("conformance-node/node_modules").join(SCRIPT);
        fs::read_to_string(path).ok()
    })
}

/// What npm does not have within seconds, it does not have: a build must not wait for a registry that is out of reach.
fn by_npm(out: &Path) -> Option<String> {
    let folder = out.join("npm");
    fs::create_dir_all(&folder).ok()?;
    for name in LOCK_FILES {
        fs::copy(Path::new(LOCKED).join(name), folder.join(name)).ok()?;
    }
    let done = Command::new("npm")
        .current_dir(&folder)
        .args(["ci", "--silent", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"])
        .args(["--prefer-offline", "--fetch-retries=0", "--fetch-timeout=10000"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !done.is_ok_and(|status| status.success()) {
        return None;
    }
    fs::read_to_string(folder.join("node_modules").join(SCRIPT)).ok()
}
