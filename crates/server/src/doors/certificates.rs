//! The certificate and its key: read from two files, and read again when these change.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio_rustls::rustls;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Longest file that is read; a chain has some kilobytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Permission bits of those who are neither the owner nor of its group.
const OTHERS: u32 = 0o007;

/// Where the certificate lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the server's certificate, then those that lead to a root.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
}

/// Why a certificate cannot be used. Remedy: the two files.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Remedy: a file that is there and may be read.
    #[error("{file} cannot be read")]
    Read {
        /// Which.
        file: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Remedy: keep it from others (`chmod o-rwx`).
    #[error(
        "everybody on this machine may use the key in {0}; take that from others with `chmod o-rwx` (in Kubernetes: defaultMode 0440)"
    )]
    Exposed(PathBuf),
    /// Remedy: the file in PEM form.
    #[error("{file} holds no {what} in PEM form")]
    Pem {
        /// Which.
        file: PathBuf,
        /// `certificate` or `private key`.
        what: &'static str,
        /// What is wrong with its text.
        source: pem::Error,
    },
    /// Remedy: a certificate and the key that belongs to it.
    #[error("the certificate in {} and the key in {} cannot be used together", files.certificate.display(), files.key.display())]
    Unusable {
        /// Both.
        files: TlsFiles,
        /// Why.
        source: rustls::Error,
    },
}

/// The certificate that new connections are shown. The one before stays as long as what lies in the files cannot be used.
#[derive(Debug)]
pub(super) struct Certificates {
    provider: Arc<CryptoProvider>,
    current: ArcSwap<CertifiedKey>,
    watched: Mutex<Watched>,
}

#[derive(Debug, Clone)]
struct Watched {
    files: TlsFiles,
    /// The files as they were when they were read last.
    stamp: Option<Stamp>,
    /// Why what they hold now is not shown.
    failure: Option<String>,
}

/// What came of a look at the files.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    Unchanged,
    Changed,
    /// They cannot be used, for this reason.
    Failed(String),
}

impl Certificates {
    /// Reads both files.
    pub(super) fn read(files: TlsFiles, provider: Arc<CryptoProvider>) -> Result<Self, CertificateError> {
        let stamp = Stamp::of(&files);
        let current = ArcSwap::from_pointee(read(&files, &provider)?);
        Ok(Self { provider, current, watched: Mutex::new(Watched { files, stamp, failure: None }) })
    }

    /// Looks whether the files have changed, and reads them then, or where they could not be used the last time: what failed may have
    /// passed. The same failure is told once. Cost: two system calls where all is well.
    pub(super) fn look(&self) -> Look {
        let before = self.watched().clone();
        if before.failure.is_none() && before.stamp == Stamp::of(&before.files) {
            return Look::Unchanged;
        }
        match self.take(before.files) {
            Look::Failed(reason) if before.failure.as_ref() == Some(&reason) => Look::Unchanged,
            look => look,
        }
    }

    /// Reads these files, whether they have changed or not.
    pub(super) fn take(&self, files: TlsFiles) -> Look {
        // Before they are read: what changes meanwhile is seen at the next look.
        let stamp = Stamp::of(&files);
        let found = read(&files, &self.provider);
        let mut watched = self.watched();
        (watched.files, watched.stamp) = (files, stamp);
        match found {
            Ok(found) => {
                let same = found.cert == self.current.load().cert && watched.failure.is_none();
                self.current.store(Arc::new(found));
                watched.failure = None;
                if same { Look::Unchanged } else { Look::Changed }
            }
            Err(error) => {
                let reason = env::with_causes(&error).to_string();
                watched.failure = Some(reason.clone());
                Look::Failed(reason)
            }
        }
    }

    /// Why what the files hold now is not shown; `None` where it is.
    pub(super) fn failure(&self) -> Option<String> {
        self.watched().failure.clone()
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

/// By what a file is known to be another: a new one in its place, or other bytes in the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp([[i64; 6]; 2]);

impl Stamp {
    fn of(files: &TlsFiles) -> Option<Self> {
        let of = |path: &Path| -> Option<[i64; 6]> {
            let found: Metadata = path.metadata().ok()?;
            let size = found.len().cast_signed();
            Some([
                found.ino().cast_signed(),
                size,
                found.mtime(),
                found.mtime_nsec(),
                found.ctime(),
                found.ctime_nsec(),
            ])
        };
        Some(Self([of(&files.certificate)?, of(&files.key)?]))
    }
}

fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, CertificateError> {
    let pem_error = |file: &Path, what| {
        let file = file.to_owned();
        move |source| CertificateError::Pem { file, what, source }
    };
    let (text, _) = contents(&files.certificate)?;
    let chain = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let chain = chain.and_then(|chain| if chain.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(chain) });
    let chain = chain.map_err(pem_error(&files.certificate, "certificate"))?;
    let (text, key) = contents(&files.key)?;
    if key.mode() & OTHERS != 0 {
        return Err(CertificateError::Exposed(files.key.clone()));
    }
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(pem_error(&files.key, "private key"))?;
    CertifiedKey::from_der(chain, key, provider)
        .map_err(|source| CertificateError::Unusable { files: files.clone(), source })
}

fn contents(file: &Path) -> Result<(Vec<u8>, Metadata), CertificateError> {
    let read = || {
        let mut open = File::open(file)?;
        let found = open.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let mut bytes = Vec::new();
        (&mut open).take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok((bytes, found))
    };
    read().map_err(|source| CertificateError::Read { file: file.to_owned(), source })
}
