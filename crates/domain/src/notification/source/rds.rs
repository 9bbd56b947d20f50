//! RDS and Aurora: events of instances, clusters, snapshots and proxies, by SNS and by `EventBridge`.
//!
//! RDS has no states in its events: categories, a number and a sentence. Shapes and numbers: RDS User Guide, "Amazon RDS event
//! categories and event messages" and "Creating a rule that triggers on an Amazon RDS event".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::event_subscription::{Publisher, SubscriptionMessage, publisher};
use super::fields::Object;
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::text::first_line;
use crate::notification::{Incoming, Link, Severity};

pub const ENTRY: Entry = Entry::new("rds", "Amazon RDS")
    .events(&["aws.rds"], read)
    .objects(|object| publisher(object) == Some(Publisher::Rds), read_object);

/// Longer sentences stand below the headline instead.
const HEADLINE_LENGTH: usize = 100;

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let text = detail.str("Message")?;
    let arn = detail.str("SourceArn").or_else(|| event.resources.first().copied());
    let occurrence = Occurrence {
        kind: detail.str("SourceType").unwrap_or_default(),
        name: detail.str("SourceIdentifier").or_else(|| arn.and_then(name_of)),
        arn,
        categories: detail.texts("EventCategories").map(std::borrow::Cow::into_owned).collect(),
        event_id: detail.str("EventID"),
        text,
    };
    Some(occurrence.draft().since("Time", detail.str("Date")))
}

fn read_object(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let message = SubscriptionMessage::read(object);
    let occurrence = Occurrence {
        kind: message.source_type,
        name: message.source_id.or_else(|| message.arn.and_then(name_of)),
        arn: message.arn,
        categories: Vec::new(),
        event_id: message.event_id,
        text: message.text,
    };
    let draft = occurrence.draft().resources(message.arn).since("Time", message.time());
    let draft = draft.origin("aws.rds", kind_of(message.source_type).1);
    match message.place(incoming) {
        Some(place) => draft.place(place),
        None => draft,
    }
}

fn name_of(arn: &str) -> Option<&str> {
    Arn::parse(arn)?.resource.split_once(':').map(|(_, name)| name)
}

struct Occurrence<'a> {
    kind: &'a str,
    name: Option<&'a str>,
    arn: Option<&'a str>,
    categories: Vec<String>,
    event_id: Option<&'a str>,
    text: &'a str,
}

impl Occurrence<'_> {
    fn draft(self) -> Draft {
        let what = kind_of(self.kind).0;
        let subject = self.name.map_or_else(|| what.to_owned(), |name| format!("{what} {name}"));
        let state = self.categories.first().map(String::as_str).or(self.event_id).unwrap_or("event");
        let line = first_line(self.text, HEADLINE_LENGTH).unwrap_or_default();
        let cut = line.trim_end_matches('.') != self.text.trim().trim_end_matches('.');
        let headline =
            if cut { format!("{subject}: {state}") } else { format!("{subject}: {}", line.trim_end_matches('.')) };
        let categories = (!self.categories.is_empty()).then(|| self.categories.join(", "));
        let draft = Draft::new(self.severity(), headline)
            .gist(if cut { Some(line) } else { categories.clone().or_else(|| self.event_id.map(str::to_owned)) })
            .subject(Some(self.name.unwrap_or(what)))
            .state(Some(state))
            .paragraph(None, cut.then_some(self.text))
            .fact("Category", categories)
            .code("Event", self.event_id)
            .link(self.page());
        // A failover begins and ends with two events; both say which.
        let failed_over = matches!(self.number(), Some(15 | 49 | 71)).then_some("Failed over");
        match self.arn.or(self.name) {
            Some(arn) if matches!(self.number(), Some(13 | 15 | 49 | 70..=73)) => {
                draft.thread(&["rds-failover", arn], failed_over)
            }
            _ => draft,
        }
    }

    /// 13 of `RDS-EVENT-0013`.
    fn number(&self) -> Option<u32> {
        self.event_id?.rsplit('-').next()?.parse().ok()
    }

    /// The worst of what its number, its categories and its sentence say.
    fn severity(&self) -> Severity {
        let by_number = match self.number() {
            // Storage used up, failed, restart failed, wrong parameters, wrong network, replication broken, failover failed.
            Some(7 | 22 | 31 | 35 | 36 | 45 | 57 | 69) => Severity::Critical,
            // Shut down, failover, storage low, no failover as the last was too near.
            Some(3 | 4 | 13 | 34 | 87 | 89) => Severity::Warning,
            // Failed over, recovered, replicating again, started.
            Some(15 | 21 | 46 | 49 | 71 | 88) => Severity::Good,
            _ => Severity::Neutral,
        };
        let by_category = self.categories.iter().map(|category| match category.as_str() {
            "failure" | "low storage" => Severity::Critical,
            "deletion" => Severity::Warning,
            "availability" | "failover" if by_number == Severity::Neutral => Severity::Warning,
            _ => Severity::Neutral,
        });
        by_category.max().unwrap_or(Severity::Neutral).max(by_number)
    }

    fn page(&self) -> Option<Link> {
        let arn = Arn::parse(self.arn?)?;
        let console = Console::of_arn(&arn, None)?;
        match arn.named("cluster") {
            Some(name) => {
                let fragment = format!("#database:id={};is-cluster=true", encoded(name));
                Some(console.link("the database in RDS", "rds/home", &fragment))
            }
            None => console.resource(&arn),
        }
    }
}

/// What a person calls it, and the detail-type of its events. SNS says `db-instance`, `EventBridge` `DB_INSTANCE`.
fn kind_of(source_type: &str) -> (&'static str, &'static str) {
    match source_type {
        "db-instance" | "DB_INSTANCE" => ("DB instance", "RDS DB Instance Event"),
        "db-cluster" | "CLUSTER" | "DB_CLUSTER" => ("DB cluster", "RDS DB Cluster Event"),
        "db-snapshot" | "SNAPSHOT" | "DB_SNAPSHOT" => ("DB snapshot", "RDS DB Snapshot Event"),
        "db-cluster-snapshot" | "CLUSTER_SNAPSHOT" | "DB_CLUSTER_SNAPSHOT" => {
            ("DB cluster snapshot", "RDS DB Cluster Snapshot Event")
        }
        "db-parameter-group" | "DB_PARAM" | "DB_PARAMETER_GROUP" => {
            ("DB parameter group", "RDS DB Parameter Group Event")
        }
        "db-security-group" | "SECURITY_GROUP" | "DB_SECURITY_GROUP" => {
            ("DB security group", "RDS DB Security Group Event")
        }
        "db-proxy" | "DB_PROXY" => ("DB proxy", "RDS DB Proxy Event"),
        "blue-green-deployment" | "BLUE_GREEN_DEPLOYMENT" => {
            ("Blue/green deployment", "RDS Blue Green Deployment Event")
        }
        "custom-engine-version" | "CUSTOM_ENGINE_VERSION" => {
            ("Custom engine version", "RDS Custom Engine Version Event")
        }
        _ => ("RDS resource", "RDS Event"),
    }
}
