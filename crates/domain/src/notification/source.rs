//! The table of sources: which of them a message belongs to.
//!
//! A message is told by its shape. Events in `EventBridge`'s envelope belong to the source that names their detail-type or
//! their `source`; other JSON and text to the one reader that claims its shape. No claim or two make it plain text: so the
//! order of the table means nothing, and a message that pretends to be two things is shown as what it is.

mod access_analyzer;
mod acm;
pub(crate) mod amounts;
mod autoscaling;
mod backup;
mod batch;
mod budgets;
mod cloudformation;
mod cloudtrail;
mod cloudwatch_alarm;
mod codeartifact;
mod codebuild;
mod codecommit;
mod codedeploy;
mod codepipeline;
mod config;
mod cost_anomaly_detection;
mod custom_notification;
mod dates;
mod devops_guru;
mod dms;
mod draft;
mod ec2;
mod ecr;
mod ecs;
mod eks;
mod elasticache;
mod elasticbeanstalk;
mod emr;
mod entry;
mod event;
mod event_subscription;
mod eventbridge_event;
mod fields;
mod glue;
mod guardduty;
mod health;
mod inspector;
mod kms;
pub(crate) mod label;
mod lambda;
mod macie;
mod mediaconvert;
mod medialive;
mod mediapackage;
mod plain_text;
mod principal;
mod prometheus;
mod rds;
mod redshift;
mod s3;
mod sagemaker;
mod schedule;
mod securityhub;
pub(crate) mod sensitive;
mod ses;
mod severity;
mod signer;
mod signin;
mod ssm;
mod ssm_incidents;
mod stepfunctions;
mod support;
mod synthetics;
#[cfg(test)]
mod triaged_fixture;
mod trusted_advisor;

use serde_json::Value;

use self::entry::{Entry, ObjectReader, TextReader};
use self::event::Event;
use self::fields::Object;
use super::triage::Triage;
use super::{Card, Incoming, Source};

/// Every source that has a reader of its own, in the alphabet's order.
const SOURCES: &[Entry] = &[
    access_analyzer::ENTRY,
    acm::ENTRY,
    autoscaling::ENTRY,
    backup::ENTRY,
    batch::ENTRY,
    budgets::ENTRY,
    cloudformation::ENTRY,
    cloudtrail::ENTRY,
    cloudwatch_alarm::ENTRY,
    codeartifact::ENTRY,
    codebuild::ENTRY,
    codecommit::ENTRY,
    codedeploy::ENTRY,
    codepipeline::ENTRY,
    config::ENTRY,
    cost_anomaly_detection::ENTRY,
    devops_guru::ENTRY,
    dms::ENTRY,
    ec2::ENTRY,
    ecr::ENTRY,
    ecs::ENTRY,
    eks::ENTRY,
    elasticache::ENTRY,
    elasticbeanstalk::ENTRY,
    emr::ENTRY,
    glue::ENTRY,
    guardduty::ENTRY,
    health::ENTRY,
    inspector::ENTRY,
    kms::ENTRY,
    lambda::ENTRY,
    macie::ENTRY,
    mediaconvert::ENTRY,
    medialive::ENTRY,
    mediapackage::ENTRY,
    prometheus::ENTRY,
    rds::ENTRY,
    redshift::ENTRY,
    s3::ENTRY,
    sagemaker::ENTRY,
    schedule::ENTRY,
    securityhub::ENTRY,
    ses::ENTRY,
    signer::ENTRY,
    signin::ENTRY,
    ssm::ENTRY,
    ssm_incidents::ENTRY,
    stepfunctions::ENTRY,
    support::ENTRY,
    synthetics::ENTRY,
    trusted_advisor::ENTRY,
];

/// A source as `bellhop sources` names it.
#[derive(Debug, Clone, Copy)]
pub struct SourceDescription {
    pub source: Source,
    /// What AWS calls it: `AWS CodePipeline`.
    pub service: &'static str,
    /// `EventBridge` sources whose events it reads: `aws.codepipeline`.
    pub event_sources: &'static [&'static str],
    /// Detail-types that it reads whatever the event's source.
    pub detail_types: &'static [&'static str],
    /// Whether it reads messages that came without `EventBridge`: JSON, text.
    pub json: bool,
    pub text: bool,
}

