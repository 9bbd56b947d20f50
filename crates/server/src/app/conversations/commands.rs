//! `SERVICE OPERATION …`: from the words to what runs, or to the question that is still open.
//!
//! What a command needs is asked for one thing at a time (`questions`): the account, the region, parameters, a yes. Each answer is
//! written into the command's row before the next question (`presses`), and the way through is always this file's. What needs no
//! question is never written as a question: it begins at once (`app::chat_commands`).

mod approvals;
mod defaults;
mod place;
mod presses;
mod questions;

use std::sync::Arc;

use awscall::command_line::{self, CommandLine, Parsed};
use domain::command::refusal::{Refusal, RefusedBy};
use domain::conversation::{Answer, Audience, Happening, Reply, Scene};
use domain::notification::{Part, Text};
use store::{ChatCommand, ChatCommandState, ListedConfiguration, Moved, NewChatCommand, StoreError};
use wire::ids::ChatConfigurationArn;

use super::command_help::mistaken;
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::chat_commands::{Asked, Audited, Busy, Origin, SetOff, Settled, Step, command_id};
use crate::app::command_permissions::Standing;

const SWITCHED_OFF: &str = "Whoever runs me has switched commands of AWS off.";
/// So long a question waits for its answer: what was right an hour ago may be wrong by now.
const ASKED_LASTS_MS: i64 = 60 * 60 * 1000;

/// What is to run, whoever says so.
pub(super) struct Wanted {
    pub(super) line: String,
    pub(super) origin: Origin,
    /// Where it is known which is meant.
    pub(super) configuration_arn: Option<ChatConfigurationArn>,
}

/// A command on its way.
struct Draft {
    id: String,
    /// As it stands in the store; `None`: nothing was asked yet, and nothing stands there.
    revision: Option<i64>,
    asked: Asked,
}

/// What stands in the way, as it is said.
type Settles<T> = Result<Result<T, Vec<Reply>>, StoreError>;

impl App {
    pub(super) async fn command(self: &Arc<Self>, turn: &Turn<'_>, line: &str) -> Result<Vec<Reply>, StoreError> {
        let wanted = Wanted { line: line.to_owned(), origin: Origin::Typed, configuration_arn: None };
        self.wanted(turn, wanted).await
    }

    /// The same for what an alias or a button says.
    pub(super) async fn wanted(self: &Arc<Self>, turn: &Turn<'_>, wanted: Wanted) -> Result<Vec<Reply>, StoreError> {
        if !self.commands.enabled {
            return Ok(to_asker(Answer::sentence(SWITCHED_OFF)));
        }
        let Some(asked) = asked_of(turn, wanted.line, wanted.origin, wanted.configuration_arn) else {
            return Ok(super::switch_role::nobody());
        };
        self.go_on(turn, Draft { id: command_id(turn.key), revision: None, asked }).await
    }

    /// The way of a command, from wherever it is: to the next question, or to its run.
    async fn go_on(self: &Arc<Self>, turn: &Turn<'_>, draft: Draft) -> Result<Vec<Reply>, StoreError> {
        // Whoever is on the way to here need not have room for all of it.
        Box::pin(self.next_step(turn, draft)).await
    }

    async fn next_step(self: &Arc<Self>, turn: &Turn<'_>, mut draft: Draft) -> Result<Vec<Reply>, StoreError> {
        if let Some(refusal) = super::can_i::refused_by_name(&draft.asked.line) {
            self.audit_refusal(turn, &draft, "AccessDenied", &refusal.sentence).await;
            return Ok(to_asker(refusal_words(&refusal)));
        }
        let (line, missing) = match command_line::parse(&draft.asked.line) {
            Parsed::Run(line) => (line, Vec::new()),
            Parsed::Incomplete(line, missing) => (line, missing),
            Parsed::Help(topic) => return self.command_help(turn, &topic).await,
            Parsed::Mistake(mistake) => return Ok(say(mistaken(&mistake, &draft.asked.line))),
        };
        let listed = match self.account_of(turn, &mut draft).await? {
            Ok(listed) => listed,
            Err(question) => return Ok(question),
        };
        // Nobody is asked where, who may not.
        let (standing, read_only) = match self.standing_for(turn, &draft, listed, &line).await? {
            Ok(stands) => stands,
            Err(refusal) => return Ok(refusal),
        };
        let line = match self.in_region(turn, &mut draft, listed, line).await? {
            Ok(line) => line,
            Err(question) => return Ok(question),
        };
        draft.asked.line.clone_from(&line.shown);
        let settled = settled(&draft, line, standing, read_only);
        if !missing.is_empty() {
            return self.ask_for_parameters(turn, draft, &settled, &missing).await;
        }
        let free = settled.read_only && !settled.asked.origin.is_shown_first();
        if free && self.approval_rule(&settled, listed).is_none() {
            return self.run_now(turn, &draft, settled).await;
        }
        self.ask_to_confirm(turn, draft, settled, listed).await
    }

