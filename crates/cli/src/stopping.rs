//! Being told to stop: SIGTERM and SIGINT, heard from before the log is opened until the process has ended.

use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::exit::failed;
use crate::output::errln;

/// How long a start that is told to stop may go on, so that it ends in good order. A longer one (it replays a long journal, or
/// makes an index again) is cut off as by a power cut, and the next start does the same work.
const START_GRACE: Duration = Duration::from_secs(5);

/// The signals since [`Told::listen`]. From then on none of them ends the process by itself.
#[derive(Clone)]
pub(crate) struct Told(watch::Receiver<u32>);

impl Told {
    /// Begins to listen.
    ///
    /// # Errors
    /// If the system does not allow listening: the log could not be closed in good order.
    pub(crate) fn listen(runtime: &Runtime) -> miette::Result<Self> {
        let _context = runtime.enter();
        let listen =
            |kind| signal(kind).map_err(|error| failed(&error, "the system gives no signals; start it otherwise"));
        let mut terminate = listen(SignalKind::terminate())?;
        let mut interrupt = listen(SignalKind::interrupt())?;
        let (tell, told) = watch::channel(0);
        runtime.spawn(async move {
            loop {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                tell.send_modify(|times| *times += 1);
            }
        });
        Ok(Self(told))
    }

    /// Waits until the process was told to stop this many times in all.
    pub(crate) async fn times(mut self, times: u32) {
        if self.0.wait_for(|told| *told >= times).await.is_err() {
            // The runtime is ending, and this task with it.
            std::future::pending::<()>().await;
        }
    }

    /// Whether the process was told to stop this many times.
    pub(crate) fn is(&self, times: u32) -> bool {
        *self.0.borrow() >= times
    }

    /// Does the work of a start. If the process is told to stop meanwhile, it ends with the work, or after [`START_GRACE`], or
    /// when it is told again, whichever comes first.
    pub(crate) fn while_starting<T>(&self, runtime: &Runtime, work: impl FnOnce() -> T) -> T {
        let first = self.clone();
        let second = self.clone();
        let watching = runtime.spawn(async move {
            first.times(1).await;
            let _ = tokio::time::timeout(START_GRACE, second.times(2)).await;
            errln!("Told to stop while starting; the next start begins again. Nothing acknowledged is lost.");
            std::process::exit(0);
        });
        let done = work();
        watching.abort();
        done
    }
}
