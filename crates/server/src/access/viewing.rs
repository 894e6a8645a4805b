//! Viewers: their tokens, held against the log's key and the page that asks.

use access::{VIEWER_PREFIX, Viewing, ViewingError};
use axum::http::header;
use axum::http::request::Parts;
use control::Desk;

use crate::problem::Problem;

/// A viewer's token, and the origin of the page that sent it.
#[derive(Debug, Clone)]
pub(crate) struct ShownViewing {
    token: String,
    origin: Option<String>,
}

impl ShownViewing {
    /// The text as one, if it is.
    pub(crate) fn of(text: &str, parts: &Parts) -> Option<Self> {
        let origin = || parts.headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).map(str::to_owned);
        text.starts_with(VIEWER_PREFIX).then(|| Self { token: text.to_owned(), origin: origin() })
    }

    /// What it gives, if it is good here and now.
    ///
    /// # Errors
    /// 401.
    pub(crate) fn open(&self, desk: &Desk, now_us: i64) -> Result<Viewing, Problem> {
        let control = desk.state();
        let key = control.viewer_key().ok_or(ViewingError::Unknown);
        let viewing = key.and_then(|key| key.open(&self.token, now_us)).and_then(|viewing| {
            // Browsers say where a page is from on every request across origins, and a page cannot say otherwise.
            if self.origin.as_deref() == Some(&viewing.origin) { Ok(viewing) } else { Err(ViewingError::Origin) }
        });
        viewing.map_err(|error| Problem::bad_token(error.to_string()))
    }
}
