//! Anything at all: no text makes it panic or hang, and whatever runs is shown as itself.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::super::{CommandLine, NESTING_MAX, Parsed, TEXT_CHARACTERS_MAX, WORDS_MAX, parse, shown};
use super::{assert_shown, mistake};
use crate::call::Call;
use crate::catalog::catalog;
use crate::model::{Kind, Member, Service};

#[test]
fn every_limit_holds() {
    let long = format!("lambda get-function {}", "a".repeat(TEXT_CHARACTERS_MAX));
    assert!(mistake(&long).headline.contains("too long"));
    let many = format!("ec2 describe-instances --instance-ids{}", " i".repeat(WORDS_MAX));
    assert!(mistake(&many).headline.contains("too many words"));
    for deep in [
        format!("{}{}", "[".repeat(NESTING_MAX + 1), "]".repeat(NESTING_MAX + 1)),
        format!("'{}{}'", "[".repeat(NESTING_MAX + 2), "]".repeat(NESTING_MAX + 2)),
        format!("'{}{}'", "[".repeat(1_000), "]".repeat(1_000)),
        format!("'{}1{}'", "{\"a\":".repeat(40), "}".repeat(40)),
        format!("'a={}'", "[".repeat(2_000)),
        format!("'a={}'", "{a=".repeat(1_000)),
    ] {
        for flag in [
            "ec2 describe-instances --filters",
            "dynamodb get-item --table-name t --key",
            "lambda invoke f --cli-input-json",
        ] {
            mistake(&format!("{flag} {deep}"));
        }
    }
}

/// What has meaning to one of the readers.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("lambda"),
        Just("ec2"),
        Just("s3"),
        Just("ls"),
        Just("logs"),
        Just("tail"),
        Just("invoke"),
        Just("describe-instances"),
        Just("--filters"),
        Just("--function-name"),
        Just("--payload"),
        Just("--cli-input-json"),
        Just("--region"),
        Just("--dry-run"),
        Just("--tags"),
        Just("create-tags"),
        Just("--max-items"),
        Just("--since"),
        Just("help"),
        Just("--help"),
        Just("aws"),
        Just("us-east-1"),
        Just("Name=a,Values=b"),
        Just("a=b"),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("\""),
        Just("'"),
        Just("“"),
        Just("”"),
        Just("’"),
        Just("\\"),
        Just("$'"),
        Just("\\u"),
        Just("—"),
        Just("-"),
        Just("="),
        Just(","),
        Just("\n"),
        Just("\u{202e}"),
        Just("\u{0}"),
        Just("file://x"),
        Just("5"),
        Just("true"),
        Just("é"),
        Just("\\,"),
        Just("@="),
        Just(":"),
    ];
    prop::collection::vec((piece, prop::bool::ANY), 0..30).prop_map(|pieces| {
        pieces.into_iter().map(|(piece, space)| if space { format!("{piece} ") } else { piece.to_owned() }).collect()
    })
}

/// Whether a member is there: a required one always.
fn given(member: &Member, often: f64) -> BoxedStrategy<bool> {
    if member.required { Just(true).boxed() } else { prop::bool::weighted(often).boxed() }
}

