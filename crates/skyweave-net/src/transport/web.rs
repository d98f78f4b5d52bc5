//! Somebody who reads pages: a main object, then what it names over several connections at once, then time to read.
//!
//! | what | distribution | value |
//! |---|---|---|
//! | main object | lognormal, cut to 100 bytes to 2 MB | mu 8.37, sigma 1.37: 10.7 kB on average |
//! | objects that it names | Pareto, cut, less its smallest value | alpha 1.1, from 2 to 55: 5.64 on average, 53 at most |
//! | each of them | lognormal, cut to 50 bytes to 2 MB | mu 6.17, sigma 2.36: 7.8 kB on average |
//! | until the main object is understood | exponential | 0.13 s |
//! | until the next page | exponential | the reader's own mean; 30 s in the source |
//!
//! Source: IEEE 802.16m-08/004r5, Evaluation Methodology Document, section 10.1 (web browsing), and 3GPP R1-070674 has the same values. Pages
//! have grown since: who wants today's loads takes several readers. Values out of range are drawn again.
//!
//! Each object comes over a TCP connection of its own, as many at once as the reader has; a handshake is part of it.

use super::{Amount, Direction, End, Ending, TcpCongestion, TcpHost, Transfer};
use crate::draw;
use crate::host::{Host, Outlet};
use crate::packet::{FlowId, Packet};
use crate::spread::Spread;
use crate::time::Ns;
use skyweave_core::math;
use std::any::Any;
use std::collections::BTreeMap;
use std::f64::consts::TAU;

const MAIN: Size = Size { mu: 8.37, sigma: 1.37, least: 100.0, most: 2e6 };
const NAMED: Size = Size { mu: 6.17, sigma: 2.36, least: 50.0, most: 2e6 };
const PARETO_ALPHA: f64 = 1.1;
const PARETO: (f64, f64) = (2.0, 55.0);
const UNDERSTOOD_S: f64 = 0.13;
/// Numbers that a page takes: its main object and 53 others at most.
const NUMBERS_A_PAGE: u32 = 64;
/// Numbers of a reader's connections; pages begin anew after so many.
const NUMBERS: u32 = 1 << 20;
/// Flows of readers are apart from those of others.
const READERS: u32 = 1 << 31;
/// Room for the largest object.
const BUFFER_BYTES: u32 = 2_097_152;

struct Size {
    mu: f64,
    sigma: f64,
    least: f64,
    most: f64,
}

/// What somebody reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Its number, below 2,048.
    pub flow: FlowId,
    /// Who reads.
    pub client: End,
    /// Who has the pages.
    pub server: End,
    /// Connections at once, at least one.
    pub connections: u32,
    /// Mean time from the end of a page to the next, exponential.
    pub pause: Ns,
    /// Of the draws.
    pub seed: u64,
    /// When the first page is asked for.
    pub begin: Ns,
    /// No page is asked for at this instant or later.
    pub end: Ns,
    /// A connection on which nothing is heard for so long is given up.
    pub patience: Ns,
}

impl Reading {
    /// A number from 0 to 1 for an object of a page and a count.
    fn draw(&self, page: u32, object: u32, count: u64) -> f64 {
        let place = u64::from(page) << 32 | u64::from(object);
        draw::unit(draw::hash(self.seed, place), count)
    }

    /// Bytes of an object; 0 is the main one.
    fn bytes(&self, page: u32, object: u32) -> u64 {
        let Size { mu, sigma, least, most } = if object == 0 { MAIN } else { NAMED };
        let mut count = 0;
        loop {
            let [a, b] = [count, count + 1].map(|count| self.draw(page, object, count));
            let normal = (-2.0 * math::ln(1.0 - a)).sqrt() * math::cos(TAU * b);
            let bytes = math::exp(mu + sigma * normal);
            if (least..=most).contains(&bytes) {
                return bytes as u64;
            }
            count += 2;
        }
    }

    /// How many objects a page names.
    fn named(&self, page: u32) -> u32 {
        let (least, most) = PARETO;
        let drawn = least * math::pow(1.0 - self.draw(page, NUMBERS_A_PAGE, 0), -1.0 / PARETO_ALPHA);
        (drawn.min(most) - least) as u32
    }

    fn exponential(&self, page: u32, which: u32, mean_s: f64) -> Ns {
        let drawn = self.draw(page, NUMBERS_A_PAGE + which, 0);
        Ns::from_s(-math::ln(1.0 - drawn) * mean_s)
    }

