//! Names of things that never change: a prefix for the kind, `_`, and 26 characters of Crockford's base 32, as
//! [ULIDs](https://github.com/ulid/spec) are written: `acc_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z`.
//!
//! Whoever creates something gives it its id; nothing here draws one. If the first ten characters hold the time in ms, lists
//! sorted by id are sorted by age, and that is all that anybody may conclude from an id.

use crate::refused::shown;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Crockford's base 32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 26 characters of 5 bits hold 128 bits and 2 to spare, which must be zero.
const LENGTH: usize = 26;

/// The part of an id after its prefix: 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ulid(u128);

impl Ulid {
    /// From its bits: 48 of time in ms and 80 of chance, if it is made as the specification says.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// Its bits.
    #[must_use]
    pub const fn bits(self) -> u128 {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let letters = text.as_bytes();
        if letters.len() != LENGTH || letters[0] > b'7' {
            return None;
        }
        let digit = |letter: u8| ALPHABET.iter().position(|&known| known == letter);
        letters.iter().try_fold(0_u128, |bits, &letter| Some(bits << 5 | digit(letter)? as u128)).map(Self)
    }
}

impl fmt::Display for Ulid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0_u8; LENGTH];
        for (place, letter) in text.iter_mut().rev().enumerate() {
            *letter = ALPHABET[(self.0 >> (5 * place)) as usize & 31];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Ulid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{found}` is no id of {expected}; accepted: {prefix}_ and 26 of the characters 0-9 A-H J K M N P-T V-Z, such as {prefix}_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z"
)]
pub struct IdError {
    found: String,
    expected: &'static str,
    prefix: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $prefix:literal, $id:ident);+ $(;)?) => {
        /// A kind of thing that the service keeps.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($(#[$doc])* $kind),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Its name in files and interfaces, such as `service_line`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),+ }
            }

            /// What its ids begin with, without the `_`.
            #[must_use]
            pub const fn prefix(self) -> &'static str {
                match self { $(Self::$kind => $prefix),+ }
            }

            /// The kind of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }

        $(
            #[doc = concat!("The id of one: `", $prefix, "_` and 26 characters. ", "See [`Kind::", stringify!($kind), "`].")]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $id(pub Ulid);

            impl $id {
                /// The kind of thing that it names.
                pub const KIND: Kind = Kind::$kind;
            }

            impl From<$id> for EntityId {
                fn from(id: $id) -> Self {
                    Self { kind: Kind::$kind, ulid: id.0 }
                }
            }

            impl TryFrom<EntityId> for $id {
                type Error = IdError;

                fn try_from(id: EntityId) -> Result<Self, IdError> {
                    if id.kind == Kind::$kind { Ok(Self(id.ulid)) } else { Err(Kind::$kind.wrong(&id.to_string())) }
                }
            }

            impl FromStr for $id {
                type Err = IdError;

                fn from_str(text: &str) -> Result<Self, IdError> {
                    let rest = text.strip_prefix(concat!($prefix, "_"));
                    rest.and_then(Ulid::parse).map(Self).ok_or_else(|| Kind::$kind.wrong(text))
                }
            }

            impl fmt::Display for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    EntityId::from(*self).fmt(f)
                }
            }

            impl fmt::Debug for $id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    EntityId::from(*self).fmt(f)
                }
            }

            impl schemars::JsonSchema for $id {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($id).into()
                }

                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    schemars::json_schema!({
                        "type": "string",
                        "pattern": concat!("^", $prefix, "_[0-7][0-9A-HJKMNP-TV-Z]{25}$"),
                    })
                }
            }

            impl Serialize for $id {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }

            impl<'de> Deserialize<'de> for $id {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_str(Text(concat!("an id that begins with ", $prefix, "_"), str::parse))
                }
            }
        )+
    };
}

kinds! {
    /// A legal person or agency: payer, donor, operator or steward.
    Organization = "organization", "org", OrganizationId;
    /// What pays and what is told apart; accounts form a tree.
    Account = "account", "acc", AccountId;
    /// What is sold: rates, quota and where it may be used.
    Plan = "plan", "plan", PlanId;
    /// A plan at a service address, to which terminals are attached.
    ServiceLine = "service_line", "line", LineId;
    /// A user terminal.
    Terminal = "terminal", "ut", TerminalId;
    /// A list of terminals that are allowed or denied.
    Registry = "registry", "reg", RegistryId;
    /// A data set of borders, pinned by its hash.
    BoundarySet = "boundary_set", "bnd", BoundarySetId;
    /// An area with a name that policies speak of.
    Territory = "territory", "ter", TerritoryId;
    /// A file of policies.
    Restriction = "restriction", "rst", RestrictionId;
    /// Who is protected: hospitals, emergency services, relief.
    ProtectedClass = "protected_class", "pcl", ProtectedClassId;
    /// A terminal that was seen where its service line does not allow it.
    Incident = "incident", "inc", IncidentId;
    /// An objection against an incident.
    Appeal = "appeal", "apl", AppealId;
    /// Service that is kept up while an appeal is open.
    Permit = "permit", "prm", PermitId;
}

impl Kind {
    fn wrong(self, found: &str) -> IdError {
        IdError { found: shown(found), expected: self.name(), prefix: self.prefix() }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The id of anything; its prefix tells of which kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId {
    /// Of what.
    pub kind: Kind,
    /// Which of them.
    pub ulid: Ulid,
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind.prefix(), self.ulid)
    }
}

impl fmt::Debug for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EntityId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let parts = text.split_once('_');
        let found = parts.and_then(|(prefix, rest)| {
            let kind = Kind::ALL.iter().copied().find(|kind| kind.prefix() == prefix)?;
            Some(Self { kind, ulid: Ulid::parse(rest)? })
        });
        found.ok_or_else(|| IdError { found: shown(text), expected: "anything", prefix: "org" })
    }
}

impl schemars::JsonSchema for EntityId {
    fn schema_name() -> Cow<'static, str> {
        "EntityId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let prefixes: Vec<&str> = Kind::ALL.iter().map(|kind| kind.prefix()).collect();
        let pattern = format!("^({})_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$", prefixes.join("|"));
        schemars::json_schema!({ "type": "string", "pattern": pattern })
    }
}

impl Serialize for EntityId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EntityId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text("an id", str::parse))
    }
}

/// Reads a text by a function that may refuse it.
pub(crate) struct Text<T, E>(pub &'static str, pub fn(&str) -> Result<T, E>);

impl<T, E: fmt::Display> Visitor<'_> for Text<T, E> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<X: de::Error>(self, text: &str) -> Result<T, X> {
        (self.1)(text).map_err(X::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_one_way_of_writing_is_read() {
        for bad in [
            "",
            "acc_",
            "acc",
            "org_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z",
            "acc-01JD8Z3N7Q4K2M5T6V7W8X9Y0Z",
            "acc_01jd8z3n7q4k2m5t6v7w8x9y0z",
            "acc_01JD8Z3N7Q4K2M5T6V7W8X9Y0",
            "acc_01JD8Z3N7Q4K2M5T6V7W8X9Y0ZZ",
            "acc_81JD8Z3N7Q4K2M5T6V7W8X9Y0Z",
            "acc_O1JD8Z3N7Q4K2M5T6V7W8X9Y0Z",
            "acc_01JD8Z3N7Q4K2M5T6V7W8X9Y0U",
            " acc_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z",
            "acc_01JD8Z3N7Q4K2M5T6V7W8X9Y0\u{e9}",
        ] {
            let error = bad.parse::<AccountId>().unwrap_err().to_string();
            assert!(error.contains("is no id of account; accepted: acc_ and 26"), "{bad}: {error}");
        }
    }

    #[test]
    fn an_error_does_not_repeat_a_megabyte_or_control_characters() {
        let error = "\u{1b}[2J".repeat(100_000).parse::<EntityId>().unwrap_err().to_string();
        assert!(error.len() < 800 && !error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn prefixes_and_names_are_told_apart() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(*kind));
            assert_eq!(Kind::ALL.iter().filter(|other| other.prefix() == kind.prefix()).count(), 1);
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{}\"", kind.name()));
        }
    }

    proptest! {
        #[test]
        fn ids_are_read_as_written_and_sort_as_their_texts(a: u128, b: u128) {
            let (a, b) = (TerminalId(Ulid::from_bits(a)), TerminalId(Ulid::from_bits(b)));
            prop_assert_eq!(a.to_string().parse::<TerminalId>().unwrap(), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            let any: EntityId = serde_json::from_str(&serde_json::to_string(&a).unwrap()).unwrap();
            prop_assert_eq!(any, EntityId::from(a));
            prop_assert_eq!(TerminalId::try_from(any).unwrap(), a);
            prop_assert!(LineId::try_from(any).is_err());
        }
    }
}
