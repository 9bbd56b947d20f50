//! What AWS's refusal of a call comes to: who said no, as far as AWS says it, and who can change that.
//!
//! AWS words a refusal as "… is not authorized to perform: ACTION on resource: ARN because no TYPE policy allows the ACTION action",
//! or "… with an explicit deny in a TYPE policy", since 2026 with the policy's ARN behind; not every service does.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>. What is not said is not claimed: AWS's
//! text is quoted, and whoever it may have been is named. The text is a stranger's: only what has the form of an action or of an
//! ARN is taken out of it.

#[cfg(test)]
mod tests;

use super::denied;
use super::refusal::{Refusal, RefusedBy};

/// Longer than any action of IAM's.
const ACTION_CHARACTERS_MAX: usize = 128;
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.
const ARN_CHARACTERS_MAX: usize = 2_048;
/// As much of AWS's text as is quoted.
const QUOTED_CHARACTERS_MAX: usize = 1_000;

/// By what AWS calls it when somebody may not. Others end in `AccessDenied` or `AccessDeniedException`.
const CODES: [&str; 8] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Client.UnauthorizedOperation",
    "NotAuthorizedException",
    "UnauthorizedException",
    "UnauthorizedOperation",
];

/// As whom a call ran.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    pub account_id: &'a str,
    pub role_arn: &'a str,
    pub configuration_arn: &'a str,
    pub guardrail_arns: &'a [&'a str],
    /// What IAM was asked for, if AWS does not name it: `lambda:InvokeFunction`.
    pub action: &'a str,
}

/// What a refusal says, as far as it does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said<'a> {
    by: RefusedBy,
    explicit: bool,
    action: Option<&'a str>,
    resource: Option<&'a str>,
}

pub fn is_denied(code: &str) -> bool {
    CODES.contains(&code) || code.ends_with("AccessDenied") || code.ends_with("AccessDeniedException")
}

/// AWS's refusal of a command's call, explained; nothing if it is no refusal.
pub fn explain(ran: &Ran<'_>, code: &str, message: &str) -> Option<Refusal> {
    if !is_denied(code) {
        return None;
    }
    let said = read(message);
    let action = said.action.unwrap_or(ran.action);
    let by = match &said.by {
        // The inline policy of the session is Bellhop's own, the managed ones are the guardrails.
        RefusedBy::Guardrails if said.explicit => session_denies(action),
        by => by.clone(),
    };
    let sentence = match &by {
        RefusedBy::Unsaid(_) => {
            format!("AWS refused `{action}` and did not say which policy did. It may have been {}.", by.words())
        }
        _ if said.explicit => format!("AWS refused `{action}`: {} denies it.", by.words()),
        _ => format!("AWS refused `{action}`: {} does not allow it.", by.words()),
    };
    let (remedy, command) = remedy(ran, &by, &said, action);
    let refusal = Refusal::new(by, sentence).with_remedy(remedy, command);
    Some(Refusal { quoted: Some(quoted(message)), ..refusal })
}

/// AWS STS's refusal to lend a role to Bellhop.
pub fn explain_assume_role(role_arn: &str, own_arn: Option<&str>, message: &str) -> Refusal {
    let said = read(message);
    let by = match said.by {
        // Of the two who must agree, it was the caller's side: that is not the role but Bellhop itself.
        RefusedBy::Role => RefusedBy::Server,
        RefusedBy::ResourcePolicy => RefusedBy::TrustPolicy,
        RefusedBy::Unsaid(_) => RefusedBy::Unsaid(vec![RefusedBy::TrustPolicy, RefusedBy::Server]),
        by => by,
    };
    let sentence =
        format!("AWS does not lend me the role {role_arn}, so nothing was run. It was refused by {}.", by.words());
    let principal = own_arn.filter(|arn| is_arn(arn)).map_or_else(|| "ARN-OF-BELLHOP".to_owned(), trusted);
    let role = role_name(role_arn);
    let (remedy, command) = match by {
        RefusedBy::Server => (
            "Whoever runs Bellhop can allow it `sts:AssumeRole` on that role.".to_owned(),
            None,
        ),
        RefusedBy::OrganizationsPolicy => (
            "Whoever administers your organization's policies in AWS Organizations can allow `sts:AssumeRole` on that role.".to_owned(),
            None,
        ),
        RefusedBy::Boundary => (
            "Whoever runs Bellhop can have the permissions boundary of its own role changed.".to_owned(),
            None,
        ),
        _ => (
            "Whoever administers IAM in that account can let me take on the role, by its trust policy (see \"Who may run what\" in \
             the guide; this replaces what it says now, and names Bellhop's role without the path that it may have)."
                .to_owned(),
            Some(format!(
                "aws iam update-assume-role-policy --role-name {role} --policy-document '{}'",
                trust_policy(&principal)
            )),
        ),
    };
    let refusal = Refusal::new(by, sentence).with_remedy(remedy, command);
    Refusal { quoted: Some(quoted(message)), ..refusal }
}

/// What a role must say so that Bellhop may take it on, name the person, and tag the session.
fn trust_policy(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"]}}]}}"#
    )
}

