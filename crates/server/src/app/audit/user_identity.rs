//! `userIdentity` of a record: who called, in CloudTrail's terms.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>

use iam::principal::Principal;
use serde::Serialize;

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserIdentity<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    principal_id: String,
    arn: &'a str,
    account_id: &'a str,
    access_key_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<SessionContext<'a>>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext<'a> {
    session_issuer: SessionIssuer<'a>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionIssuer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    arn: String,
    account_id: &'a str,
    user_name: &'a str,
}

/// Read from the ARN. The unique ids (`AIDA…`, `AROA…`) that AWS puts into `principalId` are not known here: the name
/// stands in for them.
pub(super) fn user_identity<'a>(principal: &'a Principal, access_key_id: &'a str) -> UserIdentity<'a> {
    let account_id = principal.account_id.as_str();
    let arn = principal.arn.as_str();
    let mut parts = arn.splitn(6, ':');
    let partition = parts.nth(1).unwrap_or("aws");
    let resource = parts.nth(3).unwrap_or_default();
    let last = resource.rsplit('/').next().unwrap_or_default();
    let identity = |kind, principal_id: &str, user_name| UserIdentity {
        kind,
        principal_id: principal_id.to_owned(),
        arn,
        account_id,
        access_key_id,
        user_name,
        session_context: None,
    };
    match resource.split_once('/').map_or((resource, ""), |(kind, rest)| (kind, rest)) {
        ("root", "") => identity("Root", account_id, None),
        ("user", _) => identity("IAMUser", last, Some(last)),
        ("assumed-role", role_and_session) => {
            let (role, session) = role_and_session.rsplit_once('/').unwrap_or((role_and_session, ""));
            let issuer = SessionIssuer {
                kind: "Role",
                arn: format!("arn:{partition}:iam::{account_id}:role/{role}"),
                account_id,
                user_name: role,
            };
            UserIdentity {
                session_context: Some(SessionContext { session_issuer: issuer }),
                ..identity("AssumedRole", &format!("{role}:{session}"), None)
            }
        }
        ("federated-user", name) => identity("FederatedUser", &format!("{account_id}:{name}"), None),
        _ => identity("Unknown", last, None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(arn: &str) -> Value {
        let principal = Principal { account_id: "123456789012".to_owned(), arn: arn.to_owned(), administrator: false };
        serde_json::to_value(user_identity(&principal, "AKID")).unwrap()
    }

    #[test]
    fn the_kind_of_caller_follows_from_the_arn() {
        for (arn, kind, principal_id, user_name) in [
            ("arn:aws:iam::123456789012:root", "Root", "123456789012", Value::Null),
            ("arn:aws:iam::123456789012:user/path/ada", "IAMUser", "ada", json!("ada")),
            ("arn:aws:sts::123456789012:assumed-role/Admin/ada", "AssumedRole", "Admin:ada", Value::Null),
            ("arn:aws:sts::123456789012:federated-user/ada", "FederatedUser", "123456789012:ada", Value::Null),
            ("arn:aws:iam::123456789012:user", "IAMUser", "user", json!("user")),
            ("nonsense", "Unknown", "", Value::Null),
        ] {
            let found = of(arn);
            assert_eq!((&found["type"], &found["principalId"]), (&json!(kind), &json!(principal_id)), "{found}");
            assert_eq!((&found["arn"], &found["userName"]), (&json!(arn), &user_name), "{found}");
            assert_eq!((&found["accountId"], &found["accessKeyId"]), (&json!("123456789012"), &json!("AKID")));
        }
    }

    #[test]
    fn a_session_names_the_role_that_issued_it() {
        // Source: AWS's example of a record of AWS Chatbot.
        let found = of("arn:aws-cn:sts::123456789012:assumed-role/Admin/ada");
        let issuer = json!({ "type": "Role", "arn": "arn:aws-cn:iam::123456789012:role/Admin",
                             "accountId": "123456789012", "userName": "Admin" });
        assert_eq!(found["sessionContext"]["sessionIssuer"], issuer);
    }
}
