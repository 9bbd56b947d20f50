//! Lambda: what a function's destination is told of an invocation or of a batch that was given up.
//!
//! The same JSON as an SNS message, and as the detail of an event whose source is `lambda`. Source: Lambda Developer Guide,
//! "Capturing records of Lambda asynchronous invocations" and "Retaining discarded batches". Payloads never reach a card,
//! except the error's type and message.

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::{Fields, Object};
use crate::notification::arn::Arn;
use crate::notification::console::{Console, encoded};
use crate::notification::duration;
use crate::notification::{Incoming, Link, Severity};

pub const ENTRY: Entry =
    Entry::new("lambda", "AWS Lambda").events(&["lambda", "aws.lambda"], read_event).objects(claims, read_destination);

fn read_event(event: &Event<'_>) -> Option<Draft> {
    if event.detail_type == "Durable Execution Status Change" { durable(event.detail) } else { read(event.detail) }
}

fn claims(object: &Object) -> bool {
    let fields = Fields::of_object(object);
    fields.str("requestContext.functionArn").is_some() && fields.str("requestContext.condition").is_some()
}

fn read_destination(object: &Object, incoming: &Incoming<'_>) -> Draft {
    let fields = Fields::of_object(object);
    let arn = fields.str("requestContext.functionArn").and_then(Arn::parse);
    let kind = match fields.str("requestContext.condition") {
        Some("Success") => "Lambda Function Invocation Result - Success",
        _ => "Lambda Function Invocation Result - Failure",
    };
    let draft = read(fields).unwrap_or_else(|| Draft::new(Severity::Neutral, "A function was invoked"));
    let draft = draft.origin("lambda", kind).resources(fields.str("requestContext.functionArn"));
    match arn {
        Some(arn) => draft.place(incoming.place(Some(arn.account), Some(arn.region))),
        None => draft,
    }
}

fn read(record: Fields<'_>) -> Option<Draft> {
    let function_arn = record.str("requestContext.functionArn")?;
    let condition = record.str("requestContext.condition")?;
    let named = Arn::parse(function_arn).and_then(|arn| arn.named("function")).unwrap_or(function_arn);
    let (function, qualifier) = named.split_once(':').unwrap_or((named, "$LATEST"));
    let error = error(record);
    let severity = if condition == "Success" { Severity::Good } else { Severity::Critical };
    let lost = lost(record);
    let draft = Draft::new(severity, format!("Function {function}: {condition}"))
        .gist(lost.clone().or_else(|| error.clone()))
        .subject(Some(function))
        .state(Some(condition))
        .paragraph(None, error)
        .fact("Given up", lost)
        .fact("Invocations", record.text("requestContext.approximateInvokeCount"))
        .fact("Status", record.text("responseContext.statusCode").filter(|status| status != "200"))
        .fact("Qualifier", Some(qualifier).filter(|qualifier| *qualifier != "$LATEST"))
        .code("Request", record.str("requestContext.requestId"))
        .since("Time", record.str("timestamp"))
        .link(page(function_arn, function));
    Some(match record.str("requestContext.requestId") {
        Some(id) => draft.thread(&["lambda", id], None),
        None => draft,
    })
}

/// An execution of a durable function. Source: Lambda Developer Guide, "Monitoring durable functions".
fn durable(detail: Fields<'_>) -> Option<Draft> {
    let (arn, state) = (detail.str("durableExecutionArn")?, detail.str("status")?);
    let function_arn = detail.str("functionArn").unwrap_or(arn);
    let named = Arn::parse(function_arn).and_then(|arn| arn.named("function"))?;
    let function = named.split(':').next().unwrap_or(named);
    let (severity, ended) = match state {
        "FAILED" => (Severity::Critical, Some("Failed")),
        "TIMED_OUT" => (Severity::Critical, Some("Timed out")),
        "STOPPED" => (Severity::Warning, Some("Stopped")),
        "SUCCEEDED" => (Severity::Good, Some("Succeeded")),
        _ => (Severity::Neutral, None),
    };
    let name = detail.str("durableExecutionName");
    let draft = Draft::new(severity, format!("Durable function {function}: {state}"))
        .gist(name)
        .subject(Some(function))
        .state(Some(state))
        .code("Execution", name)
        .fact("Duration", duration::between(detail.str("startTimestamp"), detail.str("endTimestamp")))
        .link(page(function_arn, function))
        .thread(&["lambda", arn], ended);
    Some(draft)
}

/// `ValueError: no such order`: the runtime's words, or that the function failed without any.
fn error(record: Fields<'_>) -> Option<String> {
    let (kind, message) = (record.str("responsePayload.errorType"), record.str("responsePayload.errorMessage"));
    match (kind, message) {
        (Some(kind), Some(message)) if !message.starts_with(kind) => Some(format!("{kind}: {message}")),
        (_, Some(message)) => Some(message.to_owned()),
        (Some(kind), None) => Some(kind.to_owned()),
        (None, None) => record.str("responseContext.functionError").map(|error| format!("Function error: {error}")),
    }
}

/// `100 records of stream/orders`: what will not be tried again.
fn lost(record: Fields<'_>) -> Option<String> {
    let batch = ["KinesisBatchInfo", "DDBStreamBatchInfo"].into_iter().map(|name| record.fields(name));
    let batch = batch.into_iter().find(|batch| !batch.is_empty())?;
    let stream = batch.str("streamArn").and_then(Arn::parse).map(|arn| format!(" of {}", arn.short()));
    Some(format!("{} records{}", batch.count("batchSize")?, stream.unwrap_or_default()))
}

/// The function's page; its account and region are those of its ARN.
fn page(function_arn: &str, function: &str) -> Option<Link> {
    let arn = Arn::parse(function_arn)?;
    let console = Console::of_arn(&arn, None)?;
    Some(console.link(
        "the function in Lambda",
        "lambda/home",
        &format!("#/functions/{}?tab=monitoring", encoded(function)),
    ))
}
