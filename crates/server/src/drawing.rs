//! Pixels: makes a PNG of a chart that `domain` drew as SVG.
//!
//! `app::pictures` calls it, on a thread that may block. The only font is inside the binary; no file, no address and no
//! picture that an SVG could name is ever read.

use std::sync::{Arc, LazyLock};

use domain::notification::picture::chart::FONT_FAMILY;
use domain::notification::picture::{MetricData, MetricGraph, Size, chart};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

/// Roboto, cut down; `assets/fonts/README.md` says how.
static FONT: &[u8] = include_bytes!("../assets/fonts/Roboto-Regular.ttf");

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_source(Source::Binary(Arc::new(FONT)));
    Arc::new(fonts)
});

/// Pixels of a side at most: a picture takes four bytes a pixel while it is drawn.
const SIDE_PIXELS_MAX: u32 = 2400;

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDrawn {
    #[error("a picture of {0}×{1} pixels is too large")]
    TooLarge(u32, u32),
    #[error("{0}")]
    Wrong(String),
}

/// The graph as a PNG of `size` times `scale` pixels.
pub fn draw(graph: &MetricGraph, data: &MetricData, size: Size, scale: u8) -> Result<Vec<u8>, NotDrawn> {
    let [width, height] = [size.width, size.height].map(|side| u32::from(side) * u32::from(scale));
    if width.max(height) > SIDE_PIXELS_MAX {
        return Err(NotDrawn::TooLarge(width, height));
    }
    let options = Options {
        fontdb: FONTS.clone(),
        font_family: FONT_FAMILY.to_owned(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let wrong = |error: &dyn std::fmt::Display| NotDrawn::Wrong(error.to_string());
    let tree = Tree::from_str(&chart::svg(graph, data, size), &options).map_err(|error| wrong(&error))?;
    let mut pixels = Pixmap::new(width, height).ok_or(NotDrawn::TooLarge(width, height))?;
    resvg::render(&tree, Transform::from_scale(f32::from(scale), f32::from(scale)), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| wrong(&error))
}

#[cfg(test)]
mod tests;
