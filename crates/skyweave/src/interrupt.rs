//! Ctrl-C and SIGTERM: a flag that long work looks at between slots.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once somebody wants the program to stop.
#[derive(Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on.
    pub fn listen() -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        // only one listener can be installed; a second one would hear nothing and is never asked for
        let _ = ctrlc::set_handler(move || set.store(true, Ordering::Relaxed));
        Self(flag)
    }

    /// True if somebody wants to stop.
    pub fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
