//! What is taken, what it becomes, and what is refused: line by line, and for every operation of the pack.

use serde_json::{Value, json};

use super::parameter::example_line;
use super::{CommandLine, HelpTopic, Mistake, Parsed, parse};
use crate::catalog::catalog;

pub(super) fn run(text: &str) -> CommandLine {
    match parse(text) {
        Parsed::Run(line) => line,
        other => panic!("{text}: {other:?}"),
    }
}

pub(super) fn mistake(text: &str) -> Mistake {
    match parse(text) {
        Parsed::Mistake(mistake) => mistake,
        other => panic!("{text}: {other:?}"),
    }
}

/// The same call again, and the same line.
fn assert_shown(line: &CommandLine) {
    let again = run(&line.shown);
    assert_eq!(again.call.input, line.call.input, "{}", line.shown);
    assert_eq!(again.call.operation.name, line.call.operation.name, "{}", line.shown);
    assert_eq!(again.shown, line.shown);
}

#[test]
fn the_example_of_every_operation_is_a_whole_command_and_shown_again_as_itself() {
    let mut operations = 0;
    for entry in &catalog().directory().services {
        let service = catalog().service(entry.name).unwrap();
        for operation in service.operations.iter().filter(|operation| !operation.event_stream) {
            let example = example_line(service, operation);
            let line = run(&example);
            assert_eq!(line.call.operation.name, operation.name, "{example}");
            assert_shown(&line);
            operations += 1;
        }
    }
    assert!(operations > 15_000, "{operations}");
}

#[test]
fn help_is_asked_for_at_each_level() {
    let invoke = HelpTopic::Operation { service: "lambda", command: "invoke" };
    for (text, topic) in [
        ("", HelpTopic::All),
        ("help", HelpTopic::All),
        ("--help", HelpTopic::All),
        ("aws help", HelpTopic::All),
        ("lambda --help", HelpTopic::Service("lambda")),
        ("lambda help", HelpTopic::Service("lambda")),
        ("Lambda -help", HelpTopic::Service("lambda")),
        ("help lambda", HelpTopic::Service("lambda")),
        ("s3 help", HelpTopic::Service("s3api")),
        ("lambda invoke --help", invoke.clone()),
        ("lambda invoke help", invoke.clone()),
        ("lambda invoke --function-name x -h", invoke.clone()),
        ("help lambda Invoke", invoke),
    ] {
        match parse(text) {
            Parsed::Help(given) => assert_eq!(given, topic, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn plain_commands_become_their_input() {
    let cases: [(&str, &str, Value); 4] = [
        ("lambda list-functions", "ListFunctions", json!({})),
        (
            "aws ec2 describe-instances --instance-ids i-1 i-2",
            "DescribeInstances",
            json!({"InstanceIds": ["i-1", "i-2"]}),
        ),
        ("lambda get-function my-function", "GetFunction", json!({"FunctionName": "my-function"})),
        (
            "lambda invoke --function-name f --payload {\"a\": 1}",
            "Invoke",
            json!({"FunctionName": "f", "Payload": "eyJhIjogMX0="}),
        ),
    ];
    for (text, operation, input) in cases {
        let line = run(text);
        assert_eq!(line.call.operation.name, operation, "{text}");
        assert_eq!(Value::Object(line.call.input.clone()), input, "{text}");
        assert_shown(&line);
    }
}

#[test]
fn a_missing_parameter_is_named() {
    let Parsed::Incomplete(line, missing) = parse("lambda invoke") else { panic!() };
    assert_eq!(line.shown, "lambda invoke");
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].name, "function-name");
}

#[test]
fn a_wrong_word_is_answered_with_the_nearest() {
    assert_eq!(mistake("lamda list-functions").suggestions, ["lambda list-functions"]);
    assert_eq!(mistake("lambda list-function").suggestions[0], "lambda list-functions");
    assert_eq!(mistake("lambda invoke --function-nam f").suggestions, ["--function-name"]);
}
