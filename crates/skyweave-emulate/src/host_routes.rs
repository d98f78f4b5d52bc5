//! Whether a network's addresses are in use on the host.

use crate::addresses::AddressPlan;
use crate::error::EmulateError;
use crate::netlink::{Netlink, Route};
use std::net::IpAddr;

/// Holds the ranges of a plan against all routes of the host.
///
/// # Errors
/// When one overlaps: programs outside would find the host's network, programs inside the emulated one, under the same addresses.
pub fn check(plan: &AddressPlan) -> Result<(), EmulateError> {
    let routes = Netlink::open()
        .and_then(|netlink| netlink.routes())
        .map_err(|error| EmulateError::system("read the host's routes", error))?;
    match collision(&plan.ranges(), &routes) {
        None => Ok(()),
        Some(((range, length), route)) => Err(EmulateError::Collision {
            range: format!("{range}/{length}"),
            route: format!("{}/{} (table {})", route.destination, route.length, route.table),
        }),
    }
}

fn collision(ranges: &[(IpAddr, u8)], routes: &[Route]) -> Option<((IpAddr, u8), Route)> {
    let specific = routes.iter().filter(|route| route.length > 0 && !is_of_every_host(route.destination));
    specific
        .flat_map(|route| ranges.iter().map(move |range| (*range, *route)))
        .find(|((address, length), route)| overlap(*address, route.destination, (*length).min(route.length)))
}

/// Loopback, link-local and groups are on every host and in no plan.
fn is_of_every_host(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => a.is_loopback() || a.is_link_local() || a.is_multicast(),
        IpAddr::V6(a) => a.is_loopback() || a.is_unicast_link_local() || a.is_multicast(),
    }
}

fn overlap(a: IpAddr, b: IpAddr, length: u8) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u32::from(a) ^ u32::from(b)).leading_zeros() >= u32::from(length),
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            (u128::from(a) ^ u128::from(b)).leading_zeros() >= u32::from(length)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(ranges: &[(&str, u8)], route: (&str, u8)) -> bool {
        let ranges: Vec<(IpAddr, u8)> = ranges.iter().map(|(a, l)| (a.parse().unwrap(), *l)).collect();
        let route =
            Route { destination: route.0.parse().unwrap(), length: route.1, table: 254, interface: 1 };
        collision(&ranges, &[route]).is_some()
    }

    #[test]
    fn overlaps_either_way() {
        let ranges = [("100.64.0.0", 10), ("fd12:3456::", 32), ("198.18.0.1", 32)];
        assert!(found(&ranges, ("100.100.100.0", 24)));
        assert!(found(&ranges, ("100.0.0.0", 8)));
        assert!(found(&ranges, ("198.18.0.1", 32)));
        assert!(found(&ranges, ("198.18.0.0", 15)));
        assert!(found(&ranges, ("fd12:3456:1::", 64)));
        for (address, length) in [
            ("0.0.0.0", 0),
            ("::", 0),
            ("100.128.0.0", 10),
            ("198.18.0.2", 32),
            ("fd00::", 64),
            ("fe80::", 64),
            ("127.0.0.0", 8),
        ] {
            assert!(!found(&ranges, (address, length)), "{address}/{length}");
        }
    }
}
