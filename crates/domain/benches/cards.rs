//! How many messages of each source one core turns into Slack's JSON in a second: envelope, reader, card, renderer, bytes.
//!
//! `cargo xtask bench cards` runs it and writes docs/reference/cards.md from what it prints: a line a source, `NAME TAB
//! MESSAGES_A_SECOND TAB BYTES_OF_A_MESSAGE`. The messages are the fixtures of the golden tests, each in an envelope as SNS
//! posts it. Signatures are not verified here: that is measured at the front door.

#![expect(clippy::expect_used, reason = "a benchmark ends where it cannot go on")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::notification::{AccountNames, Incoming, card, render};
use domain::sns_message::SnsMessage;
use serde_json::json;

/// How long a round lasts, and how many there are; the best one counts, since others only add what else the machine does.
const ROUND: Duration = Duration::from_millis(120);
const ROUNDS: usize = 9;
/// A metric alarm as SNS sends it.
const WITH_AN_AIM: &str = "cloudwatch_alarm/metric.json";

fn main() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/notification");
    for source in entries(&fixtures) {
        let cases = entries(&source);
        measure(name(&source), &cases);
        // The one that has an aim: the others of its source are rarer, and some hold JSON inside JSON.
        if let Some(case) = cases.iter().find(|case| case.ends_with(WITH_AN_AIM)) {
            measure(WITH_AN_AIM.trim_end_matches(".json"), std::slice::from_ref(case));
        }
    }
}

fn measure(named: &str, cases: &[PathBuf]) {
    let envelopes: Vec<String> = cases.iter().map(|case| envelope(case)).collect();
    let bytes = envelopes.iter().map(String::len).sum::<usize>() / envelopes.len().max(1);
    let best = (0..ROUNDS).map(|_| messages_a_second(&envelopes)).max().unwrap_or(0);
    println!("{named}\t{best}\t{bytes}");
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).expect("the fixtures of the golden tests are there");
    let mut entries: Vec<PathBuf> = read.map(|entry| entry.expect("a readable folder").path()).collect();
    entries.sort();
    entries
}

fn name(path: &Path) -> &str {
    path.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

/// As SNS posts it.
fn envelope(case: &Path) -> String {
    let message = std::fs::read_to_string(case).expect("a fixture of text");
    let envelope = json!({
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms",
        "Message": message,
        "Timestamp": "2026-11-22T18:20:17.012Z",
        "SignatureVersion": "1",
        "Signature": "A".repeat(344),
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    });
    envelope.to_string()
}

fn messages_a_second(envelopes: &[String]) -> u128 {
    let began = Instant::now();
    let mut done = 0_u128;
    while began.elapsed() < ROUND {
        for envelope in envelopes {
            black_box(slack_json(black_box(envelope)));
            done += 1;
        }
    }
    done * 1_000_000 / began.elapsed().as_micros().max(1)
}

fn slack_json(envelope: &str) -> Vec<u8> {
    let message = SnsMessage::parse(envelope.as_bytes()).expect("an envelope");
    let card = card(&Incoming {
        topic_arn: message.topic_arn.as_str(),
        subject: message.subject.as_deref(),
        message: &message.message,
        timestamp: &message.timestamp,
        account_names: AccountNames::NONE,
    });
    serde_json::to_vec(&render::slack::message(&card)).expect("JSON")
}
