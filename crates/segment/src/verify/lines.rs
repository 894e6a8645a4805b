//! Every line of a segment against the tree, and the disclosures behind it against the line.

use proof::Digest;

use super::disclosed::{Disclosed, Known};
use super::findings::Findings;
use super::threads::side_by_side;
use super::{BoxedError, VerifyOptions};
use crate::data::DataFile;
use crate::disclosures::DisclosureFile;

/// Frames that a thread takes at a time, some megabytes of text: taking them costs nothing, progress shows, and all threads end
/// at about the same time.
const STRETCH_FRAMES: usize = 64;

/// Checks the lines of `file`, stretches of frames side by side. Memory a thread: a frame, packed and not, and blocks of
/// disclosures.
///
/// # Errors
/// What reading digests answers.
pub(super) fn verify_lines(
    file: &DataFile,
    disclosures: Option<(&DisclosureFile, &Known)>,
    how: &VerifyOptions<'_>,
    findings: &mut Findings,
) -> Result<(), BoxedError> {
    let stretches = file.frames().div_ceil(STRETCH_FRAMES);
    let disclosed = || disclosures.map(|(file, known)| Disclosed::new(file, known));
    let found = side_by_side(how.threads, stretches, disclosed, |disclosed, stretch| -> Result<_, BoxedError> {
        let mut findings = Findings::of(file.leaves().range());
        let begin = stretch * STRETCH_FRAMES;
        let mut checked = 0;
        for at in begin..file.frames().min(begin + STRETCH_FRAMES) {
            checked += verify_frame(file, at, disclosed.as_mut(), how, &mut findings)?;
        }
        (how.progress)(checked);
        Ok(findings.all)
    });
    for stretch in found {
        stretch?.into_iter().for_each(|finding| findings.add(finding));
    }
    Ok(())
}

/// Checks frame `at`; returns how many leaves it should hold.
fn verify_frame(
    file: &DataFile,
    at: usize,
    mut disclosed: Option<&mut Disclosed<'_>>,
    how: &VerifyOptions<'_>,
    findings: &mut Findings,
) -> Result<u64, BoxedError> {
    let Some((places, _)) = file.frame_places(at) else { return Ok(0) };
    let count = places.end - places.start;
    let runs = file.leaves().runs(places);
    let block = match file.read_frame(at) {
        Ok(block) => block,
        Err(error) => {
            let first = runs.first().map_or(0, |run| run.start);
            let end = runs.last().map_or(first, |run| run.end);
            findings.part(file.path(), first..end, &error);
            return Ok(count);
        }
    };
    // The frame has as many lines as it should and is not too long, so its digests are bounded, too.
    let mut digests = Vec::with_capacity(block.spans.len());
    for run in &runs {
        digests.append(&mut (how.digests)(run.clone())?);
    }
    for (leaf, place) in runs.into_iter().flatten().zip(0..) {
        let line = block.item(place).unwrap_or_default();
        if Some(&Digest::of(line)) != digests.get(place) {
            findings.tampered(file.path(), leaf..leaf + 1, "the line is not the one in the tree");
        } else if let Some(disclosed) = &mut disclosed
            && !disclosed.fit(leaf, line)
        {
            findings.tampered(disclosed.path(), leaf..leaf + 1, "its disclosures are not those of the line");
        } else if let Err(what) = (how.each_line)(leaf, line) {
            findings.tampered(file.path(), leaf..leaf + 1, what);
        }
    }
    Ok(count)
}
