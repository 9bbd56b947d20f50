//! `cargo xtask ask endpoints|queries|pages|outputs`: what the conformance tests ask `awscall` by the ten thousand and compare with what botocore and
//! the AWS CLI say. A line of JSON in, a line of JSON out, until the input ends.

use std::io::{BufRead as _, BufWriter, Write as _};

use anyhow::{Context as _, Result, bail};
use awscall::call::Call;
use awscall::command_line::OutputFormat;
use awscall::endpoint::{Place, endpoint};
use awscall::output::output;
use awscall::pagination::{Limits, Pages, Paging};
use awscall::protocol::request;
use awscall::query::Query;
use serde_json::{Value, json};

pub fn run(arguments: &[String]) -> Result<()> {
    let answer = match arguments {
        [what] if what == "endpoints" => where_to,
        [what] if what == "queries" => queried,
        [what] if what == "pages" => paged,
        [what] if what == "outputs" => written,
        _ => bail!("`ask` takes `endpoints`, `queries`, `pages` or `outputs`"),
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?).context("a line is not JSON")?;
        serde_json::to_writer(&mut out, &answer(&question)?)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

fn text(question: &Value, name: &str) -> Result<String> {
    Ok(question[name].as_str().with_context(|| format!("no `{name}`"))?.to_owned())
}

fn call(question: &Value) -> Result<Call> {
    let input = question["input"].as_object().cloned().unwrap_or_default();
    let (service, operation) = (text(question, "service")?, text(question, "operation")?);
    Call::of(&service, &operation, input).with_context(|| format!("no `{operation}` of `{service}`"))
}

/// `{service, operation, input, region, endpoint, fips, dual_stack}`; with `whole`, the address of the request instead.
fn where_to(question: &Value) -> Result<Value> {
    let place = Place {
        region: text(question, "region")?,
        endpoint: question["endpoint"].as_str().map(str::to_owned),
        fips: question["fips"] == json!(true),
        dual_stack: question["dual_stack"] == json!(true),
    };
    let call = call(question)?;
    Ok(match endpoint(&call, &place) {
        Ok(endpoint) if question["whole"] == json!(true) => {
            let request = request(&call, &mut || "token".to_owned())?;
            json!({ "address": endpoint.address(&request)? })
        }
        Ok(endpoint) => json!({
            "url": endpoint.url,
            "signing_name": endpoint.signing_name,
            "signing_region": endpoint.signing_region,
            "double_encode_path": endpoint.double_encode_path,
            "other_scheme": endpoint.other_scheme,
            "headers": endpoint.headers.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        }),
        Err(error) => json!({ "error": error.0 }),
    })
}

/// `{query, value}`.
fn queried(question: &Value) -> Result<Value> {
    let answer = Query::parse(&text(question, "query")?).and_then(|query| query.apply(&question["value"]));
    Ok(match answer {
        Ok(answer) => json!({ "answer": answer }),
        Err(error) => json!({ "error": error.0 }),
    })
}

/// `{service, operation, input, max_items, starting_token, page_size, answers}`: the inputs that were asked with, and the whole.
fn paged(question: &Value) -> Result<Value> {
    let paging = Paging {
        max_items: question["max_items"].as_u64(),
        starting_token: question["starting_token"].as_str().map(str::to_owned),
        page_size: question["page_size"].as_u64(),
    };
    let mut pages = match Pages::of(&call(question)?, &paging, Limits::default()) {
        Ok(pages) => pages.context("no pages")?,
        Err(error) => return Ok(json!({ "error": error.0 })),
    };
    let mut inputs = Vec::new();
    for answer in question["answers"].as_array().into_iter().flatten() {
        let Some(input) = pages.next_input() else { break };
        inputs.push(json!(input));
        if let Err(error) = pages.take(answer.as_object().cloned().context("a page is no object")?) {
            return Ok(json!({ "error": error.0 }));
        }
    }
    Ok(json!({ "inputs": inputs, "output": pages.finish().output }))
}

/// `{format, operation, value}`.
fn written(question: &Value) -> Result<Value> {
    let format = OutputFormat::of(&text(question, "format")?).context("no such format")?;
    Ok(json!({ "text": output(format, &text(question, "operation")?, &question["value"]) }))
}
