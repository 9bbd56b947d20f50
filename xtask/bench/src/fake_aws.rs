//! An AWS that lends roles, lists one Lambda function and says when it was asked to. It runs in the generator itself, so that one
//! monotonic clock reads both ends of what is measured. It verifies no signature: that is the business of the tests.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, Method, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::api::ACCOUNT_ID;
use crate::clock;

/// The function that there is.
pub const FUNCTION: &str = "bench-function";
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>.
const LIST_FUNCTIONS: &str = "/2015-03-31/functions";
/// As long as AWS lends a role unless asked otherwise.
const SESSION: time::Duration = time::Duration::HOUR;

/// The server subscribes the topics of its channels once it has credentials.
/// Source: <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>.
const SUBSCRIBED: &str = "<SubscribeResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><SubscribeResult>\
     <SubscriptionArn>arn:aws:sns:us-east-1:123456789012:bench:00000000-0000-4000-8000-000000000000</SubscriptionArn>\
     </SubscribeResult></SubscribeResponse>";

/// Serves until it is dropped.
pub struct FakeAws {
    pub address: SocketAddr,
    /// When `ListFunctions` was read, its head and its body.
    pub listed: UnboundedReceiver<Instant>,
    _serving: JoinSet<()>,
}

impl FakeAws {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, listed) = unbounded_channel();
        let router = Router::new().fallback(answer).with_state(sender);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the fake AWS has ended: {error}");
            }
        });
        Ok(Self { address, listed, _serving: serving })
    }
}

async fn answer(State(listed): State<UnboundedSender<Instant>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let arrived = Instant::now();
    if method == Method::GET && uri.path().trim_end_matches('/') == LIST_FUNCTIONS {
        // The measurement may have ended.
        let _ = listed.send(arrived);
        return content("application/json", functions());
    }
    if body.windows(17).any(|window| window == b"Action=AssumeRole") {
        return content("text/xml", assumed_role());
    }
    if body.windows(16).any(|window| window == b"Action=Subscribe") {
        return content("text/xml", SUBSCRIBED.to_owned());
    }
    // Whatever else is asked beside (where a channel's log goes, say) is well.
    content("application/x-amz-json-1.1", "{}".to_owned())
}

fn content(media_type: &'static str, body: String) -> Response {
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, media_type)];
    (headers, body).into_response()
}

fn functions() -> String {
    let arn = format!("arn:aws:lambda:us-east-1:{ACCOUNT_ID}:function:{FUNCTION}");
    let role = format!("arn:aws:iam::{ACCOUNT_ID}:role/bench");
    json!({ "Functions": [{
        "FunctionName": FUNCTION, "FunctionArn": arn, "Runtime": "python3.12", "Role": role, "Handler": "index.handler",
        "CodeSize": 22, "Description": "", "Timeout": 3, "MemorySize": 128, "LastModified": "2026-11-23T10:00:00.000+0000",
        "Version": "$LATEST", "PackageType": "Zip", "Architectures": ["x86_64"],
    }] })
    .to_string()
}

/// With what the role's commands are signed.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
fn assumed_role() -> String {
    let ends = (OffsetDateTime::from(clock::now()) + SESSION).format(&Rfc3339).unwrap_or_default();
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROABENCH:bench</AssumedRoleId>\
         <Arn>arn:aws:sts::{ACCOUNT_ID}:assumed-role/bench/bench</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>ASIABENCH</AccessKeyId><SecretAccessKey>lent</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>{ends}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{self, Connection, prepare};

    #[tokio::test]
    async fn it_says_when_functions_are_listed_and_only_then() {
        let mut aws = FakeAws::start().await.expect("a fake");
        let mut connection = Connection::open(aws.address).await.expect("a connection");
        let form = b"Action=AssumeRole&Version=2011-06-15";
        let lent = connection.exchange(&prepare("POST", "/", &[("host", "sts")], form)).await.expect("an answer");
        assert!(String::from_utf8_lossy(&lent.body).contains("<AccessKeyId>ASIABENCH<"));
        assert!(aws.listed.try_recv().is_err());

        let before = Instant::now();
        let listed = http::get(aws.address, "/2015-03-31/functions/?MaxItems=50").await.expect("an answer");
        assert!(String::from_utf8_lossy(&listed.body).contains(FUNCTION));
        assert!(aws.listed.recv().await.expect("a time") >= before);
    }
}
