//! AWS's texts as documented (IAM User Guide, "Troubleshoot access denied error messages"), `MiniStack`'s and moto's as seen.

use super::super::refusal::RefusedBy;
use super::*;

const ROLE: &str = "arn:aws:iam::123456789012:role/service-role/chatbot";
const CONFIGURATION: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
const GUARDRAILS: [&str; 1] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"];

fn explained(message: &str) -> Refusal {
    let ran = Ran {
        account_id: "123456789012",
        role_arn: ROLE,
        configuration_arn: CONFIGURATION,
        guardrail_arns: &GUARDRAILS,
        action: "codecommit:ListRepositories",
    };
    explain(&ran, "AccessDenied", message).unwrap()
}

fn user(rest: &str) -> String {
    format!(
        "User: arn:aws:sts::123456789012:assumed-role/chatbot/Bellhop-slack-U1 is not authorized to perform: {rest}"
    )
}

#[test]
fn whoever_aws_says_refused_is_named() {
    let any = "arn:aws:iam::777788889999:role/HR";
    for (rest, by, explicit) in [
        ("codecommit:ListRepositories with an explicit deny in a service control policy".to_owned(), RefusedBy::OrganizationsPolicy, true),
        ("codecommit:ListRepositories because no service control policy allows the codecommit:ListRepositories action".to_owned(), RefusedBy::OrganizationsPolicy, false),
        (format!("secretsmanager:GetSecretValue on resource: {any} because no resource control policy allows the secretsmanager:GetSecretValue action"), RefusedBy::OrganizationsPolicy, false),
        ("codecommit:ListRepositories because no VPC endpoint policy allows the codecommit:ListRepositories action".to_owned(), RefusedBy::ResourcePolicy, false),
        ("codedeploy:ListDeployments on resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:* because no permissions boundary allows the codedeploy:ListDeployments action".to_owned(), RefusedBy::Boundary, false),
        ("sqs:SendMessage on resource: arn:aws:sqs:us-east-1:123456789012:q with an explicit deny in a permissions boundary".to_owned(), RefusedBy::Boundary, true),
        ("codecommit:ListRepositories because no session policy allows the codecommit:ListRepositories action".to_owned(), RefusedBy::Guardrails, false),
        (format!("lambda:CreateFunction on resource: {any} because no resource-based policy allows the lambda:CreateFunction action"), RefusedBy::ResourcePolicy, false),
        ("codecommit:ListRepositories because no identity-based policy allows the codecommit:ListRepositories action".to_owned(), RefusedBy::Role, false),
        ("codedeploy:ListDeployments with an explicit deny in an identity-based policy: arn:aws:iam::123456789012:policy/x".to_owned(), RefusedBy::Role, true),
    ] {
        let refusal = explained(&user(&rest));
        assert_eq!(refusal.by, by, "{rest}");
        assert_eq!(refusal.sentence.contains("denies it"), explicit, "{}", refusal.sentence);
        assert!(refusal.quoted.unwrap().contains(&rest));
    }
}

#[test]
fn a_deny_of_the_session_is_bellhops_own_where_it_is_on_its_list_and_else_not_known() {
    let denied = |action: &str| explained(&user(&format!("{action} with an explicit deny in a session policy"))).by;
    assert_eq!(denied("secretsmanager:GetSecretValue"), RefusedBy::DenyList);
    assert_eq!(denied("iam:CreateRole"), RefusedBy::DenyList);
    let either = RefusedBy::Unsaid(vec![RefusedBy::Guardrails, RefusedBy::DenyList]);
    assert_eq!(denied("lambda:InvokeFunction"), either);
}

#[test]
fn what_aws_does_not_say_is_not_claimed() {
    for message in [
        "Access Denied",
        "",
        "You are not authorized to perform this operation. Encoded authorization failure message: q7T",
    ] {
        let refusal = explained(message);
        assert!(
            matches!(&refusal.by, RefusedBy::Unsaid(of) if of.contains(&RefusedBy::Role) && of.contains(&RefusedBy::Guardrails))
        );
        for word in ["did not say", "the role's own policies", "guardrail", "codecommit:ListRepositories"] {
            assert!(refusal.sentence.contains(word), "{word}: {}", refusal.sentence);
        }
        assert_eq!(refusal.remedy.unwrap().command, None);
    }
}

