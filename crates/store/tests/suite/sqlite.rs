//! What only SQLite has: its files and what may be read in them, its locks, its schema's version, its query plans.

mod plans;

use std::path::PathBuf;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Executor as _};
use store::outbox::Enqueued;
use store::{Role, Store, StoreError, StoreSettings};

use crate::secrets::{access_key, declare, slack_workspace};
use crate::setup::{
    ACCOUNT, NOW, RULES, Setup, accept, account, all_deliveries, begin_one, claim_one, configure, delivered,
    notification, only_delivery, refusal, settle,
};

/// A data directory that goes with the test.
pub struct DataDirectory(tempfile::TempDir);

impl Default for DataDirectory {
    fn default() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl DataDirectory {
    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub fn settings(&self, role: Role) -> StoreSettings {
        StoreSettings::in_directory(self.0.path(), role)
    }

    /// Opens the store as a command line tool does.
    async fn open_beside(&self) -> Store {
        Store::open(&self.settings(Role::Tool)).await.unwrap()
    }

    /// The database as another program sees it.
    async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.path("bellhop.db"));
        options.connect().await.unwrap()
    }
}

impl Setup for DataDirectory {
    const FREES_LEASES: bool = true;
    const CASES: u32 = 48;

    async fn open(&self) -> Store {
        Store::open(&self.settings(Role::Server)).await.unwrap()
    }

    async fn spoil(&self, sql: &'static str) {
        self.connect().await.execute(sql).await.unwrap();
    }
}

#[tokio::test]
async fn a_second_server_is_refused_and_a_tool_is_not() {
    let directory = DataDirectory::default();
    let server = directory.open().await;
    let sentence = refusal(&directory.settings(Role::Server)).await;
    assert!(sentence.contains("another bellhop serves from this directory"), "{sentence}");
    assert!(sentence.contains("--data-dir"), "{sentence}");
    configure(&server, "ops", "C001", &["a"]).await;
    accept(&server, "a", "m1", NOW).await;
    claim_one(&server, NOW).await;
    let tool = directory.open_beside().await;
    assert_eq!(all_deliveries(&tool).await.len(), 1);
    // The tool frees no lease of the server that runs.
    assert!(server.claim(1, NOW, 1).await.unwrap().is_empty());
    drop(server);
    directory.open().await;
}

#[tokio::test]
async fn what_a_tool_revives_the_server_finds() {
    let directory = DataDirectory::default();
    let (server, tool) = (directory.open().await, directory.open_beside().await);
    configure(&server, "ops", "C001", &["a"]).await;
    accept(&server, "a", "m1", NOW).await;
    let attempt = begin_one(&server, NOW).await;
    assert!(settle(&server, &attempt, crate::setup::dead("is_archived"), NOW).await);
    assert_eq!(tool.revive_all(10, NOW).await.unwrap(), 1);
    let attempt = begin_one(&server, NOW).await;
    assert!(settle(&server, &attempt, delivered("1.1"), NOW).await);
}

#[tokio::test]
async fn a_message_waits_while_another_process_writes() {
    let directory = DataDirectory::default();
    let store = directory.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let mut other = directory.connect().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let enqueue = store.enqueue(notification("a", "m1", NOW), RULES);
    tokio::pin!(enqueue);
    let waited = tokio::time::timeout(Duration::from_millis(100), &mut enqueue).await;
    assert!(waited.is_err(), "{waited:?}");
    // Reading goes on meanwhile.
    assert!(all_deliveries(&store).await.is_empty());
    other.execute("COMMIT").await.unwrap();
    assert_eq!(enqueue.await.unwrap(), Enqueued::Accepted { deliveries: 1 });
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_the_remedy() {
    let directory = DataDirectory::default();
    directory.open().await.close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9000, 'of tomorrow', TRUE, x'00', 0)";
    directory.connect().await.execute(newer).await.unwrap();
    let sentence = refusal(&directory.settings(Role::Server)).await;
    assert!(sentence.contains("newer bellhop (schema 9000)"), "{sentence}");
    assert!(sentence.contains("start that version or a later one"), "{sentence}");
}

#[tokio::test]
async fn a_tool_makes_nothing_and_changes_no_schema() {
    let directory = DataDirectory::default();
    let sentence = refusal(&directory.settings(Role::Tool)).await;
    assert!(sentence.contains("cannot be used"), "{sentence}");
    directory.open().await.close().await;
    assert!(Store::open(&directory.settings(Role::Tool)).await.is_ok());
    let older = "UPDATE _sqlx_migrations SET version = 0";
    directory.connect().await.execute(older).await.unwrap();
    let sentence = refusal(&directory.settings(Role::Tool)).await;
    assert!(sentence.contains("the data has schema 0 and this bellhop knows 1"), "{sentence}");
}

#[tokio::test]
async fn a_data_directory_that_is_a_file_is_refused_by_name() {
    let directory = DataDirectory::default();
    let file = directory.path("file");
    std::fs::write(&file, "").unwrap();
    let settings = StoreSettings { data_dir: file.clone(), ..directory.settings(Role::Server) };
    let sentence = refusal(&settings).await;
    assert!(sentence.contains(file.to_str().unwrap()), "{sentence}");
}

