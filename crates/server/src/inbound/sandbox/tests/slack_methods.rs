//! Each method, each error that a method answers.

use serde_json::{Value, json};

use super::{START_MS, TOKEN, Twin};

#[tokio::test]
async fn auth_test_and_team_info_name_the_workspace() {
    let twin = Twin::start().await;
    let who = twin.slack("auth.test", json!({})).await;
    assert_eq!((&who["ok"], &who["team_id"], &who["team"]), (&json!(true), &json!("T0SANDBOX"), &json!("Sandbox")));
    assert_eq!(who["user_id"], "U0BELLHOP");
    let team = twin.slack("team.info", json!({ "team": "T0SANDBOX" })).await;
    assert_eq!((&team["team"]["id"], &team["team"]["domain"]), (&json!("T0SANDBOX"), &json!("sandbox")));
    assert_eq!(twin.slack("team.info", json!({ "team": "T0OTHER" })).await["error"], "team_not_found");
}

#[tokio::test]
async fn a_token_is_needed_and_must_be_the_right_one() {
    let twin = Twin::start().await;
    let url = twin.url("slack/api/auth.test");
    let answer =
        async |request: reqwest::RequestBuilder| -> Value { request.send().await.unwrap().json().await.unwrap() };
    assert_eq!(answer(twin.http.post(&url)).await["error"], "not_authed");
    assert_eq!(answer(twin.http.post(&url).bearer_auth("xoxb-other")).await["error"], "invalid_auth");
    let form =
        |body: String| twin.http.post(&url).header("content-type", "application/x-www-form-urlencoded").body(body);
    assert_eq!(answer(form(format!("token={TOKEN}"))).await["ok"], true);
    assert_eq!(answer(form("token=nonsense".to_owned())).await["error"], "invalid_auth");
    assert_eq!(
        answer(twin.http.post(&url).json(&json!({ "token": TOKEN }))).await["error"],
        "not_authed",
        "not in JSON"
    );
    assert_eq!(answer(twin.http.get(format!("{url}?token={TOKEN}"))).await["error"], "not_authed", "not in a query");
    assert_eq!(answer(twin.http.get(&url).bearer_auth(TOKEN)).await["ok"], true);
}

#[tokio::test]
async fn a_post_answers_with_the_message_and_keeps_it() {
    let twin = Twin::start().await;
    let blocks = json!([{ "type": "section", "text": { "type": "mrkdwn", "text": "*hi*" } }]);
    let attachments = json!([{ "color": "#a30200", "text": "disk" }]);
    let metadata = json!({ "event_type": "alarm", "event_payload": { "n": 1 } });
    let answer = twin
        .slack(
            "chat.postMessage",
            json!({ "channel": "C0ALERTS", "text": "hi", "blocks": blocks, "attachments": attachments, "metadata": metadata }),
        )
        .await;
    assert_eq!(answer["ok"], true, "{answer}");
    assert_eq!((&answer["channel"], &answer["ts"]), (&json!("C0ALERTS"), &json!("1700000000.000000")));
    assert_eq!((&answer["message"]["type"], &answer["message"]["bot_id"]), (&json!("message"), &json!("B0BELLHOP")));
    assert_eq!(answer["message"]["blocks"], blocks);
    assert_eq!(
        twin.get("messages?channel=C0ALERTS").await["messages"],
        json!([{
            "channel": "C0ALERTS", "ts": "1700000000.000000", "thread_ts": null, "reply_broadcast": false,
            "user": "U0BELLHOP", "bot_id": "B0BELLHOP", "ephemeral_to": null, "text": "hi", "blocks": blocks, "attachments": attachments,
            "metadata": metadata, "edited": null,
        }])
    );
}

#[tokio::test]
async fn forms_carry_blocks_as_json_text() {
    let twin = Twin::start().await;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("channel", "C0FORM"),
            ("text", "a & b"),
            ("blocks", r#"[{"type":"divider"}]"#),
            ("token", TOKEN),
        ])
        .finish();
    let request = twin.http.post(twin.url("slack/api/chat.postMessage"));
    let request = request.header("content-type", "application/x-www-form-urlencoded; charset=utf-8").body(form);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["ok"], true, "{answer}");
    let kept = &twin.get("messages").await["messages"][0];
    assert_eq!((&kept["text"], &kept["blocks"]), (&json!("a & b"), &json!([{ "type": "divider" }])));
}

#[tokio::test]
async fn ts_is_unique_although_the_clock_stands_still() {
    let twin = Twin::start().await;
    let first = twin.say("C0A", "one").await;
    let second = twin.say("C0A", "two").await;
    twin.advance_ms(5_000);
    let third = twin.say("C0A", "three").await;
    assert_eq!([&first, &second, &third], ["1700000000.000000", "1700000000.000100", "1700000005.000000"]);
    assert_eq!(START_MS, 1_700_000_000_000);
}

