//! How many files a process may have open. A binary of its own, as the limit is the process's.

use std::fs::File;

use env::{is_out_of_files, raise_open_files};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[test]
fn the_limit_is_raised_as_far_as_it_may_be_and_reaching_it_is_told_from_other_failures() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(64), maximum }).unwrap();
    let held: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(is_out_of_files(&File::open("/dev/null").map(drop).unwrap_err()));
    drop(held);
    assert!(!is_out_of_files(&File::open("/nowhere").map(drop).unwrap_err()));
    assert_eq!(raise_open_files(), maximum.unwrap_or(u64::MAX));
    assert_eq!(getrlimit(Resource::Nofile).current, maximum);
}
