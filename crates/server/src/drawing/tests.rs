//! Charts of many kinds as pixels: that they are drawn, and that what matters is seen in them.
//!
//! With `PICTURES_DIR` set, every chart is kept there to be looked at.

use domain::notification::picture::{
    MetricData, MetricGraph, MetricLine, MetricQuery, Queried, Side, Size, Threshold, Unit,
};
use resvg::tiny_skia::Pixmap;

use super::{NotDrawn, draw, draw_small, shrink};

const SIZE: Size = Size { width: 600, height: 300 };
/// 2026-11-22T18:20:16Z.
const CHANGED_AT: i64 = 1_795_371_616;

fn query(id: &str, label: &str) -> MetricQuery {
    let of = Queried::Expression("1".to_owned());
    MetricQuery { id: id.to_owned(), label: label.to_owned(), of, is_shown: true }
}

fn graph(title: &str, value: f64, side: Side, unit: Unit) -> MetricGraph {
    MetricGraph {
        title: title.to_owned(),
        alarm: "orders-db-cpu-high".to_owned(),
        state: "ALARM".to_owned(),
        account: None,
        region: "eu-west-1".to_owned(),
        queries: vec![query("m1", title)],
        threshold: Some(Threshold { value, side, is_inclusive: false }),
        band: None,
        unit,
        period_seconds: 60,
        changed_at: CHANGED_AT,
    }
}

/// `count` values up to the change of state; those that are `None` are missing.
fn line(id: &str, graph: &MetricGraph, count: i32, value: impl Fn(f64) -> Option<f64>) -> MetricLine {
    let period = i64::from(graph.period_seconds);
    let last = CHANGED_AT / period * period;
    let points = (0..count).filter_map(|index| {
        Some((last - period * i64::from(count - 1 - index), value(f64::from(index) / f64::from(count.max(2) - 1))?))
    });
    MetricLine { id: id.to_owned(), label: format!("{id} of the formula"), points: points.collect() }
}

fn png(name: &str, graph: &MetricGraph, lines: Vec<MetricLine>) -> Pixmap {
    let png = draw(graph, &MetricData { lines: lines.clone() }, SIZE, 2).unwrap();
    assert!(png.len() < 200_000, "{name}: {} bytes", png.len());
    keep(name, &png);
    in_few_colours(name, graph, &MetricData { lines });
    let pixels = Pixmap::decode_png(&png).unwrap();
    assert_eq!((pixels.width(), pixels.height()), (1200, 600));
    pixels
}

/// The same for a message that holds its picture: in all the room there is, in what an alarm's card leaves, in little.
fn in_few_colours(name: &str, graph: &MetricGraph, data: &MetricData) {
    for (bytes_max, least_width) in [(1_000_000, 1024), (9_000, 512), (5_000, 400)] {
        let png = draw_small(graph, data, bytes_max).unwrap();
        assert!(png.len() <= bytes_max, "{name}: {} bytes", png.len());
        let width = u32::from_be_bytes(png[16..20].try_into().unwrap());
        assert!(width >= least_width, "{name}: {width} pixels in {bytes_max} bytes");
        keep(&format!("{name}_{width}"), &png);
    }
}

#[expect(clippy::disallowed_methods, reason = "for people who look at the charts")]
fn keep(name: &str, png: &[u8]) {
    if let Ok(directory) = std::env::var("PICTURES_DIR") {
        std::fs::write(format!("{directory}/{name}.png"), png).unwrap();
    }
}

/// How many pixels of the picture are near a colour.
fn pixels_of(pixels: &Pixmap, [red, green, blue]: [u8; 3]) -> usize {
    let near = |is: u8, wanted: u8| is.abs_diff(wanted) < 12;
    let pixels = pixels.pixels().iter();
    pixels.filter(|pixel| near(pixel.red(), red) && near(pixel.green(), green) && near(pixel.blue(), blue)).count()
}

const BLUE: [u8; 3] = [0x09, 0x72, 0xd3];
const RED: [u8; 3] = [0xd1, 0x32, 0x12];
const BREACH: [u8; 3] = [0xf9, 0xe2, 0xde];

fn wave(part: f64) -> f64 {
    28.0 + 6.0 * (part * 23.0).sin() + 4.0 * (part * 71.0).sin()
}

#[test]
fn a_spike_is_red_above_the_threshold_and_blue_below() {
    let graph = graph("CPUUtilization (Average)", 80.0, Side::Above, Unit::Percent);
    let spike = |part: f64| Some(if part > 0.93 { 92.0 + 3.0 * (part * 90.0).sin() } else { wave(part) });
    let pixels = png("spike", &graph, vec![line("m1", &graph, 170, spike)]);
    assert!(pixels_of(&pixels, BLUE) > 3000 && pixels_of(&pixels, BREACH) > 1000, "{}", pixels_of(&pixels, BREACH));
    let calm = png("calm", &graph, vec![line("m1", &graph, 170, |part| Some(wave(part)))]);
    // Edges of red strokes have its colour too.
    assert!(pixels_of(&calm, BREACH) < 200);
}

