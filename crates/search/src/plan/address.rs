use std::net::IpAddr;

use roaring::RoaringBitmap;
use segment::Field;

use super::{Plan, Rows};
use crate::error::SearchError;

impl Plan<'_> {
    /// The index knows a keyed token of each address; tokens can collide and the caller may not see every address, so
    /// each hit is confirmed.
    pub(super) fn address(&self, ip: IpAddr, within: &Rows) -> Result<Rows, SearchError> {
        let addresses = self.question.context.addresses;
        let token = addresses.token(ip).to_be_bytes();
        let offered = within.meet(self.part.equal(Field::Address, &token)?).to_set();
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
