//! What a caller may see of persons: everything that is not erased.

use std::net::IpAddr;

use event::Entry;
use event::personal::Fit;
use search::{Addresses, Identities};
use segment::{Part, PartError};
use vault::Vault;

use crate::rows::{address_in, open};

/// The vault as search sees it.
pub(crate) struct Visible<'a>(pub(crate) &'a Vault);

impl Identities for Visible<'_> {
    fn each(&self, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.0.for_each_identity(&mut |identity| {
            for (pointer, value) in identity.values {
                take(identity.digest, pointer, value);
            }
        });
    }

    fn fitting(&self, fit: Fit, folded: &str, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.0.for_each_fitting(fit, folded, take);
    }
}

impl Addresses for Visible<'_> {
    fn token(&self, ip: IpAddr) -> u64 {
        self.0.address_token(&ip.to_string())
    }

    fn confirm(&self, part: &dyn Part, row: u32, ip: IpAddr) -> Result<bool, PartError> {
        let same = |text: &str| text.parse::<IpAddr>().is_ok_and(|known| known.to_canonical() == ip.to_canonical());
        let line = part.line(row)?;
        let entry = Entry::parse(&line).map_err(|error| PartError::Store(Box::new(error)))?;
        if let Some(known) = entry.client.ip.as_deref() {
            return Ok(same(known));
        }
        for record in part.disclosures(row)?.into_iter().filter_map(|[_, connection, _]| connection) {
            if open(self.0, &record)?.as_deref().map(address_in).transpose()?.flatten().as_deref().is_some_and(same) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
