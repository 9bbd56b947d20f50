//! A graph as SVG: the lines, the threshold, where it was crossed, and when the alarm changed its state.
//!
//! The server makes pixels of it. One font is assumed, whose widths are estimated. Colour is never alone: the threshold is
//! dashed and has its value beside it, the change of state has its name and its time.

use std::fmt::Write as _;

use super::axis::{self, ValueAxis};
use super::{MetricData, MetricGraph, MetricLine, Side, Size};
use crate::notification::text::is_hazard;

/// The name that the rasteriser knows its font by.
pub const FONT_FAMILY: &str = "Roboto";

const TITLE_SIZE: f64 = 17.0;
const TEXT_SIZE: f64 = 13.0;
/// Of a character in the font's size, on the average; wide enough for digits.
const CHARACTER_WIDTH: f64 = 0.55;
const MARGIN: f64 = 16.0;
const INK: &str = "#16191f";
const SOFT: &str = "#5f6b7a";
const GRID: &str = "#e9ebed";
const RED: &str = "#d13212";
const GREEN: &str = "#1d8102";
/// Told apart by people who see few colours too; red is the threshold's.
const LINE_COLOURS: [&str; 6] = ["#0972d3", "#e07941", "#8456ce", "#067f68", "#b1407c", "#5f6b7a"];
/// Lines that are drawn; an alarm has one, or a few in its formula.
const LINES_MAX: usize = 6;
/// Points of one line that are drawn: more than a picture has columns.
const POINTS_MAX: usize = 3000;
/// Dots at every point help as long as they do not touch.
const DOTTED_POINTS_MAX: usize = 24;

/// Draws the graph. Total: any numbers, also none, make a picture, whose size in bytes is bounded.
pub fn svg(graph: &MetricGraph, data: &MetricData, size: Size) -> String {
    let chart = Chart::new(graph, data, size);
    let mut svg = String::with_capacity(16 * 1024);
    chart.open(&mut svg);
    chart.axes(&mut svg);
    chart.band(&mut svg);
    chart.breach(&mut svg);
    chart.lines(&mut svg);
    chart.threshold(&mut svg);
    chart.change(&mut svg);
    chart.heading(&mut svg);
    if chart.lines.iter().all(|line| line.points.is_empty()) {
        let (x, y) = (f64::midpoint(chart.left, chart.right), f64::midpoint(chart.top, chart.bottom));
        text(&mut svg, (x, y), "middle", 16.0, SOFT, "No data in this time");
    }
    svg.push_str("</svg>");
    svg
}

struct Chart<'a> {
    graph: &'a MetricGraph,
    lines: Vec<&'a MetricLine>,
    /// Seconds since 1970, lowest and highest value.
    band: Vec<(i64, f64, f64)>,
    size: (f64, f64),
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    span: (i64, i64),
    axis: ValueAxis,
}

impl<'a> Chart<'a> {
    fn new(graph: &'a MetricGraph, data: &'a MetricData, size: Size) -> Self {
        let lines: Vec<_> = data.lines.iter().filter(|line| graph.is_line(&line.id)).take(LINES_MAX).collect();
        let band = band_of(graph, data);
        let span = graph.span();
        let within = |points: &'a [(i64, f64)]| points.iter().take(POINTS_MAX).map(|(_, value)| *value);
        let of_lines = lines.iter().flat_map(|line| within(&line.points));
        let of_band = band.iter().flat_map(|(_, low, high)| [*low, *high]);
        let axis = ValueAxis::around(
            of_lines.chain(of_band).chain(graph.threshold.map(|threshold| threshold.value)),
            graph.unit,
        );
        let widest = axis.ticks.iter().map(|tick| width_of(&axis.label(*tick), TEXT_SIZE)).fold(0.0, f64::max);
        let size = (f64::from(size.width), f64::from(size.height));
        let has_legend = lines.len() > 1;
        Self {
            graph,
            lines,
            band,
            size,
            left: MARGIN + widest + 8.0,
            right: size.0 - MARGIN,
            top: if has_legend { 104.0 } else { 84.0 },
            bottom: size.1 - 34.0,
            span,
            axis,
        }
    }

