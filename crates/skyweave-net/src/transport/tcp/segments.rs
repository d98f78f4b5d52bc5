//! What a TCP sender has in flight, read off its own packets: what it sends again, and how long acknowledgements take.
//!
//! The stack tells neither. A round trip is taken from the last segment that an acknowledgement covers, and never from one that was sent
//! again (Karn's rule, RFC 6298 section 3).

use crate::time::Ns;
use std::collections::VecDeque;

/// The numbers of a TCP segment in an IPv4 packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Number of its first byte.
    pub sequence: u32,
    /// What it acknowledges; none without the flag.
    pub acknowledges: Option<u32>,
    /// Numbers that it takes: its bytes, and one each for SYN and FIN.
    pub length: u32,
    /// Bytes of its payload.
    pub payload: u32,
}

impl Segment {
    /// Reads one; none if the packet holds no TCP header.
    #[must_use]
    pub fn read(packet: &[u8]) -> Option<Self> {
        let header = usize::from(packet.first()? & 0xF) * 4;
        let tcp = packet.get(header..).filter(|tcp| tcp.len() >= 20)?;
        let number = |at: usize| u32::from_be_bytes([tcp[at], tcp[at + 1], tcp[at + 2], tcp[at + 3]]);
        let payload = tcp.len().checked_sub(usize::from(tcp[12] >> 4) * 4)? as u32;
        let [fin, syn, ack] = [0x01, 0x02, 0x10].map(|flag| tcp[13] & flag != 0);
        let length = payload + u32::from(fin) + u32::from(syn);
        Some(Self { sequence: number(4), acknowledges: ack.then(|| number(8)), length, payload })
    }
}

#[derive(Debug, Clone, Copy)]
struct Flying {
    /// The number after its last, counted on without end.
    end: u64,
    sent: Ns,
    again: bool,
}

/// Segments in flight.
#[derive(Debug, Default)]
pub struct Flight {
    /// The number after the highest that was sent, counted on without end.
    next: Option<u64>,
    /// The number up to which everything is acknowledged.
    acknowledged: Option<u64>,
    flying: VecDeque<Flying>,
}

impl Flight {
    /// A number of 32 bits as one without end: the one nearest to the highest that was sent.
    fn unwrapped(&self, number: u32) -> u64 {
        match self.next {
            // the first stands one round up, so that nothing is below zero
            None => (1 << 32) + u64::from(number),
            Some(next) => next.wrapping_add_signed(i64::from(number.wrapping_sub(next as u32) as i32)),
        }
    }

    /// A segment is sent. Whether something of it was sent before.
    pub fn sent(&mut self, now: Ns, segment: Segment) -> bool {
        if segment.length == 0 {
            return false;
        }
        let begin = self.unwrapped(segment.sequence);
        let end = begin + u64::from(segment.length);
        let next = *self.next.get_or_insert(begin);
        let again = begin < next;
        if again {
            let first = self.flying.partition_point(|flying| flying.end <= begin);
            for flying in self.flying.iter_mut().skip(first) {
                flying.again = true;
                if flying.end >= end {
                    break;
                }
            }
        }
        if end > next {
            self.flying.push_back(Flying { end, sent: now, again });
            self.next = Some(end);
        }
        again
    }

    /// Everything before a number is acknowledged. The round trip, if that says one.
    pub fn acknowledged(&mut self, now: Ns, number: u32) -> Option<Ns> {
        let number = self.unwrapped(number);
        self.acknowledged = Some(self.acknowledged.map_or(number, |before| before.max(number)));
        let covered = self.flying.partition_point(|flying| flying.end <= number);
        let last = self.flying.drain(..covered).next_back()?;
        (!last.again).then(|| now.since(last.sent))
    }

    /// Of so many bytes that the stack holds, how many it has not yet sent.
    #[must_use]
    pub fn unsent(&self, held: usize) -> usize {
        let flying = self
            .next
            .zip(self.acknowledged)
            .map_or(0, |(next, acknowledged)| next.saturating_sub(acknowledged));
        (held as u64).saturating_sub(flying) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(sequence: u32, length: u32) -> Segment {
        Segment { sequence, acknowledges: None, length, payload: length }
    }

    #[test]
    fn what_is_sent_again_is_seen_also_where_numbers_begin_anew() {
        let mut flight = Flight::default();
        let base = u32::MAX - 1_500;
        let at = |number: u32| base.wrapping_add(number * 1_000);
        for number in 0..5 {
            assert!(!flight.sent(Ns(u64::from(number)), segment(at(number), 1_000)));
        }
        assert_eq!(flight.acknowledged(Ns(50), at(2)), Some(Ns(49)), "of the second");
        assert!(flight.sent(Ns(60), segment(at(2), 1_000)));
        assert_eq!(flight.acknowledged(Ns(70), at(3)), None, "it may be that of the first sending");
        assert_eq!(flight.acknowledged(Ns(71), at(3)), None, "nothing new");
        assert_eq!(flight.acknowledged(Ns(72), at(5)), Some(Ns(68)));
        assert!(!flight.sent(Ns(80), segment(at(5), 1)));
    }

    #[test]
    fn a_segment_that_reaches_further_was_sent_in_part() {
        let mut flight = Flight::default();
        flight.sent(Ns(0), segment(0, 500));
        assert!(flight.sent(Ns(1), segment(0, 1_000)));
        assert_eq!(flight.acknowledged(Ns(9), 1_000), None);
    }
}
