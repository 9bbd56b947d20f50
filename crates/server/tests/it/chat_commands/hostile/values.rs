//! Values that would be more than values: of aliases, of forms, of what a notification says.

use serde_json::{Value, json};
use wire::operations::Operation::{AssociateToConfiguration, CreateCustomAction, UpdateSlackChannelConfiguration};

use super::super::{button, words};
use super::{Change, Chat, Got, Nothing, Outcome, SlackRequest, delete, typed};
use crate::kit::TOPIC;

const REMOVE: &str = "logs delete-log-group --log-group-name $group --region eu-west-1";
const CONFIGURATION: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";

/// What a value may look like that is meant as more.
const VALUES: [&str; 14] = [
    "--region",
    "--region=us-east-1",
    "-r us-east-1",
    "—region us-east-1",
    "other --region us-east-1",
    "old' --region 'us-east-1",
    "old\" --region \"us-east-1",
    "old\n--region us-east-1",
    "old\\",
    "“old” --region ‘us-east-1’",
    "$(id) `id` ${group} $group",
    "file:///etc/passwd",
    "[\"old\",\"other\"]",
    "old;logs delete-log-group --log-group-name other",
];

impl Chat {
    async fn view_of_press(&self, id: &str, ticket: &str) -> String {
        let before = self.server.slack.requests("views.open").len();
        self.press(id, ticket, "U0ANNA").await;
        let view = self.server.slack_requests("views.open", before + 1).await.remove(before).body;
        view["view"]["private_metadata"].as_str().unwrap().to_owned()
    }

    /// Fills in the form behind this button and agrees to what comes of it.
    async fn filled(&self, id: &str, asked: &SlackRequest, label: &str, field: (&str, &str)) -> Outcome {
        let calls = self.asked_of_aws().len();
        let ticket = self.view_of_press(&format!("open-{id}"), &button(asked, label)).await;
        let told = self.after(async || self.submit(&format!("send-{id}"), &ticket, &[field]).await).await;
        self.agree_to(id, told, calls).await
    }

    /// What is said next, wherever.
    async fn after(&self, happens: impl AsyncFnOnce()) -> SlackRequest {
        let counts = ["chat.postMessage", "chat.postEphemeral", "chat.update"]
            .map(|method| (method, self.server.slack.requests(method).len()));
        happens().await;
        crate::kit::eventually("something is said", async || {
            counts.iter().find_map(|(method, count)| self.server.slack.requests(method).into_iter().nth(*count))
        })
        .await
    }
}

