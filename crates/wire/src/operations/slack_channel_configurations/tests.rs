//! Decoding and encoding of Slack channel configurations.

use super::*;
use crate::ids::{AccountId, Platform, TagKey, TagValue};
use crate::operations::DecodeError;
use proptest::prelude::*;
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::123456789012:role/chat";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alarms";
const CONFIGURATION: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";

/// A create with the required members alone, over which `extra` is laid.
fn create(extra: Value) -> Result<CreateSlackChannelConfigurationRequest, DecodeError> {
    let mut body = json!({
        "SlackTeamId": "T0SANDBOX", "SlackChannelId": "C1", "IamRoleArn": ROLE, "ConfigurationName": "ops",
    });
    let Value::Object(extra) = extra else { panic!("extra is an object") };
    body.as_object_mut().unwrap().extend(extra);
    CreateSlackChannelConfigurationRequest::decode(body.to_string().as_bytes())
}

fn refusal(extra: Value) -> String {
    create(extra).unwrap_err().message()
}

fn update(body: &Value) -> UpdateSlackChannelConfigurationRequest {
    UpdateSlackChannelConfigurationRequest::decode(body.to_string().as_bytes()).unwrap()
}

#[test]
fn a_whole_create_decodes() {
    let request = create(json!({
        "SlackChannelName": "#ops", "SnsTopicArns": [TOPIC], "LoggingLevel": "INFO",
        "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/B", "arn:aws:iam::aws:policy/A"],
        "UserAuthorizationRequired": true, "Tags": [{"TagKey": "team", "TagValue": ""}],
    }))
    .unwrap();
    assert_eq!(request.slack_team_id.as_str(), "T0SANDBOX");
    assert_eq!(request.slack_channel_id.as_str(), "C1");
    assert_eq!(request.slack_channel_name.unwrap().as_str(), "#ops");
    assert_eq!(request.sns_topic_arns.unwrap().first().unwrap().as_str(), TOPIC);
    assert_eq!(request.iam_role_arn.as_str(), ROLE);
    assert_eq!(request.configuration_name.as_str(), "ops");
    assert_eq!(request.logging_level, Some(LoggingLevel::Info));
    let guardrails: Vec<_> = request.guardrail_policy_arns.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(guardrails, ["arn:aws:iam::aws:policy/B", "arn:aws:iam::aws:policy/A"], "in the order sent");
    assert_eq!(request.user_authorization_required, Some(true));
    let tags = request.tags.unwrap().into_pairs();
    assert_eq!((tags[0].0.as_str(), tags[0].1.as_str()), ("team", ""));
}

#[test]
fn the_least_create_leaves_the_defaults_to_the_app() {
    let request = create(json!({"LoggingLevel": null, "Nonsense": {"a": 1}})).unwrap();
    assert_eq!((request.slack_channel_name, request.sns_topic_arns), (None, None));
    assert_eq!((request.logging_level, request.guardrail_policy_arns), (None, None));
    assert_eq!((request.user_authorization_required, request.tags), (None, None));
}

#[test]
fn every_missing_member_is_named_in_one_message() {
    let expected = "4 validation errors detected: \
        Value null at 'slackTeamId' failed to satisfy constraint: Member must not be null; \
        Value null at 'slackChannelId' failed to satisfy constraint: Member must not be null; \
        Value null at 'iamRoleArn' failed to satisfy constraint: Member must not be null; \
        Value null at 'configurationName' failed to satisfy constraint: Member must not be null";
    for body in ["", "{}", r#"{"SlackTeamId": null, "slackChannelId": "C1"}"#] {
        let error = CreateSlackChannelConfigurationRequest::decode(body.as_bytes()).unwrap_err();
        assert_eq!(error.message(), expected, "{body}");
    }
}

