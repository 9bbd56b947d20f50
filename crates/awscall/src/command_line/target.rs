//! Which service and which operation a command names, or what help it asks for. [`super::parse`] calls it.

use super::flags::{Item, Items};
use super::globals::{self, Globals};
use super::mistake::{Mistake, Result, SUGGESTIONS_MAX, compared, look_alikes, nearest, said};
use super::{HelpTopic, Parsed, arguments, conveniences, spellings, words};
use crate::catalog::{Entry, catalog};
use crate::model::{Operation, Service};
use crate::names::kebab;
use crate::search;

const HELP_FLAGS: [&str; 2] = ["help", "h"];
const HELP: &str = "help";

/// Longer than any operation's name.
const NAME_BYTES_MAX: usize = 128;

/// The operation that is meant.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub service: &'static Service,
    pub operation: &'static Operation,
}

/// What the AWS CLI makes a program of its own of: a service or `*`, the command, and why it is not here.
/// Source: `awscli/customizations/`.
const PROGRAMS: [(&str, &str, &str); 25] = [
    ("*", "wait", "Nothing waits in chat: ask for the state again in a while"),
    ("s3", "cp", MOVES_FILES),
    ("s3", "mv", MOVES_FILES),
    ("s3", "sync", MOVES_FILES),
    ("s3", "presign", "It signs a link with credentials, and whoever sees the channel could use it"),
    ("s3", "rm", "`s3api delete-object` deletes one object"),
    ("s3", "mb", "`s3api create-bucket` creates a bucket"),
    ("s3", "rb", "`s3api delete-bucket` deletes a bucket"),
    ("s3", "website", "`s3api put-bucket-website` does it"),
    ("eks", "update-kubeconfig", ON_A_COMPUTER),
    ("eks", "get-token", MAKES_CREDENTIALS),
    ("ecr", "get-login", MAKES_CREDENTIALS),
    ("ecr", "get-login-password", MAKES_CREDENTIALS),
    ("ecr-public", "get-login-password", MAKES_CREDENTIALS),
    ("rds", "generate-db-auth-token", MAKES_CREDENTIALS),
    ("codeartifact", "login", ON_A_COMPUTER),
    ("cloudformation", "package", ON_A_COMPUTER),
    ("cloudformation", "deploy", "`cloudformation create-change-set` and `execute-change-set` do it"),
    ("deploy", "push", ON_A_COMPUTER),
    ("deploy", "register", ON_A_COMPUTER),
    ("cloudtrail", "validate-logs", ON_A_COMPUTER),
    // Operations, whose answer is a key to a terminal.
    ("ecs", "execute-command", OPENS_A_TERMINAL),
    ("ssm", "resume-session", OPENS_A_TERMINAL),
    ("ssm", "start-session", OPENS_A_TERMINAL),
    ("ecs", "deploy", "`ecs update-service` and `deploy create-deployment` do it"),
];
const MOVES_FILES: &str = "It moves files of a computer, and there are none here; `s3api copy-object` copies within S3";
const ON_A_COMPUTER: &str = "It is a program of the AWS CLI for the computer that it runs on, not an operation of AWS";
const MAKES_CREDENTIALS: &str = "It makes credentials, and they have no place in a channel";
const OPENS_A_TERMINAL: &str = "It opens a terminal, and a channel is none: `ssm send-command` runs a command";
/// First words that are no service, but work on the AWS CLI's own computer.
const OF_A_COMPUTER: [&str; 5] = ["configure", "history", "login", "logout", "cli"];

