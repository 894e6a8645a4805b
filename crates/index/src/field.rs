//! What an index can be asked about: fields by value, texts by substring.

/// A field that is answered by exact value: from a dictionary with row sets, or from sorted (hash, row) pairs.
///
/// Values are the field's UTF-8 bytes as in the line, except: [`Field::HttpStatus`] in decimal ASCII,
/// [`Field::SequenceBlock`] the number divided by [`SEQUENCE_BLOCK`], in decimal ASCII,
/// [`Field::Person`] as `type:id` of actor, `on_behalf_of` and every `personal[].of`,
/// [`Field::Address`] the 32 bytes of [`crate::AddressValue`], and [`Field::Identity`] the 32 bytes of
/// an identity disclosure's digest. A field absent from a line has no value there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Field {
    /// The entry's own id, a UUIDv7 in its text form.
    Id = 0,
    /// `/event_id`
    EventId = 1,
    /// `/organization/id`
    Organization = 2,
    /// `/workspace/id`
    Workspace = 3,
    /// `/project/id`
    Project = 4,
    /// `/actor/id`
    Actor = 5,
    /// `/actor/type`
    ActorType = 6,
    /// `/action`
    Action = 7,
    /// `/event`
    Event = 8,
    /// `/channel`
    Channel = 9,
    /// `/resource/type`
    ResourceType = 10,
    /// `/resource/id`
    ResourceId = 11,
    /// `/resource/name`, the literal text of the line
    ResourceName = 12,
    /// `/outcome`
    Outcome = 13,
    /// `/severity`
    Severity = 14,
    /// `/http/method`
    HttpMethod = 15,
    /// `/http/status`, decimal
    HttpStatus = 16,
    /// `/http/path`, the literal text of the line
    HttpPath = 17,
    /// `/client/location/country`
    Country = 18,
    /// `/source`
    Source = 19,
    /// `/request_id`
    RequestId = 20,
    /// `/trace_id`
    TraceId = 21,
    /// Every person the entry concerns, as `type:id`.
    Person = 22,
    /// What stands for the client's address, under the person's own key, 32 bytes.
    Address = 23,
    /// Digests of the identity disclosures behind `personal`, 32 bytes each.
    Identity = 24,
    /// `/session_id`
    SessionId = 25,
    /// `/sequence/stream`
    SequenceStream = 26,
    /// Which block of numbers `/sequence/n` lies in.
    SequenceBlock = 27,
}

/// Numbers of a stream in one [`Field::SequenceBlock`]. A dictionary of all numbers would hold a value for each row; of a range of
/// blocks only the two at its ends are looked up in lines, and that many lines of a stream are read within milliseconds.
pub const SEQUENCE_BLOCK: u64 = 1_024;
// The greatest number ends its block.
const _: () = assert!((event::limits::SEQUENCE_N_MAX + 1).is_multiple_of(SEQUENCE_BLOCK));

impl Field {
    /// Every field, in the order of its number.
    pub const ALL: [Self; 28] = [
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
        Self::ResourceName,
        Self::Outcome,
        Self::Severity,
        Self::HttpMethod,
        Self::HttpStatus,
        Self::HttpPath,
        Self::Country,
        Self::Source,
        Self::RequestId,
        Self::TraceId,
        Self::Person,
        Self::Address,
        Self::Identity,
        Self::SessionId,
        Self::SequenceStream,
        Self::SequenceBlock,
    ];

    /// Returns the number by which the index file names this field.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// A text that is searched by substring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Text {
    /// `/description`
    Description = 0,
    /// `/resource/name`
    ResourceName = 1,
    /// `/actor/name` where it stands in the line (tokens and system actors; persons' names never do).
    ActorName = 2,
    /// `/reason`
    Reason = 3,
}

impl Text {
    /// Every text, in the order of its number.
    pub const ALL: [Self; 4] = [Self::Description, Self::ResourceName, Self::ActorName, Self::Reason];

    /// Returns the number by which the index file names this text.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_at_its_number() {
        for (at, field) in Field::ALL.iter().enumerate() {
            assert_eq!(usize::from(field.number()), at);
        }
        for (at, text) in Text::ALL.iter().enumerate() {
            assert_eq!(usize::from(text.number()), at);
        }
    }
}
