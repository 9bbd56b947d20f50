//! What was refused at the door, on its way into the ledger: a bounded queue, and batches.
//!
//! The front door and `ingest` leave it with [`App::record_refused`] and do not wait; `worker/record_refused` writes it.
//! Anybody can send something to be refused, so all of it has a bound, and what is more is counted and forgotten: the
//! answer never waits for it, and a flood costs a commit a second.

use store::{RefusedMessage, StoreError};
use tokio::sync::mpsc;

use super::App;

/// Refused messages that wait to be written, and so what a batch can be.
const QUEUE_MAX: usize = 256;
/// Rows that the ledger keeps of them.
const KEEP: i64 = 10_000;
/// What is kept of a body: enough to see what it was.
const BODY_BYTES_MAX: usize = 16 * 1024;
/// What is kept of a sentence, an ARN or an id.
const TEXT_BYTES_MAX: usize = 1024;

/// Where it came from and what it says of itself, none of it vouched for.
#[derive(Debug, Clone, Copy)]
pub struct RefusedAt<'a> {
    /// The label of its metric: `bad_signature`, `malformed`, `too_large`, `unknown_topic`, …
    pub outcome: &'static str,
    /// An address, or the URL of a queue.
    pub source: &'a str,
    pub topic_arn: Option<&'a str>,
    pub message_id: Option<&'a str>,
    pub reason: &'a str,
    pub body: &'a [u8],
}

/// Where refused messages wait.
pub struct RefusedQueue(mpsc::Sender<RefusedMessage>);

/// The queue's other end, for [`App::write_refused`].
pub struct Unwritten {
    queue: mpsc::Receiver<RefusedMessage>,
    batch: Vec<RefusedMessage>,
}

impl RefusedQueue {
    pub fn new() -> (Self, Unwritten) {
        let (sender, queue) = mpsc::channel(QUEUE_MAX);
        (Self(sender), Unwritten { queue, batch: Vec::new() })
    }
}

impl Unwritten {
    /// Waits until there is something to write.
    pub async fn waiting(&mut self) {
        if self.batch.is_empty() {
            self.queue.recv_many(&mut self.batch, QUEUE_MAX).await;
        }
    }
}

impl App {
    /// Leaves a refused message for the ledger, if there is room.
    pub fn record_refused(&self, refused: RefusedAt<'_>) {
        // Whether there is room is asked first: under a flood, nothing is copied.
        let Ok(room) = self.refused.0.try_reserve() else {
            self.metrics.refused_unrecorded(1);
            return;
        };
        let text = |text: &str| kept(text.as_bytes(), TEXT_BYTES_MAX);
        room.send(RefusedMessage {
            id: 0,
            received_at_ms: self.clock.now_ms(),
            outcome: refused.outcome.to_owned(),
            source: text(refused.source),
            topic_arn: refused.topic_arn.map(text),
            message_id: refused.message_id.map(text),
            reason: text(refused.reason),
            body: kept(refused.body, BODY_BYTES_MAX),
        });
    }

    /// Writes what waits, in one transaction. What the store does not take waits on, and the queue behind it fills.
    pub async fn write_refused(&self, unwritten: &mut Unwritten) -> Result<(), StoreError> {
        while unwritten.batch.len() < QUEUE_MAX
            && let Ok(refused) = unwritten.queue.try_recv()
        {
            unwritten.batch.push(refused);
        }
        if !unwritten.batch.is_empty() {
            self.store.record_refused(&unwritten.batch, KEEP).await?;
            unwritten.batch.clear();
        }
        Ok(())
    }
}

/// The beginning of what somebody sent, as a text that either engine keeps: whole characters, and no NUL.
fn kept(bytes: &[u8], max: usize) -> String {
    let cut = bytes.get(..max).unwrap_or(bytes);
    let text = String::from_utf8_lossy(cut);
    // A character that was cut in two is left out; other bytes that are no text are shown as such.
    let cut_off = cut.len() < bytes.len();
    let whole = text.strip_suffix(char::REPLACEMENT_CHARACTER).filter(|_| cut_off).unwrap_or(&text);
    let mut kept = whole.replace('\0', "\u{fffd}");
    // Each byte that is no text became three.
    kept.truncate(kept.floor_char_boundary(max));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_has_no_nul() {
        assert_eq!(kept("aé".as_bytes(), 2), "a");
        assert_eq!(kept("aé".as_bytes(), 3), "aé");
        assert_eq!(kept(b"a\0b", 10), "a\u{fffd}b");
        assert_eq!(kept(b"\xff\xfe", 10), "\u{fffd}\u{fffd}");
        let bytes = vec![0xff; BODY_BYTES_MAX * 2];
        assert!(kept(&bytes, BODY_BYTES_MAX).len() <= BODY_BYTES_MAX);
    }
}
