//! A client that costs the measured machine next to nothing: one kept connection, one question at a time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use remote::{failed, parse, refused};
use serde_json::Value;

use super::server::ServerProcess;

/// One connection to the server under measurement.
pub(super) struct Client {
    host: String,
    /// Header lines of each request that say who asks.
    authorization: String,
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Client {
    /// Connects to a server, and asks with its token.
    pub(super) fn new(server: &ServerProcess) -> miette::Result<Self> {
        let authorization =
            server.token().map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let host = server.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host).map_err(|error| failed(&error, "the server does not answer"))?;
        stream.set_nodelay(true).map_err(|error| failed(&error, "the connection cannot be used"))?;
        Ok(Self { host, authorization, stream: BufReader::with_capacity(1 << 16, stream), body: Vec::new() })
    }

    /// Asks; any status but 200 is an error. `fresh`: past the server's result caches.
    pub(super) fn get(&mut self, target: &str, fresh: bool) -> miette::Result<&[u8]> {
        match self.ask(target, fresh)? {
            200 => Ok(&self.body),
            status => Err(self.refused(status)),
        }
    }

    /// As [`Client::get`]; every status is an answer, and returned.
    pub(super) fn ask(&mut self, target: &str, fresh: bool) -> miette::Result<u16> {
        self.exchange(target, fresh).map_err(|error| failed(&error, "the answer broke off"))
    }

    /// The last answer as an error.
    pub(super) fn refused(&self, status: u16) -> miette::Report {
        refused(status, &String::from_utf8_lossy(&self.body))
    }

    /// Asks and reads the answer.
    pub(super) fn get_json(&mut self, target: &str) -> miette::Result<Value> {
        parse(&String::from_utf8_lossy(self.get(target, false)?))
    }

    fn exchange(&mut self, target: &str, fresh: bool) -> std::io::Result<u16> {
        let bypass = if fresh { "Cache-Control: no-cache\r\n" } else { "" };
        let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{}{bypass}\r\n", self.host, self.authorization);
        self.stream.get_mut().write_all(head.as_bytes())?;
        let broken = || std::io::Error::other("not an HTTP answer with a length");
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(broken)?;
        let mut length = None;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().ok()
                }
                Some(_) => {}
                None => break,
            }
        }
        self.body.resize(length.ok_or_else(broken)?, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(status)
    }
}

/// A request target: path and percent-encoded parameters.
pub(super) fn target(path: &str, params: &[(&str, &str)]) -> String {
    let mut target = path.to_owned();
    for (at, (name, value)) in params.iter().enumerate() {
        target.push(if at == 0 { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        for byte in value.bytes() {
            match byte {
                byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => target.push(char::from(byte)),
                byte => target.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    target
}
