//! What a line would run, laid out to be compared with what another would.

use awscall::command_line::{CallShape, Parsed, parse};
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// `lambda invoke`.
    pub operation: String,
    /// All else that the line says: the input, and how the answer is wanted.
    pub rest: Value,
}

impl Reading {
    /// Nothing, if the line is no command: it would run nothing.
    pub fn of(line: &str) -> Option<Self> {
        let (Parsed::Run(line) | Parsed::Incomplete(line, _)) = parse(line) else { return None };
        let shape = match &line.shape {
            CallShape::Plain => Value::Null,
            CallShape::LambdaInvoke => json!("invoke"),
            CallShape::LogsTail { since_ms } => json!({"since_ms": since_ms}),
            CallShape::S3List { bucket, prefix, recursive } => {
                json!({"bucket": bucket, "prefix": prefix, "recursive": recursive})
            }
        };
        let rest = json!({
            "input": line.call.input,
            "shape": shape,
            "region": line.region,
            "output": line.output.map(awscall::command_line::OutputFormat::word),
            "query": line.query,
            "max_items": line.max_items,
            "starting_token": line.starting_token,
            "page_size": line.page_size,
            "paginate": line.paginate,
        });
        Some(Self { operation: format!("{} {}", line.call.service.name, line.call.operation.command), rest })
    }
}
