//! Single events, each durable before its answer: of one client, and of many at once.

use std::fmt::{self, Display, Formatter};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::thread;

use env::{Clock, SystemClock, SystemDisk};
use remote::failed;
use serde_json::{Value, json};

use super::client::Client;
use super::generate::Generator;
use super::measure::{percentile, sync_p50_us};
use super::server::ServerProcess;
use super::{Report, log};

/// Clients at once where nobody says how many.
pub const CLIENTS: u16 = 64;

/// How long they send where nobody says it.
pub const SECONDS: u64 = 5;

/// Events made beforehand, which the clients send in turn: without `event_id`, so that each is an entry of its own.
const EVENTS: u64 = 4_096;

/// Most bytes of an answer; a receipt has some 300.
const ANSWER_BYTES_MAX: usize = 1 << 16;

/// Single events, each durable before its answer.
#[derive(Debug, Clone)]
pub struct Commits {
    /// Connections that send at once, after one alone did.
    pub clients: u16,
    /// How long one client sends, and then all of them.
    pub seconds: u64,
    /// In which folder the log is made, in one of its own, and removed again; `None`: the system's for temporary files.
    pub dir: Option<PathBuf>,
}

/// What came of [`commits`].
#[derive(Debug)]
pub struct Singles {
    sync_us: u64,
    rows: Vec<Row>,
}

#[derive(Debug, serde::Serialize)]
struct Row {
    clients: usize,
    commits_per_second: f64,
    p50_us: u64,
    p99_us: u64,
}

impl Report for Singles {
    fn json(&self) -> Value {
        json!({"sync_p50_us": self.sync_us, "commits": self.rows})
    }
}

impl Display for Singles {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sync_us = self.sync_us;
        writeln!(f, "single events, each durable before its answer; one fdatasync of 4 KiB here: p50 {sync_us} µs")?;
        write!(f, "clients   commits/s    p50 µs    p99 µs")?;
        for Row { clients, commits_per_second, p50_us, p99_us } in &self.rows {
            write!(f, "\n{clients:>7} {commits_per_second:>11.0} {p50_us:>9} {p99_us:>9}")?;
        }
        Ok(())
    }
}

/// Sends single events: of one client, and of many at once.
///
/// # Errors
/// If something could not be run, or what was acknowledged is not what is found.
pub fn commits(what: &Commits) -> miette::Result<Singles> {
    let io = |error: io::Error| failed(&error, "name a folder that can be written with --dir");
    let folder = log::scratch(what.dir.as_deref())?;
    let events = events()?;
    let sync_us = sync_p50_us(&SystemDisk, &SystemClock::new(), folder.path()).map_err(io)?;
    let server = ServerProcess::start(folder.path())?;
    let mut rows = Vec::new();
    let mut sent = 0;
    for clients in [1, usize::from(what.clients)] {
        let times = send(server.url(), &events, clients, what.seconds * 1_000_000);
        let mut times = times.map_err(|error| failed(&error, "a connection to the server broke off"))?;
        sent += times.len() as u64;
        rows.push(Row {
            clients,
            commits_per_second: times.len() as f64 / what.seconds as f64,
            p50_us: percentile(&mut times, 50),
            p99_us: percentile(&mut times, 99),
        });
    }
    let page: Value = Client::new(&server)?.get_json("/v1/entries?source=dev&limit=1&count=true")?;
    server.stop()?;
    let found = page.get("count").and_then(Value::as_u64);
    if found != Some(sent) {
        return Err(miette::miette!("{sent} events were acknowledged, and the log finds {found:?}"));
    }
    Ok(Singles { sync_us, rows })
}

fn events() -> miette::Result<Vec<Vec<u8>>> {
    let mut generator = Generator::new(3, EVENTS);
    let mut text = String::new();
    (0..EVENTS).for_each(|n| generator.write(n, &mut text));
    let anonymous = |line: &str| {
        let mut event: Value = remote::parse(line)?;
        event.as_object_mut().and_then(|event| event.remove("event_id"));
        Ok(event.to_string().into_bytes())
    };
    text.lines().map(anonymous).collect()
}

/// Sends events over so many connections, one after the other over each; what each took, in µs.
#[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
fn send(url: &str, events: &[Vec<u8>], clients: usize, for_us: u64) -> io::Result<Vec<u64>> {
    let client = |first: usize| {
        let mut sender = Sender::new(url)?;
        let clock = SystemClock::new();
        let mut times = Vec::new();
        let begin = clock.monotonic_us();
        for event in events.iter().cycle().skip(first * events.len() / clients) {
            let start = clock.monotonic_us();
            if start - begin >= for_us {
                break;
            }
            sender.send(event)?;
            times.push(clock.monotonic_us() - start);
        }
        io::Result::Ok(times)
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..clients).map(|first| scope.spawn(move || client(first))).collect();
        let joined = clients.into_iter().map(|client| client.join().unwrap_or_else(|panic| resume_unwind(panic)));
        joined.collect::<io::Result<Vec<_>>>().map(|times| times.concat())
    })
}

/// A connection that costs the measured machine next to nothing.
struct Sender {
    host: String,
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Sender {
    fn new(url: &str) -> io::Result<Self> {
        let host = url.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host)?;
        stream.set_nodelay(true)?;
        Ok(Self { host, stream, request: Vec::new(), answer: Vec::new() })
    }

    /// Sends one event and reads its receipt.
    fn send(&mut self, event: &[u8]) -> io::Result<()> {
        let host = &self.host;
        let length = event.len();
        self.request.clear();
        write!(
            self.request,
            "POST /v1/events HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )?;
        self.request.extend_from_slice(event);
        self.stream.write_all(&self.request)?;
        self.answer.clear();
        let mut piece = [0; 4_096];
        while !whole(&self.answer) {
            let read = self.stream.read(&mut piece)?;
            if read == 0 || self.answer.len() > ANSWER_BYTES_MAX {
                return Err(io::Error::other("no answer"));
            }
            self.answer.extend_from_slice(piece.get(..read).unwrap_or_default());
        }
        let recorded = self.answer.starts_with(b"HTTP/1.1 201") || self.answer.starts_with(b"HTTP/1.1 200");
        let said = || io::Error::other(String::from_utf8_lossy(&self.answer).into_owned());
        if recorded { Ok(()) } else { Err(said()) }
    }
}

/// Whether these bytes are an answer with all of its body.
fn whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let lines = String::from_utf8_lossy(answer.get(..head).unwrap_or_default()).to_ascii_lowercase();
    let length = lines.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    length.is_some_and(|length| answer.len() >= head + 4 + length)
}
