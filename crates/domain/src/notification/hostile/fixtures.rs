//! Every fixture of every source with one thing wrong at a time: AWS may leave anything out, and a stranger may put anything in.

use std::path::Path;

use serde_json::{Value, json};

use super::{check, read};

/// One in so many is drawn too; no factor of the kinds of [`wrong`], so that each kind is.
const DRAWN: usize = 5;

/// What takes the place of a member, in turn.
fn wrong(turn: usize) -> Option<Value> {
    let long = "<!here> *x* `y` [z] https://evil.example ".repeat(120);
    match turn % 8 {
        0 => None,
        1 => Some(Value::Null),
        2 => Some(json!("")),
        3 => Some(json!(-7)),
        4 => Some(json!([[], {"a": null}])),
        5 => Some(json!({"deploymentOverview": "{"})),
        6 => Some(json!("arn:aws:x:::/\u{202e}@everyone")),
        _ => Some(json!(long)),
    }
}

/// The paths of all members below.
fn paths(value: &Value, at: &str, out: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.replace('~', "~0").replace('/', "~1"), member)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (name, member) in below {
        let path = format!("{at}/{name}");
        paths(member, &path, out);
        out.push(path);
    }
}

fn replaced(whole: &Value, path: &str, with: Option<Value>) -> Value {
    let mut whole = whole.clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    match (whole.pointer_mut(parent), with) {
        (Some(Value::Object(members)), None) => {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
        }
        (_, with) => *whole.pointer_mut(path).unwrap() = with.unwrap_or(Value::Null),
    }
    whole
}

fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notification");
    let sources = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> =
        sources.flat_map(|source| std::fs::read_dir(source).unwrap()).collect::<Result<_, _>>().unwrap();
    cases.sort_by_key(std::fs::DirEntry::path);
    cases.iter().map(|case| std::fs::read_to_string(case.path()).unwrap()).collect()
}

#[test]
fn any_member_may_be_missing_or_wrong() {
    let mut turn = 0;
    for message in fixtures() {
        let Ok(whole) = serde_json::from_str::<Value>(&message) else { continue };
        let mut all = Vec::new();
        paths(&whole, "", &mut all);
        assert!(!all.is_empty());
        for path in all {
            let message = replaced(&whole, &path, wrong(turn)).to_string();
            read(&message, None);
            // Drawing costs more than reading, and is the same for all.
            if turn.is_multiple_of(DRAWN) {
                check(&message, None);
            }
            turn += 1;
        }
    }
}

#[test]
fn any_line_may_be_missing_or_wrong() {
    for message in fixtures().iter().filter(|message| !message.starts_with('{')) {
        let lines: Vec<&str> = message.lines().collect();
        for left_out in 0..lines.len() {
            let rest = |with: &str| {
                let lines = lines.iter().enumerate();
                let lines = lines.map(|(index, line)| if index == left_out { with } else { *line });
                lines.collect::<Vec<_>>().join("\n")
            };
            for with in ["", "'", "ResourceStatus='<!channel>", "Environment: ", "Message: \u{202e}"] {
                check(&rest(with), Some("subject"));
            }
            check(&lines[..left_out].join("\n"), None);
        }
    }
}
