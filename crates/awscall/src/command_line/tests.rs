//! What is taken, what it becomes, and what is refused: line by line, and for every operation of the pack.

mod aws_cli;
mod chat;
mod conveniences;
mod hostile;
mod refused;

use serde_json::{Value, json};

use super::parameter::example_line;
use super::target::is_offered;
use super::{
    CommandLine, HelpTopic, Mistake, Parameter, ParameterKind, Parsed, for_people, masked, parse, with_parameters,
};
use crate::catalog::catalog;

fn run(text: &str) -> CommandLine {
    match parse(text) {
        Parsed::Run(line) => line,
        other => panic!("{text}: {other:?}"),
    }
}

fn mistake(text: &str) -> Mistake {
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
        for operation in service.operations.iter().filter(|operation| is_offered(service, operation)) {
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

/// The same call as the table says, and shown again as itself.
fn assert_calls(cases: &[(&str, &str, Value)]) {
    for (text, operation, input) in cases {
        let line = run(text);
        assert_eq!(line.call.operation.name, *operation, "{text}");
        assert_eq!(Value::Object(line.call.input.clone()), *input, "{text}");
        assert_shown(&line);
    }
}

/// What a form is made of.
fn missing(text: &str) -> (CommandLine, Vec<Parameter>) {
    match parse(text) {
        Parsed::Incomplete(line, missing) => (line, missing),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_missing_parameter_is_named_with_what_a_form_needs() {
    let (line, wanted) = missing("lambda invoke --invocation-type Event");
    assert_eq!(line.shown, "lambda invoke --invocation-type Event");
    let [only] = wanted.as_slice() else { panic!("{wanted:?}") };
    assert_eq!((only.name.as_str(), only.member, only.required), ("function-name", "FunctionName", true));
    assert_eq!(only.kind, ParameterKind::Text(Vec::new()));

    let (_, wanted) = missing("ssm put-parameter --name x");
    assert!(wanted[0].sensitive, "{wanted:?}");
    let (_, wanted) = missing("s3api put-bucket-versioning --bucket b");
    assert_eq!(wanted[0].kind, ParameterKind::Structure(vec!["MFADelete", "Status"]));
    // AWS makes an idempotency token up.
    run("ecs create-service --service-name s");
    run("ssm-incidents start-incident --response-plan-arn a");
}

#[test]
fn a_form_completes_a_command() {
    let (line, _) = missing("dynamodb update-table");
    let given = [
        ("table-name", "my table"),
        ("attribute-definitions", "AttributeName=a,AttributeType=S AttributeName=b,AttributeType=N"),
        ("deletion-protection-enabled", "true"),
        ("billing-mode", ""),
    ];
    let Parsed::Run(line) = with_parameters(&line, &given) else { panic!() };
    assert_eq!(
        Value::Object(line.call.input.clone()),
        json!({
            "AttributeDefinitions": [
                {"AttributeName": "a", "AttributeType": "S"}, {"AttributeName": "b", "AttributeType": "N"},
            ],
            "TableName": "my table",
            "DeletionProtectionEnabled": true,
        })
    );
    assert_shown(&line);
    let Parsed::Mistake(mistake) = with_parameters(&line, &[("billing-mode", "PROVISONED")]) else { panic!() };
    assert_eq!(mistake.suggestions, ["PROVISIONED"]);
    let Parsed::Mistake(_) = with_parameters(&line, &[("no-such", "x")]) else { panic!() };
    // A value of a form is a value, whatever it looks like.
    let Parsed::Run(line) = with_parameters(&line, &[("table-name", "--endpoint-url=x y")]) else { panic!() };
    assert_eq!(line.call.input["TableName"], "--endpoint-url=x y");
    assert_shown(&line);
}

#[test]
fn a_region_and_a_token_are_said_in_the_line() {
    let line = run("lambda list-functions").with_region("eu-west-1").with_starting_token("a b");
    assert_eq!(line.shown, "lambda list-functions --region eu-west-1 --starting-token 'a b'");
    let again = run(&line.shown);
    assert_eq!((again.region.as_deref(), again.starting_token.as_deref()), (Some("eu-west-1"), Some("a b")));
}

#[test]
fn what_would_end_a_block_of_code_is_escaped() {
    let line = run("logs create-log-group --log-group-name 'a```b`'");
    assert_eq!(line.shown, r"logs create-log-group --log-group-name $'a\u0060\u0060\u0060b\u0060'");
    assert_shown(&line);
    assert_eq!(
        run("logs create-log-group --log-group-name 'a``b'").shown,
        "logs create-log-group --log-group-name 'a``b'"
    );
}

/// As the server judges names, about.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["password", "secret", "authtoken"].iter().any(|word| name.contains(word)) || name == "token"
}

#[test]
fn secrets_are_hidden_in_the_masked_line() {
    let line = run("ssm put-parameter --name /a --value 'hunter2' --type SecureString --region eu-west-1");
    let shown = masked(&line, is_secret);
    assert_eq!(shown, "ssm put-parameter --name /a --value ***** --type SecureString --region eu-west-1");
    assert!(line.shown.contains("hunter2"));
    assert!(!format!("{line:?}").contains("hunter2"));
    for text in [
        "lambda update-function-configuration --function-name f --environment Variables={A=hunter2}",
        // Of these the model marks nothing.
        "docdb modify-db-cluster --db-cluster-identifier d --master-user-password hunter2",
        "elasticache modify-replication-group --replication-group-id r --auth-token hunter2",
        "elasticache modify-user --user-id u --passwords hunter2 hunter22",
    ] {
        let shown = masked(&run(text), is_secret);
        assert!(!shown.contains("hunter2") && shown.contains("*****"), "{shown}");
    }
}

/// Nobody agrees to what they do not see: the models mark scripts and payloads too.
#[test]
fn who_is_to_agree_sees_all_but_passwords() {
    for text in [
        "lambda invoke --function-name f --payload '{\"delete\": \"everything\"}'",
        "ssm send-command --document-name AWS-RunShellScript --parameters 'commands=rm -rf /var/tmp/x'",
        "stepfunctions start-execution --state-machine-arn arn:aws:states:us-east-1:123456789012:stateMachine:f --input '{\"a\": 1}'",
        "lambda update-function-configuration --function-name f --environment 'Variables={MODE=fast}'",
        "ssm put-parameter --name /a --value plain --type String",
    ] {
        let line = run(text);
        assert_eq!(for_people(&line, is_secret), line.shown);
        assert!(masked(&line, is_secret).contains("*****"), "{}", masked(&line, is_secret));
    }
    for (text, rest) in [
        (
            "ssm put-parameter --name /a --value hunter2 --type SecureString",
            "--name /a --value ***** --type SecureString",
        ),
        (
            "rds modify-db-instance --db-instance-identifier d --master-user-password hunter2",
            "--master-user-password *****",
        ),
        (
            // One secret hides nothing beside it.
            "lambda update-function-configuration --function-name f --environment Variables={DB_PASSWORD=hunter2,MODE=fast}",
            "MODE=fast",
        ),
        ("elasticache modify-user --user-id u --passwords hunter2", "--passwords *****"),
    ] {
        let shown = for_people(&run(text), is_secret);
        assert!(shown.contains(rest) && !shown.contains("hunter2"), "{shown}");
    }
}

/// The model may be older than AWS: what holds a known value whole is no slip of the finger.
#[test]
fn a_value_that_the_model_does_not_know_yet_is_sent_and_said() {
    let line = run("ecs run-task --task-definition t --launch-type FARGATE_SPOT");
    assert_eq!(line.call.input["launchType"], "FARGATE_SPOT");
    assert!(line.notes.iter().any(|note| note.contains("I do not know")), "{:?}", line.notes);
    assert!(mistake("ecs run-task --task-definition t --launch-type FARGTE").headline.contains("does not take"));
}

#[test]
fn what_looks_like_base64_is_text_and_said_to_be() {
    let notes =
        |data: &str| run(&format!("kinesis put-record --stream-name s --partition-key p --data {data}")).notes.concat();
    assert!(notes("aGVsbG8gd29ybGQ=").contains("--cli-binary-format base64"));
    for text in ["hello", "password", "12345678", "SGVsbG8"] {
        assert_eq!(notes(text), "", "{text}");
    }
}
