//! `indelible serve`: the log over HTTP.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use access::{AllowList, AllowListError, Roles};
use clap::Args;
use engine::{Limits, Log};
use serde::Deserialize as _;
use server::{Access, Issuer, Options, Origin, Rules, ServeError, Server, SignInOptions, TlsFiles};

use crate::access_control::{Controlled, controlled, own_roles, refuse_settled};
use crate::exit::{Exit, failed};
use crate::local::Local;
use crate::operator::OperatorFile;
use crate::output::announce;
use crate::reloading::Reloading;
use crate::runtime::MORE_THREADS;
use crate::settings::{self, Effective, Loaded, NotLoaded};
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
    /// Certificate (PEM): the server's own, then those that lead to a root. With it the server speaks TLS 1.2 and 1.3, HTTP/2 and
    /// HTTP/1.1. A changed file is taken within seconds.
    #[arg(long, value_name = "FILE", env = "INDELIBLE_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate (PEM), a file that is kept from others.
    #[arg(long, value_name = "FILE", env = "INDELIBLE_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// A proxy, by address or network, that is believed: X-Forwarded-For and X-Forwarded-Proto of all others are ignored. Plain HTTP beyond
    /// this machine is spoken with these alone. May be given several times.
    #[arg(long, value_name = "CIDR", env = "INDELIBLE_TRUSTED_PROXY", value_delimiter = ',', value_parser = network)]
    trusted_proxy: Vec<String>,
    /// Trusted proxies begin each connection with a PROXY header (version 1 or 2); from nobody else one is taken.
    #[arg(long, env = "INDELIBLE_PROXY_PROTOCOL")]
    proxy_protocol: bool,
    /// Where readers find the server: scheme and host. A request for another host is refused, unless it carries a token or looks at
    /// the server's health.
    #[arg(long, value_name = "URL", env = "INDELIBLE_PUBLIC_URL", value_parser = Origin::parse)]
    public_url: Option<Origin>,
    /// An origin whose pages may show the log by a token (`<indelible-log>`). May be given several times.
    #[arg(long, value_name = "URL", env = "INDELIBLE_EMBED_ORIGIN", value_delimiter = ',', value_parser = Origin::parse)]
    embed_origin: Vec<Origin>,
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
    /// Roles of your own, each with its permissions: `{desk = ["read", "names"]}`.
    #[arg(long, value_name = "TABLE", env = "INDELIBLE_ROLES", value_parser = own_roles)]
    roles: Option<Roles>,
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

/// The settings that SIGHUP reads again.
pub(crate) const RELOADED: [&str; 6] =
    ["tls_cert", "tls_key", "trusted_proxy", "public_url", "embed_origin", "allow_origin"];

/// The settings of this process, then the log over HTTP.
pub(crate) fn run() -> miette::Result<Exit> {
    let Loaded { serve, settings } = settings::load().map_err(NotLoaded::report)?;
    if serve.dev {
        refuse_settled(&serve.local.data)?;
    }
    let name = if serve.dev { "dev" } else { "log" };
    let roles = serve.roles.clone().unwrap_or_default();
    serve_log(|| serve.local.open(name), (serve.options(), roles), Some(settings), "")
}

/// A network of proxies, as it was written.
fn network(text: &str) -> Result<String, AllowListError> {
    AllowList::parse([text]).map(|_| text.to_owned())
}

impl Serve {
    /// Settings that do not go together: the key of the one that is wrong, what is, and what to do.
    pub(crate) fn contradictions(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let mut found = Vec::new();
        if !self.dev && !self.allow_origin.is_empty() {
            found.push(("allow_origin", "it is for --dev alone", "leave it out; without --dev there is embed_origin"));
        }
        if self.dev && !self.embed_origin.is_empty() {
            found.push(("embed_origin", "with --dev there are no tokens to ask with", "use allow_origin"));
        }
        match (&self.tls_cert, &self.tls_key) {
            (Some(_), None) => found.push(("tls_cert", "a certificate needs its key", "name it with tls_key")),
            (None, Some(_)) => found.push(("tls_key", "a key needs its certificate", "name it with tls_cert")),
            _ => {}
        }
        if self.proxy_protocol && self.trusted_proxy.is_empty() {
            let what = "a PROXY header is taken from trusted proxies alone, and there are none";
            found.push(("proxy_protocol", what, "name them with trusted_proxy"));
        }
        let is_beyond = !self.listen.ip().to_canonical().is_loopback();
        if is_beyond && self.dev {
            found.push(("listen", "--dev listens on this machine alone", "listen on 127.0.0.1"));
        } else if is_beyond && self.tls_cert.is_none() && self.trusted_proxy.is_empty() {
            let what = "beyond this machine tokens and sessions would pass in the clear";
            found.push((
                "listen",
                what,
                "name a certificate with tls_cert and tls_key, or the proxy with trusted_proxy",
            ));
        }
        found
    }

