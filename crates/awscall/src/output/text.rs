//! Text: a line a thing, tabs between its values, the name of its list in capitals before them.

use serde_json::{Map, Value};

use super::{is_scalar, scalar, sorted};

pub(super) fn text(value: &Value) -> String {
    let mut lines = String::new();
    if let Value::Object(members) = value
        && let Some(token @ Value::String(_)) = members.get("NextToken")
    {
        // The AWS CLI prints it when all pages are.
        let rest = members.iter().filter(|(name, _)| *name != "NextToken");
        write(
            &mut lines,
            &Value::Object(rest.map(|(name, value)| (name.clone(), value.clone())).collect()),
            None,
            None,
        );
        line(&mut lines, &["NEXTTOKEN".to_owned(), scalar(token)]);
        return lines;
    }
    write(&mut lines, value, None, None);
    lines
}

/// `columns` are those of the list that it is of.
fn write(lines: &mut String, value: &Value, name: Option<&str>, columns: Option<&[&String]>) {
    match value {
        Value::Object(members) => object(lines, members, name, columns),
        Value::Array(all) => list(lines, all, name),
        value => line(lines, &[scalar(value)]),
    }
}

fn line(lines: &mut String, values: &[String]) {
    lines.push_str(&values.join("\t"));
    lines.push('\n');
}

fn list(lines: &mut String, all: &[Value], name: Option<&str>) {
    if all.iter().any(Value::is_object) {
        let members = all.iter().filter_map(Value::as_object).flatten();
        let mut columns: Vec<&String> = members.filter(|(_, value)| is_scalar(value)).map(|(name, _)| name).collect();
        columns.sort_unstable();
        columns.dedup();
        for one in all {
            write(lines, one, name, Some(&columns));
        }
        return;
    }
    let (scalars, lists): (Vec<_>, Vec<_>) = all.iter().partition(|one| is_scalar(one));
    match name {
        Some(name) => {
            for one in scalars {
                line(lines, &[name.to_uppercase(), scalar(one)]);
            }
        }
        None if scalars.is_empty() => {}
        None => line(lines, &scalars.into_iter().map(scalar).collect::<Vec<_>>()),
    }
    for one in lists {
        write(lines, one, name, None);
    }
}

fn object(lines: &mut String, members: &Map<String, Value>, name: Option<&str>, columns: Option<&[&String]>) {
    let mut values: Vec<String> = match columns {
        Some(columns) => columns.iter().map(|name| members.get(*name).map(scalar).unwrap_or_default()).collect(),
        None => {
            sorted(members).into_iter().filter(|(_, value)| is_scalar(value)).map(|(_, value)| scalar(value)).collect()
        }
    };
    if !values.is_empty() {
        if let Some(name) = name {
            values.insert(0, name.to_uppercase());
        }
        line(lines, &values);
    }
    for (name, value) in sorted(members) {
        if !is_scalar(value) && !columns.is_some_and(|columns| columns.contains(&name)) {
            write(lines, value, Some(name), None);
        }
    }
}
