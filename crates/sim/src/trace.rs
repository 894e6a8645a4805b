//! What happened, as a hash, and as text where somebody wants to read it.

use sha2::{Digest as _, Sha256};

/// The trace of a run.
#[derive(Clone, Default)]
pub struct Trace {
    hash: Sha256,
    lines: Option<Vec<String>>,
}

impl Trace {
    /// An empty trace that keeps its lines.
    #[must_use]
    pub fn kept() -> Self {
        Self { lines: Some(Vec::new()), ..Self::default() }
    }

    /// Appends a line.
    pub fn tell(&mut self, text: &str) {
        self.hash.update(text);
        self.hash.update("\n");
        if let Some(lines) = &mut self.lines {
            lines.push(text.to_owned());
        }
    }

    /// Appends bytes by their hash.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        let hash = proof::Digest::of(bytes);
        self.tell(&format!("{name} {} {hash}", bytes.len()));
    }

    /// The hash of all that was told.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// The lines, where they are kept.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
