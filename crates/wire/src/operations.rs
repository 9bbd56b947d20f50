//! The 34 operations of AWS Chatbot, one table: name, HTTP status of success, path, modelled errors. Below it stand
//! Bellhop's own, for what AWS does in its console: they go through the same front door.
//!
//! All are POST with a JSON body. The server's front door routes by [`Operation::from_path`] and matches exhaustively
//! on the result. The request and response structs are one file per noun below; they stop at the front door.
//!
//! Source: model, which agrees with the reference on the 23 operations that the reference has. The errors are those
//! that an operation declares. Any may also answer the reference's common errors, and
//! `GetMicrosoftTeamsChannelConfiguration` was observed to answer a `ResourceNotFoundException` that it does not declare.

pub mod account_preferences;
pub mod associations;
pub mod chime_webhook_configurations;
pub mod configured_teams;
pub mod custom_actions;
pub mod links;
mod members;
pub mod slack_channel_configurations;
pub mod slack_user_identities;
pub mod slack_workspaces;
pub mod tags;
pub mod teams_channel_configurations;
pub mod teams_user_identities;

pub use members::{DecodeError, MAX_LIST_MEMBERS};

use crate::errors::ErrorShape;
use crate::shape::Described;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// Declares [`Operation`] from one table: name, status, path, request and result, errors.
macro_rules! operations {
    (aws { $($aws:ident $aws_row:tt)* } own { $($own:ident $own_row:tt)* }) => {
        impl Operation {
            /// AWS's, in alphabetical order.
            pub const ALL: &'static [Self] = &[$(Self::$aws,)*];

            /// Bellhop's, in alphabetical order. AWS's API does not have them; IAM's actions may.
            pub const OWN: &'static [Self] = &[$(Self::$own,)*];
        }

        operations! { @each $($aws $aws_row)* $($own $own_row)* }
    };
    (@each $($name:ident {
        $status:literal $path:literal $noun:ident::$request:ident => $result:ident [$($error:ident),* $(,)?]
    })*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation { $($name,)* }

        impl Operation {
            /// The operation that is asked for by POST to exactly this path.
            pub fn from_path(path: &str) -> Option<Self> {
                match path { $($path => Some(Self::$name),)* _ => None }
            }

            /// As AWS spells it; the IAM action is `chatbot:` and this.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            pub fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)* }
            }

            /// The HTTP status of success: 200, 201, or 204 with no body.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            fn describe_request(self) -> Value {
                match self { $(Self::$name => $noun::$request::describe(),)* }
            }

            fn describe_result(self) -> Value {
                match self { $(Self::$name => $noun::$result::describe(),)* }
            }

            /// The errors that the model declares for this operation.
            pub fn errors(self) -> &'static [ErrorShape] {
                match self { $(Self::$name => &[$(ErrorShape::$error),*],)* }
            }
        }
    };
}

