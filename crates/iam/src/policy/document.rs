//! From a document's text to statements. All that can be refused is refused here.

use super::condition;
use super::error::{Fault, PolicyError, echoed};
use super::json::Node;
use super::pattern::{Pattern, Wildcards};
use super::statement::{Effect, Statement, Targets};
use std::collections::BTreeSet;

/// White space not counted, as IAM counts. The largest that IAM takes for any identity (a role's inline policies), so that
/// what IAM stores is stored here: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>. A managed
/// policy has 6,144 there.
pub const MAX_CHARACTERS: usize = 10_240;
/// White space counted: what is read at all. Ours.
pub const MAX_DOCUMENT_BYTES: usize = 65_536;
/// Ours: more than fit into [`MAX_CHARACTERS`] if each does something.
pub const MAX_STATEMENTS: usize = 256;
/// In one list: actions, resources, or values of a condition key. Ours: as many as fit into [`MAX_CHARACTERS`].
pub const MAX_VALUES: usize = 2_560;
/// Of one action, resource or condition value. Ours: the longest ARN has 2,048, the longest tag value 256.
pub const MAX_VALUE_CHARACTERS: usize = 4_096;
/// Of one condition key: `aws:RequestTag/` and a tag key of 128 fit twice. Ours.
pub const MAX_KEY_CHARACTERS: usize = 300;

const DOCUMENT_ELEMENTS: &str = "`Version`, `Id`, `Statement`";
const STATEMENT_ELEMENTS: &str = "`Sid`, `Effect`, `Action`, `NotAction`, `Resource`, `NotResource`, `Condition`";

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `2008-10-17`, which is also what no `Version` means: `${…}` is text.
    WithoutVariables,
    /// `2012-10-17`
    WithVariables,
}

pub(super) fn parse(json: &str) -> Result<Box<[Statement]>, PolicyError> {
    if json.len() > MAX_DOCUMENT_BYTES {
        return Err(Fault::TooLong { limit: MAX_DOCUMENT_BYTES, unit: "bytes" }.into());
    }
    if json.chars().filter(|c| !c.is_whitespace()).nth(MAX_CHARACTERS).is_some() {
        return Err(Fault::TooLong { limit: MAX_CHARACTERS, unit: "characters that are not white space" }.into());
    }
    let mut version = Version::WithoutVariables;
    let mut statements = None;
    for (name, node) in Node::parse(json)?.into_object()? {
        match name.as_str() {
            "Version" => version = parse_version(node).map_err(|fault| PolicyError::in_element("Version", fault))?,
            // Resource-based policies have a use for it; here it is a label.
            "Id" => drop(node.into_text().map_err(|fault| PolicyError::in_element("Id", fault))?),
            "Statement" => statements = Some(node),
            _ => return Err(unknown_element(&name, "a policy", DOCUMENT_ELEMENTS).into()),
        }
    }
    let statements = statements.ok_or(Fault::Missing { name: "Statement" })?;
    parse_statements(statements, version)
}

fn parse_version(node: Node) -> Result<Version, Fault> {
    match node.into_text()?.as_str() {
        "2012-10-17" => Ok(Version::WithVariables),
        "2008-10-17" => Ok(Version::WithoutVariables),
        other => Err(Fault::Version { version: echoed(other) }),
    }
}

fn parse_statements(node: Node, version: Version) -> Result<Box<[Statement]>, PolicyError> {
    let nodes = limited(node, MAX_STATEMENTS, "statement", "statements")
        .map_err(|fault| PolicyError::in_element("Statement", fault))?;
    let mut sids = BTreeSet::new();
    let mut statements = Vec::with_capacity(nodes.len());
    for (node, index) in nodes.into_iter().zip(1..) {
        let statement = parse_statement(node, version).map_err(|error| error.in_statement(index))?;
        if let Some(sid) = &statement.sid
            && !sids.insert(sid.clone())
        {
            let twice = Fault::SidTwice { sid: echoed(sid) };
            return Err(PolicyError::in_element("Sid", twice).in_statement(index));
        }
        statements.push(statement);
    }
    Ok(statements.into())
}

/// The elements of a statement as they are come upon, in whatever order.
#[derive(Default)]
struct Elements {
    sid: Option<Box<str>>,
    effect: Option<Effect>,
    action: Option<Targets>,
    not_action: Option<Targets>,
    resource: Option<Targets>,
    not_resource: Option<Targets>,
    conditions: Box<[condition::Condition]>,
}

fn parse_statement(node: Node, version: Version) -> Result<Statement, PolicyError> {
    let mut elements = Elements::default();
    for (name, node) in node.into_object()? {
        elements.take(&name, node, version).map_err(|error| match error.element() {
            Some(_) => error,
            None => PolicyError::in_element(echoed(&name), error.fault().clone()),
        })?;
    }
    Ok(Statement {
        sid: elements.sid,
        effect: elements.effect.ok_or(Fault::Missing { name: "Effect" })?,
        actions: one_of(elements.action, elements.not_action, "Action", "NotAction")?,
        resources: one_of(elements.resource, elements.not_resource, "Resource", "NotResource")?,
        conditions: elements.conditions,
    })
}

