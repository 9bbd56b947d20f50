//! The life of a configuration on each platform, by the typed client of the AWS SDK for Rust: what it sends and can read, and its
//! errors as the types they are.

use aws_credential_types::Credentials;
use aws_sdk_chatbot::config::retry::RetryConfig;
use aws_sdk_chatbot::config::{BehaviorVersion, Region};
use aws_sdk_chatbot::types::Tag;
use aws_sdk_chatbot::{Client, Config};

use crate::bellhop::Bellhop;

const ROLE: &str = "arn:aws:iam::123456789012:role/chatbot";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alarms";
/// Seeded by `bellhop dev`.
const SLACK_TEAM: &str = "T0SANDBOX";
const TEAMS_TEAM: &str = "11111111-2222-4333-8444-555555555555";
const TEAMS_TENANT: &str = "66666666-7777-4888-9999-aaaaaaaaaaaa";

/// The server lives as long as the pair.
fn client(data_dir: &tempfile::TempDir) -> (Bellhop, Client) {
    let bellhop = Bellhop::start(data_dir.path()).unwrap();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(&bellhop.url)
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        // The first answer is the one to look at.
        .retry_config(RetryConfig::disabled())
        .build();
    (bellhop, Client::from_conf(config))
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().tag_key(key).tag_value(value).build().unwrap()
}

/// Tags a resource and takes the first of its tags away again; returns the keys that were there in between.
async fn tag_and_untag(client: &Client, arn: &str) -> Vec<String> {
    client.tag_resource().resource_arn(arn).tags(tag("stage", "test")).send().await.unwrap();
    let tags = client.list_tags_for_resource().resource_arn(arn).send().await.unwrap().tags.unwrap();
    client.untag_resource().resource_arn(arn).tag_keys(&tags[0].tag_key).send().await.unwrap();
    let left = client.list_tags_for_resource().resource_arn(arn).send().await.unwrap().tags.unwrap();
    assert_eq!(left.len(), tags.len() - 1);
    tags.into_iter().map(|tag| tag.tag_key).collect()
}

