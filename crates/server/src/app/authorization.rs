//! The one question of what a caller may do: their policies, evaluated for one action on one resource.
//!
//! Which operation has which resource and which tags is AWS's Service Authorization Reference for AWS Chatbot:
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_chatbot.html>.

use std::collections::BTreeSet;

use iam::policy::{self, Context, EvalDecision};
use iam::principal::PrincipalKind;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wire::ids::{Arn, TagKey, TagValue};
use wire::operations::Operation;

use super::{AppError, Caller};

/// To whom roles are passed. Source: AWS's reference.
const SERVICE_PRINCIPAL: &str = "chatbot.amazonaws.com";

type Tags<'a> = &'a [(TagKey, TagValue)];

/// What a caller wants: an operation, on what, with which tags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Access<'a> {
    operation: Operation,
    /// `*` where the operation has no resource.
    resource: &'a str,
    request_tags: Tags<'a>,
    tag_keys: &'a [TagKey],
    resource_tags: Tags<'a>,
}

impl<'a> Access<'a> {
    pub(super) fn to(operation: Operation) -> Self {
        Self { operation, resource: "*", request_tags: &[], tag_keys: &[], resource_tags: &[] }
    }

    pub(super) fn on(self, resource: &'a str) -> Self {
        Self { resource, ..self }
    }

    pub(super) fn with_request_tags(self, request_tags: Tags<'a>) -> Self {
        Self { request_tags, ..self }
    }

    /// Keys that are named without values: those of an untagging.
    pub(super) fn with_tag_keys(self, tag_keys: &'a [TagKey]) -> Self {
        Self { tag_keys, ..self }
    }

    /// The tags that the resource has, none if it is not there.
    pub(super) fn with_resource_tags(self, resource_tags: Tags<'a>) -> Self {
        Self { resource_tags, ..self }
    }
}

impl Caller {
    pub(super) fn authorize(&self, access: &Access<'_>) -> Result<(), AppError> {
        // The root of an account may do everything in it, and sees nothing of another.
        if self.principal.root {
            return Ok(());
        }
        let action = format!("chatbot:{}", access.operation.name());
        let mut context = self.context(access.resource);
        for (prefix, tags) in [("aws:RequestTag/", access.request_tags), ("aws:ResourceTag/", access.resource_tags)] {
            let mut seen = BTreeSet::new();
            for (key, value) in tags {
                let name = format!("{prefix}{key}");
                // Tags have a case and condition keys have none: of two that differ in it alone a policy would see one,
                // and whoever gave the other could choose which. Assumed: a policy that asks for them allows nothing.
                if !seen.insert(name.to_lowercase()) && self.is_asked_for(&name) {
                    return Err(self.denied(&action, access.resource, not_allowed(&action)));
                }
                context.insert(&name, value.as_str());
            }
        }
        let named = access.request_tags.iter().map(|(key, _)| key).chain(access.tag_keys);
        context.insert_many("aws:TagKeys", named.map(TagKey::as_str));
        self.decide(&action, access.resource, &context)
    }

    /// May they give tags to what they are about to make? Source: AWS's reference, `chatbot:TagResource` of a create.
    pub(super) fn authorize_to_tag(&self, arn: &str, tags: Tags<'_>) -> Result<(), AppError> {
        if tags.is_empty() {
            return Ok(());
        }
        self.authorize(&Access::to(Operation::TagResource).on(arn).with_request_tags(tags))
    }

    /// May they end an authorisation by OAuth that they begin? An action without an operation, as `iam:PassRole`. Source: AWS's
    /// reference, permission-only actions.
    pub(super) fn authorize_to_redeem_slack_code(&self) -> Result<(), AppError> {
        if self.principal.root {
            return Ok(());
        }
        self.decide("chatbot:RedeemSlackOauthCode", "*", &self.context("*"))
    }

