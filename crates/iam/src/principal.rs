//! Who is calling, once the signature has been verified, and which attachments of policies mean them. The server makes a
//! principal from an access key's record or from what AWS STS answered. It never carries a secret.

use crate::policy::is_like;
use std::fmt;

/// The longest pattern of ARNs: IAM's own limit of an ARN,
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html>.
pub const PRINCIPAL_PATTERN_MAX: usize = 2048;

/// What an ARN of a principal begins with, in every partition.
const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// The kinds of principals, in the words of `CloudTrail`'s `userIdentity.type`:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    Root,
    User,
    AssumedRole,
    FederatedUser,
}

impl PrincipalKind {
    /// `Root`, `IAMUser`, `AssumedRole`, `FederatedUser`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "Root",
            Self::User => "IAMUser",
            Self::AssumedRole => "AssumedRole",
            Self::FederatedUser => "FederatedUser",
        }
    }
}

/// The AWS principal that an access key belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The account, twelve digits. All that a caller sees and makes belongs to it.
    pub account_id: String,
    /// `arn:aws:iam::ACCOUNT:user/NAME`, or another principal's ARN: for audit records and `AwsUserIdentity`.
    pub arn: String,
    /// The value of `aws:userid`, `CloudTrail`'s `principalId`.
    pub user_id: String,
    pub kind: PrincipalKind,
    /// The account's root: may do everything in its account.
    pub root: bool,
}

impl Principal {
    /// Reads an ARN as AWS STS answers it (`GetCallerIdentity`) or as a record of ours has it. `None`: not one of the
    /// four kinds.
    pub fn of_arn(arn: &str, user_id: &str) -> Option<Self> {
        let [partition, service, account_id, resource] = fields(arn)?;
        if !PARTITIONS.contains(&partition) || !is_account_id(account_id) {
            return None;
        }
        let kind = match (service, resource.split_once('/')) {
            ("iam", None) if resource == "root" => PrincipalKind::Root,
            ("iam", Some(("user", name))) if is_path_and_name(name) => PrincipalKind::User,
            ("sts", Some(("assumed-role", rest))) if names(rest) == Some(2) => PrincipalKind::AssumedRole,
            ("sts", Some(("federated-user", rest))) if names(rest) == Some(1) => PrincipalKind::FederatedUser,
            _ => return None,
        };
        Some(Self {
            account_id: account_id.to_owned(),
            arn: arn.to_owned(),
            user_id: user_id.to_owned(),
            kind,
            root: kind == PrincipalKind::Root,
        })
    }

    /// Whether a policy that is attached to this pattern binds the principal. As IAM attaches policies to roles and not to
    /// their sessions, an assumed role is also meant by its role: `arn:aws:iam::ACCOUNT:role/NAME`. The role's path is not
    /// in the ARN of a session, so it is not in this one either.
    pub fn is_meant_by(&self, pattern: &PrincipalPattern) -> bool {
        let role = || {
            let [partition, _, account_id, resource] = fields(&self.arn)?;
            let (role, _) = resource.strip_prefix("assumed-role/")?.split_once('/')?;
            Some(format!("arn:{partition}:iam::{account_id}:role/{role}"))
        };
        pattern.matches(&self.arn) || role().is_some_and(|arn| pattern.matches(&arn))
    }
}

/// The ARN of a principal of one account, which may hold `*` (any text) and `?` (one character) in its resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrincipalPattern(String);

/// Why a text is no such pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalPatternError {
    #[error(
        "`{0}` is not the ARN of a principal: write `arn:aws:iam::ACCOUNT:user/NAME`, `arn:aws:iam::ACCOUNT:role/NAME` or \
         `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, where `*` and `?` may stand in for parts of the names"
    )]
    NotAPrincipal(String),
    #[error("`{pattern}` is of another account: a policy of account `{account_id}` binds its own principals only")]
    ForeignAccount { pattern: String, account_id: String },
    #[error("the pattern has more than {PRINCIPAL_PATTERN_MAX} characters: shorten it")]
    TooLong,
}

