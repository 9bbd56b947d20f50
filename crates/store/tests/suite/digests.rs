//! A queue that grew long: what waits is folded into one delivery that tells of all, and nothing is lost by it.

use domain::delivery::Priority;
use store::Store;
use store::outbox::{DeliveryFilter, DeliveryState, Lease, NewNotification};

use crate::setup::{
    COUNT_TO, LEASE_MS, NOW, RULES, Setup, accept, all_deliveries, begin_one, claim_one, configure, delivered,
    notification, retry, settle, settled, topic,
};

async fn folded(store: &Store, lease: &Lease) -> u64 {
    store.fold(lease, 2, NOW).await.unwrap().values().sum()
}

async fn queue(store: &Store, topics: &[&str], messages: usize) {
    for n in 0..messages {
        accept(store, topics[n % topics.len()], &format!("m{n}"), NOW + i64::try_from(n).unwrap()).await;
    }
}

pub async fn what_waits_is_folded_into_the_oldest_of_its_priority(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a", "b"]).await;
    queue(&store, &["a", "a", "b"], 9).await;
    let alarm = NewNotification { priority: Priority::Alarm, ..notification("a", "alarm", NOW) };
    store.enqueue(alarm, RULES).await.unwrap();
    let lease = claim_one(&store, NOW).await;
    let head = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
    assert_eq!((head.priority, head.waiting, head.folds), (1, 1, 0));
    assert_eq!(folded(&store, &lease).await, 8);
    assert_eq!(folded(&store, &lease).await, 0);
    // The alarm goes first and by itself, then the digest.
    let head = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
    assert_eq!((head.priority, head.waiting), (1, 1));
    assert!(settle(&store, &(lease, head), delivered("1.1"), NOW).await);
    let digest = begin_one(&store, NOW).await;
    assert_eq!((digest.1.message_id.as_str(), digest.1.folds, digest.1.waiting), ("m0", 8, 1));
    let told = store.folded_topics(digest.1.id).await.unwrap();
    let told: Vec<_> = told.iter().map(|t| (t.topic_arn.as_str(), t.count, t.first_at_ms, t.last_at_ms)).collect();
    assert_eq!(told, [(topic("a").as_str(), 5, NOW + 1, NOW + 7), (topic("b").as_str(), 3, NOW + 2, NOW + 8)]);
    assert_eq!(
        store.newest_folded(digest.1.id, 2).await.unwrap().into_iter().map(|found| found.body).collect::<Vec<_>>(),
        ["{\"MessageId\":\"m8\"}", "{\"MessageId\":\"m7\"}"]
    );
    let id = digest.1.id;
    assert!(settle(&store, &digest, delivered("2.2"), NOW).await);
    let folded = store.deliveries(DeliveryFilter::FoldedInto(id), None, 100).await.unwrap();
    assert_eq!(folded.len(), 8);
    for delivery in folded {
        assert_eq!((delivery.state, delivery.folded_into), (DeliveryState::Folded, Some(id)));
        assert!(delivery.reason.unwrap().contains(&format!("delivery {id}")));
    }
    assert!(store.claim(1, i64::MAX - LEASE_MS, LEASE_MS).await.unwrap().is_empty());
}

pub async fn a_digest_that_waits_takes_in_what_arrives(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    queue(&store, &["a"], 3).await;
    let lease = claim_one(&store, NOW).await;
    assert_eq!(folded(&store, &lease).await, 2);
    let head = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
    assert!(settle(&store, &(lease, head), retry("HTTP 500"), NOW).await);
    accept(&store, "a", "m3", NOW).await;
    let lease = claim_one(&store, NOW).await;
    assert_eq!(folded(&store, &lease).await, 1);
    let digest = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
    assert_eq!((digest.folds, digest.waiting), (3, 1));
}

pub async fn a_folded_delivery_can_be_brought_alone(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    queue(&store, &["a"], 2).await;
    let lease = claim_one(&store, NOW).await;
    assert_eq!(folded(&store, &lease).await, 1);
    let digest = store.head(&lease, COUNT_TO).await.unwrap().unwrap();
    assert!(settle(&store, &(lease, digest), delivered("1.1"), NOW).await);
    let folded = all_deliveries(&store).await.pop().unwrap();
    assert!(store.revive(folded.id, NOW).await.unwrap());
    let attempt = begin_one(&store, NOW).await;
    assert_eq!((attempt.1.id, attempt.1.folds), (folded.id, 0));
    assert!(settle(&store, &attempt, delivered("2.2"), NOW).await);
}

pub async fn a_lost_lease_folds_nothing(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    queue(&store, &["a"], 3).await;
    let lost = claim_one(&store, NOW).await;
    let lease = claim_one(&store, NOW + LEASE_MS).await;
    assert_eq!(folded(&store, &lost).await, 0);
    assert!(store.release(&lease, settled(NOW)).await.unwrap());
    assert!(all_deliveries(&store).await.iter().all(|delivery| delivery.state == DeliveryState::Pending));
}
