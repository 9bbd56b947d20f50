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

/// Whoever reads it may be the one who can mend it: the command with the ids filled in.
pub(super) fn not_configured(turn: &Turn<'_>) -> Answer {
    let mut facts = Vec::new();
    let command = match &turn.event.scene {
        Scene::Slack(scene) => {
            facts.push(fact("Workspace", Text::Code(scene.team_id.as_str().to_owned())));
            facts.extend(scene.channel_id.iter().map(|id| fact("Channel", Text::Code(id.clone()))));
            "aws chatbot create-slack-channel-configuration"
        }
        Scene::Teams(scene) => {
            facts.extend(scene.team_id.iter().map(|id| fact("Team", Text::Code(id.as_str().to_owned()))));
            facts.extend(scene.channel_id.iter().map(|id| fact("Channel", Text::Code(id.as_str().to_owned()))));
            "aws chatbot create-microsoft-teams-channel-configuration"
        }
    };
    facts.push(fact("Configure it with", Text::Code(command.to_owned())));
    Answer {
        headline: "This channel is not configured yet".to_owned(),
        body: vec![Part::Facts(facts)],
        controls: Vec::new(),
        note: None,
    }
}

pub(super) fn fact(label: &str, value: Text) -> Fact {
    Fact { label: label.to_owned(), value }
}

/// What people call a configuration.
pub(super) fn name_of(listed: &ListedConfiguration) -> &str {
    listed.configuration.name.as_str()
}
