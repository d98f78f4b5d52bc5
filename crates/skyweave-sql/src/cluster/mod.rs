//! Jobs on several machines, by Apache DataFusion Ballista: its scheduler, its executors, and our plans.
//!
//! Time is what is shared out. A job is a list of hours, one a partition, and a plan above it: the rows of a table function, or the files of a
//! run. Whoever plans an hour plans the same bytes, so an hour that is planned twice, because an executor was lost, does no harm.
//!
//! | module | what it is |
//! |---|---|
//! | [`scheduler`], [`executor`] | the two kinds of process |
//! | [`client`] | a session whose queries run on a cluster |
//! | [`run`] | a run whose hours are planned on a cluster |
//! | `hours`, `write` | the list of those hours as a table, and the plan that writes their files |
//! | `codec` | how our plans travel |
//! | `fault` | what was wrong with a plan that travelled; words that travel back |

pub mod client;
mod codec;
pub mod executor;
mod fault;
mod hours;
pub mod run;
pub mod scheduler;
mod write;

use crate::QueryError;
use std::net::{SocketAddr, ToSocketAddrs};

/// The version of everybody who takes part.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An error whose words [`said`] finds again on another machine.
pub(crate) fn spoken(what: impl std::fmt::Display) -> datafusion::error::DataFusionError {
    fault::say(what)
}

/// What another machine said, out of the layers of text that it came in.
pub(crate) fn said(text: &str) -> Option<String> {
    fault::find(text).map(str::to_owned)
}

/// Where a scheduler is: `HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Name or address of the host.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl std::str::FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = text.rsplit_once(':').ok_or("expected HOST:PORT, such as `planner:50050`")?;
        let port = port.parse().map_err(|_| format!("`{port}` is no port; expected HOST:PORT"))?;
        if host.is_empty() {
            return Err("expected HOST:PORT, such as `planner:50050`".to_owned());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Address {
    fn resolve(&self) -> Result<SocketAddr, QueryError> {
        let found = (self.host.as_str(), self.port).to_socket_addrs();
        let found = found.map_err(|error| QueryError::new(format!("cannot listen on {self}: {error}")))?;
        found.into_iter().next().ok_or_else(|| QueryError::new(format!("{self} is no address")))
    }
}
