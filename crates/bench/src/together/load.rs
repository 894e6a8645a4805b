//! The clients, each on a thread of its own, until their time is over.

use std::io::Read;
use std::thread::{self, ScopedJoinHandle};

use env::Clock;
use remote::{failed, refused, text, wait};

use super::Together;
use super::said::{Answers, Exports};
use crate::client::Client;
use crate::events::Taken;
use crate::generate::Generator;
use crate::server::ServerProcess;

/// The costliest questions: for many values, many rows and many tokens.
pub(super) const QUESTIONS: [(&str, &str); 6] = [
    ("resource_id", "/v1/facets?field=resource_id"),
    ("ip", "/v1/facets?field=ip"),
    ("actor+channel", "/v1/facets?field=actor&field=channel"),
    ("substring", "/v1/entries?search=e&count=true&limit=50"),
    ("histogram", "/v1/histogram?interval=day&by=severity"),
    ("heatmap", "/v1/heatmap"),
];

const FORMATS: [&str; 3] = ["csv", "json", "ndjson"];

/// What a client that was refused waits before it asks again.
const REFUSED_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// Clients at one server, until a moment.
#[derive(Clone, Copy)]
pub(super) struct Load<'a> {
    server: &'a ServerProcess,
    clock: &'a dyn Clock,
    what: &'a Together,
    end_us: u64,
}

/// What came of all clients but the one with single events.
#[derive(Default)]
pub(super) struct All {
    /// Entries of batches.
    pub(super) taken: u64,
    /// Bytes.
    pub(super) exported: u64,
    pub(super) exports: Exports,
    pub(super) questions: Vec<Answers>,
}

impl<'a> Load<'a> {
    /// Clients that go on for so many µs from now.
    pub(super) fn new(server: &'a ServerProcess, clock: &'a dyn Clock, what: &'a Together, us: u64) -> Self {
        Self { server, clock, what, end_us: clock.monotonic_us() + us }
    }

    fn goes_on(&self) -> bool {
        self.clock.monotonic_us() < self.end_us
    }

    /// Events that no earlier run has sent.
    fn generator(&self, client: u64) -> Generator {
        Generator::new(self.clock.now_us() as u64 ^ client << 56, self.what.asked.events.entries)
    }

    /// Sends single events one after the other; returns what each took, in µs.
    #[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
    pub(super) fn singles(&self) -> miette::Result<Vec<u64>> {
        // This client stands for one on another machine, where no question keeps it from hearing the answer, so its thread is
        // prompt. It has a thread of its own, since threads that it started would be prompt, too.
        thread::scope(|scope| {
            joined(scope.spawn(|| {
                if let Err(error) = env::be_prompt() {
                    tracing::debug!(%error, "the client waits for its turn like everything else");
                }
                self.send_singles()
            }))
        })
    }

    fn send_singles(&self) -> miette::Result<Vec<u64>> {
        let remote = self.server.remote();
        let mut generator = self.generator(u64::from(u8::MAX));
        let mut times = Vec::new();
        let mut n = u64::from(u32::MAX);
        while self.goes_on() {
            let mut event = String::new();
            generator.write(n, &mut event);
            n += 1;
            let start = self.clock.monotonic_us();
            let _taken: Taken = remote.send_events("/v1/events", event.as_bytes())?;
            times.push(self.clock.monotonic_us() - start);
        }
        Ok(times)
    }

    /// Single events while `others` are at work.
    #[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
    pub(super) fn singles_beside(
        &self,
        others: impl FnOnce(&Self) -> miette::Result<All> + Send,
    ) -> miette::Result<(Vec<u64>, All)> {
        thread::scope(|scope| {
            let others = scope.spawn(|| others(self));
            let times = self.singles();
            Ok((times?, joined(others)?))
        })
    }