#[tokio::test]
async fn replies_stand_in_the_thread_of_their_first_message() {
    let twin = Twin::start().await;
    let parent = twin.say("C0A", "parent").await;
    let reply = twin.slack("chat.postMessage", json!({ "channel": "C0A", "text": "re", "thread_ts": parent })).await;
    assert_eq!(reply["message"]["thread_ts"], parent);
    let body = json!({ "channel": "C0A", "text": "re re", "thread_ts": reply["ts"], "reply_broadcast": true });
    let both = twin.slack("chat.postMessage", body).await;
    assert_eq!(both["message"]["thread_ts"].as_str(), Some(parent.as_str()));
    assert_eq!(both["message"]["subtype"], "thread_broadcast");
    assert_eq!(reply["message"].get("subtype"), None);
    twin.say("C0A", "another").await;
    assert_eq!(twin.texts(&format!("?channel=C0A&thread_ts={parent}")).await, ["parent", "re", "re re"]);
    let messages = twin.get("messages?channel=C0A").await;
    let broadcast: Vec<&Value> =
        messages["messages"].as_array().unwrap().iter().map(|message| &message["reply_broadcast"]).collect();
    assert_eq!(broadcast, [&json!(false), &json!(false), &json!(true), &json!(false)]);
}

#[tokio::test]
async fn thread_ts_must_be_a_ts_and_one_that_is_not_known_is_no_thread() {
    let twin = Twin::start().await;
    let post = |thread_ts: Value| json!({ "channel": "C0A", "text": "x", "thread_ts": thread_ts });
    let refused = twin.slack("chat.postMessage", post(json!("0"))).await;
    assert_eq!(refused["error"], "invalid_thread_ts");
    assert_eq!(refused["response_metadata"]["messages"], json!(["[ERROR] 0 is not a valid thread_ts"]));
    let taken = twin.slack("chat.postMessage", post(json!("1600000000.000100"))).await;
    assert_eq!((&taken["ok"], taken["message"].get("thread_ts")), (&json!(true), None));
    let whisper = json!({ "channel": "C0A", "user": "U0ANNA", "text": "for you", "thread_ts": taken["ts"] });
    assert_eq!(twin.slack("chat.postEphemeral", whisper.clone()).await["ok"], true);
    assert_eq!(twin.texts("").await, ["x"], "nobody sees it in a thread without replies");
    twin.slack("chat.postMessage", post(taken["ts"].clone())).await;
    twin.slack("chat.postEphemeral", whisper).await;
    assert_eq!(twin.texts("").await, ["x", "x", "for you"]);
}

#[tokio::test]
async fn update_changes_the_message_in_place() {
    let twin = Twin::start().await;
    let blocks = json!([{ "type": "divider" }]);
    let posted = twin.slack("chat.postMessage", json!({ "channel": "C0A", "text": "old", "blocks": blocks })).await;
    twin.say("C0A", "next").await;
    let update = |body: Value| {
        let mut body = body;
        body["channel"] = json!("C0A");
        body["ts"] = posted["ts"].clone();
        twin.slack("chat.update", body)
    };
    let answer = update(json!({ "blocks": [{ "type": "divider", "block_id": "b" }] })).await;
    assert_eq!((&answer["ok"], &answer["text"], &answer["ts"]), (&json!(true), &json!("old"), &posted["ts"]));
    assert_eq!(answer["message"]["blocks"][0]["block_id"], "b");
    let answer = update(json!({ "text": "new" })).await;
    assert_eq!(answer["message"].get("blocks"), None, "a text without blocks takes the blocks away");
    assert_eq!(twin.texts("").await, ["new", "next"]);
    assert_eq!(twin.get("messages").await["messages"][0]["edited"]["user"], "U0BELLHOP");
}

#[tokio::test]
async fn update_refuses_what_it_cannot_change() {
    let twin = Twin::start().await;
    let ts = twin.say("C0A", "x").await;
    let error = async |body: Value| twin.slack("chat.update", body).await["error"].clone();
    let unknown = "1700000000.009999";
    assert_eq!(error(json!({ "channel": "C0A", "ts": unknown, "text": "y" })).await, "message_not_found");
    assert_eq!(error(json!({ "channel": "C0B", "ts": ts, "text": "y" })).await, "message_not_found");
    assert_eq!(error(json!({ "channel": "C0A", "ts": "soon", "text": "y" })).await, "message_not_found");
    assert_eq!(error(json!({ "channel": "C0A", "text": "y" })).await, "invalid_arguments");
    assert_eq!(error(json!({ "channel": "C0A", "ts": ts })).await, "no_text");
    assert_eq!(error(json!({ "channel": "C0A", "ts": ts, "text": "y".repeat(4_001) })).await, "msg_too_long");
    assert_eq!(twin.texts("").await, ["x"]);
}

