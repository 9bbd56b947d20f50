//! Documents that are no policies, and the sentence that says so.

use crate::policy::Policy;

const NO_POLICIES: &[(&str, &str)] = &[
    // The document.
    ("", "cannot be read as JSON: EOF while parsing a value at line 1 column 0"),
    ("[]", "expected an object, found a list"),
    ("{}", "`Statement` is missing"),
    (r#"{"Statement":[]}"#, "Statement: is empty: give at least one statement, or leave it out"),
    (r#"{"Statement":"x"}"#, "statement 1: expected an object, found a string"),
    (
        r#"{"Version":"2012-10-17","Statements":[]}"#,
        "`Statements` is not an element of a policy: use one of `Version`, `Id`, `Statement`",
    ),
    (
        r#"{"Version":"2012-10-18","Statement":{}}"#,
        "Version: `2012-10-18` is not a version of the policy language: use `2012-10-17` or `2008-10-17`",
    ),
    (r#"{"Version":20121017,"Statement":{}}"#, "Version: expected a string, found a number"),
    (r#"{"Id":7,"Statement":{}}"#, "Id: expected a string, found a number"),
    (
        r#"{"Statement":{},"Statement":{}}"#,
        "cannot be read as JSON: the key `Statement` is there twice at line 1 column 27",
    ),
    // A statement.
    (r#"{"Statement":{"Action":"*","Resource":"*"}}"#, "statement 1: `Effect` is missing"),
    (
        r#"{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}"#,
        "statement 1: Effect: `allow` is neither `Allow` nor `Deny`",
    ),
    (
        r#"{"Statement":{"Effect":["Allow"],"Action":"*","Resource":"*"}}"#,
        "statement 1: Effect: expected a string, found a list",
    ),
    (
        r#"{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}"#,
        "cannot be read as JSON: the key `Effect` is there twice at line 1 column 38",
    ),
    (
        r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"*"}]}"#,
        "statement 2: exactly one of `Resource` and `NotResource` must be there, found neither",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Resource":"*"}}"#,
        "statement 1: exactly one of `Action` and `NotAction` must be there, found neither",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}}"#,
        "statement 1: exactly one of `Action` and `NotAction` must be there, found both",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}}"#,
        "statement 1: exactly one of `Resource` and `NotResource` must be there, found both",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#,
        "statement 1: Principal: identity-based policies have no `Principal`: whom a policy is for is said where it is attached",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}}"#,
        "statement 1: NotPrincipal: identity-based policies have no `NotPrincipal`: whom a policy is for is said where it is attached",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Conditions":{}}}"#,
        "statement 1: Conditions: `Conditions` is not an element of a statement: use one of `Sid`, `Effect`, `Action`, `NotAction`, `Resource`, `NotResource`, `Condition`",
    ),
    (
        r#"{"Statement":{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}}"#,
        "statement 1: Sid: `a b` must be letters and digits only (A-Z, a-z, 0-9)",
    ),
    (
        r#"{"Statement":[{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"}]}"#,
        "statement 2: Sid: `A` is the Sid of an earlier statement: each must be unique",
    ),
    // Actions.
    (
        r#"{"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}}"#,
        "statement 1: Action: is empty: give at least one action, or leave it out",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":["*",7],"Resource":"*"}}"#,
        "statement 1: Action: expected a string, found a number",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"Get*","Resource":"*"}}"#,
        "statement 1: Action: `Get*` is neither `service:Operation`, with `*` and `?` as wildcards, nor `*`",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","NotAction":"chatbot:","Resource":"*"}}"#,
        "statement 1: NotAction: `chatbot:` is neither `service:Operation`, with `*` and `?` as wildcards, nor `*`",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"chat*:Get","Resource":"*"}}"#,
        "statement 1: Action: `chat*:Get` is neither `service:Operation`, with `*` and `?` as wildcards, nor `*`",
    ),
    (
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"chatbot:${aws:username}","Resource":"*"}}"#,
        "statement 1: Action: `chatbot:${aws:username}` is neither `service:Operation`, with `*` and `?` as wildcards, nor `*`",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"chatbot:Get\n","Resource":"*"}}"#,
        r"statement 1: Action: `chatbot:Get\n` is neither `service:Operation`, with `*` and `?` as wildcards, nor `*`",
    ),
    // Resources.
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":null}}"#,
        "statement 1: Resource: expected a string, found null",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"ops"}}"#,
        "statement 1: Resource: `ops` must be in ARN format or `*`",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*ops"}}"#,
        "statement 1: Resource: `*ops` must be in ARN format or `*`",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","NotResource":["*","arn:aws:s3"]}}"#,
        "statement 1: NotResource: `arn:aws:s3` must be in ARN format or `*`",
    ),
    (
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:${a:b}"}}"#,
        "statement 1: Resource: `arn:aws:s3:${a:b}` must be in ARN format or `*`",
    ),
    (
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username"}}"#,
        "statement 1: Resource: `arn:aws:s3:::${aws:username` has a `${` that begins no variable: write `${key}`, `${key, 'default'}`, `${*}`, `${?}` or `${$}`",
    ),
    // Variables.
    (
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":"${username}"}}}}"#,
        "statement 1: Condition StringEquals a:b: `${username}` has a `${` that begins no variable: write `${key}`, `${key, 'default'}`, `${*}`, `${?}` or `${$}`",
    ),
    (
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":"${a:b, 'x}"}}}}"#,
        "statement 1: Condition StringEquals a:b: `${a:b, \\'x}` has a `${` that begins no variable: write `${key}`, `${key, 'default'}`, `${*}`, `${?}` or `${$}`",
    ),
    // Conditions.
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}}"#,
        "statement 1: Condition: expected an object, found a list",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{}}}}"#,
        "statement 1: Condition StringEquals: is empty: give at least one condition key, or leave it out",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":"x"}}}"#,
        "statement 1: Condition StringEquals: expected an object, found a string",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":[]}}}}"#,
        "statement 1: Condition StringEquals a:b: is empty: give at least one value, or leave it out",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":["x",null]}}}}"#,
        "statement 1: Condition StringEquals a:b: expected a string, number or boolean, found null",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"username":"x"}}}}"#,
        "statement 1: Condition StringEquals: `username` is not a condition key: it has a service prefix (as `aws:`) and at most 300 characters",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":"x","A:B":"y"}}}}"#,
        "statement 1: Condition StringEquals: `A:B` is named twice: the case of condition keys does not matter",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:b":"x","a:b":"y"}}}}"#,
        "cannot be read as JSON: the key `a:b` is there twice at line 1 column 103",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericEquals":{"a:b":"ten"}}}}"#,
        "statement 1: Condition NumericEquals a:b: `ten` is not a decimal number of at most 18 digits before and 9 after the point",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericEquals":{"a:b":1e30}}}}"#,
        "statement 1: Condition NumericEquals a:b: `1e+30` is not a decimal number of at most 18 digits before and 9 after the point",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"a:b":"2026-02-30"}}}}"#,
        "statement 1: Condition DateLessThan a:b: `2026-02-30` is not a date of ISO 8601 (`2026-11-22T10:00:00Z`) or a number of epoch seconds",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"a:b":"2026-02-20T10:00:00"}}}}"#,
        "statement 1: Condition DateLessThan a:b: `2026-02-20T10:00:00` is not a date of ISO 8601 (`2026-11-22T10:00:00Z`) or a number of epoch seconds",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":"yes"}}}}"#,
        "statement 1: Condition Bool a:b: `yes` is not `true` or `false`",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"a:b":1}}}}"#,
        "statement 1: Condition Null a:b: `1` is not `true` or `false`",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"BinaryEquals":{"a:b":"?"}}}}"#,
        "statement 1: Condition BinaryEquals a:b: `?` is not base64 with padding",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"a:b":"10.0.0.0/33"}}}}"#,
        "statement 1: Condition IpAddress a:b: `10.0.0.0/33` is not an IPv4 or IPv6 address or CIDR range",
    ),
    (
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"a:b":"${aws:SourceIp}"}}}}"#,
        "statement 1: Condition IpAddress a:b: `${aws:SourceIp}` is not an IPv4 or IPv6 address or CIDR range",
    ),
    (
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ArnLike":{"a:b":"*"}}}}"#,
        "statement 1: Condition ArnLike a:b: `*` is not an ARN: it has six fields with `:` between them, each of which may have `*` and `?` (for other patterns use StringLike)",
    ),
];

