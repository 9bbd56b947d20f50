//! An expression, answered. What is only looked at is not copied, and what is copied is counted.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::functions;
use super::tree::{Comparison, Node, Slice};

/// Steps, and values copied with 32 bytes of text each: some 100 MB at the most, for as long as a query runs.
const WORK_MAX: usize = 1_500_000;
pub(super) const TOO_MUCH: &str = "the query makes too much of this answer: ask for less of it at once";

type Answer<'a> = Result<Cow<'a, Value>, String>;

pub(super) fn answer(node: &Node, value: &Value) -> Result<Value, String> {
    let mut evaluation = Evaluation { left: WORK_MAX };
    let answer = evaluation.of(node, Cow::Borrowed(value))?;
    evaluation.owned(answer)
}

pub(super) struct Evaluation {
    left: usize,
}

impl Evaluation {
    pub(super) fn spend(&mut self, work: usize) -> Result<(), String> {
        self.left = self.left.checked_sub(work).ok_or(TOO_MUCH)?;
        Ok(())
    }

    pub(super) fn owned(&mut self, value: Cow<'_, Value>) -> Result<Value, String> {
        match value {
            Cow::Owned(value) => Ok(value),
            Cow::Borrowed(value) => {
                self.weigh(value)?;
                Ok(value.clone())
            }
        }
    }

    /// What copying or comparing it costs.
    pub(super) fn weigh(&mut self, value: &Value) -> Result<(), String> {
        match value {
            Value::String(text) => self.spend(1 + text.len() / 32),
            Value::Array(all) => {
                self.spend(1)?;
                all.iter().try_for_each(|one| self.weigh(one))
            }
            Value::Object(members) => {
                self.spend(1)?;
                members.iter().try_for_each(|(name, member)| {
                    self.spend(1 + name.len() / 32)?;
                    self.weigh(member)
                })
            }
            _ => self.spend(1),
        }
    }

    /// Recurses: what each kind needs beside it stands in a function of its own, so that its frame stays small.
    pub(super) fn of<'a>(&mut self, node: &'a Node, value: Cow<'a, Value>) -> Answer<'a> {
        self.spend(1)?;
        match node {
            Node::Current => Ok(value),
            Node::Literal(literal) => Ok(Cow::Borrowed(literal)),
            Node::Field(name) => Ok(field(name, value)),
            Node::Index(index) => Ok(indexed(*index, value)),
            Node::Slice(slice) => self.sliced(&value, *slice),
            Node::Then(first, then) => {
                let value = self.of(first, value)?;
                self.of(then, value)
            }
            Node::Each(first, each) => {
                let list = self.of(first, value)?;
                self.each(each, list)
            }
            Node::If(predicate, then) => {
                if self.holds(predicate, &value)? {
                    self.of(then, value)
                } else {
                    Ok(null())
                }
            }
            Node::Values(of) => {
                let members = self.of(of, value)?;
                self.values(members)
            }
            Node::Flatten(of) => {
                let list = self.of(of, value)?;
                self.flat(list)
            }
            Node::List(_) | Node::Object(_) if value.is_null() => Ok(null()),
            Node::List(nodes) => {
                let list = nodes.iter().map(|node| self.chosen(node, &value)).collect::<Result<_, _>>()?;
                Ok(Cow::Owned(Value::Array(list)))
            }
            Node::Object(nodes) => {
                let members = nodes.iter().map(|(name, node)| Ok((name.clone(), self.chosen(node, &value)?)));
                Ok(Cow::Owned(Value::Object(members.collect::<Result<_, String>>()?)))
            }
            Node::Or(first, second) => self.either(true, first, second, value),
            Node::And(first, second) => self.either(false, first, second, value),
            Node::Not(of) => Ok(Cow::Owned(Value::Bool(!self.holds(of, &value)?))),
            Node::Compare(comparison, one, other) => self.compare(*comparison, one, other, &value),
            Node::Call(function, arguments) => functions::call(self, *function, arguments, &value),
        }
    }

    fn sliced<'a>(&mut self, value: &Value, slice: Slice) -> Answer<'a> {
        let Value::Array(all) = value else { return Ok(null()) };
        self.list(places(all.len(), slice).into_iter().filter_map(|at| all.get(at).map(Cow::Borrowed)))
    }

    fn each<'a>(&mut self, each: &'a Node, list: Cow<'a, Value>) -> Answer<'a> {
        let Some(all) = elements(list) else { return Ok(null()) };
        let mut collected = Vec::new();
        for element in all {
            let answer = self.of(each, element)?;
            if !answer.is_null() {
                collected.push(self.owned(answer)?);
            }
        }
        Ok(Cow::Owned(Value::Array(collected)))
    }