#[tokio::test]
async fn conversations_info_makes_the_channel_known() {
    let twin = Twin::start().await;
    assert_eq!(twin.get("channels").await["channels"], json!([]));
    let info = twin.slack("conversations.info", json!({ "channel": "C0ALERTS" })).await;
    let channel = &info["channel"];
    assert_eq!((&channel["id"], &channel["name"]), (&json!("C0ALERTS"), &json!("alerts")));
    assert_eq!((&channel["is_channel"], &channel["is_private"]), (&json!(true), &json!(false)));
    let by_query = twin.url("slack/api/conversations.info?channel=G0SECRET");
    let info: Value = twin.http.get(by_query).bearer_auth(TOKEN).send().await.unwrap().json().await.unwrap();
    assert_eq!(info["channel"]["is_private"], true);
    let channels = twin.get("channels").await;
    assert_eq!(
        channels["channels"][0],
        json!({ "id": "C0ALERTS", "name": "alerts", "is_private": false, "messages": 0, "latest_ts": null })
    );
    assert_eq!(channels["channels"][1]["id"], "G0SECRET");
    assert_eq!(twin.slack("conversations.info", json!({ "channel": "nope" })).await["error"], "channel_not_found");
}

#[tokio::test]
async fn a_post_is_refused_with_slacks_own_code() {
    let twin = Twin::start().await;
    let cases = [
        (json!({ "text": "x" }), "invalid_arguments"),
        (json!({ "channel": "#alerts", "text": "x" }), "channel_not_found"),
        (json!({ "channel": "U0ME", "text": "x" }), "channel_not_found"),
        (json!({ "channel": "C0A" }), "no_text"),
        (json!({ "channel": "C0A", "text": "  ", "blocks": [], "attachments": [] }), "no_text"),
        (json!({ "channel": "C0A", "blocks": "{" }), "invalid_blocks_format"),
        (json!({ "channel": "C0A", "blocks": { "type": "divider" } }), "invalid_blocks_format"),
        (json!({ "channel": "C0A", "blocks": [{ "type": "confetti" }] }), "invalid_blocks"),
        (json!({ "channel": "C0A", "attachments": ["x"] }), "invalid_attachments"),
        (json!({ "channel": "C0A", "attachments": [{ "blocks": [{ "type": "alert" }] }] }), "invalid_attachments"),
        (json!({ "channel": "C0A", "attachments": vec![json!({ "text": "x" }); 101] }), "too_many_attachments"),
        (json!({ "channel": "C0A", "text": "x", "metadata": { "event_type": "e" } }), "invalid_metadata_format"),
    ];
    for (body, code) in cases {
        let answer = twin.slack("chat.postMessage", body.clone()).await;
        assert_eq!((&answer["ok"], &answer["error"]), (&json!(false), &json!(code)), "{body}");
    }
    assert_eq!(twin.texts("").await, [""; 0], "nothing that was refused is kept");
}

#[tokio::test]
async fn a_long_text_is_cut_where_slack_cuts_it() {
    let twin = Twin::start().await;
    twin.say("C0A", &"é".repeat(40_001)).await;
    assert_eq!(twin.texts("").await[0].chars().count(), 40_000);
}

#[tokio::test]
async fn requests_that_are_no_call_are_refused() {
    let twin = Twin::start().await;
    assert_eq!(
        twin.slack("chat.scheduleMessage", json!({})).await,
        json!({ "ok": false, "error": "unknown_method", "req_method": "chat.scheduleMessage" })
    );
    let url = twin.url("slack/api/chat.postMessage");
    let error = async |kind: &str, body: &'static str| -> Value {
        let request = twin.http.post(&url).bearer_auth(TOKEN).header("content-type", kind).body(body);
        request.send().await.unwrap().json::<Value>().await.unwrap()["error"].clone()
    };
    assert_eq!(error("application/json", "{").await, "invalid_json");
    assert_eq!(error("application/json", "[]").await, "json_not_object");
    assert_eq!(error("text/plain", "hello").await, "invalid_post_type");
    let large =
        twin.send("chat.postMessage", &json!({ "channel": "C0A", "text": "x".repeat(1_100_000) })).await.unwrap();
    assert_eq!(large.status(), 413);
}
