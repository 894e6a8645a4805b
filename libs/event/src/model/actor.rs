use std::borrow::Cow;
use std::fmt;

/// What kind of actor did it (`actor.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActorKind {
    /// A person with an account.
    User,
    /// Software that decides: an assistant, a bot; usually on somebody's behalf.
    Agent,
    /// An API key, service account or other program credential.
    Token,
    /// The platform itself.
    System,
    /// Nobody known. All anonymous actors of one day share the id `anonymous:YYYY-MM-DD`.
    Anonymous,
}

impl ActorKind {
    /// Every kind, in the order of the specification.
    pub const ALL: [Self; 5] = [Self::User, Self::Agent, Self::Token, Self::System, Self::Anonymous];

    /// The word in the line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Token => "token",
            Self::System => "system",
            Self::Anonymous => "anonymous",
        }
    }

    /// Reads the word of the line; `None` if it is none of these.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether actors of this kind are persons, whose name, e-mail and connection are personal data. An agent is one, whomever it
    /// acts for: its name and address may be those of whoever runs it.
    #[must_use]
    pub fn is_person(self) -> bool {
        matches!(self, Self::User | Self::Agent | Self::Anonymous)
    }
}

impl fmt::Display for ActorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The person on whose behalf an actor acted (`actor.on_behalf_of`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal<'a> {
    /// `type`.
    pub kind: ActorKind,
    /// Never empty in an entry; empty in an [`super::Event`] only for an anonymous principal, until admission names the day.
    pub id: Cow<'a, str>,
    /// Display name.
    pub name: Option<Cow<'a, str>>,
    /// E-mail address, unchecked.
    pub email: Option<Cow<'a, str>>,
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor<'a> {
    /// `type`.
    pub kind: ActorKind,
    /// Never empty in an entry; empty in an [`super::Event`] only for an anonymous actor, until admission names the day.
    pub id: Cow<'a, str>,
    /// Display name.
    pub name: Option<Cow<'a, str>>,
    /// E-mail address, unchecked.
    pub email: Option<Cow<'a, str>>,
    /// The person an agent or impersonator acted for.
    pub on_behalf_of: Option<Principal<'a>>,
}

impl Actor<'_> {
    /// The actor of an event that names none: `{"type":"system","id":"system"}`.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: ActorKind::System, id: Cow::Borrowed("system"), name: None, email: None, on_behalf_of: None }
    }
}
