//! Shows what a mapping makes of a file, one event a line: `cargo run -p indelible-ingest --example map -- cloudtrail FILE`.
//! The first argument is a ready mapping's name or the path of a mapping file. The account goes to standard error.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "run by hand")]

use std::error::Error;
use std::io::Write;
use std::path::Path;

use indelible_ingest::{Line, Lines, Mapping, Outcome, Session};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [format, files @ ..] = arguments.as_slice() else {
        return Err("usage: map FORMAT|MAPPING.toml FILE…".into());
    };
    let mapping = if format.ends_with(".toml") {
        Mapping::from_toml(&std::fs::read_to_string(format)?)?
    } else {
        Mapping::builtin(format)?
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for file in files {
        let mut session = Session::new(&mapping);
        let mut lines = Lines::open(Path::new(file))?;
        loop {
            let outcomes = match lines.next_line()? {
                Some(Line::Bytes(line)) => session.push(line),
                Some(Line::TooLong { limit }) => session.refuse(&format!("longer than {limit} bytes")),
                None => break,
            };
            show(outcomes, &mut out)?;
        }
        show(session.finish(), &mut out)?;
        eprintln!("{file}: {:?}", session.counts());
    }
    Ok(())
}

fn show(outcomes: Vec<Outcome>, out: &mut impl Write) -> std::io::Result<()> {
    for outcome in outcomes {
        match outcome {
            Outcome::Event { mut json, .. } => {
                json.push(b'\n');
                out.write_all(&json)?;
            }
            Outcome::Refused { reason, line_no } => eprintln!("line {line_no} refused: {reason}"),
            Outcome::Joined { .. } | Outcome::Skipped { .. } => {}
        }
    }
    Ok(())
}
