//! What the doors go by, and what a reload may change.

use std::collections::BTreeSet;

use access::AllowList;

use crate::doors::origin::Origin;

/// Who is believed, and whose pages may ask. [`Rules::default`] believes nobody, and lets the server's own pages ask alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Proxies that say who asks. None where the list is empty.
    pub trusted_proxies: AllowList,
    /// Where readers find the server. Requests to another host are refused then.
    pub public_url: Option<Origin>,
    /// Origins whose pages may ask with a token.
    pub embed_origins: BTreeSet<Origin>,
    /// Under `--dev`: origins whose pages may ask, too, as browsers write them.
    pub allow_origins: BTreeSet<String>,
}
