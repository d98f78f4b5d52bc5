//! Conditions that are left of policies, as programs.

use super::condition::Condition;
use skyweave_proof::table::program::{Next, Node, Program};
use std::collections::HashMap;

/// A condition of more tests than a program may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// The program of a condition about attributes alone: none if it never holds, an empty one if it always does.
///
/// A part is written after what its answers lead to, so that the list is made back to front, and parts that are alike and lead on alike are
/// written once.
pub(super) fn program(condition: &Condition) -> Result<Option<Program>, TooLong> {
    if size(condition) > Program::MOST_NODES {
        return Err(TooLong);
    }
    let mut written = Written::default();
    Ok(match written.write(condition, Next::Yes, Next::No) {
        Next::Yes => Some(Program::default()),
        Next::No => None,
        Next::Node(first) => Some(written.forwards(first)),
    })
}

#[derive(Default)]
struct Written {
    nodes: Vec<Node>,
    numbers: HashMap<Node, u16>,
}

impl Written {
    fn write(&mut self, condition: &Condition, yes: Next, no: Next) -> Next {
        if yes == no {
            return yes;
        }
        match condition {
            Condition::Constant(true) => yes,
            Condition::Test(test) => self.node(Node { test: *test, yes, no }),
            Condition::Not(inner) => self.write(inner, no, yes),
            Condition::All(inner) => inner.iter().rev().fold(yes, |next, one| self.write(one, next, no)),
            Condition::Any(inner) => inner.iter().rev().fold(no, |next, one| self.write(one, yes, next)),
            Condition::Choice(three) => {
                let [first, second, third] = &**three;
                let (then, otherwise) = (self.write(second, yes, no), self.write(third, yes, no));
                self.write(first, then, otherwise)
            }
            // conditions on the place are gone once the place is known
            Condition::Constant(false)
            | Condition::Inside(_)
            | Condition::InsideHome
            | Condition::InNoTerritory => no,
        }
    }

    fn node(&mut self, node: Node) -> Next {
        let next = self.nodes.len() as u16;
        let number = *self.numbers.entry(node).or_insert(next);
        if number == next {
            self.nodes.push(node);
        }
        Next::Node(number)
    }

    /// The nodes that are reached from the first, each before what it leads to.
    fn forwards(&self, first: u16) -> Program {
        let mut reached = vec![false; self.nodes.len()];
        reached[usize::from(first)] = true;
        for at in (0..self.nodes.len()).rev().filter(|&at| at <= usize::from(first)) {
            if reached[at] {
                for next in [self.nodes[at].yes, self.nodes[at].no] {
                    if let Next::Node(next) = next {
                        reached[usize::from(next)] = true;
                    }
                }
            }
        }
        let order: Vec<usize> = (0..self.nodes.len()).rev().filter(|&at| reached[at]).collect();
        let mut places = vec![0_u16; self.nodes.len()];
        for (place, &at) in order.iter().enumerate() {
            places[at] = place as u16;
        }
        let moved = |next| match next {
            Next::Node(at) => Next::Node(places[usize::from(at)]),
            answer => answer,
        };
        let nodes = order.iter().map(|&at| self.nodes[at]);
        Program(
            nodes.map(|node| Node { test: node.test, yes: moved(node.yes), no: moved(node.no) }).collect(),
        )
    }
}

/// How many nodes a condition may need at most.
pub(super) fn size(condition: &Condition) -> usize {
    match condition {
        Condition::Constant(_) => 0,
        Condition::Test(_) | Condition::Inside(_) | Condition::InsideHome | Condition::InNoTerritory => 1,
        Condition::Not(inner) => size(inner),
        Condition::All(inner) | Condition::Any(inner) => inner.iter().map(size).sum(),
        Condition::Choice(three) => three.iter().map(size).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use skyweave_proof::table::program::Test;
    use skyweave_proof::table::{Attribute, Attributes, Registries, RegistryNo};

    fn holds(condition: &Condition, attributes: &Attributes) -> bool {
        match condition {
            Condition::Constant(value) => *value,
            Condition::Test(test) => test.holds(attributes),
            Condition::Not(inner) => !holds(inner, attributes),
            Condition::All(inner) => inner.iter().all(|one| holds(one, attributes)),
            Condition::Any(inner) => inner.iter().any(|one| holds(one, attributes)),
            Condition::Choice(three) => {
                holds(&three[if holds(&three[0], attributes) { 1 } else { 2 }], attributes)
            }
            Condition::Inside(_) | Condition::InsideHome | Condition::InNoTerritory => false,
        }
    }

    fn conditions() -> impl Strategy<Value = Condition> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Condition::Constant),
            (0_u16..3).prop_map(|n| Condition::Test(Test::In(RegistryNo(n)))),
            (0_i64..3).prop_map(|n| Condition::Test(Test::Below(Attribute::Speed, n))),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| Condition::Not(Box::new(one))),
                prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::All),
                prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::Any),
                [inner.clone(), inner.clone(), inner].prop_map(|three| Condition::Choice(Box::new(three))),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_program_says_what_its_condition_says(condition in conditions()) {
            let program = program(&condition).unwrap();
            if let Some(program) = &program {
                prop_assert_eq!(program.check(3), Ok(()));
                prop_assert!(program.0.len() <= size(&condition));
            }
            for listed in 0..8_u16 {
                for speed_cm_s in 0..3 {
                    let mut attributes = Attributes { speed_cm_s, ..Attributes::plain(0) };
                    attributes.registries = (0..3)
                        .filter(|n| listed >> n & 1 == 1)
                        .fold(Registries::NONE, |set, n| set.with(RegistryNo(n)));
                    let said = program.as_ref().is_some_and(|program| program.holds(&attributes));
                    prop_assert_eq!(said, holds(&condition, &attributes));
                }
            }
        }
    }
}
