//! HTTP API of the Indelible audit log, one file per resource.
//!
//! [`Server::bind`] opens the port, [`Server::run`] serves until told to stop: then it takes no new connection, lets
//! running requests end for a while, and hands the log back to be closed.

mod access;
mod answered;
mod body;
mod budget;
mod connections;
mod described;
mod doors;
mod feed;
mod guard;
mod json;
mod listen;
mod openapi;
mod own_log;
mod params;
mod places;
mod pool;
mod problem;
mod questions;
mod resources;
mod serving;
mod sign_in;
mod state;
mod stream;
mod turns;
mod verifying;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::routing::get;

pub use access::{Access, Operator};
pub use connections::OPEN_FILES_MIN;
pub use doors::{CertificateError, Doors, Origin, OriginError, Rules, TlsFiles};
pub use listen::{Remaining, ServeError, Server};
pub use openapi::openapi_json;
pub use own_log::OwnLog;
pub use sign_in::{FirstLink, Issuer, SignInOptions};

use crate::access::Needs;
use crate::problem::Problem;
use crate::state::App;

/// How to serve. [`Options::at`] gives the usual.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen. Beyond this machine only with TLS, or behind trusted proxies.
    pub listen: SocketAddr,
    /// Without access control: whoever asks from this machine may do everything, and nobody else is answered.
    pub dev: bool,
    /// The certificate, where the server speaks TLS.
    pub tls: Option<TlsFiles>,
    /// Whether trusted proxies begin each connection with a PROXY header.
    pub proxy_protocol: bool,
    /// Who is believed, and whose pages may ask.
    pub rules: Rules,
    /// How often a feed that has nothing to send says that its connection lives.
    pub heartbeat: Duration,
    /// What a question may cost.
    pub limits: engine::Limits,
    /// How people sign in.
    pub sign_in: SignInOptions,
}

impl Options {
    /// For this machine alone, without access control, by plain HTTP; only the server's own pages may ask; heartbeats of
    /// [`HEARTBEAT_DEFAULT`]; the usual limits.
    #[must_use]
    pub fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            dev: true,
            tls: None,
            proxy_protocol: false,
            rules: Rules::default(),
            heartbeat: HEARTBEAT_DEFAULT,
            limits: engine::Limits::default(),
            sign_in: SignInOptions::default(),
        }
    }
}

/// Well below the minute after which proxies give up a connection that is still.
pub const HEARTBEAT_DEFAULT: Duration = Duration::from_secs(15);

fn router(app: App) -> Router {
    let doors = Arc::clone(&app.doors);
    let description: Arc<str> = openapi_json().into();
    let describe = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], description.to_string()) });
    let (routes, _) =
        openapi::routes(Some(&app)).add_undescribed(Needs::Nothing, "/openapi.json", describe).into_parts();
    routes
        .merge(resources::console::routes())
        .fallback(|| async { Problem::not_found("resource of this path") })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(axum::middleware::from_fn_with_state(doors, guard::guard))
        .with_state(app)
}
