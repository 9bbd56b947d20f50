//! A picture in a message that a bot has posted: the bytes stand in the card itself, so the card's limits are the picture's.
//!
//! The server puts it in after the message is out, as often as the message changes. A message's words are worth more than its
//! picture: nothing is ever cut for one.
//!
//! That a card of Teams may hold its image: <https://adaptivecards.microsoft.com/?topic=Image> ("Base64-encoded images").

use std::fmt;

use serde_json::{Value, json};

use super::elements::{clean_line, cost, scaled};
use super::{TeamsMessage, limits};

/// Our own bound, below any: what a screen reader reads out.
const ALT_TEXT: usize = 1_000;
/// Left free for what a thread adds to its first message later, so that an update seldom costs the picture.
const UPDATE_COST: usize = 3_000;
const PREFIX: &str = "data:image/png;base64,";

/// A PNG as a data URI.
#[derive(Clone, PartialEq, Eq)]
pub struct TeamsPicture {
    url: String,
    alt_text: String,
}

impl TeamsPicture {
    /// `None` if `url` is no data URI of a PNG. `alt_text` says the same in words.
    pub fn new(url: &str, alt_text: &str) -> Option<Self> {
        let is_base64 = |data: &str| data.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
        url.strip_prefix(PREFIX).filter(|data| !data.is_empty() && is_base64(data))?;
        let words = clean_line(alt_text, ALT_TEXT);
        let alt_text = if words.is_empty() { "Graph".to_owned() } else { words };
        Some(Self { url: url.to_owned(), alt_text })
    }

    /// Of a PNG's bytes in base64.
    pub fn of_base64(png: &str, alt_text: &str) -> Option<Self> {
        Self::new(&format!("{PREFIX}{png}"), alt_text)
    }

    /// The data URI.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn alt_text(&self) -> &str {
        &self.alt_text
    }

    fn element(&self) -> Value {
        json!({"type": "Image", "url": self.url, "altText": self.alt_text, "size": "Stretch", "spacing": "Medium"})
    }
}

/// Its bytes are of no use in a log.
impl fmt::Debug for TeamsPicture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TeamsPicture")
            .field("bytes", &self.url.len())
            .field("alt_text", &self.alt_text)
            .finish()
    }
}

impl TeamsMessage {
    /// The same message with a picture below its headline. `None` if it would be larger than Teams takes.
    #[must_use]
    pub fn with_picture(&self, picture: &TeamsPicture) -> Option<Self> {
        let element = picture.element();
        if cost(&element) > self.room() {
            return None;
        }
        let mut message = self.clone();
        let body = message.attachments.first_mut()?.pointer_mut("/content/body")?.as_array_mut()?;
        let headline = body.iter().position(|element| element["type"] == "Container")?;
        body.insert(headline + 1, element);
        Some(message)
    }

    /// How many bytes of PNG go into it, beside these words and what a thread may add later.
    pub fn picture_bytes_max(&self, alt_text: &str) -> usize {
        // The least base64 there is; what it takes itself is of no matter.
        let Some(empty) = TeamsPicture::of_base64("AAAA", alt_text) else { return 0 };
        let room = self.room().saturating_sub(UPDATE_COST + cost(&empty.element()));
        // Base64 is ASCII, of which UTF-16 makes two bytes each: the tighter limit.
        let characters = room * limits::MESSAGE_UTF16_BYTES / (2 * limits::MESSAGE_UTF8_BYTES);
        characters / 4 * 3
    }

    /// What is left of the limits, as [`cost`] counts it, with a bot's request around the message.
    fn room(&self) -> usize {
        let envelope = scaled(limits::ENVELOPE_UTF8_BYTES);
        let taken = serde_json::to_value(self).map_or(usize::MAX, |message| cost(&message));
        limits::MESSAGE_UTF8_BYTES.saturating_sub(envelope).saturating_sub(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::render::teams::message;
    use crate::notification::{AccountNames, Incoming, card};

    fn said(text: &str) -> TeamsMessage {
        message(&card(&Incoming {
            topic_arn: "arn:aws:sns:eu-west-1:123456789012:alarms",
            subject: None,
            message: text,
            timestamp: "2026-11-22T12:00:00.000Z",
            account_names: AccountNames::NONE,
        }))
    }

    fn picture(bytes: usize, alt_text: &str) -> TeamsPicture {
        TeamsPicture::of_base64(&"iVBO".repeat(bytes.div_ceil(3)), alt_text).unwrap()
    }

    #[test]
    fn it_stands_below_the_headline_and_says_itself_in_words() {
        let shown = said("hello").with_picture(&picture(900, " Graph of CPU\u{202e}\nfrom 9 to 12 ")).unwrap();
        let body = &shown.attachments[0]["content"]["body"];
        assert_eq!(body[0]["type"], "Container");
        assert_eq!((&body[1]["type"], &body[1]["altText"]), (&json!("Image"), &json!("Graph of CPU from 9 to 12")));
        assert!(body[1]["url"].as_str().unwrap().starts_with("data:image/png;base64,iVBO"));
        let mut without = shown.clone();
        without.attachments[0]["content"]["body"].as_array_mut().unwrap().remove(1);
        assert_eq!(without, said("hello"), "nothing else changes");
    }

    /// Microsoft's numbers once more, with the largest picture that goes in.
    #[test]
    fn the_largest_picture_keeps_the_limits_and_one_byte_more_does_not_go_in() {
        for text in ["hello".to_owned(), "€ \"x\" 😀 ".repeat(500), "word ".repeat(1_200)] {
            let message = said(&text);
            let fits = |bytes: usize| message.with_picture(&picture(bytes, "Graph €"));
            let (mut least, mut most) = (0, 60_000);
            while most - least > 3 {
                let middle = usize::midpoint(least, most);
                if fits(middle).is_some() { least = middle } else { most = middle }
            }
            let json = serde_json::to_string(&fits(least).unwrap()).unwrap();
            assert!(json.len() + 500 <= 28_000 && json.encode_utf16().count() * 2 + 1_000 <= 40_000, "{}", json.len());
            // Where one limit is the tighter of words and picture alike.
            let is_full = json.encode_utf16().count() > 19_000 || !text.is_ascii();
            assert!(is_full, "no room is wasted: {}", json.len());
            let asked = message.picture_bytes_max("Graph €");
            assert!(asked < least && least - asked < 1_800, "{asked} of {least}, less what a thread adds");
        }
    }

    #[test]
    fn a_message_that_is_full_has_no_picture() {
        let message = said(&"x".repeat(60_000));
        assert_eq!(message.picture_bytes_max("Graph"), 0);
        assert_eq!(message.with_picture(&picture(2_000, "Graph")), None);
    }

    #[test]
    fn only_a_png_in_base64_is_a_picture() {
        for url in ["", "F0FILE", "https://x.example/a.png", "data:image/png;base64,", "data:image/png;base64,a\"b"] {
            assert_eq!(TeamsPicture::new(url, "Graph"), None, "{url}");
        }
        assert!(!format!("{:?}", picture(300, "Graph")).contains("iVBO"));
    }
}
