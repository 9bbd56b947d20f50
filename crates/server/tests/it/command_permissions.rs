//! Who may run what from chat: as whom AWS is asked, within which bounds, and what a person is told who may not.
//!
//! AWS is a fake here, which lends roles and verifies signatures; that roles, guardrails and trust are obeyed is for
//! `tests/conformance/test_command_permissions.py`, whose IAM others wrote.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use server::clock::Clock as _;
use wire::operations::Operation;

use crate::kit::{APP, AwsAnswer, AwsRequest, FakeAws, ManualClock, OPS, OWN_KEY, ROLE, TOPIC, TestServer, eventually};

const LIST: &str = "GET /2015-03-31/functions";
const COMMAND: &str = "lambda list-functions --region us-east-1";
const MINUTE_MS: i64 = 60_000;

/// A server that hears one app, whose AWS is the fake.
struct Chat {
    aws: FakeAws,
    server: TestServer,
    said: std::cell::Cell<usize>,
}

impl Chat {
    async fn start() -> Self {
        let clock = ManualClock::at_midday();
        let aws = FakeAws::start(Arc::new(clock.clone())).await;
        let server = TestServer::start_at(clock, |settings| {
            settings.slack.apps = vec![APP.settings()];
            settings.aws = aws.environment();
        })
        .await;
        server.configure("ops", "C1", &[TOPIC]).await;
        aws.answers(LIST, [AwsAnswer::Body(r#"{"Functions":[{"FunctionName":"greeter"}]}"#.to_owned())]);
        Self { aws, server, said: std::cell::Cell::new(0) }
    }

    async fn say(&self, user_id: &str, text: &str) {
        self.said.set(self.said.get() + 1);
        let mut mention = APP.mention(&format!("Ev{}", self.said.get()), text);
        mention["event"]["user"] = json!(user_id);
        let post = APP.event(&mention, self.server.clock.now_ms());
        assert_eq!(post.send(self.server.address()).await.status, 200);
    }

    /// Says it, and waits until a message of Slack's has all of these words.
    async fn told(&self, user_id: &str, text: &str, words: &[&str]) -> String {
        let before = self.messages().len();
        self.say(user_id, text).await;
        eventually(&format!("{words:?} after `{text}`"), async || {
            let told = self.messages().split_off(before).concat();
            words.iter().all(|word| told.contains(word)).then_some(told)
        })
        .await
    }

    fn messages(&self) -> Vec<String> {
        let slack = &self.server.slack;
        let methods = ["chat.postMessage", "chat.postEphemeral", "chat.update"];
        methods.iter().flat_map(|method| slack.requests(method)).map(|request| request.body.to_string()).collect()
    }

    /// What AWS heard, but for the topics that the server subscribes to by itself.
    fn heard(&self) -> Vec<AwsRequest> {
        self.aws.requests().into_iter().filter(|request| request.service != "sns").collect()
    }

    /// What AWS STS was asked for.
    fn assumed(&self) -> Vec<BTreeMap<String, String>> {
        self.aws.of("AssumeRole").iter().map(AwsRequest::form).collect()
    }
}

/// Both accounts' roles may trust one server: whoever administers one must not run commands in the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_another_account_is_never_taken_on() {
    let chat = Chat::start().await;
    let foreign = json!({
        "ChatConfigurationArn": "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops",
        "SlackChannelId": "C1", "IamRoleArn": "arn:aws:iam::999999999999:role/admin",
    });
    chat.server.call(Operation::UpdateSlackChannelConfiguration, foreign).await.ok(200);
    for text in [COMMAND, "whoami", "can-i lambda list-functions"] {
        chat.told("U0ANNA", text, &["999999999999:role/admin is of another account", "(123456789012)"]).await;
    }
    assert!(chat.heard().is_empty(), "{:?}", chat.heard());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_in_a_session_that_names_its_person_and_is_bound() {
    let chat = Chat::start().await;
    chat.told("U0ANNA", COMMAND, &["greeter"]).await;
    let [asked] = chat.assumed().try_into().unwrap();
    let policy = domain::command::session::deny_policy();
    for (name, value) in [
        ("RoleArn", ROLE),
        ("RoleSessionName", "Bellhop-slack-U0ANNA"),
        ("SourceIdentity", "Bellhop-slack-U0ANNA"),
        ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/AdministratorAccess"),
        ("Policy", policy),
        ("Tags.member.2.Key", "bellhop:user"),
        ("Tags.member.2.Value", "U0ANNA"),
    ] {
        assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name}: {asked:#?}");
    }
    assert!(!policy.contains("\"Allow\""));
    let [listed] = chat.aws.of(LIST).try_into().unwrap();
    assert_eq!(listed.access_key_id, "ASIAROLE1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_kept_and_renewed_five_minutes_before_its_end() {
    let chat = Chat::start().await;
    chat.told("U0ANNA", COMMAND, &["greeter"]).await;
    chat.server.clock.advance(54 * MINUTE_MS);
    chat.told("U0ANNA", COMMAND, &["greeter"]).await;
    assert_eq!(chat.assumed().len(), 1);
    chat.server.clock.advance(MINUTE_MS + 1_000);
    chat.told("U0ANNA", COMMAND, &["greeter"]).await;
    assert_eq!(chat.assumed().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_one_persons_and_of_one_set_of_guardrails() {
    let chat = Chat::start().await;
    chat.told("U0ANNA", COMMAND, &["greeter"]).await;
    chat.told("U0BEN", COMMAND, &["greeter"]).await;
    let names: Vec<_> = chat.assumed().iter().map(|asked| asked["RoleSessionName"].clone()).collect();
    assert_eq!(names, ["Bellhop-slack-U0ANNA", "Bellhop-slack-U0BEN"]);
    let reads = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let arn = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
    let narrower = json!({ "ChatConfigurationArn": arn, "SlackChannelId": "C1", "GuardrailPolicyArns": [reads] });
    chat.server.call_as(OPS, Operation::UpdateSlackChannelConfiguration, narrower).await.ok(200);
    chat.told("U0ANNA", COMMAND, &["greeter"]).await;
    assert_eq!(chat.assumed()[2]["PolicyArns.member.1.arn"], reads);
}

/// The second waits for the session that the first asked for.
#[tokio::test(flavor = "multi_thread")]
async fn commands_at_the_same_time_share_a_session() {
    let chat = Chat::start().await;
    for _ in 0..3 {
        chat.say("U0ANNA", COMMAND).await;
    }
    eventually("all have run", async || (chat.aws.of(LIST).len() == 3).then_some(())).await;
    assert_eq!(chat.assumed().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_meanwhile_is_renewed_once() {
    let chat = Chat::start().await;
    chat.aws.answers(
        "GET /2018-10-31/layers",
        [
            AwsAnswer::Refused(403, "ExpiredTokenException"),
            AwsAnswer::Body(r#"{"Layers":[{"LayerName":"base"}]}"#.to_owned()),
        ],
    );
    chat.told("U0ANNA", "lambda list-layers --region us-east-1", &["base"]).await;
    let keys: Vec<_> = chat.aws.of("GET /2018-10-31/layers").into_iter().map(|it| it.access_key_id).collect();
    assert_eq!(keys, ["ASIAROLE1", "ASIAROLE2"]);
    // One that stays so is not asked for ever.
    chat.aws.answers("GET /2015-03-31/event-source-mappings", [AwsAnswer::Refused(403, "ExpiredTokenException")]);
    chat.told("U0ANNA", "lambda list-event-source-mappings --region us-east-1", &["ExpiredTokenException"]).await;
    assert_eq!(chat.aws.of("GET /2015-03-31/event-source-mappings").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_the_deny_list_is_refused_before_aws_hears_of_it() {
    let chat = Chat::start().await;
    for command in [
        "secretsmanager get-secret-value --secret-id x --region us-east-1",
        "iam list-users --region us-east-1",
        "sts assume-role --role-arn arn:aws:iam::123456789012:role/x --role-session-name x --region us-east-1",
        "ssm get-parameter --name x --with-decryption --region us-east-1",
        "s3api get-object --bucket b --key k --region us-east-1",
        "ecr get-login-password",
        "can-i kms decrypt --ciphertext-blob eA==",
    ] {
        chat.told("U0ANNA", command, &["is never run from chat", "Nobody can allow it here"]).await;
    }
    assert!(chat.heard().is_empty(), "{:?}", chat.heard());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_not_lent_says_what_it_must_trust_and_nothing_runs() {
    let chat = Chat::start().await;
    let said = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/bellhop is not \
         authorized to perform: sts:AssumeRole on resource: {ROLE}</Message></Error></ErrorResponse>"
    );
    chat.aws.answers("AssumeRole", [AwsAnswer::With(403, vec![("content-type", "text/xml".to_owned())], said)]);
    chat.told(
        "U0ANNA",
        COMMAND,
        &["AWS does not lend me the role", "the role's trust policy", "update-assume-role-policy"],
    )
    .await;
    let asked = chat.assumed();
    // With name and tags, then without: a trust policy may let the one and not the others.
    assert_eq!(asked.iter().map(|asked| asked.contains_key("SourceIdentity")).collect::<Vec<_>>(), [true, false]);
    assert!(asked.iter().all(|asked| asked.contains_key("Policy") && asked.contains_key("PolicyArns.member.1.arn")));
    assert!(chat.aws.of(LIST).is_empty());
}

/// Whatever is asked for, and whatever becomes of it.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_is_ever_signed_with_the_servers_own_key() {
    let chat = Chat::start().await;
    for (command, operation) in [
        ("sqs list-queues", "ListQueues"),
        ("dynamodb list-tables", "ListTables"),
        ("ec2 describe-instances", "DescribeInstances"),
        ("s3api list-buckets", "GET /"),
        ("cloudformation list-stacks", "ListStacks"),
        ("logs describe-log-groups", "DescribeLogGroups"),
        ("stepfunctions list-state-machines", "ListStateMachines"),
    ] {
        chat.aws.answers(operation, [AwsAnswer::Refused(403, "ExpiredToken")]);
        chat.say("U0ANNA", &format!("{command} --region us-east-1")).await;
        eventually(command, async || chat.aws.requests().iter().any(|it| it.operation == operation).then_some(()))
            .await;
    }
    chat.told("U0ANNA", COMMAND, &["greeter"]).await;
    for request in chat.heard() {
        let is_own = request.access_key_id == OWN_KEY;
        assert_eq!(is_own, request.operation == "AssumeRole", "{} of {}", request.operation, request.service);
    }
    assert!(chat.aws.badly_signed().is_empty(), "{:?}", chat.aws.badly_signed());
}

fn simulated(decision: &str) -> AwsAnswer {
    let body = format!(
        "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><SimulatePrincipalPolicyResult>\
         <IsTruncated>false</IsTruncated><EvaluationResults><member><EvalActionName>lambda:InvokeFunction</EvalActionName>\
         <EvalResourceName>*</EvalResourceName><EvalDecision>{decision}</EvalDecision></member></EvaluationResults>\
         </SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    );
    AwsAnswer::With(200, vec![("content-type", "text/xml".to_owned())], body)
}

#[tokio::test(flavor = "multi_thread")]
async fn can_i_asks_the_role_itself_and_says_only_what_is_known() {
    let chat = Chat::start().await;
    chat.aws.answers(
        "SimulatePrincipalPolicy",
        [simulated("allowed"), simulated("explicitDeny"), simulated("implicitDeny")],
    );
    chat.told("U0ANNA", "can-i lambda invoke", &["Yes: you may run `lambda invoke`", "lambda:InvokeFunction"]).await;
    chat.told("U0ANNA", "can-i lambda invoke", &["No: you may not run `lambda invoke`", "its policies deny it"]).await;
    // Some function may still be allowed.
    chat.told("U0ANNA", "can-i lambda invoke", &["It depends on what it is run on"]).await;
    for asked in chat.aws.of("SimulatePrincipalPolicy") {
        assert_ne!(asked.access_key_id, OWN_KEY);
        assert_eq!(asked.form()["PolicySourceArn"], ROLE);
    }
    let asking: Vec<_> =
        chat.assumed().into_iter().filter(|asked| asked["Policy"].contains("SimulatePrincipalPolicy")).collect();
    assert!(!asking.is_empty());
    let policy: Value = serde_json::from_str(&asking[0]["Policy"]).unwrap();
    assert_eq!(policy["Statement"][0]["Action"], "iam:SimulatePrincipalPolicy");
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn can_i_of_a_role_that_may_not_be_asked_is_no_answer() {
    let chat = Chat::start().await;
    let said =
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>".to_owned();
    chat.aws.answers(
        "SimulatePrincipalPolicy",
        [AwsAnswer::With(403, vec![("content-type", "text/xml".to_owned())], said)],
    );
    chat.told("U0ANNA", "can-i lambda invoke", &["I cannot tell: AWS decides", "iam:SimulatePrincipalPolicy"]).await;
    chat.told("U0ANNA", "can-i lamda invoke", &["lambda"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoami_says_role_by_whom_and_within_which_bounds() {
    let chat = Chat::start().await;
    let words = [ROLE, "the channel's role", "AdministratorAccess", "Bellhop-slack-U0ANNA", "123456789012"];
    chat.told("U0ANNA", "whoami", &words).await;
    assert!(chat.heard().is_empty());
    let arn = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
    let required = json!({ "ChatConfigurationArn": arn, "SlackChannelId": "C1", "UserAuthorizationRequired": true });
    chat.server.call_as(OPS, Operation::UpdateSlackChannelConfiguration, required).await.ok(200);
    chat.told("U0ANNA", "whoami", &["You need an IAM role of your own"]).await;
}
