//! `SageMaker`: jobs, endpoints, notebooks and pipeline executions that changed their state.
//!
//! Source: `SageMaker` Developer Guide, "Events that Amazon `SageMaker` AI sends to Amazon `EventBridge`".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use super::fields::Fields;
use crate::notification::Severity;

pub const ENTRY: Entry = Entry::new("sagemaker", "Amazon SageMaker AI").events(&["aws.sagemaker"], read);

/// What may change, by what it is called, where its name and its state stand.
const KINDS: [(&str, &str, &str); 8] = [
    ("Training job", "TrainingJobName", "TrainingJobStatus"),
    ("Tuning job", "HyperParameterTuningJobName", "HyperParameterTuningJobStatus"),
    ("Transform job", "TransformJobName", "TransformJobStatus"),
    ("Processing job", "ProcessingJobName", "ProcessingJobStatus"),
    ("Endpoint", "EndpointName", "EndpointStatus"),
    ("Notebook instance", "NotebookInstanceName", "NotebookInstanceStatus"),
    ("Pipeline step", "stepName", "currentStepStatus"),
    ("Pipeline execution", "pipelineExecutionDisplayName", "currentPipelineExecutionStatus"),
];

fn read(event: &Event<'_>) -> Option<Draft> {
    let detail = event.detail;
    let of_kind =
        |(kind, name, state): &(&'static str, &str, &str)| Some((*kind, detail.str(name)?, detail.str(state)?));
    let (kind, name, state) = KINDS.iter().find_map(of_kind)?;
    let reason = detail.either(&["FailureReason", "failureReason"]);
    let draft = Draft::new(severity(state), format!("{kind} {name}: {state}"))
        .gist(reason.clone())
        .subject(Some(name))
        .state(Some(state))
        .paragraph(None, reason)
        .fact("Doing", detail.str("SecondaryStatus").filter(|doing| *doing != state))
        .code("Instance type", detail.either(&["ResourceConfig.InstanceType", "InstanceType"]))
        .code("Model", detail.str("ModelName"))
        .time("Started", started(detail))
        .with_resources();
    let matter =
        ["TrainingJobArn", "HyperParameterTuningJobArn", "TransformJobArn", "pipelineExecutionArn", "EndpointArn"];
    Some(match matter.iter().find_map(|member| detail.str(member)) {
        Some(arn) => draft.thread(&["sagemaker", arn], end(state)),
        None => draft,
    })
}

/// Times come as text and, in most events, as milliseconds; only text is shown.
fn started(detail: Fields<'_>) -> Option<&str> {
    ["TrainingStartTime", "TransformStartTime", "executionStartTime", "stepStartTime"]
        .into_iter()
        .find_map(|member| detail.str(member))
}

fn severity(state: &str) -> Severity {
    match state {
        "Failed" | "OutOfService" | "RollingBack" | "UpdateRollbackFailed" => Severity::Critical,
        "Stopped" | "Stopping" => Severity::Warning,
        "Completed" | "Succeeded" | "InService" => Severity::Good,
        _ => Severity::Neutral,
    }
}

fn end(state: &str) -> Option<&'static str> {
    match state {
        "Completed" | "Succeeded" | "InService" => Some("Succeeded"),
        "Failed" => Some("Failed"),
        "Stopped" => Some("Stopped"),
        _ => None,
    }
}
