//! The dish beside a shell: it answers inside the namespace, at the address that clients of real dishes look for.

use super::serving::{Answering, Serving};
use miette::{IntoDiagnostic, Result};
use skyweave_dish::dishes::SharedDish;
use skyweave_dish::listen::Protocol;
use skyweave_dish::service::Clock;
use skyweave_emulate::namespace::Namespace;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Where dishes answer.
const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 168, 100, 1);
/// The ports of gRPC and of gRPC-Web.
const PORTS: [(u16, Protocol); 2] = [(9_200, Protocol::Grpc), (9_201, Protocol::GrpcWeb)];

/// Where a dish answers inside a namespace.
pub fn addresses() -> [SocketAddr; 2] {
    PORTS.map(|(port, _)| SocketAddr::from((ADDRESS, port)))
}

/// Answers for a dish inside a namespace, until this is dropped. Nothing of the host changes.
pub fn answer_inside(namespace: &Namespace, dish: &SharedDish, clock: Clock) -> Result<(Serving, Answering)> {
    namespace.add_local(ADDRESS.into()).into_diagnostic()?;
    let listen = |address| namespace.listen(address).into_diagnostic();
    let sockets = addresses().into_iter().map(listen).collect::<Result<_>>()?;
    let serving = Serving::start(clock)?;
    let answering = answer_at(&serving, dish, sockets);
    Ok((serving, answering))
}

/// Answers for a dish at sockets that listen at [`addresses`], until what it gives back is dropped.
pub fn answer_at(serving: &Serving, dish: &SharedDish, sockets: Vec<TcpListener>) -> Answering {
    let protocols = PORTS.map(|(_, protocol)| protocol);
    serving.answer(dish, sockets.into_iter().zip(protocols))
}
