//! What AWS's models say of a service, as the pack keeps it: names, shapes, where things stand on the wire. No prose.
//!
//! `cargo xtask models` writes it from botocore's JSON; [`crate::catalog`] reads it. All text borrows from the pack, which is
//! part of the program: a service once read is there for good.

use serde::{Deserialize, Serialize};

use crate::endpoint::Rules;

/// One service, in its newest version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// The AWS CLI's word for it: `lambda`, `stepfunctions`, `s3api`.
    pub name: &'static str,
    /// `Lambda`, `CloudWatch Logs`.
    pub id: &'static str,
    /// `AWS Lambda`.
    pub full_name: &'static str,
    pub api_version: &'static str,
    pub endpoint_prefix: &'static str,
    /// What SigV4's scope names.
    pub signing_name: &'static str,
    pub protocol: Protocol,
    /// `1.0` or `1.1`, of the JSON protocols.
    pub json_version: &'static str,
    /// `DynamoDB_20120810`: before an operation's name in `X-Amz-Target`.
    pub target_prefix: Option<&'static str>,
    pub xml_namespace: Option<&'static str>,
    /// It once spoke the query protocol, and says its old error codes in `x-amzn-query-error`.
    pub query_compatible: bool,
    /// In the order of their names.
    pub operations: Vec<Operation>,
    pub shapes: Vec<Shape>,
    /// Members that rule sets take from a client's settings, with their types; S3's and S3 Control's.
    pub client_parameters: Vec<&'static str>,
    /// Where its calls go; JSON in the pack.
    pub rules: Rules,
}

/// How requests and answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    Json,
    RestJson,
    Query,
    Ec2,
    RestXml,
    /// Smithy RPC v2, CBOR.
    Cbor,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a trait of the model, of its own")]
pub struct Operation {
    /// `ListFunctions`.
    pub name: &'static str,
    /// The AWS CLI's spelling: `list-functions`.
    pub command: &'static str,
    /// `GET`, `POST`.
    pub method: &'static str,
    /// `/2015-03-31/functions/{FunctionName}/invocations?x=y`; labels stand by the member's wire name, `{Key+}` is greedy.
    pub path: &'static str,
    /// What a good answer's status is.
    pub status: u16,
    pub input: Option<ShapeId>,
    /// Of the body's root, where it is XML.
    pub input_namespace: Option<XmlNamespace>,
    pub output: Option<ShapeId>,
    pub errors: Vec<ShapeId>,
    /// Before the endpoint's host: `{AccountId}.` or `data-`.
    pub host_prefix: Option<&'static str>,
    /// What signs it, where it is not the service's: `none`, `v4-unsigned-body`, `bearer`, `s3`.
    pub auth: Option<&'static str>,
    pub unsigned_payload: bool,
    /// The model's own word that it changes nothing.
    pub read_only: bool,
    pub idempotent: bool,
    pub deprecated: bool,
    pub checksum: Option<Checksum>,
    /// Needs `Content-MD5` or another checksum, without a choice.
    pub checksum_required: bool,
    pub paginator: Option<Paginator>,
    /// Parameters of the rule set that this operation sets: name and value as JSON.
    pub static_parameters: Vec<(&'static str, &'static str)>,
    /// Parameters of the rule set that are `JMESPath` over the input.
    pub input_parameters: Vec<(&'static str, &'static str)>,
    /// Streams events in or out: it cannot be asked and answered.
    pub event_stream: bool,
}

/// `httpChecksum` of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// The member that names the algorithm.
    pub algorithm_member: Option<&'static str>,
    pub required: bool,
}

/// Pages, by `paginators-1.json`: `JMESPath` where it reads the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paginator {
    pub input_tokens: Vec<&'static str>,
    pub output_tokens: Vec<&'static str>,
    pub limit_key: Option<&'static str>,
    pub more_results: Option<&'static str>,
    /// The first is what `--max-items` counts.
    pub result_keys: Vec<&'static str>,
    pub non_aggregate_keys: Vec<&'static str>,
}

