//! The sandbox: one `MiniJinja` environment a template, without a loader, with fuel and our formatter.
//!
//! `template` builds and runs it. What a template prints goes through [`print`] alone, which marks it as a value; filters
//! whose results `MiniJinja` would take for markup (`safe`, `escape`) are therefore not there.

use std::collections::BTreeMap;
use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::values::Own;
use super::{OUTPUT_BYTES_MAX, Place, TemplateError, TemplatePart, Undefined, filters, marks};

/// What one card's template may do: an instruction costs 1, so do 64 bytes that it makes or prints. All of it takes a few
/// milliseconds (tests hold it to that), a template of a hundred lines some hundreds.
const FUEL: u64 = 20_000;
/// Blocks in blocks; a block that prints itself ends here.
const RECURSION: usize = 40;
/// The engine's own functions that a template may call.
pub const GLOBALS: [&str; 3] = ["range", "dict", "namespace"];

pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(false);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION);
    // A line with a statement alone leaves no empty line behind, which would end a paragraph.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_formatter(print);
    for filter in ["safe", "escape", "e", "pprint"] {
        environment.remove_filter(filter);
    }
    // It prints all variables, the whole message among them.
    environment.remove_global("debug");
    environment.add_filter("duration", |seconds: Value| filters::duration(&seconds));
    environment.add_filter("short_arn", |arn: Value| filters::short_arn(&arn));
    environment.add_filter("date", |moment: Value, form: Option<String>, named: Kwargs| {
        let named_form: Option<String> = named.get("form")?;
        named.assert_all_used()?;
        Ok::<_, Error>(filters::date(&moment, form.or(named_form).as_deref()))
    });
    environment
}

pub fn with_undefined(mut environment: Environment<'static>, undefined: Undefined) -> Environment<'static> {
    environment.set_undefined_behavior(match undefined {
        Undefined::Empty => UndefinedBehavior::Chainable,
        Undefined::Error => UndefinedBehavior::SemiStrict,
    });
    environment
}

/// Prints a value between marks; nothing for none, one mark for what the card has of its own.
fn print(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return match state.undefined_behavior() {
            UndefinedBehavior::Strict | UndefinedBehavior::SemiStrict => Err(ErrorKind::UndefinedError.into()),
            _ => Ok(()),
        };
    }
    if value.is_none() {
        return Ok(());
    }
    let written = if value.downcast_object_ref::<Own>().is_some() {
        write!(out, "{}", marks::OWN)
    } else {
        let text = marks::plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        state.consume_fuel(text.len() as u64 / 64)?;
        write!(out, "{}{text}{}", marks::BEGIN, marks::END)
    };
    written.map_err(Error::from)
}

/// The names of a file's blocks, comments and raw text left out.
pub fn blocks(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{']) {
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix('#') {
            rest = comment.split_once("#}").map_or("", |(_, after)| after);
        } else if let Some(statement) = rest.strip_prefix('%') {
            let mut words = statement.trim_start_matches(['-', '+']).split_whitespace();
            match (words.next(), words.next()) {
                (Some("block"), Some(name)) => names.push(name.trim_end_matches(['%', '}', '-', '+'])),
                (Some(raw), _) if raw.starts_with("raw") => {
                    rest = rest.split_once("endraw").map_or("", |(_, after)| after);
                }
                _ => {}
            }
        }
    }
    names
}

/// Renders the parts that are blocks of one file, with one tank of fuel.
pub fn render_blocks(
    environment: &Environment<'_>,
    name: &str,
    values: &Value,
    room: &mut usize,
    parts: &BTreeMap<TemplatePart, Place>,
    said: &mut BTreeMap<TemplatePart, String>,
) -> Result<(), TemplateError> {
    let template = environment.get_template(name).map_err(|error| TemplateError::of(&error, name, ""))?;
    let error_of = |error: &Error| TemplateError::of(error, name, template.source());
    // The whole file first: what it sets outside of blocks is known inside them.
    let mut rendered = template.render_captured_to(values.clone(), io::sink()).map_err(|error| error_of(&error))?;
    for part in parts.iter().filter(|(_, place)| **place == Place::Block).map(|(part, _)| *part) {
        let mut output = Bounded { text: Vec::new(), room: *room, full: false };
        let done = rendered.with_state_mut(|state| state.render_block_to_write(part.name(), &mut output));
        said.insert(part, output.finish(done.map_err(|error| error_of(&error)), name, room)?);
    }
    Ok(())
}

/// Renders a part that is a text of its own.
pub fn render_text(
    environment: &Environment<'_>,
    name: &str,
    values: &Value,
    room: &mut usize,
) -> Result<String, TemplateError> {
    let template = environment.get_template(name).map_err(|error| TemplateError::of(&error, name, ""))?;
    let mut output = Bounded { text: Vec::new(), room: *room, full: false };
    let done = template.render_captured_to(values.clone(), &mut output).map(drop);
    output.finish(done.map_err(|error| TemplateError::of(&error, name, template.source())), name, room)
}

/// Takes what fits, and refuses to go on.
struct Bounded {
    text: Vec<u8>,
    room: usize,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(room) = self.room.checked_sub(bytes.len()) else {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.room = room;
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Bounded {
    fn finish(self, done: Result<(), TemplateError>, name: &str, room: &mut usize) -> Result<String, TemplateError> {
        if let Err(error) = done {
            let problem = format!("says more than the {OUTPUT_BYTES_MAX} bytes that a card takes");
            return Err(if self.full { TemplateError { problem, ..error } } else { error });
        }
        *room = self.room;
        String::from_utf8(self.text).map_err(|_| TemplateError::whole(name, "yields what is no text".to_owned()))
    }
}
