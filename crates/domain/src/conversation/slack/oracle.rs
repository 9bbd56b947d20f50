//! Slack's payloads as somebody else reads them: slack-morphism's types take the same payloads, and agree on who said what,
//! where, to which app. Payloads have all the members that Slack's pages show, those that we have no use for included; what is in
//! them is ours.
//!
//! What it rests on is that crate's reading of Slack, kept by others and used with the real service. It knows no `tokens_revoked`,
//! no `team_access_granted` and no private channel's own events; those rest on Slack's pages alone.

use serde_json::{Value, json};
use slack_morphism::prelude::{
    SlackBlock, SlackChannelType, SlackCommandEvent, SlackEventCallbackBody, SlackHistoryMessage,
    SlackInteractionActionContainer, SlackInteractionEvent, SlackPushEvent, SlackView,
};

use super::{PayloadKind, of_json, read};
use crate::conversation::{
    Answer, Choice, Control, Field, Form, Happening, Input, Person, Scene, SlackScene, Style, Values,
};
use crate::notification::render::slack;
use crate::notification::{Part, Text};

/// What both are asked for.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    app: Option<String>,
    /// The id by which an event is heard once.
    id: Option<String>,
    team: String,
    user: Option<String>,
    channel: Option<String>,
    thread: Option<String>,
    text: Option<String>,
}

fn ours(kind: PayloadKind, payload: &Value) -> (Heard, Happening) {
    let envelope = of_json(kind, payload).unwrap();
    let event = read(kind, &envelope.json).unwrap();
    let Scene::Slack(SlackScene { team_id, channel_id, thread_ts, .. }) = event.scene else { panic!("not Slack") };
    let text = match &event.what {
        Happening::Said { text } => Some(text.clone()),
        _ => None,
    };
    let heard = Heard {
        app: Some(envelope.app_id),
        id: Some(envelope.id),
        team: team_id.to_string(),
        user: event.person.map(|Person { user_id, .. }| user_id),
        channel: channel_id,
        thread: thread_ts,
        text,
    };
    (heard, event.what)
}

/// The members of an envelope of the Events API, around an inner event.
fn event(inner: &Value) -> Value {
    json!({
        "token": "deprecated", "team_id": "T0OPS", "context_team_id": "T0OPS",
        "context_enterprise_id": null, "api_app_id": "A0BELLHOP", "event": inner, "type": "event_callback",
        "event_id": "Ev0ONE", "event_time": 1_795_348_800, "is_ext_shared_channel": false,
        "event_context": "4-context",
        "authorizations": [
            {"enterprise_id": null, "team_id": "T0OPS", "user_id": "U0BOT", "is_bot": true, "is_enterprise_install": false},
        ],
    })
}

fn theirs_of_event(payload: &Value) -> (Heard, SlackEventCallbackBody) {
    let event = match serde_json::from_value(payload.clone()).unwrap() {
        SlackPushEvent::EventCallback(event) => event,
        other => panic!("{other:?}"),
    };
    let mut heard =
        Heard { app: Some(event.api_app_id.0), id: Some(event.event_id.0), team: event.team_id.0, ..Heard::default() };
    let body = event.event.clone();
    match event.event {
        SlackEventCallbackBody::AppMention(mention) => {
            heard.user = Some(mention.user.0);
            heard.channel = Some(mention.channel.0);
            heard.thread = Some(mention.origin.thread_ts.unwrap_or(mention.origin.ts).0);
            heard.text = mention.content.text;
        }
        SlackEventCallbackBody::Message(message) => {
            assert_eq!(message.origin.channel_type, Some(SlackChannelType("im".to_owned())));
            heard.user = message.sender.user.map(|user| user.0);
            heard.channel = message.origin.channel.map(|channel| channel.0);
            heard.thread = Some(message.origin.thread_ts.unwrap_or(message.origin.ts).0);
            heard.text = message.content.and_then(|content| content.text);
        }
        SlackEventCallbackBody::ChannelRename(renamed) => heard.channel = Some(renamed.channel.id.0),
        SlackEventCallbackBody::ChannelArchive(archived) => {
            heard.channel = Some(archived.channel.0);
            heard.user = Some(archived.user.0);
        }
        SlackEventCallbackBody::ChannelUnarchive(unarchived) => {
            heard.channel = Some(unarchived.channel.0);
            heard.user = Some(unarchived.user.0);
        }
        SlackEventCallbackBody::ChannelDeleted(deleted) => heard.channel = Some(deleted.channel.0),
        SlackEventCallbackBody::MemberJoinedChannel(joined) => {
            assert_eq!(joined.team.0, heard.team);
            heard.channel = Some(joined.channel.0);
            heard.user = Some(joined.user.0);
        }
        SlackEventCallbackBody::MemberLeftChannel(left) => {
            heard.channel = Some(left.channel.0);
            heard.user = Some(left.user.0);
        }
        SlackEventCallbackBody::AppUninstalled(_) => {}
        other => panic!("slack-morphism does not know it: {other:?}"),
    }
    (heard, body)
}

