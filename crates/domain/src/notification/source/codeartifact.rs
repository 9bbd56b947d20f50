//! `CodeArtifact`: versions of packages that were published, changed or deleted.
//!
//! Source: `CodeArtifact` User Guide, "`CodeArtifact` event format and example".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::{Console, encoded};
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("codeartifact", "AWS CodeArtifact").events(&["aws.codeartifact"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (name, version) = (detail.str("packageName")?, detail.str("packageVersion")?);
    let operation = detail.str("operationType");
    let state = detail.str("packageVersionState").or(operation)?;
    let (domain, repository) = (detail.str("domainName")?, detail.str("repositoryName")?);
    let format = detail.str("packageFormat");
    let package = match detail.str("packageNamespace") {
        Some(namespace) if format == Some("npm") => format!("@{namespace}/{name}"),
        Some(namespace) => format!("{namespace}:{name}"),
        None => name.to_owned(),
    };
    let owner = detail.str("domainOwner").or(event.account);
    let draft = Draft::new(severity(state, operation), format!("Package {package} {version}: {state}"))
        .gist(Some(format!("in {domain}/{repository}")))
        .subject(Some(package.as_str()))
        .state(Some(state))
        .fact("Repository", Some(format!("{domain}/{repository}")))
        .fact("Format", format)
        .fact("Operation", operation)
        .fact("Assets", assets(event))
        .link(owner.zip(event.console()).map(|(owner, console)| page(console, owner, domain, repository)))
        .thread(&["codeartifact", domain, repository, format.unwrap_or_default(), version, &package], None);
    Some(draft)
}

fn severity(state: &str, operation: Option<&str>) -> Severity {
    match (state, operation) {
        // What depends on it will no longer build.
        ("Deleted" | "Disposed" | "Archived", _) | (_, Some("Deleted")) => Severity::Warning,
        _ => Severity::Neutral,
    }
}

/// `1 added, 2 updated`
fn assets(event: &Event<'_>) -> Option<String> {
    let changes = event.detail.fields("changes");
    let counts = [("assetsAdded", "added"), ("assetsUpdated", "updated"), ("assetsRemoved", "removed")];
    let said = counts.iter().filter_map(|(path, word)| {
        let count = changes.count(path).filter(|count| *count > 0)?;
        Some(format!("{count} {word}"))
    });
    Some(said.collect::<Vec<_>>().join(", ")).filter(|said| !said.is_empty())
}

fn page(console: Console<'_>, owner: &str, domain: &str, repository: &str) -> Link {
    let path = format!("codesuite/codeartifact/d/{}/{}/r/{}", encoded(owner), encoded(domain), encoded(repository));
    console.link("the repository in CodeArtifact", &path, "")
}
