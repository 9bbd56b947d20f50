//! Tags of chat configurations and custom actions.

use store::Tags;
use wire::ids::{AmazonResourceName, TagKey};
use wire::operations::Operation;

use super::authorization::Access;
use super::{App, AppError, Caller};

impl App {
    pub async fn list_tags(&self, caller: &Caller, arn: &AmazonResourceName) -> Result<Tags, AppError> {
        caller.authorize(&Access::to(Operation::ListTagsForResource))?;
        self.store.tags(&caller.account_id, arn).await?.ok_or_else(|| not_found(arn))
    }

    pub async fn tag_resource(&self, caller: &Caller, arn: &AmazonResourceName, tags: Tags) -> Result<(), AppError> {
        let of_resource = self.resource_tags(caller, arn.as_str()).await?;
        let access = Access::to(Operation::TagResource).on(arn.as_str());
        caller.authorize(&access.with_request_tags(&tags).with_resource_tags(&of_resource))?;
        let max = self.limits.tags_per_resource;
        let put = self.store.put_tags(&caller.account_id, arn, tags, max).await?;
        put.ok_or_else(|| not_found(arn))?.map_err(|_| AppError::TooManyTags { arn: arn.as_str().to_owned(), max })
    }

    pub async fn untag_resource(
        &self,
        caller: &Caller,
        arn: &AmazonResourceName,
        keys: &[TagKey],
    ) -> Result<(), AppError> {
        let of_resource = self.resource_tags(caller, arn.as_str()).await?;
        let access = Access::to(Operation::UntagResource).on(arn.as_str());
        caller.authorize(&access.with_tag_keys(keys).with_resource_tags(&of_resource))?;
        let removed = self.store.remove_tags(&caller.account_id, arn, keys).await?;
        removed.then_some(()).ok_or_else(|| not_found(arn))
    }

    /// The tags of the caller's resource of this ARN, for their policies: none if there is no such resource, or if no
    /// policy asks.
    pub(super) async fn resource_tags(&self, caller: &Caller, arn: &str) -> Result<Tags, AppError> {
        if !caller.is_asked_for_resource_tags() {
            return Ok(Tags::new());
        }
        let Ok(arn) = AmazonResourceName::parse(arn) else { return Ok(Tags::new()) };
        Ok(self.store.tags(&caller.account_id, &arn).await?.unwrap_or_default())
    }
}

fn not_found(arn: &AmazonResourceName) -> AppError {
    AppError::NotFound { arn: arn.as_str().to_owned() }
}
