//! Golden messages: what a person sees for each source, from the SNS message to each platform's JSON.
//!
//! Every file of `tests/fixtures/notification/SOURCE/` is read; its card and the three platforms' messages stand in
//! `tests/golden/SOURCE/`. The fixtures are our own, in the shapes that AWS documents and that were observed of the real
//! service.

mod answers;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::render::{chime, slack, teams};
use super::{Card, Digest, DigestTopic, Incoming, Severity, Source, Text, Thread, ThreadUpdate, card, digest};
use crate::delivery::ThreadUpdates;
use crate::watch::{self, Finding};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../tests/fixtures/notification/", $name))
    };
}

fn read(message: &str) -> Card {
    read_with_subject(message, None)
}

/// One of the two accounts that fixtures speak of has a name.
fn read_with_subject(message: &str, subject: Option<&str>) -> Card {
    card(&Incoming {
        topic_arn: "arn:aws:sns:eu-west-1:123456789012:alarms",
        subject,
        message,
        account_names: &[("210987654321".to_owned(), "shop-prod".to_owned())].into_iter().collect(),
        timestamp: "2026-11-22T18:20:17.012Z",
    })
}

/// In the alphabet's order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn text_of(case: &Path) -> String {
    std::fs::read_to_string(case).unwrap()
}

fn name(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

#[test]
fn every_fixture_has_its_golden_messages() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for source in entries(&here.join("tests/fixtures/notification")) {
        for case in entries(&source) {
            let card = read(&text_of(&case));
            assert_eq!(card.source.name(), name(&source), "{}", case.display());
            let golden = json!({
                "severity": format!("{:?}", card.severity),
                "about": format!("{:?}", card.about),
                "thread": format!("{:?}", card.thread),
                "slack": slack::message(&card),
                "teams": teams::message(&card),
                "chime": chime::message(&card),
            });
            for nonsense in ["null", "[object", "undefined", "\\\"{"] {
                let told = golden["slack"].to_string().replace("\"null\"", "");
                assert!(
                    !told.contains(nonsense) || card.source == Source::PLAIN_TEXT,
                    "{}: {nonsense}",
                    case.display()
                );
            }
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(here.join("tests/golden").join(name(&source)));
            settings.set_prepend_module_to_snapshot(false);
            settings.bind(|| insta::assert_json_snapshot!(name(&case), golden));
        }
    }
}

/// Beside each snapshot of Slack's, `…_teams` and `…_chime`.
fn on_other_platforms(name: &str, card: &Card) {
    insta::assert_json_snapshot!(format!("{name}_teams"), teams::message(card));
    insta::assert_json_snapshot!(format!("{name}_chime"), chime::message(card));
}

#[test]
fn plain_text_takes_the_subject_for_its_headline() {
    let card = read_with_subject("Disk is at 91 %", Some("Nightly check"));
    insta::assert_json_snapshot!(slack::message(&card));
    on_other_platforms("plain_text_takes_the_subject_for_its_headline", &card);
}

#[test]
fn a_bare_number_is_text() {
    let card = read("42");
    assert_eq!(card.gist, Some(Text::Plain("42".to_owned())));
    assert_eq!(slack::message(&card).text, "Message from alarms · 42 · eu-west-1 · 123456789012");
}

#[test]
fn an_empty_message_says_so() {
    let message = serde_json::to_string(&slack::message(&read(" \n"))).unwrap();
    assert!(message.contains("The message is empty."), "{message}");
}

#[test]
fn threads_come_from_the_metadata() {
    let thread = read(fixture!("custom_notification/whole.json")).thread.unwrap();
    assert_eq!((thread.key.as_str(), thread.summary.as_deref()), ("web-eu-502", Some("4 % errors, *rolling back*")));
    assert_eq!(read(fixture!("custom_notification/wrong.json")).thread.unwrap().key, "backup");
    assert_eq!(read(fixture!("custom_notification/minimal.json")).thread, None);
}

