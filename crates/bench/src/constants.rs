//! The constants of the questions, chosen from the data by asking the log: a large organization, an actor of middling
//! frequency, a resource with a short history, a rare name, a common word.

use serde_json::Value;

use super::client::{Client, target};

/// Entries looked at to find words, names and resources.
const SAMPLE: &str = "1000";

/// Candidates counted for each constant that must have a certain frequency.
const CANDIDATES: usize = 100;

/// What the questions ask for.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Constants {
    /// The largest organization.
    pub(super) organization: String,
    /// The second largest; `actor` belongs to it.
    pub(super) second: String,
    /// A person who did about one of 1,500 things.
    pub(super) actor: String,
    /// The actor's most frequent channel.
    pub(super) channel: String,
    /// A frequent type.
    pub(super) resource_type: String,
    /// A resource with about ten entries.
    pub(super) resource_id: String,
    /// A month in the middle.
    pub(super) from: String,
    pub(super) to: String,
    /// Full name of somebody who rarely occurs.
    pub(super) name: String,
    /// A word in about a tenth of the descriptions.
    pub(super) word: String,
    /// Somewhere in the middle.
    pub(super) event_id: String,
    /// So that a tenth of all entries of `organization` and more are newer.
    pub(super) deep: String,
}

/// Asks the log for its constants.
pub(super) fn choose(client: &mut Client, entries: u64) -> miette::Result<Constants> {
    let (organization, second) = (nth(client, "organization", &[], 0)?, nth(client, "organization", &[], 1)?);
    let of_second = [("organization", second.as_str()), ("actor_type", "user")];
    let actor = nth(client, "actor", &of_second, 14)?;
    let channel = nth(client, "channel", &[("actor", &actor)], 0)?;
    let resource_type = nth(client, "resource_type", &[], 2)?;
    let months = buckets(client, "month", &[("-source", "indelible")])?;
    let middle = months.len() / 2;
    let month = |at: usize| months.get(at).or(months.last()).map(|bucket| bucket.0.clone()).unwrap_or_default();
    let from = month(middle.saturating_sub(1));
    let to = month(middle);
    let deep = time_after(client, &organization, entries / 10)?;

    let sample = sample(client, &[("organization", &second), ("actor_type", "user"), ("to", &to)])?;
    let event_id = texts(&sample, &["/event_id"]).pop().unwrap_or_default();
    let resource_id = nearest(client, texts(&sample, &["/resource/id"]), "resource_id", 10)?;
    let name = nearest(client, texts(&sample, &["/actor/name"]), "search", (entries * 26 / 1_000_000).max(5))?;
    let words = texts(&sample, &["/description"]);
    let words = words.iter().flat_map(|text| text.split(' ')).filter(|word| word.len() > 5);
    let mut words: Vec<String> =
        words.filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())).map(str::to_owned).collect();
    words.sort_unstable();
    words.dedup();
    let word = nearest(client, words, "search", entries / 11)?;
    Ok(Constants {
        organization,
        second,
        actor,
        channel,
        resource_type,
        resource_id,
        from,
        to,
        name,
        word,
        event_id,
        deep,
    })
}

/// The `place`-th most frequent value of a field; the last one if there are fewer.
fn nth(client: &mut Client, field: &str, filters: &[(&str, &str)], place: usize) -> miette::Result<String> {
    let params = [&[("field", field), ("limit", "100"), ("-source", "indelible")], filters].concat();
    let answer = client.get_json(&target("/v1/facets", &params))?;
    let values = answer.pointer(&format!("/facets/{field}")).and_then(Value::as_array).cloned().unwrap_or_default();
    let value = values.get(place).or(values.last()).and_then(|value| value.get("value")?.as_str());
    value.map(str::to_owned).ok_or_else(|| miette::miette!(help = "load other events", "no entry has {field}"))
}

/// Beginning and number of entries of each interval, oldest first.
fn buckets(client: &mut Client, interval: &str, filters: &[(&str, &str)]) -> miette::Result<Vec<(String, u64)>> {
    let params = [&[("interval", interval)], filters].concat();
    let answer = client.get_json(&target("/v1/histogram", &params))?;
    let buckets = answer.get("buckets").and_then(Value::as_array).cloned().unwrap_or_default();
    let bucket = |bucket: &Value| Some((bucket.get("time")?.as_str()?.to_owned(), bucket.get("total")?.as_u64()?));
    Ok(buckets.iter().filter_map(bucket).collect())
}

/// The latest midnight with at least `count` entries of the organization after it.
fn time_after(client: &mut Client, organization: &str, count: u64) -> miette::Result<String> {
    let days = buckets(client, "day", &[("organization", organization)])?;
    let mut left = count;
    for (time, entries) in days.iter().rev() {
        left = left.saturating_sub(*entries);
        if left == 0 {
            return Ok(time.clone());
        }
    }
    Ok(days.last().map(|(time, _)| time.clone()).unwrap_or_default())
}

fn sample(client: &mut Client, filters: &[(&str, &str)]) -> miette::Result<Vec<Value>> {
    let answer = client.get_json(&target("/v1/entries", &[&[("limit", SAMPLE)], filters].concat()))?;
    Ok(answer.get("entries").and_then(Value::as_array).cloned().unwrap_or_default())
}

/// The distinct texts at a pointer, in their order.
fn texts(entries: &[Value], pointers: &[&str]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let all = entries.iter().flat_map(|entry| pointers.iter().filter_map(|pointer| entry.pointer(pointer)?.as_str()));
    all.filter(|text| seen.insert(*text)).map(str::to_owned).collect()
}

/// The candidate whose number of entries is nearest to `count`.
fn nearest(client: &mut Client, candidates: Vec<String>, filter: &str, count: u64) -> miette::Result<String> {
    let mut best: Option<(u64, String)> = None;
    for candidate in candidates.into_iter().take(CANDIDATES) {
        let params = [(filter, candidate.as_str()), ("count", "true"), ("limit", "1")];
        let answer = client.get_json(&target("/v1/entries", &params))?;
        let found = answer.get("count").and_then(Value::as_u64).unwrap_or(0);
        if best.as_ref().is_none_or(|(distance, _)| found.abs_diff(count) < *distance) {
            best = Some((found.abs_diff(count), candidate));
        }
    }
    let best = best.map(|(_, candidate)| candidate);
    best.ok_or_else(|| miette::miette!(help = "load other events", "no entry is good for {filter}"))
}
