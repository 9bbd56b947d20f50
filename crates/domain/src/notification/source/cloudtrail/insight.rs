//! CloudTrail Insights: an API that is called, or fails, far more or less often than usual.
//!
//! CloudTrail's reader calls it.

use super::page;
use crate::notification::arn::Arn;
use crate::notification::duration;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::Fields;
use crate::notification::{Severity, Text};

/// Attributes (user, address, error) and values of each that a card lists.
const ATTRIBUTES_SHOWN: usize = 4;
const VALUES_SHOWN: usize = 2;

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let insight = event.detail.fields("insightDetails");
    let call = insight.str("eventName")?;
    let state = insight.str("state").unwrap_or("Start");
    let has_ended = state == "End";
    let errors = insight.str("insightType") == Some("ApiErrorRateInsight");
    let statistics = insight.fields("insightContext.statistics");
    let (now, usual) = (statistics.number("insight.average"), statistics.number("baseline.average"));
    let rate = now.zip(usual).map(|(now, usual)| format!("{} a minute, usually {}", rounded(now), rounded(usual)));
    let what = if errors { "error rate" } else { "call rate" };
    let error = insight.str("errorCode");
    let service = insight.str("eventSource").unwrap_or_default().trim_end_matches(".amazonaws.com");
    let attributes: Vec<Text> = insight
        .objects("insightContext.attributions")
        .take(ATTRIBUTES_SHOWN)
        .filter_map(attribute)
        .map(Text::Plain)
        .collect();
    let draft = Draft::new(
        if has_ended { Severity::Good } else { Severity::Warning },
        format!("Unusual {what} of {call}: {state}"),
    )
    .gist(rate.clone())
    .subject(Some(call))
    .state(Some(state))
    .bullets("Mostly", attributes, 0)
    .fact("Service", Some(service).filter(|service| !service.is_empty()))
    .fact("Rate", rate)
    .fact("Error", error)
    .fact(
        "Duration",
        statistics
            .count("insightDuration")
            .filter(|_| has_ended)
            .map(|minutes| duration::in_words(minutes.saturating_mul(60))),
    )
    .since("Time", event.detail.str("eventTime"))
    .link(page(event));
    Some(match event.detail.str("sharedEventID") {
        Some(id) => draft.thread(&["cloudtrail-insight", id], has_ended.then_some("Ended")),
        None => draft,
    })
}

fn rounded(rate: f64) -> f64 {
    (rate * 100.0).round() / 100.0
}

/// `userIdentityArn: assumed-role/deploy/ci-42 (520.1 a minute)`. Without a baseline in the list: the rate above tells it.
fn attribute(attribution: Fields<'_>) -> Option<String> {
    let name = attribution.str("attribute")?;
    let values = attribution.objects("insight").take(VALUES_SHOWN).filter_map(|one| {
        let value = one.str("value").filter(|value| *value != "null")?;
        let value = Arn::parse(value).map_or(value, |arn| arn.short());
        let average = one.number("average").map(|average| format!(" ({} a minute)", rounded(average)));
        Some(format!("{value}{}", average.unwrap_or_default()))
    });
    let values: Vec<String> = values.collect();
    (!values.is_empty()).then(|| format!("{name}: {}", values.join(", ")))
}
