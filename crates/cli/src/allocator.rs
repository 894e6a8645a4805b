//! The allocator. Admission makes many small, short-lived values on many threads; the system's allocator spends a quarter
//! of the time on them (docs/benchmarks.md).

use std::ffi::{c_int, c_long};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc 3: how long freed memory waits before it is given back to the system, in ms.
const PURGE_DELAY: c_int = 15;

/// Five of its default seconds: memory given back and taken again a moment later is zeroed each time, which was a tenth
/// of all work while events came in (docs/benchmarks.md). Longer than from one sealed segment to the next at full rate.
const PURGE_DELAY_MS: c_long = 5_000;

/// Sets the allocator's options. To be called before there are threads.
#[allow(unsafe_code, reason = "the allocator's options have no safe interface; the argument stands beside the call")]
pub(crate) fn set_up() {
    // SAFETY: stores a number in a table of the allocator, whose bound it checks; pages are not touched. An option that
    // means something else in a later version is noticed by the test below.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, PURGE_DELAY_MS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1000 is the default of this option alone.
    #[test]
    #[allow(unsafe_code, reason = "as above")]
    fn the_number_is_still_that_of_the_purge_delay() {
        // SAFETY: reads a number from a table of the allocator.
        assert_eq!(unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) }, 1_000);
    }
}
