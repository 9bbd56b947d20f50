//! The flags and values after an operation, as the operation's input. [`super::target`] calls it, and forms through
//! [`super::with_parameters`].

mod unnamed;
mod with_parameters;

use serde_json::{Map, Value};

pub(super) use self::with_parameters::with_parameters;

use super::customized::{self, Part};
use super::flags::{Flag, Item, Items};
use super::globals::{self, Globals, OF_PAGES, twice, valueless};
use super::mistake::{Mistake, Result, compared, look_alikes, nearest, said};
use super::parameter::{self, flag, is_json, is_required};
use super::target::Target;
use super::typed::{Typing, truth};
use super::values::{Reading, refuse_fetched, takes_many};
use super::{CallShape, CommandLine, Parsed, shown, spellings};
use crate::call::{Call, Input};
use crate::model::{Kind, Member};
use crate::names;

/// What a flag of an operation sets.
#[derive(Clone, Copy)]
struct Argument {
    member: &'static Member,
    /// The flag says the opposite: `--no-dry-run`.
    negated: bool,
}

struct Reader {
    target: Target,
    globals: Globals,
    notes: Vec<String>,
    /// By the model's members.
    given: Input,
    /// The words of each flag, until all flags are known: how blobs are read may come last.
    flagged: Vec<(&'static Member, String, Vec<String>)>,
    /// The words of flags that are a part of a parameter.
    parts: Vec<(Part, Vec<String>)>,
    /// Values without a flag.
    unnamed: Vec<String>,
}

pub(super) fn read(target: Target, items: &mut Items, globals: Globals, notes: Vec<String>) -> Result<Parsed> {
    let mut reader = Reader {
        target,
        globals,
        notes,
        given: Map::new(),
        flagged: Vec::new(),
        parts: Vec::new(),
        unnamed: Vec::new(),
    };
    let synopsis = |mistake: Mistake| mistake.with_synopsis(parameter::synopsis(target.service, target.operation));
    let no_paginate = items.has_switch(&["no-paginate"]) || reader.globals.no_paginate;
    while let Some(item) = items.next() {
        match item {
            Item::Value(value) => reader.unnamed.push(value),
            Item::Flag(flag) => reader.flag(flag, items, no_paginate).map_err(synopsis)?,
        }
    }
    reader.finish().map_err(synopsis)
}

impl Reader {
    fn flag(&mut self, flag: Flag, items: &mut Items, no_paginate: bool) -> Result<()> {
        let pages = self.target.operation.paginator.is_some() && !no_paginate;
        if let Some(name) = globals::named(&flag.name) {
            let of_pages = OF_PAGES.contains(&name);
            if !of_pages || pages || self.argument(&flag.name).is_none() {
                if of_pages && !pages {
                    return Err(self.no_pages(name));
                }
                if name != "version" || self.argument(&flag.name).is_none() {
                    return self.globals.take(name, flag, items);
                }
            }
        }
        let name = flag.name.to_ascii_lowercase();
        if let Some(part) = customized::part(self.target, &name) {
            return self.part(part, &name, flag.value, items);
        }
        let Some(argument) = self.argument(&flag.name) else { return Err(self.unknown(&flag.name)) };
        if self.given.contains_key(argument.member.name)
            || self.flagged.iter().any(|(member, ..)| member.name == argument.member.name)
        {
            return Err(twice(&name));
        }
        if let Some(switch) = self.switch(argument) {
            return self.set_switch(argument, switch, &name, flag.value, items);
        }
        if argument.negated {
            return Err(self.unknown(&flag.name));
        }
        let words = match flag.value {
            Some(value) => vec![value],
            None if takes_many(self.target.service, argument.member) => items.values(),
            None => items.value().into_iter().collect(),
        };
        if words.is_empty() {
            let example = parameter::example_of(self.target.service, argument.member);
            return Err(valueless(&name).with_example(format!("--{name} {example}")));
        }
        self.flagged.push((argument.member, name, words));
        Ok(())
    }

    fn part(&mut self, part: Part, name: &str, value: Option<String>, items: &mut Items) -> Result<()> {
        if self.parts.iter().any(|(known, _)| known.flag == part.flag) {
            return Err(twice(name));
        }
        let words = match value {
            Some(value) => vec![value],
            None if part.takes_many() => items.values(),
            None => items.value().into_iter().collect(),
        };
        if words.is_empty() {
            return Err(valueless(name));
        }
        for word in &words {
            refuse_fetched(name, word)?;
        }
        self.parts.push((part, words));
        Ok(())
    }

