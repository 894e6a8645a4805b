//! The console's files, built by npm and embedded.
//!
//! The build script builds `console/` of this repository, or takes the ready-built folder that `INDELIBLE_CONSOLE_DIST`
//! names. Each file is held once, compressed; docs/decisions/0009-the-console.md says why.

use std::io::Read as _;

/// A file of the console.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Below the server's root, without a leading slash: `assets/index-1b2c.js`.
    pub path: &'static str,
    /// As in `Content-Type`.
    pub media_type: &'static str,
    /// Stands for exactly these bytes; hexadecimal.
    pub tag: &'static str,
    /// Length uncompressed.
    pub bytes: usize,
    /// The content, compressed.
    pub gzip: &'static [u8],
}

/// Every file, by path.
pub const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The page at `/` and at every path of [`PAGES`].
pub const INDEX: &str = "index.html";

/// The console's own addresses beside `/`: the same page, which shows another part of itself.
pub const PAGES: &[&str] = &["/sign-in", "/overview", "/catalogue", "/integrity", "/access", "/activity", "/account"];

impl File {
    /// The file at this path.
    #[must_use]
    pub fn find(path: &str) -> Option<&'static File> {
        FILES.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|at| FILES.get(at))
    }

    /// Whether the name changes with the content, so that a copy never goes stale.
    #[must_use]
    pub fn is_hashed(&self) -> bool {
        self.path.starts_with("assets/")
    }

    /// Whether pages of other origins load it: the web component.
    #[must_use]
    pub fn is_for_others(&self) -> bool {
        self.path.starts_with("embed/")
    }

    /// The content, for clients that take nothing compressed. Cost: some milliseconds a megabyte.
    ///
    /// # Panics
    /// Never: the build script compressed it.
    #[must_use]
    pub fn plain(&self) -> Vec<u8> {
        let mut plain = Vec::with_capacity(self.bytes);
        let read = flate2::read::GzDecoder::new(self.gzip).read_to_end(&mut plain);
        assert!(read.is_ok_and(|bytes| bytes == self.bytes), "{} was compressed by the build", self.path);
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_and_comes_back_whole() {
        for file in FILES {
            assert_eq!(File::find(file.path).map(|found| found.tag), Some(file.tag));
            assert_eq!(file.plain().len(), file.bytes, "{}", file.path);
        }
        assert!(File::find("nothing.html").is_none());
    }

    #[test]
    fn the_page_is_html() {
        let page = File::find(INDEX).map(|page| (page.media_type, page.plain()));
        let (media_type, page) = page.unwrap();
        assert_eq!(media_type, "text/html; charset=utf-8");
        assert!(page.to_ascii_lowercase().starts_with(b"<!doctype html>"));
    }
}
