//! What is left of a policy when the place is known: a few tests on attributes, each of which leads on to a later one or to an answer.
//!
//! Steps lead forwards only, so that every program ends, needs no stack, and costs at most one test a node.

use super::attribute::{Attribute, Attributes};
use super::number::RegistryNo;

/// A question about the attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// The attribute is below the bound.
    Below(Attribute, i64),
    /// The attribute has this value.
    Equals(Attribute, i64),
    /// The terminal is in this registry.
    In(RegistryNo),
}

impl Test {
    /// The answer for these attributes.
    #[must_use]
    pub fn holds(self, attributes: &Attributes) -> bool {
        match self {
            Self::Below(attribute, bound) => attributes.value(attribute) < bound,
            Self::Equals(attribute, value) => attributes.value(attribute) == value,
            Self::In(registry) => attributes.registries.has(registry),
        }
    }
}

/// Where an answer leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Next {
    /// The condition does not hold.
    No,
    /// The condition holds.
    Yes,
    /// To another node, which stands later.
    Node(u16),
}

/// A test and where its answers lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// What is asked.
    pub test: Test,
    /// Where to go if it holds.
    pub yes: Next,
    /// Where to go if it does not.
    pub no: Next,
}

/// A condition on attributes. Without nodes it always holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Program(pub Vec<Node>);

impl Program {
    /// A program has at most this many nodes.
    pub const MOST_NODES: usize = 16_384;

    /// What is wrong with it, if anything: steps back, steps beyond its end, tests without a difference, nodes that nothing leads to.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, registries: usize) -> Result<(), &'static str> {
        if self.0.len() > Self::MOST_NODES {
            return Err("more nodes than a program may have");
        }
        let mut reached = vec![false; self.0.len()];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        for (at, node) in self.0.iter().enumerate() {
            if node.yes == node.no {
                return Err("a test whose answers lead to the same place");
            }
            if matches!(node.test, Test::In(registry) if registry.index() >= registries) {
                return Err("a registry that the table does not name");
            }
            for next in [node.yes, node.no] {
                let Next::Node(next) = next else { continue };
                if usize::from(next) <= at {
                    return Err("a step that does not lead forwards");
                }
                *reached.get_mut(usize::from(next)).ok_or("a step beyond the end")? = true;
            }
        }
        if reached.contains(&false) { Err("a node that nothing leads to") } else { Ok(()) }
    }

    /// True if the condition holds. A program that was not checked and steps outside itself does not hold.
    #[must_use]
    pub fn holds(&self, attributes: &Attributes) -> bool {
        self.0.is_empty() || holds(&self.0, attributes)
    }
}

/// The same for the nodes of a program that has some.
pub(super) fn holds(nodes: &[Node], attributes: &Attributes) -> bool {
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        match if node.test.holds(attributes) { node.yes } else { node.no } {
            Next::Yes => return true,
            Next::Node(next) if usize::from(next) > at => at = next.into(),
            Next::No | Next::Node(_) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Registries;

    fn node(test: Test, yes: Next, no: Next) -> Node {
        Node { test, yes, no }
    }

    #[test]
    fn a_program_steps_forwards_to_its_answer() {
        let slow = Test::Below(Attribute::Speed, 2_084);
        let listed = Test::In(RegistryNo(3));
        let program = Program(vec![node(slow, Next::Yes, Next::Node(1)), node(listed, Next::Yes, Next::No)]);
        assert_eq!(program.check(4), Ok(()));
        assert!(program.check(3).is_err());
        let mut attributes = Attributes::plain(0);
        for (speed_cm_s, listed, expected) in
            [(2_083, false, true), (2_084, false, false), (2_084, true, true)]
        {
            attributes.speed_cm_s = speed_cm_s;
            attributes.registries = Registries::NONE;
            if listed {
                attributes.registries = attributes.registries.with(RegistryNo(3));
            }
            assert_eq!(program.holds(&attributes), expected, "{speed_cm_s} {listed}");
        }
        assert!(Program::default().holds(&attributes));
    }

    #[test]
    fn programs_that_are_not_well_formed() {
        let test = Test::Below(Attribute::Speed, 1);
        for (nodes, complaint) in [
            (vec![node(test, Next::Yes, Next::Yes)], "same place"),
            (vec![node(test, Next::Yes, Next::Node(0))], "forwards"),
            (vec![node(test, Next::Yes, Next::Node(1))], "beyond"),
            (vec![node(test, Next::Yes, Next::No), node(test, Next::Yes, Next::No)], "nothing leads to"),
        ] {
            let program = Program(nodes);
            assert!(program.check(0).unwrap_err().contains(complaint), "{complaint}");
            let _ends = program.holds(&Attributes::plain(0));
        }
    }
}
