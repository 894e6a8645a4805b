//! The answers by plain reading of every event that was sent, so that no wrong answer is reported as a fast one.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use remote::failed;
use serde::Deserialize;

use super::events::Events;
use super::questions::{Answer, Question};

/// Entries of a page.
const PAGE: usize = 50;

/// What the questions need to know of an event.
#[derive(Deserialize)]
pub(super) struct Seen<'e> {
    #[serde(borrow)]
    time: Cow<'e, str>,
    #[serde(borrow, default)]
    pub(super) event_id: Cow<'e, str>,
    #[serde(borrow, default)]
    pub(super) organization: Named<'e>,
    #[serde(borrow, default)]
    pub(super) project: Named<'e>,
    #[serde(borrow, default)]
    pub(super) actor: Named<'e>,
    #[serde(borrow, default)]
    pub(super) resource: Typed<'e>,
    #[serde(borrow, default)]
    pub(super) channel: Cow<'e, str>,
    #[serde(borrow, default)]
    pub(super) outcome: Cow<'e, str>,
    #[serde(borrow, default)]
    description: Cow<'e, str>,
}

/// Something with an id and a name.
#[derive(Deserialize, Default)]
pub(super) struct Named<'e> {
    #[serde(borrow, default)]
    pub(super) id: Cow<'e, str>,
    #[serde(borrow, default)]
    pub(super) name: Cow<'e, str>,
}

/// Something with a type and an id.
#[derive(Deserialize, Default)]
pub(super) struct Typed<'e> {
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Cow<'e, str>,
    #[serde(borrow, default)]
    pub(super) id: Cow<'e, str>,
}

impl Seen<'_> {
    /// Its time; events without a readable one are of no time that anybody asks for.
    pub(super) fn time_us(&self) -> i64 {
        event::time::parse(&self.time).unwrap_or(i64::MIN)
    }

    /// Whether the description contains a lower-case needle.
    pub(super) fn describes(&self, needle: &str) -> bool {
        self.description.to_lowercase().contains(needle)
    }
}

/// Answers every question from the events themselves that are `visible`, in the order of the questions. Cost: parses every event.
pub(super) fn answer(
    events: &Events,
    questions: &[Question],
    visible: &dyn Fn(&Seen<'_>) -> bool,
) -> miette::Result<Vec<Answer>> {
    let mut counts = vec![(0_u64, BinaryHeap::<Reverse<i64>>::new()); questions.len()];
    let mut wrong = None;
    events.batches(&mut |batch| {
        for line in batch.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let seen: Seen<'_> = match serde_json::from_slice(line) {
                Ok(seen) => seen,
                Err(error) => {
                    wrong = Some(error);
                    return false;
                }
            };
            if !visible(&seen) {
                continue;
            }
            for (question, (count, newest)) in questions.iter().zip(&mut counts) {
                if question.matches(&seen) {
                    *count += 1;
                    newest.push(Reverse(seen.time_us()));
                    if newest.len() > PAGE {
                        newest.pop();
                    }
                }
            }
        }
        true
    })?;
    if let Some(error) = wrong {
        return Err(failed(&error, "an event has no shape that the questions know"));
    }
    let found = |(question, (count, newest)): (&Question, (u64, BinaryHeap<Reverse<i64>>))| {
        let (lists, counts) = question.parts();
        let times: Vec<i64> = newest.into_sorted_vec().into_iter().map(|Reverse(time)| time).collect();
        Answer { count: counts.then_some(count), times_us: lists.then_some(times) }
    };
    Ok(questions.iter().zip(counts).map(found).collect())
}
