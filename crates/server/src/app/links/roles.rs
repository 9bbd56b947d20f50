//! Which roles a principal may choose for a person in a channel: the policies decide, for each of a few that are offered and
//! for any that is typed. The page of a link asks.

use store::Link;
use wire::ids::Arn;

use super::LinkError;
use crate::app::{App, Caller};

/// Roles of IAM Identity Center trust its directory alone, and stand below a path that the session does not tell:
/// <https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html>
const IDENTITY_CENTER: &str = "AWSReservedSSO_";
/// More would be no list for a phone; whoever needs another types its ARN.
const OFFERED_MAX: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedRole {
    pub arn: Arn,
    pub why: WhyOffered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyOffered {
    /// The principal is a session of it.
    Own,
    /// It is the channel's.
    Channel,
    /// `user_roles` of the settings names it.
    Settings,
}

impl App {
    pub(super) async fn offered_roles(&self, caller: &Caller, link: &Link) -> Result<Vec<OfferedRole>, LinkError> {
        let mut candidates: Vec<_> =
            own_role(caller).map(|arn| OfferedRole { arn, why: WhyOffered::Own }).into_iter().collect();
        let configuration = self.store.chat_configuration(&link.account_id, &link.configuration_arn).await?;
        let channel = configuration.map(|listed| listed.configuration.iam_role_arn);
        candidates.extend(channel.map(|arn| OfferedRole { arn, why: WhyOffered::Channel }));
        let named = self.user_roles.iter().filter(|(account_id, _)| *account_id == link.account_id);
        candidates.extend(named.map(|(_, arn)| OfferedRole { arn: arn.clone(), why: WhyOffered::Settings }));
        let mut offered: Vec<OfferedRole> = Vec::new();
        for role in candidates {
            let is_new = offered.iter().all(|other| other.arn != role.arn);
            if is_new && offered.len() < OFFERED_MAX && is_allowed(caller, &role.arn) {
                offered.push(role);
            }
        }
        Ok(offered)
    }

    /// A role that was chosen or typed, if it is a role of the link's account that the principal may assume.
    pub(super) async fn allowed_role(&self, caller: &Caller, link: &Link, typed: &str) -> Result<Arn, LinkError> {
        let refused = || LinkError::RoleNotAllowed {
            principal_arn: caller.principal.arn.clone(),
            role: typed.chars().take(2048).collect(),
        };
        let role = typed.trim().parse::<Arn>().map_err(|_| refused())?;
        // A channel's role may be another account's: AWS's API takes it, so whoever may assume it may choose it.
        let offered = self.offered_roles(caller, link).await?.iter().any(|offered| offered.arn == role);
        let of_the_account = is_role(&role) && role.account_id().as_ref() == Some(&link.account_id);
        if offered || (of_the_account && is_allowed(caller, &role)) { Ok(role) } else { Err(refused()) }
    }
}

/// Their own role needs no policy: they are in it. A policy that denies it is stronger.
fn is_allowed(caller: &Caller, role: &Arn) -> bool {
    caller.may_assume(role, own_role(caller).as_ref() == Some(role))
}

/// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` is a session of `arn:aws:iam::ACCOUNT:role/NAME`; of a role below a path,
/// the session tells the name alone, and what is made of it is no role.
fn own_role(caller: &Caller) -> Option<Arn> {
    let (head, resource) = caller.principal.arn.split_once(":assumed-role/")?;
    let name = resource.split('/').next().filter(|name| !name.starts_with(IDENTITY_CENTER))?;
    let head = head.replacen(":sts:", ":iam:", 1);
    format!("{head}:role/{name}").parse().ok()
}

pub fn is_role(arn: &Arn) -> bool {
    arn.service() == "iam" && arn.region().is_empty() && arn.resource().starts_with("role/")
}
