//! Views: opened by what somebody pressed, filled in, sent, refused, closed.

use domain::conversation::Happening;
use domain::conversation::slack::{Payload, PayloadKind, of_http, read};
use serde_json::{Value, json};

use super::Twin;
use super::bellhop::Told;

fn view() -> Value {
    let plain = |text: &str| json!({ "type": "plain_text", "text": text });
    json!({
        "type": "modal", "title": plain("Preferences"), "submit": plain("Save"), "close": plain("Cancel"),
        "private_metadata": "the-ticket", "notify_on_close": true,
        "blocks": [
            { "type": "input", "block_id": "0", "label": plain("Updates"), "element": {
                "type": "static_select", "action_id": "updates",
                "options": [{ "text": plain("Both"), "value": "both" }, { "text": plain("Thread"), "value": "thread" }],
            }},
            { "type": "input", "block_id": "1", "label": plain("Hours"), "optional": true,
              "element": { "type": "plain_text_input", "action_id": "hours" } },
            { "type": "actions", "elements": [
                { "type": "button", "action_id": "more", "text": plain("More"), "value": "more-ticket" },
            ]},
        ],
    })
}

/// A trigger, by a command.
async fn trigger(twin: &Twin, user: &str) -> String {
    twin.does("say", json!({ "channel": "C0OPS", "user": user, "text": "/aws preferences" })).await;
    twin.bellhop.only().form()["trigger_id"].clone()
}

async fn opened(twin: &Twin) -> Value {
    let trigger = trigger(twin, "U0ANNA").await;
    let opened = twin.slack("views.open", json!({ "trigger_id": trigger, "view": view() })).await;
    assert_eq!(opened["ok"], true, "{opened}");
    opened["view"].clone()
}

#[tokio::test]
async fn a_view_opens_for_whoever_pressed_once_and_within_three_seconds() {
    let twin = Twin::start().await;
    let trigger_id = trigger(&twin, "U0ANNA").await;
    let open = async |trigger_id: &str| {
        twin.slack("views.open", json!({ "trigger_id": trigger_id, "view": view() })).await["error"].clone()
    };
    assert_eq!(open(&trigger_id).await, Value::Null);
    assert_eq!(open(&trigger_id).await, "exchanged_trigger_id");
    assert_eq!(open("1.2.3").await, "invalid_trigger_id");
    let late = trigger(&twin, "U0BEN").await;
    twin.advance_ms(3_000);
    assert_eq!(open(&late).await, "expired_trigger_id");
    let views = twin.get("views").await;
    assert_eq!(views["views"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&views["views"][0]["user"], &views["views"][0]["view"]["private_metadata"]),
        (&json!("U0ANNA"), &json!("the-ticket"))
    );
}

