//! Looking whether a store is in order.

use store::outbox::DeliveryState;

use crate::secrets::{access_key, declare, slack_workspace};
use crate::setup::{ACCOUNT, NOW, Setup, accept, begin_one, configure, delivered, settle};

pub async fn a_store_that_is_in_order_has_nothing_to_be_told(setup: &impl Setup) {
    let store = setup.open().await;
    configure(&store, "ops", "C001", &["a"]).await;
    accept(&store, "a", "m1", NOW).await;
    let attempt = begin_one(&store, NOW).await;
    assert!(settle(&store, &attempt, delivered("1.1"), NOW).await);
    accept(&store, "a", "m2", NOW).await;
    accept(&store, "a", "m3", NOW).await;
    let checked = store.check(1).await.unwrap();
    assert_eq!((checked.damages.len(), checked.sleeping_lanes.len()), (0, 0), "{checked:?}");
    assert!(checked.sealed.iter().all(|column| column.unreadable == 0), "{checked:?}");
    // The key's own check, and both accounts' bot tokens.
    assert_eq!(checked.sealed.iter().map(|column| column.values).sum::<u64>(), 3);
    let counts: Vec<_> = checked.states.iter().filter(|counted| counted.count > 0).collect();
    assert_eq!(counts.len(), 2, "{counts:?}");
    assert!(counts.iter().all(|counted| counted.count == 1), "counted further than was asked for: {counts:?}");
    assert!(counts.iter().any(|counted| counted.state == DeliveryState::Pending));
}

pub async fn a_lane_that_would_sleep_for_ever_is_found_and_woken(setup: &impl Setup) {
    let store = setup.open().await;
    for (name, channel) in [("ops", "C001"), ("builds", "C002"), ("idle", "C003")] {
        configure(&store, name, channel, &["a"]).await;
    }
    accept(&store, "a", "m1", NOW).await;
    accept(&store, "a", "m2", NOW).await;
    setup.spoil("UPDATE destinations SET due_at_ms = NULL WHERE destination LIKE '%C001'").await;
    setup.spoil("DELETE FROM destinations WHERE destination LIKE '%C002'").await;
    let lanes = store.check(10).await.unwrap().sleeping_lanes;
    assert_eq!(lanes, [crate::setup::lane("C001"), crate::setup::lane("C002")]);
    assert_eq!(store.wake_lanes(&lanes, NOW).await.unwrap(), 2);
    assert!(store.check(10).await.unwrap().sleeping_lanes.is_empty());
    assert_eq!(store.claim(10, NOW, 1).await.unwrap().len(), 3);
    assert_eq!(store.wake_lanes(&lanes, NOW).await.unwrap(), 0, "they are awake");
}

pub async fn secrets_that_the_key_does_not_open_are_named(setup: &impl Setup) {
    let store = setup.open().await;
    declare(&store, &[access_key("AKIDONE", "one"), access_key("AKIDTWO", "two")]).await.unwrap();
    store.declare_slack_workspaces(&[slack_workspace(ACCOUNT, "T1", "xoxb-1")]).await.unwrap();
    // Sealed with the right key, and for another row.
    setup
        .spoil(
            "UPDATE access_keys SET sealed_secret = (SELECT sealed_secret FROM access_keys WHERE access_key_id = 'AKIDONE')",
        )
        .await;
    let checked = store.check(1).await.unwrap();
    let spoilt: Vec<_> = checked.sealed.iter().filter(|column| column.unreadable > 0).collect();
    assert_eq!(spoilt.len(), 1, "{spoilt:?}");
    assert_eq!((spoilt[0].table, spoilt[0].column, spoilt[0].values), ("access_keys", "sealed_secret", 2));
    assert_eq!(spoilt[0].unreadable_rows, ["AKIDTWO"]);
}
