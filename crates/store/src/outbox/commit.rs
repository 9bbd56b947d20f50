//! Group commit: what is accepted and what is settled at the same time shares one transaction, and so one fsync.

use tokio::sync::{mpsc, oneshot};

use super::enqueue::{self, AcceptRules, Enqueued, NewNotification};
use super::settle::{self, Attempted};
use crate::database::Waker;
use crate::sql::{Engine, Pool};
use crate::{Store, StoreError};

/// Jobs in one commit. More would only make the first wait for the last.
const BATCH_MAX: usize = 128;
/// Jobs that may wait for the writer; beyond it the sender waits, and SNS's own retry is the buffer.
const QUEUE_MAX: usize = 1024;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

enum Job {
    Enqueue(Box<NewNotification>, AcceptRules, Answer<Enqueued>),
    Settle(Box<Attempted>, Answer<bool>),
}

/// Where the jobs are committed, and who hears of lanes that woke.
#[derive(Clone)]
pub(crate) struct Commits {
    pub(crate) pool: Pool,
    pub(crate) waker: Waker,
}

/// The one task that writes jobs. It ends when the last `Store` is dropped.
#[derive(Clone)]
pub(crate) struct GroupCommit {
    queue: mpsc::Sender<Job>,
}

impl GroupCommit {
    pub(crate) fn start(commits: Commits) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        #[expect(clippy::disallowed_methods, reason = "it ends with the queue, which the store owns")]
        tokio::spawn(run(commits, waiting));
        Self { queue }
    }

    async fn answer<T>(&self, job: impl FnOnce(Answer<T>) -> Job) -> Result<T, StoreError> {
        let closed = || StoreError::Unavailable("the store is closing".to_owned());
        let (answer, answered) = oneshot::channel();
        self.queue.send(job(answer)).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

impl Store {
    /// Commits a notification with its deliveries. When this returns `Accepted` or `Repeated`, the message is safe.
    pub async fn enqueue(&self, notification: NewNotification, rules: AcceptRules) -> Result<Enqueued, StoreError> {
        self.group_commit.answer(|answer| Job::Enqueue(Box::new(notification), rules, answer)).await
    }

    pub(super) async fn settle_soon(&self, attempted: Attempted) -> Result<bool, StoreError> {
        self.group_commit.answer(|answer| Job::Settle(Box::new(attempted), answer)).await
    }
}

async fn run(commits: Commits, mut waiting: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let (mut arrivals, mut attempts) = (Vec::new(), Vec::new());
        for job in batch.drain(..) {
            match job {
                Job::Enqueue(notification, rules, answer) => arrivals.push(((*notification, rules), answer)),
                Job::Settle(attempted, answer) => attempts.push((attempted, answer)),
            }
        }
        let (arrivals, senders): (Vec<_>, Vec<_>) = arrivals.into_iter().unzip();
        let (attempts, workers): (Vec<_>, Vec<_>) = attempts.into_iter().unzip();
        let (enqueued, settled) = all_or_each(&commits, &arrivals, &attempts).await;
        // Whoever went away meanwhile will ask again: the message is in the ledger and will be `Repeated`.
        senders.into_iter().zip(enqueued).for_each(|(answer, result)| drop(answer.send(result)));
        workers.into_iter().zip(settled).for_each(|(answer, result)| drop(answer.send(result)));
    }
}

type Results<T> = Vec<Result<T, StoreError>>;

/// All jobs in one transaction; if that fails, each in its own, so that one that cannot be written fails alone.
async fn all_or_each(
    commits: &Commits,
    arrivals: &[(NewNotification, AcceptRules)],
    attempts: &[Box<Attempted>],
) -> (Results<Enqueued>, Results<bool>) {
    let error = match commit(commits, arrivals, attempts).await {
        Ok((enqueued, settled)) => {
            return (enqueued.into_iter().map(Ok).collect(), settled.into_iter().map(Ok).collect());
        }
        Err(error) => error,
    };
    if arrivals.len() + attempts.len() == 1 || commits.pool.begin().await.is_err() {
        return (vec![Err(error.clone()); arrivals.len()], vec![Err(error); attempts.len()]);
    }
    let (mut enqueued, mut settled) = (Vec::new(), Vec::new());
    for arrival in arrivals {
        let alone = commit(commits, std::slice::from_ref(arrival), &[]).await;
        enqueued.push(alone.and_then(|(mut one, _)| one.pop().ok_or_else(|| error.clone())));
    }
    for attempted in attempts {
        let alone = commit(commits, &[], std::slice::from_ref(attempted)).await;
        settled.push(alone.and_then(|(_, mut one)| one.pop().ok_or_else(|| error.clone())));
    }
    (enqueued, settled)
}

/// SQLite has one writer: one transaction for all. PostgreSQL has many: arrivals and attempts beside each other, each taking
/// lanes in one order, so that no two nodes wait for each other.
async fn commit(
    commits: &Commits,
    arrivals: &[(NewNotification, AcceptRules)],
    attempts: &[Box<Attempted>],
) -> Result<(Vec<Enqueued>, Vec<bool>), StoreError> {
    if commits.pool.engine() == Engine::Postgres && !arrivals.is_empty() && !attempts.is_empty() {
        let (enqueued, settled) =
            tokio::join!(Box::pin(together(commits, arrivals, &[])), Box::pin(together(commits, &[], attempts)));
        // What did commit is not written twice: a message is `Repeated`, a lease was given back.
        return Ok((enqueued?.0, settled?.1));
    }
    Box::pin(together(commits, arrivals, attempts)).await
}

async fn together(
    commits: &Commits,
    arrivals: &[(NewNotification, AcceptRules)],
    attempts: &[Box<Attempted>],
) -> Result<(Vec<Enqueued>, Vec<bool>), StoreError> {
    let mut transaction = commits.pool.begin().await?;
    let settled = settle::write(&mut transaction, attempts).await?;
    let (enqueued, woken) = enqueue::write(&mut transaction, arrivals).await?;
    transaction.commit().await?;
    if woken {
        commits.waker.wake();
    }
    Ok((enqueued, settled))
}
