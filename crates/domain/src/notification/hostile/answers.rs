//! The same properties for what Bellhop says in conversations: answers and forms of any words, of any number of buttons and
//! fields, with tickets of any length.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::platforms::{teams_json_is_small, walk};
use super::{assert_harmless, assert_within_limits, blocks, length, nasty, texts, texts_in};
use crate::conversation::{
    Answer, Choice, Control, FORM_TICKET_BYTES_MAX, Field, Form, Input, PRESS_TICKET_BYTES_MAX, Style,
};
use crate::notification::render::teams::{PRESS_VERB, TeamsMessage};
use crate::notification::render::{slack, teams};
use crate::notification::text::{is_blank, is_hazard};
use crate::notification::{Fact, Moment, Part, Table, Text};

fn check_answer(answer: &Answer) {
    let message = slack::answer(answer);
    assert_within_limits(&message);
    assert!(message.attachments.is_empty());
    for (text, is_mrkdwn, may_be_native) in texts(&message, false) {
        assert!(!may_be_native && !is_blank(&text) && !text.chars().any(is_hazard), "{text:?}");
        if is_mrkdwn {
            assert_harmless(&text);
        }
    }
    // The same in lines has no block of a table.
    let in_lines = slack::answer_in_lines(answer);
    assert_within_limits(&in_lines);
    assert!(blocks(&in_lines).iter().all(|block| block["type"] != "table"));
    let told = says(&json!(message), "Not all buttons have room here.");
    slack_buttons_are_sound(&blocks(&message), answer, told);
    let message = teams::answer(answer);
    let told = says(&json!(message), "Not all buttons have room here.");
    let actions = teams_card_is_sound(&message);
    let tickets = actions.iter().filter(|action| action["type"] == "Action.Execute");
    for action in tickets.clone() {
        assert_eq!(action["verb"], PRESS_VERB);
        assert!(is_ticket_of(answer, action["data"]["ticket"].as_str().unwrap()), "{action}");
    }
    assert_eq!(told, actions.len() < answer.controls.len());
}

fn says(message: &Value, notice: &str) -> bool {
    message.to_string().contains(notice)
}

fn is_ticket_of(answer: &Answer, ticket: &str) -> bool {
    answer.controls.iter().any(|control| matches!(control, Control::Press { ticket: of, .. } if of == ticket))
}

/// Limits written down again from Slack's pages on buttons and actions blocks.
fn slack_buttons_are_sound(blocks: &[Value], answer: &Answer, told: bool) {
    let rows: Vec<&Value> = blocks.iter().filter(|block| block["type"] == "actions").collect();
    let mut ids = std::collections::HashSet::new();
    let mut drawn = 0;
    for button in rows.iter().flat_map(|row| row["elements"].as_array().unwrap()) {
        drawn += 1;
        assert!((1..=75).contains(&length(button["text"]["text"].as_str().unwrap())), "{button}");
        assert!(ids.insert(button["action_id"].as_str().unwrap()), "{button}");
        assert!(button.get("style").is_none_or(|style| style == "primary" || style == "danger"));
        match (button.get("value"), button.get("url")) {
            (Some(ticket), None) => {
                let ticket = ticket.as_str().unwrap();
                assert!((1..=2_000).contains(&ticket.len()) && is_ticket_of(answer, ticket));
            }
            (None, Some(url)) => assert!(url.as_str().is_some_and(|url| url.starts_with("http") && url.len() <= 3_000)),
            _ => panic!("{button}"),
        }
    }
    assert!(rows.iter().all(|row| (1..=25).contains(&row["elements"].as_array().unwrap().len())));
    assert_eq!(told, drawn < answer.controls.len(), "{drawn} of {}", answer.controls.len());
}

