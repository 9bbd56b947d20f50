//! `alias create|list|get|delete` and `run NAME`: names for commands, of a channel. Custom actions that have an `AliasName` and show
//! in the channel are aliases too, in one list with its own.
//!
//! Running one makes its line of the values given (`domain::command::alias`, `values`) and goes the way of any command from there, as
//! whoever runs it (`commands`). Nothing here asks AWS anything.

use std::sync::Arc;

use awscall::command_line::{self, Parsed};
use domain::command::alias::{Action, Name, arguments};
use domain::command::variables::VariableValues;
use domain::conversation::{Answer, Audience, Reply};
use domain::notification::{Part, Table, Text};
use store::{AliasCreated, CommandAlias, StoreError};
use wire::ids::ChatConfigurationArn;

use super::command_help::mistaken;
use super::help::{fact, not_configured};
use super::values::{Filling, usage};
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::chat_commands::{ALIAS_CREATED, ALIAS_DELETED, AuditedAlias, Origin};
use crate::app::tickets::ValuesPress;

/// Of one message that anybody reads.
const LISTED: usize = 50;
/// An alias, wherever it was made.
struct Alias {
    name: String,
    action: String,
    /// Who made it, or the name of its custom action.
    of: String,
    /// A custom action's own, where it is the only one of its name.
    configuration_arn: Option<ChatConfigurationArn>,
    is_custom_action: bool,
}

impl App {
    pub(super) async fn alias(self: &Arc<Self>, turn: &Turn<'_>, words: &str) -> Result<Vec<Reply>, StoreError> {
        if turn.configurations.is_empty() {
            return Ok(to_asker(not_configured(turn)));
        }
        let (verb, rest) = first_word(words);
        match verb.to_lowercase().as_str() {
            "create" | "add" => self.create_alias(turn, rest).await,
            "list" | "ls" => self.list_aliases(turn).await,
            "get" | "show" => self.show_alias(turn, rest).await,
            "delete" | "remove" => self.delete_alias(turn, rest).await,
            "run" => self.run_alias(turn, rest).await,
            _ => Ok(say(alias_help())),
        }
    }

    pub(super) async fn run_alias(self: &Arc<Self>, turn: &Turn<'_>, words: &str) -> Result<Vec<Reply>, StoreError> {
        if turn.configurations.is_empty() {
            return Ok(to_asker(not_configured(turn)));
        }
        let (name, rest) = first_word(words);
        let alias = match self.alias_named(turn, name).await? {
            Ok(alias) => alias,
            Err(why) => return Ok(to_asker(why)),
        };
        let action = match Action::parse(&alias.action) {
            Ok(action) => action,
            Err(bad) => return Ok(to_asker(Answer::sentence(bad.to_string()))),
        };
        let values = match arguments(rest, &action.variables()) {
            Ok(values) => values,
            Err(bad) => {
                let answer = Answer::sentence(format!("I cannot run `{}` with these values. {bad}", alias.name));
                return Ok(to_asker(Answer { body: vec![usage(&alias.name, &action)], ..answer }));
            }
        };
        let again = ValuesPress::Alias { name: alias.name.clone(), values: values.clone() };
        let (origin, configuration_arn) = (origin_of(turn, &alias), alias.configuration_arn);
        self.fill_in(turn, Filling { origin, configuration_arn, action: alias.action, values, again }).await
    }

