//! Every error that AWS Chatbot answers: its code, HTTP status, and the body around its message.
//!
//! The server's front door picks one per refusal. What the message says is the front door's; the member that carries it
//! is `message` or `Message`, shape by shape, as the model has it.

use serde_json::{Map, Value};

/// Declares [`ErrorShape`] from one table: code, HTTP status, the member that carries the message.
macro_rules! error_shapes {
    ($($(#[$meta:meta])* $code:ident $status:literal $member:ident;)*) => {
        /// An error's shape: the code that stands in `x-amzn-ErrorType` and `__type`, its status, its message member.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorShape { $($(#[$meta])* $code,)* }

        impl ErrorShape {
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            pub fn code(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$code => $status,)* }
            }

            /// The member of the body that carries the message.
            pub fn message_member(self) -> &'static str {
                match self { $(Self::$code => stringify!($member),)* }
            }
        }
    };
}

error_shapes! {
    // The model's, by status.
    InvalidParameterException                    400 message;
    InvalidRequestException                      400 message;
    TooManyTagsException                         400 message;
    LimitExceededException                       403 message;
    UnauthorizedException                        403 message;
    ResourceNotFoundException                    404 Message;
    ConflictException                            409 message;
    ServiceUnavailableException                  429 message;
    InternalServiceError                         500 Message;
    CreateChimeWebhookConfigurationException     500 Message;
    CreateSlackChannelConfigurationException     500 Message;
    CreateTeamsChannelConfigurationException     500 Message;
    DeleteChimeWebhookConfigurationException     500 Message;
    DeleteMicrosoftTeamsUserIdentityException    500 Message;
    DeleteSlackChannelConfigurationException     500 Message;
    DeleteSlackUserIdentityException             500 Message;
    DeleteSlackWorkspaceAuthorizationFault       500 Message;
    DeleteTeamsChannelConfigurationException     500 Message;
    DeleteTeamsConfiguredTeamException           500 Message;
    DescribeChimeWebhookConfigurationsException  500 Message;
    DescribeSlackChannelConfigurationsException  500 Message;
    DescribeSlackUserIdentitiesException         500 Message;
    DescribeSlackWorkspacesException             500 Message;
    GetAccountPreferencesException               500 Message;
    GetTeamsChannelConfigurationException        500 Message;
    ListMicrosoftTeamsConfiguredTeamsException   500 Message;
    ListMicrosoftTeamsUserIdentitiesException    500 Message;
    ListTeamsChannelConfigurationsException      500 Message;
    UpdateAccountPreferencesException            500 Message;
    UpdateChimeWebhookConfigurationException     500 Message;
    UpdateSlackChannelConfigurationException     500 Message;
    UpdateTeamsChannelConfigurationException     500 Message;

    // The reference's "Common Errors", which any operation may answer; that they say `message` is assumed.
    MalformedHttpRequestException                400 message;
    RequestAbortedException                      400 message;
    RequestExpired                               400 message;
    ThrottlingException                          400 message;
    ValidationError                              400 message;
    NotAuthorized                                401 message;
    AccessDeniedException                        403 message;
    ExpiredTokenException                        403 message;
    IncompleteSignature                          403 message;
    OptInRequired                                403 message;
    UnrecognizedClientException                  403 message;
    /// Not in the reference: what AWS's front doors answer to a signature that does not match. Source: observed.
    InvalidSignatureException                    403 message;
    UnknownOperationException                    404 message;
    RequestTimeoutException                      408 message;
    RequestEntityTooLargeException               413 message;
    InternalFailure                              500 message;
    ServiceUnavailable                           503 message;
}

impl ErrorShape {
    /// The JSON body: `{"__type": "ConflictException", "message": "…"}`. Source: observed.
    pub fn body(self, text: impl Into<String>) -> Value {
        let mut body = Map::new();
        body.insert("__type".to_owned(), Value::from(self.code()));
        body.insert(self.message_member().to_owned(), Value::String(text.into()));
        Value::Object(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_message_member_follows_the_shape() {
        assert_eq!(
            ErrorShape::ConflictException.body("taken").to_string(),
            r#"{"__type":"ConflictException","message":"taken"}"#
        );
        assert_eq!(
            ErrorShape::ResourceNotFoundException.body("gone").to_string(),
            r#"{"__type":"ResourceNotFoundException","Message":"gone"}"#
        );
    }

    #[test]
    fn the_odd_statuses_are_as_documented() {
        // Each is easy to get wrong by its name. Source: model (the first three), reference.
        assert_eq!(ErrorShape::ServiceUnavailableException.status(), 429);
        assert_eq!(ErrorShape::UnauthorizedException.status(), 403);
        assert_eq!(ErrorShape::LimitExceededException.status(), 403);
        assert_eq!(ErrorShape::ServiceUnavailable.status(), 503);
        assert_eq!(ErrorShape::NotAuthorized.status(), 401);
        assert_eq!(ErrorShape::IncompleteSignature.status(), 403);
        assert_eq!(ErrorShape::RequestExpired.status(), 400);
    }

    #[test]
    fn codes_are_distinct_and_statuses_are_errors() {
        let codes: BTreeSet<_> = ErrorShape::ALL.iter().map(|shape| shape.code()).collect();
        assert_eq!(codes.len(), ErrorShape::ALL.len());
        assert!(ErrorShape::ALL.iter().all(|shape| (400..=599).contains(&shape.status())));
    }
}
