//! Turns `demo/manifest.toml` into a table of sample files that the binary carries.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is how a build script speaks")]

use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let manifest = root.join("manifest.toml");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let text = std::fs::read_to_string(&manifest).expect("demo/manifest.toml is part of the project");
    let value = |line: &str| line.split_once('=').map(|(_, value)| value.trim().trim_matches('"').to_owned());
    let mut table = String::from("[");
    let mut path = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("path") {
            path = value(line).expect("a path is name = \"value\"");
        } else if line.starts_with("format") {
            let format = value(line).expect("a format is name = \"value\"");
            let file = root.join(&path);
            let file = file.canonicalize().expect("every file of the manifest is there");
            println!("cargo::rerun-if-changed={}", file.display());
            table.push_str(&format!("({format:?}, {path:?}, include_bytes!({file:?}) as &[u8]),\n"));
        }
    }
    table.push(']');
    let out = std::env::var("OUT_DIR").expect("cargo names the folder");
    std::fs::write(Path::new(&out).join("samples.rs"), table).expect("the folder can be written");
}
