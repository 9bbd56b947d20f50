//! `ProveLink`: wire shapes to the app's and back.

use axum::body::Bytes;
use secrecy::ExposeSecret as _;
use wire::operations::links::{ProveLinkRequest, ProveLinkResult};

use super::errors::Refusal;
use super::{Handled, json};
use crate::app::{Caller, SharedApp};
use crate::clock::iso8601;

pub async fn prove(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = ProveLinkRequest::decode(body)?;
    let proven = app.prove_link(caller, request.code.as_str()).await?;
    let unanswerable = |what: &str| Refusal::Unanswerable(format!("{what} that its shape does not allow"));
    let link = proven.link;
    json(&ProveLinkResult {
        aws_user_identity: caller.principal.arn.parse().map_err(|_| unanswerable("an AwsUserIdentity"))?,
        chat_configuration_arn: link.configuration_arn,
        platform: link.person.platform_name().to_owned(),
        user_id: link.person.as_str().to_owned(),
        user_name: link.person_name,
        team_name: link.team_name.and_then(|name| name.parse().ok()),
        channel_name: link.channel_name.and_then(|name| name.parse().ok()),
        one_time_number: proven.number.expose_secret().parse().map_err(|_| unanswerable("a OneTimeNumber"))?,
        expires_at: iso8601(link.expires_at_ms),
    })
}
