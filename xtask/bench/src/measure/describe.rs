//! Signed `DescribeSlackChannelConfigurations` per second: one configuration, asked for by its ARN. One signed request
//! is made for each round and sent over and over, as SigV4 allows for five minutes; the server verifies it each time.

use std::sync::Arc;

use anyhow::ensure;
use serde_json::json;

use super::{Bench, Pairs};
use crate::load::{self, Requests};
use crate::report::Report;
use crate::{api, clock};

const CONNECTIONS: usize = 16;

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let bellhop = bench.installation.start(&bench.directory.join("describe"))?;
    let configuration = bellhop.create_configuration(0).await?;
    let host = bellhop.address().to_string();
    let body = json!({ "ChatConfigurationArn": configuration.arn });
    let what = format!("Signed DescribeSlackChannelConfigurations, {CONNECTIONS} connections");
    eprintln!("  {what}");
    let mut pairs = Pairs::default();
    for _ in 0..bench.rounds {
        let request = api::request(&host, "/describe-slack-channel-configurations", &body, clock::now())?;
        // A fast answer that is wrong would be worth nothing.
        let answer = bellhop.expect_ok(&request).await?;
        let answer = String::from_utf8_lossy(&answer);
        ensure!(answer.contains(&configuration.arn), "the answer lacks the configuration: {answer}");
        let requests = Arc::new(vec![request]);
        let bare = bench.run_bare(CONNECTIONS, &requests).await?;
        let run = load::run(bellhop.address(), CONNECTIONS, bench.seconds, &Requests::Repeated(requests)).await?;
        ensure!(run.ok() > 0, "not one call was answered 200{}", run.refusals());
        pairs.push(bare, run);
    }
    report.row(pairs.row(what.clone(), ""));
    pairs.remarks(&what, report);
    bellhop.stop()
}