/// What a thread's first message becomes; the matter took twelve minutes if it is over.
fn update<'a>(parent: &'a Card, latest: &'a Card) -> ThreadUpdate<'a> {
    ThreadUpdate { parent, latest, took_ms: Some(12 * 60 * 1000), updates: ThreadUpdates::ThreadOnly }
}

fn assert_update_is_golden(name: &str, update: &ThreadUpdate<'_>) {
    insta::assert_json_snapshot!(name, slack::parent_update(update));
    insta::assert_json_snapshot!(format!("{name}_teams"), teams::parent_update(update));
}

#[test]
fn a_thread_s_parent_tells_the_latest_update() {
    let (parent, latest) =
        (read(fixture!("custom_notification/minimal.json")), read(fixture!("custom_notification/whole.json")));
    assert_update_is_golden("a_thread_s_parent_tells_the_latest_update", &update(&parent, &latest));
}

/// What came of a matter stands in colour and words above what it was.
#[test]
fn a_matter_that_is_over_says_how_and_after_what_time() {
    let parent = read(fixture!("cloudwatch_alarm/metric.json"));
    let ended = Some(Thread { key: "k".to_owned(), summary: None, ended: Some("Resolved".to_owned()) });
    let headline = Text::Plain("OK: orders-db-cpu-high".to_owned());
    let latest = Card { thread: ended, headline, ..read(fixture!("cloudwatch_alarm/ok.json")) };
    let update = update(&parent, &latest);
    assert_update_is_golden("a_matter_that_is_over_says_how_and_after_what_time", &update);
    assert!(slack::parent_update(&update).text.contains("Resolved after 12 min"));
    let unknown = ThreadUpdate { took_ms: None, ..update };
    assert_eq!(unknown.over().as_deref(), Some("Resolved"));
}

/// A pipeline that failed is over too, and why it failed is the first thing to know.
#[test]
fn what_ended_badly_is_summed_up() {
    let started = read(&pipeline("STARTED", ""));
    let failed = read(&pipeline(
        "FAILED",
        r#","additionalAttributes":{"failedActions":[{"action":"Build","additionalInformation":"exit 1"}]}"#,
    ));
    let update = ThreadUpdate { updates: ThreadUpdates::Both, ..update(&started, &failed) };
    assert_update_is_golden("what_ended_badly_is_summed_up", &update);
    let json = serde_json::to_string(&slack::parent_update(&update)).unwrap();
    for part in ["Failed after 12 min", "Build: exit 1", "Pipeline web: STARTED", "🔴 Pipeline web: FAILED"] {
        assert!(json.contains(part), "{part}: {json}");
    }
    assert!(json.contains("in this thread and the channel"), "{json}");
}

fn pipeline(state: &str, more: &str) -> String {
    format!(
        r#"{{"version":"0","source":"aws.codepipeline","detail-type":"CodePipeline Pipeline Execution State Change","region":"eu-west-1",
            "account":"123456789012","time":"2026-11-22T18:20:16Z","detail":{{"pipeline":"web","state":"{state}","execution-id":"e-1"}}{more}}}"#
    )
}

#[test]
fn an_update_without_summary_is_summed_up() {
    let (parent, latest) =
        (read(fixture!("custom_notification/whole.json")), read(fixture!("custom_notification/minimal.json")));
    let update = slack::parent_update(&update(&parent, &latest));
    let json = serde_json::to_string(&update).unwrap();
    let summary = "*Update Summary:* Notification from alarms · Deployment of *orders* finished";
    assert!(json.contains(summary), "{json}");
}

