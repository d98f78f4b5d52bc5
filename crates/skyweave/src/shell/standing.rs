//! Faults by hand: a file that is read again whenever it changes.

use miette::{Result, WrapErr};
use skyweave_core::ids::TerminalId;
use skyweave_core::world::World;
use skyweave_net::space::Fault;
use skyweave_study::faults::{FORMAT, Faults, place};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

/// How often somebody looks whether the file has changed.
const LOOK: Duration = Duration::from_millis(100);

/// What a file says that the network has not taken yet.
#[derive(Debug, Default)]
pub struct Standing(Mutex<Option<Vec<Fault>>>);

impl Standing {
    /// Reads a file now, and again whenever it changes, until nobody holds the answer.
    pub fn watch(path: &Path, world: &Arc<World>, members: &[TerminalId]) -> Result<Arc<Self>> {
        let mut seen = changed(path);
        let standing = Arc::new(Self(Mutex::new(Some(read(path, world, members)?))));
        let (held, path, world) = (Arc::downgrade(&standing), path.to_owned(), Arc::clone(world));
        let members = members.to_vec();
        thread::spawn(move || {
            while let Some(standing) = held.upgrade() {
                let now = changed(&path);
                if now != seen {
                    seen = now;
                    standing.read_again(&path, &world, &members);
                }
                drop(standing);
                thread::sleep(LOOK);
            }
        });
        Ok(standing)
    }

    fn read_again(&self, path: &Path, world: &World, members: &[TerminalId]) {
        match read(path, world, members) {
            Ok(faults) => *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(faults),
            // what was in force stays so
            Err(error) => eprintln!("{error:?}"),
        }
    }

    /// What is new, once.
    pub fn take(&self) -> Option<Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

fn read(path: &Path, world: &World, members: &[TerminalId]) -> Result<Vec<Fault>> {
    let source = FORMAT.open(path, &[])?;
    let said: Faults = FORMAT.parse(&source)?;
    place(&said.faults, world, members).wrap_err_with(|| format!("in {}", path.display()))
}
