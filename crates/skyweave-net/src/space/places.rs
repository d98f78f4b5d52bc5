//! What nodes stand for.

use skyweave_core::ids::{GatewayId, PopId, SatId, TerminalId};

/// A place where links meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Behind a terminal: where its hosts sit.
    Lan(TerminalId),
    /// What sends in a terminal.
    Dish(TerminalId),
    /// A satellite.
    Satellite(SatId),
    /// A gateway.
    Gateway(GatewayId),
    /// Where a PoP sends towards space.
    Egress(PopId),
    /// A PoP: where its hosts sit.
    Pop(PopId),
}
