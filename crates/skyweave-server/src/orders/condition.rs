//! How the log and this server's point of enforcement are: what was refused, and what stands in the way. What is in force goes on in any case.

use crate::measure::{Counter, Page};
use std::sync::{Mutex, PoisonError};

/// What was refused, and what stands in the way.
#[derive(Debug, Default)]
pub struct Condition {
    refused: Counter,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    refusal: Option<String>,
    trouble: Option<String>,
}

impl Condition {
    /// Notes that a bundle was refused. It is said once, however often it comes again.
    pub fn refuse(&self, why: &str) {
        self.refused.add(1);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.refusal.as_deref() != Some(why) {
            tracing::error!("a bundle is refused, and what is in force stays: {why}");
            state.refusal = Some(why.to_owned());
        }
    }

    /// Notes what stands in the way of the log, or that nothing does.
    pub fn note(&self, trouble: Option<String>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.trouble != trouble {
            if let Some(what) = &trouble {
                tracing::warn!("the log has to wait, and what is in force stays: {what}");
            } else {
                tracing::info!("the log goes on");
            }
            state.trouble = trouble;
        }
    }

    /// Bundles that were refused.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.refused.get()
    }

    /// Why the last one was.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).refusal.clone()
    }

    /// What stands in the way of the log now.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).trouble.clone()
    }

    /// Writes it for monitoring.
    pub fn write(&self, page: &mut Page) {
        page.counter("skyweave_bundles_refused_total", "Bundles that were refused.", &self.refused);
        let waits = f64::from(u8::from(self.trouble().is_some()));
        page.gauge("skyweave_log_waits", "1 if something stands in the way of the log.", waits);
    }
}