pub(super) fn read(text: &str) -> Result<Parsed> {
    let split = words::split(text)?;
    let mut notes = split.notes;
    let mut items = Items::of(split.words)?;
    let mut globals = Globals::default();
    items.value_if(|word| word.eq_ignore_ascii_case("aws"));
    let helped = items.has_switch(&HELP_FLAGS);
    let Some(word) = next_word(&mut items, &mut globals)? else {
        return Ok(Parsed::Help(HelpTopic::All));
    };
    if word.eq_ignore_ascii_case(HELP) {
        return help_of(&mut items, &mut globals);
    }
    // `s3` and `s3api` are one service, and `s3` has commands of its own.
    let typed = word.to_ascii_lowercase();
    let (entry, word) = match service(&word) {
        Some(entry) => match next_word(&mut items, &mut globals)? {
            Some(next) if !next.eq_ignore_ascii_case(HELP) => (entry, next),
            Some(_) => return Ok(Parsed::Help(HelpTopic::Service(entry.name))),
            None if helped => return Ok(Parsed::Help(HelpTopic::Service(entry.name))),
            None => return Err(no_operation(entry)),
        },
        None => (without_service(&word, &mut items, &mut notes)?, word),
    };
    if let Some(parsed) = conveniences::read(&typed, &word, &mut items, &globals, helped)? {
        return Ok(parsed);
    }
    let target = operation(entry, &word)?;
    if helped || items.value_if(|word| word.eq_ignore_ascii_case(HELP)).is_some() {
        return Ok(Parsed::Help(HelpTopic::Operation { service: entry.name, command: target.operation.command }));
    }
    if target.operation.event_stream {
        return Err(event_stream(target));
    }
    arguments::read(target, &mut items, globals, notes)
}

/// The next word that is no flag; the flags before it are global.
fn next_word(items: &mut Items, globals: &mut Globals) -> Result<Option<String>> {
    loop {
        if let Some(word) = items.value() {
            return Ok(Some(word));
        }
        let Some(Item::Flag(flag)) = items.next() else { return Ok(None) };
        if HELP_FLAGS.contains(&flag.name.as_str()) && flag.value.is_none() {
            continue;
        }
        match globals::named(&flag.name) {
            Some(name) => globals.take(name, flag, items)?,
            None => {
                return Err(Mistake::new(format!(
                    "`--{}` stands before the service and the operation: write it after them.",
                    said(&flag.name)
                ))
                .with_example("lambda list-functions --max-items 20"));
            }
        }
    }
}

/// `help lambda invoke`.
fn help_of(items: &mut Items, globals: &mut Globals) -> Result<Parsed> {
    let Some(word) = next_word(items, globals)? else { return Ok(Parsed::Help(HelpTopic::All)) };
    let entry = service(&word).ok_or_else(|| no_service(&word, None))?;
    let Some(word) = next_word(items, globals)? else { return Ok(Parsed::Help(HelpTopic::Service(entry.name))) };
    let target = operation(entry, &word)?;
    Ok(Parsed::Help(HelpTopic::Operation { service: entry.name, command: target.operation.command }))
}

/// By any of its names.
pub(super) fn service(word: &str) -> Option<&'static Entry> {
    let small = word.to_ascii_lowercase();
    let named = |name: &str| catalog().directory().services.iter().find(|entry| entry.name == name);
    named(spellings::service(&small).filter(|_| named(&small).is_none()).unwrap_or(&small))
}

/// The service of an operation that only one has.
fn without_service(word: &str, items: &mut Items, notes: &mut Vec<String>) -> Result<&'static Entry> {
    let small = word.to_ascii_lowercase();
    if OF_A_COMPUTER.contains(&small.as_str()) {
        return Err(Mistake::new(format!(
            "`{small}` sets up the AWS CLI on a computer, and there is none here. Roles and regions are set for the channel."
        )));
    }
    // No name is as long, and to spell a long one takes its length squared.
    let spelled = if word.len() > NAME_BYTES_MAX { String::new() } else { kebab(word) };
    let having: Vec<&Entry> = catalog()
        .directory()
        .services
        .iter()
        .filter(|entry| entry.commands.iter().any(|command| **command == small || **command == spelled))
        .collect();
    match having.as_slice() {
        [only] => {
            notes.push(format!("`{}` is an operation of `{}`.", said(&small), only.name));
            Ok(only)
        }
        [] => Err(no_service(word, items.value().as_deref())),
        several => {
            let mut several = several.to_vec();
            several.sort_by_key(|entry| search::fame(entry.name));
            let headline =
                format!("`{}` is an operation of {} services: name the one before it.", said(word), several.len());
            let command = several.first().and_then(|entry| command(entry, word)).unwrap_or(&spelled);
            Err(Mistake::new(headline).suggesting(
                several.iter().take(SUGGESTIONS_MAX).map(|entry| format!("{} {command}", entry.name)).collect(),
            ))
        }
    }
}

