//! `s3 ls`, `logs tail`, `lambda invoke`.

use serde_json::{Value, json};

use super::super::CallShape;
use super::{assert_shown, mistake, run};

fn list(bucket: &str, prefix: &str, recursive: bool) -> CallShape {
    CallShape::S3List { bucket: Some(bucket.to_owned()), prefix: prefix.to_owned(), recursive }
}

#[test]
fn buckets_and_keys_are_listed() {
    let buckets = run("aws s3 ls");
    assert_eq!(buckets.call.operation.name, "ListBuckets");
    assert_eq!(buckets.shape, CallShape::S3List { bucket: None, prefix: String::new(), recursive: false });
    assert_eq!(buckets.shown, "s3 ls");
    for (text, shape, input, shown) in [
        ("s3 ls b", list("b", "", false), json!({"Bucket": "b", "Delimiter": "/"}), "s3 ls s3://b/"),
        ("s3 ls s3://b", list("b", "", false), json!({"Bucket": "b", "Delimiter": "/"}), "s3 ls s3://b/"),
        (
            "s3 ls s3://b/logs/",
            list("b", "logs/", false),
            json!({"Bucket": "b", "Delimiter": "/", "Prefix": "logs/"}),
            "s3 ls s3://b/logs/",
        ),
        (
            "s3 LS s3://b/a/b --recursive --human-readable",
            list("b", "a/b", true),
            json!({"Bucket": "b", "Prefix": "a/b"}),
            "s3 ls s3://b/a/b --recursive",
        ),
        (
            "s3 ls 's3://b/a b' --page-size 3",
            list("b", "a b", false),
            json!({"Bucket": "b", "Delimiter": "/", "Prefix": "a b"}),
            "s3 ls 's3://b/a b' --page-size 3",
        ),
        (
            "s3 ls s3://arn:aws:s3:us-east-1:1:accesspoint/ap/x/",
            list("arn:aws:s3:us-east-1:1:accesspoint/ap", "x/", false),
            json!({"Bucket": "arn:aws:s3:us-east-1:1:accesspoint/ap", "Delimiter": "/", "Prefix": "x/"}),
            "s3 ls s3://arn:aws:s3:us-east-1:1:accesspoint/ap/x/",
        ),
    ] {
        let line = run(text);
        assert_eq!(line.call.operation.name, "ListObjectsV2", "{text}");
        assert_eq!(Value::Object(line.call.input.clone()), input, "{text}");
        assert_eq!((&line.shape, line.shown.as_str()), (&shape, shown), "{text}");
        assert_shown(&line);
        assert_eq!(run(&line.shown).shape, shape);
    }
    for (text, headline) in [
        ("s3 ls s3:///x", "no name of a bucket"),
        ("s3 ls a b", "one word too many"),
        ("s3 ls --endpoint-url x", "does not exist here"),
        ("s3 ls --nosuch", "There is no `--nosuch` here"),
        ("s3 ls --help", "how `s3 ls` is written"),
    ] {
        assert!(mistake(text).headline.contains(headline), "{text}: {:?}", mistake(text));
    }
}

#[test]
fn logs_are_tailed_from_a_while_ago() {
    for (text, since_ms, input, shown) in [
        (
            "logs tail /aws/lambda/f",
            600_000,
            json!({"logGroupName": "/aws/lambda/f"}),
            "logs tail /aws/lambda/f --since 10m",
        ),
        ("logs tail g --since 90s", 90_000, json!({"logGroupName": "g"}), "logs tail g --since 90s"),
        (
            "logs tail g --since 2h --region eu-west-1",
            7_200_000,
            json!({"logGroupName": "g"}),
            "logs tail g --since 2h --region eu-west-1",
        ),
        (
            "logs tail --since=1d g --filter-pattern '?ERROR ?WARN'",
            86_400_000,
            json!({"logGroupName": "g", "filterPattern": "?ERROR ?WARN"}),
            "logs tail g --since 1d --filter-pattern '?ERROR ?WARN'",
        ),
        (
            "logs tail g --log-stream-names a 'b c' --follow --format short",
            600_000,
            json!({"logGroupName": "g", "logStreamNames": ["a", "b c"]}),
            "logs tail g --since 10m --log-stream-names a 'b c'",
        ),
        (
            "logs tail arn:aws:logs:us-east-1:1:log-group:g --log-stream-name-prefix x",
            600_000,
            json!({"logGroupIdentifier": "arn:aws:logs:us-east-1:1:log-group:g", "logStreamNamePrefix": "x"}),
            "logs tail arn:aws:logs:us-east-1:1:log-group:g --since 10m --log-stream-name-prefix x",
        ),
    ] {
        let line = run(text);
        assert_eq!(line.call.operation.name, "FilterLogEvents", "{text}");
        assert_eq!(Value::Object(line.call.input.clone()), input, "{text}");
        assert_eq!((&line.shape, line.shown.as_str()), (&CallShape::LogsTail { since_ms }, shown), "{text}");
        assert_shown(&line);
    }
    for (text, headline) in [
        ("logs tail", "needs the name of a log group"),
        ("logs tail g --since yesterday", "takes a time back"),
        ("logs tail g --since 99999999999999999w", "takes a time back"),
        ("logs tail g --since 0m", "takes a time back"),
        ("logs tail g --since", "needs a value"),
        ("logs tail g --since 1m --since 2m", "is given twice"),
    ] {
        assert!(mistake(text).headline.contains(headline), "{text}: {:?}", mistake(text));
    }
}

#[test]
fn a_function_is_invoked_with_its_payload_shown() {
    let line = run("lambda invoke --function-name f --payload '{\"a\": \"it''s\"}' out.json");
    assert_eq!(line.shape, CallShape::LambdaInvoke);
    assert_eq!(line.shown, "lambda invoke --function-name f --payload '{\"a\": \"its\"}'");
    assert_shown(&line);
}