#[tokio::test]
async fn a_slack_channel_configuration_lives() {
    let data_dir = tempfile::tempdir().unwrap();
    let (_bellhop, client) = client(&data_dir);
    let create = client
        .create_slack_channel_configuration()
        .configuration_name("ops")
        .slack_team_id(SLACK_TEAM)
        .slack_channel_id("C0OPS")
        .iam_role_arn(ROLE)
        .sns_topic_arns(TOPIC)
        .tags(tag("team", "ops"));
    let made = create.clone().send().await.unwrap().channel_configuration.unwrap();
    assert_eq!(made.slack_team_name, "Sandbox");
    let arn = made.chat_configuration_arn.clone();
    let error = create.send().await.unwrap_err().into_service_error();
    assert!(error.is_conflict_exception(), "{error:?}");
    assert_eq!(error.meta().message(), Some(format!("Resource with arn {arn} already exists.").as_str()));

    let read = client.describe_slack_channel_configurations().chat_configuration_arn(&arn).send().await.unwrap();
    assert_eq!(read.slack_channel_configurations.unwrap(), [made]);
    let updated = client
        .update_slack_channel_configuration()
        .chat_configuration_arn(&arn)
        .slack_channel_id("C0OPS")
        .logging_level("INFO")
        .send()
        .await
        .unwrap();
    let updated = updated.channel_configuration.unwrap();
    assert_eq!((updated.logging_level.as_deref(), &*updated.sns_topic_arns), (Some("INFO"), &[TOPIC.to_owned()][..]));
    assert_eq!(tag_and_untag(&client, &arn).await, ["team", "stage"]);

    client.delete_slack_channel_configuration().chat_configuration_arn(&arn).send().await.unwrap();
    let gone = client.delete_slack_channel_configuration().chat_configuration_arn(&arn).send().await.unwrap_err();
    assert!(gone.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_teams_channel_configuration_lives() {
    let data_dir = tempfile::tempdir().unwrap();
    let (_bellhop, client) = client(&data_dir);
    let create = client
        .create_microsoft_teams_channel_configuration()
        .configuration_name("ops")
        .team_id(TEAMS_TEAM)
        .tenant_id(TEAMS_TENANT)
        .channel_id("19%3Aops%40thread.tacv2")
        .iam_role_arn(ROLE)
        .tags(tag("team", "ops"));
    let strangers_team = create.clone().team_id("99999999-2222-4333-8444-555555555555").send().await.unwrap_err();
    let error = strangers_team.into_service_error();
    assert!(error.is_invalid_request_exception(), "{error:?}");
    assert!(error.meta().message().unwrap().contains("team id you are using is not configured"), "{error:?}");
    let made = create.send().await.unwrap().channel_configuration.unwrap();
    let arn = made.chat_configuration_arn.clone();

    let get = client.get_microsoft_teams_channel_configuration().chat_configuration_arn(&arn);
    assert_eq!(get.clone().send().await.unwrap().channel_configuration.unwrap(), made);
    let updated = client
        .update_microsoft_teams_channel_configuration()
        .chat_configuration_arn(&arn)
        .channel_id("19%3Aops%40thread.tacv2")
        .channel_name("Operations")
        .sns_topic_arns(TOPIC)
        .send()
        .await
        .unwrap();
    let updated = updated.channel_configuration.unwrap();
    assert_eq!(
        (updated.channel_name.as_deref(), &*updated.sns_topic_arns),
        (Some("Operations"), &[TOPIC.to_owned()][..])
    );
    assert_eq!(tag_and_untag(&client, &arn).await, ["team", "stage"]);

    client.delete_microsoft_teams_channel_configuration().chat_configuration_arn(&arn).send().await.unwrap();
    // Observed; the operation does not declare it, so the client has no type for it.
    let gone = get.send().await.unwrap_err().into_service_error();
    assert_eq!(gone.meta().code(), Some("ResourceNotFoundException"), "{gone:?}");
}

#[tokio::test]
async fn a_chime_webhook_configuration_lives() {
    let data_dir = tempfile::tempdir().unwrap();
    let (_bellhop, client) = client(&data_dir);
    let create = client
        .create_chime_webhook_configuration()
        .configuration_name("ops")
        .webhook_url("https://hooks.chime.aws/incomingwebhooks/ops-1?token=secret_1")
        .webhook_description("Ops/alarms")
        .sns_topic_arns(TOPIC)
        .iam_role_arn(ROLE)
        .tags(tag("team", "ops"));
    let elsewhere = create.clone().webhook_url("https://example.com/incomingwebhooks/ops-1?token=secret_1");
    let error = elsewhere.send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_exception(), "{error:?}");
    assert!(!error.meta().message().unwrap().contains("secret_1"), "the URL is a secret");
    let made = create.send().await.unwrap().webhook_configuration.unwrap();
    let arn = made.chat_configuration_arn.clone();

    let read = client.describe_chime_webhook_configurations().chat_configuration_arn(&arn).send().await.unwrap();
    assert_eq!(read.webhook_configurations.unwrap(), [made]);
    let update =
        client.update_chime_webhook_configuration().chat_configuration_arn(&arn).webhook_description("Ops/night");
    let updated = update.send().await.unwrap().webhook_configuration.unwrap();
    assert_eq!(
        (updated.webhook_description.as_str(), &*updated.sns_topic_arns),
        ("Ops/night", &[TOPIC.to_owned()][..])
    );
    assert_eq!(tag_and_untag(&client, &arn).await, ["team", "stage"]);

    client.delete_chime_webhook_configuration().chat_configuration_arn(&arn).send().await.unwrap();
    let left = client.describe_chime_webhook_configurations().chat_configuration_arn(&arn).send().await.unwrap();
    assert_eq!(left.webhook_configurations.unwrap(), []);
}
