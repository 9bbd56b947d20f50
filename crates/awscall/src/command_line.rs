//! The words of a chat command, and the call of AWS that they ask for.
//!
//! The server's corridor of a command calls [`parse`]. It takes what the AWS CLI takes and what people's fingers and phones make of
//! it; what it cannot take comes back as a [`Mistake`] that says what would do. Words are only ever words: no file is read, no
//! address is fetched, no variable is filled in, nothing is executed.

mod arguments;
mod conveniences;
mod customized;
mod flags;
mod globals;
mod json;
mod mistake;
mod parameter;
mod shorthand;
mod shown;
mod spellings;
mod target;
mod timestamp;
mod typed;
mod values;
mod words;

use crate::call::Call;

pub use mistake::Mistake;
pub use parameter::{Parameter, ParameterKind, flag, parameter, parameters};
pub(crate) use parameter::{example_line, synopsis};
pub use shown::{for_people, masked};
pub(crate) use target::is_offered;

/// Longer is no command. Source: AWS's own bound of an alias's action in chat.
/// <https://docs.aws.amazon.com/chatbot/latest/adminguide/creating-aliases.html>
pub const TEXT_CHARACTERS_MAX: usize = 5_000;
/// Flags and values of one command.
pub const WORDS_MAX: usize = 200;
/// Of brackets within brackets.
pub const NESTING_MAX: usize = 32;

/// What became of the words.
#[derive(Debug, Clone)]
pub enum Parsed {
    /// Whole: it can be run.
    Run(CommandLine),
    /// Right as far as it goes; these required parameters are missing.
    Incomplete(CommandLine, Vec<Parameter>),
    Help(HelpTopic),
    Mistake(Mistake),
}

/// One command, and how its answer is to be given.
#[derive(Clone)]
pub struct CommandLine {
    pub call: Call,
    pub shape: CallShape,
    /// As it was typed: which regions there are is for [`crate::endpoint`].
    pub region: Option<String>,
    pub output: Option<OutputFormat>,
    /// `JMESPath` over the answer.
    pub query: Option<String>,
    pub max_items: Option<u64>,
    pub starting_token: Option<String>,
    pub page_size: Option<u64>,
    /// All pages are asked for; not with `--no-paginate`, nor where a page's own token was given.
    pub paginate: bool,
    /// What was taken otherwise than it was typed, in whole sentences.
    pub notes: Vec<String>,
    /// The canonical line: exactly what runs. Parsed again, it is the same call. It may hold secrets: see [`masked`].
    pub shown: String,
}

/// How a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallShape {
    /// The call, its pages, its answer.
    Plain,
    /// `s3 ls`: of buckets where there is no bucket, of keys and common prefixes otherwise. The call is `ListBuckets` or
    /// `ListObjectsV2` with all that it needs.
    S3List { bucket: Option<String>, prefix: String, recursive: bool },
    /// `logs tail`: the call is `FilterLogEvents`, without `startTime`, which is `since_ms` before now.
    LogsTail { since_ms: i64 },
    /// `lambda invoke`: the answer's body is the function's own.
    LambdaInvoke,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    Json,
    Yaml,
    Table,
    Text,
}

/// What help was asked for; [`crate::help`] writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpTopic {
    /// Of the whole.
    All,
    Service(&'static str),
    Operation {
        service: &'static str,
        command: &'static str,
    },
}

/// Reads a command. Bounded in time by the text, which is bounded itself.
pub fn parse(text: &str) -> Parsed {
    target::read(text).unwrap_or_else(Parsed::Mistake)
}

/// The same command with more parameters, as a form gives them: each by its name of [`Parameter::name`] and its value as it would be
/// typed after the flag. An empty value is none.
pub fn with_parameters(line: &CommandLine, given: &[(&str, &str)]) -> Parsed {
    arguments::with_parameters(line, given).unwrap_or_else(Parsed::Mistake)
}

impl CommandLine {
    /// The same command in this region, said in [`CommandLine::shown`] too.
    #[must_use]
    pub fn with_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self.shown = shown::line(&self);
        self
    }

    /// The same command from another page on.
    #[must_use]
    pub fn with_starting_token(mut self, token: &str) -> Self {
        self.starting_token = Some(token.to_owned());
        self.shown = shown::line(&self);
        self
    }
}

/// Names alone: what is given may be a secret.
impl std::fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CommandLine({} {})", self.call.service.name, self.call.operation.command)
    }
}

impl OutputFormat {
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "json" => Some(Self::Json),
            "yaml" => Some(Self::Yaml),
            "table" => Some(Self::Table),
            "text" => Some(Self::Text),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Table => "table",
            Self::Text => "text",
        }
    }
}

#[cfg(test)]
mod tests;
