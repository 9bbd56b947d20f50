//! The AWS CLI's global flags: those that mean something here, those that harm nothing, and those that open a door to the server's
//! own machine or to somewhere else than AWS, which do not exist. Called by [`super::target`] and [`super::arguments`].

use serde_json::Value;

use super::OutputFormat;
use super::flags::{Flag, Items};
use super::mistake::{Mistake, Result, compared, latin, look_alikes, said};
use crate::endpoint::{check_region, near_regions};
use crate::query::Query;

/// What they set.
#[derive(Debug, Clone, Default)]
pub(super) struct Globals {
    pub region: Option<String>,
    pub output: Option<OutputFormat>,
    pub query: Option<String>,
    pub max_items: Option<u64>,
    pub page_size: Option<u64>,
    pub starting_token: Option<String>,
    pub no_paginate: bool,
    pub input_json: Option<Value>,
    pub blobs: Blobs,
    /// Of those that were given: none is given twice.
    given: Vec<&'static str>,
}

/// How the text of a blob is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Blobs {
    /// As it stands: `raw-in-base64-out`.
    #[default]
    Text,
    Base64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Region,
    Output,
    Query,
    MaxItems,
    PageSize,
    StartingToken,
    NoPaginate,
    InputJson,
    BinaryFormat,
    /// Does nothing here; with or without a value.
    Harmless {
        valued: bool,
    },
    /// Why it does not exist here.
    Refused(&'static str),
}

const ELSEWHERE: &str = "commands go to AWS's own endpoints and nowhere else";
const CREDENTIALS: &str = "a command runs under the role of this channel or of your own, with no other credentials";
const TRUST: &str = "how connections to AWS are made is the server's to settle, and never a command's";
const MACHINE: &str = "it concerns the computer that the AWS CLI runs on, and there is none here";

/// Source: `awscli/data/cli.json`, `awscli/customizations/{paginate,cliinputjson,generatecliskeleton,binaryformat}.py`, and of version
/// 2 <https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html>.
const GLOBALS: [(&str, Meaning); 31] = [
    ("region", Meaning::Region),
    ("output", Meaning::Output),
    ("query", Meaning::Query),
    ("max-items", Meaning::MaxItems),
    ("page-size", Meaning::PageSize),
    ("starting-token", Meaning::StartingToken),
    ("no-paginate", Meaning::NoPaginate),
    ("cli-input-json", Meaning::InputJson),
    ("cli-binary-format", Meaning::BinaryFormat),
    ("no-cli-pager", Meaning::Harmless { valued: false }),
    ("no-cli-auto-prompt", Meaning::Harmless { valued: false }),
    ("no-cli-follow-urlparam", Meaning::Harmless { valued: false }),
    ("paginate", Meaning::Harmless { valued: false }),
    ("verify-ssl", Meaning::Harmless { valued: false }),
    ("color", Meaning::Harmless { valued: true }),
    ("cli-error-format", Meaning::Harmless { valued: true }),
    ("v2-debug", Meaning::Harmless { valued: false }),
    ("endpoint-url", Meaning::Refused(ELSEWHERE)),
    ("profile", Meaning::Refused(CREDENTIALS)),
    ("no-sign-request", Meaning::Refused(CREDENTIALS)),
    ("no-verify-ssl", Meaning::Refused(TRUST)),
    ("ca-bundle", Meaning::Refused(TRUST)),
    ("cli-read-timeout", Meaning::Refused(TRUST)),
    ("cli-connect-timeout", Meaning::Refused(TRUST)),
    ("debug", Meaning::Refused("what a debug log tells may be a secret")),
    ("cli-auto-prompt", Meaning::Refused(MACHINE)),
    ("cli-follow-urlparam", Meaning::Refused("nothing is fetched from an address")),
    ("generate-cli-skeleton", Meaning::Refused("`--help` shows the parameters and an example")),
    ("cli-input-yaml", Meaning::Refused("`--cli-input-json` takes the same as JSON")),
    ("version", Meaning::Refused("no AWS CLI runs here: commands are read and sent by Bellhop itself")),
    ("no-cli-input-json", Meaning::Refused("there is nothing to turn off")),
];

/// Those that an operation with pages has, and another operation may have as parameters of its own.
pub(super) const OF_PAGES: [&str; 3] = ["max-items", "page-size", "starting-token"];

/// The AWS CLI's name of a global flag, if it is one.
pub(super) fn named(flag: &str) -> Option<&'static str> {
    let compared = compared(flag);
    GLOBALS.iter().map(|(name, _)| *name).find(|name| super::mistake::compared(name) == compared && flag.is_ascii())
}

