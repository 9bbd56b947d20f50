//! Chat configurations of Microsoft Teams and Amazon Chime, and what a workspace or a team holds back.

use domain::chat_configuration::{
    Channel, ChannelUpdate, ChatConfiguration, ChimeWebhook, ConfigurationUpdate, TeamsChannel,
};
use store::{ConfiguredTeam, InUse, Refused, Store};
use wire::ids::{ChatConfigurationArn, Platform};

use crate::setup::{
    ACCOUNT, LIMIT, NOW, OTHER_ACCOUNT, Setup, TEAM, account, arn, authorize, configuration, configure, delete,
};

const TEAMS_TEAM: &str = "11111111-2222-4333-8444-555555555555";
const OTHER_TEAM: &str = "22222222-2222-4333-8444-555555555555";
const TENANT: &str = "66666666-7777-4888-9999-aaaaaaaaaaaa";

pub fn team(team_id: &str) -> ConfiguredTeam {
    ConfiguredTeam {
        account_id: account(ACCOUNT),
        team_id: team_id.parse().unwrap(),
        tenant_id: TENANT.parse().unwrap(),
        team_name: "Sandbox".to_owned(),
        disabled_reason: None,
    }
}

pub fn in_teams(name: &str, team_id: &str, channel: &str) -> ChatConfiguration {
    let channel = Channel::MicrosoftTeams(TeamsChannel {
        tenant_id: TENANT.parse().unwrap(),
        team_id: team_id.parse().unwrap(),
        team_name: None,
        channel_id: format!("19%3A{channel}%40thread.tacv2").parse().unwrap(),
        channel_name: Some("Ops".parse().unwrap()),
    });
    of_platform(Platform::MicrosoftTeamsChannel, name, channel)
}

fn in_chime(name: &str) -> ChatConfiguration {
    let channel = Channel::ChimeWebhook(ChimeWebhook {
        description: "Ops".parse().unwrap(),
        url: "https://hooks.chime.aws/incomingwebhooks/id?token=secret".parse().unwrap(),
    });
    of_platform(Platform::ChimeWebhook, name, channel)
}

fn of_platform(platform: Platform, name: &str, channel: Channel) -> ChatConfiguration {
    let arn = ChatConfigurationArn::new(platform, &account(ACCOUNT), &name.parse().unwrap());
    ChatConfiguration { arn, channel, ..configuration(ACCOUNT, name, "C001", &["a"]) }
}

async fn create(store: &Store, configuration: &ChatConfiguration) -> Result<(), Refused> {
    store.create_chat_configuration(configuration, LIMIT, NOW).await.unwrap().map(drop)
}

pub async fn each_platform_lists_its_own(setup: &impl Setup) {
    let store = setup.open().await;
    store.declare_configured_teams(&[team(TEAMS_TEAM)]).await.unwrap();
    // One name on three platforms is three configurations.
    let slack = configure(&store, "ops", "C001", &["a"]).await;
    let teams = in_teams("ops", TEAMS_TEAM, "one");
    let chime = in_chime("ops");
    create(&store, &teams).await.unwrap();
    create(&store, &chime).await.unwrap();
    for (platform, wanted) in
        [(Platform::SlackChannel, &slack), (Platform::MicrosoftTeamsChannel, &teams), (Platform::ChimeWebhook, &chime)]
    {
        let page = store.chat_configurations(&account(ACCOUNT), platform, None, 10).await.unwrap();
        assert_eq!(page.iter().map(|listed| &listed.configuration).collect::<Vec<_>>(), [wanted]);
        let read = store.chat_configuration(&account(ACCOUNT), &wanted.arn).await.unwrap().unwrap();
        assert_eq!(&read.configuration, wanted);
    }
}

