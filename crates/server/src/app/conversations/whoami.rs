//! `@aws whoami`: as whom a person's commands run here, by whose word, and within which bounds. Shown to that person alone.

use domain::command::refusal::RefusedBy;
use domain::conversation::{Answer, Reply};
use domain::notification::{Fact, Part, Text};
use store::{ListedConfiguration, PersonId, StoreError};

use super::can_i::refused;
use super::help::{fact, name_of, not_configured};
use super::switch_role::{nobody, person_of};
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::command_permissions::Standing;

/// More accounts share no channel that anybody reads.
const CONFIGURATIONS_MAX: usize = 10;
/// Names of rules that anybody reads at once.
const RULES_SHOWN: usize = 10;

impl App {
    pub(super) async fn whoami(&self, turn: &Turn<'_>) -> Result<Vec<Reply>, StoreError> {
        let Some(person) = person_of(turn) else { return Ok(nobody()) };
        match turn.configurations.as_slice() {
            [] => Ok(to_asker(not_configured(turn))),
            [only] => self.who_in(turn, only, &person).await,
            several => {
                let mut body = Vec::new();
                for listed in several.iter().take(CONFIGURATIONS_MAX) {
                    body.push(match self.standing_of(&listed.configuration, &person).await? {
                        Ok(standing) => Part::Facts(self.facts(listed, &standing).await?),
                        Err(refusal) => {
                            let account = Text::Code(listed.configuration.account_id.as_str().to_owned());
                            Part::Facts(vec![fact("Account", account), fact("You", Text::Plain(refusal.sentence))])
                        }
                    });
                }
                Ok(to_asker(Answer {
                    body,
                    ..Answer::sentence("Several AWS accounts use this channel. In each you are:")
                }))
            }
        }
    }

    async fn who_in(
        &self,
        turn: &Turn<'_>,
        listed: &ListedConfiguration,
        person: &PersonId,
    ) -> Result<Vec<Reply>, StoreError> {
        let standing = match self.standing_of(&listed.configuration, person).await? {
            Ok(standing) => standing,
            Err(refusal) => {
                if refusal.by == RefusedBy::LinkFirst {
                    return self.link_instead(turn, listed).await;
                }
                return Ok(to_asker(refused(&refusal)));
            }
        };
        let facts = self.facts(listed, &standing).await?;
        let role = standing.role.as_str().rsplit('/').next().unwrap_or_default();
        Ok(to_asker(Answer {
            body: vec![Part::Facts(facts)],
            note: Some(
                "Commands that only read run at once, others are shown first. `can-i SERVICE OPERATION` says what you may, \
                 `switch-role` changes the role."
                    .to_owned(),
            ),
            ..Answer::sentence(format!("You act under the role {role} ({}).", standing.by.words()))
        }))
    }

    async fn facts(&self, listed: &ListedConfiguration, standing: &Standing) -> Result<Vec<Fact>, StoreError> {
        let it = &listed.configuration;
        let region = match self.store.command_region(it.arn.as_str()).await? {
            Some(region) => Text::Code(region),
            None => match &self.commands.default_region {
                Some(region) => Text::Code(region.clone()),
                None => Text::Plain("none yet: the first command asks".to_owned()),
            },
        };
        let guardrails: Vec<&str> = standing.guardrails.iter().map(wire::ids::GuardrailPolicyArn::as_str).collect();
        let you = format!("{} of {}", standing.person.as_str(), standing.person.platform_name());
        let account = match self.account_names.of(it.account_id.as_str()) {
            Some(name) => format!("{} ({name})", it.account_id.as_str()),
            None => it.account_id.as_str().to_owned(),
        };
        let rules = self.approval_rules_at(it, Some(standing.role.as_str()));
        let mut facts = vec![
            fact("You", Text::Plain(you)),
            fact("Account", Text::Plain(account)),
            fact("Configuration", Text::Code(name_of(listed).to_owned())),
            fact("Role", Text::Arn(standing.role.as_str().to_owned())),
            fact("By", Text::Plain(standing.by.words())),
            fact("Guardrails", Text::Plain(guardrails.join(", "))),
            fact("Name in CloudTrail", Text::Code(standing.session_name.as_str().to_owned())),
            fact("Region", region),
        ];
        if !rules.is_empty() {
            let names: Vec<&str> = rules.iter().take(RULES_SHOWN).map(|rule| rule.name.as_str()).collect();
            let left_out = rules.len().saturating_sub(names.len());
            let more = if left_out > 0 { format!(" and {left_out} more") } else { String::new() };
            let needed = format!("somebody else's, by the rules {}{more}", names.join(", "));
            facts.push(fact("Approval", Text::Plain(needed)));
        }
        Ok(facts)
    }
}
