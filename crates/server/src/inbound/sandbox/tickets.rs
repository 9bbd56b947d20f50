//! What the sandbox gives out with what people do and takes back for a while: trigger ids, which open a view, and response URLs.
//!
//! Made by `speech.rs` and `presses.rs`, taken by `views.rs` and `replies.rs`. Bounded; the oldest goes first.

use std::collections::VecDeque;

use super::channels::Ts;

/// <https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses>: "expires in three seconds"
const TRIGGER_MS: i64 = 3_000;
/// <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>: "up to 5 times within 30 minutes"
const RESPONSES_MS: i64 = 30 * 60 * 1_000;
const RESPONSES_MAX: u32 = 5;
/// Of each kind. One that is pushed out by so many newer ones has long been of no use.
const KEPT_MAX: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Trigger {
    id: String,
    user: &'static str,
    until_ms: i64,
    is_used: bool,
}

/// Where a response URL posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponsePlace {
    pub user: &'static str,
    pub channel: String,
    pub thread_ts: Option<Ts>,
    /// The message that was pressed, which may be replaced.
    pub message_ts: Option<Ts>,
}

#[derive(Debug)]
struct Response {
    ticket: String,
    place: ResponsePlace,
    until_ms: i64,
    left: u32,
}

#[derive(Debug, Default)]
pub struct Tickets {
    triggers: VecDeque<Trigger>,
    responses: VecDeque<Response>,
}

impl Tickets {
    /// `13345224609.738474920.8088930838d88f008e0`, as Slack's look; it says who did what it came with.
    pub fn trigger(&mut self, user: &'static str, now_ms: i64) -> String {
        let secret = uuid::Uuid::new_v4().simple().to_string();
        let id = format!("{}.{}.{secret}", now_ms.rem_euclid(100_000_000_000), 738_474_920);
        bounded(&mut self.triggers);
        self.triggers.push_back(Trigger { id: id.clone(), user, until_ms: now_ms + TRIGGER_MS, is_used: false });
        id
    }

    /// Whose trigger it is, once. `Err` is Slack's code.
    pub fn exchange(&mut self, id: &str, now_ms: i64) -> Result<&'static str, &'static str> {
        let trigger = self.triggers.iter_mut().find(|trigger| trigger.id == id).ok_or("invalid_trigger_id")?;
        match trigger {
            Trigger { is_used: true, .. } => Err("exchanged_trigger_id"),
            Trigger { until_ms, .. } if *until_ms <= now_ms => Err("expired_trigger_id"),
            trigger => {
                trigger.is_used = true;
                Ok(trigger.user)
            }
        }
    }

    /// The secret part of a response URL.
    pub fn response(&mut self, place: ResponsePlace, now_ms: i64) -> String {
        let ticket = uuid::Uuid::new_v4().simple().to_string();
        bounded(&mut self.responses);
        self.responses.push_back(Response {
            ticket: ticket.clone(),
            place,
            until_ms: now_ms + RESPONSES_MS,
            left: RESPONSES_MAX,
        });
        ticket
    }

    /// Counts one use. `Err` is Slack's code (observed: `expired_url`, `used_url`).
    pub fn respond(&mut self, ticket: &str, now_ms: i64) -> Result<ResponsePlace, &'static str> {
        let response = self.responses.iter_mut().find(|response| response.ticket == ticket).ok_or("no_such_url")?;
        if response.until_ms <= now_ms {
            return Err("expired_url");
        }
        response.left = response.left.checked_sub(1).ok_or("used_url")?;
        Ok(response.place.clone())
    }
}

fn bounded<T>(kept: &mut VecDeque<T>) {
    if kept.len() >= KEPT_MAX {
        kept.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_opens_once_and_for_three_seconds() {
        let mut tickets = Tickets::default();
        let (first, second) = (tickets.trigger("U0ANNA", 0), tickets.trigger("U0BEN", 0));
        assert_eq!(tickets.exchange(&first, 2_999), Ok("U0ANNA"));
        assert_eq!(tickets.exchange(&first, 2_999), Err("exchanged_trigger_id"));
        assert_eq!(tickets.exchange(&second, 3_000), Err("expired_trigger_id"));
        assert_eq!(tickets.exchange("1.2.3", 0), Err("invalid_trigger_id"));
    }

    #[test]
    fn a_response_url_is_good_five_times_in_half_an_hour() {
        let mut tickets = Tickets::default();
        let place = ResponsePlace { user: "U0ANNA", channel: "C0A".to_owned(), thread_ts: None, message_ts: None };
        let url = tickets.response(place.clone(), 0);
        for _ in 0..5 {
            assert_eq!(tickets.respond(&url, RESPONSES_MS - 1), Ok(place.clone()));
        }
        assert_eq!(tickets.respond(&url, 0), Err("used_url"));
        let url = tickets.response(place, 0);
        assert_eq!(tickets.respond(&url, RESPONSES_MS), Err("expired_url"));
        assert_eq!(tickets.respond("x", 0), Err("no_such_url"));
    }

    #[test]
    fn tickets_are_bounded() {
        let mut tickets = Tickets::default();
        let first = tickets.trigger("U0ANNA", 0);
        for _ in 0..KEPT_MAX {
            tickets.trigger("U0ANNA", 0);
        }
        assert_eq!(tickets.triggers.len(), KEPT_MAX);
        assert_eq!(tickets.exchange(&first, 0), Err("invalid_trigger_id"));
    }
}
