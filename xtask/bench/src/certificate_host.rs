//! Serves the signing certificate of a run, as `sns.REGION.amazonaws.com` serves Amazon's. A thread of the generator:
//! Bellhop fetches the certificate once and keeps it, so nothing runs here while anything is measured.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Context as _;

/// A client that sends nothing must not keep the certificate from the next.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
const MAX_REQUEST_BYTES: usize = 16 * 1024;

/// Serves `pem` at `path` until the process ends; answers the address.
pub fn start(path: String, pem: String) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::Builder::new().name("certificate-host".to_owned()).spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Err(error) = answer(stream, &path, &pem) {
                eprintln!("the certificate was asked for but not delivered: {error:#}");
            }
        }
    })?;
    Ok(address)
}

fn answer(mut stream: TcpStream, path: &str, pem: &str) -> anyhow::Result<()> {
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    let mut request = Vec::new();
    let mut chunk = [0; 1024];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") && request.len() < MAX_REQUEST_BYTES {
        let read = stream.read(&mut chunk).context("no complete request arrived")?;
        anyhow::ensure!(read > 0, "the connection was closed before its request was complete");
        request.extend(chunk.iter().take(read));
    }
    let found = request.starts_with(format!("GET {path} HTTP/1.1\r\n").as_bytes());
    let (status, body) = if found { ("200 OK", pem) } else { ("404 Not Found", "") };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/x-pem-file\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http;

    #[tokio::test(flavor = "multi_thread")]
    async fn only_the_certificates_path_answers() {
        let address = start("/right.pem".to_owned(), "the certificate".to_owned()).expect("a host");
        let right = http::get(address, "/right.pem").await.expect("an answer");
        assert_eq!((right.status, right.body.as_slice()), (200, b"the certificate".as_slice()));
        assert_eq!(http::get(address, "/wrong.pem").await.expect("an answer").status, 404);
    }
}
