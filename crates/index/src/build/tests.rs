use proptest::prelude::*;

use super::{IndexBuilder, RowExtra};

/// A line whose values repeat or not, with and without the members that a row may lack.
fn line(n: u64, variety: u64) -> String {
    let few = n * 7 % variety;
    let second = n * 31 % 60;
    let resource = match n % 3 {
        0 => String::new(),
        _ => format!(r#""resource":{{"type":"t{few}","id":"id-{n}","name":"N {few}"}},"#),
    };
    let request = if n.is_multiple_of(2) { format!(r#""request_id":"r{n}","#) } else { String::new() };
    let http = if n % 5 < 3 { format!(r#""http":{{"path":"/a/{few}/b/{n}"}},"#) } else { String::new() };
    format!(
        r#"{{"v":1,"id":"0198c0de-0000-7000-8000-{n:012x}","time":"2026-01-01T00:00:{second:02}.000000Z","received":"2026-01-01T00:01:00.000000Z","actor":{{"type":"user","id":"u{few}"}},"action":"door.open","event":"updated","channel":"door","description":"{{/actor/name}} opened {few} of {n}",{resource}"severity":"info",{http}{request}"source":"dev"}}"#
    )
}

fn push(builder: &mut IndexBuilder, n: u64, variety: u64) {
    let line = line(n, variety);
    let entry = event::Entry::parse(line.as_bytes()).unwrap();
    let identity = (0..n % 3).map(|at| [(n % variety + at) as u8; 32]).collect();
    let address = (!n.is_multiple_of(4)).then_some([(n % variety) as u8; 32]);
    builder.push(n, &entry, &RowExtra { address, identity });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn rows_taken_over_from_runs_give_the_bytes_of_rows_pushed(
        runs in proptest::collection::vec(1_u64..90, 1..6), variety in 1_u64..40, first in 0_u64..1000
    ) {
        let mut pushed = IndexBuilder::new(first, 7);
        let mut absorbed = IndexBuilder::new(first, 7);
        let mut next = first;
        for rows in runs {
            let mut run = IndexBuilder::new(next, 7);
            for n in next..next + rows {
                push(&mut pushed, n, variety);
                push(&mut run, n, variety);
            }
            next += rows;
            absorbed.absorb(run);
        }
        prop_assert_eq!(absorbed.bytes(), pushed.bytes());
        prop_assert_eq!(absorbed.finish(), pushed.finish());
    }
}
