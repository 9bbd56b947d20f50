//! Every operation that AWS has can be asked, with as little and with as much as its model takes.

use awscall::call::{Call, Input};
use awscall::catalog::catalog;
use awscall::model::{Kind, Location, Member, Operation, Protocol, Service, ShapeId};
use awscall::protocol;
use serde_json::{Map, Value, json};

/// Past it nothing is given that is not required.
const DEPTH: u32 = 4;
/// The deepest that a model requires is far less; a model that requires itself would not end.
const DEPTH_MAX: u32 = 30;

#[derive(Clone, Copy, PartialEq)]
enum Much {
    Required,
    All,
}

fn input(service: &Service, operation: &Operation, much: Much) -> Input {
    match operation.input.map(|id| value(service, id, much, 0)) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn value(service: &Service, id: ShapeId, much: Much, depth: u32) -> Value {
    let one = |member: &Member| value(service, member.shape, much, depth + 1);
    match &service.shape(id).kind {
        _ if depth > DEPTH_MAX => Value::Null,
        Kind::Structure(structure) if structure.document => json!({"any": [1, null]}),
        Kind::Structure(structure) => {
            let is_plain = |member: &&Member| {
                !matches!(service.shape(member.shape).kind, Kind::Structure(_) | Kind::List { .. } | Kind::Map { .. })
            };
            let members = structure.members.iter();
            let chosen: Vec<&Member> = if structure.union {
                members.clone().find(is_plain).or_else(|| members.clone().next()).into_iter().collect()
            } else {
                let is_wanted = |member: &&Member| {
                    member.required || member.location == Some(Location::Uri) || (much == Much::All && depth < DEPTH)
                };
                members.filter(is_wanted).collect()
            };
            let members = chosen.into_iter().map(|member| (member.name.to_owned(), one(member)));
            Value::Object(members.filter(|(_, value)| !value.is_null()).collect())
        }
        // Filters are unions of lists of filters.
        Kind::List { .. } if depth > 2 * DEPTH => json!([]),
        Kind::List { member, .. } => Value::Array([one(member)].into_iter().filter(|value| !value.is_null()).collect()),
        Kind::Map { value, .. } => json!({"key": one(value)}),
        Kind::String { values } => Value::from(*values.first().unwrap_or(&"abc")),
        Kind::Integer | Kind::Long => json!(7),
        Kind::Float | Kind::Double => json!(1.5),
        Kind::Boolean => json!(true),
        Kind::Blob { .. } => json!("Ynl0ZXM="),
        Kind::Timestamp { .. } => json!("2026-11-23T10:00:00.5Z"),
    }
}

fn each(mut visit: impl FnMut(&'static Service, &'static Operation)) -> usize {
    let mut seen = 0;
    for entry in &catalog().directory().services {
        let service = catalog().service(entry.name).unwrap();
        for operation in &service.operations {
            visit(service, operation);
            seen += 1;
        }
    }
    seen
}

#[test]
fn every_operation_can_be_asked() {
    let seen = each(|service, operation| {
        for much in [Much::Required, Much::All] {
            let call = Call { service, operation, input: input(service, operation, much) };
            let request = protocol::request(&call, &mut || "token".to_owned());
            let request = request.unwrap_or_else(|error| panic!("{} {}: {error}", service.name, operation.name));
            assert!(request.path.starts_with('/') && !request.path.contains(['{', ' ', '?']), "{}", request.path);
            for (name, value) in &request.headers {
                assert!(!name.is_empty() && !value.contains(['\r', '\n']), "{name}: {value}");
            }
            let body = String::from_utf8_lossy(&request.body);
            match service.protocol {
                Protocol::Json => assert!(serde_json::from_str::<Map<String, Value>>(&body).is_ok(), "{body}"),
                Protocol::Query | Protocol::Ec2 => {
                    assert!(body.starts_with(&format!("Action={}&Version=", operation.name)), "{body}");
                }
                _ => {}
            }
        }
    });
    assert!(seen > 17_000, "{seen}");
}

/// A member that the model binds nowhere else is in the body: what is given is sent.
#[test]
fn nothing_that_is_given_is_lost() {
    const MARK: &str = "mark-9f3a";
    let mut marked = 0;
    each(|service, operation| {
        let members = service.input(operation).iter();
        let text = |member: &&Member| {
            matches!(&service.shape(member.shape).kind, Kind::String { values } if values.is_empty())
                && !member.host_label
                && !member.json_value
        };
        let Some(member) = members.clone().find(text) else { return };
        // The bucket of S3 is in the endpoint.
        if service.name == "s3api" && member.name == "Bucket" {
            return;
        }
        let mut input = input(service, operation, Much::Required);
        input.insert(member.name.to_owned(), json!(MARK));
        let call = Call { service, operation, input };
        let request = protocol::request(&call, &mut String::new).unwrap();
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let whole = format!("{} {:?} {:?} {body}", request.path, request.query, request.headers);
        assert!(whole.contains(MARK), "{} {}: {whole}", service.name, operation.name);
        marked += 1;
    });
    assert!(marked > 12_000, "{marked}");
}

#[test]
fn no_answer_is_so_damaged_that_it_is_believed() {
    let damaged: [&[u8]; 4] = [b"\xff\xfe\x00garbage", b"{\"a\":", b"<a><b></a>", b"\x9f\x9f\x9f"];
    each(|service, operation| {
        let Some(output) = operation.output else { return };
        let Kind::Structure(structure) = &service.shape(output).kind else { return };
        // A payload of bytes or text may be anything.
        let reads_body =
            structure.payload.is_none() && structure.members.iter().any(|member| member.location.is_none());
        let call = Call { service, operation, input: Input::new() };
        for body in damaged {
            let response = protocol::Response { status: 200, headers: Vec::new(), body: body.to_vec() };
            let output = protocol::output(&call, &response);
            assert!(!reads_body || output.is_err(), "{} {}: {output:?}", service.name, operation.name);
        }
    });
}
