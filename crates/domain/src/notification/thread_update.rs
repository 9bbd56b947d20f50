//! The first message of a thread as it reads after a newer one joined: the state of the matter on top, all that the message said
//! below.
//!
//! The worker that delivers makes it, the renderers of platforms with threads draw it. Where AWS documents the words ("Latest
//! Update", "Update Summary") they are AWS's; how a matter that is over reads is ours.

use std::borrow::Cow;

use super::duration::to_the_minute;
use super::text::is_blank;
use super::{Card, Moment, Severity, Source, Text};
use crate::delivery::ThreadUpdates;

/// A thread's first message, and what is new.
#[derive(Debug, Clone, Copy)]
pub struct ThreadUpdate<'a> {
    /// The first message, as it was made.
    pub parent: &'a Card,
    /// The message that joined.
    pub latest: &'a Card,
    /// How long the matter took, if it is over and that is known.
    pub took_ms: Option<i64>,
    /// Where this thread's replies show, which its first message says.
    pub updates: ThreadUpdates,
}

/// The summary of the newest message.
pub(super) enum Summary<'a> {
    /// The sender's own words.
    Said(&'a str),
    /// Headline and gist of a custom notification without one, whose headline stands nowhere else.
    OfCard(&'a Card),
    /// What is to be said beside the headline, which stands above.
    Gist(&'a Text),
}

impl<'a> ThreadUpdate<'a> {
    /// The card whose headline, colour and push line the message has now. A custom notification says nothing of how bad it is and
    /// names itself; the first one's title stays, as in AWS's own.
    pub(super) fn shown(&self) -> Cow<'a, Card> {
        if self.is_native() {
            return Cow::Borrowed(self.parent);
        }
        let gist = self.over().map(Text::Plain).or_else(|| self.latest.gist.clone());
        let (severity, headline) = (self.latest.severity, self.latest.headline.clone());
        Cow::Owned(Card { severity, headline, gist, ..self.parent.clone() })
    }

    /// The newest message is in the chat client's own markdown.
    pub(super) fn is_native(&self) -> bool {
        self.latest.source == Source::CUSTOM_NOTIFICATION
    }

    /// The first message's own headline, where another stands above it now.
    pub(super) fn first_headline(&self) -> Option<(Severity, &'a Text)> {
        let is_changed = !self.is_native() && self.latest.headline != self.parent.headline;
        is_changed.then_some((self.parent.severity, &self.parent.headline))
    }

    /// `Resolved after 12 min`, if the matter is over.
    pub(super) fn over(&self) -> Option<String> {
        let word = self.latest.thread.as_ref()?.ended.as_deref().filter(|word| !is_blank(word))?;
        Some(match self.took_ms.filter(|took_ms| *took_ms > 0) {
            Some(took_ms) => format!("{word} after {}", to_the_minute(took_ms)),
            None => word.to_owned(),
        })
    }

    /// When the newest message was published.
    pub(super) fn at(&self) -> &'a Moment {
        &self.latest.sent
    }

    /// What the newest message says. What went well needs no more words than that it is over.
    pub(super) fn summary(&self) -> Option<Summary<'a>> {
        let thread = self.latest.thread.as_ref();
        match thread.and_then(|thread| thread.summary.as_deref()) {
            Some(text) => Some(Summary::Said(text)),
            None if self.is_native() => Some(Summary::OfCard(self.latest)),
            None if self.over().is_some() && self.latest.severity <= Severity::Good => None,
            None => self.latest.gist.as_ref().map(Summary::Gist),
        }
    }

    /// What the small print adds.
    pub(super) fn note(&self) -> &'static str {
        match self.updates {
            ThreadUpdates::ThreadOnly => "updates in this thread only",
            ThreadUpdates::Both => "updates in this thread and the channel",
        }
    }
}
