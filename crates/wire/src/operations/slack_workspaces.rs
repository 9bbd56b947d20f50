//! `DescribeSlackWorkspaces`, `DeleteSlackWorkspaceAuthorization`: the workspaces that an account may post to. What gives it
//! one is Bellhop's own: AWS does it in its console.

use super::ResourceState;
use super::members::{input, output};
use crate::ids::{MaxResults, PaginationToken, SlackAppId, SlackBotToken, SlackTeamId};

input! {
    DescribeSlackWorkspacesRequest {
        max_results: Option<MaxResults> = "MaxResults",
        next_token: Option<PaginationToken> = "NextToken",
    }
}

output! {
    DescribeSlackWorkspacesResult {
        slack_workspaces: Vec<SlackWorkspace> = "SlackWorkspaces",
        /// `null` on the last page: clients follow it until it is absent or null. Source: observed.
        next_token: Option<PaginationToken> = "NextToken",
    }
}

output! {
    SlackWorkspace {
        slack_team_id: SlackTeamId = "SlackTeamId",
        /// Never empty: clients match it exactly.
        slack_team_name: String = "SlackTeamName",
        state: ResourceState = "State",
        state_reason: Option<String> = "StateReason",
    }
}

input! {
    DeleteSlackWorkspaceAuthorizationRequest {
        slack_team_id: SlackTeamId = "SlackTeamId",
    }
}

output! { DeleteSlackWorkspaceAuthorizationResult {} }

input! {
    CreateSlackWorkspaceAuthorizationRequest {
        bot_token: SlackBotToken = "BotToken",
        /// Whose token it must be, of the apps of this server's settings.
        app_id: Option<SlackAppId> = "AppId",
    }
}

output! {
    CreateSlackWorkspaceAuthorizationResult {
        /// One, unless the token is of a whole organisation.
        slack_workspaces: Vec<SlackWorkspace> = "SlackWorkspaces",
        /// What the token may not do of that which Bellhop's features need; empty too where Slack does not say.
        missing_scopes: Vec<String> = "MissingScopes",
    }
}

input! {
    GetSlackOauthParametersRequest {
        /// Needed where the settings have several.
        app_id: Option<SlackAppId> = "AppId",
    }
}

output! {
    GetSlackOauthParametersResult {
        /// To be opened in a browser by whoever may install apps in the workspace. Good once.
        authorize_url: String = "AuthorizeUrl",
        /// As AWS writes times: `2026-11-23T12:00:00Z`.
        expires_at: String = "ExpiresAt",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> String {
        DescribeSlackWorkspacesRequest::decode(body.as_bytes()).unwrap_err().message()
    }

    #[test]
    fn nothing_is_required_so_no_body_is_a_request() {
        for body in ["", " \r\n", "{}", r#"{"MaxResults": null, "Unknown": [[1]]}"#] {
            let request = DescribeSlackWorkspacesRequest::decode(body.as_bytes()).unwrap();
            assert_eq!(request, DescribeSlackWorkspacesRequest { max_results: None, next_token: None }, "{body}");
        }
    }

    #[test]
    fn a_page_is_asked_for() {
        let body = br#"{"MaxResults": 10, "NextToken": "page2"}"#;
        let request = DescribeSlackWorkspacesRequest::decode(body).unwrap();
        assert_eq!(request.max_results.unwrap().get(), 10);
        assert_eq!(request.next_token.unwrap().as_str(), "page2");
    }

    #[test]
    fn max_results_is_a_whole_number_from_1_to_100() {
        let violation = |value, words| {
            format!(
                "1 validation error detected: Value '{value}' at 'maxResults' failed to satisfy constraint: Member must be {words}"
            )
        };
        assert_eq!(message(r#"{"MaxResults": 0}"#), violation("0", "greater than or equal to 1"));
        assert_eq!(message(r#"{"MaxResults": 101}"#), violation("101", "less than or equal to 100"));
        let huge = u64::MAX.to_string();
        assert_eq!(message(&format!(r#"{{"MaxResults": {huge}}}"#)), violation(&huge, "less than or equal to 100"));
        for body in [r#"{"MaxResults": 1.5}"#, r#"{"MaxResults": 1e30}"#] {
            assert_eq!(message(body), "NUMBER_VALUE can not be converted to an Integer at 'maxResults'");
        }
        assert_eq!(
            message(r#"{"MaxResults": "10"}"#),
            "STRING_VALUE can not be converted to an Integer at 'maxResults'"
        );
    }

    #[test]
    fn absent_optional_members_of_the_answer_are_nulls() {
        let result = DescribeSlackWorkspacesResult {
            slack_workspaces: vec![SlackWorkspace {
                slack_team_id: SlackTeamId::parse("T0SANDBOX").unwrap(),
                slack_team_name: "Sandbox".to_owned(),
                state: ResourceState::Enabled,
                state_reason: None,
            }],
            next_token: None,
        };
        // Names and order: model; nulls: observed.
        assert_eq!(
            serde_json::to_string(&result).unwrap(),
            r#"{"SlackWorkspaces":[{"SlackTeamId":"T0SANDBOX","SlackTeamName":"Sandbox","State":"ENABLED","StateReason":null}],"NextToken":null}"#
        );
    }
}
