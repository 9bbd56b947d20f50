//! Every reader with every committed message of its source, damaged: values that are gone, of another kind, enormous or made
//! to harm. Whatever is left of the message, all properties of every platform hold.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{check, nasty, read};
use crate::notification::render::slack;
use crate::notification::{AccountNames, Incoming, SIMILARITY_KEY_BYTES_MAX, Source, triage};

/// Stands for JSON that cannot be a `Value`: nested deeper than any parser goes.
const HOLE: &str = "@@hole@@";

/// Names and messages, in the alphabet's order.
fn fixtures() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notification");
    let entries = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources: Vec<_> = entries(&folder).collect();
    let mut fixtures: Vec<(String, String)> = sources
        .iter()
        .flat_map(|source| entries(source))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    fixtures.sort();
    fixtures
}

/// Where the values of a message lie that hold no others.
fn leaves(value: &Value, at: &str, out: &mut Vec<String>) {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, member)| leaves(member, &format!("{at}/{}", escaped(name)), out));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, item)| leaves(item, &format!("{at}/{index}"), out));
        }
        _ => out.push(at.to_owned()),
    }
}

/// What can happen to a value.
#[derive(Debug, Clone)]
enum Damage {
    Put(Value),
    NumberAsString,
    InAList,
    Deeper,
    Gone,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => Just(Damage::Put(Value::Null)),
        2 => prop::sample::select(vec![json!(7), json!(-1.5e300), json!(true), json!({}), json!([]), json!([null])]).prop_map(Damage::Put),
        2 => prop::sample::select(vec![json!({"a": {"b": [1, null]}}), json!("{\"a\":null}"), json!("null"), json!("")]).prop_map(Damage::Put),
        8 => nasty().prop_map(|text| Damage::Put(Value::String(text))),
        1 => Just(Damage::Put(Value::String("100 KB of text, ".repeat(6_400)))),
        1 => Just(Damage::Put(Value::String("[".repeat(1_000) + &"]".repeat(1_000)))),
        1 => Just(Damage::Put(Value::String(HOLE.to_owned()))),
        2 => Just(Damage::NumberAsString),
        1 => Just(Damage::InAList),
        1 => Just(Damage::Deeper),
        2 => Just(Damage::Gone),
    ]
}

fn damaged(message: &str, places: &[(prop::sample::Index, Damage)]) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(message) else {
        return damaged_text(message, places);
    };
    for (place, damage) in places {
        let mut found = Vec::new();
        leaves(&value, "", &mut found);
        let leaf = &found[place.index(found.len())];
        // A branch instead of a leaf, now and then.
        let at = if place.index(5) == 0 { leaf.rsplit_once('/').map_or("", |(branch, _)| branch) } else { leaf };
        let target = value.pointer_mut(at).unwrap();
        match damage {
            Damage::Put(new) => *target = new.clone(),
            Damage::NumberAsString => {
                *target = Value::String(target.as_str().map_or_else(|| target.to_string(), str::to_owned));
            }
            Damage::InAList => *target = json!([target.take(), 3]),
            Damage::Deeper => *target = json!({ "Value": target.take() }),
            Damage::Gone => {
                let (branch, name) = at.rsplit_once('/').unwrap_or_default();
                if let Some(members) = value.pointer_mut(branch).and_then(Value::as_object_mut) {
                    members.remove(&name.replace("~1", "/").replace("~0", "~"));
                }
            }
        }
    }
    let deep = "{\"a\":".repeat(1_000) + "1" + &"}".repeat(1_000);
    value.to_string().replace(&format!("\"{HOLE}\""), &deep)
}

fn damaged_text(message: &str, places: &[(prop::sample::Index, Damage)]) -> String {
    let mut text = message.to_owned();
    for (place, damage) in places {
        let at = text.floor_char_boundary(place.index(text.len() + 1));
        match damage {
            Damage::Put(Value::String(new)) => text.insert_str(at, new),
            Damage::Gone => text.truncate(at),
            other => text.insert_str(at, &format!("{other:?}")),
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_damaged_message_is_a_message(
        fixture in any::<prop::sample::Index>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), damage()), 1..6),
    ) {
        static FIXTURES: LazyLock<Vec<(String, String)>> = LazyLock::new(fixtures);
        let fixtures = &*FIXTURES;
        let (_, message) = &fixtures[fixture.index(fixtures.len())];
        let message = damaged(message, &places);
        check(&message, None);
        let topic_arn = "arn:aws:sns:eu-west-1:123456789012:t";
        let incoming =
            Incoming { topic_arn, subject: None, message: &message, timestamp: "", account_names: AccountNames::NONE };
        if let Some(similarity) = triage(&incoming).similarity {
            prop_assert!(similarity.matter.len() <= SIMILARITY_KEY_BYTES_MAX);
            prop_assert!(similarity.says.len() <= SIMILARITY_KEY_BYTES_MAX);
        }
    }
}

/// All values of the detail, or of the message if it is no event, become one: the reader still claims the message and gets
/// nothing that it expects.
#[test]
fn every_fixture_survives_the_loss_of_all_its_values() {
    let long = "long <text> with `words` ".repeat(40);
    for new in [json!(null), json!("<!channel> <https://evil.example|AWS console>"), json!(80), json!(long)] {
        for (name, message) in fixtures() {
            let Ok(mut value) = serde_json::from_str::<Value>(&message) else { continue };
            let mut found = Vec::new();
            let root = if value.get("detail").is_some() { "/detail" } else { "" };
            leaves(value.pointer(root).unwrap(), root, &mut found);
            for leaf in &found {
                *value.pointer_mut(leaf).unwrap() = new.clone();
            }
            check(&value.to_string(), None);
            let card = read(&value.to_string(), None);
            if new.is_null() && card.source != Source::PLAIN_TEXT {
                let shown = serde_json::to_string(&slack::message(&card)).unwrap();
                for word in ["null", "None", "Some(", "[object", "undefined"] {
                    assert!(!shown.contains(word), "{name}: {word} in {shown}");
                }
            }
        }
    }
}
