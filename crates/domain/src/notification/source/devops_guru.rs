//! Amazon DevOps Guru: insights that opened, grew, were recommended for, and closed.
//!
//! The same by SNS (`InsightId`, without an envelope) and by `EventBridge` (`insightId`): members differ in their first letter
//! only. Shapes: `EventBridge`'s schema registry (`aws.devops-guru`) and DevOps Guru messages shown by AWS's blog.

use std::borrow::Cow;

use super::dates;
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object, string};
use crate::delivery::Priority;
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::triage::Triage;
use crate::notification::{Incoming, Severity, Text};

pub const ENTRY: Entry = Entry::new("devops_guru", "Amazon DevOps Guru")
    .events(&["aws.devops-guru"], read_event)
    .triaged(|event| triage(Insight(event.detail)))
    .objects(claims, read_object)
    .objects_triaged(|object, _| triage(Insight(Fields::of_object(object))));

/// Anomalies and recommendations that a card lists.
const LISTED: usize = 5;

fn claims(object: &Object) -> bool {
    string(object, "InsightId").is_some() && string(object, "MessageType").is_some()
}

fn read_event(event: &Event<'_>) -> Option<Draft> {
    insight(Insight(event.detail), event.partition(), event.account, event.region, event.incoming)
}

fn read_object(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let fields = Insight(Fields::of_object(object));
    let topic = Arn::parse(incoming.topic_arn);
    let partition = topic.map_or("aws", |arn| arn.partition);
    let place = incoming.topic_place();
    let draft = insight(fields, partition, place.account.as_deref(), place.region.as_deref(), incoming);
    let draft = draft.unwrap_or_else(|| Draft::new(Severity::Neutral, "DevOps Guru insight"));
    draft.origin("aws.devops-guru", detail_type(string(object, "MessageType").unwrap_or_default()))
}

fn detail_type(kind: &str) -> &str {
    match kind {
        "NEW_INSIGHT" => "DevOps Guru New Insight Open",
        "CLOSED_INSIGHT" => "DevOps Guru Insight Closed",
        "NEW_ASSOCIATION" => "DevOps Guru New Anomaly Association",
        "SEVERITY_UPGRADED" => "DevOps Guru Insight Severity Upgraded",
        "NEW_RECOMMENDATION" => "DevOps Guru New Recommendation Created",
        other => other,
    }
}

/// A grave insight rings like an alarm, its end too: else the next one could overtake it.
fn triage(insight: Insight<'_>) -> Option<Triage> {
    let id = insight.str("insightId")?;
    let level = insight.str("insightSeverity").unwrap_or_default();
    let is_urgent = level.eq_ignore_ascii_case("high");
    let priority = if is_urgent { Priority::Alarm } else { Priority::Notification };
    Some(Triage::alike(priority, &["devops-guru", id], &[insight.str("messageType").unwrap_or_default(), level]))
}

/// Reads members by their lower-case names, in both spellings.
#[derive(Clone, Copy)]
struct Insight<'a>(Fields<'a>);

impl<'a> Insight<'a> {
    fn spelled(path: &str) -> String {
        let upper = |segment: &str| {
            let mut chars = segment.chars();
            let first = chars.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        };
        path.split('.').map(upper).collect::<Vec<_>>().join(".")
    }

    fn text(self, path: &str) -> Option<Cow<'a, str>> {
        self.0.either(&[path, &Self::spelled(path)])
    }

    fn str(self, path: &str) -> Option<&'a str> {
        self.0.str(path).or_else(|| self.0.str(&Self::spelled(path)))
    }

    fn objects(self, path: &str) -> impl Iterator<Item = Self> {
        let list = self.0.list(path);
        let list = if list.is_empty() { self.0.list(&Self::spelled(path)) } else { list };
        list.iter().map(Fields::of).map(Self)
    }

    fn time(self, path: &str) -> Option<Cow<'a, str>> {
        let iso = format!("{path}ISO");
        let upper = Self::spelled(path);
        self.text(&iso).or_else(|| self.0.value(path).or_else(|| self.0.value(&upper)).and_then(dates::iso_of))
    }
}

