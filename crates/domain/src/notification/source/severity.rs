//! How bad an event is, as far as its own words say so. In doubt it says nothing.
//!
//! The readers of sources call it. Looked at, in this order: a good state at the top of `detail`, a severity the sender
//! states, the state or status that lies shallowest, and the words of the detail-type.

use serde_json::Value;

use super::event::Event;
use super::fields::Object;
use crate::delivery::Priority;
use crate::notification::Severity;
use crate::notification::text::words;

/// Levels of `detail` that are searched for a state.
const DEPTH: usize = 3;
/// Members looked at on one level; the largest AWS event observed has 60.
const MEMBERS: usize = 100;
/// Longer values are prose, and prose may say "no error".
const LONGEST_STATE: usize = 40;

pub fn infer(source: &str, detail_type: &str, detail: &Value) -> Severity {
    inferred(source, detail_type, detail.as_object())
}

/// Of an event, by its own words.
pub fn of_event(event: &Event<'_>) -> Severity {
    inferred(event.source, event.detail_type, event.detail.object())
}

/// Findings of a critical severity are urgent.
pub fn priority(event: &Event<'_>) -> Priority {
    if of_event(event) == Severity::Critical { Priority::Alarm } else { Priority::Notification }
}

/// Of a state in AWS's spelling: `FAILED`, `UPDATE_ROLLBACK_COMPLETE`, `NON_COMPLIANT`, `running`.
pub fn of_state(state: &str) -> Severity {
    of_words(state).unwrap_or(Severity::Neutral)
}

fn inferred(source: &str, detail_type: &str, detail: Option<&Object>) -> Severity {
    let state = |levels| of_level(detail.into_iter().collect(), levels);
    // A severity says how bad the matter is, not that it is still bad: "compliant, severity critical".
    if state(1) == Some(Severity::Good) {
        return Severity::Good;
    }
    let stated = detail.and_then(|detail| stated(source, detail, DEPTH));
    stated.or_else(|| state(DEPTH)).or_else(|| of_type(detail_type)).unwrap_or(Severity::Neutral)
}

/// A member called `severity`: GuardDuty's number, Security Hub's label, anybody's word.
fn stated(source: &str, object: &Object, depth: usize) -> Option<Severity> {
    for (name, value) in object.iter().take(MEMBERS) {
        if !name.eq_ignore_ascii_case("severity") {
            continue;
        }
        match value {
            // GuardDuty User Guide, "Severity levels": 7.0 and above is high, 4.0 medium. Other scales are unknown.
            Value::Number(number) if source == "aws.guardduty" => {
                return number.as_f64().map(|level| match level {
                    7.0.. => Severity::Critical,
                    4.0.. => Severity::Warning,
                    _ => Severity::Neutral,
                });
            }
            Value::String(text) => return of_severity_word(text),
            Value::Object(severity) => return severity.get("Label").and_then(Value::as_str).and_then(of_severity_word),
            _ => {}
        }
    }
    // Security Hub puts its findings in a list.
    let findings = object.get("findings").filter(|_| depth > 0)?.as_array()?;
    stated(source, findings.first()?.as_object()?, depth - 1)
}

/// Of a severity in words: `CRITICAL`, `High`, `medium`.
pub fn of_severity_word(word: &str) -> Option<Severity> {
    const WORDS: [(&str, Severity); 10] = [
        ("critical", Severity::Critical),
        ("high", Severity::Critical),
        ("error", Severity::Critical),
        ("medium", Severity::Warning),
        ("moderate", Severity::Warning),
        ("warning", Severity::Warning),
        ("low", Severity::Neutral),
        ("info", Severity::Neutral),
        ("informational", Severity::Neutral),
        ("none", Severity::Neutral),
    ];
    WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|(_, severity)| *severity)
}

/// Level by level: the worst that a level says counts, deeper levels only if it says nothing.
fn of_level(mut level: Vec<&Object>, levels: usize) -> Option<Severity> {
    for _ in 0..levels {
        let members =
            || level.iter().flat_map(|object| object.iter()).take(MEMBERS).filter(|(name, _)| is_current(name));
        let said =
            members().filter_map(|(name, value)| is_state(name).then(|| of_words(value.as_str()?)).flatten()).max();
        if said.is_some() {
            return said;
        }
        level = members().filter_map(|(_, value)| value.as_object()).collect();
    }
    None
}

/// The words of a detail-type that say how it went ("EC2 Instance Launch Unsuccessful"). Not `alarm` and not `ok`: they
/// name subjects there.
fn of_type(detail_type: &str) -> Option<Severity> {
    let told = words(detail_type).take(MEMBERS).filter_map(|word| match word.as_str() {
        "unsuccessful" | "failed" | "failure" => Some(Severity::Critical),
        "warning" | "interruption" => Some(Severity::Warning),
        "successful" | "succeeded" => Some(Severity::Good),
        _ => None,
    });
    told.max()
}

