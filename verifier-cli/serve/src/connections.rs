//! Who is connected: so many at once, each for so long, and no longer over its headers than is needed. Who comes in too
//! large numbers waits before the door.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};

/// The most connections at once.
const CONNECTIONS: usize = 64;

/// How long the headers of a request may take, and how long a connection may rest.
const HEADERS: Duration = Duration::from_secs(10);

/// The most bytes of the headers of a request.
const BYTES: usize = 16 << 10;

/// How long a connection takes requests.
const TAKES: Duration = Duration::from_secs(60);

/// How long the last answer may take then.
const ENDS: Duration = Duration::from_secs(120);

/// The pause after the system has given no connection: of files, for one, there are too many open.
const PAUSE: Duration = Duration::from_millis(200);

/// Takes connections, until it is dropped.
pub(crate) async fn accept(listener: TcpListener, routes: Router) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let routes = routes.clone();
                tokio::spawn(async move {
                    serve(stream, routes).await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no connection");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Serves a connection. What becomes of it is the caller's concern, and nothing to be told.
async fn serve(stream: TcpStream, routes: Router) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = sleep(TAKES) => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(ENDS, connection).await;
        }
    }
}
