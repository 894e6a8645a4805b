//! What the index needs of an entry beside its line, when only line and disclosures are at hand. Nothing of their texts leaves:
//! addresses go out under their person's key, identities into the vault's memory.

use event::personal::{OpenedDisclosure, SealedDisclosure};
use event::{Entry, Kind};
use index::{AddressValue, IndexKey, IndexSecret, RowExtra};
use segment::{Disclosed, PartError};
use vault::Vault;

use super::disclosing::{store, text_of};

/// Where the address stands in a connection.
const ADDRESS: &str = "/client/ip";

/// What the log's indexes are made with. Cost: two HMACs.
pub(crate) fn index_secret(vault: &Vault) -> IndexSecret {
    IndexSecret { seed: vault.index_seed(), key: IndexKey::new(vault.index_mac_key()) }
}

/// What the index takes of an entry's disclosures.
pub(crate) fn row_extra(vault: &Vault, entry: &Entry<'_>, disclosed: &Disclosed) -> Result<RowExtra, PartError> {
    let identity =
        disclosed.iter().filter_map(|[identity, ..]| identity.as_ref().map(|record| record.digest)).collect();
    Ok(RowExtra { address: address_of(vault, entry, disclosed)?, identity })
}

/// What the index holds for an entry's address: the address itself where it stands in the line, else its value under the key of
/// the person whose connection it is. `None` where there is no address, or that key is gone. Cost: at most one decryption.
pub(crate) fn address_of(
    vault: &Vault,
    entry: &Entry<'_>,
    disclosed: &Disclosed,
) -> Result<Option<AddressValue>, PartError> {
    if let Some(ip) = entry.client.ip.as_deref() {
        return Ok(vault.address_in_line(ip));
    }
    for record in disclosed.iter().flatten().flatten().filter(|record| record.kind == Kind::Connection) {
        if let Some(ip) = text_of(vault, record.as_ref())?.as_deref().map(address_in).transpose()?.flatten() {
            return Ok(vault.address_of(record.person, &ip));
        }
    }
    Ok(None)
}

/// Holds an identity open, unless it is already, its key is gone, or there is no more room: then it is not even opened.
pub(crate) fn remember_identity(vault: &Vault, record: SealedDisclosure<&[u8]>) -> Result<(), PartError> {
    let may_be_held = vault.holds_all_identities() && !vault.has_identity(&record.digest);
    if record.kind != Kind::Identity || !may_be_held {
        return Ok(());
    }
    let Some(json) = text_of(vault, record)? else { return Ok(()) };
    vault.remember_identity(record.digest, record.person, &json).map_err(store)
}

/// The address in a connection's `[salt,kind,value]` text.
pub(super) fn address_in(json: &str) -> Result<Option<String>, PartError> {
    let opened = OpenedDisclosure::parse(json).map_err(store)?;
    let raw = opened.values.iter().find(|(pointer, _)| pointer == ADDRESS).map(|(_, raw)| *raw);
    raw.map(serde_json::from_str).transpose().map_err(store)
}
