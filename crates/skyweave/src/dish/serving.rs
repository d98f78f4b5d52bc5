//! Threads that answer for dishes until they are dropped.

use miette::{IntoDiagnostic, Result};
use skyweave_dish::dishes::SharedDish;
use skyweave_dish::listen::{Protocol, serve};
use skyweave_dish::service::{Clock, DeviceService, Reflection};
use std::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

/// Servers of dishes.
#[derive(Debug)]
pub struct Serving {
    runtime: Runtime,
    reflection: Reflection,
    clock: Clock,
}

/// A dish that is answered for, until this is dropped.
#[derive(Debug)]
pub struct Answering {
    _lasts: watch::Sender<()>,
}

impl Serving {
    /// Threads that serve nobody yet.
    pub fn start(clock: Clock) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().into_diagnostic()?;
        let reflection = Reflection::new().into_diagnostic()?;
        Ok(Self { runtime, reflection, clock })
    }

    /// Answers for a dish at sockets.
    #[must_use]
    pub fn answer(
        &self,
        dish: &SharedDish,
        sockets: impl IntoIterator<Item = (TcpListener, Protocol)>,
    ) -> Answering {
        let (lasts, until) = watch::channel(());
        for (listener, protocol) in sockets {
            let device = DeviceService::new(dish.clone(), self.clock.clone());
            let (reflection, mut until) = (self.reflection.clone(), until.clone());
            self.runtime.spawn(async move {
                let stop = async move {
                    // nothing is ever said: it changes when the sender is dropped
                    let _ = until.changed().await;
                };
                if let Err(error) = serve(&reflection, device, listener, protocol, stop).await {
                    tracing::warn!(%error, "a dish answers no more");
                }
            });
        }
        Answering { _lasts: lasts }
    }
}
