//! One call from its input to its output: sent, and sent again where that may help and does no harm.
//!
//! It keeps account of what may have happened: a call that broke after it was sent is never said to be undone, whatever the
//! attempts after it met.

use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_credential_types::Credentials;
use awscall::call::Call;
use awscall::customizations;
use awscall::endpoint::{Place, endpoint};
use awscall::protocol::{self, Request, Response, ResponseError};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::super::http::{self, ExchangeError};
use super::sign::Prepared;
use super::{AwsError, Engine, Limits, retry};

/// S3 says there where a bucket is. Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html>.
const BUCKET_REGION: &str = "x-amz-bucket-region";
/// A region's name is shorter.
const REGION_BYTES_MAX: usize = 63;

type Output = Map<String, Value>;

/// Why one attempt got no answer.
enum Failed {
    /// No attempt will be another.
    Unsendable(String),
    NoConnection(String),
    NoAnswer(String),
    TooLarge(usize),
}

#[expect(clippy::struct_excessive_bools, reason = "each is something that is mended once")]
pub(super) struct Exchange<'a> {
    engine: &'a Engine,
    /// As it was asked for, and as its service takes it.
    asked: &'a Call,
    call: Cow<'a, Call>,
    credentials: &'a Credentials,
    limits: Limits,
    attempts_max: u32,
    place: Place,
    /// Of all attempts, so that a token that makes it idempotent stays the same.
    request: Request,
    prepared: Prepared,
    invocation_id: String,
    /// Those that AWS refused for their date or region do not count.
    attempt: u32,
    /// What the last retry took of the quota.
    taken: Option<u32>,
    is_under_way: bool,
    /// What the last attempt was signed with.
    skew_ms: i64,
    /// An attempt was sent and never answered.
    is_unclear: bool,
    last: Option<AwsError>,
    has_corrected_clock: bool,
    has_changed_region: bool,
}

