//! `userIdentity` of a record: who called, in CloudTrail's terms.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>

use iam::principal::{Principal, PrincipalKind};
use serde::Serialize;

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserIdentity<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    principal_id: &'a str,
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

pub(super) fn user_identity<'a>(principal: &'a Principal, access_key_id: &'a str) -> UserIdentity<'a> {
    let (account_id, arn) = (principal.account_id.as_str(), principal.arn.as_str());
    let name = arn.rsplit('/').next();
    UserIdentity {
        kind: principal.kind.as_str(),
        principal_id: &principal.user_id,
        arn,
        account_id,
        access_key_id,
        user_name: name.filter(|_| principal.kind == PrincipalKind::User),
        session_context: session_issuer(arn, account_id).map(|session_issuer| SessionContext { session_issuer }),
    }
}

/// The role behind `arn:PARTITION:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
fn session_issuer<'a>(arn: &'a str, account_id: &'a str) -> Option<SessionIssuer<'a>> {
    let (before, role_and_session) = arn.split_once(":assumed-role/")?;
    let (role, _) = role_and_session.split_once('/')?;
    let partition = before.split(':').nth(1)?;
    let arn = format!("arn:{partition}:iam::{account_id}:role/{role}");
    Some(SessionIssuer { kind: "Role", arn, account_id, user_name: role })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(arn: &str) -> Value {
        let principal = Principal::of_arn(arn, "AIDAEXAMPLE").unwrap();
        serde_json::to_value(user_identity(&principal, "AKID")).unwrap()
    }

    #[test]
    fn each_kind_of_caller_has_its_type() {
        for (arn, kind, user_name) in [
            ("arn:aws:iam::123456789012:root", "Root", Value::Null),
            ("arn:aws:iam::123456789012:user/path/ada", "IAMUser", json!("ada")),
            ("arn:aws:sts::123456789012:assumed-role/Admin/ada", "AssumedRole", Value::Null),
            ("arn:aws:sts::123456789012:federated-user/ada", "FederatedUser", Value::Null),
        ] {
            let found = of(arn);
            assert_eq!((&found["type"], &found["principalId"]), (&json!(kind), &json!("AIDAEXAMPLE")), "{found}");
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
