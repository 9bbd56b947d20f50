//! A resource that Config saw created, changed or deleted.
//!
//! Config's reader calls it. Values before and after are shown for states only: a configuration holds environment variables,
//! user data and policies, which no chat room should see. Shape: AWS Config Developer Guide, "Example configuration item
//! change notifications" and "Example oversized configuration item change notification".

use super::resource;
use crate::notification::console::{Console, encoded};
use crate::notification::source::draft::Draft;
use crate::notification::source::fields::Fields;
use crate::notification::source::severity::is_state;
use crate::notification::{Severity, Text};

/// Changed properties that a card lists.
const CHANGES_SHOWN: usize = 8;

pub fn read(message: Fields<'_>, console: Option<Console<'_>>) -> Option<Draft> {
    let item = [
        message.fields("configurationItem"),
        message.fields("configurationItem.0"),
        message.fields("configurationItemSummary"),
    ]
    .into_iter()
    .find(|item| !item.is_empty())?;
    let (kind, id) = (item.str("resourceType"), item.str("resourceId"));
    let named = resource(kind, item.str("resourceName").or(id))?;
    let change = message.str("configurationItemDiff.changeType").or_else(|| item.str("changeType"));
    let status = item.str("configurationItemStatus");
    let state = change.or(status).unwrap_or("UPDATE");
    let severity = match state {
        "DELETE" | "ResourceDeleted" => Severity::Warning,
        _ => Severity::Neutral,
    };
    let properties = message.fields("configurationItemDiff.changedProperties");
    let changes: Vec<String> =
        properties.object().into_iter().flatten().map(|(path, change)| line(path, Fields::of(change))).collect();
    let left_out = changes.len().saturating_sub(CHANGES_SHOWN);
    let gist = changes
        .iter()
        .find(|line| line.contains('→'))
        .or(changes.first())
        .cloned()
        .or_else(|| status.map(str::to_owned));
    let is_oversized = message.has("configurationItemSummary");
    let undelivered = message.str("messageType") == Some("OversizedConfigurationItemChangeDeliveryFailed");
    let page = console.zip(kind.zip(id)).map(|(console, (kind, id))| {
        let fragment = format!("#/timeline/{}/{}/configuration", encoded(kind), encoded(id));
        console.link("the resource's timeline in Config", "config/home", &fragment)
    });
    Some(
        Draft::new(if undelivered { Severity::Warning } else { severity }, format!("{named}: {state}"))
            .gist(gist)
            .subject(Some(id.unwrap_or(&named)))
            .state(Some(state))
            .paragraph(
                None,
                is_oversized.then_some("The change is too large for a notification; Config has the whole of it."),
            )
            .bullets("What changed", changes.into_iter().take(CHANGES_SHOWN).map(Text::Plain).collect(), left_out)
            .fact("Type", kind)
            .code("Resource", id)
            .fact("Status", status)
            .fact("Zone", item.str("availabilityZone").filter(|zone| !matches!(*zone, "Not Applicable" | "Regional")))
            .fact("Delivery error", message.either(&["s3DeliverySummary.errorMessage", "s3DeliverySummary.errorCode"]))
            .resources(item.str("ARN").or_else(|| item.str("arn")))
            .link(page),
    )
}

/// `Configuration.State: available → in-use`, `Relationships.0: CREATE`.
fn line(path: &str, change: Fields<'_>) -> String {
    // `State.Name` is a state too.
    let last = path.strip_suffix(".Name").unwrap_or(path).rsplit('.').next().unwrap_or(path);
    let values = (change.text("previousValue"), change.text("updatedValue"));
    match values {
        (Some(before), Some(now)) if is_state(last) => format!("{path}: {before} → {now}"),
        _ => match change.str("changeType") {
            Some(kind) => format!("{path}: {kind}"),
            None => path.to_owned(),
        },
    }
}
