//! The server's Slack channel configurations, over its API: made one by one or by the thousand, described by ARN and page
//! by page. Every answer that is not only counted is read whole, since a fast answer that is wrong would be worth nothing.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::{Bellhop, team_id};
use crate::api::{self, ACCOUNT_ID};
use crate::clock;
use crate::http::Connection;
use crate::load::{self, Requests};
use crate::prepared::prepare_all;

/// The most that a page holds: <https://docs.aws.amazon.com/chatbot/latest/APIReference/API_DescribeSlackChannelConfigurations.html>.
pub const PAGE: usize = 100;
/// Signed at a time while the table is filled: all sent well before their signatures expire.
pub const FILLED_AT_ONCE: usize = 10_000;
const FILL_CONNECTIONS: usize = 16;
/// SigV4 allows 15 minutes; a server that is slower than 10,000 in these is not worth waiting for.
const FILL_WITHIN: Duration = Duration::from_mins(14);

/// A configuration that was made: one topic that goes to one channel.
pub struct Configuration {
    pub arn: String,
    pub topic_arn: String,
}

/// A page of `DescribeSlackChannelConfigurations`.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    pub arns: Vec<String>,
    pub next_token: Option<String>,
}

/// What a walk through all pages found.
pub struct Walk {
    pub configurations: usize,
    /// Of the second page, the third and so on.
    pub tokens: Vec<String>,
    /// How long each page took that nobody had read before, so that it came from the store.
    pub times: Vec<Duration>,
}

impl Bellhop {
    /// Makes the configuration number `number`: its own topic, its own channel.
    pub async fn create_configuration(&self, number: usize) -> anyhow::Result<Configuration> {
        let topic_arn = format!("arn:aws:sns:us-east-1:{ACCOUNT_ID}:bench-{number:06}");
        let request = self.create_request(number, &topic_arn)?;
        let answer = Connection::open(self.address()).await?.exchange(&request).await?;
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(answer.status == 201, "creating a configuration answered {}: {text}", answer.status);
        let created: Value = serde_json::from_str(&text).context("the created configuration is not JSON")?;
        let arn = created
            .pointer("/ChannelConfiguration/ChatConfigurationArn")
            .and_then(Value::as_str)
            .with_context(|| format!("the created configuration has no ARN: {text}"))?;
        Ok(Configuration { arn: arn.to_owned(), topic_arn })
    }

    /// The signed request that makes the configuration number `number`.
    pub fn create_request(&self, number: usize, topic_arn: &str) -> anyhow::Result<Vec<u8>> {
        let body = json!({
            "ConfigurationName": format!("bench-{number:06}"),
            "SlackTeamId": team_id(number),
            "SlackChannelId": format!("C0BENCH{number:06}"),
            "SlackChannelName": format!("bench-{number:06}"),
            "IamRoleArn": format!("arn:aws:iam::{ACCOUNT_ID}:role/bench"),
            "SnsTopicArns": [topic_arn],
        });
        api::request(&self.address().to_string(), "/create-slack-channel-configuration", &body, clock::now())
    }

    /// Signed requests for `count` configurations from number `first`, all listening to one topic.
    pub fn create_requests(&self, first: usize, count: usize) -> anyhow::Result<Vec<Vec<u8>>> {
        let topic_arn = format!("arn:aws:sns:us-east-1:{ACCOUNT_ID}:bench");
        prepare_all(count, |number| self.create_request(first + number, &topic_arn))
    }

    /// Makes the configurations from number `first` up to, without, number `end`. Answers how long the server took
    /// for each 10,000 of them, signing apart.
    pub async fn fill(&self, first: usize, end: usize) -> anyhow::Result<Vec<Duration>> {
        let mut took = Vec::new();
        for from in (first..end).step_by(FILLED_AT_ONCE) {
            let count = FILLED_AT_ONCE.min(end - from);
            let requests = Requests::Once(Arc::new(self.create_requests(from, count)?));
            let run = load::run(self.address(), FILL_CONNECTIONS, FILL_WITHIN, &requests).await?;
            ensure!(
                run.latencies.len() == count,
                "of {count} configurations {} were made{}; the server's log ends:\n{}",
                run.ok(),
                run.refusals(),
                self.log_tail()
            );
            took.push(run.elapsed);
            if end - first > FILLED_AT_ONCE {
                eprintln!("    {} of {end}, the last {count} in {:.1} s", from + count, run.elapsed.as_secs_f64());
            }
        }
        Ok(took)
    }

