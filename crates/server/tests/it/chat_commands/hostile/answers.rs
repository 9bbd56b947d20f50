//! What AWS answers is somebody else's words: it calls nobody, links nowhere, and fills no channel.

use serde_json::{Value, json};

use super::super::{LIST, words};
use super::{Chat, SlackRequest};
use crate::kit::AwsAnswer;

/// Slack posts no more of a message, by its page of `chat.postMessage`: <https://docs.slack.dev/reference/methods/chat.postMessage>.
const MESSAGE_CHARACTERS_MAX: usize = 40_000;
const HOSTILE: [&str; 7] = [
    "<!channel>",
    "<!here|here>",
    "@here @channel @everyone",
    "<@U0BEN>",
    "<#C0SECRET>",
    "<https://evil.example.com|https://console.aws.amazon.com>",
    "*bold* `code` ```\n<!everyone>\n```",
];

/// Every text that Slack reads as its own markup, and every element that calls somebody or leads somewhere.
fn read_by_slack(message: &SlackRequest) -> Vec<String> {
    let mut read = vec![message.body["text"].as_str().unwrap_or_default().to_owned()];
    let mut waiting = vec![&message.body];
    while let Some(value) = waiting.pop() {
        match value["type"].as_str() {
            Some("mrkdwn") => read.push(value["text"].as_str().unwrap_or_default().to_owned()),
            Some("broadcast" | "user" | "usergroup" | "channel" | "link") => read.push(format!("<{value}>")),
            _ => {}
        }
        waiting.extend(value.as_array().into_iter().flatten());
        waiting.extend(value.as_object().into_iter().flat_map(|object| object.values()));
    }
    read
}

fn assert_calls_nobody(message: &SlackRequest, said: &str) {
    for text in read_by_slack(message) {
        for markup in ["<!", "<@U0BEN", "<#C", "<https://evil", "\"link\"", "\"broadcast\""] {
            assert!(!text.contains(markup), "{said} became {text}");
        }
    }
    // Else Slack makes a mention of `@here`, too.
    for option in ["parse", "link_names"] {
        assert!(message.body.get(option).is_none_or(|value| value == "none" || value == false), "{option}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_answers_calls_nobody_and_links_nowhere() {
    let chat = Chat::hostile().await;
    let groups: Vec<Value> = HOSTILE.iter().map(|said| json!({"logGroupName": said, *said: said})).collect();
    // As a table, as one thing's details, as text, as a name in an error.
    let answers: [(Value, &str); 4] = [
        (json!({ "logGroups": groups }), ""),
        (json!({ "logGroups": [groups[0]] }), ""),
        (json!({ "logGroups": groups }), " --query logGroups[].logGroupName --output text"),
        (json!({ "logGroups": groups }), " --output json"),
    ];
    chat.aws.answers("DescribeLogGroups", answers.iter().map(|(answer, _)| AwsAnswer::Body(answer.to_string())));
    // What `Chat` itself had answered comes first.
    chat.say("EvFirst", LIST).await;
    for (number, (_, flags)) in answers.iter().enumerate() {
        let told = chat.say(&format!("Ev{number}"), &format!("{LIST}{flags}")).await;
        assert!(words(&told).contains("channel"), "the answer is shown: {}", words(&told));
        assert_calls_nobody(&told, flags);
    }
    let refused = HOSTILE.map(|said| {
        let said = json!({"__type": "ResourceNotFoundException", "message": format!("no group {said}")});
        AwsAnswer::With(400, Vec::new(), said.to_string())
    });
    chat.aws.answers("DescribeLogStreams", refused);
    for (number, said) in HOSTILE.into_iter().enumerate() {
        let text = "logs describe-log-streams --log-group-name x --region eu-west-1";
        let told = chat.say(&format!("EvNo{number}"), text).await;
        assert!(words(&told).contains("no group"), "{}", words(&told));
        assert_calls_nobody(&told, said);
    }
}

/// What somebody types is quoted back: in a mistake, and in what is to be confirmed.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_quoted_without_calling_anybody() {
    let chat = Chat::hostile().await;
    for (number, said) in HOSTILE.into_iter().enumerate() {
        let said = super::typed(said).replace('`', "");
        for (kind, text) in [
            ("service", format!("'{said}' list")),
            ("operation", format!("logs '{said}'")),
            ("flag", format!("logs describe-log-groups --x'{said}' y --region eu-west-1")),
            ("value", format!("logs delete-log-group --log-group-name '{said}' --region eu-west-1")),
            ("alias", format!("alias create '{said}' logs describe-log-groups")),
        ] {
            let told = {
                let (posts, whispers) = (chat.posts().len(), chat.whispers().len());
                chat.mention(&format!("Ev{kind}{number}"), &text).await;
                chat.heard().await;
                match chat.whispers().into_iter().nth(whispers) {
                    Some(whisper) => whisper,
                    None => chat.post_after(posts).await,
                }
            };
            assert_calls_nobody(&told, &text);
        }
    }
    assert!(chat.asked_of_aws().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_any_size_or_depth_ends_in_one_message() {
    let chat = Chat::hostile().await;
    let named = |length: usize| json!({"destinations": [{"destinationName": "x".repeat(length)}]}).to_string();
    let answers = [
        ("10 MB", AwsAnswer::Large(10 * 1024 * 1024), ""),
        ("10 MB of JSON", AwsAnswer::Body(named(10_000_000)), ""),
        (
            "100,000 brackets",
            AwsAnswer::Body(format!("{{\"destinations\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))),
            "",
        ),
        ("half of JSON", AwsAnswer::Body("{\"destinations\":[".to_owned()), ""),
        ("one long name", AwsAnswer::Body(named(6_000_000)), "xxx"),
        (
            "50,000 things",
            AwsAnswer::Body(json!({ "destinations": vec![json!({"destinationName": "d"}); 50_000] }).to_string()),
            "50,000 destinations",
        ),
    ];
    chat.aws.answers("DescribeDestinations", answers.iter().map(|(_, answer, _)| answer.clone()));
    for (number, (what, _, said)) in answers.into_iter().enumerate() {
        let uploads = chat.server.slack.requests("upload").len();
        let told = chat.say(&format!("Ev{number}"), "logs describe-destinations --region eu-west-1").await;
        let text = words(&told);
        assert!(text.chars().count() < MESSAGE_CHARACTERS_MAX, "{what}: {} characters", text.len());
        assert!(text.contains(said), "{what}: {}", text.chars().take(2_000).collect::<String>());
        assert_eq!(chat.aws.of("DescribeDestinations").len(), number + 1, "{what} was asked for once");
        let files: usize = chat.server.slack.requests("upload")[uploads..]
            .iter()
            .map(|upload| upload.body["bytes"].as_str().map_or(0, str::len))
            .sum();
        assert!(files < 8 * 1024 * 1024, "{what}: a file of {files}");
    }
}
