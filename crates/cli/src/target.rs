//! Which log a command asks: one served somewhere, or a folder on this machine.

use std::path::PathBuf;
use std::sync::Arc;

use access::Roles;
use clap::Args;
use engine::{Config, Log, OpenLogError, World};
use remote::Remote;
use server::{Options, Server};

use crate::access_control::{Controlled, controlled, own_roles};
use crate::commands::serve::CUT_OFF;
use crate::exit::failed;
use crate::local::remedy;
use crate::operator::token_of;
use crate::output::errln;

/// Where a server is expected when nothing is said.
const DEFAULT_URL: &str = "http://127.0.0.1:7117";

/// The log to ask.
#[derive(Args, Debug, Clone)]
pub(crate) struct Target {
    /// A folder with a log. If a server has it open, the server is asked.
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    pub(crate) data: Option<PathBuf>,
    /// Address of a running server [default: http://127.0.0.1:7117].
    #[arg(long, value_name = "URL", env = "INDELIBLE_URL")]
    pub(crate) url: Option<String>,
    /// Folder of the marks kept outside the data directory.
    #[arg(long, value_name = "DIR", env = "INDELIBLE_MARKS", requires = "data")]
    pub(crate) marks: Option<PathBuf>,
    /// Token to ask a server with; a folder's own server needs none.
    #[arg(long, value_name = "TOKEN", env = "INDELIBLE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}

/// What to do where a folder holds no log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IfMissing {
    Refuse,
    Create,
}

impl Target {
    /// As [`Target::with`], but makes a new log in an empty or missing folder: whoever settles who may do what before a first start.
    pub(crate) fn with_new<T>(&self, ask: impl FnOnce(&Remote) -> miette::Result<T>) -> miette::Result<T> {
        self.ask(IfMissing::Create, ask)
    }

    /// Asks the log. A folder nobody serves is served for as long as the question takes, on a free port of this machine.
    pub(crate) fn with<T>(&self, ask: impl FnOnce(&Remote) -> miette::Result<T>) -> miette::Result<T> {
        self.ask(IfMissing::Refuse, ask)
    }

    fn ask<T>(&self, if_missing: IfMissing, ask: impl FnOnce(&Remote) -> miette::Result<T>) -> miette::Result<T> {
        let Some(data) = &self.data else {
            let url = self.url.as_deref().unwrap_or(DEFAULT_URL);
            return ask(&Remote::new(url).with_token(self.token.as_deref()));
        };
        let mut config = Config::new(data);
        config.note = "answering a question of the command line".to_owned();
        if let Some(marks) = &self.marks {
            config.marks.clone_from(marks);
        }
        let opened = match if_missing {
            IfMissing::Refuse => Log::open_existing(config, World::system()),
            IfMissing::Create => Log::open(config, World::system()),
        };
        match opened {
            Ok(log) => serve_for(log, ask),
            Err(OpenLogError::Lock(env::LockError::Held { note, .. })) if served_at(&note).is_some() => {
                let url = served_at(&note).unwrap_or_default();
                errln!("{} is open elsewhere; asking its server at {url}", data.display());
                ask(&Remote::new(url).with_token(token_of(data).as_deref()))
            }
            Err(error) => Err(failed(&error, remedy(&error))),
        }
    }
}

/// The address in what a server writes into its lock file.
pub(crate) fn served_at(note: &str) -> Option<&str> {
    note.strip_prefix("serving at ")
}

/// The roles that the environment names: a folder at rest knows no configuration of its server.
fn roles_here() -> miette::Result<Roles> {
    let text = std::env::var("INDELIBLE_ROLES").unwrap_or_else(|_| "{}".to_owned());
    own_roles(&text)
        .map_err(|error| miette::miette!(help = "write it as `{{desk = [\"read\"]}}`", "INDELIBLE_ROLES: {error}"))
}

fn serve_for<T>(log: Log, ask: impl FnOnce(&Remote) -> miette::Result<T>) -> miette::Result<T> {
    let system = |error: &(dyn std::error::Error + 'static)| failed(error, "the system gives no port or thread");
    let runtime = crate::runtime::serving()?;
    let log = Arc::new(log);
    let Controlled { access, token, .. } = controlled(&log, roles_here()?)?;
    let mut options = Options::at(([127, 0, 0, 1], 0).into());
    // Links that it makes lead to where the log is served, which is not here.
    let public = std::env::var("INDELIBLE_PUBLIC_URL").unwrap_or_else(|_| DEFAULT_URL.to_owned());
    options.rules.public_url = server::Origin::parse(&public).ok();
    let server = runtime.block_on(Server::bind(options)).map_err(|error| system(&error))?;
    let address = server.address().map_err(|error| system(&error))?;
    let (done, stop) = tokio::sync::oneshot::channel::<()>();
    let served = Arc::clone(&log);
    let stop = async { stop.await.unwrap_or(()) };
    let running = runtime.spawn(async move { server.run(served, access, stop, std::future::pending()).await });
    let answer = ask(&Remote::new(&format!("http://{address}")).with_token(Some(token.reveal())));
    // The server may have ended by itself already; either way it is to end now.
    let _ = done.send(());
    let remaining = runtime.block_on(running);
    runtime.shutdown_timeout(CUT_OFF);
    if let Ok(remaining) = remaining {
        remaining.end(CUT_OFF);
    }
    if let Some(log) = Arc::into_inner(log)
        && let Err(reason) = log.close()
    {
        tracing::warn!(%reason, "the log was not closed in good order; the next start recovers");
    }
    answer
}
