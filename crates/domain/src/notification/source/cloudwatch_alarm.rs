//! A CloudWatch alarm that changed state, metric or composite, as SNS alarm JSON.
//!
//! `EventBridge`'s "CloudWatch Alarm State Change" says the same in other words. Shapes: the CloudWatch User Guide ("Notification schema") and
//! messages observed from the real service.

mod condition;

use serde_json::Value;

use self::condition::{Change, Trigger};
use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Object, either_string, list, string};
use crate::delivery::Priority;
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::picture::MetricGraph;
use crate::notification::triage::Triage;
use crate::notification::{Incoming, Part, Place, Severity, Text};

/// Children of a composite alarm that a card shows; AWS Chatbot's own number.
const CHILDREN_SHOWN: usize = 3;

pub const ENTRY: Entry = Entry::new("cloudwatch_alarm", "Amazon CloudWatch alarms")
    .events(&["aws.cloudwatch"], read_event)
    .triaged(triage_event)
    .objects(claims, read)
    .objects_triaged(triage);

const ORIGIN: &str = "aws.cloudwatch";
const STATE_CHANGE: &str = "CloudWatch Alarm State Change";

fn claims(object: &Object) -> bool {
    string(object, "AlarmName").is_some() && string(object, "NewStateValue").is_some()
}

/// Reads SNS alarm JSON.
fn read(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let arn = string(object, "AlarmArn").and_then(Arn::parse);
    // `Region` is a display name ("US East (N. Virginia)"); only the ARN has the code.
    let region = arn.map(|arn| arn.region).filter(|region| !region.is_empty()).or(string(object, "Region"));
    let place = incoming.place(string(object, "AWSAccountId").or(arn.map(|arn| arn.account)), region);
    Alarm {
        name: string(object, "AlarmName").unwrap_or_default(),
        state: string(object, "NewStateValue").unwrap_or_default(),
        previous: string(object, "OldStateValue"),
        reason: string(object, "NewStateReason"),
        description: string(object, "AlarmDescription"),
        since: string(object, "StateChangeTime"),
        arn,
        place,
        trigger: object.get("Trigger").and_then(Value::as_object).map(Trigger::read),
        rule: string(object, "AlarmRule"),
        children: list(object, "TriggeringChildren").iter().filter_map(Child::read).collect(),
        suppressed_by: None,
    }
    .draft()
    .origin(ORIGIN, STATE_CHANGE)
}

/// Reads the `detail` of `EventBridge`'s "CloudWatch Alarm State Change"; nothing if it has no alarm name or state.
fn read_event(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail.object().filter(|_| event.detail_type == STATE_CHANGE)?;
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
        since: string(state, "timestamp"),
        arn: event.resources.first().and_then(|arn| Arn::parse(arn)),
        place: event.place(),
        trigger: configuration.contains_key("metrics").then(|| Trigger::read(configuration)),
        rule: string(configuration, "alarmRule"),
        children: triggering.iter().filter_map(Child::read).collect(),
        suppressed_by: string(state, "actionsSuppressedBy"),
    };
    Some(alarm.draft())
}

/// Every change of an alarm's state is urgent, its end too: if the end could be overtaken by the next beginning, the channel
/// would read "OK" last while the alarm rings.
fn triage(object: &Object, _: &Incoming<'_>) -> Option<Triage> {
    let said = |key| string(object, key).unwrap_or_default();
    let place = [said("Region"), said("AWSAccountId")];
    Some(of_change(string(object, "AlarmArn"), place, said("AlarmName"), said("NewStateValue")))
}

/// Like [`triage`], of `EventBridge`'s event; the same change arrives with the same key by both ways.
fn triage_event(event: &Event<'_>) -> Option<Triage> {
    let state = event.detail.str("state.value").filter(|_| event.detail_type == STATE_CHANGE)?;
    let place = [event.region, event.account].map(Option::unwrap_or_default);
    Some(of_change(event.resources.first().copied(), place, event.detail.str("alarmName")?, state))
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
    since: Option<&'a str>,
    arn: Option<Arn<'a>>,
    place: Place,
    trigger: Option<Trigger<'a>>,
    rule: Option<&'a str>,
    children: Vec<Child<'a>>,
    suppressed_by: Option<&'a str>,
}

impl Alarm<'_> {
    /// What is wrong, why it was set up, then the numbers: the order in which a person woken by it asks.
    fn draft(self) -> Draft {
        let condition = self.trigger.as_ref().and_then(Trigger::condition);
        let because = self.children.first().map(|child| format!("because of {}", child.name));
        let link = self.arn.and_then(|arn| {
            let region = Some(arn.region).filter(|region| !region.is_empty()).or(self.place.region.as_deref());
            Some(Console::of(arn.partition, region?)?.alarm(self.name))
        });
        let picture = self.picture();
        let mut draft = Draft::new(severity(self.state), format!("{}: {}", self.state, self.name))
            .gist(condition.clone().or(because))
            .subject(Some(self.name))
            .state(Some(self.state))
            .paragraph(None, self.reason)
            .part(self.children())
            .paragraph(Some("Description"), self.description)
            .fact("Condition", condition);
        draft = match self.previous {
            Some(previous) => draft.fact("State", Some(format!("{previous} → {}", self.state))),
            None => draft.fact("State", Some(self.state)),
        };
        for fact in self.trigger.iter().flat_map(Trigger::facts) {
            draft = draft.labelled(&fact.label, Some(fact.value));
        }
        draft
            .code("Actions suppressed by", self.suppressed_by)
            .since("Since", self.since)
            .detail(self.trigger.as_ref().and_then(Trigger::formula))
            .detail(self.rule.map(|rule| Part::Preformatted { title: Some("Rule".to_owned()), text: rule.to_owned() }))
            .link(link)
            .picture(picture)
            .place(self.place)
    }

    /// Its metrics, to be drawn.
    fn picture(&self) -> Option<MetricGraph> {
        let Self { name: alarm, state, reason, since, .. } = *self;
        let region = self.arn.map(|arn| arn.region).filter(|region| !region.is_empty());
        self.trigger.as_ref()?.graph(&Change { alarm, state, reason, since, region, place: &self.place })
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
