//! Numbers that stand for names within one table. A number means nothing in another table: resolve names anew.

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);

        impl $name {
            /// As an index of the list it numbers.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

numbers! {
    /// A plan.
    PlanNo,
    /// A class of use.
    UseClassNo,
    /// A protected class: hospital, emergency, relief.
    ProtectedClassNo,
    /// A registry: an allow or deny list of terminals.
    RegistryNo,
    /// A policy, in the order of the ids.
    PolicyNo,
    /// An area: the territories of the table first, then the cells that policies name.
    AreaNo,
    /// A class of places: everything that is in the same areas.
    ClassNo,
}

impl ClassNo {
    /// Places in no area at all: always the first class.
    pub const NOWHERE: Self = Self(0);
}
