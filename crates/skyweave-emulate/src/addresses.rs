//! Which address belongs to whom. A terminal's addresses belong to the PoP that serves it: another PoP, other addresses.

use crate::network::PortId;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// Prefix length of a terminal's own IPv6 network.
pub const TERMINAL_PREFIX_LENGTH: u8 = 56;
const PREFIX_LENGTH: u8 = 32;
const PREFIX_BITS: u32 = 24;
/// Last part of the IPv6 address of a PoP's resolver.
const RESOLVER: u128 = 0x53;

/// The ranges that a network's addresses come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges {
    /// IPv4 range of terminals and its length: 100.64.0.0/10.
    pub carrier_nat: (Ipv4Addr, u8),
    /// First address of the IPv6 /32.
    pub ipv6: Ipv6Addr,
}

/// A PoP as the plan knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pop {
    /// Its code, which is its name in the network.
    pub name: String,
    /// Its public IPv4 address.
    pub ipv4: Ipv4Addr,
}

/// The addresses of one port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Addresses {
    /// Its IPv4 address.
    pub ipv4: Ipv4Addr,
    /// Its own IPv6 address, the first of its /56.
    pub ipv6: Ipv6Addr,
}

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// More than the ranges hold.
    #[error(
        "{terminals} terminals under each of {pops} PoPs do not fit into {range}; take a wider range or fewer"
    )]
    Room {
        /// How many terminals.
        terminals: usize,
        /// How many PoPs.
        pops: usize,
        /// The range.
        range: String,
    },
    /// Without a PoP nobody has an address.
    #[error("a network without PoPs has no addresses to give; name at least one")]
    NoPop,
    /// A name stands for two.
    #[error("`{0}` names two things in the network; each terminal, PoP and service needs its own name")]
    Name(String),
    /// A name that nobody has.
    #[error("there is no `{name}` in this network; {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

/// Every port's addresses, from names by their order: the same scenario gives the same addresses.
#[derive(Debug)]
pub struct AddressPlan {
    ranges: Ranges,
    pops: Vec<Pop>,
    terminals: Vec<String>,
    by_address: BTreeMap<Ipv4Addr, usize>,
    by_name: BTreeMap<String, PortId>,
    ipv4_bits: u32,
    ipv6_bits: u32,
    /// The PoP that serves each terminal now.
    serving: Vec<AtomicU32>,
    internet: AtomicBool,
}

impl AddressPlan {
    /// A plan in which the first PoP serves everybody.
    ///
    /// # Errors
    /// When there is no PoP, a range is too small, or a name is there twice.
    pub fn new(ranges: Ranges, pops: Vec<Pop>, terminals: Vec<String>) -> Result<Self, PlanError> {
        if pops.is_empty() {
            return Err(PlanError::NoPop);
        }
        let pop_bits = pops.len().next_power_of_two().trailing_zeros();
        let room = |bits: u32, used: usize, range: String| {
            let left = bits.checked_sub(pop_bits).filter(|&left| terminals.len() + used <= 1 << left);
            left.ok_or(PlanError::Room { terminals: terminals.len(), pops: pops.len(), range })
        };
        let (nat, length) = ranges.carrier_nat;
        let ipv4_bits = room(32 - u32::from(length), 2, format!("{nat}/{length}"))?;
        let ipv6_bits = room(PREFIX_BITS, 1, format!("{}/{PREFIX_LENGTH}", ranges.ipv6))?;
        let mut by_name = BTreeMap::new();
        let names = pops.iter().map(|pop| &pop.name).chain(&terminals);
        for (port, name) in (0..).map(PortId).zip(names) {
            if by_name.insert(name.to_lowercase(), port).is_some() {
                return Err(PlanError::Name(name.clone()));
            }
        }
        Ok(Self {
            by_address: pops.iter().enumerate().map(|(at, pop)| (pop.ipv4, at)).collect(),
            serving: terminals.iter().map(|_| AtomicU32::new(0)).collect(),
            internet: AtomicBool::new(false),
            ranges,
            pops,
            terminals,
            by_name,
            ipv4_bits,
            ipv6_bits,
        })
    }