/// A value that the shape takes, with texts of all kinds.
fn value(service: &'static Service, member: &Member, depth: usize) -> BoxedStrategy<Value> {
    let text = prop_oneof![
        "[a-z]{0,4}",
        r#"[-–“”'"\\\[\]{}=,$`@ :a\n\u{202e}\u{e9}]{0,8}"#,
        Just("file://x".to_owned()),
        Just("--region".to_owned())
    ];
    let base64 = prop::collection::vec(any::<u8>(), 0..6).prop_map(|bytes| {
        use base64::Engine as _;
        Value::from(base64::engine::general_purpose::STANDARD.encode(bytes))
    });
    let shape = service.shape(member.shape);
    match &shape.kind {
        Kind::Structure(structure) if structure.document => text.prop_map(Value::from).boxed(),
        Kind::Structure(structure) => {
            let members: Vec<_> = structure
                .members
                .iter()
                .filter(|member| member.required || depth < 3)
                .map(|inner| {
                    let given = given(inner, 0.3);
                    (Just(inner.name.to_owned()), given, value(service, inner, depth + 1))
                })
                .collect();
            let kept = |members: Vec<(String, bool, Value)>| {
                Value::Object(
                    members.into_iter().filter(|(_, given, _)| *given).map(|(name, _, value)| (name, value)).collect(),
                )
            };
            members.prop_map(kept).boxed()
        }
        Kind::List { member, .. } => {
            prop::collection::vec(value(service, member, depth + 1), 0..3).prop_map(Value::from).boxed()
        }
        Kind::Map { value: of, key, .. } => {
            let keys = match &service.shape(key.shape).kind {
                Kind::String { values } if !values.is_empty() => {
                    prop::sample::select(values.clone()).prop_map(str::to_owned).boxed()
                }
                _ => prop_oneof!["[a-zA-Z#:./_-]{1,5}", "[\"=,é ]{0,3}"].boxed(),
            };
            prop::collection::vec((keys, value(service, of, depth + 1)), 0..3)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>()))
                .boxed()
        }
        Kind::String { values } if !values.is_empty() => {
            prop::sample::select(values.clone()).prop_map(Value::from).boxed()
        }
        Kind::String { .. } => text.prop_map(Value::from).boxed(),
        Kind::Integer | Kind::Long => any::<i32>().prop_map(Value::from).boxed(),
        // Eighths: `serde_json` reads most others, and those with sixteen digits, to the last bit but one.
        Kind::Float | Kind::Double => any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)).boxed(),
        Kind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Blob { .. } => base64.boxed(),
        Kind::Timestamp { .. } => Just(Value::from("2026-01-31T12:00:00Z")).boxed(),
    }
}

/// Operations whose inputs have every kind of shape.
const OPERATIONS: [(&str, &str); 10] = [
    ("ec2", "RunInstances"),
    ("ec2", "ModifyInstanceAttribute"),
    ("lambda", "Invoke"),
    ("lambda", "CreateFunction"),
    ("dynamodb", "PutItem"),
    ("sqs", "SendMessageBatch"),
    ("kinesis", "PutRecords"),
    ("bedrock-runtime", "Converse"),
    ("cloudwatch", "PutMetricData"),
    ("s3api", "PutObject"),
];

fn calls() -> impl Strategy<Value = Call> {
    prop::sample::select(OPERATIONS.to_vec()).prop_flat_map(|(service, operation)| {
        let service = catalog().service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        let members: Vec<_> = service
            .input(operation)
            .iter()
            .map(|member| {
                let given = given(member, 0.15);
                (Just(member.name.to_owned()), given, value(service, member, 0))
            })
            .collect();
        members.prop_map(move |members| Call {
            service,
            operation,
            input: members.into_iter().filter(|(_, given, _)| *given).map(|(name, _, value)| (name, value)).collect(),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        parse(&text);
        parse(&format!("lambda invoke --function-name {text}"));
        parse(&format!("ec2 describe-instances --filters {text}"));
    }

    #[test]
    fn whatever_runs_is_shown_as_itself(text in pieces()) {
        for text in [format!("lambda invoke {text}"), format!("ec2 create-tags --resources i --tags {text}"), text] {
            if let Parsed::Run(line) = parse(&text) {
                assert_shown(&line);
            }
        }
    }

    #[test]
    fn any_call_is_shown_as_a_line_that_is_the_same_call(call in calls()) {
        let text = shown::call(call.service, call.operation, &call.input);
        prop_assert!(!text.chars().any(|letter| letter.is_control() || letter == '\u{202e}'), "{:?}", text);
        let again: CommandLine = match parse(&text) {
            Parsed::Run(line) => line,
            other => panic!("{text}: {other:?}"),
        };
        prop_assert_eq!(again.call.input, call.input, "{}", text);
    }
}
