//! Properties that hold whatever arrives: a card, a message within every limit of its platform, and no power for a stranger.

mod answers;
mod fixtures;
mod platforms;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::render::slack::{self, SlackMessage};
use super::text::{is_blank, is_hazard};
use super::{AccountNames, Card, Incoming, Source, ThreadUpdate, card, message_json};
use crate::delivery::ThreadUpdates;
use crate::rules::{Facts, RUNBOOK_LABEL, Rules};

fn read(message: &str, subject: Option<&str>) -> Card {
    card(&Incoming {
        topic_arn: "arn:aws:sns:eu-west-1:123456789012:t<!here>",
        subject,
        message,
        timestamp: "soon",
        account_names: AccountNames::NONE,
    })
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// All blocks of a message as Slack gets them.
fn blocks(message: &SlackMessage) -> Vec<Value> {
    let inner = message.attachments.iter().flat_map(|attachment| &attachment.blocks);
    message.blocks.iter().chain(inner).map(|block| serde_json::to_value(block).unwrap()).collect()
}

/// Every text of a message, with whether Slack reads it as mrkdwn and whether it may hold the sender's own.
fn texts(message: &SlackMessage, native: bool) -> Vec<(String, bool, bool)> {
    let mut out = vec![(message.text.clone(), true, native)];
    for block in blocks(message) {
        texts_in(&block, native, &mut out);
    }
    out
}

fn texts_in(value: &Value, native: bool, out: &mut Vec<(String, bool, bool)>) {
    match value {
        // In a table's cells nothing is read as mrkdwn.
        Value::Object(object) if object.get("type").is_some_and(|kind| kind == "rich_text") => {
            let [section] = &object["elements"].as_array().unwrap()[..] else { panic!("{object:?}") };
            let [element] = &section["elements"].as_array().unwrap()[..] else { panic!("{object:?}") };
            assert_eq!(section["type"], "rich_text_section");
            assert!(element["type"] == "text" || element["type"] == "date", "{element}");
            let shown = element.get("text").or(element.get("fallback")).and_then(Value::as_str).unwrap();
            out.push((shown.to_owned(), false, false));
        }
        Value::Object(object) if object.get("text").is_some_and(Value::is_string) => {
            let is_mrkdwn = object["type"] == "mrkdwn";
            let may_be_native = native && object.get("verbatim").is_none();
            assert!(is_mrkdwn || object["type"] == "plain_text", "{object:?}");
            assert!(native || !is_mrkdwn || object["verbatim"] == true, "{object:?}");
            out.push((object["text"].as_str().unwrap().to_owned(), is_mrkdwn, may_be_native));
        }
        Value::Object(object) => object.values().for_each(|member| texts_in(member, native, out)),
        Value::Array(items) => items.iter().for_each(|item| texts_in(item, native, out)),
        _ => {}
    }
}

/// What is between `<` and `>` must be of our making: an address shown as itself, a console link, a date.
fn assert_harmless(text: &str) {
    let mut rest = text;
    while let Some(start) = rest.find(['<', '>']) {
        let token = rest[start..].strip_prefix('<').unwrap_or_else(|| panic!("a bare > in {text}"));
        let (inside, after) = token.split_once('>').unwrap_or_else(|| panic!("an open < in {text}"));
        let console = [".console.aws.amazon.com/", "console.amazonaws.cn/", "console.amazonaws-us-gov.com/"];
        let ours = match inside.split_once('|') {
            None => inside.starts_with("https://") || inside.starts_with("http://"),
            Some((url, label)) if url.starts_with("https://wiki.example.com/") => label == RUNBOOK_LABEL,
            Some((url, label)) if url.starts_with("https://") => {
                console.iter().any(|host| url.contains(host)) && label.starts_with("Open ")
            }
            Some((date, _)) => {
                date.strip_prefix("!date^").is_some_and(|date| date.starts_with(|c: char| c.is_ascii_digit()))
            }
        };
        assert!(ours && !inside.contains('<'), "<{inside}> in {text}");
        rest = after;
    }
    let entity = |tail: &&str| ["amp;", "lt;", "gt;"].iter().any(|entity| tail.starts_with(entity));
    assert!(text.split('&').skip(1).all(|tail| entity(&tail)), "a bare & in {text}");
}

/// Slack's limits, written down again from its pages, so that a wrong constant of ours is found.
fn assert_within_limits(message: &SlackMessage) {
    let blocks = blocks(message);
    assert!(!message.text.is_empty() && length(&message.text) <= 4_000 && !message.text.contains('\n'));
    assert!(blocks.len() <= 50, "{} blocks", blocks.len());
    // What tables have around their words is not counted: a hundred rows of twenty cells are allowed.
    let (tables, others): (Vec<Value>, Vec<Value>) = blocks.iter().cloned().partition(|block| block["type"] == "table");
    let mut cells = Vec::new();
    for table in &tables {
        texts_in(table, false, &mut cells);
    }
    let in_tables = cells.iter().map(|(text, ..)| length(text)).sum::<usize>();
    assert!(tables.len() <= 1 && in_tables <= 10_000, "{} tables, {in_tables} units", tables.len());
    assert!(others.iter().map(|block| block.to_string().len()).sum::<usize>() <= 40_000);
    let all = others.iter().map(|block| length(&block.to_string())).sum::<usize>() + in_tables;
    assert!(all <= 13_200 + escapes(&others), "{all}");
    for block in blocks {
        let text = block["text"]["text"].as_str();
        match block["type"].as_str().unwrap() {
            "header" => assert!((1..=150).contains(&length(text.unwrap())), "{block}"),
            "section" => {
                if let Some(text) = text {
                    assert!((1..=3_000).contains(&length(text)), "{block}");
                }
                let fields = block["fields"].as_array().map_or(&[][..], Vec::as_slice);
                assert!(fields.len() <= 10 && (text.is_some() || !fields.is_empty()), "{block}");
                assert!(fields.iter().all(|field| (1..=2_000).contains(&length(field["text"].as_str().unwrap()))));
            }
            "context" => {
                let elements = block["elements"].as_array().unwrap();
                assert!((1..=10).contains(&elements.len()), "{block}");
                assert!(elements.iter().all(|element| !element["text"].as_str().unwrap().is_empty()));
            }
            "table" => {
                let rows = block["rows"].as_array().unwrap();
                let widths: Vec<usize> = rows.iter().map(|row| row.as_array().unwrap().len()).collect();
                assert!((1..=100).contains(&rows.len()) && (1..=20).contains(&widths[0]), "{block}");
                assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
            }
            // Of answers alone, which look closer.
            "actions" => {}
            other => panic!("a block of type {other}"),
        }
    }
}

/// Characters that only JSON's own escaping adds.
fn escapes(blocks: &[Value]) -> usize {
    blocks.iter().map(|block| block.to_string().matches('\\').count()).sum()
}

/// What a rule may put onto any message: everybody called, a runbook's address made of the message's own words.
fn dressed(message: &str, card: &Card) -> Card {
    let rule = json!({"name": "all", "severity": "critical", "runbook": "https://wiki.example.com/{text}/{detail.state}",
        "mention": ["here", "channel", "user:U012AB", "group:S012AB", "teams-user:a@example.com|Anna"]});
    let second = json!({"name": "subject", "runbook": "https://wiki.example.com/{subject}?a={account}"});
    let third = json!({"name": "always", "runbook": "https://wiki.example.com/{type}{source}"});
    let tables = [rule, second, third].map(|rule| rule.as_object().unwrap().clone());
    let json = message_json(message);
    let facts = Facts { card, topic_arn: "t<!here>", configuration_arn: "a/<!here>", message: json.as_ref() };
    let mut dressed = card.clone();
    Rules::parse(&tables).unwrap().evaluate(&facts, &[], 0).dress(&mut dressed);
    dressed
}

const CALLED: &str = "<!here> <!channel> <@U012AB> <!subteam^S012AB>";

/// What rules call is at the top and nowhere else, and the rest is as harmless as without them.
fn check_dressed(message: &str, card: &Card) {
    let native = card.source == Source::CUSTOM_NOTIFICATION;
    let dressed = dressed(message, card);
    platforms::check(&dressed);
    let mut rendered = slack::message(&dressed);
    assert_within_limits(&rendered);
    let top = serde_json::to_value(rendered.blocks.remove(0)).unwrap();
    assert_eq!(top["text"], json!({"type": "mrkdwn", "text": CALLED, "verbatim": true}));
    rendered.text = rendered.text.strip_prefix(CALLED).unwrap().trim_start().to_owned();
    for (text, is_mrkdwn, may_be_native) in texts(&rendered, native) {
        if is_mrkdwn && !may_be_native {
            assert_harmless(&text);
        }
    }
}

fn check(message: &str, subject: Option<&str>) {
    let card = read(message, subject);
    assert!(card.mentions.is_empty());
    platforms::check(&card);
    check_dressed(message, &card);
    let native = card.source == Source::CUSTOM_NOTIFICATION;
    let update = ThreadUpdate { parent: &card, latest: &card, took_ms: Some(1), updates: ThreadUpdates::Both };
    for rendered in [slack::message(&card), slack::parent_update(&update)] {
        assert_within_limits(&rendered);
        for (text, is_mrkdwn, may_be_native) in texts(&rendered, native) {
            assert!(!text.chars().any(is_hazard), "{text:?}");
            assert!(!is_blank(&text), "an empty text in {rendered:?}");
            if is_mrkdwn && !may_be_native {
                assert_harmless(&text);
                assert!(text.matches("```").count() % 2 == 0, "an open code block in {text}");
            }
        }
    }
}

/// Strings that people use against chat rooms.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<!channel>".to_owned()),
        Just("<@U012ABC> <#C012|x> <!subteam^S1|all>".to_owned()),
        Just("<https://evil.example|AWS console>".to_owned()),
        Just("https://evil.example/a|b>c&d`e".to_owned()),
        Just("```` ``` `".to_owned()),
        Just("\u{202e}moc.live\u{2066}\u{200b}\u{0}\u{1b}[31m\r\n".to_owned()),
        Just("&amp; &lt;!here&gt; |".to_owned()),
        Just("*_~*".to_owned()),
        Just("{\u{200b}{DATE(2026-11-22T18:20:16Z)}} {{TIME(2026-11-22T18:20:16Z)}}".to_owned()),
        Just("𝒳👩‍👩‍👧".to_owned()),
        Just(" ".to_owned()),
        Just("80".to_owned()),
        Just("arn:aws:ec2:us-east-1:1:instance/<!here>".to_owned()),
        Just("arn:aws:cloudwatch:evil.example/#:1:alarm:a|b>".to_owned()),
        Just("2026-11-22T18:20:16.588Z".to_owned()),
        Just("FAILED".to_owned()),
        (0usize..4000).prop_map(|n| "long <text> with `words`\n".repeat(n / 25)),
        (0usize..4000).prop_map(|n| "&😀".repeat(n)),
        any::<String>(),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        2 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<f64>().prop_map(|number| json!(number)),
        1 => any::<i64>().prop_map(|number| json!(number)),
        6 => nasty().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((name(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    const NAMES: [&str; 14] = [
        "state",
        "status",
        "severity",
        "name",
        "id",
        "value",
        "message",
        "Arn",
        "State",
        "Value",
        "Metric",
        "Id",
        "ReturnData",
        "title",
    ];
    prop_oneof![3 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => nasty()]
}

/// The members of a shape, each missing, null, hostile, or right.
fn shaped(members: &'static [(&'static str, &'static str)]) -> impl Strategy<Value = Map<String, Value>> {
    let member = |(name, right): &(&'static str, &'static str)| {
        let (name, right) = (*name, *right);
        let value = prop_oneof![
            3 => Just(Some(serde_json::from_str::<Value>(right).unwrap())),
            3 => any_json().prop_map(Some),
            2 => nasty().prop_map(|text| Some(Value::String(text))),
            1 => Just(None),
        ];
        value.prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    members.iter().map(member).collect::<Vec<_>>().prop_map(|members| members.into_iter().flatten().collect())
}

const ALARM: &[(&str, &str)] = &[
    ("AlarmName", r#""cpu""#),
    ("NewStateValue", r#""ALARM""#),
    ("OldStateValue", r#""OK""#),
    ("NewStateReason", r#""because""#),
    ("AlarmDescription", r#""text""#),
    ("StateChangeTime", r#""2026-11-22T18:20:16.588Z""#),
    ("AlarmArn", r#""arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu""#),
    ("Region", r#""US East""#),
    ("AWSAccountId", r#""123456789012""#),
    ("AlarmRule", "null"),
    ("TriggeringChildren", r#"[{"Arn":"arn:aws:cloudwatch:us-east-1:1:alarm:x","State":{"Value":"OK"}},"y",3]"#),
    (
        "Trigger",
        r#"{"MetricName":"m","Threshold":"1","ComparisonOperator":"X","Dimensions":[{"name":"<a>","value":7}]}"#,
    ),
];
const CUSTOM: &[(&str, &str)] = &[
    ("version", r#""1.0""#),
    ("source", r#""custom""#),
    ("content", r#"{"title":"t","description":"d","nextSteps":["a"],"keywords":["`k`"]}"#),
    ("metadata", r#"{"threadId":"x","summary":"<@U1>"}"#),
];
const EVENT: &[(&str, &str)] = &[
    ("version", r#""0""#),
    ("detail-type", r#""Something <!here> Changed""#),
    ("source", r#""aws.ec2""#),
    ("account", r#""123456789012""#),
    ("region", r#""us-east-1""#),
    ("time", r#""2026-11-22T18:20:16Z""#),
    ("resources", r#"["arn:aws:ec2:us-east-1:1:instance/i-1", "<!here>", 7]"#),
    ("detail", r#"{"state":"FAILED","reason":"<https://evil.example|x>"}"#),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn any_text_is_a_message(text in nasty(), subject in prop::option::of(nasty())) {
        check(&text, subject.as_deref());
    }

    #[test]
    fn any_json_is_a_message(value in any_json()) {
        check(&value.to_string(), None);
    }

    #[test]
    fn any_alarm_is_a_message(object in shaped(ALARM)) {
        check(&Value::Object(object).to_string(), None);
    }

    #[test]
    fn any_custom_notification_is_a_message(object in shaped(CUSTOM)) {
        check(&Value::Object(object).to_string(), None);
    }

    #[test]
    fn any_event_is_a_message(object in shaped(EVENT)) {
        check(&Value::Object(object).to_string(), None);
    }
}

#[test]
fn enormous_texts_are_cut_and_say_so() {
    for filler in ["x", "&", "😀", "<", "`", "```\n", "\n", "https://a.example/", "<@U1> "] {
        // The others are as far above every platform's limit; all at 100 KB would take most of the suite's time.
        let bytes = if matches!(filler, "x" | "<@U1> ") { 100_000 } else { 40_000 };
        let long = filler.repeat(bytes / filler.len());
        let alarm = json!({"AlarmName": long, "NewStateValue": "ALARM", "NewStateReason": long, "AlarmDescription": long,
                           "AlarmRule": long, "AWSAccountId": long, "Region": long, "StateChangeTime": long});
        let custom = json!({"version": "1.0", "source": "custom", "metadata": {"threadId": "t", "summary": long},
                            "content": {"title": long, "description": long, "nextSteps": [long, long], "keywords": [long]}});
        let event = json!({"detail-type": long, "source": long, "detail": {"status": long, long.clone(): long, "reason": long},
                           "resources": [long, long]});
        for message in [alarm, custom, event, json!([long])] {
            check(&message.to_string(), Some(&long));
            let rendered = serde_json::to_string(&slack::message(&read(&message.to_string(), None))).unwrap();
            assert!(filler == "\n" || rendered.contains("more characters)"), "{filler}: {rendered}");
            platforms::check_cut(&read(&message.to_string(), None), filler == "\n");
        }
        check(&long, Some(&long));
    }
}

#[test]
fn deep_and_wide_json_is_a_message() {
    check(&"[".repeat(50_000), None);
    check(&format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)), None);
    check(
        &format!("{{\"detail-type\":\"d\",\"source\":\"s\",\"detail\":{}1{}}}", "{\"a\":".repeat(100), "}".repeat(100)),
        None,
    );
    let wide: Map<String, Value> = (0..5_000).map(|n| (format!("status{n}"), json!("<!here>"))).collect();
    check(&json!({"detail-type": "d", "source": "s", "detail": wide}).to_string(), None);
    let children: Vec<Value> = (0..2_000).map(|n| json!(format!("child {n}"))).collect();
    check(&json!({"AlarmName": "a", "NewStateValue": "OK", "TriggeringChildren": children}).to_string(), None);
}

#[test]
fn a_whole_custom_notification_is_not_cut() {
    let steps: Vec<String> = (0..5).map(|n| format!("{n}{}", "s".repeat(349))).collect();
    let message = json!({"version": "1.0", "source": "custom", "content": {
        "title": "t".repeat(250), "description": "d".repeat(8_000), "nextSteps": steps, "keywords": ["k".repeat(75)]}});
    // The push line and its copy, `fallback`, are short by intent.
    let rendered = serde_json::to_string(&blocks(&slack::message(&read(&message.to_string(), None)))).unwrap();
    assert!(!rendered.contains("more characters") && !rendered.contains("Cut here"), "{rendered}");
    // Runs this long are the content's own; the letters of words are not counted.
    let runs = |letter: char| rendered.split(|c| c != letter).map(str::len).filter(|run| *run > 100).sum::<usize>();
    assert_eq!((runs('d'), runs('s'), runs('t')), (8_000, 5 * 349, 250));
}

#[test]
fn no_word_of_the_machine_shows() {
    let nulls =
        r#"{"AlarmName":"a","NewStateValue":"OK","NewStateReason":null,"Trigger":null,"AlarmArn":null,"Region":null}"#;
    let event =
        r#"{"detail-type":"d","source":"s","account":null,"resources":[null],"detail":{"state":null,"a":[null]}}"#;
    for message in [nulls, event] {
        let rendered = serde_json::to_string(&slack::message(&read(message, None))).unwrap();
        for word in ["null", "None", "Some", "[object", "undefined"] {
            assert!(!rendered.contains(word), "{word} in {rendered}");
        }
    }
}