/// As behind a flag of the AWS CLI, one of them would be read from a file: there are none here.
fn value_or_file(value: &str) -> Got {
    if value.starts_with("file:") { Nothing } else { delete(value) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_an_alias_is_a_value_or_refused() {
    let chat = Chat::hostile().await;
    chat.say("EvMade", &format!("alias create remove {REMOVE}")).await;
    for (number, value) in VALUES.into_iter().enumerate() {
        let asked = chat.say(&format!("Ev{number}"), "run remove").await;
        let outcome = chat.filled(&format!("{number}"), &asked, "Enter values", ("value-group", value)).await;
        outcome.is(&value_or_file(value), value);
        // The same between quotes.
        if !value.contains('\'') && !value.contains('‘') {
            let outcome = chat.agreed(&format!("EvQ{number}"), &typed(&format!("run remove '{value}'"))).await;
            outcome.is(&value_or_file(value), value);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_behind_an_alias_are_its_values_and_no_flags() {
    let chat = Chat::hostile().await;
    chat.say("EvMade", &format!("alias create remove {REMOVE}")).await;
    let refused = [
        "run remove --region us-east-1",
        "run remove old --region us-east-1",
        "run remove old other",
        "run remove old\n--region us-east-1",
        "run remove --group --region",
        "run remove 'old",
        "run remove --group old --group other",
        "run remove old —region us-east-1",
    ];
    for (number, text) in refused.into_iter().enumerate() {
        chat.agreed(&format!("Ev{number}"), text).await.is(&Nothing, text);
    }
    chat.agreed("EvGood", "run remove old").await.is(&delete("old"), "run remove old");
}

/// Within quotes, JSON and shorthand a value stays a part of the one value, or the command is refused; and some get through.
type Expected<'a> = &'a dyn Fn(&str) -> Got;

#[tokio::test(flavor = "multi_thread")]
async fn a_value_within_a_value_stays_there() {
    let chat = Chat::hostile().await;
    let tagging = |tags: &str| format!("logs tag-log-group --log-group-name old {tags} --region eu-west-1");
    let whole = |value: &str| Change("TagLogGroup", json!({"logGroupName": "old", "tags": {"team": value}}));
    let within = |value: &str| Change("DeleteLogGroup", json!({ "logGroupName": format!("/app/{value}/x") }));
    let templates: [(&str, String, Expected<'_>); 5] = [
        ("bare", REMOVE.replace("$group", "/app/$group/x"), &within),
        ("single", REMOVE.replace("$group", "'/app/$group/x'"), &within),
        ("double", REMOVE.replace("$group", "\"/app/$group/x\""), &within),
        ("short", tagging("--tags team=$group"), &whole),
        ("json", tagging("--tags '{\"team\": \"$group\"}'"), &whole),
    ];
    let hostile = ["a,other=b", "a\",\"other\":\"b", "a}", "a' --log-group-name 'b", "a\" --region \"b"];
    for (name, template, got) in templates {
        let made = chat.say(&format!("EvMade{name}"), &format!("alias create {name} {template}")).await;
        assert!(words(&made).contains("is an alias"), "{}", words(&made));
        let mut run = 0;
        for (number, value) in VALUES.into_iter().chain(hostile).enumerate() {
            let id = format!("{name}{number}");
            let asked = chat.say(&format!("Ev{id}"), &format!("run {name}")).await;
            let outcome = chat.filled(&id, &asked, "Enter values", ("value-group", value)).await;
            run += outcome.calls.len();
            let got = if outcome.calls.is_empty() { Nothing } else { got(value) };
            outcome.is(&got, &format!("{name}: {value}"));
        }
        assert!(run > 0, "nothing at all got through `{template}`");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_runs_no_alias() {
    let chat = Chat::hostile().await;
    chat.say("EvMade", &format!("alias create remove {REMOVE}")).await;
    let refused = [
        "alias create loop run loop",
        "alias create loop aws run loop",
        "alias create loop @aws run remove old",
        "alias create loop alias run loop",
        "alias create loop ‘run’ remove old",
        "alias create loop \"run\" remove old",
        "alias create loop run\u{a0}remove old",
        "alias create loop $what remove old",
        "alias create loop alias create loop2 run loop",
        "alias create loop logs $what --log-group-name old",
        "alias create loop logs describe-log-groups\nrun remove old",
    ];
    for (number, text) in refused.into_iter().enumerate() {
        chat.agreed(&format!("Ev{number}"), text).await.is(&Nothing, text);
        chat.agreed(&format!("EvRun{number}"), "run loop").await.is(&Nothing, text);
    }
    // Nor does a value make one of it.
    for (number, text) in ["run remove 'run remove old'", "run remove \"alias run remove\""].into_iter().enumerate() {
        let value = text.split(['\'', '"']).nth(1).unwrap();
        chat.agreed(&format!("EvValue{number}"), text).await.is(&delete(value), text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_a_form_is_a_value() {
    let chat = Chat::hostile().await;
    for (number, value) in VALUES.into_iter().enumerate() {
        let text = "logs delete-log-group --region eu-west-1";
        let asked = chat.say(&format!("Ev{number}"), text).await;
        let outcome = chat.filled(&format!("{number}"), &asked, "Fill in parameters", ("log-group-name", value)).await;
        outcome.is(&value_or_file(value), value);
    }
    // A field that nobody was asked for is nobody's answer.
    let asked = chat.say("EvMore", "logs delete-log-group --region eu-west-1").await;
    let ticket = chat.view_of_press("open-more", &button(&asked, "Fill in parameters")).await;
    let calls = chat.asked_of_aws().len();
    let fields =
        [("log-group-name", "old"), ("region", "us-east-1"), ("endpoint-url", "http://x"), ("cli-input-json", "{}")];
    let told = chat.after(async || chat.submit("send-more", &ticket, &fields).await).await;
    let outcome = chat.agree_to("more", told, calls).await;
    let got = if outcome.calls.is_empty() { Nothing } else { delete("old") };
    outcome.is(&got, "more fields than were asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_notification_says_is_a_value() {
    let chat = Chat::hostile().await;
    let update = json!({"ChatConfigurationArn": CONFIGURATION, "SlackChannelId": "C1", "SnsTopicArns": [TOPIC]});
    chat.server.call(UpdateSlackChannelConfiguration, update).await.ok(200);
    let action = json!({
        "ActionName": "remove", "Definition": {"CommandText": REMOVE},
        "Attachments": [{
            "NotificationType": "Custom", "ButtonText": "Remove it",
            "Variables": {"group": "event.metadata.additionalContext.Group"},
        }],
    });
    let created = chat.server.call(CreateCustomAction, action).await.ok(201);
    let both = json!({"Resource": created["CustomActionArn"], "ChatConfiguration": CONFIGURATION});
    chat.server.call(AssociateToConfiguration, both).await.ok(201);
    for (number, value) in VALUES.into_iter().enumerate() {
        let calls = chat.asked_of_aws().len();
        let posts = chat.posts().len();
        // Slack takes one message a second of a channel.
        chat.server.clock.advance(2_000);
        chat.server.publish(TOPIC, &notification(value)).await;
        let notification = chat.post_after(posts).await;
        let press = button(&notification, "Remove it");
        let told = chat.after(async || chat.press(&format!("action-{number}"), &press, "U0ANNA").await).await;
        chat.agree_to(&format!("{number}"), told, calls).await.is(&value_or_file(value), value);
    }
}

fn notification(group: &str) -> String {
    let context: Value = json!({ "Group": group });
    json!({
        "version": "1.0", "source": "custom", "content": {"title": "Old logs", "description": "d"},
        "metadata": {"additionalContext": context},
    })
    .to_string()
}
