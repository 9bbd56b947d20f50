//! Aliases in a channel: made, listed, shown, run, deleted; and that a value stays a value all the way to AWS.

use serde_json::json;
use wire::operations::Operation::{AssociateToConfiguration, CreateCustomAction};

use super::{Chat, button, has_button, words};
use crate::kit::{AwsAnswer, SlackAnswer};

/// Of the channel's configuration: the fixture's own call.
const CREATE: &str = "CreateSlackChannelConfiguration";
const REMOVE: &str = "alias create remove aws logs delete-log-group --log-group-name $group --region eu-west-1";
const FIND: &str = "alias create find logs describe-log-groups --log-group-name-prefix=$prefix --region $region";

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_is_made_listed_shown_and_deleted() {
    let chat = Chat::start().await;
    assert!(words(&chat.say("Ev1", "alias list").await).contains("no aliases yet"));
    let made = chat.say("Ev2", REMOVE).await;
    for word in ["`remove` is an alias", "@aws run remove &lt;group&gt;"] {
        assert!(words(&made).contains(word), "{word}: {}", words(&made));
    }
    let listed = chat.say("Ev3", "aliases list").await;
    for word in ["1 alias", "remove", "logs delete-log-group --log-group-name $group --region eu-west-1"] {
        assert!(words(&listed).contains(word), "{word}: {}", words(&listed));
    }
    assert!(!words(&listed).contains("aws logs"), "{}", words(&listed));
    let shown = chat.say("Ev4", "alias get remove").await;
    assert!(words(&shown).contains("U0ANNA"), "{}", words(&shown));
    assert!(words(&chat.say("Ev5", "alias delete remove").await).contains("is gone"));
    let records: Vec<_> =
        chat.server.audit_records().await.into_iter().filter(|it| it["eventName"] != CREATE).collect();
    let [made, deleted] = &records[..] else { panic!("{records:#?}") };
    assert_eq!((&made["eventName"], &deleted["eventName"]), (&json!("CreateAlias"), &json!("DeleteAlias")));
    assert!(made["requestParameters"]["action"].as_str().unwrap().starts_with("logs delete-log-group"), "{made:#}");
    assert_eq!(deleted["requestParameters"]["name"], "remove");
    assert!(deleted["userIdentity"]["principalId"].as_str().unwrap().ends_with("/U0ANNA"), "{deleted:#}");
    chat.mention("Ev6", "run remove old").await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("There is no alias `remove`"), "{}", words(&chat.whispers()[0]));
    assert!(chat.aws.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_runs_like_a_command_with_its_values() {
    let chat = Chat::start().await;
    chat.say("Ev1", REMOVE).await;
    let shown = chat.say("Ev2", "run remove old").await;
    for word in ["alias remove", "logs delete-log-group --log-group-name old --region eu-west-1"] {
        assert!(words(&shown).contains(word), "{word}: {}", words(&shown));
    }
    chat.press("1.2.a", &button(&shown, "Run command"), "U0ANNA").await;
    assert_eq!(chat.calls("DeleteLogGroup", 1).await[0].json(), json!({"logGroupName": "old"}));
    chat.post_after(2).await;
    // What only reads runs at once, and by `alias run` too.
    chat.say("Ev3", FIND).await;
    chat.say("Ev4", "alias run find --region eu-west-1 '/a b'").await;
    let calls = chat.calls("DescribeLogGroups", 1).await;
    assert_eq!(calls[0].json()["logGroupNamePrefix"], "/a b");
    assert_eq!(calls[0].region, "eu-west-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_never_a_flag() {
    let chat = Chat::start().await;
    chat.say("Ev1", FIND).await;
    chat.say("Ev2", "run find '--limit=1 --region us-gov-west-1' eu-west-1").await;
    let calls = chat.calls("DescribeLogGroups", 1).await;
    assert_eq!(calls[0].json()["logGroupNamePrefix"], "--limit=1 --region us-gov-west-1");
    assert_eq!((calls[0].json().get("limit"), calls[0].region.as_str()), (None, "eu-west-1"));
    // Unquoted, it is told apart from a name of a variable.
    chat.mention("Ev3", "run find --limit 1").await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("--limit"), "{}", words(&chat.whispers()[0]));
    assert_eq!(chat.aws.of("DescribeLogGroups").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_values_are_asked_for() {
    let chat = Chat::start().await;
    chat.say("Ev1", FIND).await;
    let asked = chat.say("Ev2", "run find --region eu-west-1").await;
    assert!(words(&asked).contains("needs values for `prefix`"), "{}", words(&asked));
    chat.press("1.2.a", &button(&asked, "Enter values"), "U0ANNA").await;
    let form = chat.server.slack_requests("views.open", 1).await.remove(0);
    let view = &form.body["view"];
    assert!(view.to_string().contains("value-prefix") && !view.to_string().contains("value-region"), "{view}");
    let ticket = view["private_metadata"].as_str().unwrap();
    chat.submit("1.2.b", ticket, &[("value-prefix", "it's --x")]).await;
    let calls = chat.calls("DescribeLogGroups", 1).await;
    assert_eq!(
        (calls[0].json()["logGroupNamePrefix"].clone(), calls[0].region.as_str()),
        (json!("it's --x"), "eu-west-1")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_no_alias_is_refused_with_a_reason() {
    let chat = Chat::start().await;
    chat.say("Ev0", REMOVE).await;
    let refusals = [
        ("alias create -x logs describe-log-groups", "letters, digits"),
        ("alias create again run remove", "cannot run another alias"),
        ("alias create x logs $operation", "names"),
        ("alias create x logs describe-log-group --y $y", "describe-log-groups"),
        ("alias create remove logs describe-log-groups", "already"),
        ("alias create x logs describe-log-groups --log-group-name-prefix 'a", "never closed"),
        ("alias delete nothing", "no alias `nothing`"),
        ("alias get re\u{430}d", "no alias of this name"),
    ];
    for (number, (said, reason)) in refusals.into_iter().enumerate() {
        chat.mention(&format!("EvR{number}"), said).await;
        chat.heard().await;
        let whispers = chat.whispers();
        assert_eq!(whispers.len(), number + 1, "{said}");
        if number != 2 {
            assert!(words(&whispers[number]).contains(reason), "{said}: {}", words(&whispers[number]));
        }
    }
    assert!(words(&chat.say("Ev9", "alias list").await).contains("1 alias in"));
    assert!(chat.aws.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_has_so_many_aliases() {
    let chat = Chat::start_with(|settings| settings.commands.aliases_max = 1).await;
    chat.say("Ev1", REMOVE).await;
    chat.mention("Ev2", FIND).await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("has 1 aliases already"), "{}", words(&chat.whispers()[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_custom_actions_alias_is_one_of_the_channel_where_it_shows() {
    let chat = Chat::start().await;
    let action = json!({
        "ActionName": "groups", "AliasName": "groups",
        "Definition": {"CommandText": "logs describe-log-groups --log-group-name-prefix $prefix --region eu-west-1"},
    });
    let created = chat.server.call(CreateCustomAction, action).await.ok(201);
    chat.mention("Ev1", "run groups /app").await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("no alias `groups`"), "{}", words(&chat.whispers()[0]));
    let both = json!({
        "Resource": created["CustomActionArn"],
        "ChatConfiguration": "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops",
    });
    chat.server.call(AssociateToConfiguration, both).await.ok(201);
    assert!(words(&chat.say("Ev2", "alias list").await).contains("groups"));
    chat.aws.answers("DescribeLogGroups", [AwsAnswer::Body(json!({"logGroups": []}).to_string())]);
    let answer = chat.say("Ev3", "run groups /app").await;
    assert!(!has_button(&answer), "{}", words(&answer));
    assert_eq!(chat.calls("DescribeLogGroups", 1).await[0].json()["logGroupNamePrefix"], "/app");
    // It is the action's: nobody in chat deletes it, or makes another of its name.
    for (id, said) in [("Ev4", "alias delete groups"), ("Ev5", "alias create groups logs describe-log-groups")] {
        let before = chat.whispers().len();
        chat.mention(id, said).await;
        chat.heard().await;
        assert!(words(&chat.whispers()[before]).contains("custom action"), "{}", words(&chat.whispers()[before]));
    }
}

/// Slack took the first message later than the alias was changed: what stands above a button is what it runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_comes_late_asks_what_it_runs() {
    let chat = Chat::start().await;
    chat.say("Ev1", "alias create x logs delete-log-group --log-group-name one --region eu-west-1").await;
    chat.server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }, SlackAnswer::Ok]);
    chat.mention("Ev2", "run x").await;
    let limited = chat.post_after(1).await;
    assert!(words(&limited).contains("--log-group-name one"), "{}", words(&limited));
    chat.say("Ev3", "alias delete x").await;
    chat.say("Ev4", "alias create x logs delete-log-group --log-group-name two --region eu-west-1").await;
    chat.server.clock.advance(30_000);
    let shown = chat.post_after(4).await;
    assert!(words(&shown).contains("--log-group-name two"), "{}", words(&shown));
    chat.press("1.2.a", &button(&shown, "Run command"), "U0ANNA").await;
    assert_eq!(chat.calls("DeleteLogGroup", 1).await[0].json(), json!({"logGroupName": "two"}));
}
