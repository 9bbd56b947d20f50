//! Glue: job runs, crawlers, the Data Catalog, data quality; and `DataBrew`'s jobs, which say the same.
//!
//! Shapes: Glue Developer Guide, "Automating AWS Glue with `EventBridge`" and "Setting up alerts, deployments, and scheduling"
//! (data quality); `DataBrew` Developer Guide, "Automating with `EventBridge`".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::console::encoded;
use crate::notification::duration;
use crate::notification::{Link, Severity, Text};

pub const ENTRY: Entry =
    Entry::new("glue", "AWS Glue").events(&["aws.glue", "aws.glue-dataquality", "aws.databrew"], read);

/// Tables or partitions that a card lists.
const SHOWN: usize = 5;

fn read(event: &Event<'_>) -> Option<Draft> {
    match event.detail_type {
        "Glue Job State Change" => job(event, "Glue job"),
        "DataBrew Job State Change" => job(event, "DataBrew job"),
        "Glue Job Run Status" => delayed_job(event),
        "Glue Crawler State Change" => crawler(event),
        "Glue Data Catalog Table State Change" | "Glue Data Catalog Database State Change" => catalog(event),
        "Data Quality Evaluation Results Available" => data_quality(event),
        _ => None,
    }
}

fn job(event: &Event<'_>, kind: &str) -> Option<Draft> {
    let (job, state) = (event.detail.str("jobName")?, event.detail.str("state")?);
    Some(run(event, Draft::new(severity(state), format!("{kind} {job}: {state}")), job, state, end(state)))
}

/// Sent while a run takes longer than the job's notification threshold, in minutes.
fn delayed_job(event: &Event<'_>) -> Option<Draft> {
    let (job, state) = (event.detail.str("jobName")?, event.detail.str("state")?);
    let minutes = event.detail.text("notificationCondition.NotifyDelayAfter");
    let headline = match &minutes {
        Some(minutes) => format!("Glue job {job}: {state} for more than {minutes} min"),
        None => format!("Glue job {job}: still {state}"),
    };
    let draft = run(event, Draft::new(Severity::Warning, headline), job, state, None);
    Some(draft.since("Started", event.detail.str("startedOn")))
}

fn run(event: &Event<'_>, draft: Draft, job: &str, state: &str, ended: Option<&str>) -> Draft {
    let detail = event.detail;
    let run = detail.str("jobRunId");
    // "Job is in RUNNING state" is the headline again.
    let message = detail.str("message").filter(|message| !message.starts_with("Job is in "));
    let draft = draft
        .gist(message)
        .subject(Some(job))
        .state(Some(state))
        .paragraph(None, message)
        .code("Run", run)
        .link(run.filter(|_| event.source == "aws.glue").and_then(|run| job_page(event, job, run)));
    match run {
        Some(run) => draft.thread(&["glue-job", job, run], ended),
        None => draft,
    }
}

fn job_page(event: &Event<'_>, job: &str, run: &str) -> Option<Link> {
    let fragment = format!("#/job/{}/run/{}", encoded(job), encoded(run));
    Some(event.console()?.link("the run in Glue", "gluestudio/home", &fragment))
}

fn crawler(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (crawler, state) = (detail.str("crawlerName")?, detail.str("state")?);
    let error = detail.str("errorMessage");
    // `N/A` is Glue's word for no warning.
    let warning = detail.str("warningMessage").filter(|warning| *warning != "N/A");
    let changes = changes(event);
    let fragment = format!("#/v2/data-catalog/crawlers/view/{}", encoded(crawler));
    let severity = if warning.is_some() { severity(state).max(Severity::Warning) } else { severity(state) };
    Some(
        Draft::new(severity, format!("Crawler {crawler}: {state}"))
            .gist(error.or(warning).map(str::to_owned).or_else(|| changes.clone()))
            .subject(Some(crawler))
            .state(Some(state))
            .paragraph(None, error)
            .paragraph(Some("Warning"), warning)
            .fact("Changes", changes)
            .fact("Duration", detail.count("runningTime (sec)").map(duration::in_words))
            .link(event.console().map(|console| console.link("the crawler in Glue", "glue/home", &fragment))),
    )
}

