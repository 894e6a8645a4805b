//! The allocator. Admission makes many small, short-lived values on many threads; the system's allocator spends a quarter
//! of the time on them (docs/benchmarks/archive-2026-11.md).

use std::ffi::{c_int, c_long};
use std::time::Duration;

use bench::anonymous_bytes;
use remote::wait;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc 3: how long freed memory waits before it is given back to the system, in ms.
const PURGE_DELAY: c_int = 15;

/// Five times the default of a second. Memory that is given back and taken again a moment later is zeroed each time, which was a
/// tenth of all work while events came in (docs/benchmarks/archive-2026-11.md). Longer than the time between two sealed segments
/// at full rate.
const PURGE_DELAY_MS: c_long = 5_000;

/// Above so much anonymous memory, what is freed is given back without that delay: the server shall stay below a gibibyte whatever is
/// asked, and half of it was freed memory. Taking events in alone hardly reaches it.
const TRIM_ABOVE_BYTES: u64 = 768 << 20;

/// How often that is looked at. Within it, ingest, questions and exports take some 100 MiB more at most.
const LOOK: Duration = Duration::from_millis(200);

/// Sets the allocator's options. To be called before there are threads.
#[allow(unsafe_code, reason = "the allocator's options have no safe interface; the argument stands beside the call")]
pub(crate) fn set_up() {
    // SAFETY: stores a number in a table of the allocator, whose bound it checks; pages are not touched. An option that
    // means something else in a later version is noticed by the test below.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, PURGE_DELAY_MS) }
}

/// From now on, gives freed memory back to the system whenever the process has more than it should. If the system does not say
/// how much it has, memory goes back after the delay alone.
pub(crate) fn keep_small() {
    let look = || {
        loop {
            wait(LOOK);
            trim(TRIM_ABOVE_BYTES);
        }
    };
    if let Err(error) = std::thread::Builder::new().name("trimmer".to_owned()).spawn(look) {
        tracing::warn!(%error, "freed memory is given back late");
    }
}

/// Gives back all freed memory if the process has more than this.
#[allow(unsafe_code, reason = "the allocator has no safe interface for it; the argument stands beside the call")]
fn trim(above: u64) {
    if anonymous_bytes(std::process::id()).is_some_and(|bytes| bytes > above) {
        // SAFETY: any thread may call it at any time; it unmaps only what the allocator knows to be free.
        unsafe { libmimalloc_sys::mi_collect(true) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a process of its own under `cargo nextest`; where tests share one, others' memory may come and go beside it.
    #[test]
    fn freed_memory_goes_back_at_once_where_there_is_too_much() {
        const BLOCK: usize = 1 << 20;
        set_up();
        let now = || anonymous_bytes(std::process::id()).unwrap();
        let blocks: Vec<Vec<u8>> = (0..128).map(|n| vec![n; BLOCK]).collect();
        let full = now();
        drop(blocks);
        trim(u64::MAX);
        assert!(now() + (64 << 20) > full, "kept, as it may be wanted again soon");
        trim(0);
        assert!(now() + (64 << 20) < full, "{} of {full} bytes are still held", now());
    }

    /// 1000 is the default of this option alone.
    #[test]
    #[allow(unsafe_code, reason = "as above")]
    fn the_number_is_still_that_of_the_purge_delay() {
        // SAFETY: reads a number from a table of the allocator.
        assert_eq!(unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) }, 1_000);
    }
}
