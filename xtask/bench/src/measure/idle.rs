//! What a server that does nothing takes of the processor: it polls its store and looks after its channels all the same.

use std::time::Duration;

use super::Bench;
use crate::bellhop::Otherwise;
use crate::report::{Report, Row, megabytes};

/// What a start leaves to be done is done by then.
const SETTLED_AFTER: Duration = Duration::from_secs(5);

pub async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    // By the side of each other: idle servers do not disturb.
    let mut servers = Vec::new();
    for store in bench.stores() {
        let store_url = store.database("idle")?;
        let otherwise = Otherwise { store_url: store_url.as_deref(), ..Otherwise::default() };
        let directory = bench.directory.join(format!("idle-{}", store.name));
        let bellhop = bench.installation.start_otherwise(&directory, &otherwise)?;
        // A channel, so that there is something to look after.
        bellhop.create_configuration(0).await?;
        servers.push((store, bellhop));
    }
    tokio::time::sleep(SETTLED_AFTER).await;
    let before = servers.iter().map(|(_, bellhop)| bellhop.cpu_time()).collect::<anyhow::Result<Vec<_>>>()?;
    tokio::time::sleep(bench.idle).await;
    for ((store, bellhop), before) in servers.into_iter().zip(before) {
        let spent = bellhop.cpu_time()?.saturating_sub(before);
        report.row(Row {
            what: format!("Processor time at idle, {}, over {} s", store.name, bench.idle.as_secs()),
            result: format!(
                "{:.2} s a minute, {} resident",
                per_minute(spent, bench.idle),
                megabytes(bellhop.resident_bytes()?)
            ),
            aim: "< 30 MB",
            ..Row::default()
        });
        bellhop.stop()?;
    }
    Ok(())
}

fn per_minute(spent: Duration, within: Duration) -> f64 {
    spent.as_secs_f64() * 60.0 / within.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_said_for_a_minute() {
        assert!((per_minute(Duration::from_millis(150), Duration::from_secs(20)) - 0.45).abs() < 1e-9);
    }
}
