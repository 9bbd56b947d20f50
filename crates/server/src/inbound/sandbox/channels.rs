//! The sandbox's channels and their messages, in memory. Written by `posting.rs` and by what people do (`speech.rs`), read by
//! `viewer.rs`.
//!
//! It gives out Slack's `ts`, finds messages by it and forgets the oldest. It never judges what a message says.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::people::{BOT_ID, BOT_USER_ID};

/// Messages kept in a channel; the oldest goes first.
const MESSAGES_PER_CHANNEL_MAX: usize = 1_000;
/// Channels kept; the one that has been idle longest goes first.
const CHANNELS_MAX: usize = 200;
/// Real channel ids have 9 to 11 characters. Ours may be words, but not novels.
const CHANNEL_ID_MAX_CHARS: usize = 40;
/// Between two messages of one moment (assumed: Slack's own look like `1503435956.000247`, and say nothing of their steps).
const TS_STEP_US: u64 = 100;

/// Slack's `ts`: the id of a message in its channel and the time it was posted. `"1700000000.000100"` is seconds and
/// microseconds; always written with six decimals, so that text order is time order from 2001 to 2286.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ts(u64);

impl fmt::Display for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl Serialize for Ts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is no `ts`.
#[derive(Debug, PartialEq, Eq)]
pub struct NotATs;

impl FromStr for Ts {
    type Err = NotATs;

    fn from_str(text: &str) -> Result<Self, NotATs> {
        let (seconds, micros) = text.split_once('.').ok_or(NotATs)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        // Fewer decimals come from clients that sent a number; Slack takes them (slackapi/python-slack-sdk#840).
        if !digits(seconds) || !digits(micros) || !(1..=12).contains(&seconds.len()) || !(1..=6).contains(&micros.len())
        {
            return Err(NotATs);
        }
        let seconds: u64 = seconds.parse().map_err(|_| NotATs)?;
        let micros: u64 = format!("{micros:0<6}").parse().map_err(|_| NotATs)?;
        Ok(Self(seconds * 1_000_000 + micros))
    }
}

/// A message as the sandbox shows it (`GET /sandbox/messages`): users' own tests assert on this shape. Every key is
/// always there.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    pub channel: String,
    pub ts: Ts,
    /// The `ts` of the message that this one replies to; null for a message of the channel itself.
    pub thread_ts: Option<Ts>,
    /// Whether a reply is shown in the channel, too.
    pub reply_broadcast: bool,
    pub user: String,
    /// Null for what a person said.
    pub bot_id: Option<String>,
    /// Who alone sees it, of an ephemeral message; null for everybody.
    pub ephemeral_to: Option<String>,
    /// As sent: Slack's mrkdwn, with `&amp;`, `&lt;` and `&gt;` left escaped.
    pub text: String,
    /// As sent; empty if none.
    pub blocks: Vec<Value>,
    /// As sent; empty if none.
    pub attachments: Vec<Value>,
    pub metadata: Option<Value>,
    /// Set by `chat.update`. (Slack hides its mark if the message has blocks; the sandbox always tells.)
    pub edited: Option<Edited>,
}

impl Message {
    /// An empty one of the app's bot; [`Channels::next_ts`] gives it its `ts`.
    pub fn of_the_bot(channel: &str, thread_ts: Option<Ts>) -> Self {
        Self { bot_id: Some(BOT_ID.to_owned()), ..Self::of_a_person(BOT_USER_ID, channel, thread_ts) }
    }

