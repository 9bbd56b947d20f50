//! A CloudWatch alarm that changed state, metric or composite, as SNS alarm JSON.
//!
//! The table of readers calls [`claims`] and [`read`]; the `EventBridge` reader calls [`read_event`] for "CloudWatch Alarm
//! State Change", which says the same in other words. Shapes: the CloudWatch User Guide ("Notification schema") and
//! messages observed from the real service.

mod condition;

use serde_json::Value;

use self::condition::Trigger;
use super::Object;
use super::payload::{either_string, list, string};
use crate::delivery::Priority;
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::triage::Triage;
use crate::notification::{Card, Fact, Incoming, Moment, Part, Place, Severity, Source, Text};

/// Children of a composite alarm that a card shows; AWS Chatbot's own number.
const CHILDREN_SHOWN: usize = 3;

pub fn claims(object: &Object) -> bool {
    string(object, "AlarmName").is_some() && string(object, "NewStateValue").is_some()
}

/// Reads SNS alarm JSON.
pub fn read(object: &Object, incoming: &Incoming<'_>) -> Card {
    let arn = string(object, "AlarmArn").and_then(Arn::parse);
    let place = Place {
        account: string(object, "AWSAccountId").or(arn.map(|arn| arn.account)).map(str::to_owned),
        // `Region` is a display name ("US East (N. Virginia)"); only the ARN has the code.
        region: arn
            .map(|arn| arn.region)
            .filter(|region| !region.is_empty())
            .or(string(object, "Region"))
            .map(str::to_owned),
    };
    Alarm {
        name: string(object, "AlarmName").unwrap_or_default(),
        state: string(object, "NewStateValue").unwrap_or_default(),
        previous: string(object, "OldStateValue"),
        reason: string(object, "NewStateReason"),
        description: string(object, "AlarmDescription"),
        since: Moment::parse(string(object, "StateChangeTime").unwrap_or_default()),
        arn,
        place,
        trigger: object.get("Trigger").and_then(Value::as_object).map(Trigger::read),
        rule: string(object, "AlarmRule"),
        children: list(object, "TriggeringChildren").iter().filter_map(Child::read).collect(),
        suppressed_by: None,
    }
    .card(incoming)
}

/// Reads the `detail` of `EventBridge`'s "CloudWatch Alarm State Change"; nothing if it has no alarm name or state.
pub fn read_event(detail: &Object, alarm_arn: Option<&str>, place: Place, incoming: &Incoming<'_>) -> Option<Card> {
    let state = detail.get("state")?.as_object()?;
    let empty = Object::new();
    let section = |key: &str| detail.get(key).and_then(Value::as_object).unwrap_or(&empty);
    let configuration = section("configuration");
    // The children of a composite alarm come as JSON inside a string.
    let reason_data: Option<Value> = string(state, "reasonData").and_then(|text| serde_json::from_str(text).ok());
    let triggering =
        reason_data.as_ref().and_then(Value::as_object).map_or(&[][..], |data| list(data, "triggeringAlarms"));
    let alarm = Alarm {
        name: string(detail, "alarmName")?,
        state: string(state, "value")?,
        previous: string(section("previousState"), "value"),
        reason: string(state, "reason"),
        description: string(configuration, "description"),
        since: Moment::parse(string(state, "timestamp").unwrap_or_default()),
        arn: alarm_arn.and_then(Arn::parse),
        place,
        trigger: configuration.contains_key("metrics").then(|| Trigger::read(configuration)),
        rule: string(configuration, "alarmRule"),
        children: triggering.iter().filter_map(Child::read).collect(),
        suppressed_by: string(state, "actionsSuppressedBy"),
    };
    Some(alarm.card(incoming))
}

/// Every change of an alarm's state is urgent, its end too: if the end could be overtaken by the next beginning, the channel
/// would read "OK" last while the alarm rings.
pub fn triage(object: &Object, _: &Incoming<'_>) -> Triage {
    let said = |key| string(object, key).unwrap_or_default();
    let place = [said("Region"), said("AWSAccountId")];
    of_change(string(object, "AlarmArn"), place, said("AlarmName"), said("NewStateValue"))
}

/// Like [`triage`], of `EventBridge`'s `detail`; the same change arrives with the same key by both ways.
pub fn triage_event(detail: &Object, alarm_arn: Option<&str>, place: [&str; 2]) -> Option<Triage> {
    let state = string(detail.get("state")?.as_object()?, "value")?;
    Some(of_change(alarm_arn, place, string(detail, "alarmName")?, state))
}

fn of_change(alarm_arn: Option<&str>, [region, account]: [&str; 2], name: &str, state: &str) -> Triage {
    let matter: &[&str] = match alarm_arn {
        Some(arn) => &["alarm", arn],
        None => &["alarm", region, account, name],
    };
    Triage::alike(Priority::Alarm, matter, &[state])
}