pub async fn a_channel_of_a_team_is_taken_once_and_a_webhook_never(setup: &impl Setup) {
    let store = setup.open().await;
    store.declare_configured_teams(&[team(TEAMS_TEAM)]).await.unwrap();
    create(&store, &in_teams("one", TEAMS_TEAM, "one")).await.unwrap();
    create(&store, &in_teams("two", TEAMS_TEAM, "two")).await.unwrap();
    assert_eq!(create(&store, &in_teams("three", TEAMS_TEAM, "two")).await, Err(Refused::ChannelTaken));
    create(&store, &in_chime("one")).await.unwrap();
    create(&store, &in_chime("two")).await.unwrap();
    let of_team = store.chat_configurations_of_team(&account(ACCOUNT), TEAMS_TEAM, None, 1).await.unwrap();
    let first = of_team[0].configuration.arn.as_str();
    let rest = store.chat_configurations_of_team(&account(ACCOUNT), TEAMS_TEAM, Some(first), 5).await.unwrap();
    let names = [&of_team[0], &rest[0]].map(|listed| listed.configuration.name.as_str());
    assert_eq!((names, rest.len()), (["one", "two"], 1));
}

pub async fn what_is_not_authorised_is_refused_and_reserves_nothing(setup: &impl Setup) {
    let store = setup.open().await;
    assert_eq!(create(&store, &configuration(ACCOUNT, "ops", "C001", &["a"])).await, Err(Refused::NotAuthorized));
    let wanted = in_teams("ops", TEAMS_TEAM, "one");
    assert_eq!(create(&store, &wanted).await, Err(Refused::NotAuthorized));
    store.declare_configured_teams(&[team(TEAMS_TEAM)]).await.unwrap();
    let of_another_tenant = |channel: &mut Channel| {
        let Channel::MicrosoftTeams(channel) = channel else { panic!("{channel:?}") };
        channel.tenant_id = OTHER_TEAM.parse().unwrap();
    };
    let mut foreign = wanted.clone();
    of_another_tenant(&mut foreign.channel);
    assert_eq!(create(&store, &foreign).await, Err(Refused::NotAuthorized));
    assert_eq!(create(&store, &wanted).await, Ok(()));
}

pub async fn the_limit_is_the_accounts_and_a_deletion_gives_back(setup: &impl Setup) {
    let store = setup.open().await;
    authorize(&store).await;
    let create_one_of_two = async |account_id, name, channel| {
        let wanted = configuration(account_id, name, channel, &["a"]);
        store.create_chat_configuration(&wanted, 2, NOW).await.unwrap().map(drop)
    };
    assert_eq!(create_one_of_two(ACCOUNT, "one", "C001").await, Ok(()));
    assert_eq!(create_one_of_two(ACCOUNT, "two", "C002").await, Ok(()));
    assert_eq!(create_one_of_two(ACCOUNT, "three", "C003").await, Err(Refused::LimitReached));
    assert_eq!(create_one_of_two(OTHER_ACCOUNT, "one", "C001").await, Ok(()));
    assert!(delete(&store, "two").await);
    assert_eq!(create_one_of_two(ACCOUNT, "three", "C003").await, Ok(()));
}

pub async fn a_workspace_and_a_team_stay_while_configurations_do(setup: &impl Setup) {
    let store = setup.open().await;
    store.declare_configured_teams(&[team(TEAMS_TEAM), team(OTHER_TEAM)]).await.unwrap();
    let teams = in_teams("ops", TEAMS_TEAM, "one");
    create(&store, &teams).await.unwrap();
    for number in 0..11 {
        configure(&store, &format!("n{number:02}"), &format!("C{number:03}"), &["a"]).await;
    }
    let account_id = account(ACCOUNT);
    let InUse { configuration_arns, more } =
        store.delete_slack_workspace(&account_id, &TEAM.parse().unwrap()).await.unwrap().unwrap_err();
    assert_eq!((configuration_arns.len(), more), (10, true));
    assert_eq!(configuration_arns[0], arn(ACCOUNT, "n00").as_str());
    let in_use = store.delete_configured_team(&account_id, &team(TEAMS_TEAM).team_id).await.unwrap().unwrap_err();
    assert_eq!(in_use, InUse { configuration_arns: vec![teams.arn.as_str().to_owned()], more: false });
    for (there, times) in [(true, 1), (false, 2)] {
        let deleted = store.delete_configured_team(&account_id, &team(OTHER_TEAM).team_id).await.unwrap();
        assert_eq!(deleted, Ok(there), "deleted {times} times");
    }
    let left = store.configured_teams(&account_id, None, 10).await.unwrap();
    assert_eq!(left, [team(TEAMS_TEAM)]);
    // The other account's is its own.
    let other = store.delete_slack_workspace(&account(OTHER_ACCOUNT), &TEAM.parse().unwrap()).await.unwrap();
    assert_eq!(other, Ok(true));
}

