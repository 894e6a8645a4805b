//! A folder at rest.

use std::path::Path;

use engine::verify::{Expect, MarkState, VerifyError, verify_directory};
use engine::{Config, World};
use env::LockError;
use remote::{Answer, Remote, parse, refused, text};

use super::Report;
use crate::exit::failed;
use crate::local::NO_LOCK;
use crate::operator::token_of;
use crate::output::errln;
use crate::target::served_at;
use crate::terminal::entries_bar;

pub(super) fn verify(data: &Path, marks: Option<&Path>, expect: Expect) -> miette::Result<Report> {
    let mut config = Config::new(data);
    if let Some(marks) = marks {
        config.marks = marks.to_owned();
    }
    let bar = entries_bar();
    let progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let found = match verify_directory(&config, &World::system(), &expect, &progress) {
        Err(VerifyError::Lock(LockError::Held { note, .. })) if served_at(&note).is_some() => {
            bar.finish_and_clear();
            if expect.since.is_some() || expect.key.is_some() || expect.receipt.is_some() {
                let url = served_at(&note).unwrap_or_default();
                return Err(miette::miette!(
                    help = format!("indelible verify --url {url} takes them, too"),
                    "a server has the folder open, which takes neither --since nor --key nor --receipt"
                ));
            }
            return by_server(data, served_at(&note).unwrap_or_default());
        }
        found => found.map_err(|error| failed(&error, remedy(&error)))?,
    };
    bar.finish_and_clear();
    let shown = |findings: Vec<engine::verify::Finding>| findings.iter().map(ToString::to_string).collect::<Vec<_>>();
    Ok(Report {
        sound: found.findings.is_empty() && found.unreadable.is_empty(),
        origin: found.origin,
        entries: found.size,
        unsigned: found.unsigned,
        checkpoints: found.checkpoints,
        since: found.since,
        receipt: found.receipt,
        findings: shown(found.findings),
        unreadable: shown(found.unreadable),
        warnings: found.warnings,
        mark: found.mark.map(mark_word),
        notes: found.notes,
    })
}

fn mark_word(mark: MarkState) -> &'static str {
    match mark {
        MarkState::Fits => "fits",
        MarkState::Missing => "missing",
        MarkState::Older { .. } => "older",
    }
}

/// The running server checks every entry that it can be asked for; it cannot judge files at rest.
fn by_server(data: &Path, url: &str) -> miette::Result<Report> {
    errln!(
        "{} is open elsewhere; its server at {url} verifies every entry (stop it to have every file checked)",
        data.display()
    );
    let remote = Remote::new(url).with_token(token_of(data).as_deref());
    let Answer { status, body } = remote.post("/v1/verification", "application/json", b"{}")?;
    let answer = text(body)?;
    if status != 200 {
        return Err(refused(status, &answer));
    }
    let answer: serde_json::Value = parse(&answer)?;
    let findings = answer.get("findings").and_then(serde_json::Value::as_array).into_iter().flatten();
    let findings: Vec<String> = findings.filter_map(|finding| finding.as_str().map(str::to_owned)).collect();
    Ok(Report {
        sound: findings.is_empty(),
        origin: answer.get("origin").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        entries: answer.get("entries").and_then(serde_json::Value::as_u64).unwrap_or_default(),
        checkpoints: 1,
        findings,
        ..Report::default()
    })
}

fn remedy(error: &VerifyError) -> &'static str {
    match error {
        VerifyError::Lock(LockError::Io { .. }) => NO_LOCK,
        VerifyError::Lock(_) => "stop the process that has the folder open, then verify again",
        VerifyError::NoLog { .. } => "name the folder of a log with --data",
        VerifyError::Since(_) => "give a checkpoint as /checkpoint shows it, with nothing changed",
        VerifyError::Receipt(_) => "give a receipt as POST /v1/events?signed=true answers it, the member note as text",
        _ => "look at the disk, then verify again",
    }
}
