//! `indelible serve`: the log over HTTP.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use engine::{Limits, Log};
use serde::Deserialize as _;
use server::{Access, Issuer, Options, ServeError, Server, SignInOptions};

use crate::access_control::{Controlled, controlled, refuse_settled};
use crate::exit::{Exit, failed};
use crate::local::Local;
use crate::operator::OperatorFile;
use crate::output::announce;
use crate::runtime::MORE_THREADS;
use crate::settings::{self, NotLoaded};
use crate::stopping::Told;

/// Serve a log over HTTP
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible serve --data data\n  TOKEN=$(indelible token create --data data --name shop --role writer)\n  curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d '{\"action\":\"door.opened\"}' http://127.0.0.1:7117/v1/events\n\n  indelible serve --dev --data try    # for development: no tokens, this machine only"
)]
pub(crate) struct Serve {
    /// A file of settings (TOML), each named as its flag: `listen = "127.0.0.1:7117"`. Flags and environment variables go before it.
    #[arg(long, value_name = "FILE", env = "INDELIBLE_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    local: Local,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7117", env = "INDELIBLE_LISTEN")]
    listen: SocketAddr,
    /// For development: no sign-in, this machine only.
    #[arg(long, env = "INDELIBLE_DEV")]
    dev: bool,
    /// With --dev: a page of this origin may ask, too.
    #[arg(long, value_name = "URL", env = "INDELIBLE_ALLOW_ORIGIN", value_delimiter = ',')]
    allow_origin: Vec<String>,
    /// Longest a question may take, in milliseconds; one that takes longer is told what to narrow.
    #[arg(long, value_name = "MS", env = "INDELIBLE_QUESTION_MS", default_value_t = engine::QUESTION_TIME_US_MAX / 1_000, value_parser = clap::value_parser!(u64).range(1..))]
    question_ms: u64,
    /// Most lines a question may read where no index decides.
    #[arg(long, value_name = "LINES", env = "INDELIBLE_QUESTION_LINES", default_value_t = engine::QUESTION_LINES_MAX, value_parser = clap::value_parser!(u64).range(1..))]
    question_lines: u64,
    /// An issuer of OpenID Connect that people sign in by, and the grants that its claims give: `id`, `name`, `issuer`, `client_id`, `client_secret`, `scopes`, `grants = [{claim = "groups", contains = "it-admin", role = "auditor", scope = {}}]`. Give it once for each issuer.
    #[arg(long, value_name = "TABLE", env = "INDELIBLE_OIDC", hide_env_values = true, value_parser = issuer)]
    oidc: Vec<Issuer>,
    /// Minutes after which a session ends that is not used.
    #[arg(long, value_name = "MINUTES", env = "INDELIBLE_SESSION_IDLE_MINUTES", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1_440))]
    session_idle_minutes: u32,
    /// Hours after which any session ends.
    #[arg(long, value_name = "HOURS", env = "INDELIBLE_SESSION_HOURS", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=720))]
    session_hours: u32,
    /// Both in milliseconds, for tests.
    #[arg(long, value_name = "IDLE,ALL", value_delimiter = ',', hide = true)]
    session_ms: Vec<u32>,
    /// How often a feed without news says that it lives, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = server::HEARTBEAT_DEFAULT.as_millis() as u64, hide = true)]
    heartbeat_ms: u64,
}

/// The settings of this process, then the log over HTTP.
pub(crate) fn run() -> miette::Result<Exit> {
    let settings = settings::load().map_err(NotLoaded::report)?;
    let serve = &settings.serve;
    let options = serve.options();
    if serve.dev {
        refuse_settled(&serve.local.data)?;
    }
    let (name, mode) = if serve.dev { ("dev", Mode::Dev) } else { ("log", Mode::Controlled) };
    serve_log(|| serve.local.open(name), mode, options, "")
}

impl Serve {
    /// Settings that do not go together: the key of the one that is wrong, what is, and what to do.
    pub(crate) fn contradictions(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut found = Vec::new();
        if !self.dev && !self.allow_origin.is_empty() {
            found.push(("allow_origin", "it is for --dev alone", "leave it out"));
        }
        found
    }

    fn options(&self) -> Options {
        Options {
            listen: self.listen,
            allow_origins: self.allow_origin.iter().cloned().collect(),
            heartbeat: Duration::from_millis(self.heartbeat_ms.max(1)),
            limits: Limits {
                time_us: self.question_ms.saturating_mul(1_000),
                lines: self.question_lines,
                ..Limits::default()
            },
            sign_in: SignInOptions { origin: None, limits: self.session_limits(), issuers: self.oidc.clone() },
        }
    }
}

impl Serve {
    fn session_limits(&self) -> signin::Limits {
        let minutes = |minutes: u32| i64::from(minutes) * 60_000_000;
        match *self.session_ms.as_slice() {
            [idle, all] => signin::Limits { idle_us: i64::from(idle) * 1_000, absolute_us: i64::from(all) * 1_000 },
            _ => signin::Limits {
                idle_us: minutes(self.session_idle_minutes),
                absolute_us: minutes(self.session_hours.saturating_mul(60)),
            },
        }
    }
}

