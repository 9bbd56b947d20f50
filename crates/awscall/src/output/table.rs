//! Tables drawn with `+`, `-` and `|`: a section for every list and object, those within others indented by a bar.
//!
//! Source of the form: `awscli/table.py` and `awscli/formatter.py`; `tests/conformance/test_outputs.py` compares.

use serde_json::{Map, Value};

use super::{TABLE_BYTES_MAX, is_scalar, scalar, sorted};

/// Around a cell's text.
const PADDING: usize = 4;
/// Lines of a section beside its rows: its title, its headers, three rules.
const RULES: usize = 5;

/// Hangul, the signs of East Asia, their wide forms, and pictures.
/// Source: <https://www.unicode.org/reports/tr11/>.
const WIDE: [std::ops::RangeInclusive<u32>; 11] = [
    0x1100..=0x115F,
    0x2E80..=0x303E,
    0x3041..=0xA4CF,
    0xAC00..=0xD7A3,
    0xF900..=0xFAFF,
    0xFE30..=0xFE6F,
    0xFF00..=0xFF60,
    0xFFE0..=0xFFE6,
    0x1F300..=0x1F64F,
    0x1F900..=0x1F9FF,
    0x20000..=0x3FFFD,
];

/// Wider than `width`, sections of one row stand on end: a line a column. `None`: it would be larger than [`TABLE_BYTES_MAX`].
pub(super) fn table(title: &str, value: &Value, width: usize) -> Option<String> {
    let mut table = Table { sections: Vec::new() };
    table.add(Some(title), value, 0);
    if table.width() > width {
        table.sections.iter_mut().for_each(Section::stand_on_end);
    }
    let lines: usize = table.sections.iter().map(|section| section.rows.len() + RULES).sum();
    (lines.saturating_mul(table.width()) <= TABLE_BYTES_MAX).then(|| table.drawn())
}

struct Table {
    sections: Vec<Section>,
}

#[derive(Default)]
struct Section {
    title: String,
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
    indent: usize,
}

impl Table {
    fn begin(&mut self, title: &str, indent: usize) {
        self.sections.push(Section { title: title.to_owned(), indent, ..Section::default() });
    }

    /// A section without a title where the columns are others: the AWS CLI gives up there.
    fn row(&mut self, row: Vec<String>) {
        let Some(section) = self.sections.last() else { return };
        if section.columns().is_some_and(|columns| columns != row.len()) {
            let indent = section.indent;
            self.begin("", indent);
        }
        if let Some(section) = self.sections.last_mut() {
            section.rows.push(row);
        }
    }

    fn headers(&mut self, headers: &[&String]) {
        if let Some(section) = self.sections.last_mut() {
            section.headers = headers.iter().map(|header| (*header).clone()).collect();
        }
    }

    fn add(&mut self, title: Option<&str>, value: &Value, indent: usize) {
        let is_empty = match value {
            Value::Array(all) => all.is_empty(),
            Value::Object(members) => members.is_empty(),
            Value::String(text) => text.is_empty(),
            value => value.is_null() || *value == Value::Bool(false) || value.as_f64() == Some(0.0),
        };
        if is_empty {
            return;
        }
        if let Some(title) = title {
            self.begin(title, indent);
        }
        match value {
            Value::Object(members) => self.object(members, indent),
            Value::Array(all) if all.first().is_some_and(Value::is_object) => {
                self.objects(all, indent, title.unwrap_or_default());
            }
            Value::Array(all) => all.iter().for_each(|one| self.element(one)),
            _ => {}
        }
    }

    fn element(&mut self, value: &Value) {
        match value {
            Value::Array(all) if all.iter().all(is_scalar) => self.row(all.iter().map(scalar).collect()),
            Value::Array(_) | Value::Object(_) => self.add(None, value, 0),
            value => self.row(vec![scalar(value)]),
        }
    }

    fn object(&mut self, members: &Map<String, Value>, indent: usize) {
        let (scalars, others): (Vec<_>, Vec<_>) = sorted(members).into_iter().partition(|(_, value)| is_scalar(value));
        match scalars.as_slice() {
            [] => {}
            [(name, value)] => self.row(vec![(*name).clone(), scalar(value)]),
            scalars => {
                self.headers(&scalars.iter().map(|(name, _)| *name).collect::<Vec<_>>());
                self.row(scalars.iter().map(|(_, value)| scalar(value)).collect());
            }
        }
        for (name, value) in others {
            self.add(Some(name), value, indent + 1);
        }
    }

