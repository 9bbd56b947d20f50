//! Rules at work: asked when a message is accepted (may it go out, when, where else), and when its card is made (whom to
//! call, which runbook, how bad it is).
//!
//! Without a rule that decides about it, and without a silence, a message is accepted unread, as if there were no rules.
//! What Bellhop tells its own operators is no rule's business.

use domain::notification::{AccountNames, Card, Incoming, card, message_json};
use domain::rules::{Evaluation, Facts, Fate, Rules, Silence};
use domain::sns_message::SnsMessage;
use store::outbox::{self, Admission, Gate};

use super::App;
use crate::config::Unsupported;

/// Why a message is kept out that AWS Chatbot would drop.
pub(super) const UNSUPPORTED: &str =
    "AWS Chatbot does not support it, and `notifications.unsupported` is `drop`; `bellhop deliveries retry` brings it";

impl App {
    /// What rules and silences make of a message for each configuration, if there is anything that could.
    pub(super) fn gate(&self, message: &SnsMessage, now_ms: i64) -> Option<Gate> {
        let silences = self.silences.now();
        let drops = self.unsupported == Unsupported::Drop;
        if !self.rules.admit() && silences.is_empty() && !drops {
            return None;
        }
        let read = card(&incoming(message, &self.account_names));
        if drops && !read.is_supported_by_aws() {
            let fate = outbox::Fate::Suppress { reason: UNSUPPORTED.to_owned() };
            return Some(Gate::new(move |_| Admission { fate: fate.clone(), ..Admission::default() }));
        }
        // Conditions of silences may ask for it too.
        let json = message_json(&message.message);
        let (rules, topic_arn) = (self.rules.clone(), message.topic_arn.as_str().to_owned());
        Some(Gate::new(move |configuration_arn| {
            let facts = Facts { card: &read, topic_arn: &topic_arn, configuration_arn, message: json.as_ref() };
            admission(rules.evaluate(&facts, &silences, now_ms))
        }))
    }

    /// The card of an envelope that was accepted before, with what rules put onto it for this configuration, in the words of
    /// its template. An `Err` says why there is none.
    pub(super) fn card_of(&self, body: &str, configuration_arn: &str) -> Result<Card, String> {
        let message =
            SnsMessage::parse(body.as_bytes()).map_err(|error| format!("the stored message is damaged: {error}"))?;
        let incoming = incoming(&message, &self.account_names);
        let mut read = card(&incoming);
        dress(&mut read, &self.rules, &message, configuration_arn, self.clock.now_ms());
        Ok(self.templates.restyle(read, &incoming))
    }
}

/// Silences and quiet hours are over by then: it is to go out now.
fn dress(read: &mut Card, rules: &Rules, message: &SnsMessage, configuration_arn: &str, now_ms: i64) {
    const NO_SILENCES: &[Silence] = &[];
    if rules.is_empty() {
        return;
    }
    let json = if rules.read_message() { message_json(&message.message) } else { None };
    let topic_arn = message.topic_arn.as_str();
    let facts = Facts { card: read, topic_arn, configuration_arn, message: json.as_ref() };
    rules.evaluate(&facts, NO_SILENCES, now_ms).dress(read);
}

/// What a reader is given of an envelope.
pub(super) fn incoming<'a>(message: &'a SnsMessage, account_names: &'a AccountNames) -> Incoming<'a> {
    Incoming {
        topic_arn: message.topic_arn.as_str(),
        subject: message.subject.as_deref(),
        message: &message.message,
        timestamp: &message.timestamp,
        account_names,
    }
}

fn admission(found: Evaluation<'_>) -> Admission {
    Admission {
        send_to: found.send_to.iter().map(|name| (*name).to_owned()).collect(),
        only: found.only.map(str::to_owned),
        fate: match found.fate {
            Fate::Deliver => outbox::Fate::Deliver,
            Fate::Mute { reason } => outbox::Fate::Suppress { reason },
            Fate::Hold { until_ms, reason } => outbox::Fate::Hold { until_ms, reason },
        },
    }
}
