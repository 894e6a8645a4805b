use event::Severity;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use search::{Keyword, Phrase, Predicate, QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QueryError, TERMS_MAX, Term, parse_query};

fn parse(text: &str) -> Result<Predicate, QueryError> {
    parse_query(text, &TimeZone::UTC)
}

/// The canonical text of a query.
fn canonical(text: &str) -> String {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
}

/// Where and what the error is.
fn error(text: &str) -> (usize, String) {
    let error = parse(text).expect_err(text);
    (error.character, error.problem.to_string())
}

fn equal(keyword: Keyword, value: &str) -> Predicate {
    Term::Equal(keyword, value.to_owned()).into()
}

fn word(text: &str) -> Predicate {
    Term::Contains(Phrase::Description, text.to_owned()).into()
}

#[test]
fn the_example_of_the_specification_reads_as_it_says() {
    let text = r#"actor_name:anna outcome:failure -channel:auth resource:workstation/ws-142 severity:>=warning http_status:4xx time:2026-01..2026-03 since:7d "assigned to""#;
    let want = Predicate::and([
        Term::Contains(Phrase::ActorName, "anna".into()).into(),
        equal(Keyword::Outcome, "failure"),
        !equal(Keyword::Channel, "auth"),
        equal(Keyword::ResourceType, "workstation"),
        equal(Keyword::ResourceId, "ws-142"),
        Term::Severity { from: Severity::Warning, to: Severity::Critical }.into(),
        Term::Status { from: 400, to: 499 }.into(),
        Term::Time { from_us: 1_767_225_600_000_000, to_us: 1_775_001_600_000_000 }.into(),
        Term::Since { seconds: 604_800 }.into(),
        word("assigned to"),
    ]);
    assert_eq!(parse(text), Ok(want));
}

#[test]
fn or_binds_weaker_than_standing_side_by_side() {
    assert_eq!(canonical("a b OR c"), "a b OR c");
    assert_eq!(parse("a b OR c"), parse("(a b) OR c"));
    assert_eq!(canonical("a (b OR c)"), "a (b OR c)");
    assert_eq!(canonical("a AND b AND (c AND d)"), "a b c d");
    assert_eq!(canonical("NOT a NOT (b c) -(d OR e)"), "-a -(b c) -(d OR e)");
    assert_eq!(canonical("--a"), "a");
    assert_eq!(canonical("channel:(auth OR security) x"), "(channel:auth OR channel:security) x");
}

