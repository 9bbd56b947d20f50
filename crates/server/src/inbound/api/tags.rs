//! The three operations on tags: wire shapes to the app's and back.

use axum::body::Bytes;
use wire::operations::tags::{
    ListTagsForResourceRequest, ListTagsForResourceResponse, TagResourceRequest, TagResourceResponse,
    UntagResourceRequest, UntagResourceResponse,
};

use super::{Handled, json};
use crate::app::{Caller, SharedApp};

pub async fn list(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = ListTagsForResourceRequest::decode(body)?;
    let tags = app.list_tags(caller, &request.resource_arn).await?;
    json(&ListTagsForResourceResponse { tags: tags.into_iter().collect() })
}

pub async fn tag(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = TagResourceRequest::decode(body)?;
    app.tag_resource(caller, &request.resource_arn, request.tags.into_pairs()).await?;
    json(&TagResourceResponse {})
}

pub async fn untag(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = UntagResourceRequest::decode(body)?;
    app.untag_resource(caller, &request.resource_arn, &request.tag_keys.into_keys()).await?;
    json(&UntagResourceResponse {})
}
