//! The rules' own cases: every member of every answer, not only the family that is shown.
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::path::Path;

use serde::Deserialize;
use ua_parser::device;

use super::matcher::Matcher;
use super::rules;

/// One case; an answer the rules leave empty is absent.
#[derive(Deserialize)]
struct Case {
    user_agent_string: String,
    family: String,
    major: Option<String>,
    minor: Option<String>,
    patch: Option<String>,
    patch_minor: Option<String>,
    brand: Option<String>,
    model: Option<String>,
}

/// What the rules answered, in the order of a case.
type Answer = [Option<String>; 5];

fn owned(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn browser(matcher: &Matcher, case: &Case) -> (Answer, Answer) {
    let found = matcher.browsers().extract(&case.user_agent_string).unwrap_or_default();
    let family = if found.family.is_empty() { "Other" } else { &*found.family };
    let answer = [owned(Some(family)), owned(found.major), owned(found.minor), owned(found.patch), None];
    let expected = [Some(case.family.clone()), case.major.clone(), case.minor.clone(), case.patch.clone(), None];
    (answer, expected)
}

fn system(matcher: &Matcher, case: &Case) -> (Answer, Answer) {
    let found = matcher.systems().extract(&case.user_agent_string).unwrap_or_default();
    let family = if found.os.is_empty() { "Other" } else { &*found.os };
    let answer = [
        owned(Some(family)),
        owned(found.major.as_deref()),
        owned(found.minor.as_deref()),
        owned(found.patch.as_deref()),
        owned(found.patch_minor.as_deref()),
    ];
    let expected = [
        Some(case.family.clone()),
        case.major.clone(),
        case.minor.clone(),
        case.patch.clone(),
        case.patch_minor.clone(),
    ];
    (answer, expected)
}

fn device(devices: &device::Extractor<'_>, case: &Case) -> (Answer, Answer) {
    let found = devices.extract(&case.user_agent_string).unwrap_or_default();
    let family = if found.device.is_empty() { "Other" } else { &*found.device };
    let answer = [owned(Some(family)), owned(found.brand.as_deref()), owned(found.model.as_deref()), None, None];
    (answer, [Some(case.family.clone()), case.brand.clone(), case.model.clone(), None, None])
}

/// How many of the cases in `file` were answered exactly, of how many; the others are named.
fn run(file: &Path, answer: impl Fn(&Case) -> (Answer, Answer)) -> (usize, usize) {
    let text = zstd::decode_all(std::fs::File::open(file).unwrap()).unwrap();
    let mut right = 0;
    let mut all = 0;
    for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let case: Case = serde_json::from_slice(line).unwrap();
        let (found, expected) = answer(&case);
        all += 1;
        right += usize::from(found == expected);
        if found != expected {
            eprintln!("{}\n  expected {expected:?}\n  found    {found:?}", case.user_agent_string);
        }
    }
    (right, all)
}

#[test]
fn the_sampled_cases_are_answered_exactly() {
    let matcher = Matcher::builtin();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/uap-core");
    let browsers = run(&cases.join("browsers.ndjson.zst"), |case| browser(&matcher, case));
    let systems = run(&cases.join("systems.ndjson.zst"), |case| system(&matcher, case));
    assert_eq!((browsers, systems), ((1728, 1728), (267, 267)));
}

/// The whole set, from a folder of the cases of uap-core as one JSON object per line.
#[test]
#[ignore = "needs UAP_CORE_CASES, the folder of the complete cases"]
fn the_complete_cases_are_answered_exactly() {
    let cases = std::env::var("UAP_CORE_CASES").expect("UAP_CORE_CASES names the folder of the complete cases");
    let cases = Path::new(&cases);
    let matcher = Matcher::builtin();
    let devices = devices();
    let mut total = (0, 0);
    for file in std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let counted = match name.as_str() {
            "test_device.ndjson.zst" => run(&file, |case| device(&devices, case)),
            "test_os.ndjson.zst" | "additional_os_tests.ndjson.zst" => run(&file, |case| system(&matcher, case)),
            other if other.ends_with(".ndjson.zst") => run(&file, |case| browser(&matcher, case)),
            _ => continue,
        };
        eprintln!("{name}: {} of {}", counted.0, counted.1);
        total = (total.0 + counted.0, total.1 + counted.1);
    }
    assert_eq!(total.0, total.1, "cases answered exactly, of all");
}

/// The rules for devices, which the product does not use: compiled here so that the whole file is known to be read.
fn devices() -> device::Extractor<'static> {
    let yaml = crate::packed::rules();
    let mut builder = device::Builder::new();
    for rule in rules::section(&yaml, "device_parsers").unwrap() {
        let mut parser = device::Parser::default();
        for (key, value) in rule {
            let value = value.to_owned().into();
            match key {
                "regex" => parser.regex = value,
                "regex_flag" => parser.regex_flag = Some(device::Flag::IgnoreCase),
                "device_replacement" => parser.device_replacement = Some(value),
                "brand_replacement" => parser.brand_replacement = Some(value),
                "model_replacement" => parser.model_replacement = Some(value),
                unknown => panic!("{unknown}"),
            }
        }
        builder = builder.push(parser).unwrap();
    }
    builder.build().unwrap()
}
