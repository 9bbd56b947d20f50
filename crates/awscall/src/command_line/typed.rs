//! A value of JSON or of shorthand, made what a shape wants, or refused with the place where it is wrong. [`super::values`] calls it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};

use super::globals::Blobs;
use super::mistake::{Mistake, Result, compared, nearest, said};
use super::timestamp;
use crate::model::{Kind, Member, Service, ShapeId, Structure};

/// One parameter's value that is being read.
pub(super) struct Typing<'a> {
    pub service: &'static Service,
    pub blobs: Blobs,
    /// Leaves are text, as in shorthand and after a flag: `5` may be a number, `a` may be a list of one.
    pub loose: bool,
    /// Where in the value, for a mistake: the flag first.
    pub place: Vec<String>,
    pub notes: &'a mut Vec<String>,
}

impl Typing<'_> {
    pub fn member(&mut self, value: Value, member: &Member) -> Result<Value> {
        self.shape(value, member.shape)
    }

    pub fn shape(&mut self, value: Value, id: ShapeId) -> Result<Value> {
        match &self.service.shape(id).kind {
            Kind::Structure(structure) if structure.document => self.document(value),
            Kind::Structure(structure) => self.structure(value, structure),
            Kind::List { member, .. } => self.list(value, member),
            Kind::Map { key, value: of, .. } => self.map(value, key, of),
            Kind::String { values } => self.string(value, values),
            Kind::Integer | Kind::Long => self.integer(value),
            Kind::Float | Kind::Double => self.float(value),
            Kind::Boolean => self.boolean(value),
            Kind::Blob { .. } => self.blob(value),
            Kind::Timestamp { .. } => self.timestamp(value),
        }
    }

    /// Any JSON; shorthand has no types to make it of.
    fn document(&self, value: Value) -> Result<Value> {
        if self.loose { Err(self.wrong("takes JSON")) } else { Ok(value) }
    }

    fn structure(&mut self, value: Value, structure: &Structure) -> Result<Value> {
        let given = match value {
            Value::Object(given) => given,
            // Source: awscli's argprocess: a structure of nothing but `Value`.
            Value::String(text) if self.loose => match structure.members.as_slice() {
                [only] if only.name == "Value" => Map::from_iter([("Value".to_owned(), Value::String(text))]),
                _ => return Err(self.wrong("takes a structure")),
            },
            _ => return Err(self.wrong("takes a structure")),
        };
        let mut members = Map::new();
        for (name, value) in given {
            let Some(member) = structure.members.iter().find(|member| member.name == name) else {
                return Err(self.unknown_member(&name, &structure.members));
            };
            if value.is_null() {
                continue;
            }
            self.place.push(format!(".{name}"));
            let value = self.member(value, member)?;
            self.place.pop();
            members.insert(name, value);
        }
        let missing = structure
            .members
            .iter()
            .find(|member| member.required && !member.idempotency_token && !members.contains_key(member.name));
        match missing {
            Some(missing) => Err(Mistake::new(format!("{} needs `{}`.", self.said_place(), missing.name))),
            None => Ok(Value::Object(members)),
        }
    }

    fn unknown_member(&self, name: &str, members: &[Member]) -> Mistake {
        let same = members.iter().find(|member| compared(member.name) == compared(name)).map(|member| member.name);
        let near =
            same.map_or_else(|| nearest(name, members.iter().map(|member| member.name)), |same| vec![same.to_owned()]);
        Mistake::new(format!("{} has no `{}`.", self.said_place(), said(name))).suggesting(near)
    }

    fn list(&mut self, value: Value, member: &Member) -> Result<Value> {
        let given = match value {
            Value::Array(given) => given,
            value if self.loose => vec![value],
            _ => return Err(self.wrong("takes a list")),
        };
        let mut items = Vec::with_capacity(given.len());
        for (at, value) in given.into_iter().enumerate() {
            self.place.push(format!("[{at}]"));
            items.push(self.member(value, member)?);
            self.place.pop();
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, value: Value, key: &Member, of: &Member) -> Result<Value> {
        let Value::Object(given) = value else { return Err(self.wrong("takes pairs of a key and a value")) };
        let mut pairs = Map::new();
        for (name, value) in given {
            self.place.push(format!(".{}", said(&name)));
            if let Kind::String { values } = &self.service.shape(key.shape).kind {
                self.near_miss(&name, values)?;
            }
            let value = self.member(value, of)?;
            self.place.pop();
            pairs.insert(name, value);
        }
        Ok(Value::Object(pairs))
    }

    fn string(&mut self, value: Value, values: &[&'static str]) -> Result<Value> {
        let Value::String(text) = value else { return Err(self.wrong("takes one text; quote it if it holds a comma")) };
        let Some(same) = values.iter().find(|known| known.eq_ignore_ascii_case(&text)) else {
            self.near_miss(&text, values)?;
            return Ok(Value::String(text));
        };
        if *same != text && !values.contains(&text.as_str()) {
            self.note(format!("{} was taken as `{same}`, as AWS writes it.", self.said_place()));
            return Ok(Value::String((*same).to_owned()));
        }
        Ok(Value::String(text))
    }

    /// A value that no enum of the model has may be newer than the model: it is refused only where a letter went wrong, and said
    /// otherwise.
    fn near_miss(&mut self, text: &str, values: &[&'static str]) -> Result<()> {
        if values.is_empty() || values.contains(&text) {
            return Ok(());
        }
        let is_part = |known: &&str| {
            let (known, text) = (compared(known), compared(text));
            known.contains(&text) || text.contains(&known)
        };
        // `FARGATE_SPOT` is no slip of `FARGATE`.
        let near = nearest(text, values.iter().copied().filter(|known| !is_part(known)));
        let word = |text: &str| text.chars().all(|letter| letter.is_ascii_alphabetic() || matches!(letter, '-' | '_'));
        if near.first().is_some_and(|near| word(text) && word(near)) {
            let headline = format!("{} does not take `{}`.", self.said_place(), said(text));
            return Err(Mistake::new(headline).suggesting(near));
        }
        self.note(format!("{} has a value that I do not know; AWS may.", self.said_place()));
        Ok(())
    }

    fn integer(&self, value: Value) -> Result<Value> {
        match value {
            Value::Number(number) if number.is_i64() || number.is_u64() => Ok(Value::Number(number)),
            Value::String(text) if self.loose => {
                text.trim().parse::<i64>().map(Value::from).map_err(|_| self.wrong("takes a whole number"))
            }
            _ => Err(self.wrong("takes a whole number")),
        }
    }

    fn float(&self, value: Value) -> Result<Value> {
        match value {
            Value::Number(number) => Ok(Value::Number(number)),
            Value::String(text) if self.loose => {
                let text = text.trim();
                let whole = text.parse::<i64>().ok().map(Number::from);
                whole
                    .or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64))
                    .map(Value::Number)
                    .ok_or_else(|| self.wrong("takes a number"))
            }
            _ => Err(self.wrong("takes a number")),
        }
    }

    fn boolean(&self, value: Value) -> Result<Value> {
        match value {
            Value::Bool(_) => Ok(value),
            Value::String(text) if self.loose => {
                truth(&text).map(Value::Bool).ok_or_else(|| self.wrong("takes `true` or `false`"))
            }
            _ => Err(self.wrong("takes `true` or `false`")),
        }
    }

    fn blob(&mut self, value: Value) -> Result<Value> {
        let Value::String(text) = value else { return Err(self.wrong("takes a text")) };
        match self.blobs {
            Blobs::Text => {
                if looks_like_base64(&text) {
                    self.note(format!(
                        "{} was taken as text: `--cli-binary-format base64` takes base64.",
                        self.said_place()
                    ));
                }
                Ok(Value::String(STANDARD.encode(text)))
            }
            Blobs::Base64 => match STANDARD.decode(&text) {
                Ok(_) => Ok(Value::String(text)),
                Err(_) => Err(self.wrong("takes base64, as `--cli-binary-format base64` says")),
            },
        }
    }

    fn timestamp(&self, value: Value) -> Result<Value> {
        match value {
            Value::Number(number) => Ok(Value::Number(number)),
            Value::String(text) => timestamp::read(&text)
                .ok_or_else(|| self.wrong("takes a time such as 2026-01-31T12:00:00Z, or seconds since 1970")),
            _ => Err(self.wrong("takes a time such as 2026-01-31T12:00:00Z, or seconds since 1970")),
        }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn wrong(&self, takes: &str) -> Mistake {
        Mistake::new(format!("{} {takes}.", self.said_place()))
    }

    /// `--filters` or `--filters [0].Values`.
    fn said_place(&self) -> String {
        match self.place.split_first() {
            Some((flag, [])) => format!("`{flag}`"),
            Some((flag, within)) => format!("`{}` of `{flag}`", within.concat().trim_start_matches('.')),
            None => "The value".to_owned(),
        }
    }
}

pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Longer than a word, with what no word has: version 2 of the AWS CLI would decode it.
fn looks_like_base64(text: &str) -> bool {
    const SHORTEST: usize = 16;
    let has = |is: fn(&char) -> bool| text.chars().any(|letter| is(&letter));
    let is_mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase);
    is_mixed
        && (text.ends_with('=') || text.len() >= SHORTEST && has(char::is_ascii_digit))
        && STANDARD.decode(text).is_ok()
}