    /// Flags that are a part of a parameter, put together and read by its shape.
    fn put_parts(&mut self) -> Result<()> {
        let Target { service, operation } = self.target;
        let mut made = Map::new();
        let parts = std::mem::take(&mut self.parts);
        for (part, words) in &parts {
            let whole = part.parameter().and_then(|name| Some((name, self.given.get(name)?)));
            if let Some((name, value)) = whole {
                if !value.is_object() {
                    let whole = names::kebab(name);
                    let both = format!("`--{}` is a part of `--{whole}`: take one of them.", part.flag);
                    return Err(Mistake::new(both));
                }
                made.entry(name).or_insert_with(|| value.clone());
            }
            part.put(&mut made, words)?;
        }
        for (name, value) in made {
            let Some(member) = service.input(operation).iter().find(|member| member.name == name) else { continue };
            let flag = flag(service, operation, member);
            let read = self.typing(true, format!("--{flag}")).member(value, member);
            let example = || format!("--{flag} {}", parameter::example_of(service, member));
            let value = read.map_err(|mistake| mistake.with_example(example()))?;
            self.given.insert(name, value);
        }
        if (service.name, operation.name) == ("ec2", "RunInstances") {
            // Source: `awscli/customizations/ec2/addcount.py`: one, unless it is said.
            for count in ["MinCount", "MaxCount"] {
                self.given.entry(count).or_insert_with(|| Value::from(1));
            }
        }
        Ok(())
    }

    fn typing(&mut self, loose: bool, place: String) -> Typing<'_> {
        Typing {
            service: self.target.service,
            blobs: self.globals.blobs,
            loose,
            place: vec![place],
            notes: &mut self.notes,
        }
    }

    fn no_pages(&self, name: &str) -> Mistake {
        let (service, command) = (self.target.service.name, self.target.operation.command);
        if self.target.operation.paginator.is_some() {
            return Mistake::new(format!("`--{name}` and `--no-paginate` exclude each other: take one of them."));
        }
        Mistake::new(format!("`{service} {command}` has no pages, so it takes no `--{name}`."))
    }

