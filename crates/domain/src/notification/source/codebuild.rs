//! `CodeBuild`: builds and their phases.
//!
//! The same by `EventBridge` and by a notification rule.
//! Source: `CodeBuild` User Guide, "Build notifications input format reference". Environment variables, which the events
//! carry, never reach a card.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::notification::arn::Arn;
use crate::notification::duration;
use crate::notification::{Link, Severity};

pub const ENTRY: Entry = Entry::new("codebuild", "AWS CodeBuild").events(&["aws.codebuild"], read);

/// Characters of a commit id that people write.
const SHORT_COMMIT: usize = 8;
/// Phases that are added up; a build has eleven.
const PHASES: usize = 50;

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let project = detail.str("project-name")?;
    let build = detail.str("build-id").or_else(|| event.resources.first().copied());
    let information = detail.fields("additional-information");
    let (headline, state, why, took) = if event.detail_type == "CodeBuild Build Phase Change" {
        let phase = detail.str("completed-phase")?;
        // The last phase, COMPLETED, has no status of its own.
        let state = detail.str("completed-phase-status").unwrap_or("COMPLETED");
        let why = detail.str("completed-phase-context").and_then(told);
        (
            format!("Build {project}, phase {phase}: {state}"),
            state,
            why,
            seconds(detail, "completed-phase-duration-seconds"),
        )
    } else {
        let state = detail.str("build-status")?;
        let phases = information.objects("phases").take(PHASES);
        let took = phases.filter_map(|phase| seconds(phase, "duration-in-seconds")).reduce(u64::saturating_add);
        (format!("Build {project}: {state}"), state, failed_phase(information), took)
    };
    let ended = (event.detail_type == "CodeBuild Build State Change").then(|| end(state)).flatten();
    let version = information.str("source-version").and_then(version);
    let number = information.text("build-number").map(|number| format!("#{number}"));
    let mut draft = Draft::new(severity(state), headline)
        .gist(why.clone().or_else(|| number.clone()))
        .subject(Some(project))
        .state(Some(state))
        .paragraph(None, why)
        .fact("Build", number)
        .fact("Source", information.str("source.location"))
        .fact("Version", version)
        .fact("Started by", information.str("initiator"))
        .fact("Duration", took.map(duration::in_words))
        .link(build.and_then(|build| page(event, build)))
        .link(log(event, information));
    if let Some(build) = build {
        draft = draft.thread(&["codebuild", build], ended);
    }
    Some(draft)
}

/// `refs/heads/main^{9f8e7d6c…}` → `main (9f8e7d6c)`; an artifact's ARN says nothing to a person.
fn version(said: &str) -> Option<String> {
    if Arn::parse(said).is_some() {
        return None;
    }
    let short = |commit: &str| commit.get(..SHORT_COMMIT).unwrap_or(commit).to_owned();
    Some(match said.strip_suffix('}').and_then(|said| said.split_once("^{")) {
        Some((reference, commit)) => {
            let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference);
            format!("{branch} ({})", short(commit))
        }
        None if said.len() == 40 && said.bytes().all(|b| b.is_ascii_hexdigit()) => short(said),
        None => said.to_owned(),
    })
}

fn severity(state: &str) -> Severity {
    match state {
        "FAILED" | "FAULT" | "TIMED_OUT" | "CLIENT_ERROR" => Severity::Critical,
        "STOPPED" => Severity::Warning,
        "SUCCEEDED" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "SUCCEEDED" => Some("Succeeded"),
        "FAILED" | "FAULT" => Some("Failed"),
        "TIMED_OUT" => Some("Timed out"),
        "STOPPED" => Some("Stopped"),
        _ => None,
    }
}

/// `BUILD: COMMAND_EXECUTION_ERROR: …`: the first phase that went wrong, and why.
fn failed_phase(information: Fields<'_>) -> Option<String> {
    let mut phases = information.objects("phases").take(PHASES);
    let failed =
        phases.find(|phase| phase.str("phase-status").is_some_and(|status| severity(status) >= Severity::Warning))?;
    let phase = failed.str("phase-type")?;
    let context = failed.texts("phase-context").find_map(|context| told(&context));
    Some(match context {
        Some(context) => format!("{phase}: {context}"),
        None => format!("{phase} {}", failed.str("phase-status")?),
    })
}

/// A phase's context without the empty one's punctuation (`[: ]`, `: `) and without the arguments of a command that failed:
/// people write secrets there.
fn told(context: &str) -> Option<String> {
    const COMMAND: &str = "Error while executing command: ";
    let context = context.trim_matches(['[', ']', ' ']);
    if !context.contains(char::is_alphanumeric) {
        return None;
    }
    let Some((before, command)) = context.split_once(COMMAND) else { return Some(context.to_owned()) };
    let (command, reason) = command.rsplit_once(". Reason: ").unwrap_or((command, ""));
    let program = command.split_whitespace().next().filter(|program| !program.contains('='));
    let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    Some(format!("{before}{} failed{reason}", program.unwrap_or("a command")))
}

/// A duration, written `36.0` as often as `36`.
fn seconds(fields: Fields<'_>, path: &str) -> Option<u64> {
    let text = fields.text(path)?;
    text.split('.').next()?.parse().ok()
}

fn page(event: &Event<'_>, build: &str) -> Option<Link> {
    event.console()?.resource(&Arn::parse(build)?)
}

fn log(event: &Event<'_>, information: Fields<'_>) -> Option<Link> {
    Some(event.console()?.log_stream(information.str("logs.group-name")?, information.str("logs.stream-name")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_s_arguments_stay_where_they_are() {
        let of = |command: &str| told(&format!("COMMAND_EXECUTION_ERROR: Error while executing command: {command}"));
        let said = "COMMAND_EXECUTION_ERROR: curl failed: exit status 22";
        assert_eq!(of("curl -H 'Token: hunter2. Reason: x' a.example. Reason: exit status 22").as_deref(), Some(said));
        assert_eq!(of("TOKEN=hunter2 deploy").as_deref(), Some("COMMAND_EXECUTION_ERROR: a command failed"));
        assert_eq!(told("[: ]"), None);
        assert_eq!(told("[CLIENT_ERROR: no such branch]").as_deref(), Some("CLIENT_ERROR: no such branch"));
    }

    #[test]
    fn versions_are_short() {
        let commit = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432";
        assert_eq!(version(commit).as_deref(), Some("9f8e7d6c"));
        assert_eq!(version(&format!("refs/heads/main^{{{commit}}}")).as_deref(), Some("main (9f8e7d6c)"));
        assert_eq!(version("pr/12").as_deref(), Some("pr/12"));
        assert_eq!(version("arn:aws:s3:::artifacts/web/1"), None);
    }

    #[test]
    fn states_of_builds() {
        for (state, level, ended) in [
            ("FAULT", Severity::Critical, Some("Failed")),
            ("TIMED_OUT", Severity::Critical, Some("Timed out")),
            ("STOPPED", Severity::Warning, Some("Stopped")),
            ("IN_PROGRESS", Severity::Neutral, None),
        ] {
            assert_eq!((severity(state), end(state)), (level, ended), "{state}");
        }
    }
}