#[test]
fn values_are_bare_or_quoted() {
    assert_eq!(parse(r#""say \"hi\" c:\temp \\""#), Ok(word(r#"say "hi" c:\temp \"#)));
    assert_eq!(parse(r#"actor:"a b""#), Ok(equal(Keyword::Actor, "a b")));
    assert_eq!(parse(r#""OR" or"#), Ok(Predicate::and([word("OR"), word("or")])));
    assert_eq!(parse("10:30 user-agent x=y"), Ok(Predicate::and([word("10:30"), word("user-agent"), word("x=y")])));
    assert_eq!(parse("person:user:77"), Ok(equal(Keyword::Person, "user:77")));
}

#[test]
fn a_star_matches_beginnings() {
    assert_eq!(parse("action:user.*"), Ok(Term::Prefix(Keyword::Action, "user.".into()).into()));
    assert_eq!(parse(r#"actor:"a b"*"#), Ok(Term::Prefix(Keyword::Actor, "a b".into()).into()));
    assert_eq!(parse("resource_id:*"), Ok(Term::Prefix(Keyword::ResourceId, String::new()).into()));
    assert_eq!(canonical("resource:workstation/ws-1*"), "resource_type:workstation resource_id:ws-1*");
    assert_eq!(parse("assign*"), Ok(word("assign")));
    assert_eq!(parse(r#""5*""#), Ok(word("5*")));
    assert_eq!(parse("*"), Ok(Predicate::All));
    assert_eq!(parse("a *"), Ok(word("a")));
    assert_eq!(canonical("-*"), "-*");
    assert_eq!(canonical("http_status:*"), "http_status:0..999");
}

#[test]
fn ranges_and_comparisons_include_their_bounds() {
    assert_eq!(canonical("http_status:400..499"), "http_status:400..499");
    assert_eq!(parse("http_status:4xx..5xx"), parse("http_status:400..599"));
    assert_eq!(parse("http_status:>499"), parse("http.status:>=500"));
    assert_eq!(canonical("http_status:<400"), "http_status:0..399");
    assert_eq!(canonical("severity:>info"), "severity:>=warning");
    assert_eq!(canonical("severity:info..warning"), "severity:info..warning");
    assert_eq!(canonical("severity:<=info"), "severity:info");
}

#[test]
fn a_date_at_the_end_of_a_range_is_inside_and_an_instant_is_not() {
    let day = "time:2026-03-01T00:00:00.000000Z..2026-03-02T00:00:00.000000Z";
    for text in ["time:2026-03-01", "time:2026-03-01..2026-03-01", "time:2026-03-01..2026-03-02T00:00Z", day] {
        assert_eq!(canonical(text), day);
    }
    assert_eq!(
        canonical("time:>=2026-03 time:<2026-03-02"),
        "time:2026-03-01T00:00:00.000000Z.. time:..2026-03-02T00:00:00.000000Z"
    );
    assert_eq!(
        canonical("from:2026-03 to:2026-03"),
        "time:2026-03-01T00:00:00.000000Z.. time:..2026-04-01T00:00:00.000000Z"
    );
    assert_eq!(canonical("time:>2026-03-01T00:00:00Z"), "time:2026-03-01T00:00:00.000001Z..");
}

#[test]
fn a_blank_query_asks_for_everything() {
    assert_eq!(parse(""), Ok(Predicate::All));
    assert_eq!(parse(" \t\u{a0}"), Ok(Predicate::All));
}

#[test]
fn errors_name_the_place_and_the_remedy() {
    let cases = [
        ("ä chanel:auth", 3, "did you mean channel?"),
        ("Actor:x", 1, "did you mean actor?"),
        ("http://x", 1, "put it in quotes"),
        ("a \"b", 3, "never closed"),
        ("a (b", 3, "never closed"),
        ("a ) b", 3, "no ( for this"),
        (")", 1, "no ( for this"),
        ("a ()", 3, "nothing stands between"),
        ("a OR", 5, "OR needs a condition after it"),
        ("OR a", 1, "OR needs a condition before it"),
        ("a OR OR b", 6, "OR needs"),
        ("AND a", 1, "AND needs a condition before it"),
        ("a AND", 3, "AND needs a condition after it"),
        ("NOT", 1, "NOT needs"),
        ("a - b", 3, "- needs a condition right after it"),
        ("\"a\"b", 4, "space after the closing quote"),
        ("a\"b\"", 2, "space after"),
        ("actor:ä\"b\"", 8, "space after"),
        ("actor:", 1, "actor: the value is empty"),
        ("actor:\"\"", 1, "empty"),
        ("actor:>=x", 1, "put the text in quotes"),
        ("outcome:fail", 1, "success, failure"),
        ("status:404", 1, "success, failure"),
        ("actor_type:robot", 1, "user, agent, token, system, anonymous"),
        ("severity:>=high", 1, "info, warning or critical"),
        ("severity:critical..info", 1, "covers nothing"),
        ("severity:>critical", 1, "no severity"),
        ("http_status:4x", 1, "a class such as 4xx"),
        ("http_status:500..400", 1, "covers nothing"),
        ("http_status:40*", 1, "* is not taken here"),
        ("http_status:1000", 1, "no HTTP status"),
        ("ip:10.0.0", 1, "no IP address"),
        ("resource:workstation", 1, "TYPE/ID"),
        ("time:yesterday", 1, "no date or time"),
        ("time:2026-02..2026-01", 1, "covers nothing"),
        ("time:2026-02-01T10:00Z", 1, "single point in time"),
        ("time:..", 1, "covers nothing"),
        ("since:1y", 1, "such as 7d"),
        ("channel:(auth OR actor:x)", 18, "cannot stand inside channel"),
        ("channel:(auth", 9, "never closed"),
    ];
    for (text, character, message) in cases {
        let (at, problem) = error(text);
        assert!(problem.contains(message), "{text}: {problem}");
        assert_eq!(at, character, "{text}: {problem}");
    }
}

#[test]
fn length_depth_and_number_of_conditions_are_bounded() {
    assert!(parse(&"a".repeat(QUERY_BYTES_MAX)).is_ok());
    assert!(error(&"a".repeat(QUERY_BYTES_MAX + 1)).1.contains("at most 8192"));
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(QUERY_DEPTH_MAX - 1)).is_ok());
    assert!(error(&nested(QUERY_DEPTH_MAX)).1.contains("deeper than 32"));
    assert!(error(&"-".repeat(8_000)).1.contains("deeper than 32"));
    assert!(parse(&"a ".repeat(TERMS_MAX)).is_ok());
    assert!(error(&"a ".repeat(TERMS_MAX + 1)).1.contains("more than 256"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_is_typed_is_read_or_refused_in_its_place(
        text in r#"([a-z]{1,3}|[ ()"\\*:<>.=-]|OR|NOT|AND|actor:|channel:\(|time:|http_status:|severity:|ä|4xx|2026-0|\.\.){0,12}"#
    ) {
        match parse(&text) {
            Ok(predicate) => prop_assert_eq!(parse(&predicate.to_string()), Ok(predicate), "{}", text),
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.at));
                prop_assert_eq!(text[..error.at].chars().count() + 1, error.character);
            }
        }
    }

    #[test]
    fn every_text_can_be_asked_for_in_quotes(text in "\\PC{1,20}") {
        let term = Predicate::from(Term::Contains(Phrase::DescriptionExact, text.clone()));
        let quoted = format!("text:\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        prop_assert_eq!(parse(&quoted), Ok(term.clone()));
        prop_assert_eq!(parse(&term.to_string()), Ok(term));
    }
}

/// `spec/vectors/query.json`: each query with its canonical text, or the character at which it is refused.
#[test]
fn the_golden_vectors_hold() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/query.json");
    let cases: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() > 60);
    for case in cases {
        let text = case["query"].as_str().unwrap();
        let tz = TimeZone::get(case["tz"].as_str().unwrap_or("UTC")).unwrap();
        match (parse_query(text, &tz), case["canonical"].as_str()) {
            (Ok(predicate), Some(canonical)) => assert_eq!(predicate.to_string(), canonical, "{text}"),
            (Err(error), None) => {
                assert_eq!(Some(error.character as u64), case["refused_at"].as_u64(), "{text}: {error}")
            }
            (other, _) => panic!("{text}: {other:?}"),
        }
    }
}