#[test]
fn one_value_may_break_two_constraints_and_members_are_named_by_position() {
    assert_eq!(
        refusal(json!({"SlackChannelId": "", "SnsTopicArns": [TOPIC, "nonsense-arn"]})),
        "3 validation errors detected: \
         Value '' at 'slackChannelId' failed to satisfy constraint: Member must have length greater than or equal to 1; \
         Value '' at 'slackChannelId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[A-Za-z0-9]+$; \
         Value 'nonsense-arn' at 'snsTopicArns.2.member' failed to satisfy constraint: Member must satisfy regular expression pattern: \
         ^arn:aws:[A-Za-z0-9][A-Za-z0-9_/.-]{0,62}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}$"
    );
}

#[test]
fn a_sensitive_value_is_not_echoed() {
    let name = "merger".repeat(50);
    assert_eq!(
        refusal(json!({"SlackChannelName": name})),
        "1 validation error detected: Value at 'slackChannelName' failed to satisfy constraint: \
         Member must have length less than or equal to 255"
    );
}

#[test]
fn an_empty_list_is_a_list() {
    let request = create(json!({"GuardrailPolicyArns": []})).unwrap();
    assert_eq!(request.guardrail_policy_arns, Some(Vec::new()));
}

#[test]
fn lists_have_a_limit() {
    let topics = |count| (0..count).map(|n| format!("{TOPIC}-{n}")).collect::<Vec<_>>();
    assert_eq!(create(json!({"SnsTopicArns": topics(1_000)})).unwrap().sns_topic_arns.unwrap().len(), 1_000);
    assert_eq!(
        refusal(json!({"SnsTopicArns": topics(1_001)})),
        "1 validation error detected: Value at 'snsTopicArns' failed to satisfy constraint: \
         Member must have length less than or equal to 1000"
    );
    let tags = |count| (0..count).map(|n| json!({"TagKey": n.to_string(), "TagValue": ""})).collect::<Vec<_>>();
    assert_eq!(create(json!({"Tags": tags(200)})).unwrap().tags.unwrap().into_pairs().len(), 200);
    assert!(refusal(json!({"Tags": tags(201)})).contains("less than or equal to 200"));
    let guardrails = vec!["arn:aws:iam::aws:policy/A"; 1_001];
    assert!(refusal(json!({"GuardrailPolicyArns": guardrails})).contains("less than or equal to 1000"));
}

#[test]
fn tags_are_checked_member_by_member() {
    assert_eq!(
        refusal(json!({"Tags": [null, {"TagKey": ""}]})),
        "3 validation errors detected: \
         Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null; \
         Value '' at 'tags.2.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1; \
         Value null at 'tags.2.member.tagValue' failed to satisfy constraint: Member must not be null"
    );
    let tag = json!({"TagKey": "team", "TagValue": "a"});
    assert_eq!(
        refusal(json!({"Tags": [tag, {"TagKey": "team", "TagValue": "b"}]})),
        "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have unique values"
    );
}

#[test]
fn a_wrong_json_type_is_answered_first_and_alone() {
    for (extra, expected) in [
        (
            json!({"SlackChannelId": 5, "SlackTeamId": ""}),
            "NUMBER_VALUE can not be converted to a String at 'slackChannelId'",
        ),
        (json!({"SnsTopicArns": TOPIC}), "STRING_VALUE can not be converted to a list at 'snsTopicArns'"),
        (json!({"SnsTopicArns": [[TOPIC]]}), "START_ARRAY can not be converted to a String at 'snsTopicArns.1.member'"),
        (
            json!({"UserAuthorizationRequired": "true"}),
            "STRING_VALUE can not be converted to a Boolean at 'userAuthorizationRequired'",
        ),
        (json!({"Tags": ["team"]}), "STRING_VALUE can not be converted to a structure at 'tags.1.member'"),
        (
            json!({"Tags": [{"TagKey": true, "TagValue": ""}]}),
            "TRUE_VALUE can not be converted to a String at 'tags.1.member.tagKey'",
        ),
    ] {
        assert_eq!(refusal(extra), expected);
    }
}

