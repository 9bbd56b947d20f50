//! The functions of `JMESPath`. What they take is checked before they run.
//!
//! Source: <https://jmespath.site/main/specification.html#builtin-functions>; where it leaves room, as the AWS CLI's `jmespath.py`.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::evaluate::{Evaluation, by_size, equal};
use super::tree::{Argument, Node};

/// How many letters another function's name may be away.
const NEAR_EDITS: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Avg,
    Ceil,
    Contains,
    EndsWith,
    Floor,
    Join,
    Keys,
    Length,
    Map,
    Max,
    MaxBy,
    Merge,
    Min,
    MinBy,
    NotNull,
    Reverse,
    Sort,
    SortBy,
    StartsWith,
    Sum,
    ToArray,
    ToNumber,
    ToString,
    Type,
    Values,
}

/// What stands in one place of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Any,
    Number,
    Text,
    List,
    Object,
    ListOrText,
    Sized,
    Numbers,
    Texts,
    NumbersOrTexts,
    Expression,
}

impl Takes {
    fn words(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Object => "an object",
            Self::ListOrText => "a list or a text",
            Self::Sized => "a list, an object or a text",
            Self::Numbers => "a list of numbers",
            Self::Texts => "a list of texts",
            Self::NumbersOrTexts => "a list of numbers or of texts",
            Self::Expression => "an expression such as `&Name`",
        }
    }

    fn accepts(self, value: &Value) -> bool {
        let list_of = |is: fn(&Value) -> bool| value.as_array().is_some_and(|all| all.iter().all(is));
        match self {
            Self::Any => true,
            Self::Number => value.is_number(),
            Self::Text => value.is_string(),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
            Self::ListOrText => value.is_array() || value.is_string(),
            Self::Sized => value.is_array() || value.is_string() || value.is_object(),
            Self::Numbers => list_of(Value::is_number),
            Self::Texts => list_of(Value::is_string),
            Self::NumbersOrTexts => list_of(Value::is_number) || list_of(Value::is_string),
            Self::Expression => false,
        }
    }
}

/// By name: what it takes, and whether the last may be repeated.
const FUNCTIONS: [(&str, Function, &[Takes], bool); 26] = [
    ("abs", Function::Abs, &[Takes::Number], false),
    ("avg", Function::Avg, &[Takes::Numbers], false),
    ("ceil", Function::Ceil, &[Takes::Number], false),
    ("contains", Function::Contains, &[Takes::ListOrText, Takes::Any], false),
    ("ends_with", Function::EndsWith, &[Takes::Text, Takes::Text], false),
    ("floor", Function::Floor, &[Takes::Number], false),
    ("join", Function::Join, &[Takes::Text, Takes::Texts], false),
    ("keys", Function::Keys, &[Takes::Object], false),
    ("length", Function::Length, &[Takes::Sized], false),
    ("map", Function::Map, &[Takes::Expression, Takes::List], false),
    ("max", Function::Max, &[Takes::NumbersOrTexts], false),
    ("max_by", Function::MaxBy, &[Takes::List, Takes::Expression], false),
    ("merge", Function::Merge, &[Takes::Object], true),
    ("min", Function::Min, &[Takes::NumbersOrTexts], false),
    ("min_by", Function::MinBy, &[Takes::List, Takes::Expression], false),
    ("not_null", Function::NotNull, &[Takes::Any], true),
    ("reverse", Function::Reverse, &[Takes::ListOrText], false),
    ("sort", Function::Sort, &[Takes::NumbersOrTexts], false),
    ("sort_by", Function::SortBy, &[Takes::List, Takes::Expression], false),
    ("starts_with", Function::StartsWith, &[Takes::Text, Takes::Text], false),
    ("sum", Function::Sum, &[Takes::Numbers], false),
    ("to_array", Function::ToArray, &[Takes::Any], false),
    ("to_number", Function::ToNumber, &[Takes::Any], false),
    ("to_string", Function::ToString, &[Takes::Any], false),
    ("type", Function::Type, &[Takes::Any], false),
    ("values", Function::Values, &[Takes::Object], false),
];

