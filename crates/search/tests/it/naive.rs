//! The oracle: looks at every shown entry, one condition after the other.

use index::fold;
use search::{Phrase, Predicate, Term};
use serde_json::Value;

use crate::entries::Made;

pub fn matches(predicate: &Predicate, made: &Made, now_us: i64) -> bool {
    match predicate {
        Predicate::All => true,
        Predicate::And(parts) => parts.iter().all(|part| matches(part, made, now_us)),
        Predicate::Or(parts) => parts.iter().any(|part| matches(part, made, now_us)),
        Predicate::Not(inner) => !matches(inner, made, now_us),
        Predicate::Term(term) => holds(term, made, now_us),
    }
}

fn holds(term: &Term, made: &Made, now_us: i64) -> bool {
    let shown = &made.shown;
    let text = |pointer: &str| shown.pointer(pointer).and_then(Value::as_str);
    match term {
        Term::Equal(keyword, value) => {
            let name = keyword.name();
            exact(name, shown).iter().any(|known| known == value)
                || (name == "actor"
                    && value.contains('@')
                    && ["/actor/email", "/actor/on_behalf_of/email"].iter().any(|at| text(at) == Some(value)))
                || (name == "person" && value.contains('@') && persons_by_address(shown).contains(value))
        }
        Term::Prefix(keyword, prefix) => {
            exact(keyword.name(), shown).iter().any(|known| known.starts_with(prefix.as_str()) && !known.contains('@'))
        }
        Term::Path(prefix) => text("/http/path").is_some_and(|path| path.starts_with(prefix.as_str())),
        Term::Status { from, to } => {
            let status = shown.pointer("/http/status").and_then(Value::as_u64);
            status.is_some_and(|status| (u64::from(*from)..=u64::from(*to)).contains(&status))
        }
        Term::Sequence { from, to } => {
            let n = shown.pointer("/sequence/n").and_then(Value::as_u64);
            n.is_some_and(|n| (*from..=*to).contains(&n))
        }
        Term::Severity { from, to } => {
            let rank = |word: &str| ["info", "warning", "critical"].iter().position(|known| *known == word).unwrap();
            let own = rank(text("/severity").unwrap());
            rank(from.as_str()) <= own && own <= rank(to.as_str())
        }
        Term::Time { from_us, to_us } => *from_us <= made.order_us && made.order_us < *to_us,
        Term::Since { seconds } => made.order_us >= now_us - i64::try_from(*seconds).unwrap() * 1_000_000,
        Term::Contains(Phrase::DescriptionExact, needle) => text("/description").unwrap().contains(needle.as_str()),
        Term::Contains(phrase, needle) => {
            let pointer = match phrase {
                Phrase::ResourceName => "/resource/name",
                Phrase::ActorName => "/actor/name",
                Phrase::Reason => "/reason",
                Phrase::Description | Phrase::DescriptionExact => "/description",
            };
            text(pointer).is_some_and(|text| fold(text).contains(&fold(needle)))
        }
        Term::InLine(keyword, value) => exact(keyword.name(), shown).iter().any(|known| known == value),
        Term::Acts(kind, id) => ["/actor", "/actor/on_behalf_of"].iter().any(|at| {
            let of = |member: &str| text(&format!("{at}/{member}")).map(str::to_owned);
            of("type").as_deref() == Some(kind.as_str()) && of("id").as_deref() == Some(id.as_str())
        }),
        Term::Address(ip) => text("/client/ip") == Some(ip.to_string().as_str()),
    }
}

/// The values of a field that is asked exactly.
pub fn exact(name: &str, shown: &Value) -> Vec<String> {
    let one = |pointer: &str| {
        let value = shown.pointer(pointer);
        let text =
            value.and_then(|value| value.as_str().map(str::to_owned).or_else(|| Some(value.as_u64()?.to_string())));
        text.into_iter().collect::<Vec<_>>()
    };
    let with_pseudonym = |parent: &str| [one(&format!("{parent}/id")), one(&format!("{parent}/pseudonym"))].concat();
    match name {
        "organization" | "workspace" | "project" => one(&format!("/{name}/id")),
        "actor" => [with_pseudonym("/actor"), with_pseudonym("/actor/on_behalf_of")].concat(),
        "actor_type" => one("/actor/type"),
        "resource_type" => one("/resource/type"),
        "resource_id" => with_pseudonym("/resource"),
        "http_method" => one("/http/method"),
        "http_status" => one("/http/status"),
        "sequence_stream" => one("/sequence/stream"),
        "country" => one("/client/location/country"),
        "person" => {
            let mut all: Vec<String> = Vec::new();
            for place in ["/actor", "/actor/on_behalf_of"] {
                for id in with_pseudonym(place) {
                    all.extend(one(&format!("{place}/type")).iter().map(|kind| format!("{kind}:{id}")));
                }
            }
            let declared = shown.get("personal").and_then(Value::as_array);
            all.extend(declared.into_iter().flatten().map(|person| person["of"].as_str().unwrap().to_owned()));
            all.sort();
            all.dedup();
            all
        }
        other => one(&format!("/{other}")),
    }
}

fn persons_by_address(shown: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for place in ["/actor", "/actor/on_behalf_of", "/resource"] {
        let Some(who) = shown.pointer(place) else { continue };
        for member in ["id", "email"] {
            if let Some(address) = who.get(member).and_then(Value::as_str).filter(|value| value.contains('@')) {
                all.push(address.to_owned());
                all.push(format!("{}:{address}", who["type"].as_str().unwrap()));
            }
        }
    }
    all
}
