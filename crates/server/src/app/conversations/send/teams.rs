//! Replies in Microsoft Teams: in the conversation, to one person in theirs, in the place of another; forms as cards with inputs.
//!
//! Teams shows nothing in a channel to one person alone: what is theirs goes to their own conversation with the app, where the app
//! may write once it is installed in a team of theirs. A form that was sent is closed there. There is no name by which Teams would
//! know a reply that was sent before: after a crash between its answer and the settlement one comes twice.

use domain::conversation::{Answer, Audience, ChatEvent, Happening, Reply, Scene, TeamsScene};
use domain::delivery::DeliveryOutcome;
use domain::notification::render;

use super::super::Turn;
use crate::app::App;

impl App {
    pub(super) async fn send_to_teams(&self, turn: &Turn<'_>, scene: &TeamsScene, reply: &Reply) -> DeliveryOutcome {
        let account = turn.event.person.as_ref().and_then(|person| person.account.as_deref());
        let (to_one, message) = match reply {
            Reply::Say { to: Audience::Everyone, answer } => (false, render::teams::answer(answer)),
            Reply::Say { to: Audience::Person, answer } => (true, render::teams::answer(answer)),
            // A bot of Teams may put files into a person's own conversation alone, with their consent:
            // <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4>.
            Reply::Attach(_) => return DeliveryOutcome::Delivered { posted: String::new() },
            // The form is for whoever pressed.
            Reply::Ask(form) => (true, render::teams::form(form)),
            Reply::Replace(answer) => {
                let message = render::teams::answer(answer);
                if let Some(activity_id) = scene.reply_to_id.as_deref() {
                    return self.teams.replace(scene, activity_id, &message).await;
                }
                // What was pressed stands in their own conversation, and is about this one (`tickets`).
                (true, message)
            }
        };
        // In a person's own conversation nobody else reads.
        if !to_one || !scene.is_shared() {
            return self.teams.say(scene, &message).await;
        }
        match account {
            Some(account) => self.teams.say_to_person(scene, account, &message).await,
            None => dead("there is nobody to answer"),
        }
    }

    /// Puts a sentence in the place of a form that was sent, as Slack closes its views. One that stays does no harm: what it began has
    /// moved on, and says so to whoever sends it twice.
    pub(in super::super) async fn close_form(&self, form: &TeamsScene, goes_on: &Scene) {
        let Some(activity_id) = form.reply_to_id.as_deref() else { return };
        let is_elsewhere = matches!(goes_on, Scene::Teams(scene) if scene.conversation_id != form.conversation_id);
        let sentence = if is_elsewhere { "Sent. It goes on where you asked." } else { "Sent." };
        let message = render::teams::answer(&Answer::sentence(sentence));
        let outcome = self.teams.replace(form, activity_id, &message).await;
        if !matches!(outcome, DeliveryOutcome::Delivered { .. }) {
            tracing::debug!(?outcome, "a form that was sent stays open");
        }
    }
}

/// Where the form stands that an event sends.
pub(in super::super) fn sent_form(event: &ChatEvent) -> Option<TeamsScene> {
    match (&event.what, &event.scene) {
        (Happening::Submitted { .. }, Scene::Teams(scene)) => Some(scene.clone()),
        _ => None,
    }
}

fn dead(reason: &str) -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: reason.to_owned() }
}
