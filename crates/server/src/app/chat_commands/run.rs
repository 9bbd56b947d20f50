//! Running: from *started* to *ended*. Credentials, the call, its deadline; meanwhile the lease is kept and the person told that it
//! still runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::answer::Told;
use super::query_logs::starts_query;
use super::{Audited, LEASE_MS, Outcome, Settled, Step};
use crate::app::App;
use crate::app::command_permissions::{CommandCredentials, NoCredentials};
use crate::outbound::aws::{AwsError, Limits, Ran};

/// Whoever waits for so long wants to know that somebody works.
const STILL_AFTER_MS: i64 = 3_000;
const LEASE_EVERY_MS: i64 = LEASE_MS / 3;
/// How often the store is asked to keep what came of a command, while it is away.
const KEEP_EVERY_MS: i64 = 500;
/// What a stop of the server leaves a command that runs. Longer stops are killed by those who stop servers.
const STOP_GRACE: Duration = Duration::from_secs(8);
/// AWS's own clock ends a call a little after ours.
const DEADLINE_SLACK: Duration = Duration::from_secs(1);

impl App {
    pub(super) async fn run(self: &Arc<Self>, settled: Settled) {
        self.audit_command(&Audited::of(Step::Started, &settled)).await;
        let began_ms = self.clock.now_ms();
        let ended = CancellationToken::new();
        let outcome = async {
            let outcome = self.outcome_of(&settled, began_ms).await;
            ended.cancel();
            outcome
        };
        let (outcome, posted) = tokio::join!(outcome, self.look_after(&settled, began_ms, &ended));
        self.end(settled, outcome, posted, began_ms).await;
    }

    async fn outcome_of(&self, settled: &Settled, began_ms: i64) -> Outcome {
        // Until then nothing can have happened, whatever ends it.
        let sent = AtomicBool::new(false);
        let ended = tokio::select! {
            outcome = self.ask_aws(settled, &sent) => return outcome,
            () = self.clock.sleep_until_ms(began_ms.saturating_add(self.commands.timeout_ms())) => {
                Outcome::TimedOut { seconds: self.commands.timeout_seconds, sent: false }
            }
            () = self.stopped() => Outcome::Interrupted { sent: false },
        };
        ended.where_sent(sent.load(Ordering::Relaxed))
    }

    async fn stopped(&self) {
        self.stopping.cancelled().await;
        tokio::time::sleep(STOP_GRACE).await;
    }

    async fn ask_aws(&self, settled: &Settled, sent: &AtomicBool) -> Outcome {
        let mut credentials = match self.command_credentials(&settled.standing).await {
            Ok(credentials) => credentials,
            Err(none) => return none.into(),
        };
        sent.store(true, Ordering::Relaxed);
        let mut asked = self.call_of(settled, &credentials).await;
        // AWS did nothing, and says so.
        if let Err(error) = &asked
            && is_expired(error)
        {
            credentials = match self.renewed_command_credentials(&settled.standing, &credentials).await {
                Ok(credentials) => credentials,
                Err(none) => return none.into(),
            };
            asked = self.call_of(settled, &credentials).await;
        }
        match asked {
            Ok(outcome) => outcome,
            Err(error) => self.outcome_of_error(settled, error),
        }
    }

    fn outcome_of_error(&self, settled: &Settled, error: AwsError) -> Outcome {
        let call = &settled.line.call;
        let refusal = error.service().and_then(|service_error| {
            self.explain_denied(&settled.standing, call.service, call.operation, service_error)
        });
        match refusal {
            Some(refusal) => Outcome::refused(refusal),
            None => Outcome::of_error(error),
        }
    }

    /// What only reads may be asked again, but for a query of logs: each that is started costs. What the models call idempotent is not
    /// asked again either: a second deletion is told `not found` of what the first, unanswered one did.
    fn limits_of(&self, settled: &Settled) -> Limits {
        let timeout = Duration::from_secs(u64::from(self.commands.timeout_seconds)).saturating_add(DEADLINE_SLACK);
        let limits = Limits::default().within(timeout);
        if settled.read_only && !starts_query(settled) { limits } else { limits.once() }
    }

