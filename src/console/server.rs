//! The connections: one thread, as many as a page needs, none that is slow for long.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
    task::AbortHandle,
};

use super::ConsoleError;

/// How many may be connected at once. For a further one, the oldest goes of those that have not shown the token; if all
/// have, it is turned away.
const MOST_CONNECTIONS: usize = 32;

/// How long the head of a request may take, also of the next one on a connection that is kept.
const HEAD: Duration = Duration::from_secs(10);

/// How long a head may be, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// How many threads may wait for cards and files beside that of the connections.
const MOST_WAITING: usize = 4;

/// How long those may take when the page goes.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long nobody is let in when the system has no room for a connection.
const REST: Duration = Duration::from_millis(100);

/// Serves until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Takes an address.
///
/// # Errors
///
/// [`ConsoleError::Address`].
pub(super) fn bind(address: SocketAddr) -> Result<TcpListener, ConsoleError> {
    let listener = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listener.map_err(|error| ConsoleError::Address { address, error })
}

impl Server {
    /// Serves routes at an address that was taken.
    ///
    /// # Errors
    ///
    /// That the system gives no thread.
    pub(super) fn start(listener: TcpListener, routes: Router) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(MOST_WAITING)
            .thread_name("console worker")
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let serve = move || run(runtime, listener, routes, stopped);
        let thread = thread::Builder::new().name("console".into()).spawn(serve)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say, even if it panicked.
            let _ = thread.join();
        }
    }
}

/// What a connection is known by: whether somebody has shown the token on it. Every request carries it.
#[derive(Clone, Debug, Default)]
pub(super) struct Visitor(Arc<AtomicBool>);

impl Visitor {
    /// The token was shown.
    pub(super) fn admit(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The connections that there are.
#[derive(Default)]
struct Connections(Vec<(Visitor, AbortHandle)>);

impl Connections {
    /// Makes room for one more; gives whether there is some.
    fn make_room(&mut self) -> bool {
        self.0.retain(|(_, task)| !task.is_finished());
        if self.0.len() < MOST_CONNECTIONS {
            return true;
        }
        let Some(oldest) = self.0.iter().position(|(Visitor(is_admitted), _)| !is_admitted.load(Ordering::Relaxed))
        else {
            return false;
        };
        self.0.remove(oldest).1.abort();
        true
    }
}

fn run(runtime: Runtime, listener: TcpListener, routes: Router, stopped: oneshot::Receiver<()>) {
    runtime.block_on(async {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
        let accepting = tokio::spawn(async move {
            let mut connections = Connections::default();
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(REST).await;
                    continue;
                };
                if !connections.make_room() {
                    continue;
                }
                let _ = stream.set_nodelay(true);
                let visitor = Visitor::default();
                let service = TowerToHyperService::new(routes.clone().layer(Extension(visitor.clone())));
                let task = tokio::spawn(async move {
                    let mut http = http1::Builder::new();
                    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_header_size(LONGEST_HEAD);
                    // Who hangs up or says what is no request is gone.
                    let _ = http.serve_connection(TokioIo::new(stream), service).await;
                });
                connections.0.push((visitor, task.abort_handle()));
            }
        });
        // Said or not, it is over.
        let _ = stopped.await;
        accepting.abort();
    });
    runtime.shutdown_timeout(PATIENCE);
}
