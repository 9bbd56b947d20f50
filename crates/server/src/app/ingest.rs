//! What queues of Amazon SQS bring: received, committed, and only then deleted.
//!
//! `worker/poll_queues` calls [`App::poll_queue`]. What is in a queue was put there under the queue's policy and fetched
//! over TLS with our credentials: so an envelope may be believed without its signature, and a raw message, which has none,
//! can be taken at all. A message that cannot be taken is never deleted: the queue's own redrive policy is its way out.

mod envelope;

use std::task::Poll;

use domain::sns_message::{Kind, Malformed, SnsMessage, TopicArn, Verified, subscribe_url};
use store::outbox::{Enqueued, NewNotification};
use tokio_util::sync::CancellationToken;

use super::{App, NotAccepted, RefusedAt};
use crate::config::{QueueTrust, SqsQueueSettings};
use crate::metrics::{SqsCall, SqsOutcome};
use crate::outbound::aws::OwnClient;
use crate::outbound::sqs::{Received, SqsError, SqsQueue, SqsQueueAddress};

/// A message that cannot be taken is hidden for so long after its first receive, twice as long after each further one.
const HIDDEN_AT_FIRST_SECONDS: u32 = 60;
/// And never longer: a configuration that lists its topic at last need not wait longer.
const HIDDEN_MAX_SECONDS: u32 = 60 * 60;

/// A queue of the settings.
pub struct Queue {
    sqs: SqsQueue,
    topic_arn: Option<TopicArn>,
    trust: QueueTrust,
    pub(crate) pollers: u16,
}

/// What a poll that succeeded leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polled {
    /// Nothing came, or nothing about which anything could be done now.
    Nothing,
    Messages,
    /// There were messages and no store to commit them. They stay in the queue.
    StoreAway,
}

/// What became of one message, and the sentence for the log where it was not taken.
struct Taken {
    outcome: SqsOutcome,
    reason: Option<String>,
}

/// What is to be done about one message, before the store is asked.
enum Read {
    Commit(NewNotification),
    Taken(Taken),
}

impl Queue {
    /// Connects with the first poll. The settings were checked: without a region there is no queue.
    pub fn new(settings: &SqsQueueSettings, aws: &OwnClient) -> Option<Self> {
        let address = SqsQueueAddress {
            queue_url: settings.queue_url.clone(),
            region: settings.region()?.to_owned(),
            wait_seconds: settings.wait_seconds,
            visibility_timeout_seconds: settings.visibility_timeout_seconds,
        };
        let aws = settings.credentials.clone().map_or_else(|| aws.clone(), |credentials| aws.with(credentials));
        Some(Self {
            sqs: SqsQueue::new(address, aws),
            topic_arn: settings.topic_arn.clone(),
            trust: settings.trust,
            pollers: settings.pollers,
        })
    }

    pub fn url(&self) -> &str {
        self.sqs.url()
    }
}

impl App {
    /// Whether a queue of the settings brings this topic's messages.
    pub(super) fn is_fed_by_a_queue(&self, topic_arn: &TopicArn) -> bool {
        self.queues.iter().any(|queue| queue.topic_arn.as_ref() == Some(topic_arn))
    }

    /// One long poll of a queue, and all that follows from it. When `stop` is cancelled the poll ends at once, and what was
    /// received and is not committed is shown to others again.
    pub async fn poll_queue(&self, queue: &Queue, stop: &CancellationToken) -> Result<Polled, SqsError> {
        let received = tokio::select! {
            () = stop.cancelled() => return Ok(Polled::Nothing),
            received = queue.sqs.receive() => received.inspect_err(|_| self.metrics.sqs_call_failed(SqsCall::Receive))?,
        };
        if received.is_empty() {
            return Ok(Polled::Nothing);
        }
        let taken = tokio::select! {
            biased;
            taken = self.take_all(queue, &received) => taken,
            // A commit that is under way may succeed all the same: then the message comes again and is `repeated`.
            () = stop.cancelled() => received.iter().map(|_| Taken::without_words(SqsOutcome::Released)).collect(),
        };
        let settled = self.settle_messages(queue, &received, &taken, stop.is_cancelled()).await;
        if taken.iter().any(|taken| taken.outcome == SqsOutcome::StoreAway) {
            return Ok(Polled::StoreAway);
        }
        settled?;
        let all_later = taken.iter().all(|taken| taken.outcome.fate() == Fate::Later);
        Ok(if all_later { Polled::Nothing } else { Polled::Messages })
    }

    /// Messages that came together share a commit, in the order in which they came.
    async fn take_all(&self, queue: &Queue, received: &[Received]) -> Vec<Taken> {
        let mut read = Vec::with_capacity(received.len());
        for message in received {
            read.push(self.read_queued(queue, message).await.unwrap_or_else(Read::Taken));
        }
        let taken = read.into_iter().map(async |read| match read {
            Read::Commit(notification) => self.commit_queued(notification).await,
            Read::Taken(taken) => taken,
        });
        in_order(taken.collect()).await
    }

