//! What Bellhop tells its own operators: the card of each thing that it finds wrong with itself, and of its end.
//!
//! The watcher in the server finds, this words. A card is read on a phone at night: what and where in the headline, how bad
//! and why below, then one command. It never carries a secret: reasons are the outcomes' own sentences.

use serde::{Deserialize, Serialize};

use crate::notification::duration::to_the_minute;
use crate::notification::text::first_line;
use crate::notification::{About, Card, Fact, Moment, Part, Place, Severity, Source, Text};

/// Something that operators want to know. Texts are cut to what a card can show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    /// The platform refuses credentials; all that goes out with them waits. `scope` is what people call it: `Slack
    /// workspace T0123`.
    WorkspacePaused {
        scope: String,
        reason: String,
        waiting: u64,
    },
    /// They are accepted again.
    WorkspaceResumed {
        scope: String,
        paused_for_ms: i64,
    },
    /// Messages of a topic do not arrive or are not believed.
    TopicFailing {
        topic_arn: String,
        reason: String,
    },
    TopicRecovered {
        topic_arn: String,
    },
    /// A channel falls behind. `oldest_ms` is how long the oldest of them has waited.
    BacklogGrowing {
        destination: String,
        waiting: u64,
        oldest_ms: i64,
    },
    BacklogCleared {
        destination: String,
    },
    /// Deliveries that will not arrive unless somebody acts, since the last finding of the kind.
    DeliveriesDead {
        destination: String,
        count: u64,
        reason: String,
    },
    /// Slack opens no socket for an app: nobody is heard by Socket Mode.
    SlackSocketRefused {
        app_id: String,
        reason: String,
    },
    SlackSocketOpened {
        app_id: String,
    },
}

/// Characters of a name and of a reason that a card takes.
const NAME_LENGTH: usize = 200;
const REASON_LENGTH: usize = 500;

/// What a finding has to say.
struct Wording {
    severity: Severity,
    headline: String,
    gist: String,
    /// The cause, if somebody gave one.
    reason: Option<String>,
    facts: Vec<Fact>,
    /// What to do, and the commands that help, each under its label; nothing once it is over.
    remedy: Option<(&'static str, &'static [(&'static str, &'static str)])>,
}

/// Makes the card of a finding, told at `now_ms`.
pub fn card(finding: &Finding, now_ms: i64) -> Card {
    let Wording { severity, headline, gist, reason, mut facts, remedy } = wording(finding);
    let mut body = Vec::with_capacity(3);
    body.extend(reason.map(|reason| paragraph(None, reason)));
    if let Some((remedy, commands)) = remedy {
        body.push(paragraph(Some("What to do"), remedy.to_owned()));
        facts.extend(commands.iter().map(|(label, command)| fact(label, Text::Code((*command).to_owned()))));
    }
    if !facts.is_empty() {
        body.push(Part::Facts(facts));
    }
    Card {
        source: Source::WATCH,
        severity,
        headline: Text::Plain(headline),
        gist: Some(Text::Plain(gist)),
        place: Place::default(),
        body,
        links: Vec::new(),
        footer: "Bellhop about itself".to_owned(),
        sent: Moment::from_unix_ms(now_ms),
        thread: None,
        about: About { origin: "bellhop".to_owned(), kind: "finding".to_owned(), ..About::default() },
        mentions: Vec::new(),
        picture: None,
        controls: Vec::new(),
    }
}

