//! One type for each identity, so that a gateway's number can never be taken for a satellite's.
//!
//! Inside the planner an id is a dense index into the world's table of that kind; outside, things go by their names.

macro_rules! dense_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The place in the world's table of this kind.
            #[inline]
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the thing at this place of its table.
            #[inline]
            #[must_use]
            pub const fn at(index: usize) -> Self {
                Self(index as u32)
            }
        }
    )+};
}

dense_id! {
    /// A satellite: its place in `World::satellites`.
    SatId,
    /// A gateway: its place in `World::gateways`.
    GatewayId,
    /// A point of presence: its place in `World::pops`.
    PopId,
    /// A position cell: its place in `World::cells`.
    CellId,
    /// A beam cell, which beams are pointed at: its place in `World::beams`.
    BeamId,
    /// A plan: its place in the plans of the rules.
    PlanId,
    /// A terminal that is listed by itself: its place in `World::terminals`.
    TerminalId,
    /// A fibre between a gateway and a PoP: its place in `World::fibres`.
    FibreId,
    /// An inter-satellite laser link: its place in the hour's `Topology::lasers`.
    LaserId,
}