    /// What was asked about before, looked at once more.
    async fn settled(
        &self,
        turn: &Turn<'_>,
        draft: &Draft,
        listed: &ListedConfiguration,
        line: CommandLine,
    ) -> Settles<Settled> {
        let stands = self.standing_for(turn, draft, listed, &line).await?;
        Ok(stands.map(|(standing, read_only)| settled(draft, line, standing, read_only)))
    }

    /// As whom it runs, if it may, and whether it only reads.
    async fn standing_for(
        &self,
        turn: &Turn<'_>,
        draft: &Draft,
        listed: &ListedConfiguration,
        line: &CommandLine,
    ) -> Settles<(Standing, bool)> {
        let Some(person) = draft.asked.person_id() else { return Ok(Err(super::switch_role::nobody())) };
        let call = &line.call;
        let read_only = awscall::read_only::is_read_only(call.service, call.operation);
        let standing = self.standing(&listed.configuration, &person, call.service, call.operation, &call.input).await?;
        let standing = match standing {
            Ok(_) if self.commands.read_only_only && !read_only => Err(only_reads()),
            other => other,
        };
        match standing {
            Ok(standing) => Ok(Ok((standing, read_only))),
            Err(refusal) => self.refused(turn, draft, listed, line, read_only, refusal).await.map(Err),
        }
    }

    async fn refused(
        &self,
        turn: &Turn<'_>,
        draft: &Draft,
        listed: &ListedConfiguration,
        line: &CommandLine,
        read_only: bool,
        refusal: Refusal,
    ) -> Result<Vec<Reply>, StoreError> {
        let audited = Audited {
            step: Step::Refused,
            id: &draft.id,
            asked: &draft.asked,
            line: Some(line),
            standing: None,
            read_only,
            error: Some(("AccessDenied", &refusal.sentence)),
        };
        self.audit_command(&audited).await;
        if refusal.by == RefusedBy::LinkFirst {
            return self.link_instead(turn, listed).await;
        }
        Ok(to_asker(refusal_words(&refusal)))
    }

    /// In the trail of the account that is meant, or of the channel's first where it is not known.
    async fn audit_refusal(&self, turn: &Turn<'_>, draft: &Draft, code: &str, sentence: &str) {
        let mut asked = draft.asked.clone();
        let first = turn.configurations.first().map(|listed| listed.configuration.arn.clone());
        asked.configuration_arn = asked.configuration_arn.or(first);
        let (step, line) = (Step::Refused, presses::read(&asked.line));
        let error = Some((code, sentence));
        let audited = Audited {
            step,
            id: &draft.id,
            asked: &asked,
            line: line.as_ref(),
            standing: None,
            read_only: false,
            error,
        };
        self.audit_command(&audited).await;
    }

    /// Too much runs at the moment.
    async fn refuse_busy(&self, turn: &Turn<'_>, draft: &Draft, busy: Busy) -> Vec<Reply> {
        let sentence = busy.to_string();
        self.audit_refusal(turn, draft, "TooManyCommands", &sentence).await;
        to_asker(Answer::sentence(sentence))
    }

    /// What only reads is run without a question; what was asked about its place is in the row by now.
    async fn run_now(
        self: &Arc<Self>,
        turn: &Turn<'_>,
        draft: &Draft,
        settled: Settled,
    ) -> Result<Vec<Reply>, StoreError> {
        let runs = Answer::sentence(format!(
            "Running {} {}…",
            settled.line.call.service.name, settled.line.call.operation.command
        ));
        let begun = if draft.revision.is_none() { self.begin(&settled).await? } else { None };
        let set_off = if let Some(begun) = begun {
            begun
        } else {
            let Some(revision) = self.kept(draft).await? else { return Ok(to_asker(moved_words(Moved::Revised))) };
            self.start(settled, revision, turn.key).await?
        };
        Ok(match set_off {
            SetOff::Runs => in_its_place(turn, runs),
            SetOff::Busy(busy) => self.refuse_busy(turn, draft, busy).await,
            SetOff::Not(moved) => to_asker(moved_words(moved)),
        })
    }