fn wording(finding: &Finding) -> Wording {
    match finding {
        Finding::WorkspacePaused { scope, reason, waiting } => Wording {
            severity: Severity::Critical,
            headline: format!("Paused: {}", short(scope)),
            gist: format!("{waiting} waiting"),
            reason: Some(cause(reason)),
            facts: vec![fact("Waiting", Text::Plain(messages(*waiting)))],
            remedy: Some((
                "Mend the credentials as the reason says. Nothing is lost: what waits goes out by itself once the platform \
                 accepts them.",
                &[("See what waits", "bellhop deliveries list --state pending")],
            )),
        },
        Finding::WorkspaceResumed { scope, paused_for_ms } => over(
            format!("Resumed: {}", short(scope)),
            format!("It was paused for {}. What waited is going out.", to_the_minute(*paused_for_ms)),
        ),
        Finding::TopicFailing { topic_arn, reason } => Wording {
            severity: Severity::Critical,
            headline: format!("Topic failing: {}", topic_name(topic_arn)),
            gist: cause(reason),
            reason: Some(cause(reason)),
            facts: vec![fact("Topic", Text::Arn(short(topic_arn)))],
            remedy: Some((
                "Notifications of this topic may not arrive. Look at its subscription and at what was received of it last.",
                &[("See what came last", "bellhop deliveries list")],
            )),
        },
        Finding::TopicRecovered { topic_arn } => {
            let mut wording = over(
                format!("Topic recovered: {}", topic_name(topic_arn)),
                "Its notifications arrive again. SNS repeats for a while what it could not deliver.".to_owned(),
            );
            wording.facts.push(fact("Topic", Text::Arn(short(topic_arn))));
            wording
        }
        Finding::BacklogGrowing { destination, waiting, oldest_ms } => Wording {
            severity: Severity::Warning,
            headline: format!("Falling behind: {}", short(destination)),
            gist: format!("{waiting} waiting, the oldest for {}", to_the_minute(*oldest_ms)),
            reason: None,
            facts: vec![
                fact("Waiting", Text::Plain(messages(*waiting))),
                fact("Oldest", Text::Plain(format!("for {}", to_the_minute(*oldest_ms)))),
            ],
            remedy: Some((
                "More arrives than the channel may be sent, or the platform refuses. The list says which.",
                &[("See what waits", "bellhop deliveries list --state pending")],
            )),
        },
        Finding::BacklogCleared { destination } => {
            over(format!("Caught up: {}", short(destination)), "Nothing waits longer than it should.".to_owned())
        }
        Finding::DeliveriesDead { destination, count, reason } => deliveries_dead(destination, *count, reason),
        Finding::SlackSocketRefused { app_id, reason } => socket_refused(app_id, reason),
        Finding::SlackSocketOpened { app_id } => {
            over(format!("Heard again: Slack app {}", short(app_id)), "Commands and buttons are answered.".to_owned())
        }
    }
}

fn deliveries_dead(destination: &str, count: u64, reason: &str) -> Wording {
    Wording {
        severity: Severity::Critical,
        headline: format!("Not delivered: {}", short(destination)),
        gist: messages(count),
        reason: Some(cause(reason)),
        facts: vec![fact("Not delivered", Text::Plain(messages(count)))],
        remedy: Some((
            "Mend what the reason says, then bring them. They are kept until then.",
            &[
                ("See them", "bellhop deliveries list --state dead"),
                ("Bring them", "bellhop deliveries retry --all-dead"),
            ],
        )),
    }
}

fn socket_refused(app_id: &str, reason: &str) -> Wording {
    Wording {
        severity: Severity::Critical,
        headline: format!("Not heard: Slack app {}", short(app_id)),
        gist: "Commands and buttons are not answered".to_owned(),
        reason: Some(cause(reason)),
        facts: Vec::new(),
        remedy: Some((
            "Mend what the reason says, and restart the server where it is a setting. Notifications go out meanwhile.",
            &[("See what is missing", "bellhop slack doctor")],
        )),
    }
}

fn over(headline: String, said: String) -> Wording {
    let facts = Vec::new();
    Wording { severity: Severity::Good, headline, gist: said.clone(), reason: Some(said), facts, remedy: None }
}

fn paragraph(title: Option<&str>, text: String) -> Part {
    Part::Paragraph { title: title.map(str::to_owned), text: Text::Plain(text) }
}

fn fact(label: &str, value: Text) -> Fact {
    Fact { label: label.to_owned(), value }
}

fn short(name: &str) -> String {
    first_line(name, NAME_LENGTH).unwrap_or_else(|| "without a name".to_owned())
}

fn topic_name(topic_arn: &str) -> String {
    short(topic_arn.rsplit(':').next().unwrap_or(topic_arn))
}

fn cause(reason: &str) -> String {
    first_line(reason, REASON_LENGTH).unwrap_or_else(|| "no reason is known".to_owned())
}

fn messages(count: u64) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_has_a_command_and_what_is_over_has_none() {
        let text = || "x".repeat(100_000);
        for (finding, wrong) in [
            (Finding::WorkspacePaused { scope: text(), reason: text(), waiting: u64::MAX }, true),
            (Finding::WorkspaceResumed { scope: text(), paused_for_ms: i64::MAX }, false),
            (Finding::TopicFailing { topic_arn: text(), reason: text() }, true),
            (Finding::TopicRecovered { topic_arn: text() }, false),
            (Finding::BacklogGrowing { destination: text(), waiting: 1, oldest_ms: i64::MIN }, true),
            (Finding::BacklogCleared { destination: text() }, false),
            (Finding::DeliveriesDead { destination: text(), count: 0, reason: String::new() }, true),
            (Finding::SlackSocketRefused { app_id: text(), reason: text() }, true),
            (Finding::SlackSocketOpened { app_id: text() }, false),
        ] {
            let card = card(&finding, i64::MAX);
            let shown = format!("{card:?}");
            let has_command =
                ["bellhop deliveries list", "bellhop slack doctor"].iter().any(|command| shown.contains(command));
            assert_eq!(has_command, wrong, "{shown}");
            assert_eq!(card.severity == Severity::Good, !wrong);
            assert!(shown.len() < 4_000, "{}", shown.len());
        }
    }
}
