//! A proxy before a node, which answers some questions itself: as one that lacks methods, that is
//! slow, that lies.

use std::{
    io::{BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use super::http;

/// What to do with a question.
pub(crate) enum Action {
    /// Ask the node.
    Pass,
    /// Ask the node after a while.
    Wait(Duration),
    /// Answer with an error.
    Refuse(i64, &'static str),
    /// Ask the node, and change its answer.
    Change(fn(&mut Value)),
    /// Ask the node the same of something else, and change its answer.
    Instead(Value, fn(&mut Value)),
    /// Answer with this text, JSON or not.
    Say(&'static str),
    /// Answer with these bytes, HTTP or not, and hang up.
    Raw(fn(&mut TcpStream)),
    /// Hang up without an answer.
    Close,
}

type Decide = dyn Fn(&str, &Value) -> Action + Send + Sync;

/// The proxy; it ends with the test.
pub(crate) struct Proxy {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // It waits for the next caller.
        let _ = TcpStream::connect(&self.address);
    }
}

impl Proxy {
    /// A proxy before the node at this address. `decide` is given method and parameters.
    pub(crate) fn start(
        node: &str,
        decide: impl Fn(&str, &Value) -> Action + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (asked, ended) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let proxy = Self { address, asked: asked.clone(), ended: ended.clone() };
        let (node, decide): (_, Arc<Decide>) = (node.to_owned(), Arc::new(decide));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), node, decide) = (stream, node.clone(), decide.clone()) else {
                    continue;
                };
                let asked = asked.clone();
                std::thread::spawn(move || serve(stream, &node, &*decide, &asked));
            }
        });
        proxy
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often a method was asked for.
    pub(crate) fn count(&self, method: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == method).count()
    }

    /// How often anything was asked for.
    pub(crate) fn all(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn serve(mut stream: TcpStream, node: &str, decide: &Decide, asked: &Mutex<Vec<String>>) {
    let Ok(copy) = stream.try_clone() else { return };
    let mut reader = BufReader::new(copy);
    while let Ok(body) = http::read(&mut reader) {
        let question: Value = serde_json::from_slice(&body).unwrap();
        let method = question["method"].as_str().unwrap();
        asked.lock().unwrap().push(method.to_owned());
        let pass = || http::post(node, &body);
        let answer = match decide(method, &question["params"]) {
            Action::Pass => pass(),
            Action::Wait(time) => {
                std::thread::sleep(time);
                pass()
            }
            Action::Refuse(code, message) => {
                let error = json!({"code": code, "message": message});
                let id = &question["id"];
                Ok(json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string().into())
            }
            Action::Change(change) => pass().map(|answer| {
                let mut answer: Value = serde_json::from_slice(&answer).unwrap();
                change(&mut answer["result"]);
                answer.to_string().into()
            }),
            Action::Instead(params, change) => {
                let mut other = question.clone();
                other["params"] = params;
                http::post(node, other.to_string().as_bytes()).map(|answer| {
                    let mut answer: Value = serde_json::from_slice(&answer).unwrap();
                    change(&mut answer["result"]);
                    answer.to_string().into()
                })
            }
            Action::Say(text) => Ok(text.into()),
            Action::Raw(write) => {
                write(&mut stream);
                return;
            }
            Action::Close => return,
        };
        // A node that is gone hangs up too.
        let Ok(answer) = answer else { return };
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        if stream.write_all(&[head.as_bytes(), &answer].concat()).is_err() {
            return;
        }
    }
}
