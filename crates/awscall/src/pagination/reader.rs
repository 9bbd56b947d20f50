//! What a paginator of the models reads of an answer, and how answers grow together.

use serde_json::{Map, Value};

use super::PageError;
use super::resume::Tokens;
use crate::call::Call;
use crate::model::{Kind, Paginator};
use crate::query::Query;

/// What a paginator reads of each answer.
pub(super) struct Reader {
    pub(super) call: Call,
    paginator: &'static Paginator,
    output_tokens: Vec<Query>,
    more_results: Option<Query>,
    results: Vec<(&'static str, Query)>,
    beside: Vec<(&'static str, Query)>,
}

impl Reader {
    pub(super) fn of(call: &Call, paginator: &'static Paginator) -> Result<Self, PageError> {
        let query = |text: &&'static str| {
            Query::parse(text).map_err(|error| PageError(format!("the pages of `{}`: {error}", call.operation.name)))
        };
        let named = |texts: &[&'static str]| {
            texts.iter().map(|text| Ok((*text, query(text)?))).collect::<Result<Vec<_>, PageError>>()
        };
        Ok(Self {
            call: call.clone(),
            paginator,
            output_tokens: paginator.output_tokens.iter().map(query).collect::<Result<_, _>>()?,
            more_results: paginator.more_results.as_ref().map(query).transpose()?,
            results: named(&paginator.result_keys)?,
            beside: named(&paginator.non_aggregate_keys)?,
        })
    }

    /// The member that takes it, and as what: some take text.
    pub(super) fn page_size(&self, size: u64) -> Result<(String, Value), PageError> {
        let Call { service, operation, .. } = self.call;
        let member =
            self.paginator.limit_key.and_then(|key| service.input(operation).iter().find(|member| member.name == key));
        let Some(member) = member else {
            return Err(PageError(format!(
                "the pages of `{}` have one size: it takes no --page-size",
                operation.command
            )));
        };
        let is_text = matches!(service.shape(member.shape).kind, Kind::String { .. });
        Ok((member.name.to_owned(), if is_text { Value::from(size.to_string()) } else { Value::from(size) }))
    }

    /// The first of the lists.
    fn primary(&self) -> Option<&(&'static str, Query)> {
        self.results.first()
    }

    fn primary_of(&self, page: &Value) -> Result<Value, PageError> {
        self.primary().map_or(Ok(Value::Null), |(_, query)| found(query, page))
    }

    pub(super) fn count(&self, page: &Value) -> Result<usize, PageError> {
        Ok(match self.primary_of(page)? {
            Value::Array(all) => all.len(),
            Value::Object(members) => members.len(),
            Value::String(text) => text.chars().count(),
            _ => 0,
        })
    }

    /// What was shown before is not shown again; what stands beside the first list was, with it.
    pub(super) fn skip(&self, page: &mut Value, skipped: usize) -> Result<(), PageError> {
        let rest = match self.primary_of(page)? {
            Value::Array(all) => all.into_iter().skip(skipped).collect(),
            Value::String(text) => Value::from(text.chars().skip(skipped).collect::<String>()),
            other if skipped == 0 => other,
            _ => Value::Null,
        };
        let Some((primary, _)) = self.primary() else { return Ok(()) };
        set(page, primary, rest);
        for (path, query) in self.results.iter().skip(1) {
            let empty = match found(query, page)? {
                Value::Array(_) => Value::Array(Vec::new()),
                Value::String(_) => Value::from(""),
                // How many were looked at stays true.
                number @ Value::Number(_) => number,
                _ => Value::Null,
            };
            set(page, path, empty);
        }
        Ok(())
    }

    pub(super) fn keep(&self, page: &mut Value, count: usize) -> Result<(), PageError> {
        let kept = match self.primary_of(page)? {
            Value::Array(all) => all.into_iter().take(count).collect(),
            Value::Object(members) => Value::Object(members.into_iter().take(count).collect()),
            Value::String(text) => Value::from(text.chars().take(count).collect::<String>()),
            other => other,
        };
        if let Some((primary, _)) = self.primary() {
            set(page, primary, kept);
        }
        Ok(())
    }

    /// Lists grow, numbers add up, texts are joined.
    pub(super) fn add(&self, whole: &mut Map<String, Value>, page: &Value) -> Result<(), PageError> {
        let mut all = Value::Object(std::mem::take(whole));
        for (path, query) in &self.results {
            let new = found(query, page)?;
            if new.is_null() {
                continue;
            }
            match (at_mut(&mut all, path), new) {
                (Some(Value::Array(known)), Value::Array(new)) => known.extend(new),
                (Some(Value::Object(known)), Value::Object(new)) => known.extend(new),
                (Some(Value::String(known)), Value::String(new)) => known.push_str(&new),
                (Some(known @ Value::Number(_)), new @ Value::Number(_)) => *known = sum(known, &new),
                (None | Some(Value::Null), new) => set(&mut all, path, new),
                (Some(_), _) => {
                    return Err(PageError(format!("the pages of `{}` do not fit together", self.call.operation.name)));
                }
            }
        }
        if let Value::Object(all) = all {
            *whole = all;
        }
        Ok(())
    }

    pub(super) fn beside(&self, page: &Value) -> Result<Map<String, Value>, PageError> {
        let mut beside = Value::Object(Map::new());
        for (path, query) in &self.beside {
            set(&mut beside, path, found(query, page)?);
        }
        Ok(if let Value::Object(beside) = beside { beside } else { Map::new() })
    }

    /// None where this was the last page.
    pub(super) fn next(&self, page: &Value) -> Result<Option<Tokens>, PageError> {
        if let Some(more) = &self.more_results
            && !holds(&found(more, page)?)
        {
            return Ok(None);
        }
        let mut tokens = Tokens::none(&self.paginator.input_tokens);
        for (name, query) in self.paginator.input_tokens.iter().zip(&self.output_tokens) {
            let token = found(query, page)?;
            if holds(&token) {
                tokens.set(name, token);
            }
        }
        Ok(if tokens.are_none() { None } else { Some(tokens) })
    }
}

fn found(query: &Query, page: &Value) -> Result<Value, PageError> {
    query.apply(page).map_err(|error| PageError(error.0))
}

/// Neither null nor empty nor zero nor false: no service means a token by any of these.
fn holds(token: &Value) -> bool {
    match token {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => !all.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(true) => true,
    }
}

fn sum(one: &Value, other: &Value) -> Value {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => Value::from(one.saturating_add(other)),
        _ => Value::from(one.as_f64().unwrap_or_default() + other.as_f64().unwrap_or_default()),
    }
}

fn at_mut<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').try_fold(value, |value, name| value.get_mut(name))
}

/// At a path of names, which is made where it is not.
fn set(value: &mut Value, path: &str, new: Value) {
    let mut place = value;
    for name in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(members) = place else { return };
        place = members.entry(name).or_insert(Value::Null);
    }
    *place = new;
}
