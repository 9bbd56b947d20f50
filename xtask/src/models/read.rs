//! One service: botocore's JSON into what the pack keeps. Also reads the small models of botocore's protocol tests.

#![expect(clippy::indexing_slicing, reason = "what a JSON value does not have is null")]

use std::collections::HashMap;

use anyhow::{Context as _, Result, bail};
use awscall::endpoint::Rules;
use awscall::model::{
    Checksum, ErrorTraits, Kind, Location, Member, Operation, Paginator, Protocol, Service, Shape, ShapeId, Structure,
    TimestampFormat, XmlNamespace,
};
use awscall::names;
use serde_json::Value;

/// Best first: what botocore prefers among a service's protocols. What the AWS CLI speaks, emulators understand.
/// Source: `botocore/utils.py`, `PRIORITY_ORDERED_SUPPORTED_PROTOCOLS`.
const PREFERRED: [&str; 6] = ["json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor", "query", "ec2"];

/// Text for as long as the program runs: packing is one run.
pub fn kept(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

/// What `extras` say beyond `paginators`.
pub fn merge(into: &mut Value, extras: &Value) {
    match (into, extras) {
        (Value::Object(into), Value::Object(extras)) => {
            for (key, value) in extras {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, extra) if !extra.is_null() => *into = extra.clone(),
        _ => {}
    }
}

pub fn service(name: &str, model: &Value, paginators: &Value, rules: &Value) -> Result<Service> {
    let metadata = &model["metadata"];
    let shapes = Shapes::of(&model["shapes"])?;
    let mut operations = Vec::new();
    for (name, operation) in model["operations"].as_object().context("no operations")? {
        let paginator = &paginators["pagination"][name];
        operations
            .push(self::operation(name, operation, paginator, &shapes).with_context(|| format!("operation `{name}`"))?);
    }
    operations.sort_by_key(|operation| operation.name);
    let full_name = text(metadata, "serviceFullName").unwrap_or_default();
    let endpoint_prefix = text(metadata, "endpointPrefix").unwrap_or_default();
    let client_parameters = model["clientContextParams"].as_object();
    Ok(Service {
        name: kept(name),
        id: text(metadata, "serviceId").unwrap_or(full_name),
        full_name,
        api_version: text(metadata, "apiVersion").unwrap_or_default(),
        endpoint_prefix,
        signing_name: text(metadata, "signingName").unwrap_or(endpoint_prefix),
        protocol: protocol(metadata)?,
        json_version: text(metadata, "jsonVersion").unwrap_or("1.0"),
        target_prefix: text(metadata, "targetPrefix"),
        xml_namespace: text(metadata, "xmlNamespace").or_else(|| text(&metadata["xmlNamespace"], "uri")),
        query_compatible: metadata.get("awsQueryCompatible").is_some(),
        operations,
        shapes: shapes.built()?,
        client_parameters: client_parameters.into_iter().flat_map(|all| all.keys()).map(|name| kept(name)).collect(),
        rules: Rules::new(kept(&without_prose(rules).to_string())),
    })
}

fn protocol(metadata: &Value) -> Result<Protocol> {
    let single = metadata["protocol"].as_str();
    let listed: Vec<&str> = metadata["protocols"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let preferred = PREFERRED.into_iter().find(|known| listed.contains(known)).or(single);
    Ok(match preferred.context("no protocol")? {
        "json" => Protocol::Json,
        "rest-json" => Protocol::RestJson,
        "query" => Protocol::Query,
        "ec2" => Protocol::Ec2,
        "rest-xml" => Protocol::RestXml,
        "smithy-rpc-v2-cbor" => Protocol::Cbor,
        other => bail!("`{other}` is not a protocol that is known"),
    })
}

fn operation(name: &str, json: &Value, paginator: &Value, shapes: &Shapes) -> Result<Operation> {
    let id = |at: &str| json[at]["shape"].as_str().map(|name| shapes.id(name)).transpose();
    let (input, output) = (id("input")?, id("output")?);
    let checksum = json.get("httpChecksum").map(|checksum| Checksum {
        algorithm_member: text(checksum, "requestAlgorithmMember"),
        required: flag(checksum, "requestChecksumRequired"),
    });
    let pairs = |at: &str, value: &str| {
        let all = json[at].as_object().into_iter().flatten();
        all.map(|(name, given)| match &given[value] {
            Value::String(path) if value == "path" => (kept(name), kept(path)),
            given => (kept(name), kept(&given.to_string())),
        })
        .collect()
    };
    let errors = json["errors"].as_array().into_iter().flatten().filter_map(|error| error["shape"].as_str());
    Ok(Operation {
        name: kept(name),
        command: kept(&names::kebab(name)),
        method: text(&json["http"], "method").unwrap_or("POST"),
        path: text(&json["http"], "requestUri").unwrap_or("/"),
        status: json["http"]["responseCode"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(200),
        input,
        input_namespace: xml_namespace(&json["input"]),
        output,
        errors: errors.map(|name| shapes.id(name)).collect::<Result<_>>()?,
        host_prefix: text(&json["endpoint"], "hostPrefix"),
        auth: text(json, "authtype")
            .or_else(|| json["auth"].as_array().and_then(|all| all.first()?.as_str()).map(kept)),
        unsigned_payload: flag(json, "unsignedPayload"),
        read_only: flag(json, "readonly"),
        idempotent: flag(json, "idempotent"),
        deprecated: flag(json, "deprecated"),
        checksum,
        checksum_required: flag(json, "httpChecksumRequired"),
        paginator: paginator.is_object().then(|| self::paginator(paginator)),
        static_parameters: pairs("staticContextParams", "value"),
        input_parameters: pairs("operationContextParams", "path"),
        event_stream: [input, output].into_iter().flatten().any(|id| shapes.streams_events(id)),
    })
}

fn paginator(json: &Value) -> Paginator {
    Paginator {
        input_tokens: texts(&json["input_token"]),
        output_tokens: texts(&json["output_token"]),
        limit_key: text(json, "limit_key"),
        more_results: text(json, "more_results"),
        result_keys: texts(&json["result_key"]),
        non_aggregate_keys: texts(&json["non_aggregate_keys"]),
    }
}

/// The shapes of a model, by number.
struct Shapes<'a> {
    ids: HashMap<&'a str, u32>,
    all: Vec<(&'a str, &'a Value)>,
}

impl<'a> Shapes<'a> {
    fn of(shapes: &'a Value) -> Result<Self> {
        let all: Vec<_> =
            shapes.as_object().context("no shapes")?.iter().map(|(name, shape)| (name.as_str(), shape)).collect();
        let ids = all.iter().zip(0..).map(|((name, _), id)| (*name, id)).collect();
        Ok(Self { ids, all })
    }

    fn id(&self, name: &str) -> Result<ShapeId> {
        self.ids.get(name).copied().map(ShapeId).with_context(|| format!("no shape `{name}`"))
    }

    fn json(&self, id: ShapeId) -> &Value {
        const NONE: &Value = &Value::Null;
        usize::try_from(id.0).ok().and_then(|at| self.all.get(at)).map_or(NONE, |(_, shape)| shape)
    }

    fn streams_events(&self, id: ShapeId) -> bool {
        let members = self.json(id)["members"].as_object().into_iter().flatten();
        let mut shapes = members.filter_map(|(_, member)| self.id(member["shape"].as_str()?).ok());
        shapes.any(|id| flag(self.json(id), "eventstream"))
    }

    fn built(&self) -> Result<Vec<Shape>> {
        self.all
            .iter()
            .map(|(name, shape)| self.shape(name, shape).with_context(|| format!("shape `{name}`")))
            .collect()
    }

    fn shape(&self, name: &str, json: &Value) -> Result<Shape> {
        let one = |at: &str| self.member("", &json[at], false).map(Box::new);
        let flattened = flag(json, "flattened");
        let kind = match json["type"].as_str().context("no type")? {
            "structure" => Kind::Structure(self.structure(json)?),
            "list" => Kind::List { member: one("member")?, flattened },
            "map" => Kind::Map { key: one("key")?, value: one("value")?, flattened },
            "string" | "character" => Kind::String { values: texts(&json["enum"]) },
            "integer" | "short" | "byte" => Kind::Integer,
            "long" | "bigInteger" => Kind::Long,
            "float" => Kind::Float,
            "double" | "bigDecimal" => Kind::Double,
            "boolean" => Kind::Boolean,
            "blob" => Kind::Blob { streaming: flag(json, "streaming") },
            "timestamp" => Kind::Timestamp { format: timestamp_format(json) },
            other => bail!("`{other}` is not a type that is known"),
        };
        let whole =
            |at: &str| json[at].as_number().and_then(|number| number.to_string().split('.').next()?.parse().ok());
        Ok(Shape {
            name: kept(name),
            kind,
            sensitive: flag(json, "sensitive"),
            location_name: text(json, "locationName"),
            xml_namespace: xml_namespace(json).map(Box::new),
            min: whole("min"),
            max: whole("max"),
        })
    }

    fn structure(&self, json: &Value) -> Result<Structure> {
        let required: Vec<&str> = json["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut members = Vec::new();
        for (name, member) in json["members"].as_object().into_iter().flatten() {
            members.push(self.member(name, member, required.contains(&name.as_str()))?);
        }
        let payload = json["payload"].as_str().and_then(|name| members.iter().position(|member| member.name == name));
        let error = (flag(json, "exception") || json.get("error").is_some()).then(|| ErrorTraits {
            code: text(&json["error"], "code"),
            status: json["error"]["httpStatusCode"].as_u64().and_then(|code| u16::try_from(code).ok()),
            retryable: json.get("retryable").is_some(),
            throttling: flag(&json["retryable"], "throttling"),
        });
        Ok(Structure {
            members,
            payload: payload.map(u32::try_from).transpose()?,
            union: flag(json, "union"),
            document: flag(json, "document"),
            event_stream: flag(json, "eventstream"),
            error,
        })
    }

    fn member(&self, name: &str, json: &Value, required: bool) -> Result<Member> {
        let shape = json["shape"].as_str().with_context(|| format!("member `{name}` has no shape"))?;
        Ok(Member {
            name: kept(name),
            shape: self.id(shape)?,
            required,
            location: json["location"].as_str().map(location).transpose()?,
            location_name: text(json, "locationName"),
            query_name: text(json, "queryName"),
            flattened: flag(json, "flattened"),
            streaming: flag(json, "streaming"),
            idempotency_token: flag(json, "idempotencyToken"),
            host_label: flag(json, "hostLabel"),
            context_parameter: text(&json["contextParam"], "name"),
            xml_namespace: xml_namespace(json).map(Box::new),
            xml_attribute: flag(json, "xmlAttribute"),
            timestamp_format: timestamp_format(json),
            json_value: flag(json, "jsonvalue"),
            event_payload: flag(json, "eventpayload"),
            deprecated: flag(json, "deprecated"),
        })
    }
}

fn location(name: &str) -> Result<Location> {
    Ok(match name {
        "header" => Location::Header,
        "headers" => Location::Headers,
        "uri" => Location::Uri,
        "querystring" => Location::QueryString,
        "statusCode" => Location::StatusCode,
        other => bail!("`{other}` is not a location that is known"),
    })
}

fn timestamp_format(json: &Value) -> Option<TimestampFormat> {
    match json["timestampFormat"].as_str()? {
        "iso8601" => Some(TimestampFormat::Iso8601),
        "rfc822" => Some(TimestampFormat::Rfc822),
        "unixTimestamp" => Some(TimestampFormat::UnixTimestamp),
        _ => None,
    }
}

fn xml_namespace(json: &Value) -> Option<XmlNamespace> {
    let json = &json["xmlNamespace"];
    let uri = text(json, "uri").or_else(|| json.as_str().map(kept))?;
    Some(XmlNamespace { uri, prefix: text(json, "prefix") })
}

fn flag(json: &Value, name: &str) -> bool {
    json[name].as_bool().unwrap_or(false)
}

fn text(json: &Value, name: &str) -> Option<&'static str> {
    json[name].as_str().map(kept)
}

/// One, or several.
fn texts(json: &Value) -> Vec<&'static str> {
    match json {
        Value::String(one) => vec![kept(one)],
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(kept).collect(),
        _ => Vec::new(),
    }
}

/// Of a rule set: what only people read.
fn without_prose(json: &Value) -> Value {
    match json {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, value)| *name != "documentation" || !value.is_string());
            Value::Object(kept.map(|(name, value)| (name.clone(), without_prose(value))).collect())
        }
        Value::Array(all) => Value::Array(all.iter().map(without_prose).collect()),
        other => other.clone(),
    }
}
