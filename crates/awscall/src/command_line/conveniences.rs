//! The commands of the AWS CLI that are no operation of AWS and that people type: `s3 ls`, `logs tail`. [`super::target`] asks here
//! first. They are calls like all others, with a shape of their own.

use serde_json::{Map, Value};

use super::flags::{Item, Items};
use super::globals::{self, Globals};
use super::mistake::{Mistake, Result, compared, said};
use super::{CallShape, CommandLine, Parsed, shown};
use crate::call::{Call, Input};

const LS: &str = "s3 ls [s3://bucket/prefix] [--recursive] [--page-size VALUE]";
const TAIL: &str = "logs tail LOG-GROUP [--since 10m] [--filter-pattern VALUE] [--log-stream-name-prefix VALUE] [--log-stream-names VALUE …]";
/// Source: <https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html>
const SINCE: &str = "10m";

/// What the words after `s3 ls` and `logs tail` are made of.
struct Rest {
    values: Vec<String>,
    /// By what [`compared`] makes of their names.
    flags: Vec<(String, Vec<String>)>,
    globals: Globals,
}

pub(super) fn read(
    service: &str,
    word: &str,
    items: &mut Items,
    globals: &Globals,
    helped: bool,
) -> Result<Option<Parsed>> {
    let (synopsis, read): (_, fn(Rest) -> Result<Parsed>) = match (service, word.to_ascii_lowercase().as_str()) {
        ("s3", "ls") => (LS, s3_list),
        ("logs", "tail") => (TAIL, logs_tail),
        _ => return Ok(None),
    };
    let asked = |mistake: Mistake| mistake.with_synopsis(synopsis);
    if helped || items.value_if(|word| word == "help").is_some() {
        let headline = format!("This is how `{service} {word}` is written.");
        return Err(asked(Mistake::new(headline)).with_example(example(service)));
    }
    let rest = rest(items, globals.clone()).map_err(asked)?;
    read(rest).map(Some).map_err(|mistake| asked(mistake).with_example(example(service)))
}

fn example(service: &str) -> &'static str {
    if service == "s3" { "s3 ls s3://my-bucket/logs/" } else { "logs tail /aws/lambda/my-function --since 30m" }
}

fn rest(items: &mut Items, globals: Globals) -> Result<Rest> {
    const SWITCHES: [&str; 4] = ["recursive", "humanreadable", "summarize", "follow"];
    let mut rest = Rest { values: Vec::new(), flags: Vec::new(), globals };
    while let Some(item) = items.next() {
        let flag = match item {
            Item::Value(value) => {
                rest.values.push(value);
                continue;
            }
            Item::Flag(flag) => flag,
        };
        if let Some(name) = globals::named(&flag.name) {
            rest.globals.take(name, flag, items)?;
            continue;
        }
        let name = if flag.name.is_ascii() { compared(&flag.name) } else { flag.name.clone() };
        if rest.flags.iter().any(|(known, _)| *known == name) {
            return Err(globals::twice(&said(&flag.name)));
        }
        let values = match flag.value {
            Some(value) => vec![value],
            None if SWITCHES.contains(&name.as_str()) => Vec::new(),
            None if name == "logstreamnames" => items.values(),
            None => items.value().into_iter().collect(),
        };
        rest.flags.push((name, values));
    }
    Ok(rest)
}

impl Rest {
    fn switch(&mut self, name: &str) -> bool {
        let at = self.flags.iter().position(|(known, _)| known == name);
        at.map(|at| self.flags.remove(at)).is_some()
    }

    fn values(&mut self, name: &str) -> Result<Option<Vec<String>>> {
        let Some(at) = self.flags.iter().position(|(known, _)| known == name) else { return Ok(None) };
        let (_, values) = self.flags.remove(at);
        if values.is_empty() { Err(globals::valueless(name)) } else { Ok(Some(values)) }
    }

    fn value(&mut self, name: &str) -> Result<Option<String>> {
        Ok(self.values(name)?.and_then(|values| values.into_iter().next()))
    }

    /// One value without a flag at most, and no flag that nobody asked for.
    fn only(&mut self) -> Result<Option<String>> {
        if let Some((flag, _)) = self.flags.first() {
            return Err(Mistake::new(format!("There is no `--{}` here.", said(flag))));
        }
        if let Some(value) = self.values.get(1) {
            return Err(Mistake::new(format!("`{}` is one word too many.", said(value))));
        }
        Ok(self.values.pop())
    }

    fn line(self, call: Call, shape: CallShape) -> CommandLine {
        let mut line = CommandLine {
            call,
            shape,
            region: self.globals.region,
            output: self.globals.output,
            query: self.globals.query,
            max_items: self.globals.max_items,
            starting_token: self.globals.starting_token,
            page_size: self.globals.page_size,
            paginate: !self.globals.no_paginate,
            notes: Vec::new(),
            shown: String::new(),
        };
        line.shown = shown::line(&line);
        line
    }
}

fn called(service: &str, operation: &str, input: Input) -> Result<Call> {
    Call::of(service, operation, input).ok_or_else(|| Mistake::new("AWS's models could not be read."))
}

