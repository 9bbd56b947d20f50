//! Who may run what in AWS from chat: under which role and guardrails a person's command runs, or who says no.
//!
//! Whoever runs a command asks [`App::standing`] before any call, [`App::command_credentials`] for what signs it, and
//! [`App::explain_denied`] when AWS refuses all the same. What may run is
//! (channel's role or the person's) ∩ guardrails − deny list ∩ organization policy; AWS itself enforces the first three, by the
//! session that the role is assumed with (`sessions`).

mod expected;
mod guardrails;
mod sessions;

use awscall::call::Input;
use awscall::model::{Operation, Service};
use domain::chat_configuration::ChatConfiguration;
use domain::command::access_denied::{self, Ran};
use domain::command::refusal::{Refusal, RefusedBy};
use domain::command::session::SessionName;
use domain::command::{denied, iam_action};
use store::{PersonId, StoreError};
use wire::ids::{AccountId, Arn, ChatConfigurationArn, GuardrailPolicyArn};

pub(super) use self::expected::{Expected, Heard, both};
pub use self::sessions::CommandSessions;
use super::{App, RoleBy, RoleDecision, guardrails_in_force};
pub use crate::outbound::aws::CommandCredentials;

/// As whom a person's command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub configuration_arn: ChatConfigurationArn,
    pub account_id: AccountId,
    pub person: PersonId,
    pub role: Arn,
    pub by: StandingBy,
    /// At least one.
    pub guardrails: Vec<GuardrailPolicyArn>,
    pub session_name: SessionName,
}

/// Why it is this role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandingBy {
    Channel,
    Person(RoleBy),
}

/// Why there are no credentials.
#[derive(Debug, Clone)]
pub enum NoCredentials {
    Refused(Refusal),
    /// AWS STS did not answer, or the server has no credentials of its own: nothing ran, and later it may.
    Unavailable(String),
}

impl StandingBy {
    /// For that person to read.
    pub fn words(&self) -> String {
        match self {
            Self::Channel => "the channel's role".to_owned(),
            Self::Person(by) => by.words(),
        }
    }
}

impl App {
    /// As whom `person` may run this in a configuration's channel, or who refuses. Nothing of AWS is asked.
    pub async fn standing(
        &self,
        configuration: &ChatConfiguration,
        person: &PersonId,
        service: &Service,
        operation: &Operation,
        input: &Input,
    ) -> Result<Result<Standing, Refusal>, StoreError> {
        // First what no role changes: nobody links themselves for what is never run.
        if let Some(refusal) = denied::refused(service, operation, input) {
            return Ok(Err(refusal));
        }
        self.standing_of(configuration, person).await
    }

    /// The same whatever it is that they would run.
    pub async fn standing_of(
        &self,
        configuration: &ChatConfiguration,
        person: &PersonId,
    ) -> Result<Result<Standing, Refusal>, StoreError> {
        let (role, by) = match self.role_of(configuration, person).await? {
            RoleDecision::Channel { role } => (role, StandingBy::Channel),
            RoleDecision::Person { role, by } => (role, StandingBy::Person(by)),
            RoleDecision::LinkFirst => return Ok(Err(link_first())),
            RoleDecision::Unknown => return Ok(Err(groups_unknown())),
            RoleDecision::Refused(why) => return Ok(Err(Refusal::new(RefusedBy::Organization, why))),
        };
        // Roles of several accounts may trust this server: none lends another account's people its own.
        if role.account_id().as_ref() != Some(&configuration.account_id) {
            return Ok(Err(foreign_role(&role, &configuration.account_id)));
        }
        Ok(Ok(Standing {
            configuration_arn: configuration.arn.clone(),
            account_id: configuration.account_id.clone(),
            person: person.clone(),
            role,
            by,
            guardrails: guardrails_in_force(configuration),
            session_name: SessionName::of(person.platform(), person.as_str()),
        }))
    }

    /// What signs a command of theirs. From memory, if the session lasts for minutes still.
    pub async fn command_credentials(&self, standing: &Standing) -> Result<CommandCredentials, NoCredentials> {
        self.command_sessions.credentials(standing, None, self.clock.now_ms()).await
    }

    /// After AWS said that `expired` is over: new ones, whatever memory has. To be asked once a command.
    pub async fn renewed_command_credentials(
        &self,
        standing: &Standing,
        expired: &CommandCredentials,
    ) -> Result<CommandCredentials, NoCredentials> {
        self.command_sessions.credentials(standing, Some(expired), self.clock.now_ms()).await
    }

    /// What AWS's refusal of a call comes to; `None` for an error that is no refusal.
    pub fn explain_denied(
        &self,
        standing: &Standing,
        service: &Service,
        operation: &Operation,
        error: &awscall::protocol::ServiceError,
    ) -> Option<Refusal> {
        let actions = iam_action::actions(service, operation, &Input::new());
        let action = actions.first().map(ToString::to_string).unwrap_or_default();
        let guardrail_arns: Vec<&str> = standing.guardrails.iter().map(GuardrailPolicyArn::as_str).collect();
        let ran = Ran {
            account_id: standing.account_id.as_str(),
            role_arn: standing.role.as_str(),
            configuration_arn: standing.configuration_arn.as_str(),
            guardrail_arns: &guardrail_arns,
            action: &action,
        };
        access_denied::explain(&ran, &error.code, &error.message)
    }
}

fn link_first() -> Refusal {
    Refusal::new(RefusedBy::LinkFirst, "You need an IAM role of your own to run commands in this channel.")
        .with_remedy("Ask me for `switch-role` and follow the link.", None)
}

fn foreign_role(role: &Arn, account_id: &AccountId) -> Refusal {
    let sentence =
        format!("{role} is of another account than this channel's configuration ({account_id}), so nothing was run.");
    Refusal::new(RefusedBy::ForeignRole, sentence).with_remedy(
        "Whoever administers the configuration can give it a role of its own account; for another account's role, that account \
         configures this channel too.",
        None,
    )
}

fn groups_unknown() -> Refusal {
    let sentence = "I cannot see at the moment which groups you are in, and one of them may decide your role here. Nothing was run.";
    Refusal::new(RefusedBy::GroupsUnknown, sentence)
        .with_remedy("Please try again in a minute, or ask me for `switch-role` to choose a role of your own.", None)
}
