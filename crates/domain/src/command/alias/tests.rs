//! Aliases: what is one, what its values are, and that a value never is anything else.

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
