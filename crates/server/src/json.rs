//! Small JSON bodies of requests that change something.

use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Longest such body.
const BODY_BYTES_MAX: usize = 256 << 10;

/// What a body says. It must claim to be JSON: browsers send other types across sites unasked.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let given =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = given.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            let detail = format!("Content-Type is {given:?}; send application/json");
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "unknown_type", "The body is of an unknown type", detail));
        }
        let body = Limited::new(request.into_body(), BODY_BYTES_MAX).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                let detail = format!("a body here has at most {BODY_BYTES_MAX} bytes");
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
            } else {
                bad_body("the body did not come to its end")
            }
        })?;
        let body = body.to_bytes();
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(bad_body("the body is no JSON object"));
        }
        serde_json::from_slice(&body).map(Self).map_err(|error| bad_body(&error.to_string()))
    }
}

fn bad_body(detail: &str) -> Problem {
    let title = "The body cannot be used";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_body", title, detail)
}
