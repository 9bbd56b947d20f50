//! `CreateCustomAction`, `GetCustomAction`, `ListCustomActions`, `UpdateCustomAction`, `DeleteCustomAction`.

use super::members::{Member, Path, Problems, input, items, output};
use super::tags::Tags;
use crate::constraints::{Constraint, Echo};
use crate::ids::{
    ActionName, AliasName, AsciiPaginationToken, ButtonText, ClientToken, CommandText, CriteriaOperator, CriteriaValue,
    CustomActionArn, MaxResults, NotificationType, VariableName, VariableValue,
};
use crate::shape::Described;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Criteria and variables of one attachment. Source: model.
const MAX_CRITERIA: usize = 5;
const MAX_VARIABLES: usize = 5;

input! {
    CreateCustomActionRequest {
        definition: CustomActionDefinition = "Definition",
        alias_name: Option<AliasName> = "AliasName",
        attachments: Option<Vec<CustomActionAttachment>> = "Attachments",
        tags: Option<Tags> = "Tags",
        client_token: Option<ClientToken> = "ClientToken",
        action_name: ActionName = "ActionName",
    }
}

output! {
    CreateCustomActionResult {
        custom_action_arn: CustomActionArn = "CustomActionArn",
    }
}

input! {
    GetCustomActionRequest {
        custom_action_arn: CustomActionArn = "CustomActionArn",
    }
}

output! {
    GetCustomActionResult {
        custom_action: CustomAction = "CustomAction",
    }
}

input! {
    ListCustomActionsRequest {
        max_results: Option<MaxResults> = "MaxResults",
        next_token: Option<AsciiPaginationToken> = "NextToken",
    }
}

output! {
    ListCustomActionsResult {
        custom_actions: Vec<CustomActionArn> = "CustomActions",
        next_token: Option<AsciiPaginationToken> = "NextToken",
    }
}

input! {
    /// `None` leaves a member as it is; an empty list empties it.
    UpdateCustomActionRequest {
        custom_action_arn: CustomActionArn = "CustomActionArn",
        definition: CustomActionDefinition = "Definition",
        alias_name: Option<AliasName> = "AliasName",
        attachments: Option<Vec<CustomActionAttachment>> = "Attachments",
    }
}

output! {
    UpdateCustomActionResult {
        custom_action_arn: CustomActionArn = "CustomActionArn",
    }
}

input! {
    DeleteCustomActionRequest {
        custom_action_arn: CustomActionArn = "CustomActionArn",
    }
}

output! { DeleteCustomActionResult {} }

output! {
    CustomAction {
        custom_action_arn: CustomActionArn = "CustomActionArn",
        definition: CustomActionDefinition = "Definition",
        alias_name: Option<AliasName> = "AliasName",
        attachments: Vec<CustomActionAttachment> = "Attachments",
        action_name: ActionName = "ActionName",
    }
}

input! {
    CustomActionDefinition {
        command_text: CommandText = "CommandText",
    }
}

input! {
    CustomActionAttachment {
        notification_type: Option<NotificationType> = "NotificationType",
        button_text: Option<ButtonText> = "ButtonText",
        criteria: Option<Criteria> = "Criteria",
        variables: Option<Variables> = "Variables",
    }
}

input! {
    CustomActionAttachmentCriteria {
        operator: CriteriaOperator = "Operator",
        variable_name: VariableName = "VariableName",
        value: Option<CriteriaValue> = "Value",
    }
}

/// 1 to 5 criteria that must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Criteria(Vec<CustomActionAttachmentCriteria>);

impl Member for Criteria {
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self> {
        items(problems.list(value, path, (1, MAX_CRITERIA))?, path, problems).map(Self)
    }
}

