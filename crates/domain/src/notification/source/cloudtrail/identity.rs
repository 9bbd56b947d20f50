//! Who did it, in words.
//!
//! The readers of CloudTrail's records and of sign-ins call it. No access key and no principal id is told. Source: CloudTrail
//! User Guide, "CloudTrail userIdentity element".

use crate::notification::arn::Arn;
use crate::notification::source::fields::Fields;

/// `the root user`, `alice`, `role deploy (session ci-42)`, `autoscaling.amazonaws.com`.
pub fn who(user: Fields<'_>) -> Option<String> {
    let name = || user.str("userName").map(str::to_owned);
    let of_arn = || user.str("arn").and_then(Arn::parse).map(|arn| arn.short().to_owned());
    match user.str("type").unwrap_or_default() {
        "Root" => Some(match user.str("userName") {
            Some(alias) => format!("the root user ({alias})"),
            None => "the root user".to_owned(),
        }),
        "AssumedRole" => role(user).or_else(of_arn),
        "AWSService" => user.str("invokedBy").map(str::to_owned),
        "AWSAccount" => user.str("accountId").map(|account| format!("account {account}")).or_else(of_arn),
        "IdentityCenterUser" => {
            let id = user.either(&["onBehalfOf.userId", "identityProvider"])?;
            Some(format!("Identity Center user {id}"))
        }
        "FederatedUser" => {
            let issuer = user.str("sessionContext.sessionIssuer.userName");
            name().or_else(|| issuer.map(|issuer| format!("federated user of {issuer}"))).or_else(of_arn)
        }
        _ => name().or_else(of_arn).or_else(|| user.str("invokedBy").map(str::to_owned)),
    }
}

pub fn is_root(user: Fields<'_>) -> bool {
    // A service that acts for the account shows the root user too.
    user.str("type") == Some("Root") && user.str("invokedBy").is_none()
}

/// `arn:aws:sts::123456789012:assumed-role/deploy/ci-42`.
fn role(user: Fields<'_>) -> Option<String> {
    let arn = user.str("arn").and_then(Arn::parse);
    let parts = arn.and_then(|arn| arn.named("assumed-role"));
    let (of_arn, session) = parts.and_then(|parts| parts.rsplit_once('/')).unzip();
    let role = user.str("sessionContext.sessionIssuer.userName").or(of_arn)?;
    Some(match session {
        Some(session) => format!("role {role} (session {session})"),
        None => format!("role {role}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_identity_has_words() {
        for (user, said) in [
            (json!({"type": "Root", "arn": "arn:aws:iam::123456789012:root"}), "the root user"),
            (json!({"type": "IAMUser", "userName": "alice", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}), "alice"),
            (
                json!({"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/deploy/ci-42"}),
                "role deploy (session ci-42)",
            ),
            (json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}), "autoscaling.amazonaws.com"),
            (json!({"type": "AWSAccount", "accountId": "210987654321"}), "account 210987654321"),
            (json!({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}), "Identity Center user u-1"),
            (json!({"type": "WebIdentityUser", "userName": "oidc:ci"}), "oidc:ci"),
            (json!({"accountId": "123456789012", "invokedBy": "kms.amazonaws.com"}), "kms.amazonaws.com"),
        ] {
            assert_eq!(who(Fields::of(&user)).as_deref(), Some(said), "{user}");
        }
        assert_eq!(who(Fields::of(&json!({"principalId": "AIDAIOSFODNN7EXAMPLE"}))), None);
    }

    #[test]
    fn a_service_for_the_account_is_not_the_root_user() {
        assert!(is_root(Fields::of(&json!({"type": "Root"}))));
        assert!(!is_root(Fields::of(&json!({"type": "Root", "invokedBy": "support.amazonaws.com"}))));
    }
}