    /// Lets a further name stand for a port: a service, an alias.
    ///
    /// # Errors
    /// When the name is taken, or nobody is called `port`.
    pub fn alias(&mut self, name: &str, port: &str) -> Result<(), PlanError> {
        let port = self.port(port)?;
        if name.eq_ignore_ascii_case("pop") || self.by_name.contains_key(&name.to_lowercase()) {
            return Err(PlanError::Name(name.to_owned()));
        }
        self.by_name.insert(name.to_lowercase(), port);
        Ok(())
    }

    /// The port of that name.
    ///
    /// # Errors
    /// When there is none.
    pub fn port(&self, name: &str) -> Result<PortId, PlanError> {
        self.by_name.get(&name.to_lowercase()).copied().ok_or_else(|| {
            let known: Vec<&str> = self.by_name.keys().take(8).map(String::as_str).collect();
            let more = if self.by_name.len() > known.len() { ", ..." } else { "" };
            PlanError::Unknown { name: name.to_owned(), known: format!("known: {}{more}", known.join(", ")) }
        })
    }

    /// What a port is called.
    #[must_use]
    pub fn name(&self, port: PortId) -> &str {
        let at = port.0 as usize;
        match self.pops.get(at) {
            Some(pop) => &pop.name,
            None => self.terminals.get(at - self.pops.len()).map_or("?", String::as_str),
        }
    }

    /// Every port, PoPs first.
    pub fn ports(&self) -> impl Iterator<Item = PortId> + use<> {
        (0..(self.pops.len() + self.terminals.len()) as u32).map(PortId)
    }

    /// Whether the port is a PoP's.
    #[must_use]
    pub fn is_pop(&self, port: PortId) -> bool {
        (port.0 as usize) < self.pops.len()
    }

    /// The PoP that serves a port now; a PoP serves itself.
    #[must_use]
    pub fn pop_of(&self, port: PortId) -> PortId {
        match self.terminal(port) {
            Some(terminal) => PortId(self.serving[terminal].load(Ordering::Relaxed)),
            None => port,
        }
    }

    /// Gives a terminal to another PoP. From now on its old addresses belong to nobody.
    pub fn serve(&self, terminal: PortId, pop: PortId) {
        if let Some(at) = self.terminal(terminal).filter(|_| self.is_pop(pop)) {
            self.serving[at].store(pop.0, Ordering::Relaxed);
        }
    }

    /// Whether addresses that belong to nobody are behind the PoPs.
    pub fn set_internet(&self, there: bool) {
        self.internet.store(there, Ordering::Relaxed);
    }

    /// The addresses of a port now.
    #[must_use]
    pub fn addresses(&self, port: PortId) -> Addresses {
        if let Some(terminal) = self.terminal(port) {
            return self.under(self.pop_of(port), terminal);
        }
        let ipv4 = self.pops.get(port.0 as usize).map_or(Ipv4Addr::UNSPECIFIED, |pop| pop.ipv4);
        Addresses { ipv4, ipv6: self.ipv6(port.0, 0) }
    }

    /// Where a PoP answers questions for names: addresses of its own that its host does not have.
    #[must_use]
    pub fn resolver(&self, pop: PortId) -> Addresses {
        let ipv4 = Ipv4Addr::from(u32::from(self.ranges.carrier_nat.0) + (pop.0 << self.ipv4_bits) + 1);
        let host = u128::from(self.ipv6(pop.0, 0));
        Addresses { ipv4, ipv6: Ipv6Addr::from(host - 1 + RESOLVER) }
    }

    /// Where a packet that entered at `from` goes: the port that has this address now, or the PoP if that is the way to the
    /// Internet. None if nobody has it.
    #[must_use]
    pub fn route(&self, from: PortId, destination: IpAddr) -> Option<PortId> {
        if let Some(port) = self.owner(destination) {
            return Some(port);
        }
        let internet = self.internet.load(Ordering::Relaxed) && !self.is_pop(from);
        (internet && !self.within(destination) && is_global(destination)).then(|| self.pop_of(from))
    }

    /// Whether a port may send from this address: its own, for a terminal any of its /56, for a PoP with the Internet behind it
    /// any that is nobody else's.
    #[must_use]
    pub fn may_send_from(&self, port: PortId, source: IpAddr) -> bool {
        if self.owner(source) == Some(port) {
            return true;
        }
        let internet = self.internet.load(Ordering::Relaxed) && self.is_pop(port);
        internet && !self.within(source) && is_global(source)
    }

