//! Whose word counts: the queue's policy, or SNS's signature.

use server::config::QueueTrust;

use super::{counted, drained, enveloped, hidden, polling};
use crate::kit::{OTHER_TOPIC, TOPIC};

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_whose_signature_is_no_good_is_believed_unless_signatures_are_asked_for() {
    for (trust, outcome) in [(QueueTrust::Queue, "accepted"), (QueueTrust::Signature, "bad_signature")] {
        let (server, sqs) = polling(Some(TOPIC), |queue| queue.trust = trust).await;
        let forged = server.sns.notification(TOPIC, "message-1").signed().tampered("Message", "message-2");
        sqs.send(&forged.body);
        counted(&server, outcome, 1).await;
        match trust {
            QueueTrust::Queue => {
                assert_eq!(server.slack_requests("chat.postMessage", 1).await[0].marker(), "message-2");
                drained(&sqs).await;
            }
            QueueTrust::Signature => {
                hidden(&sqs, 60).await;
                assert!(server.deliveries().await.is_empty());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_signatures_are_asked_for_signed_envelopes_are_taken_and_raw_messages_are_not() {
    let (server, sqs) = polling(Some(TOPIC), |queue| queue.trust = QueueTrust::Signature).await;
    sqs.send_all(&[&enveloped(&server, TOPIC, "message-1"), "message-2"]);
    assert_eq!(server.slack_requests("chat.postMessage", 1).await[0].marker(), "message-1");
    counted(&server, "accepted", 1).await;
    counted(&server, "bad_signature", 1).await;
    hidden(&sqs, 60).await;
    assert_eq!(server.sns.certificate_fetches(), 1);
}

/// SNS asks through the queue when another account subscribed it. Somebody who may send to the queue cannot make us visit
/// an address: a confirmation is verified in any case.
#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_confirmed_by_its_signature_alone() {
    let (server, sqs) = polling(None, |_| ()).await;
    let confirmation = || server.sns.confirmation("SubscriptionConfirmation", TOPIC).signed();
    sqs.send(&confirmation().tampered("Token", "another").body);
    counted(&server, "bad_signature", 1).await;
    assert!(server.sns.visits().is_empty());
    sqs.send(&confirmation().body);
    counted(&server, "confirmed", 1).await;
    assert_eq!(server.sns.visits().len(), 1);
    sqs.send(&server.sns.confirmation("SubscriptionConfirmation", OTHER_TOPIC).signed().body);
    counted(&server, "unknown_topic", 1).await;
    assert_eq!(server.sns.visits().len(), 1);
    assert_eq!(sqs.queued().len(), 2);
}