    /// The questions alone.
    #[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
    pub(super) fn questions(&self) -> miette::Result<All> {
        thread::scope(|scope| {
            let askers: Vec<_> = (0..self.what.askers).map(|first| scope.spawn(move || self.ask(first))).collect();
            let mut all = All::default();
            for asker in askers {
                Answers::add(&mut all.questions, joined(asker)?);
            }
            Ok(all)
        })
    }

    /// Batches, questions and exports.
    #[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
    pub(super) fn everything(&self) -> miette::Result<All> {
        thread::scope(|scope| {
            let senders: Vec<_> =
                (0..self.what.senders).map(|client| scope.spawn(move || self.send(client as u64))).collect();
            let exports: Vec<_> = (0..self.what.exports)
                .zip(FORMATS.iter().cycle())
                .map(|(_, format)| scope.spawn(move || self.export(format)))
                .collect();
            let mut all = self.questions()?;
            for sender in senders {
                all.taken += joined(sender)?;
            }
            for export in exports {
                let (bytes, exports) = joined(export)?;
                all.exported += bytes;
                all.exports.add(&exports);
            }
            Ok(all)
        })
    }

    /// Sends batches; returns how many entries were recorded.
    fn send(&self, client: u64) -> miette::Result<u64> {
        let remote = self.server.remote();
        let mut generator = self.generator(client);
        let mut n = 0;
        let mut recorded = 0;
        while self.goes_on() {
            let mut batch = String::new();
            for _ in 0..self.what.asked.events.batch {
                generator.write(n, &mut batch);
                n += 1;
            }
            let taken: Taken = remote.send_events("/v1/events", batch.as_bytes())?;
            recorded += taken.entries();
        }
        Ok(recorded)
    }

    /// Asks in turn what is to be asked, beginning at another question than others do.
    fn ask(&self, first: usize) -> miette::Result<Vec<Answers>> {
        let only = &self.what.only;
        let wanted = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
        let questions: Vec<_> = QUESTIONS.iter().filter(|(name, _)| wanted(name)).collect();
        let mut client = Client::new(self.server)?;
        let mut answers: Vec<_> = questions.iter().map(|(name, _)| Answers::new(name)).collect();
        let mut at = first;
        while self.goes_on() {
            at = (at + 1) % questions.len();
            let (Some((_, target)), Some(answers)) = (questions.get(at), answers.get_mut(at)) else { break };
            let start = self.clock.monotonic_us();
            match client.ask(target, true)? {
                200 => answers.times.push(self.clock.monotonic_us() - start),
                status @ (400 | 422 | 429 | 503) => {
                    *answers.refused.entry(status).or_default() += 1;
                    wait(REFUSED_PAUSE);
                }
                status => return Err(client.refused(status)),
            }
        }
        Ok(answers)
    }

    /// Exports, one after the other, and throws the bytes away; the last one breaks off.
    fn export(&self, format: &str) -> miette::Result<(u64, Exports)> {
        let remote = self.server.remote();
        let params = [("format".to_owned(), format.to_owned())];
        let mut bytes = 0;
        let mut exports = Exports::default();
        let mut chunk = vec![0; 1 << 16];
        while self.goes_on() {
            let answer = remote.ask("/v1/export", &params, "*/*")?;
            match answer.status {
                200 => exports.begun += 1,
                429 | 503 => {
                    exports.refused += 1;
                    wait(REFUSED_PAUSE);
                    continue;
                }
                status => return Err(refused(status, &text(answer.body)?)),
            }
            let mut body = answer.body.into_reader();
            while self.goes_on() {
                let read = body.read(&mut chunk).map_err(|error| failed(&error, "an export broke off"))?;
                bytes += read as u64;
                if read == 0 {
                    exports.whole += 1;
                    break;
                }
            }
        }
        Ok((bytes, exports))
    }
}

fn joined<T>(client: ScopedJoinHandle<'_, miette::Result<T>>) -> miette::Result<T> {
    client.join().unwrap_or_else(|_| Err(miette::miette!("a client panicked")))
}