#[test]
fn what_is_no_json_object_is_no_request() {
    let message = |body: &[u8]| DeleteSlackChannelConfigurationRequest::decode(body).unwrap_err().message();
    assert!(
        message(b"{").starts_with("Could not parse request body into json: EOF while parsing"),
        "{}",
        message(b"{")
    );
    assert!(message(b"ChatConfigurationArn=x").starts_with("Could not parse request body into json: "));
    assert!(message(b"{\"a\":\"\xff\"}").starts_with("Could not parse request body into json: "));
    assert_eq!(
        message(b"[]"),
        "Could not parse request body into json: START_ARRAY can not be converted to a structure"
    );
    assert_eq!(
        message(b"null"),
        "Could not parse request body into json: NULL_VALUE can not be converted to a structure"
    );
    let bomb = format!("{{\"a\":{}", "[".repeat(1_000_000));
    assert!(message(bomb.as_bytes()).contains("recursion limit exceeded"));
}

#[test]
fn an_update_tells_absent_from_empty() {
    let mut body = json!({"ChatConfigurationArn": CONFIGURATION, "SlackChannelId": "C2"});
    let untouched = update(&body);
    assert_eq!(untouched.chat_configuration_arn.as_str(), CONFIGURATION);
    assert_eq!(untouched.slack_channel_id.as_str(), "C2");
    assert_eq!((untouched.sns_topic_arns, untouched.guardrail_policy_arns), (None, None));
    assert_eq!((untouched.iam_role_arn, untouched.logging_level), (None, None));
    assert_eq!((untouched.slack_channel_name, untouched.user_authorization_required), (None, None));

    body["SnsTopicArns"] = json!([]);
    body["GuardrailPolicyArns"] = json!([]);
    body["IamRoleArn"] = json!(ROLE);
    body["UserAuthorizationRequired"] = json!(false);
    let emptied = update(&body);
    assert_eq!(emptied.sns_topic_arns, Some(Vec::new()));
    assert_eq!(emptied.guardrail_policy_arns, Some(Vec::new()));
    assert_eq!(emptied.iam_role_arn.unwrap().as_str(), ROLE);
    assert_eq!(emptied.user_authorization_required, Some(false));

    let error = UpdateSlackChannelConfigurationRequest::decode(b"{}").unwrap_err().message();
    assert!(error.starts_with("2 validation errors detected: Value null at 'chatConfigurationArn'"), "{error}");
}

#[test]
fn describe_and_delete_take_an_arn() {
    let body = json!({"ChatConfigurationArn": CONFIGURATION, "MaxResults": 1, "NextToken": "abcd"}).to_string();
    let describe = DescribeSlackChannelConfigurationsRequest::decode(body.as_bytes()).unwrap();
    assert_eq!(describe.chat_configuration_arn.unwrap().as_str(), CONFIGURATION);
    assert_eq!(describe.max_results.unwrap().get(), 1);
    assert_eq!(describe.next_token.unwrap().as_str(), "abcd");
    let delete = DeleteSlackChannelConfigurationRequest::decode(body.as_bytes()).unwrap();
    assert_eq!(delete.chat_configuration_arn.as_str(), CONFIGURATION);
    assert!(DeleteSlackChannelConfigurationRequest::decode(b"").is_err());
    assert!(DescribeSlackChannelConfigurationsRequest::decode(b"").is_ok());
}

