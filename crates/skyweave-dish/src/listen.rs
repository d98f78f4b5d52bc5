//! Connections to a dish, and what hostile ones may cost.
//!
//! | limit | |
//! |---|---|
//! | connections to one dish | 1,024; more wait until one ends |
//! | silence of a connection | 5 s until its first word, then 30 s; clients that work are asked for a sign of life every 10 s |
//! | requests at once on a connection | 64 |
//! | length of a request | 64 KiB |

use crate::service::{DeviceService, Reflection};
use futures_util::stream;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tonic::transport::Server;
use tonic::transport::server::Connected;
use tonic_web::GrpcWebLayer;

const MOST_CONNECTIONS: usize = 1_024;
const FIRST_WORD: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(30);
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
const MOST_REQUESTS: u32 = 64;
const AGAIN: Duration = Duration::from_millis(50);

/// What is spoken at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// gRPC over plaintext HTTP/2.
    Grpc,
    /// gRPC-Web, for browsers.
    GrpcWeb,
}

/// Serves a dish at a socket until `stop` comes.
///
/// # Errors
/// When the socket cannot be used.
pub async fn serve(
    reflection: &Reflection,
    device: DeviceService,
    listener: std::net::TcpListener,
    protocol: Protocol,
    stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let incoming = Box::pin(stream::unfold((listener, places), |(listener, places)| async move {
        let connection = accept(&listener, &places).await?;
        Some((Ok::<_, io::Error>(connection), (listener, places)))
    }));
    let routes = reflection.routes(device);
    let server = Server::builder()
        .max_concurrent_streams(MOST_REQUESTS)
        .http2_keepalive_interval(Some(SIGN_OF_LIFE))
        .http2_keepalive_timeout(Some(SILENCE));
    let served = match protocol {
        Protocol::Grpc => {
            let mut server = server;
            server.add_routes(routes).serve_with_incoming_shutdown(incoming, stop).await
        }
        Protocol::GrpcWeb => {
            let mut server = server.accept_http1(true).layer(GrpcWebLayer::new());
            server.add_routes(routes).serve_with_incoming_shutdown(incoming, stop).await
        }
    };
    served.map_err(io::Error::other)
}

/// The next connection, as soon as there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Connection> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                return Some(Connection { stream, silent: Box::pin(sleep(FIRST_WORD)), _place: place });
            }
            // whoever waited has gone, or files have run out: both pass
            Err(_) => sleep(AGAIN).await,
        }
    }
}

/// A connection that ends when nothing has come over it for a while.
struct Connection {
    stream: TcpStream,
    silent: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, into) {
            self.silent.as_mut().reset(Instant::now() + SILENCE);
            return Poll::Ready(read);
        }
        ready!(self.silent.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
