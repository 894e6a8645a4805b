//! A log without threads: its workers are stepped by the caller, one at a time, in any order it likes. For simulations, which thereby
//! decide what happens when, and can do it again.

use std::sync::Arc;

use crate::commit::stepped::Stepped;
use crate::log::Log;
use crate::seal::freezer::Freezer;
use crate::seal::joining::Joiner;
use crate::seal::joins::Pace;
use crate::seal::sealer::SealerWorker;
use crate::start::error::OpenLogError;
use crate::start::open::{Workers, begin};
use crate::state::config::{Config, World};
use crate::state::worker::{Turn, Worker};

/// The workers of a log, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Commits what waits, one group at a time.
    Sequencer,
    /// Signs a checkpoint.
    Signer,
    /// Makes a run of a buffer.
    Freezer,
    /// Takes a run into a segment, finishes a segment, merges some, or settles what failed.
    Sealer,
    /// Joins large segments at leisure.
    Joiner,
    /// Joins large segments when there are too many.
    JoinerBehind,
}

impl Role {
    /// Each once.
    pub const ALL: [Self; 6] =
        [Self::Sequencer, Self::Signer, Self::Freezer, Self::Sealer, Self::Joiner, Self::JoinerBehind];
}

/// What steps the workers of a log. Drop it before the log.
pub struct Steps {
    stepped: Stepped,
    freezer: Freezer,
    sealer: SealerWorker,
    joiner: Joiner,
    joiner_behind: Joiner,
    ended: Vec<Role>,
}

impl Log {
    /// As [`Log::open`], but without threads. Whoever waits for the sequencer or the signer ([`Log::submit`],
    /// [`Log::checkpoint_covering`], [`Log::close`]) steps it meanwhile; for everything else, and for what was [sent](Log::send),
    /// the caller steps. [`Log::seal`] would wait for ever: use [`Log::ask_to_seal`].
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn open_stepped(config: Config, world: &World) -> Result<(Self, Steps), OpenLogError> {
        let (mut log, workers, begun) = begin(config, world.clone())?;
        let Workers { sequencer, signer, sealer, cache } = workers;
        let joiner = |pace| Joiner::new(Arc::clone(&log.shared), Arc::clone(&cache), pace);
        let stepped = Stepped::new(sequencer, signer);
        let steps = Steps {
            stepped: stepped.clone(),
            freezer: Freezer::new(Arc::clone(&log.shared)),
            sealer: SealerWorker::new(sealer),
            joiner: joiner(Pace::Leisure),
            joiner_behind: joiner(Pace::Behind),
            ended: Vec::new(),
        };
        log.threads.stepped = Some(stepped);
        log.record_start(&begun).map_err(Box::new)?;
        Ok((log, steps))
    }
}

impl Steps {
    /// Lets one worker do one piece of work, as if somebody had rung for it.
    pub fn step(&mut self, role: Role) -> Turn {
        if self.ended.contains(&role) {
            return Turn::Ended;
        }
        let rung = |worker: &mut dyn Worker| {
            worker.wait(0);
            worker.step()
        };
        let turn = match role {
            Role::Sequencer => self.stepped.step_sequencer(),
            Role::Signer => self.stepped.step_signer(),
            Role::Freezer => rung(&mut self.freezer),
            Role::Sealer => rung(&mut self.sealer),
            Role::Joiner => rung(&mut self.joiner),
            Role::JoinerBehind => rung(&mut self.joiner_behind),
        };
        if turn == Turn::Ended {
            self.ended.push(role);
        }
        turn
    }
}
