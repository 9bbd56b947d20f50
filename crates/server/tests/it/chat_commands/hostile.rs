//! Hostile words in chat, through Slack's front door to a fake AWS: nothing executes that was not shown.
//!
//! Every line of a table says what AWS must have got of it; and the line that was shown before the yes, read again by itself, must be
//! that very request. What becomes of values is in `values`, what AWS answers in `answers`.

mod answers;
mod values;

use awscall::command_line::{Parsed, parse};
use serde_json::{Value, json};

use super::{Chat, button};
use crate::kit::{AwsAnswer, AwsRequest, SlackRequest};

/// What came of some words.
struct Outcome {
    /// Under which somebody said yes.
    shown: Option<String>,
    /// What AWS got, but for the roles lent.
    calls: Vec<AwsRequest>,
    /// What was said last.
    told: SlackRequest,
}

/// What AWS must have got.
#[derive(Debug)]
enum Got {
    Nothing,
    /// At once: it only reads.
    Read(&'static str, Value),
    /// After the line was shown, and a yes.
    Change(&'static str, Value),
}

use Got::{Change, Nothing, Read};

impl Chat {
    async fn hostile() -> Self {
        let chat = Self::start().await;
        for operation in ["CreateLogGroup", "PutRetentionPolicy", "TagLogGroup"] {
            chat.aws.answers(operation, [AwsAnswer::Body(String::new())]);
        }
        chat
    }

    /// Says it and agrees to whatever is asked.
    async fn agreed(&self, id: &str, text: &str) -> Outcome {
        let (posts, whispers, calls) = (self.posts().len(), self.whispers().len(), self.asked_of_aws().len());
        self.mention(id, text).await;
        self.heard().await;
        let told = match self.whispers().into_iter().nth(whispers) {
            Some(whisper) => whisper,
            None => self.post_after(posts).await,
        };
        self.agree_to(id, told, calls).await
    }

    /// Presses the yes under a message, if there is one, and waits for the result.
    async fn agree_to(&self, id: &str, told: SlackRequest, calls_before: usize) -> Outcome {
        let shown = line_to_confirm(&told);
        let told = if shown.is_some() {
            assert_eq!(self.asked_of_aws().len(), calls_before, "{id} ran before anybody agreed");
            let posts = self.posts().len();
            self.press(&format!("press-{id}"), &button(&told, "Run command"), "U0ANNA").await;
            self.post_after(posts).await
        } else {
            told
        };
        let calls = self.asked_of_aws().split_off(calls_before);
        Outcome { shown, calls, told }
    }

    fn asked_of_aws(&self) -> Vec<AwsRequest> {
        self.aws.requests().into_iter().filter(|request| request.operation != "AssumeRole").collect()
    }

    /// Says each text of a table; each must come to what stands beside it.
    async fn each(&self, table: impl IntoIterator<Item = (String, Got)>) {
        for (number, (text, got)) in table.into_iter().enumerate() {
            let beginning: String = text.chars().take(200).collect();
            let outcome = self.agreed(&format!("Ev{number}"), &text).await;
            outcome.is(&got, &beginning);
        }
        assert!(self.aws.badly_signed().is_empty(), "{:?}", self.aws.badly_signed());
    }
}

impl Outcome {
    fn is(&self, got: &Got, text: &str) {
        let (operation, input) = match got {
            Nothing => {
                assert!(self.calls.is_empty(), "`{text}` came to {:?}", self.calls);
                assert!(self.shown.is_none(), "`{text}` was offered as {:?}", self.shown);
                return;
            }
            Read(operation, input) | Change(operation, input) => (*operation, input),
        };
        let [call] = self.calls.as_slice() else {
            panic!("`{text}` came to {} calls: {}", self.calls.len(), self.told.body)
        };
        assert_eq!((call.operation.as_str(), &call.json()), (operation, input), "`{text}`");
        assert_eq!((call.service.as_str(), call.region.as_str()), ("logs", "eu-west-1"), "`{text}`");
        match got {
            Change(..) => assert_shown(self.shown.as_deref(), call, text),
            _ => assert_eq!(self.shown, None, "`{text}`"),
        }
    }
}

/// The line that was shown, read by itself, is the request that AWS got.
fn assert_shown(shown: Option<&str>, call: &AwsRequest, text: &str) {
    let Some(shown) = shown else { panic!("`{text}` ran and was not shown") };
    let hidden = |letter: char| {
        letter.is_control()
            || ('\u{200b}'..='\u{200f}').contains(&letter)
            || ('\u{202a}'..='\u{202e}').contains(&letter)
    };
    assert!(!shown.contains(hidden), "`{text}` is shown with what cannot be seen: {shown:?}");
    let Parsed::Run(line) = parse(shown) else { panic!("`{text}` is shown as `{shown}`, which is no command") };
    let again = awscall::protocol::request(&line.call, &mut || "token".to_owned()).unwrap();
    let body: Value = serde_json::from_slice(&again.body).unwrap();
    assert_eq!(body, call.json(), "`{text}` is shown as `{shown}`");
    assert_eq!(line.call.operation.name, call.operation, "`{text}` is shown as `{shown}`");
    assert_eq!(line.region.as_deref(), Some(call.region.as_str()), "`{text}` is shown as `{shown}`");
}

/// The line under which a message asks for a yes.
fn line_to_confirm(message: &SlackRequest) -> Option<String> {
    let mut has_button = false;
    let mut line = String::new();
    for block in message.body["blocks"].as_array().into_iter().flatten() {
        let elements = || block["elements"].as_array().into_iter().flatten();
        has_button |= elements().any(|element| element["text"]["text"] == "Run command");
        for element in elements().filter(|element| element["type"] == "rich_text_preformatted") {
            line.extend(element["elements"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str()));
        }
    }
    has_button.then_some(line)
}

/// As Slack writes what somebody typed.
fn typed(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn delete(name: &str) -> Got {
    Change("DeleteLogGroup", json!({ "logGroupName": name }))
}

fn list(prefix: &str) -> Got {
    Read("DescribeLogGroups", json!({ "logGroupNamePrefix": prefix }))
}

fn deleting(name: &str) -> String {
    format!("logs delete-log-group --region eu-west-1 --log-group-name {name}")
}

fn listing(prefix: &str) -> String {
    format!("logs describe-log-groups --region eu-west-1 --log-group-name-prefix {prefix}")
}

fn table<const N: usize>(rows: [(&str, Got); N]) -> impl Iterator<Item = (String, Got)> {
    rows.into_iter().map(|(text, got)| (typed(text), got))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_is_one_command_and_lines_are_spaces() {
    let chat = Chat::hostile().await;
    let after = |rest: &str| deleting(&format!("old{rest}"));
    chat.each(table([
        (&after("\nlogs delete-log-group --log-group-name other"), Nothing),
        (&after("\r\n@aws logs delete-log-group --log-group-name other"), Nothing),
        (&after("; logs delete-log-group --log-group-name other"), Nothing),
        (&after(" && logs delete-log-group --log-group-name other"), Nothing),
        (&after(" | tee x"), Nothing),
        (&after(" > /etc/passwd"), Nothing),
        (&after("\u{2028}logs delete-log-group --log-group-name other"), Nothing),
        // A flag twice: neither wins.
        (&after(" --log-group-name other"), Nothing),
        (&after("\n--region us-east-1"), Nothing),
        ("logs delete-log-group\n--log-group-name old\n--region eu-west-1", delete("old")),
        // Quoted, it is one value, and shown as what it is.
        (&deleting("'old\n--region us-east-1'"), delete("old\n--region us-east-1")),
        (&deleting("'old\u{202e}dlo'"), delete("old\u{202e}dlo")),
        (&deleting("'old\u{200b}'"), delete("old\u{200b}")),
        (&deleting("'old\t\u{7}'"), delete("old\t\u{7}")),
    ]))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shell_would_expand_is_text() {
    let chat = Chat::hostile().await;
    chat.each(table([
        (&deleting("'$(id)'"), delete("$(id)")),
        (&deleting("\"$(id)\""), delete("$(id)")),
        (&deleting("$(id)"), delete("$(id)")),
        (&deleting("${HOME}"), delete("${HOME}")),
        (&deleting("'`id`'"), delete("`id`")),
        (&deleting("~/x*"), delete("~/x*")),
        (&deleting("--log-group-name"), Nothing),
        (&deleting("file:///etc/passwd"), Nothing),
        (&deleting("fileb:///etc/passwd"), Nothing),
        (&listing("file:///etc/passwd"), Nothing),
        ("logs delete-log-group --region eu-west-1 --cli-input-json file:///etc/passwd", Nothing),
        (&format!("{} --endpoint-url http://169.254.169.254", deleting("old")), Nothing),
        (&format!("{} --profile admin", deleting("old")), Nothing),
        (&format!("{} --no-sign-request", deleting("old")), Nothing),
        (&format!("{} --no-verify-ssl", deleting("old")), Nothing),
        (&format!("{} --ca-bundle /etc/passwd", deleting("old")), Nothing),
    ]))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_of_phones_quote_and_letters_that_only_look_alike_name_nothing() {
    let chat = Chat::hostile().await;
    chat.each(table([
        (&deleting("“old one”"), delete("old one")),
        (&deleting("‘old one’"), delete("old one")),
        (&deleting("“old --region us-east-1”"), delete("old --region us-east-1")),
        // Begun and never ended.
        (&deleting("“old"), Nothing),
        (&deleting("'old"), Nothing),
        (&deleting("\"old"), Nothing),
        // Cyrillic о, е and а, Greek ο, full width.
        ("l\u{43e}gs delete-log-group --log-group-name old --region eu-west-1", Nothing),
        ("logs d\u{435}lete-log-group --log-group-name old --region eu-west-1", Nothing),
        ("logs delete-log-group --log-group-n\u{430}me old --region eu-west-1", Nothing),
        ("logs delete-log-group --log-group-name old --regi\u{3bf}n eu-west-1", Nothing),
        ("logs delete-log-group --log-group-name old --region \u{435}u-west-1", Nothing),
        ("\u{ff4c}ogs delete-log-group --log-group-name old --region eu-west-1", Nothing),
        // In a value they are a value: it is shown, and AWS gets the same letters.
        (&deleting("\u{43e}ld"), delete("\u{43e}ld")),
        // Dashes that a phone makes of two.
        ("logs delete-log-group —log-group-name old —region eu-west-1", delete("old")),
    ]))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_or_too_deep_is_not_run() {
    let chat = Chat::hostile().await;
    let long = deleting("");
    let room = 5_000 - long.chars().count();
    let deep = |open: &str, close: &str, times: usize| format!("'{}{}'", open.repeat(times), close.repeat(times));
    let input = |json: &str| format!("logs delete-log-group --region eu-west-1 --cli-input-json {json}");
    let rows = [
        (deleting(&"a".repeat(room + 1)), Nothing),
        (deleting(&"a".repeat(20_000)), Nothing),
        (format!("{} {}", deleting("old"), "--x ".repeat(1_000)), Nothing),
        (input(&deep("[", "]", 1_000)), Nothing),
        (input(&deep("{\"logGroupName\":", "}", 200)), Nothing),
        (input(&format!("'{{\"logGroupName\": \"{}\"}}'", "x".repeat(5_000))), Nothing),
        (input("'{\"logGroupName\": \"a\", \"logGroupName\": \"b\"}'"), Nothing),
        (input("'{\"logGroupName\": \"old\"} {\"logGroupName\": \"other\"}'"), Nothing),
        (input("'{\"logGroupName\": [\"old\"]}'"), Nothing),
        (input("'{\"logGroupName\": \"old\"}'"), delete("old")),
        // As long as it may be: every letter of it is shown.
        (deleting(&"a".repeat(room)), delete(&"a".repeat(room))),
    ];
    chat.each(rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_makes_of_words_is_undone_and_people_are_not_names() {
    let chat = Chat::hostile().await;
    let rows = [
        (deleting("&lt;!channel&gt;"), delete("<!channel>")),
        (deleting("a&amp;b"), delete("a&b")),
        (deleting("&amp;lt;x&amp;gt;"), delete("&lt;x&gt;")),
        (deleting("<http://old.example.com|old.example.com>"), delete("old.example.com")),
        (listing("<mailto:a@example.com|a@example.com>"), list("a@example.com")),
    ];
    chat.each(rows).await;
}
