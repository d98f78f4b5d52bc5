//! Services of the host inside the network: `NAME[@POP]:PORT=HOST:PORT`.

use crate::addresses::Addresses;
use crate::error::EmulateError;
use crate::namespace::Namespace;
use crate::relay;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;
use std::sync::Arc;

/// A service of the host, published under a name and a port of the PoP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its name in the network.
    pub name: String,
    /// The PoP behind which it is; the one that the network's user is at, if left out.
    pub pop: Option<String>,
    /// Its port there.
    pub port: u16,
    /// Where it is on the host's network.
    pub target: SocketAddr,
}

impl FromStr for Publication {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no NAME[@POP]:PORT=HOST:PORT, such as `web:80=127.0.0.1:8080`");
        let (published, target) = text.split_once('=').ok_or_else(wrong)?;
        let (name, port) = published.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
        let (name, pop) = match name.split_once('@') {
            Some((name, pop)) => (name, Some(pop)),
            None => (name, None),
        };
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let is_name = |name: &str| !name.is_empty() && name.len() <= 63 && name.chars().all(letters);
        if !is_name(name) || pop.is_some_and(str::is_empty) {
            return Err(wrong());
        }
        let mut found =
            target.to_socket_addrs().map_err(|error| format!("`{target}` of `{text}`: {error}"))?;
        let target = found.next().ok_or_else(wrong)?;
        Ok(Self { name: name.to_owned(), pop: pop.map(str::to_owned), port, target })
    }
}

/// Opens a published service at a PoP's addresses, for TCP and UDP, for as long as the PoP's namespace lives.
///
/// # Errors
/// When the port is taken there.
pub fn publish(namespace: &Namespace, pop: Addresses, publication: &Publication) -> Result<(), EmulateError> {
    let target = publication.target;
    for address in [IpAddr::V4(pop.ipv4), IpAddr::V6(pop.ipv6)] {
        let at = SocketAddr::new(address, publication.port);
        let streams = match namespace.listen(at) {
            // A host without IPv6 has none inside either.
            Err(_) if address.is_ipv6() => continue,
            other => other?,
        };
        let datagrams = Arc::new(namespace.bind(at)?);
        let spawn = |work: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name("publish".to_owned())
                .spawn(work)
                .map_err(|error| EmulateError::system("start a thread", error))
        };
        spawn(Box::new(move || relay::tcp(&streams, |_| Some(target))))?;
        spawn(Box::new(move || relay::udp(&datagrams, target)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publications_are_read() {
        let read: Publication = "web:80=127.0.0.1:8080".parse().unwrap();
        assert_eq!((read.name.as_str(), read.port, read.target), ("web", 80, ([127, 0, 0, 1], 8080).into()));
        assert_eq!("web@fra:80=127.0.0.1:1".parse::<Publication>().unwrap().pop.as_deref(), Some("fra"));
        assert_eq!("a:1=[::1]:2".parse::<Publication>().unwrap().target.port(), 2);
        for wrong in [
            "web",
            "web:80",
            "web=1.2.3.4:5",
            ":80=127.0.0.1:1",
            "web:0=127.0.0.1:1",
            "w b:1=127.0.0.1:1",
            "web:80=127.0.0.1",
        ] {
            assert!(wrong.parse::<Publication>().is_err(), "{wrong}");
        }
    }
}
