//! A log's files at an address.

use super::folder::is_of_log;
use skyweave_proof::log::reader::Files;
use std::io::Read;
use std::time::Duration;

/// No file of a log is longer, bytes: 256 entries of 64 KiB each, or a table.
const LONGEST: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

/// A log at an address.
pub struct Remote {
    agent: ureq::Agent,
    url: String,
}

impl Remote {
    /// At an address; files are below it.
    #[must_use]
    pub fn at(url: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build()
            .into();
        Self { agent, url: url.trim_end_matches('/').to_owned() }
    }
}

impl Files for Remote {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        if !is_of_log(path) {
            return None;
        }
        let mut answer = self.agent.get(format!("{}/{path}", self.url)).call().ok()?;
        if answer.status().as_u16() != 200 {
            return None;
        }
        let mut bytes = Vec::new();
        answer.body_mut().as_reader().take(LONGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}