/// What says the most is a small part of the picture.
#[test]
fn few_colours_keep_the_lines_and_the_breach() {
    let graph = graph("CPUUtilization (Average)", 80.0, Side::Above, Unit::Percent);
    let brief = |part: f64| Some(if part > 0.97 { 90.0 } else { wave(part) });
    let data = MetricData { lines: vec![line("m1", &graph, 170, brief)] };
    for bytes_max in [20_000, 9_000, 5_000] {
        let png = draw_small(&graph, &data, bytes_max).unwrap();
        keep(&format!("brief_{bytes_max}"), &png);
        let pixels = Pixmap::decode_png(&png).unwrap();
        let seen = [BLUE, RED, BREACH].map(|colour| pixels_of(&pixels, colour));
        assert!(seen[0] > 200 && seen[1] > 150 && seen[2] > 20, "{seen:?} in {bytes_max} bytes");
    }
    let (bytes_max, error) = (1_000, draw_small(&graph, &data, 1_000).unwrap_err());
    assert!(
        matches!(error, NotDrawn::TooManyBytes { bytes: 2_000..=4_999, bytes_max: max } if max == bytes_max),
        "{error}"
    );
}

#[test]
fn a_picture_of_somebody_else_is_made_smaller_or_refused() {
    let graph = graph("CPUUtilization (Average)", 80.0, Side::Above, Unit::Percent);
    let theirs = draw(&graph, &MetricData::default(), SIZE, 1).unwrap();
    let ours = shrink(&theirs, 9_000).unwrap();
    assert!(ours.len() < theirs.len() / 2, "{} of {}", ours.len(), theirs.len());
    assert!(matches!(shrink(&theirs, 900), Err(NotDrawn::TooManyBytes { .. })));
    let large = draw(&graph, &MetricData::default(), SIZE, 2).unwrap();
    assert_eq!(shrink(&large, 9_000), Err(NotDrawn::TooLarge(1200, 600)));
    let mut broken = theirs.clone();
    broken.truncate(theirs.len() / 2);
    assert!(matches!(shrink(&broken, 9_000), Err(NotDrawn::Wrong(_))));
    assert!(matches!(shrink(b"", 9_000), Err(NotDrawn::Wrong(_))));
}

#[test]
fn one_point_is_seen_and_none_says_so() {
    let graph = graph("Errors (Sum)", 1.0, Side::Above, Unit::None);
    let one = png("one_point", &graph, vec![line("m1", &graph, 1, |_| Some(7.0))]);
    let none = png("no_data", &graph, vec![]);
    assert!(pixels_of(&one, RED) > pixels_of(&none, RED) + 100);
}

#[test]
fn numbers_of_every_size_have_an_axis() {
    let huge = graph("NetworkIn (Sum)", 2.0e10, Side::Above, Unit::Bytes);
    png("huge", &huge, vec![line("m1", &huge, 120, |part| Some(wave(part) * part * 1e9))]);
    let tiny = graph("a/b", 4e-6, Side::Below, Unit::None);
    png("tiny", &tiny, vec![line("m1", &tiny, 120, |part| Some((wave(part) + 12.0 - part * 40.0) * 3e-7))]);
    let latency = graph("TargetResponseTime (p99)", 0.5, Side::Above, Unit::Seconds);
    png("latency", &latency, vec![line("m1", &latency, 180, |part| Some(0.12 + part.powi(9) * 0.9))]);
    let mut free = graph(
        "FreeStorageSpace (Minimum) of a database whose name is much longer than there is room for",
        1.0e9,
        Side::Below,
        Unit::Bytes,
    );
    free.period_seconds = 86_400;
    png("free_storage", &free, vec![line("m1", &free, 29, |part| Some(3.2e9 - part * 2.4e9))]);
}

#[test]
fn two_lines_have_a_legend_and_gaps_are_gaps() {
    let mut graph = graph("Error rate", 5.0, Side::Above, Unit::None);
    graph.queries = vec![query("m1", "m1"), query("m2", "m2")];
    graph.period_seconds = 300;
    let first = line("m1", &graph, 44, |part| (!(0.4..0.55).contains(&part)).then_some(1.0 + part.powi(6) * 7.0));
    let second = line("m2", &graph, 44, |part| Some(2.0 + (part * 9.0).sin()));
    png("two_lines", &graph, vec![first, second]);
}

#[test]
fn a_band_is_an_area_and_an_alarm_that_is_over_is_green() {
    let mut band = graph("Logins (Sum)", 0.0, Side::Above, Unit::None);
    (band.threshold, band.band) = (None, Some("ad1".to_owned()));
    band.period_seconds = 300;
    band.queries.push(query("ad1", "Logins (expected)"));
    let bound = |edge: f64| move |part: f64| Some(120.0 + 40.0 * (part * 7.0).sin() + edge);
    let seen =
        |part: f64| Some(if part > 0.9 { 20.0 } else { 122.0 + 38.0 * (part * 7.0).sin() + 9.0 * (part * 55.0).sin() });
    let lines =
        vec![line("m1", &band, 45, seen), line("ad1", &band, 45, bound(28.0)), line("ad1", &band, 45, bound(-28.0))];
    png("band", &band, lines);
    let mut over = graph("CPUUtilization (Average)", 80.0, Side::Above, Unit::Percent);
    over.state = "OK".to_owned();
    let pixels = png(
        "over",
        &over,
        vec![line("m1", &over, 170, |part| Some(if (0.4..0.8).contains(&part) { 91.0 } else { wave(part) }))],
    );
    assert!(pixels_of(&pixels, [0x1d, 0x81, 0x02]) > 300);
}

#[test]
fn a_picture_of_any_size_is_not_made() {
    let graph = graph("CPUUtilization", 80.0, Side::Above, Unit::None);
    let drawn = draw(&graph, &MetricData::default(), Size { width: 60_000, height: 60_000 }, 2);
    assert_eq!(drawn, Err(NotDrawn::TooLarge(120_000, 120_000)));
}
