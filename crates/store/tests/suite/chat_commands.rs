//! Commands of chat: started once, found again after a crash, answered, forgotten in time.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use store::{ChatCommandState, Moved, NewChatCommand};
use tokio::task::JoinSet;

use crate::setup::{LEASE_MS, NOW, Setup, lane};

const EXPIRES_MS: i64 = NOW + 10 * LEASE_MS;

fn command(id: &str) -> NewChatCommand {
    NewChatCommand { id: id.to_owned(), destination: lane("C1"), asked: format!("asked of {id}").into(), now_ms: NOW }
}

fn words(secret: Option<&SecretString>) -> Option<&str> {
    secret.map(SecretString::expose_secret)
}

pub async fn a_command_begins_once_however_often_its_event_comes(setup: &impl Setup) {
    let store = Arc::new(setup.open().await);
    let mut begun = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        begun.spawn(async move { store.begin_command(&command("a"), NOW + LEASE_MS).await.unwrap() });
    }
    assert_eq!(begun.join_all().await.into_iter().filter(|began| *began).count(), 1);
    let found = store.chat_command("a").await.unwrap().unwrap();
    assert_eq!((found.state, words(found.asked.as_ref())), (ChatCommandState::Started, Some("asked of a")));
    assert!(store.chat_command("b").await.unwrap().is_none());
}

pub async fn a_button_starts_a_command_once_and_as_it_was_shown(setup: &impl Setup) {
    let store = Arc::new(setup.open().await);
    let asked = store.ask_command(&command("a"), EXPIRES_MS).await.unwrap();
    assert_eq!((asked.state, asked.revision), (ChatCommandState::Asked, 0));
    assert!(store.revise_command("a", 0, &"revised".into(), EXPIRES_MS).await.unwrap());
    assert!(
        !store.revise_command("a", 0, &"revised twice".into(), EXPIRES_MS).await.unwrap(),
        "it is another revision by now"
    );
    let again = store.ask_command(&command("a"), EXPIRES_MS).await.unwrap();
    assert_eq!((again.revision, words(again.asked.as_ref())), (1, Some("revised")), "asking again changes nothing");
    let start = async |revision, event: &str, now_ms| {
        store.start_command(("a", revision), &"by whom".into(), event, now_ms, now_ms + LEASE_MS).await.unwrap()
    };
    assert_eq!(start(0, "press-1", NOW).await, Moved::Revised);
    assert_eq!(start(1, "press-1", EXPIRES_MS).await, Moved::Expired);
    let mut presses = JoinSet::new();
    for n in 0..8 {
        let store = store.clone();
        presses.spawn(async move {
            store.start_command(("a", 1), &"by whom".into(), &format!("press-{n}"), NOW, NOW + LEASE_MS).await.unwrap()
        });
    }
    let moved = presses.join_all().await;
    assert_eq!(moved.iter().filter(|moved| **moved == Moved::Now).count(), 1, "{moved:?}");
    assert_eq!(moved.iter().filter(|moved| **moved == Moved::Not(ChatCommandState::Started)).count(), 7, "{moved:?}");
    let started = store.chat_command("a").await.unwrap().unwrap();
    assert_eq!(words(started.asked.as_ref()), Some("by whom"), "who said yes is kept with it");
    let by = started.moved_by.unwrap();
    assert_eq!(start(1, &by, NOW).await, Moved::Before, "the event itself may come again");
    assert!(!store.revise_command("a", 1, &"too late".into(), EXPIRES_MS).await.unwrap());
    assert_eq!(store.start_command(("b", 0), &"by whom".into(), "press", NOW, NOW).await.unwrap(), Moved::Unknown);
}

pub async fn a_cancelled_command_is_never_started(setup: &impl Setup) {
    let store = setup.open().await;
    store.ask_command(&command("a"), EXPIRES_MS).await.unwrap();
    assert_eq!(store.cancel_command("a", 1, "press-1", NOW).await.unwrap(), Moved::Revised);
    assert_eq!(store.cancel_command("a", 0, "press-1", NOW).await.unwrap(), Moved::Now);
    assert_eq!(store.cancel_command("a", 0, "press-1", NOW).await.unwrap(), Moved::Before);
    let started = store.start_command(("a", 0), &"by whom".into(), "press-2", NOW, NOW + LEASE_MS).await.unwrap();
    assert_eq!(started, Moved::Not(ChatCommandState::Cancelled));
    assert!(store.chat_command("a").await.unwrap().unwrap().asked.is_none(), "what nobody runs is not kept");
}

pub async fn what_ended_is_answered_and_its_result_is_gone(setup: &impl Setup) {
    let store = setup.open().await;
    store.begin_command(&command("a"), NOW + LEASE_MS).await.unwrap();
    store.put_command_post("a", "1.2").await.unwrap();
    let (result, next) = (SecretString::from("result"), SecretString::from("next page"));
    assert!(store.end_command("a", &result, Some(&next), NOW + 1, NOW + LEASE_MS).await.unwrap());
    assert!(!store.end_command("a", &result, None, NOW + 2, NOW + LEASE_MS).await.unwrap(), "it ended before");
    assert!(store.claim_chat_commands(10, NOW + LEASE_MS - 1, LEASE_MS).await.unwrap().is_empty());
    let left = store.claim_chat_commands(10, NOW + LEASE_MS, LEASE_MS).await.unwrap();
    assert_eq!(
        (left.len(), words(left[0].result.as_ref()), left[0].posted.as_deref()),
        (1, Some("result"), Some("1.2"))
    );
    store.answer_command_again("a", NOW + 2 * LEASE_MS, "Slack is away").await.unwrap();
    assert_eq!(store.next_chat_command_due_at_ms().await.unwrap(), Some(NOW + 2 * LEASE_MS));
    let again = store.claim_chat_commands(10, NOW + 2 * LEASE_MS, LEASE_MS).await.unwrap();
    assert_eq!((again[0].attempts, again[0].reason.as_deref()), (1, Some("Slack is away")));
    store.command_answered("a", None).await.unwrap();
    let found = store.chat_command("a").await.unwrap().unwrap();
    assert_eq!((found.state, words(found.asked.as_ref())), (ChatCommandState::Answered, Some("next page")));
    assert!(found.result.is_none() && found.ended_at_ms == Some(NOW + 1), "{found:?}");
    assert_eq!(store.next_chat_command_due_at_ms().await.unwrap(), None);
}