/// An issuer, as a table of TOML.
fn issuer(text: &str) -> Result<Issuer, String> {
    let table = toml::de::ValueDeserializer::parse(text).map_err(|error| error.message().to_owned())?;
    let issuer = Issuer::deserialize(table).map_err(|error| error.message().to_owned())?;
    issuer.check().map_err(|error| error.to_string())?;
    Ok(issuer)
}

/// Whether access is controlled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everybody on this machine may do everything.
    Dev,
    /// By tokens and grants.
    Controlled,
}

/// How long requests that were cut off may take to let go of the log.
pub(crate) const CUT_OFF: Duration = Duration::from_secs(5);

/// The same where the process was told to stop twice.
const CUT_OFF_SOON: Duration = Duration::from_secs(1);

/// Opens the log and serves it until the process is told to stop, then closes it. `greeting` follows the address.
///
/// Told a second time, it cuts off requests that still run. Closing the log is never cut off.
pub(crate) fn serve_log(
    open: impl FnOnce() -> miette::Result<Log>,
    mode: Mode,
    options: Options,
    greeting: &str,
) -> miette::Result<Exit> {
    crate::allocator::keep_small();
    let runtime = crate::runtime::serving()?;
    // Listens before the log and the port are there and are announced: whoever reads that announcement may tell the process to
    // stop at once.
    let told = Told::listen(&runtime)?;
    // The port is taken before the log is opened, so that a port in use makes no log and leaves no entry of a start. Clients that
    // connect meanwhile wait.
    let server = runtime.block_on(Server::bind(options));
    let server = server.map_err(|error| failed(&error, bind_remedy(&error)))?;
    let address = server.address().map_err(|error| failed(&error, "choose another address with --listen"))?;
    let log = Arc::new(told.while_starting(&runtime, open)?);
    let (access, first, _operator) = match mode {
        Mode::Dev => (Access::Dev, None, None),
        Mode::Controlled => {
            let Controlled { access, token, first } = controlled(&log)?;
            let file = OperatorFile::create(log.layout().data(), &token);
            (access, first, Some(file.map_err(|error| failed(&error, "look at the folder's permissions"))?))
        }
    };
    let served = runtime.block_on(async {
        if let Err(error) = log.describe(&format!("serving at http://{address}")) {
            tracing::warn!(%error, "the lock file does not say where the log is served");
        }
        announce(format_args!("Serving {} with {} entries at http://{address}", log.tree().origin(), log.size()));
        if let Some(first) = first {
            let link = format!("http://{address}/sign-in#invitation={}", first.reveal());
            announce(format_args!(
                "Nobody manages access yet. This link makes the first account, once, for 15 minutes:\n{link}"
            ));
        }
        if !greeting.is_empty() {
            announce(format_args!("{greeting}"));
        }
        let stop = stop(Arc::clone(&log), told.clone());
        server.run(Arc::clone(&log), access, stop, told.clone().times(2)).await
    });
    // Requests that were cut off may hold the log for a moment.
    let cut_off = || if told.is(2) { CUT_OFF_SOON } else { CUT_OFF };
    runtime.shutdown_timeout(cut_off());
    served.end(cut_off());
    let stopped = log.stopped();
    let closed = Arc::try_unwrap(log).map_err(|_| "a request did not end".to_owned()).and_then(Log::close);
    match (stopped, closed) {
        (Some(reason), _) => Err(miette::miette!(
            help =
                "mend the disk, or make room where it is full, then start again; nothing that was acknowledged is lost",
            "the log stopped by itself: {reason}"
        )),
        (None, Err(reason)) => Err(miette::miette!(
            help = "nothing that was acknowledged is lost; the next start recovers",
            "the log could not be closed in good order: {reason}"
        )),
        (None, Ok(())) => {
            announce(format_args!("Stopped."));
            Ok(Exit::Done)
        }
    }
}

/// What to do where the port cannot be opened.
fn bind_remedy(error: &ServeError) -> &'static str {
    match error {
        ServeError::OpenFiles { .. } => "allow it more: `ulimit -n 4096` before it, or LimitNOFILE in its systemd unit",
        ServeError::Thread(_) => MORE_THREADS,
        ServeError::NotLoopback(_) | ServeError::Bind { .. } => "choose another address with --listen",
    }
}

/// Ready when the process is told to stop, or when the log has stopped by itself (I-9: it must start afresh).
async fn stop(log: Arc<Log>, told: Told) {
    let mut watch = tokio::time::interval(Duration::from_millis(200));
    let told = told.times(1);
    tokio::pin!(told);
    loop {
        tokio::select! {
            () = &mut told => return,
            _ = watch.tick() => if log.stopped().is_some() { return },
        }
    }
}
