//! Changes of access over HTTP: checked, put on record, made.

use access::{By, Change, Control, ManageError, Principal};
use axum::http::StatusCode;
use control::{ChangeError, ControlStoreError, Desk};
use engine::Viewer;
use std::sync::Arc;

use crate::access::{Access, Caller};
use crate::problem::Problem;
use crate::state::App;

impl App {
    /// What is settled about access.
    ///
    /// # Errors
    /// 409 under `--dev`, where nothing is.
    pub(crate) fn desk(&self) -> Result<&Arc<Desk>, Problem> {
        match &self.access {
            Access::Controlled { desk, .. } => Ok(desk),
            Access::Dev => {
                let detail = "with --dev everybody may do everything; start `indelible serve` without it";
                Err(Problem::new(StatusCode::CONFLICT, "no_access_control", "There is no access control", detail))
            }
        }
    }
}

/// Refuses what says no reason where one is demanded.
fn demand_reason(desk: &Desk, viewer: &Viewer) -> Result<(), Problem> {
    if viewer.reason.as_deref().is_some_and(|reason| !reason.is_empty()) || !desk.state().settings().reason_required {
        return Ok(());
    }
    let detail = "say why: `reason` in the body, or the header Indelible-Reason";
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "reason_needed", "A reason is needed", detail))
}

impl Caller {
    /// Refuses a look or an export that says no reason where one is demanded. Why a viewer looks is for whoever minted its token
    /// to know.
    ///
    /// # Errors
    /// 422 `reason_needed`.
    pub(crate) fn says_why(&self, app: &App) -> Result<(), Problem> {
        match (&app.access, self.principal()) {
            (Access::Dev, _) | (_, Principal::Viewer(_)) => Ok(()),
            (Access::Controlled { desk, .. }, _) => demand_reason(desk, self.viewer()),
        }
    }
}

/// Makes the change that `make` makes of what is settled, in the caller's name; `reason` says why.
///
/// # Errors
/// As [`ChangeError`]; 422 where a reason is demanded and missing.
pub(crate) async fn change<T: Send + 'static>(
    app: App,
    caller: Caller,
    reason: Option<String>,
    make: impl FnOnce(&Control, By<'_>) -> Result<(Option<Change>, T), ManageError> + Send + 'static,
) -> Result<T, Problem> {
    app.blocking(move |app| {
        let desk = app.desk()?;
        let mut viewer = caller.viewer().clone();
        viewer.reason = reason.or(viewer.reason);
        demand_reason(desk, &viewer)?;
        let now_us = app.log.clock().now_us();
        let made = desk.change(&app.log, &viewer, |control| {
            // Asked of what is settled now: what the caller was let in for may be gone.
            let address = caller.asking().address;
            let holding = control.holding(caller.principal(), address, desk.roles());
            let by = By { principal: caller.principal(), holding: &holding, roles: desk.roles(), address, now_us };
            make(control, by)
        });
        Ok(made?)
    })
    .await
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(error) => error.into(),
            ChangeError::Unrecorded(error) => crate::problem::unrecorded(*error),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<ControlStoreError> for Problem {
    fn from(error: ControlStoreError) -> Self {
        if matches!(error, ControlStoreError::DiskFull { .. }) {
            let detail = "there is no room to keep the change, so it was not made; make room, then try again";
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_full", "The disk is full", detail);
        }
        Self::internal(&error)
    }
}

impl From<ManageError> for Problem {
    fn from(error: ManageError) -> Self {
        let say = |status, code, title| Self::new(status, code, title, error.to_string());
        match error {
            ManageError::NotFound { .. } => say(StatusCode::NOT_FOUND, "not_found", "Not found"),
            ManageError::Grant(access::GrantError::Beyond { .. }) => {
                say(StatusCode::FORBIDDEN, "not_permitted", "Not permitted")
            }
            ManageError::Grant(_) | ManageError::Invalid { .. } => {
                say(StatusCode::UNPROCESSABLE_ENTITY, "bad_value", "A value cannot be used")
            }
            ManageError::Taken(_) => say(StatusCode::CONFLICT, "taken", "Taken"),
            ManageError::LastManager => say(StatusCode::CONFLICT, "last_manager", "The last who manages access"),
            ManageError::ShutsYouOut(_) => say(StatusCode::CONFLICT, "shuts_you_out", "This would shut you out"),
        }
    }
}
