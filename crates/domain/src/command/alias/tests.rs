//! Aliases: what is one, what its values are, and that a value never is anything else.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::reading::Reading;
use super::*;

fn action(text: &str) -> Action {
    Action::parse(text).unwrap()
}

fn values(of: &[(&str, &str)]) -> VariableValues {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn names_are_plain() {
    for name in ["a", "deploy-prod", "Restart_2", "_x", &"n".repeat(100)] {
        assert_eq!(Name::parse(name).unwrap().as_str(), name);
    }
    for name in ["", "-a", "--help", "a b", "a.b", "dеploy", "a\u{200b}", "a'", &"n".repeat(101)] {
        assert_eq!(Name::parse(name), Err(BadName), "{name}");
    }
}

#[test]
fn variables_are_found_wherever_they_stand() {
    for (text, variables) in [
        ("lambda list-functions", &[][..]),
        ("ssm x --name $name --parameters {\"Role\": [\"arn:aws:iam::1:role/$role-name\"]}", &["name", "role-name"]),
        ("lambda invoke $f --payload '{\"a\": \"$a and $f\"}'", &["f", "a"]),
        ("aws s3api put-object --bucket $bucketName --key \"$revisionId/approved\"", &["bucketName", "revisionId"]),
        ("x y --a ${a}b --c=$c.json", &["a", "c"]),
        ("lambda x --qualifier $$LATEST --a \\$b --c \"\\$d\" --e $e", &["e"]),
        ("x y --a $ --b $- --c a$ --d $1", &["1"]),
        ("x y --a $a-", &["a"]),
        ("x y --a ${a --b ${} --c ${a b}", &[]),
    ] {
        assert_eq!(action(text).variables(), variables, "{text}");
    }
}

#[test]
fn an_action_is_a_command_whose_variables_are_values() {
    for (text, bad) in [
        ("", BadAction::Empty),
        ("  ", BadAction::Empty),
        (&"a ".repeat(3_000)[..], BadAction::TooLong),
        ("run other", BadAction::Recursive),
        ("aws Run other", BadAction::Recursive),
        ("alias create a b", BadAction::Recursive),
        ("help", BadAction::NotACommand),
        ("switch-role", BadAction::NotACommand),
        ("$service list-functions", BadAction::NotAValue("service".to_owned())),
        ("lambda invoke --$flag x", BadAction::NotAValue("flag".to_owned())),
        ("lambda invoke --x-$flag=1", BadAction::NotAValue("flag".to_owned())),
        ("lambda invoke —$flag 1", BadAction::NotAValue("flag".to_owned())),
        ("lambda invoke --payload '{", BadAction::Unclosed),
    ] {
        assert_eq!(Action::parse(text), Err(bad), "{text}");
    }
    let many: Vec<String> = (0..=VARIABLES_MAX).map(|number| format!("$v{number}")).collect();
    assert_eq!(Action::parse(&format!("x y --a {}", many.join(" "))), Err(BadAction::TooManyVariables));
    assert_eq!(action("aws lambda invoke --a='$x'").as_str(), "lambda invoke --a='$x'");
}

#[test]
fn the_head_is_what_names_the_operation() {
    for (text, head) in [
        ("lambda invoke --function-name $f", "lambda invoke"),
        ("invoke $f --payload x", "invoke"),
        ("lambda list-functions", "lambda list-functions"),
        ("s3 ls s3://$bucket", "s3 ls"),
    ] {
        assert_eq!(action(text).head(), head, "{text}");
    }
}

#[test]
fn values_come_by_position_or_by_name() {
    let variables = ["name", "role-name", "1"];
    for (text, found) in [
        ("", &[][..]),
        ("val1 val2", &[("name", "val1"), ("role-name", "val2")]),
        ("--name val1 --role-name val2", &[("name", "val1"), ("role-name", "val2")]),
        ("--role-name val2 val1", &[("name", "val1"), ("role-name", "val2")]),
        ("—name=a=b 'two words'", &[("name", "a=b"), ("role-name", "two words")]),
        ("-5 '--name'", &[("name", "-5"), ("role-name", "--name")]),
        ("--name '--x' --1 -2", &[("name", "--x"), ("1", "-2")]),
        ("--name=", &[("name", "")]),
        (r#"{"a": [1, 2]} "a \"b\"""#, &[("name", r#"{"a": [1, 2]}"#), ("role-name", r#"a "b""#)]),
    ] {
        assert_eq!(arguments(text, &variables), Ok(values(found)), "{text}");
    }
    let owned = || variables.iter().map(|variable| (*variable).to_owned()).collect::<Vec<_>>();
    for (text, bad) in [
        ("--nam x", BadArgument::Unknown { name: "--nam".to_owned(), variables: owned() }),
        ("--name", BadArgument::NoValue("name".to_owned())),
        ("--name --role-name x", BadArgument::NoValue("name".to_owned())),
        ("--name a --name b", BadArgument::Twice("name".to_owned())),
        ("a b c d e", BadArgument::TooMany { given: 2, variables: owned() }),
        ("--name a --role-name b --1 c d", BadArgument::TooMany { given: 1, variables: owned() }),
        ("'a", BadArgument::Unclosed),
    ] {
        assert_eq!(arguments(text, &variables), Err(bad), "{text}");
    }
    assert!(arguments("a", &[]).unwrap_err().to_string().contains("it has none"));
}

fn filled(text: &str, given: &[(&str, &str)]) -> Result<Reading, NotFilled> {
    let line = action(text).fill(&values(given))?;
    Ok(Reading::of(&line).unwrap_or_else(|| panic!("{line} is no command: {:?}", awscall::command_line::parse(&line))))
}

fn input(text: &str, given: &[(&str, &str)]) -> Value {
    filled(text, given).unwrap().rest["input"].clone()
}

const HOSTILE: [&str; 22] = [
    "--function-name",
    "--region us-gov-west-1",
    "x --qualifier 1",
    "a b",
    "it's",
    "say \"hi\"",
    "'; \"",
    "\\",
    "\\\"",
    "a\nb",
    "$(id)",
    "`id`",
    "${f}",
    "{\"a\": 1}",
    "[1,2",
    "a,Value=b",
    "a=b",
    "“curly”",
    "it’s",
    "—dash",
    "\u{200b}",
    "ünï",
];

#[test]
fn a_whole_value_is_itself() {
    for value in HOSTILE {
        let given = [("f", value)];
        let text = |rest: Value| rest["input"]["FunctionName"].clone();
        for written in [
            "lambda get-function --function-name $f",
            "lambda get-function --function-name=$f",
            "lambda get-function --function-name '$f'",
            "lambda get-function --function-name \"$f\" --qualifier 7",
        ] {
            let reading = filled(written, &given).unwrap();
            assert_eq!(text(reading.rest), Value::String(value.to_owned()), "{written} {value}");
            assert_eq!(reading.operation, "lambda get-function");
        }
        // As part of a value, or refused.
        for written in ["lambda get-function --function-name arn:$f:x", "lambda get-function --function-name 'a $f'"] {
            match filled(written, &given) {
                Ok(reading) => {
                    let name = text(reading.rest);
                    assert!(name.as_str().unwrap().contains(value), "{written} {value}: {name}");
                }
                Err(refused) => assert_eq!(refused, NotFilled::NotAValue("f".to_owned()), "{written} {value}"),
            }
        }
    }
}

#[test]
fn a_value_within_json_is_a_string_of_it() {
    use base64::Engine as _;
    for value in HOSTILE {
        for written in [
            "lambda invoke --function-name f --payload {\"message\": \"I've said: $x\", \"n\": 1}",
            "lambda invoke --function-name f --payload '{\"message\": \"I said: $x\", \"n\": 1}'",
            "lambda invoke --function-name f --payload \"{\\\"message\\\": \\\"I've said: $x\\\", \\\"n\\\": 1}\"",
        ] {
            let input = input(written, &[("x", value)]);
            let payload = base64::engine::general_purpose::STANDARD.decode(input["Payload"].as_str().unwrap()).unwrap();
            let payload: Value = serde_json::from_slice(&payload).unwrap();
            assert!(payload["message"].as_str().unwrap().ends_with(&format!(" said: {value}")), "{written} {value}");
            assert_eq!(payload["n"], 1);
            assert_eq!(payload.as_object().unwrap().len(), 2);
        }
        let written = "ssm start-automation-execution --document-name d --parameters {\"A\": [\"$x\"], \"B\": [\"b\"]}";
        let input = input(written, &[("x", value)]);
        assert_eq!(input["Parameters"], json!({"A": [value], "B": ["b"]}), "{value}");
    }
}

#[test]
fn a_value_of_a_shorthand_is_one() {
    let written = "ec2 create-tags --resources i-1 --tags Key=$k,Value=$v";
    let tags =
        |k: &str, v: &str| filled(written, &[("k", k), ("v", v)]).map(|reading| reading.rest["input"]["Tags"].clone());
    assert_eq!(tags("a", "b"), Ok(json!([{"Key": "a", "Value": "b"}])));
    for value in HOSTILE {
        match tags("a", value) {
            Ok(tags) => assert_eq!(tags, json!([{"Key": "a", "Value": value}]), "{value}"),
            Err(refused) => assert_eq!(refused, NotFilled::NotAValue("v".to_owned()), "{value}"),
        }
    }
    assert_eq!(tags("a", "a b"), Ok(json!([{"Key": "a", "Value": "a b"}])));
    assert_eq!(tags("a", "b,Key=c"), Ok(json!([{"Key": "a", "Value": "b,Key=c"}])));
}

#[test]
fn numbers_are_numbers() {
    let written = "autoscaling set-desired-capacity --auto-scaling-group-name $g --desired-capacity $n";
    assert_eq!(
        input(written, &[("g", "my group"), ("n", "5")]),
        json!({"AutoScalingGroupName": "my group", "DesiredCapacity": 5})
    );
    let written = "lambda invoke --function-name f --payload {\"n\":$n}";
    let payload = |n: &str| input(written, &[("n", n)])["Payload"].clone();
    assert_eq!(payload("5"), "eyJuIjo1fQ==");
    assert_eq!(payload("a b"), "eyJuIjoiYSBiIn0=");
}

#[test]
fn two_names_do_not_become_one() {
    let written = "ssm start-automation-execution --document-name d --parameters {\"$k\": [\"x\"], \"Safe\": [\"y\"]}";
    assert_eq!(input(written, &[("k", "a b")])["Parameters"], json!({"a b": ["x"], "Safe": ["y"]}));
    assert!(filled(written, &[("k", "Safe")]).is_err());
}

#[test]
fn a_variable_names_no_operation() {
    assert_eq!(filled("lambda $op", &[("op", "list-functions")]), Err(NotFilled::NoOperation));
    assert_eq!(filled("lambda $op --function-name f", &[("op", "delete-function")]), Err(NotFilled::NoOperation));
    assert_eq!(filled("lambda get-function --function-name $f", &[]), Err(NotFilled::Missing(vec!["f".to_owned()])));
    let long = "x".repeat(3_000);
    assert_eq!(filled("lambda get-function --function-name $f$f", &[("f", &long)]), Err(NotFilled::TooLong));
    assert_eq!(input("lambda get-function --function-name f --qualifier $$LATEST", &[])["Qualifier"], "$LATEST");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever stands in the values: the operation, the flags and the other values are the action's.
    #[test]
    fn no_value_is_anything_but_a_value(
        a in "[-a-z\\\\'\"`$ {}\\[\\],=:\n“”’–é]{0,12}",
        b in "\\PC{0,12}",
    ) {
        for (written, flags) in [
            ("lambda update-function-configuration --function-name $a --description $b --timeout 5", &["FunctionName", "Description", "Timeout"][..]),
            ("lambda update-function-configuration --function-name 'x-$a' --description \"$b, $a\" --timeout=5", &["FunctionName", "Description", "Timeout"]),
            ("lambda update-function-configuration --timeout 5 --environment {\"Variables\":{\"A\":\"$a\",\"B\":\"$b\"}} --function-name f", &["FunctionName", "Environment", "Timeout"]),
            ("lambda update-function-configuration --timeout 5 --environment Variables={A=$a,B=\"$b\"} --function-name f", &["FunctionName", "Environment", "Timeout"]),
        ] {
            let Ok(line) = action(written).fill(&values(&[("a", &a), ("b", &b)])) else { continue };
            let Some(reading) = Reading::of(&line) else { continue };
            prop_assert_eq!(&reading.operation, "lambda update-function-configuration", "{}", line);
            let input = reading.rest["input"].as_object().unwrap();
            let mut names: Vec<&str> = input.keys().map(String::as_str).collect();
            let mut wanted = flags.to_vec();
            names.sort_unstable();
            wanted.sort_unstable();
            prop_assert_eq!(names, wanted, "{}", line);
            prop_assert_eq!(&input["Timeout"], 5);
            prop_assert_eq!(&reading.rest["region"], &Value::Null);
            if let Some(variables) = input.get("Environment").map(|environment| &environment["Variables"]) {
                prop_assert_eq!(variables, &json!({"A": a, "B": b}), "{}", line);
            }
        }
    }

    #[test]
    fn no_action_and_no_arguments_are_too_strange(text in "\\PC{0,80}", like in "[-a$ {}\\[\\]'\"\\\\=]{0,60}") {
        for text in [text, like] {
            if let Ok(action) = Action::parse(&text) {
                let given = action.variables().into_iter().map(|name| (name.to_owned(), "x y".to_owned())).collect();
                let _ = action.fill(&given);
            }
            let _ = arguments(&text, &["a"]);
        }
    }
}
