//! Captured packets as pcapng (draft-ietf-opsawg-pcapng), for Wireshark and tshark.

use std::io::{self, Write};

/// `LINKTYPE_RAW`: packets begin with their IP header (tcpdump.org/linktypes.html).
const LINKTYPE_RAW: u16 = 101;
const SECTION: u32 = 0x0A0D_0D0A;
const BYTE_ORDER: u32 = 0x1A2B_3C4D;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
/// The option `if_tsresol`, 10^-9 s, and the end of options.
const NANOSECONDS: [u8; 12] = [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];

/// A packet from its IP header on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captured<'a> {
    /// When, ns since 1970-01-01 00:00 UTC.
    pub unix_ns: u64,
    /// Its length on the wire, bytes.
    pub bytes: u32,
    /// What was kept of it.
    pub kept: &'a [u8],
}

/// Begins a file with one interface.
///
/// # Errors
/// What writing says.
pub fn begin(out: &mut dyn Write) -> io::Result<()> {
    block(out, SECTION, &[&BYTE_ORDER.to_le_bytes()[..], &[1, 0, 0, 0], &u64::MAX.to_le_bytes()].concat())?;
    block(out, INTERFACE, &[&LINKTYPE_RAW.to_le_bytes()[..], &[0; 6], &NANOSECONDS].concat())
}

/// Adds a packet.
///
/// # Errors
/// What writing says.
pub fn packet(out: &mut dyn Write, captured: &Captured<'_>) -> io::Result<()> {
    let kept = captured.kept;
    let mut body = Vec::with_capacity(20 + kept.len());
    body.extend(0_u32.to_le_bytes());
    body.extend(((captured.unix_ns >> 32) as u32).to_le_bytes());
    body.extend((captured.unix_ns as u32).to_le_bytes());
    body.extend((kept.len() as u32).to_le_bytes());
    body.extend(captured.bytes.max(kept.len() as u32).to_le_bytes());
    body.extend(kept);
    block(out, ENHANCED_PACKET, &body)
}

/// A block: its type, its length before and after, and its body in whole words.
fn block(out: &mut dyn Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = (body.len() + padding + 12) as u32;
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(body)?;
    out.write_all(&[0; 3][..padding])?;
    out.write_all(&length.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_whole_words_and_say_their_length_twice() {
        let mut file = Vec::new();
        assert!(begin(&mut file).is_ok());
        for kept in [&[0x45; 33][..], &[0x60; 40]] {
            let captured = Captured { unix_ns: 1_700_000_000_000_000_005, bytes: 100, kept };
            assert!(packet(&mut file, &captured).is_ok());
        }
        let word = |at: usize| u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]);
        let (mut at, mut kinds) = (0, Vec::new());
        while at < file.len() {
            let length = word(at + 4) as usize;
            assert_eq!((length % 4, word(at + length - 4) as usize), (0, length));
            kinds.push(word(at));
            at += length;
        }
        assert_eq!(kinds, [SECTION, INTERFACE, ENHANCED_PACKET, ENHANCED_PACKET]);
    }
}
