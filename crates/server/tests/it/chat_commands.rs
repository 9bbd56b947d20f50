//! Commands of AWS in chat, through Slack's front door to a fake AWS: what only reads runs at once, the rest is shown first, and
//! each runs once.

#[cfg(test)]
mod action_buttons;
#[cfg(test)]
mod aliases;
#[cfg(test)]
mod approving;
#[cfg(test)]
mod asking;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod pipeline_approvals;
#[cfg(test)]
mod places;
#[cfg(test)]
mod results;
#[cfg(test)]
mod shortcuts;

use std::sync::Arc;

use serde_json::{Value, json};
use server::clock::Clock as _;
use server::config::Settings;

use crate::kit::{APP, AwsAnswer, AwsRequest, FakeAws, ManualClock, SlackRequest, TestServer, eventually};

/// Read-only, and changing; both of a service of JSON.
const LIST: &str = "logs describe-log-groups --region eu-west-1";
const DELETE: &str = "logs delete-log-group --log-group-name old --region eu-west-1";

/// A server that hears Slack, with `ops` configured in `C1`, and an AWS behind it.
struct Chat {
    server: TestServer,
    aws: FakeAws,
}

impl Chat {
    async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let clock = ManualClock::at_midday();
        let aws = FakeAws::start(Arc::new(clock.clone())).await;
        let groups = json!({"logGroups": [{"logGroupName": "/app"}]}).to_string();
        aws.usually_answers("DescribeLogGroups", AwsAnswer::Body(groups));
        aws.usually_answers("DeleteLogGroup", AwsAnswer::Body(String::new()));
        let server = TestServer::start_at(clock, |settings| {
            settings.slack.apps = vec![APP.settings()];
            settings.aws = aws.environment();
            change(settings);
        })
        .await;
        server.configure("ops", "C1", &[]).await;
        Self { server, aws }
    }

    async fn mention(&self, id: &str, text: &str) {
        let post = APP.event(&APP.mention(id, text), self.server.clock.now_ms());
        assert_eq!(post.send(self.server.address()).await.status, 200);
    }

    /// Says something and waits for the one message that it comes to.
    async fn say(&self, id: &str, text: &str) -> SlackRequest {
        let before = self.posts().len();
        self.mention(id, text).await;
        self.post_after(before).await
    }

    fn posts(&self) -> Vec<SlackRequest> {
        self.server.slack.requests("chat.postMessage")
    }

    async fn post_after(&self, before: usize) -> SlackRequest {
        eventually("a message", async || self.posts().into_iter().nth(before)).await
    }

    async fn press(&self, trigger_id: &str, ticket: &str, user_id: &str) {
        let mut payload = APP.press(trigger_id, ticket);
        payload["user"]["id"] = json!(user_id);
        self.interact(&payload).await;
    }

    /// As Slack sends a form: where it was asked for, it does not say.
    async fn submit(&self, trigger_id: &str, ticket: &str, values: &[(&str, &str)]) {
        self.submit_as("U0ANNA", trigger_id, ticket, values).await;
    }

    async fn submit_as(&self, user_id: &str, trigger_id: &str, ticket: &str, values: &[(&str, &str)]) {
        let mut payload = APP.press(trigger_id, "");
        payload["user"]["id"] = json!(user_id);
        payload["type"] = json!("view_submission");
        let values: serde_json::Map<String, Value> = values
            .iter()
            .enumerate()
            .map(|(number, (name, value))| (number.to_string(), json!({ *name: { "value": value } })))
            .collect();
        payload["view"] = json!({ "private_metadata": ticket, "state": { "values": values } });
        payload.as_object_mut().unwrap().retain(|name, _| !["channel", "message", "actions"].contains(&name.as_str()));
        self.interact(&payload).await;
    }

    async fn interact(&self, payload: &Value) {
        let post = APP.interaction(payload, self.server.clock.now_ms());
        assert_eq!(post.send(self.server.address()).await.status, 200);
        self.heard().await;
    }

    /// Waits until nothing that was heard waits for an answer.
    async fn heard(&self) {
        eventually("everything is answered", async || {
            let events = self.server.store().chat_events(None, None, 100).await.unwrap();
            events.iter().all(|event| event.state != "pending").then_some(())
        })
        .await;
    }

    /// What stands in the place of the pressed message now.
    async fn replaced(&self, count: usize) -> SlackRequest {
        self.server.slack_requests("chat.update", count).await.remove(count - 1)
    }

    fn whispers(&self) -> Vec<SlackRequest> {
        self.server.slack.requests("chat.postEphemeral")
    }

    /// Waits for so many calls of an operation.
    async fn calls(&self, operation: &str, count: usize) -> Vec<AwsRequest> {
        eventually(&format!("{count} × {operation}"), async || {
            let calls = self.aws.of(operation);
            assert!(calls.len() <= count, "more than {count} × {operation}");
            (calls.len() == count).then_some(calls)
        })
        .await
    }
}

/// All that a person reads of a message.
fn words(message: &SlackRequest) -> String {
    message.body.to_string()
}

/// The value of the button of this label.
fn button(message: &SlackRequest, label: &str) -> String {
    let mut waiting = vec![&message.body];
    while let Some(value) = waiting.pop() {
        if value["type"] == "button" && value["text"]["text"] == label {
            return value["value"].as_str().unwrap().to_owned();
        }
        waiting.extend(value.as_array().into_iter().flatten());
        waiting.extend(value.as_object().into_iter().flat_map(|object| object.values()));
    }
    panic!("there is no button `{label}` in {:#}", message.body)
}

fn has_button(message: &SlackRequest) -> bool {
    words(message).contains("\"button\"")
}
