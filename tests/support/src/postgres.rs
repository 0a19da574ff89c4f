//! A PostgreSQL server of one's own, on loopback, in a folder of its own, stopped when the test ends.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
};

use tempfile::TempDir;

/// Set where a skipped test is a failure: in CI.
const REQUIRE: &str = "ISO_REQUIRE_POSTGRES";

/// Where Debian puts the server's programs, a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The user that owns the server's databases.
const USER: &str = "iso";

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    process: Child,
    folder: TempDir,
    port: u16,
    databases: AtomicU64,
}

impl Postgres {
    /// Starts one. Where there is none to be started, says in one line that tests are skipped.
    ///
    /// # Panics
    ///
    /// If it does not start, or if there is none and no test may be skipped.
    pub fn start() -> Option<Self> {
        static SAID: Once = Once::new();
        let Some(programs) = programs() else {
            assert!(env::var_os(REQUIRE).is_none(), "{REQUIRE} is set, and there is no postgres");
            SAID.call_once(|| {
                // Past the test's captured output, in one piece.
                let line = b"skipped: there is no PostgreSQL server to be started\n";
                let _ = io::stderr().write_all(line);
            });
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder for the databases");
        let owner = given_away(folder.path());
        let data = folder.path().join("data");
        let made = as_owner(&programs.join("initdb"), owner)
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", USER, "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(made.is_ok_and(|status| status.success()), "initdb fails");
        let port = free_port();
        let mut process = as_owner(&programs.join("postgres"), owner)
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", folder.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("postgres can be started");
        let mut lines = BufReader::new(process.stderr.take().expect("it is piped"));
        loop {
            let mut line = String::new();
            assert!(
                lines.read_line(&mut line).is_ok_and(|read| read > 0),
                "postgres does not start"
            );
            if line.contains("ready to accept connections") {
                break;
            }
        }
        // A pipe that is full would stop it.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Some(Self { programs, process, folder, port, databases: AtomicU64::new(0) })
    }

    /// The URL of a new database.
    ///
    /// # Panics
    ///
    /// If the server does not make one.
    pub fn database(&self) -> String {
        let name = format!("watch{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        let made = Command::new(self.programs.join("createdb"))
            .args(["-h", "127.0.0.1", "-p", &port, "-U", USER, &name])
            .status();
        assert!(made.is_ok_and(|status| status.success()), "createdb fails");
        format!("postgres://{USER}@127.0.0.1:{port}/{name}")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The first process ends its children when it is told to, and not when it is killed.
        let mut stop = as_owner(&self.programs.join("pg_ctl"), owner_of(self.folder.path()));
        stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data"));
        if !stop.stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// The folder of the server's programs: of the newest version that there is.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    folders.splice(0..0, env::split_paths(&path));
    folders.into_iter().rev().find(|folder| {
        ["initdb", "postgres", "pg_ctl", "createdb"].iter().all(|it| folder.join(it).is_file())
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    listener.local_addr().expect("it is bound").port()
}

/// Gives a folder to the user that the server can run as, if that is not who runs the test: it does not run as
/// root.
#[cfg(unix)]
fn given_away(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    if fs::metadata(folder).ok()?.uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let user = users.lines().find_map(|line| line.strip_prefix("postgres:"))?;
    let owner = user.split(':').nth(1)?.parse().ok()?;
    chown(folder, Some(owner), None).ok()?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).ok()?;
    Some(owner)
}

#[cfg(not(unix))]
fn given_away(_: &Path) -> Option<u32> {
    None
}

#[cfg(unix)]
fn owner_of(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let is_root = fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0);
    fs::metadata(folder).ok().filter(|_| is_root).map(|it| it.uid())
}

#[cfg(not(unix))]
fn owner_of(_: &Path) -> Option<u32> {
    None
}

fn as_owner(program: &Path, owner: Option<u32>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    #[cfg(unix)]
    if let Some(owner) = owner {
        std::os::unix::process::CommandExt::uid(&mut command, owner);
    }
    #[cfg(not(unix))]
    let _ = owner;
    command
}
