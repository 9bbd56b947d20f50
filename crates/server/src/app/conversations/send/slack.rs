//! Replies in Slack: messages in the thread, to one person alone, in the place of another; forms as views.

use domain::conversation::{Answer, Audience, Form, Reply, SlackScene, TextFile};
use domain::delivery::DeliveryOutcome;
use domain::notification::render::slack::SlackMessage;
use domain::notification::{Part, render};
use secrecy::SecretString;
use store::StoreError;
use uuid::Uuid;

use super::super::Turn;
use crate::app::App;
use crate::outbound::slack::{NotUploaded, Place, Respond, SlackChannelCall, Upload, UploadThread, refuses_layout};

impl App {
    pub(super) async fn send_to_slack(
        &self,
        turn: &Turn<'_>,
        scene: &SlackScene,
        reply_id: Uuid,
        reply: &Reply,
    ) -> Result<DeliveryOutcome, StoreError> {
        let Some(token) = self.slack_token(scene).await? else {
            return Ok(dead("no account authorises the workspace with this app any more"));
        };
        Ok(match reply {
            Reply::Say { to: Audience::Everyone, answer } => self.say(scene, &token, reply_id, answer).await,
            Reply::Say { to: Audience::Person, answer } => {
                let person = turn.event.person.as_ref().map(|person| person.user_id.as_str());
                self.whisper(scene, &token, person, reply_id, answer).await
            }
            Reply::Replace(answer) => self.replace(scene, &token, answer).await,
            Reply::Ask(form) => self.ask(turn, scene, &token, reply_id, form).await,
            Reply::Attach(file) => self.attach(scene, &token, reply_id, file).await,
        })
    }

    /// Of whichever account authorised the workspace with the app that was spoken to.
    async fn slack_token(&self, scene: &SlackScene) -> Result<Option<SecretString>, StoreError> {
        let workspaces = self.store.slack_workspaces_of_team(&scene.team_id).await?;
        let of_the_app = |app_id: &Option<String>| app_id.as_ref().is_none_or(|app_id| *app_id == scene.app_id);
        let mut usable = workspaces.into_iter().filter(|w| w.disabled_reason.is_none() && of_the_app(&w.app_id));
        Ok(usable.next().map(|workspace| workspace.bot_token))
    }

    /// In the thread; where the app may not speak and a command of Slack works all the same, to the person alone.
    async fn say(&self, scene: &SlackScene, token: &SecretString, id: Uuid, answer: &Answer) -> DeliveryOutcome {
        let Some(channel_id) = scene.channel_id.as_deref() else { return dead("there is no channel to answer in") };
        let (call, thread_ts) = (SlackChannelCall { token, channel_id }, scene.thread_ts.as_deref());
        let mut posted = DeliveryOutcome::Delivered { posted: String::new() };
        for message in ways_to_say(answer) {
            let place = Place { thread_ts, reply_broadcast: false, client_msg_id: id };
            posted = self.slack.post_message(&call, place, &message).await.outcome;
            if !refuses_layout(&posted) {
                break;
            }
        }
        match &scene.response_url {
            Some(url) if is_no_member(&posted) => {
                let note = Some("Only you see this: /invite me, and I answer in the channel.".to_owned());
                let message = render::slack::answer_in_lines(&Answer { note, ..answer.clone() });
                self.slack.respond(url.as_str(), Respond::ToAsker, &message).await
            }
            _ => posted,
        }
    }

    /// Into the thread of what was said. What came of a command is told by then: a file that cannot be uploaded is not tried again,
    /// and the thread says so.
    async fn attach(&self, scene: &SlackScene, token: &SecretString, id: Uuid, file: &TextFile) -> DeliveryOutcome {
        let Some(channel_id) = scene.channel_id.as_deref() else { return dead("there is no channel to answer in") };
        let upload = Upload {
            name: &file.name,
            content_type: "text/plain; charset=utf-8",
            alt_text: None,
            bytes: file.text.clone().into_bytes(),
            thread: Some(UploadThread { channel_id, ts: scene.thread_ts.as_deref() }),
        };
        let why = match self.slack.upload(token, upload).await {
            Ok(_) => return DeliveryOutcome::Delivered { posted: String::new() },
            Err(NotUploaded::MissingScope) => "the Slack app lacks the scope files:write".to_owned(),
            Err(NotUploaded::NotInChannel) => "I am not in this channel. `/invite` me, and ask again".to_owned(),
            Err(NotUploaded::Failed(reason)) => {
                tracing::warn!(channel_id, reason, "the file of a command's output is not in its thread");
                "Slack did not take it".to_owned()
            }
        };
        let remedy = "--query and --max-items ask for a part of it.";
        let answer = Answer::sentence(format!("The whole output has no place here as a file: {why}. {remedy}"));
        self.say(scene, token, id, &answer).await
    }

