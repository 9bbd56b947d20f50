//! The tables: printed, and kept in a page of the documentation between two markers. Formats; never measures.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context as _;

/// What stands around the table in the page; everything between is replaced by each run.
const BEGIN: &str = "<!-- measured: begin, written by `cargo xtask bench`, do not edit -->";
const END: &str = "<!-- measured: end -->";

/// The page that is made if there is none yet.
const NEW_PAGE: &str =
    "# Performance\n\nWhat Bellhop does on one named machine, measured by a command that anyone can repeat.\n";

/// One line of the table.
#[derive(Default)]
pub struct Row {
    pub what: String,
    pub result: String,
    pub aim: &'static str,
    pub bare: String,
    pub ratio: String,
    /// What another program does meanwhile, by its name, and how many times Bellhop does it.
    pub other: String,
    pub other_ratio: String,
}

/// One line of the second table: the same with few configurations and with many.
#[derive(Default)]
pub struct Growth {
    pub what: String,
    pub few: String,
    pub many: String,
    /// Many to few.
    pub ratio: String,
}

/// What was measured so far.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
    /// What the columns of `growths` are headed, few and many.
    growth_heads: [String; 2],
    growths: Vec<Growth>,
    notes: Vec<String>,
}

impl Report {
    /// Adds a line, and says so at once: a whole run takes minutes.
    pub fn row(&mut self, row: Row) {
        eprintln!("  {}: {}", row.what, row.result);
        self.rows.push(row);
    }

    /// Begins the second table.
    pub fn growth_heads(&mut self, few_and_many: [String; 2]) {
        self.growth_heads = few_and_many;
    }

    /// Adds a line to the second table.
    pub fn growth(&mut self, growth: Growth) {
        eprintln!("  {}: {}, then {}", growth.what, growth.few, growth.many);
        self.growths.push(growth);
    }

    /// Adds a remark under the table.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        eprintln!("  {note}");
        self.notes.push(note);
    }

    /// The tables with their remarks and the facts about the machine, as Markdown.
    pub fn markdown(&self, command: &str, machine: &[String]) -> String {
        let mut text = String::new();
        if !self.rows.is_empty() {
            text.push_str("| What | Bellhop | Aim | Bare axum handler | Ratio | Another program | Ratio |\n");
            text.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        }
        for Row { what, result, aim, bare, ratio, other, other_ratio } in &self.rows {
            let _ = writeln!(text, "| {what} | {result} | {aim} | {bare} | {ratio} | {other} | {other_ratio} |");
        }
        if !self.growths.is_empty() {
            let [few, many] = &self.growth_heads;
            let break_before = if text.is_empty() { "" } else { "\n" };
            let _ =
                writeln!(text, "{break_before}| What | {few} | {many} | Ratio, aim 1 |\n| --- | ---: | ---: | ---: |");
        }
        for Growth { what, few, many, ratio } in &self.growths {
            let _ = writeln!(text, "| {what} | {few} | {many} | {ratio} |");
        }
        text.push('\n');
        for line in self.notes.iter().chain(machine) {
            let _ = writeln!(text, "- {line}");
        }
        let _ = writeln!(text, "- Reproduce: `{command}`");
        text
    }
}

/// Puts the table into the page, which is made if it is missing.
pub fn write(page: &Path, table: &str) -> anyhow::Result<()> {
    let current = match fs::read_to_string(page) {
        Ok(current) => current,
        Err(error) if error.kind() == ErrorKind::NotFound => format!("{NEW_PAGE}\n{BEGIN}\n{END}\n"),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", page.display())),
    };
    let replaced = replace(&current, table).with_context(|| {
        format!(
            "`{}` lacks the lines `{BEGIN}` and `{END}`, in this order; put them where the table belongs",
            page.display()
        )
    })?;
    if let Some(directory) = page.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(page, replaced).with_context(|| format!("cannot write `{}`", page.display()))
}

fn replace(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", table.trim_end()))
}

/// `12,345/s`
pub fn per_second(rate: f64) -> String {
    if rate.is_finite() { thousands(&format!("{rate:.0}")) + "/s" } else { "not measured".to_owned() }
}

