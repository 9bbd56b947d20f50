//! A port of this machine for a fake, as long as the fake lives.

use std::net::SocketAddr;

use axum::Router;
use tokio::task::JoinSet;

/// Serves the routes until the answer's second half is dropped.
pub async fn serve(routes: Router) -> (SocketAddr, JoinSet<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (address, serving)
}
