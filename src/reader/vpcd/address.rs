//! Where drivers are, or come to.

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    str::FromStr,
    time::Duration,
};

/// How long it may take to connect. A driver on the same machine takes no time; one elsewhere may be unreachable.
const PATIENCE: Duration = Duration::from_secs(3);

/// The same on this machine: vpcd lets one in each 0.4 s, and has room for one that waits. Others are not heard, and
/// the system would speak again after a second only.
const NEAR: Duration = Duration::from_millis(300);

/// The place of the first slot's driver: a host and a port. Slot 1 has the port behind it, and so on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    host: String,
    port: u16,
}

/// Why a text is no address.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it must be a host and a port from 1 to 65535, as in 127.0.0.1:35963 or [::1]:35963")]
pub struct AddressError;

impl Address {
    /// This port of a host, which is a name, or a number as people write it: IPv6 without brackets.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }

    /// The place of the driver of a slot. `None` if there is no such port.
    #[must_use]
    pub fn of_slot(&self, slot: usize) -> Option<Self> {
        let port = u16::try_from(slot).ok().and_then(|slot| self.port.checked_add(slot))?;
        Some(Self { host: self.host.clone(), port })
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connects, to one after the other of what the host's name means.
    pub(super) fn connect(&self) -> io::Result<TcpStream> {
        let mut last = io::ErrorKind::NotFound.into();
        for address in self.resolve()? {
            let patience = if address.ip().is_loopback() { NEAR } else { PATIENCE };
            match TcpStream::connect_timeout(&address, patience) {
                // A port of this machine that nobody listens on may be drawn for our own end: then we are both ends.
                Ok(stream) if stream.local_addr().ok() == stream.peer_addr().ok() => {
                    last = io::ErrorKind::ConnectionRefused.into();
                }
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Listens there.
    pub(super) fn listen(&self) -> io::Result<TcpListener> {
        TcpListener::bind(self.resolve()?.as_slice())
    }

    fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        Ok((self.host.as_str(), self.port).to_socket_addrs()?.collect())
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (host, port) = text.rsplit_once(':').ok_or(AddressError)?;
        let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|&port| is_number && port != 0).ok_or(AddressError)?;
        let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_name =
            |host: &str| !host.is_empty() && !host.contains(|each: char| ":[]/".contains(each) || each <= ' ');
        match inside {
            Some(inside) if inside.parse::<std::net::Ipv6Addr>().is_ok() => Ok(Self::new(inside, port)),
            None if is_name(host) => Ok(Self::new(host, port)),
            _ => Err(AddressError),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressError};

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for good in ["127.0.0.1:35963", "localhost:1", "[::1]:65535", "phone.lan:35963"] {
            assert_eq!(good.parse::<Address>().map(|address| address.to_string()), Ok(good.into()));
        }
        for bad in
            ["", ":", "a", "a:", ":1", "a:0", "a:65536", "a:+1", "a:-1", "::1:5", "[::1]", "[a]:1", "a b:1", "a:1 "]
        {
            assert_eq!(bad.parse::<Address>(), Err(AddressError), "{bad:?}");
        }
    }

    #[test]
    fn slots_have_the_ports_in_turn() {
        let first: Address = "h:65534".parse().expect("an address");
        assert_eq!(first.of_slot(1).map(|address| address.port()), Some(65535));
        assert_eq!(first.of_slot(2), None);
        assert_eq!(first.of_slot(usize::MAX), None);
    }
}
