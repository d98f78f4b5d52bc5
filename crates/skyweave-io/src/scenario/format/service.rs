//! Who may be served, where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// Who may be served, where. Without this table everybody may be. With it nobody is, but where a policy permits it.
///
/// Policies are written in Cedar (`docs/restrictions.md`), territories as definitions (`docs/territories.md`). Paths are relative to the
/// scenario.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Files of policies.
    #[schemars(with = "Vec<String>")]
    pub policies: Vec<Spanned<String>>,
    /// Policies, by id, that are not in force at the start.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub disabled: Vec<Spanned<String>>,
    /// Files of territories' definitions.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub territories: Vec<Spanned<String>>,
    /// Datasets of borders that definitions take parts from.
    #[serde(default)]
    #[schemars(with = "Vec<Boundaries>")]
    pub boundaries: Vec<Spanned<Boundaries>>,
    /// Lists of terminals.
    #[serde(default)]
    #[schemars(with = "Vec<Registry>")]
    pub registries: Vec<Spanned<Registry>>,
    /// Classes of use that policies may name besides those of sites and terminals.
    #[serde(default)]
    pub use_classes: Vec<String>,
    /// Protected classes that policies may name besides those of sites and terminals.
    #[serde(default)]
    pub protected_classes: Vec<String>,
}

/// A dataset of borders. Every one is somebody's view: there is no default.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Boundaries {
    /// GeoJSON or TopoJSON; the built-in borders (Natural Earth 1:50 million) if left out.
    #[schemars(with = "Option<String>")]
    pub file: Option<Spanned<String>>,
    /// What the dataset is called.
    pub dataset: String,
    /// Its version.
    pub version: String,
    /// Whose view of disputed borders it shows.
    pub worldview: String,
    /// The property that has the names of parts.
    #[serde(default = "crate::scenario::defaults::boundary_key")]
    pub key: String,
    /// Turn rings that run the other way around, and cut those that cross longitude 180, as TopoJSON files need. Without it both are
    /// errors. The built-in borders need it and always have it.
    #[serde(default)]
    pub mend: bool,
}

/// A list of terminals, to allow or to deny, as policies say.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Its name in policies.
    pub name: String,
    /// Names of sites and terminals that are on it.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub terminals: Vec<Spanned<String>>,
}

/// Which policies are in force from a moment on.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyChange {
    /// Policies, by id, that come into force.
    #[schemars(with = "Vec<String>")]
    pub enable: Vec<Spanned<String>>,
    /// Policies that are in force no more.
    #[schemars(with = "Vec<String>")]
    pub disable: Vec<Spanned<String>>,
}

/// Who a site or terminal is, as far as policies go.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Subscriber {
    /// What is below it.
    pub surface: Surface,
    /// Its service line is for use in motion. Whoever has a track moves.
    pub in_motion: bool,
    /// What it is used for.
    pub use_class: Option<String>,
    /// Its protected class.
    pub protected_class: Option<String>,
    /// Territory of its service line's address.
    pub home: Option<String>,
    /// Days away from home without a break.
    pub roaming_days: u32,
    /// How its service line stands.
    pub line: Line,
}

/// What is below a terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// Land.
    #[default]
    Land,
    /// Water.
    Sea,
    /// Either, far below.
    Air,
}

/// How a service line stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// There is none.
    None,
    /// Paid and in use.
    #[default]
    Active,
    /// Stopped for a while.
    Suspended,
    /// Given up.
    Ended,
}
