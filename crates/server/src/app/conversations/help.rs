//! `@aws help`: what can be asked for here, and what this channel is.

use domain::chat_configuration::ChatConfiguration;
use domain::conversation::{Answer, Audience, Control, Reply, Scene, Style};
use domain::notification::{Fact, Part, Text};
use store::{ListedConfiguration, StoreError};

use super::Turn;
use crate::app::App;
use crate::app::tickets::{Purpose, Ticket};

impl App {
    pub(super) fn help(&self, turn: &Turn<'_>) -> Result<Vec<Reply>, StoreError> {
        if turn.configurations.is_empty() {
            return Ok(vec![Reply::Say { to: Audience::Everyone, answer: not_configured(turn) }]);
        }
        let requests = [
            ("@aws preferences", "where the updates of a thread show in this channel"),
            ("@aws switch-role", "which IAM role you act under here"),
            ("@aws help", "this"),
        ];
        let requests = requests.map(|(request, what)| fact(request, Text::Plain(what.to_owned())));
        let mut body = vec![Part::Facts(requests.into_iter().collect())];
        body.extend(turn.configurations.iter().map(|listed| Part::Facts(configuration(&listed.configuration))));
        let press = |label: &str, purpose| -> Result<Control, StoreError> {
            let ticket = Ticket { person: None, ..Ticket::for_asker(turn.event, purpose, None, self.clock.now_ms()) };
            Ok(Control::Press { label: label.to_owned(), style: Style::Plain, ticket: self.seal_ticket(&ticket)? })
        };
        let answer = Answer {
            headline: "What I can do here".to_owned(),
            body,
            controls: vec![press("Switch role", Purpose::SwitchRole)?],
            note: Some("Commands of AWS (`@aws lambda list-functions`) are not in this version yet.".to_owned()),
        };
        Ok(vec![Reply::Say { to: Audience::Everyone, answer }])
    }
}

fn configuration(configuration: &ChatConfiguration) -> Vec<Fact> {
    vec![
        fact("Configuration", Text::Code(configuration.name.as_str().to_owned())),
        fact("Account", Text::Code(configuration.account_id.as_str().to_owned())),
        fact("Channel role", Text::Arn(configuration.iam_role_arn.as_str().to_owned())),
    ]
}

/// Whoever reads it may be the one who can mend it: the command with the ids filled in. A person's own chat with the app has no
/// configuration, and never will.
pub(super) fn not_configured(turn: &Turn<'_>) -> Answer {
    let Some(place) = place_words(&turn.event.scene) else {
        let why = "Roles, preferences and notifications are a channel's. Mention me in one that is configured.";
        let body = vec![Part::Paragraph { title: None, text: Text::Plain(why.to_owned()) }];
        return Answer { body, ..Answer::sentence("Please ask me in a channel") };
    };
    let text =
        format!("aws chatbot {place} \\\n  --configuration-name NAME --iam-role-arn ROLE --sns-topic-arns TOPIC");
    Answer {
        body: vec![Part::Preformatted { title: Some("Configure it with".to_owned()), text }],
        ..Answer::sentence("This channel is not configured yet")
    }
}

/// `None`: it is no channel.
fn place_words(scene: &Scene) -> Option<String> {
    match scene {
        Scene::Slack(scene) => {
            let channel_id = scene.channel_id.as_ref().filter(|id| !id.starts_with('D'))?;
            let team_id = &scene.team_id;
            Some(format!(
                "create-slack-channel-configuration \\\n  --slack-team-id {team_id} --slack-channel-id {channel_id}"
            ))
        }
        Scene::Teams(scene) => {
            let (team_id, channel_id) = (scene.team_id.as_ref()?, scene.channel_id.as_ref()?);
            let tenant_id = &scene.tenant_id;
            Some(format!(
                "create-microsoft-teams-channel-configuration \\\n  --tenant-id {tenant_id} --team-id {team_id} \\\n  \
                 --channel-id {channel_id}"
            ))
        }
    }
}

pub(super) fn fact(label: &str, value: Text) -> Fact {
    Fact { label: label.to_owned(), value }
}

/// What people call a configuration.
pub(super) fn name_of(listed: &ListedConfiguration) -> &str {
    listed.configuration.name.as_str()
}
