//! The three operations on associations: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::ids::AsciiPaginationToken;
use wire::operations::associations::{
    AssociateToConfigurationRequest, AssociateToConfigurationResult, AssociationListing,
    DisassociateFromConfigurationRequest, ListAssociationsRequest, ListAssociationsResult,
};

use super::{Handled, json, next_token};
use crate::app::{Caller, SharedApp};

pub async fn associate(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = AssociateToConfigurationRequest::decode(body)?;
    app.associate(caller, &request.chat_configuration, &request.resource).await?;
    json(&AssociateToConfigurationResult {})
}

pub async fn disassociate(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DisassociateFromConfigurationRequest::decode(body)?;
    app.disassociate(caller, &request.chat_configuration, &request.resource).await?;
    Ok(None)
}

pub async fn list(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = ListAssociationsRequest::decode(body)?;
    let token = request.next_token.as_ref().map(AsciiPaginationToken::as_str);
    let asked = (request.max_results.unwrap_or_default(), token);
    let page = app.list_associations(caller, &request.chat_configuration, asked).await?;
    json(&ListAssociationsResult {
        associations: page.arns.into_iter().map(|resource| AssociationListing { resource }).collect(),
        next_token: next_token(page.next_token)?,
    })
}