#[test]
fn the_remedy_is_a_command_that_somebody_can_give() {
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:hello";
    let refusal = explained(&user(&format!(
        "lambda:InvokeFunction on resource: {arn} because no identity-based policy allows the lambda:InvokeFunction action"
    )));
    let command = refusal.remedy.unwrap().command.unwrap();
    assert_eq!(
        command,
        format!(
            r#"aws iam put-role-policy --role-name chatbot --policy-name chat-lambda-InvokeFunction --policy-document '{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"{arn}"}}]}}'"#
        )
    );
    let refusal =
        explained(&user("lambda:InvokeFunction because no session policy allows the lambda:InvokeFunction action"));
    let command = refusal.remedy.unwrap().command.unwrap();
    assert!(command.contains(&format!("update-slack-channel-configuration --chat-configuration-arn {CONFIGURATION} --slack-channel-id CHANNEL-ID --guardrail-policy-arns arn:aws:iam::aws:policy/ReadOnlyAccess ")), "{command}");
}

/// AWS's answer is a stranger's text, and somebody copies the command.
#[test]
fn nothing_of_a_shell_gets_into_the_command() {
    for resource in ["arn:aws:s3:::x';rm${IFS}-rf${IFS}/;'", "arn:aws:s3:::$(id)", "arn:aws:s3:::`id`", "notanarn"] {
        let refusal = explained(&user(&format!(
            "lambda:InvokeFunction on resource: {resource} because no identity-based policy allows"
        )));
        let command = refusal.remedy.unwrap().command.unwrap();
        assert!(command.ends_with(r#""Resource":"*"}]}'"#), "{command}");
    }
    let refusal = explained(&user("lambda:x';id;' because no identity-based policy allows"));
    assert!(refusal.remedy.unwrap().command.unwrap().contains("codecommit:ListRepositories"));
    let long = explained(&"x".repeat(10_000_000));
    assert_eq!(long.quoted.unwrap().len(), QUOTED_CHARACTERS_MAX);
}

#[test]
fn an_error_that_is_no_refusal_is_not_explained() {
    let ran = Ran {
        account_id: "1",
        role_arn: ROLE,
        configuration_arn: CONFIGURATION,
        guardrail_arns: &GUARDRAILS,
        action: "a:b",
    };
    for code in ["Throttling", "ResourceNotFoundException", "ValidationException", "ExpiredToken"] {
        assert_eq!(explain(&ran, code, "is not authorized to perform: a:b"), None, "{code}");
    }
    assert!(explain(&ran, "KMS.AccessDeniedException", "").is_some());
}

#[test]
fn a_role_that_is_not_lent_says_whose_turn_it_is() {
    let own = "arn:aws:sts::123456789012:assumed-role/bellhop/i-0abc";
    let message =
        |why: &str| format!("User: {own} is not authorized to perform: sts:AssumeRole on resource: {ROLE}{why}");
    let plain = explain_assume_role(ROLE, Some(own), &message(""));
    assert_eq!(plain.by, RefusedBy::Unsaid(vec![RefusedBy::TrustPolicy, RefusedBy::Server]));
    let command = plain.remedy.unwrap().command.unwrap();
    assert!(command.contains("--role-name chatbot "), "{command}");
    assert!(command.contains(r#""AWS":"arn:aws:iam::123456789012:role/bellhop""#), "{command}");
    let hostile = explain_assume_role(ROLE, Some("arn:aws:iam::1:user/x';id;'"), &message(""));
    assert!(hostile.remedy.unwrap().command.unwrap().contains(r#""AWS":"ARN-OF-BELLHOP""#));
    let own_fault = explain_assume_role(
        ROLE,
        Some(own),
        &message(" because no identity-based policy allows the sts:AssumeRole action"),
    );
    assert_eq!(own_fault.by, RefusedBy::Server);
    let trust =
        explain_assume_role(ROLE, None, &message(" because no resource-based policy allows the sts:AssumeRole action"));
    assert_eq!(trust.by, RefusedBy::TrustPolicy);
    // A trust policy that is replaced mends neither, and breaks others.
    for (why, by) in [
        (" with an explicit deny in a resource control policy", RefusedBy::OrganizationsPolicy),
        (" because no permissions boundary allows the sts:AssumeRole action", RefusedBy::Boundary),
    ] {
        let elsewhere = explain_assume_role(ROLE, Some(own), &message(why));
        assert_eq!((elsewhere.by, elsewhere.remedy.unwrap().command), (by, None));
    }
}
