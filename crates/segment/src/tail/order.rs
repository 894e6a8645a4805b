//! The order of a buffer's rows by (order time, leaf), kept between readers, since sorting in a few new rows is far
//! cheaper than sorting all.

use std::sync::{Arc, Mutex, PoisonError};

/// (order time, ordinal) of rows, ascending.
pub(super) type Order = Arc<[(i64, u32)]>;

/// The longest order that anyone asked for so far.
#[derive(Default)]
pub(super) struct OrderCache {
    longest: Mutex<Option<Order>>,
}

impl OrderCache {
    /// The order of the first `rows` rows; `time_us` gives the order time of an ordinal.
    pub(super) fn first(&self, rows: u32, time_us: impl Fn(u32) -> i64) -> Order {
        let known = self.longest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = known.unwrap_or_else(|| Arc::new([]));
        if known.len() == rows as usize {
            return known;
        }
        let order = extend(&known, rows, time_us);
        let mut longest = self.longest.lock().unwrap_or_else(PoisonError::into_inner);
        if longest.as_ref().is_none_or(|longest| longest.len() < order.len()) {
            *longest = Some(order.clone());
        }
        order
    }
}

fn extend(known: &Order, rows: u32, time_us: impl Fn(u32) -> i64) -> Order {
    let mut keys: Vec<(i64, u32)> = Vec::with_capacity(rows as usize);
    keys.extend(known.iter().filter(|(_, ordinal)| *ordinal < rows));
    keys.extend((known.len() as u32..rows).map(|ordinal| (time_us(ordinal), ordinal)));
    // A stable sort finds the sorted run at the front and merges.
    keys.sort();
    keys.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_length_comes_out_sorted_whatever_was_asked_before() {
        let times = [5, 3, 3, 9, -1, 3, 0];
        let cache = OrderCache::default();
        for rows in [0, 3, 7, 2, 5, 7] {
            let order = cache.first(rows, |ordinal| times[ordinal as usize]);
            let mut naive: Vec<(i64, u32)> = (0..rows).map(|ordinal| (times[ordinal as usize], ordinal)).collect();
            naive.sort_unstable();
            assert_eq!(*order, *naive);
        }
    }
}
