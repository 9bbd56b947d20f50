//! What every test begins with: an empty store, and short ways to say a configuration, a message and an attempt.

use domain::chat_configuration::{Channel, ChannelUpdate, ChatConfiguration, ConfigurationUpdate, SlackChannel};
use domain::delivery::Priority;
use store::outbox::{
    AcceptRules, Delivery, DeliveryFilter, Enqueued, Lease, NewNotification, PendingDelivery, Settled, Settlement,
};
use store::{SlackWorkspace, Store, StoreError, StoreSettings};
use wire::ids::{AccountId, Arn, ChatConfigurationArn, LoggingLevel, Platform};

pub const ACCOUNT: &str = "123456789012";
pub const OTHER_ACCOUNT: &str = "210987654321";
/// The time at which most tests begin: any that is far from 0 and from what a test adds.
pub const NOW: i64 = 1_800_000_000_000;
pub const LEASE_MS: i64 = 60_000;
pub const TEAM: &str = "T0SANDBOX";
pub const TEAM_NAME: &str = "Sandbox";
/// Nothing is kept out.
pub const RULES: AcceptRules = AcceptRules { similar_within_ms: 0, events_per_second: 0 };
/// How far waiting deliveries are counted.
pub const COUNT_TO: i64 = 100;
/// More than any test makes.
pub const LIMIT: u32 = 1000;

