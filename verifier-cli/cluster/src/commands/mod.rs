//! The binary's commands, one file each; their arguments, and how they end.

mod executor;
mod judged;
mod run;
mod scheduler;
mod sql;
mod worker;

use std::{
    ffi::OsString,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::{
    error::ClusterError,
    functions::Host,
    options::Limits,
    terminal::{be_quiet, say},
    work::Workers,
};

/// Audit tables of witnesses, and ask them by SQL: in this process, or by a scheduler and its executors
#[derive(Debug, Parser)]
#[command(
    name = "iso-cluster",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 valid, 1 invalid, 2 unusable input or usage, 3 inconclusive."
)]
struct IsoCluster {
    #[command(subcommand)]
    command: Command,
    /// Say nothing but errors and results
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Run(run::Run),
    Sql(sql::Sql),
    Scheduler(scheduler::Scheduler),
    Executor(executor::Executor),
    #[command(hide = true)]
    Worker(worker::Worker),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Exit {
    /// Done; what was audited is valid.
    Valid = 0,
    /// A claim is false.
    Invalid = 1,
    /// Unusable input, wrong usage, or what cannot be read or written.
    Unusable = 2,
    /// There is no verdict.
    Inconclusive = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Runs `iso-cluster`.
pub fn iso_cluster(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parsed = match IsoCluster::try_parse_from(args) {
        Ok(parsed) => parsed,
        Err(usage) => {
            let _ = usage.print();
            let exit = if usage.use_stderr() { Exit::Unusable } else { Exit::Valid };
            return exit.into();
        }
    };
    be_quiet(parsed.quiet);
    // What the engines have to say, if somebody asks: `RUST_LOG`.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("off"));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).try_init();
    let ended = match parsed.command {
        Command::Run(command) => command.run(),
        Command::Sql(command) => command.run(),
        Command::Scheduler(command) => command.run(),
        Command::Executor(command) => command.run(),
        Command::Worker(command) => command.run(),
    };
    ended
        .unwrap_or_else(|error| {
            say(&format!("error: {error}"));
            Exit::Unusable
        })
        .into()
}

/// Who runs the functions here, under a name; no item takes more than `most`.
fn host(name: String, most: Limits) -> Result<Host, ClusterError> {
    let program: PathBuf =
        std::env::current_exe().map_err(ClusterError::io("the path of this program"))?;
    Ok(Host { workers: Arc::new(Workers::new(program, most)), name: name.into() })
}

/// A name that no other process has at this time: the machine's, and the process's number.
fn own_name() -> String {
    let machine = rustix::system::uname();
    let machine = machine.nodename().to_string_lossy();
    let machine: String =
        machine.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
    format!("{machine}-{}", std::process::id())
}

/// Runs something that waits for much, on so many threads.
fn wait<T>(
    threads: usize,
    what: impl Future<Output = Result<T, ClusterError>>,
) -> Result<T, ClusterError> {
    // Queries are taken apart by recursion.
    const STACK: usize = 16 << 20;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(threads).thread_stack_size(STACK).enable_all().build();
    let runtime = runtime.map_err(ClusterError::io("threads"))?;
    let ended = runtime.block_on(what);
    // What still runs has nobody left to run for.
    runtime.shutdown_background();
    ended
}

/// As many as there are cores.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Writes to stdout.
fn print(bytes: &[u8]) -> Result<(), ClusterError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // Nobody reads on: that is theirs to know.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(ClusterError::io("stdout")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_of_every_command_fit_together() {
        super::IsoCluster::command().debug_assert();
    }
}
