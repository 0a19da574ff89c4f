//! Processes of a cluster: each is killed when the test ends.

use std::{
    io::Read as _,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The longest that a test waits for something.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// The binary, with arguments.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iso-cluster"));
    command.args(args).env_remove("RUST_LOG");
    command
}

/// Runs the binary to its end.
pub(crate) fn ran(args: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = command(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The summary of a run.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A process that runs beside the test.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    /// Starts the binary.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::begin(&mut command(args))
    }

    /// Starts a command.
    pub(crate) fn begin(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(child.spawn().unwrap())
    }

    /// Ends it as the system does that has no memory left.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Whether it has come to its end.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Its number.
    #[allow(dead_code, reason = "a benchmark asks for it")]
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> Ran {
        let mut out = self.0.stdout.take().unwrap();
        let mut error = self.0.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            error.read_to_string(&mut text).map(|_| text).unwrap()
        });
        let mut stdout = String::new();
        out.read_to_string(&mut stdout).unwrap();
        let stderr = stderr.join().unwrap();
        Ran { code: self.0.wait().unwrap().code(), stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port of loopback that nobody has.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it never came to be: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Starts a scheduler, and waits until it listens.
pub(crate) fn scheduler(port: u16) -> Running {
    let port_text = port.to_string();
    let args = ["scheduler", "--port", &port_text, "--executor-timeout", "8"];
    let mut running = Running::start(&args);
    wait_until("the scheduler listens", || {
        assert!(!running.has_ended(), "the scheduler does not start");
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    });
    running
}

/// Where the scheduler at a port is.
pub(crate) fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Starts an executor with one slot.
pub(crate) fn executor(scheduler: u16, name: &str, others: &[&str]) -> Running {
    let (url, port) = (url(scheduler), free_port().to_string());
    let args = ["executor", "--scheduler", &url, "--port", &port, "--slots", "1", "--name", name];
    Running::start(&[&args, others].concat())
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
