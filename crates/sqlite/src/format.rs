//! What tells one kind of database from another.

/// A kind of database: what its header and its schema are, and how messages speak of it.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// `application_id` of the file header.
    pub application_id: i64,
    /// `user_version` of the file header.
    pub version: i64,
    /// The statements that make the schema: the database holds what they make, and rows.
    pub schema: &'static str,
    /// What it is called, without an article: `vault`.
    pub name: &'static str,
    /// What it holds, with one: `the keys`.
    pub content: &'static str,
}

#[cfg(test)]
pub(crate) mod test {
    use super::Format;

    pub(crate) const ITEMS: Format = Format {
        application_id: 0x6974_656d,
        version: 3,
        schema: "CREATE TABLE item (id INTEGER PRIMARY KEY NOT NULL, text TEXT NOT NULL) STRICT",
        name: "store of items",
        content: "the items",
    };
}
