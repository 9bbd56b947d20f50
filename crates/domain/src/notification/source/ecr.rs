//! ECR: images that were pushed or deleted, scans, pull-through caches, replication.
//!
//! Source: ECR User Guide, "Amazon ECR events and `EventBridge`".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::encoded;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("ecr", "Amazon ECR").events(&["aws.ecr"], read);

/// Tags that a headline names.
const TAGS_SHOWN: usize = 3;
/// Characters of a digest that people compare.
const SHORT_DIGEST: usize = "sha256:".len() + 12;

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "ECR Image Scan" => scan(event),
        "ECR Image Action" | "ECR Referrer Action" | "ECR Replication Action" => action(event),
        "ECR Pull Through Cache Action" => pull_through(event),
        _ => None,
    }
}

fn scan(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let status = detail.str("scan-status")?;
    let counts = detail.fields("finding-severity-counts");
    let of = |level| counts.count(level).unwrap_or_default();
    let (critical, high) = (of("CRITICAL"), of("HIGH"));
    // The findings of a scan wait for daylight unless they are critical: the image may not even run.
    let severity = match status {
        "FAILED" | "UNSUPPORTED_IMAGE" | "SCAN_ELIGIBILITY_EXPIRED" => Severity::Warning,
        _ if critical > 0 => Severity::Critical,
        _ if high > 0 => Severity::Warning,
        "COMPLETE" | "INITIAL_SCAN_COMPLETE" if counts.is_empty() || of("MEDIUM") == 0 => Severity::Good,
        _ => Severity::Neutral,
    };
    let levels = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"];
    let found: Vec<String> = levels
        .iter()
        .filter(|level| of(level) > 0)
        .map(|level| format!("{} {}", of(level), level.to_lowercase()))
        .collect();
    let found = match (found.is_empty(), status) {
        (false, _) => Some(found.join(", ")),
        (true, "COMPLETE" | "INITIAL_SCAN_COMPLETE") => Some("nothing found".to_owned()),
        (true, _) => None,
    };
    let image = Image::read(event)?;
    let draft = Draft::new(severity, format!("Scan of image {}: {status}", image.name()))
        .gist(found.clone())
        .state(Some(status))
        .fact("Findings", found);
    Some(image.about(draft, event))
}

/// A push, a deletion, a change of storage class, or a replica's arrival.
fn action(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (action, result) = (detail.str("action-type")?, detail.str("result").unwrap_or("SUCCESS"));
    let image = Image::read(event)?;
    let replicated = event.detail_type == "ECR Replication Action";
    let what = if replicated { "REPLICATE" } else { action };
    let severity = match (result, what) {
        ("FAILURE" | "FAILED", _) => Severity::Critical,
        (_, "PUSH" | "REPLICATE") => Severity::Good,
        _ => Severity::Neutral,
    };
    let from = detail.str("source-region").map(|region| match detail.str("source-account") {
        Some(account) => format!("{region} of {account}"),
        None => region.to_owned(),
    });
    let draft = Draft::new(severity, format!("Image {}: {what} {result}", image.name()))
        .gist(from.clone())
        .state(Some(result))
        .fact("Replicated from", from)
        .fact("Storage class", detail.str("target-storage-class"))
        .fact("Artifact type", detail.str("artifact-media-type"));
    Some(image.about(draft, event))
}

fn pull_through(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let status = detail.str("sync-status")?;
    let image = Image::read(event)?;
    let (severity, why) = match status {
        "SUCCESS" => (Severity::Good, None),
        _ => (Severity::Critical, detail.str("failure-reason").or_else(|| detail.str("failure-code"))),
    };
    let draft = Draft::new(severity, format!("Pull-through of image {}: {status}", image.name()))
        .gist(why.or_else(|| detail.str("upstream-registry-url")))
        .state(Some(status))
        .paragraph(None, why)
        .fact("Failure", detail.str("failure-code").filter(|code| why != Some(code)))
        .fact("Upstream", detail.str("upstream-registry-url"));
    Some(image.about(draft, event))
}

/// The image that all of them are about.
struct Image<'a> {
    repository: &'a str,
    tags: Vec<String>,
    digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    fn read(event: &Event<'a>) -> Option<Self> {
        let detail = event.detail;
        let mut tags: Vec<String> =
            detail.texts("image-tags").take(TAGS_SHOWN).map(std::borrow::Cow::into_owned).collect();
        tags.extend(detail.str("image-tag").map(str::to_owned));
        Some(Self { repository: detail.str("repository-name")?, tags, digest: detail.str("image-digest") })
    }

    /// `shop/web:1.4.2`; without a tag, as `docker` writes it, `shop/web@sha256:9f86…`.
    fn name(&self) -> String {
        match (self.tags.as_slice(), self.digest) {
            ([], Some(digest)) => format!("{}@{}", self.repository, digest.get(..SHORT_DIGEST).unwrap_or(digest)),
            ([], None) => self.repository.to_owned(),
            (tags, _) => format!("{}:{}", self.repository, tags.join(", ")),
        }
    }

    fn about(&self, draft: Draft, event: &Event<'_>) -> Draft {
        let draft = draft.subject(Some(self.repository)).code("Digest", self.digest).link(self.page(event));
        match self.digest {
            Some(digest) => draft.thread(&["ecr", digest, self.repository], None),
            None => draft,
        }
    }

    /// A repository's name may have slashes; they are the page's too.
    fn page(&self, event: &Event<'_>) -> Option<Link> {
        let repository: Vec<String> = self.repository.split('/').map(encoded).collect();
        let path = format!("ecr/repositories/private/{}/{}", encoded(event.account?), repository.join("/"));
        Some(event.console()?.link("the repository in ECR", &path, ""))
    }
}