#[test]
fn what_people_say_is_read_alike() {
    let mention = json!({
        "type": "app_mention", "user": "U0ANNA", "text": "<@U0BOT> lambda invoke &lt;name&gt; now",
        "ts": "1795348800.000100", "channel": "C0OPS", "event_ts": "1795348800000100", "team": "T0OPS",
        "client_msg_id": "11111111-2222-4333-8444-555555555555",
        "blocks": [{"type": "rich_text", "block_id": "b", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "user", "user_id": "U0BOT"}, {"type": "text", "text": " lambda invoke <name> now"}]}]}],
    });
    let mut in_thread = mention.clone();
    in_thread["thread_ts"] = json!("1795348700.000100");
    let direct = json!({
        "type": "message", "channel": "D0ANNA", "user": "U0ANNA", "text": "what can you do here?",
        "ts": "1795348800.000200", "event_ts": "1795348800.000200", "channel_type": "im",
    });
    for inner in [mention, in_thread, direct] {
        let payload = event(&inner);
        let (heard, _) = ours(PayloadKind::Event, &payload);
        let (mut theirs, _) = theirs_of_event(&payload);
        // They give the text as it came; without the mention and Slack's escaping it is what was typed.
        let typed =
            theirs.text.take().map(|text| text.replace("<@U0BOT> ", "").replace("&lt;", "<").replace("&gt;", ">"));
        theirs.text = typed;
        assert!(heard.user.is_some() && heard.text.as_ref().is_some_and(|text| !text.contains("U0BOT")));
        assert_eq!(heard, theirs, "{inner}");
    }
}

#[test]
fn what_becomes_of_channels_and_the_app_is_read_alike() {
    let renamed =
        json!({"type": "channel_rename", "channel": {"id": "C0OPS", "name": "on-call", "created": 1_790_000_000}});
    let of_member = |kind: &str| {
        json!({"type": kind, "user": "U0BOT", "channel": "C0OPS", "channel_type": "C", "team": "T0OPS",
            "inviter": "U0BEN"})
    };
    let events = [
        renamed,
        json!({"type": "channel_archive", "channel": "C0OPS", "user": "U0BEN"}),
        json!({"type": "channel_unarchive", "channel": "C0OPS", "user": "U0BEN"}),
        json!({"type": "channel_deleted", "channel": "C0OPS"}),
        of_member("member_joined_channel"),
        of_member("member_left_channel"),
        json!({"type": "app_uninstalled"}),
    ];
    for inner in events {
        let payload = event(&inner);
        let ((heard, what), (theirs, body)) = (ours(PayloadKind::Event, &payload), theirs_of_event(&payload));
        assert_eq!(heard, theirs, "{inner}");
        assert!(!matches!(what, Happening::Nothing | Happening::Said { .. }), "{inner}");
        if let SlackEventCallbackBody::ChannelRename(renamed) = body {
            let news = crate::conversation::ChannelNews::Renamed { name: renamed.channel.name.unwrap() };
            assert_eq!(what, Happening::Channel(news));
        }
    }
}

#[test]
fn a_slash_command_is_read_alike() {
    let form = "token=deprecated&team_id=T0OPS&team_domain=operations&enterprise_id=E0ORG&enterprise_name=Org\
        &channel_id=C0OPS&channel_name=ops&user_id=U0ANNA&user_name=anna&command=/aws&text=help\
        &response_url=https://hooks.slack.com/commands/T0OPS/1/x&trigger_id=1.2.command&api_app_id=A0BELLHOP";
    let payload = super::command::of_form(form);
    let (heard, _) = ours(PayloadKind::Command, &payload);
    let command: SlackCommandEvent = serde_json::from_value(payload).unwrap();
    let theirs = Heard {
        app: heard.app.clone(),
        id: Some(command.trigger_id.0),
        team: command.team_id.0,
        user: Some(command.user_id.0),
        channel: Some(command.channel_id.0),
        thread: None,
        text: command.text,
    };
    assert_eq!(heard.app.as_deref(), Some("A0BELLHOP"));
    assert_eq!(heard, theirs);
}

fn interaction(payload: &Value) -> SlackInteractionEvent {
    serde_json::from_value(payload.clone()).unwrap()
}