    /// Finds out what a message is and whether it may be believed.
    async fn read_queued(&self, queue: &Queue, received: &Received) -> Result<Read, Taken> {
        let message = match SnsMessage::parse(received.body.as_bytes()) {
            Err(Malformed::NotAnEnvelope(_)) => return self.read_raw(queue, received),
            parsed => parsed?,
        };
        if let Some(topic_arn) = queue.topic_arn.as_ref().filter(|topic_arn| **topic_arn != message.topic_arn) {
            let reason =
                format!("it is of the topic `{}`, and `topic_arn` of the queue is `{topic_arn}`", message.topic_arn);
            return Err(Taken { outcome: SqsOutcome::OtherTopic, reason: Some(reason) });
        }
        match (message.kind, queue.trust) {
            (Kind::Notification, QueueTrust::Queue) => {
                Ok(Read::Commit(self.notification(&message, received.body.clone())))
            }
            (Kind::Notification, QueueTrust::Signature) => {
                let verified = self.verify(message).await?;
                Ok(Read::Commit(self.notification(&verified, received.body.clone())))
            }
            // A link is not followed because somebody may send to a queue.
            (Kind::SubscriptionConfirmation, _) => {
                let verified = self.verify(message).await?;
                self.confirm_queue(&verified).await?;
                Ok(Read::Taken(Taken::without_words(SqsOutcome::Confirmed)))
            }
            (Kind::UnsubscribeConfirmation, trust) => {
                let topic_arn = message.topic_arn.clone();
                if trust == QueueTrust::Signature {
                    self.verify(message).await?;
                }
                tracing::warn!(queue = queue.url(), %topic_arn, "the queue's subscription was ended");
                Ok(Read::Taken(Taken::without_words(SqsOutcome::Unsubscribed)))
            }
        }
    }

    /// Whatever is no envelope is a message itself: raw delivery, an event rule's target, anybody's text.
    fn read_raw(&self, queue: &Queue, received: &Received) -> Result<Read, Taken> {
        let Some(topic_arn) = &queue.topic_arn else {
            let reason = "it does not name its topic, as raw messages do not: set `topic_arn` of the queue, or switch raw \
                          message delivery off";
            return Err(Taken { outcome: SqsOutcome::NoTopic, reason: Some(reason.to_owned()) });
        };
        if queue.trust == QueueTrust::Signature {
            let reason = "a raw message has no signature: set `trust = \"queue\"`, or switch raw message delivery off";
            return Err(Taken { outcome: SqsOutcome::BadSignature, reason: Some(reason.to_owned()) });
        }
        let sent_at_ms = received.sent_at_ms.unwrap_or_else(|| self.clock.now_ms());
        let body = envelope::of_raw(topic_arn, &received.message_id, &received.body, sent_at_ms);
        // What the outbox keeps is read again when it is delivered: a message that could not be is refused here.
        let message = SnsMessage::parse(body.as_bytes())?;
        Ok(Read::Commit(self.notification(&message, body)))
    }

    async fn commit_queued(&self, notification: NewNotification) -> Taken {
        let topic_arn = notification.topic_arn.clone();
        match self.enqueue(notification).await {
            Ok(Enqueued::Accepted { .. }) => Taken::without_words(SqsOutcome::Accepted),
            Ok(Enqueued::Repeated) => Taken::without_words(SqsOutcome::Repeated),
            Ok(Enqueued::UnknownTopic) => NotAccepted::UnknownTopic(topic_arn).into(),
            Err(error) => NotAccepted::Store(error).into(),
        }
    }

    /// Somebody other than the queue's owner subscribed it: SNS asks through the queue. Bellhop's own subscription of the
    /// topic is another one, and stays as it is.
    async fn confirm_queue(&self, message: &Verified) -> Result<(), NotAccepted> {
        let topic_arn = message.topic_arn.as_str();
        let text = message.subscribe_url.as_deref().unwrap_or_default();
        let url = subscribe_url(text, &message.topic_arn, &self.trusted_hosts)?;
        if !self.store.topic_is_listed(topic_arn).await? {
            return Err(NotAccepted::UnknownTopic(topic_arn.to_owned()));
        }
        let subscription_arn =
            self.sns.confirm(&url).await.map_err(|error| NotAccepted::NotConfirmed(error.to_string()))?;
        tracing::info!(topic_arn, subscription_arn, "the subscription of a queue is confirmed");
        Ok(())
    }

