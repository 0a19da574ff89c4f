//! The bell: a node's WebSocket says that there is a new block (`eth_subscribe`, `newHeads`), and whoever waits to ask
//! the nodes asks them now. Nothing that it says is believed, and nothing is lost where it is silent: nodes are asked
//! every now and then anyway.
//!
//! In the data's way this stands beside the threads that ask.

use std::{
    io,
    net::{TcpStream, ToSocketAddrs},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tungstenite::{
    ClientHandshake, Error, HandshakeError, Message, WebSocket,
    client::{IntoClientRequest, uri_mode},
    client_tls_with_config,
    http::Request,
    protocol::WebSocketConfig,
    stream::{MaybeTlsStream, Mode, NoDelay},
};

use crate::{
    policy::Policy,
    stop::{SOON, Stop},
};

/// What is sent when the connection is there.
const SUBSCRIBE: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#;

/// The most that a message may have, in bytes: a header has about a thousand.
const LONGEST: usize = 1 << 20;

/// How long nothing may come before the other side is asked whether it is there, and as long again before it is given
/// up.
const QUIET: Duration = Duration::from_secs(30);

/// How often it was rung. Clones are the same bell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell(Arc<AtomicU64>);

impl Bell {
    /// How often it was rung.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn ring(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The address of a node's WebSocket, which may hold a key: it is not shown.
#[derive(Clone)]
pub(crate) struct Rope {
    request: Request<()>,
    host: String,
    port: u16,
}

impl std::fmt::Debug for Rope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rope")
    }
}

impl Rope {
    /// By a URL of `ws` or `wss`; none if it is none.
    pub(crate) fn of(url: &str) -> Option<Self> {
        let request = url.into_client_request().ok()?;
        let uri = request.uri();
        let standard = match uri_mode(uri).ok()? {
            Mode::Plain => 80,
            Mode::Tls => 443,
        };
        let host = uri.host().filter(|host| !host.is_empty())?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(standard);
        Some(Self { request, host, port })
    }
}

/// Has a node ring the bell, until it is wished otherwise. A connection that fails is made again.
pub(crate) fn ring(rope: Rope, bell: Bell, policy: Policy, stop: Stop) -> io::Result<()> {
    let rung = move || {
        let mut failures = 0;
        while !stop.is_wished() {
            let error = match Pulled::connect(&rope, policy.timeout) {
                Ok(mut pulled) => {
                    failures = 0;
                    pulled.listen(&bell, &stop)
                }
                Err(error) => error,
            };
            failures += 1;
            tracing::debug!("the WebSocket that tells of new blocks: {error}");
            if stop.wait(policy.pause(failures)) {
                return;
            }
        }
    };
    thread::Builder::new().name("watch-bell".to_owned()).spawn(rung)?;
    Ok(())
}

/// A connection that rings.
struct Pulled {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    /// The same connection, for its times.
    stream: TcpStream,
}

impl Pulled {
    fn connect(rope: &Rope, timeout: Duration) -> Result<Self, Box<Error>> {
        let tcp = tcp(rope, timeout).map_err(Error::from)?;
        let stream = tcp.try_clone().map_err(Error::from)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(LONGEST))
            .max_frame_size(Some(LONGEST));
        let shaken = client_tls_with_config(rope.request.clone(), tcp, Some(config), None);
        let (mut socket, _) = shaken.map_err(failed)?;
        socket.send(Message::text(SUBSCRIBE))?;
        // From here on it is looked up often whether it is to end.
        stream.set_read_timeout(Some(SOON)).map_err(Error::from)?;
        Ok(Self { socket, stream })
    }

    /// Rings for each message, until something fails, which is returned.
    fn listen(&mut self, bell: &Bell, stop: &Stop) -> Box<Error> {
        let (mut heard, mut asked) = (Instant::now(), false);
        loop {
            match self.socket.read() {
                Ok(message) => {
                    (heard, asked) = (Instant::now(), false);
                    if message.is_text() {
                        bell.ring();
                    }
                    // However many come, so often at most.
                    if stop.wait(SOON) {
                        return Box::new(Error::ConnectionClosed);
                    }
                }
                Err(Error::Io(error))
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    if stop.is_wished() {
                        let _ = self.stream.shutdown(std::net::Shutdown::Both);
                        return Box::new(Error::ConnectionClosed);
                    }
                    if heard.elapsed() < QUIET {
                        continue;
                    }
                    if asked {
                        return Box::new(Error::Io(io::ErrorKind::TimedOut.into()));
                    }
                    (heard, asked) = (Instant::now(), true);
                    if let Err(error) = self.socket.send(Message::Ping(Default::default())) {
                        return Box::new(error);
                    }
                }
                Err(error) => return Box::new(error),
            }
        }
    }
}