operations! {
    aws {
        AssociateToConfiguration { 201 "/associate-to-configuration"
            associations::AssociateToConfigurationRequest => AssociateToConfigurationResult
            [InvalidRequestException, InternalServiceError, UnauthorizedException] }
        CreateChimeWebhookConfiguration { 201 "/create-chime-webhook-configuration"
            chime_webhook_configurations::CreateChimeWebhookConfigurationRequest => CreateChimeWebhookConfigurationResult
            [InvalidParameterException, InvalidRequestException, ConflictException, LimitExceededException,
             CreateChimeWebhookConfigurationException] }
        CreateCustomAction { 201 "/create-custom-action"
            custom_actions::CreateCustomActionRequest => CreateCustomActionResult
            [InvalidRequestException, LimitExceededException, ConflictException, InternalServiceError,
             UnauthorizedException] }
        CreateMicrosoftTeamsChannelConfiguration { 201 "/create-ms-teams-channel-configuration"
            teams_channel_configurations::CreateTeamsChannelConfigurationRequest => CreateTeamsChannelConfigurationResult
            [InvalidParameterException, InvalidRequestException, ConflictException, LimitExceededException,
             CreateTeamsChannelConfigurationException] }
        CreateSlackChannelConfiguration { 201 "/create-slack-channel-configuration"
            slack_channel_configurations::CreateSlackChannelConfigurationRequest => CreateSlackChannelConfigurationResult
            [InvalidParameterException, InvalidRequestException, ConflictException, LimitExceededException,
             CreateSlackChannelConfigurationException] }
        DeleteChimeWebhookConfiguration { 204 "/delete-chime-webhook-configuration"
            chime_webhook_configurations::DeleteChimeWebhookConfigurationRequest => DeleteChimeWebhookConfigurationResult
            [InvalidParameterException, InvalidRequestException, ResourceNotFoundException,
             DeleteChimeWebhookConfigurationException] }
        DeleteCustomAction { 204 "/delete-custom-action"
            custom_actions::DeleteCustomActionRequest => DeleteCustomActionResult
            [InvalidRequestException, ResourceNotFoundException, InternalServiceError, UnauthorizedException] }
        DeleteMicrosoftTeamsChannelConfiguration { 204 "/delete-ms-teams-channel-configuration"
            teams_channel_configurations::DeleteTeamsChannelConfigurationRequest => DeleteTeamsChannelConfigurationResult
            [InvalidParameterException, InvalidRequestException, ResourceNotFoundException,
             DeleteTeamsChannelConfigurationException] }
        DeleteMicrosoftTeamsConfiguredTeam { 204 "/delete-ms-teams-configured-teams"
            configured_teams::DeleteTeamsConfiguredTeamRequest => DeleteTeamsConfiguredTeamResult
            [InvalidParameterException, DeleteTeamsConfiguredTeamException] }
        DeleteMicrosoftTeamsUserIdentity { 204 "/delete-ms-teams-user-identity"
            teams_user_identities::DeleteMicrosoftTeamsUserIdentityRequest => DeleteMicrosoftTeamsUserIdentityResult
            [InvalidParameterException, ResourceNotFoundException, DeleteMicrosoftTeamsUserIdentityException] }
        DeleteSlackChannelConfiguration { 204 "/delete-slack-channel-configuration"
            slack_channel_configurations::DeleteSlackChannelConfigurationRequest => DeleteSlackChannelConfigurationResult
            [InvalidParameterException, InvalidRequestException, DeleteSlackChannelConfigurationException,
             ResourceNotFoundException] }
        DeleteSlackUserIdentity { 204 "/delete-slack-user-identity"
            slack_user_identities::DeleteSlackUserIdentityRequest => DeleteSlackUserIdentityResult
            [InvalidParameterException, DeleteSlackUserIdentityException, ResourceNotFoundException] }
        DeleteSlackWorkspaceAuthorization { 204 "/delete-slack-workspace-authorization"
            slack_workspaces::DeleteSlackWorkspaceAuthorizationRequest => DeleteSlackWorkspaceAuthorizationResult
            [InvalidParameterException, DeleteSlackWorkspaceAuthorizationFault] }
        DescribeChimeWebhookConfigurations { 200 "/describe-chime-webhook-configurations"
            chime_webhook_configurations::DescribeChimeWebhookConfigurationsRequest => DescribeChimeWebhookConfigurationsResult
            [InvalidParameterException, InvalidRequestException, DescribeChimeWebhookConfigurationsException] }
        DescribeSlackChannelConfigurations { 200 "/describe-slack-channel-configurations"
            slack_channel_configurations::DescribeSlackChannelConfigurationsRequest => DescribeSlackChannelConfigurationsResult
            [InvalidParameterException, InvalidRequestException, DescribeSlackChannelConfigurationsException] }
        DescribeSlackUserIdentities { 200 "/describe-slack-user-identities"
            slack_user_identities::DescribeSlackUserIdentitiesRequest => DescribeSlackUserIdentitiesResult
            [InvalidParameterException, InvalidRequestException, DescribeSlackUserIdentitiesException] }
        DescribeSlackWorkspaces { 200 "/describe-slack-workspaces"
            slack_workspaces::DescribeSlackWorkspacesRequest => DescribeSlackWorkspacesResult
            [InvalidParameterException, DescribeSlackWorkspacesException, InvalidRequestException] }
        DisassociateFromConfiguration { 204 "/disassociate-from-configuration"
            associations::DisassociateFromConfigurationRequest => DisassociateFromConfigurationResult
            [InvalidRequestException, InternalServiceError, UnauthorizedException] }
        GetAccountPreferences { 200 "/get-account-preferences"
            account_preferences::GetAccountPreferencesRequest => GetAccountPreferencesResult
            [InvalidRequestException, GetAccountPreferencesException] }
        GetCustomAction { 200 "/get-custom-action"
            custom_actions::GetCustomActionRequest => GetCustomActionResult
            [InvalidRequestException, ResourceNotFoundException, InternalServiceError, UnauthorizedException] }
        GetMicrosoftTeamsChannelConfiguration { 200 "/get-ms-teams-channel-configuration"
            teams_channel_configurations::GetTeamsChannelConfigurationRequest => GetTeamsChannelConfigurationResult
            [InvalidParameterException, InvalidRequestException, GetTeamsChannelConfigurationException] }
        ListAssociations { 200 "/list-associations"
            associations::ListAssociationsRequest => ListAssociationsResult
            [] }
        ListCustomActions { 200 "/list-custom-actions"
            custom_actions::ListCustomActionsRequest => ListCustomActionsResult
            [InvalidRequestException, InternalServiceError, UnauthorizedException] }
        ListMicrosoftTeamsChannelConfigurations { 200 "/list-ms-teams-channel-configurations"
            teams_channel_configurations::ListTeamsChannelConfigurationsRequest => ListTeamsChannelConfigurationsResult
            [InvalidParameterException, ListTeamsChannelConfigurationsException, InvalidRequestException] }
        ListMicrosoftTeamsConfiguredTeams { 200 "/list-ms-teams-configured-teams"
            configured_teams::ListMicrosoftTeamsConfiguredTeamsRequest => ListMicrosoftTeamsConfiguredTeamsResult
            [InvalidParameterException, InvalidRequestException, ListMicrosoftTeamsConfiguredTeamsException] }
        ListMicrosoftTeamsUserIdentities { 200 "/list-ms-teams-user-identities"
            teams_user_identities::ListMicrosoftTeamsUserIdentitiesRequest => ListMicrosoftTeamsUserIdentitiesResult
            [InvalidParameterException, InvalidRequestException, ListMicrosoftTeamsUserIdentitiesException] }
        ListTagsForResource { 200 "/list-tags-for-resource"
            tags::ListTagsForResourceRequest => ListTagsForResourceResponse
            [ServiceUnavailableException, ResourceNotFoundException, InternalServiceError] }
        TagResource { 200 "/tag-resource"
            tags::TagResourceRequest => TagResourceResponse
            [ServiceUnavailableException, ResourceNotFoundException, InternalServiceError, TooManyTagsException] }
        UntagResource { 200 "/untag-resource"
            tags::UntagResourceRequest => UntagResourceResponse
            [ServiceUnavailableException, ResourceNotFoundException, InternalServiceError] }
        UpdateAccountPreferences { 200 "/update-account-preferences"
            account_preferences::UpdateAccountPreferencesRequest => UpdateAccountPreferencesResult
            [InvalidParameterException, InvalidRequestException, UpdateAccountPreferencesException] }
        UpdateChimeWebhookConfiguration { 200 "/update-chime-webhook-configuration"
            chime_webhook_configurations::UpdateChimeWebhookConfigurationRequest => UpdateChimeWebhookConfigurationResult
            [InvalidParameterException, InvalidRequestException, UpdateChimeWebhookConfigurationException,
             ResourceNotFoundException] }
        UpdateCustomAction { 200 "/update-custom-action"
            custom_actions::UpdateCustomActionRequest => UpdateCustomActionResult
            [InvalidRequestException, ResourceNotFoundException, InternalServiceError, UnauthorizedException] }
        UpdateMicrosoftTeamsChannelConfiguration { 200 "/update-ms-teams-channel-configuration"
            teams_channel_configurations::UpdateTeamsChannelConfigurationRequest => UpdateTeamsChannelConfigurationResult
            [InvalidParameterException, InvalidRequestException, ResourceNotFoundException,
             UpdateTeamsChannelConfigurationException] }
        UpdateSlackChannelConfiguration { 200 "/update-slack-channel-configuration"
            slack_channel_configurations::UpdateSlackChannelConfigurationRequest => UpdateSlackChannelConfigurationResult
            [InvalidParameterException, InvalidRequestException, ResourceNotFoundException,
             UpdateSlackChannelConfigurationException] }
    }
    own {
        CreateMicrosoftTeamsConfiguredTeam { 201 "/bellhop/create-microsoft-teams-configured-team"
            configured_teams::CreateMicrosoftTeamsConfiguredTeamRequest => CreateMicrosoftTeamsConfiguredTeamResult
            [InvalidParameterException, InvalidRequestException, LimitExceededException, InternalServiceError] }
        CreateMicrosoftTeamsUserIdentity { 201 "/bellhop/create-microsoft-teams-user-identity"
            teams_user_identities::CreateMicrosoftTeamsUserIdentityRequest => CreateMicrosoftTeamsUserIdentityResult
            [InvalidParameterException, InvalidRequestException, LimitExceededException, ResourceNotFoundException,
             InternalServiceError] }
        CreateSlackUserIdentity { 201 "/bellhop/create-slack-user-identity"
            slack_user_identities::CreateSlackUserIdentityRequest => CreateSlackUserIdentityResult
            [InvalidParameterException, InvalidRequestException, LimitExceededException, ResourceNotFoundException,
             InternalServiceError] }
        CreateSlackWorkspaceAuthorization { 201 "/bellhop/create-slack-workspace-authorization"
            slack_workspaces::CreateSlackWorkspaceAuthorizationRequest => CreateSlackWorkspaceAuthorizationResult
            [InvalidParameterException, InvalidRequestException, LimitExceededException, InternalServiceError] }
        GetSlackOauthParameters { 200 "/bellhop/get-slack-oauth-parameters"
            slack_workspaces::GetSlackOauthParametersRequest => GetSlackOauthParametersResult
            [InvalidParameterException, InvalidRequestException, InternalServiceError] }
        ProveLink { 200 "/bellhop/prove-link"
            links::ProveLinkRequest => ProveLinkResult
            [InvalidParameterException, InvalidRequestException, InternalServiceError] }
    }
}