#[test]
fn each_is_refused_with_its_sentence() {
    let mut wrong = Vec::new();
    for (document, sentence) in NO_POLICIES {
        let wanted = format!("Syntax errors in policy: {sentence}");
        match Policy::parse("test", document) {
            Ok(_) => wrong.push(format!("{document}\n  was taken")),
            Err(error) if error.to_string() == wanted => {}
            Err(error) => wrong.push(format!("{document}\n  {error}\n  {wanted}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_operator_is_spelled_as_the_reference_spells_it() {
    let names = [
        "stringEquals",
        "StringMatches",
        "NumericLike",
        "NotString",
        "NullIfExists",
        "ForAnyValue:Null",
        "ForAllValues:",
        "ForAllValues:ForAnyValue:StringEquals",
        "ForEachValue:StringEquals",
        "StringEqualsIfExistsIfExists",
        "IfExists",
        "",
        "BoolNotEquals",
        "DateLike",
        "NumericGreater",
        "IpAddressNot",
    ];
    for name in names {
        let document = format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{name}":{{"a:b":"true"}}}}}}}}"#
        );
        let error = Policy::parse("test", &document).expect_err(name);
        let sentence = format!("Syntax errors in policy: statement 1: Condition: `{name}` is not a condition operator");
        assert_eq!(error.to_string(), sentence);
    }
}

/// The author's text comes back in a sentence that goes into logs and terminals.
#[test]
fn a_sentence_repeats_no_more_than_it_must() {
    let version = format!("{}\\u001b[31m{}", "v".repeat(70), "w".repeat(5_000));
    let document = format!(r#"{{"Version":"{version}","Statement":[]}}"#);
    let sentence = Policy::parse("test", &document).expect_err("no version").to_string();
    assert!(sentence.contains("vvv\\u{1b}[31mwww"), "{sentence}");
    assert!(sentence.chars().count() < 300, "{sentence}");
    let places = Policy::parse("test", r#"{"Statement":[{}]}"#).expect_err("no statement");
    assert_eq!((places.statement(), places.element()), (Some(1), None));
}
