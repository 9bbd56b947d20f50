//! Why somebody may not do something in AWS, and who can change that: what every refusal of a command is said with.
//!
//! `app/command_permissions` makes one before a call, [`super::access_denied`] from AWS's own answer after one. It claims no more
//! than is known: where AWS does not say who refused, [`RefusedBy::Unsaid`] carries whoever it may have been.

use std::fmt;

/// Who said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusedBy {
    /// Bellhop's own, which binds whatever the role.
    DenyList,
    /// The chat applications policy of the organization.
    Organization,
    /// This channel, or its account, asks for a role of one's own, and the person has none. Whoever hears it gives the link.
    LinkFirst,
    /// One of the person's groups may decide, and it is not known now which they are in.
    GroupsUnknown,
    /// The role is of another account than the configuration.
    ForeignRole,
    /// Bellhop's own credentials, which may not take on the role.
    Server,
    /// Who may take on the role, which the role itself says.
    TrustPolicy,
    /// What the role is given, or denied.
    Role,
    /// The role's permissions boundary.
    Boundary,
    Guardrails,
    /// Guardrails that cannot be put before a session at all: too many, too long, not readable.
    GuardrailsUnusable,
    /// A service control policy, or a resource control policy, of AWS Organizations.
    OrganizationsPolicy,
    /// The policy of what was to be used: a bucket, a key, an endpoint.
    ResourcePolicy,
    /// AWS said no and not who; these may have.
    Unsaid(Vec<RefusedBy>),
}

impl RefusedBy {
    /// Of whom a person reads.
    pub fn words(&self) -> String {
        match self {
            Self::DenyList => "Bellhop's own list of what is never run from chat".to_owned(),
            Self::Organization => "your organization's chat applications policy".to_owned(),
            Self::LinkFirst => "this channel, where people act under roles of their own".to_owned(),
            Self::GroupsUnknown => "Bellhop, which cannot see your groups at the moment".to_owned(),
            Self::ForeignRole => "Bellhop, which lends no role to another account".to_owned(),
            Self::Server => "the permissions of Bellhop itself".to_owned(),
            Self::TrustPolicy => "the role's trust policy".to_owned(),
            Self::Role => "the role's own policies".to_owned(),
            Self::Boundary => "the role's permissions boundary".to_owned(),
            Self::Guardrails | Self::GuardrailsUnusable => "the channel's guardrail policies".to_owned(),
            Self::OrganizationsPolicy => "a policy of AWS Organizations".to_owned(),
            Self::ResourcePolicy => "the policy of the resource itself".to_owned(),
            Self::Unsaid(candidates) => {
                let words: Vec<String> = candidates.iter().map(Self::words).collect();
                match words.split_last() {
                    Some((last, [])) => last.clone(),
                    Some((last, before)) => format!("{} or {last}", before.join(", ")),
                    None => "AWS".to_owned(),
                }
            }
        }
    }
}

/// A no, in whole sentences for a person in chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub by: RefusedBy,
    /// What is refused, by whom.
    pub sentence: String,
    /// Who can change it, and how.
    pub remedy: Option<Remedy>,
    /// AWS's own words, where it was AWS that refused.
    pub quoted: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    pub sentence: String,
    /// What somebody with the right to it would type, on a machine of theirs.
    pub command: Option<String>,
}

impl Refusal {
    pub fn new(by: RefusedBy, sentence: impl Into<String>) -> Self {
        Self { by, sentence: sentence.into(), remedy: None, quoted: None }
    }

    #[must_use]
    pub fn with_remedy(self, sentence: impl Into<String>, command: Option<String>) -> Self {
        Self { remedy: Some(Remedy { sentence: sentence.into(), command }), ..self }
    }
}

/// For the log and the audit trail.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}
