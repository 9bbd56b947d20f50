//! The two icons of the app, drawn here: a porter's bell. Microsoft asks for 192×192 pixels in colour, and for 32×32 of white lines
//! on nothing.
//!
//! Source: <https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons>.

use anyhow::Context as _;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// What matters stands in the middle 120 pixels; Teams rounds the corners.
const COLOR: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="192" height="192" viewBox="0 0 192 192">
<rect width="192" height="192" fill="#1F4E79"/>
<circle cx="96" cy="55" r="9" fill="#F2C14E"/>
<rect x="91" y="60" width="10" height="16" fill="#F2C14E"/>
<path d="M46 122a50 50 0 0 1 100 0z" fill="#F2C14E"/>
<path d="M60 112a38 38 0 0 1 26-27" fill="none" stroke="#FFFFFF" stroke-width="6" stroke-linecap="round"/>
<rect x="38" y="128" width="116" height="14" rx="7" fill="#FFFFFF"/>
</svg>"##;
const OUTLINE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32">
<g fill="none" stroke="#FFFFFF" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
<path d="M16 8V5M13.5 5h5M6 21a10 10 0 0 1 20 0zM4 26h24"/>
</g></svg>"##;

pub(super) fn color() -> anyhow::Result<Vec<u8>> {
    png(COLOR, 192)
}

pub(super) fn outline() -> anyhow::Result<Vec<u8>> {
    png(OUTLINE, 32)
}

fn png(svg: &str, side: u32) -> anyhow::Result<Vec<u8>> {
    let tree = Tree::from_str(svg, &Options::default())?;
    let mut pixels = Pixmap::new(side, side).context("no memory for an icon")?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    Ok(pixels.encode_png()?)
}
