//! What a command is asked about: the account, the region, its parameters, a yes. Each question is a message with buttons, for
//! the asker alone, or a form behind one of them.

use awscall::command_line::{CommandLine, Parameter};
use domain::command::{form, line_for_people};
use domain::conversation::{Answer, Audience, Choice, Control, Field, Form, Happening, Input, Reply, Style};
use domain::notification::{Fact, Part, Text, render};
use store::{ListedConfiguration, StoreError};

use super::super::help::{fact, name_of};
use super::super::{Turn, to_asker};
use super::place::regions_of;
use super::{ASKED_LASTS_MS, Draft, moved_words};
use crate::app::App;
use crate::app::chat_commands::{Asked, Audited, Origin, Settled, ShownAs, Step};
use crate::app::tickets::{CommandPress, CommandStep, Purpose, Ticket};

/// Buttons of one message that anybody reads.
pub(super) const ACCOUNTS_MAX: usize = 20;
/// Regions with a button of their own; the form has them all.
const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"];
/// A menu of Slack. <https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#static_select>.
const CHOICES_MAX: usize = 100;
pub(super) const REGION: &str = "region";
/// Of a line that is shown whole, in as many pieces as it takes: no message cuts what somebody is to agree to. As chat spells it: a
/// section of Slack takes 3,000. <https://docs.slack.dev/reference/block-kit/blocks/section-block>.
const PIECE_ROOM: usize = 2_000;
pub(super) const TOO_LONG: &str =
    "This command is too long to be shown whole here, and nothing runs that was not shown. Please make it shorter.";

impl App {
    /// Which of the accounts that share the channel.
    pub(super) async fn ask_for_account(&self, turn: &Turn<'_>, draft: &Draft) -> Result<Vec<Reply>, StoreError> {
        let Some(revision) = self.kept(draft).await? else { return Ok(to_asker(revised())) };
        let button = |listed: &ListedConfiguration| {
            let arn = Some(listed.configuration.arn.as_str().to_owned());
            let ticket = self.command_ticket(turn, draft, revision, CommandStep::Account);
            self.button(&self.account_words(listed), Style::Plain, &Ticket { configuration_arn: arn, ..ticket })
        };
        let several = turn.configurations.iter().take(ACCOUNTS_MAX);
        let controls = several.map(button).collect::<Result<_, _>>()?;
        let note = match turn.configurations.len().saturating_sub(ACCOUNTS_MAX) {
            0 => "I remember it for 7 days. `set default-account` changes it.".to_owned(),
            more => format!("{more} more have no button: say `set default-account NUMBER`. I remember it for 7 days."),
        };
        let note = Some(note);
        let headline = "Several AWS accounts use this channel. In which do you want to run it?";
        Ok(shown(turn, Answer { controls, note, ..Answer::sentence(headline) }))
    }

    pub(super) async fn ask_for_region(
        &self,
        turn: &Turn<'_>,
        draft: &Draft,
        listed: &ListedConfiguration,
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(revision) = self.kept(draft).await? else { return Ok(to_asker(revised())) };
        let button =
            |label: &str, step| self.button(label, Style::Plain, &self.command_ticket(turn, draft, revision, step));
        let mut controls = Vec::new();
        for region in first_regions(listed) {
            controls.push(button(region, CommandStep::Region(Some(region.to_owned())))?);
        }
        controls.push(button("Another region", CommandStep::Regions)?);
        let note = Some(
            "I remember it for this account in this channel. `set default-region` changes it, `--region` goes before it."
                .to_owned(),
        );
        Ok(shown(turn, Answer { controls, note, ..Answer::sentence("In which region?") }))
    }

    /// All regions of the account's partition.
    pub(super) fn region_form(&self, listed: &ListedConfiguration, ticket: &Ticket) -> Result<Vec<Reply>, StoreError> {
        let regions = regions_of(&listed.configuration).into_iter().take(CHOICES_MAX);
        let choices = regions.map(|region| Choice {
            label: format!("{} · {}", region.name, region.description),
            value: region.name.clone(),
        });
        let field = Field {
            name: REGION.to_owned(),
            label: "Region".to_owned(),
            hint: Some("This channel's commands run there that name none.".to_owned()),
            input: Input::Menu { choices: choices.collect(), chosen: None },
        };
        Ok(vec![Reply::Ask(Form {
            title: "Region".to_owned(),
            intro: Vec::new(),
            fields: vec![field],
            submit: "Choose".to_owned(),
            ticket: self.seal_ticket(ticket)?,
        })])
    }

