//! What Teams says, read and refused: activities as its Bot Connector sends them.

use serde_json::json;

use super::*;
use crate::conversation::{ChannelNews, InstallationNews};

const US: &str = "28:dddddddd-3333-4444-8555-666666666666";
const GROUP: &str = "aaaaaaaa-2222-4333-8444-555555555555";
const TENANT: &str = "bbbbbbbb-7777-4888-9999-aaaaaaaaaaaa";

/// In a thread of a channel, as Microsoft's pages show it.
fn activity(more: &Value) -> Value {
    let mut activity = json!({
        "type": "message", "id": "1700000000001", "channelId": "msteams", "serviceUrl": "https://smba.example/emea/",
        "from": {"id": "29:anna", "name": "Anna", "aadObjectId": "cccccccc-1111-4222-8333-444444444444"},
        "recipient": {"id": US, "name": "aws"},
        "conversation": {
            "conversationType": "channel", "isGroup": true, "tenantId": TENANT,
            "id": "19:ops@thread.tacv2;messageid=1700000000000",
        },
        "channelData": {
            "tenant": {"id": TENANT}, "channel": {"id": "19:ops@thread.tacv2"},
            "team": {"id": "19:general@thread.tacv2", "name": "Operations", "aadGroupId": GROUP.to_uppercase()},
        },
        "text": "<at>aws</at> help",
        "entities": [{"type": "mention", "text": "<at>aws</at>", "mentioned": {"id": US, "name": "aws"}}],
    });
    activity.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    activity
}

fn happened(more: &Value) -> Happening {
    read(&activity(more).to_string()).unwrap().what
}

fn said(text: &str) -> Happening {
    Happening::Said { text: text.to_owned() }
}

#[test]
fn a_mention_is_what_was_said_where_and_by_whom() {
    let body = activity(&json!({})).to_string();
    let envelope = Envelope::of(&body).unwrap();
    assert_eq!(envelope.key(), "teams/19:ops@thread.tacv2;messageid=1700000000000/1700000000001");
    assert_eq!((envelope.tenant_id.as_str(), envelope.invoke.as_deref()), (TENANT, None));
    let event = read(&body).unwrap();
    assert_eq!(event.what, said("help"));
    let person = event.person.unwrap();
    assert_eq!(person.user_id, "cccccccc-1111-4222-8333-444444444444");
    assert_eq!((person.account.as_deref(), person.name.as_deref()), (Some("29:anna"), Some("Anna")));
    let Scene::Teams(scene) = event.scene else { panic!("not Teams") };
    assert_eq!(scene.team_id.unwrap().as_str(), GROUP);
    assert_eq!(scene.channel_id.unwrap().as_str(), "19%3Aops%40thread.tacv2");
    assert_eq!(scene.conversation_id, "19:ops@thread.tacv2;messageid=1700000000000");
    assert_eq!(scene.service_url, "https://smba.example/emea/");
    assert_eq!(team_thread_id(&body).as_deref(), Some("19:general@thread.tacv2"));
}

