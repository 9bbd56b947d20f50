//! The words after `@aws`: what is asked for.

/// What somebody asks Bellhop for. Commands of AWS are what is nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Also a bare mention.
    Help,
    Preferences,
    /// `switch-role` and `switch-roles`: both are written.
    SwitchRole,
    /// Under which role and guardrails the person acts.
    Whoami,
    /// `can-i SERVICE OPERATION …`: what follows.
    CanI(String),
    /// `search WORDS` over all operations of AWS.
    Search(String),
    /// `alias create|list|get|run|delete …`: what follows, as it was typed.
    Alias(String),
    /// `run NAME …`: an alias, as it was typed.
    Run(String),
    /// Nothing named: they are asked.
    SetDefaultRegion(Option<String>),
    SetDefaultAccount(Option<String>),
    Feedback,
    /// `SERVICE OPERATION --parameter value`, as it was typed; also `SERVICE --help`.
    Command(String),
}

impl Request {
    /// Of what was typed. Case and spaces around it mean nothing in Bellhop's own words.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let words = text.strip_prefix("aws ").map_or(text, str::trim_start);
        let (first, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let rest = rest.trim();
        let named = || Some(rest.to_owned()).filter(|rest| !rest.is_empty());
        match (first.to_lowercase().as_str(), rest) {
            ("" | "aws" | "help" | "--help" | "-h" | "hello" | "hi", "") => Self::Help,
            ("preferences" | "preference" | "settings", "") => Self::Preferences,
            ("switch-role" | "switch-roles", "") => Self::SwitchRole,
            ("switch", rest) if is_one_of(rest, &["role", "roles"]) => Self::SwitchRole,
            ("whoami", "") => Self::Whoami,
            ("feedback", _) => Self::Feedback,
            ("can-i" | "cani", rest) => Self::CanI(rest.to_owned()),
            ("search" | "find", rest) => Self::Search(rest.to_owned()),
            ("alias" | "aliases", rest) => Self::Alias(rest.to_owned()),
            ("run", rest) => Self::Run(rest.to_owned()),
            ("set-default-region", _) => Self::SetDefaultRegion(named()),
            ("set-default-account", _) => Self::SetDefaultAccount(named()),
            ("set", rest) => Self::of_set(rest).unwrap_or_else(|| Self::Command(text.to_owned())),
            _ => Self::Command(text.to_owned()),
        }
    }

    fn of_set(rest: &str) -> Option<Self> {
        let (what, named) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let named = Some(named.trim().to_owned()).filter(|named| !named.is_empty());
        match what.to_lowercase().as_str() {
            "default-region" | "region" => Some(Self::SetDefaultRegion(named)),
            "default-account" | "account" => Some(Self::SetDefaultAccount(named)),
            _ => None,
        }
    }
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Request {
        Request::Command(text.to_owned())
    }

    #[test]
    fn bellhops_own_words_are_known_however_they_are_typed() {
        for (text, request) in [
            ("", Request::Help),
            ("  HELP ", Request::Help),
            ("aws help", Request::Help),
            ("Switch-Role", Request::SwitchRole),
            ("switch-roles", Request::SwitchRole),
            ("switch  roles", Request::SwitchRole),
            ("preferences", Request::Preferences),
            ("WhoAmI", Request::Whoami),
            ("can-i lambda invoke", Request::CanI("lambda invoke".to_owned())),
            ("search list  buckets", Request::Search("list  buckets".to_owned())),
            (
                "alias create Deploy lambda invoke --payload 'A  B'",
                Request::Alias("create Deploy lambda invoke --payload 'A  B'".to_owned()),
            ),
            ("aws run Deploy v2", Request::Run("Deploy v2".to_owned())),
            ("set default-region eu-west-1", Request::SetDefaultRegion(Some("eu-west-1".to_owned()))),
            ("Set Default-Region", Request::SetDefaultRegion(None)),
            ("set default-account 123456789012", Request::SetDefaultAccount(Some("123456789012".to_owned()))),
            ("feedback it is slow", Request::Feedback),
        ] {
            assert_eq!(Request::parse(text), request, "{text}");
        }
    }

    #[test]
    fn whatever_is_not_bellhops_own_is_aws() {
        for text in [
            "lambda list-functions --region eu-west-1",
            "lambda --help",
            "set-alarm-state --alarm-name x",
            "set anything",
            "help me",
            "preferences of mine",
            "runner list",
        ] {
            assert_eq!(Request::parse(&format!(" {text} ")), command(text), "{text}");
        }
        assert_eq!(Request::parse("aws lambda list-functions"), command("aws lambda list-functions"));
    }
}
