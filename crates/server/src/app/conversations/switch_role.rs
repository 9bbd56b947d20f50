//! `@aws switch-role`: under which role a person acts, and the link by which they choose another. Shown to that person alone.
//!
//! The same link is what anybody gets who asks for something that needs a role of their own and has none (`link_first`).

use domain::conversation::{Answer, Control, Reply, Style};
use domain::notification::{Part, Text};
use store::{ListedConfiguration, PersonId, StoreError};

use super::help::{fact, name_of, not_configured};
use super::{Turn, to_asker};
use crate::app::chat_commands::person_id;
use crate::app::tickets::{Purpose, Ticket};
use crate::app::{App, RoleDecision};

/// Where nobody could be asked who is in a group.
const GROUPS_UNKNOWN: &str = "I cannot see at the moment which groups you are in, and one of them may decide your role here. Nothing \
                              was done. Please try again in a minute, or ask me for switch-role to choose a role of your own.";
/// Buttons of one message; more accounts share no channel that anybody reads.
const CONFIGURATIONS_MAX: usize = 20;
const ONLY_CHANNEL: &str = "The chat applications policy of your organization lets people act under the channel's role alone here. \
                            There is no other to choose.";

impl App {
    pub(super) async fn switch_role(&self, turn: &Turn<'_>) -> Result<Vec<Reply>, StoreError> {
        match turn.configurations.as_slice() {
            [] => Ok(to_asker(not_configured(turn))),
            [only] => self.link_to(turn, only, "Link yourself to an IAM role").await,
            several => self.choose_account(turn, several),
        }
    }

    /// A button was pressed: of one configuration, or of the channel at large.
    pub(super) async fn switch_role_of(&self, turn: &Turn<'_>, ticket: &Ticket) -> Result<Vec<Reply>, StoreError> {
        let Some(arn) = ticket.configuration_arn.as_deref() else { return self.switch_role(turn).await };
        match turn.configuration(Some(arn)) {
            Some(listed) => self.link_to(turn, listed, "Link yourself to an IAM role").await,
            None => Ok(to_asker(Answer::sentence("This configuration is not one of this channel any more."))),
        }
    }

    /// What somebody gets instead of what they asked for, if they need a role of their own and have none.
    pub(super) async fn link_first(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
    ) -> Result<Option<Vec<Reply>>, StoreError> {
        let Some(person) = person_of(turn) else { return Ok(Some(nobody())) };
        match self.role_of(&listed.configuration, &person).await? {
            RoleDecision::LinkFirst => self.link_instead(turn, listed).await.map(Some),
            RoleDecision::Refused(why) => Ok(Some(to_asker(Answer::sentence(why)))),
            RoleDecision::Unknown => Ok(Some(to_asker(Answer::sentence(GROUPS_UNKNOWN)))),
            RoleDecision::Channel { .. } | RoleDecision::Person { .. } => Ok(None),
        }
    }

    fn choose_account(&self, turn: &Turn<'_>, several: &[ListedConfiguration]) -> Result<Vec<Reply>, StoreError> {
        let button = |listed: &ListedConfiguration| -> Result<Control, StoreError> {
            let it = &listed.configuration;
            let ticket = Ticket::for_asker(turn.event, Purpose::SwitchRole, Some(&it.arn), self.clock.now_ms());
            let label = format!("{} · {}", it.account_id.as_str(), name_of(listed));
            Ok(Control::Press { label, style: Style::Plain, ticket: self.seal_ticket(&ticket)? })
        };
        let controls: Vec<_> = several.iter().take(CONFIGURATIONS_MAX).map(button).collect::<Result<_, _>>()?;
        Ok(to_asker(Answer {
            controls,
            ..Answer::sentence("Several AWS accounts use this channel. In which do you want to choose a role?")
        }))
    }

    /// For whoever is known to need a role of their own.
    pub(super) async fn link_instead(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
    ) -> Result<Vec<Reply>, StoreError> {
        self.link_to(turn, listed, "You need an IAM role of your own for this").await
    }

    async fn link_to(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
        headline: &str,
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(person) = person_of(turn) else { return Ok(nobody()) };
        let it = &listed.configuration;
        let now = self.role_of(it, &person).await?;
        // A link would end in a role that nobody acts under.
        if let RoleDecision::Refused(why) = &now {
            return Ok(to_asker(Answer::sentence(why)));
        }
        if !self.allowed(it).await.roles.user_role {
            return Ok(to_asker(Answer::sentence(ONLY_CHANNEL)));
        }
        let name = turn.event.person.as_ref().and_then(|person| person.name.as_deref());
        let asked = self.ask_link(listed, &person, name, turn.key).await?;
        let now = match now {
            RoleDecision::Channel { role } => Text::Plain(format!("the channel's role {}", role.as_str())),
            RoleDecision::Person { role, by } => Text::Plain(format!("{} ({})", role.as_str(), by.words())),
            RoleDecision::LinkFirst => Text::Plain("nobody yet: this channel asks for a role of your own".to_owned()),
            RoleDecision::Refused(why) => Text::Plain(why),
            RoleDecision::Unknown => Text::Plain("not known now: one of your groups may decide".to_owned()),
        };
        let facts = vec![
            fact("Account", Text::Code(it.account_id.as_str().to_owned())),
            fact("Configuration", Text::Code(name_of(listed).to_owned())),
            fact("You act under", now),
        ];
        let label = "Let's get started".to_owned();
        Ok(to_asker(Answer {
            headline: headline.to_owned(),
            body: vec![Part::Facts(facts)],
            controls: vec![Control::Open { label, url: asked.url.into(), style: Style::Primary }],
            note: Some("The link is yours alone, good once and for ten minutes. Give it to nobody.".to_owned()),
        }))
    }
}

/// Whoever asked, as the store knows people.
pub(super) fn person_of(turn: &Turn<'_>) -> Option<PersonId> {
    person_id(&turn.event.scene, turn.event.person.as_ref()?)
}

pub(super) fn nobody() -> Vec<Reply> {
    to_asker(Answer::sentence("I cannot tell who you are here: ask me in the channel itself."))
}
