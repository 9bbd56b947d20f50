//! Moving an installation from one engine to the other: nothing is lost, nothing is left half-way.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _};
use store::outbox::DeliveryState;
use store::{Copied, CopyError, KEY_FILE, Role, Store, StoreError, StoreSettings};

use crate::postgres::Database;
use crate::setup::{
    NOW, Setup, accept, all_deliveries, begin_one, claim_one, configure, delivered, notification, settle,
};
use crate::sqlite::DataDirectory;

/// More than a page, and no multiple of one.
const ROWS: i64 = 230;

/// A store that is made, and opened as whoever copies does.
async fn opened(settings: &StoreSettings) -> Store {
    let server = Store::open(&StoreSettings { role: Role::Server, ..settings.clone() }).await.unwrap();
    server.close().await;
    drop(server);
    Store::open(&StoreSettings { role: Role::Copier, ..settings.clone() }).await.unwrap()
}

/// With the key of the source, as the target must have it.
fn with_key_of(source: &Path, target: StoreSettings) -> StoreSettings {
    StoreSettings { encryption_key_file: Some(source.join(KEY_FILE)), ..target }
}

async fn copy(from: &Store, to: &Store) -> Result<Copied, CopyError> {
    from.copy_to(to, |_| ()).await
}

async fn connect(directory: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(directory.join("bellhop.db")).foreign_keys(false);
    options.connect().await.unwrap()
}

/// Each table's columns: name, type, and whether it may be NULL.
async fn schema(database: &mut SqliteConnection) -> BTreeMap<String, Vec<(String, String, bool)>> {
    let tables =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_sqlx%'";
    let mut schema = BTreeMap::new();
    for table in database.fetch_all(tables).await.unwrap() {
        let table: String = table.get("name");
        let columns =
            AssertSqlSafe(format!("SELECT name, type, \"notnull\" AS needed, pk FROM pragma_table_info('{table}')"));
        let columns = database.fetch_all(columns).await.unwrap();
        let column = |row: &sqlx::sqlite::SqliteRow| {
            (row.get("name"), row.get("type"), row.get::<i64, _>("needed") == 0 && row.get::<i64, _>("pk") == 0)
        };
        schema.insert(table, columns.iter().map(column).collect());
    }
    schema
}

/// Rows in every table, with NULL in every column that may have it.
async fn fill(database: &mut SqliteConnection) {
    for (table, columns) in schema(database).await {
        database
            .execute(AssertSqlSafe(format!("DELETE FROM {table} WHERE '{table}' <> 'installation'")))
            .await
            .unwrap();
        for n in 1..=ROWS {
            let value = |(name, kind, nullable): &(String, String, bool)| match kind.as_str() {
                _ if *nullable && n % 3 == 0 => "NULL".to_owned(),
                "TEXT" => format!("'{name} {n} ü '' \"\n'"),
                "BLOB" => format!("x'00ff{n:04x}'"),
                _ if name == "id" || name.ends_with("_id") => n.to_string(),
                _ => (n * 1_000_000_007).to_string(),
            };
            let values = columns.iter().map(value).collect::<Vec<_>>().join(", ");
            database.execute(AssertSqlSafe(format!("INSERT INTO {table} VALUES ({values})"))).await.unwrap();
        }
    }
    // The last numbers are given and their rows gone.
    for table in ["delivery_history", "deliveries", "refused_messages"] {
        database.execute(AssertSqlSafe(format!("DELETE FROM {table} WHERE id > {ROWS} - 5"))).await.unwrap();
    }
}

/// Every value of every row, as SQL writes it, and the last numbers given.
async fn dump(database: &mut SqliteConnection) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, columns) in schema(database).await {
        let quoted = |(name, _, _): &(String, String, bool)| match name.as_str() {
            // A lease is its holder's, who is not there any more.
            "leased_until_ms" if table == "destinations" => "'0'".to_owned(),
            name => format!("quote({name})"),
        };
        let line = columns.iter().map(quoted).collect::<Vec<_>>().join(" || ',' || ");
        let rows = database.fetch_all(AssertSqlSafe(format!("SELECT {line} AS line FROM {table}"))).await.unwrap();
        let mut lines: Vec<String> = rows.iter().map(|row| row.get("line")).collect();
        lines.sort();
        all.insert(table, lines);
    }
    let numbers = "SELECT name || ' ' || seq AS line FROM sqlite_sequence ORDER BY name";
    let rows = database.fetch_all(numbers).await.unwrap();
    all.insert("sqlite_sequence".to_owned(), rows.iter().map(|row| row.get("line")).collect());
    all
}

#[tokio::test]
async fn a_round_trip_over_postgres_keeps_every_row_of_every_table() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let settings = |directory: &tempfile::TempDir| StoreSettings::in_directory(directory.path(), Role::Copier);
    opened(&settings(&first)).await.close().await;
    fill(&mut connect(first.path()).await).await;
    let source = opened(&settings(&first)).await;
    let database = Database::default();
    database.make().await;
    let between = opened(&with_key_of(first.path(), database.settings(Role::Copier))).await;
    let copied = copy(&source, &between).await.unwrap();
    let last = opened(&with_key_of(first.path(), settings(&second))).await;
    assert_eq!(copy(&between, &last).await.unwrap(), copied);
    for store in [source, between, last] {
        store.close().await;
    }
    let (before, after) = (dump(&mut connect(first.path()).await).await, dump(&mut connect(second.path()).await).await);
    for (table, rows) in &before {
        assert_eq!(Some(rows), after.get(table), "{table}");
        assert!(rows.len() >= 5, "{table} was not filled");
    }
    assert_eq!(before.len(), after.len());
    assert_eq!(copied.tables.len() + 1, before.len());
    let rows: u64 = copied.tables.iter().map(|table| table.rows).sum();
    assert_eq!(rows + 7, before.values().map(|rows| rows.len() as u64).sum::<u64>(), "seven tables are numbered");
    let leases = "SELECT COUNT(*) AS leased FROM destinations WHERE leased_until_ms <> 0";
    let not_freed: i64 = connect(second.path()).await.fetch_one(leases).await.unwrap().get("leased");
    assert_eq!(not_freed, 0, "whoever held them serves from the source");
}

