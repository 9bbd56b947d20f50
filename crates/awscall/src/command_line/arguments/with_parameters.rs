//! The same command with what a form gives beside.

use super::super::mistake::{Mistake, Result, said};
use super::super::parameter::flag;
use super::super::target::Target;
use super::super::values::{Reading, takes_many};
use super::super::{CommandLine, Parsed, globals, shown, words};
use super::{in_order, whole_or_not};
use crate::call::Call;

pub fn with_parameters(line: &CommandLine, given: &[(&str, &str)]) -> Result<Parsed> {
    let mut line = line.clone();
    let Call { service, operation, .. } = line.call;
    for (name, text) in given.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let member = service.input(operation).iter().find(|member| flag(service, operation, member) == *name);
        let Some(member) = member else {
            return Err(Mistake::new(format!(
                "`{} {}` has no parameter `--{}`.",
                service.name,
                operation.command,
                said(name)
            )));
        };
        // A field of a form holds one value as it stands, unless there may be many.
        let words = if takes_many(service, member) && !text.trim_start().starts_with(['[', '{']) {
            words::split(text)?.words.into_iter().map(|word| word.text).collect()
        } else {
            vec![(*text).to_owned()]
        };
        let value = Reading { service, flag: name, blobs: globals::Blobs::Text, notes: &mut line.notes }
            .value(member, &words)?;
        line.call.input.insert(member.name.to_owned(), value);
    }
    line.call.input = in_order(Target { service, operation }, line.call.input);
    line.shown = shown::line(&line);
    Ok(whole_or_not(line))
}
