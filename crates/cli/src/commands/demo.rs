//! `indelible demo`: a log with real sample data, served.

use std::net::SocketAddr;

use access::Roles;
use clap::Args;
use engine::Log;
use env::SystemClock;
use ingest::{Lines, Mapping};

use crate::access_control::refuse_settled;
use crate::commands::serve::serve_log;
use crate::exit::{Exit, failed};
use crate::importing::{Refused, Sink, import};
use crate::local::Local;
use crate::output::announce;

/// The samples, in the order they are imported: mapping, name, bytes. Sources and licences: demo/README.md.
const SAMPLES: &[(&str, &str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/samples.rs"));

/// Serve a log with real sample data
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  indelible demo\n\nThe samples are real audit records of ten products; demo/README.md names their sources and licences."
)]
pub(crate) struct Demo {
    #[command(flatten)]
    local: Local,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7117")]
    listen: SocketAddr,
}

impl Demo {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let address = self.listen;
        let greeting = format!(
            "\nOpen http://{address} in a browser, for example:\n  \
             http://{address}/?outcome=failure&layout=access      failures: who, from where\n  \
             http://{address}/?resource_type=incident             who changed what, and what it was before\n\n\
             Or ask from a shell:\n  curl 'http://{address}/v1/entries?severity=critical&limit=5'\n  \
             curl 'http://{address}/v1/entries?q=outcome:failure+-channel:auth&count=true&limit=1'\n  \
             curl 'http://{address}/v1/facets?field=source&field=action&limit=5'\n  \
             curl 'http://{address}/v1/export?format=csv&from=2023-07-10&to=2023-07-10' -o trail.csv\n  \
             indelible search 'outcome:failure since:10y' --limit 10\n  \
             indelible verify --url http://{address}\n\nCtrl-C stops it."
        );
        refuse_settled(&self.local.data)?;
        let options = server::Options::at(self.listen);
        serve_log(|| self.open_with_samples(), (options, Roles::default()), None, &greeting)
    }

    fn open_with_samples(&self) -> miette::Result<Log> {
        let log = self.local.open("dev")?;
        let clock = SystemClock::new();
        for (format, name, bytes) in SAMPLES {
            let mapping =
                Mapping::builtin(format).map_err(|error| failed(&error, "a mistake of ours; please report it"))?;
            let lines = Lines::from_reader(Box::new(*bytes))
                .map_err(|error| failed(&error, "a mistake of ours; please report it"))?;
            let mut refused = Refused::new(&self.local.data.join("refused.ndjson"));
            let imported = import(lines, name, &mapping, &Sink::Log(&log), &mut refused, &clock)?;
            announce(format_args!("{name}: {imported}"));
        }
        Ok(log)
    }
}
