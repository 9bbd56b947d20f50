//! Flags of the AWS CLI that are no parameter of AWS but a part of one, or several: `--port 22` of a security group's rule, `--subject`
//! of a mail. Facts, in tables; [`super::arguments`] asks here before it looks at the model.
//!
//! Source: `awscli/customizations/{ec2/{addcount,secgroupsimplify},putmetricdata,sessendemail,cloudfront,codedeploy/locationargs,
//! configservice/putconfigurationrecorder}.py`. What makes up something new at each run (`cloudfront … --origin-domain-name`) or signs
//! or reads a file is not taken.

use serde_json::{Map, Value, json};

use super::mistake::{Mistake, Result};
use super::target::Target;
use super::{json, shorthand};

/// A flag that sets a part of a parameter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub flag: &'static str,
    /// Where its value goes: names of members, and `0` for the first item of a list.
    place: &'static [&'static str],
    reads: Reads,
}

/// How its words become a value. The shape of the place then checks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    Text,
    /// All words, as texts.
    Texts,
    /// All words, and how many they are.
    Counted,
    /// JSON, or shorthand of text.
    Structure,
    /// `a=b,c=d`, as a list of names and values.
    Dimensions,
    /// `3`, or `1:3` for the least and the most.
    Count,
    /// A name or a number; `all` is -1.
    IpProtocol,
    /// `22`, `22-25`, `all`: two members.
    Ports,
    /// An address range, as the only one of a list.
    CidrIp,
    /// The name or the id of a security group: one of two members.
    SourceGroup,
    /// A place of `CodeDeploy`'s revisions, whose kind is said beside it.
    Revision(&'static str),
}

const ENTRY: &str = "0";

const PUT_METRIC_DATA: [Part; 7] = [
    Part { flag: "metric-name", place: &["MetricData", ENTRY, "MetricName"], reads: Reads::Text },
    Part { flag: "timestamp", place: &["MetricData", ENTRY, "Timestamp"], reads: Reads::Text },
    Part { flag: "unit", place: &["MetricData", ENTRY, "Unit"], reads: Reads::Text },
    Part { flag: "value", place: &["MetricData", ENTRY, "Value"], reads: Reads::Text },
    Part { flag: "dimensions", place: &["MetricData", ENTRY, "Dimensions"], reads: Reads::Dimensions },
    Part { flag: "statistic-values", place: &["MetricData", ENTRY, "StatisticValues"], reads: Reads::Structure },
    Part { flag: "storage-resolution", place: &["MetricData", ENTRY, "StorageResolution"], reads: Reads::Text },
];

const SECURITY_GROUP_RULE: [Part; 5] = [
    Part { flag: "protocol", place: &["IpPermissions", ENTRY, "IpProtocol"], reads: Reads::IpProtocol },
    Part { flag: "port", place: &["IpPermissions", ENTRY], reads: Reads::Ports },
    Part { flag: "cidr", place: &["IpPermissions", ENTRY, "IpRanges"], reads: Reads::CidrIp },
    Part {
        flag: "source-group",
        place: &["IpPermissions", ENTRY, "UserIdGroupPairs", ENTRY],
        reads: Reads::SourceGroup,
    },
    Part {
        flag: "group-owner",
        place: &["IpPermissions", ENTRY, "UserIdGroupPairs", ENTRY, "UserId"],
        reads: Reads::Text,
    },
];

const SEND_EMAIL: [Part; 6] = [
    Part { flag: "to", place: &["Destination", "ToAddresses"], reads: Reads::Texts },
    Part { flag: "cc", place: &["Destination", "CcAddresses"], reads: Reads::Texts },
    Part { flag: "bcc", place: &["Destination", "BccAddresses"], reads: Reads::Texts },
    Part { flag: "subject", place: &["Message", "Subject", "Data"], reads: Reads::Text },
    Part { flag: "text", place: &["Message", "Body", "Text", "Data"], reads: Reads::Text },
    Part { flag: "html", place: &["Message", "Body", "Html", "Data"], reads: Reads::Text },
];

const RUN_INSTANCES: [Part; 1] = [Part { flag: "count", place: &[], reads: Reads::Count }];

const REVISION: [Part; 2] = [
    Part { flag: "s3-location", place: &["revision", "s3Location"], reads: Reads::Revision("S3") },
    Part { flag: "github-location", place: &["revision", "gitHubLocation"], reads: Reads::Revision("GitHub") },
];

const RECORDER: [Part; 1] =
    [Part { flag: "recording-group", place: &["ConfigurationRecorder", "recordingGroup"], reads: Reads::Structure }];

/// The AWS CLI makes the reference up, and here a line is the same call each time that it is read: it is asked for.
const INVALIDATION: [Part; 2] = [
    Part { flag: "paths", place: &["InvalidationBatch", "Paths"], reads: Reads::Counted },
    Part { flag: "caller-reference", place: &["InvalidationBatch", "CallerReference"], reads: Reads::Text },
];

