//! A dish at two sockets, and somebody who asks it.

use futures_util::{Stream, StreamExt, TryStreamExt};
use prost::Message;
use skyweave_core::access::GpsNs;
use skyweave_core::place::HorizonMask;
use skyweave_dish::dish::{Dish, Identity};
use skyweave_dish::dishes::SharedDish;
use skyweave_dish::listen::{Protocol, serve};
use skyweave_dish::service::{Clock, DeviceService, Reflection};
use skyweave_dish::wire::{GetStatusRequest, Request, Response, request};
use std::net::{SocketAddr, TcpListener};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Status, codegen};
use tonic_prost::ProstCodec;

pub struct Desk {
    pub grpc: SocketAddr,
    pub web: SocketAddr,
}

pub fn get_status() -> Request {
    Request { id: 5, request: Some(request::Request::GetStatus(GetStatusRequest {})), ..Request::default() }
}

impl Desk {
    /// Served for as long as the test's threads live.
    pub fn open() -> Self {
        let identity = Identity {
            id: "ut-test".into(),
            software_version: "test".into(),
            moves: false,
            mask: HorizonMask::default(),
            boot_ns: 0,
            tells_location: false,
        };
        let now = GpsNs(1_455_000_000_000_000_000);
        let device = DeviceService::new(SharedDish::new(Dish::new(identity, now)), Clock::new(move || now));
        let reflection = Reflection::new().unwrap();
        let [grpc, web] = [Protocol::Grpc, Protocol::GrpcWeb].map(|protocol| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let (reflection, device) = (reflection.clone(), device.clone());
            tokio::spawn(async move {
                serve(&reflection, device, listener, protocol, std::future::pending()).await.unwrap();
            });
            address
        });
        Self { grpc, web }
    }

    pub async fn channel(&self) -> Channel {
        Endpoint::try_from(format!("http://{}", self.grpc)).unwrap().connect().await.unwrap()
    }

    pub async fn ask(&self, asked: &Request) -> Result<Response, Status> {
        ask_over(self.channel().await, asked.clone()).await
    }

    /// Everything that comes back.
    pub async fn stream<A, B>(
        &self,
        path: &'static str,
        asked: impl Stream<Item = A> + Send + 'static,
    ) -> Result<Vec<B>, Status>
    where
        A: Message + 'static,
        B: Message + Default + 'static,
    {
        let mut client = Grpc::new(self.channel().await);
        client.ready().await.unwrap();
        let codec = ProstCodec::<A, B>::default();
        let request = tonic::Request::new(asked.boxed());
        let told = client.streaming(request, PathAndQuery::from_static(path), codec).await?;
        told.into_inner().try_collect().await
    }
}

/// One question over a connection.
pub async fn ask_over<A: Message + 'static>(channel: Channel, asked: A) -> Result<Response, Status> {
    let mut client = Grpc::new(channel);
    client.ready().await.map_err(|error| Status::from_error(Box::new(error) as codegen::StdError))?;
    let path = PathAndQuery::from_static("/SpaceX.API.Device.Device/Handle");
    let codec = ProstCodec::<A, Response>::default();
    Ok(client.unary(tonic::Request::new(asked), path, codec).await?.into_inner())
}
