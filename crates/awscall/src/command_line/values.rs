//! The words after a flag, as the value that its parameter's shape wants. [`super::arguments`] calls it.

use serde_json::{Map, Value};

use super::globals::{Blobs, valueless};
use super::mistake::{Mistake, Result};
use super::parameter::{self, is_json};
use super::typed::Typing;
use super::{json, shorthand};
use crate::model::{Kind, Member, Service, ShapeId};

/// What reads as a file's or an address's name; the AWS CLI would read the first two.
const FILES: [&str; 2] = ["file://", "fileb://"];
const ADDRESSES: [&str; 2] = ["http://", "https://"];

/// Whether the flag takes all the words up to the next flag.
pub(super) fn takes_many(service: &Service, member: &Member) -> bool {
    matches!(service.shape(member.shape).kind, Kind::List { .. } | Kind::Map { .. })
        || matches!(&service.shape(member.shape).kind, Kind::Structure(structure) if !structure.document)
}

/// One parameter's value, out of the words after its flag.
pub(super) struct Reading<'a> {
    pub service: &'static Service,
    pub flag: &'a str,
    pub blobs: Blobs,
    pub notes: &'a mut Vec<String>,
}

impl Reading<'_> {
    pub fn value(&mut self, member: &Member, words: &[String]) -> Result<Value> {
        self.read(member, words).map_err(|mistake| {
            let example = parameter::example_of(self.service, member);
            mistake.with_example(format!("--{} {example}", self.flag))
        })
    }

    fn read(&mut self, member: &Member, words: &[String]) -> Result<Value> {
        let Some(first) = words.first() else { return Err(valueless(self.flag)) };
        for word in words {
            refuse_fetched(self.flag, word)?;
        }
        let service = self.service;
        let shape = service.shape(member.shape);
        let structured = match &shape.kind {
            Kind::Structure(structure) if structure.document => return self.any_json(first, words),
            Kind::String { .. } if is_json(member) => return self.any_json(first, words),
            Kind::List { member, .. } => return self.list(member, words),
            Kind::Structure(_) => true,
            Kind::Map { .. } => false,
            _ => {
                let one = self.one(words)?;
                return self.loose(Value::String(one.to_owned()), |typing, value| typing.member(value, member));
            }
        };
        if first.trim_start().starts_with('{') {
            let one = self.one(words)?;
            return self.json(one, member.shape);
        }
        if structured && !first.contains('=') {
            let one = self.one(words)?;
            self.refuse_address(one)?;
            return self.loose(Value::String(one.to_owned()), |typing, value| typing.member(value, member));
        }
        let mut members = Map::new();
        for word in words {
            for (key, value) in self.shorthand(word)? {
                if members.insert(key, value).is_some() {
                    return Err(Mistake::new(format!("`--{}` has the same key twice.", self.flag)));
                }
            }
        }
        self.loose(Value::Object(members), |typing, value| typing.member(value, member))
    }

    fn list(&mut self, item: &Member, words: &[String]) -> Result<Value> {
        if let [one] = words
            && one.trim_start().starts_with('[')
        {
            let Value::Array(items) = self.parsed(one)? else { return Err(valueless(self.flag)) };
            return items.into_iter().enumerate().map(|(at, value)| self.strict(value, item.shape, at)).collect();
        }
        let complex =
            matches!(self.service.shape(item.shape).kind, Kind::Structure(_) | Kind::Map { .. } | Kind::List { .. });
        let mut items = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            items.push(match word.trim_start().chars().next() {
                Some('{' | '[') if complex => {
                    let value = self.parsed(word)?;
                    self.strict(value, item.shape, at)?
                }
                _ if complex => self.shorthand_item(word, item, at)?,
                _ => self.loose_at(Value::String(word.clone()), at, |typing, value| typing.member(value, item))?,
            });
        }
        Ok(Value::Array(items))
    }

    /// One structure of a list: `Name=a,Value=b`, or its only member's value alone.
    /// Source: awscli's argprocess has it for six operations; here it is for every list of structures of one.
    fn shorthand_item(&mut self, word: &str, item: &Member, at: usize) -> Result<Value> {
        let only = match &self.service.shape(item.shape).kind {
            Kind::Structure(structure) => match structure.members.as_slice() {
                [only] => Some(only.name),
                _ => None,
            },
            _ => None,
        };
        let members = match only {
            Some(only) if !word.contains('=') => {
                self.refuse_address(word)?;
                Map::from_iter([(only.to_owned(), Value::String(word.to_owned()))])
            }
            _ => self.shorthand(word)?,
        };
        self.loose_at(Value::Object(members), at, |typing, value| typing.member(value, item))
    }

    fn shorthand(&self, word: &str) -> Result<Map<String, Value>> {
        self.refuse_address(word)?;
        shorthand::parse(word)
            .map_err(|reason| Mistake::new(format!("The value of `--{}` cannot be read: {reason}.", self.flag)))
    }

    fn any_json(&self, first: &str, words: &[String]) -> Result<Value> {
        self.one(words)?;
        self.parsed(first)
    }

    fn json(&mut self, word: &str, shape: ShapeId) -> Result<Value> {
        let value = self.parsed(word)?;
        self.typing(false).shape(value, shape)
    }

    fn strict(&mut self, value: Value, shape: ShapeId, at: usize) -> Result<Value> {
        let mut typing = self.typing(false);
        typing.place.push(format!("[{at}]"));
        typing.shape(value, shape)
    }

    fn loose(&mut self, value: Value, read: impl Fn(&mut Typing<'_>, Value) -> Result<Value>) -> Result<Value> {
        read(&mut self.typing(true), value)
    }

    fn loose_at(
        &mut self,
        value: Value,
        at: usize,
        read: impl Fn(&mut Typing<'_>, Value) -> Result<Value>,
    ) -> Result<Value> {
        let mut typing = self.typing(true);
        typing.place.push(format!("[{at}]"));
        read(&mut typing, value)
    }

    fn typing(&mut self, loose: bool) -> Typing<'_> {
        Typing {
            service: self.service,
            blobs: self.blobs,
            loose,
            place: vec![format!("--{}", self.flag)],
            notes: self.notes,
        }
    }

    fn parsed(&self, word: &str) -> Result<Value> {
        self.refuse_address(word)?;
        json::parse(word)
            .map_err(|reason| Mistake::new(format!("The value of `--{}` is no JSON: {reason}.", self.flag)))
    }

    fn one<'w>(&self, words: &'w [String]) -> Result<&'w str> {
        match words {
            [one] => Ok(one),
            _ => {
                Err(Mistake::new(format!("`--{}` takes one value. Put quotes around it if it has spaces.", self.flag)))
            }
        }
    }

    /// Where an address is no value, somebody means that it be fetched.
    fn refuse_address(&self, word: &str) -> Result<()> {
        if ADDRESSES.iter().any(|scheme| word.starts_with(scheme)) {
            return Err(Mistake::new(format!(
                "`--{}` takes the value itself: nothing is fetched from an address here.",
                self.flag
            )));
        }
        Ok(())
    }
}

/// The AWS CLI would read a file. Source: `awscli/paramfile.py`.
pub(super) fn refuse_fetched(flag: &str, word: &str) -> Result<()> {
    let small = word.trim_start().to_ascii_lowercase();
    if FILES.iter().any(|scheme| small.starts_with(scheme)) {
        return Err(Mistake::new(format!(
            "`--{flag}` names a file, and no file of yours is here, nor is one of the server's for you. Write the value itself."
        )));
    }
    Ok(())
}

/// Whether a text stays what it is when it stands after a flag.
pub(super) fn is_plain_text(word: &str) -> bool {
    refuse_fetched("", word).is_ok()
}
