//! EBS: what became of an operation on a volume or a snapshot. `ec2` hands these events over.
//!
//! Source: EBS User Guide, "`EventBridge` for Amazon EBS".

use crate::notification::arn::Arn;
use crate::notification::console::encoded;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::{Link, Severity, Text};

/// Snapshots of one set that a card lists.
const SNAPSHOTS_SHOWN: usize = 5;

pub fn volume(event: &Event<'_>) -> Option<Draft> {
    let volume = id(event.resources.first()?);
    let (operation, result) = operation(event)?;
    let draft = draft(event, format!("Volume {volume}, {operation}: {result}"), volume, result);
    Some(draft.code("Volume", Some(volume)).link(page(event, "volume", volume)))
}

pub fn snapshot(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let snapshot = id(detail.str("snapshot_id").or_else(|| event.resources.first().copied())?);
    let (operation, result) = operation(event)?;
    let draft = draft(event, format!("Snapshot {snapshot}, {operation}: {result}"), snapshot, result);
    let of = detail.str("source").map(id);
    Some(draft.code("Snapshot", Some(snapshot)).code("Of", of).link(page(event, "snapshot", snapshot)))
}

/// The snapshots of all volumes of one instance.
pub fn snapshots(event: &Event<'_>) -> Option<Draft> {
    let (operation, result) = operation(event)?;
    let all = event.detail.list("snapshots");
    let items: Vec<Text> = event
        .detail
        .objects("snapshots")
        .take(SNAPSHOTS_SHOWN)
        .filter_map(|snapshot| {
            let of = snapshot.str("source").map(|source| format!(" of {}", id(source))).unwrap_or_default();
            let status = snapshot.str("status").unwrap_or("unknown");
            Some(Text::Plain(format!("{}{of}: {status}", id(snapshot.str("snapshot_id")?))))
        })
        .collect();
    let left_out = all.len() - items.len();
    let first = event.detail.str("snapshots.0.snapshot_id").map_or(operation, id);
    let headline = format!("{} snapshots, {operation}: {result}", all.len());
    Some(draft(event, headline, first, result).bullets("Snapshots", items, left_out))
}

pub fn fast_restore(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let snapshot = id(detail.str("snapshot-id").or_else(|| event.resources.first().copied())?);
    let state = detail.str("state")?;
    let draft = draft(event, format!("Fast restore of snapshot {snapshot}: {state}"), snapshot, state);
    Some(draft.fact("Availability zone", detail.str("zone")).link(page(event, "snapshot", snapshot)))
}

fn operation<'a>(event: &Event<'a>) -> Option<(&'a str, &'a str)> {
    Some((event.detail.str("event")?, event.detail.str("result").unwrap_or("notified")))
}

fn draft(event: &Event<'_>, headline: String, subject: &str, result: &str) -> Draft {
    let why = event.detail.str("cause").or_else(|| event.detail.str("message"));
    Draft::new(severity(result), headline).gist(why).subject(Some(subject)).state(Some(result)).paragraph(None, why)
}

fn severity(result: &str) -> Severity {
    match result {
        // A backup that is missing is found out when it is needed.
        "failed" | "error" => Severity::Critical,
        "available" | "succeeded" | "completed" | "enabled" | "modified" => Severity::Good,
        _ => Severity::Neutral,
    }
}

/// `arn:…:volume/vol-0a` → `vol-0a`; services also write `arn:aws:ec2::us-west-2:snapshot/snap-0a`.
fn id(named: &str) -> &str {
    match Arn::parse(named) {
        Some(_) => named.rsplit('/').next().unwrap_or(named),
        None => named,
    }
}

fn page(event: &Event<'_>, kind: &str, id: &str) -> Option<Link> {
    let (what, page) = match kind {
        "volume" => ("the volume in EC2", "VolumeDetails:volumeId"),
        _ => ("the snapshot in EC2", "SnapshotDetails:snapshotId"),
    };
    Some(event.console()?.link(what, "ec2/home", &format!("#{page}={}", encoded(id))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_ids() {
        for (result, level) in [
            ("failed", Severity::Critical),
            ("succeeded", Severity::Good),
            ("available", Severity::Good),
            ("deleted", Severity::Neutral),
        ] {
            assert_eq!(severity(result), level, "{result}");
        }
        assert_eq!(id("arn:aws:ec2::us-west-2:snapshot/snap-0a"), "snap-0a");
        assert_eq!(id("vol-0a"), "vol-0a");
    }
}
