//! A small log and the surroundings of a question.

use std::net::IpAddr;

use search::{Context, Predicate, Question, Scope, Seen};
use segment::View;

use crate::entries::{BEGIN_US, Clients, Draw, Known, Made, make};
use crate::parts::part;

pub const KEY: [u8; 32] = [9; 32];
/// 40 days after the first entry.
pub const NOW_US: i64 = BEGIN_US + 40 * 86_400_000_000;

pub struct Log {
    pub entries: Vec<Made>,
    pub view: View,
    clients: Clients,
    known: Known,
}

impl Log {
    /// Makes a log of these entries, cut into parts of `cut` rows of every kind in turn.
    pub fn new(draws: &[Draw], cut: usize) -> Self {
        Self::with_gaps(draws, cut, &|_| false)
    }

    /// As [`Self::new`], without the entries of the leaves that were removed. Cuts are between the same leaves.
    pub fn with_gaps(draws: &[Draw], cut: usize, is_removed: &dyn Fn(u64) -> bool) -> Self {
        let mut entries: Vec<Made> = draws.iter().enumerate().map(|(leaf, draw)| make(leaf as u64, draw)).collect();
        let cut = cut.max(1);
        let parts = (0..entries.len()).step_by(cut).enumerate();
        let parts =
            parts.map(|(at, first)| part(&entries, first..(first + cut).min(entries.len()), at + cut, is_removed));
        let view = View { parts: parts.collect(), size: entries.len() as u64 };
        let ip =
            |made: &Made| made.shown.pointer("/client/ip").map(|ip| ip.as_str().unwrap().parse::<IpAddr>().unwrap());
        let clients = Clients(entries.iter().map(ip).collect());
        // Some logs hold all identities open, and some do not.
        entries.retain(|made| !is_removed(made.leaf));
        let known = Known { all_open: draws.first().is_none_or(|draw| draw[15] % 2 == 0) };
        Self { entries, view, clients, known }
    }

    /// The line of a leaf, unless it was removed.
    pub fn line(&self, leaf: u64) -> Option<&[u8]> {
        self.entries.iter().find(|made| made.leaf == leaf).map(|made| made.line.as_slice())
    }

    pub fn context(&self) -> Context<'_> {
        Context {
            now_us: NOW_US,
            identities: &self.known,
            addresses: &self.clients,
            seen: Seen::EVERYTHING,
            cursor_key: &KEY,
            over_budget: &|| false,
            lines_max: u64::MAX,
            bytes_max: usize::MAX,
            memory: None,
            results: None,
        }
    }

    pub fn question<'a>(&'a self, predicate: &Predicate, scope: &'a Scope) -> Question<'a> {
        Question::new(&self.view, predicate, scope, self.context())
    }

    /// The entries below `size` that pass, newest first.
    pub fn newest(&self, size: u64, passes: impl Fn(&Made) -> bool) -> Vec<u64> {
        let mut found: Vec<_> = self.entries.iter().filter(|made| made.leaf < size && passes(made)).collect();
        found.sort_by_key(|made| std::cmp::Reverse((made.order_us, made.leaf)));
        found.into_iter().map(|made| made.leaf).collect()
    }
}

/// Leaves to be removed: long runs and single ones, deterministic, and none for 0.
pub fn removed(seed: u64) -> impl Fn(u64) -> bool {
    let mixed = move |n: u64| (n ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 61;
    move |leaf| seed != 0 && (mixed(leaf / 16) < 3 || mixed(leaf << 20) == 0)
}

/// Deterministic draws.
pub fn draws(count: usize, seed: u64) -> Vec<Draw> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).to_be_bytes()
    };
    (0..count).map(|_| [next(), next()].concat().try_into().unwrap()).collect()
}