/// What follows from an attempt.
enum Next {
    End(Result<Output, AwsError>),
    Again(Duration),
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        call: &'a Call,
        credentials: &'a Credentials,
        place: Place,
        limits: Limits,
        attempts_max: u32,
    ) -> Result<Self, AwsError> {
        let (asked, call) = (call, customizations::before(call));
        let request = protocol::request(&call, &mut || Uuid::new_v4().to_string());
        let mut request = request.map_err(|error| AwsError::NotSent(error.to_string()))?;
        request.headers.extend(customizations::headers(&call).map(|(name, value)| (name.to_owned(), value.to_owned())));
        let prepared = prepare(&call, &request, &place)?;
        Ok(Self {
            engine,
            asked,
            call,
            credentials,
            limits,
            attempts_max,
            place,
            request,
            prepared,
            invocation_id: Uuid::new_v4().to_string(),
            attempt: 0,
            taken: None,
            is_under_way: false,
            skew_ms: 0,
            is_unclear: false,
            last: None,
            has_corrected_clock: false,
            has_changed_region: false,
        })
    }

    pub(super) async fn run(&mut self) -> Result<Output, AwsError> {
        loop {
            self.attempt += 1;
            self.skew_ms = self.engine.skew_ms.load(Ordering::Relaxed);
            let signed_at_ms = self.engine.clock.now_ms() + self.skew_ms;
            self.is_under_way = true;
            let answered = self.send(signed_at_ms).await;
            self.is_under_way = false;
            let next = match answered {
                Ok(response) => self.after_answer(&response, signed_at_ms),
                Err(failed) => self.after_failure(failed),
            };
            match next {
                Next::End(ended) => return ended,
                Next::Again(Duration::ZERO) => {}
                Next::Again(wait) => {
                    let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                    let until_ms = self.engine.clock.now_ms().saturating_add(wait_ms);
                    self.engine.clock.sleep_until_ms(until_ms).await;
                }
            }
        }
    }

    /// The deadline came first.
    pub(super) fn ran_out(self) -> AwsError {
        let seconds = self.limits.deadline.as_secs_f32();
        match self.last {
            Some(error) if !self.is_under_way && !self.is_unclear => error,
            _ => AwsError::NoAnswer(format!("{} did not answer within {seconds} seconds", self.call.service.id)),
        }
    }

    async fn send(&self, signed_at_ms: i64) -> Result<Response, Failed> {
        let more = [
            ("amz-sdk-invocation-id".to_owned(), self.invocation_id.clone()),
            ("amz-sdk-request".to_owned(), format!("attempt={}; max={}", self.attempt, self.attempts_max)),
        ];
        let prepared = &self.prepared;
        let headers = prepared.signed(&more, self.credentials, signed_at_ms).map_err(Failed::Unsendable)?;
        let headers = header_map(headers).map_err(Failed::Unsendable)?;
        let method = Method::from_bytes(prepared.method.as_bytes())
            .map_err(|_| Failed::Unsendable(format!("`{}` is no method", prepared.method)))?;
        let request = self.engine.http.request(method, prepared.url.clone()).headers(headers);
        let response = request.body(prepared.body.clone()).send().await.map_err(|error| {
            let is_connect = error.is_connect();
            let said = format!("{}: {}", self.call.service.id, ExchangeError::from(error));
            if is_connect { Failed::NoConnection(said) } else { Failed::NoAnswer(said) }
        })?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()));
        let headers = headers.collect();
        match http::body(response, self.limits.answer_bytes_max).await {
            Ok(body) => Ok(Response { status, headers, body }),
            Err(ExchangeError::TooLarge(max)) => Err(Failed::TooLarge(max)),
            Err(error) => Err(Failed::NoAnswer(format!("{}: {error}", self.call.service.id))),
        }
    }

    fn after_answer(&mut self, response: &Response, signed_at_ms: i64) -> Next {
        let error = match protocol::output(&self.call, response) {
            Ok(mut output) => {
                customizations::after(self.asked, &mut output);
                self.engine.quota.give_back(self.call.service.name, self.taken);
                return Next::End(Ok(output));
            }
            Err(ResponseError::Service(error)) => error,
            Err(ResponseError::Malformed(what)) => {
                let said = format!("{} answered what cannot be read: {what}", self.call.service.id);
                return Next::End(Err(AwsError::Unreadable(said)));
            }
        };
        let header = |name: &str| {
            let mut headers = response.headers.iter();
            headers.find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
        };
        if !self.has_corrected_clock
            && let Some(ahead_ms) = retry::skew_ms(&error, header("date"), signed_at_ms)
        {
            self.has_corrected_clock = true;
            self.attempt -= 1;
            // Beyond what this request was signed with: another may have corrected it meanwhile.
            self.engine.skew_ms.store(self.skew_ms + ahead_ms, Ordering::Relaxed);
            return Next::Again(Duration::ZERO);
        }
        if let Some(region) = self.other_region(response.status, header(BUCKET_REGION), &error.fields) {
            self.has_changed_region = true;
            self.attempt -= 1;
            return match self.move_to(region) {
                Ok(()) => Next::Again(Duration::ZERO),
                Err(refused) => Next::End(Err(refused)),
            };
        }
        let wait = retry::asked_for(header("x-amz-retry-after"));
        let is_retryable = retry::is_retryable(&error);
        self.again_or_end(AwsError::Service(error), is_retryable, wait)
    }

    fn after_failure(&mut self, failed: Failed) -> Next {
        match failed {
            Failed::Unsendable(why) => Next::End(Err(self.ended_by(AwsError::NotSent(why)))),
            Failed::TooLarge(max) => Next::End(Err(AwsError::TooLarge(max))),
            Failed::NoConnection(why) => self.again_or_end(AwsError::NotSent(why), true, None),
            Failed::NoAnswer(why) => {
                self.is_unclear = true;
                self.again_or_end(AwsError::NoAnswer(why), true, None)
            }
        }
    }

    fn again_or_end(&mut self, error: AwsError, is_retryable: bool, wait: Option<Duration>) -> Next {
        let no_answer = matches!(error, AwsError::NoAnswer(_));
        let may_retry = is_retryable && self.attempt < self.attempts_max;
        self.taken = may_retry.then(|| self.engine.quota.take(self.call.service.name, no_answer)).flatten();
        if self.taken.is_none() {
            return Next::End(Err(self.ended_by(error)));
        }
        let retries = self.attempt.saturating_sub(1);
        self.last = Some(error);
        Next::Again(wait.unwrap_or_else(|| retry::backoff(retries, self.engine.random.fraction())))
    }

    /// That the last attempt reached nobody, or was throttled, undoes none before it.
    fn ended_by(&self, error: AwsError) -> AwsError {
        match error {
            AwsError::NotSent(why) if self.is_unclear => AwsError::NoAnswer(why),
            AwsError::Service(error) if self.is_unclear && retry::is_throttling(&error) => {
                AwsError::NoAnswer(error.to_string())
            }
            error => error,
        }
    }

    /// Where a bucket is, if S3 says that it is not where it was asked for.
    fn other_region(&self, status: u16, header: Option<&str>, fields: &Output) -> Option<String> {
        let is_s3 = matches!(self.call.service.id, "S3" | "S3 Control");
        if self.has_changed_region || !is_s3 || !matches!(status, 301 | 302 | 307 | 400) {
            return None;
        }
        let region = header.or_else(|| fields.get("Region")?.as_str())?;
        let is_name = (1..=REGION_BYTES_MAX).contains(&region.len())
            && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (is_name && region != self.place.region).then(|| region.to_owned())
    }

    fn move_to(&mut self, region: String) -> Result<(), AwsError> {
        self.place.region = region;
        self.prepared = prepare(&self.call, &self.request, &self.place)?;
        Ok(())
    }
}

fn prepare(call: &Call, request: &Request, place: &Place) -> Result<Prepared, AwsError> {
    let to = endpoint(call, place).map_err(|error| AwsError::NotSent(error.to_string()))?;
    Prepared::new(call, request, &to).map_err(AwsError::NotSent)
}

fn header_map(headers: Vec<(String, String)>) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let cannot = || format!("the header `{name}` cannot hold what it was given: line breaks and the like");
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| cannot())?;
        let value = HeaderValue::from_str(&value).map_err(|_| cannot())?;
        map.append(parsed, value);
    }
    Ok(map)
}
