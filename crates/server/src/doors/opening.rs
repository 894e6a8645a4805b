//! What comes before the first request of a connection: whose it is, by a PROXY header, and TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::{TlsAcceptor, rustls};

use crate::doors::Doors;
use crate::doors::certificates::{CertificateError, Certificates, TlsFiles};
use crate::doors::forwarded::{canonical, is_trusted};
use crate::doors::proxy_protocol;
use crate::doors::stream::{Opened, Socket};

/// How long PROXY header and handshake may take together. Slower clients are cut off, so that they cost others nothing.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(10);

/// Which port a connection came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// The one that was asked for.
    Front,
    /// The one of this machine alone, by plain HTTP and without a PROXY header: for commands over the folder.
    Back,
}

/// How a connection came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Who is at the other end, as far as the connection says.
    pub(crate) client: SocketAddr,
    /// Whose socket it is.
    pub(crate) neighbour: SocketAddr,
    /// Whether this server speaks TLS on it.
    pub(crate) is_tls: bool,
    /// What the PROXY header says of TLS between client and balancer.
    pub(crate) is_https: Option<bool>,
}

impl Doors {
    /// Opens a connection. Cancelling it closes the connection. The caller limits the time ([`HANDSHAKE`]).
    pub(crate) async fn open(
        &self,
        mut stream: TcpStream,
        peer: SocketAddr,
        port: Port,
    ) -> io::Result<(Opened, Arrival)> {
        let neighbour = canonical(peer);
        let tls = self.tls.as_ref().filter(|_| port == Port::Front);
        let mut arrival = Arrival { client: neighbour, neighbour, is_tls: tls.is_some(), is_https: None };
        if self.proxy_protocol && port == Port::Front && is_trusted(&self.rules().trusted_proxies, neighbour.ip()) {
            let handed = proxy_protocol::read(&mut stream).await?;
            arrival.client = handed.client.unwrap_or(neighbour);
            arrival.is_https = handed.is_https;
        }
        let socket = Socket::new(Arc::new(stream));
        let opened = match tls {
            None => Opened::Plain(socket),
            Some(tls) => Opened::Tls(Box::new(tls.acceptor.accept(socket).await?)),
        };
        Ok((opened, arrival))
    }
}

/// TLS 1.2 and 1.3 with the certificate in these files, for HTTP/2 and HTTP/1.1.
pub(super) fn tls(files: TlsFiles) -> Result<(TlsAcceptor, Arc<Certificates>), CertificateError> {
    let provider = Arc::new(ring::default_provider());
    let unusable = |files| move |source: rustls::Error| CertificateError::Unusable { files, source };
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(unusable(files.clone()))?;
    let certificates = Arc::new(Certificates::read(files, provider)?);
    let mut config = config.with_no_client_auth().with_cert_resolver(Arc::clone(&certificates) as _);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), certificates))
}
