//! Pixels: makes a PNG of a chart that `domain` drew as SVG.
//!
//! `app::pictures` calls it, on a thread that may block. The only font is inside the binary; no file, no address and no
//! picture that an SVG could name is ever read.

mod palette;

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
    #[error("the smallest picture has {bytes} bytes, and there is room for {bytes_max}")]
    TooManyBytes { bytes: usize, bytes_max: usize },
    #[error("{0}")]
    Wrong(String),
}

/// What a message that holds its own picture may have, the finest first: the size and how many pixels it has a unit.
/// Microsoft Teams shows no more than 1024 pixels a side:
/// <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format>.
const SMALL: [(Size, f32); 4] = [
    (Size { width: 512, height: 256 }, 2.0),
    (Size { width: 512, height: 256 }, 1.5),
    (Size { width: 512, height: 256 }, 1.0),
    (Size { width: 400, height: 200 }, 1.0),
];
const SMALL_SIDE_PIXELS_MAX: u32 = 1024;

/// The graph as a PNG of `size` times `scale` pixels.
pub fn draw(graph: &MetricGraph, data: &MetricData, size: Size, scale: u8) -> Result<Vec<u8>, NotDrawn> {
    pixels(graph, data, size, f32::from(scale))?.encode_png().map_err(|error| wrong(&error))
}

/// The graph as a PNG of few colours, as fine as so many bytes can hold.
pub fn draw_small(graph: &MetricGraph, data: &MetricData, bytes_max: usize) -> Result<Vec<u8>, NotDrawn> {
    let mut least = usize::MAX;
    for (size, scale) in SMALL {
        let png = palette::encode(&pixels(graph, data, size, scale)?)?;
        if png.len() <= bytes_max {
            return Ok(png);
        }
        least = least.min(png.len());
    }
    Err(NotDrawn::TooManyBytes { bytes: least, bytes_max })
}

/// A picture that somebody else drew, in few colours, if so many bytes can hold it.
pub fn shrink(png: &[u8], bytes_max: usize) -> Result<Vec<u8>, NotDrawn> {
    // Looked at before its pixels have memory.
    let sides = png.get(16..24).and_then(|sides| sides.as_chunks::<4>().0.as_array::<2>().copied());
    let [width, height] = sides.unwrap_or_default().map(u32::from_be_bytes);
    if width.max(height) > SMALL_SIDE_PIXELS_MAX {
        return Err(NotDrawn::TooLarge(width, height));
    }
    let small = palette::encode(&Pixmap::decode_png(png).map_err(|error| wrong(&error))?)?;
    if small.len() > bytes_max {
        return Err(NotDrawn::TooManyBytes { bytes: small.len(), bytes_max });
    }
    Ok(small)
}

fn pixels(graph: &MetricGraph, data: &MetricData, size: Size, scale: f32) -> Result<Pixmap, NotDrawn> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sides of 16 bits, and a cast saturates"
    )]
    let [width, height] = [size.width, size.height].map(|side| (f32::from(side) * scale).round() as u32);
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
    let tree = Tree::from_str(&chart::svg(graph, data, size), &options).map_err(|error| wrong(&error))?;
    let mut pixels = Pixmap::new(width, height).ok_or(NotDrawn::TooLarge(width, height))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    Ok(pixels)
}

fn wrong(error: &dyn std::fmt::Display) -> NotDrawn {
    NotDrawn::Wrong(error.to_string())
}

#[cfg(test)]
mod tests;
