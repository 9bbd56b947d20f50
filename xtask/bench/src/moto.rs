//! `moto_server`, the emulator of AWS that Bellhop is compared with: a process of the Python environment that the
//! conformance tests pin. Asked for its SNS topics; signed as Bellhop's calls are, though moto verifies no signature.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use crate::api::Post;
use crate::clock;
use crate::http::Connection;
use crate::load::{self, Requests, Run};
use crate::process::{Process, free_port, tail};

/// The version of the Query API of SNS: <https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>.
const VERSION: &str = "2010-03-31";
/// A page of `ListTopics`, which cannot be chosen.
const MAX_TOPICS: usize = 100;
/// It answers some hundred calls a second, and as many are plenty for a median.
const SECONDS: Duration = Duration::from_secs(2);

/// A running `moto_server`.
pub struct Moto {
    process: Process,
}

impl Moto {
    /// Starts the `program` with `topics` topics and waits until it answers. What it says goes to `log`.
    pub async fn start(program: &Path, topics: usize, log: &Path) -> anyhow::Result<Self> {
        ensure!(topics <= MAX_TOPICS, "ListTopics answers {MAX_TOPICS} topics at most, not {topics}");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &address.port().to_string()]);
        // As with Bellhop, nothing of the caller's environment changes what is measured. A Python behind `python3` on
        // PATH is not needed either: the program names its own.
        command.env_clear().env("PYTHONDONTWRITEBYTECODE", "1");
        let moto = Self { process: Process::start_at("moto_server", &mut command, address, log)? };
        let mut connection = Connection::open(address).await?;
        for number in 0..topics {
            let request = moto.request(&format!("Action=CreateTopic&Name=bench-{number:04}&Version={VERSION}"))?;
            let answer = connection.exchange(&request).await?;
            ensure!(answer.status == 200, "CreateTopic answered {}; its log ends:\n{}", answer.status, tail(log));
        }
        let listed = connection.exchange(&moto.list_topics()?).await?;
        let listed = (listed.status, topics_in(&listed.body));
        ensure!(listed == (200, topics), "moto has made {topics} topics and lists (status, topics) {listed:?}");
        Ok(moto)
    }

    /// Load for a few seconds.
    pub async fn run(&self, connections: usize, seconds: Duration) -> anyhow::Result<Run> {
        let requests = Requests::Repeated(Arc::new(vec![self.list_topics()?]));
        let run = load::run(self.process.address, connections, seconds.min(SECONDS), &requests).await?;
        ensure!(run.ok() > 0 && run.refused.is_empty(), "moto refused ListTopics{}", run.refusals());
        Ok(run)
    }

    pub fn address(&self) -> SocketAddr {
        self.process.address
    }

    pub fn stop(self) -> anyhow::Result<()> {
        self.process.stop()
    }

    fn list_topics(&self) -> anyhow::Result<Vec<u8>> {
        self.request(&format!("Action=ListTopics&Version={VERSION}"))
    }

    fn request(&self, form: &str) -> anyhow::Result<Vec<u8>> {
        let host = self.process.address.to_string();
        let media_type = "application/x-www-form-urlencoded; charset=utf-8";
        Post { host: &host, region: "us-east-1", service: "sns", path: "/", media_type }
            .signed(form.as_bytes(), clock::now())
    }
}

/// How many topics an answer of `ListTopics` lists.
fn topics_in(answer: &[u8]) -> usize {
    String::from_utf8_lossy(answer).matches("<TopicArn>").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_counted() {
        let answer = b"<ListTopicsResponse><ListTopicsResult><Topics><member><TopicArn>a</TopicArn></member>\
                       <member><TopicArn>b</TopicArn></member></Topics></ListTopicsResult></ListTopicsResponse>";
        assert_eq!((topics_in(answer), topics_in(b"<ErrorResponse/>")), (2, 0));
    }
}