/// What both shapes say.
struct Alarm<'a> {
    name: &'a str,
    state: &'a str,
    previous: Option<&'a str>,
    reason: Option<&'a str>,
    description: Option<&'a str>,
    since: Moment,
    arn: Option<Arn<'a>>,
    place: Place,
    trigger: Option<Trigger<'a>>,
    rule: Option<&'a str>,
    children: Vec<Child<'a>>,
    suppressed_by: Option<&'a str>,
}

impl Alarm<'_> {
    fn card(self, incoming: &Incoming<'_>) -> Card {
        let condition = self.trigger.as_ref().and_then(Trigger::condition);
        let children = self.children();
        let gist =
            condition.clone().or_else(|| self.children.first().map(|child| format!("because of {}", child.name)));
        let link = self.arn.and_then(|arn| {
            let region = Some(arn.region).filter(|region| !region.is_empty()).or(self.place.region.as_deref());
            Some(Console::of(arn.partition, region?)?.alarm(self.name))
        });
        Card {
            source: Source::CloudwatchAlarm,
            severity: severity(self.state),
            headline: Text::Plain(format!("{}: {}", self.state, self.name)),
            gist: gist.map(Text::Plain),
            body: self.body(condition, children),
            links: link.into_iter().collect(),
            footer: incoming.footer(),
            sent: incoming.sent(),
            thread: None,
            place: self.place,
        }
    }

    /// What is wrong, why it was set up, then the numbers: the order in which a person woken by it asks.
    fn body(&self, condition: Option<String>, children: Option<Part>) -> Vec<Part> {
        let paragraph = |title: Option<&str>, text: &str| Part::Paragraph {
            title: title.map(str::to_owned),
            text: Text::Plain(text.to_owned()),
        };
        let mut body = Vec::with_capacity(6);
        body.extend(self.reason.map(|reason| paragraph(None, reason)));
        body.extend(children);
        body.extend(self.description.map(|description| paragraph(Some("Description"), description)));
        body.push(Part::Facts(self.facts(condition)));
        body.extend(self.trigger.as_ref().and_then(Trigger::formula));
        if let Some(rule) = self.rule {
            body.push(Part::Preformatted { title: Some("Rule".to_owned()), text: rule.to_owned() });
        }
        body
    }

    fn facts(&self, condition: Option<String>) -> Vec<Fact> {
        let mut facts = Vec::with_capacity(10);
        facts.extend(condition.map(|condition| Fact::new("Condition", Text::Plain(condition))));
        let state = match self.previous {
            Some(previous) => format!("{previous} → {}", self.state),
            None => self.state.to_owned(),
        };
        facts.push(Fact::new("State", Text::Plain(state)));
        facts.extend(self.trigger.iter().flat_map(Trigger::facts));
        facts.extend(self.place.facts());
        if !self.since.is_blank() {
            facts.push(Fact::new("Since", Text::Time(self.since.clone())));
        }
        facts.extend(self.suppressed_by.map(|by| Fact::new("Actions suppressed by", Text::Code(by.to_owned()))));
        facts
    }

    fn children(&self) -> Option<Part> {
        let items: Vec<Text> =
            self.children.iter().take(CHILDREN_SHOWN).map(|child| Text::Plain(child.line())).collect();
        let left_out = self.children.len() - items.len();
        (!items.is_empty()).then(|| Part::Bullets { title: Some("Because of".to_owned()), items, left_out })
    }
}

/// An alarm that made a composite alarm change.
struct Child<'a> {
    name: &'a str,
    state: Option<&'a str>,
}

impl<'a> Child<'a> {
    /// `{"Arn", "State": {"Value"}}`, the same in lower case, or (in the guide's schema) a bare string.
    fn read(value: &'a Value) -> Option<Self> {
        if let Some(arn) = value.as_str() {
            return Some(Self { name: Self::name(arn), state: None });
        }
        let child = value.as_object()?;
        let state = child.get("State").or_else(|| child.get("state")).and_then(Value::as_object);
        let state = state.and_then(|state| either_string(state, "Value", "value"));
        Some(Self { name: Self::name(either_string(child, "Arn", "arn")?), state })
    }

    fn name(arn: &'a str) -> &'a str {
        Arn::parse(arn).and_then(|arn| arn.named("alarm")).unwrap_or(arn)
    }

    fn line(&self) -> String {
        match self.state {
            Some(state) => format!("{state}: {}", self.name),
            None => self.name.to_owned(),
        }
    }
}

fn severity(state: &str) -> Severity {
    match state {
        "ALARM" => Severity::Critical,
        "OK" => Severity::Good,
        "INSUFFICIENT_DATA" => Severity::Warning,
        _ => Severity::Neutral,
    }
}
