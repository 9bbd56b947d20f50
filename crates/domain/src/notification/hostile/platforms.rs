//! The same properties for Microsoft Teams and Amazon Chime: within every limit, visible when cut, no power for a stranger.

use serde_json::Value;

use crate::delivery::ThreadUpdates;
use crate::notification::render::teams::TeamsMessage;
use crate::notification::render::{chime, teams};
use crate::notification::text::{is_blank, is_hazard};
use crate::notification::{
    About, Card, Digest, DigestTopic, Fact, Link, Moment, Part, Place, Severity, Source, Table, Text, ThreadUpdate,
    digest,
};

/// Checks a card, and a digest of it.
pub fn check(card: &Card) {
    teams_is_sound(card);
    chime_is_sound(card);
    let topic = DigestTopic { topic_arn: card.footer.clone(), count: 3 };
    let newest = vec![card.clone(), card.clone()];
    let folded =
        digest(&Digest { delivery_id: 1, total: 3, topics: vec![topic], first_at_ms: 0, last_at_ms: 9, newest });
    assert_ne!(folded.source, Source::CUSTOM_NOTIFICATION);
    teams_is_sound(&folded);
    chime_is_sound(&folded);
}

/// Checks that a card which is too long for either platform says so: at its end, or where a value was cut.
pub fn check_cut(card: &Card, is_blank: bool) {
    let teams = serde_json::to_string(&teams::message(card)).unwrap();
    let chime = chime::message(card).content;
    for rendered in [teams, chime] {
        let says = rendered.contains("Cut here: the notification is longer") || rendered.contains('…');
        assert!(says || is_blank, "{rendered}");
    }
}

/// Parts that only the crate itself makes, each as long as no reader makes them.
#[test]
fn a_card_of_extremes_keeps_every_limit() {
    for filler in ["x", "\\", "\"", r#"{"a":"\"b\""}"#, "€", "😀", "*", "@", " x"] {
        let long = || filler.repeat(5_000);
        let link = |n: usize| Link { label: long(), url: format!("https://x.example/{n}{}", "a".repeat(1_900)) };
        let card = Card {
            source: Source::WATCH,
            severity: Severity::Critical,
            headline: Text::Plain(long()),
            gist: Some(Text::Arn(long())),
            place: Place { account: Some(long()), account_name: None, region: Some(long()) },
            body: vec![
                Part::Tags(vec![long(); 100]),
                Part::Facts(vec![Fact { label: long(), value: Text::Code(long()) }; 200]),
                Part::Bullets { title: Some(long()), items: vec![Text::Plain(long()); 200], left_out: usize::MAX / 2 },
                Part::Preformatted { title: Some(long()), text: long() },
                Part::Table(Table {
                    title: Some(long()),
                    columns: vec![long(); 6],
                    rows: vec![vec![Text::Plain(long()); 6]; 120],
                    left_out: usize::MAX / 2,
                }),
                Part::Paragraph { title: Some(long()), text: Text::Time(Moment::parse(&long())) },
                Part::Facts(vec![Fact { label: long(), value: Text::Arn(long()) }; 200]),
            ],
            links: (0..20).map(link).collect(),
            footer: long(),
            sent: Moment::parse(&long()),
            thread: None,
            about: About::default(),
            mentions: Vec::new(),
            picture: None,
            controls: Vec::new(),
        };
        teams_is_sound(&card);
        if filler != "x" {
            // A label that begins with "Open " is what the check below takes for ours; these are not.
            let no_links = Card { links: Vec::new(), ..card.clone() };
            chime_is_sound(&no_links);
        }
        assert!(chime::message(&card).content.encode_utf16().count() <= 4_096);
        check_cut(&card, false);
    }
}

#[test]
fn an_ordinary_card_is_not_cut() {
    let text = Text::Plain("word ".repeat(400));
    let card = Card { body: vec![Part::Paragraph { title: None, text }], ..super::read("hello", None) };
    let (teams, chime) = (serde_json::to_string(&teams::message(&card)).unwrap(), chime::message(&card).content);
    for rendered in [teams, chime] {
        assert!(!rendered.contains("Cut here") && rendered.matches("word").count() == 400, "{rendered}");
    }
}

/// Teams' limits, written down again from its pages.
fn teams_is_sound(card: &Card) {
    // A headline that another replaces is drawn too.
    let other = Card { headline: Text::Plain("OK".to_owned()), ..card.clone() };
    let of = |latest| ThreadUpdate { parent: card, latest, took_ms: None, updates: ThreadUpdates::ThreadOnly };
    let longest = teams::parent_update(&of(&other));
    for message in [&teams::message(card), &teams::parent_update(&of(card)), &longest] {
        teams_message_is_sound(message, card);
    }
    // A webhook's is the same card, of a version that Workflows shows.
    let mut webhook = teams::webhook_message(card);
    let version = webhook.attachments[0].pointer_mut("/content/version").unwrap();
    assert_eq!(std::mem::replace(version, "1.5".into()), "1.4");
    assert_eq!(webhook, teams::message(card));
    // The largest picture that it takes, whose words a stranger writes too.
    let alt_text = card.gist.as_ref().map_or_else(String::new, |gist| format!("{gist:?}"));
    let png = "iVBO".repeat(longest.picture_bytes_max(&alt_text) / 3);
    if let Some(picture) = teams::TeamsPicture::of_base64(&png, &alt_text) {
        teams_message_is_sound(&longest.with_picture(&picture).unwrap(), card);
    }
}

