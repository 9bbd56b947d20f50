//! PNGs of few colours, for a platform whose messages hold their pictures: a tenth of what the same pixels take otherwise.
//!
//! `drawing` calls it. A chart is lines on white: what is lost are shades of their edges.

use std::collections::BTreeMap;

use resvg::tiny_skia::Pixmap;

use super::NotDrawn;

/// Four bits a pixel.
const COLOURS_MAX: usize = 16;
/// Of a pixel whose neighbours to the left and above are as it is.
const AREA_WEIGHT: u64 = 16;

type Colour = [u8; 3];

/// The pixels, on white, as a PNG with a palette.
pub(super) fn encode(pixels: &Pixmap) -> Result<Vec<u8>, NotDrawn> {
    let colours: Vec<Colour> = pixels.pixels().iter().map(|pixel| on_white(*pixel)).collect();
    let width = usize::try_from(pixels.width()).unwrap_or(usize::MAX).max(1);
    let weights = weights(&colours, width);
    let palette = palette(&weights);
    let nearest: BTreeMap<Colour, u8> =
        weights.keys().map(|colour| (*colour, nearest(&palette, *colour).map_or(0, |(index, _)| index))).collect();
    let mut packed = Vec::with_capacity(colours.len().div_ceil(2));
    for row in colours.chunks(width) {
        for pair in row.chunks(2) {
            let index = |at: usize| pair.get(at).and_then(|colour| nearest.get(colour)).copied().unwrap_or(0);
            packed.push(index(0) << 4 | index(1));
        }
    }
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    // Filters help where colours run into each other; numbers of a palette do not.
    encoder.set_filter(png::Filter::NoFilter);
    let wrong = |error: png::EncodingError| NotDrawn::Wrong(error.to_string());
    let mut writer = encoder.write_header().map_err(wrong)?;
    writer.write_image_data(&packed).map_err(wrong)?;
    writer.finish().map_err(wrong)?;
    Ok(png)
}

/// How much each colour is seen. Areas count for more than edges: a small one that is shaded says something, an edge's shades only
/// make it smooth.
fn weights(colours: &[Colour], width: usize) -> BTreeMap<Colour, u64> {
    let mut weights: BTreeMap<Colour, u64> = BTreeMap::new();
    for (at, colour) in colours.iter().enumerate() {
        let is_same = |before: usize| at.checked_sub(before).and_then(|other| colours.get(other)) == Some(colour);
        *weights.entry(*colour).or_default() += if is_same(1) && is_same(width) { AREA_WEIGHT } else { 1 };
    }
    weights
}

/// The weightiest colour, then again and again the one that is far off and weighty: the error that is left is small, and every
/// line keeps its own colour.
fn palette(weights: &BTreeMap<Colour, u64>) -> Vec<Colour> {
    let mut palette: Vec<Colour> = Vec::with_capacity(COLOURS_MAX);
    while palette.len() < COLOURS_MAX {
        let error = |(colour, weight): (&Colour, &u64)| match nearest(&palette, *colour) {
            Some((_, distance)) => weight * u64::from(distance),
            None => *weight,
        };
        match weights.iter().map(|entry| (error(entry), *entry.0)).max() {
            Some((error, colour)) if error > 0 => palette.push(colour),
            _ => break,
        }
    }
    palette
}

/// Which of the palette a colour is nearest to, and the square of how far off it is.
fn nearest(palette: &[Colour], colour: Colour) -> Option<(u8, u32)> {
    let distance =
        |other: &Colour| colour.iter().zip(other).map(|(is, wanted)| u32::from(is.abs_diff(*wanted)).pow(2)).sum();
    (0u8..)
        .zip(palette)
        .map(|(index, other)| (index, distance(other)))
        .min_by_key(|(_, distance): &(u8, u32)| *distance)
}

fn on_white(pixel: resvg::tiny_skia::PremultipliedColorU8) -> Colour {
    let white = u8::MAX - pixel.alpha();
    [pixel.red(), pixel.green(), pixel.blue()].map(|part| part.saturating_add(white))
}
