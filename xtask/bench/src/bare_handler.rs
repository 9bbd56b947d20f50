//! The handler that Bellhop is compared with: axum as Bellhop uses it, reading the same body and answering 200 with as
//! many bytes as the request says that Bellhop answers it with. It is the ceiling of this machine for this stack; it
//! never looks at what it read.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

use crate::process;

/// The header of a request that says how many bytes to answer; none without it.
pub const ANSWER_BYTES: &str = "x-answer-bytes";
/// No answer that is compared with is longer.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Serves until it is ended.
pub async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    process::announce("bare-handler", listener.local_addr()?)?;
    axum::serve(listener, router()).await?;
    Ok(())
}

fn router() -> Router {
    // Made once: an answer is a view of it, which costs neither time nor memory.
    let page = Bytes::from(vec![b'x'; MAX_ANSWER_BYTES]);
    Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
        let page = page.clone();
        async move {
            // The extractor has read the body to its end by now, which is all that is asked.
            drop(body);
            let bytes = headers.get(ANSWER_BYTES).map_or(Some(0), |value| value.to_str().ok()?.parse().ok());
            match bytes.filter(|bytes| *bytes <= MAX_ANSWER_BYTES) {
                Some(bytes) => (StatusCode::OK, page.slice(..bytes)),
                None => (StatusCode::BAD_REQUEST, Bytes::new()),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Connection, prepare, with_header};

    #[tokio::test]
    async fn it_answers_as_many_bytes_as_it_is_asked_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut server = tokio::task::JoinSet::new();
        server.spawn(async move { axum::serve(listener, router()).await });

        let mut connection = Connection::open(address).await.expect("a connection");
        let request = prepare("POST", "/any", &[("host", "bare")], b"a body");
        let answer = connection.exchange(&request).await.expect("an answer");
        assert_eq!((answer.status, answer.body.len()), (200, 0));
        for (asked, status, bytes) in [("70123", 200, 70_123), ("1048577", 400, 0), ("many", 400, 0)] {
            let request = with_header(&request, ANSWER_BYTES, asked);
            let answer = connection.exchange(&request).await.expect("an answer");
            assert_eq!((answer.status, answer.body.len()), (status, bytes), "asked for {asked}");
        }
    }
}