/// The card's actions, wherever they stand.
fn teams_card_is_sound(message: &TeamsMessage) -> Vec<Value> {
    teams_json_is_small(message);
    let content = &message.attachments[0]["content"];
    assert_eq!(content["msteams"], json!({"width": "Full"}));
    let (rows, rest): (Vec<&Value>, Vec<&Value>) =
        content["body"].as_array().unwrap().iter().partition(|element| element["type"] == "ActionSet");
    let rows = rows.into_iter().chain(content.get("actions").is_some().then_some(content));
    let rows: Vec<&Vec<Value>> = rows.map(|row| row["actions"].as_array().unwrap()).collect();
    assert!(rows.iter().all(|row| (1..=6).contains(&row.len())));
    let (inputs, rest): (Vec<&Value>, Vec<&Value>) =
        rest.into_iter().partition(|element| element["type"].as_str().unwrap().starts_with("Input."));
    walk(&rest.into_iter().cloned().collect(), false);
    let mut names = std::collections::HashSet::new();
    for input in inputs {
        assert!(names.insert(input["id"].as_str().unwrap()), "{input}");
        let label = input["label"].as_str().unwrap();
        assert!(!is_blank(label) && label.chars().count() <= 150 && !label.chars().any(is_hazard), "{input}");
        assert!(input.get("choices").is_none_or(|choices| !choices.as_array().unwrap().is_empty()), "{input}");
    }
    let actions: Vec<Value> = rows.into_iter().flatten().cloned().collect();
    for action in &actions {
        let title = action["title"].as_str().unwrap();
        assert!(!is_blank(title) && title.chars().count() <= 80 && !title.chars().any(is_hazard), "{action}");
        assert!(action["type"] != "Action.OpenUrl" || action["url"].as_str().unwrap().starts_with("http"));
    }
    actions
}

fn check_form(form: &Form) {
    let view = slack::view(form);
    slack_view_is_sound(&view, form);
    let message = teams::form(form);
    let actions = teams_card_is_sound(&message);
    let body = message.attachments[0]["content"]["body"].as_array().unwrap();
    let inputs = body.iter().filter(|element| element.get("id").is_some()).count();
    if form.ticket.len() <= FORM_TICKET_BYTES_MAX {
        assert_eq!(actions.len(), 1);
        assert_eq!(actions[0]["type"], "Action.Submit", "phones fail to execute a form: botbuilder-js#4430");
        assert_eq!(actions[0]["data"], json!({"ticket": form.ticket}));
        assert!(inputs == form.fields.len() || says(&json!(message), "Not all of this form has room here."));
    } else {
        assert_eq!((actions.len(), inputs), (0, 0));
        assert!(says(&json!(message), "This form cannot be sent."));
    }
}

/// Limits written down again from Slack's pages on views and input blocks.
fn slack_view_is_sound(view: &Value, form: &Form) {
    assert!(view.to_string().len() <= 250_000, "{} bytes", view.to_string().len());
    assert_eq!(view["type"], "modal");
    for word in ["title", "submit", "close"] {
        let word = view.get(word).map(|word| word["text"].as_str().unwrap());
        assert!(word.is_none_or(|word| (1..=24).contains(&length(word)) && !is_blank(word)), "{word:?}");
    }
    let blocks = view["blocks"].as_array().unwrap();
    assert!((1..=100).contains(&blocks.len()));
    let mut names = std::collections::HashSet::new();
    let inputs: Vec<&Value> = blocks.iter().filter(|block| block["type"] == "input").collect();
    for (number, input) in inputs.iter().enumerate() {
        assert_eq!(input["block_id"], number.to_string());
        assert!((1..=2_000).contains(&length(input["label"]["text"].as_str().unwrap())));
        let element = &input["element"];
        assert!(names.insert(element["action_id"].as_str().unwrap()) && element["action_id"] != "");
        assert!(element.get("initial_value").is_none_or(|text| length(text.as_str().unwrap()) <= 3_000));
        if element["type"] == "static_select" {
            let options = element["options"].as_array().unwrap();
            assert!((1..=100).contains(&options.len()));
            for option in options {
                assert!((1..=75).contains(&length(option["text"]["text"].as_str().unwrap())), "{option}");
                assert!((1..=150).contains(&option["value"].as_str().unwrap().len()), "{option}");
            }
            assert!(element.get("initial_option").is_none_or(|chosen| options.contains(chosen)));
        }
    }
    if form.ticket.len() <= FORM_TICKET_BYTES_MAX {
        assert_eq!(view["private_metadata"], form.ticket);
        assert!(view.get("submit").is_some());
        assert!(inputs.len() == form.fields.len() || says(view, "Not all of this form has room here."));
    } else {
        assert!(view.get("submit").is_none() && view.get("private_metadata").is_none() && inputs.is_empty());
        assert!(says(view, "This form cannot be sent."));
    }
    let mut texts = Vec::new();
    texts_in(view, false, &mut texts);
    for (text, is_mrkdwn, _) in texts {
        assert!(!is_blank(&text) && !text.chars().any(is_hazard), "{text:?}");
        if is_mrkdwn {
            assert_harmless(&text);
        }
    }
}

