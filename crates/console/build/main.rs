//! Builds the console with npm and prepares its files for embedding: compressed once, with media type and entity tag.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is how a build script speaks")]

mod embed;
mod npm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A folder with a console that is built already, for packagers and machines without Node.js.
const READY_BUILT: &str = "INDELIBLE_CONSOLE_DIST";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            println!("cargo::error={sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed={READY_BUILT}");
    println!("cargo::rerun-if-changed=build");
    let out = PathBuf::from(variable("OUT_DIR")?);
    let dist = match std::env::var_os(READY_BUILT) {
        Some(ready) => {
            let ready = PathBuf::from(ready);
            println!("cargo::rerun-if-changed={}", ready.display());
            if !ready.join("index.html").is_file() {
                let folder = ready.display();
                return Err(format!(
                    "{READY_BUILT} is {folder}, where no index.html is: name the folder of a built console, by its absolute path"
                ));
            }
            ready
        }
        None => {
            let dist = out.join("dist");
            npm::build(&Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../console"), &dist)?;
            dist
        }
    };
    embed::embed(&dist, &out)
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set: build with cargo"))
}