/// The place of a shape in [`Service::shapes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShapeId(pub u32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    pub name: &'static str,
    pub kind: Kind,
    /// Not for a log, nor a channel.
    pub sensitive: bool,
    pub location_name: Option<&'static str>,
    /// Few have one.
    pub xml_namespace: Option<Box<XmlNamespace>>,
    /// The least number, length or count.
    pub min: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct XmlNamespace {
    pub uri: &'static str,
    pub prefix: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    Structure(Structure),
    List {
        member: Box<Member>,
        flattened: bool,
    },
    Map {
        key: Box<Member>,
        value: Box<Member>,
        flattened: bool,
    },
    /// With the values of an enum, if it is one.
    String {
        #[serde(borrow)]
        values: Vec<&'static str>,
    },
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Blob {
        streaming: bool,
    },
    Timestamp {
        format: Option<TimestampFormat>,
    },
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Structure {
    /// In the order of the model.
    pub members: Vec<Member>,
    /// The place in `members` of what is the body.
    pub payload: Option<u32>,
    pub union: bool,
    /// Any JSON.
    pub document: bool,
    pub event_stream: bool,
    pub error: Option<ErrorTraits>,
}

/// Of a shape that is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErrorTraits {
    /// On the wire, where it is not the shape's name.
    pub code: Option<&'static str>,
    pub status: Option<u16>,
    pub retryable: bool,
    /// Retried as throttling is.
    pub throttling: bool,
}

/// A member of a structure, list or map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a trait of the model, of its own")]
pub struct Member {
    /// Empty for those of lists and maps.
    pub name: &'static str,
    pub shape: ShapeId,
    pub required: bool,
    /// Where else than in the body.
    pub location: Option<Location>,
    /// On the wire, where it is not `name`.
    pub location_name: Option<&'static str>,
    /// The EC2 protocol's name, where it says one.
    pub query_name: Option<&'static str>,
    pub flattened: bool,
    pub streaming: bool,
    /// Made up if it is not given.
    pub idempotency_token: bool,
    /// Part of the host.
    pub host_label: bool,
    /// The parameter of the rule set that it sets.
    pub context_parameter: Option<&'static str>,
    /// Few have one.
    pub xml_namespace: Option<Box<XmlNamespace>>,
    pub xml_attribute: bool,
    pub timestamp_format: Option<TimestampFormat>,
    /// JSON in a header, base64 around it.
    pub json_value: bool,
    pub event_payload: bool,
    pub deprecated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Location {
    Header,
    /// All headers that begin like the wire name.
    Headers,
    Uri,
    QueryString,
    StatusCode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimestampFormat {
    Iso8601,
    Rfc822,
    UnixTimestamp,
}

impl Service {
    /// # Panics
    /// Never: ids are made with their shapes.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        const MISSING: &Shape = &Shape {
            name: "",
            kind: Kind::Structure(Structure {
                members: Vec::new(),
                payload: None,
                union: false,
                document: false,
                event_stream: false,
                error: None,
            }),
            sensitive: false,
            location_name: None,
            xml_namespace: None,
            min: None,
            max: None,
        };
        usize::try_from(id.0).ok().and_then(|index| self.shapes.get(index)).unwrap_or(MISSING)
    }

    /// By its name in the API, `ListFunctions`.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations
            .binary_search_by(|operation| operation.name.cmp(name))
            .ok()
            .and_then(|at| self.operations.get(at))
    }

    /// By the AWS CLI's spelling, `list-functions`.
    pub fn command(&self, command: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.command == command)
    }

    /// What an operation takes; no members where it takes nothing.
    pub fn input(&self, operation: &Operation) -> &[Member] {
        operation.input.map_or(&[], |id| self.members(id))
    }

    pub fn output(&self, operation: &Operation) -> &[Member] {
        operation.output.map_or(&[], |id| self.members(id))
    }

    /// Of a structure; of anything else none.
    pub fn members(&self, id: ShapeId) -> &[Member] {
        match &self.shape(id).kind {
            Kind::Structure(structure) => &structure.members,
            _ => &[],
        }
    }
}