#[tokio::test]
async fn what_waited_goes_out_of_the_copy_in_its_order() {
    let (directory, database) = (DataDirectory::default(), Database::default());
    let source = directory.open().await;
    configure(&source, "ops", "C001", &["a"]).await;
    for message in ["m1", "m2", "m3"] {
        accept(&source, "a", message, NOW).await;
    }
    let first = begin_one(&source, NOW).await;
    assert!(settle(&source, &first, delivered("1.1"), NOW).await);
    // Its lease would hold the channel for a minute.
    claim_one(&source, NOW).await;
    source.close().await;
    drop(source);
    let source = opened(&directory.settings(Role::Copier)).await;
    database.make().await;
    let settings = with_key_of(&directory.settings(Role::Tool).data_dir, database.settings(Role::Copier));
    let target = opened(&settings).await;
    copy(&source, &target).await.unwrap();
    target.close().await;
    let node = Store::open(&StoreSettings { role: Role::Server, ..settings }).await.unwrap();
    for message in ["m2", "m3"] {
        let attempt = begin_one(&node, NOW).await;
        assert_eq!(attempt.1.message_id, message);
        assert!(settle(&node, &attempt, delivered("1.2"), NOW).await);
    }
    // A number that was given is not given again.
    accept(&node, "a", "m4", NOW).await;
    assert!(all_deliveries(&node).await.iter().all(|found| found.state == DeliveryState::Delivered || found.id > 3));
    let again = node.enqueue(notification("a", "m1", NOW), crate::setup::RULES).await.unwrap();
    assert_eq!(again, store::outbox::Enqueued::Repeated, "what SNS repeats is known");
}

#[tokio::test]
async fn a_copy_that_is_interrupted_leaves_the_target_empty() {
    let (directory, database) = (tempfile::tempdir().unwrap(), Database::default());
    let settings = StoreSettings::in_directory(directory.path(), Role::Copier);
    opened(&settings).await.close().await;
    fill(&mut connect(directory.path()).await).await;
    let source = opened(&settings).await;
    database.make().await;
    let target = opened(&with_key_of(directory.path(), database.settings(Role::Copier))).await;
    let (reached, far) = tokio::sync::oneshot::channel();
    let mut reached = Some(reached);
    let copying = source.copy_to(&target, |copied| {
        if copied.table == "deliveries" {
            reached.take().map(|reached| reached.send(()));
        }
    });
    tokio::select! {
        biased;
        told = far => told.unwrap(),
        copied = copying => panic!("it was done before: {copied:?}"),
    }
    assert!(all_deliveries(&target).await.is_empty());
    copy(&source, &target).await.unwrap();
    let refused = copy(&source, &target).await.unwrap_err();
    assert!(matches!(refused, CopyError::TargetNotEmpty("accounts")), "{refused:?}");
}

#[tokio::test]
async fn nothing_is_copied_while_a_node_serves() {
    let (directory, database) = (DataDirectory::default(), Database::default());
    let node = directory.open().await;
    let Err(StoreError::Unavailable(sentence)) = Store::open(&directory.settings(Role::Copier)).await else {
        panic!("it opened beside a server");
    };
    assert!(sentence.contains("another bellhop serves from this directory"), "{sentence}");
    drop(node);
    let source = opened(&directory.settings(Role::Copier)).await;
    let settings = with_key_of(&directory.settings(Role::Tool).data_dir, database.settings(Role::Copier));
    database.make().await;
    let target = opened(&settings).await;
    let node = Store::open(&StoreSettings { role: Role::Server, ..settings }).await.unwrap();
    let refused = copy(&source, &target).await.unwrap_err();
    assert!(matches!(refused, CopyError::InUse { which: "target", nodes: 1.. }), "{refused:?}");
    node.close().await;
    drop(node);
    copy(&source, &target).await.unwrap();
}

/// SQLite keeps what PostgreSQL cannot.
#[tokio::test]
async fn a_nul_character_is_replaced_and_told() {
    let (directory, database) = (tempfile::tempdir().unwrap(), Database::default());
    let settings = StoreSettings::in_directory(directory.path(), Role::Copier);
    opened(&settings).await.close().await;
    let finding = "INSERT INTO findings (finding, since_ms, told_at_ms) VALUES ('a' || char(0) || 'b', 1, 2)";
    connect(directory.path()).await.execute(finding).await.unwrap();
    let source = opened(&settings).await;
    database.make().await;
    let target = opened(&with_key_of(directory.path(), database.settings(Role::Copier))).await;
    assert_eq!(copy(&source, &target).await.unwrap().texts_changed, 1);
    let copied: String =
        database.connect().await.fetch_one("SELECT finding FROM findings").await.unwrap().get("finding");
    assert_eq!(copied, "a\u{fffd}b");
}
