//! [`Process`]: an audit's process as the executor sees it.

use std::{
    io::{self, BufReader, BufWriter, Write},
    path::Path,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use super::wire::{self, Answer, Task};

/// A running process, and what it answers.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    to: BufWriter<ChildStdin>,
    answers: Receiver<io::Result<Answer>>,
    /// The most memory that it may have.
    pub(super) memory: u64,
}

/// What has become of items that a process was given.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The rows of all of them.
    Rows(Vec<u8>),
    /// The process ended while it had this one of them.
    Ended(usize, End),
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It ended, or was ended, in this way.
    Died(String),
    /// It took longer than it may.
    Late,
}

impl Process {
    /// Starts one.
    pub(super) fn start(program: &Path, memory: u64) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(["worker", "--memory", &memory.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let to = BufWriter::with_capacity(1 << 16, child.stdin.take().ok_or_else(gone)?);
        let mut from = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        let (send, answers) = mpsc::channel();
        // Ends with the process: it reads until there is nothing more to read.
        thread::spawn(move || {
            while let Some(answer) = wire::read_answer(&mut from).transpose() {
                let is_last = answer.is_err();
                if send.send(answer).is_err() || is_last {
                    break;
                }
            }
        });
        Ok(Self { child, to, answers, memory })
    }

    /// Has items done, each within a time.
    pub(super) fn run(&mut self, task: &Task, items: &[&[u8]], time: Duration) -> Outcome {
        let Self { child, to, answers, .. } = self;
        thread::scope(|scope| {
            // Beside the answers: a process that loops reads no more, and must be told so all the same.
            let sender = scope.spawn(move || {
                for (index, item) in items.iter().enumerate() {
                    wire::write_item(to, Some(task).filter(|_| index == 0), item)?;
                    to.flush()?;
                }
                wire::write_end(to)
            });
            let mut done = 0;
            let end = loop {
                match answers.recv_timeout(time) {
                    Ok(Ok(Answer::Done)) => done += 1,
                    Ok(Ok(Answer::Rows(rows))) => {
                        return match sender.join() {
                            Ok(Ok(())) => Outcome::Rows(rows),
                            _ => Outcome::Ended(done, End::Died("it stopped reading".to_owned())),
                        };
                    }
                    Err(RecvTimeoutError::Timeout) => break End::Late,
                    Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => {
                        break End::Died(String::new());
                    }
                }
            };
            // That it is gone already is no matter.
            let _ = child.kill();
            let status = child.wait();
            let end = match end {
                End::Died(_) => End::Died(told(status)),
                End::Late => End::Late,
            };
            // After the last item only its rows are missing.
            Outcome::Ended(done.min(items.len().saturating_sub(1)), end)
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a process ended, in words.
fn told(status: io::Result<ExitStatus>) -> String {
    match status {
        #[cfg(unix)]
        Ok(status) => {
            let signal = std::os::unix::process::ExitStatusExt::signal(&status);
            signal.map_or_else(|| status.to_string(), |signal| format!("signal {signal}"))
        }
        #[cfg(not(unix))]
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    }
}
