//! The outbox against a model of it: whatever two workers, the API and an operator do in whatever order, nothing is
//! lost, sent twice by right, or left asleep.

mod model;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use self::model::Model;
use crate::setup::{ACCOUNT, OTHER_ACCOUNT, Setup};

const LEASE_MS: i64 = 100;
const TOPICS: [&str; 3] = ["a", "b", "c"];
const CHANNELS: [&str; 3] = ["C1", "C2", "C3"];
/// Two accounts may configure one channel, and share its lane.
const CONFIGURATIONS: [(&str, &str); 4] =
    [(ACCOUNT, "ops"), (ACCOUNT, "dev"), (OTHER_ACCOUNT, "ops"), (OTHER_ACCOUNT, "dev")];

#[derive(Debug, Clone)]
enum Step {
    Enqueue {
        topic: usize,
        message: u8,
    },
    /// A worker leases lanes and takes the oldest delivery of each.
    Claim {
        limit: usize,
    },
    /// A worker ends one of the attempts under way, in time or too late.
    Settle {
        attempt: prop::sample::Index,
        outcome: Outcome,
        next_in_ms: i64,
    },
    Release {
        attempt: prop::sample::Index,
        next_in_ms: i64,
    },
    /// A worker uses again a lease that it has given back.
    SettleAgain {
        attempt: prop::sample::Index,
    },
    Revive {
        delivery: prop::sample::Index,
    },
    ReviveAll {
        limit: usize,
    },
    /// Creates the configuration or updates it.
    Configure {
        configuration: usize,
        channel: usize,
        topics: [bool; 3],
    },
    Delete {
        configuration: usize,
    },
    Wait {
        ms: i64,
    },
    Restart,
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    Delivered,
    Posted,
    Retry,
    Dead,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let any_index = any::<prop::sample::Index>;
    let outcome =
        prop_oneof![Just(Outcome::Delivered), Just(Outcome::Posted), Just(Outcome::Retry), Just(Outcome::Dead)];
    let next = 0..150_i64;
    let step = prop_oneof![
        6 => (0..3_usize, 0..12_u8).prop_map(|(topic, message)| Step::Enqueue { topic, message }),
        5 => (1..3_usize).prop_map(|limit| Step::Claim { limit }),
        6 => (any_index(), outcome, next.clone())
            .prop_map(|(attempt, outcome, next_in_ms)| Step::Settle { attempt, outcome, next_in_ms }),
        1 => (any_index(), next).prop_map(|(attempt, next_in_ms)| Step::Release { attempt, next_in_ms }),
        1 => any_index().prop_map(|attempt| Step::SettleAgain { attempt }),
        1 => any_index().prop_map(|delivery| Step::Revive { delivery }),
        1 => (1..4_usize).prop_map(|limit| Step::ReviveAll { limit }),
        3 => (0..4_usize, 0..3_usize, any::<[bool; 3]>())
            .prop_map(|(configuration, channel, topics)| Step::Configure { configuration, channel, topics }),
        1 => (0..4_usize).prop_map(|configuration| Step::Delete { configuration }),
        3 => (1..150_i64).prop_map(|ms| Step::Wait { ms }),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..80)
}

pub fn keep_the_outboxs_promises<S: Setup>() {
    let config = Config { cases: S::CASES, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(play(&S::default(), steps));
            Ok(())
        })
        .unwrap();
}

async fn play<S: Setup>(setup: &S, steps: Vec<Step>) {
    let mut store = setup.open().await;
    let mut model = Model::new();
    for step in steps {
        if matches!(step, Step::Restart) {
            drop(store);
            store = setup.open().await;
            if S::FREES_LEASES {
                model.restart();
            }
        } else {
            model.take(&store, step).await;
        }
        model.compare(&store).await;
    }
    model.drain(&store).await;
}
