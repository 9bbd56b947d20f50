//! Golden answers: what a person sees who talks to Bellhop. `tests/golden_answers/NAME.snap` has Slack's message, Slack's view and
//! Teams' messages; the conformance tests hold them to `slack_sdk` and to Microsoft's parser.

use std::path::Path;

use serde_json::{Value, json};

use super::super::render::{slack, teams};
use super::super::{Fact, Part, Text};
use crate::conversation::{Answer, Choice, Control, Field, Form, Input, Style};

fn press(label: &str, style: Style, ticket: &str) -> Control {
    Control::Press { label: label.to_owned(), style, ticket: ticket.to_owned() }
}

fn paragraph(title: Option<&str>, text: Text) -> Part {
    Part::Paragraph { title: title.map(str::to_owned), text }
}

fn help() -> Answer {
    let words = [
        "@aws help shows this",
        "@aws preferences says how this channel is told of updates",
        "@aws switch-role says whose permissions you use",
    ];
    Answer {
        headline: "What Bellhop can do here".to_owned(),
        body: vec![
            paragraph(None, Text::Plain("Notifications of these AWS accounts come to this channel.".to_owned())),
            Part::Bullets {
                title: Some("What you can say".to_owned()),
                items: words.map(|words| Text::Plain(words.to_owned())).to_vec(),
                left_out: 0,
            },
            Part::Facts(vec![
                Fact::new("Configuration", Text::Code("ops-alarms".to_owned())),
                Fact::new("Account", Text::Plain("shop-prod (210987654321)".to_owned())),
            ]),
        ],
        controls: vec![
            press("Let's get started", Style::Primary, "ticket-of-link"),
            press("Preferences", Style::Plain, "ticket-of-preferences"),
            Control::Open {
                label: "Read the guide".to_owned(),
                url: "https://bellhop.example.com/guide?from=help&in=chat".to_owned(),
                style: Style::Plain,
            },
        ],
        note: Some("Bellhop answers in this thread.".to_owned()),
    }
}

fn preferences() -> (Answer, Form) {
    let choice = |label: &str, value: &str| Choice { label: label.to_owned(), value: value.to_owned() };
    let answer = Answer {
        headline: "Updates of ops-alarms go to the thread".to_owned(),
        body: vec![Part::Facts(vec![
            Fact::new("Updates", Text::Plain("In the thread only".to_owned())),
            Fact::new("Joined for", Text::Plain("24 hours".to_owned())),
        ])],
        controls: vec![
            press("Change", Style::Primary, "ticket-of-change"),
            press("Back to the defaults", Style::Danger, "ticket-of-reset"),
        ],
        note: None,
    };
    let form = Form {
        title: "Preferences".to_owned(),
        intro: vec![paragraph(None, Text::Plain("They hold for everybody in this channel.".to_owned()))],
        fields: vec![
            Field {
                name: "updates".to_owned(),
                label: "Where updates go".to_owned(),
                hint: Some("An update is a later message about the same matter.".to_owned()),
                input: Input::Menu {
                    choices: vec![choice("In the thread only", "thread"), choice("Thread and channel", "both")],
                    chosen: Some("thread".to_owned()),
                },
            },
            Field {
                name: "hours".to_owned(),
                label: "Hours after which a new thread begins".to_owned(),
                hint: None,
                input: Input::Text { initial: "24".to_owned(), optional: false },
            },
            Field {
                name: "note".to_owned(),
                label: "A note for your colleagues".to_owned(),
                hint: None,
                input: Input::Text { initial: String::new(), optional: true },
            },
        ],
        submit: "Save".to_owned(),
        ticket: "ticket-of-save".to_owned(),
    };
    (answer, form)
}

fn link() -> Answer {
    Answer {
        headline: "Say who you are in AWS".to_owned(),
        body: vec![paragraph(
            None,
            Text::Plain("This link is for you alone, works once and for ten minutes.".to_owned()),
        )],
        controls: vec![Control::Open {
            label: "Let's get started".to_owned(),
            url: "https://bellhop.example.com/link/c2VhbGVk".to_owned(),
            style: Style::Primary,
        }],
        note: Some("Nobody else sees this message.".to_owned()),
    }
}

fn refusal() -> Answer {
    Answer::sentence("That button was made for somebody else: say `@aws help` to get your own, <@U1> & <!channel>.")
}

fn assert_golden(name: &str, answer: &Answer, form: Option<&Form>) {
    let (slack, teams) = (slack::answer(answer), teams::answer(answer));
    let mut golden = json!({"slack": slack, "teams": teams});
    if let (Some(form), Some(golden)) = (form, golden.as_object_mut()) {
        golden.insert("slack_view".to_owned(), slack::view(form));
        golden.insert("teams_form".to_owned(), json!(teams::form(form)));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden_answers"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_json_snapshot!(name, golden));
}

#[test]
fn answers_are_as_they_were_read() {
    let (preferences, form) = preferences();
    assert_golden("help", &help(), None);
    assert_golden("preferences", &preferences, Some(&form));
    assert_golden("link", &link(), None);
    assert_golden("refusal", &refusal(), None);
}

/// The circle: what is drawn comes back, as the readers of payloads take it.
#[test]
fn what_is_pressed_and_filled_in_comes_back() {
    use crate::conversation::Happening;
    use crate::conversation::slack::{PayloadKind, read};

    let (answer, form) = preferences();
    let scene = || json!({"api_app_id": "A1", "team": {"id": "T0123"}, "user": {"id": "U1"}, "trigger_id": "1.2"});
    let said = |more: Value| {
        let mut payload = scene();
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        read(PayloadKind::Interaction, &payload.to_string()).unwrap().what
    };
    let message = serde_json::to_value(slack::answer(&answer)).unwrap();
    let buttons = message["blocks"].as_array().unwrap().iter().find(|block| block["type"] == "actions").unwrap();
    let pressed = said(json!({"type": "block_actions", "actions": [buttons["elements"][1]]}));
    assert_eq!(pressed, Happening::Pressed { ticket: "ticket-of-reset".to_owned(), values: [].into() });

    let view = slack::view(&form);
    let inputs = view["blocks"].as_array().unwrap().iter().filter(|block| block["type"] == "input");
    let values: serde_json::Map<String, Value> = inputs
        .map(|input| {
            let element = &input["element"];
            let state = match element["type"].as_str().unwrap() {
                "static_select" => json!({"type": "static_select", "selected_option": element["initial_option"]}),
                _ => json!({"type": "plain_text_input", "value": element.get("initial_value")}),
            };
            let state = json!({element["action_id"].as_str().unwrap(): state});
            (input["block_id"].as_str().unwrap().to_owned(), state)
        })
        .collect();
    let submitted = said(
        json!({"type": "view_submission", "view": {"private_metadata": view["private_metadata"], "state": {"values": values}}}),
    );
    let values = [("hours", "24"), ("note", ""), ("updates", "thread")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(submitted, Happening::Submitted { ticket: "ticket-of-save".to_owned(), values });
}
