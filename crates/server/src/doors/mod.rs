//! The doors: who comes in, over what, and what a browser may do there.
//!
//! A connection is [opened](opening) first (PROXY header, TLS), then each of its requests is [admitted](admission): whose it is behind
//! trusted proxies, whether it came by TLS, whether a page of another site sent it. What may change while the server runs
//! stands in [`Rules`], which [`Doors::reload`] replaces.

mod admission;
mod certificates;
mod cross_site;
mod forwarded;
mod headers;
mod opening;
mod origin;
mod proxy_protocol;
mod rules;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;

pub use certificates::{CertificateError, TlsFiles};
pub use origin::{Origin, OriginError};
pub use rules::Rules;

pub(crate) use admission::{Admitted, Secure};
pub(crate) use headers::{open_to, secure, vary_by_origin};
pub(crate) use opening::{Arrival, HANDSHAKE, Port};

use crate::doors::certificates::{Certificates, Look};

/// How often the certificate's files are looked at.
pub(crate) const LOOK: Duration = Duration::from_secs(3);

/// The doors of a server.
pub struct Doors {
    /// Without access control: this machine alone is answered.
    pub(crate) is_dev: bool,
    /// Whether trusted proxies begin each connection with a PROXY header.
    proxy_protocol: bool,
    tls: Option<Tls>,
    rules: ArcSwap<Rules>,
}

struct Tls {
    acceptor: TlsAcceptor,
    certificates: Arc<Certificates>,
}

impl Doors {
    pub(crate) fn new(
        is_dev: bool,
        proxy_protocol: bool,
        tls: Option<TlsFiles>,
        rules: Rules,
    ) -> Result<Self, CertificateError> {
        let tls = tls.map(|files| {
            let (acceptor, certificates) = opening::tls(files)?;
            Ok(Tls { acceptor, certificates })
        });
        Ok(Self { is_dev, proxy_protocol, tls: tls.transpose()?, rules: ArcSwap::from_pointee(rules) })
    }

    /// Takes new rules, and reads the certificate from these files; requests and connections from now on go by them. Where the
    /// certificate cannot be used, the one before stays. Whether the server speaks TLS at all does not change. Cost: reads two files.
    pub fn reload(&self, rules: Rules, files: Option<TlsFiles>) {
        self.rules.store(Arc::new(rules));
        if let (Some(tls), Some(files)) = (&self.tls, files) {
            said(tls.certificates.take(files));
        }
    }

    /// Whether it speaks TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether a command on this machine needs a port of its own: it has neither the certificate's root nor a PROXY header.
    pub(crate) fn needs_back_port(&self) -> bool {
        self.is_https() || self.proxy_protocol
    }

    /// Reads the certificate again where its files have changed.
    pub(crate) fn look(&self) {
        if let Some(tls) = &self.tls {
            said(tls.certificates.look());
        }
    }

    /// Why the certificate that lies in the files is not shown; `None` where all is well.
    pub(crate) fn certificate_failure(&self) -> Option<String> {
        self.tls.as_ref().and_then(|tls| tls.certificates.failure())
    }

    pub(crate) fn rules(&self) -> Arc<Rules> {
        self.rules.load_full()
    }
}

fn said(look: Look) {
    match look {
        Look::Unchanged => {}
        Look::Changed => tracing::info!("new connections are shown the new certificate"),
        Look::Failed(reason) => {
            metrics::counter!("indelible_certificate_failures_total").increment(1);
            tracing::error!(%reason, "the certificate was not taken; connections are shown the one before");
        }
    }
}
