//! What is refused, in what words, and what is offered instead.

use super::mistake;

/// The words, a part of the headline, and the first suggestion, if there is one.
fn assert_mistakes(cases: &[(&str, &str, &str)]) {
    for (text, headline, suggestion) in cases {
        let mistake = mistake(text);
        assert!(mistake.headline.contains(headline), "{text}: {}", mistake.headline);
        assert!(mistake.headline.ends_with('.'), "{text}: {}", mistake.headline);
        assert_eq!(mistake.suggestions.first().map_or("", String::as_str), *suggestion, "{text}: {mistake:?}");
    }
}

#[test]
fn a_wrong_name_is_answered_with_the_nearest() {
    assert_mistakes(&[
        ("lamda list-functions", "no service `lamda`", "lambda list-functions"),
        ("lamda", "no service `lamda`", "lambda"),
        ("cloudwach describe-alarms", "no service", "cloudwatch describe-alarms"),
        ("dynamo list-tables", "no service", "dynamodb list-tables"),
        ("queue list-queues", "no service", "sqs list-queues"),
        ("lambda list-function", "no operation `list-function`", "lambda list-functions"),
        ("lambda functions", "no operation", "lambda list-functions"),
        ("ec2 describe-instance", "no operation", "ec2 describe-instances"),
        ("ec2 describe-instaces --x", "no operation", "ec2 describe-instances"),
        ("lambda", "needs an operation", "lambda list-aliases"),
        ("lambda invoke --function-nam f", "no parameter `--function-nam`", "--function-name"),
        ("lambda invoke --functoin-name f", "no parameter", "--function-name"),
        ("lambda invoke --name f", "no parameter", "--function-name"),
        ("lambda list-functions --reigon us-east-1", "no parameter", "--region"),
        ("lambda list-functions --zzzz 1", "no parameter", ""),
        ("lambda invoke f --invocation-type Evnt", "`--invocation-type` does not take `Evnt`", "Event"),
        ("cloudwatch describe-alarms --state-value ALRM", "does not take `ALRM`", "ALARM"),
        ("ec2 describe-instances --filters Nmae=a,Values=b", "has no `Nmae`", "Name"),
        (r#"ec2 describe-instances --filters [{"name": "a"}]"#, "has no `name`", "Name"),
        (r#"lambda invoke --cli-input-json {"functionName": "f"}"#, "no parameter `functionName`", "FunctionName"),
        ("list-tags-for-resource --resource-arn x", "is an operation of", "cloudwatch list-tags-for-resource"),
        ("lambda list-functions --output jsno", "no output format", "json"),
        (
            "sqs set-queue-attributes --queue-url q --attributes VisibilityTimout=3",
            "does not take",
            "VisibilityTimeout",
        ),
    ]);
}

#[test]
fn letters_that_only_look_right_are_pointed_at() {
    assert_mistakes(&[
        ("lаmbda list-functions", "U+0430", "lambda list-functions"),
        ("ｌambda list-functions", "U+FF4C", "lambda list-functions"),
        ("lambda list-funсtions", "U+0441", "lambda list-functions"),
        ("lambda invoke --funсtion-name f", "U+0441", "--function-name"),
        ("lambda list–functions", "U+2013", "lambda list-functions"),
        ("lambda list-functions --reɡion us-east-1", "U+0261", "--region"),
        ("lambda list-functions --region us-eаst-1", "U+0430", "us-east-1"),
        ("lam\u{200b}bda list-functions", "U+200B", ""),
        ("lambda list-functions\u{202e}", "U+202E", ""),
        ("lambda list-functions \u{1b}[31m", "U+001B", ""),
    ]);
}

#[test]
fn doors_to_elsewhere_do_not_exist() {
    for flag in [
        "--endpoint-url https://example.com",
        "--endpoint-url=http://169.254.169.254",
        "—endpoint-url x",
        "--ENDPOINT-URL x",
        "--endpointurl x",
        "--profile admin",
        "--no-sign-request",
        "--no-verify-ssl",
        "--ca-bundle /etc/ssl/x",
        "--cli-read-timeout 0",
        "--cli-connect-timeout 0",
        "--debug",
        "--version",
        "--generate-cli-skeleton",
        "--generate-cli-skeleton output",
        "--cli-auto-prompt",
        "--cli-input-yaml x",
    ] {
        for text in [format!("lambda list-functions {flag}"), format!("{flag} lambda list-functions")] {
            let mistake = mistake(&text);
            assert!(mistake.headline.contains("does not exist here: "), "{text}: {}", mistake.headline);
        }
    }
}

#[test]
fn no_file_is_read_and_no_address_fetched() {
    assert_mistakes(&[
        ("lambda invoke f --payload file://event.json", "no file of yours is here", ""),
        ("lambda invoke f --payload fileb:///etc/passwd", "no file", ""),
        ("lambda invoke f --payload FILE://x", "no file", ""),
        ("lambda invoke f --payload ' file://x'", "no file", ""),
        ("lambda invoke file://x", "no file", ""),
        ("ec2 describe-instances --instance-ids i-1 file://x", "no file", ""),
        ("ec2 describe-instances --filters file://filters.json", "no file", ""),
        ("lambda invoke f --cli-input-json file://x", "no file", ""),
        ("ses send-email --from a --to b --subject file://x", "no file", ""),
        ("ec2 describe-instances --filters https://example.com/f.json", "nothing is fetched", ""),
        ("dynamodb get-item --table-name t --key http://example.com/", "nothing is fetched", ""),
        ("ec2 describe-instances --filters Name@=file://x", "would read a file", ""),
        ("s3 cp s3://b/k /tmp/x", "does not exist here", ""),
        ("s3 sync . s3://b", "does not exist here", ""),
        ("s3 presign s3://b/k", "does not exist here", ""),
        ("eks update-kubeconfig --name c", "does not exist here", ""),
        ("ecr get-login-password", "does not exist here", ""),
        ("ec2 wait instance-running", "does not exist here", ""),
        ("ssm StartSession --target i-1", "opens a terminal", ""),
        ("resume-session --session-id x", "opens a terminal", ""),
        ("configure set region x", "sets up the AWS CLI", ""),
        ("logs start-live-tail --log-group-identifiers x", "streams events", "logs tail"),
    ]);
}

#[test]
fn values_of_the_wrong_kind_are_refused_with_an_example() {
    for (text, headline, example) in [
        (
            "lambda put-function-concurrency f --reserved-concurrent-executions many",
            "takes a whole number",
            "--reserved-concurrent-executions 1",
        ),
        (
            "lambda put-function-concurrency f --reserved-concurrent-executions 1.5",
            "takes a whole number",
            "--reserved-concurrent-executions 1",
        ),
        (
            "lambda put-function-concurrency f --reserved-concurrent-executions",
            "needs a value",
            "--reserved-concurrent-executions 1",
        ),
        ("ec2 start-instances i-1 --dry-run=maybe", "takes `true` or `false`", "--dry-run"),
        (
            "ec2 describe-spot-price-history --start-time yesterday",
            "takes a time such as",
            "--start-time 2026-01-31T12:00:00Z",
        ),
        ("ec2 describe-instances --filters a", "at its end there should be `=`", "--filters Name=name,Values=value"),
        ("ec2 describe-instances --filters Name=a,b", "takes one text; quote it", "--filters Name=name,Values=value"),
        ("ec2 describe-instances --filters [{\"Name\": 5}]", "takes one text", "--filters Name=name,Values=value"),
        (
            "ec2 describe-instances --filters '[{\"Name\": \"x\"'",
            "is no JSON: it ends too early",
            "--filters Name=name,Values=value",
        ),
        (
            "ec2 create-tags --resources i-1 --tags Key=a,Value=b,Key=c,Value=d",
            "`Key` stands in it twice",
            "--tags Key=key,Value=value",
        ),
        (
            "ec2 create-tags --resources i-1 --tags Key=a,Value=b,c",
            "takes one text; quote it",
            "--tags Key=key,Value=value",
        ),
        ("lambda tag-resource --resource r --tags a", "there should be", "--tags key=value"),
        (
            "lambda update-function-configuration f --environment Variables=x",
            "takes pairs",
            "--environment 'Variables={key=value}'",
        ),
        (
            "kinesis put-record --stream-name s --partition-key p --data !! --cli-binary-format base64",
            "takes base64",
            "--data text",
        ),
        ("s3api delete-objects --bucket b --delete {}", "`--delete` needs `Objects`", ""),
        ("bedrock-runtime converse --model-id m --additional-model-request-fields a=b", "is no JSON", ""),
    ] {
        let mistake = mistake(text);
        assert!(mistake.headline.contains(headline), "{text}: {}", mistake.headline);
        if !example.is_empty() {
            assert_eq!(mistake.example.as_deref(), Some(example), "{text}");
        }
        assert!(mistake.synopsis.is_some(), "{text}");
    }
}

#[test]
fn what_could_mean_two_things_means_none() {
    assert_mistakes(&[
        ("lambda get-function --function-name a --function-name b", "is given twice", ""),
        ("lambda get-function --function-name a --FunctionName b", "is given twice", ""),
        ("ec2 start-instances i-1 --dry-run --no-dry-run", "is given twice", ""),
        ("lambda list-functions --region us-east-1 --region eu-west-1", "is given twice", ""),
        ("lambda get-function --function-name --qualifier x", "`--function-name` needs a value", ""),
        ("lambda get-function --function-name '--dry-run'", "begins like a flag", ""),
        ("lambda get-function \"--function-name\" x", "begins like a flag", ""),
        ("lambda get-function '--function-name=x'", "begins like a flag", ""),
        ("lambda get-function --'function-name' x", "begins like a flag", ""),
        ("lambda get-function --function-name my function", "follows no flag", ""),
        ("lambda list-functions please", "follows no flag", ""),
        ("lambda list-functions\nlambda delete-function f", "follows no flag", ""),
        ("lambda get-function 'a", "never closed", ""),
        ("lambda get-function \"a", "never closed", ""),
        ("lambda get-function “a", "never closed", ""),
        ("lambda get-function don't", "never closed", ""),
        ("lambda invoke f --payload {\"a\": 1", "The bracket { is opened and never closed", ""),
        ("lambda invoke f --payload={\"a\": [1}", "never closed", ""),
        ("lambda list-functions us-east-1", "follows no flag", "--region us-east-1"),
        ("lambda get-function --function-name $'\\x41'", "a backslash stands only before", ""),
        ("sns list-topics --max-items 5 --no-paginate", "exclude each other", ""),
        ("lambda invoke f --max-items 5", "has no pages", ""),
        (
            "ec2 describe-instances --max-results 5 --max-items 2",
            "--max-items and --max-results cannot be given together",
            "",
        ),
        (
            "ec2 describe-instances --next-token x --page-size 2",
            "--page-size and --next-token cannot be given together",
            "",
        ),
        ("lambda list-functions --max-items 0", "takes a whole number above 0", ""),
        ("lambda list-functions --no-paginate=true", "takes no value", ""),
        ("lambda list-functions --region us_east_1", "no region `us_east_1`", "us-east-1"),
        ("lambda list-functions --region us-est-1", "no region `us-est-1`", "us-east-1"),
        ("lambda list-functions --query Functions[", "cannot be read", ""),
        ("lambda list-functions --region example.com/x", "no region", ""),
        ("lambda list-functions --cli-binary-format hex", "no binary format", "base64"),
        ("lambda list-functions --cli-input-json [1]", "takes a JSON object", ""),
        ("--function-name f lambda invoke", "stands before the service", ""),
        (
            "ec2 authorize-security-group-ingress --group-id g --port 22 --ip-permissions IpProtocol=tcp",
            "is a part of `--ip-permissions`",
            "",
        ),
        ("cloudfront create-invalidation --distribution-id d --paths /a", "needs `CallerReference`", ""),
    ]);
}
