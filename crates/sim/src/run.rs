//! One seed: lives of a log in a simulated world, one after the other, and at last one in which all goes well.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use engine::verify::{Expect, verify_directory};
use engine::{Config, Log, World};
use env::fake::{ManualClock, SeededRandom};
use env::with_causes;

use crate::ask::{self, Asked};
use crate::check;
use crate::counts::Counts;
use crate::disk::{Mishap, SimDisk};
use crate::keys::SimKeys;
use crate::life::Life;
use crate::model::{Broken, Model};
use crate::plant::Bug;
use crate::trace::Trace;

/// 2026-03-01T00:00:00Z.
const BEGIN_US: i64 = 1_772_323_200_000_000;

/// How a run ended.
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// How much was simulated.
    pub counts: Counts,
    /// What was broken; `None`: every promise was kept.
    pub broken: Option<Broken>,
    /// What happened, closed with every byte of the disk.
    pub trace: Trace,
}

/// Runs a seed; with a planted bug, if one is given. `keeps_lines`: of the trace. The same seed does the same, operation by operation.
#[must_use]
pub fn run(seed: u64, bug: Option<Bug>, keeps_lines: bool) -> Outcome {
    let trace = if keeps_lines { Trace::kept() } else { Trace::default() };
    let disk = SimDisk::new(seed, bug, trace);
    let mut counts = Counts::default();
    let mut all = || env::threads::alone(|| lives(seed, &disk, &mut counts));
    let broken = match catch_unwind(AssertUnwindSafe(&mut all)) {
        Ok(lived) => lived.err(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            Some(format!(
                "panic: {}",
                text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
            ))
        }
    };
    counts.operations = disk.operations();
    if let Some(broken) = &broken {
        disk.tell(&format!("broken: {broken}"));
    }
    Outcome { seed, counts, broken, trace: disk.close_trace() }
}

fn lives(seed: u64, disk: &SimDisk, counts: &mut Counts) -> Result<(), Broken> {
    let random = SeededRandom::new(seed ^ 0x5eed);
    let clock = Arc::new(ManualClock::at(BEGIN_US));
    let keys = SimKeys::new(disk);
    let world = World {
        clock: clock.clone(),
        random: Arc::new(SeededRandom::new(seed)),
        disk: Arc::new(disk.clone()),
        keys: Some(Arc::new(keys.clone())),
        journal: None,
        stores: None,
    };
    let config = config(&random);
    let mut model = Model::default();
    let large = random.below(4) == 0;
    let count = 3 + random.below(8);
    for _ in 0..count {
        let may_be_full = befall(disk, &random);
        counts.lives += 1;
        let actions = random.below(120);
        let mut life = Life {
            config: config.clone(),
            world: world.clone(),
            disk,
            clock: &clock,
            random: &random,
            model: &mut model,
            counts,
            large,
            may_be_full,
        };
        life.live(actions)?;
        counts.mishaps +=
            disk.happened().iter().filter(|(mishap, ..)| !matches!(mishap, Mishap::End { .. })).count() as u64;
        let loses_power = random.below(2) == 0;
        *(if loses_power { &mut counts.power_losses } else { &mut counts.kills }) += 1;
        disk.tell(if loses_power { "the power is lost" } else { "the process ends" });
        disk.inner.set_capacity(None);
        disk.begin(loses_power);
        keys.begin(random.next_u64());
        clock.advance_us(1_000_000);
    }
    last(&config, &world, &mut model, counts)
}

/// Small sizes, so that much happens with few entries.
fn config(random: &SeededRandom) -> Config {
    let root = Path::new("/sim");
    let mut config = Config::new(&root.join("data"));
    config.marks = root.join("marks");
    config.seal_rows = 20 + random.below(200);
    config.seal_age_us = 60_000_000;
    config.seal_quiet_us = 20_000_000;
    config.merge_anew_rows = random.below(3) * 100;
    config.reserve_bytes = 4 << 20;
    config
}

/// Draws what befalls the next life; returns whether the disk may be full.
fn befall(disk: &SimDisk, random: &SeededRandom) -> bool {
    let plan = |mishap| match random.below(4) {
        // Syncs are where it matters.
        0 => disk.plan_sync(random.below(100), mishap),
        1 => disk.plan(random.below(200), mishap),
        _ => disk.plan(random.below(3_000), mishap),
    };
    if random.below(4) > 0 {
        plan(Mishap::End { begun: random.below(2) == 0 });
    }
    let several = 1 + random.below(3);
    match random.below(8) {
        0 => {
            disk.plan_sync(random.below(60), Mishap::Error);
            (1..several).for_each(|_| plan(Mishap::Error));
        }
        1 => (0..several).for_each(|_| plan(Mishap::Flip)),
        2 => (0..several).for_each(|_| plan(Mishap::Full)),
        3 => {
            let used = disk.inner.used();
            disk.inner.set_capacity(Some(used + random.below(6 << 20)));
            return true;
        }
        _ => {}
    }
    false
}

/// All goes well now: the log opens, is whole, closes, and is found sound at rest.
fn last(config: &Config, world: &World, model: &mut Model, counts: &mut Counts) -> Result<(), Broken> {
    for _ in 0..2 {
        let opened = Log::open_stepped(config.clone(), world);
        let (log, steps) = opened.map_err(|error| format!("the start is refused: {}", with_causes(&error)))?;
        check::after_start(&log, model)?;
        answered(ask::verify(&log))?;
        counts.entries = model.there().count() as u64;
        counts.segments = log.segments() as u64;
        drop(steps);
        log.close().map_err(|why| format!("closing failed: {why}"))?;
        let verified = verify_directory(config, world, &Expect::default(), &|_, _| {});
        answered(ask::sound(&verified.map_err(|error| format!("verify fails: {}", with_causes(&error)))?))?;
    }
    Ok(())
}

fn answered(asked: Asked) -> Result<(), Broken> {
    match asked {
        Asked::Right => Ok(()),
        Asked::Failed(why) => Err(why),
    }
}
