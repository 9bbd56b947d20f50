//! Elemental `MediaConvert`: transcoding jobs and their queues.
//!
//! Shapes: `MediaConvert` User Guide, "Monitoring `MediaConvert` with Amazon `EventBridge`". `userMetadata` is the sender's own and
//! is not shown.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::notification::arn::Arn;
use crate::notification::console::encoded;
use crate::notification::duration;
use crate::notification::{Severity, Text};

pub const ENTRY: Entry = Entry::new("mediaconvert", "AWS Elemental MediaConvert").events(&["aws.mediaconvert"], read);

/// Output files that a card lists.
const OUTPUTS: usize = 5;

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (job, state) = (detail.str("jobId")?, detail.str("status")?);
    let queue = detail.str("queue").map(|queue| Arn::parse(queue).and_then(|arn| arn.named("queues")).unwrap_or(queue));
    let error = detail.str("errorMessage");
    let warning = detail.objects("warnings").find_map(|warning| warning.text("code"));
    let files: Vec<String> = detail.objects("outputGroupDetails").flat_map(outputs).take(OUTPUTS + 1).collect();
    let items: Vec<Text> = files.iter().take(OUTPUTS).map(|file| Text::Code(file.clone())).collect();
    let left_out = files.len() - items.len();
    let percent = detail.text("jobProgress.jobPercentComplete").map(|percent| format!("{percent} %"));
    let length = detail.objects("outputGroupDetails").flat_map(|group| group.objects("outputDetails"));
    let length = length.filter_map(|output| output.count("durationInMs")).max();
    let fragment = format!("#/jobs/summary/{}", encoded(job));
    Some(
        Draft::new(severity(state), format!("MediaConvert job {job}: {state}"))
            .gist(error.map(str::to_owned).or_else(|| percent.clone()).or_else(|| queue.map(str::to_owned)))
            .subject(Some(job))
            .state(Some(state))
            .paragraph(None, error)
            .bullets("Outputs", items, left_out)
            .fact("Queue", queue)
            .fact("Error", detail.text("errorCode"))
            .fact("Warning", warning)
            .fact("Progress", percent)
            .fact("Length", length.map(duration::of_ms))
            .link(
                event.console().map(|console| console.link("the job in MediaConvert", "mediaconvert/home", &fragment)),
            )
            .thread(&["mediaconvert", job], end(state)),
    )
}

fn outputs(group: Fields<'_>) -> impl Iterator<Item = String> {
    let playlists = group.texts("playlistFilePaths").map(std::borrow::Cow::into_owned);
    let files = group
        .objects("outputDetails")
        .flat_map(|output| output.texts("outputFilePaths").map(std::borrow::Cow::into_owned).collect::<Vec<_>>());
    playlists.chain(files)
}

fn severity(state: &str) -> Severity {
    match state {
        "ERROR" => Severity::Critical,
        "CANCELED" | "NEW_WARNING" => Severity::Warning,
        "COMPLETE" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "COMPLETE" => Some("Completed"),
        "ERROR" => Some("Failed"),
        "CANCELED" => Some("Cancelled"),
        _ => None,
    }
}
