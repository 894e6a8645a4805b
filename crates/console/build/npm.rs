//! Node.js and npm: are they there, are the console's packages installed, and the build itself.

use std::fs::{File, Metadata};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// What the console's bundler runs on.
const NODE_MIN: (u32, u32) = (20, 19);

/// What the build reads. Not `node_modules`: npm keeps it in step with package-lock.json.
const SOURCES: &[&str] = &[
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "build.mjs",
    "vite.config.ts",
    "tsconfig.json",
    DESCRIPTION,
];

/// The description of the interface, from which the console's types are made.
const DESCRIPTION: &str = "../tests/golden/openapi.json";

/// What the build writes among its own sources.
const TYPES: &str = "src/api/schema.d.ts";

/// Builds the console in `folder` into `dist`.
///
/// # Errors
/// One sentence that says what is missing and what to do.
pub(crate) fn build(folder: &Path, dist: &Path) -> Result<(), String> {
    // A path that does not exist would have cargo build the console every time.
    for source in SOURCES.iter().map(|name| folder.join(name)).filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    check_node()?;
    let lock = folder.join("package-lock.json");
    // Builds that run at once (debug and clippy, say) must not install over one another. The lock falls with the process.
    let held = File::open(&lock).and_then(|file| file.lock().map(|()| file));
    let _held = held.map_err(|error| {
        format!("{} cannot be read ({error}): the console's sources belong beside the crates; take the whole repository, or {}", lock.display(), instead())
    })?;
    let installed = folder.join("node_modules/.package-lock.json");
    if changed(&installed).is_none_or(|at| changed(&lock).is_some_and(|lock| at < lock)) {
        npm(folder, &["ci", "--no-audit", "--no-fund"])?;
    }
    let dist = dist.to_str().ok_or("the target folder's path is not UTF-8: choose another with CARGO_TARGET_DIR")?;
    npm(folder, &["run", "build", "--", "--outDir", dist, "--emptyOutDir"])?;
    date_types(folder);
    Ok(())
}

/// Makes the types as old as what they were made from, so that cargo does not take them for a change. Where that cannot be
/// done, the console is built once more than need be.
fn date_types(folder: &Path) {
    let types = File::options().write(true).open(folder.join(TYPES));
    if let (Ok(types), Some(at)) = (types, changed(&folder.join(DESCRIPTION))) {
        _ = types.set_modified(at);
    }
}

fn check_node() -> Result<(), String> {
    let (major, minor) = NODE_MIN;
    let install = format!(
        "install Node.js {major}.{minor} or newer with npm (https://nodejs.org, or your system's packages nodejs and npm), or {}",
        instead()
    );
    let version =
        said("node", "--version").ok_or_else(|| format!("Node.js is missing, which builds the console: {install}"))?;
    let mut numbers = version.trim_start_matches('v').split('.').map(|number| number.parse().unwrap_or(0));
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < NODE_MIN {
        return Err(format!("Node.js is {version}, too old to build the console: {install}"));
    }
    said("npm", "--version").map(drop).ok_or_else(|| format!("npm is missing, which builds the console: {install}"))
}

fn instead() -> String {
    format!("name the folder of a console that is built already with {}", crate::READY_BUILT)
}

fn said(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data: Metadata| data.modified()).ok()
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    // Cargo reads what a build script says on stdout.
    let mut command = Command::new("npm");
    let command = command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(std::io::stderr());
    let said = format!("`npm {}` in {}", arguments.join(" "), folder.display());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{said} failed ({status}): npm says why, below; mend that, or {}", instead())),
        Err(error) => Err(format!("{said} could not be started: {error}")),
    }
}