impl Operation {
    /// AWS's and Bellhop's.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::ALL.iter().chain(Self::OWN).copied()
    }

    /// Whether it is Bellhop's own: AWS's API does not have it.
    pub fn is_own(self) -> bool {
        Self::OWN.contains(&self)
    }

    /// Changes nothing: `CloudTrail`'s `readOnly`.
    pub fn is_read_only(self) -> bool {
        ["Describe", "Get", "List"].iter().any(|verb| self.name().starts_with(verb))
    }

    /// The error for a request that does not decode. `ListAssociations` declares none and was observed to answer an
    /// `InvalidRequestException`; the operations on tags declare none that fits, so theirs is the common one.
    pub fn invalid_request(self) -> ErrorShape {
        let declared = |shape| self.errors().contains(&shape).then_some(shape);
        match self {
            Self::ListAssociations => ErrorShape::InvalidRequestException,
            _ => declared(ErrorShape::InvalidParameterException)
                .or_else(|| declared(ErrorShape::InvalidRequestException))
                .unwrap_or(ErrorShape::ValidationError),
        }
    }

    /// The error for what goes wrong on our side: the operation's own, if it declares one.
    pub fn server_error(self) -> ErrorShape {
        let declared = self.errors().iter().copied().find(|shape| shape.status() == 500);
        declared.unwrap_or(ErrorShape::InternalFailure)
    }

    /// AWS's table as JSON, for comparison with AWS's model: `[{"name", "path", "status", "request", "result", "errors":
    /// [{"code", "status", "messageMember"}]}]`; the shapes as [`Described`] has them.
    pub fn describe_all() -> Value {
        Self::describe(Self::ALL)
    }

    /// Bellhop's own, in the same words.
    pub fn describe_own() -> Value {
        Self::describe(Self::OWN)
    }

    fn describe(operations: &[Self]) -> Value {
        let error = |shape: &ErrorShape| {
            let (code, status, member) = (shape.code(), shape.status(), shape.message_member());
            json!({ "code": code, "status": status, "messageMember": member })
        };
        let row = |operation: &Self| {
            let errors: Vec<_> = operation.errors().iter().map(error).collect();
            json!({
                "name": operation.name(),
                "path": operation.path(),
                "status": operation.status(),
                "request": operation.describe_request(),
                "result": operation.describe_result(),
                "errors": errors,
            })
        };
        operations.iter().map(row).collect()
    }
}

