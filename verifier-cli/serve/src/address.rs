//! An [`Address`] to listen on: a port of this machine, unless a host is named.

use std::{
    fmt, io,
    net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs},
    str::FromStr,
};

/// The host, if none is named: this machine alone.
const HERE: &str = "127.0.0.1";

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
}

/// Not an address to listen on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no address to listen on: a port (9100) or a host with a port (127.0.0.1:9100) is expected"
)]
pub struct NoAddress(String);

impl FromStr for Address {
    type Err = NoAddress;

    /// A port by itself is one of this machine alone. All addresses are meant by their name, `0.0.0.0` or `[::]`.
    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let no_address = || NoAddress(text.to_owned());
        let (host, port) = text.rsplit_once(':').unwrap_or((HERE, text));
        let port = port.parse().map_err(|_| no_address())?;
        let name = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_one = match name {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => !host.is_empty() && !host.contains([':', '/', ' ', '@']),
        };
        if is_one { Ok(Self { host: host.to_owned(), port }) } else { Err(no_address()) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Address {
    /// Listens.
    pub(crate) fn listen(&self) -> io::Result<(TcpListener, SocketAddr)> {
        let addresses: Vec<_> = self.to_string().to_socket_addrs()?.collect();
        let listener = TcpListener::bind(&*addresses)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }
}

/// Whether an address, or a name that stands for one, is of this machine alone.
pub(crate) fn is_local(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_port_by_itself_is_one_of_this_machine() {
        for (text, address) in [
            ("9100", "127.0.0.1:9100"),
            ("0", "127.0.0.1:0"),
            ("localhost:1", "localhost:1"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), address);
        }
        for text in ["", ":80", "host", "host:", "::1:80", "http://host:80", "1:70000", "[::g]:1"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_of_this_machine_is_told_from_others() {
        for host in
            ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]", "::ffff:127.0.0.1"]
        {
            assert!(is_local(host), "{host}");
        }
        for host in ["", "0.0.0.0", "192.168.0.1", "localhost.example", "127.0.0.1.example", "[::]"]
        {
            assert!(!is_local(host), "{host}");
        }
    }
}
