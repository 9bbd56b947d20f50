//! Rules as the settings say them, over messages as readers read them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::notification::{
    AccountNames, Digest, Fact, Incoming, Moment, Part, Table, Text, card, digest, message_json, render,
};

const CONFIGURATION: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";
/// 2026-11-23 12:00 UTC, a Monday.
const NOW_MS: i64 = 1_795_435_200_000;

const ALARM: &str = r#"{"AlarmName": "orders-cpu", "NewStateValue": "ALARM", "AWSAccountId": "123456789012",
    "Region": "EU (Ireland)", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-cpu",
    "Trigger": {"MetricName": "CPUUtilization", "Threshold": 80.0,
    "Dimensions": [{"name": "InstanceId", "value": "i-1"}, {"name": "Stage", "value": "prod"}]}}"#;
const EVENT: &str = r#"{"version": "0", "source": "shop.orders", "detail-type": "Order Lost", "account": "210987654321",
    "region": "us-east-1", "time": "2026-11-23T12:00:00Z", "resources": ["arn:aws:s3:::orders/a"],
    "detail": {"state": "FAILED", "severity": 8, "retry": false, "items": [{"sku": "a"}, {"sku": "b"}]}}"#;

fn rules(tables: &Value) -> Rules {
    try_rules(tables).unwrap()
}

fn try_rules(tables: &Value) -> Result<Rules, BadRule> {
    let tables: Vec<_> = tables.as_array().unwrap().iter().map(|table| table.as_object().unwrap().clone()).collect();
    Rules::parse(&tables)
}

fn read(message: &str) -> Card {
    let names: AccountNames = [("123456789012".to_owned(), "shop prod".to_owned())].into_iter().collect();
    card(&Incoming {
        topic_arn: TOPIC,
        subject: None,
        message,
        timestamp: "2026-11-23T12:00:00Z",
        account_names: &names,
    })
}