/// Whether a resource is in force, or held back by an organisation's policy. Source: model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceState {
    Enabled,
    Disabled,
}

impl ResourceState {
    /// By its `StateReason`: what is disabled says why.
    pub fn of(state_reason: Option<&str>) -> Self {
        if state_reason.is_some() { Self::Disabled } else { Self::Enabled }
    }
}

impl Described for ResourceState {
    fn describe() -> Value {
        json!({ "type": "string", "pattern": "^(ENABLED|DISABLED)$" })
    }
}

impl Serialize for ResourceState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_34_are_found_by_their_path_and_by_nothing_near_it() {
        assert_eq!(Operation::ALL.len(), 34);
        for operation in Operation::every() {
            assert_eq!(Operation::from_path(operation.path()), Some(operation));
            assert_eq!(Operation::from_path(&format!("{}/", operation.path())), None);
            assert_eq!(Operation::from_path(&operation.path().to_uppercase()), None);
        }
        assert_eq!(Operation::from_path("/"), None);
        assert_eq!(Operation::from_path(""), None);
    }

    /// Nothing of Bellhop's own can stand in the way of what AWS may add.
    #[test]
    fn bellhops_own_are_apart_from_awss() {
        for operation in Operation::OWN {
            let kebab: String = operation.name().chars().fold(String::new(), |mut path, character| {
                path.extend(character.is_uppercase().then_some('-').filter(|_| !path.is_empty()));
                path.push(character.to_ascii_lowercase());
                path
            });
            assert_eq!(operation.path(), format!("/bellhop/{kebab}"));
            assert!(operation.is_own() && !Operation::ALL.contains(operation), "{}", operation.name());
        }
        assert!(Operation::ALL.iter().all(|operation| !operation.is_own() && !operation.path().contains("bellhop")));
        let described = Operation::describe_own();
        assert_eq!(described.as_array().unwrap().len(), Operation::OWN.len());
    }

    #[test]
    fn the_paths_that_the_names_do_not_give_away() {
        // Source: reference, model.
        for (path, operation) in [
            ("/delete-ms-teams-configured-teams", Operation::DeleteMicrosoftTeamsConfiguredTeam),
            ("/get-ms-teams-channel-configuration", Operation::GetMicrosoftTeamsChannelConfiguration),
            ("/list-ms-teams-user-identities", Operation::ListMicrosoftTeamsUserIdentities),
        ] {
            assert_eq!(Operation::from_path(path), Some(operation));
        }
    }

    #[test]
    fn a_row_has_what_the_model_says() {
        let create = Operation::CreateSlackChannelConfiguration;
        assert_eq!((create.status(), create.name()), (201, "CreateSlackChannelConfiguration"));
        assert!(create.errors().contains(&ErrorShape::ConflictException));
        assert!(!create.errors().contains(&ErrorShape::ResourceNotFoundException));
        assert_eq!(Operation::DeleteSlackChannelConfiguration.status(), 204);
        assert_eq!(Operation::ListAssociations.errors(), []);
        let table = Operation::describe_all();
        assert_eq!(table[0]["name"], "AssociateToConfiguration");
        assert_eq!(table[0]["errors"][1]["messageMember"], "Message");
        assert_eq!(table[0]["request"]["members"]["Resource"]["required"], true);
        assert_eq!(create.invalid_request(), ErrorShape::InvalidParameterException);
        assert_eq!(Operation::GetCustomAction.invalid_request(), ErrorShape::InvalidRequestException);
        assert_eq!(Operation::TagResource.invalid_request(), ErrorShape::ValidationError);
        assert_eq!(create.server_error(), ErrorShape::CreateSlackChannelConfigurationException);
        assert_eq!(Operation::ListAssociations.server_error(), ErrorShape::InternalFailure);
        let changing = Operation::ALL.iter().filter(|operation| !operation.is_read_only()).count();
        assert_eq!(changing, 21);
    }
}
