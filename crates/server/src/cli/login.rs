//! `bellhop login`: temporary credentials of a Bellhop server for who you are in AWS.
//!
//! It signs `sts:GetCallerIdentity` with the credentials that AWS's own tools would use, and does not send it: the server
//! does, and so learns from AWS who signed. The signature covers the name of the server as this command was told it, so no
//! other server can use what this one is shown. The secret key stays here, and nothing is written anywhere.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use clap::Args;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use wire::ids::AccountId;

use super::identities::account_id;
use super::say;
use crate::app::{FORM, GET_CALLER_IDENTITY, NONCE_HEADER, SERVER_NAME_HEADER, server_name};
use crate::clock::{Clock as _, SystemClock};
use crate::config;
use crate::credentials;
use crate::outbound::http::{self, HttpClient, is_loopback};

/// The server asks AWS meanwhile.
const TIMEOUT: Duration = Duration::from_secs(20);
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Where STS is asked unless a region is configured.
const DEFAULT_REGION: &str = "us-east-1";

#[derive(Debug, Args)]
pub struct Login {
    /// The server's URL, as it is known: `https://bellhop.example.com`.
    #[arg(long, value_name = "URL")]
    server: Url,
    /// Profile of `~/.aws/config` with your identity of AWS.
    #[arg(long)]
    profile: Option<String>,
    /// Region whose AWS STS confirms who you are.
    #[arg(long)]
    region: Option<String>,
    /// The account that you mean to be in; being in another is an error.
    #[arg(long, value_parser = account_id)]
    account_id: Option<AccountId>,
    /// Answer as a `credential_process` of `~/.aws/config` does.
    #[arg(long)]
    credential_process: bool,
}

/// What the server answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SignedIn {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) session_token: String,
    expiration: String,
    arn: String,
}

impl Login {
    pub async fn run(self) -> anyhow::Result<()> {
        let (credentials, region) = identity_of_aws(self.profile.as_deref(), self.region.as_deref()).await?;
        let signed_in = sign_in(&self.server, &credentials, &region).await?;
        if let Some(account_id) = &self.account_id
            && signed_in.arn.split(':').nth(4) != Some(account_id.as_str())
        {
            bail!(
                "you are `{}`, which is not in account `{}`: name another with --profile",
                signed_in.arn,
                account_id.as_str()
            );
        }
        say(&if self.credential_process { signed_in.for_credential_process() } else { signed_in.for_a_shell() });
        Ok(())
    }
}

/// A server that may be shown credentials: nobody listens on the way.
pub(super) fn private_server_name(server: &Url) -> anyhow::Result<String> {
    let name = server_name(server).with_context(|| format!("`{server}` names no server"))?;
    match server.scheme() {
        "https" => Ok(name),
        "http" if is_loopback(server) => Ok(name),
        _ => bail!("`{server}` would show the credentials to others on the way: use https"),
    }
}

/// The credentials that AWS's SDKs find, and the region.
pub(super) async fn identity_of_aws(
    profile: Option<&str>,
    region: Option<&str>,
) -> anyhow::Result<(Credentials, String)> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region.map(str::to_owned).or_else(config::aws_region) {
        loader = loader.region(Region::new(region));
    }
    let config = loader.load().await;
    let remedy = "there are no AWS credentials to sign in with: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or \
                  name a profile with --profile; for a profile of IAM Identity Center see docs/guides/access.md";
    let provider = config.credentials_provider().context(remedy)?;
    let credentials = provider.provide_credentials().await.context(remedy)?;
    let region = config.region().map_or_else(|| DEFAULT_REGION.to_owned(), ToString::to_string);
    Ok((credentials, region))
}

/// Signs in to a server with an identity of AWS.
pub(super) async fn sign_in(server: &Url, credentials: &Credentials, region: &str) -> anyhow::Result<SignedIn> {
    let signed = sign_get_caller_identity(credentials, region, &private_server_name(server)?)?;
    let url = Url::parse(&format!("{}/sign-in", server.as_str().trim_end_matches('/')))?;
    let unreachable = || format!("cannot sign in at `{url}`; is the server there?");
    let request = HttpClient::new(TIMEOUT)?.request(Method::POST, url.clone()).json(&signed);
    let response = request.send().await.map_err(http::ExchangeError::from).with_context(unreachable)?;
    let status = response.status();
    let answer = http::body(response, ANSWER_BYTES_MAX).await.with_context(unreachable)?;
    if !status.is_success() {
        let message = serde_json::from_slice::<Value>(&answer).ok();
        let message = message.as_ref().and_then(|answer| answer.get("message")?.as_str());
        bail!("`{server}` says no (HTTP {}): {}", status.as_u16(), message.unwrap_or("it does not say why"));
    }
    let not_credentials = || format!("`{url}` answers no credentials; is it a Bellhop server?");
    let signed_in: SignedIn = serde_json::from_slice(&answer).with_context(not_credentials)?;
    if !signed_in.is_plain() {
        bail!(not_credentials());
    }
    Ok(signed_in)
}

