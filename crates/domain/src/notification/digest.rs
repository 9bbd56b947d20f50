//! Many messages as one card: what a channel gets instead of a queue that would keep it busy for an hour.
//!
//! The worker that delivers calls it when a backlog was folded. Nothing is dropped by it: the card says how to list what it
//! stands for.

use std::fmt::Write as _;

use super::mention::add_mentions;
use super::text::first_line;
use super::{About, Arn, Card, Fact, Moment, Part, Place, Severity, Source, Text};

/// Messages that were folded into one delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    /// The delivery that stands for them.
    pub delivery_id: i64,
    /// How many they are.
    pub total: u64,
    /// How many of each topic, in any order.
    pub topics: Vec<DigestTopic>,
    /// When the first and the last of them were accepted.
    pub first_at_ms: i64,
    pub last_at_ms: i64,
    /// The cards of some of them, best the newest of each topic, in any order.
    pub newest: Vec<Card>,
}

/// A topic's share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestTopic {
    pub topic_arn: String,
    pub count: u64,
}

/// Titles that a digest shows, topics that its headline and its list name, cards that it looks at, characters of a title and
/// of a topic's name (SNS allows 256).
const TITLES_SHOWN: usize = 10;
const TOPICS_IN_HEADLINE: usize = 2;
const TOPICS_SHOWN: usize = 10;
const CARDS_READ: usize = 1_000;
const TITLE_LENGTH: usize = 160;
const TOPIC_LENGTH: usize = 60;

/// Makes the card: how many of what and when, the most severe of them by title, and the command that lists them all.
pub fn digest(digest: &Digest) -> Card {
    let mut topics: Vec<&DigestTopic> = digest.topics.iter().collect();
    topics.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.topic_arn.cmp(&b.topic_arn)));
    let severity = cards(digest).map(|card| card.severity).max().unwrap_or(Severity::Neutral);
    let titles = titles(digest);
    let gist = titles.first().map(Title::line);
    // A hundred warnings that each call nobody twice would call together: what is worth waking up for calls, once.
    let mut mentions = Vec::new();
    let critical = cards(digest).filter(|card| card.severity == Severity::Critical);
    add_mentions(&mut mentions, critical.flat_map(|card| &card.mentions));
    Card {
        source: Source::DIGEST,
        severity,
        headline: Text::Plain(format!("{}, {}", counts(digest.total, &topics), span(digest))),
        gist,
        place: place(&topics),
        body: body(digest, &topics, &titles),
        links: Vec::new(),
        footer: "Folded into one message because the channel had fallen behind · delivered by Bellhop".to_owned(),
        sent: Moment::from_unix_ms(digest.last_at_ms),
        thread: None,
        about: About { origin: "bellhop".to_owned(), kind: "digest".to_owned(), ..About::default() },
        mentions,
        picture: None,
        controls: Vec::new(),
    }
}

fn cards(digest: &Digest) -> impl Iterator<Item = &Card> {
    digest.newest.iter().take(CARDS_READ)
}

/// `37 more from topic alarms, 12 from deploys and 5 from 2 other topics`.
fn counts(total: u64, topics: &[&DigestTopic]) -> String {
    let mut named = topics.iter().take(TOPICS_IN_HEADLINE).map(|topic| (topic.count, name(&topic.topic_arn)));
    let Some((count, first)) = named.next() else { return format!("{total} more notifications") };
    let mut text = format!("{count} more from topic {first}");
    for (count, name) in named {
        let _ = write!(text, ", {count} from {name}");
    }
    let others = topics.get(TOPICS_IN_HEADLINE..).unwrap_or_default();
    let rest = others.iter().fold(0_u64, |sum, topic| sum.saturating_add(topic.count));
    match others.len() {
        0 => text,
        1 => format!("{text} and {rest} from another topic"),
        number => format!("{text} and {rest} from {number} other topics"),
    }
}

fn name(topic_arn: &str) -> String {
    let name = Arn::parse(topic_arn).map_or(topic_arn, |arn| arn.resource);
    first_line(name, TOPIC_LENGTH).unwrap_or_else(|| "without a name".to_owned())
}