    /// Something that the operation needs is missing: a button shows the form, for forms need a press.
    pub(super) async fn ask_for_parameters(
        &self,
        turn: &Turn<'_>,
        draft: Draft,
        settled: &Settled,
        missing: &[Parameter],
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(revision) = self.kept(&draft).await? else { return Ok(to_asker(revised())) };
        let button =
            |label: &str, style, step| self.button(label, style, &self.command_ticket(turn, &draft, revision, step));
        let items = missing.iter().map(|parameter| Text::Code(format!("--{} {}", parameter.name, parameter.example)));
        let call = &settled.line.call;
        let body = vec![
            Part::Bullets { title: Some("It needs".to_owned()), items: items.collect(), left_out: 0 },
            Part::Preformatted { title: Some("So far".to_owned()), text: line_for_people(&settled.line) },
        ];
        let controls = vec![
            button("Fill in parameters", Style::Primary, CommandStep::Parameters)?,
            button("Cancel command", Style::Plain, CommandStep::Cancel)?,
        ];
        let headline = format!("{} {} needs more", call.service.name, call.operation.command);
        let note = Some("Or ask me again with all of them. Nothing was run.".to_owned());
        Ok(shown(turn, Answer { headline, body, controls, note }))
    }

    /// What the form of a command's parameters asks for: what is not given yet.
    pub(super) fn parameter_form(
        &self,
        turn: &Turn<'_>,
        draft: &Draft,
        revision: i64,
        line: &CommandLine,
    ) -> Result<Vec<Reply>, StoreError> {
        let form::Fields { fields, left_out } = form::fields(line);
        if fields.is_empty() {
            let none = format!("{} {} takes no more parameters.", line.call.service.name, line.call.operation.command);
            return Ok(to_asker(Answer::sentence(none)));
        }
        let intro = match left_out {
            0 => "What you leave empty is not sent.".to_owned(),
            _ => format!(
                "What you leave empty is not sent. {left_out} more have no room here: type them as `--parameter value`."
            ),
        };
        let ticket = self.command_ticket(turn, draft, revision, CommandStep::Fill);
        Ok(vec![Reply::Ask(Form {
            title: line.call.operation.name.to_owned(),
            intro: vec![
                Part::Preformatted { title: None, text: line_for_people(line) },
                Part::Paragraph { title: None, text: Text::Plain(intro) },
            ],
            fields,
            submit: "Continue".to_owned(),
            ticket: self.seal_ticket(&ticket)?,
        })])
    }

    /// Shows exactly what will run, where and as whom.
    pub(super) async fn ask_to_confirm(
        &self,
        turn: &Turn<'_>,
        mut draft: Draft,
        settled: Settled,
        listed: &ListedConfiguration,
    ) -> Result<Vec<Reply>, StoreError> {
        draft.asked.shown_as = Some(ShownAs::of(&settled.standing));
        let Some(revision) = self.kept(&draft).await? else { return Ok(to_asker(revised())) };
        let button =
            |label: &str, style, step| self.button(label, style, &self.command_ticket(turn, &draft, revision, step));
        let rule = self.approval_rule(&settled, listed);
        let run = if rule.is_some() { "Ask for approval" } else { "Run command" };
        let mut controls = vec![button(run, Style::Primary, CommandStep::Run)?];
        if !form::fields(&settled.line).fields.is_empty() {
            controls.push(button("Add optional parameters", Style::Plain, CommandStep::Parameters)?);
        }
        controls.push(button("Cancel command", Style::Plain, CommandStep::Cancel)?);
        let mut body = what_runs(&settled.line);
        body.push(Part::Facts(self.as_whom(&settled, listed)));
        let call = &settled.line.call;
        let reads = awscall::read_only::reason(call.service, call.operation);
        let reads = reads.map(|reason| format!("It reads, and is not run at once, for {reason}."));
        let took: Vec<String> = settled.line.notes.iter().cloned().chain(reads).collect();
        let took = took.join(" ");
        let second = rule.map(|rule| format!("The rule {} wants somebody else's yes. ", rule.name)).unwrap_or_default();
        let only = format!("{second}Only whoever asked can press. It waits for an hour.");
        let note = Some(if took.is_empty() { only } else { format!("{took} {only}") });
        let answer = Answer { headline: headline(&draft.asked), body, controls, note };
        // Slack's messages are the shorter ones: what is whole there is whole in Teams.
        if render::slack::answer(&answer).is_cut {
            return Ok(to_asker(Answer::sentence(TOO_LONG)));
        }
        self.audit_command(&Audited::of(Step::Asked, &settled)).await;
        Ok(shown(turn, answer))
    }