impl IntoIterator for Criteria {
    type Item = CustomActionAttachmentCriteria;
    type IntoIter = std::vec::IntoIter<CustomActionAttachmentCriteria>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Criteria {
    /// `None` of none: an absent list.
    pub fn of(criteria: Vec<CustomActionAttachmentCriteria>) -> Option<Self> {
        (!criteria.is_empty()).then_some(Self(criteria))
    }
}

impl Described for Criteria {
    fn describe() -> Value {
        json!({ "type": "list", "min": 1, "max": MAX_CRITERIA, "member": CustomActionAttachmentCriteria::describe() })
    }
}

/// 1 to 5 variables and where in a notification their values stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Variables(BTreeMap<VariableName, VariableValue>);

impl Member for Variables {
    fn read(value: &Value, path: Path<'_>, problems: &mut Problems) -> Option<Self> {
        let variables: &Map<String, Value> = problems.object(value, path)?;
        if variables.is_empty() {
            return problems.violation(path, Echo::Withheld, Constraint::MinLength(1));
        }
        if variables.len() > MAX_VARIABLES {
            return problems.violation(path, Echo::Withheld, Constraint::MaxLength(MAX_VARIABLES));
        }
        // A key is the client's text: it is not written into the path.
        let mut read = BTreeMap::new();
        for (name, value) in variables {
            let Value::String(text) = value else {
                return problems.wrong_type(value, "a String", path);
            };
            match (VariableName::parse(name), VariableValue::parse(text)) {
                (Ok(name), Ok(value)) => drop(read.insert(name, value)),
                (Err(_), _) => return problems.violation(path, Echo::Withheld, Constraint::MapKeys(NAME_CONSTRAINTS)),
                (_, Err(_)) => {
                    return problems.violation(path, Echo::Withheld, Constraint::MapValues(VALUE_CONSTRAINTS));
                }
            }
        }
        Some(Self(read))
    }
}

/// What is said of a key that breaks any of them: AWS names all.
const NAME_CONSTRAINTS: &[Constraint] =
    &[Constraint::MaxLength(100), Constraint::MinLength(1), Constraint::Pattern("^[A-Za-z0-9-_]+$")];
const VALUE_CONSTRAINTS: &[Constraint] =
    &[Constraint::MaxLength(1024), Constraint::MinLength(0), Constraint::Pattern(r"^[\x21-\x7F]+$")];

impl IntoIterator for Variables {
    type Item = (VariableName, VariableValue);
    type IntoIter = std::collections::btree_map::IntoIter<VariableName, VariableValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Variables {
    /// `None` of none: an absent map.
    pub fn of(variables: BTreeMap<VariableName, VariableValue>) -> Option<Self> {
        (!variables.is_empty()).then_some(Self(variables))
    }
}

impl Described for Variables {
    fn describe() -> Value {
        let (key, value) = (VariableName::describe(), VariableValue::describe());
        json!({ "type": "map", "min": 1, "max": MAX_VARIABLES, "key": key, "value": value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(extra: &str) -> Result<CreateCustomActionRequest, String> {
        let body =
            format!(r#"{{"ActionName": "a", "Definition": {{"CommandText": "sts get-caller-identity"}}{extra}}}"#);
        CreateCustomActionRequest::decode(body.as_bytes()).map_err(|error| error.message())
    }

    fn attachment(members: &str) -> Result<CreateCustomActionRequest, String> {
        create(&format!(r#", "Attachments": [{{"NotificationType": "CloudWatch", {members}}}]"#))
    }

    #[test]
    fn a_whole_action_decodes_and_is_written_back() {
        let request = attachment(
            r#""ButtonText": "Go", "Criteria": [{"Operator": "EQUALS", "VariableName": "v", "Value": "ALARM"}],
               "Variables": {"v": "event.detail.state", "a": "b"}"#,
        )
        .unwrap();
        assert_eq!(
            serde_json::to_string(&request.attachments).unwrap(),
            r#"[{"NotificationType":"CloudWatch","ButtonText":"Go","Criteria":[{"Operator":"EQUALS","VariableName":"v","Value":"ALARM"}],"Variables":{"a":"b","v":"event.detail.state"}}]"#
        );
    }

    #[test]
    fn nested_members_are_named_by_their_place() {
        assert_eq!(
            attachment(r#""Criteria": [{"Operator": "IS", "VariableName": "v"}, {"Operator": "EQUALS"}]"#).unwrap_err(),
            "2 validation errors detected: \
             Value 'IS' at 'attachments.1.member.criteria.1.member.operator' failed to satisfy constraint: \
             Member must satisfy enum value set: [HAS_VALUE, EQUALS]; \
             Value null at 'attachments.1.member.criteria.2.member.variableName' failed to satisfy constraint: \
             Member must not be null"
        );
        let error = CreateCustomActionRequest::decode(br#"{"Definition": {}}"#).unwrap_err().message();
        assert!(error.contains("Value null at 'definition.commandText'"), "{error}");
    }

    #[test]
    fn criteria_and_variables_are_one_to_five() {
        let at = "at 'attachments.1.member.";
        for (members, expected) in [
            (
                r#""Criteria": []"#,
                "criteria' failed to satisfy constraint: Member must have length greater than or equal to 1",
            ),
            (
                r#""Variables": {}"#,
                "variables' failed to satisfy constraint: Member must have length greater than or equal to 1",
            ),
            (
                r#""Variables": {"a": "b", "b": "b", "c": "b", "d": "b", "e": "b", "f": "b"}"#,
                "variables' failed to satisfy constraint: Member must have length less than or equal to 5",
            ),
            (
                r#""Variables": {"a b": "b"}"#,
                "variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less \
                 than or equal to 100, Member must have length greater than or equal to 1, Member must satisfy regular \
                 expression pattern: ^[A-Za-z0-9-_]+$]",
            ),
            (
                r#""Variables": {"a": ""}"#,
                "variables' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less \
                 than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular \
                 expression pattern: ^[\\x21-\\x7F]+$]",
            ),
        ] {
            let error = attachment(members).unwrap_err();
            assert_eq!(error, format!("1 validation error detected: Value {at}{expected}"));
        }
        assert_eq!(
            attachment(r#""Variables": {"a": 1}"#).unwrap_err(),
            "NUMBER_VALUE can not be converted to a String at 'attachments.1.member.variables'"
        );
    }
}
