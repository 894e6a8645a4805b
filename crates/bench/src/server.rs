//! A server of this binary as a child process.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use env::{Clock, SystemClock};
use remote::{Method, Remote, failed};
use serde_json::{Value, json};

use super::measure::anonymous_bytes;

/// A server of this binary, ended when dropped.
pub(super) struct ServerProcess {
    child: Child,
    url: String,
    /// The token of whoever has the machine; `None` under `--dev`.
    operator: Option<String>,
    /// The token that is sent and asked with; `None` under `--dev`.
    token: Option<String>,
    started_in: Duration,
    peak: AtomicU64,
}

impl ServerProcess {
    /// Starts one on `dir/data`, on a free port, and waits until it says where.
    pub(super) fn start(dir: &Path) -> miette::Result<Self> {
        Self::start_with(dir, &[])
    }

    /// As [`Self::start`], with more options of `serve`.
    pub(super) fn start_with(dir: &Path, options: &[String]) -> miette::Result<Self> {
        Self::spawn(dir, &[&["--dev".to_owned()], options].concat())
    }

    /// As [`Self::start`], with access control: sends and asks with a token of this role at this scope.
    pub(super) fn start_controlled(dir: &Path, role: &str, scope: Value) -> miette::Result<Self> {
        let mut server = Self::spawn(dir, &[])?;
        let operator = std::fs::read_to_string(dir.join("data/OPERATOR"));
        server.operator = Some(operator.map_err(|error| failed(&error, "the server left no token for its operator"))?);
        server.take_token(role, scope)?;
        Ok(server)
    }

    /// Sends and asks from now on with a new token of this role at this scope.
    pub(super) fn take_token(&mut self, role: &str, scope: Value) -> miette::Result<()> {
        let name = format!("bench-{role}");
        let wanted = json!({"name": name, "role": role, "scope": scope});
        let made = self.operated().change(Method::Post, "/v1/tokens", &wanted)?;
        self.token = made.get("token").and_then(Value::as_str).map(str::to_owned);
        Ok(())
    }

    /// The server, asked by whoever runs it.
    pub(super) fn operated(&self) -> Remote {
        Remote::new(&self.url).with_token(self.operator.as_deref())
    }

    /// The server, sent to and asked.
    pub(super) fn remote(&self) -> Remote {
        Remote::new(&self.url).with_token(self.token.as_deref())
    }

    /// The token that is sent and asked with.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    #[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
    fn spawn(dir: &Path, options: &[String]) -> miette::Result<Self> {
        let io = |error: std::io::Error| failed(&error, "the server could not be started");
        let exe: PathBuf = std::env::current_exe().map_err(io)?;
        let mut child = Command::new(exe)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(dir.join("data"))
            .arg("--marks")
            .arg(dir.join("marks"))
            .args(options)
            .env("INDELIBLE_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(io)?;
        let clock = SystemClock::new();
        let mut said = String::new();
        let began_us = clock.monotonic_us();
        if let Some(stdout) = child.stdout.take() {
            let mut stdout = BufReader::new(stdout);
            stdout.read_line(&mut said).map_err(io)?;
            // The pipe stays open for what the server still says.
            std::thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
        }
        let url = said.trim().rsplit(' ').next().filter(|word| word.starts_with("http://")).map(str::to_owned);
        let url = url.ok_or_else(|| miette::miette!(help = "see what it says above", "the server did not start"))?;
        Ok(Self {
            child,
            url,
            operator: None,
            token: None,
            started_in: Duration::from_micros(clock.monotonic_us() - began_us),
            peak: AtomicU64::new(0),
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How long it took until it listened.
    pub(super) fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Notes the anonymous memory it takes now, and says how much, in bytes.
    pub(super) fn look_at_memory(&self) -> u64 {
        let now = anonymous_bytes(self.child.id()).unwrap_or_default();
        self.peak.fetch_max(now, Ordering::Relaxed);
        now
    }

    /// The most memory noted so far, in bytes.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// Tells the server to end, and waits for it.
    pub(super) fn stop(mut self) -> miette::Result<()> {
        let io = |error: std::io::Error| failed(&error, "the server did not end");
        Command::new("kill").arg(self.child.id().to_string()).status().map_err(io)?;
        self.child.wait().map_err(io)?;
        Ok(())
    }

    /// Ends it as a crash would.
    pub(super) fn kill(self) {
        drop(self);
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Ended already, mostly.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
