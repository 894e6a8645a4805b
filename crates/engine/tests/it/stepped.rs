//! A log without threads on a disk in memory: what happens when is decided here.

use std::path::Path;
use std::sync::{Arc, Mutex};

use engine::{Answer, Config, Log, Role, Sent, Steps, Submission, SubmitError, Turn, Waiting, World};
use env::Disk as _;
use env::fake::{Fault, FaultyDisk, ManualClock, SeededRandom};
use event::BodyKind;
use vault::fake::FakeKeyStore;

use super::{events, everything, submit};

fn world(disk: &FaultyDisk, keys: &FakeKeyStore) -> World {
    World {
        clock: Arc::new(ManualClock::at(1_772_323_200_000_000)),
        random: Arc::new(SeededRandom::new(1)),
        disk: Arc::new(disk.clone()),
        keys: Some(Arc::new(keys.clone())),
        journal: None,
        stores: None,
    }
}

fn config() -> Config {
    let mut config = Config::new(Path::new("/log/data"));
    config.marks = "/log/marks".into();
    config
}

type Told = Arc<Mutex<Option<Answer>>>;

fn send(log: &Log, body: &str) -> (Waiting, Told) {
    let told = Told::default();
    let tell = Arc::clone(&told);
    let submission =
        Submission { body: body.as_bytes(), kind: BodyKind::Ndjson, source: "test", reach: None, partial: false };
    let done = Box::new(move |answer| *tell.lock().unwrap() = Some(answer));
    let Sent::Waiting(waiting) = log.send(&submission, done).unwrap() else { panic!("nothing new was sent") };
    (waiting, told)
}

/// Lets the workers do all there is to do.
fn settle(steps: &mut Steps) {
    let workers = [Role::Sequencer, Role::Freezer, Role::Sealer];
    while workers.iter().any(|role| steps.step(*role) == Turn::Worked) {}
}

#[test]
fn what_waits_when_the_log_stops_is_refused_and_ends_no_thread() {
    let disk = FaultyDisk::new();
    let keys = FakeKeyStore::new();
    let world = world(&disk, &keys);
    let (log, mut steps) = Log::open_stepped(config(), &world).unwrap();
    let waiting = [send(&log, &events(0, 3)), send(&log, &events(3, 3))];
    // The tree cannot be written, so no checkpoint can be signed.
    disk.fail_at(0, Fault::Error);
    assert_eq!(steps.step(Role::Signer), Turn::Ended);
    assert!(log.stopped().is_some());
    assert_eq!(steps.step(Role::Sequencer), Turn::Worked);
    for (waiting, told) in waiting {
        let answer = waiting.finish(told.lock().unwrap().take().unwrap());
        assert!(matches!(answer, Err(SubmitError::Stopped { .. })), "{answer:?}");
    }
    assert_eq!(steps.step(Role::Sequencer), Turn::Ended);
}

#[test]
fn what_was_written_and_not_acknowledged_fits_a_checkpoint_signed_long_after() {
    for nth in 0.. {
        let disk = FaultyDisk::new();
        let keys = FakeKeyStore::new();
        let clock = Arc::new(ManualClock::at(1_772_323_200_000_000));
        let world = World { clock: Arc::clone(&clock) as _, ..world(&disk, &keys) };
        let (log, mut steps) = Log::open_stepped(config(), &world).unwrap();
        submit(&log, &events(0, 1)).unwrap();
        let (waiting, told) = send(&log, &events(1, 1));
        disk.fail_at(nth, Fault::Error);
        steps.step(Role::Sequencer);
        let answer = waiting.finish(told.lock().unwrap().take().unwrap());
        disk.clear_faults();
        clock.advance_us(120_000_000);
        steps.step(Role::Signer);
        drop(steps);
        disk.stop();
        drop(log);
        disk.restart();
        let opened = Log::open_stepped(config(), &world);
        let (log, _steps) = opened.unwrap_or_else(|error| panic!("operation {nth} failed: {error:?}"));
        assert!(!everything(&log).is_empty());
        if answer.is_ok() {
            return assert!(nth > 1, "{nth}");
        }
    }
}

