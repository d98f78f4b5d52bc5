//! What a file may change of the rule of incidents: the parameters that positions claimed by terminals alone can tell. No line of a rehearsal limits
//! the speed, and the network measures nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_control::incident::Params;

/// The parameters by their names and types; their defaults are those of the rule.
macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)+) => {
        /// The parameters of the rule.
        #[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct Rule {
            $($(#[$doc])* pub $name: $type,)+
        }

        impl Default for Rule {
            fn default() -> Self {
                let params = Params::default();
                Self { $($name: params.$name),+ }
            }
        }

        impl From<Rule> for Params {
            fn from(rule: Rule) -> Self {
                Self { $($name: rule.$name,)+ ..Self::default() }
            }
        }
    };
}

parameters! {
    /// Positions within this time make one look, s.
    look_s: i64,
    /// Positions of one look that are weighed, evenly over its time.
    most_fixes_a_look: i64,
    /// A look stands for the time since the one before, but for no more than this, s.
    longest_look_s: i64,
    /// Up to this probability of being inside, a look is outside, in 65536ths.
    outside_65536: u32,
    /// From this probability on, a look is inside, in 65536ths.
    inside_65536: u32,
    /// For deep looks positions are taken to be known no better than this, m.
    deep_error_m: u32,
    /// How much a time inside takes off from times outside.
    inside_weight: i64,
    /// Deep time to be diverted, s.
    diverted_deep_s: i64,
    /// Outside time of any kind to be diverted, s.
    diverted_s: i64,
    /// Least time from the first look outside to being diverted, s.
    diverted_span_s: i64,
    /// Least looks outside to be diverted.
    diverted_looks: u32,
    /// Deep time to be roaming, s.
    roaming_s: i64,
    /// Least looks outside to be roaming.
    roaming_looks: u32,
    /// Changes of side to be border flicker.
    flips: u32,
    /// Within this time, s.
    flips_span_s: i64,
    /// Time inside, without a look outside, that closes an incident, s.
    back_s: i64,
    /// Least looks for that.
    back_looks: u32,
    /// A doubtful claim is believed after it has held so long, s.
    doubt_s: i64,
    /// Claims this near to the place before a jump are back there, m.
    near_m: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_service() {
        assert_eq!(Params::from(Rule::default()), Params::default());
    }
}