/// A session cannot be trusted by its ARN for long: its role is.
fn trusted(own_arn: &str) -> String {
    let parts: Vec<&str> = own_arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "sts", _, account, resource] => {
            let role = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
            role.map_or_else(|| own_arn.to_owned(), |role| format!("arn:{partition}:iam::{account}:role/{role}"))
        }
        _ => own_arn.to_owned(),
    }
}

fn session_denies(action: &str) -> RefusedBy {
    match action.split_once(':') {
        Some((prefix, name)) if denied::is_bound(prefix, name) => RefusedBy::DenyList,
        _ => RefusedBy::Unsaid(vec![RefusedBy::Guardrails, RefusedBy::DenyList]),
    }
}

fn read(message: &str) -> Said<'_> {
    let lower = message.to_ascii_lowercase();
    let explicit = lower.contains("explicit deny");
    let by = if lower.contains("session policy") {
        RefusedBy::Guardrails
    } else if lower.contains("identity-based policy") {
        RefusedBy::Role
    } else if lower.contains("permissions boundary") || lower.contains("permission boundary") {
        RefusedBy::Boundary
    } else if lower.contains("service control policy") || lower.contains("resource control policy") {
        RefusedBy::OrganizationsPolicy
    } else if lower.contains("resource-based policy") || lower.contains("endpoint policy") {
        RefusedBy::ResourcePolicy
    } else {
        RefusedBy::Unsaid(vec![
            RefusedBy::Role,
            RefusedBy::Guardrails,
            RefusedBy::DenyList,
            RefusedBy::ResourcePolicy,
            RefusedBy::OrganizationsPolicy,
        ])
    };
    let action = after(message, "not authorized to perform: ").filter(|action| is_action(action));
    let resource = after(message, "on resource: ").map(|arn| arn.trim_matches('"')).filter(|arn| is_arn(arn));
    Said { by, explicit, action, resource }
}

/// The word behind a phrase.
fn after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    text.split_once(phrase)?.1.split_whitespace().next()
}

fn is_action(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.len() <= ACTION_CHARACTERS_MAX
        && text.split_once(':').is_some_and(|(prefix, name)| plain(prefix) && plain(name))
}

/// Fit to stand in a command that somebody copies: nothing of a shell's.
fn is_arn(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/_+=,.@-*".contains(&byte);
    text.starts_with("arn:") && text.len() <= ARN_CHARACTERS_MAX && text.bytes().all(plain)
}

fn remedy(ran: &Ran<'_>, by: &RefusedBy, said: &Said<'_>, action: &str) -> (String, Option<String>) {
    let account = ran.account_id;
    match by {
        RefusedBy::Role if said.explicit => (
            format!(
                "Whoever administers IAM in account {account} can take the deny out of the role's policies: {}.",
                ran.role_arn
            ),
            None,
        ),
        RefusedBy::Role => (
            format!("Whoever administers IAM in account {account} can allow it to the role."),
            Some(allow_role(ran.role_arn, action, said.resource)),
        ),
        RefusedBy::Guardrails => (
            format!(
                "Whoever administers this channel's configuration can add a guardrail policy that allows it. Now: {}.",
                ran.guardrail_arns.join(", ")
            ),
            update_guardrails(ran),
        ),
        RefusedBy::DenyList => {
            ("Nobody can allow it here. Use the AWS console or the AWS CLI yourself.".to_owned(), None)
        }
        RefusedBy::Boundary => (
            format!(
                "Whoever administers IAM in account {account} can change the permissions boundary of {}.",
                ran.role_arn
            ),
            None,
        ),
        RefusedBy::OrganizationsPolicy => {
            ("Whoever administers your organization's policies in AWS Organizations can change it.".to_owned(), None)
        }
        RefusedBy::ResourcePolicy => (
            "Whoever administers the resource, or the VPC endpoint in between, can change its policy.".to_owned(),
            None,
        ),
        _ => (
            format!(
                "Ask whoever administers IAM in account {account} what the role {} may do, and what the channel's guardrails allow: {}.",
                ran.role_arn,
                ran.guardrail_arns.join(", ")
            ),
            None,
        ),
    }
}

fn allow_role(role_arn: &str, action: &str, resource: Option<&str>) -> String {
    let (role, resource) = (role_name(role_arn), resource.unwrap_or("*"));
    let name: String = action.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!(
        "aws iam put-role-policy --role-name {role} --policy-name chat-{name} --policy-document \
         '{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"{action}\",\"Resource\":\"{resource}\"}}]}}'"
    )
}

fn update_guardrails(ran: &Ran<'_>) -> Option<String> {
    let (platform, channel) = match ran.configuration_arn {
        arn if arn.contains(":chat-configuration/slack-channel/") => ("slack", "--slack-channel-id"),
        arn if arn.contains(":chat-configuration/microsoft-teams-channel/") => ("microsoft-teams", "--channel-id"),
        _ => return None,
    };
    Some(format!(
        "aws chatbot update-{platform}-channel-configuration --chat-configuration-arn {} {channel} CHANNEL-ID \
         --guardrail-policy-arns {} ARN-OF-A-POLICY",
        ran.configuration_arn,
        ran.guardrail_arns.join(" ")
    ))
}

/// Without its path.
fn role_name(role_arn: &str) -> &str {
    role_arn.rsplit('/').next().unwrap_or(role_arn)
}

fn quoted(message: &str) -> String {
    message.chars().take(QUOTED_CHARACTERS_MAX).collect()
}
