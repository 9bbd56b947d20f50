//! Buttons and forms under a command: each answers one question of `questions`, and the command goes on.

use std::sync::Arc;

use awscall::command_line::{self, CommandLine, Parsed};
use domain::conversation::{Answer, Reply, Values};
use domain::notification::Part;
use store::{ChatCommand, ChatCommandState, Moved, StoreError};

use super::super::command_help::mistaken;
use super::super::{Turn, to_asker};
use super::questions::{REGION, shown, what_runs};
use super::{Draft, SWITCHED_OFF, Wanted, gone, lasting, moved_words};
use crate::app::App;
use crate::app::chat_commands::{Asked, Audited, Origin, SetOff, ShownAs, Step};
use crate::app::tickets::{CommandPress, CommandStep, Decision, Ticket};

impl App {
    pub(in super::super) async fn command_pressed(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        ticket: &Ticket,
        press: &CommandPress,
        values: &Values,
    ) -> Result<Vec<Reply>, StoreError> {
        let ends_it = matches!(press.step, CommandStep::Cancel | CommandStep::Decide(Decision::Reject));
        if !self.commands.enabled && !ends_it {
            return Ok(to_asker(Answer::sentence(SWITCHED_OFF)));
        }
        let Some(command) = self.store.chat_command(&press.command).await? else {
            return Ok(to_asker(moved_words(Moved::Unknown)));
        };
        let asked = Asked::of(&command);
        if press.step == CommandStep::NextPage {
            return self.next_page(turn, asked).await;
        }
        // The very event that moved it may come again, after a crash.
        if command.state != ChatCommandState::Asked && command.moved_by.as_deref() != Some(turn.key) {
            return Ok(to_asker(moved_words(Moved::Not(command.state))));
        }
        if press.step == CommandStep::Cancel {
            return self.cancel(turn, press, &command, asked).await;
        }
        let Some(mut asked) = asked else { return Ok(to_asker(moved_words(Moved::Unknown))) };
        // The answer belongs into the thread of the button: what was typed may have none.
        asked.scene = lasting(&turn.event.scene);
        let draft = Draft { id: command.id, revision: Some(press.revision), asked };
        match &press.step {
            CommandStep::Run => self.run_asked(turn, draft, press.revision).await,
            CommandStep::Parameters => self.parameters_of(turn, &draft, press.revision),
            CommandStep::Fill => self.filled(turn, draft, values).await,
            CommandStep::Account => self.chosen_account(turn, draft, ticket).await,
            CommandStep::Regions => match turn.configuration(ticket.configuration_arn.as_deref()) {
                Some(listed) => {
                    let step = CommandStep::Region(None);
                    self.region_form(listed, &self.command_ticket(turn, &draft, press.revision, step))
                }
                None => Ok(gone()),
            },
            CommandStep::Region(named) => {
                let region = named.clone().or_else(|| values.get(REGION).cloned()).unwrap_or_default();
                self.chosen_region(turn, draft, &region).await
            }
            CommandStep::Decide(decision) => self.decide(turn, draft, (ticket, press), (*decision, None)).await,
            CommandStep::DecideWhy(decision) => {
                self.decide(turn, draft, (ticket, press), (*decision, Some(values))).await
            }
            CommandStep::Cancel | CommandStep::NextPage => Ok(Vec::new()),
        }
    }

    async fn cancel(
        &self,
        turn: &Turn<'_>,
        press: &CommandPress,
        command: &ChatCommand,
        asked: Option<Asked>,
    ) -> Result<Vec<Reply>, StoreError> {
        let line = asked.as_ref().and_then(|asked| read(&asked.line));
        // Whichever message of it was pressed, nothing is to run.
        let moved = self.store.cancel_command(&press.command, command.revision, turn.key, self.clock.now_ms()).await?;
        match moved {
            Moved::Now | Moved::Before => {}
            other => return Ok(to_asker(moved_words(other))),
        }
        if let Some(asked) = &asked {
            let audited = Audited {
                step: Step::Cancelled,
                id: &press.command,
                asked,
                line: line.as_ref(),
                standing: None,
                read_only: true,
                error: None,
            };
            self.audit_command(&audited).await;
        }
        let body = line.as_ref().map(what_runs).unwrap_or_default();
        let answer = Answer { body, ..Answer::sentence("Cancelled. Nothing was run.") };
        Ok(shown(turn, answer))
    }

