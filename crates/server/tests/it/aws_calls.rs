//! How AWS is called: what is signed and by whom, what is tried again, and what is said where nobody knows whether it happened.

use std::sync::Arc;
use std::time::Duration;

use awscall::command_line::{Parsed, parse};
use serde_json::{Map, Value, json};
use server::clock::Clock as _;
use server::outbound::aws::sts::{AssumeRole, Sts};
use server::outbound::aws::{self, AwsClient, AwsError, CommandCredentials, Limits, Ran, call_of};

use crate::kit::{AwsAnswer, AwsRequest, FakeAws, ManualClock, OWN_KEY, ROLE, eventually};

/// While a call is under way, time moves so: the waits between attempts end soon, and no clock goes wrong meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const MOVES_BY_MS: i64 = 500;

/// AWS, and who calls it as a role.
struct Calling {
    aws: FakeAws,
    clock: ManualClock,
    client: AwsClient,
    sts: Sts,
    credentials: CommandCredentials,
}

impl Calling {
    async fn start() -> Self {
        let clock = ManualClock::at_midday();
        let aws = FakeAws::start(Arc::new(clock.clone())).await;
        let (client, own) = aws::connect(aws.environment(), Arc::new(clock.clone()), 7).unwrap();
        let sts = Sts::new(own, client.clone());
        let credentials = sts.assume_role(&asked()).await.unwrap();
        Self { aws, clock, client, sts, credentials }
    }

    async fn call(&self, limits: Limits) -> Result<Map<String, Value>, AwsError> {
        self.call_of("dynamodb", "ListTables", json!({ "Limit": 3 }), limits).await
    }

    /// Whenever it waits to try again, the time has come.
    async fn call_of(
        &self,
        service: &str,
        operation: &str,
        input: Value,
        limits: Limits,
    ) -> Result<Map<String, Value>, AwsError> {
        let call = call_of(service, operation, input).unwrap();
        let calling = self.client.call(&call, &self.credentials, "eu-central-1", &limits);
        tokio::pin!(calling);
        loop {
            tokio::select! {
                answered = &mut calling => return answered,
                () = tokio::time::sleep(LOOK_EVERY) => self.clock.advance(MOVES_BY_MS),
            }
        }
    }
}

fn asked() -> AssumeRole {
    AssumeRole {
        role_arn: ROLE.to_owned(),
        region: "eu-central-1".to_owned(),
        session_name: "Bellhop-slack-U1".to_owned(),
        source_identity: None,
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
        policy: Some(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned()),
        tags: Vec::new(),
        duration: Some(Duration::from_mins(15)),
    }
}