impl Function {
    pub(super) fn named(name: &str, given: usize) -> Result<Self, String> {
        let Some((_, function, takes, repeats)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            let near = FUNCTIONS.iter().map(|(known, ..)| (strsim::damerau_levenshtein(name, known), *known)).min();
            let hint =
                near.filter(|(edits, _)| *edits <= NEAR_EDITS).map(|(_, near)| format!(": did you mean `{near}`?"));
            return Err(format!("there is no function `{name}` in JMESPath{}", hint.unwrap_or_default()));
        };
        let fits = if *repeats { given >= takes.len() } else { given == takes.len() };
        let plural = if takes.len() == 1 { "value" } else { "values" };
        let are = if given == 1 { "is" } else { "are" };
        fits.then_some(*function)
            .ok_or_else(|| format!("`{name}` takes {} {plural}, and {given} {are} given", takes.len()))
    }
}

/// `value` is the current one.
pub(super) fn call<'a>(
    evaluation: &mut Evaluation,
    function: Function,
    arguments: &[Argument],
    value: &Value,
) -> Result<Cow<'a, Value>, String> {
    let Some((name, _, takes, _)) = FUNCTIONS.iter().find(|(_, known, ..)| *known == function) else {
        return Err("there is no such function".to_owned());
    };
    let (mut values, mut expression) = (Vec::with_capacity(arguments.len()), None);
    for (at, argument) in arguments.iter().enumerate() {
        let takes = takes.get(at).or(takes.last()).copied().unwrap_or(Takes::Any);
        match argument {
            Argument::Expression(node) if takes == Takes::Expression => expression = Some(node),
            Argument::Value(node) => {
                let given = evaluation.chosen(node, value)?;
                if !takes.accepts(&given) {
                    return Err(format!("`{name}` takes {}", takes.words()));
                }
                values.push(given);
            }
            Argument::Expression(_) => return Err(format!("`{name}` takes {}", takes.words())),
        }
    }
    match expression {
        Some(node) => by_expression(evaluation, function, name, node, values),
        None => by_values(evaluation, function, values),
    }
    .map(Cow::Owned)
}