    /// What was shown is looked at once more: another role, another line, and it is asked again.
    async fn run_asked(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        mut draft: Draft,
        revision: i64,
    ) -> Result<Vec<Reply>, StoreError> {
        let listed = match self.account_of(turn, &mut draft).await? {
            Ok(listed) => listed,
            Err(question) => return Ok(question),
        };
        let line = match command_line::parse(&draft.asked.line) {
            Parsed::Run(line) if line.region.is_some() => line,
            // Nothing of the kind is ever given a button to run: a newer version of this program reads it otherwise.
            _ => return self.go_on(turn, draft).await,
        };
        let settled = match self.settled(turn, &draft, listed, line).await? {
            Ok(settled) => settled,
            Err(refusal) => return Ok(refusal),
        };
        if draft.asked.shown_as.as_ref() != Some(&ShownAs::of(&settled.standing)) {
            return self.ask_to_confirm(turn, draft, settled, listed).await;
        }
        if let Some(rule) = self.approval_rule(&settled, listed) {
            return self.ask_for_approval(turn, draft, settled, listed, rule).await;
        }
        let mut body = what_runs(&settled.line);
        body.push(Part::Facts(self.as_whom(&settled, listed)));
        let answer = Answer { body, ..Answer::sentence("Started") };
        Ok(match self.start(settled, revision, turn.key).await? {
            SetOff::Runs => shown(turn, answer),
            SetOff::Busy(busy) => self.refuse_busy(turn, &draft, busy).await,
            SetOff::Not(moved) => to_asker(moved_words(moved)),
        })
    }

    fn parameters_of(&self, turn: &Turn<'_>, draft: &Draft, revision: i64) -> Result<Vec<Reply>, StoreError> {
        match read(&draft.asked.line) {
            Some(line) => self.parameter_form(turn, draft, revision, &line),
            None => Ok(to_asker(moved_words(Moved::Unknown))),
        }
    }

    async fn filled(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        mut draft: Draft,
        values: &Values,
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(line) = read(&draft.asked.line) else { return Ok(to_asker(moved_words(Moved::Unknown))) };
        let given = domain::command::form::given(&line, values);
        let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match command_line::with_parameters(&line, &given) {
            Parsed::Run(line) | Parsed::Incomplete(line, _) => {
                draft.asked.line = line.shown;
                self.go_on(turn, draft).await
            }
            // The question that led to the form stands there still: they press it again.
            Parsed::Mistake(mistake) => Ok(to_asker(mistaken(&mistake, ""))),
            Parsed::Help(_) => Ok(to_asker(moved_words(Moved::Unknown))),
        }
    }

    async fn chosen_account(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        mut draft: Draft,
        ticket: &Ticket,
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(listed) = turn.configuration(ticket.configuration_arn.as_deref()) else { return Ok(gone()) };
        self.remember_account(turn, listed).await?;
        draft.asked.configuration_arn = Some(listed.configuration.arn.clone());
        self.go_on(turn, draft).await
    }

    async fn chosen_region(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        mut draft: Draft,
        region: &str,
    ) -> Result<Vec<Reply>, StoreError> {
        if let Err(unknown) = awscall::endpoint::check_region(region) {
            return Ok(to_asker(Answer::sentence(unknown.to_string())));
        }
        if let Some(arn) = &draft.asked.configuration_arn {
            self.store.put_command_region(arn.as_str(), region).await?;
        }
        if let Some(line) = read(&draft.asked.line) {
            draft.asked.line = line.with_region(region).shown;
        }
        self.go_on(turn, draft).await
    }

    async fn next_page(self: &Arc<Self>, turn: &Turn<'_>, asked: Option<Asked>) -> Result<Vec<Reply>, StoreError> {
        let Some((Some(line), configuration_arn)) = asked.map(|asked| (asked.next_page, asked.configuration_arn))
        else {
            return Ok(to_asker(Answer::sentence("I do not know the next page any more. Ask me again for the first.")));
        };
        self.wanted(turn, Wanted { line, origin: Origin::Button, configuration_arn }).await
    }
}

pub(super) fn read(line: &str) -> Option<CommandLine> {
    match command_line::parse(line) {
        Parsed::Run(line) | Parsed::Incomplete(line, _) => Some(line),
        Parsed::Help(_) | Parsed::Mistake(_) => None,
    }
}
