//! The query language and URL filters: any text is refused in its place, or read into what its canonical text says too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use search::{Filters, parse_query};

fuzz_target!(|text: &str| {
    let utc = Filters::parse([], &[]).expect("no filters are filters").tz;
    match parse_query(text, &utc) {
        Ok(predicate) => {
            let canonical = predicate.to_string();
            // The canonical text may be longer than a person may type; then only reading ends.
            if canonical.len() <= search::QUERY_BYTES_MAX {
                assert_eq!(parse_query(&canonical, &utc), Ok(predicate), "{canonical}");
            }
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.at));
            let _ = error.to_string();
        }
    }
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    if let Err(error) = Filters::parse(pairs, &["limit"]) {
        let _ = (error.to_string(), error.parameter().len());
    }
});
