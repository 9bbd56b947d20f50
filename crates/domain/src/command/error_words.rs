//! Why a command has no result, as somebody reads it at night: AWS's own words, then what to do about it.
//!
//! The server's `app/chat_commands` calls [`answer`]. The rules of what to do go by AWS's codes; they never claim that nothing
//! happened where that is not known.

mod lookup;
mod rules;

use awscall::call::Call;
use awscall::endpoint::{self, endpoint};
use awscall::model::{Operation, Service};
use serde_json::Map;

use self::rules::{Advice, advice};
use super::refusal::Refusal;
use crate::conversation::Answer;
use crate::notification::text::first_line;
use crate::notification::{Part, Place, Text, duration, sensitive};

/// As much of AWS's words as is shown; they are a sentence or two.
const MESSAGE_TEXT: usize = 1_200;
const CODE_TEXT: usize = 80;

#[derive(Debug, Clone, Copy)]
pub struct FailureOf<'a> {
    pub service: &'static Service,
    pub operation: &'static Operation,
    pub place: &'a Place,
    /// Under which it ran, or would have.
    pub role_arn: Option<&'a str>,
    pub took_ms: u64,
    pub failure: Failure<'a>,
}

#[derive(Debug, Clone, Copy)]
pub enum Failure<'a> {
    /// AWS said no.
    Service {
        code: &'a str,
        message: &'a str,
        status: u16,
        request_id: Option<&'a str>,
        /// A service that failed inside says nothing of how far it got.
        may_have_happened: bool,
    },
    /// It may not be run, and it is known who says so.
    Refused(&'a Refusal),
    /// Nothing reached AWS, and why.
    NotSent(&'a str),
    /// It was sent, and no whole answer came.
    NoAnswer(&'a str),
    TimedOut {
        seconds: u16,
        /// Whether anything had gone to AWS by then.
        sent: bool,
    },
    /// Bellhop was stopped meanwhile.
    Interrupted { sent: bool },
    /// It ran; what it answered is more than is taken.
    TooLarge,
    /// Bellhop died while it ran.
    Unknown,
}

pub fn answer(failed: &FailureOf<'_>) -> Answer {
    let name = format!("{} {}", failed.service.name, failed.operation.command);
    let place = failed.place.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
    let what = format!("{name}{place}");
    let (headline, body) = match failed.failure {
        Failure::Service { code, message, status, may_have_happened, .. } => {
            return said_no(failed, &what, (code, message, status), may_have_happened);
        }
        Failure::Refused(refusal) => return refused(failed, refusal),
        Failure::NotSent(why) => {
            let body = vec![paragraph("Why", why), paragraph("What happened", "Nothing reached AWS: nothing was run.")];
            (format!("{what} was not sent"), body)
        }
        Failure::NoAnswer(why) => {
            (format!("AWS did not answer {what}"), [vec![paragraph("Why", why)], sent(failed, true)].concat())
        }
        Failure::TimedOut { seconds, sent: was_sent } => {
            (format!("AWS did not answer {what} within {seconds} seconds"), sent(failed, was_sent))
        }
        Failure::Interrupted { sent: was_sent } => (format!("I was stopped while {what} ran"), sent(failed, was_sent)),
        Failure::TooLarge => {
            let remedy = "Ask for less: --max-items, a filter of the operation itself, or --query for a part of each item. What AWS \
                          answers has to be read whole first, so that --query alone may not do.";
            (format!("{what} ran, and its answer is too large for me"), vec![paragraph("What to do", remedy)])
        }
        Failure::Unknown => {
            let headline = format!("I do not know whether {what} ran: I was interrupted, and I will not run it again");
            (headline, check(failed))
        }
    };
    Answer { headline, body, controls: Vec::new(), note: Some(note(failed, None)) }
}

fn said_no(failed: &FailureOf<'_>, what: &str, said: (&str, &str, u16), may_have_happened: bool) -> Answer {
    let (code, message, status) = said;
    let code = first_line(code, CODE_TEXT).unwrap_or_else(|| status.to_string());
    let Advice { headline, remedy, commands } = advice(failed, &code, message, status);
    let mut body = Vec::new();
    let message: String = sensitive::shown(message.to_owned()).chars().take(MESSAGE_TEXT).collect();
    body.push(paragraph(
        "AWS says",
        &if message.trim().is_empty() { code.clone() } else { format!("{code}: {message}") },
    ));
    if may_have_happened {
        body.extend(sent(failed, true));
    }
    if !remedy.is_empty() {
        let title = (!may_have_happened).then(|| "What to do".to_owned());
        body.push(Part::Paragraph { title, text: Text::Plain(remedy) });
    }
    if !commands.is_empty() {
        body.push(Part::Preformatted { title: None, text: commands.join("\n") });
    }
    let request_id = match failed.failure {
        Failure::Service { request_id, .. } => request_id,
        _ => None,
    };
    let headline = format!("{what}: {headline}");
    Answer { headline, body, controls: Vec::new(), note: Some(note(failed, request_id)) }
}

/// Who says no, in the words of whoever found out.
fn refused(failed: &FailureOf<'_>, refusal: &Refusal) -> Answer {
    let mut body = Vec::new();
    body.extend(refusal.quoted.as_ref().map(|quoted| paragraph("AWS says", quoted)));
    if let Some(remedy) = &refusal.remedy {
        body.push(paragraph("Who can change it", &remedy.sentence));
        body.extend(remedy.command.clone().map(|text| Part::Preformatted { title: None, text }));
    }
    Answer { headline: refusal.sentence.clone(), body, controls: Vec::new(), note: Some(note(failed, None)) }
}

/// What is known of whether it ran.
fn sent(failed: &FailureOf<'_>, sent: bool) -> Vec<Part> {
    if sent {
        return check(failed);
    }
    vec![paragraph("What happened", "Nothing had been sent to AWS by then: nothing was run.")]
}

/// What only reads may be asked for again. Of all else AWS CloudTrail may know, some minutes later: changes of resources, not calls of
/// data. Source: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html>.
fn check(failed: &FailureOf<'_>) -> Vec<Part> {
    if awscall::read_only::is_read_only(failed.service, failed.operation) {
        return vec![paragraph("What to do", "It changes nothing: ask me again.")];
    }
    let region = recorded_in(failed).map(|region| format!(" --region {region}")).unwrap_or_default();
    // Names of Lambda's events have a version behind them.
    let attribute = match failed.service.name {
        "lambda" => "AttributeKey=EventSource,AttributeValue=lambda.amazonaws.com".to_owned(),
        _ => format!("AttributeKey=EventName,AttributeValue={}", failed.operation.name),
    };
    vec![
        paragraph(
            "What to do",
            "It may have run, or not. Look at what it should have changed before you ask me again. AWS CloudTrail has changes of \
             resources some minutes later, but not calls of data like `lambda invoke`: finding nothing there proves nothing.",
        ),
        Part::Preformatted {
            title: None,
            text: format!("@aws cloudtrail lookup-events --lookup-attributes {attribute}{region}"),
        },
    ]
}

/// Services that are one for all regions have their records where they are signed for.
fn recorded_in(failed: &FailureOf<'_>) -> Option<String> {
    let region = failed.place.region.clone()?;
    let call = Call { service: failed.service, operation: failed.operation, input: Map::new() };
    let place = endpoint::Place { region: region.clone(), ..endpoint::Place::default() };
    Some(endpoint(&call, &place).map_or(region, |endpoint| endpoint.signing_region))
}

/// As whom, how long it took, and AWS's number for it, which its support asks for.
fn note(failed: &FailureOf<'_>, request_id: Option<&str>) -> String {
    let account = failed.place.account_name.clone().or_else(|| failed.place.account.clone());
    let role = failed.role_arn.map(|role| format!("as {}", role.rsplit('/').next().unwrap_or(role)));
    let took = (failed.took_ms > 0).then(|| duration::of_ms(failed.took_ms));
    let request = request_id.and_then(|id| first_line(id, CODE_TEXT)).map(|id| format!("request {id}"));
    [account, role, took, request].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn paragraph(title: &str, text: &str) -> Part {
    Part::Paragraph { title: Some(title.to_owned()), text: Text::Plain(text.to_owned()) }
}
