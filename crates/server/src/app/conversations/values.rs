//! Values of the variables that an alias or a custom action has: what is missing is asked for by a form; the whole line goes the way
//! of any command (`commands`).

use std::sync::Arc;

use domain::command::alias::Action;
use domain::command::variables::VariableValues;
use domain::conversation::{
    Answer, Audience, Control, Field, Form, Happening, Input, PRESS_TICKET_BYTES_MAX, Reply, Style, Values,
};
use domain::notification::Part;
use store::StoreError;
use wire::ids::ChatConfigurationArn;

use super::commands::Wanted;
use super::{Turn, to_asker};
use crate::app::App;
use crate::app::chat_commands::Origin;
use crate::app::tickets::{Purpose, Ticket, ValuesPress};

/// Slack shows so much of a form's title.
const FORM_TITLE: usize = 24;

/// What runs once all of its variables have values.
pub(super) struct Filling {
    pub(super) origin: Origin,
    pub(super) configuration_arn: Option<ChatConfigurationArn>,
    pub(super) action: String,
    pub(super) values: VariableValues,
    /// What a form that asks for the rest comes back as.
    pub(super) again: ValuesPress,
}

impl App {
    /// Asks for what is missing, or goes the way of a command with the whole line.
    pub(super) async fn fill_in(self: &Arc<Self>, turn: &Turn<'_>, filling: Filling) -> Result<Vec<Reply>, StoreError> {
        let action = match Action::parse(&filling.action) {
            Ok(action) => action,
            Err(bad) => return Ok(to_asker(Answer::sentence(bad.to_string()))),
        };
        let missing = action.missing(&filling.values);
        if !missing.is_empty() {
            return self.ask_for_values(turn, &filling, &action, &missing);
        }
        match action.fill(&filling.values) {
            Ok(line) => {
                let Filling { origin, configuration_arn, .. } = filling;
                self.wanted(turn, Wanted { line, origin, configuration_arn }).await
            }
            Err(refused) => {
                let body =
                    vec![Part::Preformatted { title: Some("The action".to_owned()), text: action.as_str().to_owned() }];
                let note = Some("Nothing was run.".to_owned());
                Ok(to_asker(Answer { body, note, ..Answer::sentence(refused.to_string()) }))
            }
        }
    }

    /// The form itself, where something was pressed; else the button that shows it, for forms need a press.
    fn ask_for_values(
        &self,
        turn: &Turn<'_>,
        filling: &Filling,
        action: &Action,
        missing: &[&str],
    ) -> Result<Vec<Reply>, StoreError> {
        let again = Purpose::Values(filling.again.clone());
        let arn = filling.configuration_arn.as_ref();
        let ticket = self.seal_ticket(&Ticket::for_asker(turn.event, again, arn, self.clock.now_ms()))?;
        let name = match &filling.origin {
            Origin::Alias(name) | Origin::Action(name) => name.as_str(),
            Origin::Typed | Origin::Button => "Values",
        };
        let template = Part::Preformatted { title: None, text: action.as_str().to_owned() };
        if matches!(turn.event.what, Happening::Pressed { .. }) {
            let field = |variable: &&str| Field {
                name: field_of(variable),
                label: (*variable).to_owned(),
                hint: None,
                input: Input::Text { initial: String::new(), optional: false },
            };
            return Ok(vec![Reply::Ask(Form {
                title: name.chars().take(FORM_TITLE).collect(),
                intro: vec![template],
                fields: missing.iter().map(field).collect(),
                submit: "Continue".to_owned(),
                ticket,
            })]);
        }
        let mut body = vec![template];
        let named: Vec<String> = missing.iter().map(|variable| format!("`{variable}`")).collect();
        let headline = format!("`{name}` needs values for {}", named.join(", "));
        // What was given already travels in the button.
        if ticket.len() > PRESS_TICKET_BYTES_MAX {
            body.push(usage(name, action));
            return Ok(to_asker(Answer { body, ..Answer::sentence(format!("{headline}. Give all of them at once.")) }));
        }
        let controls = vec![Control::Press { label: "Enter values".to_owned(), style: Style::Primary, ticket }];
        let note = Some("Or ask me again with all of them. Nothing was run.".to_owned());
        Ok(vec![Reply::Say { to: Audience::Everyone, answer: Answer { headline, body, controls, note } }])
    }
}

/// By it the value of a variable comes back: never a name that a platform keeps for itself.
pub(super) fn field_of(variable: &str) -> String {
    format!("value-{variable}")
}

/// What a form says of variables.
pub(super) fn values_of_form(values: &Values) -> VariableValues {
    let named = |(name, value): (&String, &String)| Some((name.strip_prefix("value-")?.to_owned(), value.clone()));
    values.iter().filter_map(named).collect()
}

pub(super) fn usage(name: &str, action: &Action) -> Part {
    let words = action.variables().into_iter().map(|variable| format!("<{variable}>"));
    let line: Vec<String> = ["@aws run".to_owned(), name.to_owned()].into_iter().chain(words).collect();
    Part::Preformatted { title: Some("Run it with".to_owned()), text: line.join(" ") }
}
