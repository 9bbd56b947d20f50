//! Custom actions: made, shown, changed, deleted.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::custom_action::{Attachment, CustomAction};
use store::{ActionCreated, ActionUpdate, Idempotency};
use wire::ids::{ActionName, AliasName, ClientToken, CommandText, CustomActionArn, MaxResults, TagKey, TagValue};
use wire::operations::Operation;

use super::authorization::Access;
use super::pagination::{Pages, rows_to_read};
use super::{App, AppError, Caller};

/// An action to be made. Account and ARN follow from the caller.
#[derive(Debug, Clone)]
pub struct NewAction {
    pub name: ActionName,
    pub command_text: CommandText,
    pub alias_name: Option<AliasName>,
    pub attachments: Vec<Attachment>,
    pub tags: Vec<(TagKey, TagValue)>,
    /// The same again within a day is the same create.
    pub client_token: Option<ClientToken>,
}

#[derive(Debug, Clone)]
pub struct ActionPage {
    pub arns: Vec<CustomActionArn>,
    pub next_token: Option<String>,
}

impl App {
    pub async fn create_custom_action(&self, caller: &Caller, new: NewAction) -> Result<CustomActionArn, AppError> {
        caller.authorize(&Access::to(Operation::CreateCustomAction).with_request_tags(&new.tags))?;
        let arn = CustomActionArn::new(&caller.account_id, &new.name);
        caller.authorize_to_tag(arn.as_str(), &new.tags)?;
        check_command(&new.command_text)?;
        let max = self.limits.tags_per_resource;
        if new.tags.len() > max {
            return Err(AppError::LimitExceeded { what: format!("custom action {} may have tags,", new.name), max });
        }
        let action = CustomAction {
            arn: arn.clone(),
            account_id: caller.account_id.clone(),
            name: new.name,
            command_text: new.command_text,
            alias_name: new.alias_name,
            attachments: new.attachments,
            tags: new.tags,
        };
        let idempotency =
            new.client_token.map(|client_token| Idempotency { client_token, request: digest_of(&action) });
        let limit = self.limits.custom_actions;
        let created =
            self.store.create_custom_action(&action, idempotency.as_ref(), limit, self.clock.now_ms()).await?;
        match created {
            ActionCreated::New | ActionCreated::Before => Ok(arn),
            ActionCreated::NameTaken => Err(AppError::AlreadyExists { arn: arn.as_str().to_owned() }),
            ActionCreated::TokenReused => Err(AppError::ClientTokenReused {
                client_token: idempotency.map(|it| it.client_token.as_str().to_owned()).unwrap_or_default(),
            }),
            ActionCreated::LimitReached => Err(AppError::LimitExceeded {
                what: format!("AWS account {} may have custom actions,", caller.account_id),
                max: usize::try_from(limit).unwrap_or(usize::MAX),
            }),
        }
    }

    pub async fn custom_action(&self, caller: &Caller, arn: &CustomActionArn) -> Result<CustomAction, AppError> {
        let action = self.store.custom_action(&caller.account_id, arn).await?;
        let tags = action.as_ref().map(|action| action.tags.as_slice()).unwrap_or_default();
        let access = Access::to(Operation::GetCustomAction).on(arn.as_str());
        caller.authorize(&access.with_resource_tags(tags))?;
        action.ok_or_else(|| not_found(arn))
    }

    pub async fn list_custom_actions(
        &self,
        caller: &Caller,
        max_results: MaxResults,
        token: Option<&str>,
    ) -> Result<ActionPage, AppError> {
        let operation = Operation::ListCustomActions;
        caller.authorize(&Access::to(operation))?;
        let pages = Pages::of(operation, &caller.account_id);
        let after = self.page_start(&pages, token)?;
        let wanted = rows_to_read(max_results);
        let rows = self.store.custom_action_arns(&caller.account_id, after.as_deref(), wanted).await?;
        let (arns, next_token) = self.page(&pages, rows, max_results, |arn| arn.as_str().to_owned())?;
        Ok(ActionPage { arns, next_token })
    }

    pub async fn update_custom_action(
        &self,
        caller: &Caller,
        arn: &CustomActionArn,
        update: &ActionUpdate,
    ) -> Result<(), AppError> {
        self.authorize_on_action(caller, Operation::UpdateCustomAction, arn).await?;
        check_command(&update.command_text)?;
        let updated = self.store.update_custom_action(&caller.account_id, arn, update).await?;
        updated.then_some(()).ok_or_else(|| not_found(arn))
    }

    pub async fn delete_custom_action(&self, caller: &Caller, arn: &CustomActionArn) -> Result<(), AppError> {
        self.authorize_on_action(caller, Operation::DeleteCustomAction, arn).await?;
        let deleted = self.store.delete_custom_action(&caller.account_id, arn).await?;
        deleted.then_some(()).ok_or_else(|| not_found(arn))
    }

    async fn authorize_on_action(
        &self,
        caller: &Caller,
        operation: Operation,
        arn: &CustomActionArn,
    ) -> Result<(), AppError> {
        let tags = self.resource_tags(caller, arn.as_str()).await?;
        caller.authorize(&Access::to(operation).on(arn.as_str()).with_resource_tags(&tags))
    }
}

fn not_found(arn: &CustomActionArn) -> AppError {
    AppError::NotFound { arn: arn.as_str().to_owned() }
}

/// The command is what follows `@aws`; with the word before it, it would never run. Source: AWS's administrator guide;
/// that the API refuses it: assumed.
fn check_command(command_text: &CommandText) -> Result<(), AppError> {
    let first = command_text.as_str().split_whitespace().next().unwrap_or_default();
    if ["aws", "@aws"].iter().any(|prefix| first.eq_ignore_ascii_case(prefix)) {
        return Err(AppError::InvalidRequest(format!("CommandText must not begin with {first}")));
    }
    Ok(())
}

/// All that makes one create different from another. Tags are a set.
fn digest_of(action: &CustomAction) -> String {
    let CustomAction { arn, account_id: _, name: _, command_text, alias_name, attachments, tags } = action;
    let tags: BTreeMap<_, _> = tags.iter().map(|(key, value)| (key, value)).collect();
    let text = serde_json::json!([arn, command_text, alias_name, attachments, tags]).to_string();
    BASE64.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}