fn insight(
    insight: Insight<'_>,
    partition: &str,
    account: Option<&str>,
    region: Option<&str>,
    incoming: &Incoming<'_>,
) -> Option<Draft> {
    let id = insight.str("insightId")?;
    let kind = insight.str("messageType").unwrap_or("INSIGHT");
    let level = insight.str("insightSeverity").map(str::to_uppercase);
    let said = insight.text("insightName").or_else(|| insight.text("insightDescription"));
    let named = said.clone().unwrap_or(Cow::Borrowed("an insight without a name"));
    let what = match kind {
        "NEW_INSIGHT" => "new insight",
        "CLOSED_INSIGHT" => "insight closed",
        "NEW_ASSOCIATION" => "insight has a new anomaly",
        "SEVERITY_UPGRADED" => "insight became worse",
        "NEW_RECOMMENDATION" => "insight has a recommendation",
        other => other,
    };
    let severity = match (kind, level.as_deref()) {
        ("CLOSED_INSIGHT", _) => Severity::Good,
        ("NEW_RECOMMENDATION", _) => Severity::Neutral,
        (_, Some("HIGH")) => Severity::Critical,
        (_, Some("MEDIUM")) => Severity::Warning,
        (_, Some(_)) => Severity::Neutral,
        _ => Severity::Warning,
    };
    let (anomalies, anomalies_left) = listed(insight.objects("anomalies").map(anomaly).collect());
    let (advice, advice_left) = listed(insight.objects("recommendations").map(recommendation).collect());
    let stacks = insight.objects("resourceCollection.cloudFormation.stackNames").count();
    let stack = (0..stacks.min(1)).find_map(|_| insight.text("resourceCollection.cloudFormation.stackNames.0"));
    let account = insight.text("accountId").or(account.map(Cow::Borrowed));
    let region = insight.str("region").or(region);
    let class = insight.str("insightType").unwrap_or_default().to_ascii_lowercase();
    let page = Console::of(partition, region.unwrap_or_default()).filter(|_| !class.is_empty()).map(|console| {
        let fragment = format!("#/insight/{}/{}", encoded(&class), encoded(id));
        console.link("the insight in DevOps Guru", "devops-guru/", &fragment)
    });
    let about: Vec<&str> = [level.as_deref(), stack.as_deref()].into_iter().flatten().collect();
    let gist = (!about.is_empty()).then(|| about.join(", "));
    let headline = format!("DevOps Guru, {what}: {named}");
    let description = insight.text("insightDescription").filter(|description| *description != named);
    Some(
        Draft::new(severity, headline)
            .gist(gist)
            .subject(Some(named))
            .state(Some(kind))
            .paragraph(None, description)
            .bullets("Anomalies", anomalies, anomalies_left)
            .bullets("Recommendations", advice, advice_left)
            .fact("Severity", level)
            .fact("Kind", (!class.is_empty()).then_some(class))
            .fact("Stack", stack)
            .time("Started", insight.time("startTime"))
            .time("Ended", insight.time("endTime"))
            .link(page)
            .place(incoming.place(account.as_deref(), region))
            .thread(&["devops-guru", id], (kind == "CLOSED_INSIGHT").then_some("Closed")),
    )
}

fn listed(lines: Vec<Option<String>>) -> (Vec<Text>, usize) {
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    let left_out = lines.len().saturating_sub(LISTED);
    (lines.into_iter().take(LISTED).map(Text::Plain).collect(), left_out)
}

/// `AWS/Lambda Duration (p90) of orders`, as much of it as is known.
fn anomaly(anomaly: Insight<'_>) -> Option<String> {
    let source = anomaly.objects("sourceDetails").next()?;
    // Inside, the SNS form keeps lower case.
    let metric =
        |name: &str| source.0.either(&[&format!("dataIdentifiers.{name}"), &format!("DataIdentifiers.{name}")]);
    let name = metric("metricDisplayName").or_else(|| metric("name"))?;
    let namespace = metric("namespace").map(|namespace| format!("{namespace} ")).unwrap_or_default();
    let stat = metric("stat").map(|stat| format!(" ({stat})")).unwrap_or_default();
    let resource = anomaly.objects("anomalyResources").find_map(|resource| resource.text("name"));
    let of = resource.map(|resource| format!(" of {resource}")).unwrap_or_default();
    Some(format!("{namespace}{name}{stat}{of}"))
}

fn recommendation(recommendation: Insight<'_>) -> Option<String> {
    let name = recommendation.text("name").or_else(|| recommendation.text("description"))?;
    let why = recommendation.text("reason").map(|reason| format!(": {reason}")).unwrap_or_default();
    Some(format!("{name}{why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::source::triaged_fixture::triaged;

    #[test]
    fn an_insight_is_one_matter_by_both_ways() {
        let open = triaged("devops_guru/new_insight.json");
        let closed = triaged("devops_guru/closed_by_sns.json");
        assert_eq!((open.priority, closed.priority), (Priority::Alarm, Priority::Alarm));
        assert_eq!(open.similarity.unwrap().matter, closed.similarity.unwrap().matter);
    }
}
