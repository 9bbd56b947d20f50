//! Run Command: a command as a whole, and its invocation on one node; by `EventBridge` and as Systems Manager's own SNS JSON.
//!
//! The command's parameters hold the script that runs and may hold secrets: they are not read.

use super::{end, severity};
use crate::notification::arn::Arn;
use crate::notification::console::encoded;
use crate::notification::source::draft::Draft;
use crate::notification::source::event::Event;
use crate::notification::source::fields::{Fields, Object, string};
use crate::notification::{Incoming, Link, Text};

/// Nodes that a card lists.
const NODES: usize = 5;

pub fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let id = detail.str("command-id")?;
    let node = detail.str("instance-id").filter(|_| event.detail_type.contains("Invocation"));
    let command = Command {
        id,
        document: detail.str("document-name"),
        node,
        nodes: event.resources.iter().filter_map(|arn| Arn::parse(arn)?.named("instance")).collect(),
        status: detail.str("status"),
        details: detail.str("detailed-status").or(detail.str("status-details")),
        requested: detail.str("requested-date-time"),
        at: None,
    };
    let path = format!("systems-manager/run-command/{}", encoded(id));
    let page = event.console().map(|console| console.link("the command in Systems Manager", &path, ""));
    Some(command.draft(page))
}

pub fn claims(object: &Object) -> bool {
    string(object, "commandId").is_some()
        && string(object, "documentName").is_some()
        && string(object, "requestedDateTime").is_some()
}

pub fn read_object(object: &Object, _: &Incoming<'_>) -> Draft {
    let fields = Fields::of_object(object);
    let command = Command {
        id: fields.str("commandId").unwrap_or_default(),
        document: fields.str("documentName"),
        node: fields.str("instanceId"),
        nodes: fields.list("instanceIds").iter().filter_map(|node| node.as_str()).collect(),
        status: fields.str("status"),
        details: fields.str("detailedStatus"),
        requested: fields.str("requestedDateTime"),
        at: fields.str("eventTime"),
    };
    let kind = if command.node.is_some() { "EC2 Command Invocation" } else { "EC2 Command" };
    command.draft(None).origin("aws.ssm", &format!("{kind} Status-change Notification"))
}

struct Command<'a> {
    id: &'a str,
    document: Option<&'a str>,
    /// The node of an invocation.
    node: Option<&'a str>,
    /// The nodes of the whole command, if it names them.
    nodes: Vec<&'a str>,
    status: Option<&'a str>,
    details: Option<&'a str>,
    requested: Option<&'a str>,
    at: Option<&'a str>,
}

impl Command<'_> {
    fn draft(self, page: Option<Link>) -> Draft {
        let document = self.document.unwrap_or(self.id);
        let status = self.status.unwrap_or("changed");
        let headline = match self.node {
            Some(node) => format!("Command {document} on {node}: {status}"),
            None => format!("Command {document}: {status}"),
        };
        let count = self.nodes.len();
        let gist = match self.nodes.as_slice() {
            // The headline names the node of an invocation.
            _ if self.node.is_some() => self.details.filter(|details| self.status != Some(details)).map(str::to_owned),
            [] => self.details.filter(|details| self.status != Some(details)).map(str::to_owned),
            [one] => Some(format!("on {one}")),
            _ => Some(format!("on {count} nodes")),
        };
        let listed = if self.node.is_some() { &[][..] } else { self.nodes.as_slice() };
        let items: Vec<Text> = listed.iter().take(NODES).map(|node| Text::Code((*node).to_owned())).collect();
        let left_out = listed.len() - items.len();
        // An invocation's end is not the command's.
        let ended = if self.node.is_none() { end(status) } else { None };
        Draft::new(severity(status), headline)
            .gist(gist)
            .subject(Some(self.node.unwrap_or(document)))
            .state(Some(status))
            .bullets("Nodes", items, left_out)
            .fact("Status", self.details.filter(|details| self.status != Some(details)))
            .time("Requested", self.requested)
            .code("Command", Some(self.id))
            .since("Time", self.at)
            .thread(&["ssm-command", self.id], ended)
            .link(page)
    }
}
