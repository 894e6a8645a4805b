use index::{Field, Text};

/// A field that is asked by its exact value or the beginning of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Keyword {
    /// `id`
    Id,
    /// `event_id`
    EventId,
    /// `organization`, its id
    Organization,
    /// `workspace`, its id
    Workspace,
    /// `project`, its id
    Project,
    /// `actor`, its id
    Actor,
    /// `actor_type`
    ActorType,
    /// `action`
    Action,
    /// `event`
    Event,
    /// `channel`
    Channel,
    /// `resource_type`
    ResourceType,
    /// `resource_id`
    ResourceId,
    /// `outcome`
    Outcome,
    /// `http_method`
    HttpMethod,
    /// `country`
    Country,
    /// `source`
    Source,
    /// `request_id`
    RequestId,
    /// `trace_id`
    TraceId,
    /// `session_id`
    SessionId,
    /// `sequence_stream`
    SequenceStream,
    /// `person`, as `type:id`
    Person,
}

impl Keyword {
    /// Every keyword field.
    pub const ALL: [Self; 21] = [
        Self::Id,
        Self::EventId,
        Self::Organization,
        Self::Workspace,
        Self::Project,
        Self::Actor,
        Self::ActorType,
        Self::Action,
        Self::Event,
        Self::Channel,
        Self::ResourceType,
        Self::ResourceId,
        Self::Outcome,
        Self::HttpMethod,
        Self::Country,
        Self::Source,
        Self::RequestId,
        Self::TraceId,
        Self::SessionId,
        Self::SequenceStream,
        Self::Person,
    ];

    /// The name of the filter and of the key in the query language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::EventId => "event_id",
            Self::Organization => "organization",
            Self::Workspace => "workspace",
            Self::Project => "project",
            Self::Actor => "actor",
            Self::ActorType => "actor_type",
            Self::Action => "action",
            Self::Event => "event",
            Self::Channel => "channel",
            Self::ResourceType => "resource_type",
            Self::ResourceId => "resource_id",
            Self::Outcome => "outcome",
            Self::HttpMethod => "http_method",
            Self::Country => "country",
            Self::Source => "source",
            Self::RequestId => "request_id",
            Self::TraceId => "trace_id",
            Self::SessionId => "session_id",
            Self::SequenceStream => "sequence_stream",
            Self::Person => "person",
        }
    }

    /// The field of the index that answers it.
    #[must_use]
    pub const fn field(self) -> Field {
        match self {
            Self::Id => Field::Id,
            Self::EventId => Field::EventId,
            Self::Organization => Field::Organization,
            Self::Workspace => Field::Workspace,
            Self::Project => Field::Project,
            Self::Actor => Field::Actor,
            Self::ActorType => Field::ActorType,
            Self::Action => Field::Action,
            Self::Event => Field::Event,
            Self::Channel => Field::Channel,
            Self::ResourceType => Field::ResourceType,
            Self::ResourceId => Field::ResourceId,
            Self::Outcome => Field::Outcome,
            Self::HttpMethod => Field::HttpMethod,
            Self::Country => Field::Country,
            Self::Source => Field::Source,
            Self::RequestId => Field::RequestId,
            Self::TraceId => Field::TraceId,
            Self::SessionId => Field::SessionId,
            Self::SequenceStream => Field::SequenceStream,
            Self::Person => Field::Person,
        }
    }

    /// The words it can be, where they are fixed; empty where any text goes.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::ActorType => &["user", "agent", "token", "system", "anonymous"],
            Self::Outcome => &["success", "failure"],
            _ => &[],
        }
    }
}

/// A text that is asked by what it contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phrase {
    /// The description, upper and lower case being the same: `search`, and bare words.
    Description,
    /// The description in exact case: `text`.
    DescriptionExact,
    /// The resource's name, upper and lower case being the same: `resource_name`.
    ResourceName,
    /// The actor's name, upper and lower case being the same: `actor_name`.
    ActorName,
    /// The reason, upper and lower case being the same: `reason`.
    Reason,
}

impl Phrase {
    /// Every phrase, in the order in which they are listed to people.
    pub const ALL: [Self; 5] =
        [Self::Description, Self::DescriptionExact, Self::ResourceName, Self::ActorName, Self::Reason];

    /// The name of the filter and of the key in the query language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Description => "search",
            Self::DescriptionExact => "text",
            Self::ResourceName => "resource_name",
            Self::ActorName => "actor_name",
            Self::Reason => "reason",
        }
    }

    /// The text of the index that answers it.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Description | Self::DescriptionExact => Text::Description,
            Self::ResourceName => Text::ResourceName,
            Self::ActorName => Text::ActorName,
            Self::Reason => Text::Reason,
        }
    }

    /// Whether upper and lower case are the same.
    #[must_use]
    pub const fn folds(self) -> bool {
        !matches!(self, Self::DescriptionExact)
    }
}