/// A message of ours as Slack sends it back, and the press of one of its buttons.
fn press(answer: &Answer, number: usize) -> Value {
    let blocks = json!(slack::answer(answer).blocks);
    let row = blocks.as_array().unwrap().iter().find(|block| block["type"] == "actions").unwrap();
    let mut action = row["elements"][number].clone();
    action["block_id"] = json!("0");
    action["action_ts"] = json!("1795348800.000500");
    json!({
        "type": "block_actions", "api_app_id": "A0BELLHOP", "token": "t", "trigger_id": "1.2.press",
        "team": {"id": "T0OPS", "domain": "operations"}, "enterprise": null, "is_enterprise_install": false,
        "user": {"id": "U0ANNA", "username": "anna", "name": "anna", "team_id": "T0OPS"},
        "container": {"type": "message", "message_ts": "1795348800.000600", "channel_id": "C0OPS", "is_ephemeral": false},
        "channel": {"id": "C0OPS", "name": "ops"},
        "message": {"bot_id": "B0BELLHOP", "type": "message", "text": "x", "user": "U0BOT", "ts": "1795348800.000600",
            "blocks": blocks},
        "response_url": "https://hooks.slack.com/actions/T0OPS/1/x",
        "actions": [action],
    })
}

fn answer() -> Answer {
    let press =
        |label: &str, style, ticket: &str| Control::Press { label: label.to_owned(), style, ticket: ticket.to_owned() };
    let url = "https://bellhop.example.com/link/x?a=1&b=2".to_owned();
    Answer {
        headline: "Which account?".to_owned(),
        body: vec![Part::Bullets { title: None, items: vec![Text::Code("<a>".to_owned())], left_out: 2 }],
        controls: vec![
            press("shop", Style::Primary, "ticket-0"),
            press("bank", Style::Danger, "ticket-1"),
            Control::Open { label: "Guide".to_owned(), url, style: Style::Plain },
        ],
        note: Some("Only you see this.".to_owned()),
    }
}

/// All of it was understood: what they write again is what they read, and nothing of it is a block that they do not know.
fn assert_blocks_are_understood(blocks: &Value) {
    let parsed: Vec<SlackBlock> = serde_json::from_value(blocks.clone()).unwrap();
    assert!(!format!("{parsed:?}").contains("Unknown"), "{parsed:?}");
    assert_eq!(&json!(parsed), blocks);
}

#[test]
fn a_press_is_read_alike_and_so_is_the_message_it_is_of() {
    let answer = answer();
    assert_blocks_are_understood(&json!(slack::answer(&answer).blocks));
    for (number, ticket) in [(0, Some("ticket-0")), (1, Some("ticket-1")), (2, None)] {
        let payload = press(&answer, number);
        let (heard, what) = ours(PayloadKind::Interaction, &payload);
        let SlackInteractionEvent::BlockActions(theirs) = interaction(&payload) else { panic!("{payload}") };
        let SlackInteractionActionContainer::Message(container) = theirs.container else { panic!("{payload}") };
        let message: SlackHistoryMessage = theirs.message.unwrap();
        let heard_by_them = Heard {
            app: Some(theirs.api_app_id.0),
            id: Some(theirs.trigger_id.0),
            team: theirs.team.id.0,
            user: theirs.user.map(|user| user.id.0),
            channel: theirs.channel.map(|channel| channel.id.0),
            thread: Some(container.message_ts.0.clone()),
            text: None,
        };
        assert_eq!(heard, heard_by_them);
        assert_eq!(
            (message.origin.ts, json!(message.content.blocks)),
            (container.message_ts, payload["message"]["blocks"].clone())
        );
        let value = theirs.actions.unwrap().remove(0).value;
        assert_eq!(value.as_deref(), ticket);
        let expected = match value {
            Some(ticket) => Happening::Pressed { ticket, values: Values::new() },
            None => Happening::Nothing,
        };
        assert_eq!(what, expected);
    }
}

fn form() -> Form {
    let field = |name: &str, input| Field {
        name: name.to_owned(),
        label: name.to_owned(),
        hint: Some("A hint".to_owned()),
        input,
    };
    let choice = |value: &str| Choice { label: value.to_uppercase(), value: value.to_owned() };
    Form {
        title: "A title that is longer than Slack shows".to_owned(),
        intro: vec![Part::Paragraph { title: None, text: Text::Plain("Well?".to_owned()) }],
        fields: vec![
            field(
                "updates",
                Input::Menu { choices: vec![choice("thread"), choice("both")], chosen: Some("both".to_owned()) },
            ),
            field("hours", Input::Text { initial: "24".to_owned(), optional: false }),
            field("note", Input::Text { initial: String::new(), optional: true }),
        ],
        submit: "Save".to_owned(),
        ticket: "the-ticket".to_owned(),
    }
}