fn tables() -> AwsAnswer {
    AwsAnswer::Body(r#"{"TableNames":["orders"]}"#.to_owned())
}

#[tokio::test]
async fn a_call_is_signed_by_the_role_and_answered_by_the_models_names() {
    let calling = Calling::start().await;
    calling.aws.answers("ListTables", [tables()]);
    let output = calling.call(Limits::default()).await.unwrap();
    assert_eq!(Value::Object(output), json!({ "TableNames": ["orders"] }));
    let [request] = &calling.aws.of("ListTables")[..] else { panic!("{:#?}", calling.aws.requests()) };
    assert_eq!((request.service.as_str(), request.region.as_str()), ("dynamodb", "eu-central-1"));
    assert_eq!((request.access_key_id.as_str(), request.json()), ("ASIAROLE1", json!({ "Limit": 3 })));
    assert_eq!(request.headers["amz-sdk-request"], "attempt=1; max=3");
    assert!(request.headers["user-agent"].to_str().unwrap().starts_with("bellhop/"), "{:?}", request.headers);
    assert_eq!(calling.aws.badly_signed(), [""; 0]);
}

#[tokio::test]
async fn a_role_is_asked_for_with_its_bounds_and_by_the_servers_key() {
    let calling = Calling::start().await;
    let [request] = &calling.aws.of("AssumeRole")[..] else { panic!("{:#?}", calling.aws.requests()) };
    let form = request.form();
    assert_eq!(request.access_key_id, OWN_KEY);
    assert_eq!((form["RoleArn"].as_str(), form["RoleSessionName"].as_str()), (ROLE, "Bellhop-slack-U1"));
    assert_eq!(form["PolicyArns.member.1.arn"], "arn:aws:iam::aws:policy/ReadOnlyAccess");
    assert_eq!(form["Policy"], r#"{"Version":"2012-10-17","Statement":[]}"#);
    assert_eq!(form["DurationSeconds"], "900");
    assert_eq!(calling.credentials.expires_at_ms(), calling.clock.now_ms() + 3_600_000);
    let found = calling.sts.get_caller_identity(&calling.credentials, "eu-central-1").await.unwrap();
    assert_eq!(found.arn, "arn:aws:sts::123456789012:key/ASIAROLE1");
    assert_eq!(
        calling.sts.get_own_identity("eu-central-1").await.unwrap().arn,
        format!("arn:aws:sts::123456789012:key/{OWN_KEY}")
    );
}

/// The types do not let it happen; here it is seen, once a service: whatever its protocol and its rules.
#[tokio::test]
async fn no_command_is_ever_signed_with_the_servers_own_key() {
    let calling = Calling::start().await;
    let (mut sent, mut kept) = (0, Vec::new());
    for entry in &awscall::catalog::catalog().directory().services {
        let service = awscall::catalog::catalog().service(entry.name).unwrap();
        let free = service.operations.iter().find(|operation| {
            service.input(operation).iter().all(|member| !member.required)
                && !operation.event_stream
                && operation.auth != Some("none")
        });
        let Some(operation) = free else { continue };
        let before = calling.aws.requests().len();
        let answer = calling.call_of(entry.name, operation.name, json!({}), Limits::default().once()).await;
        assert!(answer.is_err() || calling.aws.requests().len() > before, "{}", entry.name);
        for request in &calling.aws.requests()[before..] {
            assert_eq!(request.access_key_id, "ASIAROLE1", "{} {}", entry.name, operation.name);
            assert_eq!(request.headers["x-amz-security-token"], "token-1", "{} {}", entry.name, operation.name);
            sent += 1;
        }
        if calling.aws.requests().len() == before {
            kept.push((entry.name, answer.unwrap_err().to_string()));
        }
    }
    assert_eq!(calling.aws.badly_signed(), [""; 0]);
    assert!(sent > 300, "{sent} were sent; not: {kept:#?}");
}

#[tokio::test]
async fn what_may_pass_is_tried_three_times() {
    for answer in [
        AwsAnswer::Refused(400, "ThrottlingException"),
        AwsAnswer::Refused(500, "InternalServerError"),
        AwsAnswer::Break,
    ] {
        let calling = Calling::start().await;
        calling.aws.answers("ListTables", [answer.clone(), answer.clone(), tables()]);
        assert!(calling.call(Limits::default()).await.is_ok(), "{answer:?}");
        let requests = calling.aws.of("ListTables");
        let attempts: Vec<_> =
            requests.iter().map(|request| request.headers["amz-sdk-request"].to_str().unwrap()).collect();
        assert_eq!(attempts, ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"], "{answer:?}");
        let invocations = |at: usize| &requests[at].headers["amz-sdk-invocation-id"];
        assert_eq!((invocations(0), invocations(1)), (invocations(1), invocations(2)));
    }
}

#[tokio::test]
async fn what_is_refused_for_good_is_asked_once_and_a_fourth_time_is_never() {
    let calling = Calling::start().await;
    calling.aws.answers("ListTables", [AwsAnswer::Refused(403, "AccessDeniedException")]);
    let error = calling.call(Limits::default()).await.unwrap_err();
    assert_eq!((error.code(), error.may_have_happened()), (Some("AccessDeniedException"), false));
    assert_eq!(calling.aws.of("ListTables").len(), 1);
    let calling = Calling::start().await;
    calling.aws.answers("ListTables", [AwsAnswer::Refused(400, "ThrottlingException")]);
    let error = calling.call(Limits::default()).await.unwrap_err();
    assert_eq!((error.code(), error.may_have_happened()), (Some("ThrottlingException"), false));
    assert_eq!(calling.aws.of("ListTables").len(), 3);
}

#[tokio::test]
async fn one_attempt_is_one_request() {
    for answer in [AwsAnswer::Refused(400, "ThrottlingException"), AwsAnswer::Break, AwsAnswer::CutOff] {
        let calling = Calling::start().await;
        calling.aws.answers("ListTables", [answer.clone(), tables()]);
        assert!(calling.call(Limits::default().once()).await.is_err(), "{answer:?}");
        assert_eq!(calling.aws.of("ListTables").len(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn what_was_sent_and_not_answered_may_have_happened() {
    let short = Limits::default().once().within(Duration::from_millis(300));
    for answer in [AwsAnswer::Break, AwsAnswer::CutOff, AwsAnswer::Hang] {
        let calling = Calling::start().await;
        calling.aws.answers("ListTables", [answer.clone()]);
        let error = calling.call(short).await.unwrap_err();
        assert!(matches!(error, AwsError::NoAnswer(_)) && error.may_have_happened(), "{answer:?}: {error:?}");
    }
    let calling = Calling::start().await;
    calling.aws.answers("ListTables", [AwsAnswer::Refused(500, "InternalServerError")]);
    assert!(calling.call(short).await.unwrap_err().may_have_happened(), "how far it got, it does not say");
}

#[tokio::test]
async fn what_reached_nobody_did_not_happen() {
    let clock = ManualClock::at_midday();
    let calling = Calling::start().await;
    let mut environment = calling.aws.environment();
    // A port that nobody listens on: it was just given back.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    environment.endpoint_url = Some(format!("http://{free}"));
    let (client, _) = aws::connect(environment, Arc::new(clock), 7).unwrap();
    let call = call_of("dynamodb", "ListTables", json!({})).unwrap();
    let error = client.call(&call, &calling.credentials, "eu-central-1", &Limits::default().once()).await.unwrap_err();
    assert!(matches!(error, AwsError::NotSent(_)) && !error.may_have_happened(), "{error:?}");
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit() {
    let calling = Calling::start().await;
    calling.aws.answers("ListTables", [AwsAnswer::Large(10 * 1024 * 1024)]);
    let limits = Limits { answer_bytes_max: 1024 * 1024, ..Limits::default() };
    let error = calling.call(limits).await.unwrap_err();
    assert_eq!((&error, error.may_have_happened()), (&AwsError::TooLarge(1024 * 1024), true));
    assert_eq!(calling.aws.of("ListTables").len(), 1, "it happened: it is not asked for again");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_no_output() {
    let calling = Calling::start().await;
    calling.aws.answers("ListTables", [AwsAnswer::Body("<html>".to_owned())]);
    let error = calling.call(Limits::default()).await.unwrap_err();
    assert!(matches!(error, AwsError::Unreadable(_)) && error.may_have_happened(), "{error:?}");
    assert_eq!(calling.aws.of("ListTables").len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_by_awss() {
    let calling = Calling::start().await;
    calling.aws.answers("ListTables", [tables()]);
    calling.aws.is_ahead(30 * 60 * 1000);
    assert!(calling.call(Limits::default().once()).await.is_ok());
    assert_eq!((calling.aws.badly_signed().len(), calling.aws.of("ListTables").len()), (1, 1));
    assert!(calling.call(Limits::default().once()).await.is_ok());
    assert_eq!(calling.aws.badly_signed().len(), 1, "what was learned is kept");
}

/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html>.
#[tokio::test]
async fn a_bucket_is_found_in_its_region_once() {
    let calling = Calling::start().await;
    let elsewhere = |region: &str| {
        let body = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>";
        AwsAnswer::With(301, vec![("x-amz-bucket-region", region.to_owned())], body.to_owned())
    };
    let listed = "<ListBucketResult><Name>logs</Name><EncodingType>url</EncodingType>\
                  <Contents><Key>a+b%2Fc</Key><Size>3</Size></Contents></ListBucketResult>";
    calling.aws.answers("GET /logs", [elsewhere("eu-west-3"), AwsAnswer::Body(listed.to_owned())]);
    let list =
        async || calling.call_of("s3api", "ListObjectsV2", json!({ "Bucket": "logs" }), Limits::default().once()).await;
    assert_eq!(list().await.unwrap()["Contents"][0]["Key"], "a b/c");
    let requests = calling.aws.of("GET /logs");
    let regions: Vec<_> = requests.iter().map(|request| request.region.as_str()).collect();
    assert_eq!(regions, ["eu-central-1", "eu-west-3"]);
    assert!(requests[0].uri.query().unwrap().contains("encoding-type=url"), "{}", requests[0].uri);
    // Neither sent in circles, nor to what is no region.
    for region in ["eu-west-3", "eu-central-1", "evil.example", ""] {
        let calling = Calling::start().await;
        calling.aws.answers("GET /logs", [elsewhere(region)]);
        let asked = calling.call_of("s3api", "ListObjectsV2", json!({ "Bucket": "logs" }), Limits::default()).await;
        assert_eq!(asked.unwrap_err().code(), Some("PermanentRedirect"));
        assert_eq!(calling.aws.of("GET /logs").len(), if region == "eu-west-3" { 2 } else { 1 }, "{region}");
    }
}

#[tokio::test]
async fn a_service_that_is_down_is_not_asked_three_times_as_much() {
    let calling = Calling::start().await;
    calling.aws.answers("ListTables", [AwsAnswer::Refused(500, "InternalServerError")]);
    for _ in 0..60 {
        assert!(calling.call(Limits::default()).await.is_err());
    }
    // A hundred retries are what the quota holds; without it there would be 120.
    assert_eq!(calling.aws.of("ListTables").len(), 60 + 100);
}

/// A key that would change the path of the URL goes nowhere.
#[tokio::test]
async fn a_parameter_does_not_leave_its_place() {
    let calling = Calling::start().await;
    for name in ["..", "."] {
        let input = json!({ "FunctionName": name });
        let error = calling.call_of("lambda", "GetFunction", input, Limits::default()).await.unwrap_err();
        assert!(matches!(error, AwsError::NotSent(_)), "{error:?}");
    }
    let header = json!({ "FunctionName": "f", "InvocationType": "Event\r\nX-Evil: 1" });
    let error = calling.call_of("lambda", "Invoke", header, Limits::default()).await.unwrap_err();
    assert!(matches!(error, AwsError::NotSent(_)), "{error:?}");
    assert_eq!(calling.aws.requests().len(), 1, "the role, and nothing else");
}

/// Two pages of tables, of which the second is answered so.
async fn listed(calling: &Calling, line: &str, second: AwsAnswer) -> Result<Ran, AwsError> {
    let first = r#"{"TableNames":["a","b"],"LastEvaluatedTableName":"b"}"#;
    calling.aws.answers("ListTables", [AwsAnswer::Body(first.to_owned()), second]);
    let Parsed::Run(line) = parse(line) else { panic!("{line}") };
    let limits = Limits::default().once().within(Duration::from_millis(500));
    calling.client.run(&line, &calling.credentials, "eu-central-1", &limits).await
}

#[tokio::test]
async fn all_pages_are_one_answer() {
    let calling = Calling::start().await;
    let last = AwsAnswer::Body(r#"{"TableNames":["c"]}"#.to_owned());
    let ran = listed(&calling, "dynamodb list-tables", last).await.unwrap();
    assert_eq!((&ran.output["TableNames"], ran.more), (&json!(["a", "b", "c"]), None));
    let asked: Vec<_> = calling.aws.of("ListTables").iter().map(AwsRequest::json).collect();
    assert_eq!(asked, [json!({}), json!({ "ExclusiveStartTableName": "b" })]);
}

#[tokio::test]
async fn pages_that_come_too_late_are_left_to_a_token() {
    for second in [AwsAnswer::Hang, AwsAnswer::Break, AwsAnswer::Refused(400, "ThrottlingException")] {
        let calling = Calling::start().await;
        let ran = listed(&calling, "dynamodb list-tables", second.clone()).await.unwrap();
        assert_eq!(ran.output["TableNames"], json!(["a", "b"]), "{second:?}");
        let more = ran.more.unwrap();
        // What was not read is read with the token.
        let calling = Calling::start().await;
        calling.aws.answers("ListTables", [AwsAnswer::Body(r#"{"TableNames":["c"]}"#.to_owned())]);
        let Parsed::Run(line) = parse(&format!("dynamodb list-tables --starting-token {more}")) else {
            panic!("{more}")
        };
        let rest = calling.client.run(&line, &calling.credentials, "eu-central-1", &Limits::default()).await.unwrap();
        assert_eq!((&rest.output["TableNames"], rest.more), (&json!(["c"]), None));
        assert_eq!(calling.aws.of("ListTables")[0].json(), json!({ "ExclusiveStartTableName": "b" }));
    }
    let calling = Calling::start().await;
    let refused = listed(&calling, "dynamodb list-tables", AwsAnswer::Refused(400, "AccessDeniedException")).await;
    assert_eq!(refused.unwrap_err().code(), Some("AccessDeniedException"), "half an answer would look like all of it");
}

#[tokio::test]
async fn the_servers_credentials_are_no_commands() {
    let calling = Calling::start().await;
    // What a page of metadata or a variable would give is of another type: only STS makes these.
    let printed = format!("{:?}", calling.credentials);
    assert!(
        printed.contains("assumed-role/chatbot") && !printed.contains("secret-1") && !printed.contains("token-1"),
        "{printed}"
    );
    eventually("all is signed well", async || calling.aws.badly_signed().is_empty().then_some(())).await;
}
