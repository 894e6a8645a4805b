//! The golden files in `spec/vectors/index`: rows, the index of them, answers, and folding. `cargo test -- --ignored
//! write_the_golden_index` writes them, after a change of the format's version.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indelible_segment::Part;
use index::{Ask, Field, Index, Indexed, Needle, RowExtra, Text, fold};
use roaring::RoaringBitmap;
use serde_json::{Value, json};

use super::draft::Draft;
use super::{FIRST_LEAF, drafts, index_bytes, memory};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/index")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn row_as_json(draft: &Draft) -> Value {
    json!({
        "line": String::from_utf8(draft.line.clone()).unwrap(),
        "address": draft.extra.address.map(|value| hex(&value)),
        "identity": draft.extra.identity.iter().map(|digest| hex(digest)).collect::<Vec<_>>(),
    })
}

fn row_from_json(row: &Value) -> Draft {
    let address = row["address"].as_str().map(|value| unhex(value).try_into().unwrap());
    let identity = row["identity"].as_array().unwrap().iter();
    let identity = identity.map(|digest| unhex(digest.as_str().unwrap()).try_into().unwrap()).collect();
    Draft { line: row["line"].as_str().unwrap().as_bytes().to_vec(), extra: RowExtra { address, identity } }
}

fn golden_rows() -> Vec<Draft> {
    let text = String::from_utf8(read("rows.ndjson")).unwrap();
    text.lines().map(|row| row_from_json(&serde_json::from_str(row).unwrap())).collect()
}

fn answers(part: &dyn Part) -> Value {
    let rows = |rows: RoaringBitmap| rows.into_iter().collect::<Vec<u32>>();
    let fields = Field::ALL.map(|field| {
        let values = part.values(field).unwrap().into_iter();
        let values: Vec<Value> = values.map(|(value, found)| json!([hex(&value), rows(found)])).collect();
        json!({ "field": field.number(), "values_hex": values })
    });
    let needles = ["assigned", "Assigned", "142", "strasse", "straße", "S", "to monitor,", "{", "é", " "];
    let texts = Text::ALL.into_iter().flat_map(|text| needles.map(|needle| (text, needle)));
    let texts = texts.map(|(text, needle)| {
        let found = [true, false]
            .map(|fold| rows(part.text_contains(text, &Needle { text: needle.to_owned(), fold }, &Ask::ALL).unwrap()));
        json!({ "text": text.number(), "needle": needle, "folded": found[0], "exact": found[1] })
    });
    let paths = ["", "/", "/v1", "/v1/monitors", "/api/{{"].map(
        |prefix| json!({ "prefix": prefix, "rows": rows(part.prefix(Field::HttpPath, prefix.as_bytes(), &Ask::ALL).unwrap()) }),
    );
    let placeholders = Text::ALL.into_iter().flat_map(|text| ["", "/actor/name", "/properties/a}b"].map(|p| (text, p)));
    let placeholders = placeholders.map(|(text, pointer)| {
        json!({ "text": text.number(), "pointer": pointer, "rows": rows(part.with_placeholder(text, pointer).unwrap()) })
    });
    json!({
        "leaves": (0..part.rows()).map(|row| part.leaf(row)).collect::<Vec<_>>(),
        "order_times_us": (0..part.rows()).map(|row| part.time_us(row)).collect::<Vec<_>>(),
        "fields": fields,
        "texts": texts.collect::<Vec<_>>(),
        "http_path_prefixes": paths,
        "placeholders": placeholders.collect::<Vec<_>>(),
    })
}

#[test]
fn the_golden_index_answers_and_is_written_as_recorded() {
    let rows = golden_rows();
    let bytes = read("rows.idx");
    let index = Index::open(Path::new("rows.idx"), Arc::new(bytes.clone())).unwrap();
    index.verify().unwrap();
    assert_eq!(index.first_leaf(), FIRST_LEAF);
    let recorded: Value = serde_json::from_slice(&read("answers.json")).unwrap();
    assert_eq!(answers(&Indexed::new(index, memory(&rows))), recorded);
    assert_eq!(index_bytes(&rows), bytes, "the builder writes other bytes than version 3 says");
}

#[test]
fn texts_fold_as_recorded() {
    let cases: Vec<(String, String)> = serde_json::from_slice(&read("folding.json")).unwrap();
    assert!(cases.len() > 10);
    for (text, folded) in cases {
        assert_eq!(fold(&text), folded);
    }
}

#[test]
#[ignore = "writes the golden files"]
fn write_the_golden_index() {
    let drafts = drafts(42, 300, 40);
    let rows: String = drafts.iter().map(|draft| format!("{}\n", row_as_json(draft))).collect();
    fs::write(folder().join("rows.ndjson"), rows).unwrap();
    let bytes = index_bytes(&drafts);
    let index = Index::open(Path::new("rows.idx"), Arc::new(bytes.clone())).unwrap();
    fs::write(folder().join("rows.idx"), bytes).unwrap();
    let answers = answers(&Indexed::new(index, memory(&drafts)));
    fs::write(folder().join("answers.json"), serde_json::to_vec(&answers).unwrap()).unwrap();
}
