//! Where the page goes: to a file, and to the browser.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::cli::say;

/// Writes the page and opens it if that is wanted. A browser that cannot be started is no error: the path is said.
pub fn deliver(page: &str, file: Option<&Path>, open: bool) -> anyhow::Result<()> {
    let path = match file {
        Some(file) => {
            std::fs::write(file, page).with_context(|| format!("cannot write `{}`", file.display()))?;
            file.to_owned()
        }
        None => temporary(page)?,
    };
    let shown = path.display();
    if open && !opened(&path) {
        say(&format!("no browser could be started: open {shown} in one"));
    } else {
        say(&format!("wrote {shown}"));
    }
    Ok(())
}

/// It stays when the command ends: the browser reads it after that.
fn temporary(page: &str) -> anyhow::Result<PathBuf> {
    let mut file = tempfile::Builder::new().prefix("bellhop-").suffix(".html").tempfile()?;
    file.write_all(page.as_bytes())?;
    Ok(file.into_temp_path().keep()?)
}

fn opened(path: &Path) -> bool {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(target_os = "windows") {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut command = Command::new(opener);
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success() || cfg!(target_os = "windows"))
}
