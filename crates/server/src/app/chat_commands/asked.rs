//! What somebody asks to have run, as the store keeps it, sealed: the words, who says them, where the answer belongs.

use awscall::command_line::{self, Parsed};
use domain::command::line_for_records;
use domain::conversation::{ChatEvent, Happening, Person, Scene};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use store::{ChatCommand, PersonId};
use wire::ids::{Arn, ChatConfigurationArn, GuardrailPolicyArn};

use crate::app::command_permissions::Standing;

/// The line may hold secrets: it is not printed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::app) struct Asked {
    /// As it was typed, and from the first question on as it runs: each answer is written into it.
    pub(in crate::app) line: String,
    pub(in crate::app) origin: Origin,
    pub(in crate::app) person: Person,
    pub(in crate::app) scene: Scene,
    /// Once it is known which is meant.
    pub(in crate::app) configuration_arn: Option<ChatConfigurationArn>,
    /// As whom it was said that it would run, where somebody was asked.
    pub(in crate::app) shown_as: Option<ShownAs>,
    /// What goes on where the answer ended.
    pub(in crate::app) next_page: Option<String>,
    /// Whose yes it waits for.
    pub(in crate::app) approval: Option<Approval>,
}

/// A second person's yes, asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::app) struct Approval {
    /// Its name in the settings.
    pub(in crate::app) rule: String,
    pub(in crate::app) expires_at_ms: i64,
    /// Once it is given.
    pub(in crate::app) by: Option<Approver>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::app) struct Approver {
    pub(in crate::app) person: Person,
    pub(in crate::app) reason: Option<String>,
}

/// Where a command comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::app) enum Origin {
    Typed,
    /// Of this name.
    Alias(String),
    /// A custom action's button, of this name.
    Action(String),
    /// A button under an answer of ours.
    Button,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::app) struct ShownAs {
    role: Arn,
    guardrails: Vec<GuardrailPolicyArn>,
}

impl ShownAs {
    pub(in crate::app) fn of(standing: &Standing) -> Self {
        Self { role: standing.role.clone(), guardrails: standing.guardrails.clone() }
    }

    pub(super) fn role(&self) -> &str {
        self.role.as_str()
    }
}

impl Origin {
    /// What a button does is shown before it is done.
    pub(in crate::app) fn is_shown_first(&self) -> bool {
        matches!(self, Self::Action(_))
    }
}

impl Asked {
    pub(in crate::app) fn of(command: &ChatCommand) -> Option<Self> {
        serde_json::from_str(command.asked.as_ref()?.expose_secret()).ok()
    }

    pub(in crate::app) fn sealable(&self) -> SecretString {
        super::sealable(self)
    }

    /// The channel, as deliveries name it; of a person's own conversation, its own name.
    pub(in crate::app) fn destination(&self) -> String {
        match &self.scene {
            Scene::Slack(scene) => {
                format!("slack/{}/{}", scene.team_id, scene.channel_id.as_deref().unwrap_or_default())
            }
            Scene::Teams(scene) => match (&scene.team_id, &scene.channel_id) {
                (Some(team_id), Some(channel_id)) => domain::chat_configuration::teams_destination(team_id, channel_id),
                _ => format!("teams/{}", scene.conversation_id),
            },
        }
    }

    pub(in crate::app) fn person_id(&self) -> Option<PersonId> {
        person_id(&self.scene, &self.person)
    }

    /// An event in whose place an answer belongs, long after it was heard.
    pub(super) fn event(&self) -> ChatEvent {
        ChatEvent { scene: self.scene.clone(), person: Some(self.person.clone()), what: Happening::Nothing }
    }
}

/// Who asked for a command that is kept, and its line with what is sensitive masked.
pub fn asked_of(command: &ChatCommand) -> Option<(String, String)> {
    let Asked { line, person, .. } = Asked::of(command)?;
    let line = match command_line::parse(&line) {
        Parsed::Run(line) | Parsed::Incomplete(line, _) => line_for_records(&line),
        // Of what cannot be read, nobody knows what is sensitive.
        Parsed::Help(_) | Parsed::Mistake(_) => String::new(),
    };
    Some((person.user_id, line))
}

/// A person of chat, as the store knows people.
pub(in crate::app) fn person_id(scene: &Scene, person: &Person) -> Option<PersonId> {
    match scene {
        Scene::Slack(_) => person.user_id.parse().ok().map(PersonId::Slack),
        // Microsoft writes it in either case.
        Scene::Teams(_) => person.user_id.to_lowercase().parse().ok().map(PersonId::MicrosoftTeams),
    }
}
