//! The page on compatibility from its three files. Pure; refuses notes that speak of what is not there and errors without a cause.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

use super::wire::{Note, Notes, Operation, OperationNotes, Reference, Shape};

const INTRODUCTION: &str = "\
# Compatibility with AWS Chatbot

<!-- Made by `cargo xtask docs` of `bellhop wire dump`, tests/conformance/reference.json and
tests/conformance/compatibility_notes.json. Change those. -->

Exact, of all 34 operations, and compared with AWS's own descriptions by every run of the tests: path, status, every member's name,
type, limits and pattern, whether it is required, and every declared error with its code, status and message member.

Each fact has a source:

- *reference*: AWS's API reference of 2017-10-11, which has 23 of the operations.
- *model*: the service model in today's AWS SDKs, which has all 34.
- *observed*: what the live service, or AWS services of its kind, were seen to do.
- *assumed*: our choice, where none of these says anything.

";

/// What every server fault is; the code is the operation's own.
const SERVER_FAULT: &str = "A fault of the server, such as stored data that cannot be read. A store that cannot be reached is ServiceUnavailable, 503.";

pub fn page(mut operations: Vec<Operation>, notes: &Notes, reference: &Reference) -> Result<String> {
    operations.sort_by(|one, other| one.name.cmp(&other.name));
    for name in notes.operations.keys().chain(reference.operations.keys()) {
        if !operations.iter().any(|operation| operation.name == *name) {
            bail!("there is no operation `{name}`: correct its name in the notes, or remove it");
        }
    }
    let mut page = INTRODUCTION.to_owned();
    page.push_str("## Everywhere\n\n");
    list(&mut page, &notes.service);
    page.push_str("\n## Where AWS's own descriptions differ\n\n");
    for difference in &notes.differences {
        let _ = writeln!(page, "- {}: {}", difference.place, difference.says);
    }
    page.push_str("\n## Errors of every operation\n\nSource: reference, its common errors.\n\n");
    common_errors(&mut page, notes, reference)?;
    page.push_str("\n## Operations\n");
    for operation in &operations {
        let unknown = || format!("`{}` has no notes: write what is assumed of it", operation.name);
        let of_operation = notes.operations.get(&operation.name).with_context(unknown)?;
        section(&mut page, operation, of_operation, notes, reference)?;
    }
    Ok(page)
}

fn common_errors(page: &mut String, notes: &Notes, reference: &Reference) -> Result<()> {
    page.push_str("| Error | Status | Cause |\n|---|---|---|\n");
    for (code, status) in &reference.common_errors {
        let cause = notes.common_errors.get(code).with_context(|| format!("the common error `{code}` has no cause"))?;
        let _ = writeln!(page, "| {code} | {status} | {} |", cell(cause));
    }
    if let Some(code) = notes.common_errors.keys().find(|code| !reference.common_errors.contains_key(*code)) {
        bail!("`{code}` is not one of the reference's common errors: remove its cause");
    }
    Ok(())
}

fn section(
    page: &mut String,
    operation: &Operation,
    of_operation: &OperationNotes,
    notes: &Notes,
    reference: &Reference,
) -> Result<()> {
    let Operation { name, path, status, .. } = operation;
    let documented = reference.operations.get(name);
    let source = if documented.is_some() { "reference, model" } else { "model" };
    let _ = write!(page, "\n### {name}\n\n`POST {path}`, answered with {status}. Source: {source}.\n");

    let mut members = Vec::new();
    rows(&operation.request, "", &mut members);
    if !members.is_empty() {
        page.push_str("\n| Member | Is | Required | Source |\n|---|---|---|---|\n");
    }
    for (place, shape) in members {
        let outermost = place.split('.').next().unwrap_or_default();
        let in_reference = documented.is_some_and(|documented| documented.request.contains_key(outermost));
        let source = if in_reference { "reference, model" } else { "model" };
        let required = if shape.required { "yes" } else { "" };
        let _ = writeln!(page, "| {place} | {} | {required} | {source} |", cell(&said(shape)));
    }
    let answered: Vec<_> = operation.result.members.iter().map(|(name, shape)| outline(name, shape)).collect();
    match answered.as_slice() {
        [] if *status == 204 => page.push_str("\nAnswer: no body.\n"),
        [] => page.push_str("\nAnswer: `{}`.\n"),
        members => {
            let _ = writeln!(page, "\nAnswer: {}.", members.join("; "));
        }
    }
    errors(page, operation, of_operation, notes)?;
    if !of_operation.notes.is_empty() {
        page.push('\n');
        list(page, &of_operation.notes);
    }
    Ok(())
}

