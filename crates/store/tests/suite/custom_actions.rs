//! Custom actions, their associations and tokens; tags of whatever has them; preferences and people.

use domain::account_preferences::AccountPreferences;
use domain::custom_action::{Attachment, Criterion, CustomAction};
use domain::user_identity::Person;
use store::{
    Absent, ActionCreated, ActionUpdate, Idempotency, PeopleOf, PersonId, PreferencesUpdate, Store, TooManyTags,
    person_key,
};
use wire::ids::{AmazonResourceName, CriteriaOperator, CustomActionArn, TagKey, TagValue};

use crate::platforms::{in_teams, team};
use crate::setup::{ACCOUNT, LIMIT, NOW, OTHER_ACCOUNT, Setup, TEAM, account, arn, configure, delete};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn action(account_id: &str, name: &str) -> CustomAction {
    CustomAction {
        arn: CustomActionArn::new(&account(account_id), &name.parse().unwrap()),
        account_id: account(account_id),
        name: name.parse().unwrap(),
        command_text: "lambda invoke --function-name $f".parse().unwrap(),
        alias_name: Some("go".parse().unwrap()),
        attachments: vec![Attachment {
            notification_type: "Custom".parse().unwrap(),
            button_text: Some("Go \u{1f680}".parse().unwrap()),
            criteria: vec![Criterion {
                operator: CriteriaOperator::Equals,
                variable_name: "f".parse().unwrap(),
                value: Some("x".parse().unwrap()),
            }],
            variables: [("f".parse().unwrap(), "event.detail.f".parse().unwrap())].into_iter().collect(),
        }],
        tags: vec![tag("team", "ops")],
    }
}

fn tag(key: &str, value: &str) -> (TagKey, TagValue) {
    (key.parse().unwrap(), value.parse().unwrap())
}

fn resource(arn: &str) -> AmazonResourceName {
    arn.parse().unwrap()
}

async fn create(store: &Store, action: &CustomAction) -> ActionCreated {
    store.create_custom_action(action, None, LIMIT, NOW).await.unwrap()
}

pub async fn an_action_is_made_read_changed_and_deleted(setup: &impl Setup) {
    let store = setup.open().await;
    let mut restart = action(ACCOUNT, "restart");
    assert_eq!(create(&store, &restart).await, ActionCreated::New);
    assert_eq!(create(&store, &restart).await, ActionCreated::NameTaken);
    let account_id = account(ACCOUNT);
    assert_eq!(store.custom_action(&account_id, &restart.arn).await.unwrap().as_ref(), Some(&restart));
    restart.command_text = "sts get-caller-identity".parse().unwrap();
    let keep = ActionUpdate { command_text: restart.command_text.clone(), alias_name: None, attachments: None };
    assert!(store.update_custom_action(&account_id, &restart.arn, &keep).await.unwrap());
    assert_eq!(store.custom_action(&account_id, &restart.arn).await.unwrap().as_ref(), Some(&restart));
    let empty = ActionUpdate { attachments: Some(Vec::new()), ..keep.clone() };
    assert!(store.update_custom_action(&account_id, &restart.arn, &empty).await.unwrap());
    assert_eq!(store.custom_action(&account_id, &restart.arn).await.unwrap().unwrap().attachments, []);
    let other = account(OTHER_ACCOUNT);
    assert_eq!(store.custom_action(&other, &restart.arn).await.unwrap(), None);
    assert!(!store.update_custom_action(&other, &restart.arn, &keep).await.unwrap());
    assert!(!store.delete_custom_action(&other, &restart.arn).await.unwrap());
    assert!(store.delete_custom_action(&account_id, &restart.arn).await.unwrap());
    assert!(!store.delete_custom_action(&account_id, &restart.arn).await.unwrap());
}

pub async fn a_token_makes_a_repeated_create_the_same_for_a_day(setup: &impl Setup) {
    let store = setup.open().await;
    let restart = action(ACCOUNT, "restart");
    let token =
        |request: &str| Idempotency { client_token: "t".repeat(33).parse().unwrap(), request: request.to_owned() };
    let again = async |action: &CustomAction, request: &str, at_ms| {
        store.create_custom_action(action, Some(&token(request)), LIMIT, at_ms).await.unwrap()
    };
    assert_eq!(again(&restart, "a", NOW).await, ActionCreated::New);
    assert_eq!(again(&restart, "a", NOW + DAY_MS - 1).await, ActionCreated::Before);
    assert_eq!(again(&restart, "b", NOW + DAY_MS - 1).await, ActionCreated::TokenReused);
    // Another account's token is another token.
    assert_eq!(again(&action(OTHER_ACCOUNT, "restart"), "b", NOW).await, ActionCreated::New);
    assert_eq!(again(&restart, "a", NOW + DAY_MS).await, ActionCreated::NameTaken);
    assert_eq!(again(&action(ACCOUNT, "stop"), "b", NOW + DAY_MS).await, ActionCreated::New);
    assert_eq!(again(&action(ACCOUNT, "stop"), "b", NOW + DAY_MS + 1).await, ActionCreated::Before);
    assert!(store.delete_custom_action(&account(ACCOUNT), &action(ACCOUNT, "stop").arn).await.unwrap());
    assert_eq!(again(&action(ACCOUNT, "stop"), "b", NOW + DAY_MS + 2).await, ActionCreated::New);
}

