//! A client of the server: of the API, signing as AWS's clients do or wrongly in any way that a test asks for; and of
//! `POST /sns`.

use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::HeaderMap;
use serde_json::Value;
use wire::operations::Operation;

use super::SnsPost;

/// An access key and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub account_id: &'static str,
    pub id: &'static str,
    pub secret: &'static str,
}

/// Where requests go and when they are signed.
#[derive(Clone)]
pub struct ApiClient {
    pub address: SocketAddr,
    pub now_ms: i64,
    pub http: reqwest::Client,
}

impl ApiClient {
    /// A request for an operation: signed by `key` at the clock's time, with the body `{}`.
    pub fn call(&self, operation: Operation, key: Key) -> Call {
        self.post(operation.path(), key)
    }

    /// `POST /sns` of what SNS signed: status and text.
    pub async fn post_sns(&self, post: &SnsPost) -> (u16, String) {
        let mut request = self.http.post(format!("http://{}/sns", self.address));
        for (name, value) in &post.headers {
            request = request.header(name, value);
        }
        let response = request.body(post.body.clone()).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// The same as [`call`](Self::call) for any path.
    pub fn post(&self, path: &str, key: Key) -> Call {
        Call {
            client: self.clone(),
            path: path.to_owned(),
            body: b"{}".to_vec(),
            sent_body: None,
            headers: Vec::new(),
            credentials: Some(Credentials::new(key.id, key.secret, None, None, "test")),
            region: "us-west-2",
            signed_at_ms: self.now_ms,
        }
    }
}

/// A request that can still be changed.
#[must_use = "it goes out with `send`"]
pub struct Call {
    client: ApiClient,
    path: String,
    body: Vec<u8>,
    sent_body: Option<Vec<u8>>,
    /// Beside those that are signed.
    headers: Vec<(&'static str, String)>,
    credentials: Option<Credentials>,
    region: &'static str,
    signed_at_ms: i64,
}

impl Call {
    pub fn json(self, body: &Value) -> Self {
        self.raw(body.to_string())
    }

    pub fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn unsigned(mut self) -> Self {
        self.credentials = None;
        self
    }

    /// Signs with temporary credentials instead of the key.
    pub fn signed_with(mut self, credentials: &Credentials) -> Self {
        self.credentials = Some(credentials.clone());
        self
    }

    pub fn signed_at_ms(mut self, at_ms: i64) -> Self {
        self.signed_at_ms = at_ms;
        self
    }

    pub fn signed_for(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    /// Adds a header, which is not signed.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sends this instead of what was signed.
    pub fn altered_to(mut self, body: &str) -> Self {
        self.sent_body = Some(body.as_bytes().to_vec());
        self
    }

    pub async fn send(self) -> Answer {
        let url = format!("http://{}{}", self.client.address, self.path);
        let mut request = self.client.http.post(&url).header("content-type", "application/json");
        if let Some(credentials) = &self.credentials {
            for (name, value) in self.signature(credentials, &url) {
                request = request.header(name, value);
            }
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = request.body(self.sent_body.unwrap_or(self.body)).send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// The request as it goes over a bare connection: its head without the blank line, and its body. The head says nothing
    /// of the body's length.
    pub fn on_the_wire(self) -> (String, Vec<u8>) {
        let url = format!("http://{}{}", self.client.address, self.path);
        let mut head = format!("POST {} HTTP/1.1\r\nhost: {}\r\n", self.path, self.client.address);
        head.push_str("content-type: application/json\r\n");
        for (name, value) in self.credentials.as_ref().map(|it| self.signature(it, &url)).unwrap_or_default() {
            head.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
        }
        (head, self.body)
    }

    fn signature(&self, credentials: &Credentials, url: &str) -> Vec<(String, String)> {
        let identity = credentials.clone().into();
        let signed_at = UNIX_EPOCH + Duration::from_millis(self.signed_at_ms.try_into().unwrap());
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("chatbot")
            .time(signed_at)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let host = self.client.address.to_string();
        let headers = [("content-type", "application/json"), ("host", host.as_str())];
        let body = SignableBody::Bytes(&self.body);
        let request = SignableRequest::new("POST", url, headers.into_iter(), body).unwrap();
        let instructions = sign(request, &parameters).unwrap().into_parts().0;
        let header = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        instructions.headers().map(header).collect()
    }
}

/// What the API answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        let body = self.json();
        assert_eq!(self.status, status, "{body}");
        body
    }

    /// An answer of 204, which has neither body nor type of one.
    #[track_caller]
    pub fn no_content(&self) {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!((self.status, text.as_ref(), self.header("content-type")), (204, "", None));
    }

    /// The text of a denial by the caller's policies. Code and status: reference, common errors.
    #[track_caller]
    pub fn denied(&self) -> String {
        self.refused(403, "AccessDeniedException", "message")
    }

    /// Status, headers and body as one text, without what no two answers share.
    pub fn bytes(&self) -> String {
        let varies = ["date", "x-amzn-requestid"];
        let headers: Vec<_> = self.headers.iter().filter(|(name, _)| !varies.contains(&name.as_str())).collect();
        format!("{} {headers:?} {}", self.status, String::from_utf8_lossy(&self.body))
    }

    /// The text of a refusal that must have this status, this code in header and body, and its text in this member and
    /// in no other. Where the code stands: observed.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str, member: &str) -> String {
        let body = self.json();
        assert_eq!((self.status, body["__type"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(self.header("x-amzn-errortype"), Some(code));
        assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
        body[member].as_str().unwrap_or_else(|| panic!("no `{member}`: {body}")).to_owned()
    }
}
