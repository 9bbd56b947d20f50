//! The pictures of the page on sources: `bellhop render --html` of the worst fixture of each, seen by Chromium, made small by pngquant.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::sources::{self, Source};
use crate::workspace::{self, Workspace};

const FOLDER: &str = "docs/images/sources";
/// Three messages side by side, as high as most are.
const WINDOW: &str = "1440,900";
/// A page of fifty pictures is read on a screen, not printed: smaller, and in few colours.
const SCALE: &str = "0.75";
const COLOURS: &str = "48";
/// Debian's package, and what others call it.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

pub fn write(workspace: &Workspace, sources: &[Source]) -> Result<()> {
    let folder = workspace.root.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    let scratch = workspace.root.join("target/pictures");
    std::fs::create_dir_all(&scratch)?;
    let browser = browser(workspace)?;
    for source in sources {
        let fixture = sources::pictured(workspace, &source.name)?;
        let page = scratch.join(format!("{}.html", source.name));
        let render = ["render".as_ref(), fixture.as_os_str(), "--html".as_ref(), page.as_os_str()];
        workspace::run(workspace.command(super::binary(workspace)).args(render))?;
        shoot(workspace, browser, &page, &folder.join(format!("{}.png", source.name)), &scratch)?;
    }
    eprintln!("    wrote {} pictures into {FOLDER}", sources.len());
    Ok(())
}

fn shoot(workspace: &Workspace, browser: &str, page: &Path, picture: &Path, scratch: &Path) -> Result<()> {
    let mut chromium = workspace.command(browser);
    chromium
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--no-first-run", "--virtual-time-budget=3000"])
        .env("TZ", "UTC")
        .arg(format!("--window-size={WINDOW}"))
        .arg(format!("--force-device-scale-factor={SCALE}"))
        .arg(format!("--user-data-dir={}", scratch.join("profile").display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}", page.display()));
    workspace::output(&mut chromium).with_context(|| format!("no picture of {}", page.display()))?;
    if !picture.exists() {
        bail!("{browser} made no picture of {}", page.display());
    }
    let mut smaller = workspace.command("pngquant");
    smaller.args(["--force", "--speed", "1", "--strip", "--output"]).arg(picture).arg(COLOURS).arg(picture);
    workspace::output(&mut smaller).context("pictures need pngquant: `apt-get install pngquant`")?;
    Ok(())
}

fn browser(workspace: &Workspace) -> Result<&'static str> {
    let answers = |name: &&str| workspace::output(workspace.command(*name).arg("--version")).is_ok();
    let found = BROWSERS.into_iter().find(answers);
    found.context("pictures need Chromium: `apt-get install chromium`")
}
