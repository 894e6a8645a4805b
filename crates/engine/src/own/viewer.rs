//! Who looks, and who changes something.

use event::ActorKind;

/// Who looks or changes something, as far as the server knows: the actor of own entries.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// What the principal is, as an actor: a person `User`, a program `Token`, whoever has the machine `System`, somebody who has
    /// not signed in `Anonymous`.
    pub kind: ActorKind,
    /// Account, program, or `dev` where nobody signs in. Empty for `Anonymous`, who gets the id of the day.
    pub id: String,
    /// Name of the account or program.
    pub name: Option<String>,
    /// E-mail address of the account.
    pub email: Option<String>,
    /// The session signed in to: `session_id` of the entries. Not the secret in its cookie.
    pub session: Option<String>,
    /// Why, as the viewer says: `reason` of the entries.
    pub reason: Option<String>,
    /// Address of the connection.
    pub ip: Option<String>,
    /// `User-Agent` of the request.
    pub user_agent: Option<String>,
    /// Path of the request. Without its query, which holds what was sought.
    pub page: Option<String>,
}

impl Default for Viewer {
    /// A person of whom nothing is known.
    fn default() -> Self {
        Self {
            kind: ActorKind::User,
            id: String::new(),
            name: None,
            email: None,
            session: None,
            reason: None,
            ip: None,
            user_agent: None,
            page: None,
        }
    }
}

impl Viewer {
    /// Whose the values are that the viewer typed: `<type>:<id>`. Programs and the system are no persons, and what they sought
    /// still leaves the line: it stands under a key that is theirs alone.
    pub(crate) fn of(&self) -> String {
        let kind = match self.kind {
            ActorKind::Token => "program",
            ActorKind::System => "operator",
            kind => kind.as_str(),
        };
        format!("{kind}:{}", self.id)
    }
}