pub async fn actions_have_a_limit_and_pages(setup: &impl Setup) {
    let store = setup.open().await;
    for name in ["c", "a", "b"] {
        assert_eq!(create(&store, &action(ACCOUNT, name)).await, ActionCreated::New);
    }
    let fourth = store.create_custom_action(&action(ACCOUNT, "d"), None, 3, NOW).await.unwrap();
    assert_eq!(fourth, ActionCreated::LimitReached);
    let account_id = account(ACCOUNT);
    let first = store.custom_action_arns(&account_id, None, 2).await.unwrap();
    assert_eq!(first, [action(ACCOUNT, "a").arn, action(ACCOUNT, "b").arn]);
    let second = store.custom_action_arns(&account_id, Some(first[1].as_str()), 2).await.unwrap();
    assert_eq!(second, [action(ACCOUNT, "c").arn]);
}

pub async fn actions_show_where_they_are_associated(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let (account_id, ops) = (account(ACCOUNT), arn(ACCOUNT, "ops"));
    let restart = action(ACCOUNT, "restart");
    let associate = async || store.associate(&account_id, &ops, &restart.arn).await.unwrap();
    assert_eq!(associate().await, Err(Absent::CustomAction));
    create(&store, &restart).await;
    assert_eq!(associate().await, Ok(()));
    assert_eq!(associate().await, Ok(()), "twice is once");
    let gone = arn(ACCOUNT, "gone");
    assert_eq!(store.associate(&account_id, &gone, &restart.arn).await.unwrap(), Err(Absent::Configuration));
    let listed = async |account_id| store.associations(&account(account_id), &ops, None, 10).await.unwrap();
    assert_eq!(listed(ACCOUNT).await, std::slice::from_ref(&restart.arn));
    assert_eq!(listed(OTHER_ACCOUNT).await, []);
    assert_eq!(store.disassociate(&account_id, &ops, &restart.arn).await.unwrap(), Ok(()));
    assert_eq!(store.disassociate(&account_id, &ops, &restart.arn).await.unwrap(), Ok(()));
    assert_eq!(listed(ACCOUNT).await, []);
    associate().await.unwrap();
    store.delete_custom_action(&account_id, &restart.arn).await.unwrap();
    assert_eq!(listed(ACCOUNT).await, []);
}

pub async fn what_shows_in_a_configuration_is_what_it_is_now(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let (account_id, ops) = (account(ACCOUNT), arn(ACCOUNT, "ops"));
    let shown = async || store.actions_shown(ops.as_str()).await.unwrap().to_vec();
    let (mut restart, logs) = (action(ACCOUNT, "restart"), action(ACCOUNT, "logs"));
    for action in [&restart, &logs] {
        create(&store, action).await;
        assert_eq!(shown().await.len(), usize::from(action.name == logs.name));
        store.associate(&account_id, &ops, &action.arn).await.unwrap().unwrap();
    }
    assert_eq!(shown().await, [logs.clone(), restart.clone()], "in the order of their ARNs");
    restart.command_text = "sts get-caller-identity".parse().unwrap();
    let update = ActionUpdate { command_text: restart.command_text.clone(), alias_name: None, attachments: None };
    store.update_custom_action(&account_id, &restart.arn, &update).await.unwrap();
    assert_eq!(shown().await, [logs.clone(), restart.clone()]);
    store.disassociate(&account_id, &ops, &logs.arn).await.unwrap().unwrap();
    assert_eq!(shown().await, [restart.clone()]);
    store.delete_custom_action(&account_id, &restart.arn).await.unwrap();
    assert_eq!(shown().await, []);
    store.associate(&account_id, &ops, &logs.arn).await.unwrap().unwrap();
    assert_eq!(shown().await, [logs]);
    delete(&store, "ops").await;
    assert_eq!(shown().await, []);
}