    /// Where the certificate lies; `None` without TLS.
    pub(crate) fn tls_files(&self) -> Option<TlsFiles> {
        let certificate = self.tls_cert.clone()?;
        let key = self.tls_key.clone()?;
        Some(TlsFiles { certificate, key })
    }

    /// What the doors go by.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            // Each was read once already.
            trusted_proxies: AllowList::parse(&self.trusted_proxy).unwrap_or_default(),
            public_url: self.public_url.clone(),
            embed_origins: self.embed_origin.iter().cloned().collect(),
            allow_origins: self.allow_origin.iter().cloned().collect(),
        }
    }

    fn options(&self) -> Options {
        Options {
            listen: self.listen,
            dev: self.dev,
            tls: self.tls_files(),
            proxy_protocol: self.proxy_protocol,
            rules: self.rules(),
            heartbeat: Duration::from_millis(self.heartbeat_ms.max(1)),
            limits: Limits {
                time_us: self.question_ms.saturating_mul(1_000),
                lines: self.question_lines,
                ..Limits::default()
            },
            sign_in: SignInOptions { limits: self.session_limits(), issuers: self.oidc.clone() },
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

/// How long requests that were cut off may take to let go of the log.
pub(crate) const CUT_OFF: Duration = Duration::from_secs(5);

/// The same where the process was told to stop twice.
const CUT_OFF_SOON: Duration = Duration::from_secs(1);

/// Opens the log and serves it until the process is told to stop, then closes it. `greeting` follows the address. With `settings`,
/// SIGHUP reads them again.
///
/// Told a second time, it cuts off requests that still run. Closing the log is never cut off.
pub(crate) fn serve_log(
    open: impl FnOnce() -> miette::Result<Log>,
    (options, roles): (Options, Roles),
    settings: Option<Vec<Effective>>,
    greeting: &str,
) -> miette::Result<Exit> {
    crate::allocator::keep_small();
    let runtime = crate::runtime::serving()?;
    // Listens before the log and the port are there and are announced: whoever reads that announcement may tell the process to
    // stop at once.
    let told = Told::listen(&runtime)?;
    let reloading = settings.map(|settings| Reloading::listen(&runtime, settings)).transpose()?;
    // The port is taken before the log is opened, so that a port in use makes no log and leaves no entry of a start. Clients that
    // connect meanwhile wait.
    let is_dev = options.dev;
    let server = runtime.block_on(Server::bind(options));
    let server = server.map_err(|error| failed(&error, bind_remedy(&error)))?;
    let address = server.address().map_err(|error| failed(&error, "choose another address with --listen"))?;
    let here = server.address_here().map_err(|error| failed(&error, "choose another address with --listen"))?;
    let scheme = if server.doors().is_https() { "https" } else { "http" };
    let log = Arc::new(told.while_starting(&runtime, open)?);
    let (access, first, _operator) = if is_dev {
        (Access::Dev, None, None)
    } else {
        let Controlled { access, token, first } = controlled(&log, roles)?;
        let file = OperatorFile::create(log.layout().data(), &token);
        (access, first, file.map_err(|error| failed(&error, "look at the folder's permissions"))?)
    };
    let served = runtime.block_on(async {
        if let Some(reloading) = reloading {
            tokio::spawn(reloading.run(server.doors()));
        }
        if let Err(error) = log.describe(&format!("serving at http://{here}")) {
            tracing::warn!(%error, "the lock file does not say where the log is served");
        }
        announce(format_args!("Serving {} with {} entries at {scheme}://{address}", log.tree().origin(), log.size()));
        if let Some(first) = first {
            let link = format!("{}/sign-in#invitation={}", server.origin(), first.reveal());
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
        ServeError::NotEncrypted(_) => {
            "name a certificate with --tls-cert and --tls-key, or the proxy with --trusted-proxy"
        }
        ServeError::Certificate(_) => "mend the files that --tls-cert and --tls-key name",
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
