//! Where a request came from: for audit records, and for what conditions of policies ask about it.

use std::net::IpAddr;

use ipnet::IpNet;

use super::App;

/// Hops that are looked through. Nobody has that many proxies; a client can write what it likes into the header.
const HOPS_MAX: usize = 32;

/// What a request says of itself, and what its connection says of it.
#[derive(Debug, Clone)]
pub struct Origin {
    /// `aws:SourceIp`: the client's address, seen through trusted proxies.
    pub source_ip: IpAddr,
    /// `aws:SecureTransport`: whether a trusted proxy says that the client spoke TLS. Bellhop itself speaks none.
    pub secure_transport: bool,
    /// `aws:UserAgent`, as it was sent.
    pub user_agent: Option<String>,
    /// `aws:RequestedRegion`: the region that the request was signed for.
    pub region: String,
}

impl App {
    /// Whether requests may be signed for a region: for any, unless the settings name some.
    pub fn serves_region(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|served| served == region)
    }

    /// The client behind a connection from `peer`. `forwarded_for` are the addresses of `X-Forwarded-For` in the order in
    /// which they stand: each proxy adds, at the right, whom it heard from. They are believed from the right as long as
    /// those who wrote them are trusted.
    pub fn client_address<'a>(&self, peer: IpAddr, forwarded_for: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        client_address(&self.trusted_proxies, peer, forwarded_for)
    }

    /// Whether what `peer` says of its clients is believed.
    pub fn trusts_proxy(&self, peer: IpAddr) -> bool {
        is_trusted(&self.trusted_proxies, peer.to_canonical())
    }
}

fn client_address<'a>(
    trusted: &[IpNet],
    peer: IpAddr,
    forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
) -> IpAddr {
    let mut client = peer.to_canonical();
    for hop in forwarded_for.rev().take(HOPS_MAX) {
        if !is_trusted(trusted, client) {
            break;
        }
        // What is no address hides who wrote it: the proxy that passed it on is the last that is known.
        let Some(before) = address(hop.trim()) else { break };
        client = before;
    }
    client
}

fn is_trusted(trusted: &[IpNet], peer: IpAddr) -> bool {
    trusted.iter().any(|network| network.contains(&peer))
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`: proxies write all of these.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse().ok().map(|address: std::net::SocketAddr| address.ip());
    text.parse().ok().or_else(with_port).or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded_for: &str) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        client_address(&trusted, peer.parse().unwrap(), forwarded_for.split(',')).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(client("192.0.2.1", "198.51.100.7"), "192.0.2.1");
    }

    #[test]
    fn the_right_most_that_no_trusted_proxy_is_is_the_client() {
        assert_eq!(client("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(client("10.0.0.1", "forged, 203.0.113.5, 198.51.100.7, 10.2.3.4"), "198.51.100.7");
        assert_eq!(client("::1", " 198.51.100.7:4711 , 10.2.3.4"), "198.51.100.7");
        assert_eq!(client("10.0.0.1", "[2001:db8::1]:4711"), "2001:db8::1");
        assert_eq!(client("10.0.0.1", "[2001:db8::1]"), "2001:db8::1");
        // A socket for both families shows IPv4 in IPv6's clothes.
        assert_eq!(client("::ffff:10.0.0.1", "::ffff:198.51.100.7"), "198.51.100.7");
    }

    #[test]
    fn where_the_trail_ends_the_last_proxy_is_the_client() {
        assert_eq!(client("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(client("10.0.0.1", "198.51.100.7, unknown, 10.2.3.4"), "10.2.3.4");
        assert_eq!(client("10.0.0.1", "10.2.3.4"), "10.2.3.4");
        let many = vec!["10.2.3.4"; HOPS_MAX].join(",");
        assert_eq!(client("10.0.0.1", &format!("198.51.100.7,{many}")), "10.2.3.4");
    }
}