    /// The connection for an object, from an instant on.
    fn transfer(&self, number: u32, begin: Ns) -> Transfer {
        let (page, object) = (number / NUMBERS_A_PAGE, number % NUMBERS_A_PAGE);
        Transfer {
            flow: FlowId(READERS | self.flow.0 << NUMBERS.trailing_zeros() | number),
            client: self.client,
            server: self.server,
            direction: Direction::Down,
            amount: Amount::Bytes(self.bytes(page, object)),
            begin,
            buffer_bytes: BUFFER_BYTES,
            patience: self.patience,
            rtt_every: Ns::NEVER,
            seed: draw::hash(self.seed, u64::from(number)),
        }
    }

    fn number(flow: FlowId) -> u32 {
        flow.0 % NUMBERS
    }
}

/// Reads pages.
#[derive(Debug)]
pub struct Reader {
    reading: Reading,
    page: u32,
    begun: Ns,
    /// Objects that the page names, how many of them were asked for, and how many have come or were given up.
    named: u32,
    asked: u32,
    over: u32,
    /// When the next page or its objects are asked for.
    next: Ns,
    /// By number: connections that are open, and whether what they bring is counted.
    open: BTreeMap<u32, (TcpHost, bool)>,
    /// From the first packet of a page until its last object was there.
    pub pages: Spread,
    /// Pages that were asked for.
    pub asked_pages: u32,
    /// Objects that came whole, and those that did not.
    pub objects: [u64; 2],
    /// Bytes of objects that came whole.
    pub bytes: u64,
}

impl Reader {
    /// Before the first page.
    #[must_use]
    pub fn new(reading: Reading) -> Self {
        Self {
            next: if reading.begin < reading.end { reading.begin } else { Ns::NEVER },
            reading,
            page: 0,
            begun: Ns(0),
            named: 0,
            asked: 0,
            over: 0,
            open: BTreeMap::new(),
            pages: Spread::default(),
            asked_pages: 0,
            objects: [0; 2],
            bytes: 0,
        }
    }

    fn ask(&mut self, now: Ns, object: u32, outlet: &mut Outlet) {
        let number = (self.page * NUMBERS_A_PAGE + object) % NUMBERS;
        let mut host = TcpHost::client(self.reading.transfer(number, now), TcpCongestion::Cubic);
        host.wake(now, outlet);
        self.open.insert(number, (host, false));
    }

    /// Looks at what a connection has brought.
    fn look(&mut self, now: Ns, number: u32, outlet: &mut Outlet) {
        let Some((host, counted)) = self.open.get_mut(&number) else { return };
        let results = host.results();
        let whole = results.delivered.complete.is_some();
        let ended = results.ended.is_some();
        let news = !*counted && (whole || ended);
        *counted |= news;
        let bytes = results.delivered.bytes;
        if ended {
            self.open.remove(&number);
        }
        if !news {
            return;
        }
        self.objects[usize::from(!whole)] += 1;
        self.bytes += if whole { bytes } else { 0 };
        if number.is_multiple_of(NUMBERS_A_PAGE) {
            // a page whose main object did not come names nothing
            self.named = if whole { self.reading.named(self.page) } else { 0 };
            self.next = now.after(self.reading.exponential(self.page, 1, UNDERSTOOD_S));
            return;
        }
        self.over += 1;
        self.go_on(now, outlet);
    }

    /// Asks for more of the page, or ends it.
    fn go_on(&mut self, now: Ns, outlet: &mut Outlet) {
        while self.asked < self.named && self.asked - self.over < self.reading.connections.max(1) {
            self.asked += 1;
            self.ask(now, self.asked, outlet);
        }
        if self.over == self.named {
            self.pages.add(now.since(self.begun));
            let pause = self.reading.exponential(self.page, 2, self.reading.pause.as_s());
            let next = now.after(pause).after(Ns(1));
            self.page += 1;
            (self.named, self.asked, self.over) = (0, 0, 0);
            self.begun = Ns::NEVER;
            self.next = if next < self.reading.end { next } else { Ns::NEVER };
        }
    }
}

