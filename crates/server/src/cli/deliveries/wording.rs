//! How a delivery reads in one line: its state, and why it waits until when.

use store::outbox::{Delivery, DeliveryState, Pause};

use crate::app::spoken;
use crate::cli::moment::told;
use crate::clock::iso8601;

/// One line of `list`.
pub(super) fn line(delivery: &Delivery, pause: Option<&Pause>, now_ms: i64) -> String {
    // With its platform: one name may stand on each.
    let name = delivery.configuration_arn.rsplit_once("chat-configuration/").map_or("", |(_, name)| name);
    // What a state says by itself is not said twice.
    let says_why = matches!(delivery.state, DeliveryState::Held | DeliveryState::Folded);
    let reason = delivery.reason.as_deref().filter(|_| !says_why);
    let reason = reason.map(|reason| format!("  {reason}")).unwrap_or_default();
    let attempts = if delivery.attempts == 1 { "attempt" } else { "attempts" };
    let (id, received, state) = (delivery.id, iso8601(delivery.received_at_ms), state_of(delivery, pause, now_ms));
    format!("{id:>6}  {received}  {state:<9}  {:>2} {attempts:<8}  {name}{reason}", delivery.attempts)
}

/// A state in words. `pause` is that of its credentials, if it is held.
pub(super) fn state_of(delivery: &Delivery, pause: Option<&Pause>, now_ms: i64) -> String {
    match (delivery.state, delivery.due_at_ms) {
        (DeliveryState::Pending, Some(due_at_ms)) if due_at_ms > now_ms => {
            format!("pending, its channel goes on at {}", told(due_at_ms, now_ms))
        }
        (DeliveryState::Pending, Some(_)) => "pending, its channel is being served or next".to_owned(),
        (DeliveryState::Pending, None) => "pending, and its channel sleeps: see `bellhop store check`".to_owned(),
        (DeliveryState::Held, _) => held(delivery, pause, now_ms),
        (DeliveryState::Folded, _) => match delivery.folded_into {
            Some(digest) => format!("folded: delivery {digest} tells of it"),
            None => "folded".to_owned(),
        },
        (DeliveryState::Delivered, _) if delivery.folds > 0 => {
            format!("delivered, tells of {} more", delivery.folds)
        }
        (state, _) => state.as_str().to_owned(),
    }
}

fn held(delivery: &Delivery, pause: Option<&Pause>, now_ms: i64) -> String {
    // By quiet hours: the reason says until when.
    if delivery.scope.is_none() {
        return delivery.reason.clone().unwrap_or_else(|| "held".to_owned());
    }
    let scope = delivery.scope.as_deref().map(spoken).unwrap_or_default();
    match pause {
        Some(pause) => {
            let (since, again) = (told(pause.since_ms, now_ms), told(pause.probe_at_ms, now_ms));
            format!("held since {since}, tried again {again}: {scope}: {}", pause.reason)
        }
        None => format!("held: {scope}, which works again: it goes out next"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 100 * 24 * 60 * 60 * 1000;

    fn delivery(state: DeliveryState) -> Delivery {
        Delivery {
            id: 7,
            state,
            topic_arn: "arn:aws:sns:eu-central-1:123456789012:a".to_owned(),
            message_id: "m1".to_owned(),
            configuration_arn: "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops".to_owned(),
            destination: "slack/T1/C1".to_owned(),
            priority: 2,
            attempts: 1,
            reason: Some("Slack answered HTTP 500".to_owned()),
            posted: None,
            scope: None,
            folded_into: None,
            folds: 0,
            received_at_ms: NOW,
            updated_at_ms: NOW,
            due_at_ms: None,
        }
    }

    #[test]
    fn what_waits_says_until_when_and_why() {
        let waits = Delivery { due_at_ms: Some(NOW + 90_000), ..delivery(DeliveryState::Pending) };
        assert_eq!(
            line(&waits, None, NOW),
            "     7  1970-04-11T00:00:00Z  pending, its channel goes on at 1970-04-11T00:01:30Z (in 1 min)   1 attempt   \
             slack-channel/ops  Slack answered HTTP 500"
        );
        let asleep = delivery(DeliveryState::Pending);
        assert!(line(&asleep, None, NOW).contains("`bellhop store check`"));
    }

    #[test]
    fn what_is_held_names_the_credentials_and_what_is_wrong_with_them() {
        let scope = Some("slack/123456789012/T1".to_owned());
        let held = Delivery { scope, ..delivery(DeliveryState::Held) };
        let pause = Pause {
            scope: "slack/123456789012/T1".to_owned(),
            reason: "token_revoked".to_owned(),
            since_ms: NOW - 60_000,
            probe_at_ms: NOW + 30_000,
        };
        let said = line(&held, Some(&pause), NOW);
        assert!(said.contains("held since ") && said.contains("ago"), "{said}");
        assert!(said.contains(": Slack workspace T1 of account 123456789012: token_revoked"), "{said}");
        assert!(said.contains("(1 min ago), tried again 1970-04-11T00:00:30Z (in 30 s)"), "{said}");
        assert!(line(&held, None, NOW).contains("works again"));
        let reason = Some("held until 2026-11-24 06:00:00 UTC by the quiet hours of rule `night`".to_owned());
        let quiet = Delivery { scope: None, reason, ..held };
        assert!(
            line(&quiet, None, NOW)
                .contains("  held until 2026-11-24 06:00:00 UTC by the quiet hours of rule `night`  ")
        );
    }

    #[test]
    fn a_digest_and_what_it_tells_of_name_each_other() {
        let folded = Delivery { folded_into: Some(3), ..delivery(DeliveryState::Folded) };
        assert!(line(&folded, None, NOW).contains("folded: delivery 3 tells of it"));
        let digest = Delivery { folds: 37, ..delivery(DeliveryState::Delivered) };
        assert!(line(&digest, None, NOW).contains("delivered, tells of 37 more"));
    }
}
