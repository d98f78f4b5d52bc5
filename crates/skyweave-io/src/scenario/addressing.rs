//! Addresses: what each terminal and each PoP is called on the network. Stable across runs of the same scenario.

use super::diagnostic::{ACCEPTED_NAME, ScenarioError, Source, closest, name_fault};
use super::format::Addressing as Written;
use sha2::{Digest, Sha256};
use skyweave_core::ids::TerminalId;
use skyweave_core::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};

/// PoPs without an address of their own get one from this range (RFC 2544, for benchmarks: never routed).
const POP_RANGE: u32 = u32::from_be_bytes([198, 18, 0, 0]);
/// So many PoPs have a /24 each in that range.
const MOST_POPS: usize = 512;
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
        let pops = pops(written, carrier_nat, world, source)?;
        check_names(written, world, source)?;
        Ok(Self { carrier_nat, ipv6, pops, names: written.names.clone() })
    }

    /// The range of terminals behind carrier NAT, and its length.
    #[must_use]
    pub fn carrier_nat(&self) -> (Ipv4Addr, u8) {
        (Ipv4Addr::from(self.carrier_nat.0), self.carrier_nat.1)
    }

    /// The first address of the IPv6 /32.
    #[must_use]
    pub fn ipv6(&self) -> Ipv6Addr {
        Ipv6Addr::from(u128::from(self.ipv6) << 96)
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

/// The address of each PoP: its own, or one of the range for the others.
fn pops(
    written: &Written,
    carrier_nat: (u32, u8),
    world: &World,
    source: &Source,
) -> Result<Vec<Ipv4Addr>, ScenarioError> {
    let fault = |code: &str, found: &str, accepted: &str| {
        source.fault(source.span_of(&["addressing", "pops", code]), found, "here", accepted)
    };
    let codes = || world.pops.iter().map(|pop| pop.code.as_str());
    if let Some(code) = written.pops.keys().find(|code| !codes().any(|known| known == code.as_str())) {
        let accepted = format!("accepted: codes of PoPs; {}", closest(code, codes()));
        return Err(fault(code, &format!("no PoP `{code}`"), &accepted));
    }
    if world.pops.len() > MOST_POPS {
        return Err(source.fault(
            source.span_of(&["ground", "pops"]),
            &format!("{} PoPs", world.pops.len()),
            "here",
            "accepted: up to 512, which have addresses in 198.18.0.0/15",
        ));
    }
    let mut taken: BTreeMap<Ipv4Addr, &str> = BTreeMap::new();
    let mut addresses = Vec::new();
    for (index, pop) in world.pops.iter().enumerate() {
        let address = match written.pops.get(&pop.code) {
            None => Ipv4Addr::from(POP_RANGE + index as u32 * 256 + 1),
            Some(text) => text.parse().map_err(|_| {
                let accepted = "accepted: four numbers with dots, such as `198.18.0.1`";
                fault(&pop.code, &format!("`{text}` of PoP `{}` is no IPv4 address", pop.code), accepted)
            })?,
        };
        let other = taken.insert(address, &pop.code);
        let behind_nat = (u32::from(address) ^ carrier_nat.0) >> (32 - carrier_nat.1) == 0;
        if other.is_some() || behind_nat {
            let other = other.map_or_else(|| "terminals".to_owned(), |code| format!("PoP `{code}`"));
            let found = format!("PoP `{}` and {other} share the address {address}", pop.code);
            return Err(fault(&pop.code, &found, "accepted: an address of its own for each PoP"));
        }
        addresses.push(address);
    }
    Ok(addresses)
}

/// Every further name is new, and stands for something.
fn check_names(written: &Written, world: &World, source: &Source) -> Result<(), ScenarioError> {
    if written.names.is_empty() {
        return Ok(());
    }
    let terminals = world.terminals.iter().map(|t| t.name.as_str());
    let known: BTreeSet<&str> = terminals.chain(world.pops.iter().map(|p| p.code.as_str())).collect();
    for (name, meant) in &written.names {
        let fault = |found: &str, accepted: &str| {
            source.fault(source.span_of(&["addressing", "names", name]), found, "here", accepted)
        };
        if let Some(wrong) = name_fault(name) {
            return Err(fault(wrong, ACCEPTED_NAME));
        }
        if known.contains(name.as_str()) {
            let accepted = "accepted: names that no site, terminal or PoP has";
            return Err(fault(&format!("`{name}` is there already"), accepted));
        }
        if !known.contains(meant.as_str()) {
            let accepted = format!(
                "accepted: names of sites and terminals, codes of PoPs; {}",
                closest(meant, known.iter().copied())
            );
            return Err(fault(&format!("`{meant}` is neither a terminal nor a PoP"), &accepted));
        }
    }
    Ok(())
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
