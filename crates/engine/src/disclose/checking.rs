//! Whether disclosures are sound, for verification. Nothing of their texts leaves.

use event::personal::SealedDisclosure;
use vault::{KeyState, OpenDisclosureError, Vault};

/// Opens a disclosure under its person's key; says what is wrong with it. One whose person was erased cannot be opened, which
/// is right.
pub(crate) fn check_opens(vault: &Vault, sealed: SealedDisclosure<&[u8]>) -> Result<(), &'static str> {
    if vault.key_state(sealed.person) == KeyState::Unknown {
        return Err(
            "the person of a disclosure is not in the vault: its store (vault.db, by default) lacks a row, or the handle was changed",
        );
    }
    match vault.open_sealed(&sealed) {
        Ok(_) => Ok(()),
        Err(OpenDisclosureError::UnknownPerson) => Err("the person of a disclosure is not in the vault"),
        Err(OpenDisclosureError::Altered) => {
            Err("a disclosure does not open under its person's key: it or its handle was changed")
        }
        Err(OpenDisclosureError::OtherDigest) => Err("a disclosure opens to another text than its digest says"),
    }
}