fn any_style() -> impl Strategy<Value = Style> {
    prop_oneof![Just(Style::Plain), Just(Style::Primary), Just(Style::Danger)]
}

fn any_ticket() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (1usize..800).prop_map(|length| "t".repeat(length)),
        1 => Just("t".repeat(PRESS_TICKET_BYTES_MAX)),
        1 => Just("t".repeat(PRESS_TICKET_BYTES_MAX + 1)),
        1 => Just("t".repeat(FORM_TICKET_BYTES_MAX)),
        1 => Just("t".repeat(FORM_TICKET_BYTES_MAX + 1)),
        1 => Just(String::new()),
    ]
}

fn any_url() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("https://bellhop.example.com/link/x?a=1&b=2".to_owned()),
        1 => (1usize..4_000).prop_map(|length| format!("https://bellhop.example.com/{}", "a".repeat(length))),
        1 => Just("javascript:alert(1)".to_owned()),
        1 => nasty(),
    ]
}

fn any_control() -> impl Strategy<Value = Control> {
    prop_oneof![
        (nasty(), any_style(), any_ticket()).prop_map(|(label, style, ticket)| Control::Press { label, style, ticket }),
        (nasty(), any_style(), any_url()).prop_map(|(label, style, url)| Control::Open { label, style, url }),
    ]
}

/// Also what the platforms' own markdown may stand in: an answer gives it no power.
fn any_text() -> impl Strategy<Value = Text> {
    (nasty(), 0..5).prop_map(|(text, kind)| match kind {
        0 => Text::Plain(text),
        1 => Text::Code(text),
        2 => Text::Arn(text),
        3 => Text::Native(text),
        _ => Text::Time(Moment::parse(&text)),
    })
}

/// Ragged, wide, long, empty.
fn any_table() -> impl Strategy<Value = Table> {
    let row = prop::collection::vec(any_text(), 0..7);
    let columns = prop::collection::vec(nasty(), 0..25);
    let rows = prop_oneof![
        4 => prop::collection::vec(row, 0..8),
        1 => (90usize..130).prop_map(|count| vec![vec![Text::Code("word".to_owned()); 5]; count]),
    ];
    (prop::option::of(nasty()), columns, rows, any::<usize>()).prop_map(|(title, columns, rows, left_out)| Table {
        title,
        columns,
        rows,
        left_out: left_out / 2,
    })
}

fn any_part() -> impl Strategy<Value = Part> {
    let title = || prop::option::of(nasty());
    prop_oneof![
        (title(), any_text()).prop_map(|(title, text)| Part::Paragraph { title, text }),
        (title(), prop::collection::vec(any_text(), 0..6), any::<usize>())
            .prop_map(|(title, items, left_out)| Part::Bullets { title, items, left_out: left_out / 2 }),
        prop::collection::vec((nasty(), any_text()), 0..30)
            .prop_map(|facts| { Part::Facts(facts.into_iter().map(|(label, value)| Fact { label, value }).collect()) }),
        prop::collection::vec(nasty(), 0..6).prop_map(Part::Tags),
        (title(), nasty()).prop_map(|(title, text)| Part::Preformatted { title, text }),
        any_table().prop_map(Part::Table),
    ]
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let parts = prop::collection::vec(any_part(), 0..6);
    let controls = prop::collection::vec(any_control(), 0..40);
    (nasty(), parts, controls, prop::option::of(nasty())).prop_map(|(headline, body, controls, note)| Answer {
        headline,
        body,
        controls,
        note,
    })
}

fn any_field() -> impl Strategy<Value = Field> {
    let choice = (nasty(), nasty()).prop_map(|(label, value)| Choice { label, value });
    let menu = (prop::collection::vec(choice, 0..8), prop::option::of(nasty()))
        .prop_map(|(choices, chosen)| Input::Menu { choices, chosen });
    let text = (nasty(), any::<bool>()).prop_map(|(initial, optional)| Input::Text { initial, optional });
    let name = prop_oneof![4 => "[a-z]{1,3}", 1 => nasty(), 1 => Just("ticket".to_owned())];
    (name, nasty(), prop::option::of(nasty()), prop_oneof![menu, text]).prop_map(|(name, label, hint, input)| Field {
        name,
        label,
        hint,
        input,
    })
}

