//! Amazon SQS as Bellhop sees it: one queue, the three calls of its JSON protocol that Bellhop makes, and visibility by the
//! test's clock.
//!
//! Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/>; protocol AWS JSON 1.0.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_credential_types::Credentials;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use server::clock::SharedClock;
use server::config::{QueueTrust, SqsQueueSettings};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::serving::serve;

const QUEUE_PATH: &str = "/123456789012/bellhop";
const REGION: &str = "eu-central-1";
/// The queue's own, in force unless a receive says another. Source: the default of Amazon SQS.
const VISIBILITY_TIMEOUT_SECONDS: i64 = 30;
const RECEIVE: &str = "ReceiveMessage";

/// A message that was not deleted, seen from outside.
#[derive(Debug, Clone)]
pub struct Queued {
    pub body: String,
    pub receive_count: u32,
    /// Seconds until somebody may receive it; 0 is now.
    pub hidden_seconds: i64,
}

/// A call as it arrived.
#[derive(Debug, Clone)]
pub struct SqsRequest {
    pub action: String,
    pub body: Value,
}

struct Message {
    id: String,
    body: String,
    sent_at_ms: i64,
    visible_at_ms: i64,
    receive_count: u32,
}

impl Message {
    /// Of its last receive; an older one deletes nothing.
    fn receipt_handle(&self) -> String {
        format!("{}#{}", self.id, self.receive_count)
    }
}

#[derive(Default)]
struct Queue {
    messages: Vec<Message>,
    sent: u64,
    requests: Vec<SqsRequest>,
    /// The next calls of these actions fail with this code.
    faults: VecDeque<(&'static str, &'static str)>,
}

#[derive(Clone)]
struct Shared {
    clock: SharedClock,
    queue: Arc<Mutex<Queue>>,
    /// Wakes those who poll.
    changed: Arc<watch::Sender<()>>,
}

pub struct FakeSqs {
    address: SocketAddr,
    shared: Shared,
    _serving: JoinSet<()>,
}

impl FakeSqs {
    pub async fn start(clock: SharedClock) -> Self {
        let shared = Shared { clock, queue: Arc::default(), changed: Arc::new(watch::Sender::new(())) };
        let routes = Router::new().route("/", post(call)).with_state(shared.clone());
        let (address, serving) = serve(routes).await;
        Self { address, shared, _serving: serving }
    }

    pub fn queue_url(&self) -> String {
        format!("http://{}{QUEUE_PATH}", self.address)
    }

    /// For `ingest.sqs`: this queue, with credentials.
    pub fn settings(&self, topic_arn: Option<&str>) -> SqsQueueSettings {
        SqsQueueSettings {
            queue_url: self.queue_url().parse().unwrap(),
            topic_arn: topic_arn.map(|arn| domain::sns_message::TopicArn::parse(arn).unwrap()),
            region: Some(REGION.to_owned()),
            wait_seconds: 20,
            visibility_timeout_seconds: None,
            pollers: 1,
            trust: QueueTrust::Queue,
            credentials: Some(Credentials::from_keys("AKIDAWS", "secret", None)),
        }
    }

    pub fn send(&self, body: &str) {
        self.send_all(&[body]);
    }

    /// All of them at once: one poll receives them together.
    pub fn send_all(&self, bodies: &[&str]) {
        let now_ms = self.shared.clock.now_ms();
        let mut queue = self.queue();
        for body in bodies {
            queue.sent += 1;
            let id = format!("11111111-0000-4000-8000-{:012}", queue.sent);
            let body = (*body).to_owned();
            queue.messages.push(Message { id, body, sent_at_ms: now_ms, visible_at_ms: now_ms, receive_count: 0 });
        }
        drop(queue);
        self.shared.changed.send_replace(());
    }

    /// What was not deleted.
    pub fn queued(&self) -> Vec<Queued> {
        let now_ms = self.shared.clock.now_ms();
        let seen = |message: &Message| Queued {
            body: message.body.clone(),
            receive_count: message.receive_count,
            hidden_seconds: (message.visible_at_ms - now_ms).max(0) / 1000,
        };
        self.queue().messages.iter().map(seen).collect()
    }

    pub fn requests(&self, action: &str) -> Vec<SqsRequest> {
        self.queue().requests.iter().filter(|request| request.action == action).cloned().collect()
    }

    /// The next call of this action fails with this code.
    pub fn fail_next(&self, action: &'static str, code: &'static str) {
        self.queue().faults.push_back((action, code));
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.shared.queue.lock().unwrap()
    }
}