    /// Deletes what is done, hides what cannot be taken, and leaves alone what may be taken the next time.
    async fn settle_messages(
        &self,
        queue: &Queue,
        received: &[Received],
        taken: &[Taken],
        stopping: bool,
    ) -> Result<(), SqsError> {
        let (mut done, mut hidden) = (Vec::new(), Vec::new());
        for (message, Taken { outcome, reason }) in received.iter().zip(taken) {
            self.metrics.sqs_message(*outcome);
            let handle = message.receipt_handle.as_str();
            let (url, message_id) = (queue.url(), message.message_id.as_str());
            match outcome.fate() {
                Fate::Done => {
                    tracing::debug!(
                        queue = url,
                        message_id,
                        ?outcome,
                        trace = message.trace_header,
                        "taken from the queue"
                    );
                    done.push(handle);
                }
                Fate::Kept => {
                    self.record_refused_in_queue(queue, message, *outcome, reason.as_deref());
                    let (receive_count, hidden_seconds) =
                        (message.receive_count, hidden_seconds(message.receive_count));
                    tracing::warn!(
                        queue = url,
                        message_id,
                        ?outcome,
                        reason,
                        receive_count,
                        hidden_seconds,
                        "a message was not taken and stays in its queue"
                    );
                    hidden.push((handle, hidden_seconds));
                }
                Fate::Later => {
                    if let Some(reason) = reason {
                        tracing::error!(
                            queue = url,
                            message_id,
                            reason,
                            "a message stays in its queue for the next time"
                        );
                    }
                    hidden.extend(stopping.then_some((handle, 0)));
                }
            }
        }
        // What is committed and not deleted comes again and is known; what is not hidden comes again too soon.
        let deleted = queue.sqs.delete(&done).await.inspect_err(|_| self.metrics.sqs_call_failed(SqsCall::Delete));
        let changed = queue.sqs.change_visibility(&hidden).await;
        changed.inspect_err(|_| self.metrics.sqs_call_failed(SqsCall::ChangeVisibility)).and(deleted)
    }
}

impl App {
    /// Its first time only: what is hidden and shown again is the same message.
    fn record_refused_in_queue(&self, queue: &Queue, message: &Received, outcome: SqsOutcome, reason: Option<&str>) {
        if message.receive_count > 1 {
            return;
        }
        let envelope = SnsMessage::parse(message.body.as_bytes()).ok();
        let topic_arn = envelope.as_ref().map(|envelope| &envelope.topic_arn).or(queue.topic_arn.as_ref());
        self.record_refused(RefusedAt {
            outcome: outcome.as_str(),
            source: queue.url(),
            topic_arn: topic_arn.map(TopicArn::as_str),
            message_id: Some(envelope.as_ref().map_or(message.message_id.as_str(), |found| found.message_id.as_str())),
            reason: reason.unwrap_or_default(),
            body: message.body.as_bytes(),
        });
    }
}

impl Taken {
    fn without_words(outcome: SqsOutcome) -> Self {
        Self { outcome, reason: None }
    }
}

impl From<Malformed> for Taken {
    fn from(malformed: Malformed) -> Self {
        let outcome = match malformed {
            Malformed::TooLarge { .. } => SqsOutcome::TooLarge,
            _ => SqsOutcome::Malformed,
        };
        Self { outcome, reason: Some(malformed.to_string()) }
    }
}

impl From<NotAccepted> for Taken {
    fn from(not_accepted: NotAccepted) -> Self {
        let outcome = match &not_accepted {
            NotAccepted::UntrustedUrl(_) | NotAccepted::BadSignature(_) | NotAccepted::CertificateUnusable(_) => {
                SqsOutcome::BadSignature
            }
            NotAccepted::UnknownTopic(_) => SqsOutcome::UnknownTopic,
            NotAccepted::CertificateUnreachable(_) | NotAccepted::NotConfirmed(_) => SqsOutcome::Unavailable,
            NotAccepted::Store(_) => SqsOutcome::StoreAway,
        };
        let reason = match &not_accepted {
            NotAccepted::Store(error) => error.to_string(),
            other => other.to_string(),
        };
        Self { outcome, reason: Some(reason) }
    }
}

/// What happens to the message in its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Deleted.
    Done,
    /// It will not be taken as things are: hidden for longer and longer.
    Kept,
    /// The cause mends itself: it is seen again when its visibility timeout is over.
    Later,
}

impl SqsOutcome {
    fn fate(self) -> Fate {
        match self {
            Self::Accepted | Self::Repeated | Self::Confirmed | Self::Unsubscribed => Fate::Done,
            Self::Malformed
            | Self::TooLarge
            | Self::BadSignature
            | Self::UnknownTopic
            | Self::OtherTopic
            | Self::NoTopic => Fate::Kept,
            Self::Unavailable | Self::StoreAway | Self::Released => Fate::Later,
        }
    }
}

fn hidden_seconds(receive_count: u32) -> u32 {
    let doublings = receive_count.saturating_sub(1).min(16);
    HIDDEN_AT_FIRST_SECONDS.saturating_mul(1 << doublings).min(HIDDEN_MAX_SECONDS)
}

/// Runs all at the same time and begins them in their order, which the store's queue keeps.
async fn in_order<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut all = true;
        for (future, output) in waiting.iter_mut().filter(|(_, output)| output.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(value) => *output = Some(value),
                Poll::Pending => all = false,
            }
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, output)| output).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_taken_is_hidden_for_longer_and_longer_and_an_hour_at_most() {
        let seconds: Vec<_> = [0, 1, 2, 3, 6, 7, u32::MAX].into_iter().map(hidden_seconds).collect();
        assert_eq!(seconds, [60, 60, 120, 240, 1920, 3600, 3600]);
    }
}
