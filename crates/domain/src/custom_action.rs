//! A custom action: a command behind a button or an alias, and the notifications whose button it is.

use std::collections::BTreeMap;

use wire::ids::{
    AccountId, ActionName, AliasName, ButtonText, CommandText, CriteriaOperator, CriteriaValue, CustomActionArn,
    NotificationType, TagKey, TagValue, VariableName, VariableValue,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomAction {
    pub arn: CustomActionArn,
    pub account_id: AccountId,
    pub name: ActionName,
    pub command_text: CommandText,
    pub alias_name: Option<AliasName>,
    pub attachments: Vec<Attachment>,
    pub tags: Vec<(TagKey, TagValue)>,
}

/// Which notifications show the action's button, and what they give its variables.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Attachment {
    pub notification_type: NotificationType,
    pub button_text: Option<ButtonText>,
    /// All must hold.
    pub criteria: Vec<Criterion>,
    pub variables: BTreeMap<VariableName, VariableValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Criterion {
    pub operator: CriteriaOperator,
    pub variable_name: VariableName,
    pub value: Option<CriteriaValue>,
}
