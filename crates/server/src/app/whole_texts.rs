//! The whole text of a message that had no room for it, as a file in its thread on Slack.
//!
//! Delivering leaves it with [`App::want_whole_text`] and never waits; `worker/post_whole_texts` calls [`App::post_whole_text`].
//! What cannot be uploaded is in the ledger all the same (`bellhop deliveries show`): nothing here is tried again.

use domain::notification::{WholeText, whole_text};
use domain::sns_message::SnsMessage;
use moka::sync::Cache;
use secrecy::SecretString;
use store::outbox::PendingDelivery;
use tokio::sync::mpsc;

use super::App;
use crate::outbound::slack::{NotUploaded, SlackChannelCall, Upload, UploadThread};

/// Texts that wait, of 256 KiB each at most.
const QUEUE_MAX: usize = 32;
/// A workspace whose token may not upload is not asked again for so long.
const OFF_MS: i64 = 60 * 60 * 1000;
const WORKSPACES_MAX: u64 = 10_000;

/// A text, and the message below which it belongs.
#[derive(Debug)]
pub struct WantedText {
    delivery: i64,
    text: WholeText,
    channel_id: String,
    thread_ts: String,
    bot_token: SecretString,
    scope: String,
}

/// Where texts wait, and which workspaces take none.
pub struct WholeTexts {
    queue: mpsc::Sender<WantedText>,
    off_until_ms: Cache<String, i64>,
}

/// The other end of the queue.
pub struct UnpostedTexts(mpsc::Receiver<WantedText>);

impl UnpostedTexts {
    pub async fn next(&mut self) -> Option<WantedText> {
        self.0.recv().await
    }
}

impl WholeTexts {
    pub fn new() -> (Self, UnpostedTexts) {
        let (queue, unposted) = mpsc::channel(QUEUE_MAX);
        (Self { queue, off_until_ms: Cache::new(WORKSPACES_MAX) }, UnpostedTexts(unposted))
    }

    fn is_off(&self, scope: &str, now_ms: i64) -> bool {
        self.off_until_ms.get(scope).is_some_and(|until_ms| now_ms < until_ms)
    }
}

impl App {
    /// Leaves the whole of a message that was posted cut, if there is room. Never waits.
    pub(super) fn want_whole_text(
        &self,
        call: &SlackChannelCall<'_>,
        delivery: &PendingDelivery,
        thread_ts: &str,
        scope: &str,
    ) {
        if self.whole_texts.is_off(scope, self.clock.now_ms()) || delivery.folds > 0 {
            return;
        }
        let (Ok(room), Ok(message)) =
            (self.whole_texts.queue.try_reserve(), SnsMessage::parse(delivery.body.as_bytes()))
        else {
            tracing::debug!(delivery = delivery.id, "the whole text of this message is in the ledger alone");
            return;
        };
        room.send(WantedText {
            delivery: delivery.id,
            text: whole_text(&message.message),
            channel_id: call.channel_id.to_owned(),
            thread_ts: thread_ts.to_owned(),
            bot_token: call.token.clone(),
            scope: scope.to_owned(),
        });
    }

    /// Uploads a text into its thread.
    pub async fn post_whole_text(&self, wanted: WantedText) {
        let WantedText { delivery, text, channel_id, thread_ts, bot_token, scope } = wanted;
        let now_ms = self.clock.now_ms();
        if self.whole_texts.is_off(&scope, now_ms) {
            return;
        }
        let file = Upload {
            name: text.file_name,
            content_type: "text/plain; charset=utf-8",
            alt_text: None,
            bytes: text.text.into_bytes(),
            thread: Some(UploadThread { channel_id: &channel_id, ts: Some(&thread_ts) }),
        };
        match self.slack.upload(&bot_token, file).await {
            Ok(_) => {}
            Err(NotUploaded::MissingScope) => {
                self.whole_texts.off_until_ms.insert(scope.clone(), now_ms.saturating_add(OFF_MS));
                tracing::warn!(
                    workspace = scope,
                    "no files of long messages for an hour: give the Slack app the scope `files:write` and reinstall it"
                );
            }
            Err(reason) => {
                tracing::warn!(
                    delivery,
                    %reason,
                    "the whole text is not in its thread; `bellhop deliveries show {delivery}` has it"
                );
            }
        }
    }
}