#[test]
fn a_disclosure_that_the_disk_read_wrongly_is_not_sealed() {
    let disk = FaultyDisk::new();
    let keys = FakeKeyStore::new();
    let world = world(&disk, &keys);
    let (log, mut steps) = Log::open_stepped(config(), &world).unwrap();
    // Two segments of the same person, whose identity is in the journal once.
    submit(&log, &events(0, 1)).unwrap();
    log.ask_to_seal();
    settle(&mut steps);
    submit(&log, &events(7, 1)).unwrap();
    let [person] = &keys.rows()[..] else { panic!("one person") };
    let is_journal = |path: &Path| path.extension().is_some_and(|extension| extension == "wal");
    let (journal, bytes) = disk.files().into_iter().find(|(path, _)| is_journal(path)).unwrap();
    let at = bytes.windows(16).position(|bytes| bytes == person.id.0).unwrap();
    let within_ciphertext = at as u64 + 16 + 1 + 8;
    disk.flip_bit(&journal, within_ciphertext, 3).unwrap();
    let asked = log.ask_to_seal();
    settle(&mut steps);
    assert!(log.is_sealed(&asked).unwrap_err().reason.contains("disclosure"));
    disk.flip_bit(&journal, within_ciphertext, 3).unwrap();
    let asked = log.ask_to_seal();
    settle(&mut steps);
    assert!(log.is_sealed(&asked).unwrap());
    assert_eq!(log.verify(&|_, _| {}).unwrap().findings, vec![]);
}

/// Ends the process, and keeps what it wrote, synced or not.
fn kill(disk: &FaultyDisk, opened: Option<(Log, Steps)>) {
    disk.stop();
    drop(opened.map(|(log, steps)| (steps, log)));
    disk.restart();
}

/// Operations before the end of sealing within which files are named, the manifest is published and the journal is freed.
const PUBLICATION: u64 = 30;

/// Begins to seal; returns how many operations of the disk it took.
fn seal(disk: &FaultyDisk, log: &Log, steps: &mut Steps) -> u64 {
    submit(log, &events(0, 2)).unwrap();
    log.ask_to_seal();
    let before = disk.operations();
    settle(steps);
    disk.operations() - before
}

/// What only a killed process had seen to must not be what the next start relies on.
#[test]
fn a_power_loss_after_a_start_after_a_kill_in_sealing_costs_nothing() {
    let disk = FaultyDisk::new();
    let keys = FakeKeyStore::new();
    let whole = world(&disk, &keys);
    let (log, mut steps) = Log::open_stepped(config(), &whole).unwrap();
    let all = seal(&disk, &log, &mut steps);
    assert!(log.segments() == 1 && all > PUBLICATION);
    for nth in all - PUBLICATION..all {
        let disk = FaultyDisk::new();
        let keys = FakeKeyStore::new();
        let world = world(&disk, &keys);
        let (log, mut steps) = Log::open_stepped(config(), &world).unwrap();
        submit(&log, &events(0, 2)).unwrap();
        log.ask_to_seal();
        disk.fail_at(nth, Fault::PowerLoss);
        settle(&mut steps);
        kill(&disk, Some((log, steps)));
        let (log, steps) = Log::open_stepped(config(), &world).unwrap();
        submit(&log, &events(20, 1)).unwrap();
        let acknowledged = everything(&log);
        kill(&disk, Some((log, steps)));
        disk.crash(nth);
        let opened = Log::open_stepped(config(), &world);
        let (log, _steps) = opened.unwrap_or_else(|error| panic!("killed at operation {nth}: {error:?}"));
        assert!(everything(&log).starts_with(&acknowledged), "killed at operation {nth}");
    }
}

/// A creation is killed after its signing key has its name; the one that completes it loses power once there is a checkpoint.
#[test]
fn a_power_loss_while_a_creation_is_completed_costs_nothing() {
    let killed_at = |disk: &FaultyDisk, keys: &FakeKeyStore, nth: u64| {
        disk.fail_at(nth, Fault::PowerLoss);
        let world = world(disk, keys);
        kill(disk, Log::open_stepped(config(), &world).ok());
    };
    let has = |disk: &FaultyDisk, name: &str| disk.exists(&config().data.join(name)).unwrap();
    let first_with = |name: &str| {
        (0..).find(|nth| {
            let disk = FaultyDisk::new();
            let keys = FakeKeyStore::new();
            killed_at(&disk, &keys, *nth);
            has(&disk, name)
        })
    };
    let key = first_with("keys/signing").unwrap();
    let checkpoint = first_with("tree/checkpoints").unwrap();
    for nth in key..checkpoint {
        for seed in 0..3 {
            let disk = FaultyDisk::new();
            let keys = FakeKeyStore::new();
            killed_at(&disk, &keys, nth);
            // Some operations after its checkpoint has its name, and before its end.
            disk.fail_at(checkpoint - nth + 4, Fault::PowerLoss);
            let world = world(&disk, &keys);
            drop(Log::open_stepped(config(), &world));
            disk.crash(seed);
            let opened = Log::open_stepped(config(), &world).map(drop);
            opened.unwrap_or_else(|error| panic!("killed at operation {nth}, seed {seed}: {error:?}"));
        }
    }
}
