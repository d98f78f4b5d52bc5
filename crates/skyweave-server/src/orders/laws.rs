//! The sources of laws and the tables that they compile to. A law is known by its table's hash; that its sources compile to it is found out
//! by compiling them.

use super::{OrderError, Orders};
use crate::log::folder::{DOCUMENTS, SOURCES};
use skyweave_control::order::{NotCompiled, Sources};
use skyweave_control::territory::Cover;
use skyweave_proof::UtcTime;
use skyweave_proof::hex;
use skyweave_proof::log::merkle::Hash;
use skyweave_proof::order::{FailMode, Law, Rules, Standing};
use skyweave_proof::table::Table;
use std::sync::{Arc, PoisonError};

/// A law with everything behind it.
#[derive(Debug, Clone)]
pub struct Lawful {
    /// Its hashes.
    pub rules: Rules,
    /// What it is compiled from.
    pub sources: Sources,
    /// The table.
    pub table: Arc<Table>,
    cover: Arc<Cover>,
}

impl Lawful {
    /// Compiles sources.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn compile(
        sources: Sources,
        fail_mode: FailMode,
        borders: &dyn Fn(&str) -> Option<Vec<u8>>,
        before: Option<&Self>,
    ) -> Result<Self, NotCompiled> {
        let (table, cover) = sources.compile(borders, before.map(|law| &*law.cover))?;
        let rules = sources.rules(&table, fail_mode);
        Ok(Self { rules, sources, table: Arc::new(table), cover: Arc::new(cover) })
    }

    /// The documents that its hashes name, for everybody to read.
    #[must_use]
    pub fn documents(&self) -> Vec<(String, Vec<u8>)> {
        vec![
            (format!("{DOCUMENTS}/{}", hex(&self.rules.table)), self.table.document().to_bytes()),
            (format!("{DOCUMENTS}/{}", hex(&self.rules.boundaries)), self.sources.boundaries().to_bytes()),
            (format!("{SOURCES}/{}", hex(&self.rules.table)), self.sources.to_bytes()),
        ]
    }
}

impl Orders {
    pub(super) fn border(&self, sha256: &str) -> Option<Vec<u8>> {
        std::fs::read(self.borders.get(sha256)?).ok()
    }

    pub(super) fn keep_law(&self, law: Lawful) {
        let mut laws = self.laws.lock().unwrap_or_else(PoisonError::into_inner);
        laws.insert(law.rules.table, Arc::new(law));
    }

    /// The law with a table, from what was kept with it.
    ///
    /// # Errors
    /// Its sources are gone, or compile to another table.
    pub async fn law(&self, rules: &Rules) -> Result<Arc<Lawful>, OrderError> {
        let kept = |table: &Hash| {
            let laws = self.laws.lock().unwrap_or_else(PoisonError::into_inner);
            laws.get(table).cloned()
        };
        if let Some(law) = kept(&rules.table) {
            if law.rules.fail_mode == rules.fail_mode {
                return Ok(law);
            }
            return Ok(Arc::new(Lawful { rules: rules.clone(), ..(*law).clone() }));
        }
        let name = format!("{SOURCES}/{}", hex(&rules.table));
        let gone =
            |what: &str| OrderError::Other(format!("the sources of table {}: {what}", hex(&rules.table)));
        let bytes = self.store.document(&name).await?.ok_or_else(|| gone("they are gone"))?;
        let sources = Sources::parse(&bytes).map_err(|error| gone(&error.to_string()))?;
        let law = Lawful::compile(sources, rules.fail_mode, &|hash| self.border(hash), None);
        let law = law.map_err(|error| gone(&error.to_string()))?;
        if law.rules != *rules {
            return Err(gone("they compile to another table"));
        }
        self.keep_law(law.clone());
        Ok(Arc::new(law))
    }

    /// The rules of a standing at a time.
    pub(super) fn rules_at(standing: &Standing, time: UtcTime) -> Option<Rules> {
        match standing.at(time)? {
            Law::Open(rules) => Some(rules.clone()),
            Law::Sealed(_) => None,
        }
    }

    /// The law that this server's own point of enforcement has in force: what planners and decisions go by. Before the first bundle there
    /// is none.
    ///
    /// # Errors
    /// Its sources are gone.
    pub async fn in_force(&self, now_ns: i64) -> Result<Option<Arc<Lawful>>, OrderError> {
        let rules = {
            let state = self.state.lock().await;
            state.point.bundle().and_then(|bundle| bundle.rules_at(super::time_of(now_ns)).cloned())
        };
        match rules {
            Some(rules) => self.law(&rules).await.map(Some),
            None => Ok(None),
        }
    }
}
