//! `bellhop link CODE`: proves to a link that somebody opened from chat who they are in AWS.
//!
//! It signs Bellhop's own operation `ProveLink` with the credentials that AWS's tools would use. If the server does not know
//! them, they are AWS's: then it signs in first, as `bellhop login` does. It shows whom the link would make act by them before
//! it shows the number, and never sends a secret key.

use std::time::Duration;

use anyhow::{Context as _, bail};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use clap::Args;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use wire::ids::LinkCode;
use wire::operations::Operation;

use super::{login, say};
use crate::outbound::http::{self, HttpClient};

const TIMEOUT: Duration = Duration::from_secs(20);
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How the API says that it does not know a key. Source: reference, common errors.
const UNKNOWN_KEY: &str = "UnrecognizedClientException";

#[derive(Debug, Args)]
pub struct Link {
    /// The code on the page: `K7QM-2XPA`.
    code: LinkCode,
    /// The server's URL, as it is known: `https://bellhop.example.com`.
    #[arg(long, value_name = "URL")]
    server: Url,
    /// Profile of `~/.aws/config` with your identity of AWS, or with an access key of the server.
    #[arg(long)]
    profile: Option<String>,
    /// Region whose AWS STS confirms who you are.
    #[arg(long)]
    region: Option<String>,
}

/// What the server answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Proven {
    aws_user_identity: String,
    chat_configuration_arn: String,
    platform: String,
    user_id: String,
    user_name: Option<String>,
    team_name: Option<String>,
    channel_name: Option<String>,
    one_time_number: String,
}

/// What came of asking.
enum Answered {
    Proven(Box<Proven>),
    UnknownKey,
}

impl Link {
    pub async fn run(self) -> anyhow::Result<()> {
        login::private_server_name(&self.server)?;
        let (credentials, region) = login::identity_of_aws(self.profile.as_deref(), self.region.as_deref()).await?;
        let proven = match self.prove(&credentials, &region).await? {
            Answered::Proven(proven) => proven,
            Answered::UnknownKey => {
                let session = login::sign_in(&self.server, &credentials, &region).await?;
                let (key, token) = (session.access_key_id, Some(session.session_token));
                let session = Credentials::new(key, session.secret_access_key, token, None, "bellhop");
                match self.prove(&session, &region).await? {
                    Answered::Proven(proven) => proven,
                    Answered::UnknownKey => bail!("`{}` forgot the session that it just opened", self.server),
                }
            }
        };
        say(&proven.words());
        Ok(())
    }

    async fn prove(&self, credentials: &Credentials, region: &str) -> anyhow::Result<Answered> {
        let path = Operation::ProveLink.path();
        let url = Url::parse(&format!("{}{path}", self.server.as_str().trim_end_matches('/')))?;
        let unreachable = || format!("cannot ask `{url}`; is the server there?");
        let body = json!({ "Code": self.code.as_str() }).to_string();
        let mut request = HttpClient::new(TIMEOUT)?.request(Method::POST, url.clone());
        for (name, value) in signature(credentials, region, &url, &body)? {
            request = request.header(name, value);
        }
        let sent = request.body(body).send().await;
        let response = sent.map_err(http::ExchangeError::from).with_context(unreachable)?;
        let status = response.status();
        let answer = http::body(response, ANSWER_BYTES_MAX).await.with_context(unreachable)?;
        let not_bellhop = || format!("`{url}` does not answer as a Bellhop server of this version does");
        if status == StatusCode::OK {
            let proven: Proven = serde_json::from_slice(&answer).with_context(not_bellhop)?;
            return Ok(Answered::Proven(Box::new(proven)));
        }
        let refusal: Value = serde_json::from_slice(&answer).with_context(not_bellhop)?;
        let text = |member: &str| refusal.get(member).and_then(Value::as_str);
        if text("__type") == Some(UNKNOWN_KEY) {
            return Ok(Answered::UnknownKey);
        }
        let message = text("message").or_else(|| text("Message")).unwrap_or("it does not say why");
        bail!("`{}` says no (HTTP {}): {message}", self.server, status.as_u16());
    }
}

impl Proven {
    fn words(&self) -> String {
        let name = self.user_name.as_deref().map_or_else(String::new, |name| format!("{name} "));
        let place = |what: &str, name: &Option<String>| {
            name.as_deref().map_or_else(String::new, |name| format!(", {what}{name}"))
        };
        format!(
            "You are {}\nand link yourself to {} user {name}({}){}{}, in {}.\n\nOnly if that is you, type this into the \
             page:\n\n    {}\n\nShow it to nobody: who asks you for it wants to act in AWS by your permissions.",
            self.aws_user_identity,
            self.platform,
            self.user_id,
            place("of ", &self.team_name),
            place("channel #", &self.channel_name),
            self.chat_configuration_arn,
            self.one_time_number,
        )
    }
}

/// The headers of a request to the API.
fn signature(credentials: &Credentials, region: &str, url: &Url, body: &str) -> anyhow::Result<Vec<(String, String)>> {
    let host = url.host_str().context("the server's URL names no host")?;
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("chatbot")
        .time(login::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let plain = [("content-type", "application/json"), ("host", host.as_str())];
    let request = SignableRequest::new("POST", url.as_str(), plain.into_iter(), SignableBody::Bytes(body.as_bytes()))?;
    let instructions = sign(request, &parameters)?.into_parts().0;
    let signed = plain.into_iter().filter(|(name, _)| *name != "host").chain(instructions.headers());
    Ok(signed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