/// `s3 ls`, `s3 ls bucket`, `s3 ls s3://bucket/prefix`.
fn s3_list(mut rest: Rest) -> Result<Parsed> {
    let recursive = rest.switch("recursive");
    // How the AWS CLI prints; answers in chat say sizes and sums of their own.
    let _ = (rest.switch("humanreadable"), rest.switch("summarize"));
    let Some(path) = rest.only()? else {
        let call = called("s3api", "ListBuckets", Map::new())?;
        return Ok(Parsed::Run(rest.line(call, CallShape::S3List { bucket: None, prefix: String::new(), recursive })));
    };
    let named = path.strip_prefix("s3://").unwrap_or(&path);
    // The name of an access point has a `/` of its own. Source: `awscli/customizations/s3/utils.py`, `find_bucket_key`.
    let (bucket, prefix) = match named
        .find(":accesspoint")
        .and_then(|at| named.get(at..)?.match_indices(['/', ':']).nth(1).map(|(slash, _)| at + slash))
    {
        Some(slash) => match named.get(slash + 1..).and_then(|rest| rest.find('/')).map(|next| slash + 1 + next) {
            Some(end) => (named.get(..end).unwrap_or(named), named.get(end + 1..).unwrap_or_default()),
            None => (named, ""),
        },
        None => named.split_once('/').unwrap_or((named, "")),
    };
    if bucket.is_empty() || bucket.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(Mistake::new("There is no name of a bucket in this path."));
    }
    let mut input = Map::from_iter([("Bucket".to_owned(), Value::from(bucket))]);
    if !recursive {
        input.insert("Delimiter".to_owned(), Value::from("/"));
    }
    if !prefix.is_empty() {
        input.insert("Prefix".to_owned(), Value::from(prefix));
    }
    let shape = CallShape::S3List { bucket: Some(bucket.to_owned()), prefix: prefix.to_owned(), recursive };
    let call = called("s3api", "ListObjectsV2", input)?;
    Ok(Parsed::Run(rest.line(call, shape)))
}

/// `logs tail GROUP --since 10m`.
fn logs_tail(mut rest: Rest) -> Result<Parsed> {
    let mut notes = Vec::new();
    if rest.switch("follow") {
        notes.push("An answer in chat is given once: it does not follow.".to_owned());
    }
    let since = rest.value("since")?;
    let since_ms = since_ms(since.as_deref().unwrap_or(SINCE))
        .ok_or_else(|| Mistake::new("`--since` takes a time back from now, as 30s, 10m, 2h, 1d or 1w."))?;
    // How the AWS CLI prints.
    let _ = (rest.value("format")?, rest.value("color")?);
    let pattern = rest.value("filterpattern")?;
    let prefix = rest.value("logstreamnameprefix")?;
    let streams = rest.values("logstreamnames")?;
    let Some(group) = rest.only()? else { return Err(Mistake::new("`logs tail` needs the name of a log group.")) };
    let member = if group.starts_with("arn:") { "logGroupIdentifier" } else { "logGroupName" };
    let mut input = Map::from_iter([(member.to_owned(), Value::from(group))]);
    if let Some(pattern) = pattern {
        input.insert("filterPattern".to_owned(), Value::from(pattern));
    }
    if let Some(prefix) = prefix {
        input.insert("logStreamNamePrefix".to_owned(), Value::from(prefix));
    }
    if let Some(streams) = streams {
        input.insert("logStreamNames".to_owned(), Value::from(streams));
    }
    let call = called("logs", "FilterLogEvents", input)?;
    let mut line = rest.line(call, CallShape::LogsTail { since_ms });
    line.notes = notes;
    Ok(Parsed::Run(line))
}

/// Each unit and its milliseconds, the longest first.
const UNITS: [(char, i64); 5] = [('w', 604_800_000), ('d', 86_400_000), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];

/// Source: `--since` of <https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html>: a number and a unit.
fn since_ms(text: &str) -> Option<i64> {
    const MS_MAX: i64 = 100 * 366 * 86_400_000;
    let unit = text.chars().next_back()?;
    let (_, ms) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let count: i64 = text.strip_suffix(unit)?.parse().ok()?;
    count.checked_mul(*ms).filter(|total| (1..=MS_MAX).contains(total))
}

/// The canonical words of such a command.
pub(super) fn line(line: &CommandLine) -> Option<String> {
    let input = &line.call.input;
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    match &line.shape {
        CallShape::Plain | CallShape::LambdaInvoke => None,
        CallShape::S3List { bucket, prefix, recursive } => {
            let path = bucket.as_ref().map(|bucket| format!(" {}", shown::quoted(&format!("s3://{bucket}/{prefix}"))));
            Some(format!("s3 ls{}{}", path.unwrap_or_default(), if *recursive { " --recursive" } else { "" }))
        }
        CallShape::LogsTail { since_ms } => {
            let (unit, ms) = UNITS.iter().find(|(_, ms)| since_ms % ms == 0)?;
            let group = text("logGroupName").or_else(|| text("logGroupIdentifier"))?;
            let mut words = format!("logs tail {} --since {}{unit}", shown::quoted(group), since_ms / ms);
            for (flag, name) in [("filter-pattern", "filterPattern"), ("log-stream-name-prefix", "logStreamNamePrefix")]
            {
                if let Some(text) = text(name) {
                    words = format!("{words} --{flag}{}", shown::after_flag(text));
                }
            }
            if let Some(streams) = input.get("logStreamNames").and_then(Value::as_array) {
                words.push_str(" --log-stream-names");
                for stream in streams.iter().filter_map(Value::as_str) {
                    words = format!("{words} {}", shown::quoted(stream));
                }
            }
            Some(words)
        }
    }
}
