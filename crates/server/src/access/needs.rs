//! What each route needs, declared where it is added. No route can be added without.

use access::Permission;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;
use serde_json::Value;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, Paths};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::access::authorize;
use crate::state::App;

/// What a route needs of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: signing in, the page itself, and whether the server lives.
    Nothing,
    /// To be known.
    Principal,
    /// Nothing where the tree is public, which is a setting; else to be known.
    Tree,
    /// This permission at some scope; the answer holds what is in it.
    Anywhere(Permission),
    /// This permission at the platform.
    Platform(Permission),
}

impl Needs {
    /// Whether it is more than to be known.
    pub(crate) fn is_permission(self) -> bool {
        matches!(self, Self::Anywhere(_) | Self::Platform(_))
    }

    /// In the description of the interface, as `x-needs`.
    fn text(self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::Principal => "principal".to_owned(),
            Self::Tree => "tree".to_owned(),
            Self::Anywhere(permission) => permission.name().to_owned(),
            Self::Platform(permission) => format!("{} at the platform", permission.name()),
        }
    }
}

/// Routes, each with what it needs.
pub(crate) struct Routes<'a> {
    router: OpenApiRouter<App>,
    /// `None` where only the description is wanted.
    app: Option<&'a App>,
}

impl<'a> Routes<'a> {
    pub(crate) fn new(api: OpenApi, app: Option<&'a App>) -> Self {
        Self { router: OpenApiRouter::with_openapi(api), app }
    }

    /// Adds described routes that need this.
    pub(crate) fn add(self, needs: Needs, (schemas, mut paths, methods): UtoipaMethodRouter<App>) -> Self {
        describe(&mut paths, needs);
        let methods = guarded(methods, self.app, needs);
        Self { router: self.router.routes((schemas, paths, methods)), ..self }
    }

    /// Adds a route that cannot be described.
    pub(crate) fn add_undescribed(self, needs: Needs, path: &str, methods: MethodRouter<App>) -> Self {
        let methods = guarded(methods, self.app, needs);
        Self { router: self.router.route(path, methods), ..self }
    }

    pub(crate) fn into_parts(self) -> (axum::Router<App>, OpenApi) {
        self.router.split_for_parts()
    }
}

fn guarded(methods: MethodRouter<App>, app: Option<&App>, needs: Needs) -> MethodRouter<App> {
    match app {
        Some(app) => methods.route_layer(from_fn_with_state((app.clone(), needs), authorize)),
        None => methods,
    }
}

/// Writes into the description what the routes need, and how they say no.
fn describe(paths: &mut Paths, needs: Needs) {
    for item in paths.paths.values_mut() {
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            describe_one(operation, needs);
        }
    }
}

fn describe_one(operation: &mut Operation, needs: Needs) {
    let said = Extensions::builder().add("x-needs", Value::from(needs.text())).build();
    operation.extensions.get_or_insert_default().merge(said);
    let mut answers = vec![("403", "this request comes from where none may, or is not permitted")];
    if needs != Needs::Nothing {
        operation.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
        answers.push(("401", "no token or session, or one that is good no more"));
    }
    let responses = &mut operation.responses.responses;
    for (status, description) in answers {
        responses.entry(status.to_owned()).or_insert_with(|| problem(description).into());
    }
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            say_problem(response);
        }
    }
}

/// Says of a problem that it comes as one, and not as any JSON.
fn say_problem(response: &mut Response) {
    let problem = Some(Ref::from_schema_name("Problem").into());
    let is_problem = |content: &RefOr<Content>| matches!(content, RefOr::T(content) if content.schema == problem);
    if response.content.get("application/json").is_some_and(is_problem)
        && let Some(content) = response.content.swap_remove("application/json")
    {
        response.content.insert(PROBLEM.to_owned(), content);
    }
}

/// How problems come.
const PROBLEM: &str = "application/problem+json";

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content(PROBLEM, content).build()
}