    /// The ranges that nothing of the host may lie in.
    #[must_use]
    pub fn ranges(&self) -> Vec<(IpAddr, u8)> {
        let mut ranges = vec![
            (IpAddr::V4(self.ranges.carrier_nat.0), self.ranges.carrier_nat.1),
            (IpAddr::V6(self.ranges.ipv6), PREFIX_LENGTH),
        ];
        ranges.extend(self.pops.iter().map(|pop| (IpAddr::V4(pop.ipv4), 32)));
        ranges
    }

    fn terminal(&self, port: PortId) -> Option<usize> {
        (port.0 as usize).checked_sub(self.pops.len()).filter(|&at| at < self.terminals.len())
    }

    fn under(&self, pop: PortId, terminal: usize) -> Addresses {
        let base = u32::from(self.ranges.carrier_nat.0);
        let ipv4 = Ipv4Addr::from(base + (pop.0 << self.ipv4_bits) + terminal as u32 + 2);
        Addresses { ipv4, ipv6: self.ipv6(pop.0, terminal as u32 + 1) }
    }

    fn ipv6(&self, pop: u32, number: u32) -> Ipv6Addr {
        let network = u128::from((pop << self.ipv6_bits) + number);
        Ipv6Addr::from(u128::from(self.ranges.ipv6) | (network << (128 - TERMINAL_PREFIX_LENGTH)) | 1)
    }

    fn within(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => {
                let (base, length) = self.ranges.carrier_nat;
                u64::from(u32::from(address) ^ u32::from(base)) >> (32 - length) == 0
            }
            IpAddr::V6(address) => {
                (u128::from(address) ^ u128::from(self.ranges.ipv6)) >> (128 - PREFIX_LENGTH) == 0
            }
        }
    }

    fn owner(&self, address: IpAddr) -> Option<PortId> {
        if !self.within(address) {
            let IpAddr::V4(address) = address else { return None };
            return self.by_address.get(&address).map(|&pop| PortId(pop as u32));
        }
        let (pop, terminal) = match address {
            IpAddr::V4(address) => {
                let number = u32::from(address) - u32::from(self.ranges.carrier_nat.0);
                let pop = PortId(number >> self.ipv4_bits);
                match number & ((1 << self.ipv4_bits) - 1) {
                    0 => return None,
                    1 => return self.is_pop(pop).then_some(pop),
                    number => (pop.0, number - 2),
                }
            }
            IpAddr::V6(address) => {
                let network =
                    (u128::from(address) >> (128 - TERMINAL_PREFIX_LENGTH)) as u32 & ((1 << PREFIX_BITS) - 1);
                let (pop, number) = (network >> self.ipv6_bits, network & ((1 << self.ipv6_bits) - 1));
                match number.checked_sub(1) {
                    Some(terminal) => (pop, terminal),
                    None => return self.is_pop(PortId(pop)).then_some(PortId(pop)),
                }
            }
        };
        let served = self.serving.get(terminal as usize)?.load(Ordering::Relaxed) == pop;
        served.then(|| PortId(self.pops.len() as u32 + terminal))
    }
}

