//! The words after `@aws`: what is asked for.

/// What somebody asks Bellhop for. Commands of AWS are what is nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Also a bare mention.
    Help,
    Preferences,
    /// `switch-role` and `switch-roles`: both are written.
    SwitchRole,
    /// `SERVICE OPERATION --parameter value`, as it was typed.
    Command(String),
}

impl Request {
    /// Of what was typed. Case and spaces around it mean nothing in Bellhop's own words.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let word = text.strip_prefix("aws ").map_or(text, str::trim_start).to_lowercase();
        match word.as_str() {
            "" | "aws" | "help" | "--help" | "-h" | "hello" | "hi" => Self::Help,
            "preferences" | "preference" | "settings" => Self::Preferences,
            "switch-role" | "switch-roles" | "switch role" | "switch roles" => Self::SwitchRole,
            _ => Self::Command(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bellhops_own_words_are_known_however_they_are_typed() {
        for (text, request) in [
            ("", Request::Help),
            ("  HELP ", Request::Help),
            ("aws help", Request::Help),
            ("Switch-Role", Request::SwitchRole),
            ("switch-roles", Request::SwitchRole),
            ("preferences", Request::Preferences),
        ] {
            assert_eq!(Request::parse(text), request, "{text}");
        }
        let command = Request::Command("lambda list-functions --region eu-west-1".to_owned());
        assert_eq!(Request::parse(" lambda list-functions --region eu-west-1 "), command);
    }
}
