//! AWS Config: rules whose compliance changed, resources that changed, and deliveries to its bucket.
//!
//! The same message by SNS (no envelope) and as the `detail` of `EventBridge`'s event; `messageType` tells the kinds apart.
//! Shapes: AWS Config Developer Guide, "Notifications that AWS Config sends to an Amazon SNS topic".

mod item;

use std::borrow::Cow;

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object, string};
use crate::notification::console::{Console, encoded};
use crate::notification::{Incoming, Link, Place, Severity};

pub const ENTRY: Entry =
    Entry::new("config", "AWS Config").events(&["aws.config"], read_event).objects(claims, read_object);

fn claims(object: &Object) -> bool {
    string(object, "messageType").is_some()
        && ["notificationCreationTime", "recordVersion", "MessageVersion"].iter().any(|key| object.contains_key(*key))
}

fn read_event(event: &Event<'_>) -> Option<Draft> {
    let account = event.detail.str("awsAccountId").or(event.account);
    let region = event.detail.str("awsRegion").or(event.region);
    let message = Message {
        fields: event.detail,
        console: Console::of(event.partition(), region.unwrap_or_default()),
        place: event.incoming.place(account, region),
    };
    message.read()
}

fn read_object(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let fields = Fields::of_object(object);
    let item = [fields.fields("configurationItem"), fields.fields("configurationItemSummary")];
    let inside = |paths: [&str; 2]| paths.iter().find_map(|path| item.iter().find_map(|item| item.str(path)));
    let topic = incoming.topic_place();
    let (account_of_key, region_of_key) = fields.str("s3ObjectKey").and_then(place_of_key).unzip();
    let account = fields
        .str("awsAccountId")
        .or_else(|| inside(["awsAccountId", "accountId"]))
        .or(account_of_key)
        .or(topic.account.as_deref());
    let region = fields
        .str("awsRegion")
        .or_else(|| inside(["awsRegion", "region"]))
        .or(region_of_key)
        .or(topic.region.as_deref());
    let partition = super::event::partition_of_region(region.unwrap_or_default());
    let kind = fields.str("messageType").unwrap_or_default();
    let message = Message {
        fields,
        console: Console::of(partition, region.unwrap_or_default()),
        place: incoming.place(account, region),
    };
    let place = message.place.clone();
    // Whatever says `messageType` in Config's envelope is worth a line, also if Config invents another.
    let draft = message.read().unwrap_or_else(|| {
        Draft::new(Severity::Neutral, format!("AWS Config: {kind}"))
            .subject(Some("AWS Config"))
            .state(Some(kind))
            .place(place)
    });
    draft.origin("aws.config", detail_type(kind))
}

/// Account and region of `PREFIX/AWSLogs/123456789012/Config/eu-west-1/…`: a delivery names them nowhere else.
fn place_of_key(key: &str) -> Option<(&str, &str)> {
    let (before, after) = key.split_once("/Config/")?;
    Some((before.rsplit('/').next()?, after.split('/').next()?))
}

/// What `EventBridge` calls the same message.
fn detail_type(kind: &str) -> &str {
    match kind {
        "ComplianceChangeNotification" => "Config Rules Compliance Change",
        "ConfigurationItemChangeNotification" | "OversizedConfigurationItemChangeNotification" => {
            "Config Configuration Item Change"
        }
        "ConfigRulesEvaluationStarted" => "Config Rules Re-evaluation Status",
        kind if kind.starts_with("ConfigurationSnapshot") => "Config Configuration Snapshot Delivery Status",
        kind if kind.starts_with("ConfigurationHistory") => "Config Configuration History Delivery Status",
        other => other,
    }
}

struct Message<'a> {
    fields: Fields<'a>,
    console: Option<Console<'a>>,
    place: Place,
}

