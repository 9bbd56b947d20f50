//! A service's endpoint rule set, as a tree: read out of the JSON of the pack once, when the service is first called.
//!
//! The language: <https://smithy.io/2.0/additional-specs/rules-engine/specification.html>. What this does not know, it refuses
//! whole: a rule half understood would send a request elsewhere.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The text of a service's rule set, and what it means as soon as somebody asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rules {
    text: &'static str,
    #[serde(skip)]
    set: OnceLock<Result<RuleSet, String>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RuleSet {
    pub(super) parameters: Vec<Parameter>,
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    pub name: String,
    /// `AWS::Region`: what a client knows without being told.
    pub built_in: Option<String>,
    pub kind: ParameterKind,
    pub default: Option<Json>,
    pub required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParameterKind {
    Text,
    Flag,
    Texts,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    /// In order: what one assigns, the next may read.
    pub conditions: Vec<Condition>,
    pub then: Then,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Then {
    Rules(Vec<Rule>),
    Endpoint { url: Expression, schemes: Vec<Scheme>, headers: Vec<(String, Vec<Expression>)> },
    Error(Expression),
}

/// How requests to an endpoint may be signed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scheme {
    pub name: String,
    pub signing_name: Option<Expression>,
    /// One, or the set of `SigV4a`.
    pub signing_regions: Vec<Expression>,
    pub disable_double_encoding: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub call: Function,
    pub assign: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Text(Vec<Piece>),
    Flag(bool),
    Number(usize),
    Reference(String),
    Call(Box<Function>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Literal(String),
    /// `{url#authority}`.
    Reference {
        name: String,
        attributes: Vec<Step>,
    },
}

/// One step into a record or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Function {
    IsSet(Expression),
    Not(Expression),
    Attribute(Expression, Vec<Step>),
    StringEquals(Expression, Expression),
    BooleanEquals(Expression, Expression),
    Partition(Expression),
    ParseArn(Expression),
    ParseUrl(Expression),
    UriEncode(Expression),
    Substring { of: Expression, start: usize, stop: usize, reverse: bool },
    IsValidHostLabel(Expression, Expression),
    IsVirtualHostableBucket(Expression, Expression),
}

impl Rules {
    pub fn new(text: &'static str) -> Self {
        Self { text, set: OnceLock::new() }
    }

    /// Why not is for the log: no person can mend it.
    pub fn set(&self) -> Result<&RuleSet, &str> {
        self.set.get_or_init(|| RuleSet::read(self.text)).as_ref().map_err(String::as_str)
    }
}

impl RuleSet {
    fn read(text: &str) -> Result<Self, String> {
        let json: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let parameters = json.get("parameters").and_then(Json::as_object).ok_or("no parameters")?;
        let parameters = parameters.iter().map(|(name, json)| parameter(name, json)).collect::<Result<_, _>>()?;
        Ok(Self { parameters, rules: rules(&json)? })
    }
}

fn parameter(name: &str, json: &Json) -> Result<Parameter, String> {
    let kind = match text(json, "type")?.to_lowercase().as_str() {
        "string" => ParameterKind::Text,
        "boolean" => ParameterKind::Flag,
        "stringarray" => ParameterKind::Texts,
        other => return Err(format!("a parameter of type `{other}`")),
    };
    Ok(Parameter {
        name: name.to_owned(),
        built_in: json.get("builtIn").and_then(Json::as_str).map(str::to_owned),
        kind,
        default: json.get("default").cloned(),
        required: json.get("required").and_then(Json::as_bool).unwrap_or(false),
    })
}

fn rules(json: &Json) -> Result<Vec<Rule>, String> {
    list(json, "rules")?.iter().map(rule).collect()
}

fn rule(json: &Json) -> Result<Rule, String> {
    let then = match text(json, "type")? {
        "tree" => Then::Rules(rules(json)?),
        "error" => Then::Error(expression(json.get("error").ok_or("an error without words")?)?),
        "endpoint" => endpoint(json.get("endpoint").ok_or("an endpoint that is none")?)?,
        other => return Err(format!("a rule of type `{other}`")),
    };
    let conditions = list(json, "conditions")?.iter().map(condition).collect::<Result<_, _>>()?;
    Ok(Rule { conditions, then })
}

fn condition(json: &Json) -> Result<Condition, String> {
    Ok(Condition { call: function(json)?, assign: json.get("assign").and_then(Json::as_str).map(str::to_owned) })
}

fn endpoint(json: &Json) -> Result<Then, String> {
    let schemes = json.pointer("/properties/authSchemes").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let headers = json.get("headers").and_then(Json::as_object).into_iter().flatten().map(|(name, values)| {
        let values = values.as_array().ok_or("a header without values")?;
        Ok((name.to_lowercase(), values.iter().map(expression).collect::<Result<_, _>>()?))
    });
    Ok(Then::Endpoint {
        url: expression(json.get("url").ok_or("an endpoint without a URL")?)?,
        schemes: schemes.iter().map(scheme).collect::<Result<_, _>>()?,
        headers: headers.collect::<Result<_, String>>()?,
    })
}

fn scheme(json: &Json) -> Result<Scheme, String> {
    let regions = json.get("signingRegionSet").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    Ok(Scheme {
        name: text(json, "name")?.to_owned(),
        signing_name: json.get("signingName").map(expression).transpose()?,
        signing_regions: json
            .get("signingRegion")
            .into_iter()
            .chain(regions)
            .map(expression)
            .collect::<Result<_, _>>()?,
        disable_double_encoding: json.get("disableDoubleEncoding").and_then(Json::as_bool).unwrap_or(false),
    })
}

fn expression(json: &Json) -> Result<Expression, String> {
    match json {
        Json::String(text) => pieces(text).map(Expression::Text),
        Json::Bool(flag) => Ok(Expression::Flag(*flag)),
        Json::Number(number) => {
            let number = number.as_u64().and_then(|number| usize::try_from(number).ok());
            number.map(Expression::Number).ok_or_else(|| "a number that is no position".to_owned())
        }
        Json::Object(of) if of.contains_key("fn") => Ok(Expression::Call(Box::new(function(json)?))),
        Json::Object(_) => text(json, "ref").map(|name| Expression::Reference(name.to_owned())),
        _ => Err("a value of no known kind".to_owned()),
    }
}

/// Text with `{name}` and `{name#attribute}` in it.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let (reference, behind) = after.split_once('}').ok_or_else(|| format!("an open brace in `{text}`"))?;
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        let mut names = reference.split('#');
        let name = names.next().filter(|name| !name.is_empty()).ok_or_else(|| format!("an empty brace in `{text}`"))?;
        pieces.push(Piece::Reference {
            name: name.to_owned(),
            attributes: names.map(|name| Step::Name(name.to_owned())).collect(),
        });
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}

