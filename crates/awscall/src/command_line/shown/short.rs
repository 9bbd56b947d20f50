//! A value in the AWS CLI's shorthand, where nothing in it could be read otherwise; JSON is for the rest. [`super`] asks here first, as
//! a person reads `Key=a,Values=b,c` sooner.

use serde_json::{Map, Value};

use crate::model::{Kind, Service, ShapeId};

/// Beyond these shorthand is no shorter to a reader.
const CHARACTERS_MAX: usize = 200;
const DEPTH_MAX: usize = 4;

/// `Key=a,Values=b,c`.
pub(super) fn structure(service: &Service, shape: ShapeId, members: &Map<String, Value>) -> Option<String> {
    pairs(service, shape, members, 0).filter(|text| text.len() <= CHARACTERS_MAX)
}

fn pairs(service: &Service, shape: ShapeId, members: &Map<String, Value>, depth: usize) -> Option<String> {
    let mut pairs = Vec::with_capacity(members.len());
    for (key, value) in members {
        let of = match &service.shape(shape).kind {
            Kind::Structure(structure) => structure.members.iter().find(|member| member.name == key)?.shape,
            Kind::Map { value, .. } => value.shape,
            _ => return None,
        };
        let simple =
            key.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | ':'));
        if !simple || key.is_empty() || key.starts_with('-') {
            return None;
        }
        pairs.push(format!("{key}={}", value_of(service, of, value, depth + 1)?));
    }
    Some(pairs.join(","))
}

/// At the top a list needs no brackets, if it has items; within brackets it does.
fn value_of(service: &Service, shape: ShapeId, value: &Value, depth: usize) -> Option<String> {
    match (&service.shape(shape).kind, value) {
        _ if depth > DEPTH_MAX => None,
        (Kind::Structure(structure), _) if structure.document => None,
        (Kind::Structure(_) | Kind::Map { .. }, Value::Object(members)) => {
            Some(format!("{{{}}}", pairs(service, shape, members, depth)?))
        }
        (Kind::List { member, .. }, Value::Array(items)) => {
            let nested =
                matches!(service.shape(member.shape).kind, Kind::Structure(_) | Kind::Map { .. } | Kind::List { .. });
            let items: Option<Vec<_>> =
                items.iter().map(|item| value_of(service, member.shape, item, depth + 1)).collect();
            let items = items?;
            let bare = depth == 1 && !nested && !items.is_empty();
            Some(if bare { items.join(",") } else { format!("[{}]", items.join(",")) })
        }
        (_, value) => leaf(value),
    }
}

/// What stands in shorthand without quotes of any kind.
fn leaf(value: &Value) -> Option<String> {
    let is_plain = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | ':' | '+' | '%' | '*')
    };
    match value {
        Value::String(text) => (!text.is_empty() && text.chars().all(is_plain)).then(|| text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
