//! The addresses of the `IpAddress` operators.

use ipnet::IpNet;
// Of `core`, which has addresses and no sockets.
use core::net::IpAddr;

/// A range, or an address without a prefix length: itself alone.
pub(super) fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| address(text).map(IpNet::from))
}

pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// An IPv4 client of a socket that listens on both is seen as `::ffff:203.0.113.5`: it is in `203.0.113.0/24` all the same.
pub(super) fn any_contains(networks: &[IpNet], address: IpAddr) -> bool {
    let canonical = address.to_canonical();
    networks.iter().any(|network| network.contains(&address) || network.contains(&canonical))
}
