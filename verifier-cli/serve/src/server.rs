//! The [`Server`]: a thread with a small runtime of its own, from the port to its end with the watcher.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use iso_evm_watch::{Event, StoreError, StoreOptions, Vitals, read::Reader, webhook::Tally};
use tokio::{runtime, sync::oneshot};

use crate::{Address, app::App, connections, metrics::Metrics, routes::routes};

/// The most threads that read the database and explain witnesses.
const BLOCKING: usize = 4;

/// How long what is under way is waited for when it ends.
const GRACE: Duration = Duration::from_secs(1);

/// What is shown.
#[derive(Clone, Debug)]
pub struct Served {
    /// The store of the watcher, which has it open.
    pub store: StoreOptions,
    /// What the watcher is at.
    pub vitals: Vitals,
    /// What has become of what is told to receivers of notices, one for each.
    pub told: Vec<Arc<Tally>>,
}

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Nobody can listen there.
    #[error("{address}: {error}")]
    Listen {
        /// The address.
        address: Address,
        /// Error of the operating system.
        error: io::Error,
    },
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The metrics are not what they must be.
    #[error("metrics: {0}")]
    Metrics(String),
    /// The system gives no threads.
    #[error("no threads: {0}")]
    Threads(io::Error),
}

/// An address that is had: callers wait until they are served.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// The service. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    metrics: Arc<Metrics>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Bound {
    /// Takes an address, before anything is begun.
    ///
    /// # Errors
    ///
    /// [`ServeError::Listen`], if nobody can listen there: somebody else does, for one.
    pub fn bind(address: &Address) -> Result<Self, ServeError> {
        let listen = address.listen();
        let (listener, bound) =
            listen.map_err(|error| ServeError::Listen { address: address.clone(), error })?;
        Ok(Self { listener, address: bound })
    }

    /// Serves, until the server is dropped. Counters begin with what the store has.
    ///
    /// # Errors
    ///
    /// [`ServeError`], if the store cannot be read, or the system gives no threads.
    pub fn serve(self, served: Served) -> Result<Server, ServeError> {
        let mut reader = Reader::open(&served.store)?;
        let metrics = Arc::new(Metrics::new(&reader.counts()?, served.told)?);
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING)
            .build()
            .map_err(ServeError::Threads)?;
        let Self { listener, address } = self;
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(ServeError::Threads)?
        };
        let app = App::new(reader, served.store, served.vitals, metrics.clone());
        let (end, ended) = oneshot::channel();
        let serve = move || {
            let served = async {
                tokio::spawn(app.clone().keep_up());
                tokio::select! {
                    () = connections::accept(listener, routes(app, address)) => {}
                    _ = ended => {}
                }
            };
            runtime.block_on(served);
            runtime.shutdown_timeout(GRACE);
        };
        let thread = std::thread::Builder::new().name("watch-serve".to_owned()).spawn(serve);
        let thread = Some(thread.map_err(ServeError::Threads)?);
        Ok(Server { address, metrics, end: Some(end), thread })
    }
}

impl Server {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Counts what the watcher has seen or done.
    pub fn saw(&self, event: &Event) {
        self.metrics.saw(event);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // That it has ended already is as good.
        let _ = self.end.take().map(|end| end.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