    /// Writes a command that waits as it is now, and answers its revision. `None`: it was changed meanwhile by another.
    async fn kept(&self, draft: &Draft) -> Result<Option<i64>, StoreError> {
        let now_ms = self.clock.now_ms();
        let Some(revision) = draft.revision else {
            let (destination, asked) = (draft.asked.destination(), draft.asked.sealable());
            let new = NewChatCommand { id: draft.id.clone(), destination, asked, now_ms };
            let found = self.store.ask_command(&new, now_ms.saturating_add(ASKED_LASTS_MS)).await?;
            // This very event was here before, and what it comes to may be another by now: a button must not mean what stood there then.
            return self.revised(draft, &found, found.revision).await;
        };
        let Some(found) = self.store.chat_command(&draft.id).await? else { return Ok(None) };
        self.revised(draft, &found, revision).await
    }

    async fn revised(&self, draft: &Draft, found: &ChatCommand, revision: i64) -> Result<Option<i64>, StoreError> {
        // This very event was here before, and was then interrupted.
        if found.state == ChatCommandState::Asked && Asked::of(found).as_ref() == Some(&draft.asked) {
            return Ok(Some(found.revision));
        }
        let now_ms = self.clock.now_ms();
        let approval = draft.asked.approval.as_ref();
        let expires_at_ms = approval.map_or(now_ms.saturating_add(ASKED_LASTS_MS), |approval| approval.expires_at_ms);
        let revised = self.store.revise_command(&draft.id, revision, &draft.asked.sealable(), expires_at_ms).await?;
        Ok(revised.then(|| revision.saturating_add(1)))
    }
}

/// What a person asks for here; nothing, where nobody does.
pub(super) fn asked_of(
    turn: &Turn<'_>,
    line: String,
    origin: Origin,
    configuration_arn: Option<ChatConfigurationArn>,
) -> Option<Asked> {
    let person = turn.event.person.clone()?;
    let scene = lasting(&turn.event.scene);
    Some(Asked { line, origin, person, scene, configuration_arn, shown_as: None, next_page: None, approval: None })
}

fn settled(draft: &Draft, line: CommandLine, standing: Standing, read_only: bool) -> Settled {
    let region = line.region.clone().unwrap_or_default();
    Settled { id: draft.id.clone(), asked: draft.asked.clone(), line, region, standing, read_only }
}

/// What may be kept of a place: not the addresses that are good for a moment.
fn lasting(scene: &Scene) -> Scene {
    let mut scene = scene.clone();
    if let Scene::Slack(scene) = &mut scene {
        scene.response_url = None;
        scene.trigger_id = None;
        scene.message_ts = None;
    }
    scene
}

fn say(answer: Answer) -> Vec<Reply> {
    vec![Reply::Say { to: Audience::Everyone, answer }]
}

/// Where the question stood; what was asked in words needs no more of them.
fn in_its_place(turn: &Turn<'_>, answer: Answer) -> Vec<Reply> {
    match turn.event.what {
        Happening::Pressed { .. } => vec![Reply::Replace(answer)],
        _ => Vec::new(),
    }
}

fn only_reads() -> Refusal {
    let sentence = "Only commands that change nothing may be run from chat here.";
    let remedy = "Whoever runs me can change that: `commands.read_only_only` of my settings.";
    Refusal::new(RefusedBy::DenyList, sentence).with_remedy(remedy, None)
}

pub(super) fn refusal_words(refusal: &Refusal) -> Answer {
    let mut body = Vec::new();
    if let Some(quoted) = &refusal.quoted {
        body.push(Part::Paragraph { title: Some("AWS says".to_owned()), text: Text::Plain(quoted.clone()) });
    }
    if let Some(remedy) = &refusal.remedy {
        body.push(Part::Paragraph { title: None, text: Text::Plain(remedy.sentence.clone()) });
        let command = remedy.command.clone();
        body.extend(command.map(|text| Part::Preformatted { title: None, text }));
    }
    Answer { body, note: Some("Nothing was run.".to_owned()), ..Answer::sentence(refusal.sentence.clone()) }
}

/// Why a button under a command does nothing.
fn moved_words(moved: Moved) -> Answer {
    Answer::sentence(match moved {
        Moved::Now | Moved::Before => "It runs.",
        Moved::Revised => "This command was changed after this button. Please use the newest message of it.",
        Moved::Expired => "This command waited for too long, and will not run any more. Ask me again for it.",
        Moved::Unknown => "I do not know this command any more. Ask me again for it.",
        Moved::Not(ChatCommandState::Cancelled) => "This command was cancelled, and will not run. Ask me again for it.",
        Moved::Not(_) => "This command was started already: it runs once. Ask me again to run it again.",
    })
}

fn gone() -> Vec<Reply> {
    to_asker(Answer::sentence("This configuration is not one of this channel any more."))
}