/// `2 tables created, 14 partitions updated`.
fn changes(event: &Event<'_>) -> Option<String> {
    let counted = [
        ("tablesCreated", "table", "created"),
        ("tablesUpdated", "table", "updated"),
        ("tablesDeleted", "table", "deleted"),
        ("partitionsCreated", "partition", "created"),
        ("partitionsUpdated", "partition", "updated"),
        ("partitionsDeleted", "partition", "deleted"),
    ];
    if !counted.iter().any(|(path, ..)| event.detail.has(path)) {
        return None;
    }
    let words = counted.iter().filter_map(|(path, noun, verb)| {
        let count = event.detail.count(path).filter(|count| *count > 0)?;
        Some(format!("{count} {noun}{} {verb}", if count == 1 { "" } else { "s" }))
    });
    let words: Vec<String> = words.collect();
    Some(if words.is_empty() { "nothing changed".to_owned() } else { words.join(", ") })
}

fn catalog(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let (database, change) = (detail.str("databaseName")?, detail.str("typeOfChange")?);
    let table = detail.str("tableName");
    let subject = table.map_or_else(|| database.to_owned(), |table| format!("{database}.{table}"));
    let kind = if table.is_some() { "Table" } else { "Database" };
    let changed: Vec<_> = detail.texts("changedTables").chain(detail.texts("changedPartitions")).collect();
    let items: Vec<Text> = changed.iter().take(SHOWN).map(|name| Text::Plain(name.to_string())).collect();
    let left_out = changed.len() - items.len();
    let severity = if change.contains("Delete") { Severity::Warning } else { Severity::Neutral };
    Some(
        Draft::new(severity, format!("{kind} {subject}: {change}"))
            .gist(changed.first().map(ToString::to_string))
            .subject(Some(subject))
            .state(Some(change))
            .bullets("Changed", items, left_out),
    )
}

fn data_quality(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let state = detail.str("state")?;
    let context = detail.fields("context");
    let table = context.str("tableName").map(|table| match context.str("databaseName") {
        Some(database) => format!("{database}.{table}"),
        None => table.to_owned(),
    });
    let rulesets = detail.texts("rulesetNames").take(SHOWN).collect::<Vec<_>>().join(", ");
    let rulesets = (!rulesets.is_empty()).then_some(rulesets);
    let job = context.str("jobName").map(str::to_owned);
    let subject = table.or_else(|| job.clone()).or_else(|| rulesets.clone())?;
    let counts = ["rulesSucceeded", "rulesFailed", "rulesSkipped"].map(|path| detail.count(path));
    let rules = match counts {
        [None, None, None] => None,
        [good, bad, skipped] => {
            let [good, bad, skipped] = [good, bad, skipped].map(Option::unwrap_or_default);
            Some(format!("{good} passed, {bad} failed, {skipped} skipped"))
        }
    };
    let score = detail.number("score").map(|score| format!("{:.0} %", score * 100.0));
    Some(
        Draft::new(severity(state), format!("Data quality of {subject}: {state}"))
            .gist(rules.clone().or_else(|| score.clone()))
            .subject(Some(subject))
            .state(Some(state))
            .fact("Rules", rules)
            .fact("Score", score)
            .fact("Rulesets", rulesets)
            .fact("Job", job),
    )
}

fn severity(state: &str) -> Severity {
    match state {
        "FAILED" | "Failed" | "ERROR" | "TIMEOUT" | "EXPIRED" => Severity::Critical,
        "STOPPED" | "STOPPING" | "Stopped" => Severity::Warning,
        "SUCCEEDED" | "Succeeded" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "SUCCEEDED" => Some("Succeeded"),
        "FAILED" | "ERROR" | "EXPIRED" => Some("Failed"),
        "TIMEOUT" => Some("Timed out"),
        "STOPPED" => Some("Stopped"),
        _ => None,
    }
}