/// Where one engine keeps its data, as long as the test lasts.
pub trait Setup: Default {
    /// Whether the one who opens it again takes the leases of the one before away.
    const FREES_LEASES: bool;
    /// How many interleavings are played.
    const CASES: u32;
    /// Opens the one store of this test as a server does; again, once the one before was dropped.
    async fn open(&self) -> Store;
    /// Changes what is stored behind the store's back.
    async fn spoil(&self, sql: &'static str);
}

pub fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

pub fn topic(name: &str) -> Arn {
    format!("arn:aws:sns:eu-central-1:{ACCOUNT}:{name}").parse().unwrap()
}

pub fn topics(names: &[&str]) -> Vec<Arn> {
    names.iter().map(|name| topic(name)).collect()
}

pub fn arn(account_id: &str, name: &str) -> ChatConfigurationArn {
    ChatConfigurationArn::new(Platform::SlackChannel, &account(account_id), &name.parse().unwrap())
}

pub fn lane(channel: &str) -> String {
    format!("slack/{TEAM}/{channel}")
}

pub fn configuration(account_id: &str, name: &str, channel: &str, topic_names: &[&str]) -> ChatConfiguration {
    ChatConfiguration {
        arn: arn(account_id, name),
        account_id: account(account_id),
        name: name.parse().unwrap(),
        channel: Channel::Slack(SlackChannel {
            team_id: TEAM.parse().unwrap(),
            channel_id: channel.parse().unwrap(),
            channel_name: "alarms".parse().unwrap(),
        }),
        iam_role_arn: format!("arn:aws:iam::{account_id}:role/chat").parse().unwrap(),
        sns_topic_arns: topics(topic_names),
        logging_level: LoggingLevel::None,
        guardrail_policy_arns: Vec::new(),
        user_authorization_required: false,
        tags: Vec::new(),
    }
}

pub fn notification(topic_name: &str, message_id: &str, received_at_ms: i64) -> NewNotification {
    NewNotification {
        topic_arn: topic(topic_name).as_str().to_owned(),
        message_id: message_id.to_owned(),
        body: format!("{{\"MessageId\":\"{message_id}\"}}"),
        priority: Priority::Notification,
        addressee: None,
        similarity: None,
        gate: None,
        received_at_ms,
    }
}

/// Creates a configuration of [`ACCOUNT`] that nothing stands in the way of.
pub async fn configure(store: &Store, name: &str, channel: &str, topic_names: &[&str]) -> ChatConfiguration {
    let configuration = configuration(ACCOUNT, name, channel, topic_names);
    authorize(store).await;
    let created = store.create_chat_configuration(&configuration, LIMIT, NOW).await;
    created.unwrap().unwrap();
    configuration
}

/// Lets both accounts post to [`TEAM`].
pub async fn authorize(store: &Store) {
    let workspace = |account_id| SlackWorkspace {
        account_id: account(account_id),
        team_id: TEAM.parse().unwrap(),
        team_name: TEAM_NAME.to_owned(),
        bot_token: "xoxb-1".into(),
        app_id: None,
        enterprise_id: None,
        bot_user_id: None,
        authorized_by: None,
        rotation: None,
        disabled_reason: None,
    };
    store.declare_slack_workspaces(&[workspace(ACCOUNT), workspace(OTHER_ACCOUNT)]).await.unwrap();
}

pub async fn update(store: &Store, name: &str, update: ConfigurationUpdate) -> ChatConfiguration {
    let updated = store.update_chat_configuration(&account(ACCOUNT), &arn(ACCOUNT, name), update, NOW).await;
    updated.unwrap().unwrap().unwrap().configuration
}

pub fn to_channel(channel: &str) -> ChannelUpdate {
    ChannelUpdate::Slack { channel_id: channel.parse().unwrap(), channel_name: None }
}

/// Gives a configuration of [`ACCOUNT`] another channel.
pub async fn redirect(store: &Store, name: &str, channel: &str) {
    let to = ConfigurationUpdate { channel: Some(to_channel(channel)), ..ConfigurationUpdate::default() };
    update(store, name, to).await;
}

pub async fn delete(store: &Store, name: &str) -> bool {
    let (account_id, arn) = (account(ACCOUNT), arn(ACCOUNT, name));
    let deleted = store.delete_chat_configuration(&account_id, &arn, NOW).await;
    deleted.unwrap()
}

pub async fn accept(store: &Store, topic_name: &str, message_id: &str, at_ms: i64) {
    let enqueued = store.enqueue(notification(topic_name, message_id, at_ms), RULES).await.unwrap();
    assert!(matches!(enqueued, Enqueued::Accepted { .. }), "{enqueued:?}");
}

/// Leases the one lane that is due.
pub async fn claim_one(store: &Store, at_ms: i64) -> Lease {
    let mut leases = store.claim(10, at_ms, LEASE_MS).await.unwrap();
    assert_eq!(leases.len(), 1, "{leases:?}");
    leases.remove(0)
}

/// Leases the one lane that is due and takes its oldest delivery.
pub async fn begin_one(store: &Store, at_ms: i64) -> (Lease, PendingDelivery) {
    let lease = claim_one(store, at_ms).await;
    let head = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
    (lease, head)
}

/// Settles at a time; the lane may go on at once.
pub async fn settle(
    store: &Store,
    (lease, delivery): &(Lease, PendingDelivery),
    settlement: Settlement,
    at_ms: i64,
) -> bool {
    store.settle(lease, delivery, &settlement, settled(at_ms)).await.unwrap()
}

pub fn settled(at_ms: i64) -> Settled {
    Settled { now_ms: at_ms, next_at_ms: at_ms, arrival_ms: at_ms, failures: 0 }
}

pub fn delivered(posted: &str) -> Settlement {
    Settlement::Delivered { posted: posted.to_owned(), thread: None }
}

pub fn retry(reason: &str) -> Settlement {
    Settlement::Retry { reason: reason.to_owned() }
}

pub fn dead(reason: &str) -> Settlement {
    Settlement::Dead { reason: reason.to_owned() }
}

/// The sentence with which a store that cannot be opened is refused.
pub async fn refusal(settings: &StoreSettings) -> String {
    match Store::open(settings).await {
        Ok(_) => panic!("it opened"),
        Err(StoreError::Unavailable(sentence)) => sentence,
        Err(other) => panic!("{other:?}"),
    }
}

/// All deliveries, the oldest first.
pub async fn all_deliveries(store: &Store) -> Vec<Delivery> {
    let mut all = store.deliveries(DeliveryFilter::All, None, 10_000).await.unwrap();
    all.reverse();
    all
}

pub async fn only_delivery(store: &Store) -> Delivery {
    let mut all = all_deliveries(store).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}