/// All sources that have a reader of their own, in the alphabet's order, and what reads the rest.
pub fn sources() -> impl Iterator<Item = SourceDescription> {
    let own = SOURCES.iter().map(|entry| SourceDescription {
        source: entry.source,
        service: entry.service,
        event_sources: entry.origins,
        detail_types: entry.detail_types,
        json: entry.object.is_some(),
        text: entry.text.is_some(),
    });
    let rest = |source, service, json, text| SourceDescription {
        source,
        service,
        event_sources: &[],
        detail_types: &[],
        json,
        text,
    };
    own.chain([
        rest(Source::CUSTOM_NOTIFICATION, "Custom notifications of AWS Chatbot's schema", true, false),
        rest(Source::EVENTBRIDGE_EVENT, "Any other event in EventBridge's envelope", false, false),
        rest(Source::PLAIN_TEXT, "Any other JSON, and text", true, true),
    ])
}

/// What a message turned out to be.
enum Shape<'a> {
    Event(Event<'a>),
    Object(Source, ObjectReader),
    Custom,
    Unknown,
}

/// Reads a message with the one reader that claims it, or as plain text.
pub fn read(incoming: &Incoming<'_>) -> Card {
    let object = match json(incoming.message) {
        Some(Value::Object(object)) => object,
        Some(other) => return plain_text::json(other, incoming),
        None => return read_text(incoming),
    };
    match shape(&object, incoming) {
        Shape::Event(event) => read_event(&event),
        Shape::Object(source, reader) => (reader.read)(&object, incoming).card(source, incoming),
        Shape::Custom => custom_notification::read(&object, incoming),
        Shape::Unknown => plain_text::json(Value::Object(object), incoming),
    }
}

/// Asks the one reader that claims a message how urgent it is; what nobody claims is like no other and not urgent.
pub fn triage(incoming: &Incoming<'_>) -> Triage {
    let Some(Value::Object(object)) = json(incoming.message) else { return Triage::ordinary() };
    let triage = match shape(&object, incoming) {
        Shape::Event(event) => {
            let calls = entry_by_origin(&event).filter(|entry| entry.reads_calls);
            calls.into_iter().chain(entry_of(&event)).find_map(|entry| (entry.event?.triage)(&event))
        }
        Shape::Object(_, reader) => (reader.triage)(&object, incoming),
        Shape::Custom => custom_notification::triage(&object, incoming),
        Shape::Unknown => None,
    };
    triage.unwrap_or_else(Triage::ordinary)
}

fn shape<'a>(object: &'a Object, incoming: &'a Incoming<'a>) -> Shape<'a> {
    let readers = SOURCES.iter().filter_map(|entry| Some((entry.source, entry.object?)));
    let mut claims = readers.filter(|(_, reader)| (reader.claims)(object));
    let (is_event, is_custom) = (event::claims(object), custom_notification::claims(object));
    match (is_event, is_custom, claims.next(), claims.next()) {
        (true, false, None, None) => Shape::Event(Event::read(object, incoming)),
        (false, true, None, None) => Shape::Custom,
        (false, false, Some((source, reader)), None) => Shape::Object(source, reader),
        _ => Shape::Unknown,
    }
}

fn read_event(event: &Event<'_>) -> Card {
    let entry = entry_of(event);
    let calls = entry_by_origin(event).filter(|entry| entry.reads_calls);
    let read = calls.into_iter().chain(entry).find_map(|entry| Some((entry.source, (entry.event?.read)(event)?)));
    let (source, draft) = read.unwrap_or_else(|| {
        (entry.map_or(Source::EVENTBRIDGE_EVENT, |entry| entry.source), eventbridge_event::read(event))
    });
    draft.card_of_event(source, event)
}