/// The first message is worth no less after an update: all that it said still stands there.
#[test]
fn an_update_keeps_all_that_the_parent_said() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notification");
    let latest = read(fixture!("cloudwatch_alarm/metric.json"));
    let blocks = |message: &slack::SlackMessage| {
        serde_json::to_value(&message.attachments[0].blocks).unwrap().as_array().unwrap().clone()
    };
    let texts = |blocks: &[Value]| {
        let mut texts: Vec<String> = Vec::new();
        for block in blocks {
            let parts = ["fields", "elements"].into_iter().filter_map(|key| block[key].as_array()).flatten();
            texts.extend(parts.chain(block.get("text")).map(|text| text["text"].as_str().unwrap().to_owned()));
        }
        texts
    };
    for case in entries(&here).iter().flat_map(|source| entries(source)) {
        let parent = read(&text_of(&case));
        let said = texts(&blocks(&slack::message(&parent)));
        let updated = texts(&blocks(&slack::parent_update(&update(&parent, &latest))));
        let is_cut = updated.iter().any(|text| text.contains("(cut, ") || text.contains("Cut here"));
        assert!(is_cut || said.iter().all(|text| updated.contains(text)), "{}: {said:#?} {updated:#?}", case.display());
    }
}

#[test]
fn empty_lists_are_left_out() {
    let message =
        slack::SlackMessage { text: "t".to_owned(), blocks: Vec::new(), attachments: Vec::new(), is_cut: false };
    assert_eq!(serde_json::to_string(&message).unwrap(), r#"{"text":"t"}"#);
}

#[test]
fn a_digest_of_three_topics() {
    let topic =
        |name: &str, count| DigestTopic { topic_arn: format!("arn:aws:sns:eu-west-1:123456789012:{name}"), count };
    let fixtures = [
        fixture!("ec2/state.json"),
        fixture!("cloudwatch_alarm/metric.json"),
        fixture!("custom_notification/whole.json"),
    ];
    let card = digest(&Digest {
        delivery_id: 4711,
        total: 54,
        topics: vec![topic("deploys", 12), topic("alarms", 37), topic("backups", 5)],
        first_at_ms: 1_795_425_245_000,
        last_at_ms: 1_795_427_579_000,
        newest: fixtures.map(read).to_vec(),
    });
    assert_eq!((card.source, card.severity), (Source::DIGEST, Severity::Critical));
    insta::assert_json_snapshot!(slack::message(&card));
    on_other_platforms("a_digest_of_three_topics", &card);
}

#[test]
fn what_bellhop_finds_about_itself() {
    let topic_arn = || "arn:aws:sns:eu-west-1:123456789012:alarms".to_owned();
    let scope = || "Slack workspace T0123ABCD".to_owned();
    let destination = || "Slack channel C0123ABCD in T0123ABCD".to_owned();
    let reason = "Slack answered `token_revoked`: the bot token was revoked or the app removed; authorise the workspace again, then it resumes";
    let dead =
        "Slack answered `is_archived`: the channel is archived; unarchive the channel or configure another, then retry";
    let findings = [
        Finding::WorkspacePaused { scope: scope(), reason: reason.to_owned(), waiting: 318 },
        Finding::WorkspaceResumed { scope: scope(), paused_for_ms: 11_100_000 },
        Finding::TopicFailing { topic_arn: topic_arn(), reason: "SNS has no confirmed subscription".to_owned() },
        Finding::TopicRecovered { topic_arn: topic_arn() },
        Finding::BacklogGrowing { destination: destination(), waiting: 940, oldest_ms: 780_000 },
        Finding::BacklogCleared { destination: destination() },
        Finding::DeliveriesDead { destination: destination(), count: 1, reason: dead.to_owned() },
    ];
    let cards = findings.map(|finding| watch::card(&finding, 1_795_427_579_000));
    insta::assert_json_snapshot!(cards.each_ref().map(slack::message));
    insta::assert_json_snapshot!("what_bellhop_finds_about_itself_teams", cards.each_ref().map(teams::message));
    insta::assert_json_snapshot!("what_bellhop_finds_about_itself_chime", cards.each_ref().map(chime::message));
}
