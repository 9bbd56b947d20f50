//! Whom a message calls: a rule's doing, never a message's.
//!
//! The parser is the only constructor and takes ids of the platforms' own alphabets alone, so a renderer may write one out as
//! it stands. A platform leaves out whom it does not know: a user of Slack is nobody in Teams.

use std::fmt;

use super::text::{is_blank, is_hazard};

/// Mentions that one message makes; those after them are left out.
pub const MENTIONS_MAX: usize = 20;

/// One person, group or room to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention(Whom);

/// For renderers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::notification) enum Whom {
    /// Who is there now: Slack's `@here`, Chime's `@Present`.
    Here,
    /// Everybody in the room: Slack's `@channel`, Chime's `@All`.
    Channel,
    /// A user of Slack.
    User(String),
    /// A user group of Slack.
    Group(String),
    /// A user of Microsoft Teams: object id or user principal name, and the name that the card shows.
    TeamsUser { id: String, name: String },
}

/// Ids of Slack and Teams are far shorter; neither vendor states a number.
const ID_LENGTH: usize = 100;
const NAME_LENGTH: usize = 80;

const FORMS: &str = "must be `here`, `channel`, `user:U0123`, `group:S0123` or `teams-user:ID|NAME`";

impl Mention {
    /// `here`, `channel`, `user:U0123`, `group:S0123`, `teams-user:ID|NAME`; an at sign in front of the first two may stand.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("`{}` {why}", text.escape_debug()));
        let whom = match text.split_once(':') {
            None if matches!(text, "here" | "@here") => Whom::Here,
            None if matches!(text, "channel" | "@channel") => Whom::Channel,
            Some(("user", id)) if is_slack_id(id, &['U', 'W']) => Whom::User(id.to_owned()),
            Some(("user", _)) => return wrong("is no user id of Slack: it begins with U or W, like `user:U012AB3CD`"),
            Some(("group", id)) if is_slack_id(id, &['S']) => Whom::Group(id.to_owned()),
            Some(("group", _)) => {
                return wrong("is no user group id of Slack: it begins with S, like `group:S012AB3CD`");
            }
            Some(("teams-user", rest)) => match rest.split_once('|') {
                Some((id, name)) if is_teams_id(id) && is_name(name) => {
                    Whom::TeamsUser { id: id.to_owned(), name: name.trim().to_owned() }
                }
                _ => {
                    return wrong(
                        "is no user of Teams: say `teams-user:ID|NAME`, the object id or user principal name first",
                    );
                }
            },
            _ => return wrong(FORMS),
        };
        Ok(Self(whom))
    }

    pub(super) fn whom(&self) -> &Whom {
        &self.0
    }
}

/// As the settings spell it.
impl fmt::Display for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Whom::Here => f.write_str("here"),
            Whom::Channel => f.write_str("channel"),
            Whom::User(id) => write!(f, "user:{id}"),
            Whom::Group(id) => write!(f, "group:{id}"),
            Whom::TeamsUser { id, name } => write!(f, "teams-user:{id}|{name}"),
        }
    }
}

/// Adds those that are not there yet, as far as a message takes them.
pub(crate) fn add_mentions<'a>(mentions: &mut Vec<Mention>, more: impl IntoIterator<Item = &'a Mention>) {
    for mention in more {
        if mentions.len() < MENTIONS_MAX && !mentions.contains(mention) {
            mentions.push(mention.clone());
        }
    }
}

fn is_slack_id(id: &str, first: &[char]) -> bool {
    id.starts_with(first)
        && (3..=ID_LENGTH).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// An object id of Microsoft Entra, a user principal name (`anna@example.com`), or what a bot knows a user by (`29:…`).
fn is_teams_id(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._@:+#".contains(&byte);
    (1..=ID_LENGTH).contains(&id.len()) && id.bytes().all(fits)
}

/// It stands between `<at>` and `</at>`, in a text block, where Teams reads markdown.
fn is_name(name: &str) -> bool {
    let fits = |c: char| !is_hazard(c) && (c.is_alphanumeric() || " .,'-()".contains(c));
    !is_blank(name) && name.chars().count() <= NAME_LENGTH && name.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelled_right_is_spelled_the_same_again() {
        for text in ["here", "channel", "user:U012AB3CD", "user:W1A", "group:S0A", "teams-user:anna@example.com|Anna Ö"]
        {
            assert_eq!(Mention::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Mention::parse("@here"), Mention::parse("here"));
    }

    #[test]
    fn nothing_that_a_platform_gives_a_meaning_to_gets_in() {
        for text in [
            "",
            "everyone",
            "<!here>",
            "user:",
            "user:u012",
            "user:U01>|<!channel>",
            "user:S012",
            "group:U012",
            "user:U01 <!here>",
            "teams-user:a",
            "teams-user:a|",
            "teams-user:|b",
            "teams-user:a|<at>b</at>",
            "teams-user:a b|c",
            "teams-user:a|[x](y)",
            "teams-user:a|x\u{202e}y",
            "HERE",
            "here ",
            "teams-user:a|x\ny",
        ] {
            let error = Mention::parse(text).unwrap_err();
            assert!(error.starts_with('`') && !error.contains('\n') && !error.contains('\u{202e}'), "{error}");
        }
        assert!(Mention::parse(&format!("user:U{}", "0".repeat(100))).is_err());
    }

    #[test]
    fn each_is_called_once_and_not_too_many() {
        let mut mentions = Vec::new();
        let here = Mention::parse("here").unwrap();
        add_mentions(&mut mentions, [&here, &here]);
        assert_eq!(mentions.len(), 1);
        let many: Vec<Mention> = (10..60).map(|n| Mention::parse(&format!("user:U{n}")).unwrap()).collect();
        add_mentions(&mut mentions, &many);
        assert_eq!(mentions.len(), MENTIONS_MAX);
    }
}
