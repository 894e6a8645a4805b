use std::net::IpAddr;

use roaring::RoaringBitmap;
use segment::Field;

use super::{Plan, Rows};
use crate::error::SearchError;

impl Plan<'_> {
    /// The index holds each person's addresses under the person's own key, so the address is looked for as every person's
    /// who may be seen; each hit is confirmed by what the entry says.
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
