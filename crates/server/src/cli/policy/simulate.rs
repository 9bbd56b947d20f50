//! `bellhop policy simulate`: IAM's `SimulateCustomPolicy` for one action and one resource, on files alone.
//!
//! The answer has the members of IAM's `EvaluationResult`:
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>. `StatementIndex` and `StatementSid` are
//! ours: IAM says where a statement stands by line and column.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use iam::policy::{Context, MatchedStatement, Policy, Request};
use serde_json::{Map, Value, json};

use crate::cli::identities::json_text;
use crate::cli::say;
use crate::config::read_policy_document;

#[derive(Debug, Args)]
pub struct Simulate {
    /// Files with policies' JSON documents; all of them bind the principal.
    #[arg(long = "policy-file", required = true, num_args = 1.., value_name = "FILE")]
    policy_files: Vec<PathBuf>,
    /// What is to be done: `chatbot:DescribeSlackWorkspaces`.
    #[arg(long)]
    action: String,
    /// On what.
    #[arg(long, default_value = "*")]
    resource: String,
    /// Condition keys, each with the list of its values: `{"aws:RequestTag/team": ["ops"]}`.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    context: String,
}

impl Simulate {
    pub fn run(self) -> anyhow::Result<()> {
        let policies = self.policy_files.iter().map(|file| {
            let shown = file.display().to_string();
            let document = read_policy_document(file).with_context(|| format!("cannot read `{shown}`"))?;
            Policy::parse(&shown, &document).with_context(|| format!("`{shown}` is not a policy"))
        });
        let policies = policies.collect::<anyhow::Result<Vec<_>>>()?;
        let context = context(&self.context)?;
        let request = Request { action: &self.action, resource: &self.resource, context: &context };
        let evaluation = iam::policy::simulate(&policies, &request);
        say(&json_text(&json!({
            "EvalActionName": self.action,
            "EvalResourceName": self.resource,
            "EvalDecision": evaluation.decision.as_str(),
            "MatchedStatements": evaluation.matched_statements.iter().map(matched).collect::<Vec<_>>(),
            "MissingContextValues": evaluation.missing_context_values,
        })));
        Ok(())
    }
}

fn matched(statement: &MatchedStatement) -> Value {
    let mut member = Map::new();
    member.insert("SourcePolicyId".to_owned(), json!(statement.policy));
    member.insert("SourcePolicyType".to_owned(), json!("IAM Policy"));
    member.insert("StatementIndex".to_owned(), json!(statement.index));
    if let Some(sid) = &statement.sid {
        member.insert("StatementSid".to_owned(), json!(sid));
    }
    member.into()
}

/// A map of key to list of values; one value may stand without a list.
fn context(text: &str) -> anyhow::Result<Context> {
    let form = "--context must be a JSON object that maps each condition key to the list of its values";
    let keys: Map<String, Value> = serde_json::from_str(text).context(form)?;
    let mut context = Context::new();
    for (key, value) in keys {
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        let values = values.iter().map(|value| match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(truth) => Ok(truth.to_string()),
            _ => Err(anyhow!("the values of `{key}` must be texts, numbers or truth values: {form}")),
        });
        let values = values.collect::<anyhow::Result<Vec<_>>>()?;
        if key.is_empty() {
            bail!("a condition key is empty: {form}");
        }
        // One value makes a single-valued key, which policy variables can take.
        match <[String; 1]>::try_from(values) {
            Ok([value]) => context.insert(&key, value),
            Err(values) => context.insert_many(&key, values),
        }
    }
    Ok(context)
}
