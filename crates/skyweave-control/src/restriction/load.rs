//! Policies from text: parsed and validated against the schema.

use super::annotations;
use super::fault::{Fault, Faults, Source};
use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use cedar_policy_core::ast;
use cedar_policy_core::parser::Loc;
use skyweave_proof::table::PolicyKind;
use std::collections::{BTreeMap, BTreeSet};

/// The schema that policies are validated against.
pub const SCHEMA: &str = include_str!("../../schema/skyweave.cedarschema");

/// A file of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its name, for messages and explanations.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// A policy that is valid by the schema; what it names has not been looked up.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub id: String,
    pub kind: PolicyKind,
    /// Index of its file.
    pub file: usize,
    pub line: usize,
    pub policy: ast::Policy,
}

/// Valid policies, by id.
#[derive(Debug, Clone)]
pub struct Restrictions {
    pub(super) files: Vec<PolicyFile>,
    pub(super) policies: Vec<Loaded>,
}

impl Restrictions {
    /// Reads files of policies.
    ///
    /// # Errors
    /// Every mistake in them that can be found without knowing which plans, territories and registries there are.
    pub fn load(files: &[PolicyFile]) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let mut by_id: BTreeMap<String, Loaded> = BTreeMap::new();
        let validator = validator()?;
        for (number, file) in files.iter().enumerate() {
            let source = Source { file: &file.name, text: &file.text };
            for policy in policies_of(source, &validator, &mut faults) {
                let (id, kind) = match annotations::read(&policy, source) {
                    Ok(read) => read,
                    Err(fault) => {
                        faults.push(fault);
                        continue;
                    }
                };
                let (line, _) = source.place(policy.loc().map_or(0, Loc::start));
                if let Some(other) = by_id.get(&id) {
                    let (file, line) = (&files[other.file].name, other.line);
                    let what = format!("the id \"{id}\" again; it is the policy at {file}:{line}");
                    faults.push(source.fault_at(policy.loc(), what));
                    continue;
                }
                by_id.insert(id.clone(), Loaded { id, kind, file: number, line, policy });
            }
        }
        if faults.is_empty() {
            Ok(Self { files: files.to_vec(), policies: by_id.into_values().collect() })
        } else {
            Err(sorted(faults))
        }
    }

    /// Those that are left when some, by id, are not in force.
    ///
    /// # Errors
    /// The first id that no policy has.
    pub fn without(&self, disabled: &BTreeSet<String>) -> Result<Self, String> {
        let unknown = disabled.iter().find(|id| self.policies.iter().all(|loaded| loaded.id != **id));
        if let Some(unknown) = unknown {
            return Err(unknown.clone());
        }
        let policies =
            self.policies.iter().filter(|loaded| !disabled.contains(&loaded.id)).cloned().collect();
        Ok(Self { files: self.files.clone(), policies })
    }

    /// The files without some policies, by id: what is said elsewhere in them stays as it was written.
    ///
    /// # Errors
    /// The first id that no policy has.
    pub fn files_without(&self, disabled: &BTreeSet<String>) -> Result<Vec<PolicyFile>, String> {
        self.without(disabled)?;
        let mut files = self.files.clone();
        let mut cut: Vec<(usize, usize, usize)> = self
            .policies
            .iter()
            .filter(|loaded| disabled.contains(&loaded.id))
            .filter_map(|loaded| loaded.policy.loc().map(|at| (loaded.file, at.start(), at.end())))
            .collect();
        // from the end on, so that places before stay what they are
        cut.sort_unstable_by(|a, b| b.cmp(a));
        for (file, from, to) in cut {
            if let Some(text) = files.get_mut(file).map(|file| &mut file.text)
                && text.get(from..to).is_some()
            {
                text.replace_range(from..to, "");
            }
        }
        Ok(files)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    pub(super) fn source(&self, policy: &Loaded) -> Source<'_> {
        let file = &self.files[policy.file];
        Source { file: &file.name, text: &file.text }
    }
}

pub(super) fn sorted(mut faults: Vec<Fault>) -> Faults {
    faults.sort();
    faults.dedup();
    Faults(faults)
}

fn validator() -> Result<Validator, Faults> {
    let source = Source { file: "skyweave.cedarschema", text: SCHEMA };
    match Schema::from_cedarschema_str(SCHEMA) {
        Ok((schema, _)) => Ok(Validator::new(schema)),
        Err(error) => Err(Faults(vec![source.fault_of(&error)])),
    }
}

/// The policies of a file in the order of the text.
fn policies_of(source: Source<'_>, validator: &Validator, faults: &mut Vec<Fault>) -> Vec<ast::Policy> {
    let set: PolicySet = match source.text.parse() {
        Ok(set) => set,
        Err(errors) => {
            let errors: cedar_policy::ParseErrors = errors;
            faults.extend(errors.iter().map(|error| source.fault_of(error)));
            return Vec::new();
        }
    };
    for template in set.templates() {
        let place: &ast::Template = template.as_ref();
        let what = "a template: slots are for links, and a file has none; name what it is about";
        faults.push(source.fault_at(place.loc(), what));
    }
    let before = faults.len();
    let found = validator.validate(&set, ValidationMode::Strict);
    faults.extend(found.validation_errors().map(|error| source.fault_of(error)));
    // a policy that can never apply, or letters that look like others, is a mistake of somebody
    faults.extend(found.validation_warnings().map(|warning| source.fault_of(warning)));
    if faults.len() > before {
        return Vec::new();
    }
    let mut policies: Vec<ast::Policy> = set.policies().map(|policy| policy.as_ref().clone()).collect();
    policies.sort_by_key(|policy| policy.loc().map_or(0, Loc::start));
    policies
}
