//! Values without a flag: what they can mean, or what is wrong with them.

use super::super::mistake::{Mistake, Result, said};
use super::super::parameter::{self, flag, is_required};
use super::super::target::Target;
use super::super::values::takes_many;
use super::Reader;
use crate::endpoint::regions;
use crate::model::{Kind, Member};

impl Reader {
    /// Values without a flag: those of the one parameter that they can mean, or the file that the AWS CLI would write to.
    pub(super) fn unnamed(&mut self) -> Result<()> {
        let (service, operation) = (self.target.service, self.target.operation);
        let members = service.input(operation);
        let missing: Vec<_> =
            members.iter().filter(|member| is_required(member) && !self.given.contains_key(member.name)).collect();
        let member = match (missing.as_slice(), members) {
            ([only], _) => Some(*only),
            ([], [only]) if !self.given.contains_key(only.name) => Some(only),
            _ => None,
        };
        let mut unnamed = std::mem::take(&mut self.unnamed);
        let Some(first) = unnamed.first().cloned() else { return Ok(()) };
        if let Some(member) = member {
            let name = flag(service, operation, member);
            let count = if takes_many(service, member) { unnamed.len() } else { 1 };
            let rest = unnamed.split_off(count);
            let value = self.value(member, &name, &unnamed)?;
            self.given.insert(member.name.to_owned(), value);
            self.notes.push(format!("What stood without a flag was taken for `--{name}`."));
            unnamed = rest;
        }
        match unnamed.as_slice() {
            [] => Ok(()),
            [file] if writes_file(self.target) => {
                self.notes.push(format!("No file `{}` is written: the answer comes here.", said(file)));
                Ok(())
            }
            _ => Err(self.stray(unnamed.first().unwrap_or(&first))),
        }
    }

    fn stray(&self, word: &str) -> Mistake {
        let (service, operation) = (self.target.service, self.target.operation);
        let mistake = Mistake::new(format!(
            "`{}` follows no flag. Every parameter is `--name value`, and a value with spaces needs quotes.",
            said(word)
        ));
        if regions().iter().any(|region| region.name == word) {
            return mistake.suggesting(vec![format!("--region {word}")]);
        }
        let open = |member: &&Member| !self.given.contains_key(member.name) && !member.deprecated;
        let parameters = || service.input(operation).iter().filter(open);
        match parameters().find(|member| is_required(member)).or_else(|| parameters().next()) {
            Some(member) => mistake.with_example(format!(
                "{} {} --{} {}",
                service.name,
                operation.command,
                flag(service, operation, member),
                parameter::example_of(service, member)
            )),
            None => mistake,
        }
    }
}

/// Where the AWS CLI takes the name of a file to write to. Source: `awscli/customizations/streamingoutputarg.py`.
fn writes_file(target: Target) -> bool {
    target.service.output(target.operation).iter().any(|member| {
        matches!(target.service.shape(member.shape).kind, Kind::Blob { streaming: true }) || member.streaming
    }) || (target.service.name == "lambda" && target.operation.name == "Invoke")
}
