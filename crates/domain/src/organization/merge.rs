//! The effective policy: documents of the levels of an organization, the root's first, merged with AWS's operators. The same
//! documents in the same order always make the same policy, and what had no say is told.
//!
//! Within a level, the first document that assigns a setting wins, all that append add, and what any removes is gone. What is
//! removed to the last value stays as an empty list, which allows nothing: AWS's examples drop such a setting, which would
//! open here what somebody closed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value, json};

use super::document::{ChildOperators, Document, Operator, Place, Setting};

/// A document, and what people call it.
#[derive(Debug, Clone)]
pub struct NamedDocument {
    pub name: String,
    pub document: Document,
}

/// An account's policy after all inheritance: values by place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effective(BTreeMap<Place, BTreeSet<String>>);

/// An operator that had no effect, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    pub document: String,
    pub place: String,
    pub operator: &'static str,
    pub why: &'static str,
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}` of `{}` has no effect: {}", self.document, self.operator, self.place, self.why)
    }
}

const LOCKED: &str = "a policy above does not allow it (`@@operators_allowed_for_child_policies`)";
const ASSIGNED_BEFORE: &str = "a policy of the same level assigns it first";

/// Merges levels, the root's first; documents of a level in the order in which they are attached.
pub fn merge(levels: &[&[&NamedDocument]]) -> (Effective, Vec<Ignored>) {
    let mut merging = Merging::default();
    for level in levels {
        merging.apply(level);
    }
    (Effective(merging.values), merging.ignored)
}

#[derive(Default)]
struct Merging {
    values: BTreeMap<Place, BTreeSet<String>>,
    /// Of all levels above.
    controls: BTreeMap<Place, ChildOperators>,
    ignored: Vec<Ignored>,
}

impl Merging {
    fn apply(&mut self, level: &[&NamedDocument]) {
        let mut together: BTreeMap<&Place, Setting> = BTreeMap::new();
        let known = self.known_places();
        for NamedDocument { name, document } in level {
            for (place, setting) in &document.settings {
                let mut ignore = |operator: Operator, why| {
                    let (document, place) = (name.clone(), place.to_string());
                    self.ignored.push(Ignored { document, place, operator: operator.as_str(), why });
                };
                let allowed = |operator| allows(&self.controls, &known, place, operator);
                let of_level = together.entry(place).or_default();
                match &setting.assign {
                    Some(_) if !allowed(Operator::Assign) => ignore(Operator::Assign, LOCKED),
                    Some(_) if of_level.assign.is_some() => ignore(Operator::Assign, ASSIGNED_BEFORE),
                    Some(values) => of_level.assign = Some(values.clone()),
                    None => {}
                }
                for (operator, values) in [(Operator::Append, &setting.append), (Operator::Remove, &setting.remove)] {
                    if values.is_empty() {
                        continue;
                    }
                    if !allowed(operator) {
                        ignore(operator, LOCKED);
                        continue;
                    }
                    let into = if operator == Operator::Append { &mut of_level.append } else { &mut of_level.remove };
                    into.extend(values.iter().cloned());
                }
            }
        }
        for (place, setting) in together {
            let inherited = self.values.remove(place);
            let is_said = inherited.is_some() || setting.assign.is_some() || !setting.append.is_empty();
            let mut values = setting.assign.or(inherited).unwrap_or_default();
            values.extend(setting.append);
            values.retain(|value| !setting.remove.contains(value));
            if is_said {
                self.values.insert(place.clone(), values);
            }
        }
        for NamedDocument { document, .. } in level {
            for (place, control) in &document.controls {
                let of_place = self.controls.entry(place.clone()).or_insert(*control);
                *of_place = of_place.and(*control);
            }
        }
    }

    /// Every place that a level above says something at or below.
    fn known_places(&self) -> BTreeSet<Place> {
        let said = self.values.keys().chain(self.controls.keys());
        said.flat_map(|place| place.ancestors().map(|(_, below)| below)).collect()
    }
}

/// A control at a setting is about its values; one above is about what may be added below it. Source: the User Guide's
/// examples of AI services opt-out policies, whose operators are the same.
fn allows(
    controls: &BTreeMap<Place, ChildOperators>,
    known: &BTreeSet<Place>,
    place: &Place,
    operator: Operator,
) -> bool {
    let here = controls.get(place).is_none_or(|control| control.allow(operator));
    here && place.ancestors().all(|(above, below)| {
        known.contains(&below) || controls.get(&above).is_none_or(|control| control.allow(operator))
    })
}

impl Effective {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn settings(&self) -> impl Iterator<Item = (Vec<&str>, &BTreeSet<String>)> {
        self.0.iter().map(|(place, values)| (place.keys(), values))
    }

    /// As AWS shows effective policies: without operators.
    pub fn to_json(&self) -> Value {
        let mut top = Map::new();
        for (keys, values) in self.settings() {
            put(&mut top, &keys, values);
        }
        Value::Object(top)
    }
}

fn put(object: &mut Map<String, Value>, keys: &[&str], values: &BTreeSet<String>) {
    match keys {
        [] => {}
        ["client"] => drop(object.insert("client".to_owned(), json!(values.first()))),
        [last] => drop(object.insert((*last).to_owned(), json!(values))),
        [first, below @ ..] => {
            if let Value::Object(object) = object.entry((*first).to_owned()).or_insert_with(|| json!({})) {
                put(object, below, values);
            }
        }
    }
}
