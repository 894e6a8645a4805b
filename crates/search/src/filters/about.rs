//! What each filter of a URL is about, for the description of the interface.

use super::Key;
use crate::predicate::{Keyword, Phrase};

impl Key {
    /// Every key that is a URL parameter, in the order in which they are listed to people.
    pub fn parameters() -> impl Iterator<Item = Self> {
        Self::all().filter(|key| key.is_parameter())
    }

    /// Whether its parameter may stand once only and cannot be excluded: the bounds of time.
    #[must_use]
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::From | Self::To)
    }

    /// The words its values are, if they are of a fixed list and nothing but one word is taken.
    #[must_use]
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::Keyword(keyword) => keyword.words(),
            _ => &[],
        }
    }

    /// What it takes, in half a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Keyword(keyword) => match keyword {
                Keyword::Id => "the entry's id",
                Keyword::EventId => "the client's own id of the event",
                Keyword::Organization => "id of the organization",
                Keyword::Workspace => "id of the workspace",
                Keyword::Project => "id of the project",
                Keyword::Actor => "id of the actor; an e-mail address also finds the pseudonym made of it",
                Keyword::ActorType => "kind of actor",
                Keyword::Action => "the action, such as `door.open`",
                Keyword::Event => "what kind of event, such as `created`",
                Keyword::Channel => "the channel",
                Keyword::ResourceType => "type of the resource",
                Keyword::ResourceId => "id of the resource",
                Keyword::Outcome => "whether it succeeded",
                Keyword::HttpMethod => "method of the request",
                Keyword::Country => "country of the client",
                Keyword::Source => "where the log has the entry from",
                Keyword::RequestId => "id of the request",
                Keyword::TraceId => "id of the trace",
                Keyword::SessionId => "id of the sign-in or the agent's session",
                Keyword::SequenceStream => "name of the sender's stream that numbers the entry",
                Keyword::Person => "whoever the entry concerns, as `type:id`",
            },
            Self::Phrase(Phrase::Description | Phrase::DescriptionExact) => {
                "text in the description, upper and lower case as the same"
            }
            Self::Phrase(Phrase::ResourceName) => "text in the resource's name, upper and lower case as the same",
            Self::Phrase(Phrase::ActorName) => "text in the actor's name, upper and lower case as the same",
            Self::Phrase(Phrase::Reason) => "text in the reason, upper and lower case as the same",
            Self::Path => "beginning of the request's path",
            Self::Status => "status of the request: `404`, `4xx`, `400..499` or `>=500`",
            Self::Sequence => {
                "number in the sender's stream: `42`, `0..999` or `>=1000`; best asked with `sequence_stream`"
            }
            Self::Severity => {
                "how much it matters: info, warning or critical, a range such as `info..warning`, or `>=warning`"
            }
            Self::Address => "the client's whole address",
            Self::Resource => "type and id of the resource, as `TYPE/ID`",
            Self::Time => "a range of time",
            Self::From => "first moment, included: an instant, or a date read in `tz`",
            Self::To => "end: an instant, excluded, or a date read in `tz`, which is included",
            Self::Since => "a length of time before now",
        }
    }
}