#[tokio::test]
async fn secrets_are_not_in_the_files_in_clear() {
    let directory = DataDirectory::default();
    let store = directory.open().await;
    let (key, workspace) = (access_key("AKIA1", "hush-access-key"), slack_workspace(ACCOUNT, "T1", "hush-bot-token"));
    declare(&store, &[key]).await.unwrap();
    store.declare_slack_workspaces(&[workspace]).await.unwrap();
    let contains = |file: &str, text: &str| {
        let bytes = std::fs::read(directory.path(file)).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    // What is beside the secrets is there: the right files are read.
    assert!(contains("bellhop.db-wal", "AKIA1"));
    assert!(!contains("bellhop.db-wal", "hush") && !contains("bellhop.db", "hush"));
    store.close().await;
    assert!(contains("bellhop.db", "AKIA1"));
    assert!(!contains("bellhop.db", "hush"));
}

#[tokio::test]
async fn another_encryption_key_is_refused_with_the_remedy() {
    let directory = DataDirectory::default();
    directory.open().await.close().await;
    let other = DataDirectory::default();
    other.open().await.close().await;
    let encryption_key_file = Some(other.path("encryption.key"));
    let settings = StoreSettings { encryption_key_file, ..directory.settings(Role::Server) };
    let sentence = refusal(&settings).await;
    assert!(sentence.contains("is not the key"), "{sentence}");
    assert!(sentence.contains("`store.encryption_key_file`"), "{sentence}");
}

#[tokio::test]
async fn a_secret_that_the_key_does_not_open_is_named_by_its_column() {
    let directory = DataDirectory::default();
    let store = directory.open().await;
    declare(&store, &[access_key("AKIA1", "hush")]).await.unwrap();
    let workspace = slack_workspace(ACCOUNT, "T1", "hush");
    store.declare_slack_workspaces(std::slice::from_ref(&workspace)).await.unwrap();
    let mut other = directory.connect().await;
    other.execute("UPDATE access_keys SET sealed_secret = x'00'").await.unwrap();
    other.execute("UPDATE slack_workspaces SET sealed_bot_token = x'00'").await.unwrap();
    let column_of = |error| match error {
        StoreError::Corrupt { table, column, row, .. } => (table, column, row),
        other => panic!("{other:?}"),
    };
    let (table, column, row) = column_of(store.active_access_key("AKIA1").await.unwrap_err());
    assert_eq!((table, column, row.as_str()), ("access_keys", "sealed_secret", "AKIA1"));
    let read = store.slack_workspace(&account(ACCOUNT), &workspace.team_id).await;
    let (table, column, row) = column_of(read.unwrap_err());
    assert_eq!((table, column), ("slack_workspaces", "sealed_bot_token"));
    assert!(row.contains("T1"), "{row}");
}

#[tokio::test]
async fn reopening_frees_leases() {
    let directory = DataDirectory::default();
    let store = directory.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    claim_one(&store, NOW).await;
    drop(store);
    let store = directory.open().await;
    assert_eq!(store.next_due_at_ms(NOW).await.unwrap(), Some(NOW));
    claim_one(&store, NOW).await;
}

/// The files as they are when `enqueue` returns are what a killed server leaves.
#[tokio::test]
async fn what_was_accepted_is_in_the_files() {
    let before = DataDirectory::default();
    let store = before.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    for n in 0..10 {
        accept(&store, "a", &format!("m{n}"), NOW).await;
        let after = DataDirectory::default();
        for file in ["bellhop.db", "bellhop.db-wal", "encryption.key"] {
            std::fs::copy(before.path(file), after.path(file)).unwrap();
        }
        let found = all_deliveries(&after.open().await).await;
        let messages: Vec<_> = found.into_iter().map(|delivery| delivery.message_id).collect();
        assert_eq!(messages, (0..=n).map(|n| format!("m{n}")).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_closed_store_is_one_file() {
    let directory = DataDirectory::default();
    let store = directory.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    assert!(directory.path("bellhop.db-wal").exists());
    store.close().await;
    assert!(!directory.path("bellhop.db-wal").exists());
}

/// When the disk is full or fails, SQLite takes the whole transaction back by itself; the trigger makes it do so here.
#[tokio::test]
async fn the_store_goes_on_after_sqlite_took_a_transaction_back() {
    let directory = DataDirectory::default();
    let store = directory.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    let mut other = directory.connect().await;
    let full = "CREATE TRIGGER full BEFORE INSERT ON notifications BEGIN SELECT RAISE(ROLLBACK, 'no room'); END";
    other.execute(full).await.unwrap();
    for _ in 0..3 {
        let refused = store.enqueue(notification("a", "m1", NOW), RULES).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("no room"), "{refused}");
    }
    other.execute("DROP TRIGGER full").await.unwrap();
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
}

#[tokio::test]
async fn a_row_that_someone_else_wrote_is_corrupt_and_named() {
    let directory = DataDirectory::default();
    let store = directory.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let id = only_delivery(&store).await.id;
    let mut other = directory.connect().await;
    other.execute("UPDATE deliveries SET state = 'lost'").await.unwrap();
    other.execute("UPDATE chat_configurations SET sns_topic_arns = 'a, b'").await.unwrap();
    let error = store.delivery(id).await.unwrap_err().to_string();
    assert!(error.contains(&format!("deliveries.state of row `{id}`")), "{error}");
    let listed = store.chat_configurations(&account(ACCOUNT), wire::ids::Platform::SlackChannel, None, 10).await;
    let error = listed.unwrap_err().to_string();
    assert!(error.contains("chat_configurations.sns_topic_arns of row `arn:aws:chatbot"), "{error}");
}
