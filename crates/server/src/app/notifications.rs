//! What SNS sends: believed only if its signature holds, safe when accepted.

use domain::notification::triage;
use domain::sns_message::{BadSignature, SnsMessage, UntrustedUrl, Verified, certificate_url};
use store::StoreError;
use store::outbox::{Enqueued, NewNotification};
use tracing::Instrument as _;

use super::App;
use super::rules::incoming;
use crate::config::Unsupported;
use crate::outbound::certificates::CertificateUnavailable;
use crate::traces;

/// A notification that is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    New {
        deliveries: usize,
    },
    /// It was committed before; SNS repeats what it is not sure of.
    Repeated,
}

/// Why a message is not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotAccepted {
    #[error("{0}")]
    UntrustedUrl(#[from] UntrustedUrl),
    /// The host of the certificate does not answer: worth another try.
    #[error("{0}")]
    CertificateUnreachable(CertificateUnavailable),
    #[error("{0}")]
    CertificateUnusable(CertificateUnavailable),
    #[error("{0}")]
    BadSignature(BadSignature),
    #[error("no configuration lists the topic `{0}`")]
    UnknownTopic(String),
    /// SNS did not confirm or could not be reached: worth another try.
    #[error("{0}")]
    NotConfirmed(String),
    #[error("the store is unavailable")]
    Store(#[from] StoreError),
}

impl From<CertificateUnavailable> for NotAccepted {
    fn from(error: CertificateUnavailable) -> Self {
        match error {
            CertificateUnavailable::Unreachable(_) => Self::CertificateUnreachable(error),
            CertificateUnavailable::Unusable(_) => Self::CertificateUnusable(error),
        }
    }
}

impl App {
    /// Verifies the signature against the certificate at `SigningCertURL`.
    pub async fn verify(&self, message: SnsMessage) -> Result<Verified, NotAccepted> {
        let url = certificate_url(&message.signing_cert_url, &message.topic_arn, &self.trusted_hosts)?;
        let fetched = self.certificates.get(&url).await?;
        let (bad, message) = match fetched.certificate.verify(message, self.clock.now_ms()) {
            Ok(verified) => return Ok(verified),
            Err(refused) => *refused,
        };
        // The key may have been replaced under the same URL.
        let Some(newer) = self.certificates.newer(&url, &fetched).await else {
            return Err(NotAccepted::BadSignature(bad));
        };
        newer.certificate.verify(message, self.clock.now_ms()).map_err(|refused| NotAccepted::BadSignature(refused.0))
    }

    /// Commits a notification for every configuration that listens to its topic. `body` is the envelope as it arrived.
    pub async fn accept(&self, message: &Verified, body: String) -> Result<Accepted, NotAccepted> {
        let enqueued = self.enqueue(self.notification(message, body)).instrument(traces::store_commit()).await?;
        match enqueued {
            Enqueued::Accepted { deliveries } => Ok(Accepted::New { deliveries }),
            Enqueued::Repeated => Ok(Accepted::Repeated),
            Enqueued::UnknownTopic => Err(NotAccepted::UnknownTopic(message.topic_arn.as_str().to_owned())),
        }
    }

    /// Commits a notification. What the settings keep out is in the ledger, and counted.
    pub(super) async fn enqueue(&self, notification: NewNotification) -> Result<Enqueued, StoreError> {
        if self.accept_rules.events_per_second == 0 && self.unsupported == Unsupported::Show {
            return self.store.enqueue(notification, self.accept_rules).await;
        }
        let NewNotification { topic_arn, message_id, body, .. } = notification.clone();
        let enqueued = self.store.enqueue(notification, self.accept_rules).await?;
        if matches!(enqueued, Enqueued::Accepted { .. }) {
            self.observe_kept_out(&topic_arn, &message_id, &body).await;
        }
        Ok(enqueued)
    }

    /// What the outbox keeps of a message. `body` is its envelope.
    pub(super) fn notification(&self, message: &SnsMessage, body: String) -> NewNotification {
        let triage = triage(&incoming(message, &self.account_names));
        let received_at_ms = self.clock.now_ms();
        NewNotification {
            topic_arn: message.topic_arn.as_str().to_owned(),
            message_id: message.message_id.clone(),
            body,
            priority: triage.priority,
            addressee: None,
            similarity: triage.similarity,
            gate: self.gate(message, received_at_ms),
            received_at_ms,
        }
    }
}
