//! Before every handler: who asks, whether that one may, and what of the log the answer may hold.

use access::Principal;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Limits;

use crate::access::Needs;
use crate::access::caller::Caller;
use crate::access::decide::decide;
use crate::access::identity::{Asking, identify, shown};
use crate::problem::Problem;
use crate::state::App;

/// Answers no, or puts [`Asking`] and, where somebody is known, the [`Caller`] into the request and goes on.
pub(crate) async fn authorize(State((app, needs)): State<(App, Needs)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let asking = Asking::of(&parts);
    match admit(&app, needs, &parts, &asking) {
        Ok(caller) => {
            parts.extensions.insert(asking);
            if let Some(caller) = caller {
                parts.extensions.insert(caller);
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(Refused(principal, problem)) => {
            let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
            let route = format!("{} {path}", parts.method);
            app.refusals.clone().note(app, principal, route, asking, &problem);
            problem.into_response()
        }
    }
}

/// Who was refused, where that is known, and why.
struct Refused(Option<Principal>, Box<Problem>);

fn admit(app: &App, needs: Needs, parts: &Parts, asking: &Asking) -> Result<Option<Caller>, Refused> {
    let identity =
        shown(parts, app).and_then(|credential| credential.map(|credential| identify(credential, app)).transpose());
    let identity = match identity {
        Err(_) if needs == Needs::Nothing => None,
        identity => identity.map_err(|problem| Refused(None, Box::new(problem)))?,
    };
    let principal = identity.as_ref().map(|identity| &identity.principal);
    let refused = |problem| Refused(principal.cloned(), Box::new(problem));
    let reach = decide(app, needs, identity.as_ref(), asking.address).map_err(refused)?;
    let Some((identity, reach)) = identity.zip(reach) else { return Ok(None) };
    let limits = Limits { fresh: is_fresh(parts), ..app.limits };
    Ok(Some(Caller::new(identity, needs, asking.clone(), reach, limits, &app.log)))
}

/// `no-cache` asks for an answer that is worked out anew, as measurements need.
fn is_fresh(parts: &Parts) -> bool {
    let directives = parts.headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = directives.flat_map(|value| value.split(','));
    directives.any(|one| one.trim().eq_ignore_ascii_case("no-cache"))
}
