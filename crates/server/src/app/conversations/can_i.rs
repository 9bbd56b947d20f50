//! `@aws can-i lambda invoke …`: whether a person may run something here, and if not, who says so. Nothing is run.

use awscall::command_line::{self, Parsed};
use domain::command::denied;
use domain::command::forecast::Forecast;
use domain::command::refusal::{Refusal, RefusedBy};
use domain::conversation::{Answer, Reply};
use domain::notification::{Fact, Part, Text};
use store::{ListedConfiguration, StoreError};

use super::help::{fact, not_configured};
use super::switch_role::{nobody, person_of};
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::command_permissions::{Expected, Heard, both};

const HOW: &str =
    "Ask me like this: `can-i lambda invoke`, or with parameters: `can-i s3api list-objects-v2 --bucket my-bucket`.";
/// Resource policies are not asked. What one of them allows to everybody, guardrails that only do not allow it do not take away:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.
const NOTE: &str = "Nothing was run. The policies of resources, of VPC endpoints and of AWS Organizations may still refuse it; and a \
                    resource's own policy may allow what guardrails do not.";

impl App {
    pub(super) async fn can_i(&self, turn: &Turn<'_>, text: &str) -> Result<Vec<Reply>, StoreError> {
        let Some(person) = person_of(turn) else { return Ok(nobody()) };
        if let Some(refusal) = refused_by_name(text) {
            return Ok(to_asker(refused(&refusal)));
        }
        let line = match command_line::parse(text) {
            Parsed::Run(line) | Parsed::Incomplete(line, _) => line,
            Parsed::Help(_) => return Ok(to_asker(Answer::sentence(HOW))),
            Parsed::Mistake(mistake) => return Ok(to_asker(super::command_help::mistaken(&mistake, text))),
        };
        let listed = match turn.configurations.as_slice() {
            [] => return Ok(to_asker(not_configured(turn))),
            [only] => only,
            several => {
                let Some(listed) = self.remembered_account(turn, several).await? else {
                    let which = "Several AWS accounts use this channel. Say `set default-account` first.";
                    return Ok(to_asker(Answer::sentence(which)));
                };
                listed
            }
        };
        let named = format!("{} {}", line.call.service.name, line.call.operation.command);
        match Box::pin(self.expected(&listed.configuration, &person, &line.call)).await? {
            Expected::Refused(refusal) => {
                if refusal.by == RefusedBy::LinkFirst {
                    return self.link_instead(turn, listed).await;
                }
                Ok(to_asker(refused(&refusal)))
            }
            Expected::Asked { standing, actions, guardrails, role } => {
                let facts = vec![
                    fact("IAM's actions", Text::Code(actions.join(", "))),
                    said_by(&format!("The role ({})", standing.by.words()), &role),
                    said_by("The guardrails", &guardrails),
                    fact("Bellhop's deny list", Text::Plain("does not have it".to_owned())),
                ];
                let headline = headline(&named, &guardrails, &role, listed);
                let body = vec![Part::Facts(facts)];
                Ok(to_asker(Answer { body, note: Some(NOTE.to_owned()), ..Answer::sentence(headline) }))
            }
        }
    }
}

fn headline(named: &str, guardrails: &Heard, role: &Heard, listed: &ListedConfiguration) -> String {
    let account = listed.configuration.account_id.as_str();
    let overall = match (guardrails, role) {
        (Heard::Said(Forecast::No, _), _) | (_, Heard::Said(Forecast::No, _)) => Some(Forecast::No),
        (Heard::Said(one, _), Heard::Said(other, _)) => Some(both(*one, *other)),
        _ => None,
    };
    match overall {
        Some(Forecast::Yes) => format!("Yes: you may run `{named}` in account {account}."),
        Some(Forecast::No) => format!("No: you may not run `{named}` in account {account}."),
        Some(Forecast::Depends) => {
            format!("It depends on what it is run on, or on conditions: `{named}` in account {account}.")
        }
        None => format!("I cannot tell: AWS decides when `{named}` runs in account {account}."),
    }
}

fn said_by(who: &str, heard: &Heard) -> Fact {
    let words = match heard {
        Heard::Said(_, Some(why)) => format!("no: {why}"),
        Heard::Said(Forecast::Yes, None) => "allow it".to_owned(),
        Heard::Said(Forecast::No, None) => "do not allow it".to_owned(),
        Heard::Said(Forecast::Depends, None) => {
            "allow it for some resources, or under conditions, or not at all".to_owned()
        }
        Heard::Unknown(why) => format!("not known: {why}"),
    };
    fact(who, Text::Plain(words))
}

/// What the AWS CLI has and the API has not.
pub(super) fn refused_by_name(text: &str) -> Option<Refusal> {
    let mut words = text.split_whitespace().skip_while(|word| *word == "aws");
    denied::refused_command(&words.next()?.to_ascii_lowercase(), &words.next()?.to_ascii_lowercase())
}

/// A refusal, whole.
pub(super) fn refused(refusal: &Refusal) -> Answer {
    super::commands::refusal_words(refusal)
}
