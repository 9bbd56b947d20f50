//! Aliases of commands: made once, listed, deleted, never too many.

use store::{AliasCreated, CommandAlias};

use crate::setup::{NOW, Setup};

const CHANNEL: &str = "slack/T01/C01";

fn alias(destination: &str, name: &str) -> CommandAlias {
    CommandAlias {
        destination: destination.to_owned(),
        name: name.to_owned(),
        action: "lambda invoke --function-name $größe".to_owned(),
        created_by: "U01".to_owned(),
        created_at_ms: NOW,
    }
}

pub async fn an_alias_is_its_channels_and_made_once(setup: &impl Setup) {
    let store = setup.open().await;
    let (second, first) = (alias(CHANNEL, "b"), alias(CHANNEL, "B"));
    for alias in [&second, &first] {
        assert_eq!(store.create_command_alias(alias, 10).await.unwrap(), AliasCreated::New);
    }
    // By the same event, a moment later.
    let again = CommandAlias { created_at_ms: NOW + 5, ..second.clone() };
    assert_eq!(store.create_command_alias(&again, 10).await.unwrap(), AliasCreated::Before);
    let other = CommandAlias { action: "sts get-caller-identity".to_owned(), ..second.clone() };
    assert_eq!(store.create_command_alias(&other, 10).await.unwrap(), AliasCreated::NameTaken(second.clone()));
    let anothers = CommandAlias { created_by: "U02".to_owned(), ..second.clone() };
    assert_eq!(store.create_command_alias(&anothers, 10).await.unwrap(), AliasCreated::NameTaken(second.clone()));
    let elsewhere = alias("slack/T01/C02", "b");
    assert_eq!(store.create_command_alias(&elsewhere, 10).await.unwrap(), AliasCreated::New);

    assert_eq!(store.command_alias(CHANNEL, "b").await.unwrap(), Some(second.clone()));
    assert_eq!(store.command_aliases(CHANNEL, 10).await.unwrap(), [first.clone(), second]);
    assert_eq!(store.command_aliases(CHANNEL, 1).await.unwrap(), [first]);
    assert!(store.delete_command_alias(CHANNEL, "b").await.unwrap());
    assert!(!store.delete_command_alias(CHANNEL, "b").await.unwrap());
    assert_eq!(store.command_alias(CHANNEL, "b").await.unwrap(), None);
    assert_eq!(store.command_alias("slack/T01/C02", "b").await.unwrap(), Some(elsewhere));
}

pub async fn a_channel_has_so_many_aliases_and_no_more(setup: &impl Setup) {
    let store = setup.open().await;
    for name in ["a", "b"] {
        assert_eq!(store.create_command_alias(&alias(CHANNEL, name), 2).await.unwrap(), AliasCreated::New);
    }
    assert_eq!(store.create_command_alias(&alias(CHANNEL, "c"), 2).await.unwrap(), AliasCreated::LimitReached);
    assert_eq!(store.create_command_alias(&alias(CHANNEL, "a"), 2).await.unwrap(), AliasCreated::Before);
    assert_eq!(store.create_command_alias(&alias("teams/x", "c"), 2).await.unwrap(), AliasCreated::New);
    assert!(store.delete_command_alias(CHANNEL, "a").await.unwrap());
    assert_eq!(store.create_command_alias(&alias(CHANNEL, "c"), 2).await.unwrap(), AliasCreated::New);
}
