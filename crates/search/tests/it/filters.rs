use search::{FilterError, Filters, TERMS_MAX};

fn parse(query: &str) -> Result<Filters, FilterError> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap());
    Filters::parse(pairs, &["limit", "cursor"])
}

fn canonical(query: &str) -> String {
    parse(query).unwrap_or_else(|error| panic!("{query}: {error}")).predicate.to_string()
}

#[test]
fn repeated_filters_mean_any_and_different_ones_all() {
    assert_eq!(canonical("channel=a&outcome=failure&channel=b"), "(channel:a OR channel:b) outcome:failure");
    assert_eq!(canonical("-channel=a&-channel=b&channel=c"), "channel:c -channel:a -channel:b");
    assert_eq!(canonical("q=x OR y&channel=a"), "(x OR y) channel:a");
    assert_eq!(canonical("-q=x OR y&q="), "-(x OR y)");
    assert_eq!(canonical(""), "*");
    assert_eq!(canonical("limit=5&cursor=abc"), "*");
}

#[test]
fn values_are_taken_as_they_are() {
    assert_eq!(canonical("actor=a*"), "actor:\"a*\"");
    assert_eq!(canonical("search=\"x\" OR (y)"), r#""\"x\" OR (y)""#);
}

#[test]
fn statuses_severities_and_paths_have_their_own_forms() {
    assert_eq!(canonical("http_status=4xx&http_status=500"), "http_status:400..499 OR http_status:500");
    assert_eq!(canonical("severity=>=warning"), "severity:>=warning");
    assert_eq!(canonical("sequence_n=0..999&sequence_stream=a"), "sequence_n:0..999 sequence_stream:a");
    assert_eq!(canonical("sequence_n=7"), "sequence_n:7");
    assert_eq!(canonical("sequence_n=>=1000"), "sequence_n:1000..9007199254740991");
    assert_eq!(canonical("q=sequence.stream:a sequence.n:<3"), "sequence_stream:a sequence_n:0..2");
    assert_eq!(canonical("q=sequence_n:* reason:ticket"), "sequence_n:0..9007199254740991 reason:ticket");
    assert_eq!(canonical("session_id=s 1"), "session_id:\"s 1\"");
    assert_eq!(canonical("http_path=/v1"), "http_path:/v1");
    assert_eq!(canonical("ip=2001:DB8:0::7"), "ip:2001:db8::7");
}

#[test]
fn bare_dates_are_whole_days_of_the_zone() {
    let day = canonical("from=2026-03-29&to=2026-03-29&tz=Europe/Berlin");
    assert_eq!(day, "time:2026-03-28T23:00:00.000000Z..2026-03-29T22:00:00.000000Z");
    let hours = canonical("from=2026-03-01T10:00:00Z&to=2026-03-01T12:00:00Z");
    assert_eq!(hours, "time:2026-03-01T10:00:00.000000Z..2026-03-01T12:00:00.000000Z");
}

#[test]
fn filters_given_are_kept_for_an_export_to_repeat() {
    let filters = parse("channel=a&-outcome=failure&limit=3&tz=UTC").unwrap();
    let want = [("channel", "a"), ("-outcome", "failure"), ("tz", "UTC")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(filters.given, want);
}

#[test]
fn errors_name_the_parameter_and_what_is_allowed() {
    let cases = [
        ("chanel=x", "chanel", "did you mean channel?"),
        ("banana=x", "banana", "known are: q, "),
        ("banana=x", "banana", "tz, limit, cursor"),
        ("-banana=x", "-banana", "no parameter"),
        ("since=7d", "since", "no parameter"),
        ("text=x", "text", "no parameter"),
        ("channel=", "channel", "empty"),
        ("-severity=high", "-severity", "info, warning or critical"),
        ("sequence_n=-1", "sequence_n", "a range such as 0..999"),
        ("sequence_n=+1", "sequence_n", "no number of a stream"),
        ("sequence_n=<0", "sequence_n", "no number of a stream"),
        ("sequence_n=9..8", "sequence_n", "covers nothing"),
        ("sequence_n=9007199254740992", "sequence_n", "at most 9007199254740991"),
        ("actor_type=robot", "actor_type", "agent"),
        ("from=soon", "from", "2026-03-31"),
        ("from=2026-01-01&from=2026-01-02", "from", "twice"),
        ("-to=2026-01-01", "to", "cannot be excluded"),
        ("from=2026-01-02&to=2026-01-01", "from", "not before"),
        ("tz=Mars/Olympus", "tz", "no time zone"),
        ("tz=UTC&tz=UTC", "tz", "twice"),
        ("q=(", "q", "character 1"),
    ];
    for (query, parameter, message) in cases {
        let error = parse(query).expect_err(query);
        assert_eq!(error.parameter(), parameter, "{query}");
        assert!(error.to_string().contains(message), "{query}: {error}");
    }
    let many = "channel=a&".repeat(TERMS_MAX + 1);
    assert_eq!(parse(many.trim_end_matches('&')).unwrap_err(), FilterError::TooMany);
}