/// Whether a member's name is that of a state, status, result or the like.
pub fn is_state(name: &str) -> bool {
    let mut states = false;
    let mut last = String::new();
    for word in words(name).take(8) {
        states |=
            matches!(word.as_str(), "state" | "status" | "result" | "outcome" | "conclusion" | "compliance" | "health");
        last = word;
    }
    // `resultType` and `statusCode` are about a state, they are none.
    states
        && !matches!(last.as_str(), "type" | "code" | "id" | "name" | "arn" | "time" | "reason" | "message" | "details")
}

/// Whether a member speaks of now: not of what was before, nor of what is wished for.
pub fn is_current(name: &str) -> bool {
    !words(name).take(8).any(|word| {
        matches!(word.as_str(), "previous" | "prior" | "old" | "desired" | "expected" | "former" | "target")
    })
}

/// What the words of a state say; the worst of them counts (`UPDATE_ROLLBACK_COMPLETE`).
fn of_words(state: &str) -> Option<Severity> {
    if state.len() > LONGEST_STATE {
        return None;
    }
    let mut negated = false;
    let mut worst = None;
    for word in words(state) {
        let severity = match word.as_str() {
            "non" | "not" | "no" => {
                negated = true;
                continue;
            }
            "failed" | "failure" | "fail" | "fault" | "faulted" | "error" | "errored" | "alarm" | "critical"
            | "rollback" | "unhealthy" | "impaired" | "unsuccessful" | "timedout" | "timeout" | "fatal" | "crashed"
            | "aborted" => Some(Severity::Critical),
            "timed" if state.len() <= 10 => Some(Severity::Critical),
            "warning" | "warn" | "degraded" | "insufficient" | "throttled" | "expired" | "cancelled" | "canceled"
            | "noncompliant" | "rejected" | "denied" => Some(Severity::Warning),
            "succeeded" | "success" | "successful" | "ok" | "healthy" | "compliant" | "passed" | "resolved"
            | "recovered" | "complete" | "completed" => Some(Severity::Good),
            _ => None,
        };
        let severity = match severity {
            // "NON_COMPLIANT" is worth a look; "NOT_FAILED" says nothing certain.
            Some(Severity::Good) if negated => Some(Severity::Warning),
            Some(_) if negated => None,
            severity => severity,
        };
        negated = false;
        worst = worst.max(severity);
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(detail: &Value) -> Severity {
        infer("aws.x", "Something Changed", detail)
    }

    #[test]
    fn states_in_words() {
        for (state, severity) in [
            ("FAILED", Severity::Critical),
            ("TIMED_OUT", Severity::Critical),
            ("UPDATE_ROLLBACK_COMPLETE", Severity::Critical),
            ("SUCCEEDED", Severity::Good),
            ("NON_COMPLIANT", Severity::Warning),
            ("COMPLIANT", Severity::Good),
            ("not ok", Severity::Warning),
            ("NO_ERROR", Severity::Neutral),
            ("running", Severity::Neutral),
            ("the build finished without any error whatsoever", Severity::Neutral),
        ] {
            assert_eq!(of(&json!({"state": state})), severity, "{state}");
        }
    }

    #[test]
    fn shallow_and_current_states_decide() {
        assert_eq!(of(&json!({"a": {"status": "FAILED"}, "build-status": "SUCCEEDED"})), Severity::Good);
        assert_eq!(of(&json!({"previousState": "FAILED", "state": "running"})), Severity::Neutral);
        assert_eq!(of(&json!({"previousState": {"status": "FAILED"}})), Severity::Neutral);
        assert_eq!(of(&json!({"message": "FAILED"})), Severity::Neutral);
        assert_eq!(of(&json!({"state": null, "status": 1, "a": {"b": {"status": "FAILED"}}})), Severity::Critical);
        assert_eq!(of(&json!("FAILED")), Severity::Neutral);
    }

    #[test]
    fn stated_severities_come_first() {
        assert_eq!(infer("aws.guardduty", "f", &json!({"severity": 8, "status": "new"})), Severity::Critical);
        assert_eq!(infer("aws.guardduty", "f", &json!({"severity": 5.5})), Severity::Warning);
        assert_eq!(infer("aws.guardduty", "f", &json!({"severity": 2})), Severity::Neutral);
        assert_eq!(of(&json!({"severity": 8})), Severity::Neutral);
        assert_eq!(of(&json!({"severity": "critical", "status": "compliant"})), Severity::Good);
        assert_eq!(of(&json!({"severity": "critical", "scan": {"status": "complete"}})), Severity::Critical);
        assert_eq!(of(&json!({"findings": [{"Severity": {"Label": "HIGH"}}]})), Severity::Critical);
    }

    #[test]
    fn the_type_is_the_last_resort() {
        assert_eq!(infer("aws.autoscaling", "EC2 Instance Launch Unsuccessful", &json!({})), Severity::Critical);
        assert_eq!(infer("aws.autoscaling", "EC2 Instance Launch Successful", &json!({})), Severity::Good);
        assert_eq!(infer("aws.x", "Alarm OK Configuration", &json!({})), Severity::Neutral);
    }
}
