//! One life of the log's process: what befalls it is drawn before it begins.

use engine::{Config, Log, Role, Steps, Turn, World};
use env::fake::{ManualClock, SeededRandom};
use env::with_causes;

use crate::ask::{self, Asked};
use crate::check;
use crate::client::Clients;
use crate::counts::Counts;
use crate::disk::{Mishap, SimDisk};
use crate::model::{Broken, Model};

/// What surrounds a life.
pub(crate) struct Life<'r> {
    pub(crate) config: Config,
    pub(crate) world: World,
    pub(crate) disk: &'r SimDisk,
    pub(crate) clock: &'r ManualClock,
    pub(crate) random: &'r SeededRandom,
    pub(crate) model: &'r mut Model,
    pub(crate) counts: &'r mut Counts,
    /// Whether some events are long.
    pub(crate) large: bool,
    /// Whether the disk may be full.
    pub(crate) may_be_full: bool,
}

impl Life<'_> {
    /// Opens the log, holds it against the model, lets clients use it for so many actions, and closes it unless the process ends before.
    pub(crate) fn live(&mut self, actions: u64) -> Result<(), Broken> {
        let world = self.world.clone();
        let opened = Log::open_stepped(self.config.clone(), &world);
        let (log, mut steps) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                let why = with_causes(&error);
                self.disk.tell(&format!("refused: {why}"));
                self.counts.refused += 1;
                return self.excused(format!("the start is refused: {why}"));
            }
        };
        self.disk.tell(&format!("open with {} entries", log.size()));
        match check::after_start(&log, self.model) {
            Ok(()) => self.counts.starts_checked += 1,
            // Nobody knows what is there, so nobody asks.
            Err(broken) => {
                self.excused(broken)?;
                drop(steps);
                return self.end(log, &mut Clients::default());
            }
        }
        let mut clients = Clients::default();
        for _ in 0..actions {
            if self.disk.has_ended() {
                break;
            }
            self.act(&log, &mut steps, &mut clients)?;
            clients.hear(&log, self.model)?;
            if !self.disk.has_ended() {
                self.model.publish(&log)?;
            }
        }
        drop(steps);
        self.end(log, &mut clients)
    }

    fn end(&mut self, log: Log, clients: &mut Clients) -> Result<(), Broken> {
        if self.disk.has_ended() || self.random.below(3) > 0 {
            self.disk.end();
            drop(log);
            return Ok(());
        }
        // What waits is committed by closing, and not heard any more.
        let closed = log.close();
        self.disk.tell(&format!("closed: {closed:?}"));
        drop(std::mem::take(clients));
        closed.or_else(|why| self.excused(format!("closing failed: {why}")))
    }

    /// One thing that somebody does, and some steps of the workers.
    fn act(&mut self, log: &Log, steps: &mut Steps, clients: &mut Clients) -> Result<(), Broken> {
        self.counts.actions += 1;
        match self.random.below(40) {
            0..12 => clients.send(log, self.model, self.random, self.large)?,
            12..16 => clients.submit(log, self.model, self.random)?,
            16 => clients.contradict(log, self.model, self.random)?,
            17..20 => drop(log.ask_to_seal()),
            20..23 => self.asked(ask::question(log, self.model, self.random)?)?,
            23 => self.asked(ask::proof(log, self.model, self.random)?)?,
            24 if self.random.below(4) == 0 => self.asked(ask::verify(log))?,
            25 => self.clock.advance_us(u32::try_from(self.random.below(90_000_000)).unwrap_or(0)),
            _ => self.clock.advance_us(u32::try_from(self.random.below(20_000)).unwrap_or(0)),
        }
        for _ in 0..self.random.below(6) {
            let role =
                Role::ALL.get(usize::try_from(self.random.below(6)).unwrap_or(0)).copied().unwrap_or(Role::Sequencer);
            if steps.step(role) == Turn::Worked {
                self.counts.steps += 1;
                self.disk.tell(&format!("stepped {role:?}"));
            }
        }
        Ok(())
    }

    fn asked(&mut self, answer: Asked) -> Result<(), Broken> {
        match answer {
            Asked::Right => {
                self.counts.answers += 1;
                Ok(())
            }
            Asked::Failed(why) => {
                self.disk.tell(&format!("no answer: {why}"));
                self.excused(format!("a question was not answered: {why}"))
            }
        }
    }

    /// A failure that the disk has caused is none of the log's.
    fn excused(&mut self, broken: Broken) -> Result<(), Broken> {
        let failing = |mishap: &Mishap| matches!(mishap, Mishap::Error | Mishap::Full | Mishap::Flip);
        let excused = self.may_be_full
            || self.disk.has_ended()
            || self.disk.happened().iter().any(|(mishap, ..)| failing(mishap));
        if excused { Ok(()) } else { Err(broken) }
    }
}
