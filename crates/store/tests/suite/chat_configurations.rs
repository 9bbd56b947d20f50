//! Configurations: what is unique, what an update touches, and how they are listed.

use domain::chat_configuration::{Channel, ChannelUpdate, ConfigurationUpdate, SlackChannel};
use store::{ListedConfiguration, Refused};
use wire::ids::{LoggingLevel, Platform};

use crate::setup::{
    ACCOUNT, LIMIT, NOW, OTHER_ACCOUNT, Setup, TEAM, TEAM_NAME, account, arn, authorize, configuration, configure,
    delete, to_channel, topic, topics, update,
};

pub async fn what_is_created_is_read_back(setup: &impl Setup) {
    let store = setup.open().await;
    let mut whole = configuration(ACCOUNT, "ops", "C001", &["b", "a"]);
    let Channel::Slack(channel) = &mut whole.channel else { panic!("{:?}", whole.channel) };
    channel.channel_name = "größe \"quoted\" 🔔".parse().unwrap();
    whole.logging_level = LoggingLevel::Error;
    whole.guardrail_policy_arns = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()];
    whole.user_authorization_required = true;
    whole.tags =
        vec![("b".parse().unwrap(), String::new().parse().unwrap()), ("a".parse().unwrap(), "1".parse().unwrap())];
    authorize(&store).await;
    let created = store.create_chat_configuration(&whole, LIMIT, NOW).await.unwrap();
    assert_eq!(created, Ok(Some(TEAM_NAME.to_owned())));
    let whole = ListedConfiguration { configuration: whole, team_name: Some(TEAM_NAME.to_owned()) };
    let read = store.chat_configuration(&whole.configuration.account_id, &whole.configuration.arn).await;
    assert_eq!(read.unwrap().as_ref(), Some(&whole));
    let listed = store.chat_configurations(&whole.configuration.account_id, Platform::SlackChannel, None, 10).await;
    assert_eq!(listed.unwrap(), [whole]);
}

pub async fn a_name_and_a_channel_are_taken_once_in_an_account(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let create = async |account_id, name, channel| {
        let wanted = configuration(account_id, name, channel, &["other"]);
        let created = store.create_chat_configuration(&wanted, LIMIT, NOW).await;
        created.unwrap()
    };
    assert_eq!(create(ACCOUNT, "ops", "C002").await, Err(Refused::NameTaken));
    assert_eq!(create(ACCOUNT, "dev", "C001").await, Err(Refused::ChannelTaken));
    assert!(!store.topic_is_listed(topic("other").as_str()).await.unwrap());
    assert!(create(OTHER_ACCOUNT, "ops", "C001").await.is_ok());
}

pub async fn an_update_changes_what_it_names_and_nothing_else(setup: &impl Setup) {
    let store = setup.open().await;
    let mut expected = configure(&store, "ops", "C001", &["a"]).await;
    assert_eq!(update(&store, "ops", ConfigurationUpdate::default()).await, expected);
    expected.logging_level = LoggingLevel::Info;
    let level = ConfigurationUpdate { logging_level: Some(LoggingLevel::Info), ..ConfigurationUpdate::default() };
    assert_eq!(update(&store, "ops", level).await, expected);
    expected.channel = Channel::Slack(SlackChannel {
        team_id: TEAM.parse().unwrap(),
        channel_id: "C002".parse().unwrap(),
        channel_name: "other".parse().unwrap(),
    });
    expected.iam_role_arn = "arn:aws:iam::123456789012:role/other".parse().unwrap();
    expected.sns_topic_arns = topics(&["c", "b"]);
    expected.guardrail_policy_arns = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()];
    expected.user_authorization_required = true;
    let rest = ConfigurationUpdate {
        channel: Some(ChannelUpdate::Slack {
            channel_id: "C002".parse().unwrap(),
            channel_name: Some("other".parse().unwrap()),
        }),
        iam_role_arn: Some(expected.iam_role_arn.clone()),
        sns_topic_arns: Some(expected.sns_topic_arns.clone()),
        logging_level: None,
        guardrail_policy_arns: Some(expected.guardrail_policy_arns.clone()),
        user_authorization_required: Some(true),
    };
    assert_eq!(update(&store, "ops", rest).await, expected);
    let read = store.chat_configuration(&expected.account_id, &expected.arn);
    assert_eq!(read.await.unwrap().map(|listed| listed.configuration), Some(expected));
    assert!(!store.topic_is_listed(topic("a").as_str()).await.unwrap());
    assert!(store.topic_is_listed(topic("b").as_str()).await.unwrap());
}

