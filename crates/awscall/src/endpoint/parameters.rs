//! What a rule set is told of a call: its region and the deployment's settings, and members of its input.

use serde_json::Value as Json;

use super::evaluate::Value;
use super::rules::{Parameter, ParameterKind, RuleSet};
use super::{EndpointError, Place};
use crate::call::Call;
use crate::query::Query;

/// The greatest part of an input that decides where it goes: a key of S3 is at most 1,024 bytes, a list of tables at most 100.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>.
const TEXT_BYTES_MAX: usize = 8 * 1024;

/// In the order in which rule sets declare them; what is not known is left out.
///
/// Source of the precedence: <https://smithy.io/2.0/additional-specs/rules-engine/parameters.html>.
pub(super) fn parameters(set: &RuleSet, call: &Call, place: &Place) -> Result<Vec<(String, Value)>, EndpointError> {
    let mut given = Vec::new();
    for parameter in &set.parameters {
        let value = of_operation(parameter, call)
            .or_else(|| of_client(&parameter.name, call))
            .or_else(|| parameter.built_in.as_deref().and_then(|name| built_in(name, call, place)))
            .or_else(|| parameter.default.clone());
        match value {
            Some(value) => given.push((parameter.name.clone(), typed(parameter, value)?)),
            None if parameter.required => {
                return Err(EndpointError(format!(
                    "{} needs `{}` to know where it goes",
                    call.service.id, parameter.name
                )));
            }
            None => {}
        }
    }
    Ok(given)
}

fn of_operation(parameter: &Parameter, call: &Call) -> Option<Json> {
    let named = |all: &[(&'static str, &'static str)]| {
        all.iter().find(|(name, _)| *name == parameter.name).map(|(_, value)| *value)
    };
    if let Some(json) = named(&call.operation.static_parameters) {
        return serde_json::from_str(json).ok();
    }
    let members = call.service.input(call.operation).iter();
    let mut setting = members.filter(|member| member.context_parameter == Some(parameter.name.as_str()));
    if let Some(value) = setting.find_map(|member| call.input.get(member.name)) {
        return Some(value.clone());
    }
    if parameter.name == "AccountId" && call.service.name == "s3control" {
        return account_of_arn(call);
    }
    let path = named(&call.operation.input_parameters)?;
    let found = Query::parse(path).ok()?.apply(&Json::Object(call.input.clone())).ok()?;
    (!found.is_null()).then_some(found)
}

/// S3 Control takes the account out of the ARN of a bucket or an access point on Outposts where none is given.
/// Source: `botocore/utils.py`, `S3ControlArnParamHandlerv2`.
fn account_of_arn(call: &Call) -> Option<Json> {
    let arn = ["Name", "Bucket"].iter().find_map(|name| call.input.get(*name)?.as_str())?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "s3-outposts", _, account, _] = parts.as_slice() else { return None };
    Some(Json::from(*account))
}

/// What a person may set on a client of S3. One of them is set here: a session for every directory bucket would be one call
/// more for each command, and signing by role alone is what S3 takes too.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-create-session.html>.
fn of_client(name: &str, call: &Call) -> Option<Json> {
    let settable = call.service.client_parameters.contains(&name);
    (settable && name == "DisableS3ExpressSessionAuth").then_some(Json::Bool(true))
}

/// What SDKs know by themselves. What is not named here is left to the rule set's default.
/// Source: <https://smithy.io/2.0/aws/rules-engine/built-ins.html>.
fn built_in(name: &str, call: &Call, place: &Place) -> Option<Json> {
    // An address that was set is where it goes: no variant of another applies.
    let by_rules = place.endpoint.is_none();
    match name {
        "AWS::Region" => Some(Json::from(place.region.as_str())),
        "AWS::UseFIPS" => Some(Json::Bool(place.fips && by_rules)),
        "AWS::UseDualStack" => Some(Json::Bool(place.dual_stack && by_rules)),
        "SDK::Endpoint" => place.endpoint.as_deref().map(|endpoint| Json::from(endpoint.trim_end_matches('/'))),
        "AWS::S3::ForcePathStyle" => Some(Json::Bool(is_path_style(call, place))),
        // As the AWS CLI: the region of an ARN is where a bucket is, whatever region was named.
        "AWS::S3::UseArnRegion" => Some(Json::Bool(true)),
        "AWS::S3Control::UseArnRegion"
        | "AWS::S3::UseGlobalEndpoint"
        | "AWS::STS::UseGlobalEndpoint"
        | "AWS::S3::Accelerate"
        | "AWS::S3::DisableMultiRegionAccessPoints" => Some(Json::Bool(false)),
        // Hosts of one account are for throughput; a company's egress list names those of the region.
        "AWS::Auth::AccountIdEndpointMode" => Some(Json::from("disabled")),
        _ => None,
    }
}

/// Behind an address of one's own there is seldom a name for every bucket, and a bucket's region is asked of the region's host:
/// its own may refuse the signature. An ARN is never a path.
/// Source: `botocore/args.py`, `botocore/handlers.py` `customize_endpoint_resolver_builtins`.
fn is_path_style(call: &Call, place: &Place) -> bool {
    if call.operation.name == "GetBucketLocation" {
        return true;
    }
    let bucket = call.input.get("Bucket").and_then(Json::as_str).unwrap_or_default();
    place.endpoint.is_some() && !bucket.starts_with("arn:")
}

fn typed(parameter: &Parameter, value: Json) -> Result<Value, EndpointError> {
    let wrong = || EndpointError(format!("`{}` is not what decides where a call goes", parameter.name));
    let text = |text: String| (text.len() <= TEXT_BYTES_MAX).then_some(Value::Text(text)).ok_or_else(wrong);
    match (parameter.kind, value) {
        (ParameterKind::Text, Json::String(given)) => text(given),
        (ParameterKind::Flag, Json::Bool(flag)) => Ok(Value::Flag(flag)),
        (ParameterKind::Texts, Json::Array(all)) => {
            let all = all.into_iter().map(|one| match one {
                Json::String(given) => text(given),
                _ => Err(wrong()),
            });
            all.collect::<Result<_, _>>().map(Value::List)
        }
        _ => Err(wrong()),
    }
}
