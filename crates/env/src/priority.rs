//! Which threads the system prefers when several want the same processor.

use std::io;

/// Length of a prompt thread's slice: the shortest that Linux takes. A thread that wakes with a shorter slice than the running
/// thread's takes the processor at once. With an equal slice it waits for the end of the running one, which the system notices
/// once a tick, every 4 ms (docs/decisions/0014-who-is-woken-first.md).
const PROMPT_SLICE_NS: u64 = 100_000;

/// For a thread whose work is short and waited for: it takes the processor at once from others that were not made prompt.
/// It gets no larger share by that.
///
/// # Errors
/// What the system answers; the thread goes on as it was. Before Linux 6.12 it has no effect.
pub fn be_prompt() -> io::Result<()> {
    change(|attributes| attributes.sched_runtime = PROMPT_SLICE_NS)
}

/// For a thread whose work may wait: it is at least so `nice`, with slices of the usual length. Threads it starts are alike.
///
/// # Errors
/// What the system answers; the thread goes on as it was.
pub fn step_back(nice: i32) -> io::Result<()> {
    change(|attributes| {
        attributes.sched_nice = attributes.sched_nice.max(nice);
        // 0: the usual.
        attributes.sched_runtime = 0;
    })
}

/// Changes how the calling thread alone is scheduled. A thread that the operator has put under another policy is left as it is.
fn change(change: impl FnOnce(&mut libc::sched_attr)) -> io::Result<()> {
    let mut attributes = own()?;
    if attributes.sched_policy != libc::SCHED_OTHER as u32 {
        return Ok(());
    }
    change(&mut attributes);
    attributes.sched_flags = 0;
    set(&attributes)
}

#[allow(unsafe_code, reason = "the system call has no safe interface; the argument stands beside it")]
fn own() -> io::Result<libc::sched_attr> {
    let mut attributes = empty();
    let thread = 0;
    let bytes = attributes.size;
    let flags = 0;
    // SAFETY: the kernel writes at most `size` bytes into the structure, which lives until the call returns.
    match unsafe { libc::syscall(libc::SYS_sched_getattr, thread, &raw mut attributes, bytes, flags) } {
        0 => Ok(attributes),
        _ => Err(io::Error::last_os_error()),
    }
}

#[allow(unsafe_code, reason = "as above")]
fn set(attributes: &libc::sched_attr) -> io::Result<()> {
    let thread = 0;
    let flags = 0;
    // SAFETY: the kernel reads `size` bytes of the structure, which is as large as that, and keeps no pointer.
    match unsafe { libc::syscall(libc::SYS_sched_setattr, thread, &raw const *attributes, flags) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn empty() -> libc::sched_attr {
    libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_policy: 0,
        sched_flags: 0,
        sched_nice: 0,
        sched_priority: 0,
        sched_runtime: 0,
        sched_deadline: 0,
        sched_period: 0,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that goes wrong should panic")]
mod tests {
    use super::*;

    /// Nice and slice of a new thread that did `work`.
    #[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
    fn after(work: impl FnOnce() + Send + 'static) -> (i32, u64) {
        let thread = std::thread::spawn(move || {
            work();
            own().unwrap()
        });
        let own = thread.join().unwrap();
        (own.sched_nice, own.sched_runtime)
    }

    #[test]
    fn a_prompt_thread_has_a_shorter_slice_and_is_no_nicer() {
        let (nice, usual) = after(|| ());
        let prompt = after(|| be_prompt().unwrap());
        // Kernels that know no slices of threads tell of none.
        assert_eq!(prompt, (nice, if usual == 0 { 0 } else { PROMPT_SLICE_NS }));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
    fn who_steps_back_is_nicer_and_has_the_usual_slice_even_where_a_prompt_thread_started_it() {
        let (nice, usual) = after(|| ());
        let stepped = after(|| {
            be_prompt().unwrap();
            std::thread::spawn(|| step_back(15).unwrap()).join().unwrap();
            step_back(15).unwrap();
            // Never less nice than before.
            step_back(3).unwrap();
        });
        assert_eq!(stepped, (nice.max(15), usual));
        let started = after(|| {
            step_back(15).unwrap();
            assert_eq!(after(|| ()), (own().unwrap().sched_nice, own().unwrap().sched_runtime));
        });
        assert_eq!(started, (nice.max(15), usual), "threads it starts are alike");
    }
}
