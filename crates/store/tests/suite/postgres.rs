//! What only PostgreSQL has: a database for each test, many nodes on one, a schema and a key that they share.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};
use store::{PostgresSettings, Role, Store, StoreSettings};

use crate::setup::{
    LEASE_MS, NOW, Setup, accept, all_deliveries, begin_one, claim_one, configure, delivered, only_delivery, refusal,
    settle,
};

const VARIABLE: &str = "TEST_POSTGRES_URL";

/// A database and a node's directory that go with the test.
pub struct Database {
    server: PgConnectOptions,
    name: String,
    directory: tempfile::TempDir,
}

impl Default for Database {
    fn default() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the rule is about the server; whoever starts the tests names theirs"
        )]
        let url = std::env::var(VARIABLE).unwrap_or_else(|_| {
            panic!("{VARIABLE} is not set; `cargo xtask rust` starts a PostgreSQL, and so does `cargo xtask postgres`")
        });
        let name = format!("store_{:032x}", u128::from_be_bytes(*uuid::Uuid::new_v4().as_bytes()));
        Self { server: PgConnectOptions::from_str(&url).unwrap(), name, directory: tempfile::tempdir().unwrap() }
    }
}

impl Database {
    pub fn settings(&self, role: Role) -> StoreSettings {
        let url = self.server.clone().database(&self.name).to_url_lossy().to_string();
        StoreSettings {
            data_dir: self.directory.path().to_owned(),
            postgres: Some(PostgresSettings { url: url.into(), max_connections: 4 }),
            encryption_key_file: None,
            role,
        }
    }

    pub async fn make(&self) {
        let mut server = self.server.connect().await.unwrap();
        // There already, if the test opens its store again.
        let made = server.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {}", self.name))).await;
        assert!(made.is_ok() || made.unwrap_err().to_string().contains("already exists"));
    }

    /// The database as another program sees it.
    pub async fn connect(&self) -> PgConnection {
        self.server.clone().database(&self.name).connect().await.unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                server.connect().await.unwrap().execute(sqlx::AssertSqlSafe(drop)).await.unwrap();
            });
        });
        let _ = dropped.join();
    }
}

impl Setup for Database {
    const FREES_LEASES: bool = false;
    // A database for each takes its time.
    const CASES: u32 = 12;

    async fn open(&self) -> Store {
        self.make().await;
        Store::open(&self.settings(Role::Server)).await.unwrap()
    }

    async fn spoil(&self, sql: &'static str) {
        self.connect().await.execute(sql).await.unwrap();
    }
}

#[tokio::test]
async fn what_one_node_accepts_another_delivers() {
    let database = Database::default();
    let (one, other) = (database.open().await, database.open().await);
    configure(&one, "ops", "C001", &["a"]).await;
    accept(&one, "a", "m1", NOW).await;
    let attempt = begin_one(&other, NOW).await;
    assert!(one.claim(10, NOW, LEASE_MS).await.unwrap().is_empty(), "one lane, two leases");
    assert!(settle(&other, &attempt, delivered("1.1"), NOW).await);
    assert_eq!(only_delivery(&one).await.posted.as_deref(), Some("1.1"));
}

#[tokio::test]
async fn a_node_that_waits_hears_what_another_accepts() {
    let database = Database::default();
    let (one, other) = (database.open().await, database.open().await);
    configure(&one, "ops", "C001", &["a"]).await;
    // Its listener may still be connecting: it is told again until it hears.
    let heard = async {
        for n in 0.. {
            accept(&one, "a", &format!("m{n}"), NOW).await;
            if tokio::time::timeout(std::time::Duration::from_millis(200), other.lane_due()).await.is_ok() {
                return;
            }
            let attempt = begin_one(&one, NOW).await;
            assert!(settle(&one, &attempt, delivered("1.1"), NOW).await);
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), heard).await.unwrap();
}

/// Two nodes at once, many times: each lane goes to one of them, and none is left over.
#[tokio::test]
async fn two_nodes_share_the_lanes() {
    let database = Database::default();
    let (one, other) = (database.open().await, database.open().await);
    for n in 0..20 {
        configure(&one, &format!("ops{n}"), &format!("C{n:03}"), &["a"]).await;
    }
    accept(&one, "a", "m1", NOW).await;
    let mut claimed = Vec::new();
    while claimed.len() < 20 {
        let (first, second) = tokio::join!(one.claim(3, NOW, LEASE_MS), other.claim(3, NOW, LEASE_MS));
        claimed.extend(first.unwrap().into_iter().chain(second.unwrap()).map(|lease| lease.destination));
    }
    claimed.sort();
    claimed.dedup();
    assert_eq!(claimed.len(), 20);
}

/// A lane is settled by one node while another accepts for it: whoever comes second sees the other's.
#[tokio::test]
async fn a_lane_that_goes_to_sleep_is_woken_by_what_arrives_at_that_moment() {
    let database = Database::default();
    let (one, other) = (database.open().await, database.open().await);
    configure(&one, "ops", "C001", &["a"]).await;
    accept(&one, "a", "m0", NOW).await;
    for n in 1..100 {
        let attempt = begin_one(&one, NOW).await;
        let message = format!("m{n}");
        let ((), held) =
            tokio::join!(accept(&other, "a", &message, NOW), settle(&one, &attempt, delivered("1.1"), NOW));
        assert!(held);
    }
    begin_one(&one, NOW).await;
}