    /// A form with values, or the button that asks for it, of an alias that was run without them.
    pub(super) async fn alias_values(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        (name, mut values): (&str, VariableValues),
        given: Option<&VariableValues>,
    ) -> Result<Vec<Reply>, StoreError> {
        let alias = match self.alias_named(turn, name).await? {
            Ok(alias) => alias,
            Err(why) => return Ok(to_asker(why)),
        };
        values.extend(given.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
        let again = ValuesPress::Alias { name: alias.name.clone(), values: values.clone() };
        let (origin, configuration_arn) = (origin_of(turn, &alias), alias.configuration_arn);
        self.fill_in(turn, Filling { origin, configuration_arn, action: alias.action, values, again }).await
    }

    async fn create_alias(&self, turn: &Turn<'_>, words: &str) -> Result<Vec<Reply>, StoreError> {
        let (name, action) = first_word(words);
        let name = match Name::parse(name) {
            Ok(name) => name,
            Err(_) if name.is_empty() => return Ok(say(alias_help())),
            Err(bad) => return Ok(to_asker(Answer::sentence(bad.to_string()))),
        };
        let action = match Action::parse(action) {
            Ok(action) => action,
            Err(bad) => return Ok(to_asker(Answer::sentence(bad.to_string()))),
        };
        if let Some(wrong) = runs_nothing(&action) {
            return Ok(to_asker(Answer { note: Some("I did not keep it.".to_owned()), ..wrong }));
        }
        let Some((destination, person)) = destination(turn).zip(turn.event.person.as_ref()) else {
            return Ok(to_asker(not_configured(turn)));
        };
        if let Some(action) = self.action_aliases(turn).await?.into_iter().find(|alias| alias.name == name.as_str()) {
            let taken = format!("The custom action `{}` has this alias already. Choose another name.", action.of);
            return Ok(to_asker(Answer::sentence(taken)));
        }
        let alias = CommandAlias {
            destination,
            name: name.as_str().to_owned(),
            action: action.as_str().to_owned(),
            created_by: person.user_id.clone(),
            created_at_ms: self.clock.now_ms(),
        };
        let answer = match self.store.create_command_alias(&alias, i64::from(self.commands.aliases_max)).await? {
            AliasCreated::New | AliasCreated::Before => Answer {
                body: vec![usage(&alias.name, &action)],
                note: Some("Anybody in this channel can run it, as themselves. Keep secrets out of it.".to_owned()),
                ..Answer::sentence(format!("`{name}` is an alias of this channel now"))
            },
            AliasCreated::NameTaken(other) => {
                let body = vec![Part::Preformatted { title: Some("It runs".to_owned()), text: other.action }];
                let taken = format!("There is an alias `{name}` already. Delete it first: `alias delete {name}`.");
                return Ok(to_asker(Answer { body, ..Answer::sentence(taken) }));
            }
            AliasCreated::LimitReached => {
                let full = format!("This channel has {} aliases already. Delete one first.", self.commands.aliases_max);
                return Ok(to_asker(Answer::sentence(full)));
            }
        };
        self.record_alias(turn, ALIAS_CREATED, &alias.name, Some(&alias.action)).await;
        Ok(say(answer))
    }

    async fn list_aliases(&self, turn: &Turn<'_>) -> Result<Vec<Reply>, StoreError> {
        let mut aliases = self.aliases(turn).await?;
        if aliases.is_empty() {
            return Ok(say(Answer { headline: "This channel has no aliases yet".to_owned(), ..alias_help() }));
        }
        let headline = match aliases.len() {
            1 => "1 alias in this channel".to_owned(),
            count => format!("{count} aliases in this channel"),
        };
        let left_out = aliases.len().saturating_sub(LISTED);
        aliases.truncate(LISTED);
        let rows = aliases.into_iter().map(|alias| vec![Text::Code(alias.name), Text::Code(alias.action)]).collect();
        let columns = ["Alias", "Runs"].map(str::to_owned).to_vec();
        let body = vec![Part::Table(Table { title: None, columns, rows, left_out })];
        let note = Some("`run NAME` runs one, `alias get NAME` shows all of it.".to_owned());
        Ok(say(Answer { body, note, ..Answer::sentence(headline) }))
    }

    async fn show_alias(&self, turn: &Turn<'_>, words: &str) -> Result<Vec<Reply>, StoreError> {
        let alias = match self.alias_named(turn, first_word(words).0).await? {
            Ok(alias) => alias,
            Err(why) => return Ok(to_asker(why)),
        };
        let mut body = vec![Part::Preformatted { title: Some("It runs".to_owned()), text: alias.action.clone() }];
        body.extend(Action::parse(&alias.action).ok().map(|action| usage(&alias.name, &action)));
        let made = if alias.is_custom_action { "Of the custom action" } else { "Made by" };
        let made = fact(made, Text::Code(alias.of));
        body.push(Part::Facts(vec![made]));
        Ok(say(Answer { body, ..Answer::sentence(format!("`{}`", alias.name)) }))
    }

    async fn delete_alias(&self, turn: &Turn<'_>, words: &str) -> Result<Vec<Reply>, StoreError> {
        let (name, _) = first_word(words);
        let Some(destination) = destination(turn) else { return Ok(to_asker(not_configured(turn))) };
        if self.store.delete_command_alias(&destination, name).await? {
            self.record_alias(turn, ALIAS_DELETED, name, None).await;
            return Ok(say(Answer::sentence(format!("The alias `{name}` is gone"))));
        }
        match self.alias_named(turn, name).await? {
            Ok(alias) => {
                let why = format!(
                    "`{name}` belongs to the custom action `{}`: it goes with the action, through the API.",
                    alias.of
                );
                Ok(to_asker(Answer::sentence(why)))
            }
            Err(why) => Ok(to_asker(why)),
        }
    }

    /// In the trail of each account whose commands it names.
    async fn record_alias(&self, turn: &Turn<'_>, event_name: &'static str, name: &str, action: Option<&str>) {
        let Some(person) = &turn.event.person else { return };
        for listed in &turn.configurations {
            let arn = &listed.configuration.arn;
            self.audit_alias(&AuditedAlias { event_name, scene: &turn.event.scene, person, arn, name, action }).await;
        }
    }

    /// What a name stands for in this channel; an inner `Err` says why nothing.
    async fn alias_named(&self, turn: &Turn<'_>, name: &str) -> Result<Result<Alias, Answer>, StoreError> {
        if name.is_empty() {
            return Ok(Err(alias_help()));
        }
        // No name that is none of an alias is looked for, or repeated.
        let Ok(name) = Name::parse(name) else {
            return Ok(Err(Answer::sentence("There is no alias of this name here. `alias list` shows them.")));
        };
        if let Some(destination) = destination(turn)
            && let Some(alias) = self.store.command_alias(&destination, name.as_str()).await?
        {
            return Ok(Ok(alias.into()));
        }
        let mut named = self.action_aliases(turn).await?.into_iter().filter(|alias| alias.name == name.as_str());
        let Some(mut alias) = named.next() else {
            let none = format!("There is no alias `{name}` in this channel. `alias list` shows them.");
            return Ok(Err(Answer::sentence(none)));
        };
        for other in named {
            if other.action != alias.action {
                let several = format!(
                    "Several accounts of this channel have an alias `{name}`, and they run different commands. Type the command itself, \
                     or make an alias of another name: `alias create NAME …`."
                );
                return Ok(Err(Answer::sentence(several)));
            }
            // Which account is meant, they are asked.
            alias.configuration_arn = None;
        }
        Ok(Ok(alias))
    }

    /// The channel's own, then those of custom actions that they do not hide.
    async fn aliases(&self, turn: &Turn<'_>) -> Result<Vec<Alias>, StoreError> {
        let Some(destination) = destination(turn) else { return Ok(Vec::new()) };
        let own = self.store.command_aliases(&destination, i64::from(self.commands.aliases_max)).await?;
        let mut aliases: Vec<Alias> = own.into_iter().map(Alias::from).collect();
        for alias in self.action_aliases(turn).await? {
            if !aliases.iter().any(|other| other.name == alias.name) {
                aliases.push(alias);
            }
        }
        Ok(aliases)
    }

    async fn action_aliases(&self, turn: &Turn<'_>) -> Result<Vec<Alias>, StoreError> {
        let mut aliases = Vec::new();
        for listed in &turn.configurations {
            let arn = &listed.configuration.arn;
            for action in self.store.actions_shown(arn.as_str()).await?.iter() {
                let Some(name) = &action.alias_name else { continue };
                aliases.push(Alias {
                    name: name.as_str().to_owned(),
                    action: action.command_text.as_str().to_owned(),
                    of: action.name.as_str().to_owned(),
                    configuration_arn: Some(arn.clone()),
                    is_custom_action: true,
                });
            }
        }
        Ok(aliases)
    }
}

impl From<CommandAlias> for Alias {
    fn from(alias: CommandAlias) -> Self {
        let CommandAlias { name, action, created_by: of, .. } = alias;
        Self { name, action, of, configuration_arn: None, is_custom_action: false }
    }
}

/// What another of the channel's accounts may have made is shown before it runs there, also where it only reads.
fn origin_of(turn: &Turn<'_>, alias: &Alias) -> Origin {
    if alias.configuration_arn.is_some() && turn.configurations.len() > 1 {
        return Origin::Action(alias.name.clone());
    }
    Origin::Alias(alias.name.clone())
}

/// Why an action could never run, as far as that is known without its values.
fn runs_nothing(action: &Action) -> Option<Answer> {
    let line = if action.variables().is_empty() { action.as_str() } else { action.head() };
    match command_line::parse(line) {
        Parsed::Run(_) | Parsed::Incomplete(..) => None,
        Parsed::Help(_) => Some(Answer::sentence("An alias runs one operation of a service: write it down.")),
        Parsed::Mistake(mistake) => Some(mistaken(&mistake, line)),
    }
}

/// The channel, as deliveries name it.
fn destination(turn: &Turn<'_>) -> Option<String> {
    turn.configurations.first().map(|listed| listed.configuration.channel.destination())
}

fn first_word(words: &str) -> (&str, &str) {
    let words = words.trim();
    let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    (first, rest.trim())
}

fn alias_help() -> Answer {
    let lines = [
        "@aws alias create restart ecs update-service --force-new-deployment --cluster $cluster --service $service",
        "@aws run restart prod web",
        "@aws run restart --service web --cluster prod",
        "@aws alias list",
        "@aws alias get restart",
        "@aws alias delete restart",
    ];
    Answer {
        body: vec![Part::Preformatted { title: Some("For example".to_owned()), text: lines.join("\n") }],
        note: Some("`$` names a variable, `$$` is a `$`. A value with spaces goes between quotes.".to_owned()),
        ..Answer::sentence("An alias is a name for a command, for everybody in this channel")
    }
}

fn say(answer: Answer) -> Vec<Reply> {
    vec![Reply::Say { to: Audience::Everyone, answer }]
}