    /// How a boolean is set: alone, or as EC2's `{"Value": true}`.
    fn switch(&self, argument: Argument) -> Option<Switch> {
        match &self.target.service.shape(argument.member.shape).kind {
            Kind::Boolean => Some(Switch::Plain),
            Kind::Structure(structure) => match structure.members.as_slice() {
                [only] if only.name == "Value" => {
                    matches!(self.target.service.shape(only.shape).kind, Kind::Boolean).then_some(Switch::Wrapped)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn set_switch(
        &mut self,
        argument: Argument,
        switch: Switch,
        name: &str,
        value: Option<String>,
        items: &mut Items,
    ) -> Result<()> {
        let value = value.or_else(|| {
            items.value_if(|word| {
                truth(word).is_some()
                    || (switch == Switch::Wrapped && (word.contains("Value") || word.starts_with('{')))
            })
        });
        let truth = match value {
            None => true,
            Some(value) => match truth(&value) {
                Some(truth) => truth,
                None if switch == Switch::Wrapped && !argument.negated => {
                    self.flagged.push((argument.member, name.to_owned(), vec![value]));
                    return Ok(());
                }
                None => {
                    return Err(Mistake::new(format!("`--{name}` takes `true` or `false`, or nothing."))
                        .with_example(format!("--{name}")));
                }
            },
        };
        let truth = Value::Bool(truth != argument.negated);
        let value = match switch {
            Switch::Plain => truth,
            Switch::Wrapped => Value::Object(Map::from_iter([("Value".to_owned(), truth)])),
        };
        self.given.insert(argument.member.name.to_owned(), value);
        Ok(())
    }

    /// The parameter of a flag, by the AWS CLI's spelling or by the API's, whatever its hyphens and capitals.
    fn argument(&self, name: &str) -> Option<Argument> {
        if !name.is_ascii() {
            return None;
        }
        let (service, operation) = (self.target.service, self.target.operation);
        let small = name.to_ascii_lowercase();
        let by_name = |name: &str| {
            let name = compared(name);
            service.input(operation).iter().find(|member| same(member.name, &name))
        };
        if let Some(renamed) = spellings::parameter(service.name, operation.command, &small) {
            let (renamed, negated) = match renamed.strip_prefix("no-") {
                Some(rest) if by_name(renamed).is_none() => (rest, true),
                _ => (renamed, false),
            };
            // `no-no-reboot` is the opposite of `NoReboot`.
            if let Some(member) = by_name(renamed) {
                return Some(Argument { member, negated });
            }
        }
        if let Some(member) = by_name(&small) {
            return Some(Argument { member, negated: false });
        }
        let positive = small.strip_prefix("no-")?;
        by_name(positive).map(|member| Argument { member, negated: true })
    }

    fn unknown(&self, name: &str) -> Mistake {
        let (service, operation) = (self.target.service, self.target.operation);
        let names = service.input(operation).iter().map(|member| flag(service, operation, member));
        let others = customized::flags(self.target).chain(globals::names()).map(str::to_owned);
        let names: Vec<String> = names.chain(others).collect();
        let near =
            nearest(name, names.iter().map(String::as_str)).into_iter().map(|name| format!("--{name}")).collect();
        let letter = look_alikes(name).map(|letter| format!(": {letter}")).unwrap_or_default();
        Mistake::new(format!("`{} {}` has no parameter `--{}`{letter}.", service.name, operation.command, said(name)))
            .suggesting(near)
            .with_synopsis(parameter::synopsis(service, operation))
    }

    /// As the AWS CLI: who turns pages by hand turns them all.
    fn check_paging(&self) -> Result<()> {
        let Some(paginator) = &self.target.operation.paginator else { return Ok(()) };
        let by_hand = paginator.input_tokens.iter().chain(&paginator.limit_key);
        let Some(by_hand) = by_hand.copied().find(|name| self.given.contains_key(*name)) else { return Ok(()) };
        let globals = &self.globals;
        let ours = [
            ("--max-items", globals.max_items.is_some()),
            ("--page-size", globals.page_size.is_some()),
            ("--starting-token", globals.starting_token.is_some()),
        ];
        let Some((ours, _)) = ours.into_iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
        Err(Mistake::new(format!(
            "{ours} and --{} cannot be given together: the first asks for all pages, the second for one.",
            names::kebab(by_hand)
        )))
    }

    fn finish(mut self) -> Result<Parsed> {
        let flagged = std::mem::take(&mut self.flagged);
        for (member, name, words) in flagged {
            let value = self.value(member, &name, &words)?;
            self.given.insert(member.name.to_owned(), value);
        }
        self.input_json()?;
        self.put_parts()?;
        self.unnamed()?;
        self.check_paging()?;
        let paginate =
            self.target.operation.paginator.is_some()
                && !self.globals.no_paginate
                && !self.target.operation.paginator.as_ref().is_some_and(|paginator| {
                    paginator.input_tokens.iter().any(|token| self.given.contains_key(*token))
                });
        let Target { service, operation } = self.target;
        let mut line = CommandLine {
            call: Call { service, operation, input: in_order(self.target, self.given) },
            shape: if service.name == "lambda" && operation.name == "Invoke" {
                CallShape::LambdaInvoke
            } else {
                CallShape::Plain
            },
            region: self.globals.region,
            output: self.globals.output,
            query: self.globals.query,
            max_items: self.globals.max_items,
            starting_token: self.globals.starting_token,
            page_size: self.globals.page_size,
            paginate,
            notes: self.notes,
            shown: String::new(),
        };
        line.shown = shown::line(&line);
        Ok(whole_or_not(line))
    }

    fn value(&mut self, member: &'static Member, name: &str, words: &[String]) -> Result<Value> {
        Reading { service: self.target.service, flag: name, blobs: self.globals.blobs, notes: &mut self.notes }
            .value(member, words)
    }

    /// `--cli-input-json`: flags win over it.
    fn input_json(&mut self) -> Result<()> {
        let Some(Value::Object(given)) = self.globals.input_json.take() else { return Ok(()) };
        let (service, operation) = (self.target.service, self.target.operation);
        for (name, value) in given {
            let Some(member) = service.input(operation).iter().find(|member| member.name == name) else {
                let near = nearest(&name, service.input(operation).iter().map(|member| member.name));
                return Err(Mistake::new(format!(
                    "`{} {}` has no parameter `{}`: in `--cli-input-json` they have their names of the API.",
                    service.name,
                    operation.command,
                    said(&name)
                ))
                .suggesting(near));
            };
            if value.is_null() || self.given.contains_key(member.name) {
                continue;
            }
            let value = if is_json(member) {
                value
            } else {
                let mut typing = self.typing(false, "--cli-input-json".to_owned());
                typing.place.push(format!(".{name}"));
                typing.member(value, member)?
            };
            self.given.insert(name, value);
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Switch {
    Plain,
    /// `{"Value": true}`. Source: `awscli/customizations/toplevelbool.py`.
    Wrapped,
}

/// Without making a text of it: a parse asks this of every member for every flag.
fn same(member: &str, compared: &str) -> bool {
    member.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).eq(compared.bytes())
}

/// As the model has them, so that the same call is the same text.
fn in_order(target: Target, mut given: Input) -> Input {
    let members = target.service.input(target.operation);
    members.iter().filter_map(|member| Some((member.name.to_owned(), given.remove(member.name)?))).collect()
}

fn whole_or_not(line: CommandLine) -> Parsed {
    let Call { service, operation, input } = &line.call;
    let missing: Vec<_> = service
        .input(operation)
        .iter()
        .filter(|member| is_required(member) && !input.contains_key(member.name))
        .map(|member| parameter::parameter(service, operation, member))
        .collect();
    if missing.is_empty() { Parsed::Run(line) } else { Parsed::Incomplete(line, missing) }
}