    /// The signed request for one configuration.
    pub fn describe_request(&self, arn: &str) -> anyhow::Result<Vec<u8>> {
        self.describe(&json!({ "ChatConfigurationArn": arn }))
    }

    /// The signed request for a full page: the first, or the one of a token.
    pub fn page_request(&self, token: Option<&str>) -> anyhow::Result<Vec<u8>> {
        let mut body = json!({ "MaxResults": PAGE });
        if let (Some(token), Some(members)) = (token, body.as_object_mut()) {
            members.insert("NextToken".to_owned(), token.into());
        }
        self.describe(&body)
    }

    fn describe(&self, body: &Value) -> anyhow::Result<Vec<u8>> {
        api::request(&self.address().to_string(), "/describe-slack-channel-configurations", body, clock::now())
    }

    /// Follows the tokens from the first page to the last. No configuration may come twice.
    pub async fn walk(&self) -> anyhow::Result<Walk> {
        let mut connection = Connection::open(self.address()).await?;
        let mut seen = HashSet::new();
        let mut tokens: Vec<String> = Vec::new();
        let mut times = Vec::new();
        loop {
            let number = tokens.len() + 1;
            let request = self.page_request(tokens.last().map(String::as_str))?;
            let asked = Instant::now();
            let answer = connection.exchange(&request).await?;
            times.push(asked.elapsed());
            let page = read_page(&answer.body).with_context(|| format!("page {number}"))?;
            ensure!(!page.arns.is_empty(), "page {number} is empty");
            for arn in page.arns {
                ensure!(!seen.contains(&arn), "page {number} has `{arn}`, which an earlier one had");
                seen.insert(arn);
            }
            match page.next_token {
                Some(token) => tokens.push(token),
                None => return Ok(Walk { configurations: seen.len(), tokens, times }),
            }
        }
    }
}

/// Reads an answer of `DescribeSlackChannelConfigurations`.
pub fn read_page(answer: &[u8]) -> anyhow::Result<Page> {
    let said = || String::from_utf8_lossy(answer.get(..500).unwrap_or(answer)).into_owned();
    let page: Value = serde_json::from_slice(answer).with_context(said)?;
    let listed = page.get("SlackChannelConfigurations").and_then(Value::as_array).with_context(said)?;
    let arn = |configuration: &Value| Some(configuration.get("ChatConfigurationArn")?.as_str()?.to_owned());
    let arns = listed.iter().map(arn).collect::<Option<Vec<_>>>().with_context(said)?;
    Ok(Page { arns, next_token: page.get("NextToken").and_then(Value::as_str).map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_arns_and_its_token() {
        let page = read_page(
            br#"{"SlackChannelConfigurations":[{"ChatConfigurationArn":"a"},{"ChatConfigurationArn":"b"}],"NextToken":"t"}"#,
        );
        let expected = Page { arns: vec!["a".to_owned(), "b".to_owned()], next_token: Some("t".to_owned()) };
        assert_eq!(page.expect("a page"), expected);
        let last = read_page(br#"{"SlackChannelConfigurations":[],"NextToken":null}"#).expect("a page");
        assert_eq!(last, Page { arns: Vec::new(), next_token: None });
    }

    #[test]
    fn what_is_no_page_is_refused_with_what_it_said() {
        for answer in [
            r#"{"Message":"Rate exceeded"}"#,
            r#"{"SlackChannelConfigurations":[{}],"Message":"Rate exceeded"}"#,
            "Rate exceeded",
        ] {
            let error = read_page(answer.as_bytes()).expect_err("no page").to_string();
            assert!(error.contains("Rate exceeded"), "{error}");
        }
    }
}
