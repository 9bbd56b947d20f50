//! A message of a Teams bot, by the two names that a reply and an update need: its conversation's and its own.
//!
//! `teams_answer` reads it out of the Bot Framework's answers; the outbox keeps it as text (`posted`), and
//! `outbound/teams/connector` parses it again. Names that could not be told apart again are none.
//!
//! A channel's thread is a conversation of its own, `19:…@thread.tacv2;messageid=1700000000000`, of which the first message
//! has that number as its id. Source:
//! <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations>.

use std::fmt;

/// Longer names are nobody's: a channel's id has 255 characters at most, a message's 13 digits.
const ID_BYTES_MAX: usize = 512;
/// Between the two; neither ever holds it.
const SEPARATOR: char = '|';

/// Which message of which conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamsActivity {
    conversation_id: String,
    activity_id: String,
}

impl TeamsActivity {
    /// `None` if one of them is no name that can be kept.
    pub fn new(conversation_id: &str, activity_id: &str) -> Option<Self> {
        let is_name = |id: &str| {
            let printable = |b: u8| b.is_ascii_graphic() && char::from(b) != SEPARATOR;
            !id.is_empty() && id.len() <= ID_BYTES_MAX && id.bytes().all(printable)
        };
        let fine = is_name(conversation_id) && is_name(activity_id);
        fine.then(|| Self { conversation_id: conversation_id.to_owned(), activity_id: activity_id.to_owned() })
    }

    /// The first message of a thread, if its conversation's name says which it is.
    pub(super) fn first_of(conversation_id: &str) -> Option<Self> {
        let (_, activity_id) = conversation_id.split_once(";messageid=")?;
        Self::new(conversation_id, activity_id)
    }

    /// Reads what [`Display`](fmt::Display) wrote.
    pub fn parse(posted: &str) -> Option<Self> {
        let (conversation_id, activity_id) = posted.split_once(SEPARATOR)?;
        Self::new(conversation_id, activity_id)
    }

    pub fn conversation_id(&self) -> &str {
        &self.conversation_id
    }

    pub fn activity_id(&self) -> &str {
        &self.activity_id
    }
}

impl fmt::Display for TeamsActivity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{SEPARATOR}{}", self.conversation_id, self.activity_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let thread = "19:ops@thread.tacv2;messageid=1700000000000";
        let activity = TeamsActivity::new(thread, "1700000000001").unwrap();
        assert_eq!(activity.to_string(), format!("{thread}|1700000000001"));
        assert_eq!(TeamsActivity::parse(&activity.to_string()), Some(activity));
        assert_eq!(TeamsActivity::first_of(thread).unwrap().activity_id(), "1700000000000");
    }

    #[test]
    fn a_name_that_could_be_misread_is_none() {
        let long = "x".repeat(ID_BYTES_MAX + 1);
        for id in ["", "a|b", "a b", "a\nb", "ä", &long] {
            assert_eq!(TeamsActivity::new(id, "1"), None, "{id}");
            assert_eq!(TeamsActivity::new("19:a@b", id), None, "{id}");
        }
        for posted in ["", "1700000000.000100", "|", "a|", "|a", "a|b|c"] {
            assert_eq!(TeamsActivity::parse(posted), None, "{posted}");
        }
        assert_eq!(TeamsActivity::first_of("19:ops@thread.tacv2"), None);
    }
}
