//! `@aws preferences`: where a thread's updates show and how long a thread lasts, for each configuration of the channel.

use domain::conversation::{Answer, Audience, Choice, Control, Field, Form, Input, Reply, Style, Values};
use domain::delivery::ThreadUpdates;
use domain::notification::{Part, Text};
use store::{ConfigurationPreferences, ListedConfiguration, StoreError};

use super::help::{fact, name_of, not_configured};
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::thread_preferences::{InForce, SaidBy};
use crate::app::tickets::{Purpose, Ticket};

const UPDATES: &str = "updates";
const WINDOW: &str = "window";
const HOUR_MS: i64 = 60 * 60 * 1000;
/// The windows that the form offers; the command line knows all between them.
const WINDOWS: [(i64, &str); 5] = [
    (0, "Only threads that a message asks for"),
    (HOUR_MS, "1 hour"),
    (24 * HOUR_MS, "1 day"),
    (7 * 24 * HOUR_MS, "7 days"),
    (30 * 24 * HOUR_MS, "30 days"),
];

impl App {
    pub(super) async fn preferences(&self, turn: &Turn<'_>) -> Result<Vec<Reply>, StoreError> {
        if turn.configurations.is_empty() {
            return Ok(to_asker(not_configured(turn)));
        }
        let (mut body, mut controls) = (Vec::new(), Vec::new());
        for listed in &turn.configurations {
            let in_force = self.preferences_of(listed).await?;
            body.push(shown(listed, in_force));
            let arn = &listed.configuration.arn;
            let ticket = Ticket::for_asker(turn.event, Purpose::ChangePreferences, Some(arn), self.clock.now_ms());
            let ticket = self.seal_ticket(&Ticket { person: None, ..ticket })?;
            let label = format!("Change {}", name_of(listed));
            controls.push(Control::Press { label, style: Style::Plain, ticket });
        }
        let answer = Answer { headline: "Preferences of this channel".to_owned(), body, controls, note: None };
        Ok(vec![Reply::Say { to: Audience::Everyone, answer }])
    }

    /// The form, for the one who pressed.
    pub(super) async fn ask_for_preferences(&self, turn: &Turn<'_>, ticket: &Ticket) -> Result<Vec<Reply>, StoreError> {
        let Some(listed) = turn.configuration(ticket.configuration_arn.as_deref()) else { return Ok(gone()) };
        if let Some(link) = self.link_first(turn, listed).await? {
            return Ok(link);
        }
        let in_force = self.preferences_of(listed).await?.preferences;
        let arn = &listed.configuration.arn;
        let keep = Ticket::for_asker(turn.event, Purpose::KeepPreferences, Some(arn), self.clock.now_ms());
        let choice = |value: String, label: &str| Choice { value, label: label.to_owned() };
        let updates = ThreadUpdates::ALL.map(|updates| choice(updates.as_str().to_owned(), words(updates)));
        let windows = WINDOWS.map(|(ms, label)| choice(ms.to_string(), label));
        Ok(vec![Reply::Ask(Form {
            title: "Preferences".to_owned(),
            intro: vec![Part::Paragraph {
                title: None,
                text: Text::Plain(format!("Of configuration {}.", name_of(listed))),
            }],
            fields: vec![
                Field {
                    name: UPDATES.to_owned(),
                    label: "Updates of a thread show".to_owned(),
                    hint: Some("What is worse than the channel knows shows in the channel either way.".to_owned()),
                    input: Input::Menu {
                        choices: updates.into_iter().collect(),
                        chosen: Some(in_force.updates.as_str().to_owned()),
                    },
                },
                Field {
                    name: WINDOW.to_owned(),
                    label: "A thread lasts".to_owned(),
                    hint: Some("So long may a matter be quiet before its next message opens a new thread.".to_owned()),
                    input: Input::Menu {
                        choices: windows.into_iter().collect(),
                        chosen: Some(in_force.window_ms.to_string()),
                    },
                },
            ],
            submit: "Save".to_owned(),
            ticket: self.seal_ticket(&keep.good_once())?,
        })])
    }

    pub(super) async fn keep_preferences(
        &self,
        turn: &Turn<'_>,
        ticket: &Ticket,
        values: &Values,
    ) -> Result<Vec<Reply>, StoreError> {
        let Some(listed) = turn.configuration(ticket.configuration_arn.as_deref()) else { return Ok(gone()) };
        if let Some(link) = self.link_first(turn, listed).await? {
            return Ok(link);
        }
        let change = ConfigurationPreferences {
            thread_updates: values.get(UPDATES).and_then(|text| text.parse().ok()),
            thread_window_ms: values.get(WINDOW).and_then(|text| window(text)),
        };
        let arn = listed.configuration.arn.as_str();
        self.store.put_configuration_preferences(arn, change).await?;
        let by = turn.event.person.as_ref().map(|person| person.user_id.as_str());
        tracing::info!(configuration = arn, by, "preferences were changed in chat");
        let in_force = self.preferences_of(listed).await?;
        let note = (in_force.updates_by == SaidBy::Settings || in_force.window_by == SaidBy::Settings)
            .then(|| "The server's settings name this configuration, and win.".to_owned());
        let answer = Answer {
            headline: format!("Preferences of {} are saved", name_of(listed)),
            body: vec![shown(listed, in_force)],
            controls: Vec::new(),
            note,
        };
        Ok(to_asker(answer))
    }

    async fn preferences_of(&self, listed: &ListedConfiguration) -> Result<InForce, StoreError> {
        let arn = listed.configuration.arn.as_str();
        Ok(self.thread_rules.of(arn, self.store.configuration_preferences(arn).await?))
    }
}

/// Of the form alone: what nobody could choose there is not taken.
fn window(text: &str) -> Option<i64> {
    let ms: i64 = text.parse().ok()?;
    WINDOWS.iter().any(|(offered, _)| *offered == ms).then_some(ms)
}

fn shown(listed: &ListedConfiguration, in_force: InForce) -> Part {
    let InForce { preferences, .. } = in_force;
    Part::Facts(vec![
        fact("Configuration", Text::Code(name_of(listed).to_owned())),
        fact("Updates of a thread show", Text::Plain(words(preferences.updates).to_owned())),
        fact("A thread lasts", Text::Plain(window_words(preferences.window_ms))),
    ])
}

fn words(updates: ThreadUpdates) -> &'static str {
    match updates {
        ThreadUpdates::ThreadOnly => "In the thread",
        ThreadUpdates::Both => "In the thread and in the channel",
    }
}

fn window_words(ms: i64) -> String {
    let offered = WINDOWS.iter().find(|(offered, _)| *offered == ms);
    offered.map_or_else(|| format!("{} hours", ms / HOUR_MS), |(_, words)| (*words).to_owned())
}

fn gone() -> Vec<Reply> {
    to_asker(Answer::sentence("This configuration is not one of this channel any more."))
}
