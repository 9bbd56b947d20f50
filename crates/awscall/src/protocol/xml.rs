//! XML that AWS answers with, read by shapes: of Query, EC2 and REST-XML.
//!
//! Over `roxmltree`, which refuses DTDs and expands no entity of a document.

use std::collections::HashMap;

use roxmltree::{Node, ParsingOptions};
use serde_json::{Map, Value};

use super::error::{self, Named};
use super::field::Field;
use super::parsed::{self, DEPTH_MAX, malformed};
use super::{Response, ResponseError};
use crate::call::Call;
use crate::model::{Kind, Location};

/// As [`parsed::VALUES_MAX`]: an element, or text.
const NODES_MAX: u32 = 1_000_000;

pub(super) struct Document<'a>(roxmltree::Document<'a>);

impl<'a> Document<'a> {
    pub fn parse(text: &'a str) -> Result<Self, ResponseError> {
        let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
        // A byte order mark and the white space before a declaration are not XML, and are sent.
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let document = roxmltree::Document::parse_with_options(text, options);
        document.map(Self).map_err(|error| ResponseError::Malformed(format!("the body is not XML: {error}")))
    }

    pub fn root(&self) -> Node<'_, 'a> {
        self.0.root_element()
    }
}

pub(super) fn child<'a, 'd>(node: Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    elements(node).find(|child| child.tag_name().name() == name)
}

fn elements<'a, 'd>(node: Node<'a, 'd>) -> impl Iterator<Item = Node<'a, 'd>> {
    node.children().filter(Node::is_element)
}

/// All of it, also around comments and in CDATA.
pub(super) fn text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|child| child.text()).collect()
}

/// In the order of the model, without those that are bound to headers or the status.
pub(super) fn structure(field: Field<'_>, node: Node<'_, '_>, depth: u32) -> Result<Map<String, Value>, ResponseError> {
    if depth > DEPTH_MAX {
        return Err(malformed(field, "is nested too deep"));
    }
    let mut by_name: HashMap<&str, Vec<Node<'_, '_>>> = HashMap::new();
    for child in elements(node) {
        by_name.entry(child.tag_name().name()).or_default().push(child);
    }
    let mut members = Map::new();
    for member in field.members() {
        if matches!(member.location(), Some(Location::Header | Location::Headers | Location::StatusCode)) {
            continue;
        }
        let value = if member.xml_attribute() {
            attribute(node, member.wire_name()).map(|text| parsed::scalar(member, text)).transpose()?
        } else {
            let nodes = by_name.get(member.wire_name_of_flattened());
            nodes.map(|nodes| read(member, nodes, depth + 1)).transpose()?
        };
        if let Some(value) = value {
            members.insert(member.model_name().to_owned(), value);
        }
    }
    Ok(members)
}

/// `xsi:type` by its local name: what the prefix stands for is the answer's to choose.
fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
    node.attributes().find(|attribute| attribute.name() == local).map(|attribute| attribute.value())
}

/// All elements of a name: one, but for what is flattened.
fn read(field: Field<'_>, nodes: &[Node<'_, '_>], depth: u32) -> Result<Value, ResponseError> {
    if depth > DEPTH_MAX {
        return Err(malformed(field, "is nested too deep"));
    }
    let Some(first) = nodes.first() else { return Ok(Value::Null) };
    match &field.shape.kind {
        Kind::Structure(_) => structure(field, *first, depth).map(Value::Object),
        Kind::List { member, .. } => {
            let element = field.of(member);
            let one = |node| read(element, &[node], depth + 1);
            let values: Result<_, _> = if field.flattened() {
                nodes.iter().copied().map(one).collect()
            } else {
                elements(*first).map(one).collect()
            };
            values.map(Value::Array)
        }
        Kind::Map { key, value, .. } => {
            let (key, value) = (field.of(key), field.of(value));
            let one = |node| entry(key, value, node, depth + 1);
            let entries: Result<_, _> = if field.flattened() {
                nodes.iter().copied().map(one).collect()
            } else {
                elements(*first).map(one).collect()
            };
            entries.map(Value::Object)
        }
        _ => parsed::scalar(field, &text(*first)),
    }
}

fn entry(key: Field<'_>, value: Field<'_>, node: Node<'_, '_>, depth: u32) -> Result<(String, Value), ResponseError> {
    let named =
        child(node, key.said_name().unwrap_or("key")).ok_or_else(|| malformed(key, "is missing in an entry"))?;
    let read = match child(node, value.said_name().unwrap_or("value")) {
        Some(node) => read(value, &[node], depth)?,
        None => Value::Null,
    };
    Ok((text(named), read))
}

/// `<ErrorResponse><Error>` of Query and most others, `<Response><Errors><Error>` of EC2, `<Error>` alone of S3.
pub(super) fn service_error(call: &Call, response: &Response) -> ResponseError {
    let text_of_body = parsed::utf8(&response.body).ok().filter(|_| error::is_protocols(response));
    let Some(document) = text_of_body.and_then(|text| Document::parse(text).ok()) else {
        return error::without_body(call, response);
    };
    let root = document.root();
    let nested = child(root, "Error").or_else(|| child(child(root, "Errors")?, "Error"));
    let node = nested.unwrap_or(root);
    let said = |node, name| child(node, name).map(text).filter(|text| !text.is_empty());
    let code = said(node, "Code");
    let message = said(node, "Message").or_else(|| said(node, "message"));
    let request_id =
        ["RequestId", "RequestID", "requestId"].iter().find_map(|name| said(root, name).or_else(|| said(node, name)));
    let named = Named { code: code.as_deref(), message: message.as_deref(), request_id: request_id.as_deref() };
    error::service_error(call, response, &named, |shape| structure(shape, node, 0))
}
