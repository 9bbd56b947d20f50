//! Group commit: what is accepted and what is settled at the same time shares one transaction, and so one fsync.

use tokio::sync::{mpsc, oneshot};

use super::enqueue::{self, AcceptRules, Enqueued, NewNotification};
use super::settle::{self, Attempted};
use crate::chat_events::{self, SealedChatEvent, SettledChatEvent};
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
    Hear(Box<SealedChatEvent>, Answer<bool>),
    SettleChatEvent(SettledChatEvent, Answer<bool>),
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

    /// Commits an event of chat and answers whether it is new.
    pub(crate) async fn hear_soon(&self, event: SealedChatEvent) -> Result<bool, StoreError> {
        self.group_commit.answer(|answer| Job::Hear(Box::new(event), answer)).await
    }

    /// Records what came of an event and answers whether its lease was still held.
    pub(crate) async fn settle_chat_event_soon(&self, event: SettledChatEvent) -> Result<bool, StoreError> {
        self.group_commit.answer(|answer| Job::SettleChatEvent(event, answer)).await
    }
}

async fn run(commits: Commits, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::with_capacity(BATCH_MAX);
    while waiting.recv_many(&mut jobs, BATCH_MAX).await > 0 {
        let mut batch = Batch::default();
        let (mut senders, mut workers, mut platforms, mut answerers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for job in jobs.drain(..) {
            match job {
                Job::Enqueue(notification, rules, answer) => {
                    batch.arrivals.push((*notification, rules));
                    senders.push(answer);
                }
                Job::Settle(attempted, answer) => {
                    batch.attempts.push(attempted);
                    workers.push(answer);
                }
                Job::Hear(event, answer) => {
                    batch.heard.push(*event);
                    platforms.push(answer);
                }
                Job::SettleChatEvent(event, answer) => {
                    batch.answered.push(event);
                    answerers.push(answer);
                }
            }
        }
        let written = all_or_each(&commits, batch.all()).await;
        // Whoever went away meanwhile will ask again: the message is in the ledger and will be `Repeated`.
        senders.into_iter().zip(written.enqueued).for_each(|(answer, result)| drop(answer.send(result)));
        workers.into_iter().zip(written.settled).for_each(|(answer, result)| drop(answer.send(result)));
        platforms.into_iter().zip(written.heard).for_each(|(answer, result)| drop(answer.send(result)));
        answerers.into_iter().zip(written.answered).for_each(|(answer, result)| drop(answer.send(result)));
    }
}

/// What one transaction writes.
#[derive(Default)]
struct Batch {
    arrivals: Vec<(NewNotification, AcceptRules)>,
    attempts: Vec<Box<Attempted>>,
    heard: Vec<SealedChatEvent>,
    answered: Vec<SettledChatEvent>,
}

/// A part of a batch.
#[derive(Clone, Copy, Default)]
struct Part<'a> {
    arrivals: &'a [(NewNotification, AcceptRules)],
    attempts: &'a [Box<Attempted>],
    heard: &'a [SealedChatEvent],
    answered: &'a [SettledChatEvent],
}

/// What became of each, in the batch's order.
struct Written<E, S, H> {
    enqueued: Vec<E>,
    settled: Vec<S>,
    heard: Vec<H>,
    answered: Vec<S>,
}

type Committed = Written<Enqueued, bool, bool>;
type Answered = Written<Result<Enqueued, StoreError>, Result<bool, StoreError>, Result<bool, StoreError>>;

impl Batch {
    fn all(&self) -> Part<'_> {
        Part { arrivals: &self.arrivals, attempts: &self.attempts, heard: &self.heard, answered: &self.answered }
    }
}

impl<'a> Part<'a> {
    fn jobs(self) -> usize {
        self.arrivals.len() + self.attempts.len() + self.heard.len() + self.answered.len()
    }

    /// Each job on its own.
    fn singles(self) -> impl Iterator<Item = Self> {
        let arrivals = self.arrivals.chunks(1).map(|arrivals| Self { arrivals, ..Self::default() });
        let attempts = self.attempts.chunks(1).map(|attempts| Self { attempts, ..Self::default() });
        let heard = self.heard.chunks(1).map(|heard| Self { heard, ..Self::default() });
        let answered = self.answered.chunks(1).map(|answered| Self { answered, ..Self::default() });
        arrivals.chain(attempts).chain(heard).chain(answered)
    }
}

impl Answered {
    fn of(committed: Committed) -> Self {
        let Committed { enqueued, settled, heard, answered } = committed;
        Self {
            enqueued: enqueued.into_iter().map(Ok).collect(),
            settled: settled.into_iter().map(Ok).collect(),
            heard: heard.into_iter().map(Ok).collect(),
            answered: answered.into_iter().map(Ok).collect(),
        }
    }

    fn failed(part: Part<'_>, error: &StoreError) -> Self {
        Self {
            enqueued: vec![Err(error.clone()); part.arrivals.len()],
            settled: vec![Err(error.clone()); part.attempts.len()],
            heard: vec![Err(error.clone()); part.heard.len()],
            answered: vec![Err(error.clone()); part.answered.len()],
        }
    }

    fn extend(&mut self, other: Self) {
        self.enqueued.extend(other.enqueued);
        self.settled.extend(other.settled);
        self.heard.extend(other.heard);
        self.answered.extend(other.answered);
    }
}

/// All jobs in one transaction; if that fails, each in its own, so that one that cannot be written fails alone.
async fn all_or_each(commits: &Commits, all: Part<'_>) -> Answered {
    let error = match commit(commits, all).await {
        Ok(committed) => return Answered::of(committed),
        Err(error) => error,
    };
    if all.jobs() == 1 || commits.pool.begin().await.is_err() {
        return Answered::failed(all, &error);
    }
    let mut answered = Answered::failed(Part::default(), &error);
    for single in all.singles() {
        answered.extend(match commit(commits, single).await {
            Ok(committed) => Answered::of(committed),
            Err(error) => Answered::failed(single, &error),
        });
    }
    answered
}

/// SQLite has one writer: one transaction for all. PostgreSQL has many: attempts beside what arrived, each taking lanes in one
/// order, so that no two nodes wait for each other.
async fn commit(commits: &Commits, part: Part<'_>) -> Result<Committed, StoreError> {
    let attempts = Part { attempts: part.attempts, answered: part.answered, ..Part::default() };
    let arrived = Part { attempts: &[], answered: &[], ..part };
    if commits.pool.engine() == Engine::Postgres && attempts.jobs() > 0 && arrived.jobs() > 0 {
        let (arrived, settled) =
            tokio::join!(Box::pin(together(commits, arrived)), Box::pin(together(commits, attempts)));
        // What did commit is not written twice: a message is `Repeated`, a lease was given back.
        let settled = settled?;
        return Ok(Committed { settled: settled.settled, answered: settled.answered, ..arrived? });
    }
    Box::pin(together(commits, part)).await
}

async fn together(commits: &Commits, part: Part<'_>) -> Result<Committed, StoreError> {
    let mut transaction = commits.pool.begin().await?;
    let settled = settle::write(&mut transaction, part.attempts).await?;
    let (enqueued, woken) = enqueue::write(&mut transaction, part.arrivals).await?;
    let heard = chat_events::write(&mut transaction, part.heard).await?;
    let answered = chat_events::settle(&mut transaction, part.answered).await?;
    transaction.commit().await?;
    if woken {
        commits.waker.wake();
    }
    if heard.contains(&true) {
        commits.waker.wake_for_chat_event();
    }
    Ok(Committed { enqueued, settled, heard, answered })
}
