use std::borrow::Cow;

/// A scope that grants refer to: organization, workspace or project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'a> {
    /// Never empty.
    pub id: Cow<'a, str>,
    /// Display name.
    pub name: Option<Cow<'a, str>>,
}

/// What was acted on (`resource`, and each of `targets`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource<'a> {
    /// `type`, never empty.
    pub kind: Cow<'a, str>,
    /// Never empty.
    pub id: Cow<'a, str>,
    /// Display name.
    pub name: Option<Cow<'a, str>>,
}