#[test]
fn the_mention_goes_and_the_rest_is_as_it_was_typed() {
    for (text, typed) in [
        ("<at>aws</at>&nbsp;help", "help"),
        ("please <at>aws</at> help", "please help"),
        ("<at>Ben</at> <at>aws</at> help", "Ben help"),
        ("<at>aws</at>", ""),
        (r#"<quoted messageId="17"/><at>aws</at> help"#, "help"),
        (r#"<at>aws</at> <quoted messageId="17"/> <quoted messageId="18" /> whoami"#, "whoami"),
        ("<at>aws</at> say &lt;quoted messageId=&quot;17&quot;/&gt;", r#"say <quoted messageId="17"/>"#),
        ("<at>aws</at> <quoted help", "<quoted help"),
        ("<at>aws</at> a &lt;b&gt; &amp;lt; &amp;&amp; &quot;c&quot;", "a <b> &lt; && \"c\""),
    ] {
        assert_eq!(happened(&json!({"text": text})), said(typed), "{text}");
    }
}

#[test]
fn in_a_channel_only_a_mention_is_to_bellhop_and_in_person_everything() {
    let of_ben = json!([{"type": "mention", "text": "<at>Ben</at>", "mentioned": {"id": "29:ben"}}]);
    assert_eq!(happened(&json!({"text": "<at>Ben</at> hello", "entities": of_ben})), Happening::Nothing);
    assert_eq!(happened(&json!({"text": "hello", "entities": []})), Happening::Nothing);
    let personal = json!({
        "text": "help", "entities": [],
        "conversation": {"conversationType": "personal", "id": "a:1", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
    });
    assert_eq!(happened(&personal), said("help"));
    let Scene::Teams(scene) = read(&activity(&personal).to_string()).unwrap().scene else { panic!("not Teams") };
    assert_eq!((scene.channel_id, scene.team_id, scene.conversation_id.as_str()), (None, None, "a:1"));
}

#[test]
fn nobody_is_answered_who_has_no_name_in_the_directory() {
    for from in [json!({"id": "29:guest"}), json!({"id": US, "aadObjectId": "none"})] {
        assert_eq!(happened(&json!({"from": from})), Happening::Nothing, "{from}");
    }
}

#[test]
fn a_press_brings_its_ticket_and_a_form_its_values() {
    let pressed = Happening::Pressed { ticket: "t".to_owned(), values: [].into() };
    let values = [("hours", "12"), ("updates", "both")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let submitted = Happening::Submitted { ticket: "t".to_owned(), values: values.into() };
    let form = json!({"ticket": "t", "hours": 12, "updates": "both", "msteams": {"type": "x"}});
    let execute = |data: &Value, trigger: &str| {
        let value = json!({"action": {"type": "Action.Execute", "data": data}, "trigger": trigger});
        json!({"type": "invoke", "name": CARD_ACTION, "text": null, "value": value, "replyToId": "1700000000000"})
    };
    for (data, happening) in [(&json!({"ticket": "t"}), &pressed), (&form, &submitted)] {
        // By a channel's mention or not: a button is ours.
        let by_message = json!({"text": null, "entities": [], "value": data, "replyToId": "1700000000000"});
        assert_eq!(happened(&by_message), *happening);
        assert_eq!(happened(&execute(data, "manual")), *happening);
        assert_eq!(happened(&execute(data, "automatic")), Happening::Nothing);
    }
    assert_eq!(happened(&execute(&json!({"verb": "x"}), "manual")), Happening::Nothing);
    let body = activity(&execute(&form, "manual")).to_string();
    assert_eq!(Envelope::of(&body).unwrap().invoke.as_deref(), Some(CARD_ACTION));
    let Scene::Teams(scene) = read(&body).unwrap().scene else { panic!("not Teams") };
    assert_eq!(scene.reply_to_id.as_deref(), Some("1700000000000"));
}

#[test]
fn what_becomes_of_channels_and_of_the_app_is_told() {
    let added = Happening::Installation(InstallationNews::Added {
        team_name: Some("Operations".to_owned()),
        general_channel_id: Some("19:general@thread.tacv2".to_owned()),
    });
    let removed = Happening::Installation(InstallationNews::Removed);
    let event = |name: &str| {
        let team = json!({"id": "19:general@thread.tacv2", "name": "Operations", "aadGroupId": GROUP});
        json!({"type": "conversationUpdate", "channelData": {
            "tenant": {"id": TENANT}, "team": team, "eventType": name, "channel": {"id": "19:ops@thread.tacv2", "name": "new"},
        }})
    };
    let members = |list: &str, id: &str| json!({"type": "conversationUpdate", list: [{"id": "29:x"}, {"id": id}]});
    let installation = |action: &str| json!({"type": "installationUpdate", "action": action});
    let personal = json!({"type": "installationUpdate", "action": "add", "channelData": {"tenant": {"id": TENANT}}});
    for (activity, what) in [
        (event("channelRenamed"), Happening::Channel(ChannelNews::Renamed { name: "new".to_owned() })),
        (event("channelDeleted"), Happening::Channel(ChannelNews::Deleted)),
        (event("channelRestored"), Happening::Channel(ChannelNews::Unarchived)),
        (event("channelCreated"), Happening::Nothing),
        (event("teamRenamed"), added.clone()),
        (event("teamDeleted"), removed.clone()),
        (members("membersAdded", US), added.clone()),
        (members("membersRemoved", US), removed.clone()),
        (members("membersAdded", "29:y"), Happening::Nothing),
        (members("membersRemoved", "29:y"), Happening::Nothing),
        (installation("add"), added.clone()),
        (installation("add-upgrade"), added),
        (installation("remove"), removed),
        (installation("remove-upgrade"), Happening::Nothing),
        (personal, Happening::Nothing),
        (json!({"type": "messageReaction"}), Happening::Nothing),
    ] {
        assert_eq!(happened(&activity), what, "{activity}");
    }
}

#[test]
fn whoever_adds_the_app_is_told_and_whoever_renames_a_team_is_not() {
    let person = |name: &str| {
        let data = json!({"tenant": {"id": TENANT}, "team": {"id": "19:general@thread.tacv2"}, "eventType": name});
        let update = json!({"type": "conversationUpdate", "membersAdded": [{"id": US}], "channelData": data});
        read(&activity(&update).to_string()).unwrap().person
    };
    assert!(person("teamMemberAdded").is_some());
    assert_eq!(person("teamRenamed"), None);
}

#[test]
fn a_channel_that_the_data_does_not_name_is_that_of_the_conversation() {
    let Scene::Teams(scene) = read(&activity(&json!({"channelData": null})).to_string()).unwrap().scene else {
        panic!("not Teams")
    };
    assert_eq!(scene.channel_id.unwrap().as_str(), "19%3Aops%40thread.tacv2");
    assert_eq!(scene.team_id, None);
}

#[test]
fn what_is_no_activity_is_said_to_be_none() {
    let of = |body: &Value| Envelope::of(&body.to_string());
    assert_eq!(Envelope::of("x"), Err(Malformed::NotJson));
    assert_eq!(of(&json!({})), Err(Malformed::Lacks("type")));
    assert_eq!(of(&activity(&json!({"conversation": {"tenantId": TENANT}}))), Err(Malformed::Lacks("conversation")));
    for id in ["19:a b", &"x".repeat(513)] {
        let conversation = json!({"tenantId": TENANT, "id": id});
        assert_eq!(of(&activity(&json!({"conversation": conversation}))), Err(Malformed::Lacks("conversation")));
    }
    let nowhere = json!({"channelData": {}, "conversation": {"id": "a:1"}});
    assert_eq!(of(&activity(&nowhere)), Err(Malformed::Lacks("tenant")));
    let other = json!({"channelData": {"tenant": {"id": GROUP}}});
    assert_eq!(of(&activity(&other)), Err(Malformed::TwoTenants));
}

#[test]
fn an_activity_without_a_name_is_known_by_what_it_says() {
    let key = |text: &str| Envelope::of(&activity(&json!({"id": null, "text": text})).to_string()).unwrap().key();
    assert_eq!(key("a"), key("a"));
    assert_ne!(key("a"), key("b"));
}
