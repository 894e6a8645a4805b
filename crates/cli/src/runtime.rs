//! The runtime that serves connections, and whether the system gives it threads.

use std::io;
use std::num::NonZero;
use std::sync::RwLock;
use std::thread::{self, Builder, ScopedJoinHandle};

use tokio::runtime::{self, Runtime};

use crate::exit::failed;

/// What to do where the system refuses a thread.
pub(crate) const MORE_THREADS: &str = "allow it more: `ulimit -u` before it, TasksMax in its systemd unit, or the container's limit of processes; nothing \
     that was acknowledged is lost";

/// Threads of a server beside those of the runtime: six of the log, one of each pool, the allocator's, and some for helpers.
const THREADS_BESIDE: usize = 16;

/// A runtime on whose threads connections are served.
///
/// # Errors
/// If the system does not give as many threads at once as a server takes. The runtime itself would panic, or go on with few.
pub(crate) fn serving() -> miette::Result<Runtime> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    probe(workers + THREADS_BESIDE).map_err(|error| failed(&NoThreads(error), MORE_THREADS))?;
    // Events come in on these threads, and clients wait for them.
    let build =
        || runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().on_thread_start(be_prompt).build();
    // On a thread whose panic can be told: others may have taken the threads since.
    let runtime = thread::scope(|scope| Builder::new().spawn_scoped(scope, build).map(ScopedJoinHandle::join));
    let runtime = runtime.and_then(|built| built.unwrap_or_else(|_| Err(io::ErrorKind::WouldBlock.into())));
    runtime.map_err(|error| failed(&NoThreads(error), MORE_THREADS))
}

#[derive(Debug, thiserror::Error)]
#[error("the system gives fewer threads than a server takes")]
struct NoThreads(#[source] io::Error);

/// Makes so many threads at once, and ends them.
fn probe(threads: usize) -> io::Result<()> {
    let gate = RwLock::new(());
    thread::scope(|scope| {
        let _closed = gate.write();
        let wait = || drop(gate.read());
        (0..threads).try_for_each(|_| Builder::new().spawn_scoped(scope, wait).map(drop))
    })
}

fn be_prompt() {
    if let Err(error) = env::be_prompt() {
        tracing::debug!(%error, "threads that serve connections wait for their turn like everything else");
    }
}