/// One card in a message within the limits of size.
pub fn teams_json_is_small(message: &TeamsMessage) {
    let json = serde_json::to_string(message).unwrap();
    assert!(json.len() <= 28 * 1000, "{} bytes", json.len());
    let handed_on = Value::from(json.as_str()).to_string();
    assert!(handed_on.len() <= 28_672, "{} bytes as a string", handed_on.len());
    assert!(json.encode_utf16().count() * 2 <= 40 * 1000, "{} UTF-16 bytes", json.encode_utf16().count() * 2);
    assert!(!is_blank(&message.summary) && message.summary.chars().count() <= 600 && !message.summary.contains('\n'));
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.attachments[0]["contentType"], "application/vnd.microsoft.card.adaptive");
    let content = &message.attachments[0]["content"];
    assert_eq!((content["type"].as_str(), content["version"].as_str()), (Some("AdaptiveCard"), Some("1.5")));
    assert!(content.get("entities").is_none());
}

fn teams_message_is_sound(message: &TeamsMessage, card: &Card) {
    teams_json_is_small(message);
    let content = &message.attachments[0]["content"];
    let entities = content["msteams"].get("entities").map_or(&[][..], |entities| entities.as_array().unwrap());
    let mut body = content["body"].as_array().unwrap().clone();
    if entities.is_empty() {
        assert!(card.mentions.iter().all(|mention| !mention.to_string().starts_with("teams-user:")));
    } else {
        // The one text block that a rule makes, and the one person whom the rule of these tests calls.
        let mentioned = serde_json::json!({"id": "a@example.com", "name": "Anna"});
        assert_eq!(entities, [serde_json::json!({"type": "mention", "text": "<at>Anna</at>", "mentioned": mentioned})]);
        assert_eq!(body.remove(0)["text"], "<at>Anna</at>");
        assert!(!content.to_string().contains("{{DATE("), "iPhones show it as it stands: msteams-docs#5480");
        assert!(!card.mentions.is_empty());
    }
    let actions = content.get("actions").map_or(&[][..], |actions| actions.as_array().unwrap());
    assert!(actions.len() <= 6);
    for action in actions {
        assert!(
            action["type"] == "Action.OpenUrl" && action["url"].as_str().unwrap().starts_with("https://"),
            "{action}"
        );
    }
    assert!(!body.is_empty());
    walk(&Value::Array(body), card.source == Source::CUSTOM_NOTIFICATION);
}

/// Every element is one that we know, and only a custom notification's own words are where Teams reads markdown.
pub fn walk(value: &Value, native: bool) {
    for element in value.as_array().unwrap() {
        match element["type"].as_str().unwrap() {
            "Container" => walk(&element["items"], native),
            "ColumnSet" => {
                let columns = element["columns"].as_array().unwrap();
                assert!(!columns.is_empty() && columns.len() <= 8, "{element}");
                for (index, column) in columns.iter().enumerate() {
                    let weight = if index == 0 { 2 } else { 1 };
                    assert_eq!((&column["type"], &column["width"]), (&"Column".into(), &weight.into()));
                    walk(&column["items"], native);
                }
            }
            "RichTextBlock" => {
                assert!(!element["inlines"].as_array().unwrap().is_empty(), "{element}");
                walk(&element["inlines"], native);
            }
            "TextRun" => {
                let text = element["text"].as_str().unwrap();
                assert!(!text.is_empty() && !text.contains('\n') && !text.chars().any(is_hazard), "{element}");
                assert!(!text.contains("{{DATE(") && !text.contains("{{TIME("), "a date of a stranger's: {element}");
            }
            "TextBlock" if is_local_time(element) => {}
            "TextBlock" => {
                assert!(native, "markdown of a stranger: {element}");
                let text = element["text"].as_str().unwrap();
                assert!(!is_blank(text) && !text.chars().any(is_hazard), "{element}");
            }
            "Image" => {
                assert!(element["url"].as_str().unwrap().starts_with("data:image/png;base64,"), "{element}");
                let words = element["altText"].as_str().unwrap();
                assert!(!is_blank(words) && !words.contains('\n') && !words.chars().any(is_hazard), "{element}");
            }
            other => panic!("an element of type {other}"),
        }
    }
}

/// The one text block of our own making: a time, and nothing that a stranger chose.
fn is_local_time(element: &Value) -> bool {
    let text = element["text"].as_str().unwrap();
    let Some((at, _)) = text.strip_prefix("{{DATE(").and_then(|rest| rest.split_once(", SHORT)}}")) else {
        return false;
    };
    let functions = format!("{{{{DATE({at}, SHORT)}}}} {{{{TIME({at})}}}}");
    let is_digits_and_marks = at.chars().all(|c| c.is_ascii_digit() || "-:TZ".contains(c));
    is_digits_and_marks
        && at.len() == "2026-11-22T18:20:16Z".len()
        && ["", " your time"].contains(&&text[functions.len()..])
}

fn chime_is_sound(card: &Card) {
    let content = chime::message(card).content;
    assert!(content.encode_utf16().count() <= 4_096, "{} units", content.encode_utf16().count());
    assert!(content.starts_with("/md ") && !is_blank(&content[4..]));
    assert!(!content.chars().any(is_hazard), "{content:?}");
    if card.source == Source::CUSTOM_NOTIFICATION {
        return;
    }
    // Of a digest, those of its critical members.
    let content = if card.mentions.is_empty() { content } else { content.replacen("@All ", "", 1) };
    assert!(!content.contains('@'), "a mention in {content}");
    assert!(content.matches("```").count().is_multiple_of(2), "an open code block in {content}");
    // A link with a label is one of ours.
    let outside: String = content.split("```").step_by(2).collect();
    for (at, _) in outside.match_indices("](") {
        let label = &outside[..at];
        assert!(
            outside[at..].starts_with("](https://") && label.rsplit('[').next().unwrap().starts_with("Open "),
            "{content}"
        );
    }
}
