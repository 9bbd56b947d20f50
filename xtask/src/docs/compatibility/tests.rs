//! The page, of small files that are good and of ones that are not.

use serde_json::{Value, json};

use super::page;

fn dump() -> Value {
    json!([{
        "name": "TagThing", "path": "/tag-thing", "status": 200,
        "request": {"type": "structure", "members": {
            "Arn": {"type": "string", "min": 1, "max": 9, "pattern": "^a|b$", "required": true},
            "Tags": {"type": "list", "min": 0, "max": 2, "required": false, "member": {"type": "structure", "members": {
                "Key": {"type": "string", "min": 3, "max": 3, "sensitive": true, "required": true},
            }}},
        }},
        "result": {"type": "structure", "members": {"Tags": {"type": "list", "required": true, "member": {
            "type": "structure", "members": {"Key": {"type": "string"}, "Value": {"type": "string"}},
        }}}},
        "errors": [
            {"code": "ThingException", "status": 500, "messageMember": "Message"},
            {"code": "ConflictException", "status": 409, "messageMember": "message"},
        ],
    }])
}

fn notes() -> Value {
    json!({
        "service": [{"source": "assumed", "says": "All is well."}],
        "differences": [{"where": "Arn", "says": "shorter"}],
        "commonErrors": {"NotAuthorized": "No key."},
        "errors": {"ConflictException": "Taken."},
        "operations": {"TagThing": {"errors": {}, "notes": [{"source": "observed", "says": "Twice is once."}],
            "undeclared": {"GoneException": {"status": 404, "source": "observed", "says": "Gone."}}}},
    })
}

fn reference() -> Value {
    json!({
        "operations": {"TagThing": {"request": {"Arn": {}}}},
        "commonErrors": {"NotAuthorized": 401},
    })
}

fn made(dump: &Value, notes: &Value, reference: &Value) -> Result<String, String> {
    let read = |value: &Value| serde_json::from_value(value.clone());
    let notes = serde_json::from_value(notes.clone()).map_err(|error| error.to_string())?;
    let reference = serde_json::from_value(reference.clone()).map_err(|error| error.to_string())?;
    page(read(dump).map_err(|error| error.to_string())?, &notes, &reference).map_err(|error| error.to_string())
}

#[test]
fn an_operation_has_its_members_its_answer_its_errors_and_its_notes() {
    let page = made(&dump(), &notes(), &reference()).unwrap();
    let (_, section) = page.split_once("### TagThing\n\n").unwrap();
    assert_eq!(
        section,
        "\
`POST /tag-thing`, answered with 200. Source: reference, model.

| Member | Is | Required | Source |
|---|---|---|---|
| Arn | string, 1 to 9 characters, `^a\\|b$` | yes | reference, model |
| Tags | list, 0 to 2 members of: structure |  | model |
| Tags.member.Key | string, 3 characters, sensitive | yes | model |

Answer: `Tags`, each of `Key`, `Value`.

| Error | Status | Cause |
|---|---|---|
| ThingException (`Message`) | 500 | A fault of the server, such as stored data that cannot be read. A store that cannot be reached is ServiceUnavailable, 503. |
| ConflictException (`message`) | 409 | Taken. |
| GoneException, not declared | 404 | Gone. (observed) |

- *observed*: Twice is once.
"
    );
    assert!(page.contains("- *assumed*: All is well.\n"));
    assert!(page.contains("| NotAuthorized | 401 | No key. |\n"));
}

#[test]
fn an_error_without_a_cause_is_refused() {
    let mut notes = notes();
    notes["errors"] = json!({});
    let said = made(&dump(), &notes, &reference()).unwrap_err();
    assert_eq!(said, "`TagThing` declares `ConflictException`, of which the notes give no cause");
}

#[test]
fn notes_on_what_is_not_there_are_refused() {
    for (pointer, value, expected) in [
        ("/operations/TagThing/errors", json!({"GoneException": "x"}), "does not declare `GoneException`"),
        ("/operations/TagThing/undeclared/GoneException", json!("x"), "expected struct Undeclared"),
        ("/operations", json!({}), "`TagThing` has no notes"),
        ("/commonErrors", json!({}), "`NotAuthorized` has no cause"),
        ("/commonErrors", json!({"NotAuthorized": "x", "Odd": "x"}), "`Odd` is not one of the reference's"),
        ("/service", json!([{"source": "rumoured", "says": "x"}]), "unknown variant `rumoured`"),
    ] {
        let mut notes = notes();
        *notes.pointer_mut(pointer).unwrap() = value;
        let said = made(&dump(), &notes, &reference()).unwrap_err();
        assert!(said.contains(expected), "{said}");
    }
    let mut notes = notes();
    notes["operations"]["TagThings"] = notes["operations"]["TagThing"].clone();
    assert!(made(&dump(), &notes, &reference()).unwrap_err().contains("no operation `TagThings`"));
}