#[tokio::test]
async fn a_view_is_sent_with_its_values_and_closes() {
    let twin = Twin::start().await;
    opened(&twin).await;
    let unfilled = twin.does("submit", json!({ "user": "U0ANNA" })).await;
    assert_eq!(
        (&unfilled["heard"], unfilled["errors"]["0"].is_string()),
        (&Value::Null, true),
        "Slack's client asks first"
    );
    assert!(twin.bellhop.asked().is_empty());

    let sent = twin.does("submit", json!({ "user": "U0ANNA", "values": { "updates": "thread", "hours": "12" } })).await;
    assert_eq!((&sent["heard"]["status"], &sent["view"]), (&json!(200), &Value::Null));
    let asked = twin.bellhop.only();
    let Ok(Payload::Envelope(envelope)) = of_http(PayloadKind::Interaction, &asked.body) else { panic!("no view") };
    let event = read(PayloadKind::Interaction, &envelope.json).unwrap();
    let values = [("hours", "12"), ("updates", "thread")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(event.what, Happening::Submitted { ticket: "the-ticket".to_owned(), values: values.into() });
    assert_eq!(twin.get("views").await["views"], json!([]));
    assert_eq!(twin.act("submit", json!({ "user": "U0ANNA" })).await.0, 400, "there is none any more");
}

#[tokio::test]
async fn an_answer_may_name_errors_update_push_or_clear() {
    let twin = Twin::start().await;
    opened(&twin).await;
    let values = json!({ "user": "U0ANNA", "values": { "updates": "thread" } });
    twin.bellhop.next([
        Told::Body(json!({ "response_action": "errors", "errors": { "1": "give a number" } })),
        Told::Body(json!({ "response_action": "push", "view": view() })),
        Told::Body(json!({ "response_action": "update", "view": view() })),
        Told::Status(500),
        Told::Body(json!({ "response_action": "clear" })),
    ]);
    let refused = twin.does("submit", values.clone()).await;
    assert_eq!((&refused["errors"]["1"], refused["view"].is_object()), (&json!("give a number"), true));
    let pushed = twin.does("submit", values.clone()).await;
    assert_eq!(pushed["view"]["previous_view_id"], refused["view"]["id"]);
    let updated = twin.does("submit", values.clone()).await;
    assert_eq!(updated["view"]["id"], pushed["view"]["id"]);
    assert_ne!(updated["view"]["hash"], pushed["view"]["hash"]);
    let failed = twin.does("submit", values.clone()).await;
    assert!(failed["failed"].as_str().unwrap().contains("500"), "{failed}");
    assert_eq!(failed["view"]["id"], updated["view"]["id"], "the view stays");
    assert_eq!(twin.does("submit", values).await["view"], Value::Null);
}

#[tokio::test]
async fn a_view_is_updated_by_its_id_and_pushed_upon_three_deep() {
    let twin = Twin::start().await;
    let open = opened(&twin).await;
    let update = |hash: &Value| json!({ "view_id": open["id"], "hash": hash, "view": view() });
    assert_eq!(twin.slack("views.update", update(&json!("stale"))).await["error"], "hash_conflict");
    let updated = twin.slack("views.update", update(&open["hash"])).await;
    assert_eq!((&updated["ok"], &updated["view"]["id"]), (&json!(true), &open["id"]));
    assert_eq!(twin.slack("views.update", json!({ "view_id": "V0", "view": view() })).await["error"], "not_found");
    for expected in [Value::Null, Value::Null, json!("push_limit_reached")] {
        let trigger_id = trigger(&twin, "U0ANNA").await;
        let pushed = twin.slack("views.push", json!({ "trigger_id": trigger_id, "view": view() })).await;
        assert_eq!(pushed["error"], expected);
    }
}

#[tokio::test]
async fn a_press_in_a_view_and_its_closing_are_told() {
    let twin = Twin::start().await;
    let open = opened(&twin).await;
    twin.does("press", json!({ "user": "U0ANNA", "label": "More", "values": { "hours": "7" } })).await;
    let json = twin.bellhop.only().json();
    assert_eq!((&json["container"]["view_id"], &json["view"]["id"]), (&open["id"], &open["id"]));
    assert_eq!(json["view"]["state"]["values"]["1"]["hours"]["value"], "7");
    assert_eq!(json.get("response_url"), None);
    twin.does("close", json!({ "user": "U0ANNA" })).await;
    assert_eq!(twin.bellhop.only().json()["type"], "view_closed");
    assert_eq!(twin.get("views").await["views"], json!([]));
}

#[tokio::test]
async fn a_view_that_slack_would_refuse_is_refused() {
    let twin = Twin::start().await;
    let long = |name: &str, value: Value| {
        let mut view = view();
        view[name] = value;
        view
    };
    let text = |length: usize| json!({ "type": "plain_text", "text": "x".repeat(length) });
    let mut no_submit = view();
    no_submit.as_object_mut().unwrap().remove("submit");
    for (view, complaint) in [
        (long("title", text(25)), "less than 25 characters [json-pointer:/view/title/text]"),
        (long("private_metadata", json!("x".repeat(3_001))), "less than 3001 characters"),
        (long("confetti", json!(1)), "invalid additional property: confetti"),
        (long("type", json!("window")), "/view/type"),
        (long("blocks", json!(vec![json!({ "type": "divider" }); 101])), "no more than 100 items"),
        (long("blocks", json!([{ "type": "input", "label": text(3) }])), "missing required field: element"),
        (no_submit, "missing required field: submit"),
    ] {
        let trigger_id = trigger(&twin, "U0ANNA").await;
        let answer = twin.slack("views.open", json!({ "trigger_id": trigger_id, "view": view })).await;
        assert_eq!(answer["error"], "invalid_arguments");
        assert!(answer["response_metadata"]["messages"].to_string().contains(complaint), "{answer}");
    }
    assert_eq!(twin.get("views").await["views"], json!([]));
}
