//! A command line run as its shape says: all pages of a list, `logs tail` from so long before now, `lambda invoke` with the end
//! of its log. `app::chat_commands` calls it.

use std::borrow::Cow;

use awscall::call::Call;
use awscall::command_line::{CallShape, CommandLine};
use awscall::pagination::{Limits as PageLimits, Pages, Paging};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{AwsClient, AwsError, CommandCredentials, Limits, retry};

/// Of the time that a call has, what all pages together may take.
const SHARE_OF_PAGES: f32 = 0.8;

/// What a command line came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// Of all pages together.
    pub output: Map<String, Value>,
    /// For `--starting-token`, where there is more than was asked for, than fits, or than there was time for.
    pub more: Option<String>,
}

impl AwsClient {
    /// One call, or one for each page, all within the limits of one.
    pub async fn run(
        &self,
        line: &CommandLine,
        credentials: &CommandCredentials,
        region: &str,
        limits: &Limits,
    ) -> Result<Ran, AwsError> {
        let call = shaped(line, self.engine.clock.now_ms());
        let paging = Paging::from(line);
        let not_sent = |error: awscall::pagination::PageError| AwsError::NotSent(error.to_string());
        let pages = if line.paginate {
            let limits = PageLimits { bytes: limits.answer_bytes_max, ..PageLimits::default() };
            Pages::of(&call, &paging, limits).map_err(not_sent)?
        } else {
            None
        };
        match pages {
            Some(pages) => self.all(&call, pages, credentials, region, limits).await,
            None => Ok(Ran { output: self.call(&call, credentials, region, limits).await?, more: None }),
        }
    }

    /// What was read when the time is over, or when AWS wants us to be slower, is told with a token to go on with.
    async fn all(
        &self,
        call: &Call,
        mut pages: Pages,
        credentials: &CommandCredentials,
        region: &str,
        limits: &Limits,
    ) -> Result<Ran, AwsError> {
        // Whoever waits for as long as the deadline has it in time, with what was read.
        let ends_at = Instant::now() + limits.deadline.mul_f32(SHARE_OF_PAGES);
        let mut is_first = true;
        while let Some(input) = pages.next_input() {
            let page = Call { input: input.clone(), ..call.clone() };
            let left = ends_at.saturating_duration_since(Instant::now());
            if !is_first && left.is_zero() {
                break;
            }
            let limits = if is_first { *limits } else { limits.within(left) };
            match self.call(&page, credentials, region, &limits).await {
                Ok(output) => pages.take(output).map_err(|error| AwsError::Unreadable(error.to_string()))?,
                Err(error) if is_first || !is_passing(&error) => return Err(error),
                Err(_) => break,
            }
            is_first = false;
        }
        let whole = pages.finish();
        Ok(Ran { output: whole.output, more: whole.more })
    }
}

/// The same page may be answered another time.
fn is_passing(error: &AwsError) -> bool {
    match error {
        AwsError::Service(error) => retry::is_retryable(error),
        AwsError::NotSent(_) | AwsError::NoAnswer(_) => true,
        AwsError::TooLarge(_) | AwsError::Unreadable(_) => false,
    }
}

/// With what its shape adds. What somebody typed stays.
fn shaped(line: &CommandLine, now_ms: i64) -> Cow<'_, Call> {
    let (member, value): (&str, Value) = match line.shape {
        CallShape::LogsTail { since_ms } => ("startTime", now_ms.saturating_sub(since_ms).into()),
        // Lambda gives no log of what it only queues. Source: `LogType` of
        // <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
        CallShape::LambdaInvoke if is_synchronous(&line.call) => ("LogType", "Tail".into()),
        CallShape::Plain | CallShape::S3List { .. } | CallShape::LambdaInvoke => return Cow::Borrowed(&line.call),
    };
    if line.call.input.contains_key(member) {
        return Cow::Borrowed(&line.call);
    }
    let mut call = line.call.clone();
    call.input.insert(member.to_owned(), value);
    Cow::Owned(call)
}

fn is_synchronous(call: &Call) -> bool {
    call.input.get("InvocationType").and_then(Value::as_str).is_none_or(|kind| kind == "RequestResponse")
}

#[cfg(test)]
mod tests {
    use awscall::command_line::{Parsed, parse};

    use super::*;

    const NOW_MS: i64 = 1_795_431_600_000;

    fn input(text: &str) -> Map<String, Value> {
        let Parsed::Run(line) = parse(text) else { panic!("{text}: {:?}", parse(text)) };
        shaped(&line, NOW_MS).input.clone()
    }

    #[test]
    fn a_tail_begins_so_long_before_now() {
        let sent = input("logs tail /aws/lambda/orders --since 10m");
        assert_eq!(
            (&sent["logGroupName"], &sent["startTime"]),
            (&"/aws/lambda/orders".into(), &(NOW_MS - 600_000).into())
        );
    }

    #[test]
    fn an_invocation_that_is_waited_for_brings_the_end_of_its_log() {
        assert_eq!(input("lambda invoke --function-name orders")["LogType"], "Tail");
        assert_eq!(input("lambda invoke --function-name orders --log-type None")["LogType"], "None");
        assert!(!input("lambda invoke --function-name orders --invocation-type Event").contains_key("LogType"));
        assert!(!input("lambda list-functions").contains_key("LogType"));
    }
}
