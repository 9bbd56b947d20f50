//! The card of a delivery: of the message that was accepted, of all that a digest tells, or of what Bellhop found itself.

use domain::notification::{Card, Digest, DigestTopic, digest};
use domain::watch;
use store::StoreError;
use store::outbox::PendingDelivery;

use crate::app::App;
use crate::app::watch::OWN_TOPIC;

/// Messages whose titles a digest may show.
const NEWEST_READ: i64 = 20;

impl App {
    /// Makes the card anew for each attempt: a reader that was mended meanwhile mends what still waits. An `Err` says why there
    /// is none.
    pub(super) async fn compose(&self, delivery: &PendingDelivery) -> Result<Result<Card, String>, StoreError> {
        if delivery.folds > 0 {
            return Ok(Ok(self.digest_of(delivery).await?));
        }
        if delivery.topic_arn == OWN_TOPIC {
            return Ok(finding(&delivery.body).map(|finding| watch::card(&finding, delivery.since_ms)));
        }
        Ok(self.card_of(&delivery.body, &delivery.configuration_arn))
    }

    async fn digest_of(&self, delivery: &PendingDelivery) -> Result<Card, StoreError> {
        let folded = self.store.folded_topics(delivery.id).await?;
        let first_at_ms = folded.iter().map(|topic| topic.first_at_ms).fold(delivery.since_ms, i64::min);
        let last_at_ms = folded.iter().map(|topic| topic.last_at_ms).fold(delivery.since_ms, i64::max);
        let mut topics: Vec<DigestTopic> = folded
            .into_iter()
            .map(|topic| DigestTopic { topic_arn: topic.topic_arn, count: u64::try_from(topic.count).unwrap_or(0) })
            .collect();
        match topics.iter_mut().find(|topic| topic.topic_arn == delivery.topic_arn) {
            Some(own) => own.count = own.count.saturating_add(1),
            None => topics.push(DigestTopic { topic_arn: delivery.topic_arn.clone(), count: 1 }),
        }
        let folded = self.store.newest_folded(delivery.id, NEWEST_READ).await?;
        let others = folded.iter().map(|message| (message.body.as_str(), message.configuration_arn.as_str()));
        let own = (delivery.body.as_str(), delivery.configuration_arn.as_str());
        let newest = others.chain([own]).filter_map(|(body, arn)| self.card_of(body, arn).ok()).collect();
        Ok(digest(&Digest {
            delivery_id: delivery.id,
            total: topics.iter().map(|topic| topic.count).sum(),
            topics,
            first_at_ms,
            last_at_ms,
            newest,
        }))
    }
}

fn finding(body: &str) -> Result<watch::Finding, String> {
    serde_json::from_str(body).map_err(|error| format!("the stored finding is damaged: {error}"))
}
