//! Who is calling, once the signature has been verified. The server makes one from the access key's record; policies
//! will be evaluated against it. It never carries a secret.

/// The AWS principal that an access key belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    /// The account, twelve digits. All that a caller sees and makes belongs to it.
    pub account_id: String,
    /// `arn:aws:iam::ACCOUNT:user/NAME`, or another principal's ARN: for audit records and `AwsUserIdentity`.
    pub arn: String,
    /// May do everything in its account. Without it a principal may do nothing, until policies say more.
    pub administrator: bool,
}