/// The detail-type is the closer description: `aws.ec2` sends calls recorded by `CloudTrail` too.
fn entry_of(event: &Event<'_>) -> Option<&'static Entry> {
    let by_type = SOURCES.iter().find(|entry| entry.detail_types.contains(&event.detail_type));
    by_type.or_else(|| entry_by_origin(event))
}

fn entry_by_origin(event: &Event<'_>) -> Option<&'static Entry> {
    SOURCES.iter().find(|entry| entry.origins.contains(&event.source))
}

fn read_text(incoming: &Incoming<'_>) -> Card {
    let readers = SOURCES.iter().filter_map(|entry| Some((entry.source, entry.text?)));
    let mut claims = readers.filter(|(_, reader): &(Source, TextReader)| (reader.claims)(incoming.message));
    match (claims.next(), claims.next()) {
        (Some((source, reader)), None) => (reader.read)(incoming.message, incoming).card(source, incoming),
        _ => plain_text::text(incoming),
    }
}

/// The message's JSON, if it is an object or a list. Only these are worth parsing: a bare number or word reads best as it
/// stands. `serde_json` stops at 128 levels, so nesting cannot exhaust the stack; what it refuses is text.
pub fn json(message: &str) -> Option<Value> {
    let message = message.trim_start_matches('\u{feff}').trim_start();
    if message.starts_with(['{', '[']) { serde_json::from_str(message).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::{AccountNames, Source, card};
    use super::*;

    fn source_of(message: &str) -> Source {
        let topic_arn = "arn:aws:sns:us-east-1:123456789012:t";
        card(&Incoming { topic_arn, subject: None, message, timestamp: "", account_names: AccountNames::NONE }).source
    }

    #[test]
    fn shapes_decide() {
        for (message, source) in [
            (r#"{"AlarmName":"a","NewStateValue":"OK"}"#, Source::CLOUDWATCH_ALARM),
            (r#"{"version":"1.0","source":"custom","content":{}}"#, Source::CUSTOM_NOTIFICATION),
            (r#"{"source":"custom"}"#, Source::CUSTOM_NOTIFICATION),
            (r#"{"version":"1.0","content":{"description":"x"}}"#, Source::CUSTOM_NOTIFICATION),
            (r#"{"detail-type":"d","source":"custom","detail":{}}"#, Source::EVENTBRIDGE_EVENT),
            (r#"{"detail-type":"d","source":"a.b","detail":null}"#, Source::EVENTBRIDGE_EVENT),
            (r#"{"AlarmName":"a"}"#, Source::PLAIN_TEXT),
            (r#"{"AlarmName":1,"NewStateValue":"OK"}"#, Source::PLAIN_TEXT),
            (r#"{"detail-type":"d"}"#, Source::PLAIN_TEXT),
            (r#"{"version":"1.0","content":"x"}"#, Source::PLAIN_TEXT),
            ("[]", Source::PLAIN_TEXT),
            ("17", Source::PLAIN_TEXT),
            ("{", Source::PLAIN_TEXT),
            ("", Source::PLAIN_TEXT),
        ] {
            assert_eq!(source_of(message), source, "{message}");
        }
    }

    #[test]
    fn what_is_secret_stays_off_the_card() {
        macro_rules! fixtures {
            ($($name:literal),*) => { [$(($name, include_str!(concat!("../../tests/fixtures/notification/", $name)))),*] };
        }
        for (name, message) in fixtures![
            "autoscaling/lifecycle_topic.json",
            "batch/failed.json",
            "cloudformation/resource_many_lines.txt",
            "codebuild/failed.json",
            "codepipeline/approval_topic.json",
            "ecs/task_out_of_memory.json",
            "lambda/retries_exhausted.json",
            "stepfunctions/failed.json"
        ] {
            let topic_arn = "arn:aws:sns:us-east-1:123456789012:t";
            let incoming =
                Incoming { topic_arn, subject: None, message, timestamp: "", account_names: AccountNames::NONE };
            let shown = format!("{:?}", card(&incoming));
            for secret in ["hunter2", "4111 1111", "npm_0123", "630aa23f-48eb", "7d0c1f52-0000"] {
                assert!(!shown.contains(secret), "{name}: {secret}");
            }
        }
    }

    #[test]
    fn two_shapes_at_once_are_nobody_s() {
        let both = r#"{"AlarmName":"a","NewStateValue":"OK","detail-type":"d","source":"s","detail":{}}"#;
        assert_eq!(source_of(both), Source::PLAIN_TEXT);
        let both = r#"{"AlarmName":"a","NewStateValue":"OK","version":"1.0","source":"custom","content":{}}"#;
        assert_eq!(source_of(both), Source::PLAIN_TEXT);
    }
}