/// `09:14–09:52 UTC`; with dates when it is more than one day's.
fn span(digest: &Digest) -> String {
    let [first, last] = [digest.first_at_ms, digest.last_at_ms].map(|at_ms| Moment::from_unix_ms(at_ms).utc());
    let part = |moment: &'_ str, from: usize, to: usize| moment.get(from..to).unwrap_or_default().to_owned();
    let (first_day, last_day) = (part(&first, 0, 10), part(&last, 0, 10));
    let (first_time, last_time) = (part(&first, 11, 16), part(&last, 11, 16));
    if first_day != last_day {
        format!("{first_day} {first_time} – {last_day} {last_time} UTC")
    } else if first_time != last_time {
        format!("{first_time}–{last_time} UTC")
    } else {
        format!("{first_time} UTC")
    }
}

/// The most severe first, of equal ones the newest; what reads the same once, with how often.
fn titles(digest: &Digest) -> Vec<Title> {
    let mut cards: Vec<&Card> = cards(digest).collect();
    cards.sort_by_key(|card| std::cmp::Reverse((card.severity, card.sent.unix())));
    let mut titles: Vec<Title> = Vec::new();
    for text in cards.into_iter().filter_map(title) {
        if let Some(known) = titles.iter_mut().find(|title| title.text == text) {
            known.times += 1;
        } else if titles.len() < TITLES_SHOWN {
            titles.push(Title { text, times: 1 });
        }
    }
    titles
}

struct Title {
    text: String,
    times: usize,
}

impl Title {
    fn line(&self) -> Text {
        let Self { text, times } = self;
        Text::Plain(if *times > 1 { format!("{text} (× {times})") } else { text.clone() })
    }
}

/// Headline and gist: a text's headline alone says no more than its topic. Without the chat platform's own markdown: ten
/// folded mentions must not call ten times.
fn title(card: &Card) -> Option<String> {
    let headline = line_of(&card.headline)?;
    let gist = card.gist.as_ref().and_then(line_of).filter(|gist| *gist != headline);
    first_line(&gist.map_or(headline.clone(), |gist| format!("{headline} · {gist}")), TITLE_LENGTH)
}

fn line_of(text: &Text) -> Option<String> {
    match text {
        Text::Plain(text)
        | Text::Code(text)
        | Text::Arn(text)
        | Text::Native(text)
        | Text::Person { name: text, .. } => first_line(text, TITLE_LENGTH),
        Text::Time(moment) => Some(moment.utc()),
    }
}

fn place_of(arn: &Arn<'_>) -> Place {
    let some = |part: &str| (!part.is_empty()).then(|| part.to_owned());
    Place { account: some(arn.account), account_name: None, region: some(arn.region) }
}

/// Where they come from, if all topics are of one account and region.
fn place(topics: &[&DigestTopic]) -> Place {
    let mut places = topics.iter().map(|topic| Arn::parse(&topic.topic_arn).as_ref().map(place_of));
    let first = places.next().flatten().unwrap_or_default();
    if places.all(|place| place.as_ref() == Some(&first)) { first } else { Place::default() }
}

