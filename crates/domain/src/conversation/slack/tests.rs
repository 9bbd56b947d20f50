//! Payloads of Slack, as its documentation shows them, and what is read of each.

use serde_json::json;

use super::*;
use crate::conversation::{ChannelNews, Happening, InstallationNews, Scene};

fn event(inner: &Value) -> Value {
    json!({
        "token": "x", "team_id": "T0123", "api_app_id": "A0123", "event": inner, "type": "event_callback",
        "event_id": "Ev0123", "event_time": 1_700_000_000,
        "authorizations": [{"enterprise_id": null, "team_id": "T0123", "user_id": "U0BOT", "is_bot": true}],
    })
}

fn happened(inner: &Value) -> Happening {
    read(PayloadKind::Event, &event(inner).to_string()).unwrap().what
}

#[test]
fn a_mention_is_what_was_said_where_and_by_whom() {
    let mention = event(&json!({
        "type": "app_mention", "user": "U1", "text": "<@U0BOT> help", "ts": "1700000000.000100", "channel": "C1",
    }));
    let envelope = of_json(PayloadKind::Event, &mention).unwrap();
    assert_eq!((envelope.app_id.as_str(), envelope.id.as_str()), ("A0123", "Ev0123"));
    assert_eq!(envelope.team_id.as_deref(), Some("T0123"));
    let read = read(PayloadKind::Event, &envelope.json).unwrap();
    assert_eq!(read.what, Happening::Said { text: "help".to_owned() });
    assert_eq!(read.person.unwrap().user_id, "U1");
    let Scene::Slack(scene) = read.scene else { panic!("not Slack") };
    assert_eq!((scene.channel_id.as_deref(), scene.thread_ts.as_deref()), (Some("C1"), Some("1700000000.000100")));
}

#[test]
fn nobody_is_answered_who_is_no_person() {
    let im =
        json!({"type": "message", "channel_type": "im", "user": "U1", "text": "help", "ts": "1.0", "channel": "D1"});
    assert_eq!(happened(&im), Happening::Said { text: "help".to_owned() });
    for more in [json!({"bot_id": "B1"}), json!({"subtype": "message_changed"}), json!({"channel_type": "channel"})] {
        let mut other = im.clone();
        other.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(happened(&other), Happening::Nothing, "{other}");
    }
}

#[test]
fn what_becomes_of_channels_and_of_the_app_is_told() {
    for (inner, what) in [
        (
            json!({"type": "channel_rename", "channel": {"id": "C1", "name": "new", "created": 1}}),
            Happening::Channel(ChannelNews::Renamed { name: "new".to_owned() }),
        ),
        (json!({"type": "channel_archive", "channel": "C1", "user": "U1"}), Happening::Channel(ChannelNews::Archived)),
        (
            json!({"type": "member_joined_channel", "channel": "C1", "user": "U0BOT"}),
            Happening::Channel(ChannelNews::Joined),
        ),
        (json!({"type": "member_joined_channel", "channel": "C1", "user": "U1"}), Happening::Nothing),
        (json!({"type": "app_uninstalled"}), Happening::Installation(InstallationNews::Removed)),
        (
            json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}}),
            Happening::Installation(InstallationNews::TokensRevoked),
        ),
        (json!({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}), Happening::Nothing),
        (json!({"type": "something_new"}), Happening::Nothing),
    ] {
        assert_eq!(happened(&inner), what, "{inner}");
    }
}

#[test]
fn a_slash_command_is_one_by_form_and_by_socket() {
    let form = "api_app_id=A0123&team_id=T0123&channel_id=C1&user_id=U1&user_name=anna&command=%2Faws&text=help+me\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1&trigger_id=13345224609.738474920";
    let Payload::Envelope(envelope) = of_http(PayloadKind::Command, form).unwrap() else { panic!("a challenge") };
    assert_eq!(envelope.id, "13345224609.738474920");
    let event = read(PayloadKind::Command, &envelope.json).unwrap();
    assert_eq!(event.what, Happening::Said { text: "help me".to_owned() });
    let Scene::Slack(scene) = event.scene else { panic!("not Slack") };
    assert_eq!(scene.response_url.unwrap().as_str(), "https://hooks.slack.com/commands/1");
    let json: Value = serde_json::from_str(&envelope.json).unwrap();
    assert_eq!(of_json(PayloadKind::Command, &json).unwrap(), envelope);
}

