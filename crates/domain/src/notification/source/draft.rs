//! What a source's reader has to say of a message; [`Draft::card`] adds what every card has.
//!
//! The readers of sources build it, in the order in which a person who was woken asks: what happened, to what, why, then the
//! numbers. What was not said is left out: every method takes an `Option` as it comes from [`super::fields::Fields`]. Values
//! that look like a secret whatever their name are hidden here, so no reader can forget it.

use std::borrow::Cow;

use super::event::Event;
use super::sensitive::shown;
use crate::notification::arn::Arn;
use crate::notification::picture::MetricGraph;
use crate::notification::triage::key;
use crate::notification::{About, Card, Fact, Incoming, Link, Moment, Part, Place, Severity, Source, Text, Thread};

/// Facts, resources and links that a card takes.
const FACTS: usize = 16;
const RESOURCES: usize = 5;
const LINKS: usize = 3;

/// A card in the making.
pub struct Draft {
    severity: Severity,
    headline: String,
    gist: Option<String>,
    body: Vec<Part>,
    facts: Vec<Fact>,
    /// Below the facts: what only some will read.
    details: Vec<Part>,
    next_steps: Vec<Text>,
    links: Vec<Link>,
    thread: Option<Thread>,
    place: Option<Place>,
    /// When it happened, and under which word.
    since: Option<(&'static str, Moment)>,
    about: About,
    picture: Option<MetricGraph>,
    shows_resources: bool,
}

impl Draft {
    /// `headline` says what happened to what, in one line: `Pipeline web-prod: FAILED`, with the state as AWS spells it.
    pub fn new(severity: Severity, headline: impl Into<String>) -> Self {
        Self {
            severity,
            headline: shown(headline.into()),
            gist: None,
            body: Vec::new(),
            facts: Vec::new(),
            details: Vec::new(),
            next_steps: Vec::new(),
            links: Vec::new(),
            thread: None,
            place: None,
            since: None,
            about: About::default(),
            picture: None,
            shows_resources: false,
        }
    }

    /// The one thing more that a phone's push line should say: a stage, a reason, an amount.
    pub fn gist<'a>(mut self, gist: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.gist = gist.map(|gist| shown(gist.into().into_owned()));
        self
    }

