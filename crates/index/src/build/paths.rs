//! Paths: a dictionary of whole paths while they are few, else of their heads, as long as these are few.

use super::column::Column;
use super::interner::Interner;
use super::order::Order;
use crate::format::{PATH_HEAD, PATH_SEGMENTS_MAX, PATH_WHOLE, PATHS_MAX, path_head};
use crate::sets::SetsWriter;

pub(super) fn dictionary(column: &Column, order: &Order, sets: &mut SetsWriter) -> Vec<u8> {
    let whole = cut(&column.values, usize::MAX, PATHS_MAX);
    let (heads, codes) = whole.unwrap_or_else(|| longest_heads(&column.values));
    column.replaced(heads, &codes).dictionary(order, sets)
}

fn longest_heads(paths: &Interner) -> (Interner, Vec<u32>) {
    // The head of no segments is the same for all paths, so some head always fits.
    let mut best = cut(paths, 0, usize::MAX);
    for segments in 1..=PATH_SEGMENTS_MAX {
        match cut(paths, segments, PATHS_MAX) {
            Some(longer) => best = Some(longer),
            None => break,
        }
    }
    best.unwrap_or_else(|| (Interner::new(paths.seed()), Vec::new()))
}

/// Cuts every path to its head; `None` if more than `few` are different.
fn cut(paths: &Interner, segments: usize, few: usize) -> Option<(Interner, Vec<u32>)> {
    let mut heads = Interner::new(paths.seed());
    let mut codes = Vec::with_capacity(paths.len().min(few));
    let mut key = Vec::new();
    for code in 0..paths.len() as u32 {
        let path = paths.get(code);
        let end = if segments == usize::MAX { path.len() } else { path_head(path, segments) };
        key.clear();
        key.extend_from_slice(&path[..end]);
        key.push(if end == path.len() { PATH_WHOLE } else { PATH_HEAD });
        codes.push(heads.intern(&key));
        if heads.len() > few {
            return None;
        }
    }
    Some((heads, codes))
}