    fn objects(&mut self, all: &[Value], indent: usize, title: &str) {
        let names = |is: fn(&Value) -> bool| {
            let members = all.iter().filter_map(Value::as_object).flatten();
            let mut names: Vec<&String> = members.filter(|(_, value)| is(value)).map(|(name, _)| name).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        let (headers, others) = (names(is_scalar), names(|value| !is_scalar(value)));
        for (at, one) in all.iter().enumerate() {
            if at > 0 && !others.is_empty() {
                self.begin(title, indent);
            }
            if at == 0 || !others.is_empty() {
                self.headers(&headers);
            }
            let Value::Object(members) = one else { continue };
            self.row(headers.iter().map(|name| members.get(*name).map(scalar).unwrap_or_default()).collect());
            for name in &others {
                if let Some(value) = members.get(*name) {
                    self.add(Some(name), value, indent + 1);
                }
            }
        }
    }

    fn width(&self) -> usize {
        self.sections.iter().map(Section::width).max().unwrap_or_default()
    }

    fn drawn(&self) -> String {
        if self.sections.is_empty() {
            return String::new();
        }
        let width = self.width();
        let mut drawn = format!("{}\n", "-".repeat(width));
        for section in &self.sections {
            section.draw(&mut drawn, width - section.indent * 2);
        }
        drawn
    }
}

impl Section {
    fn columns(&self) -> Option<usize> {
        if self.headers.is_empty() { self.rows.first().map(Vec::len) } else { Some(self.headers.len()) }
    }

    /// Of the widest text in each column, with what is around it.
    fn cells(&self) -> Vec<usize> {
        let mut widths = vec![0; self.columns().unwrap_or_default()];
        for row in self.rows.iter().chain([&self.headers]) {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = text_width(text).max(*width);
            }
        }
        widths.into_iter().map(|width| width + PADDING).collect()
    }

    fn width(&self) -> usize {
        let of_cells: usize = self.cells().into_iter().sum();
        of_cells.max(text_width(&self.title)) + 2 + self.indent * 2
    }

    fn stand_on_end(&mut self) {
        if let [row] = self.rows.as_slice()
            && !self.headers.is_empty()
        {
            let headers = std::mem::take(&mut self.headers);
            self.rows = headers.into_iter().zip(row.clone()).map(|(name, value)| vec![name, value]).collect();
        }
    }

    fn draw(&self, drawn: &mut String, width: usize) {
        let bars = "|".repeat(self.indent);
        let mut line = |text: &str| drawn.extend([&bars, text, &bars, "\n"]);
        if !self.title.is_empty() {
            line(&centered(&self.title, width, "|"));
            if self.headers.is_empty() && self.rows.is_empty() {
                line(&format!("+{}+", "-".repeat(width.saturating_sub(2))));
            }
        }
        let widths = scaled(&self.cells(), width);
        if widths.is_empty() {
            return;
        }
        let cells = |texts: &[String], cell: fn(&str, usize, &str) -> String| {
            let edges = std::iter::once("|").chain(std::iter::repeat(""));
            widths
                .iter()
                .zip(texts)
                .zip(edges)
                .map(|((width, text), edge)| cell(text, *width, edge))
                .collect::<String>()
        };
        let mut rule = String::new();
        for (at, width) in widths.iter().enumerate() {
            rule.push_str(if at == 0 { "+" } else { "" });
            rule.push_str(&"-".repeat(width.saturating_sub(if at == 0 { 2 } else { 1 })));
            rule.push('+');
        }
        if !self.headers.is_empty() {
            line(&rule);
            line(&cells(&self.headers, centered));
        }
        if !self.rows.is_empty() {
            line(&rule);
            for row in &self.rows {
                line(&cells(row, left));
            }
            line(&rule);
        }
    }
}

/// Made to fill the width: by their shares, the rest from the last on.
fn scaled(cells: &[usize], width: usize) -> Vec<usize> {
    let sum: usize = cells.iter().sum();
    if sum == 0 {
        return Vec::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "as the AWS CLI rounds; no line is 2^52 letters long")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a width is one")]
    let mut scaled: Vec<usize> =
        cells.iter().map(|cell| (width as f64 / sum as f64 * *cell as f64).round_ties_even() as usize).collect();
    while scaled.iter().sum::<usize>() > width {
        for at in 0..scaled.len() {
            if scaled.iter().sum::<usize>() > width
                && let Some(cell) = scaled.get_mut(at)
            {
                *cell = cell.saturating_sub(1);
            }
        }
    }
    while scaled.iter().sum::<usize>() < width {
        for at in (0..scaled.len()).rev() {
            if scaled.iter().sum::<usize>() < width
                && let Some(cell) = scaled.get_mut(at)
            {
                *cell += 1;
            }
        }
    }
    scaled
}

fn centered(text: &str, width: usize, edge: &str) -> String {
    let before = (width / 2).saturating_sub(text_width(text) / 2 + 1);
    let after = width.saturating_sub(edge.len() + before + text_width(text) + 1);
    format!("{edge}{}{text}{}|", " ".repeat(before), " ".repeat(after))
}

fn left(text: &str, width: usize, edge: &str) -> String {
    let taken = text_width(text) + edge.len() + 1;
    let before = if width >= taken + 2 { 2 } else { 0 };
    format!("{edge}{}{text}{}|", " ".repeat(before), " ".repeat(width.saturating_sub(taken + before)))
}

/// As a font of one width shows it: letters of East Asia and pictures are two wide.
fn text_width(text: &str) -> usize {
    let is_wide = |c: char| WIDE.iter().any(|range| range.contains(&u32::from(c)));
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}