    /// May they hand this role to AWS Chatbot?
    pub(super) fn authorize_to_pass(&self, role: &Arn) -> Result<(), AppError> {
        if self.principal.root {
            return Ok(());
        }
        let mut context = self.context(role.as_str());
        context.insert("iam:PassedToService", SERVICE_PRINCIPAL);
        self.decide("iam:PassRole", role.as_str(), &context)
    }

    /// May they act under this role? In their `own`, whose session they are, unless a policy says that they may not.
    pub(super) fn may_assume(&self, role: &Arn, own: bool) -> bool {
        let (action, resource) = ("sts:AssumeRole", role.as_str());
        let context = self.context(resource);
        match policy::evaluate(self.policies.iter(), &policy::Request { action, resource, context: &context }) {
            _ if self.principal.root => true,
            EvalDecision::Allowed => true,
            EvalDecision::ExplicitDeny => false,
            EvalDecision::ImplicitDeny => own,
        }
    }

    /// Whether a policy looks at the tags of resources: if none does, nobody need read them.
    pub(super) fn is_asked_for_resource_tags(&self) -> bool {
        self.is_asked_for("aws:ResourceTag/")
    }

    fn is_asked_for(&self, condition_key: &str) -> bool {
        self.policies.iter().any(|policy| policy.mentions_condition_key(condition_key))
    }

    fn decide(&self, action: &str, resource: &str, context: &Context) -> Result<(), AppError> {
        let request = policy::Request { action, resource, context };
        let because = match policy::evaluate(self.policies.iter(), &request) {
            EvalDecision::Allowed => return Ok(()),
            EvalDecision::ExplicitDeny => "with an explicit deny in an identity-based policy".to_owned(),
            EvalDecision::ImplicitDeny => not_allowed(action),
        };
        Err(self.denied(action, resource, because))
    }

    fn denied(&self, action: &str, resource: &str, because: String) -> AppError {
        let (action, resource) = (action.to_owned(), resource.to_owned());
        AppError::Denied { principal: self.principal.arn.clone(), action, resource, because }
    }

    /// AWS's global condition keys, as far as they are known here:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
    fn context(&self, resource: &str) -> Context {
        let mut context = Context::new();
        let principal = &self.principal;
        context.insert("aws:PrincipalArn", principal.arn.as_str());
        context.insert("aws:PrincipalAccount", principal.account_id.as_str());
        context.insert("aws:PrincipalType", principal_type(principal.kind));
        context.insert("aws:userid", principal.user_id.as_str());
        if let (PrincipalKind::User, Some((_, name))) = (principal.kind, principal.arn.rsplit_once('/')) {
            context.insert("aws:username", name);
        }
        context.insert("aws:SourceIp", self.origin.source_ip.to_string());
        context.insert("aws:SecureTransport", self.origin.secure_transport.to_string());
        if let Some(user_agent) = &self.origin.user_agent {
            context.insert("aws:UserAgent", user_agent.as_str());
        }
        context.insert("aws:RequestedRegion", self.origin.region.as_str());
        context.insert("aws:ViaAWSService", "false");
        context.insert("aws:PrincipalIsAWSService", "false");
        let now = OffsetDateTime::from_unix_timestamp(self.called_at_ms.div_euclid(1000));
        if let Some(text) = now.ok().and_then(|now| now.format(&Rfc3339).ok()) {
            context.insert("aws:CurrentTime", text);
        }
        context.insert("aws:EpochTime", self.called_at_ms.div_euclid(1000).to_string());
        if let Some(account_id) = resource.split(':').nth(4).filter(|account_id| !account_id.is_empty()) {
            context.insert("aws:ResourceAccount", account_id);
        }
        context
    }
}

fn not_allowed(action: &str) -> String {
    format!("because no identity-based policy allows the {action} action")
}

fn principal_type(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Root => "Account",
        PrincipalKind::User => "User",
        PrincipalKind::AssumedRole => "AssumedRole",
        PrincipalKind::FederatedUser => "FederatedUser",
    }
}
