//! What is said of a command that has ended: its result, AWS's own no with what to do, or that nobody knows.

use awscall::command_line::CommandLine;
use domain::command::error_words::{self, Failure, FailureOf};
use domain::command::line_for_people;
use domain::command::refusal::{Refusal, RefusedBy, Remedy};
use domain::command::result::{self, More, ResultOf, Shown};
use domain::conversation::Answer;
use domain::notification::Place;
use serde_json::Value;
use store::StoreError;
use wire::ids::ChatConfigurationArn;

use super::Outcome;
use super::answer::Told;
use crate::app::App;
use crate::app::tickets::{CommandPress, CommandStep, Purpose, Ticket};

impl App {
    pub(super) fn words_of(&self, told: &Told) -> Result<Shown, StoreError> {
        let Some(line) = &told.line else {
            let sentence = match &told.outcome {
                Outcome::Refused { sentence, .. } => sentence,
                Outcome::Unknown => "I do not know whether the command ran, and cannot read any more what it was.",
                _ => "The command has ended, and I cannot read any more what it was.",
            };
            return Ok(Shown { answer: Answer::sentence(sentence), file: None });
        };
        let place = self.place_of(told, line);
        let took_ms = u64::try_from(told.took_ms).unwrap_or_default();
        let failed = |failure| {
            let (service, operation) = (line.call.service, line.call.operation);
            let role_arn = told.role.as_deref();
            let failed = FailureOf { service, operation, place: &place, role_arn, took_ms, failure };
            Ok(Shown { answer: error_words::answer(&failed), file: None })
        };
        match &told.outcome {
            Outcome::Output { output, next_token } => {
                let ticket = self.next_page_ticket(told)?;
                let next_page = match (&ticket, next_token) {
                    (Some(ticket), _) => More::ByButton(ticket),
                    (None, Some(token)) => More::ByToken(token),
                    (None, None) => More::Nothing,
                };
                Ok(result::answer(&ResultOf {
                    service: line.call.service,
                    operation: line.call.operation,
                    line: &line_for_people(line),
                    output: &Value::Object(output.clone()),
                    next_page,
                    took_ms,
                    place: &place,
                    role_arn: told.role.as_deref(),
                    query: line.query.as_deref(),
                    format: line.output,
                }))
            }
            Outcome::Service(said) => failed(Failure::Service {
                code: &said.code,
                message: &said.message,
                status: said.status,
                request_id: said.request_id.as_deref(),
                may_have_happened: said.may_have_happened,
            }),
            Outcome::Refused { sentence, remedy, command, quoted, .. } => {
                let remedy = remedy.clone().map(|sentence| Remedy { sentence, command: command.clone() });
                // Who refused is in the sentence.
                let by = RefusedBy::Unsaid(Vec::new());
                let refusal = Refusal { by, sentence: sentence.clone(), remedy, quoted: quoted.clone() };
                failed(Failure::Refused(&refusal))
            }
            Outcome::NotSent(why) => failed(Failure::NotSent(why)),
            Outcome::NoAnswer(why) => failed(Failure::NoAnswer(why)),
            Outcome::TimedOut { seconds, sent } => failed(Failure::TimedOut { seconds: *seconds, sent: *sent }),
            Outcome::Interrupted { sent } => failed(Failure::Interrupted { sent: *sent }),
            Outcome::TooLarge => failed(Failure::TooLarge),
            Outcome::Unknown => failed(Failure::Unknown),
        }
    }

    fn place_of(&self, told: &Told, line: &CommandLine) -> Place {
        let account = told.asked.configuration_arn.as_ref().and_then(ChatConfigurationArn::account_id);
        let account = account.map(|account| account.as_str().to_owned());
        let account_name = account.as_ref().and_then(|account| self.account_names.of(account)).map(str::to_owned);
        Place { account, account_name, region: line.region.clone() }
    }

    fn next_page_ticket(&self, told: &Told) -> Result<Option<String>, StoreError> {
        if told.asked.next_page.is_none() || told.outcome.next_token().is_none() {
            return Ok(None);
        }
        let press = CommandPress { command: told.id.clone(), revision: 0, step: CommandStep::NextPage };
        let arn = told.asked.configuration_arn.as_ref();
        let ticket = Ticket::for_asker(&told.asked.event(), Purpose::Command(press), arn, self.clock.now_ms());
        self.seal_ticket(&ticket).map(Some)
    }
}
