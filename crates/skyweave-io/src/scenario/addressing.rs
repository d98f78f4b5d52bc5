//! Addresses: what each terminal and each PoP is called on the network. Stable across runs of the same scenario.

use super::diagnostic::{ScenarioError, Source};
use super::format::Addressing as Written;
use sha2::{Digest, Sha256};
use skyweave_core::ids::TerminalId;
use skyweave_core::world::World;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// PoPs without an address of their own get one from this range (RFC 2544, for benchmarks: never routed).
const POP_RANGE: u32 = u32::from_be_bytes([198, 18, 0, 0]);
/// Prefix length of a terminal's own network.
pub const TERMINAL_PREFIX_LENGTH: u8 = 56;

/// The addresses of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressing {
    carrier_nat: (u32, u8),
    ipv6: u32,
    /// By PoP.
    pub pops: Vec<Ipv4Addr>,
    /// More names, and the terminal or PoP they stand for.
    pub names: BTreeMap<String, String>,
}

impl Addressing {
    /// Resolves what a scenario says.
    ///
    /// # Errors
    /// When a range, an address or a name is none, or there are more terminals than addresses.
    pub fn build(
        written: &Written,
        seed: u64,
        world: &World,
        source: &Source,
    ) -> Result<Self, ScenarioError> {
        let nat = written.carrier_nat.get_ref();
        let carrier_nat = parse_ipv4_range(nat).ok_or_else(|| {
            source.fault(
                written.carrier_nat.span(),
                &format!("`{nat}` is no IPv4 range"),
                "here",
                "accepted: an address and a length from 8 to 30, such as `100.64.0.0/10`",
            )
        })?;
        let room = 1_u64 << (32 - carrier_nat.1);
        if (world.terminals.len() as u64) + 2 > room {
            return Err(source.fault(
                written.carrier_nat.span(),
                &format!("{} terminals do not fit into `{nat}`", world.terminals.len()),
                "here",
                "accepted: a range with more addresses than terminals, such as `100.64.0.0/10`",
            ));
        }
        let ipv6 = match &written.ipv6 {
            None => unique_local(seed),
            Some(range) => parse_ipv6_32(range.get_ref()).ok_or_else(|| {
                source.fault(
                    range.span(),
                    &format!("`{}` is no IPv6 /32", range.get_ref()),
                    "here",
                    "accepted: a range of length 32, such as `fd12:3456::/32`",
                )
            })?,
        };
        let pops = world
            .pops
            .iter()
            .enumerate()
            .map(|(index, pop)| match written.pops.get(&pop.code) {
                None => Ok(Ipv4Addr::from(POP_RANGE + index as u32 * 256 + 1)),
                Some(text) => text.parse().map_err(|_| {
                    source.fault(
                        0..0,
                        &format!("`{text}` of PoP `{}` is no IPv4 address", pop.code),
                        "in `[addressing.pops]`",
                        "accepted: four numbers with dots, such as `198.18.0.1`",
                    )
                }),
            })
            .collect::<Result<_, _>>()?;
        let known = |name: &str| {
            world.terminals.iter().any(|t| t.name == name) || world.pops.iter().any(|p| p.code == name)
        };
        if let Some(name) = written.pops.keys().chain(written.names.values()).find(|name| !known(name)) {
            return Err(source.fault(
                0..0,
                &format!("`[addressing]` names `{name}`, which is neither a terminal nor a PoP"),
                "in this file",
                "accepted: names of sites and terminals, codes of PoPs",
            ));
        }
        Ok(Self { carrier_nat, ipv6, pops, names: written.names.clone() })
    }

    /// The carrier-NAT address of a terminal.
    #[must_use]
    pub fn terminal_ipv4(&self, terminal: TerminalId) -> Ipv4Addr {
        Ipv4Addr::from(self.carrier_nat.0 + terminal.0 + 2)
    }

    /// The first address of a terminal's own /56.
    #[must_use]
    pub fn terminal_ipv6_prefix(&self, terminal: TerminalId) -> Ipv6Addr {
        Ipv6Addr::from((u128::from(self.ipv6) << 96) | (u128::from(terminal.0 & 0x00ff_ffff) << 72))
    }
}

/// fd and 24 bits drawn from the seed: RFC 4193's prefix, cut to /32 so that 2^24 terminals have a /56 each.
fn unique_local(seed: u64) -> u32 {
    let digest = Sha256::digest([b"skyweave unique local prefix".as_slice(), &seed.to_be_bytes()].concat());
    u32::from_be_bytes([0xfd, digest[0], digest[1], digest[2]])
}

fn parse_ipv4_range(text: &str) -> Option<(u32, u8)> {
    let (address, length) = text.split_once('/')?;
    let length: u8 = length.parse().ok().filter(|l| (8..=30).contains(l))?;
    let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
    (address << length == 0).then_some((address, length))
}

fn parse_ipv6_32(text: &str) -> Option<u32> {
    let address = u128::from(text.strip_suffix("/32")?.parse::<Ipv6Addr>().ok()?);
    (address << 32 == 0).then_some((address >> 96) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_exactly() {
        assert_eq!(parse_ipv4_range("100.64.0.0/10"), Some((0x6440_0000, 10)));
        for wrong in ["100.64.0.1/10", "100.64.0.0", "100.64.0.0/33", "x/10"] {
            assert_eq!(parse_ipv4_range(wrong), None, "{wrong}");
        }
        assert_eq!(parse_ipv6_32("fd12:3456::/32"), Some(0xfd12_3456));
        assert_eq!(parse_ipv6_32("fd12:3456:1::/32"), None);
        assert_eq!(unique_local(7) >> 24, 0xfd);
        assert_ne!(unique_local(7), unique_local(8));
    }
}