    async fn call_of(&self, settled: &Settled, credentials: &CommandCredentials) -> Result<Outcome, AwsError> {
        let limits = self.limits_of(settled);
        let Ran { mut output, more } = self.aws.run(&settled.line, credentials, &settled.region, &limits).await?;
        if starts_query(settled) {
            output = self.rows_of_query(settled, credentials, &output).await?;
        }
        Ok(Outcome::Output { output, next_token: more })
    }

    /// Keeps the lease and says that it still runs, until it has ended. Answers which message says so.
    async fn look_after(&self, settled: &Settled, began_ms: i64, ended: &CancellationToken) -> Option<String> {
        let mut lease_at_ms = began_ms.saturating_add(LEASE_EVERY_MS);
        let mut still_at_ms = began_ms.saturating_add(STILL_AFTER_MS);
        let mut posted = None;
        loop {
            tokio::select! {
                biased;
                () = ended.cancelled() => return posted,
                () = self.clock.sleep_until_ms(lease_at_ms.min(still_at_ms)) => {}
            }
            let now_ms = self.clock.now_ms();
            if now_ms >= still_at_ms {
                still_at_ms = i64::MAX;
                posted = self.say_still_running(settled).await;
            }
            if now_ms >= lease_at_ms {
                lease_at_ms = now_ms.saturating_add(LEASE_EVERY_MS);
                if let Err(error) = self.store.lease_command(&settled.id, now_ms.saturating_add(LEASE_MS)).await {
                    tracing::warn!(command = settled.id, %error, "the lease of a command that runs could not be kept");
                }
            }
        }
    }

    /// Keeps what came of it, as long as it takes: from then on a crash loses nothing. Then answers.
    async fn end(&self, settled: Settled, outcome: Outcome, posted: Option<String>, began_ms: i64) {
        let ended_at_ms = self.clock.now_ms();
        let took_ms = ended_at_ms.saturating_sub(began_ms);
        self.metrics.command_took(took_ms);
        self.audit_command(&Audited::ended(&settled, &outcome)).await;
        let Settled { id, mut asked, line, standing, .. } = settled;
        let next_page = outcome.next_token().map(|token| line.clone().with_starting_token(token).shown);
        let goes_on = next_page.is_some().then(|| {
            asked.next_page = next_page;
            asked.sealable()
        });
        let result = outcome.sealable();
        loop {
            let until_ms = self.clock.now_ms().saturating_add(LEASE_MS);
            match self.store.end_command(&id, &result, goes_on.as_ref(), ended_at_ms, until_ms).await {
                Ok(true) => break,
                Ok(false) => {
                    tracing::warn!(command = id, "a command ended after its person was told that nobody knows of it");
                    return;
                }
                Err(error) if self.stopping.is_cancelled() => {
                    tracing::error!(command = id, %error, "what came of a command could not be kept");
                    return;
                }
                Err(error) => tracing::warn!(command = id, %error, "what came of a command waits for the store"),
            }
            self.clock.sleep_until_ms(self.clock.now_ms().saturating_add(KEEP_EVERY_MS)).await;
        }
        let (line, role) = (Some(line), Some(standing.role.as_str().to_owned()));
        self.tell(Told { id, asked, line, outcome, posted, attempts: 0, ended_at_ms, took_ms, role }).await;
    }
}

/// Source: the codes by which the SDKs tell it, botocore's `_EXPIRED_TOKEN` handling of `ExpiredToken` and `ExpiredTokenException`.
fn is_expired(error: &AwsError) -> bool {
    matches!(error.code(), Some("ExpiredToken" | "ExpiredTokenException" | "RequestExpired"))
}

impl From<NoCredentials> for Outcome {
    fn from(none: NoCredentials) -> Self {
        match none {
            NoCredentials::Refused(refusal) => Self::refused(refusal),
            NoCredentials::Unavailable(why) => Self::NotSent(why),
        }
    }
}