fn any_form() -> impl Strategy<Value = Form> {
    let intro = prop::collection::vec(any_part(), 0..4);
    (nasty(), intro, prop::collection::vec(any_field(), 0..8), nasty(), any_ticket())
        .prop_map(|(title, intro, fields, submit, ticket)| Form { title, intro, fields, submit, ticket })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(50) })]

    #[test]
    fn any_answer_is_a_message(answer in any_answer()) {
        check_answer(&answer);
    }

    #[test]
    fn any_form_is_a_view_and_a_message(form in any_form()) {
        check_form(&form);
    }
}

#[test]
fn thousands_of_everything_keep_every_limit() {
    for filler in ["x", "<", "😀", "\"", "€"] {
        let long = || filler.repeat(3_000);
        let press = |ticket: &str| Control::Press { label: long(), style: Style::Danger, ticket: ticket.to_owned() };
        let facts = || Part::Facts(vec![Fact { label: long(), value: Text::Code(long()) }; 300]);
        let bullets = Part::Bullets { title: Some(long()), items: vec![Text::Native(long()); 50], left_out: 7 };
        for ticket in ["t".repeat(PRESS_TICKET_BYTES_MAX), "t".to_owned(), long()] {
            let body = vec![facts(), bullets.clone(), Part::Tags(vec![long(); 100]), facts()];
            let controls = vec![press(&ticket); 1_000];
            check_answer(&Answer { headline: long(), body, controls, note: Some(long()) });
        }
        let choices: Vec<Choice> = (0..300).map(|n| Choice { label: long(), value: format!("{n:0150}") }).collect();
        let field = |n: usize| Field {
            name: format!("field{n}"),
            label: long(),
            hint: Some(long()),
            input: match n % 2 {
                0 => Input::Menu { choices: choices.clone(), chosen: Some(choices[2].value.clone()) },
                _ => Input::Text { initial: long(), optional: false },
            },
        };
        let form = |fields| Form {
            title: long(),
            intro: vec![facts(), bullets.clone()],
            fields,
            submit: long(),
            ticket: "t".repeat(FORM_TICKET_BYTES_MAX),
        };
        check_form(&form((0..200).map(field).collect()));
        check_form(&form(Vec::new()));
    }
}

/// A button that cannot come back is worse than none; that it is missing is said.
#[test]
fn a_ticket_that_is_too_long_makes_no_button_and_no_form() {
    let press = |length| Control::Press { label: "Go".to_owned(), style: Style::Plain, ticket: "t".repeat(length) };
    let drawn = |control: Control| {
        let answer = Answer { controls: vec![control], ..Answer::sentence("Well?") };
        check_answer(&answer);
        let (slack, teams) = (json!(slack::answer(&answer)).to_string(), json!(teams::answer(&answer)).to_string());
        (slack.contains("press-0"), teams.contains("Action.Execute"))
    };
    assert_eq!(drawn(press(PRESS_TICKET_BYTES_MAX)), (true, true));
    assert_eq!(drawn(press(PRESS_TICKET_BYTES_MAX + 1)), (false, false));
    let form = |length| Form {
        title: "Preferences".to_owned(),
        intro: Vec::new(),
        fields: vec![Field {
            name: "a".to_owned(),
            label: "A".to_owned(),
            hint: None,
            input: Input::Text { initial: String::new(), optional: false },
        }],
        submit: "Save".to_owned(),
        ticket: "t".repeat(length),
    };
    for length in [0, 1, FORM_TICKET_BYTES_MAX, FORM_TICKET_BYTES_MAX + 1] {
        check_form(&form(length));
    }
}

#[test]
fn an_ordinary_answer_is_whole() {
    let text = Text::Plain("word ".repeat(300));
    let control =
        |n: usize| Control::Press { label: format!("Account {n}"), style: Style::Plain, ticket: "t".repeat(400) };
    let answer = Answer {
        headline: "Which account?".to_owned(),
        body: vec![Part::Paragraph { title: None, text }],
        controls: (0..12).map(control).collect(),
        note: Some("Only you see this.".to_owned()),
    };
    check_answer(&answer);
    let (slack, teams) = (slack::answer(&answer), json!(teams::answer(&answer)).to_string());
    assert!(!slack.is_cut);
    for rendered in [json!(slack).to_string(), teams] {
        assert!(!rendered.contains("have room") && !rendered.contains("Cut here"), "{rendered}");
        assert!(rendered.matches("word").count() == 300 && rendered.contains("Account 11"), "{rendered}");
    }
}