pub async fn tags_are_put_over_and_taken_away(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let restart = action(ACCOUNT, "restart");
    create(&store, &restart).await;
    let account_id = account(ACCOUNT);
    for (arn, had) in [(arn(ACCOUNT, "ops").as_str(), vec![]), (restart.arn.as_str(), vec![tag("team", "ops")])] {
        let arn = resource(arn);
        assert_eq!(store.tags(&account_id, &arn).await.unwrap(), Some(had));
        let put = async |tags, limit| store.put_tags(&account_id, &arn, tags, limit).await.unwrap();
        assert_eq!(put(vec![tag("team", "dev"), tag("b", "1"), tag("a", "")], 3).await, Some(Ok(())));
        assert_eq!(put(vec![tag("c", "")], 3).await, Some(Err(TooManyTags)));
        assert_eq!(put(vec![tag("b", "2")], 3).await, Some(Ok(())), "a key that is there needs no room");
        let keys = ["team", "never"].map(|key| key.parse().unwrap());
        assert!(store.remove_tags(&account_id, &arn, &keys).await.unwrap());
        assert_eq!(store.tags(&account_id, &arn).await.unwrap(), Some(vec![tag("b", "2"), tag("a", "")]));
        let other = account(OTHER_ACCOUNT);
        assert_eq!(store.tags(&other, &arn).await.unwrap(), None);
        assert_eq!(store.put_tags(&other, &arn, vec![tag("x", "")], 3).await.unwrap(), None);
        assert!(!store.remove_tags(&other, &arn, &keys).await.unwrap());
    }
}

pub async fn preferences_begin_with_the_defaults_and_change_one_by_one(setup: &impl Setup) {
    let store = setup.open().await;
    let account_id = account(ACCOUNT);
    assert_eq!(store.account_preferences(&account_id).await.unwrap(), AccountPreferences::default());
    let update = async |user_authorization_required, training_data_collection_enabled| {
        let update = PreferencesUpdate { user_authorization_required, training_data_collection_enabled };
        let updated = store.update_account_preferences(&account_id, update).await.unwrap();
        assert_eq!(store.account_preferences(&account_id).await.unwrap(), updated);
        (updated.user_authorization_required, updated.training_data_collection_enabled)
    };
    assert_eq!(update(Some(true), None).await, (true, false));
    assert_eq!(update(None, Some(true)).await, (true, true));
    assert_eq!(update(Some(false), None).await, (false, true));
    assert_eq!(update(None, None).await, (false, true));
    assert_eq!(store.account_preferences(&account(OTHER_ACCOUNT)).await.unwrap(), AccountPreferences::default());
}

pub async fn people_have_one_role_each_in_a_channel(setup: &impl Setup) {
    let store = setup.open().await;
    store.declare_configured_teams(&[team("11111111-2222-4333-8444-555555555555")]).await.unwrap();
    let ops = configure(&store, "ops", "C001", &["a"]).await;
    let teams = in_teams("ops", "11111111-2222-4333-8444-555555555555", "one");
    store.create_chat_configuration(&teams, LIMIT, NOW).await.unwrap().unwrap();
    let account_id = account(ACCOUNT);
    let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}").parse().unwrap();
    let alice = PersonId::Slack("UALICE".parse().unwrap());
    let bob = PersonId::MicrosoftTeams("33333333-2222-4333-8444-555555555555".parse().unwrap());
    let put = async |arn, person, role_name: &str| {
        store.put_user_identity(&account_id, arn, person, &role(role_name), None).await.unwrap().unwrap()
    };
    assert!(put(&ops.arn, &alice, "first").await);
    assert!(put(&ops.arn, &alice, "second").await);
    assert!(put(&teams.arn, &bob, "first").await);
    assert!(!put(&ops.arn, &bob, "first").await, "a person of Teams is in no Slack channel");
    let gone = arn(ACCOUNT, "gone");
    assert!(!put(&gone, &alice, "first").await);
    let people = async |of, arn| store.user_identities(&account_id, of, arn, None, 10).await.unwrap();
    let of_slack = people(PeopleOf::Slack, None).await;
    assert_eq!(of_slack.len(), 1);
    assert_eq!(of_slack[0].iam_role_arn, role("second"));
    let expected = Person::Slack { team_id: TEAM.parse().unwrap(), user_id: "UALICE".parse().unwrap() };
    assert_eq!(of_slack[0].person, expected);
    assert_eq!(people(PeopleOf::Slack, Some(&ops.arn)).await, of_slack);
    assert_eq!(people(PeopleOf::Slack, Some(&teams.arn)).await, []);
    let of_teams = people(PeopleOf::MicrosoftTeams, None).await;
    assert!(matches!(of_teams[0].person, Person::MicrosoftTeams { .. }), "{of_teams:?}");
    let after = person_key(&of_slack[0]);
    let rest = store.user_identities(&account_id, PeopleOf::Slack, None, Some(&after), 10).await.unwrap();
    assert_eq!(rest, []);
    let remove =
        async |person, team_id| store.delete_user_identity(&account_id, &ops.arn, person, team_id).await.unwrap();
    assert!(!remove(&alice, Some("TOTHER")).await);
    assert!(remove(&alice, Some(TEAM)).await);
    assert!(!remove(&alice, Some(TEAM)).await);
    assert!(put(&ops.arn, &alice, "first").await);
    assert!(delete(&store, "ops").await);
    assert_eq!(people(PeopleOf::Slack, None).await, []);
}
