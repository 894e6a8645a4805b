//! Readings of this machine: memory of a process, bytes of a folder, the disk's sync.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use env::{Clock, Disk};

/// Seconds of processor time a process has used, of its own and of the system's for it.
pub(super) fn processor_seconds(pid: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(ticks as f64 / 100.0)
}

/// Bytes on disk of a log, by kind of file.
pub(super) fn bytes_by_kind(dir: &Path) -> io::Result<BTreeMap<String, u64>> {
    let mut kinds = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                folders.push(path);
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let parent = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let kind = match (parent.as_str(), name.split_once('.').map(|(_, end)| end)) {
                ("segments", Some(end)) => end.split_once('.').map_or(end, |(_, end)| end).to_owned(),
                ("journal" | "tree" | "keys" | "manifest", _) => parent,
                _ => name,
            };
            *kinds.entry(kind).or_default() += std::os::unix::fs::MetadataExt::blocks(&metadata) * 512;
        }
    }
    Ok(kinds)
}

/// Median time of overwriting 4 KiB of a written file and syncing it, in µs.
pub(super) fn sync_p50_us(disk: &dyn Disk, clock: &dyn Clock, dir: &Path) -> io::Result<u64> {
    const ROUNDS: u64 = 500;
    let path = dir.join("sync-probe");
    let file = disk.create_new(&path)?;
    file.write_all_at(&vec![1; 4_096 * ROUNDS as usize], 0)?;
    file.sync_all()?;
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let start = clock.monotonic_us();
        file.write_all_at(&[2; 4_096], round * 4_096)?;
        file.sync_data()?;
        times.push(clock.monotonic_us() - start);
    }
    disk.remove(&path)?;
    Ok(percentile(&mut times, 50))
}

/// Anonymous memory of a process, in bytes; `None` where the system does not say.
#[must_use]
pub fn anonymous_bytes(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1_024)
}

/// The value below which so many of a hundred lie.
pub(super) fn percentile(values: &mut [u64], percent: usize) -> u64 {
    values.sort_unstable();
    values.get((values.len() * percent / 100).min(values.len().saturating_sub(1))).copied().unwrap_or_default()
}
