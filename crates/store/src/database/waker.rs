//! Telling whoever delivers that a lane that slept has something to send: within the process at once, between nodes by
//! PostgreSQL's LISTEN and NOTIFY. It is a hint that may be lost; deliverers also look by themselves now and then.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

const CHANNEL: &str = "bellhop_lanes";
const AGAIN_AFTER: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Waker(Arc<Inner>);

struct Inner {
    lane_due: Arc<Notify>,
    /// Other nodes look by themselves: the one that heard answers.
    chat_event_due: Notify,
    /// What the other nodes are to be told, if there are any.
    tell: Option<Arc<Notify>>,
    tasks: Vec<AbortHandle>,
}

impl Waker {
    pub(super) fn of_one_process() -> Self {
        Self(Arc::new(Inner { lane_due: Arc::default(), chat_event_due: Notify::new(), tell: None, tasks: Vec::new() }))
    }

    /// Tells the other nodes and hears them.
    pub(super) fn of_many_nodes(pool: PgPool) -> Self {
        let (lane_due, tell) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let tasks = vec![spawn(hear(pool.clone(), lane_due.clone())), spawn(speak(pool, tell.clone()))];
        Self(Arc::new(Inner { lane_due, chat_event_due: Notify::new(), tell: Some(tell), tasks }))
    }

    /// To be called after the commit.
    pub(crate) fn wake(&self) {
        self.0.lane_due.notify_one();
        if let Some(tell) = &self.0.tell {
            tell.notify_one();
        }
    }

    /// An event was heard; after the commit.
    pub(crate) fn wake_for_chat_event(&self) {
        self.0.chat_event_due.notify_one();
    }

    pub(crate) async fn chat_event_due(&self) {
        self.0.chat_event_due.notified().await;
    }

    pub(crate) async fn lane_due(&self) {
        self.0.lane_due.notified().await;
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn spawn(task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    #[expect(clippy::disallowed_methods, reason = "it ends with the last `Store`")]
    tokio::spawn(task).abort_handle()
}

/// One NOTIFY for all that was committed while the one before was under way: its lock at commit is the whole server's.
async fn speak(pool: PgPool, tell: Arc<Notify>) {
    loop {
        tell.notified().await;
        if let Err(error) = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&pool).await {
            tracing::debug!(%error, "the other nodes were not told; they will look by themselves");
        }
    }
}

async fn hear(pool: PgPool, lane_due: Arc<Notify>) {
    loop {
        if let Err(error) = listen(&pool, &lane_due).await {
            // Not every server that speaks PostgreSQL's protocol has LISTEN (CockroachDB has not).
            tracing::debug!(%error, "no news from the other nodes; looking by itself until there is");
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

async fn listen(pool: &PgPool, lane_due: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // `None`: the connection was lost; what was told meanwhile is unknown.
        listener.try_recv().await?;
        lane_due.notify_one();
    }
}
