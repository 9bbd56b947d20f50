//! Help, search and mistakes in words: what an operation takes, which operations there are, what may have been meant.
//!
//! The server's `app/conversations` calls it with what `awscall` found out. No prose of AWS's is in it: names, types, examples.

use std::fmt::Write as _;

use awscall::command_line::{Mistake, Parameter, ParameterKind};
use awscall::help::{OperationHelp, ServiceHelp};
use awscall::search::Found;

use crate::conversation::Answer;
use crate::notification::{Part, Table, Text};

/// Optional parameters that are described; the names of the others follow.
const DESCRIBED: usize = 25;
/// Values of an enum that stand in one line.
const VALUES: usize = 12;
/// What search offers at once: a phone's screen.
const FOUND: usize = 15;

/// `lambda --help`: one page of what a service can be asked. The buttons of other pages are whoever sends it's to add.
pub fn service(help: &ServiceHelp) -> Answer {
    let of = |read_only: bool| -> Vec<Text> {
        let lines = help.operations.iter().filter(|line| line.read_only == read_only);
        let words = |command: &str, deprecated: bool| {
            if deprecated { format!("{command} (deprecated)") } else { command.to_owned() }
        };
        lines.map(|line| Text::Plain(words(line.command, line.deprecated))).collect()
    };
    let title = |words: &str| Some(words.to_owned());
    let groups =
        [(of(true), "These only read, and run at once"), (of(false), "These may change something, and ask first")];
    let mut body: Vec<Part> = groups
        .into_iter()
        .filter(|(items, _)| !items.is_empty())
        .map(|(items, words)| Part::Bullets { title: title(words), items, left_out: 0 })
        .collect();
    let example = help.operations.first().map_or("OPERATION", |line| line.command);
    body.push(Part::Preformatted {
        title: title("What one of them takes"),
        text: format!("@aws {} {example} --help", help.name),
    });
    let note = match help.pages {
        0 | 1 => None,
        pages => Some(format!("Page {} of {pages}; `@aws search {} WORDS` finds one by words.", help.page, help.name)),
    };
    let changing = help.operation_count.saturating_sub(help.read_only_count);
    let headline = format!(
        "{} ({}): {} operations that read, {changing} that change",
        help.full_name, help.name, help.read_only_count
    );
    Answer { headline, body, controls: Vec::new(), note }
}

/// `lambda invoke --help`.
pub fn operation(help: &OperationHelp) -> Answer {
    let (required, optional): (Vec<&Parameter>, Vec<&Parameter>) =
        help.parameters.iter().partition(|parameter| parameter.required);
    let mut body =
        vec![Part::Preformatted { title: Some("How it is said".to_owned()), text: format!("@aws {}", help.synopsis) }];
    let (described, others) = optional.split_at_checked(DESCRIBED).unwrap_or((&optional, &[]));
    body.extend(parameters(&[&required, described].concat()));
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|parameter| format!("--{}", parameter.name)).collect();
        body.push(Part::Paragraph { title: Some("And also".to_owned()), text: Text::Plain(names.join(", ")) });
    }
    body.push(Part::Preformatted { title: Some("For example".to_owned()), text: format!("@aws {}", help.example) });
    let kind = if help.read_only { "only reads, and runs at once" } else { "may change something, and asks first" };
    let mut note = format!("IAM calls it {}.", help.operation);
    if help.paginated {
        note.push_str(" Its answer comes in pages: --max-items and --starting-token are taken.");
    }
    note.push_str(" Everywhere: --region, --query, --output json|yaml|table|text.");
    let deprecated = if help.deprecated { " AWS calls it deprecated." } else { "" };
    let headline = format!("{} {} {kind}.{deprecated}", help.service, help.command);
    Answer { headline, body, controls: Vec::new(), note: Some(note) }
}

/// The required first, in one table: of more than one Slack draws only the first as such.
fn parameters(parameters: &[&Parameter]) -> Option<Part> {
    let row = |parameter: &&Parameter| {
        let mut takes = kind(&parameter.kind);
        if parameter.required {
            takes.insert_str(0, "needed: ");
        }
        if parameter.sensitive {
            takes.push_str("; a secret: everybody here reads what you type");
        }
        if parameter.deprecated {
            takes.push_str("; deprecated");
        }
        vec![Text::Code(format!("--{}", parameter.name)), Text::Plain(takes), Text::Code(parameter.example.clone())]
    };
    let columns = ["Parameter", "Takes", "For example"].map(str::to_owned).to_vec();
    let rows: Vec<Vec<Text>> = parameters.iter().map(row).collect();
    (!rows.is_empty()).then_some(Part::Table(Table { title: None, columns, rows, left_out: 0 }))
}