fn function(json: &Json) -> Result<Function, String> {
    let name = text(json, "fn")?;
    let arguments = list(json, "argv")?;
    let wrong = || format!("`{name}` with {} arguments of other kinds", arguments.len());
    let argument = |at: usize| arguments.get(at).ok_or_else(wrong).and_then(expression);
    let position = |at: usize| match argument(at)? {
        Expression::Number(number) => Ok(number),
        _ => Err(wrong()),
    };
    Ok(match name {
        "isSet" => Function::IsSet(argument(0)?),
        "not" => Function::Not(argument(0)?),
        "getAttr" => {
            let path = arguments.get(1).and_then(Json::as_str).ok_or_else(wrong)?;
            Function::Attribute(argument(0)?, steps(path)?)
        }
        "stringEquals" => Function::StringEquals(argument(0)?, argument(1)?),
        "booleanEquals" => Function::BooleanEquals(argument(0)?, argument(1)?),
        "aws.partition" => Function::Partition(argument(0)?),
        "aws.parseArn" => Function::ParseArn(argument(0)?),
        "parseURL" => Function::ParseUrl(argument(0)?),
        "uriEncode" => Function::UriEncode(argument(0)?),
        "substring" => {
            let Expression::Flag(reverse) = argument(3)? else { return Err(wrong()) };
            Function::Substring { of: argument(0)?, start: position(1)?, stop: position(2)?, reverse }
        }
        "isValidHostLabel" => Function::IsValidHostLabel(argument(0)?, argument(1)?),
        "aws.isVirtualHostableS3Bucket" => Function::IsVirtualHostableBucket(argument(0)?, argument(1)?),
        other => return Err(format!("a function `{other}`")),
    })
}

/// `resourceId[1]` is two steps.
fn steps(path: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, index) = part.split_once('[').map_or((part, None), |(name, index)| (name, Some(index)));
        if !name.is_empty() {
            steps.push(Step::Name(name.to_owned()));
        }
        if let Some(index) = index {
            let index = index.strip_suffix(']').and_then(|index| index.parse().ok());
            steps.push(Step::Index(index.ok_or_else(|| format!("a path `{path}`"))?));
        }
    }
    Ok(steps)
}

fn text<'a>(json: &'a Json, name: &str) -> Result<&'a str, String> {
    json.get(name).and_then(Json::as_str).ok_or_else(|| format!("no `{name}`"))
}

fn list<'a>(json: &'a Json, name: &str) -> Result<&'a [Json], String> {
    json.get(name).and_then(Json::as_array).map(Vec::as_slice).ok_or_else(|| format!("no `{name}`"))
}