async fn call(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let target = header("x-amz-target");
    let action = target.strip_prefix("AmazonSQS.").unwrap_or_else(|| panic!("x-amz-target: {target}")).to_owned();
    assert_eq!(header("content-type"), "application/x-amz-json-1.0");
    let scope = format!("/{REGION}/sqs/aws4_request");
    assert!(header("authorization").contains(&scope), "signed for {scope}: {}", header("authorization"));
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert!(body["QueueUrl"].as_str().unwrap().ends_with(QUEUE_PATH), "{body}");
    let fault = {
        let mut queue = shared.queue.lock().unwrap();
        queue.requests.push(SqsRequest { action: action.clone(), body: body.clone() });
        let at = queue.faults.iter().position(|(faulty, _)| *faulty == action);
        at.and_then(|at| queue.faults.remove(at))
    };
    if let Some((_, code)) = fault {
        let answer = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": "as the test says" });
        return (StatusCode::BAD_REQUEST, answer.to_string()).into_response();
    }
    let answer = match action.as_str() {
        RECEIVE => shared.receive(&body).await,
        "DeleteMessageBatch" => shared.batch(&body, |messages, at, _| {
            messages.remove(at);
        }),
        "ChangeMessageVisibilityBatch" => {
            let now_ms = shared.clock.now_ms();
            shared.batch(&body, |messages, at, entry| {
                messages[at].visible_at_ms = now_ms + entry["VisibilityTimeout"].as_i64().unwrap() * 1000;
            })
        }
        _ => panic!("Bellhop has no business with {action}"),
    };
    shared.changed.send_replace(());
    ([("content-type", "application/x-amz-json-1.0")], answer.to_string()).into_response()
}

impl Shared {
    /// Waits as long as it is told to for a message that is visible.
    async fn receive(&self, body: &Value) -> Value {
        let until_ms = self.clock.now_ms() + body["WaitTimeSeconds"].as_i64().unwrap() * 1000;
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            let (messages, next_at_ms) = self.hand_out(body);
            if !messages.is_empty() || self.clock.now_ms() >= until_ms {
                return if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) };
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = self.clock.sleep_until_ms(next_at_ms.map_or(until_ms, |at_ms| at_ms.min(until_ms))) => {}
            }
        }
    }

    /// The messages that are visible, or when the next one will be.
    fn hand_out(&self, body: &Value) -> (Vec<Value>, Option<i64>) {
        let now_ms = self.clock.now_ms();
        let timeout_seconds = body["VisibilityTimeout"].as_i64().unwrap_or(VISIBILITY_TIMEOUT_SECONDS);
        let max = usize::try_from(body["MaxNumberOfMessages"].as_i64().unwrap_or(1)).unwrap();
        assert!((1..=10).contains(&max), "{body}");
        let mut queue = self.queue.lock().unwrap();
        let visible = queue.messages.iter_mut().filter(|message| message.visible_at_ms <= now_ms).take(max);
        let handed = visible.map(|message| {
            message.receive_count += 1;
            message.visible_at_ms = now_ms + timeout_seconds * 1000;
            json!({
                "MessageId": message.id,
                "ReceiptHandle": message.receipt_handle(),
                "Body": message.body,
                "Attributes": attributes(body, message),
            })
        });
        let handed = handed.collect();
        (handed, queue.messages.iter().map(|message| message.visible_at_ms).min())
    }

    /// Each entry with the message whose receipt handle it names.
    fn batch(&self, body: &Value, mut act: impl FnMut(&mut Vec<Message>, usize, &Value)) -> Value {
        let entries = body["Entries"].as_array().unwrap();
        assert!((1..=10).contains(&entries.len()), "{body}");
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        let mut queue = self.queue.lock().unwrap();
        for entry in entries {
            let of_entry = |message: &Message| entry["ReceiptHandle"] == message.receipt_handle();
            match queue.messages.iter().position(of_entry) {
                Some(at) => {
                    act(&mut queue.messages, at, entry);
                    successful.push(json!({ "Id": entry["Id"] }));
                }
                None => {
                    failed.push(json!({ "Id": entry["Id"], "Code": "ReceiptHandleIsInvalid", "SenderFault": true }));
                }
            }
        }
        json!({ "Successful": successful, "Failed": failed })
    }
}

/// Those that were asked for: SQS sends no others.
fn attributes(body: &Value, message: &Message) -> Map<String, Value> {
    let known = [
        ("SentTimestamp", message.sent_at_ms.to_string()),
        ("ApproximateReceiveCount", message.receive_count.to_string()),
        ("AWSTraceHeader", "Root=1-5e1b4151-5ac6c58b1b5daa6532e4b8b4".to_owned()),
    ];
    let asked = body["MessageSystemAttributeNames"].as_array().unwrap();
    let wanted = known.into_iter().filter(|(name, _)| asked.iter().any(|asked| asked == name));
    wanted.map(|(name, value)| (name.to_owned(), value.into())).collect()
}
