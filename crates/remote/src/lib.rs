//! A log that is asked over HTTP. Errors say what happened and what to do, for whoever runs a command.

mod download;

use std::io::Read;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use download::{Download, download, whole};

/// How often sending is tried before it is given up, with pauses of 0.1 s, 0.2 s, 0.4 s …
const TRIES: u32 = 8;

/// A running server.
pub struct Remote {
    agent: ureq::Agent,
    base: String,
    /// `Authorization` of each request.
    authorization: Option<String>,
}

/// How something is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Makes something.
    Post,
    /// Puts something in place of what is there.
    Put,
    /// Changes some of it.
    Patch,
    /// Takes it away. Without a body.
    Delete,
}

/// An answer: its status and its body.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Not read yet.
    pub body: ureq::Body,
}

impl Remote {
    /// That at `base`, such as `http://127.0.0.1:7117`. Nothing is asked yet.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            .user_agent(concat!("indelible-cli/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), base: base.trim_end_matches('/').to_owned(), authorization: None }
    }

    /// The same, asked with a token.
    #[must_use]
    pub fn with_token(self, token: Option<&str>) -> Self {
        Self { authorization: token.map(|token| format!("Bearer {token}")), ..self }
    }

    fn authorized<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.authorization {
            Some(authorization) => request.header("Authorization", authorization),
            None => request,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Asks once for this media type; every status is an answer.
    ///
    /// # Errors
    /// If nobody answers.
    pub fn ask(&self, path: &str, params: &[(String, String)], accept: &str) -> miette::Result<Answer> {
        let request = self
            .authorized(self.agent.get(format!("{}{path}", self.base)))
            .header("Accept", accept)
            .query_pairs(params.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let response = request.call().map_err(|error| self.unreachable(&error))?;
        Ok(Answer { status: response.status().as_u16(), body: response.into_body() })
    }

    /// Asks; an answer of another status than 200 is an error that says what the server said.
    ///
    /// # Errors
    /// That; if nobody answers.
    pub fn get(&self, path: &str, params: &[(String, String)]) -> miette::Result<ureq::Body> {
        match self.ask(path, params, "*/*")? {
            Answer { status: 200, body } => Ok(body),
            Answer { status, body } => Err(refused(status, &text(body)?)),
        }
    }

    /// As [`Self::get`]: the answer as text.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn get_text(&self, path: &str) -> miette::Result<String> {
        text(self.get(path, &[])?)
    }

    /// As [`Self::get`]: the answer as JSON.
    ///
    /// # Errors
    /// As [`Self::get`]; if it is no JSON.
    pub fn get_json(&self, path: &str, params: &[(String, String)]) -> miette::Result<Value> {
        parse(&text(self.get(path, params)?)?)
    }

    /// Asks for one thing; nothing where the server has none of that name.
    ///
    /// # Errors
    /// As [`Self::get_json`].
    pub fn find_json(&self, path: &str) -> miette::Result<Option<Value>> {
        let request = self.authorized(self.agent.get(format!("{}{path}", self.base)));
        let response = request.call().map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        let body = text(response.into_body())?;
        match status {
            200 => parse(&body).map(Some),
            404 => Ok(None),
            _ => Err(refused(status, &body)),
        }
    }

    /// Posts once; every status is an answer.
    ///
    /// # Errors
    /// If nobody answers.
    pub fn post(&self, path: &str, media_type: &str, body: &[u8]) -> miette::Result<Answer> {
        let request = self.authorized(self.agent.post(format!("{}{path}", self.base)));
        let response =
            request.header("Content-Type", media_type).send(body).map_err(|error| self.unreachable(&error))?;
        Ok(Answer { status: response.status().as_u16(), body: response.into_body() })
    }

    /// Sends a JSON body by this method, and reads the answer as JSON; `Null` where it has no body.
    ///
    /// # Errors
    /// If nobody answers, or with another status than 2xx: then what the server said.
    pub fn change(&self, method: Method, path: &str, body: &Value) -> miette::Result<Value> {
        let url = format!("{}{path}", self.base);
        let json = body.to_string();
        let sent = match method {
            Method::Post => self.authorized(self.agent.post(url)).content_type("application/json").send(json),
            Method::Put => self.authorized(self.agent.put(url)).content_type("application/json").send(json),
            Method::Patch => self.authorized(self.agent.patch(url)).content_type("application/json").send(json),
            Method::Delete => self.authorized(self.agent.delete(url)).call(),
        };
        let response = sent.map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        let body = text(response.into_body())?;
        match status {
            204 => Ok(Value::Null),
            200..=299 => parse(&body),
            _ => Err(refused(status, &body)),
        }
    }

    /// Posts events until the server has taken them: retries what may go through later. Events should carry event_ids,
    /// so that what had arrived before is not recorded twice.
    ///
    /// # Errors
    /// What the server refused, or the last try's trouble.
    pub fn send_events<T: DeserializeOwned>(&self, path: &str, body: &[u8]) -> miette::Result<T> {
        let mut pause = Duration::from_millis(100);
        let mut tried = 1;
        loop {
            let problem = match self.post(path, "application/x-ndjson", body) {
                Ok(Answer { status: 200 | 201, body }) => return parse(&text(body)?),
                Ok(Answer { status, body }) => {
                    let problem = refused(status, &text(body)?);
                    if !matches!(status, 408 | 429 | 502 | 503 | 504 | 507) {
                        return Err(problem);
                    }
                    problem
                }
                Err(problem) => problem,
            };
            if tried == TRIES {
                return Err(problem);
            }
            wait(pause);
            (pause, tried) = (pause * 2, tried + 1);
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> miette::Report {
        failed(error, format!("is a log served at {}? name another with --url, or a folder with --data", self.base))
    }
}

/// Waits for so long.
#[expect(clippy::disallowed_methods, reason = "a pause between tries, or looks; nothing here is under test by time")]
pub fn wait(pause: Duration) {
    std::thread::sleep(pause);
}

/// The whole body as text. For answers that are small by nature.
///
/// # Errors
/// If it breaks off.
pub fn text(body: ureq::Body) -> miette::Result<String> {
    let mut text = String::new();
    body.into_reader().read_to_string(&mut text).map_err(|error| failed(&error, "the answer broke off; try again"))?;
    Ok(text)
}

/// An answer as JSON.
///
/// # Errors
/// If it is none.
pub fn parse<T: DeserializeOwned>(text: &str) -> miette::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| failed(&error, "the answer is no JSON; is this the address of an Indelible server?"))
}

/// What a problem document says, for people.
#[must_use]
pub fn refused(status: u16, text: &str) -> miette::Report {
    let problem: Value = serde_json::from_str(text).unwrap_or_default();
    let title = problem.get("title").and_then(Value::as_str).unwrap_or("the server refused");
    let detail = problem.get("detail").and_then(Value::as_str).unwrap_or("no reason was given");
    let events = problem.get("problems").and_then(Value::as_array).into_iter().flatten().take(10).map(|one| {
        let word =
            |name: &str| one.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let index = word("index").unwrap_or_default();
        let pointer = word("pointer").unwrap_or_default();
        format!("\n  event {index} {pointer}: {}", word("message").unwrap_or_default())
    });
    let events: String = events.collect();
    miette::miette!(help = detail.to_owned(), "{title} (HTTP {status}){events}")
}

/// An error of ours with its causes, and what to do about it.
#[must_use]
pub fn failed(error: &(dyn std::error::Error + 'static), help: impl Into<String>) -> miette::Report {
    let text = env::joined(error, "\n  because ");
    miette::miette!(help = help.into(), "{text}")
}