fn body(digest: &Digest, topics: &[&DigestTopic], titles: &[Title]) -> Vec<Part> {
    let mut body = Vec::with_capacity(3);
    if !titles.is_empty() {
        let all = usize::try_from(digest.total).unwrap_or(usize::MAX);
        let left_out = all.saturating_sub(titles.iter().map(|title| title.times).sum());
        let items = titles.iter().map(Title::line).collect();
        body.push(Part::Bullets { title: Some("Most severe first".to_owned()), items, left_out });
    }
    if topics.len() > TOPICS_IN_HEADLINE {
        let line = |topic: &&DigestTopic| Text::Plain(format!("{} from {}", topic.count, name(&topic.topic_arn)));
        let items: Vec<Text> = topics.iter().take(TOPICS_SHOWN).map(line).collect();
        let left_out = topics.len() - items.len();
        body.push(Part::Bullets { title: Some("By topic".to_owned()), items, left_out });
    }
    let command = format!("bellhop deliveries list --folded-into {}", digest.delivery_id);
    body.push(Part::Facts(vec![Fact::new("List them", Text::Code(command))]));
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(name: &str, count: u64) -> DigestTopic {
        DigestTopic { topic_arn: format!("arn:aws:sns:eu-west-1:123456789012:{name}"), count }
    }

    fn of(topics: Vec<DigestTopic>, newest: Vec<Card>) -> Digest {
        let total = topics.iter().map(|topic| topic.count).sum();
        // 2026-11-23 09:14:05 and 09:52:59 UTC.
        Digest { delivery_id: 42, total, topics, first_at_ms: 1_795_425_245_000, last_at_ms: 1_795_427_579_000, newest }
    }

    fn headline(digested: &Digest) -> String {
        let Text::Plain(headline) = digest(digested).headline else { panic!() };
        headline
    }

    fn card(severity: Severity, headline: Text, sent: &str) -> Card {
        Card { severity, headline, sent: Moment::parse(sent), ..digest(&of(vec![], vec![])) }
    }

    #[test]
    fn the_headline_counts_by_topic_the_most_first() {
        let mut two = of(vec![topic("deploys", 12), topic("alarms", 37)], vec![]);
        assert_eq!(headline(&two), "37 more from topic alarms, 12 from deploys, 09:14–09:52 UTC");
        two.topics.extend([topic("a", 3), topic("b", 2)]);
        assert!(headline(&two).starts_with("37 more from topic alarms, 12 from deploys and 5 from 2 other topics, "));
        two.last_at_ms = two.first_at_ms;
        assert!(headline(&two).ends_with(", 09:14 UTC"));
        two.last_at_ms += 24 * 60 * 60 * 1000;
        assert!(headline(&two).ends_with(", 2026-11-23 09:14 – 2026-11-24 09:14 UTC"));
        assert!(headline(&of(vec![], vec![])).starts_with("0 more notifications, "));
    }

    #[test]
    fn titles_are_the_most_severe_and_then_the_newest_and_harmless() {
        let newest = vec![
            card(Severity::Neutral, Text::Plain("old".to_owned()), "2026-11-23T09:00:00Z"),
            card(Severity::Neutral, Text::Native("<!channel> new".to_owned()), "2026-11-23T09:30:00Z"),
            card(Severity::Critical, Text::Plain("ALARM: cpu".to_owned()), "2026-11-23T08:00:00Z"),
        ];
        let card = digest(&of(vec![topic("alarms", 37)], newest));
        assert_eq!(card.severity, Severity::Critical);
        let Part::Bullets { items, left_out, .. } = &card.body[0] else { panic!("{:?}", card.body) };
        let titles = ["ALARM: cpu", "<!channel> new", "old"].map(|title| Text::Plain(title.to_owned()));
        assert_eq!((items.as_slice(), *left_out), (&titles[..], 34));
        assert_eq!(card.gist.as_ref(), Some(&titles[0]));
    }

    #[test]
    fn a_title_has_its_gist_and_stands_once() {
        let text = |gist: &str, sent| Card {
            gist: Some(Text::Plain(gist.to_owned())),
            ..card(Severity::Neutral, Text::Plain("Message from builds".to_owned()), sent)
        };
        let newest = vec![
            text("build 1 failed", "2026-11-23T09:00:00Z"),
            text("build 2 failed", "2026-11-23T09:02:00Z"),
            text("build 1 failed", "2026-11-23T09:01:00Z"),
        ];
        let card = digest(&of(vec![topic("builds", 5)], newest));
        let Part::Bullets { items, left_out, .. } = &card.body[0] else { panic!("{:?}", card.body) };
        let titles = ["Message from builds · build 2 failed", "Message from builds · build 1 failed (× 2)"];
        assert_eq!((items.as_slice(), *left_out), (&titles.map(|title| Text::Plain(title.to_owned()))[..], 2));
    }

    #[test]
    fn everything_is_bounded() {
        let topics = (0..5_000).map(|n| topic(&format!("{n}{}", "t".repeat(10_000)), u64::MAX / 4)).collect();
        let newest = (0..2_000).map(|_| card(Severity::Good, Text::Plain("x".repeat(10_000)), "")).collect();
        let mut many = of(vec![], newest);
        (many.topics, many.total) = (topics, u64::MAX);
        let card = digest(&many);
        assert!(format!("{card:?}").len() < 8_000);
        assert_eq!(card.place.region.as_deref(), Some("eu-west-1"));
        let (first_at_ms, last_at_ms) = (i64::MIN, i64::MAX);
        digest(&Digest { first_at_ms, last_at_ms, ..many });
    }
}
