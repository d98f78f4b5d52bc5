//! Where webhooks may lead, and how what is sent is signed.
//!
//! The rule against being sent elsewhere: only `http` and `https`, without a name or password in the address, and only to addresses of the public
//! internet. The name is resolved by the very look-up that the connection uses, so that it cannot mean something else a moment later;
//! redirects are not followed; of the answer only the status counts. `skyweave serve --private-webhooks` lifts the rule on addresses.

use super::problem::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use ureq::http::Uri;

/// What secrets of webhooks begin with.
pub const SECRET_PREFIX: &str = "whsec_";
const LONGEST_URL: usize = 2_000;

/// Where webhooks may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// To the public internet.
    Public,
    /// Anywhere: for laboratories and tests.
    Any,
}

impl Targets {
    /// Whether this address may be connected to.
    #[must_use]
    pub fn allow(self, address: IpAddr) -> bool {
        self == Self::Any || is_public(address)
    }

    /// Checks an address that a client gave. What its name means is looked at when something is sent.
    ///
    /// # Errors
    /// If it is none, or breaks the rule.
    pub fn check(self, url: &str) -> Result<(), Problem> {
        let wrong = |found: &str| {
            let detail =
                format!("{found}; accepted: http:// or https://, a public host, no name and no password");
            Problem::invalid("invalid_url", detail).field("url")
        };
        if url.len() > LONGEST_URL {
            return Err(wrong(&format!("the address has more than {LONGEST_URL} characters")));
        }
        let uri: Uri = url.parse().map_err(|_| wrong("that is no address"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(wrong("the scheme is another"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("there is no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("there is a name or password in it"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(wrong("there is no host"));
        }
        if host.parse::<IpAddr>().is_ok_and(|address| !self.allow(address)) {
            return Err(wrong("the host is not on the public internet"));
        }
        Ok(())
    }
}

/// Whether an address is of the public internet: none of the
/// [special-purpose](https://www.iana.org/assignments/iana-ipv4-special-registry) ones.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (b == 18 || b == 19);
    let protocols = a == 192 && b == 0 && c == 0;
    !(a == 0
        || a >= 224
        || shared
        || benchmark
        || protocols
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(within) = address.to_ipv4_mapped() {
        return is_public_v4(within);
    }
    let [first, second, ..] = address.segments();
    // only 2000::/3 is routed; of it, tunnels lead to any IPv4 address, and 2001:db8::/32 and 3fff::/20 are for examples
    let routed = first & 0xe000 == 0x2000;
    let tunnel = first == 0x2002 || (first == 0x2001 && second == 0);
    let example = (first == 0x2001 && second == 0x0db8) || first & 0xfff0 == 0x3ff0;
    routed && !tunnel && !example
}

/// The signature of a message, as [Standard Webhooks](https://www.standardwebhooks.com) has it: `v1,` and base64 of HMAC-SHA256 over
/// `ID.TIMESTAMP.BODY` with the secret's bytes.
#[must_use]
pub fn signature(secret: &str, id: &str, timestamp_s: i64, body: &str) -> String {
    let secret = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret);
    let key = STANDARD_NO_PAD.decode(secret.trim_end_matches('=')).unwrap_or_default();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return String::new() };
    mac.update(format!("{id}.{timestamp_s}.").as_bytes());
    mac.update(body.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001::1",
            "64:ff9b::7f00:1",
            "3fff::1",
        ] {
            let address: IpAddr = private.parse().unwrap();
            assert!(!Targets::Public.allow(address), "{private}");
            assert!(Targets::Any.allow(address));
        }
        for public in ["1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(Targets::Public.allow(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn addresses_are_checked() {
        for bad in [
            "",
            "x",
            "ftp://example.net/",
            "file:///etc/passwd",
            "http://",
            "https://me@example.net/",
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://169.254.169.254/latest",
            "gopher://example.net",
            "/path",
            "http://10.0.0.1:80/",
        ] {
            assert!(Targets::Public.check(bad).is_err(), "{bad}");
        }
        for good in ["https://example.net/hook?x=1", "http://example.net:8080/"] {
            Targets::Public.check(good).unwrap();
        }
        Targets::Any.check("http://127.0.0.1:9/").unwrap();
    }

    #[test]
    fn signatures_are_those_of_the_specification() {
        // the example of the Standard Webhooks specification
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let found =
            signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(found, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
