//! Where a request came from, read from its connection and its head.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::HeaderName;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

use crate::app::{Origin, SharedApp};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// `region` is the one that the request was signed for.
pub fn of(app: &SharedApp, head: &Parts, region: String) -> Origin {
    // `state` has every connection's address put there.
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    // Several headers of this name are one list. What is not text is no address.
    let lists = head.headers.get_all(FORWARDED_FOR).iter().map(|list| list.to_str().unwrap_or_default());
    let hops: Vec<&str> = lists.flat_map(|list| list.split(',')).collect();
    // Each proxy adds at the right: the last is what the one that we hear says.
    let protocol = head.headers.get_all(FORWARDED_PROTO).iter().next_back().and_then(|list| list.to_str().ok());
    let is_tls =
        protocol.and_then(|list| list.rsplit(',').next()).is_some_and(|it| it.trim().eq_ignore_ascii_case("https"));
    let secure_transport = is_tls && app.trusts_proxy(peer);
    let user_agent = head.headers.get(USER_AGENT).map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned());
    Origin { source_ip: app.client_address(peer, hops.into_iter()), secure_transport, user_agent, region }
}