fn errors(page: &mut String, operation: &Operation, of_operation: &OperationNotes, notes: &Notes) -> Result<()> {
    let name = &operation.name;
    page.push_str("\n| Error | Status | Cause |\n|---|---|---|\n");
    for error in &operation.errors {
        let fault = (error.status == 500).then_some(SERVER_FAULT);
        let own = of_operation.errors.get(&error.code).or_else(|| notes.errors.get(&error.code));
        let without = || format!("`{name}` declares `{}`, of which the notes give no cause", error.code);
        let cause = own.map(String::as_str).or(fault).with_context(without)?;
        let (code, status, member) = (&error.code, error.status, &error.message_member);
        let _ = writeln!(page, "| {code} (`{member}`) | {status} | {} |", cell(cause));
    }
    for (code, undeclared) in &of_operation.undeclared {
        let (status, source, cause) = (undeclared.status, undeclared.source.word(), cell(&undeclared.says));
        let _ = writeln!(page, "| {code}, not declared | {status} | {cause} ({source}) |");
    }
    let declares = |code: &String| operation.errors.iter().any(|error| error.code == *code);
    if let Some(code) = of_operation.errors.keys().find(|code| !declares(code)) {
        bail!("`{name}` does not declare `{code}`: move it to `undeclared`, or remove it");
    }
    if let Some(code) = of_operation.undeclared.keys().find(|code| declares(code)) {
        bail!("`{name}` declares `{code}`: move it to `errors`");
    }
    Ok(())
}

fn list(page: &mut String, notes: &[Note]) {
    for note in notes {
        let _ = writeln!(page, "- *{}*: {}", note.source.word(), note.says);
    }
}

/// Every member of a request with its place: `Tags`, `Tags.member.TagKey`. A list of plain values is one row.
fn rows<'a>(shape: &'a Shape, place: &str, found: &mut Vec<(String, &'a Shape)>) {
    for (name, member) in &shape.members {
        let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        found.push((place.clone(), member));
        let inner = member.member.as_deref().unwrap_or(member);
        let step = if member.member.is_some() { ".member" } else { "" };
        rows(inner, &format!("{place}{step}"), found);
    }
}

/// A shape in words: "string, 1 to 128, `^…$`".
fn said(shape: &Shape) -> String {
    let mut words = shape.kind.clone();
    let unit = match shape.kind.as_str() {
        "list" => " members",
        "map" => " entries",
        "string" => " characters",
        _ => "",
    };
    match (shape.min, shape.max) {
        (Some(min), Some(max)) if min == max => {
            let _ = write!(words, ", {min}{unit}");
        }
        (Some(min), Some(max)) => {
            let _ = write!(words, ", {min} to {max}{unit}");
        }
        _ => {}
    }
    if shape.sensitive {
        words.push_str(", sensitive");
    }
    if !shape.values.is_empty() {
        let _ = write!(words, ", one of {}", shape.values.join(", "));
    }
    if let Some(pattern) = &shape.pattern {
        let _ = write!(words, ", `{pattern}`");
    }
    for (word, inner) in [("of", &shape.member), ("of keys", &shape.key), ("and values", &shape.value)] {
        if let Some(inner) = inner {
            let _ = write!(words, " {word}: {}", said(inner));
        }
    }
    words
}

/// A member of an answer with what is in it: "`Tags`, each of `TagKey`, `TagValue`".
fn outline(name: &str, shape: &Shape) -> String {
    let inner = shape.member.as_deref().unwrap_or(shape);
    let names: Vec<_> = inner.members.keys().map(|name| format!("`{name}`")).collect();
    match (names.as_slice(), &shape.member) {
        ([], _) => format!("`{name}`"),
        (names, Some(_)) => format!("`{name}`, each of {}", names.join(", ")),
        (names, None) => format!("`{name}` of {}", names.join(", ")),
    }
}

/// As a cell of a table: a bar in it would end it, in code too.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests;
