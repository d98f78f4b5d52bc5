//! What a file may change of the rule of incidents: the parameters that positions claimed by terminals alone can tell. No line of a rehearsal limits
//! the speed, and the network measures nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use skyweave_control::incident::Params;

/// The parameters of the rule.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Positions within this time make one look, s.
    pub look_s: i64,
    /// Positions of one look that are weighed, evenly over its time.
    pub most_fixes_a_look: i64,
    /// A look stands for the time since the one before, but for no more than this, s.
    pub longest_look_s: i64,
    /// Up to this probability of being inside, a look is outside, in 65536ths.
    pub outside_65536: u32,
    /// From this probability on, a look is inside, in 65536ths.
    pub inside_65536: u32,
    /// For deep looks positions are taken to be known no better than this, m.
    pub deep_error_m: u32,
    /// How much a time inside takes off from times outside.
    pub inside_weight: i64,
    /// Deep time to be diverted, s.
    pub diverted_deep_s: i64,
    /// Outside time of any kind to be diverted, s.
    pub diverted_s: i64,
    /// Least time from the first look outside to being diverted, s.
    pub diverted_span_s: i64,
    /// Least looks outside to be diverted.
    pub diverted_looks: u32,
    /// Deep time to be roaming, s.
    pub roaming_s: i64,
    /// Least looks outside to be roaming.
    pub roaming_looks: u32,
    /// Changes of side to be border flicker.
    pub flips: u32,
    /// Within this time, s.
    pub flips_span_s: i64,
    /// Time inside, without a look outside, that closes an incident, s.
    pub back_s: i64,
    /// Least looks for that.
    pub back_looks: u32,
    /// A doubtful claim is believed after it has held so long, s.
    pub doubt_s: i64,
    /// Claims this near to the place before a jump are back there, m.
    pub near_m: u32,
}

impl Default for Rule {
    fn default() -> Self {
        let params = Params::default();
        Self {
            look_s: params.look_s,
            most_fixes_a_look: params.most_fixes_a_look,
            longest_look_s: params.longest_look_s,
            outside_65536: params.outside_65536,
            inside_65536: params.inside_65536,
            deep_error_m: params.deep_error_m,
            inside_weight: params.inside_weight,
            diverted_deep_s: params.diverted_deep_s,
            diverted_s: params.diverted_s,
            diverted_span_s: params.diverted_span_s,
            diverted_looks: params.diverted_looks,
            roaming_s: params.roaming_s,
            roaming_looks: params.roaming_looks,
            flips: params.flips,
            flips_span_s: params.flips_span_s,
            back_s: params.back_s,
            back_looks: params.back_looks,
            doubt_s: params.doubt_s,
            near_m: params.near_m,
        }
    }
}

impl From<Rule> for Params {
    fn from(rule: Rule) -> Self {
        Self {
            look_s: rule.look_s,
            most_fixes_a_look: rule.most_fixes_a_look,
            longest_look_s: rule.longest_look_s,
            outside_65536: rule.outside_65536,
            inside_65536: rule.inside_65536,
            deep_error_m: rule.deep_error_m,
            inside_weight: rule.inside_weight,
            diverted_deep_s: rule.diverted_deep_s,
            diverted_s: rule.diverted_s,
            diverted_span_s: rule.diverted_span_s,
            diverted_looks: rule.diverted_looks,
            roaming_s: rule.roaming_s,
            roaming_looks: rule.roaming_looks,
            flips: rule.flips,
            flips_span_s: rule.flips_span_s,
            back_s: rule.back_s,
            back_looks: rule.back_looks,
            doubt_s: rule.doubt_s,
            near_m: rule.near_m,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_service() {
        assert_eq!(Params::from(Rule::default()), Params::default());
    }
}