fn no_service(word: &str, operation: Option<&str>) -> Mistake {
    let services = &catalog().directory().services;
    let having = |entry: &&Entry| operation.is_none_or(|operation| command(entry, operation).is_some());
    let names: Vec<_> = services.iter().filter(having).map(|entry| entry.name).collect();
    let mut near = nearest(word, names.iter().copied());
    if near.is_empty() {
        near = by_full_name(word).filter(|name| names.contains(name)).map(str::to_owned).collect();
    }
    match (operation, names.as_slice()) {
        (Some(operation), [_, ..]) if !near.is_empty() => {
            near = near.iter().map(|service| format!("{service} {operation}")).collect();
        }
        (Some(operation), [only]) => near = vec![format!("{only} {operation}")],
        _ if near.is_empty() => near = nearest(word, services.iter().map(|entry| entry.name)),
        _ => {}
    }
    if near.is_empty() {
        near = by_full_name(word).map(str::to_owned).collect();
    }
    near.truncate(SUGGESTIONS_MAX);
    let mut headline = format!("There is no service `{}`.", said(word));
    if let Some(letter) = look_alikes(word) {
        headline = format!("There is no service `{}`: {letter}.", said(word));
    }
    Mistake::new(headline)
        .suggesting(near)
        .with_synopsis("SERVICE OPERATION --parameter value")
        .with_example("lambda list-functions --region us-east-1")
}

/// `Simple Queue Service` by `queue`.
fn by_full_name(word: &str) -> impl Iterator<Item = &'static str> {
    const LETTERS_MIN: usize = 4;
    let word = compared(word);
    let services = catalog().directory().services.iter();
    services
        .filter(move |entry| word.len() >= LETTERS_MIN && compared(entry.full_name).contains(&word))
        .map(|entry| entry.name)
}

fn no_operation(entry: &'static Entry) -> Mistake {
    Mistake::new(format!("`{}` needs an operation after it. `{} --help` lists them.", entry.name, entry.name))
        .with_synopsis(format!("{} OPERATION --parameter value", entry.name))
        .suggesting(
            entry
                .commands
                .iter()
                .filter(|command| command.starts_with("list-"))
                .take(3)
                .map(|command| format!("{} {command}", entry.name))
                .collect(),
        )
}

/// The AWS CLI's spelling of an operation, by the API's or by any hyphens and capitals.
fn command(entry: &Entry, word: &str) -> Option<&'static str> {
    let exact = entry.commands.iter().find(|command| **command == word);
    let same = || {
        let word = compared(word);
        entry.commands.iter().find(|command| compared(command) == word)
    };
    if word.is_ascii() { exact.or_else(same).copied() } else { None }
}

pub(super) fn operation(entry: &'static Entry, word: &str) -> Result<Target> {
    refuse_program(entry.name, word)?;
    let found = command(entry, word).and_then(|command| {
        catalog().service(entry.name).and_then(|service| Some((service, service.command(command)?)))
    });
    if let Some((service, operation)) = found {
        return Ok(Target { service, operation });
    }
    let near = nearest(word, entry.commands.iter().copied());
    let letter = look_alikes(word).map(|letter| format!(": {letter}")).unwrap_or_default();
    let name = entry.name;
    Err(Mistake::new(format!("`{name}` has no operation `{}`{letter}. `{name} --help` lists them.", said(word)))
        .suggesting(near.iter().map(|command| format!("{name} {command}")).collect())
        .with_synopsis(format!("{name} OPERATION --parameter value")))
}

/// Whether an operation can be asked for in chat.
pub(crate) fn is_offered(service: &Service, operation: &Operation) -> bool {
    !operation.event_stream && refuse_program(service.name, operation.command).is_ok()
}

fn refuse_program(name: &str, word: &str) -> Result<()> {
    let small = word.to_ascii_lowercase();
    let is_meant = |of: &str| of == "*" || service(of).is_some_and(|of| of.name == name);
    match PROGRAMS.iter().find(|(of, name, _)| compared(name) == compared(&small) && is_meant(of)) {
        Some((_, program, reason)) => Err(Mistake::new(format!("`{program}` does not exist here. {reason}."))),
        None => Ok(()),
    }
}

fn event_stream(target: Target) -> Mistake {
    let mistake = Mistake::new(format!(
        "`{} {}` streams events as they happen, and an answer in chat is given once.",
        target.service.name, target.operation.command
    ));
    if target.service.name == "logs" { mistake.suggesting(vec!["logs tail".to_owned()]) } else { mistake }
}