/// Evaluates over a message for [`CONFIGURATION`] and gives what came of it to `look`.
fn over<T>(rules: &Rules, message: &str, now_ms: i64, look: impl FnOnce(Evaluation<'_>) -> T) -> T {
    let (card, json) = (read(message), message_json(message));
    let facts = Facts { card: &card, topic_arn: TOPIC, configuration_arn: CONFIGURATION, message: json.as_ref() };
    look(rules.evaluate(&facts, &[], now_ms))
}

/// Whether a rule with these conditions matches.
fn matches(conditions: &Value, message: &str) -> bool {
    let rules = rules(&json!([{"name": "r", "match": conditions, "mute": true}]));
    over(&rules, message, NOW_MS, |found| found.fate != Fate::Deliver)
}

#[test]
fn each_attribute_is_told_apart() {
    for (conditions, alarm, event) in [
        (json!({}), true, true),
        (json!({"source": "aws.cloudwatch"}), true, false),
        (json!({"source": "cloudwatch_alarm"}), true, false),
        (json!({"source": "shop.*"}), false, true),
        (json!({"type": "Order*"}), false, true),
        (json!({"severity": "critical"}), true, true),
        (json!({"severity": ["warning", "good"]}), false, false),
        (json!({"severity": "!neutral"}), true, true),
        (json!({"severity_at_least": "warning"}), true, true),
        (json!({"state": "ALARM"}), true, false),
        (json!({"state": "failed"}), false, true),
        (json!({"subject": "orders-*"}), true, false),
        (json!({"resource": "arn:aws:s3:::orders/*"}), false, true),
        (json!({"account": "123456789012"}), true, false),
        (json!({"account": 123_456_789_012_u64}), true, false),
        (json!({"account": "shop prod"}), true, false),
        (json!({"account": ["2109*", "!shop*"]}), false, true),
        (json!({"region": "us-*"}), false, true),
        (json!({"topic": "alarms"}), true, true),
        (json!({"topic": TOPIC}), true, true),
        (json!({"topic": "builds"}), false, false),
        (json!({"configuration": "ops"}), true, true),
        (json!({"configuration": CONFIGURATION}), true, true),
        (json!({"configuration": "!ops"}), false, false),
        (json!({"text": "ORDERS-CPU"}), true, false),
        (json!({"text": "order lost"}), false, true),
        (json!({"detail.Trigger.Threshold": ">= 80"}), true, false),
        (json!({"detail": {"severity": "> 7", "state": "FAILED"}}), false, true),
        (json!({"detail.severity": 8}), false, true),
        (json!({"detail.severity": 8.5}), false, false),
        (json!({"detail.retry": false}), false, true),
        (json!({"detail.items.sku": "b"}), false, true),
        (json!({"detail.items.0.sku": "b"}), false, false),
        (json!({"detail.Trigger.Dimensions.value": "prod"}), true, false),
        (json!({"detail.nothing": "*"}), false, false),
        (json!({"detail.nothing": "!*"}), true, true),
        (json!({"source": "shop.*", "state": "OK"}), false, false),
    ] {
        assert_eq!((matches(&conditions, ALARM), matches(&conditions, EVENT)), (alarm, event), "{conditions}");
    }
    assert!(
        matches(&json!({"source": "plain_text", "subject": "!*"}), "hello")
            && !matches(&json!({"detail.a": "*"}), "hello")
    );
}

#[test]
fn what_several_rules_say_is_put_together() {
    let rules = rules(&json!([
        {"name": "call", "match": {"severity": "critical"}, "mention": ["here", "user:U01"], "runbook": "https://w.example/{detail.nothing}"},
        {"name": "more", "mention": ["user:U01", "group:S01"], "runbook": "https://w.example/r/{subject}?m={detail.Trigger.MetricName}"},
        {"name": "late", "runbook": "https://w.example/late"},
        {"name": "soften", "match": {"account": "shop*"}, "severity": "warning", "send_to": "oncall"},
        {"name": "now warning", "match": {"severity": "warning"}, "send_to": ["oncall", CONFIGURATION], "only": true},
        {"name": "no more critical", "match": {"severity": "critical"}, "mention": "channel"},
        {"name": "enough", "match": {"topic": "alarms"}, "stop": true},
        {"name": "never", "mute": true},
    ]));
    over(&rules, ALARM, NOW_MS, |found| {
        let called: Vec<String> = found.mentions.iter().map(ToString::to_string).collect();
        assert_eq!(called, ["here", "user:U01", "group:S01"]);
        assert_eq!(found.runbook.as_ref().unwrap().url, "https://w.example/r/orders-cpu?m=CPUUtilization");
        assert_eq!((found.severity, &found.send_to), (Severity::Warning, &vec!["oncall", CONFIGURATION]));
        assert_eq!((found.only, &found.fate), (Some("now warning"), &Fate::Deliver));
        assert!(
            matches!(found.steps[5].outcome, Outcome::Failed(condition) if condition.to_string() == "severity is `critical`")
        );
        assert_eq!(found.steps[7].outcome, Outcome::NotAsked);
        let mut card = read(ALARM);
        let links = card.links.len();
        found.dress(&mut card);
        assert_eq!((card.links[0].label.as_str(), card.links.len()), (RUNBOOK_LABEL, links + 1));
        assert_eq!((card.severity, card.mentions.len()), (Severity::Warning, 3));
        let said = serde_json::to_value(render::slack::message(&card)).unwrap();
        assert!(said["text"].as_str().unwrap().starts_with("<!here> <@U01> <!subteam^S01> 🟡 "), "{said}");
    });
}

#[test]
fn mute_comes_before_a_silence_before_quiet_hours_and_hours_that_follow_one_another_are_one() {
    let silence = Silence {
        id: 7,
        account_id: Some("123456789012".to_owned()),
        conditions: Conditions::parse(json!({"subject": "orders-*"}).as_object().unwrap()).unwrap(),
        ends_at_ms: NOW_MS + 1,
        author: "anna".to_owned(),
        comment: "migration".to_owned(),
    };
    let hours = |from: &str, to: &str, then: &str| json!({"from": from, "to": to, "zone": "UTC", "below": "critical", "then": then});
    let fate_of = |tables: Value, silences: &[Silence], configuration_arn: &str, now_ms| {
        let mut card = read(ALARM);
        card.severity = Severity::Warning;
        let facts = Facts { card: &card, topic_arn: TOPIC, configuration_arn, message: None };
        rules(&tables).evaluate(&facts, silences, now_ms).fate
    };
    let quiet = json!([{"name": "a", "quiet_hours": hours("11:00", "13:00", "hold")},
                       {"name": "b", "quiet_hours": hours("13:00", "15:30", "hold")}]);
    let silences = [silence];
    let Fate::Mute { reason } = fate_of(quiet.clone(), &silences, CONFIGURATION, NOW_MS) else { panic!() };
    assert_eq!(reason, "silenced until 2026-11-23 12:00:00 UTC by anna: migration (silence 7)");
    let Fate::Hold { until_ms, reason } = fate_of(quiet.clone(), &silences, CONFIGURATION, NOW_MS + 1) else {
        panic!()
    };
    assert_eq!(until_ms, NOW_MS + 12_600_000);
    assert_eq!(
        reason,
        "held until 2026-11-23 15:30:00 UTC by the quiet hours of rule `a`: 11:00 to 13:00 UTC below critical"
    );
    let other = CONFIGURATION.replace("123456789012", "210987654321");
    assert!(matches!(fate_of(quiet.clone(), &silences, &other, NOW_MS), Fate::Hold { .. }));
    let muted = json!([{"name": "a", "quiet_hours": hours("11:00", "13:00", "mute")}, {"name": "b", "mute": true}]);
    assert_eq!(fate_of(muted, &silences, CONFIGURATION, NOW_MS), Fate::Mute { reason: "muted by rule `b`".to_owned() });
    let both = json!([{"name": "a", "quiet_hours": hours("11:00", "13:00", "hold")}, {"name": "b", "quiet_hours": hours("11:00", "13:00", "mute")}]);
    assert!(
        matches!(fate_of(both, &[], CONFIGURATION, NOW_MS), Fate::Mute { reason } if reason.contains("quiet hours of rule `b`"))
    );
    over(&rules(&quiet), ALARM, NOW_MS, |found| assert_eq!(found.fate, Fate::Deliver, "a critical one is not quiet"));
}

#[test]
fn each_platform_calls_whom_it_knows() {
    let mention = ["channel", "here", "user:U01", "teams-user:anna@example.com|Anna B.", "teams-user:8:orgid:1|Ö"];
    let rules = rules(&json!([{"name": "all", "mention": mention}]));
    let mut card = read(ALARM);
    let plain = (render::teams::message(&card), render::chime::message(&card).content);
    over(&rules, ALARM, NOW_MS, |found| found.dress(&mut card));
    let teams = serde_json::to_value(render::teams::message(&card)).unwrap();
    let content = &teams["attachments"][0]["content"];
    assert_eq!(content["body"][0]["text"], "<at>Anna B.</at> <at>Ö</at>");
    let entity = |id, name| json!({"type": "mention", "text": format!("<at>{name}</at>"), "mentioned": {"id": id, "name": name}});
    let entities = json!([entity("anna@example.com", "Anna B."), entity("8:orgid:1", "Ö")]);
    assert_eq!(content["msteams"], json!({"width": "Full", "entities": entities}));
    assert!(!serde_json::to_string(&plain.0).unwrap().contains("entities"));
    assert_eq!(render::chime::message(&card).content, plain.1.replacen("/md ", "/md @All ", 1));
    card.mentions.remove(0);
    assert!(render::chime::message(&card).content.starts_with("/md @Present "));
    card.mentions = vec![Mention::parse("user:U01").unwrap()];
    assert_eq!(render::chime::message(&card).content, plain.1);
    assert_eq!(render::teams::message(&card), plain.0);
}

/// On iPhones it would show the functions of the reader's time as they stand: msteams-docs#5480.
#[test]
fn a_card_that_mentions_somebody_on_teams_says_its_times_in_utc() {
    let at = || Text::Time(Moment::parse("2026-11-22T18:20:16Z"));
    let table = Table { columns: vec!["Since".to_owned()], rows: vec![vec![at()]], ..Table::default() };
    let mut card = read("text");
    card.body = vec![Part::Facts(vec![Fact { label: "Since".to_owned(), value: at() }]), Part::Table(table)];
    let said = |card: &Card, words: &str| json!(render::teams::message(card)).to_string().matches(words).count();
    assert_eq!((said(&card, "{{DATE("), said(&card, "2026-11-22 18:20:16 UTC")), (2, 1));
    card.mentions = vec![Mention::parse("teams-user:a@example.com|Anna").unwrap()];
    assert_eq!((said(&card, "{{DATE("), said(&card, "2026-11-22 18:20:16 UTC")), (0, 2));
    card.mentions = vec![Mention::parse("user:U01").unwrap()];
    assert_eq!(said(&card, "{{DATE("), 2, "whom Teams does not know is not called there");
}

#[test]
fn a_digest_calls_for_its_critical_members_once() {
    let called = |severity, mention: &str| {
        let mut card = read("text");
        (card.severity, card.mentions) = (severity, vec![Mention::parse(mention).unwrap()]);
        card
    };
    let newest = vec![
        called(Severity::Critical, "here"),
        called(Severity::Critical, "here"),
        called(Severity::Warning, "channel"),
        called(Severity::Critical, "user:U01"),
    ];
    let told = digest(&Digest { delivery_id: 1, total: 4, topics: vec![], first_at_ms: 0, last_at_ms: 0, newest });
    let mentions: Vec<String> = told.mentions.iter().map(ToString::to_string).collect();
    assert_eq!(mentions, ["here", "user:U01"]);
}

#[test]
fn what_is_wrong_names_its_rule_and_its_key() {
    let quiet = |zone: &str| json!({"from": "22:00", "to": "07:00", "zone": zone});
    for (rule, key) in [
        (json!({"mute": true}), "name"),
        (json!({"name": "r"}), "name"),
        (json!({"name": "r\n", "mute": true}), "name"),
        (json!({"name": "r", "mute": "yes"}), "mute"),
        (json!({"name": "r", "mute": true, "mentions": []}), "mentions"),
        (json!({"name": "r", "mention": "<!here>"}), "mention"),
        (json!({"name": "r", "mention": []}), "mention"),
        (json!({"name": "r", "severity": "bad"}), "severity"),
        (json!({"name": "r", "only": true, "mute": true}), "only"),
        (json!({"name": "r", "send_to": "a b"}), "send_to"),
        (json!({"name": "r", "runbook": "http://w.example/"}), "runbook"),
        (json!({"name": "r", "runbook": "https://{account}.example/"}), "runbook"),
        (json!({"name": "r", "runbook": "https://w.example{region}/x"}), "runbook"),
        (json!({"name": "r", "runbook": "https://w.example/{colour}"}), "runbook"),
        (json!({"name": "r", "runbook": "https://w.example/{subject"}), "runbook"),
        (json!({"name": "r", "runbook": "https://w.example/a|b"}), "runbook"),
        (json!({"name": "r", "quiet_hours": quiet("Mars")}), "quiet_hours.zone"),
        (json!({"name": "r", "mute": true, "match": "all"}), "match"),
        (json!({"name": "r", "mute": true, "match": {"sevrity": "critical"}}), "match.sevrity"),
        (json!({"name": "r", "mute": true, "match": {"severity": "crit*"}}), "match.severity"),
        (json!({"name": "r", "mute": true, "match": {"severity_at_least": ["critical"]}}), "match.severity_at_least"),
        (json!({"name": "r", "mute": true, "match": {"subject": []}}), "match.subject"),
        (json!({"name": "r", "mute": true, "match": {"subject": {"a": "b"}}}), "match.subject"),
        (json!({"name": "r", "mute": true, "match": {"detail.a..b": "x"}}), "match.detail.a..b"),
        (json!({"name": "r", "mute": true, "match": {"detail": {"a": "> x"}}}), "match.detail.a"),
        (json!({"name": "r", "mute": true, "match": {"detail": "x"}}), "match.detail"),
    ] {
        let bad = try_rules(&json!([rule])).unwrap_err();
        assert_eq!(bad.key, key, "{bad}");
        assert!(bad.rule == "number 1" || bad.rule.starts_with("`r"), "{bad}");
        assert!(!bad.to_string().contains('\n') && !bad.to_string().ends_with('.'), "{bad}");
    }
    let twice = try_rules(&json!([{"name": "r", "mute": true}, {"name": "r", "mute": true}])).unwrap_err();
    assert_eq!(twice.to_string(), "rule `r`: `name` is another rule's too");
}

#[test]
fn only_what_decides_the_way_is_asked_for_before_a_message_is_accepted() {
    let dresses = rules(&json!([{"name": "r", "mention": "here", "match": {"detail.a": "b"}}]));
    assert!(!dresses.admit() && dresses.read_message());
    let admits = rules(&json!([{"name": "r", "send_to": "ops"}]));
    assert!(admits.admit() && !admits.read_message());
}

fn any_condition() -> impl Strategy<Value = (String, Value)> {
    const ATTRIBUTES: [&str; 10] = [
        "source",
        "type",
        "severity_at_least",
        "state",
        "subject",
        "resource",
        "text",
        "topic",
        "detail.state",
        "detail.a.b",
    ];
    let value = prop_oneof![
        Just(json!("critical")),
        Just(json!("*")),
        Just(json!("!*o*")),
        Just(json!(">= 7")),
        Just(json!(["aws.*", "!aws.s3"])),
        Just(json!(7)),
        any::<String>().prop_map(Value::String),
    ];
    (prop::sample::select(&ATTRIBUTES[..]).prop_map(str::to_owned), value)
}

fn any_rule() -> impl Strategy<Value = Value> {
    let effects = prop_oneof![
        Just(json!({"mention": ["here", "user:U01"]})),
        Just(json!({"mention": ["channel"]})),
        Just(json!({"mute": true})),
        Just(json!({"send_to": ["a", "b"]})),
        Just(json!({"send_to": ["b", "c"], "only": true})),
        Just(json!({"runbook": "https://w.example/{text}"})),
        Just(json!({"quiet_hours": {"from": "11:00", "to": "13:00", "zone": "UTC"}})),
        Just(json!({"quiet_hours": {"from": "09:00", "to": "15:00", "zone": "Asia/Tokyo", "then": "hold"}})),
    ];
    (prop::collection::vec(any_condition(), 0..3), effects).prop_map(|(conditions, effects)| {
        let mut rule = effects;
        rule["match"] = Value::Object(conditions.into_iter().collect());
        rule
    })
}

/// Named by where they stand in `tables`; those that are none are left out.
fn parsed(tables: &[Value]) -> Vec<Value> {
    let named = tables.iter().enumerate().map(|(n, rule)| {
        let mut rule = rule.clone();
        rule["name"] = json!(format!("r{n}"));
        rule
    });
    named.filter(|rule| try_rules(&json!([rule])).is_ok()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_rules_over_any_message_have_an_answer(tables in prop::collection::vec(any_rule(), 0..6), message in any::<String>(), now_ms in any::<i64>()) {
        let rules = rules(&Value::Array(parsed(&tables)));
        over(&rules, &message, now_ms, |found| found.dress(&mut read(&message)));
    }

    /// Without `severity` and `stop`, no rule sees another: what adds up is the same in any order.
    #[test]
    fn the_order_does_not_matter_for_what_adds_up(tables in prop::collection::vec(any_rule(), 0..6), from_end in any::<bool>()) {
        let message = if from_end { ALARM } else { EVENT };
        let tables = parsed(&tables);
        let reversed: Vec<Value> = tables.iter().rev().cloned().collect();
        let summary = |tables: Vec<Value>| {
            over(&rules(&Value::Array(tables)), message, NOW_MS, |found| {
                let mut mentions: Vec<String> = found.mentions.iter().map(ToString::to_string).collect();
                let mut send_to: Vec<String> = found.send_to.iter().map(|name| (*name).to_owned()).collect();
                mentions.sort();
                send_to.sort();
                let muted = matches!(found.fate, Fate::Mute { .. });
                let until_ms = if let Fate::Hold { until_ms, .. } = found.fate { until_ms } else { 0 };
                (mentions, send_to, found.only.is_some(), found.severity, muted, until_ms)
            })
        };
        prop_assert_eq!(summary(tables), summary(reversed));
    }

    #[test]
    fn any_table_is_a_rule_or_says_why_not(key in "[a-z_]{1,10}", value in any::<String>(), path in "[a-z.]{0,12}") {
        for rule in [json!({"name": value, "mute": true}), json!({"name": "r", (key): value}),
                     json!({"name": "r", "mute": true, "match": {format!("detail.{path}"): value}}),
                     json!({"name": "r", "runbook": format!("https://w.example/{value}")})] {
            if let Err(bad) = try_rules(&json!([rule])) {
                prop_assert!(!bad.to_string().contains('\n'), "{bad}");
            }
        }
    }
}