pub async fn an_update_to_a_taken_channel_changes_nothing(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let dev = configure(&store, "dev", "C002", &["b"]).await;
    let to_c001 = ConfigurationUpdate {
        channel: Some(to_channel("C001")),
        sns_topic_arns: Some(topics(&["c"])),
        ..ConfigurationUpdate::default()
    };
    let refused = store.update_chat_configuration(&dev.account_id, &dev.arn, to_c001, NOW);
    assert_eq!(refused.await.unwrap(), Some(Err(Refused::ChannelTaken)));
    let read = store.chat_configuration(&dev.account_id, &dev.arn).await;
    assert_eq!(read.unwrap().map(|listed| listed.configuration), Some(dev));
    assert!(!store.topic_is_listed(topic("c").as_str()).await.unwrap());
}

pub async fn another_accounts_configuration_is_not_there(setup: &impl Setup) {
    let store = setup.open().await;
    let ops = configure(&store, "ops", "C001", &["a"]).await;
    let other = account(OTHER_ACCOUNT);
    let read = store.chat_configuration(&other, &ops.arn).await;
    assert_eq!(read.unwrap(), None);
    let listed = store.chat_configurations(&other, Platform::SlackChannel, None, 10).await;
    assert_eq!(listed.unwrap(), []);
    let updated = store.update_chat_configuration(&other, &ops.arn, ConfigurationUpdate::default(), NOW);
    assert_eq!(updated.await.unwrap(), None);
    let deleted = store.delete_chat_configuration(&other, &ops.arn, NOW).await;
    assert!(!deleted.unwrap());
    let read = store.chat_configuration(&ops.account_id, &ops.arn).await;
    assert_eq!(read.unwrap().map(|listed| listed.configuration), Some(ops));
}

pub async fn pages_by_key_are_stable_under_inserts_and_deletes(setup: &impl Setup) {
    let store = setup.open().await;
    for (name, channel) in [("b", "C1"), ("d", "C2"), ("f", "C3"), ("h", "C4")] {
        configure(&store, name, channel, &[]).await;
    }
    let page = async |after: Option<&str>| -> Vec<String> {
        let after = after.map(|name| arn(ACCOUNT, name));
        let account_id = account(ACCOUNT);
        let page = store.chat_configurations(&account_id, Platform::SlackChannel, after.as_ref().map(AsRef::as_ref), 2);
        page.await.unwrap().iter().map(|found| found.configuration.name.as_str().to_owned()).collect()
    };
    assert_eq!(page(None).await, ["b", "d"]);
    // Before the key, the key itself, and after it.
    configure(&store, "a", "C5", &[]).await;
    assert!(delete(&store, "d").await);
    configure(&store, "e", "C6", &[]).await;
    assert_eq!(page(Some("d")).await, ["e", "f"]);
    assert_eq!(page(Some("f")).await, ["h"]);
    assert!(page(Some("h")).await.is_empty());
}

pub async fn a_topic_is_listed_while_a_configuration_lists_it(setup: &impl Setup) {
    let store = setup.open().await;
    let listed = async || store.topic_is_listed(topic("a").as_str()).await.unwrap();
    assert!(!listed().await);
    configure(&store, "ops", "C001", &["a"]).await;
    configure(&store, "dev", "C002", &["a"]).await;
    assert!(delete(&store, "ops").await);
    assert!(listed().await);
    assert!(delete(&store, "dev").await);
    assert!(!listed().await);
    assert!(!delete(&store, "dev").await);
}
