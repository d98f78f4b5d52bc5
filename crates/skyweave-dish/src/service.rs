//! A dish over gRPC.

use crate::answer::{answer, refusal};
use crate::dishes::{Dishes, SharedDish};
use crate::wire::device_server::{Device, DeviceServer};
use crate::wire::{DESCRIPTORS, FromDevice, HealthCheck, Request, Response, from_device, to_device};
use futures_util::stream::{self, Stream};
use skyweave_core::access::GpsNs;
use std::fmt::{self, Debug};
use std::pin::Pin;
use std::sync::Arc;
use tonic::service::Routes;
use tonic::{Status, Streaming};

/// The longest request, bytes: none that a client has reason for comes near it.
const LONGEST_REQUEST: usize = 64 * 1_024;

/// A clock that servers ask: GPS time as the dishes live it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> GpsNs + Send + Sync>);

impl Clock {
    /// A clock that says what a function does.
    pub fn new(now: impl Fn() -> GpsNs + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> GpsNs {
        self.0()
    }
}

impl Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// Whose interface it is.
#[derive(Debug, Clone)]
enum Whose {
    One(SharedDish),
    /// `target_id` says which.
    Any(Arc<Dishes>),
}

/// The interface of a dish, or of several behind one address.
#[derive(Debug, Clone)]
pub struct DeviceService {
    whose: Whose,
    clock: Clock,
}

impl DeviceService {
    /// The interface of a dish that lives by a clock.
    #[must_use]
    pub fn new(dish: SharedDish, clock: Clock) -> Self {
        Self { whose: Whose::One(dish), clock }
    }

    /// The interface of many dishes: a request's `target_id` is the id of a dish, or the name of its terminal.
    #[must_use]
    pub const fn of_any(dishes: Arc<Dishes>, clock: Clock) -> Self {
        Self { whose: Whose::Any(dishes), clock }
    }

    fn ask(&self, asked: &Request) -> Result<Response, Status> {
        let at = |dish: &SharedDish, asked: &Request| {
            let mut dish = dish.lock();
            dish.advance(self.clock.now());
            answer(&mut dish, asked)
        };
        match &self.whose {
            Whose::One(dish) => at(dish, asked),
            Whose::Any(dishes) => {
                let dish = dishes.called(&asked.target_id).ok_or_else(|| {
                    let count = dishes.count();
                    Status::not_found(format!(
                        "{count} dishes answer here; let target_id be the id of one of them, or the name of its terminal"
                    ))
                })?;
                at(&dish, &Request { target_id: String::new(), ..asked.clone() })
            }
        }
    }

    fn reply(&self, message: Option<to_device::Message>) -> FromDevice {
        let message = match message {
            Some(to_device::Message::HealthCheck(_)) => from_device::Message::HealthCheck(HealthCheck {}),
            other => {
                let asked = match other {
                    Some(to_device::Message::Request(asked)) => asked,
                    _ => Request::default(),
                };
                let answered = self.ask(&asked).unwrap_or_else(|status| refusal(asked.id, &status));
                from_device::Message::Response(answered)
            }
        };
        FromDevice { message: Some(message) }
    }
}

#[tonic::async_trait]
impl Device for DeviceService {
    async fn handle(&self, request: tonic::Request<Request>) -> Result<tonic::Response<Response>, Status> {
        self.ask(request.get_ref()).map(tonic::Response::new)
    }

    type StreamStream = Pin<Box<dyn Stream<Item = Result<FromDevice, Status>> + Send>>;

    async fn stream(
        &self,
        request: tonic::Request<Streaming<crate::wire::ToDevice>>,
    ) -> Result<tonic::Response<Self::StreamStream>, Status> {
        let asked = (self.clone(), request.into_inner());
        let replies = stream::try_unfold(asked, |(device, mut asked)| async move {
            let message = asked.message().await?;
            Ok(message.map(|to_device| (device.reply(to_device.message), (device, asked))))
        });
        Ok(tonic::Response::new(Box::pin(replies)))
    }
}

/// Reflection, which all dishes of a process share.
#[derive(Clone)]
pub struct Reflection {
    routes: Routes,
}

impl Debug for Reflection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reflection").finish_non_exhaustive()
    }
}

impl Reflection {
    /// Reads the interface once.
    ///
    /// # Errors
    /// When the interface that this was built with is none.
    pub fn new() -> Result<Self, tonic_reflection::server::Error> {
        let builder = || {
            tonic_reflection::server::Builder::configure().register_encoded_file_descriptor_set(DESCRIPTORS)
        };
        let routes = Routes::new(builder().build_v1()?).add_service(builder().build_v1alpha()?);
        Ok(Self { routes })
    }

    /// Everything that a dish answers.
    #[must_use]
    pub fn routes(&self, device: DeviceService) -> Routes {
        let device = DeviceServer::new(device).max_decoding_message_size(LONGEST_REQUEST);
        self.routes.clone().add_service(device)
    }
}