impl Elements {
    fn take(&mut self, name: &str, node: Node, version: Version) -> Result<(), PolicyError> {
        match name {
            "Sid" => self.sid = parse_sid(node)?,
            "Effect" => self.effect = Some(parse_effect(node)?),
            "Action" => self.action = Some(parse_actions(node, false)?),
            "NotAction" => self.not_action = Some(parse_actions(node, true)?),
            "Resource" => self.resource = Some(parse_resources(node, false, version)?),
            "NotResource" => self.not_resource = Some(parse_resources(node, true, version)?),
            "Condition" => self.conditions = condition::parse(node, version)?,
            "Principal" | "NotPrincipal" => return Err(Fault::Principal { name: name.to_owned() }.into()),
            _ => return Err(unknown_element(name, "a statement", STATEMENT_ELEMENTS).into()),
        }
        Ok(())
    }
}

/// An empty Sid is none.
fn parse_sid(node: Node) -> Result<Option<Box<str>>, Fault> {
    let sid = node.into_text()?;
    if !sid.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(Fault::Sid { sid: echoed(&sid) });
    }
    Ok((!sid.is_empty()).then(|| sid.into()))
}

/// Its value is case-sensitive: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html>.
fn parse_effect(node: Node) -> Result<Effect, Fault> {
    match node.into_text()?.as_str() {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(Fault::Effect { effect: echoed(other) }),
    }
}

fn parse_actions(node: Node, negated: bool) -> Result<Targets, Fault> {
    let parse = |node: Node| {
        let action = node.into_text()?;
        if !is_action(&action) {
            return Err(Fault::Action { action: echoed(&action) });
        }
        // No variables in actions, whatever the version.
        Pattern::parse(&action, Version::WithoutVariables, Wildcards::Wild)
    };
    let patterns = values(node, "action")?.into_iter().map(parse).collect::<Result<_, _>>()?;
    Ok(Targets { negated, patterns })
}

/// Wildcards stand for parts of the operation; of the service only as a whole (`*:*`).
fn is_action(text: &str) -> bool {
    let Some((service, operation)) = text.split_once(':') else { return text == "*" };
    let in_service = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let in_operation = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '?' | '-' | '_');
    (service == "*" || (!service.is_empty() && service.chars().all(in_service)))
        && !operation.is_empty()
        && operation.chars().all(in_operation)
}

fn parse_resources(node: Node, negated: bool, version: Version) -> Result<Targets, Fault> {
    let parse = |node: Node| {
        let resource = node.into_text()?;
        let pattern = Pattern::parse(&resource, version, Wildcards::Wild)?;
        if is_resource(&resource, &pattern) {
            Ok(pattern)
        } else {
            Err(Fault::Resource { resource: echoed(&resource) })
        }
    };
    let patterns = values(node, "resource")?.into_iter().map(parse).collect::<Result<_, _>>()?;
    Ok(Targets { negated, patterns })
}

/// The colons between an ARN's six fields.
pub(super) const ARN_COLONS: usize = 5;

/// Six fields, or fewer if the last one written ends in `*`. Variables may stand in any but the first: AWS documents
/// them for the last field only; policies with `${aws:PrincipalAccount}` in the fifth are common (*assumed*).
fn is_resource(text: &str, pattern: &Pattern) -> bool {
    let whole = pattern.fixed_colons() >= ARN_COLONS || text.ends_with('*');
    text == "*" || (text.starts_with("arn:") && whole && !text.contains(char::is_control))
}

fn one_of(
    plain: Option<Targets>,
    negated: Option<Targets>,
    plain_name: &'static str,
    negated_name: &'static str,
) -> Result<Targets, Fault> {
    match (plain, negated) {
        (Some(targets), None) | (None, Some(targets)) => Ok(targets),
        (Some(_), Some(_)) => Err(Fault::OneOf { plain: plain_name, negated: negated_name, found: "both" }),
        (None, None) => Err(Fault::OneOf { plain: plain_name, negated: negated_name, found: "neither" }),
    }
}

/// One value, or a list of some.
pub(super) fn values(node: Node, what: &'static str) -> Result<Vec<Node>, Fault> {
    limited(node, MAX_VALUES, what, "values in one list")
}

fn limited(node: Node, limit: usize, one: &'static str, many: &'static str) -> Result<Vec<Node>, Fault> {
    let nodes = node.into_list();
    match nodes.len() {
        0 => Err(Fault::Empty { what: one }),
        count if count > limit => Err(Fault::TooMany { limit, what: many }),
        _ => Ok(nodes),
    }
}

fn unknown_element(name: &str, of: &'static str, known: &'static str) -> Fault {
    Fault::UnknownElement { name: echoed(name), of, known }
}
