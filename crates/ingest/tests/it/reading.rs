//! Plain, gzip and zstd; lines that are too long.

use std::io::Write;

use indelible_ingest::{Line, Lines};

const TEXT: &str = "{\"a\":1}\r\n\n{\"b\":2}";

fn lines(bytes: Vec<u8>) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    let mut lines = Lines::open(file.path()).unwrap();
    let mut all = Vec::new();
    while let Some(line) = lines.next_line().unwrap() {
        match line {
            Line::Bytes(line) => all.push(String::from_utf8(line.to_vec()).unwrap()),
            Line::TooLong { .. } => panic!("too long"),
        }
    }
    assert_eq!(lines.line_no(), all.len() as u64);
    all
}

#[test]
fn a_file_is_read_whatever_it_is_packed_with() {
    let expected = ["{\"a\":1}", "", "{\"b\":2}"];
    assert_eq!(lines(TEXT.into()), expected);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(TEXT.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    assert_eq!(lines(gzip.clone()), expected);
    assert_eq!(lines(zstd::encode_all(TEXT.as_bytes(), 1).unwrap()), expected);
    // Several packed parts one after the other are one file.
    let two = [gzip.clone(), gzip].concat();
    assert_eq!(lines(two).len(), 5);
    let frames = [zstd::encode_all(&b"{\"a\""[..], 1).unwrap(), zstd::encode_all(&b":1}\n"[..], 1).unwrap()].concat();
    assert_eq!(lines(frames), ["{\"a\":1}"]);
}

#[test]
fn a_line_that_is_too_long_is_passed_over_and_the_next_one_read() {
    let text = format!("{}\nshort\n", "x".repeat(100_000));
    let mut lines = Lines::from_reader(Box::new(std::io::Cursor::new(text))).unwrap().with_line_bytes_max(1_000);
    assert_eq!(lines.next_line().unwrap(), Some(Line::TooLong { limit: 1_000 }));
    assert_eq!(lines.next_line().unwrap(), Some(Line::Bytes(b"short")));
    assert_eq!(lines.next_line().unwrap(), None);
    assert_eq!(lines.line_no(), 2);
}

#[test]
fn a_file_cut_off_inside_its_packing_is_an_error_that_names_the_line() {
    let packed = zstd::encode_all("{\"a\":1}\n".repeat(50_000).as_bytes(), 1).unwrap();
    let mut lines = Lines::from_reader(Box::new(std::io::Cursor::new(packed[..packed.len() / 2].to_vec()))).unwrap();
    let error = loop {
        match lines.next_line() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a cut file ended as if it were whole"),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().starts_with("cannot read on after line"), "{error}");
}