    /// The name of the thing, for rules: alarm, pipeline, stack, instance.
    pub fn subject<'a>(mut self, subject: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.about.subject = subject.map(|subject| subject.into().into_owned());
        self
    }

    /// The new state as AWS spells it, for rules.
    pub fn state<'a>(mut self, state: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.about.state = state.map(|state| state.into().into_owned());
        self
    }

    /// `EventBridge`'s source and detail-type of what came in another shape, so that rules match both.
    pub fn origin(mut self, origin: &str, kind: &str) -> Self {
        origin.clone_into(&mut self.about.origin);
        kind.clone_into(&mut self.about.kind);
        self
    }

    /// ARNs that the message is about, for rules; an event's own are known.
    pub fn resources<'a>(mut self, resources: impl IntoIterator<Item = &'a str>) -> Self {
        self.about.resources.extend(resources.into_iter().map(str::to_owned));
        self
    }

    /// A short labelled value in words.
    pub fn fact<'a>(self, label: &str, value: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.labelled(label, value.map(|value| Text::Plain(shown(value.into().into_owned()))))
    }

    /// A labelled identifier, to be copied; an ARN is shown by its resource.
    pub fn code<'a>(self, label: &str, value: Option<impl Into<Cow<'a, str>>>) -> Self {
        let face = |value: String| if Arn::parse(&value).is_some() { Text::Arn(value) } else { Text::Code(value) };
        self.labelled(label, value.map(|value| face(shown(value.into().into_owned()))))
    }

    /// A labelled point in time, as AWS writes it.
    pub fn time<'a>(self, label: &str, value: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.labelled(label, value.map(|value| Text::Time(Moment::parse(&value.into()))))
    }

    /// A labelled value.
    pub fn labelled(mut self, label: &str, value: Option<Text>) -> Self {
        if let (Some(value), true) = (value, self.facts.len() < FACTS) {
            self.facts.push(Fact::new(label, value));
        }
        self
    }

    /// Prose, above the facts.
    pub fn paragraph<'a>(mut self, title: Option<&str>, text: Option<impl Into<Cow<'a, str>>>) -> Self {
        if let Some(text) = text {
            let text = Text::Plain(shown(text.into().into_owned()));
            self.body.push(Part::Paragraph { title: title.map(str::to_owned), text });
        }
        self
    }

    /// A list, above the facts; `left_out` counts what was not taken into it.
    pub fn bullets(mut self, title: &str, items: Vec<Text>, left_out: usize) -> Self {
        if !items.is_empty() {
            self.body.push(Part::Bullets { title: Some(title.to_owned()), items, left_out });
        }
        self
    }

    /// Any part, above the facts.
    pub fn part(mut self, part: Option<Part>) -> Self {
        self.body.extend(part);
        self
    }

    /// Any part, below the facts.
    pub fn detail(mut self, part: Option<Part>) -> Self {
        self.details.extend(part);
        self
    }

    /// What somebody should do now.
    pub fn next_step(mut self, step: impl Into<String>) -> Self {
        self.next_steps.push(Text::Plain(step.into()));
        self
    }

    /// The page to open; the first is the most useful.
    pub fn link(mut self, link: Option<Link>) -> Self {
        self.links.extend(link);
        self
    }

    /// What is drawn beside the words, later.
    pub fn picture(mut self, picture: Option<MetricGraph>) -> Self {
        self.picture = picture;
        self
    }

    /// The conversation that the message belongs to, by what is the same in all messages of the matter (the execution's id,
    /// not the pipeline's name); `ended` says how it went, once it is over.
    pub fn thread(mut self, key_parts: &[&str], ended: Option<&str>) -> Self {
        self.thread = Some(Thread { key: key(key_parts), summary: None, ended: ended.map(str::to_owned) });
        self
    }

    /// Where it happened, if the envelope or the topic does not say so.
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// When it happened, if the envelope does not say so: `Since`, `Started`, `Time`.
    pub fn since<'a>(mut self, label: &'static str, moment: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.since = moment.map(|moment| (label, Moment::parse(&moment.into())));
        self
    }

    /// Lists the event's resources: for events that are about nothing else by name.
    pub fn with_resources(mut self) -> Self {
        self.shows_resources = true;
        self
    }

    /// The card of an event: place, time and resources are the envelope's.
    pub fn card_of_event(mut self, source: Source, event: &Event<'_>) -> Card {
        let Self { place, since, about, .. } = &mut self;
        if place.is_none() {
            *place = Some(event.place());
        }
        if since.is_none() {
            *since = event.time().map(|time| ("Time", time));
        }
        let mut of_event = event.about();
        of_event.resources.append(&mut about.resources);
        *about = About { state: about.state.take(), subject: about.subject.take(), ..of_event };
        if self.shows_resources {
            let items: Vec<Text> =
                event.resources.iter().take(RESOURCES).map(|arn| Text::Arn((*arn).to_owned())).collect();
            let left_out = event.resources.len() - items.len();
            self = self.bullets("Resources", items, left_out);
        }
        self.card(source, event.incoming)
    }

    /// The card of a message of another shape: place and time are the topic's unless the draft has its own.
    pub fn card(mut self, source: Source, incoming: &Incoming<'_>) -> Card {
        let place = self.place.take().unwrap_or_else(|| incoming.topic_place());
        self.facts.extend(place.facts());
        if let Some((label, moment)) = self.since.take().filter(|(_, moment)| !moment.is_blank()) {
            self.facts.push(Fact::new(label, Text::Time(moment)));
        }
        if !self.next_steps.is_empty() {
            let items = std::mem::take(&mut self.next_steps);
            self.body.push(Part::Bullets { title: Some("What to do".to_owned()), items, left_out: 0 });
        }
        if !self.facts.is_empty() {
            self.body.push(Part::Facts(self.facts));
        }
        self.body.append(&mut self.details);
        self.links.dedup();
        self.links.truncate(LINKS);
        Card {
            source,
            severity: self.severity,
            headline: Text::Plain(self.headline),
            gist: self.gist.map(Text::Plain),
            place,
            body: self.body,
            links: self.links,
            footer: incoming.footer(),
            sent: incoming.sent(),
            thread: self.thread,
            about: self.about,
            mentions: Vec::new(),
            picture: self.picture,
            controls: Vec::new(),
        }
    }
}