impl SignedIn {
    /// Nothing in it means anything to a shell.
    fn is_plain(&self) -> bool {
        let plain = |text: &String| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_:.@,".contains(&byte))
        };
        [&self.access_key_id, &self.secret_access_key, &self.session_token, &self.expiration, &self.arn]
            .into_iter()
            .all(plain)
    }

    fn for_a_shell(&self) -> String {
        format!(
            "# {}, until {}\nexport AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\nexport AWS_SESSION_TOKEN={}",
            self.arn, self.expiration, self.access_key_id, self.secret_access_key, self.session_token
        )
    }

    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
    fn for_credential_process(&self) -> String {
        json!({
            "Version": 1,
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key,
            "SessionToken": self.session_token,
            "Expiration": self.expiration,
        })
        .to_string()
    }
}

/// The request as the server wants it: signed, with the server's name under the signature, and not sent.
fn sign_get_caller_identity(identity_of_aws: &Credentials, region: &str, server_name: &str) -> anyhow::Result<Value> {
    let url = sts_url(region)?;
    let host = url.host_str().context("the endpoint of AWS STS names no host")?;
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let identity = identity_of_aws.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let nonce = credentials::nonce()?;
    let plain = [
        ("content-type", FORM),
        ("host", host.as_str()),
        (SERVER_NAME_HEADER, server_name),
        (NONCE_HEADER, nonce.as_str()),
    ];
    let body = SignableBody::Bytes(GET_CALLER_IDENTITY.as_bytes());
    let request = SignableRequest::new("POST", url.as_str(), plain.into_iter(), body)?;
    let instructions = sign(request, &parameters)?.into_parts().0;
    let headers: BTreeMap<&str, &str> =
        plain.into_iter().filter(|(name, _)| *name != "host").chain(instructions.headers()).collect();
    Ok(json!({ "method": "POST", "url": url.as_str(), "headers": headers, "body": GET_CALLER_IDENTITY }))
}

/// The regional endpoint, for the global one does not know the session tokens of newer regions; or the emulator's.
fn sts_url(region: &str) -> anyhow::Result<Url> {
    let text = config::sts_endpoint().unwrap_or_else(|| {
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("https://sts.{region}.{suffix}/")
    });
    Url::parse(&text).with_context(|| format!("the endpoint of AWS STS, `{text}`, is not a URL"))
}

pub(super) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(SystemClock.now_ms().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_in(arn: &str) -> SignedIn {
        serde_json::from_value(json!({
            "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "a+/=", "SessionToken": "token", "Expiration": "2026-11-22T13:00:00Z",
            "Arn": arn,
        }))
        .unwrap()
    }

    #[test]
    fn a_shell_is_given_nothing_that_it_would_run() {
        assert!(signed_in("arn:aws:iam::123456789012:user/alice").is_plain());
        for arn in ["", "arn\nexport PATH=/x", "a;b", "$(x)", "`x`", "a b", "a'b"] {
            assert!(!signed_in(arn).is_plain(), "{arn}");
        }
    }

    #[test]
    fn the_signature_covers_the_servers_name_and_the_secret_stays() {
        let credentials = Credentials::new("AKIAEXAMPLE", "hush", Some("token".to_owned()), None, "test");
        let signed = sign_get_caller_identity(&credentials, "eu-central-1", "bellhop.example.com").unwrap();
        let authorization = signed["headers"]["authorization"].as_str().unwrap();
        assert!(
            authorization.contains("host;x-amz-date;x-amz-security-token;x-bellhop-nonce;x-bellhop-server"),
            "{authorization}"
        );
        assert_eq!(signed["headers"]["x-bellhop-server"], "bellhop.example.com");
        assert_eq!(signed["headers"]["x-amz-security-token"], "token");
        assert!(!signed.to_string().contains("hush"));
        let again = sign_get_caller_identity(&credentials, "eu-central-1", "bellhop.example.com").unwrap();
        assert_ne!(
            authorization, again["headers"]["authorization"],
            "who logs in twice within a second would be refused"
        );
    }
}