    fn values<'a>(&mut self, members: Cow<'a, Value>) -> Answer<'a> {
        match members {
            Cow::Borrowed(Value::Object(members)) => self.list(members.values().map(Cow::Borrowed)),
            Cow::Owned(Value::Object(members)) => {
                Ok(Cow::Owned(Value::Array(members.into_iter().map(|(_, member)| member).collect())))
            }
            _ => Ok(null()),
        }
    }

    fn flat<'a>(&mut self, list: Cow<'a, Value>) -> Answer<'a> {
        let Some(all) = elements(list) else { return Ok(null()) };
        let mut flat = Vec::new();
        for element in all {
            match self.owned(element)? {
                Value::Array(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        Ok(Cow::Owned(Value::Array(flat)))
    }

    /// The first if it decides: what holds decides an *or*, what does not an *and*.
    fn either<'a>(&mut self, is_or: bool, first: &'a Node, second: &'a Node, value: Cow<'a, Value>) -> Answer<'a> {
        let decided = self.chosen(first, &value)?;
        if is_true(&decided) == is_or { Ok(Cow::Owned(decided)) } else { self.of(second, value) }
    }

    fn compare<'a>(&mut self, comparison: Comparison, one: &Node, other: &Node, value: &Value) -> Answer<'a> {
        let (one, other) = (self.of(one, Cow::Borrowed(value))?, self.of(other, Cow::Borrowed(value))?);
        self.weigh(&one)?;
        Ok(Cow::Owned(compared(comparison, &one, &other)))
    }

    /// What is chosen of a value that others choose of too.
    pub(super) fn chosen(&mut self, node: &Node, value: &Value) -> Result<Value, String> {
        let answer = self.of(node, Cow::Borrowed(value))?;
        self.owned(answer)
    }

    fn holds(&mut self, node: &Node, value: &Value) -> Result<bool, String> {
        Ok(is_true(self.of(node, Cow::Borrowed(value))?.as_ref()))
    }

    fn list<'a>(&mut self, values: impl Iterator<Item = Cow<'a, Value>>) -> Answer<'static> {
        let all = values.map(|value| self.owned(value)).collect::<Result<_, _>>()?;
        Ok(Cow::Owned(Value::Array(all)))
    }
}

fn null<'a>() -> Cow<'a, Value> {
    Cow::Owned(Value::Null)
}

fn field<'a>(name: &str, value: Cow<'a, Value>) -> Cow<'a, Value> {
    match value {
        Cow::Borrowed(value) => value.get(name).map_or_else(null, Cow::Borrowed),
        Cow::Owned(Value::Object(mut members)) => members.swap_remove(name).map_or_else(null, Cow::Owned),
        Cow::Owned(_) => null(),
    }
}

fn indexed(index: i64, list: Cow<'_, Value>) -> Cow<'_, Value> {
    match list {
        Cow::Borrowed(Value::Array(all)) => {
            place(index, all.len()).and_then(|at| all.get(at)).map_or_else(null, Cow::Borrowed)
        }
        Cow::Owned(Value::Array(mut all)) => {
            place(index, all.len()).map_or_else(null, |at| Cow::Owned(all.swap_remove(at)))
        }
        _ => null(),
    }
}

/// The elements of a list, looked at or moved out of it.
enum Elements<'a> {
    Borrowed(&'a [Value]),
    Owned(Vec<Value>),
}

fn elements(value: Cow<'_, Value>) -> Option<Elements<'_>> {
    match value {
        Cow::Borrowed(Value::Array(all)) => Some(Elements::Borrowed(all)),
        Cow::Owned(Value::Array(all)) => Some(Elements::Owned(all)),
        _ => None,
    }
}

impl<'a> IntoIterator for Elements<'a> {
    type Item = Cow<'a, Value>;
    type IntoIter = Box<dyn Iterator<Item = Cow<'a, Value>> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Self::Borrowed(all) => Box::new(all.iter().map(Cow::Borrowed)),
            Self::Owned(all) => Box::new(all.into_iter().map(Cow::Owned)),
        }
    }
}

/// From the end where it is negative.
fn place(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let at = if index < 0 { length + index } else { index };
    usize::try_from(at).ok().filter(|_| at < length)
}

fn places(length: usize, slice: Slice) -> Vec<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let backwards = slice.step < 0;
    let (least, greatest) = if backwards { (-1, length - 1) } else { (0, length) };
    let within = |at: i64| (if at < 0 { at + length } else { at }).clamp(least, greatest);
    let (head, tail) = if backwards { (greatest, least) } else { (least, greatest) };
    let (mut at, end) = (slice.begin.map_or(head, within), slice.end.map_or(tail, within));
    let mut places = Vec::new();
    while if backwards { at > end } else { at < end } {
        places.extend(usize::try_from(at));
        at += slice.step;
    }
    places
}

/// All but null, false and what is empty; 0 holds.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    }
}

/// Texts compare too, as the AWS CLI lets them: times are texts there. Null where the two have no order.
fn compared(comparison: Comparison, one: &Value, other: &Value) -> Value {
    let order = || match (one, other) {
        (Value::Number(one), Value::Number(other)) => Some(by_size(one, other)),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => None,
    };
    let holds = match comparison {
        Comparison::Equal => Some(equal(one, other)),
        Comparison::NotEqual => Some(!equal(one, other)),
        Comparison::Less => order().map(Ordering::is_lt),
        Comparison::LessOrEqual => order().map(Ordering::is_le),
        Comparison::Greater => order().map(Ordering::is_gt),
        Comparison::GreaterOrEqual => order().map(Ordering::is_ge),
    };
    holds.map_or(Value::Null, Value::Bool)
}

pub(super) fn by_size(one: &Number, other: &Number) -> Ordering {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
    }
}

/// 1 is 1.0, and members have no order.
pub(super) fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => by_size(one, other).is_eq(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| equal(one, other)))
        }
        (one, other) => one == other,
    }
}