fn by_values(evaluation: &mut Evaluation, function: Function, mut values: Vec<Value>) -> Result<Value, String> {
    if function == Function::NotNull {
        return Ok(values.into_iter().find(|value| !value.is_null()).unwrap_or_default());
    }
    if function == Function::Merge {
        let objects = values
            .into_iter()
            .filter_map(|value| if let Value::Object(members) = value { Some(members) } else { None });
        return Ok(Value::Object(objects.flatten().collect::<Map<_, _>>()));
    }
    let second = if values.len() > 1 { values.pop() } else { None }.unwrap_or_default();
    let first = values.pop().unwrap_or_default();
    match (function, first) {
        (Function::ToArray, list @ Value::Array(_)) => Ok(list),
        (Function::ToArray, other) => Ok(Value::Array(vec![other])),
        (Function::ToString, text @ Value::String(_)) => Ok(text),
        (Function::ToString, other) => Ok(Value::from(other.to_string())),
        (Function::Type, value) => Ok(Value::from(type_of(&value))),
        (Function::Join, Value::String(between)) => joined(evaluation, &between, &second),
        (function, Value::Number(number)) => Ok(of_number(function, number)),
        (function, Value::String(text)) => Ok(of_text(function, &text, &second)),
        (function, Value::Array(all)) => of_list(evaluation, function, all, &second),
        (function, Value::Object(members)) => Ok(of_object(function, members)),
        _ => Ok(Value::Null),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn joined(evaluation: &mut Evaluation, between: &str, texts: &Value) -> Result<Value, String> {
    let texts: Vec<&str> = texts.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    evaluation.spend(between.len().saturating_mul(texts.len()) / 32)?;
    Ok(Value::from(texts.join(between)))
}

fn of_number(function: Function, number: Number) -> Value {
    match function {
        Function::Abs => match number.as_i128().and_then(|whole| Number::from_i128(whole.abs())) {
            Some(whole) => Value::Number(whole),
            None => Value::from(number.as_f64().unwrap_or_default().abs()),
        },
        Function::Ceil => rounded(number, f64::ceil),
        Function::Floor => rounded(number, f64::floor),
        Function::ToNumber => Value::Number(number),
        _ => Value::Null,
    }
}

fn of_text(function: Function, text: &str, second: &Value) -> Value {
    let second = second.as_str();
    match function {
        Function::Contains => Value::Bool(second.is_some_and(|wanted| text.contains(wanted))),
        Function::StartsWith => Value::Bool(second.is_some_and(|start| text.starts_with(start))),
        Function::EndsWith => Value::Bool(second.is_some_and(|end| text.ends_with(end))),
        Function::Length => Value::from(text.chars().count()),
        Function::Reverse => Value::from(text.chars().rev().collect::<String>()),
        Function::ToNumber => number_of(text.trim()),
        _ => Value::Null,
    }
}

fn of_object(function: Function, members: Map<String, Value>) -> Value {
    match function {
        Function::Keys => members.keys().map(String::as_str).collect(),
        Function::Values => members.into_iter().map(|(_, member)| member).collect(),
        Function::Length => Value::from(members.len()),
        _ => Value::Null,
    }
}

fn of_list(
    evaluation: &mut Evaluation,
    function: Function,
    mut all: Vec<Value>,
    second: &Value,
) -> Result<Value, String> {
    let best = |wanted: Ordering| move |best: Value, one: Value| if order(&one, &best) == wanted { one } else { best };
    Ok(match function {
        Function::Contains => {
            all.iter().try_for_each(|one| evaluation.weigh(one))?;
            Value::Bool(all.iter().any(|one| equal(one, second)))
        }
        Function::Sum => sum(&all),
        Function::Avg => average(&all),
        Function::Length => Value::from(all.len()),
        Function::Reverse => all.into_iter().rev().collect(),
        Function::Max => all.into_iter().reduce(best(Ordering::Greater)).unwrap_or_default(),
        Function::Min => all.into_iter().reduce(best(Ordering::Less)).unwrap_or_default(),
        Function::Sort => {
            all.sort_by(order);
            Value::Array(all)
        }
        _ => Value::Null,
    })
}

fn by_expression(
    evaluation: &mut Evaluation,
    function: Function,
    name: &str,
    node: &Node,
    mut values: Vec<Value>,
) -> Result<Value, String> {
    let Some(Value::Array(all)) = values.pop() else { return Ok(Value::Null) };
    if function == Function::Map {
        return all.iter().map(|one| evaluation.chosen(node, one)).collect();
    }
    let mut keyed: Vec<(Value, Value)> = Vec::with_capacity(all.len());
    for one in all {
        keyed.push((evaluation.chosen(node, &one)?, one));
    }
    let alike = |is: fn(&Value) -> bool| keyed.iter().all(|(key, _)| is(key));
    if !alike(Value::is_number) && !alike(Value::is_string) {
        return Err(format!("`{name}` needs a number for all, or a text for all: some have another value, or none"));
    }
    let best = |wanted: Ordering| {
        move |best: (Value, Value), one: (Value, Value)| if order(&one.0, &best.0) == wanted { one } else { best }
    };
    Ok(match function {
        Function::MaxBy => keyed.into_iter().reduce(best(Ordering::Greater)).map(|(_, one)| one).unwrap_or_default(),
        Function::MinBy => keyed.into_iter().reduce(best(Ordering::Less)).map(|(_, one)| one).unwrap_or_default(),
        _ => {
            keyed.sort_by(|(one, _), (other, _)| order(one, other));
            keyed.into_iter().map(|(_, one)| one).collect()
        }
    })
}

/// Of two numbers or two texts.
fn order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => by_size(one, other),
        (Value::String(one), Value::String(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}

/// A whole number is one already.
fn rounded(number: Number, round: impl Fn(f64) -> f64) -> Value {
    let rounded = |number: f64| {
        let rounded = round(number);
        // Python's are endless; past what a double can count there is nothing to round.
        format!("{rounded:.0}").parse::<i64>().map_or(Value::from(rounded), Value::from)
    };
    if number.is_f64() { number.as_f64().map_or(Value::Null, rounded) } else { Value::Number(number) }
}

/// Whole if all are.
fn sum(all: &[Value]) -> Value {
    let whole = all
        .iter()
        .map(|one| one.as_number().and_then(Number::as_i128))
        .try_fold(0_i128, |sum, one| sum.checked_add(one?));
    match whole.and_then(Number::from_i128) {
        Some(number) => Value::Number(number),
        None => Value::from(all.iter().filter_map(Value::as_f64).sum::<f64>()),
    }
}

fn average(all: &[Value]) -> Value {
    if all.is_empty() {
        return Value::Null;
    }
    #[expect(clippy::cast_precision_loss, reason = "a list is far shorter than 2^52")]
    let count = all.len() as f64;
    Value::from(all.iter().filter_map(Value::as_f64).sum::<f64>() / count)
}

fn number_of(text: &str) -> Value {
    if let Ok(whole) = text.trim_start_matches('+').parse::<i64>() {
        return Value::from(whole);
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map_or(Value::Null, Value::from)
}
