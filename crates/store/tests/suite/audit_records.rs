//! Audit records: written in batches, read in pages by time, pruned by age.

use store::{AuditOrder, AuditPosition, AuditRecord, NewAuditRecord, Store};

use crate::setup::{ACCOUNT, NOW, OTHER_ACCOUNT, Setup, account};

const EVER: (AuditPosition, AuditPosition) =
    (AuditPosition { event_time_ms: i64::MIN, id: 0 }, AuditPosition { event_time_ms: i64::MAX, id: 0 });

fn record(account_id: &str, event_id: &str, event_time_ms: i64) -> NewAuditRecord {
    NewAuditRecord {
        account_id: account(account_id),
        event_time_ms,
        event_id: event_id.to_owned(),
        event_name: "TagResource",
        record: format!("{{\"eventID\":\"{event_id}\"}}"),
    }
}

fn ids(page: &[AuditRecord]) -> Vec<&str> {
    page.iter().map(|found| found.event_id.as_str()).collect()
}

async fn all(store: &Store, order: AuditOrder) -> Vec<AuditRecord> {
    store.audit_records(None, EVER, order, 10_000).await.unwrap()
}

pub async fn what_is_recorded_is_read_back_in_order(setup: &impl Setup) {
    let store = setup.open().await;
    // Two of one millisecond keep the order in which they came; a late one is sorted in by its time.
    let records = [("b", NOW), ("c", NOW), ("d", NOW + 1), ("a", NOW - 1)].map(|(id, at)| record(ACCOUNT, id, at));
    store.insert_audit_records(&records).await.unwrap();
    let found = all(&store, AuditOrder::OldestFirst).await;
    assert_eq!(ids(&found), ["a", "b", "c", "d"]);
    assert_eq!(ids(&all(&store, AuditOrder::NewestFirst).await), ["d", "c", "b", "a"]);
    let first = &found[0];
    assert_eq!((first.account_id.as_str(), first.event_name.as_str()), (ACCOUNT, "TagResource"));
    assert_eq!((first.record.as_str(), first.at.event_time_ms), ("{\"eventID\":\"a\"}", NOW - 1));
    let span = (AuditPosition::before(NOW), AuditPosition::before(NOW + 1));
    assert_eq!(ids(&store.audit_records(None, span, AuditOrder::OldestFirst, 10).await.unwrap()), ["b", "c"]);
}

pub async fn pages_by_position_miss_and_repeat_nothing(setup: &impl Setup) {
    let store = setup.open().await;
    // More than one statement's rows, ten a millisecond.
    let records: Vec<_> = (0..300).map(|n| record(ACCOUNT, &format!("{n:03}"), NOW + n / 10)).collect();
    store.insert_audit_records(&records).await.unwrap();
    let (mut seen, (mut from, to)) = (Vec::new(), EVER);
    loop {
        let page = store.audit_records(None, (from, to), AuditOrder::OldestFirst, 7).await.unwrap();
        let Some(last) = page.last() else { break };
        from = last.at;
        seen.extend(page.into_iter().map(|found| found.event_id));
    }
    assert_eq!(seen, (0..300).map(|n| format!("{n:03}")).collect::<Vec<_>>());
    let (from, mut to) = EVER;
    let mut count = 0;
    while let Some(last) = store.audit_records(None, (from, to), AuditOrder::NewestFirst, 7).await.unwrap().last() {
        assert!(last.at < to);
        to = last.at;
        count += 1;
    }
    assert_eq!(count, 300_usize.div_ceil(7));
}

pub async fn a_page_is_of_one_account_if_asked(setup: &impl Setup) {
    let store = setup.open().await;
    let records = [record(ACCOUNT, "ours", NOW), record(OTHER_ACCOUNT, "theirs", NOW)];
    store.insert_audit_records(&records).await.unwrap();
    for (account_id, event_id) in [(ACCOUNT, "ours"), (OTHER_ACCOUNT, "theirs")] {
        for order in [AuditOrder::OldestFirst, AuditOrder::NewestFirst] {
            let page = store.audit_records(Some(&account(account_id)), EVER, order, 10).await.unwrap();
            assert_eq!(ids(&page), [event_id]);
        }
    }
    assert_eq!(all(&store, AuditOrder::OldestFirst).await.len(), 2);
}

pub async fn a_batch_is_recorded_whole_or_not_at_all(setup: &impl Setup) {
    let store = setup.open().await;
    let records: Vec<_> = (0..300).map(|n| record(ACCOUNT, &n.to_string(), NOW)).collect();
    let mut writing = Box::pin(store.insert_audit_records(&records));
    // Dropped somewhere between its statements.
    for _ in 0..3 {
        let _ = tokio::time::timeout(std::time::Duration::from_micros(200), &mut writing).await;
    }
    drop(writing);
    let count = all(&store, AuditOrder::OldestFirst).await.len();
    assert!(count == 0 || count == 300, "{count}");
    store.insert_audit_records(&records).await.unwrap();
    assert_eq!(all(&store, AuditOrder::OldestFirst).await.len(), count + 300);
}

pub async fn what_is_older_is_pruned_and_nothing_else(setup: &impl Setup) {
    let store = setup.open().await;
    let records: Vec<_> = (0..5).map(|n| record(ACCOUNT, &n.to_string(), NOW + n)).collect();
    store.insert_audit_records(&records).await.unwrap();
    assert_eq!(store.prune_audit_records(NOW + 4, 3).await.unwrap(), 3);
    assert_eq!(ids(&all(&store, AuditOrder::OldestFirst).await), ["3", "4"]);
    assert_eq!(store.prune_audit_records(NOW + 4, 3).await.unwrap(), 1);
    assert_eq!(store.prune_audit_records(NOW + 4, 3).await.unwrap(), 0);
    assert_eq!(ids(&all(&store, AuditOrder::OldestFirst).await), ["4"]);
}