    /// Slack shows a form within three seconds of the press, or never: then the person is told.
    async fn ask(
        &self,
        turn: &Turn<'_>,
        scene: &SlackScene,
        token: &SecretString,
        id: Uuid,
        form: &Form,
    ) -> DeliveryOutcome {
        let opened = match &scene.trigger_id {
            Some(trigger_id) => self.slack.open_view(token, trigger_id, &render::slack::view(form)).await,
            None => dead("a form needs a press to be shown by"),
        };
        let DeliveryOutcome::Dead { reason } = &opened else { return opened };
        tracing::warn!(reason, event = turn.key, "a form was not shown");
        let too_late = Answer::sentence("I was too slow to show the form. Please press the button again.");
        let person = turn.event.person.as_ref().map(|person| person.user_id.as_str());
        self.whisper(scene, token, person, id, &too_late).await
    }

    /// In the thread, if it is one; else by the address that the event brought, which works where the app is no member too, but answers
    /// in the channel (<https://github.com/slackapi/bolt-js/issues/2170>).
    async fn whisper(
        &self,
        scene: &SlackScene,
        token: &SecretString,
        person: Option<&str>,
        id: Uuid,
        answer: &Answer,
    ) -> DeliveryOutcome {
        // Whether Slack takes its block of tables there is not documented.
        let message = render::slack::answer_in_lines(answer);
        let thread_ts = scene.thread_ts.as_deref().filter(|_| scene.is_in_thread);
        let (url, channel_id) = (scene.response_url.as_ref(), scene.channel_id.as_deref());
        // A direct message is seen by nobody else.
        if channel_id.is_some_and(|id| id.starts_with('D')) && url.is_none() {
            return self.say(scene, token, id, answer).await;
        }
        let mut whispered = dead("there is nobody to answer");
        if let (Some(channel_id), Some(user_id)) = (channel_id, person)
            && (thread_ts.is_some() || url.is_none())
        {
            let call = SlackChannelCall { token, channel_id };
            whispered = self.slack.post_ephemeral(&call, user_id, thread_ts, &message).await;
        }
        match (&whispered, url) {
            (DeliveryOutcome::Dead { .. }, Some(url)) => {
                self.slack.respond(url.as_str(), Respond::ToAsker, &message).await
            }
            _ => whispered,
        }
    }

    async fn replace(&self, scene: &SlackScene, token: &SecretString, answer: &Answer) -> DeliveryOutcome {
        if let Some(url) = &scene.response_url {
            let message = render::slack::answer_in_lines(answer);
            return self.slack.respond(url.as_str(), Respond::InPlace, &message).await;
        }
        let (Some(channel_id), Some(ts)) = (scene.channel_id.as_deref(), scene.message_ts.as_deref()) else {
            return dead("there is no message to replace");
        };
        let call = SlackChannelCall { token, channel_id };
        let mut updated = DeliveryOutcome::Delivered { posted: String::new() };
        for message in ways_to_say(answer) {
            updated = self.slack.update_message(&call, ts, &message).await;
            if !refuses_layout(&updated) {
                break;
            }
        }
        updated
    }
}

/// An answer, the best way first: Slack's block of tables is young, and where it is refused, lines say the same; what says nothing but
/// one line is taken by every Slack.
fn ways_to_say(answer: &Answer) -> impl Iterator<Item = SlackMessage> {
    let has_table = answer.body.iter().any(|part| matches!(part, Part::Table(_)));
    let in_lines = || render::slack::answer_in_lines(answer);
    let first = std::iter::once_with(|| render::slack::answer(answer));
    first
        .chain(std::iter::once_with(in_lines).filter(move |_| has_table))
        .chain(std::iter::once_with(move || in_lines().plainly()))
}

fn is_no_member(outcome: &DeliveryOutcome) -> bool {
    let codes = ["`channel_not_found`", "`not_in_channel`"];
    matches!(outcome, DeliveryOutcome::Dead { reason } if codes.iter().any(|code| reason.contains(code)))
}

fn dead(reason: &str) -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: reason.to_owned() }
}