    pub(super) fn as_whom(&self, settled: &Settled, listed: &ListedConfiguration) -> Vec<Fact> {
        let standing = &settled.standing;
        let guardrails: Vec<&str> =
            standing.guardrails.iter().map(|arn| arn.as_str().rsplit('/').next().unwrap_or_default()).collect();
        let role = format!("{} ({})", standing.role.as_str(), standing.by.words());
        vec![
            fact("Account", Text::Plain(self.account_words(listed))),
            fact("Region", Text::Code(settled.region.clone())),
            fact("As", Text::Plain(role)),
            fact("Guardrails", Text::Plain(guardrails.join(", "))),
        ]
    }

    /// `prod (123456789012) · ops`: the account's name, its number, the configuration's name.
    pub(super) fn account_words(&self, listed: &ListedConfiguration) -> String {
        let account_id = listed.configuration.account_id.as_str();
        let account = self.account_names.of(account_id).map(|name| format!("{name} ({account_id})"));
        format!("{} · {}", account.as_deref().unwrap_or(account_id), name_of(listed))
    }

    /// For the asker alone, as long as the question lasts.
    pub(super) fn command_ticket(&self, turn: &Turn<'_>, draft: &Draft, revision: i64, step: CommandStep) -> Ticket {
        let press = CommandPress { command: draft.id.clone(), revision, step };
        let now_ms = self.clock.now_ms();
        let arn = draft.asked.configuration_arn.as_ref();
        let ticket = Ticket::for_asker(turn.event, Purpose::Command(press), arn, now_ms);
        Ticket { expires_at_ms: now_ms.saturating_add(ASKED_LASTS_MS), ..ticket }
    }

    pub(super) fn button(&self, label: &str, style: Style, ticket: &Ticket) -> Result<Control, StoreError> {
        Ok(Control::Press { label: label.to_owned(), style, ticket: self.seal_ticket(ticket)? })
    }
}

/// In the place of the question before, or below what was said.
pub(super) fn shown(turn: &Turn<'_>, answer: Answer) -> Vec<Reply> {
    match turn.event.what {
        Happening::Pressed { .. } => vec![Reply::Replace(answer)],
        _ => vec![Reply::Say { to: Audience::Everyone, answer }],
    }
}

/// The whole line, passwords and the like hidden.
pub(super) fn what_runs(line: &CommandLine) -> Vec<Part> {
    let mut pieces = vec![String::new()];
    let mut room = PIECE_ROOM;
    for letter in line_for_people(line).chars() {
        let takes = room_of(letter);
        if takes > room {
            pieces.push(String::new());
            room = PIECE_ROOM;
        }
        room = room.saturating_sub(takes);
        pieces.last_mut().into_iter().for_each(|piece| piece.push(letter));
    }
    pieces.into_iter().map(|text| Part::Preformatted { title: None, text }).collect()
}

/// What a letter takes in a message: Slack spells three of them as entities.
fn room_of(letter: char) -> usize {
    match letter {
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        other => other.len_utf8(),
    }
}

pub(super) fn first_regions(listed: &ListedConfiguration) -> Vec<&'static str> {
    let all = regions_of(&listed.configuration);
    let known: Vec<&'static str> =
        REGIONS.into_iter().filter(|name| all.iter().any(|region| region.name == *name)).collect();
    if known.is_empty() { all.iter().take(REGIONS.len()).map(|region| region.name.as_str()).collect() } else { known }
}

fn headline(asked: &Asked) -> String {
    match &asked.origin {
        Origin::Typed | Origin::Button => "Run this command?".to_owned(),
        Origin::Alias(name) => format!("Run this command of the alias {name}?"),
        Origin::Action(name) => format!("Run this command of the action {name}?"),
    }
}

fn revised() -> Answer {
    moved_words(store::Moved::Revised)
}
