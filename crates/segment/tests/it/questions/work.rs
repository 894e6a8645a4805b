//! How many lines a question reads.

use indelible_segment::{Part, PartError};
use index::{Ask, Field, Needle, Text};

use super::{buffer, drafts, indexed};

#[test]
fn a_needle_inside_one_token_reads_no_line() {
    let drafts = drafts(21, 2000, 300);
    let part = indexed(&drafts);
    for (text, fold) in [("assigned", true), ("e", true), ("142", true), ("#6154", false), ("", false)] {
        part.text_contains(Text::Description, &Needle { text: text.into(), fold }, &Ask::ALL).unwrap();
    }
    for pointer in ["", "/actor/name"] {
        part.with_placeholder(Text::Description, pointer).unwrap();
    }
    assert_eq!(part.lines_confirmed(), 0);
    part.text_contains(Text::Description, &Needle { text: "Assigned".into(), fold: false }, &Ask::ALL).unwrap();
    assert!(part.lines_confirmed() > 0);
}

#[test]
fn dictionary_fields_read_no_line() {
    let drafts = drafts(22, 2000, 300);
    let part = indexed(&drafts);
    for field in [Field::Actor, Field::Severity, Field::Person, Field::Address, Field::Identity, Field::Organization] {
        for (value, _) in part.values(field).unwrap() {
            assert!(!part.equal(field, &value).unwrap().is_empty());
        }
        part.count_values(field, 5..500, &Ask::ALL).unwrap();
    }
    assert_eq!(part.lines_confirmed(), 0);
}

#[test]
fn an_id_reads_its_line_and_a_missing_one_reads_none() {
    let drafts = drafts(23, 2000, 300);
    let part = indexed(&drafts);
    let ids = part.values(Field::Id).unwrap();
    let before = part.lines_confirmed();
    for (id, _) in ids.iter().take(100) {
        assert_eq!(part.equal(Field::Id, id).unwrap().len(), 1);
    }
    let found = part.lines_confirmed() - before;
    assert!((100..120).contains(&found), "{found} lines for 100 ids");
    let before = part.lines_confirmed();
    for missing in 0..100_u64 {
        // Of another time, as those of other segments are.
        let id = event::id::uuid_v7(missing as i64 * 1000, [7; 10]);
        assert!(part.equal(Field::Id, id.as_bytes()).unwrap().is_empty());
    }
    assert_eq!(part.lines_confirmed(), before);
}

#[test]
fn what_reads_too_many_lines_or_holds_too_many_values_stops_at_once() {
    let drafts = drafts(24, 2000, 300);
    let part = indexed(&drafts);
    let lines_before = part.lines_confirmed();
    let few = Ask { may_read: &|lines| lines < 1_000, ..Ask::ALL };
    assert!(matches!(part.count_values(Field::Id, 0..part.rows(), &few), Err(PartError::Stopped)));
    assert!(matches!(part.each_value(Field::Id, &few, &mut |_, _| true), Err(PartError::Stopped)));
    assert_eq!(part.lines_confirmed(), lines_before, "no line is read where all of them may not be");

    let all = part.count_values(Field::Actor, 0..part.rows(), &Ask::ALL).unwrap();
    let enough = Ask { bytes_max: all.bytes(), ..Ask::ALL };
    assert_eq!(part.count_values(Field::Actor, 0..part.rows(), &enough).unwrap(), all);
    assert!(all.bytes() <= part.counts_bytes_max(Field::Actor));
    let short = Ask { bytes_max: all.bytes() - 1, ..Ask::ALL };
    assert!(matches!(part.count_values(Field::Actor, 0..part.rows(), &short), Err(PartError::TooMany)));
    let ids = Ask { bytes_max: 10_000, ..Ask::ALL };
    assert!(matches!(part.count_values(Field::Id, 0..part.rows(), &ids), Err(PartError::TooMany)));
    assert!(matches!(part.each_value(Field::Id, &ids, &mut |_, _| true), Err(PartError::TooMany)));
    assert!(part.lines_confirmed() - lines_before <= 2_000 + 512, "none is read after that");
}

#[test]
fn values_are_handed_out_one_by_one_until_it_is_enough() {
    let drafts = drafts(25, 500, 100);
    let part = indexed(&drafts);
    for field in [Field::Actor, Field::Id, Field::ResourceId, Field::HttpPath] {
        let all = part.values(field).unwrap();
        let mut some = Vec::new();
        let take = &mut |value: &[u8], rows| {
            some.push((value.to_vec(), rows));
            some.len() < 3
        };
        part.each_value(field, &Ask::ALL, take).unwrap();
        assert_eq!(some, all[..3], "{field:?}");
    }
}

#[test]
fn many_values_cost_the_tail_one_look_at_each_row() {
    let drafts = drafts(26, 800, 200);
    let part = buffer(&drafts).snapshot(800);
    let actors = part.values(Field::Actor).unwrap();
    let values: Vec<&[u8]> = actors.iter().map(|(value, _)| value.as_slice()).collect();
    assert!(values.len() > 50);
    let before = part.work().rows;
    assert_eq!(part.equal_any(Field::Actor, &values).unwrap().len(), 800);
    assert_eq!(part.work().rows - before, 800);
}