pub async fn a_webhook_moves_and_its_url_is_kept_sealed(setup: &impl Setup) {
    let store = setup.open().await;
    let before = in_chime("ops");
    create(&store, &before).await.unwrap();
    let url = "https://hooks.chime.aws/incomingwebhooks/other?token=other";
    let channel = ChannelUpdate::ChimeWebhook { description: None, url: Some(url.parse().unwrap()) };
    let update = ConfigurationUpdate { channel: Some(channel), ..ConfigurationUpdate::default() };
    let after = store.update_chat_configuration(&account(ACCOUNT), &before.arn, update, NOW).await;
    let after = after.unwrap().unwrap().unwrap().configuration;
    let expected =
        Channel::ChimeWebhook(ChimeWebhook { description: "Ops".parse().unwrap(), url: url.parse().unwrap() });
    assert_eq!(after.channel, expected);
    let read = store.chat_configuration(&account(ACCOUNT), &before.arn).await.unwrap().unwrap();
    assert_eq!(read.configuration, after);
}

/// What is read again comes from memory: it must be what a change has left.
pub async fn what_was_read_is_not_answered_after_a_change(setup: &impl Setup) {
    let store = setup.open().await;
    let ops = configure(&store, "ops", "C001", &["a"]).await;
    let account_id = account(ACCOUNT);
    let read = async || store.chat_configuration(&account_id, &ops.arn).await.unwrap();
    assert_eq!(read().await.unwrap().configuration, ops);
    assert_eq!(store.chat_configuration(&account(OTHER_ACCOUNT), &ops.arn).await.unwrap(), None);
    let resource = ops.arn.as_str().parse().unwrap();
    let tag = ("team".parse().unwrap(), "ops".parse().unwrap());
    store.put_tags(&account_id, &resource, vec![tag], 10).await.unwrap().unwrap().unwrap();
    assert_eq!(read().await.unwrap().configuration.tags.len(), 1);
    store.remove_tags(&account_id, &resource, &["team".parse().unwrap()]).await.unwrap();
    assert_eq!(read().await.unwrap().configuration.tags.len(), 0);
    let update = ConfigurationUpdate { user_authorization_required: Some(true), ..ConfigurationUpdate::default() };
    store.update_chat_configuration(&account_id, &ops.arn, update, NOW).await.unwrap().unwrap().unwrap();
    assert!(read().await.unwrap().configuration.user_authorization_required);
    assert_eq!(read().await.unwrap().team_name.as_deref(), Some("Sandbox"));
    store.declare_slack_workspaces(&[]).await.unwrap();
    assert_eq!(read().await.unwrap().team_name, None);
    let page = async || store.chat_configurations(&account_id, Platform::SlackChannel, None, 10).await.unwrap().len();
    assert_eq!(page().await, 1);
    assert!(delete(&store, "ops").await);
    assert_eq!((read().await, page().await), (None, 0));
    let all = store.chat_configurations(&account(OTHER_ACCOUNT), Platform::SlackChannel, None, 10).await;
    assert_eq!(all.unwrap(), []);
    configure(&store, "new", "C002", &["a"]).await;
    assert_eq!(page().await, 1);
}
