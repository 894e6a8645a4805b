use std::borrow::Cow;

/// What a client declared personal (one element of an event's `personal`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared<'a> {
    /// Whose values these are: `<actor type>:<id>`, both parts not empty.
    pub of: Cow<'a, str>,
    /// JSON pointers into the event. Each is `/detail`, `/reason`, a name, or lies inside `/changes` or `/properties`;
    /// nothing says that the event has a value there.
    pub paths: Vec<Cow<'a, str>>,
}

impl Declared<'_> {
    /// The two parts of `of`, split at the first colon.
    #[must_use]
    pub fn kind_and_id(&self) -> (&str, &str) {
        self.of.split_once(':').unwrap_or((&self.of, ""))
    }
}
