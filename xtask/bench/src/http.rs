//! The smallest HTTP/1.1 client that can drive a server: one keep-alive connection, requests as prepared bytes,
//! answers read by their Content-Length. Used for the load and for the few control calls around it. It never parses
//! more of an answer than its status and length, because each microsecond spent here is taken from the server that is
//! being measured.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// No answer during a benchmark is larger; a server that sends more is broken.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// A head longer than this is not a head.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// An answer that takes longer ends the benchmark instead of hanging it.
const CONTROL_TIMEOUT: Duration = Duration::from_secs(30);

/// One keep-alive connection. A server that closes after each answer is connected to again for the next request, as any
/// client of it has to.
pub struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    received: Vec<u8>,
    /// The last answer said that no other follows it.
    closed: bool,
}

/// An answer: its status and its whole body.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// What of an answer's head matters here.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    body_starts: usize,
    body_bytes: usize,
    closes: bool,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = connect(address).await?;
        Ok(Self { address, stream, received: Vec::with_capacity(8 * 1024), closed: false })
    }

    /// Sends a prepared request and returns the answer's status. No time-out of its own: a timer for each request
    /// would cost more than reading the answer, so the run around it has one.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        let head = self.receive_after(request).await?;
        self.received.clear();
        Ok(head.status)
    }

    /// Sends a prepared request and returns the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let head = tokio::time::timeout(CONTROL_TIMEOUT, self.receive_after(request))
            .await
            .with_context(|| format!("no answer within {} s", CONTROL_TIMEOUT.as_secs()))??;
        let body = self.received.split_off(head.body_starts);
        self.received.clear();
        Ok(Answer { status: head.status, body })
    }

    /// On return `received` holds exactly one answer.
    async fn receive_after(&mut self, request: &[u8]) -> anyhow::Result<Head> {
        if self.closed {
            self.stream = connect(self.address).await?;
            self.closed = false;
        }
        self.stream.write_all(request).await.context("the connection broke while a request was sent")?;
        let mut head = None;
        loop {
            let read = self.stream.read_buf(&mut self.received).await.context("the connection broke")?;
            ensure!(read > 0, "the server closed the connection before its answer was complete");
            if head.is_none() {
                head = parse_head(&self.received)?;
            }
            let Some(known) = &head else { continue };
            let complete = known.body_starts + known.body_bytes;
            ensure!(self.received.len() <= complete, "the server sent more than one answer to one request");
            if self.received.len() == complete {
                break;
            }
        }
        let head = head.context("an answer without a head")?;
        self.closed = head.closes;
        Ok(head)
    }
}

async fn connect(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to `{address}`"))?;
    // A request is one write; waiting for more would measure Nagle's algorithm.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A request's bytes, ready to be sent any number of times.
pub fn prepare(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {path} HTTP/1.1\r\n");
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    let length = body.len().to_string();
    request.extend(["content-length: ", &length, "\r\n\r\n"]);
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A prepared request with one header more.
pub fn with_header(request: &[u8], name: &str, value: &str) -> Vec<u8> {
    let line_ends = request.windows(2).position(|window| window == b"\r\n").map_or(0, |position| position + 2);
    let (line, rest) = request.split_at(line_ends);
    [line, format!("{name}: {value}\r\n").as_bytes(), rest].concat()
}

/// Fetches one page over a connection of its own.
pub async fn get(address: SocketAddr, path: &str) -> anyhow::Result<Answer> {
    let host = address.to_string();
    Connection::open(address).await?.exchange(&prepare("GET", path, &[("host", &host)], b"")).await
}

/// The head of an answer, or nothing while it is still incomplete.
fn parse_head(received: &[u8]) -> anyhow::Result<Option<Head>> {
    let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else {
        ensure!(received.len() <= MAX_HEAD_BYTES, "the head of an answer is longer than {MAX_HEAD_BYTES} bytes");
        return Ok(None);
    };
    let head = std::str::from_utf8(received.get(..end).unwrap_or_default()).context("the head is not text")?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 "))
        .and_then(|rest| rest.get(..3))
        .and_then(|digits| digits.parse().ok())
        .context("the answer does not begin with an HTTP/1.1 status")?;
    let mut body_bytes = None;
    let mut closes = false;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            body_bytes = Some(value.trim().parse().context("the Content-Length is not a number")?);
        }
        if name.eq_ignore_ascii_case("connection") {
            closes |= value.trim().eq_ignore_ascii_case("close");
        }
        if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("the answer has a Transfer-Encoding; this client reads answers by Content-Length only");
        }
    }
    let body_bytes: usize = match (body_bytes, status) {
        (Some(bytes), _) => bytes,
        (None, 204 | 304) => 0,
        (None, _) => bail!("an answer of status {status} without Content-Length"),
    };
    ensure!(body_bytes <= MAX_ANSWER_BYTES, "an answer of {body_bytes} bytes; the limit is {MAX_ANSWER_BYTES}");
    Ok(Some(Head { status, body_starts: end + 4, body_bytes, closes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_head_is_not_an_error() {
        assert_eq!(parse_head(b"HTTP/1.1 200 OK\r\ncontent-len").expect("incomplete"), None);
    }

    #[test]
    fn the_length_is_found_in_any_case() {
        let head = parse_head(b"HTTP/1.1 403 Forbidden\r\nContent-LENGTH: 12\r\nx: y\r\n\r\nabc").expect("a head");
        assert_eq!(head, Some(Head { status: 403, body_starts: 52, body_bytes: 12, closes: false }));
    }

    /// Two answers over two connections, for a server that closes after each.
    #[tokio::test]
    async fn a_server_that_closes_is_connected_to_again() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut server = tokio::task::JoinSet::new();
        server.spawn(async move {
            for body in ["1", "2"] {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                stream.read_u8().await.expect("a request");
                let answer = format!("HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 1\r\n\r\n{body}");
                stream.write_all(answer.as_bytes()).await.expect("sent");
            }
        });
        let mut connection = Connection::open(address).await.expect("a connection");
        for body in [b"1", b"2"] {
            assert_eq!(connection.exchange(b"x").await.expect("an answer").body, body);
        }
    }

    #[test]
    fn a_header_is_added_and_nothing_else_changes() {
        let request = prepare("POST", "/x", &[("host", "h")], b"a\r\nb");
        let added = prepare("POST", "/x", &[("n", "1"), ("host", "h")], b"a\r\nb");
        assert_eq!(with_header(&request, "n", "1"), added);
    }

    #[test]
    fn what_cannot_be_read_by_length_is_refused() {
        for answer in [
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\n",
            "SSH-2.0-OpenSSH\r\n\r\n",
        ] {
            assert!(parse_head(answer.as_bytes()).is_err(), "accepted {answer:?}");
        }
        assert!(parse_head(&vec![b'a'; MAX_HEAD_BYTES + 1]).is_err());
    }

    #[test]
    fn a_prepared_request_says_its_length() {
        let request = prepare("POST", "/sns", &[("host", "h"), ("content-type", "text/plain")], b"abc");
        assert_eq!(
            request,
            b"POST /sns HTTP/1.1\r\nhost: h\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\nabc"
        );
    }
}
