//! Persons by their names, for who may see what: looked up, never made.

use event::{Person, PersonId};

use super::Vault;

impl Vault {
    /// The handle of a person's key; `None` of who has none, or none any more. The id of one whose id is an address is the pseudonym.
    ///
    /// Cost: a hash and a look-up.
    #[must_use]
    pub fn person_id(&self, person: &Person<'_>) -> Option<PersonId> {
        self.read_people().id_by_name(person)
    }

    /// What stands in lines for a person whose id is an address (`person.id` holds the address here); `None` if nothing does: nobody
    /// was ever called so, or whoever was is erased.
    ///
    /// Cost: as [`Self::person_id`].
    #[must_use]
    pub fn pseudonym_of(&self, person: &Person<'_>) -> Option<String> {
        self.read_people().pseudonyms.get(person)
    }

    /// As [`Self::pseudonym_of`], of everybody of this type with this address: of every organization and source.
    #[must_use]
    pub fn pseudonyms_anywhere(&self, kind: &str, address: &str) -> Vec<String> {
        self.read_people().pseudonyms.anywhere(kind, address)
    }
}