#[test]
fn a_configuration_is_written_in_the_models_order_with_nulls() {
    let account = AccountId::parse("123456789012").unwrap();
    let name = ConfigurationName::parse("ops").unwrap();
    let result = CreateSlackChannelConfigurationResult {
        channel_configuration: SlackChannelConfiguration {
            slack_team_name: "Sandbox".to_owned(),
            slack_team_id: SlackTeamId::parse("T0SANDBOX").unwrap(),
            slack_channel_id: SlackChannelId::parse("C1").unwrap(),
            slack_channel_name: SlackChannelName::parse("#ops").unwrap(),
            chat_configuration_arn: ChatConfigurationArn::new(Platform::SlackChannel, &account, &name),
            iam_role_arn: Arn::parse(ROLE).unwrap(),
            sns_topic_arns: vec![Arn::parse(TOPIC).unwrap()],
            configuration_name: name,
            logging_level: LoggingLevel::None,
            guardrail_policy_arns: Vec::new(),
            user_authorization_required: false,
            tags: [(TagKey::parse("k").unwrap(), TagValue::parse("v").unwrap())].into_iter().collect(),
            state: ResourceState::Disabled,
            state_reason: None,
        },
    };
    assert_eq!(
        serde_json::to_string(&result).unwrap(),
        "{\"ChannelConfiguration\":{\"SlackTeamName\":\"Sandbox\",\"SlackTeamId\":\"T0SANDBOX\",\"SlackChannelId\":\"C1\",\
         \"SlackChannelName\":\"#ops\",\
         \"ChatConfigurationArn\":\"arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops\",\
         \"IamRoleArn\":\"arn:aws:iam::123456789012:role/chat\",\
         \"SnsTopicArns\":[\"arn:aws:sns:us-east-1:123456789012:alarms\"],\"ConfigurationName\":\"ops\",\
         \"LoggingLevel\":\"NONE\",\"GuardrailPolicyArns\":[],\"UserAuthorizationRequired\":false,\
         \"Tags\":[{\"TagKey\":\"k\",\"TagValue\":\"v\"}],\"State\":\"DISABLED\",\"StateReason\":null}}"
    );
}

/// A member's value of any JSON type, often a plausible one.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(Value::from(ROLE)),
        Just(Value::from(CONFIGURATION)),
        Just(Value::from("C1")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let names = prop_oneof![Just("TagKey".to_owned()), Just("TagValue".to_owned()), ".{0,4}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(names, inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// An object of any of the members that the four requests know, with any values.
fn any_body() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "SlackTeamId",
        "SlackChannelId",
        "SlackChannelName",
        "SnsTopicArns",
        "IamRoleArn",
        "ConfigurationName",
        "LoggingLevel",
        "GuardrailPolicyArns",
        "UserAuthorizationRequired",
        "Tags",
        "ChatConfigurationArn",
        "MaxResults",
        "NextToken",
        "Unknown",
    ]);
    prop::collection::hash_map(names.prop_map(str::to_owned), any_value(), 0..14)
        .prop_map(|map| Value::Object(map.into_iter().collect()).to_string())
}

/// Decodes with all four: none may panic, and a refusal must say something and not say everything.
fn decode_with_all(body: &[u8]) -> Result<(), TestCaseError> {
    let errors = [
        CreateSlackChannelConfigurationRequest::decode(body).err(),
        DescribeSlackChannelConfigurationsRequest::decode(body).err(),
        UpdateSlackChannelConfigurationRequest::decode(body).err(),
        DeleteSlackChannelConfigurationRequest::decode(body).err(),
    ];
    for error in errors.into_iter().flatten() {
        let message = error.message();
        prop_assert!(!message.starts_with('0') && !message.is_empty(), "{}", message);
        prop_assert!(message.len() < 40_000, "{}", message.len());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_members_decode_or_are_refused(body in any_body()) {
        decode_with_all(body.as_bytes())?;
    }

    #[test]
    fn any_bytes_decode_or_are_refused(body in prop::collection::vec(any::<u8>(), 0..64)) {
        decode_with_all(&body)?;
    }

    #[test]
    fn a_create_of_good_members_keeps_them(channel in "[A-Za-z0-9]{1,255}", name in "[A-Za-z0-9_-]{1,128}") {
        let request = create(json!({"SlackChannelId": channel, "ConfigurationName": name})).unwrap();
        prop_assert_eq!(request.slack_channel_id.as_str(), channel);
        prop_assert_eq!(request.configuration_name.as_str(), name);
    }
}