pub async fn of_a_command_whose_lease_ended_nobody_knows_what_came(setup: &impl Setup) {
    let store = setup.open().await;
    store.begin_command(&command("a"), NOW + LEASE_MS).await.unwrap();
    assert!(store.lease_command("a", NOW + 2 * LEASE_MS).await.unwrap());
    assert!(store.claim_chat_commands(10, NOW + LEASE_MS, LEASE_MS).await.unwrap().is_empty(), "it runs");
    let left = store.claim_chat_commands(10, NOW + 2 * LEASE_MS, LEASE_MS).await.unwrap();
    assert_eq!((left.len(), left[0].state, left[0].result.is_none()), (1, ChatCommandState::Ended, true));
    assert!(store.claim_chat_commands(10, NOW + 2 * LEASE_MS, LEASE_MS).await.unwrap().is_empty(), "one tells it");
    assert!(!store.lease_command("a", NOW + 9 * LEASE_MS).await.unwrap());
    let late = store.end_command("a", &"result".into(), None, NOW, NOW + LEASE_MS).await.unwrap();
    assert!(!late, "its person was told that nobody knows");
}

pub async fn what_was_running_when_its_server_died_is_found_at_once<S: Setup>(setup: &S) {
    let store = setup.open().await;
    for id in ["a", "ended", "waits"] {
        store.begin_command(&command(id), NOW + LEASE_MS).await.unwrap();
    }
    for id in ["ended", "waits"] {
        assert!(store.end_command(id, &"result".into(), None, NOW, NOW + LEASE_MS).await.unwrap());
    }
    store.answer_command_again("waits", NOW + 3 * LEASE_MS, "Retry-After").await.unwrap();
    store.close().await;
    drop(store);
    let store = setup.open().await;
    let at_ms = if S::FREES_LEASES { NOW } else { NOW + LEASE_MS };
    let mut found: Vec<_> =
        store.claim_chat_commands(10, at_ms, LEASE_MS).await.unwrap().into_iter().map(|command| command.id).collect();
    found.sort_unstable();
    assert_eq!(found, ["a", "ended"]);
}

pub async fn commands_are_listed_and_forgotten_unless_somebody_waits(setup: &impl Setup) {
    let store = setup.open().await;
    store.ask_command(&command("asked"), EXPIRES_MS).await.unwrap();
    store.begin_command(&command("started"), NOW + LEASE_MS).await.unwrap();
    let later = NewChatCommand { now_ms: NOW + 1, ..command("later") };
    store.ask_command(&later, EXPIRES_MS).await.unwrap();
    let page = store.chat_commands(None, 2).await.unwrap();
    let ids: Vec<_> = page.iter().map(|command| command.id.as_str()).collect();
    assert_eq!(ids, ["later", "started"]);
    let rest = store.chat_commands(Some((NOW, "started")), 2).await.unwrap();
    assert_eq!(rest.iter().map(|command| command.id.as_str()).collect::<Vec<_>>(), ["asked"]);
    assert_eq!(store.prune_chat_commands(NOW, 10).await.unwrap(), 0);
    assert_eq!(store.prune_chat_commands(NOW + 1, 10).await.unwrap(), 1);
    assert!(store.chat_command("asked").await.unwrap().is_none());
    assert!(store.chat_command("started").await.unwrap().is_some());
}

pub async fn a_damaged_command_is_there_without_its_words(setup: &impl Setup) {
    let store = setup.open().await;
    store.begin_command(&command("a"), NOW).await.unwrap();
    setup.spoil("UPDATE chat_commands SET command_id = 'b'").await;
    let left = store.claim_chat_commands(10, NOW, LEASE_MS).await.unwrap();
    assert!(left.len() == 1 && left[0].asked.is_none(), "{left:?}");
}

pub async fn what_a_channel_and_a_person_chose_is_remembered(setup: &impl Setup) {
    let store = setup.open().await;
    assert_eq!(store.command_region("arn-1").await.unwrap(), None);
    store.put_command_region("arn-1", "eu-west-1").await.unwrap();
    store.put_command_region("arn-1", "us-east-1").await.unwrap();
    assert_eq!(store.command_region("arn-1").await.unwrap().as_deref(), Some("us-east-1"));
    let (channel, person) = (lane("C1"), "slack/U1");
    store.choose_account(&channel, person, "arn-1", NOW + 1).await.unwrap();
    store.choose_account(&channel, person, "arn-2", NOW + 2).await.unwrap();
    let chosen = async |now_ms| store.chosen_account(&channel, person, now_ms).await.unwrap();
    assert_eq!(chosen(NOW + 1).await.as_deref(), Some("arn-2"));
    assert_eq!(chosen(NOW + 2).await, None);
    assert_eq!(store.chosen_account(&channel, "slack/U2", NOW).await.unwrap(), None);
    store.prune_chosen_accounts(NOW + 2).await.unwrap();
    assert_eq!(chosen(NOW).await, None);
}
