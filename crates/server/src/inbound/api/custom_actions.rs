//! The five operations on custom actions: wire shapes to the app's and back.

use axum::body::Bytes;
use domain::custom_action::{Attachment, Criterion};
use wire::ids::AsciiPaginationToken;
use wire::operations::custom_actions::{
    CreateCustomActionRequest, CreateCustomActionResult, Criteria, CustomAction, CustomActionAttachment,
    CustomActionAttachmentCriteria, CustomActionDefinition, DeleteCustomActionRequest, GetCustomActionRequest,
    GetCustomActionResult, ListCustomActionsRequest, ListCustomActionsResult, UpdateCustomActionRequest,
    UpdateCustomActionResult, Variables,
};
use wire::operations::tags::Tags;

use super::{Handled, json, next_token};
use crate::app::{ActionUpdate, AppError, Caller, NewAction, SharedApp};

pub async fn create(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = CreateCustomActionRequest::decode_within(body, app.limits.of_requests())?;
    let new = NewAction {
        name: request.action_name,
        command_text: request.definition.command_text,
        alias_name: request.alias_name,
        attachments: attachments(request.attachments.unwrap_or_default())?,
        tags: request.tags.map(Tags::into_pairs).unwrap_or_default(),
        client_token: request.client_token,
    };
    let custom_action_arn = app.create_custom_action(caller, new).await?;
    json(&CreateCustomActionResult { custom_action_arn })
}

pub async fn get(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = GetCustomActionRequest::decode(body)?;
    let action = app.custom_action(caller, &request.custom_action_arn).await?;
    let custom_action = CustomAction {
        custom_action_arn: action.arn,
        definition: CustomActionDefinition { command_text: action.command_text },
        alias_name: action.alias_name,
        attachments: action.attachments.into_iter().map(shape).collect(),
        action_name: action.name,
    };
    json(&GetCustomActionResult { custom_action })
}

pub async fn list(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = ListCustomActionsRequest::decode(body)?;
    let token = request.next_token.as_ref().map(AsciiPaginationToken::as_str);
    let page = app.list_custom_actions(caller, request.max_results.unwrap_or_default(), token).await?;
    json(&ListCustomActionsResult { custom_actions: page.arns, next_token: next_token(page.next_token)? })
}

pub async fn update(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = UpdateCustomActionRequest::decode_within(body, app.limits.of_requests())?;
    let update = ActionUpdate {
        command_text: request.definition.command_text,
        alias_name: request.alias_name,
        attachments: request.attachments.map(attachments).transpose()?,
    };
    app.update_custom_action(caller, &request.custom_action_arn, &update).await?;
    json(&UpdateCustomActionResult { custom_action_arn: request.custom_action_arn })
}

pub async fn delete(app: &SharedApp, caller: &Caller, body: &Bytes) -> Handled {
    let request = DeleteCustomActionRequest::decode(body)?;
    app.delete_custom_action(caller, &request.custom_action_arn).await?;
    Ok(None)
}

/// The model lets an attachment have no `NotificationType`; the live service does not. Source: observed.
fn attachments(attachments: Vec<CustomActionAttachment>) -> Result<Vec<Attachment>, AppError> {
    let attachment = |attachment: CustomActionAttachment| {
        let criterion = |criterion: CustomActionAttachmentCriteria| Criterion {
            operator: criterion.operator,
            variable_name: criterion.variable_name,
            value: criterion.value,
        };
        Ok(Attachment {
            notification_type: attachment.notification_type.ok_or_else(|| {
                AppError::InvalidRequest("every attachment of a custom action must have a NotificationType".to_owned())
            })?,
            button_text: attachment.button_text,
            criteria: attachment.criteria.into_iter().flatten().map(criterion).collect(),
            variables: attachment.variables.into_iter().flatten().collect(),
        })
    };
    attachments.into_iter().map(attachment).collect()
}

fn shape(attachment: Attachment) -> CustomActionAttachment {
    let criterion = |criterion: Criterion| CustomActionAttachmentCriteria {
        operator: criterion.operator,
        variable_name: criterion.variable_name,
        value: criterion.value,
    };
    CustomActionAttachment {
        notification_type: Some(attachment.notification_type),
        button_text: attachment.button_text,
        criteria: Criteria::of(attachment.criteria.into_iter().map(criterion).collect()),
        variables: Variables::of(attachment.variables),
    }
}
