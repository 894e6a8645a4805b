//! From a folder of files to a table in the program.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};

/// Media types by what a file's name ends in. A file of another kind fails the build: browsers are told never to guess.
const MEDIA_TYPES: &[(&str, &str)] = &[
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("json", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("txt", "text/plain; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
    ("wasm", "application/wasm"),
];

/// Writes `files.rs` into `out`: every file of `dist`, sorted by path, with what the server needs to send it.
///
/// # Errors
/// One sentence that says which file cannot be embedded.
pub(crate) fn embed(dist: &Path, out: &Path) -> Result<(), String> {
    let mut paths = Vec::new();
    walk(dist, String::new(), &mut paths)?;
    paths.sort();
    let packed = out.join("packed");
    fs::create_dir_all(&packed).map_err(|error| cannot(&packed, error))?;
    let mut table = String::from("&[\n");
    for (at, path) in paths.iter().enumerate() {
        let file = dist.join(path);
        let bytes = fs::read(&file).map_err(|error| cannot(&file, error))?;
        let to = packed.join(at.to_string());
        // Without a time or a name in it: the same console gives the same program.
        let mut packing = GzBuilder::new().write(Vec::new(), Compression::best());
        let gzip = packing.write_all(&bytes).and_then(|()| packing.finish()).map_err(|error| cannot(&file, error))?;
        fs::write(&to, gzip).map_err(|error| cannot(&to, error))?;
        let media_type = media_type(path)?;
        let tag = tag(&bytes);
        let _ = writeln!(
            table,
            "    File {{ path: {path:?}, media_type: {media_type:?}, tag: {tag:?}, bytes: {}, gzip: include_bytes!({to:?}) }},",
            bytes.len()
        );
    }
    table.push(']');
    let files = out.join("files.rs");
    fs::write(&files, table).map_err(|error| cannot(&files, error))
}

/// Collects the paths below `folder`, with `/` between their parts. Names that begin with a dot are tools' own.
fn walk(folder: &Path, below: String, paths: &mut Vec<String>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| cannot(folder, error))? {
        let path: PathBuf = entry.map_err(|error| cannot(folder, error))?.path();
        let name =
            path.file_name().and_then(|name| name.to_str()).ok_or_else(|| cannot(&path, "its name is not UTF-8"))?;
        match name {
            hidden if hidden.starts_with('.') => {}
            _ if path.is_dir() => walk(&path, format!("{below}{name}/"), paths)?,
            _ => paths.push(format!("{below}{name}")),
        }
    }
    Ok(())
}

fn media_type(path: &str) -> Result<&'static str, String> {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let found = MEDIA_TYPES.iter().find(|(known, _)| *known == ending);
    let unknown = || {
        format!(
            "the console holds {path}, a kind of file without a media type in crates/console/build/embed.rs: add it there"
        )
    };
    found.map(|(_, media_type)| *media_type).ok_or_else(unknown)
}

/// 96 bits of SHA-256: enough that two files never share a tag.
fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(12).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn cannot(path: &Path, why: impl std::fmt::Display) -> String {
    format!("{} cannot be embedded: {why}", path.display())
}