impl Host for Reader {
    fn receive(&mut self, now: Ns, packet: Packet, outlet: &mut Outlet) {
        let number = Reading::number(packet.flow);
        let Some((host, _)) = self.open.get_mut(&number) else { return };
        host.receive(now, packet, outlet);
        self.look(now, number, outlet);
    }

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        let due: Vec<u32> = self
            .open
            .iter()
            .filter(|(_, (host, _))| host.next_wake() <= now)
            .map(|(number, _)| *number)
            .collect();
        for number in due {
            if let Some((host, _)) = self.open.get_mut(&number) {
                host.wake(now, outlet);
            }
            self.look(now, number, outlet);
        }
        if self.next > now {
            return;
        }
        self.next = Ns::NEVER;
        if self.begun == Ns::NEVER || self.asked_pages == 0 {
            self.begun = now;
            self.asked_pages += 1;
            self.ask(now, 0, outlet);
        } else {
            self.go_on(now, outlet);
        }
    }

    fn next_wake(&self) -> Ns {
        self.open.values().map(|(host, _)| host.next_wake()).min().unwrap_or(Ns::NEVER).min(self.next)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Has the pages of a reader.
#[derive(Debug)]
pub struct Site {
    reading: Reading,
    open: BTreeMap<u32, TcpHost>,
}

/// The byte of a packet without IP options that has TCP's flags, and those that open a connection.
const FLAGS: usize = 33;
const OPENING: u8 = 0x12;
const SYN: u8 = 0x02;

impl Site {
    /// Before anybody asks.
    #[must_use]
    pub const fn new(reading: Reading) -> Self {
        Self { reading, open: BTreeMap::new() }
    }

    fn forget(&mut self, number: u32) {
        let over = |host: &TcpHost| {
            matches!(host.results().ended, Some((_, Ending::Complete | Ending::TimedOut | Ending::Reset)))
        };
        if self.open.get(&number).is_some_and(over) {
            self.open.remove(&number);
        }
    }
}

impl Host for Site {
    fn receive(&mut self, now: Ns, packet: Packet, outlet: &mut Outlet) {
        let number = Reading::number(packet.flow);
        let flags = packet.body.as_ref().and_then(|body| body.get(FLAGS)).copied();
        if !self.open.contains_key(&number) {
            if flags.is_none_or(|flags| flags & OPENING != SYN) {
                return;
            }
            let transfer = self.reading.transfer(number, now);
            self.open.insert(number, TcpHost::server(transfer, TcpCongestion::Cubic));
        }
        if let Some(host) = self.open.get_mut(&number) {
            host.receive(now, packet, outlet);
        }
        self.forget(number);
    }

    fn wake(&mut self, now: Ns, outlet: &mut Outlet) {
        let due: Vec<u32> =
            self.open.iter().filter(|(_, host)| host.next_wake() <= now).map(|(number, _)| *number).collect();
        for number in due {
            if let Some(host) = self.open.get_mut(&number) {
                host.wake(now, outlet);
            }
            self.forget(number);
        }
    }

    fn next_wake(&self) -> Ns {
        self.open.values().map(Host::next_wake).min().unwrap_or(Ns::NEVER)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::HostId;
    use core::net::Ipv4Addr;

    fn reading() -> Reading {
        let end = |host| End { host: HostId(host), address: Ipv4Addr::new(100, 64, 0, host as u8) };
        Reading {
            flow: FlowId(3),
            client: end(0),
            server: end(1),
            connections: 6,
            pause: Ns::from_ms(500),
            seed: 9,
            begin: Ns(0),
            end: Ns::from_s(60.0),
            patience: Ns::from_ms(30_000),
        }
    }

    /// The means that the source states for what it draws.
    #[test]
    fn pages_are_those_of_the_source() {
        let reading = reading();
        let pages = 20_000;
        let mean = |of: &dyn Fn(u32) -> f64| (0..pages).map(of).sum::<f64>() / f64::from(pages);
        let main = mean(&|page| reading.bytes(page, 0) as f64);
        let named = mean(&|page| f64::from(reading.named(page)));
        let each = mean(&|page| reading.bytes(page, 1) as f64);
        println!("main {main:.0} B, {named:.2} objects of {each:.0} B");
        assert!((10_200.0..11_300.0).contains(&main), "{main}");
        assert!((4.9..5.9).contains(&named), "{named}");
        assert!((6_500.0..8_800.0).contains(&each), "{each}");
        assert!((0..pages).all(|page| reading.named(page) <= 53));
    }
}
