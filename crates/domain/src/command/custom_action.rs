//! Which custom actions a notification shows as buttons, and with which values they would run.
//!
//! The server asks when it sends a notification and again when a button is pressed: what stands in between (an action that was
//! changed, a message that was forgotten) is found then. It never asks what the action does.

use std::collections::BTreeSet;

use serde_json::Value;

use super::variables::{self, VariableValues};
use crate::custom_action::{Attachment, CustomAction};
use crate::notification::text::is_blank;
use crate::notification::{Card, Source};

/// Buttons that a notification shows; more of them stand behind one that says so. A phone shows a row or two, and a card of Teams
/// has six actions, links included: <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference>.
pub const BUTTONS_SHOWN: usize = 4;
/// Actions that one notification offers in all: what Slack takes as one row of buttons.
/// Source: <https://docs.slack.dev/reference/block-kit/blocks/actions-block>.
pub const ACTIONS_MAX: usize = 25;

/// A notification, as attachments of actions look at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Notified {
    /// All names of its type, as [`folded`].
    types: BTreeSet<String>,
    /// Empty, where the message is no JSON: it gives no variable a value.
    message: Value,
}

/// An action whose button the notification shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown<'a> {
    pub action: &'a CustomAction,
    pub label: &'a str,
    pub values: VariableValues,
}

impl Notified {
    /// Nothing, where the notification can have no buttons: its sender wants none, or it is none of a message alone.
    pub fn of(card: &Card, message: Option<Value>) -> Option<Self> {
        if matches!(card.source, Source::DIGEST | Source::WATCH) {
            return None;
        }
        let message = message.unwrap_or(Value::Null);
        let is_custom = card.source == Source::CUSTOM_NOTIFICATION;
        // "If set to false, custom action buttons aren't added to the notification."
        // Source: AWS Chatbot Administrator Guide, "Custom notifications". It stands in that schema alone.
        if is_custom && message.pointer("/metadata/enableCustomActions") == Some(&Value::Bool(false)) {
            return None;
        }
        Some(Self { types: types_of(card, is_custom), message })
    }

    /// Of the action's attachments, the first that the notification meets.
    pub fn shows<'a>(&self, action: &'a CustomAction) -> Option<Shown<'a>> {
        action.attachments.iter().find_map(|attachment| {
            let values = self.meets(attachment)?;
            let label =
                attachment.button_text.as_ref().map(wire::ids::ButtonText::as_str).filter(|text| !is_blank(text));
            Some(Shown { action, label: label.unwrap_or(action.name.as_str()), values })
        })
    }

    fn meets(&self, attachment: &Attachment) -> Option<VariableValues> {
        if !self.types.contains(&folded(attachment.notification_type.as_str())) {
            return None;
        }
        let values = variables::values_of(attachment, &self.message);
        variables::hold(&attachment.criteria, &values).then_some(values)
    }
}

/// What an attachment may call the type of a notification. `Custom` is AWS's name of custom notifications (observed); its names of
/// others are written down nowhere, so that several are taken: the service (`CodePipeline`, `CloudWatch`), the event's source
/// (`aws-codepipeline`), its detail-type (`CodePipeline-Pipeline-Execution-State-Change`), and the name of our reader
/// (`cloudwatch-alarm`). Assumed, and said in the guide.
fn types_of(card: &Card, is_custom: bool) -> BTreeSet<String> {
    let mut types = BTreeSet::from([folded(card.source.name())]);
    if is_custom {
        types.insert(folded("Custom"));
        return types;
    }
    let origin = card.about.origin.as_str();
    for name in [origin, origin.strip_prefix("aws.").unwrap_or_default(), card.about.kind.as_str()] {
        types.insert(folded(name));
    }
    // What says nothing means nothing; and only a custom notification is one, whatever an event calls its source.
    types.remove("");
    types.remove(&folded("Custom"));
    types
}

