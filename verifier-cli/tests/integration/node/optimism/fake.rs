//! A node that has one [`Chain`], in this process.

use std::{
    io::{BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};

use super::{super::http, chain::Chain};

/// The node; it ends with the test.
pub(super) struct Fake {
    /// Host and port.
    pub(super) address: String,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
    ended: Arc<AtomicBool>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // It waits for the next caller.
        let _ = TcpStream::connect(&self.address);
    }
}

impl Fake {
    pub(super) fn start(chain: Chain) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (asked, ended) = (Arc::<Mutex<_>>::default(), Arc::<AtomicBool>::default());
        let fake = Self { address, asked: Arc::clone(&asked), ended: ended.clone() };
        let chain = Arc::new(chain);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), chain, asked) = (stream, chain.clone(), asked.clone()) else {
                    continue;
                };
                std::thread::spawn(move || serve(stream, &chain, &asked));
            }
        });
        fake
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a method was asked with, in order.
    pub(super) fn asked(&self, method: &str) -> Vec<Value> {
        let asked = self.asked.lock().unwrap();
        let of = asked.iter().filter(|(asked, _)| asked == method);
        of.map(|(_, params)| params.clone()).collect()
    }
}

fn serve(mut stream: TcpStream, chain: &Chain, asked: &Mutex<Vec<(String, Value)>>) {
    let Ok(copy) = stream.try_clone() else { return };
    let mut reader = BufReader::new(copy);
    while let Ok(body) = http::read(&mut reader) {
        let question: Value = serde_json::from_slice(&body).unwrap();
        let (method, params) = (question["method"].as_str().unwrap(), &question["params"]);
        asked.lock().unwrap().push((method.to_owned(), params.clone()));
        let mut answer = json!({"jsonrpc": "2.0", "id": question["id"]});
        match chain.answer(method, params) {
            Some(Ok(result)) => answer["result"] = result,
            Some(Err(message)) => answer["error"] = json!({"code": -32_000, "message": message}),
            None => {
                let message = format!("the method {method} does not exist");
                answer["error"] = json!({"code": -32_601, "message": message});
            }
        }
        let body = answer.to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).is_err() {
            return;
        }
    }
}