    /// An empty one of a person.
    pub fn of_a_person(user: &str, channel: &str, thread_ts: Option<Ts>) -> Self {
        Self {
            channel: channel.to_owned(),
            ts: Ts::default(),
            thread_ts,
            reply_broadcast: false,
            user: user.to_owned(),
            bot_id: None,
            ephemeral_to: None,
            text: String::new(),
            blocks: Vec::new(),
            attachments: Vec::new(),
            metadata: None,
            edited: None,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Edited {
    pub user: String,
    pub ts: Ts,
}

/// A channel as `GET /sandbox/channels` shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ChannelSummary {
    pub id: String,
    pub name: String,
    pub is_private: bool,
    pub messages: usize,
    pub latest_ts: Option<Ts>,
}

/// What [`Channels::select`] picks. `Default` is everything.
#[derive(Default)]
pub struct Selection<'a> {
    pub channel: Option<&'a str>,
    /// The thread's first message and its replies.
    pub thread_ts: Option<Ts>,
    /// Only messages posted after this one.
    pub since: Option<Ts>,
    /// The newest so many of what is left.
    pub limit: Option<usize>,
}

#[derive(Default)]
pub struct Channels {
    by_id: BTreeMap<String, Channel>,
    /// The youngest `ts` given out: unique over all channels, although Slack promises it per channel only.
    last_ts: Ts,
    /// Counts uses, to find the channel that has been idle longest.
    uses: u64,
}

#[derive(Default)]
struct Channel {
    /// Oldest first.
    messages: VecDeque<Arc<Message>>,
    last_use: u64,
}

/// Whether the sandbox has the channel. A workspace's channels are whatever a configuration names: any id of the
/// right form exists. `C` public, `G` private, `D` direct.
pub fn is_channel_id(id: &str) -> bool {
    let mut bytes = id.bytes();
    id.len() <= CHANNEL_ID_MAX_CHARS
        && id.len() >= 3
        && matches!(bytes.next(), Some(b'C' | b'G' | b'D'))
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The name that the sandbox makes up for a channel: `C0ALERTS` is `alerts`, any other id is itself in lower case.
pub fn channel_name(id: &str) -> String {
    let word = id.strip_prefix("C0").filter(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_uppercase()));
    word.unwrap_or(id).to_ascii_lowercase()
}

impl Channels {
    /// Makes the channel known; true if it was not.
    pub fn touch(&mut self, id: &str) -> bool {
        self.uses += 1;
        let is_new = !self.by_id.contains_key(id);
        if is_new && self.by_id.len() >= CHANNELS_MAX {
            let idle = self.by_id.iter().min_by_key(|(_, channel)| channel.last_use).map(|(id, _)| id.clone());
            idle.and_then(|id| self.by_id.remove(&id));
        }
        self.by_id.entry(id.to_owned()).or_default().last_use = self.uses;
        is_new
    }

    /// A `ts` that no message has had, `now_us` or a little later.
    pub fn next_ts(&mut self, now_us: u64) -> Ts {
        self.last_ts = Ts(now_us.max(self.last_ts.0 + TS_STEP_US));
        self.last_ts
    }

    /// Keeps the message, whose `ts` came from [`Self::next_ts`].
    pub fn post(&mut self, message: Message) -> Arc<Message> {
        let message = Arc::new(message);
        self.touch(&message.channel);
        if let Some(channel) = self.by_id.get_mut(&message.channel) {
            if channel.messages.len() >= MESSAGES_PER_CHANNEL_MAX {
                channel.messages.pop_front();
            }
            channel.messages.push_back(Arc::clone(&message));
        }
        message
    }

    /// Changes a message in place; `None` if there is none.
    pub fn update(&mut self, channel: &str, ts: Ts, change: impl FnOnce(&mut Message)) -> Option<Arc<Message>> {
        let channel = self.by_id.get_mut(channel)?;
        let position = channel.messages.binary_search_by_key(&ts, |message| message.ts).ok()?;
        let message = channel.messages.get_mut(position)?;
        change(Arc::make_mut(message));
        Some(Arc::clone(message))
    }

    /// Takes a message away; false if there is none.
    pub fn remove(&mut self, channel: &str, ts: Ts) -> bool {
        let Some(channel) = self.by_id.get_mut(channel) else { return false };
        let position = channel.messages.binary_search_by_key(&ts, |message| message.ts).ok();
        position.is_some_and(|position| channel.messages.remove(position).is_some())
    }

    pub fn get(&self, channel: &str, ts: Ts) -> Option<&Message> {
        let messages = &self.by_id.get(channel)?.messages;
        let position = messages.binary_search_by_key(&ts, |message| message.ts).ok()?;
        messages.get(position).map(Arc::as_ref)
    }

    /// Whether there is a thread below a message that everybody sees.
    pub fn has_replies(&self, channel: &str, ts: Ts) -> bool {
        let messages = self.by_id.get(channel).map(|channel| &channel.messages);
        let is_reply = |message: &Arc<Message>| message.thread_ts == Some(ts) && message.ephemeral_to.is_none();
        messages.is_some_and(|messages| messages.iter().any(is_reply))
    }