/// Letters and digits alone, in lower case: a type may be written of `A-Za-z0-9-` only, in which a detail-type does not fit.
fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::ids::{AccountId, ActionName, ButtonText, CommandText, CustomActionArn, NotificationType};

    use super::*;
    use crate::command::tests::heard;

    fn notified(message: &Value) -> Option<Notified> {
        let (card, json) = heard(message);
        Notified::of(&card, json)
    }

    fn action(attachments: &Value) -> CustomAction {
        let account_id = AccountId::parse("123456789012").unwrap();
        let name = ActionName::parse("restart").unwrap();
        CustomAction {
            arn: CustomActionArn::new(&account_id, &name),
            account_id,
            name,
            command_text: CommandText::parse("lambda invoke --function-name $f").unwrap(),
            alias_name: None,
            attachments: serde_json::from_value(attachments.clone()).unwrap(),
            tags: Vec::new(),
        }
    }

    fn of_type(notification_type: &str) -> CustomAction {
        let mut action = action(
            &json!([{"notification_type": "x", "button_text": null, "criteria": [], "variables": {"f": "event.metadata.additionalContext.f"}}]),
        );
        action.attachments[0].notification_type = NotificationType::parse(notification_type).unwrap();
        action
    }

    fn custom(metadata: &Value) -> Value {
        json!({"version": "1.0", "source": "custom", "content": {"description": "d"}, "metadata": metadata})
    }

    #[test]
    fn types_have_several_names() {
        let alarm = json!({"AlarmName": "a", "NewStateValue": "ALARM", "AWSAccountId": "123456789012"});
        let pipeline = json!({
            "version": "0", "detail-type": "CodePipeline Pipeline Execution State Change", "source": "aws.codepipeline",
            "account": "123456789012", "region": "us-east-1", "time": "2026-11-23T00:00:00Z", "resources": [],
            "detail": {"pipeline": "p", "state": "FAILED"},
        });
        let pretender = json!({"detail-type": "d", "source": "custom", "detail": {}});
        for (message, types, others) in [
            (&custom(&json!({})), &["Custom", "custom", "Custom-Notification"][..], &["CloudWatch", "x"][..]),
            (&alarm, &["CloudWatch", "aws-cloudwatch", "CloudWatch-Alarm", "CloudWatchAlarm"], &["Custom", "Alarm"]),
            (
                &pipeline,
                &["CodePipeline", "aws-codepipeline", "CodePipeline-Pipeline-Execution-State-Change"],
                &["Custom", "pipeline"],
            ),
            (&pretender, &["d"], &["Custom"]),
        ] {
            let notified = notified(message).unwrap();
            for name in types {
                assert!(notified.shows(&of_type(name)).is_some(), "{name} {:?}", notified.types);
            }
            for name in others {
                assert!(notified.shows(&of_type(name)).is_none(), "{name} {:?}", notified.types);
            }
        }
    }

    #[test]
    fn a_sender_may_want_no_buttons() {
        assert!(notified(&custom(&json!({"enableCustomActions": true}))).is_some());
        assert!(notified(&custom(&json!({"enableCustomActions": "false"}))).is_some());
        assert_eq!(notified(&custom(&json!({"enableCustomActions": false}))), None);
    }

    #[test]
    fn the_first_attachment_that_is_met_counts() {
        let action = action(&json!([
            {"notification_type": "Custom", "button_text": "Never", "variables": {},
             "criteria": [{"operator": "HAS_VALUE", "variable_name": "f", "value": null}]},
            {"notification_type": "Custom", "button_text": "Go", "variables": {"g": "metadata.additionalContext.g"},
             "criteria": [{"operator": "EQUALS", "variable_name": "g", "value": "1"}]},
            {"notification_type": "Custom", "button_text": "Later", "criteria": [], "variables": {}},
        ]));
        let shown = |context: Value| {
            let notified = notified(&custom(&json!({"additionalContext": context}))).unwrap();
            let shown = notified.shows(&action).unwrap();
            (shown.label.to_owned(), shown.values)
        };
        assert_eq!(
            shown(json!({"g": "1"})),
            ("Go".to_owned(), VariableValues::from([("g".to_owned(), "1".to_owned())]))
        );
        assert_eq!(shown(json!({"g": "2"})), ("Later".to_owned(), VariableValues::new()));
    }

    #[test]
    fn without_a_text_the_button_has_the_actions_name() {
        let notified = notified(&custom(&json!({}))).unwrap();
        let mut action = of_type("Custom");
        assert_eq!(notified.shows(&action).unwrap().label, "restart");
        action.attachments[0].button_text = Some(ButtonText::parse(" \n").unwrap());
        assert_eq!(notified.shows(&action).unwrap().label, "restart");
        action.attachments[0].button_text = Some(ButtonText::parse("Restart it").unwrap());
        assert_eq!(notified.shows(&action).unwrap().label, "Restart it");
    }
}
