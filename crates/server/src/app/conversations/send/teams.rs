//! Replies in Microsoft Teams: in the conversation, to one person in theirs, in the place of another; forms as cards with inputs.
//!
//! Teams shows nothing in a channel to one person alone: what is theirs goes to their own conversation with the app, where the app
//! may write once it is installed in a team of theirs. There is no name by which Teams would know a reply that was sent before:
//! after a crash between its answer and the settlement one comes twice.

use domain::conversation::{Audience, Reply, TeamsScene};
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
}

fn dead(reason: &str) -> DeliveryOutcome {
    DeliveryOutcome::Dead { reason: reason.to_owned() }
}