#[test]
fn a_view_is_a_modal_and_what_is_submitted_is_read_alike() {
    let view = slack::view(&form());
    let parsed: SlackView = serde_json::from_value(view.clone()).unwrap();
    assert_eq!(json!(parsed), view);
    let SlackView::Modal(modal) = parsed else { panic!("{view}") };
    assert_eq!(modal.private_metadata.as_deref(), Some("the-ticket"));
    assert_blocks_are_understood(&view["blocks"]);

    let option = view.pointer("/blocks/1/element/initial_option").unwrap();
    let state = json!({"values": {
        "0": {"updates": {"type": "static_select", "selected_option": option}},
        "1": {"hours": {"type": "plain_text_input", "value": "12"}},
        "2": {"note": {"type": "plain_text_input", "value": null}},
    }});
    let mut sent = view.clone();
    sent.as_object_mut().unwrap().extend(
        json!({"id": "V0FORM", "team_id": "T0OPS", "state": state, "hash": "1795348800.hash", "callback_id": "",
            "clear_on_close": false, "notify_on_close": false, "previous_view_id": null, "root_view_id": "V0FORM",
            "app_id": "A0BELLHOP", "external_id": "", "app_installed_team_id": "T0OPS", "bot_id": "B0BELLHOP"})
        .as_object()
        .unwrap()
        .clone(),
    );
    let payload = json!({
        "type": "view_submission", "team": {"id": "T0OPS", "domain": "operations"}, "api_app_id": "A0BELLHOP", "token": "t",
        "user": {"id": "U0ANNA", "username": "anna", "name": "anna", "team_id": "T0OPS"},
        "trigger_id": "1.2.press", "view": sent, "response_urls": [], "is_enterprise_install": false, "enterprise": null,
    });
    let (heard, what) = ours(PayloadKind::Interaction, &payload);
    let SlackInteractionEvent::ViewSubmission(theirs) = interaction(&payload) else { panic!("{payload}") };
    assert_eq!(
        (heard.team, heard.user, heard.id),
        (theirs.team.id.0, Some(theirs.user.id.0), theirs.trigger_id.map(|id| id.0))
    );
    let mut values = Values::new();
    for (name, value) in theirs.view.state_params.state.unwrap().values.into_values().flatten() {
        values.insert(name.0, value.selected_option.map(|option| option.value).or(value.value).unwrap_or_default());
    }
    let SlackView::Modal(modal) = theirs.view.view else { panic!("{payload}") };
    assert_eq!(what, Happening::Submitted { ticket: modal.private_metadata.unwrap(), values: values.clone() });
    let expected = [("updates", "both"), ("hours", "12"), ("note", "")];
    assert_eq!(values, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

#[test]
fn shortcuts_are_read_alike() {
    let global = json!({
        "type": "shortcut", "token": "t", "action_ts": "1795348800.000300", "api_app_id": "A0BELLHOP",
        "team": {"id": "T0OPS", "domain": "operations"},
        "user": {"id": "U0ANNA", "username": "anna", "team_id": "T0OPS"},
        "callback_id": "ask-bellhop", "trigger_id": "1.2.shortcut",
    });
    let mut of_message = global.clone();
    of_message.as_object_mut().unwrap().extend(
        json!({"type": "message_action", "response_url": "https://hooks.slack.com/app-actions/T0OPS/1/x",
            "message_ts": "1795348800.000400", "channel": {"id": "C0OPS", "name": "ops"},
            "message": {"type": "message", "user": "U0BEN", "ts": "1795348800.000400", "text": "The disk is full"}})
        .as_object()
        .unwrap()
        .clone(),
    );
    for payload in [global, of_message] {
        let (heard, what) = ours(PayloadKind::Interaction, &payload);
        let (team, user, id, channel, callback_id) = match interaction(&payload) {
            SlackInteractionEvent::Shortcut(theirs) => {
                (theirs.team.id.0, theirs.user.id.0, theirs.trigger_id.0, None, theirs.callback_id.0)
            }
            SlackInteractionEvent::MessageAction(theirs) => {
                let channel = theirs.channel.map(|channel| channel.id.0);
                (theirs.team.id.0, theirs.user.id.0, theirs.trigger_id.0, channel, theirs.callback_id.0)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!((heard.team, heard.user, heard.id, heard.channel), (team, Some(user), Some(id), channel));
        assert_eq!(what, Happening::Shortcut { callback_id });
    }
}

/// An oracle that takes anything is none.
#[test]
fn the_oracle_refuses_what_is_no_view() {
    for (path, wrong) in
        [("/title/text", json!(7)), ("/blocks/1/element/type", json!("menu")), ("/type", json!("dialog"))]
    {
        let mut view = slack::view(&form());
        *view.pointer_mut(path).unwrap() = wrong;
        let parsed: Result<SlackView, _> = serde_json::from_value(view.clone());
        assert!(parsed.is_err() || format!("{parsed:?}").contains("Unknown"), "{path}: {parsed:?}");
    }
}