    fn x(&self, at: i64) -> f64 {
        let (from, to) = self.span;
        let part = seconds(at.saturating_sub(from)) / seconds(to.saturating_sub(from)).max(1.0);
        self.left + part.clamp(0.0, 1.0) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        let part = (value - self.axis.low) / (self.axis.high - self.axis.low);
        // What no axis can show (an infinity) stands on its edge.
        let part = if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) };
        self.bottom - part * (self.bottom - self.top)
    }

    fn open(&self, svg: &mut String) {
        let (width, height) = self.size;
        put(
            svg,
            format_args!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="{FONT_FAMILY}">"#
            ),
        );
        put(svg, format_args!(r##"<rect width="{width}" height="{height}" fill="#ffffff"/>"##));
        // Where lines are red.
        put(svg, format_args!(r#"<clipPath id="bad"><path d="{}" clip-rule="evenodd"/></clipPath>"#, self.bad_side()));
    }

    /// Beyond the threshold, or outside the band as far as there is one.
    fn bad_side(&self) -> String {
        if let Some(threshold) = self.graph.threshold {
            let y = self.y(threshold.value);
            let edge = match threshold.side {
                Side::Above => self.top - 6.0,
                Side::Below => self.bottom + 6.0,
            };
            return format!("M{:.1} {y:.1}H{:.1}V{edge:.1}H{:.1}Z", self.left - 6.0, self.right + 6.0, self.left - 6.0);
        }
        let mut outside = String::new();
        for run in self.band_runs() {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let (from, to) = (self.x(first.0) - 4.0, self.x(last.0) + 4.0);
            let (top, bottom) = (self.top - 6.0, self.bottom + 6.0);
            put(
                &mut outside,
                format_args!("M{from:.1} {top:.1}H{to:.1}V{bottom:.1}H{from:.1}Z{}Z", self.band_outline(run)),
            );
        }
        outside
    }

    fn band_runs(&self) -> impl Iterator<Item = &[(i64, f64, f64)]> {
        runs(&self.band, self.graph.period_seconds, |point| point.0)
    }

    fn band_outline(&self, run: &[(i64, f64, f64)]) -> String {
        let upper = run.iter().map(|(at, _, high)| (self.x(*at), self.y(*high)));
        let lower = run.iter().rev().map(|(at, low, _)| (self.x(*at), self.y(*low)));
        path(upper.chain(lower))
    }

    fn axes(&self, svg: &mut String) {
        for tick in &self.axis.ticks {
            let y = self.y(*tick);
            rule(svg, (self.left, y), (self.right, y), GRID, 1.0);
            text(svg, (self.left - 8.0, y + 4.5), "end", TEXT_SIZE, SOFT, &self.axis.label(*tick));
        }
        let mut free_from = self.left - 20.0;
        for (at, words) in axis::times(self.span.0, self.span.1) {
            let (x, half) = (self.x(at), width_of(&words, TEXT_SIZE) / 2.0);
            rule(svg, (x, self.bottom), (x, self.bottom + 5.0), SOFT, 1.0);
            if x - half >= free_from && x + half <= self.size.0 - 4.0 {
                text(svg, (x, self.bottom + 20.0), "middle", TEXT_SIZE, SOFT, &words);
                free_from = x + half + 10.0;
            }
        }
        rule(svg, (self.left, self.bottom), (self.right, self.bottom), "#9ba7b6", 1.0);
    }

    /// What was expected: a grey area behind the lines.
    fn band(&self, svg: &mut String) {
        for run in self.band_runs() {
            let outline = self.band_outline(run);
            put(svg, format_args!(r##"<path d="{outline}Z" fill="#8d99a8" fill-opacity="0.25"/>"##));
        }
    }

    /// Where the first line is beyond the threshold: the area between them.
    fn breach(&self, svg: &mut String) {
        let Some(threshold) = self.graph.threshold else { return };
        let y = self.y(threshold.value);
        for line in self.lines.iter().take(1) {
            for run in self.runs_of(line).filter(|run| run.len() > 1) {
                let over = run.iter().map(|(at, value)| (self.x(*at), self.y(*value)));
                let ends = [run.last(), run.first()].into_iter().flatten().map(|(at, _)| (self.x(*at), y));
                let outline = path(over.chain(ends));
                put(
                    svg,
                    format_args!(r#"<path d="{outline}Z" fill="{RED}" fill-opacity="0.14" clip-path="url(#bad)"/>"#),
                );
            }
        }
    }

    fn lines(&self, svg: &mut String) {
        for (line, colour) in self.lines.iter().zip(LINE_COLOURS) {
            let is_dotted = line.points.len() <= DOTTED_POINTS_MAX;
            for run in self.runs_of(line) {
                let points: Vec<(f64, f64)> = run.iter().map(|(at, value)| (self.x(*at), self.y(*value))).collect();
                self.strokes(svg, &points, colour, is_dotted);
            }
        }
    }

    /// One unbroken piece of a line, and the same in red where it is beyond the threshold.
    fn strokes(&self, svg: &mut String, points: &[(f64, f64)], colour: &str, is_dotted: bool) {
        let outline = path(points.iter().copied());
        let is_first = colour == LINE_COLOURS[0];
        let red = (is_first && (self.graph.threshold.is_some() || !self.band.is_empty()))
            .then_some((RED, r#" clip-path="url(#bad)""#));
        for (colour, clip) in std::iter::once((colour, "")).chain(red) {
            put(
                svg,
                format_args!(
                    r#"<path d="{outline}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"{clip}/>"#
                ),
            );
            for (x, y) in points.iter().filter(|_| is_dotted || points.len() == 1) {
                put(svg, format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{colour}"{clip}/>"#));
            }
        }
    }

    fn threshold(&self, svg: &mut String) {
        let Some(threshold) = self.graph.threshold else { return };
        let y = self.y(threshold.value);
        put(
            svg,
            format_args!(
                r#"<path d="M{:.1} {y:.1}H{:.1}" stroke="{RED}" stroke-width="1.6" stroke-dasharray="7 5"/>"#,
                self.left, self.right
            ),
        );
        let words = format!("alarm {}", threshold.words(self.graph.unit));
        // On the good side of the line, where nothing red is; inside the picture in any case.
        let below = y + 16.0;
        let above = y - 7.0;
        let is_below = match threshold.side {
            Side::Above => below < self.bottom - 2.0,
            Side::Below => above < self.top + TEXT_SIZE,
        };
        haloed(svg, (self.left + 6.0, if is_below { below } else { above }), "start", RED, &words);
    }

    /// When the state changed, and the last value before that: a dot, and its number where no line can cross it.
    fn change(&self, svg: &mut String) {
        let colour = if self.graph.state == "OK" { GREEN } else { RED };
        let x = self.x(self.graph.changed_at);
        rule(svg, (x, self.top - 10.0), (x, self.bottom), colour, 1.4);
        let mut words = format!("{} {}", self.graph.state, axis::clock(self.graph.changed_at));
        let is_known = |point: &&(i64, f64)| point.0 <= self.graph.changed_at && point.1.is_finite();
        let points = self.lines.first().map(|line| line.points.iter().take(POINTS_MAX));
        if let Some((at, value)) = points.and_then(|mut points| points.rfind(is_known)).copied() {
            words = format!("{words} · {}", axis::value(value, self.graph.unit));
            let dot = if self.is_bad(at, value) { RED } else { LINE_COLOURS[0] };
            let (x, y) = (self.x(at), self.y(value));
            put(
                svg,
                format_args!(
                    r##"<circle cx="{x:.1}" cy="{y:.1}" r="5" fill="{dot}" stroke="#ffffff" stroke-width="2"/>"##
                ),
            );
        }
        let half = width_of(&words, TEXT_SIZE) / 2.0;
        let middle = x.clamp(self.left + half, (self.right - half).max(self.left + half));
        text(svg, (middle, self.top - 15.0), "middle", TEXT_SIZE, colour, &words);
    }

    fn is_bad(&self, at: i64, value: f64) -> bool {
        match self.graph.threshold {
            Some(threshold) => threshold.is_crossed_by(value),
            None => self.band.iter().any(|(of, low, high)| *of == at && !(*low..=*high).contains(&value)),
        }
    }

    fn heading(&self, svg: &mut String) {
        let room = self.size.0 - 2.0 * MARGIN;
        text(svg, (MARGIN, 27.0), "start", TITLE_SIZE, INK, &fitting(&self.graph.title, TITLE_SIZE, room));
        let (from, to) = self.span;
        let (first, last) = (axis::day(from), axis::day(to.saturating_sub(1)));
        let days = if first == last { last } else { format!("{first} – {last}") };
        let place = format!(" · {} · {days}, UTC", self.graph.region);
        let name = fitting(&self.graph.alarm, TEXT_SIZE, room - width_of(&place, TEXT_SIZE));
        text(svg, (MARGIN, 46.0), "start", TEXT_SIZE, SOFT, &format!("{name}{place}"));
        if self.lines.len() < 2 {
            return;
        }
        let mut x = MARGIN;
        let share = room / seconds(i64::try_from(self.lines.len()).unwrap_or(1)) - 34.0;
        for (line, colour) in self.lines.iter().zip(LINE_COLOURS) {
            let words = fitting(&line.label, TEXT_SIZE, share);
            put(svg, format_args!(r#"<rect x="{x:.1}" y="60" width="14" height="4" rx="2" fill="{colour}"/>"#));
            text(svg, (x + 20.0, 66.5), "start", TEXT_SIZE, INK, &words);
            x += 34.0 + width_of(&words, TEXT_SIZE);
        }
    }

    fn runs_of(&self, line: &'a MetricLine) -> impl Iterator<Item = &'a [(i64, f64)]> {
        let points = line.points.get(..POINTS_MAX).unwrap_or(&line.points);
        runs(points, self.graph.period_seconds, |point| point.0)
    }
}

fn rule(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str, width: f64) {
    put(
        svg,
        format_args!(
            r#"<path d="M{:.1} {:.1}L{:.1} {:.1}" stroke="{colour}" stroke-width="{width}"/>"#,
            from.0, from.1, to.0, to.1
        ),
    );
}

fn text(svg: &mut String, at: (f64, f64), anchor: &str, size: f64, colour: &str, words: &str) {
    let (x, y) = at;
    put(
        svg,
        format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">{}</text>"#,
            Escaped(words)
        ),
    );
}

/// Words over lines, kept readable by a white edge.
fn haloed(svg: &mut String, at: (f64, f64), anchor: &str, colour: &str, words: &str) {
    let (x, y) = at;
    put(
        svg,
        format_args!(
            r##"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" font-size="{TEXT_SIZE}" fill="#ffffff" stroke="#ffffff" stroke-width="4" stroke-linejoin="round" stroke-opacity="0.9">{}</text>"##,
            Escaped(words)
        ),
    );
    text(svg, at, anchor, TEXT_SIZE, colour, words);
}

/// Of each moment the lowest and the highest of the band's series.
fn band_of(graph: &MetricGraph, data: &MetricData) -> Vec<(i64, f64, f64)> {
    let mut points = std::collections::BTreeMap::new();
    for line in data.lines.iter().filter(|line| graph.band.as_ref() == Some(&line.id)) {
        for (at, value) in line.points.iter().take(POINTS_MAX).filter(|(_, value)| value.is_finite()) {
            let (low, high) = points.entry(*at).or_insert((*value, *value));
            (*low, *high) = (low.min(*value), high.max(*value));
        }
    }
    points.into_iter().map(|(at, (low, high))| (at, low, high)).collect()
}

/// The pieces between which data is missing: nothing is drawn over a gap, as if it had been measured.
fn runs<P>(points: &[P], period_seconds: u32, at: impl Fn(&P) -> i64 + Copy) -> impl Iterator<Item = &[P]> {
    let longest = i64::from(period_seconds).saturating_mul(3) / 2;
    points.chunk_by(move |point, next| (0..=longest).contains(&at(next).saturating_sub(at(point))))
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (x, y) in points {
        let command = if path.is_empty() { 'M' } else { 'L' };
        put(&mut path, format_args!("{command}{x:.1} {y:.1}"));
    }
    path
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a month")]
fn seconds(span: i64) -> f64 {
    span as f64
}

fn width_of(words: &str, size: f64) -> f64 {
    words.chars().map(|_| size * CHARACTER_WIDTH).sum()
}

/// As much of the words as has room.
fn fitting(words: &str, size: f64, room: f64) -> String {
    let mut left = room - size;
    if width_of(words, size) <= room {
        return words.to_owned();
    }
    let fits = |_: &char| {
        left -= size * CHARACTER_WIDTH;
        left > 0.0
    };
    let mut short: String = words.chars().take_while(fits).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

fn put(svg: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = svg.write_fmt(words);
}

/// A stranger's words between tags.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                c if c.is_control() || is_hazard(c) || ('\u{fffe}'..='\u{ffff}').contains(&c) => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
