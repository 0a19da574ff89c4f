//! HTTP as a plain client speaks it, to a service and as a receiver: nothing of the program's own is used.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    /// A header, by its name in small letters.
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(it, _)| it == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// Gets a path.
pub(super) fn get(address: &str, path: &str) -> Answer {
    ask(address, &format!("GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n"))
}

/// Sends a request as it stands there, and reads the answer to its end.
pub(super) fn ask(address: &str, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let (first, headers) = head(&mut reader).unwrap();
    let mut body = Vec::new();
    reader.read_to_end(&mut body).unwrap();
    let status = first.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, headers, body }
}

/// The first line and the headers; none if nothing comes.
fn head(stream: &mut impl BufRead) -> Option<(String, Vec<(String, String)>)> {
    let mut line = || {
        let mut line = String::new();
        let read = stream.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some((first, headers))
}

/// What a receiver does with what it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// It answers with this status.
    Answers(u16),
    /// It answers with a redirect to itself.
    Redirects,
    /// It hangs up.
    HangsUp,
    /// It says nothing, and does not hang up.
    Hangs,
}

/// What a receiver got.
#[derive(Clone, Debug)]
pub(super) struct Got {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(it, _)| it == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver of notices. It ends with the test's process.
#[derive(Debug)]
pub(super) struct Receiver {
    port: u16,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    /// A receiver on a port, or any; `does` is given how many requests came before.
    pub(super) fn start(port: u16, does: impl Fn(usize) -> Does + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = Arc::<Mutex<Vec<Got>>>::default();
        let all = got.clone();
        std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming().flatten() {
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let mut reader = BufReader::new(stream);
                let Some((_, headers)) = head(&mut reader) else { continue };
                let length = headers.iter().find(|(name, _)| name == "content-length");
                let mut body = vec![0; length.unwrap().1.parse().unwrap()];
                reader.read_exact(&mut body).unwrap();
                let before = {
                    let mut all = all.lock().unwrap();
                    let body = String::from_utf8(body).unwrap();
                    all.push(Got { headers, body });
                    all.len() - 1
                };
                let mut stream = reader.into_inner();
                let answer = match does(before) {
                    Does::Answers(status) => {
                        format!(
                            "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                        )
                    }
                    Does::Redirects => {
                        let to = format!("http://127.0.0.1:{port}/redirected");
                        format!(
                            "HTTP/1.1 307 X\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                        )
                    }
                    Does::HangsUp => continue,
                    Does::Hangs => {
                        hanging.push(stream);
                        continue;
                    }
                };
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, got }
    }

    pub(super) fn url(&self) -> String {
        url(self.port)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// What it got so far.
    pub(super) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits until it has got so many, or more.
    pub(super) fn until(&self, count: usize) -> Vec<Got> {
        for _ in 0..6_000 {
            let got = self.got();
            if got.len() >= count {
                return got;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{count} were expected, and it got {:#?}", self.got())
    }
}

/// The address of the receiver on a port, with what must stay hidden.
pub(super) fn url(port: u16) -> String {
    format!("http://user:P4ssw0rd@127.0.0.1:{port}/hooks/T0KEN?key=K3Y")
}

/// Parts of that address, which may be seen nowhere.
pub(super) const HIDDEN: [&str; 3] = ["P4ssw0rd", "T0KEN", "K3Y"];