/// A connection that answers in time.
fn tcp(rope: &Rope, timeout: Duration) -> io::Result<TcpStream> {
    let mut last = io::ErrorKind::NotFound.into();
    for address in (rope.host.as_str(), rope.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(mut tcp) => {
                tcp.set_nodelay(true)?;
                NoDelay::set_nodelay(&mut tcp, true)?;
                tcp.set_read_timeout(Some(timeout))?;
                tcp.set_write_timeout(Some(timeout))?;
                return Ok(tcp);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn failed<S: std::io::Read + std::io::Write>(
    error: HandshakeError<ClientHandshake<S>>,
) -> Box<Error> {
    match error {
        HandshakeError::Failure(error) => Box::new(error),
        // It did not answer in time.
        HandshakeError::Interrupted(_) => Box::new(Error::Io(io::ErrorKind::TimedOut.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_url_of_a_websocket_is_taken() {
        for url in ["", "http://127.0.0.1:8545", "127.0.0.1:8546", "ws://", "ws:///path", "wss//x"]
        {
            assert!(Rope::of(url).is_none(), "{url}");
        }
        for (url, host, port) in [
            ("ws://127.0.0.1:8546/key?x=1", "127.0.0.1", 8546),
            ("wss://node.example", "node.example", 443),
            ("ws://[::1]", "::1", 80),
        ] {
            let rope = Rope::of(url).unwrap();
            assert_eq!((&*rope.host, rope.port), (host, port));
            assert_eq!(format!("{rope:?}"), "Rope");
        }
    }

    #[test]
    fn a_flood_of_messages_is_not_held_back_or_a_broken_one_not_given_up() {
        use std::net::TcpListener;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            // The first sends without end, the second more than is taken, the third what is no WebSocket's.
            let (mut socket, _) = (tungstenite::accept(listener.accept().unwrap().0).unwrap(), ());
            assert_eq!(socket.read().unwrap().into_text().unwrap().as_str(), SUBSCRIBE);
            while socket.send(Message::text("{}")).is_ok() {}
            let mut socket = tungstenite::accept(listener.accept().unwrap().0).unwrap();
            let _ = socket.send(Message::text("x".repeat(2 * LONGEST)));
            let mut stream = listener.accept().unwrap().0;
            io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        });
        let rope = Rope::of(&format!("ws://127.0.0.1:{port}")).unwrap();
        let connect = || Pulled::connect(&rope, Duration::from_secs(5));
        let (bell, stop) = (Bell::default(), Stop::default());
        let mut pulled = connect().unwrap();
        let begun = Instant::now();
        let ending = stop.clone();
        let ended = thread::spawn(move || {
            thread::sleep(Duration::from_millis(300));
            ending.stop();
        });
        pulled.listen(&bell, &stop);
        ended.join().unwrap();
        drop(pulled);
        let most = begun.elapsed().as_millis() / SOON.as_millis() + 1;
        assert!((1..=most).contains(&u128::from(bell.count())), "{} of {most}", bell.count());
        let (bell, stop) = (Bell::default(), Stop::default());
        let error = connect().unwrap().listen(&bell, &stop);
        assert!(matches!(*error, Error::Capacity(_)), "{error}");
        assert_eq!(bell.count(), 0);
        assert!(connect().is_err());
        server.join().unwrap();
    }

    #[test]
    fn an_encrypted_connection_panics() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            io::Write::write_all(&mut stream, b"no TLS at all, of any kind").unwrap();
        });
        let rope = Rope::of(&format!("wss://127.0.0.1:{port}")).unwrap();
        assert!(Pulled::connect(&rope, Duration::from_secs(5)).is_err());
        server.join().unwrap();
    }
}
