//! What `account`, `user`, `access-key`, `policy` and `session` have in common: whose, how many, how it is printed, and how a
//! refusal of the store reads.

use anyhow::{Error, anyhow};
use clap::{Args, ValueEnum};
use serde_json::Value;
use store::{Entity, Refusal};
use wire::ids::AccountId;

use super::{DataArguments, say};
use crate::app::IDENTITY_LASTS_MS;

/// Whose.
#[derive(Debug, Args)]
pub struct AccountArguments {
    #[command(flatten)]
    pub data: DataArguments,
    /// The account, twelve digits.
    #[arg(long, value_parser = account_id)]
    pub account_id: AccountId,
}

/// How much of a list, and for whom.
#[derive(Debug, Args)]
pub struct PageArguments {
    /// Only what follows this one, to go on from the last line of the page before.
    #[arg(long, value_name = "NAME")]
    pub after: Option<String>,
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub max_items: u16,
    #[arg(long, value_enum, default_value_t = Output::Table)]
    pub output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    Table,
    Json,
}

impl PageArguments {
    pub fn limit(&self) -> i64 {
        i64::from(self.max_items)
    }

    /// Prints a list: aligned columns, or the same as JSON under IAM's name of the list.
    pub fn print(&self, list: &str, heading: &[&str], rows: &[(Vec<String>, Value)]) {
        say(&match self.output {
            Output::Json => {
                json_text(&serde_json::json!({ list: rows.iter().map(|(_, json)| json).collect::<Vec<_>>() }))
            }
            Output::Table => table(heading, rows.iter().map(|(cells, _)| cells)),
        });
    }
}

pub fn json_text(value: &Value) -> String {
    format!("{value:#}")
}

/// Columns as wide as their widest cell; the last is left as it is.
fn table<'a>(heading: &[&str], rows: impl Iterator<Item = &'a Vec<String>>) -> String {
    let heading = heading.iter().map(|cell| (*cell).to_owned()).collect();
    let rows: Vec<&Vec<String>> = rows.collect();
    let all = || std::iter::once(&heading).chain(rows.iter().copied());
    let width = |column: usize| all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..heading.len()).filter_map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    all().map(line).collect::<Vec<_>>().join("\n")
}

pub fn account_id(text: &str) -> Result<AccountId, String> {
    text.parse().map_err(|_| format!("`{text}` is not an account: it has twelve digits"))
}

/// The line after a change that a running server does not see at once.
pub fn soon() -> String {
    format!("a running server acts on it within {} seconds", IDENTITY_LASTS_MS / 1000)
}

/// `where_from`: how a thing came to be, for a list.
pub fn origin(declared: bool) -> &'static str {
    if declared { "settings" } else { "by hand" }
}

/// A refusal of the store about `what` (``user `alice` ``), with the way out.
pub fn refused(what: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::NoSuchEntity(entity) => {
            let (noun, command) = named(entity);
            if what.starts_with(noun) {
                anyhow!("there is no {what}: {command} list` shows those that there are")
            } else {
                anyhow!(
                    "there is no such {noun} for {what}: {command} list` shows those that there are, {command} create` makes one"
                )
            }
        }
        Refusal::EntityAlreadyExists => anyhow!("{what} is there already: choose another name, or delete it first"),
        Refusal::DeleteConflict(Entity::PolicyAttachment) => {
            anyhow!("{what} cannot be deleted while a policy is attached: detach it first with `bellhop policy detach`")
        }
        Refusal::DeleteConflict(Entity::SlackWorkspace | Entity::ConfiguredTeam) => {
            anyhow!(
                "{what} has Slack workspaces or Microsoft Teams teams: take them out of the settings and restart the server first"
            )
        }
        Refusal::DeleteConflict(entity @ (Entity::ChatConfiguration | Entity::CustomAction)) => {
            let (noun, _) = named(entity);
            anyhow!("{what} has a {noun} at least: delete them through the API first")
        }
        Refusal::DeleteConflict(entity) => {
            let (noun, command) = named(entity);
            anyhow!("{what} has {noun}s: delete them first with {command} delete`")
        }
        Refusal::LimitExceeded(max) => anyhow!("{what}: the account has {max} of them, which is the most: delete some"),
        Refusal::UnmodifiableEntity => {
            anyhow!("{what} stands in the settings: take it out there and restart the server")
        }
    }
}

/// The noun, and the command of it up to its verb.
fn named(entity: Entity) -> (&'static str, &'static str) {
    match entity {
        Entity::Account => ("account", "`bellhop account"),
        Entity::User => ("user", "`bellhop user"),
        Entity::AccessKey => ("access key", "`bellhop access-key"),
        Entity::Policy => ("policy", "`bellhop policy"),
        Entity::PolicyAttachment => ("attachment", "`bellhop policy"),
        Entity::SlackWorkspace => ("Slack workspace", "`aws chatbot"),
        Entity::ConfiguredTeam => ("Microsoft Teams team", "`aws chatbot"),
        Entity::ChatConfiguration => ("chat configuration", "`aws chatbot"),
        Entity::CustomAction => ("custom action", "`aws chatbot"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec!["longer".to_owned(), String::new()]];
        assert_eq!(table(&["ID", "NAME"], rows.iter()), "ID      NAME\na       b\nlonger");
        assert_eq!(table(&["ID"], [].iter()), "ID");
    }

    #[test]
    fn every_refusal_names_what_and_the_way_out() {
        for refusal in [
            Refusal::NoSuchEntity(Entity::User),
            Refusal::NoSuchEntity(Entity::Account),
            Refusal::EntityAlreadyExists,
            Refusal::DeleteConflict(Entity::AccessKey),
            Refusal::DeleteConflict(Entity::PolicyAttachment),
            Refusal::DeleteConflict(Entity::SlackWorkspace),
            Refusal::DeleteConflict(Entity::ChatConfiguration),
            Refusal::LimitExceeded(7),
            Refusal::UnmodifiableEntity,
        ] {
            let sentence = refused("user `alice`", refusal).to_string();
            assert!(sentence.contains("user `alice`") && sentence.contains(": "), "{sentence}");
            assert_eq!(sentence.matches('`').count() % 2, 0, "{sentence}");
        }
    }
}