#[test]
fn a_press_brings_its_ticket_and_a_view_its_values() {
    let press = json!({
        "type": "block_actions", "api_app_id": "A0123", "team": {"id": "T0123"}, "user": {"id": "U1", "username": "anna"},
        "trigger_id": "1.2", "channel": {"id": "C1"}, "message": {"ts": "5.0", "thread_ts": "4.0"},
        "actions": [{"type": "button", "action_id": "press-0", "block_id": "b", "value": "the-ticket"}],
    });
    let event = read(PayloadKind::Interaction, &press.to_string()).unwrap();
    assert_eq!(event.what, Happening::Pressed { ticket: "the-ticket".to_owned(), values: [].into() });
    let Scene::Slack(scene) = event.scene else { panic!("not Slack") };
    assert_eq!((scene.message_ts.as_deref(), scene.thread_ts.as_deref()), (Some("5.0"), Some("4.0")));
    let form: String =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &press.to_string()).finish();
    assert!(matches!(of_http(PayloadKind::Interaction, &form), Ok(Payload::Envelope(_))));

    let view = json!({
        "type": "view_submission", "api_app_id": "A0123", "team": {"id": "T0123"}, "user": {"id": "U1"}, "trigger_id": "1.3",
        "view": {"private_metadata": "the-ticket", "state": {"values": {
            "0": {"updates": {"type": "static_select", "selected_option": {"value": "both"}}},
            "1": {"hours": {"type": "plain_text_input", "value": "12"}},
        }}},
    });
    let event = read(PayloadKind::Interaction, &view.to_string()).unwrap();
    let values = [("hours", "12"), ("updates", "both")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(event.what, Happening::Submitted { ticket: "the-ticket".to_owned(), values: values.into() });
}

#[test]
fn what_is_no_payload_is_said_to_be_none() {
    assert_eq!(of_http(PayloadKind::Event, "payload=1"), Err(Malformed::NotJson));
    assert_eq!(of_http(PayloadKind::Event, "{}"), Err(Malformed::Lacks("api_app_id")));
    assert_eq!(of_http(PayloadKind::Interaction, "x=1"), Err(Malformed::NoField("payload")));
    assert_eq!(of_http(PayloadKind::Interaction, "payload=%7B"), Err(Malformed::NotJson));
    assert_eq!(of_http(PayloadKind::Command, ""), Err(Malformed::Lacks("api_app_id")));
    let challenge = r#"{"type": "url_verification", "challenge": "c", "token": "t"}"#;
    assert_eq!(of_http(PayloadKind::Event, challenge), Ok(Payload::Challenge("c".to_owned())));
}

#[test]
fn slacks_own_messages_have_no_id_and_are_known() {
    let limited =
        r#"{"token": "x", "type": "app_rate_limited", "team_id": "T1", "minute_rate_limited": 1, "api_app_id": "A1"}"#;
    let known = Payload::RateLimited { app_id: "A1".to_owned(), team_id: Some("T1".to_owned()) };
    assert_eq!(of_http(PayloadKind::Event, limited), Ok(known));
    assert_eq!(of_http(PayloadKind::Command, "ssl_check=1&token=x"), Ok(Payload::CertificateCheck));
}

/// In a channel that is shared, who speaks may be of another workspace; what the door asks about is what the answer goes to.
#[test]
fn the_workspace_is_the_one_that_installed_the_app() {
    let mut shared = event(&json!({"type": "app_mention", "user": "U1", "text": "<@U0BOT> help", "channel": "C1"}));
    shared["team_id"] = json!("T0THEIRS");
    let of_grid = json!({"enterprise_id": "E1", "team_id": null, "user_id": "U0BOT", "is_enterprise_install": true});
    let mut grid = shared.clone();
    grid["authorizations"] = json!([of_grid]);
    let view = json!({
        "type": "view_submission", "api_app_id": "A0123", "team": {"id": "T0THEIRS"}, "user": {"id": "U1"},
        "trigger_id": "1.3", "view": {"app_installed_team_id": "T0123", "private_metadata": "t"},
    });
    for (kind, payload, team) in [
        (PayloadKind::Event, &shared, "T0123"),
        (PayloadKind::Event, &grid, "T0THEIRS"),
        (PayloadKind::Interaction, &view, "T0123"),
    ] {
        let envelope = of_json(kind, payload).unwrap();
        let Scene::Slack(scene) = read(kind, &envelope.json).unwrap().scene else { panic!("not Slack") };
        assert_eq!((envelope.team_id.as_deref(), scene.team_id.as_str()), (Some(team), team), "{payload}");
    }
}

#[test]
fn an_id_that_is_no_key_is_none() {
    for id in ["Ev 1", "Ev\n1", "Ev\u{0}1", "Ev\u{e9}", &"E".repeat(256)] {
        let mut payload = event(&json!({"type": "app_mention"}));
        payload["event_id"] = json!(id);
        assert_eq!(of_json(PayloadKind::Event, &payload), Err(Malformed::StrangeId), "{id:?}");
    }
}