    /// Oldest first.
    pub fn select(&self, selection: &Selection<'_>) -> Vec<Arc<Message>> {
        let channels = self.by_id.iter().filter(|(id, _)| selection.channel.is_none_or(|wanted| wanted == *id));
        let wanted = |message: &&Arc<Message>| {
            selection.since.is_none_or(|since| message.ts > since)
                && selection.thread_ts.is_none_or(|thread| message.ts == thread || message.thread_ts == Some(thread))
        };
        let mut messages: Vec<_> =
            channels.flat_map(|(_, channel)| channel.messages.iter().filter(wanted)).cloned().collect();
        messages.sort_by_key(|message| message.ts);
        if let Some(limit) = selection.limit {
            messages.drain(..messages.len().saturating_sub(limit));
        }
        messages
    }

    pub fn summary(&self, id: &str) -> Option<ChannelSummary> {
        let channel = self.by_id.get(id)?;
        Some(ChannelSummary {
            id: id.to_owned(),
            name: channel_name(id),
            is_private: !id.starts_with('C'),
            messages: channel.messages.len(),
            latest_ts: channel.messages.back().map(|message| message.ts),
        })
    }

    /// In the order of their ids.
    pub fn summaries(&self) -> Vec<ChannelSummary> {
        self.by_id.keys().filter_map(|id| self.summary(id)).collect()
    }

    /// Forgets the messages of one channel or of all, and says how many. The channels stay known.
    pub fn clear(&mut self, channel: Option<&str>) -> usize {
        let cleared = self.by_id.iter_mut().filter(|(id, _)| channel.is_none_or(|wanted| wanted == *id));
        cleared.map(|(_, channel)| channel.messages.drain(..).count()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(channels: &mut Channels, channel: &str, now_us: u64) -> Arc<Message> {
        let ts = channels.next_ts(now_us);
        channels.post(Message { ts, ..Message::of_a_person("U0ANNA", channel, None) })
    }

    #[test]
    fn ts_is_written_and_read_as_slack_does() {
        let ts: Ts = "1700000000.000100".parse().unwrap();
        assert_eq!(ts.to_string(), "1700000000.000100");
        assert_eq!("1602251441.0017".parse::<Ts>().unwrap().to_string(), "1602251441.001700");
        for bad in ["", "0", "1700000000", "1700000000.", ".000100", "1.0000001", "-1.0", "1e9.0", "9999999999999.0"] {
            assert_eq!(bad.parse::<Ts>(), Err(NotATs), "{bad}");
        }
    }

    #[test]
    fn ts_increases_although_the_clock_stands_still_or_goes_back() {
        let mut channels = Channels::default();
        let given: Vec<Ts> = [1_000_000, 1_000_000, 5, 2_000_000].map(|now| channels.next_ts(now)).into();
        assert!(given.is_sorted_by(|a, b| a < b), "{given:?}");
        assert_eq!(given.last().unwrap().to_string(), "0000000002.000000");
    }

    #[test]
    fn the_oldest_message_and_the_idlest_channel_go_first() {
        let mut channels = Channels::default();
        let first = message(&mut channels, "C0", 1);
        for _ in 0..MESSAGES_PER_CHANNEL_MAX {
            message(&mut channels, "C0", 1);
        }
        assert_eq!(channels.summary("C0").unwrap().messages, MESSAGES_PER_CHANNEL_MAX);
        assert!(channels.get("C0", first.ts).is_none());
        for number in 1..CHANNELS_MAX {
            channels.touch(&format!("C{number}"));
        }
        channels.touch("C0");
        channels.touch("CNEW");
        assert_eq!(channels.summaries().len(), CHANNELS_MAX);
        assert!(channels.summary("C0").is_some() && channels.summary("C1").is_none());
    }

    #[test]
    fn names_are_made_of_ids() {
        assert_eq!(channel_name("C0ALERTS"), "alerts");
        assert_eq!(channel_name("C012AB3CD"), "c012ab3cd");
        assert_eq!(channel_name("G0SECRET"), "g0secret");
        assert!(["CAB", "G01", "D0ME"].iter().all(|id| is_channel_id(id)));
        assert!(
            ["", "C", "CA", "U0AB", "c0ab", "C0-A", "#alerts", &"C".repeat(41)].iter().all(|id| !is_channel_id(id))
        );
    }
}
