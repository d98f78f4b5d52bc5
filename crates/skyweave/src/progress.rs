//! Progress with an estimate, on standard error and only on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use skyweave_core::time::SlotNo;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A bar of so many steps.
pub fn bar(steps: u64, unit: &str, quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(steps), target);
    let template = format!("{{msg:<22}} {{bar:30}} {{pos}}/{{len}} {unit}  {{per_sec}}  {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}

/// The bar of a run, for all its workers together. It counts the slots of warm-ups too: they take as long as any other.
pub struct Planning {
    bar: ProgressBar,
    name: Mutex<String>,
}

impl Planning {
    /// A bar for so many slots still to be planned, and so many that were there before.
    pub fn begin(name: &str, to_plan: u64, there: u64, quiet: bool) -> Self {
        let bar = bar(to_plan + there, "slots", quiet);
        bar.set_position(there);
        // what was there took no time
        bar.reset_eta();
        bar.set_message(name.to_owned());
        Self { bar, name: Mutex::new(name.to_owned()) }
    }

    /// A worker plans slots that nobody will see, up to the first of an hour that somebody will.
    pub fn warms_up_to(&self, shown: SlotNo) {
        let (_, _, _, hour, minute, ..) = shown.start().to_gregorian_utc();
        self.bar.set_message(format!("warming up to {hour:02}:{minute:02}"));
    }

    /// A worker has done so.
    pub fn is_warm(&self) {
        self.bar.set_message(self.named().clone());
    }

    /// What is planned now, where that changes.
    pub fn name(&self, name: &str) {
        name.clone_into(&mut self.named());
        self.bar.set_message(name.to_owned());
    }

    fn named(&self) -> MutexGuard<'_, String> {
        // a name is right whoever panicked
        self.name.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker has planned a slot.
    pub fn slot(&self) {
        self.bar.inc(1);
    }

    /// Leaves the bar as it is.
    pub fn abandon(&self) {
        self.bar.abandon();
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
