//! `--output`: an answer as JSON, YAML, a table or text, each as the AWS CLI prints it. What shows answers in chat asks here; nothing
//! is escaped for a platform.

mod table;
mod text;
mod yaml;

use std::collections::HashSet;

use serde::Serialize as _;
use serde_json::{Map, Value};

use crate::command_line::OutputFormat;

/// How wide the AWS CLI takes a terminal to be that it cannot ask. Wider tables stand on end.
/// Source: `awscli/table.py`, `determine_terminal_width`.
const TABLE_WIDTH: usize = 80;

/// Cells of a table or a text. A thing of a member's own in each row would ask for rows times members.
const CELLS_MAX: usize = 500_000;
/// Of a drawn table: every line is as wide as the widest.
const TABLE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// With a line break at the end, if it is anything. `operation` is a table's title: `ListFunctions`. What has no room as a table or a
/// text is JSON, and says so.
pub fn output(format: OutputFormat, operation: &str, value: &Value) -> String {
    match format {
        // The AWS CLI says nothing where an answer has nothing.
        OutputFormat::Json | OutputFormat::Yaml if value.as_object().is_some_and(Map::is_empty) => String::new(),
        OutputFormat::Json => json(value),
        OutputFormat::Yaml => yaml::yaml(value),
        OutputFormat::Table | OutputFormat::Text if cells(value) > CELLS_MAX => no_room(value),
        OutputFormat::Table => table::table(operation, value, TABLE_WIDTH).unwrap_or_else(|| no_room(value)),
        OutputFormat::Text => text::text(value),
    }
}

fn no_room(value: &Value) -> String {
    format!("# More than is drawn so; --query makes it smaller. As JSON:\n{}", json(value))
}

/// What the lists of objects come to: a cell for each object and each member that any of them has.
fn cells(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(cells).sum(),
        Value::Array(all) => {
            let names: HashSet<&String> = all.iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
            let own = all.len().saturating_mul(names.len().max(1));
            all.iter().map(cells).fold(own, usize::saturating_add)
        }
        _ => 0,
    }
}

/// Four spaces a level, and letters as they are.
pub fn json(value: &Value) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    // Writing a value into memory does not fail.
    let _ = value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter));
    bytes.push(b'\n');
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One value in a table or a line, in Python's words: the AWS CLI's scripts look for `None` and `True`.
fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

/// By their names, as the AWS CLI sorts them.
fn sorted(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut all: Vec<_> = members.iter().collect();
    all.sort_by_key(|(name, _)| *name);
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::output;
    use crate::command_line::OutputFormat;

    /// One long line among many: each would be drawn as wide.
    #[test]
    fn what_has_no_room_as_a_table_is_json() {
        let events: Vec<_> =
            (0..10_000).map(|number| json!({ "message": format!("{number}"), "id": number })).collect();
        let mut answer = json!({ "events": events });
        answer["events"][5]["message"] = "x".repeat(256 * 1024).into();
        let drawn = output(OutputFormat::Table, "FilterLogEvents", &answer);
        assert!(drawn.starts_with("# More than is drawn so") && drawn.len() < 4_000_000, "{}", drawn.len());
        let own: Vec<_> = (0..2_000).map(|number| json!({ format!("a{number}"): 1 })).collect();
        for format in [OutputFormat::Table, OutputFormat::Text] {
            assert!(output(format, "Scan", &json!({ "Items": own })).starts_with("# More than is drawn so"));
        }
    }

    #[test]
    fn one_answer_in_four_forms() {
        let answer = json!({ "Users": [
            { "UserName": "zoë", "Path": "/", "Tags": [{ "Key": "Stage", "Value": "yes" }], "Id": null },
            { "UserName": "al", "Path": "/x: y/", "Tags": [] },
        ], "IsTruncated": false });
        let shown = |format| output(format, "ListUsers", &answer);
        assert!(
            shown(OutputFormat::Json)
                .starts_with("{\n    \"Users\": [\n        {\n            \"UserName\": \"zoë\",\n")
        );
        let yaml = "IsTruncated: false\nUsers:\n- Id: null\n  Path: /\n  Tags:\n  - Key: Stage\n    Value: 'yes'\n  UserName: zoë\n\
            - Path: '/x: y/'\n  Tags: []\n  UserName: al\n";
        assert_eq!(shown(OutputFormat::Yaml), yaml);
        assert_eq!(shown(OutputFormat::Text), "False\nUSERS\tNone\t/\tzoë\nTAGS\tStage\tyes\nUSERS\t\t/x: y/\tal\n");
        let table = "\
--------------------------------
|           ListUsers          |
+------------------+-----------+
|  IsTruncated     |  False    |
+------------------+-----------+
||            Users           ||
|+------+--------+------------+|
||  Id  | Path   | UserName   ||
|+------+--------+------------+|
||  None|  /     |  zoë       ||
|+------+--------+------------+|
|||           Tags           |||
||+------------+-------------+||
|||     Key    |    Value    |||
||+------------+-------------+||
|||  Stage     |  yes        |||
||+------------+-------------+||
||            Users           ||
|+----+----------+------------+|
|| Id |  Path    | UserName   ||
|+----+----------+------------+|
||    |  /x: y/  |  al        ||
|+----+----------+------------+|
";
        // Printed by the AWS CLI 1.44, unevenly as it is.
        assert_eq!(shown(OutputFormat::Table), table);
    }

    #[test]
    fn nothing_is_said_where_there_is_nothing() {
        for format in [OutputFormat::Json, OutputFormat::Yaml, OutputFormat::Table, OutputFormat::Text] {
            assert_eq!(output(format, "DeleteQueue", &json!({})).trim(), "", "{format:?}");
        }
    }

    #[test]
    fn where_to_go_on_stands_at_the_end_of_text() {
        let answer = json!({ "Topics": [{ "TopicArn": "a" }], "NextToken": "t" });
        assert_eq!(output(OutputFormat::Text, "ListTopics", &answer), "TOPICS\ta\nNEXTTOKEN\tt\n");
    }
}
