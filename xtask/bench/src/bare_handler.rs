//! The handler that Bellhop is compared with: axum as Bellhop uses it, reading the same body and answering 200 with
//! nothing. It is the ceiling of this machine for this stack; it never looks at what it read.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use tokio::net::TcpListener;

use crate::process;

/// Serves until it is ended.
pub async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    process::announce("bare-handler", listener.local_addr()?)?;
    let router = Router::new().fallback(|body: Bytes| async move {
        // The extractor has read the body to its end by now, which is all that is asked.
        drop(body);
        StatusCode::OK
    });
    axum::serve(listener, router).await?;
    Ok(())
}
