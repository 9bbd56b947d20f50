//! AWS Query and its cousin of EC2: forms out, XML in.
//! Sources: <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>, <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>

use serde_json::{Map, Value};

use super::field::Field;
use super::given::{self, Given, Path, given};
use super::xml::{self, Document};
use super::{InputError, Request, Response, ResponseError};
use crate::call::{Call, Input};
use crate::model::{Kind, Protocol, TimestampFormat};
use crate::percent;

/// What a form has, in order.
type Pairs = Vec<(String, String)>;

/// How the two name what they write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Query,
    Ec2,
}

pub(super) fn request(call: &Call, input: &Input) -> Result<Request, InputError> {
    let dialect = if call.service.protocol == Protocol::Ec2 { Dialect::Ec2 } else { Dialect::Query };
    let mut pairs = vec![
        ("Action".to_owned(), call.operation.name.to_owned()),
        ("Version".to_owned(), call.service.api_version.to_owned()),
    ];
    if let Some(id) = call.operation.input {
        let fields = given::members(Field::root(call.service, id), input, &Path::ROOT)?;
        dialect.write_members(&mut pairs, "", &fields, &Path::ROOT)?;
    }
    let mut request = Request::post("/");
    request.header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", percent::all(name), percent::all(value))).collect();
    request.body = pairs.join("&").into_bytes();
    Ok(request)
}

impl Dialect {
    fn write_members(
        self,
        pairs: &mut Pairs,
        prefix: &str,
        fields: &[(Field<'_>, &Value)],
        path: &Path<'_>,
    ) -> Result<(), InputError> {
        for (field, value) in fields {
            let name = self.name(*field);
            let name = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            self.write(pairs, &name, *field, value, &path.name(field.model_name()))?;
        }
        Ok(())
    }

    fn write(
        self,
        pairs: &mut Pairs,
        name: &str,
        field: Field<'_>,
        value: &Value,
        path: &Path<'_>,
    ) -> Result<(), InputError> {
        match given(field, value, path)? {
            Given::Structure(fields) => self.write_members(pairs, name, &fields, path),
            // Query says that a list is empty; EC2 has no way to.
            Given::List { values: [], .. } if self == Self::Query => {
                pairs.push((name.to_owned(), String::new()));
                Ok(())
            }
            Given::List { element, values } => {
                let list = self.list_name(name, field, element);
                for (at, value) in values.iter().enumerate() {
                    self.write(pairs, &format!("{list}.{}", at + 1), element, value, &path.place(at))?;
                }
                Ok(())
            }
            Given::Map { key, value: element, entries } => {
                let entry = if field.flattened() { name.to_owned() } else { format!("{name}.entry") };
                let (key, value_name) = (key.said_name().unwrap_or("key"), element.said_name().unwrap_or("value"));
                for (at, (named, value)) in entries.iter().enumerate() {
                    pairs.push((format!("{entry}.{}.{key}", at + 1), named.clone()));
                    self.write(pairs, &format!("{entry}.{}.{value_name}", at + 1), element, value, &path.name(named))?;
                }
                Ok(())
            }
            scalar => {
                let format = field.timestamp_format().unwrap_or(TimestampFormat::Iso8601);
                pairs.extend(given::text(&scalar, format).map(|text| (name.to_owned(), text)));
                Ok(())
            }
        }
    }

    fn name(self, field: Field<'_>) -> String {
        match self {
            Self::Query => field.wire_name_of_flattened().to_owned(),
            Self::Ec2 => match field.member.and_then(|member| member.query_name) {
                Some(name) => name.to_owned(),
                None => capitalized(field.wire_name()),
            },
        }
    }

    fn list_name(self, name: &str, field: Field<'_>, element: Field<'_>) -> String {
        if self == Self::Ec2 || field.flattened() {
            return name.to_owned();
        }
        format!("{name}.{}", element.said_name().unwrap_or("member"))
    }
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

pub(super) fn output(call: &Call, response: &Response) -> Result<Map<String, Value>, ResponseError> {
    if !response.is_success() {
        return Err(xml::service_error(call, response));
    }
    let Some(id) = call.operation.output else { return Ok(Map::new()) };
    let field = Field::root(call.service, id);
    if response.body.trim_ascii().is_empty() {
        return match &field.shape.kind {
            Kind::Structure(structure) if structure.members.iter().any(|member| member.required) => {
                Err(ResponseError::Malformed("the body is empty".to_owned()))
            }
            _ => Ok(Map::new()),
        };
    }
    let text = super::parsed::utf8(&response.body)?;
    let document = Document::parse(text)?;
    let root = document.root();
    // Query alone wraps what it answers: `<ListTopicsResponse><ListTopicsResult>`.
    let result = format!("{}Result", call.operation.name);
    let wrapped = (call.service.protocol == Protocol::Query).then(|| xml::child(root, &result)).flatten();
    xml::structure(field, wrapped.unwrap_or(root), 0)
}
