//! `/v1/sign-in`: the ways to sign in, and those by an issuer of OpenID Connect.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use signin::oidc::Callback;
use utoipa::ToSchema;

use crate::access::Asking;
use crate::params::Params;
use crate::problem::Problem;
use crate::sign_in::issuer_problem;
use crate::state::App;

/// The ways to sign in.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ways {
    /// By address and password.
    password: bool,
    /// By an issuer.
    providers: Vec<Way>,
}

/// An issuer.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Way {
    /// Its id: `/v1/sign-in/oidc/{id}`.
    id: String,
    /// Its name on the button.
    name: String,
}

/// Longest logout token and what stands around it.
const LOGOUT_BYTES_MAX: usize = 64 << 10;

/// Lists the ways to sign in.
#[utoipa::path(
    get, path = "/v1/sign-in", tag = "access",
    responses((status = 200, description = "the ways", body = Ways), (status = 409, body = Problem, description = "there is no access control"))
)]
pub(crate) async fn ways(State(app): State<App>) -> Result<axum::Json<Ways>, Problem> {
    let issuers = app.sign_in()?.issuers.iter().map(|issuer| issuer.party.provider());
    let providers = issuers.map(|provider| Way { id: provider.id.clone(), name: provider.name.clone() }).collect();
    Ok(axum::Json(Ways { password: true, providers }))
}

/// Sends the browser to an issuer.
#[utoipa::path(
    get, path = "/v1/sign-in/oidc/{provider}", tag = "access",
    params(("provider" = String, Path, description = "the issuer's id"), ("return" = Option<String>, Query, description = "path to come back to")),
    responses((status = 302, description = "to the issuer, or to the page that says what is wrong"), (status = 400, body = Problem, description = "a parameter cannot be used"), (status = 404, body = Problem, description = "no such issuer"), (status = 409, body = Problem, description = "there is no access control"))
)]
pub(crate) async fn begin(
    State(app): State<App>,
    asking: Asking,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let return_to = Params::parse(query.as_deref())?.one("return")?.map(own_path).unwrap_or_default();
    app.blocking(move |app| {
        let sign_in = app.sign_in()?;
        let party = &sign_in.issuer(&provider)?.party;
        let address = asking.address.unwrap_or(std::net::Ipv4Addr::UNSPECIFIED.into());
        let at = (app.log.clock(), app.log.random());
        match party.begin((&sign_in.callback(&provider), &return_to), address, at) {
            Ok(redirect) => Ok(found(&redirect.url, vec![sign_in.cookies.set_started(&redirect.browser)])),
            Err(error) => Ok(found(&page(issuer_problem(&error)), Vec::new())),
        }
    })
    .await
}

/// Takes the browser back from an issuer.
#[utoipa::path(
    get, path = "/v1/sign-in/oidc/{provider}/callback", tag = "access",
    params(("provider" = String, Path, description = "the issuer's id"), ("code" = Option<String>, Query, description = "the issuer's"), ("state" = Option<String>, Query, description = "what was sent along"), ("iss" = Option<String>, Query, description = "who answers"), ("error" = Option<String>, Query, description = "why not")),
    responses((status = 302, description = "signed in, or to the page that says what is wrong"), (status = 400, body = Problem, description = "a parameter cannot be used"), (status = 404, body = Problem, description = "no such issuer"), (status = 409, body = Problem, description = "there is no access control"), (status = 429, body = Problem, description = "too many attempts"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn callback(
    State(app): State<App>,
    asking: Asking,
    Path(provider): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let params = Params::parse(query.as_deref())?;
    let one = |name: &str| params.one(name).map(|value| value.map(str::to_owned));
    let back = Callback { code: one("code")?, state: one("state")?, issuer: one("iss")?, error: one("error")? };
    app.blocking(move |app| {
        let sign_in = app.sign_in()?;
        let browser = sign_in.cookies.started(&headers);
        let callback = sign_in.callback(&provider);
        let forget = sign_in.cookies.end_started();
        match app.sign_in_by_issuer(&provider, (&back, browser.as_ref(), &callback), &asking)? {
            Ok((secret, return_to)) => Ok(found(&return_to, vec![sign_in.cookies.set_session(&secret), forget])),
            Err(why) => Ok(found(&page(why.0), vec![forget])),
        }
    })
    .await
}

/// Hears from an issuer that somebody signed out there. Source: OpenID Connect Back-Channel Logout 1.0 §2.5.
#[utoipa::path(
    post, path = "/v1/sign-in/oidc/{provider}/logout", tag = "access", params(("provider" = String, Path, description = "the issuer's id")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`logout_token=…`"),
    responses((status = 200, description = "their sessions are over"), (status = 400, body = Problem, description = "the token is refused"), (status = 404, body = Problem, description = "no such issuer"), (status = 409, body = Problem, description = "there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 503, body = Problem, description = "the issuer cannot be asked, or it could not be put on record"))
)]
pub(crate) async fn logout(
    State(app): State<App>,
    asking: Asking,
    Path(provider): Path<String>,
    body: axum::body::Body,
) -> Result<StatusCode, Problem> {
    let body = axum::body::to_bytes(body, LOGOUT_BYTES_MAX).await.map_err(|_| {
        let detail = format!("a logout token has at most {LOGOUT_BYTES_MAX} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
    })?;
    let token =
        form_urlencoded::parse(&body).find(|(name, _)| name == "logout_token").map(|(_, token)| token.into_owned());
    app.blocking(move |app| {
        app.signed_out_at(&provider, &token.unwrap_or_default(), &asking)?;
        Ok(StatusCode::OK)
    })
    .await
}

/// A path of this server, whatever was asked for: `//evil.example` is another one.
fn own_path(text: &str) -> String {
    let is_own = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_own { text.to_owned() } else { String::new() }
}

/// The page that says what is wrong.
fn page(code: &str) -> String {
    format!("/sign-in#problem={code}")
}

fn found(location: &str, cookies: Vec<HeaderValue>) -> Response {
    let location = if location.is_empty() { "/" } else { location };
    let location = HeaderValue::try_from(location).unwrap_or(HeaderValue::from_static("/"));
    let mut response = (StatusCode::FOUND, [(header::LOCATION, location)]).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for path in ["/", "/entries?q=a%20b&x=//y", "/entries#top"] {
            assert_eq!(own_path(path), path);
        }
        for text in ["", "entries", "//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "/ä", "\\\\x"]
        {
            assert_eq!(own_path(text), "", "{text:?}");
        }
    }
}
