//! `GET /sandbox/live`: new and changed messages as server-sent events. Read by the page.
//!
//! Events: `ready` (the stream is open: nothing later will be missed), `message` (a message as in `/sandbox/messages`, new
//! or changed), `deleted` (`{"channel", "ts"}`), `channel` (a new channel as in `/sandbox/channels`), `cleared` (`{"channel": id
//! or null}`), `view` (`{"user", "view": the open view or null, "errors"}`), `teams` (a message as in `/sandbox/teams/messages`) and
//! `resync` (the listener was too slow and missed some: read everything again). It never replays the past.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;
use tokio_stream::Stream;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::channels::{ChannelSummary, Message, Ts};
use super::{SUBSCRIBERS_MAX, Sandbox, refusal};

/// How long a browser waits before it opens a broken stream again.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub enum LiveEvent {
    Message(Arc<Message>),
    Channel(ChannelSummary),
    /// The messages of one channel, or of all, are gone.
    Cleared(Option<String>),
    /// One message is gone.
    Deleted(String, Ts),
    /// What somebody has open now: as `GET /sandbox/views` shows it.
    View(Value),
    /// A message of Teams, new or changed; null when they were cleared.
    Teams(Value),
}

impl LiveEvent {
    fn to_sse(&self) -> Event {
        let (name, data) = match self {
            Self::Message(message) => ("message", json!(**message)),
            Self::Channel(channel) => ("channel", json!(channel)),
            Self::Cleared(channel) => ("cleared", json!({ "channel": channel })),
            Self::Deleted(channel, ts) => ("deleted", json!({ "channel": channel, "ts": ts })),
            Self::Teams(message) => ("teams", message.clone()),
            Self::View(shown) => ("view", shown.clone()),
        };
        Event::default().event(name).data(data.to_string())
    }
}

pub async fn subscribe(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let Ok(permit) = Arc::clone(&sandbox.subscribers).try_acquire_owned() else {
        let sentence = format!("{SUBSCRIBERS_MAX} pages listen already: close one of them");
        return refusal(StatusCode::SERVICE_UNAVAILABLE, &sentence);
    };
    let stream = Live {
        events: BroadcastStream::new(sandbox.live.subscribe()),
        closing: Box::pin(sandbox.closing.clone().cancelled_owned()),
        // Says at once that the stream is open, and how soon to come back.
        first: Some(Event::default().event("ready").retry(RECONNECT_AFTER).data("{}")),
        _permit: permit,
    };
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}

/// One listener's events, until it goes or the server closes. Holds its place among the subscribers.
struct Live {
    events: BroadcastStream<LiveEvent>,
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
    first: Option<Event>,
    _permit: OwnedSemaphorePermit,
}

impl Stream for Live {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.closing.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.events).poll_next(context).map(|next| {
            next.map(|event| {
                Ok(match event {
                    Ok(event) => event.to_sse(),
                    Err(BroadcastStreamRecvError::Lagged(_)) => Event::default().event("resync").data("{}"),
                })
            })
        })
    }
}
