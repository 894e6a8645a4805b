//! How many lines a question reads.

use indelible_segment::{Ask, Field, Needle, Part, Text};

use super::{drafts, indexed};

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
