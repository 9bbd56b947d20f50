//! Slack's names for a workspace ("team") and a channel, as AWS Chatbot constrains them.

use super::{Shape, all, one_line, string_id};

string_id! {
    /// A Slack workspace, `T…`: 1 to 255 of `0-9A-Z`. Source: reference, model.
    SlackTeamId,
    Shape::of_length(1, 255).matching("^[0-9A-Z]{1,255}$", |text| {
        text.len() <= 255 && all(text, |b| b.is_ascii_digit() || b.is_ascii_uppercase())
    })
}

string_id! {
    /// A Slack channel, `C…` or `G…`: 1 to 255 of `A-Za-z0-9`. Source: reference, model.
    SlackChannelId,
    Shape::of_length(1, 255).matching("^[A-Za-z0-9]+$", |text| all(text, |b| b.is_ascii_alphanumeric()))
}

string_id! {
    /// A Slack channel's display name: 1 to 255 characters of any kind, sensitive. Source: reference, model
    /// (`SlackChannelDisplayName`).
    SlackChannelName,
    Shape::of_length(1, 255).sensitive()
}

string_id! {
    /// A Slack user, `U…` or `W…`; the model takes 1 to 255 characters on one line. Source: reference, model.
    SlackUserId,
    Shape::of_length(1, 255).matching("^(.*)$", one_line)
}

string_id! {
    /// The token of a Slack app's bot, `xoxb-…` or `xoxe.xoxb-…`: sensitive. Bellhop's own, for its own operations; the form:
    /// <https://docs.slack.dev/authentication/tokens>, the length: assumed.
    SlackBotToken,
    Shape::of_length(6, 1024).sensitive().matching(r"^xox[a-z.]+-[0-9A-Za-z-]+$", |text| {
        let parts = text.strip_prefix("xox").and_then(|rest| rest.split_once('-'));
        parts.is_some_and(|(kind, secret)| {
            !kind.is_empty()
                && all(kind, |b| b.is_ascii_lowercase() || b == b'.')
                && !secret.is_empty()
                && all(secret, |b| b.is_ascii_alphanumeric() || b == b'-')
        })
    })
}

string_id! {
    /// A Slack app, `A…`. Bellhop's own, as its settings constrain it.
    SlackAppId,
    Shape::of_length(2, 32).matching("^A[0-9A-Z]+$", |text| {
        text.strip_prefix('A').is_some_and(|rest| {
            !rest.is_empty() && all(rest, |b| b.is_ascii_digit() || b.is_ascii_uppercase())
        })
    })
}

/// The id stands in for a name that nobody gave: every id is a valid name.
impl From<&SlackChannelId> for SlackChannelName {
    fn from(id: &SlackChannelId) -> Self {
        Self(id.as_str().into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;
    use crate::constraints::Constraint::{MaxLength, MinLength, Pattern};

    #[test]
    fn team_ids() {
        let pattern = Pattern("^[0-9A-Z]{1,255}$");
        check::<SlackTeamId>(
            &["T", "T0SANDBOX", &"T".repeat(255)],
            &[
                ("", &[MinLength(1), pattern]),
                (&"T".repeat(256), &[MaxLength(255), pattern]),
                ("t0sandbox", &[pattern]),
                ("T-1", &[pattern]),
            ],
        );
    }

    #[test]
    fn channel_ids() {
        let pattern = Pattern("^[A-Za-z0-9]+$");
        check::<SlackChannelId>(
            &["C", "C0123abcXYZ", &"C".repeat(255)],
            &[
                ("", &[MinLength(1), pattern]),
                (&"C".repeat(256), &[MaxLength(255)]),
                ("#general", &[pattern]),
                ("C1 ", &[pattern]),
            ],
        );
    }

    #[test]
    fn user_ids() {
        check::<SlackUserId>(
            &["U012AB3CD", "ü", &"U".repeat(255)],
            &[("", &[MinLength(1)]), (&"U".repeat(256), &[MaxLength(255)]), ("U\n", &[Pattern("^(.*)$")])],
        );
    }

    #[test]
    fn app_ids() {
        let pattern = Pattern("^A[0-9A-Z]+$");
        check::<SlackAppId>(&["A1", "A012AB3CD"], &[("A", &[MinLength(2), pattern]), ("a012", &[pattern])]);
    }

    #[test]
    fn bot_tokens_stay_out_of_debug() {
        let pattern = Pattern(r"^xox[a-z.]+-[0-9A-Za-z-]+$");
        check::<SlackBotToken>(
            &["xoxb-1", "xoxe.xoxb-1-Mi0yLTE", "xoxp-12-34-ab"],
            &[
                ("xoxb-", &[MinLength(6), pattern]),
                ("token-1", &[pattern]),
                ("xoxb-a b", &[pattern]),
                ("xox-abc", &[pattern]),
            ],
        );
        assert_eq!(format!("{:?}", SlackBotToken::parse("xoxb-1").unwrap()), "SlackBotToken(withheld)");
    }

    #[test]
    fn channel_names_count_characters_and_stay_out_of_debug() {
        check::<SlackChannelName>(
            &["#général 🚨", &"ü".repeat(255)],
            &[("", &[MinLength(1)]), (&"ü".repeat(256), &[MaxLength(255)])],
        );
        let name = SlackChannelName::parse("incident-4711").unwrap();
        assert_eq!(format!("{name:?}"), "SlackChannelName(withheld)");
    }
}