/// An address that a router would forward: not of a link, a host, a group or nobody.
fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => {
            let first = a.octets()[0];
            first != 0 && first < 224 && !a.is_loopback() && !a.is_link_local()
        }
        IpAddr::V6(a) => {
            !(a.is_multicast() || a.is_loopback() || a.is_unspecified() || a.is_unicast_link_local())
                && a.to_ipv4_mapped().is_none()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn plan() -> AddressPlan {
        let ranges = Ranges {
            carrier_nat: (Ipv4Addr::new(100, 64, 0, 0), 10),
            ipv6: Ipv6Addr::new(0xfd12, 0x3456, 0, 0, 0, 0, 0, 0),
        };
        let pop = |name: &str, third| Pop { name: name.into(), ipv4: Ipv4Addr::new(198, 18, third, 1) };
        let terminals = ["kyiv", "lviv"].map(String::from).to_vec();
        AddressPlan::new(ranges, vec![pop("fra", 0), pop("waw", 1), pop("sof", 2)], terminals).unwrap()
    }

    #[test]
    fn addresses_belong_to_the_pop() {
        let plan = plan();
        let (kyiv, waw) = (plan.port("Kyiv").unwrap(), plan.port("waw").unwrap());
        assert_eq!(plan.addresses(kyiv).ipv4, Ipv4Addr::new(100, 64, 0, 2));
        assert_eq!(plan.addresses(kyiv).ipv6.to_string(), "fd12:3456:0:100::1");
        assert_eq!(plan.addresses(waw).ipv6.to_string(), "fd12:3456:4000::1");
        let before = plan.addresses(kyiv);
        assert_eq!(plan.route(waw, before.ipv4.into()), Some(kyiv));
        plan.serve(kyiv, waw);
        let after = plan.addresses(kyiv);
        assert_eq!(after.ipv4, Ipv4Addr::new(100, 80, 0, 2));
        assert_ne!(after.ipv6, before.ipv6);
        for (old, new) in [(before.ipv4.into(), after.ipv4.into()), (before.ipv6.into(), after.ipv6.into())] {
            assert_eq!(plan.route(waw, old), None);
            assert!(!plan.may_send_from(kyiv, old));
            assert_eq!(plan.route(waw, new), Some(kyiv));
            assert!(plan.may_send_from(kyiv, new));
        }
        assert!(plan.may_send_from(kyiv, "fd12:3456:4000:1ff::7".parse().unwrap()));
        assert!(!plan.may_send_from(kyiv, "fd12:3456:4000:200::1".parse().unwrap()));
    }

    #[test]
    fn every_port_has_addresses_of_its_own() {
        let plan = plan();
        for port in plan.ports() {
            let addresses = plan.addresses(port);
            for address in [IpAddr::V4(addresses.ipv4), IpAddr::V6(addresses.ipv6)] {
                assert_eq!(plan.owner(address), Some(port), "{address}");
            }
            let (pop, resolver) = (plan.pop_of(port), plan.resolver(plan.pop_of(port)));
            for address in [IpAddr::V4(resolver.ipv4), IpAddr::V6(resolver.ipv6)] {
                assert_eq!(plan.owner(address), Some(pop), "{address}");
            }
            assert_ne!(resolver.ipv4, addresses.ipv4);
            assert_eq!(plan.port(plan.name(port)), Ok(port));
        }
    }

    #[test]
    fn the_internet_is_there_when_asked() {
        let plan = plan();
        let (kyiv, fra) = (plan.port("kyiv").unwrap(), plan.port("fra").unwrap());
        let far: IpAddr = [203, 0, 113, 9].into();
        assert_eq!(plan.route(kyiv, far), None);
        assert!(!plan.may_send_from(fra, far));
        plan.set_internet(true);
        assert_eq!(plan.route(kyiv, far), Some(fra));
        assert_eq!(plan.route(fra, far), None, "no way back out");
        assert!(plan.may_send_from(fra, far));
        assert!(!plan.may_send_from(fra, [100, 64, 0, 99].into()));
        for nowhere in ["127.0.0.1", "224.0.0.1", "255.255.255.255", "0.0.0.0", "::1", "fe80::1", "ff02::1"] {
            assert_eq!(plan.route(kyiv, nowhere.parse().unwrap()), None, "{nowhere}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let narrow = Ranges { carrier_nat: (Ipv4Addr::new(10, 0, 0, 0), 29), ipv6: Ipv6Addr::LOCALHOST };
        let pops = || vec![Pop { name: "fra".into(), ipv4: Ipv4Addr::new(198, 18, 0, 1) }];
        let names = |n: usize| (0..n).map(|i| format!("t{i}")).collect::<Vec<_>>();
        assert!(AddressPlan::new(narrow, pops(), names(6)).is_ok());
        assert!(matches!(AddressPlan::new(narrow, pops(), names(7)), Err(PlanError::Room { .. })));
        assert_eq!(AddressPlan::new(narrow, vec![], names(1)).err(), Some(PlanError::NoPop));
        assert!(plan().port("minsk").unwrap_err().to_string().contains("fra, kyiv, lviv"));
    }
}
