//! What a lookup, a label and a recognition cost: `cargo run --release -p indelible-enrich --example speed [CITY.mmdb]`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "run by hand")]
#![allow(clippy::disallowed_methods, reason = "a measurement needs the clock, and nothing depends on its result")]

use std::hint::black_box;
use std::net::IpAddr;
use std::path::Path;
use std::time::Instant;

use event::{Agents, Places};
use indelible_enrich::{Browsers, Geo, Platforms};

const BATCH: usize = 1000;

const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Boto3/1.26.114 Python/3.9.16 Linux/5.10.176 Botocore/1.29.114",
    "APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/3.76.1 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.44.157 (go1.19.3; linux; amd64)",
];

fn main() {
    once("unpack the country database", || drop(Geo::builtin()));
    let geo = std::env::args().nth(1).map_or_else(Geo::builtin, |path| Geo::open(Path::new(&path)));
    let geo = geo.expect("a location database");
    let many: Vec<IpAddr> = (0..1_000_000_u32).map(|at| IpAddr::from(scattered(at).to_be_bytes())).collect();
    let few: Vec<IpAddr> = many.iter().copied().cycle().take(1000).collect();
    each("place, any of a million addresses", many.iter(), |ip| geo.lookup(*ip).is_some());
    each("place, any of a thousand addresses", (0..1000).flat_map(|_| few.iter()), |ip| geo.lookup(*ip).is_some());
    let cities = ["2.125.160.216", "81.2.69.160", "89.160.20.128"].map(|ip| ip.parse::<IpAddr>().expect("an address"));
    each("place, three addresses over and over", (0..100_000).flat_map(|_| cities), |ip| geo.lookup(ip).is_some());

    let platforms = Platforms;
    let again = || (0..100_000).flat_map(|_| AGENTS);
    once("build the platforms", || assert!(platforms.ci("").is_none()));
    each("platform of a user agent", again(), |agent| platforms.ci(agent).is_some());

    let browsers = Browsers::builtin();
    once("compile the rules", || assert!(browsers.label("x").is_none()));
    each("label, seen before", again(), |agent| browsers.label(agent).is_some());
    let fresh: Vec<String> = (0..5000).flat_map(|at| AGENTS.map(|agent| format!("{agent} {at}"))).collect();
    each("label, new", fresh.iter(), |agent| browsers.label(agent).is_some());
    let long: Vec<String> = (0..2000).map(|at| format!("{at}{}", "Mozilla/5.0 (Linux; Android ".repeat(150))).collect();
    each("label, new and 4 KiB long", long.iter(), |agent| browsers.label(agent).is_some());
}

/// Addresses all over 1.0.0.0 to 223.255.255.255.
fn scattered(at: u32) -> u32 {
    0x0100_0000 + at.wrapping_mul(2_654_435_761) % 0xdf00_0000
}

fn once(what: &str, act: impl FnOnce()) {
    let start = Instant::now();
    act();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
}

/// The median over batches of a thousand, so that a busy machine does not distort the figure.
fn each<T>(what: &str, over: impl Iterator<Item = T>, act: impl Fn(T) -> bool) {
    let mut batches = Vec::new();
    let mut some = 0_u32;
    let mut all = 0_u32;
    let mut over = over.peekable();
    while over.peek().is_some() {
        let batch: Vec<T> = over.by_ref().take(BATCH).collect();
        let count = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        let start = Instant::now();
        some += batch.into_iter().map(|item| u32::from(black_box(act(item)))).sum::<u32>();
        batches.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(count));
        all += count;
    }
    batches.sort_by(f64::total_cmp);
    let median = batches.get(batches.len() / 2).copied().unwrap_or_default();
    println!("{what}: {median:.0} ns ({:.0} % known)", f64::from(some) * 100.0 / f64::from(all));
}
