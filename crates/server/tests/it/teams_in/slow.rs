//! A store that does not answer.

use std::process::{Command, Stdio};

use server::clock::Clock as _;

use super::{installer, spoken_with};
use crate::kit::{Database, MIDDAY_MS, eventually};

/// A database that does not answer: another program holds the table.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_hangs_is_not_waited_for_beyond_microsofts_patience() {
    let database = Database::make();
    let mut spoken = spoken_with(|settings| settings.microsoft_teams.installers = vec![installer(&["*"])]).await;
    spoken.server.restart_with(|settings| settings.store.url = Some(database.url().into())).await;
    let mut holding = Command::new(database.psql())
        .args([&database.url(), "-q", "-c", "BEGIN; LOCK TABLE chat_events; SELECT pg_sleep(60)"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the table is held", async || {
        let held = "SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'chat_events'::regclass";
        let found = Command::new(database.psql()).args([&database.url(), "-tAc", held]).output().unwrap();
        found.stdout.starts_with(b"1").then_some(())
    })
    .await;
    let mention = spoken.mention("1", "help");
    let line = |outcome: &str| format!("bellhop_teams_requests_total{{outcome=\"{outcome}\"}}");
    let given_up = async {
        // Not before its time: the request must be under way when the clock moves, which nothing outside can see.
        eventually("it is given up", async || {
            spoken.server.clock.advance(100);
            (spoken.server.metric(&line("unavailable")).await == 1).then_some(())
        })
        .await;
    };
    let ((status, reason), ()) = tokio::join!(spoken.say(&mention), given_up);
    assert!(status == 503 && reason.contains("too long"), "{status} {reason}");
    let waited_ms = spoken.server.clock.now_ms() - MIDDAY_MS;
    assert!(waited_ms >= 2000, "{waited_ms}");
    holding.kill().unwrap();
    holding.wait().unwrap();
    let release = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()";
    database.execute(release);
    // It was committed when the table was free, or it is now.
    eventually("it is heard", async || (spoken.say(&mention).await.0 == 200).then_some(())).await;
    assert_eq!(spoken.heard().await.len(), 1);
}
