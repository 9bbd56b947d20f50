//! docs/reference/outcomes.md says what the tables say, no more and no less.

use super::table::Line;
use super::{broken, chime_answer, slack_answer, teams_answer, teams_token_answer};

const PAGE: &str = include_str!("../../../../docs/reference/outcomes.md");

/// The rows of the table under a heading, without its two head lines.
fn rows(heading: &str) -> Vec<&'static str> {
    let (_, section) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let section = section.split("\n## ").next().unwrap();
    section.lines().filter(|line| line.starts_with('|')).skip(2).collect()
}

fn assert_rows(heading: &str, expected: &[String]) {
    let shown = rows(heading);
    let missing: Vec<_> = expected.iter().filter(|row| !shown.contains(&row.as_str())).collect();
    let foreign: Vec<_> = shown.iter().filter(|row| !expected.contains(&(**row).to_owned())).collect();
    assert!(missing.is_empty() && foreign.is_empty(), "{heading}: missing\n{missing:#?}\nforeign\n{foreign:#?}");
    assert_eq!(shown, expected, "{heading}: order");
}

fn lines(tables: &[&'static [Line]]) -> Vec<String> {
    tables.iter().copied().flatten().map(Line::documented).collect()
}

#[test]
fn the_page_shows_every_line_of_every_table() {
    assert_rows("Slack", &lines(&[slack_answer::STATUSES, slack_answer::CODES]));
    assert_rows("Microsoft Teams, by a bot", &lines(&[teams_answer::BOT]));
    assert_rows("Microsoft Teams, a bot's token", &lines(&[teams_token_answer::TOKEN]));
    assert_rows("Microsoft Teams, by a webhook", &lines(&[teams_answer::WEBHOOK]));
    assert_rows("Amazon Chime", &lines(&[chime_answer::TABLE]));
    let broken = broken::documented().map(|[name, meaning, posted]| format!("| {name} | {meaning} | {posted} |"));
    assert_rows("Exchanges that broke", &broken.collect::<Vec<_>>());
}
