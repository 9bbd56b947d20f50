//! What the table knows of a source: how its messages are told apart, and who reads them.

use super::draft::Draft;
use super::event::Event;
use super::fields::Object;
use crate::notification::triage::Triage;
use crate::notification::{Incoming, Source};

/// One source. Each file under `source/` exports its own as `ENTRY`.
pub struct Entry {
    pub source: Source,
    /// What AWS calls it: `AWS CodePipeline`.
    pub service: &'static str,
    /// `EventBridge`'s `source` of its events: `aws.codepipeline`. No two entries name the same.
    pub origins: &'static [&'static str],
    /// Detail-types that are its own whatever the event's `source`: `AWS API Call via CloudTrail`.
    pub detail_types: &'static [&'static str],
    /// Its calls recorded by `CloudTrail` are its events, so it is asked before the reader of calls.
    pub reads_calls: bool,
    pub event: Option<EventReader>,
    /// Its messages that are JSON in another shape.
    pub object: Option<ObjectReader>,
    /// Its messages that are text.
    pub text: Option<TextReader>,
}

/// Reads and triages events. `None`: the generic reader's, or of no urgency and like no other.
#[derive(Clone, Copy)]
pub struct EventReader {
    pub read: fn(&Event<'_>) -> Option<Draft>,
    pub triage: fn(&Event<'_>) -> Option<Triage>,
}

/// Reads and triages JSON objects of one shape. `claims` must be false for any other shape of the table.
#[derive(Clone, Copy)]
pub struct ObjectReader {
    pub claims: fn(&Object) -> bool,
    pub read: fn(&Object, &Incoming<'_>) -> Draft,
    pub triage: fn(&Object, &Incoming<'_>) -> Option<Triage>,
}

/// Reads text of one shape. `claims` must be cheap: every text is shown to every reader.
#[derive(Clone, Copy)]
pub struct TextReader {
    pub claims: fn(&str) -> bool,
    pub read: fn(&str, &Incoming<'_>) -> Draft,
}

impl Entry {
    pub const fn new(name: &'static str, service: &'static str) -> Self {
        Self {
            source: Source::named(name),
            service,
            origins: &[],
            detail_types: &[],
            reads_calls: false,
            event: None,
            object: None,
            text: None,
        }
    }

    pub const fn events(mut self, origins: &'static [&'static str], read: fn(&Event<'_>) -> Option<Draft>) -> Self {
        self.origins = origins;
        self.event = Some(EventReader { read, triage: |_| None });
        self
    }

    pub const fn detail_types(mut self, types: &'static [&'static str], read: fn(&Event<'_>) -> Option<Draft>) -> Self {
        self.detail_types = types;
        self.event = Some(EventReader { read, triage: |_| None });
        self
    }

    /// It has no events but its recorded calls. What its reader gives up goes on to the reader of calls.
    pub const fn reading_calls(mut self) -> Self {
        self.reads_calls = true;
        self
    }

    /// How urgent its events are and what they are alike. After [`Entry::events`].
    pub const fn triaged(mut self, triage: fn(&Event<'_>) -> Option<Triage>) -> Self {
        if let Some(EventReader { read, .. }) = self.event {
            self.event = Some(EventReader { read, triage });
        }
        self
    }

    pub const fn objects(mut self, claims: fn(&Object) -> bool, read: fn(&Object, &Incoming<'_>) -> Draft) -> Self {
        self.object = Some(ObjectReader { claims, read, triage: |_, _| None });
        self
    }

    /// How urgent its objects are and what they are alike. After [`Entry::objects`].
    pub const fn objects_triaged(mut self, triage: fn(&Object, &Incoming<'_>) -> Option<Triage>) -> Self {
        if let Some(ObjectReader { claims, read, .. }) = self.object {
            self.object = Some(ObjectReader { claims, read, triage });
        }
        self
    }

    pub const fn texts(mut self, claims: fn(&str) -> bool, read: fn(&str, &Incoming<'_>) -> Draft) -> Self {
        self.text = Some(TextReader { claims, read });
        self
    }
}
