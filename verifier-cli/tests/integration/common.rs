//! Runs the two binaries.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    /// Without the lines on what was written.
    pub(crate) stderr: String,
    /// What `record` says that it has written, line by line.
    pub(crate) wrote: Vec<String>,
}

impl Ran {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let stderr = String::from_utf8(output.stderr).unwrap();
        let (wrote, stderr) = stderr.split_inclusive('\n').partition::<Vec<_>, _>(|line| {
            let begins = ["note: ", "error: "].iter().any(|begin| line.starts_with(begin));
            !begins && line.contains(" message") && line.contains(" bytes")
        });
        Self {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: stderr.concat(),
            wrote: wrote.into_iter().map(|line| line.trim_end().to_owned()).collect(),
        }
    }
}

pub(crate) fn command(binary: &str) -> Command {
    let path = match binary {
        "iso-witness" => env!("CARGO_BIN_EXE_iso-witness"),
        _ => env!("CARGO_BIN_EXE_iso-verify"),
    };
    let mut command = Command::new(path);
    command.env_remove("RUST_LOG").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS");
    command
}

/// Runs a command line in a folder: the binary, then its arguments.
pub(crate) fn run(folder: &Path, line: &str) -> Ran {
    run_with(folder, line, b"")
}

/// [`run`] with something on stdin.
pub(crate) fn run_with(folder: &Path, line: &str, stdin: &[u8]) -> Ran {
    let mut words = line.split_whitespace();
    let mut command = command(words.next().unwrap());
    command.args(words).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A command that does not read its stdin may be gone already.
    let _ = pipe.write_all(stdin);
    drop(pipe);
    child.wait_with_output().unwrap().into()
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