fn parts(target: Target) -> &'static [Part] {
    match (target.service.name, target.operation.command) {
        ("cloudwatch", "put-metric-data") => &PUT_METRIC_DATA,
        (
            "ec2",
            "authorize-security-group-ingress"
            | "authorize-security-group-egress"
            | "revoke-security-group-ingress"
            | "revoke-security-group-egress",
        ) => &SECURITY_GROUP_RULE,
        ("ec2", "run-instances") => &RUN_INSTANCES,
        ("cloudfront", "create-invalidation") => &INVALIDATION,
        ("ses", "send-email") => &SEND_EMAIL,
        ("deploy", "create-deployment" | "get-application-revision" | "register-application-revision") => &REVISION,
        ("configservice", "put-configuration-recorder") => &RECORDER,
        _ => &[],
    }
}

pub(super) fn part(target: Target, flag: &str) -> Option<Part> {
    parts(target).iter().find(|part| part.flag == flag).copied()
}

pub(super) fn flags(target: Target) -> impl Iterator<Item = &'static str> {
    parts(target).iter().map(|part| part.flag)
}

impl Part {
    pub fn takes_many(self) -> bool {
        matches!(self.reads, Reads::Texts | Reads::Counted)
    }

    /// The parameter that it is a part of; none where it sets several.
    pub fn parameter(self) -> Option<&'static str> {
        self.place.first().copied()
    }

    /// Puts the value where it belongs. What comes of it is text still, for the shape to read.
    pub fn put(self, input: &mut Map<String, Value>, words: &[String]) -> Result<()> {
        let first = words.first().map(String::as_str).unwrap_or_default();
        for (place, value) in self.values(first, words)? {
            set(input, &place, value);
        }
        Ok(())
    }

    /// Each place and its value.
    fn values(self, first: &str, words: &[String]) -> Result<Vec<(Vec<&'static str>, Value)>> {
        let at = |ends: &[&'static str]| self.place.iter().chain(ends).copied().collect::<Vec<_>>();
        Ok(match self.reads {
            Reads::Text => vec![(at(&[]), json!(first))],
            Reads::Texts => vec![(at(&[]), json!(words))],
            Reads::Counted => vec![(at(&[]), json!({"Quantity": words.len(), "Items": words}))],
            Reads::Structure => vec![(at(&[]), self.structure(first)?)],
            Reads::Dimensions => vec![(at(&[]), self.dimensions(first)?)],
            Reads::Count => {
                let (least, most) = first.split_once(':').unwrap_or((first, first));
                vec![(at(&["MinCount"]), json!(least)), (at(&["MaxCount"]), json!(most))]
            }
            Reads::IpProtocol => vec![(at(&[]), json!(if first == "all" { "-1" } else { first }))],
            Reads::Ports => {
                let (from, to) = match first {
                    "all" | "-1" => ("-1", "-1"),
                    _ => first.split_once('-').unwrap_or((first, first)),
                };
                vec![(at(&["FromPort"]), json!(from)), (at(&["ToPort"]), json!(to))]
            }
            Reads::CidrIp => vec![(at(&[]), json!([{"CidrIp": first}]))],
            Reads::SourceGroup => {
                let member = if first.starts_with("sg-") { "GroupId" } else { "GroupName" };
                vec![(at(&[member]), json!(first))]
            }
            Reads::Revision(kind) => {
                vec![(vec!["revision", "revisionType"], json!(kind)), (at(&[]), self.structure(first)?)]
            }
        })
    }

    fn structure(self, text: &str) -> Result<Value> {
        let wrong = |reason| Mistake::new(format!("The value of `--{}` cannot be read: {reason}.", self.flag));
        if text.trim_start().starts_with('{') {
            return json::parse(text).map_err(wrong);
        }
        shorthand::parse(text).map(Value::Object).map_err(wrong)
    }

    fn dimensions(self, text: &str) -> Result<Value> {
        let Value::Object(pairs) = self.structure(text)? else { return Ok(Value::Null) };
        Ok(pairs.into_iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect())
    }
}

/// Descends to the place, making what is not there yet.
fn set(input: &mut Map<String, Value>, place: &[&'static str], value: Value) {
    let Some((name, rest)) = place.split_first() else { return };
    let empty = if rest.first() == Some(&ENTRY) { json!([{}]) } else { json!({}) };
    match rest {
        [] => {
            input.insert((*name).to_owned(), value);
        }
        [ENTRY] => {}
        [ENTRY, within @ ..] => {
            let entry = input.entry(*name).or_insert(empty);
            if let Some(Value::Object(members)) = entry.get_mut(0) {
                set(members, within, value);
            }
        }
        _ => {
            if let Value::Object(members) = input.entry(*name).or_insert(empty) {
                set(members, rest, value);
            }
        }
    }
}