fn kind(kind: &ParameterKind) -> String {
    match kind {
        ParameterKind::Text(values) if values.is_empty() => "text".to_owned(),
        ParameterKind::Text(values) => one_of(values),
        ParameterKind::Number => "a number".to_owned(),
        ParameterKind::Boolean => "yes or no: the flag alone, or --no-…".to_owned(),
        ParameterKind::Timestamp => "a time: 2026-11-23T10:00:00Z, or seconds since 1970".to_owned(),
        ParameterKind::Blob => "text, sent as bytes".to_owned(),
        ParameterKind::List(of) => match &**of {
            ParameterKind::Structure(members) => format!("several, each with {}", one_of(members)),
            of => format!("several: {}", self::kind(of)),
        },
        ParameterKind::Structure(members) => format!("parts: {}", one_of(members)),
        ParameterKind::Map => "names with values: a=1,b=2".to_owned(),
        ParameterKind::Json => "JSON".to_owned(),
    }
}

fn one_of(values: &[&str]) -> String {
    let mut words = values.iter().take(VALUES).copied().collect::<Vec<_>>().join(", ");
    let rest = values.len().saturating_sub(VALUES);
    if rest > 0 {
        // Writing into a string does not fail.
        let _ = write!(words, " and {rest} more");
    }
    words
}

/// `search list buckets`.
pub fn search(words: &str, found: &[Found]) -> Answer {
    let shown = found.get(..FOUND).unwrap_or(found);
    if shown.is_empty() {
        let remedy = "Try other words: what it is called in AWS, or the service alone (`@aws lambda --help`).";
        let body = vec![Part::Paragraph { title: None, text: Text::Plain(remedy.to_owned()) }];
        return Answer { body, ..Answer::sentence(format!("No operation of AWS has the words {words}")) };
    }
    let row = |found: &Found| {
        vec![Text::Code(format!("{} {}", found.service, found.command)), Text::Plain(found.full_name.to_owned())]
    };
    let table = Table {
        title: None,
        columns: vec!["Operation".to_owned(), "Of".to_owned()],
        rows: shown.iter().map(row).collect(),
        left_out: found.len() - shown.len(),
    };
    let first =
        found.first().map(|found| format!("`@aws {} {} --help` says what it takes.", found.service, found.command));
    let headline = match found.len() {
        1 => format!("1 operation for {words}"),
        count => format!("{count} operations for {words}"),
    };
    Answer { headline, body: vec![Part::Table(table)], controls: Vec::new(), note: first }
}

/// What could not be read, what may have been meant, and a line that would do. `also` is what a search for its words finds.
pub fn mistake(mistake: &Mistake, also: &[Found]) -> Answer {
    let mut body = Vec::new();
    if !mistake.suggestions.is_empty() {
        let items = mistake.suggestions.iter().map(|suggestion| Text::Code(suggestion.clone())).collect();
        body.push(Part::Bullets { title: Some("Did you mean".to_owned()), items, left_out: 0 });
    } else if !also.is_empty() {
        let items =
            also.iter().take(VALUES / 2).map(|found| Text::Code(format!("{} {}", found.service, found.command)));
        body.push(Part::Bullets {
            title: Some("Perhaps one of these".to_owned()),
            items: items.collect(),
            left_out: 0,
        });
    }
    let lines = [("How it is said", &mistake.synopsis), ("For example", &mistake.example)];
    body.extend(lines.into_iter().filter_map(|(title, line)| {
        let line = line.as_ref()?;
        // An example may be of one parameter alone.
        let text = if line.starts_with("--") { line.clone() } else { format!("@aws {line}") };
        Some(Part::Preformatted { title: Some(title.to_owned()), text })
    }));
    let note = Some("Nothing was run.".to_owned());
    Answer { headline: mistake.headline.clone(), body, controls: Vec::new(), note }
}
