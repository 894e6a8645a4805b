use std::net::IpAddr;

use index::Field;
use roaring::RoaringBitmap;

use super::{Plan, Rows};
use crate::error::SearchError;

impl Plan<'_> {
    /// The index holds each person's addresses under the person's own key, so the address is looked up under the key of everybody
    /// whom the caller may see. Each hit is confirmed by the entry.
    pub(super) fn address(&self, ip: IpAddr, within: &Rows) -> Result<Rows, SearchError> {
        let addresses = self.question.context.addresses;
        let values = addresses.values(ip);
        let values: Vec<&[u8]> = values.iter().map(|value| value.as_slice()).collect();
        let offered = within.meet(self.part.equal_any(Field::Address, &values)?).to_set();
        let mut found = RoaringBitmap::new();
        for row in offered {
            self.question.keep_going(1)?;
            if addresses.confirm(self.part, row, ip)? {
                found.insert(row);
            }
        }
        Ok(Rows::Set(found))
    }
}