impl PrincipalPattern {
    /// Wildcards stand behind the kind (`user/`, `role/`, …) only: a pattern says whom it means.
    pub fn parse(text: &str, account_id: &str) -> Result<Self, PrincipalPatternError> {
        if text.len() > PRINCIPAL_PATTERN_MAX {
            return Err(PrincipalPatternError::TooLong);
        }
        let not_a_principal = || PrincipalPatternError::NotAPrincipal(text.to_owned());
        let [partition, service, account, resource] = fields(text).ok_or_else(not_a_principal)?;
        let kinds: &[&str] = match service {
            "iam" => &["user", "role"],
            "sts" => &["assumed-role", "federated-user"],
            _ => &[],
        };
        let named = resource.split_once('/').is_some_and(|(kind, name)| {
            kinds.contains(&kind) && !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic() && c != ':')
        });
        if !named || !PARTITIONS.contains(&partition) || !is_account_id(account) {
            return Err(not_a_principal());
        }
        if account != account_id {
            let (pattern, account_id) = (text.to_owned(), account_id.to_owned());
            return Err(PrincipalPatternError::ForeignAccount { pattern, account_id });
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn matches(&self, arn: &str) -> bool {
        is_like(&self.0, arn)
    }
}

impl fmt::Display for PrincipalPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Partition, service, account and resource of `arn:PARTITION:SERVICE::ACCOUNT:RESOURCE`; a principal has no region.
fn fields(arn: &str) -> Option<[&str; 4]> {
    let mut fields = arn.split(':');
    let mut next = || fields.next();
    let ("arn", partition, service, "", account_id, resource) = (next()?, next()?, next()?, next()?, next()?, next()?)
    else {
        return None;
    };
    next().is_none().then_some([partition, service, account_id, resource])
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A user's name with the path before it, if it has one.
fn is_path_and_name(text: &str) -> bool {
    text.split('/').all(is_name)
}

/// How many names there are, if that is what the text consists of.
fn names(text: &str) -> Option<usize> {
    text.split('/').all(is_name).then(|| text.split('/').count())
}

/// No wildcard among them, so that no ARN is a pattern by accident.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>, paths have a few more.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"*?:/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "123456789012";

    fn principal(arn: &str) -> Principal {
        Principal::of_arn(arn, "AIDAEXAMPLE").unwrap_or_else(|| panic!("{arn}"))
    }

    fn means(pattern: &str, arn: &str) -> bool {
        principal(arn).is_meant_by(&PrincipalPattern::parse(pattern, ACCOUNT).unwrap())
    }

    #[test]
    fn the_four_kinds_are_told_from_their_arns() {
        for (arn, kind, name) in [
            ("arn:aws:iam::123456789012:root", PrincipalKind::Root, "Root"),
            ("arn:aws:iam::123456789012:user/alice", PrincipalKind::User, "IAMUser"),
            ("arn:aws-cn:iam::123456789012:user/division/alice", PrincipalKind::User, "IAMUser"),
            ("arn:aws:sts::123456789012:assumed-role/Ops/alice@example.com", PrincipalKind::AssumedRole, "AssumedRole"),
            ("arn:aws-us-gov:sts::123456789012:federated-user/bob", PrincipalKind::FederatedUser, "FederatedUser"),
        ] {
            let found = principal(arn);
            assert_eq!(
                (found.kind, found.kind.as_str(), found.root),
                (kind, name, kind == PrincipalKind::Root),
                "{arn}"
            );
            assert_eq!((found.account_id.as_str(), found.arn.as_str()), (ACCOUNT, arn));
        }
    }

    #[test]
    fn what_is_not_a_principal_is_not_one() {
        for arn in [
            "",
            "root",
            "arn:aws:iam::123456789012:rooted",
            "arn:aws:iam::123456789012:root/",
            "arn:aws:iam::123456789012:user/",
            "arn:aws:iam::123456789012:user/a*",
            "arn:aws:iam::123456789012:role/Ops",
            "arn:aws:iam::12345678901:root",
            "arn:aws:iam::1234567890123:root",
            "arn:aws:iam:us-east-1:123456789012:root",
            "arn:elsewhere:iam::123456789012:root",
            "arn:aws:s3::123456789012:root",
            "arn:aws:sts::123456789012:assumed-role/Ops",
            "arn:aws:sts::123456789012:assumed-role/Ops/alice/more",
            "arn:aws:sts::123456789012:assumed-role//alice",
            "arn:aws:sts::123456789012:federated-user/bob:root",
            "arn:aws:iam::123456789012:user/a b",
        ] {
            assert_eq!(Principal::of_arn(arn, "x"), None, "{arn}");
        }
    }

    #[test]
    fn a_pattern_means_an_arn_its_wildcards_and_the_role_of_a_session() {
        let alice = "arn:aws:iam::123456789012:user/alice";
        let session = "arn:aws:sts::123456789012:assumed-role/Ops/alice";
        for (pattern, arn, meant) in [
            (alice, alice, true),
            ("arn:aws:iam::123456789012:user/al?ce", alice, true),
            ("arn:aws:iam::123456789012:user/*", alice, true),
            ("arn:aws:iam::123456789012:user/a*c*e", alice, true),
            ("arn:aws:iam::123456789012:user/Alice", alice, false),
            ("arn:aws:iam::123456789012:user/alic", alice, false),
            ("arn:aws:iam::123456789012:user/alice?", alice, false),
            ("arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:root", false),
            ("arn:aws-cn:iam::123456789012:user/*", alice, false),
            ("arn:aws:sts::123456789012:assumed-role/Ops/*", session, true),
            ("arn:aws:sts::123456789012:assumed-role/Op/*", session, false),
            ("arn:aws:iam::123456789012:role/Ops", session, true),
            ("arn:aws:iam::123456789012:role/O*", session, true),
            ("arn:aws:iam::123456789012:role/Op", session, false),
            ("arn:aws:iam::123456789012:user/*", session, false),
        ] {
            assert_eq!(means(pattern, arn), meant, "{pattern} {arn}");
        }
    }

    #[test]
    fn a_pattern_names_a_kind_and_its_own_account() {
        for text in [
            "*",
            "arn:aws:iam::123456789012:*",
            "arn:aws:iam::123456789012:u*/alice",
            "arn:aws:iam::*:user/alice",
            "arn:*:iam::123456789012:user/alice",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/",
            "arn:aws:iam::123456789012:user/a:b",
            "arn:aws:iam::123456789012:assumed-role/a/b",
        ] {
            let error = PrincipalPattern::parse(text, ACCOUNT).unwrap_err();
            assert_eq!(error, PrincipalPatternError::NotAPrincipal(text.to_owned()));
        }
        let foreign = PrincipalPattern::parse("arn:aws:iam::210987654321:user/alice", ACCOUNT).unwrap_err();
        assert!(foreign.to_string().contains("another account"), "{foreign}");
        let long = format!("arn:aws:iam::123456789012:user/{}", "a".repeat(PRINCIPAL_PATTERN_MAX));
        assert_eq!(PrincipalPattern::parse(&long, ACCOUNT), Err(PrincipalPatternError::TooLong));
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        let pattern = format!("arn:aws:iam::123456789012:user/{}b", "*a".repeat(900));
        assert!(!means(&pattern, &format!("arn:aws:iam::123456789012:user/{}", "a".repeat(2000))));
    }
}