/// `100,000`
pub fn count(number: usize) -> String {
    thousands(&number.to_string())
}

fn thousands(digits: &str) -> String {
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `0.31 ms`, `4.7 ms`, `120 ms`: three digits at most say something.
pub fn milliseconds(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => "not measured".to_owned(),
        size if size < 1.0 => format!("{value:.2} ms"),
        size if size < 100.0 => format!("{value:.1} ms"),
        _ => format!("{value:.0} ms"),
    }
}

/// `37.9 MB`, in millions of bytes.
pub fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!([7.4, 999.6, 12_345.0, 1_234_567.0].map(per_second), ["7/s", "1,000/s", "12,345/s", "1,234,567/s"]);
        assert_eq!([7, 999, 1000, 100_000].map(count), ["7", "999", "1,000", "100,000"]);
        assert_eq!([0.314, 4.72, 120.4, -0.3].map(milliseconds), ["0.31 ms", "4.7 ms", "120 ms", "-0.30 ms"]);
        assert_eq!([37_949_440, 950_000, 39_960_000].map(megabytes), ["37.9 MB", "1.0 MB", "40.0 MB"]);
        assert_eq!((per_second(f64::NAN), milliseconds(f64::NAN)), ("not measured".into(), "not measured".into()));
    }

    #[test]
    fn only_what_is_between_the_markers_changes() {
        let page = format!("# Title\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n");
        let once = replace(&page, "| new |\n").expect("it has the markers");
        assert_eq!(once, format!("# Title\n\nBefore.\n\n{BEGIN}\n\n| new |\n\n{END}\n\nAfter.\n"));
        assert_eq!(replace(&once, "| new |\n").as_deref(), Some(once.as_str()));
        assert_eq!(replace("# Title\n", "x"), None);
        assert_eq!(replace(&format!("{END}\n{BEGIN}\n"), "x"), None);
    }

    #[test]
    fn a_missing_page_is_made_and_a_page_without_markers_is_left_alone() {
        let directory = tempfile::tempdir().expect("a directory");
        let page = directory.path().join("reference/performance.md");
        write(&page, "| 1 |").expect("made");
        let text = fs::read_to_string(&page).expect("a page");
        assert!(text.starts_with("# Performance\n") && text.contains("| 1 |"), "{text}");

        fs::write(&page, "mine").expect("written");
        let error = write(&page, "| 2 |").expect_err("no markers").to_string();
        assert!(error.contains(BEGIN), "{error}");
        assert_eq!(fs::read_to_string(&page).expect("a page"), "mine");
    }

    #[test]
    fn the_tables_have_every_row_note_and_the_command() {
        let mut report = Report::default();
        report.row(Row { what: "Idle".into(), result: "30 MB".into(), aim: "< 40 MB", ..Row::default() });
        report.growth_heads(["100 rows", "100,000 rows"].map(str::to_owned));
        report.growth(Growth { what: "Page".into(), few: "1 ms".into(), many: "2 ms".into(), ratio: "2.00".into() });
        report.note("All committed.");
        let text = report.markdown("cargo xtask bench", &["Kernel: 6".to_owned()]);
        assert!(
            text.contains(
                "| Idle | 30 MB | < 40 MB |  |  |  |  |\n\n| What | 100 rows | 100,000 rows | Ratio, aim 1 |\n| --- | ---: | ---: | ---: |\n\
                 | Page | 1 ms | 2 ms | 2.00 |\n\n- All committed.\n- Kernel: 6\n- Reproduce: `cargo xtask bench`\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn every_line_of_a_table_has_as_many_cells_as_its_head() {
        let mut report = Report::default();
        report.row(Row { what: "Describe".into(), other: "500/s".into(), other_ratio: "30".into(), ..Row::default() });
        let text = report.markdown("cargo xtask bench", &[]);
        let cells: Vec<_> = text.lines().take(3).map(|line| line.matches('|').count()).collect();
        assert_eq!(cells, [8, 8, 8], "{text}");
    }
}
