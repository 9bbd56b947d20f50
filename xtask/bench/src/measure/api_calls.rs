//! Signed calls of the API per second: describe one configuration, create configurations, describe a hundred. Compared
//! with the bare handler, which answers as many bytes, and with `moto_server`'s SNS `ListTopics` of as many topics (of one
//! for create).
//!
//! A describe is signed once for each round and sent over and over, as SigV4 allows for minutes; the server verifies it
//! each time. Each create is signed by itself, for a name and a channel of its own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use super::Bench;
use super::turns::{Turn, Turns, connections_in_words};
use crate::bare_handler::ANSWER_BYTES;
use crate::bellhop::Bellhop;
use crate::bellhop::configurations::{PAGE, read_page};
use crate::http::{Connection, with_header};
use crate::load::{self, Requests};
use crate::moto::Moto;
use crate::prepared::{CALIBRATION, needed};
use crate::report::Report;

const CONNECTIONS: [usize; 2] = [1, 16];
const AIM_OF_DESCRIBE: &str = "≥ 0.3 of bare, ≥ 30 × moto";
const AIM: &str = "≥ 30 × moto";

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let moto = bench.start_moto(1).await?;
    describe(bench, moto.as_ref(), 1, report).await?;
    create(bench, moto.as_ref(), report).await?;
    if let Some(moto) = moto {
        moto.stop()?;
    }
    let moto = bench.start_moto(PAGE).await?;
    describe(bench, moto.as_ref(), PAGE, report).await?;
    match moto {
        Some(moto) => {
            moto.stop()?;
            report.note(
                "moto_server is run as its documentation says, on the Python and the versions that the conformance tests \
                 pin. It verifies no signature, keeps everything in memory and closes the connection after each answer; \
                 connecting again is part of its times",
            );
        }
        None => report.note("moto_server was not measured: no --moto-server said where it is"),
    }
    Ok(())
}

/// Describes the `configurations` that there are: one by its ARN, more as a page.
async fn describe(
    bench: &Bench,
    moto: Option<&Moto>,
    configurations: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let bellhop = bench.installation.start(&bench.directory.join(format!("describe-{configurations}")))?;
    let arn = bellhop.create_configuration(0).await?.arn;
    bellhop.fill(1, configurations).await?;
    for connections in CONNECTIONS {
        let what = format!("Describe of {configurations}, {}", connections_in_words(connections));
        eprintln!("  {what}");
        let mut turns = Turns::default();
        for _ in 0..bench.rounds {
            let request =
                if configurations == 1 { bellhop.describe_request(&arn)? } else { bellhop.page_request(None)? };
            let answer = bellhop.expect_ok(&request).await?;
            let listed = read_page(&answer)?.arns;
            ensure!(
                listed.len() == configurations && listed.contains(&arn),
                "of {configurations} configurations {} were answered",
                listed.len()
            );
            let load = Load { connections, answer_bytes: answer.len(), example: request.clone() };
            let requests = Requests::Repeated(Arc::new(vec![request]));
            let turn = load.turn(bench, moto, &bellhop, &requests).await?;
            ensure!(turn.bellhop.ok() > 0, "not one call was answered 200{}", turn.bellhop.refusals());
            turns.push(turn);
        }
        report.row(turns.row(what.clone(), if configurations == 1 { AIM_OF_DESCRIBE } else { AIM }));
        turns.remarks(&what, report);
    }
    bellhop.stop()
}

/// Creates configurations, each with a name and a channel that no other has.
async fn create(bench: &Bench, moto: Option<&Moto>, report: &mut Report) -> anyhow::Result<()> {
    let bellhop = bench.installation.start(&bench.directory.join("create"))?;
    let example = bellhop.create_requests(0, 1)?.remove(0);
    let created = Connection::open(bellhop.address()).await?.exchange(&example).await?;
    ensure!(created.status == 201, "create answered {}: {}", created.status, String::from_utf8_lossy(&created.body));
    let (mut next, mut made) = (1, 1);
    for connections in CONNECTIONS {
        let what = format!("Create, {}", connections_in_words(connections));
        eprintln!("  {what}");
        let load = Load { connections, answer_bytes: created.body.len(), example: example.clone() };
        let calibration = Requests::Once(Arc::new(bellhop.create_requests(next, CALIBRATION)?));
        next += CALIBRATION;
        let run = load::run(bellhop.address(), connections, Duration::from_secs(1), &calibration).await?;
        made += run.ok();
        let mut rate = run.rate();
        let mut turns = Turns::default();
        for _ in 0..bench.rounds {
            let count = needed(rate, bench.seconds);
            let requests = Requests::Once(Arc::new(bellhop.create_requests(next, count)?));
            next += count;
            let turn = load.turn(bench, moto, &bellhop, &requests).await?;
            ensure!(turn.bellhop.ok() > 0, "not one configuration was created{}", turn.bellhop.refusals());
            rate = rate.max(turn.bellhop.rate());
            made += turn.bellhop.ok();
            turns.push(turn);
        }
        report.row(turns.row(what.clone(), AIM));
        turns.remarks(&what, report);
    }
    // What was answered 201 must be there, and nothing else.
    let there = bellhop.walk().await?.configurations as u64;
    ensure!(there == made, "the server answered 201 to {made} creates and has {there} configurations");
    bellhop.stop()
}

/// What all sides of a round have in common.
struct Load {
    connections: usize,
    /// A request as Bellhop gets it, which the bare handler gets over and over.
    example: Vec<u8>,
    /// How much Bellhop answers to it.
    answer_bytes: usize,
}

impl Load {
    async fn turn(
        &self,
        bench: &Bench,
        moto: Option<&Moto>,
        bellhop: &Bellhop,
        requests: &Requests,
    ) -> anyhow::Result<Turn> {
        let for_bare = with_header(&self.example, ANSWER_BYTES, &self.answer_bytes.to_string());
        let bare = bench.run_bare(self.connections, &Arc::new(vec![for_bare])).await?;
        let other = match moto {
            Some(moto) => Some(("moto_server", moto.run(self.connections, bench.seconds).await?)),
            None => None,
        };
        let bellhop = load::run(bellhop.address(), self.connections, bench.seconds, requests).await?;
        Ok(Turn { bare, other, bellhop })
    }
}