/// What a frozen node does when it wakes: its lease is another's, but what it posted is posted.
#[tokio::test]
async fn a_node_that_comes_back_late_settles_only_what_is_out() {
    let database = Database::default();
    let (frozen, other) = (database.open().await, database.open().await);
    configure(&frozen, "ops", "C001", &["a"]).await;
    accept(&frozen, "a", "m1", NOW).await;
    let late = begin_one(&frozen, NOW).await;
    let later = NOW + LEASE_MS;
    let lease = claim_one(&other, later).await;
    assert!(!settle(&frozen, &late, crate::setup::retry("no answer in time"), later).await);
    assert_eq!(only_delivery(&other).await.attempts, 0);
    assert!(!settle(&frozen, &late, delivered("1.1"), later).await);
    assert_eq!(only_delivery(&other).await.posted.as_deref(), Some("1.1"));
    assert!(other.head(&lease, 10).await.unwrap().is_none(), "it would go out again");
}

#[tokio::test]
async fn a_topic_that_two_nodes_drop_at_once_is_unwanted() {
    let database = Database::default();
    let (one, other) = (database.open().await, database.open().await);
    for n in 0..10 {
        let topic = format!("t{n}");
        configure(&one, "a", "C001", &[&topic]).await;
        configure(&one, "b", "C002", &[&topic]).await;
        tokio::join!(crate::setup::delete(&one, "a"), crate::setup::delete(&other, "b"));
        let subscription = one.topic_subscription(crate::setup::topic(&topic).as_str()).await.unwrap().unwrap();
        assert_eq!(subscription.state, store::SubscriptionState::Unwanted, "{topic}");
    }
}

#[tokio::test]
async fn a_turn_is_one_nodes_until_it_ends() {
    let database = Database::default();
    let (one, other) = (database.open().await, database.open().await);
    assert!(one.take_turn("prune", NOW + 10, NOW).await.unwrap());
    assert!(!other.take_turn("prune", NOW + 10, NOW).await.unwrap());
    assert!(other.take_turn("watch", NOW + 10, NOW).await.unwrap());
    assert!(other.take_turn("prune", NOW + 20, NOW + 10).await.unwrap());
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_the_remedy() {
    let database = Database::default();
    database.open().await.close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9000, 'of tomorrow', TRUE, ''::bytea, 0)";
    database.connect().await.execute(newer).await.unwrap();
    let sentence = refusal(&database.settings(Role::Server)).await;
    assert!(sentence.contains("newer bellhop (schema 9000)"), "{sentence}");
}

#[tokio::test]
async fn a_tool_makes_nothing() {
    let database = Database::default();
    database.make().await;
    let sentence = refusal(&database.settings(Role::Tool)).await;
    assert!(sentence.contains("bellhop store migrate"), "{sentence}");
    database.open().await.close().await;
    assert!(all_deliveries(&Store::open(&database.settings(Role::Tool)).await.unwrap()).await.is_empty());
}

#[tokio::test]
async fn a_node_with_another_key_is_refused_with_the_remedy() {
    let database = Database::default();
    database.open().await.close().await;
    let directory = tempfile::tempdir().unwrap();
    let settings = StoreSettings { data_dir: directory.path().to_owned(), ..database.settings(Role::Server) };
    let sentence = refusal(&settings).await;
    assert!(sentence.contains("encryption key"), "{sentence}");
    std::fs::write(directory.path().join("encryption.key"), std::fs::read(key_of_another().await).unwrap()).unwrap();
    let sentence = refusal(&settings).await;
    assert!(sentence.contains("`store.encryption_key_file`"), "{sentence}");
}

async fn key_of_another() -> std::path::PathBuf {
    let directory = tempfile::tempdir().unwrap().keep();
    let settings =
        StoreSettings { data_dir: directory.clone(), postgres: None, encryption_key_file: None, role: Role::Server };
    Store::open(&settings).await.unwrap().close().await;
    directory.join("encryption.key")
}

/// The database's order of letters must not be the pages'.
#[tokio::test]
async fn pages_are_in_the_order_of_bytes() {
    let database = Database::default();
    let store = database.open().await;
    for (n, name) in ["a-b", "aB", "ab", "a_c"].into_iter().enumerate() {
        configure(&store, name, &format!("C{n:03}"), &["t"]).await;
    }
    let platform = wire::ids::Platform::SlackChannel;
    let account = crate::setup::account(crate::setup::ACCOUNT);
    let page = store.chat_configurations(&account, platform, None, 10).await.unwrap();
    let names: Vec<_> = page.iter().map(|listed| listed.configuration.name.as_str().to_owned()).collect();
    assert_eq!(names, ["a-b", "aB", "a_c", "ab"]);
}