impl Message<'_> {
    fn read(self) -> Option<Draft> {
        let kind = self.fields.str("messageType")?;
        let draft = match kind {
            "ComplianceChangeNotification" => self.compliance()?,
            "ConfigurationItemChangeNotification"
            | "OversizedConfigurationItemChangeNotification"
            | "OversizedConfigurationItemChangeDeliveryFailed" => item::read(self.fields, self.console)?,
            "ConfigRulesEvaluationStarted" => self.evaluation(),
            _ => self.delivery(kind)?,
        };
        Some(draft.since("Time", self.fields.str("notificationCreationTime")).place(self.place))
    }

    fn compliance(&self) -> Option<Draft> {
        let fields = self.fields;
        let rule = fields.str("configRuleName").or_else(|| fields.str("configRuleNames.0"))?;
        let state = fields.str("newEvaluationResult.complianceType").unwrap_or("NOT_APPLICABLE");
        let before = fields.str("oldEvaluationResult.complianceType");
        let severity = match state {
            "NON_COMPLIANT" | "INSUFFICIENT_DATA" => Severity::Warning,
            "COMPLIANT" => Severity::Good,
            _ => Severity::Neutral,
        };
        let (kind, id) = (fields.str("resourceType"), fields.str("resourceId"));
        let resource = resource(kind, id);
        let account = fields.str("awsAccountId").or(self.place.account.as_deref()).unwrap_or_default();
        let region = self.place.region.as_deref().unwrap_or_default();
        let matter = ["config", account, region, rule, kind.unwrap_or_default(), id.unwrap_or_default()];
        Some(
            Draft::new(severity, format!("Config rule {rule}: {state}"))
                .gist(resource.clone())
                .subject(Some(rule))
                .state(Some(state))
                .paragraph(None, fields.str("newEvaluationResult.annotation"))
                .fact("Resource", resource)
                .fact("Compliance", before.map(|before| format!("{before} → {state}")))
                .resources(fields.str("configRuleARN"))
                .link(self.rule_page(rule))
                .thread(&matter, (state == "COMPLIANT").then_some("Compliant")),
        )
    }

    fn evaluation(&self) -> Draft {
        let rules: Vec<Cow<'_, str>> = self.fields.texts("configRuleNames").take(10).collect();
        let names = rules.join(", ");
        Draft::new(Severity::Neutral, "Config rules are being evaluated")
            .gist((!rules.is_empty()).then(|| names.clone()))
            .subject(Some(rules.first().map_or("Config rules", |first| first).to_owned()))
            .state(Some("ConfigRulesEvaluationStarted"))
            .fact("Rules", (!rules.is_empty()).then_some(names))
    }

    /// `ConfigurationSnapshotDeliveryCompleted`, `ConfigurationHistoryDeliveryFailed` and the like.
    fn delivery(&self, kind: &str) -> Option<Draft> {
        let after = |start: &str, what: &'static str| Some((what, kind.strip_prefix(start)?));
        let (what, rest) = after("ConfigurationSnapshot", "Configuration snapshot")
            .or_else(|| after("ConfigurationHistory", "Configuration history"))?;
        let (severity, state) = match rest {
            "DeliveryFailed" => (Severity::Warning, "failed"),
            "DeliveryCompleted" => (Severity::Good, "completed"),
            "DeliveryStarted" => (Severity::Neutral, "started"),
            _ => (Severity::Neutral, rest),
        };
        let bucket = self.fields.str("s3Bucket");
        Some(
            Draft::new(severity, format!("{what}: delivery {state}"))
                .gist(bucket.map(|bucket| format!("bucket {bucket}")))
                .subject(Some(what))
                .state(Some(kind))
                .paragraph(Some("Why"), self.fields.either(&["errorMessage", "errorCode"]))
                .code("Bucket", bucket)
                .code("Object", self.fields.str("s3ObjectKey"))
                .code("Snapshot", self.fields.str("configSnapshotId")),
        )
    }

    fn rule_page(&self, rule: &str) -> Option<Link> {
        let fragment = format!("#/rules/details?configRuleName={}", encoded(rule));
        Some(self.console?.link("the rule in Config", "config/home", &fragment))
    }
}

/// `S3::Bucket payroll`: every type begins with `AWS::`.
fn resource(kind: Option<&str>, id: Option<&str>) -> Option<String> {
    let short = |kind: &str| kind.trim_start_matches("AWS::").trim_start_matches(':').to_owned();
    match (kind, id) {
        (Some(kind), Some(id)) => Some(format!("{} {id}", short(kind))),
        (Some(kind), None) => Some(short(kind)),
        (None, id) => id.map(str::to_owned),
    }
}
