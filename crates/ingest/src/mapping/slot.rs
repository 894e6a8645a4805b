//! The event's fields that hold one text or number.

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    EventId,
    Time,
    OrganizationId,
    OrganizationName,
    WorkspaceId,
    WorkspaceName,
    ProjectId,
    ProjectName,
    ActorType,
    ActorId,
    ActorName,
    ActorEmail,
    BehalfType,
    BehalfId,
    BehalfName,
    BehalfEmail,
    Action,
    Event,
    Channel,
    Description,
    Outcome,
    Detail,
    Severity,
    HttpMethod,
    HttpPath,
    HttpStatus,
    Ip,
    UserAgent,
    City,
    Region,
    Country,
    Ci,
    RequestId,
    TraceId,
    Reason,
    SessionId,
    SequenceStream,
    SequenceN,
}

/// Whose a personal field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Actor,
    /// The one acted for.
    Behalf,
    /// The one acted for if there is one, else the actor.
    Client,
}

impl Slot {
    /// Key in a mapping's `[fields]`, and the field.
    pub(crate) const ALL: [(&'static str, Self); 38] = [
        ("event_id", Self::EventId),
        ("time", Self::Time),
        ("organization.id", Self::OrganizationId),
        ("organization.name", Self::OrganizationName),
        ("workspace.id", Self::WorkspaceId),
        ("workspace.name", Self::WorkspaceName),
        ("project.id", Self::ProjectId),
        ("project.name", Self::ProjectName),
        ("actor.type", Self::ActorType),
        ("actor.id", Self::ActorId),
        ("actor.name", Self::ActorName),
        ("actor.email", Self::ActorEmail),
        ("actor.on_behalf_of.type", Self::BehalfType),
        ("actor.on_behalf_of.id", Self::BehalfId),
        ("actor.on_behalf_of.name", Self::BehalfName),
        ("actor.on_behalf_of.email", Self::BehalfEmail),
        ("action", Self::Action),
        ("event", Self::Event),
        ("channel", Self::Channel),
        ("description", Self::Description),
        ("outcome", Self::Outcome),
        ("detail", Self::Detail),
        ("severity", Self::Severity),
        ("http.method", Self::HttpMethod),
        ("http.path", Self::HttpPath),
        ("http.status", Self::HttpStatus),
        ("client.ip", Self::Ip),
        ("client.user_agent", Self::UserAgent),
        ("client.location.city", Self::City),
        ("client.location.region", Self::Region),
        ("client.location.country", Self::Country),
        ("client.ci", Self::Ci),
        ("request_id", Self::RequestId),
        ("trace_id", Self::TraceId),
        ("reason", Self::Reason),
        ("session_id", Self::SessionId),
        ("sequence.stream", Self::SequenceStream),
        ("sequence.n", Self::SequenceN),
    ];

    /// The most bytes the field takes; what is longer is cut, and stays whole in `properties`.
    pub(crate) const fn bytes_max(self) -> usize {
        match self {
            Self::EventId | Self::RequestId | Self::TraceId | Self::SessionId | Self::Action => 128,
            Self::Event | Self::Channel | Self::Ci | Self::SequenceStream => 64,
            Self::Description | Self::UserAgent => 4 * 1024,
            Self::HttpPath => 8 * 1024,
            Self::HttpMethod => 32,
            Self::OrganizationId | Self::WorkspaceId | Self::ProjectId | Self::ActorId | Self::BehalfId => 2_048,
            _ => 1_024,
        }
    }

    /// Whether a part of the value is worse than none: identifiers are whole or absent.
    pub(crate) const fn whole_or_nothing(self) -> bool {
        matches!(
            self,
            Self::EventId
                | Self::RequestId
                | Self::TraceId
                | Self::SessionId
                | Self::SequenceStream
                | Self::ActorEmail
                | Self::BehalfEmail
                | Self::HttpMethod
        )
    }

    /// Whose the field is, if it is personal.
    pub(crate) const fn owner(self) -> Option<Owner> {
        match self {
            Self::ActorName | Self::ActorEmail => Some(Owner::Actor),
            Self::Ip | Self::UserAgent | Self::City | Self::Region => Some(Owner::Client),
            Self::BehalfName | Self::BehalfEmail => Some(Owner::Behalf),
            _ => None,
        }
    }
}