/// Those that do something here.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let useful = |meaning: &Meaning| !matches!(meaning, Meaning::Refused(_) | Meaning::Harmless { .. });
    GLOBALS.iter().filter(move |(_, meaning)| useful(meaning)).map(|(name, _)| *name)
}

impl Globals {
    /// Sets what a flag says; `name` is what [`named`] made of it.
    pub fn take(&mut self, name: &'static str, flag: Flag, items: &mut Items) -> Result<()> {
        let Some((_, meaning)) = GLOBALS.iter().find(|(known, _)| *known == name) else { return Ok(()) };
        if let Meaning::Refused(reason) = meaning {
            return Err(Mistake::new(format!("`--{name}` does not exist here: {reason}.")));
        }
        if self.given.contains(&name) {
            return Err(twice(name));
        }
        self.given.push(name);
        let valued = !matches!(meaning, Meaning::NoPaginate | Meaning::Harmless { valued: false });
        if !valued {
            if flag.value.is_some() {
                return Err(Mistake::new(format!("`--{name}` takes no value.")));
            }
            self.no_paginate |= *meaning == Meaning::NoPaginate;
            return Ok(());
        }
        let value = flag.value.or_else(|| items.value()).ok_or_else(|| valueless(name))?;
        self.set(*meaning, name, value)
    }

    fn set(&mut self, meaning: Meaning, name: &str, value: String) -> Result<()> {
        match meaning {
            Meaning::Region => self.region = Some(region(&value)?),
            Meaning::Output => {
                self.output = Some(OutputFormat::of(&value.to_ascii_lowercase()).ok_or_else(|| {
                    Mistake::new(format!("There is no output format `{}`.", said(&value)))
                        .suggesting(["json", "yaml", "table", "text"].map(str::to_owned).to_vec())
                        .with_example("--output table")
                })?);
            }
            Meaning::Query => {
                Query::parse(&value).map_err(|error| {
                    Mistake::new(format!("The value of `--{name}` cannot be read: {error}."))
                        .with_example("--query 'Functions[].FunctionName'")
                })?;
                self.query = Some(value);
            }
            Meaning::MaxItems => self.max_items = Some(count(name, &value)?),
            Meaning::PageSize => self.page_size = Some(count(name, &value)?),
            Meaning::StartingToken => self.starting_token = Some(value),
            Meaning::InputJson => {
                super::values::refuse_fetched(name, &value)?;
                let parsed = super::json::parse(&value).map_err(|reason| {
                    Mistake::new(format!("`--{name}` takes JSON, and this is none: {reason}."))
                        .with_example(r#"--cli-input-json '{"FunctionName": "my-function"}'"#)
                })?;
                if !parsed.is_object() {
                    return Err(Mistake::new(format!(
                        "`--{name}` takes a JSON object, with the parameters by their names of the API."
                    )));
                }
                self.input_json = Some(parsed);
            }
            Meaning::BinaryFormat => {
                self.blobs = match value.as_str() {
                    "base64" => Blobs::Base64,
                    "raw-in-base64-out" => Blobs::Text,
                    _ => {
                        return Err(Mistake::new(format!("There is no binary format `{}`.", said(&value)))
                            .suggesting(vec!["base64".to_owned(), "raw-in-base64-out".to_owned()]));
                    }
                }
            }
            Meaning::NoPaginate | Meaning::Harmless { .. } | Meaning::Refused(_) => {}
        }
        Ok(())
    }
}

pub(super) fn twice(name: &str) -> Mistake {
    Mistake::new(format!("`--{name}` is given twice. Give it once, with all its values after it."))
}

pub(super) fn valueless(name: &str) -> Mistake {
    Mistake::new(format!("`--{name}` needs a value after it."))
}

/// A region's name is part of a host's name: only what is one, or may become one, is taken.
fn region(value: &str) -> Result<String> {
    let small = value.to_ascii_lowercase();
    if check_region(&small).is_ok() {
        return Ok(small);
    }
    let near = near_regions(&latin(value)).into_iter().map(str::to_owned).collect();
    let letter = look_alikes(value).map(|letter| format!(": {letter}")).unwrap_or_default();
    Err(Mistake::new(format!("There is no region `{}`{letter}.", said(value)))
        .suggesting(near)
        .with_example("--region us-east-1"))
}

fn count(name: &str, value: &str) -> Result<u64> {
    value.parse().ok().filter(|count| *count > 0).ok_or_else(|| {
        Mistake::new(format!("`--{name}` takes a whole number above 0.")).with_example(format!("--{name} 20"))
    })
}
