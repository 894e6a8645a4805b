//! The vault itself.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use env::{Clock, Disk, Random};
use event::{Disclosure, KeyError, Keys, Kind, Person, PersonId, PersonKey, personal::Fit};
use zeroize::Zeroizing;

use crate::{
    Check, Fold, Identity, IdentityError, KeyState, OpenError, RootKey, Sealed, StoreError, VaultError,
    address::{self, AddressValue},
    check::check_opened,
    cipher::{Cipher, NONCE_BYTES, TAG_BYTES},
    compact,
    database::{Database, Row, database_path},
    identities::Identities,
    key_file::{LogKey, log_path, root_path},
    people::{PENDING_MAX, People, name_of},
    pseudonyms,
    recent::RecentRecords,
    sealed::{HEAD_BYTES, head},
    wrapping::{Unwrapped, Wrapping},
};

/// What the vault takes from outside.
#[derive(Clone)]
pub struct Surroundings {
    /// Where key files lie. `vault.db` is SQLite's own file and always on the real file system.
    pub disk: Arc<dyn Disk>,
    /// Stamps new keys.
    pub clock: Arc<dyn Clock>,
    /// Makes new keys.
    pub random: Arc<dyn Random>,
    /// Simple case folding, as the index does it.
    pub fold: Fold,
}

/// The keys of a log's persons.
///
/// Any number of threads may use it at once. Locks are taken in the order of the fields: database, people, identities.
pub struct Vault {
    data_dir: PathBuf,
    surroundings: Surroundings,
    log_key: LogKey,
    wrapping: Wrapping,
    /// How many keys were made since the vault was opened; written under the lock of `people`.
    made: AtomicU64,
    /// How many of these are durable.
    durable: AtomicU64,
    database: Mutex<Database>,
    people: RwLock<People>,
    identities: RwLock<Identities>,
    records: RecentRecords,
}

impl Vault {
    /// Makes the keys and the database of a new log in its data directory: `keys/root`, `keys/log`, `vault.db`, durable
    /// and readable by their owner alone. A creation that was cut short is completed.
    ///
    /// # Errors
    /// Any [`VaultError`]. The database is made last: [`VaultError::KeyFile`] if it is there and a key file is not,
    /// because a new key would not fit it.
    pub fn create(data_dir: &Path, surroundings: Surroundings) -> Result<Self, VaultError> {
        let (disk, random) = (surroundings.disk.as_ref(), surroundings.random.as_ref());
        let has_database = database_path(data_dir).exists();
        let is_there = |path: PathBuf| match disk.exists(&path) {
            Ok(false) if has_database => {
                Err(VaultError::KeyFile { path, reason: "missing, though there is a database that belongs to it" })
            }
            Ok(exists) => Ok(exists),
            Err(source) => Err(VaultError::File { path, source }),
        };
        let root = match is_there(root_path(data_dir))? {
            true => RootKey::read(disk, data_dir)?,
            false => RootKey::create(disk, random, data_dir)?,
        };
        if !is_there(log_path(data_dir))? {
            LogKey::create(disk, random, data_dir, &root)?;
        }
        Database::create(data_dir)?;
        let vault = Self::open(data_dir, surroundings, &root)?;
        vault.settle()?;
        Ok(vault)
    }

    /// Opens the vault of a data directory and unwraps every key. Changes neither database nor write-ahead log, so that a
    /// start that is refused leaves them; whoever goes on calls [`Self::settle`].
    ///
    /// Cost: about 5 µs and 0.5 KiB a person.
    ///
    /// # Errors
    /// Any [`VaultError`]: a vault with one damaged row is not opened.
    pub fn open(data_dir: &Path, surroundings: Surroundings, root: &RootKey) -> Result<Self, VaultError> {
        Self::of(data_dir, surroundings, root, Database::open(data_dir)?)
    }

    /// As [`Self::open`], to open disclosures and nothing else: the database is not written to, so that verification changes
    /// nothing. Nobody else may have it open.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_to_read(data_dir: &Path, surroundings: Surroundings, root: &RootKey) -> Result<Self, VaultError> {
        Self::of(data_dir, surroundings, root, Database::open_at_rest(data_dir)?)
    }

    fn of(data_dir: &Path, surroundings: Surroundings, root: &RootKey, database: Database) -> Result<Self, VaultError> {
        let log_key = LogKey::read(surroundings.disk.as_ref(), data_dir, root)?;
        let wrapping = Wrapping::new(root);
        let mut people = People::default();
        database.for_each(&mut |row| {
            load(&mut people, &wrapping, &row).map_err(|reason| VaultError::Row {
                path: database.path().to_owned(),
                row: row.number,
                reason,
            })
        })?;
        let (live, destroyed) = people.counts();
        tracing::debug!(live, destroyed, "vault open");
        Ok(Self {
            data_dir: data_dir.to_owned(),
            log_key,
            wrapping,
            made: AtomicU64::new(0),
            durable: AtomicU64::new(0),
            database: Mutex::new(database),
            people: RwLock::new(people),
            identities: RwLock::new(Identities::new(surroundings.fold)),
            records: RecentRecords::default(),
            surroundings,
        })
    }

    /// Moves what an earlier process left in the write-ahead log into the database, where a destroyed key is overwritten.
    ///
    /// # Errors
    /// `Database`: what SQLite answers.
    pub fn settle(&self) -> Result<(), VaultError> {
        self.lock_database().settle()
    }

    /// How many keys were made since the vault was opened: whoever asks after [`Keys::person`] has a mark that covers the key
    /// it was given. Cost: one atomic load.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Acquire)
    }

    /// Makes the first `made` keys durable, and any that were made since, in one transaction; returns how many it wrote.
    /// A frame that needs a key is written after this and not before.
    ///
    /// Cost: one atomic load if they are durable; else one sync and about 10 µs a person. Of many who call at once one
    /// writes, and the others find it done.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and [`StoreError::Busy`], after which the keys still wait and it may be called again;
    /// [`StoreError::Failed`], after which it always fails.
    pub fn make_durable(&self, made: u64) -> Result<usize, StoreError> {
        let are_durable = || self.durable.load(Ordering::Acquire) >= made;
        if are_durable() {
            return Ok(0);
        }
        let mut database = self.lock_database();
        if are_durable() { Ok(0) } else { self.store_pending(&mut database) }
    }

    /// What is known of a person's key. A record whose person is unknown is damage, or another log's.
    #[must_use]
    pub fn key_state(&self, person: PersonId) -> KeyState {
        self.read_people().state(person)
    }

    /// Encrypts a disclosure that `key` made. Equal disclosures of a person seal to equal bytes.
    ///
    /// Cost: finding the phrases of its value and one AES-GCM-SIV, a few µs.
    #[must_use]
    pub fn seal(&self, key: &PersonKey, disclosure: &Disclosure) -> Sealed {
        let ciphertext = record_of(key, disclosure).split_off(HEAD_BYTES);
        Sealed { digest: disclosure.digest, person: key.id(), kind: disclosure.kind, ciphertext }
    }

    /// The record of a disclosure, sealed: as [`Self::seal`] and [`Sealed::to_record`].
    ///
    /// Cost: a look-up for an identity that was sealed lately; else as [`Self::seal`].
    #[must_use]
    pub fn seal_record(&self, key: &PersonKey, disclosure: &Disclosure) -> Arc<[u8]> {
        let lasting = disclosure.kind == Kind::Identity;
        if let Some(record) = lasting.then(|| self.records.get(&disclosure.digest)).flatten() {
            return record;
        }
        let record: Arc<[u8]> = record_of(key, disclosure).into();
        if lasting {
            self.records.put(disclosure.digest, Arc::clone(&record));
        }
        record
    }

    /// Decrypts a disclosure and checks it against its digest: the `[salt,kind,value]` text; `None` if the person's
    /// key was destroyed.
    ///
    /// Cost: one AES-GCM-SIV, one HMAC and one SHA-256, a few µs.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub fn open_sealed(&self, sealed: &Sealed) -> Result<Option<String>, OpenError> {
        self.open_ciphertext(&sealed.digest, sealed.person, sealed.kind, &sealed.ciphertext)
    }

    /// As [`Self::open_sealed`], of a disclosure that lies elsewhere.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub fn open_ciphertext(
        &self,
        digest: &[u8; 32],
        person: PersonId,
        kind: Kind,
        ciphertext: &[u8],
    ) -> Result<Option<String>, OpenError> {
        let key = {
            let people = self.read_people();
            match people.by_id(person) {
                Some(key) => Arc::clone(key),
                None if people.state(person) == KeyState::Destroyed => return Ok(None),
                None => return Err(OpenError::UnknownPerson),
            }
        };
        let plain = cipher_of(&key).decrypt(&nonce_of(digest), &head(digest, person, kind), ciphertext);
        let mut plain: Zeroizing<Vec<u8>> = plain.ok_or(OpenError::Altered)?;
        let opened = compact::read(&key, kind, std::mem::take(&mut *plain));
        let opened = opened.filter(|disclosure| disclosure.digest == *digest).ok_or(OpenError::OtherDigest)?;
        Ok(Some(opened.json))
    }

    /// What the index holds for an address that stands in a line; `None` of what is no address.
    #[must_use]
    pub fn address_in_line(&self, ip: &str) -> Option<AddressValue> {
        ip.parse().ok().map(address::value_in_line)
    }

    /// What the index holds for an address that `key`'s person disclosed; `None` of what is no address.
    ///
    /// Cost: one AES, and its key's schedule.
    #[must_use]
    pub fn address_under(&self, key: &PersonKey, ip: &str) -> Option<AddressValue> {
        ip.parse().ok().map(|ip| address::value_of(key, ip))
    }

    /// As [`Self::address_under`], by the person's handle; `None` if the key is gone, too.
    #[must_use]
    pub fn address_of(&self, person: PersonId, ip: &str) -> Option<AddressValue> {
        let key = self.read_people().by_id(person).map(Arc::clone)?;
        self.address_under(&key, ip)
    }

    /// Everything that the index may hold for an address that can be read: one value for each person with a key, and one for
    /// where it stands in the line; ascending.
    ///
    /// Cost: one AES a person and a sort: about 0.2 µs and 32 bytes a person.
    #[must_use]
    pub fn address_values(&self, ip: IpAddr) -> Vec<AddressValue> {
        let mut values: Vec<_> = self.read_people().live().map(|key| address::value_of(key, ip)).collect();
        values.push(address::value_in_line(ip));
        values.sort_unstable();
        values
    }

    /// The address behind a value of the index; `None` if the person's key is gone, or the value is none of this vault's.
    ///
    /// Cost: a look-up and one AES.
    #[must_use]
    pub fn reveal_address(&self, value: &AddressValue) -> Option<IpAddr> {
        let Some(person) = address::holder(value) else { return Some(address::reveal(None, value)) };
        let key = self.read_people().by_id(person).map(Arc::clone)?;
        Some(address::reveal(Some(&key), value))
    }

    /// Whether a value of the index is of somebody whose key was destroyed: it says nothing any more, and cannot be made again.
    #[must_use]
    pub fn is_of_erased(&self, value: &AddressValue) -> bool {
        address::holder(value).is_some_and(|person| self.key_state(person) == KeyState::Destroyed)
    }

    /// The seed of the log's indexes: the same for ever, and unknown to whoever sends events.
    ///
    /// Cost: one HMAC.
    #[must_use]
    pub fn index_seed(&self) -> u64 {
        self.log_key.index_seed()
    }

    /// The key that authenticates the log's index files: the same for ever, and unknown to whoever can write to them alone.
    ///
    /// Cost: one HMAC.
    #[must_use]
    pub fn index_mac_key(&self) -> [u8; 32] {
        self.log_key.index_mac_key()
    }

    /// Destroys a person's key and everything held open under it: durable, overwritten on the disk, and gone from the
    /// write-ahead log before this returns. Returns the key's handle; `None` if the person has no key. The caller has
    /// made the tombstone entry durable before (docs/reliability.md, "Erase").
    ///
    /// # Errors
    /// Any [`StoreError`]. After [`StoreError::Busy`] and [`StoreError::DiskFull`] the key may be destroyed and its old
    /// bytes still in the log: call again until it succeeds.
    pub fn destroy(&self, person: &Person<'_>) -> Result<Option<PersonId>, StoreError> {
        let mut database = self.lock_database();
        // A key that is not in the database yet would come back with the next transaction.
        self.store_pending(&mut database)?;
        let id = self.read_people().by_name(&name_of(person)).map(|key| key.id());
        if let Some(id) = id {
            database.destroy(&id.0, self.surroundings.clock.now_us())?;
            let mut people = self.write_people();
            people.destroy(person, id);
            self.write_identities().forget(id);
        }
        database.purge_log()?;
        Ok(id)
    }

    /// Keeps an identity open in memory. `json` is the disclosure's `[salt,kind,value]` text. Twice is once; nothing
    /// is kept of a person whose key is not live.
    ///
    /// # Errors
    /// [`IdentityError`] if the text is no identity disclosure.
    pub fn remember_identity(&self, digest: [u8; 32], person: PersonId, json: &str) -> Result<(), IdentityError> {
        // Held until the identity is in, so that a destruction comes before (and it is not kept) or after (and drops it).
        let people = self.read_people();
        match people.state(person) {
            KeyState::Live => self.write_identities().remember(digest, person, json),
            KeyState::Destroyed | KeyState::Unknown => Ok(()),
        }
    }

    /// Drops the open identities of a person; returns how many there were.
    pub fn forget_identities(&self, person: PersonId) -> usize {
        self.write_identities().forget(person)
    }

    /// Whether this identity is held open. Cost: one look-up.
    #[must_use]
    pub fn has_identity(&self, digest: &[u8; 32]) -> bool {
        self.read_identities().contains(digest)
    }

    /// The digests of the open identities whose value at `pointer` contains `needle`, exactly or folded; sorted.
    ///
    /// Cost: one scan over the distinct values at that pointer.
    #[must_use]
    pub fn identities_matching(&self, pointer: &str, needle: &str, fold: bool) -> Vec<[u8; 32]> {
        self.read_identities().find(pointer, needle, Fit::Inside, fold)
    }

    /// The digests of the open identities whose value at `pointer` is `value`, exactly or folded; sorted.
    ///
    /// Cost: one look-up, and one for each hit.
    #[must_use]
    pub fn identities_with(&self, pointer: &str, value: &str, fold: bool) -> Vec<[u8; 32]> {
        self.read_identities().find(pointer, value, Fit::Whole, fold)
    }

    /// Hands out every value of an open identity whose folding relates so to `folded`: digest, pointer, value; in no
    /// particular order. The visitor must not call the vault.
    ///
    /// Cost: a binary search, and for [`Fit::Inside`] one scan over the distinct values.
    pub fn for_each_fitting(&self, fit: Fit, folded: &str, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.read_identities().visit(fit, folded, take);
    }

    /// Returns how often somebody's identities were dropped. Answers made before must not be used after.
    #[must_use]
    pub fn erasures(&self) -> u64 {
        self.read_identities().forgotten()
    }

    /// Whether anybody's key was ever destroyed. Cost: none.
    #[must_use]
    pub fn has_erased(&self) -> bool {
        self.read_people().counts().1 > 0
    }

    /// The handles whose keys were destroyed, sorted: each must be explained by an entry of the log's.
    #[must_use]
    pub fn destroyed(&self) -> Vec<PersonId> {
        self.read_people().destroyed()
    }

    /// Visits every open identity, in no particular order. The visitor must not call the vault.
    pub fn for_each_identity(&self, visit: &mut dyn FnMut(&Identity<'_>)) {
        self.read_identities().for_each(visit);
    }

    /// Reads all of the vault's files again: see [`crate::check`]. May run while the vault is in use.
    #[must_use]
    pub fn check(&self) -> Check {
        check_opened(self.surroundings.disk.as_ref(), &self.data_dir, Database::open_to_read)
    }

    fn store_pending(&self, database: &mut Database) -> Result<usize, StoreError> {
        let rows: Vec<Arc<Row>> = self.read_people().pending().to_vec();
        if rows.is_empty() {
            return Ok(0);
        }
        database.insert(rows.iter().map(Arc::as_ref))?;
        self.write_people().settle(rows.len());
        self.durable.fetch_add(rows.len() as u64, Ordering::Release);
        Ok(rows.len())
    }

    /// Makes a key for a person who has none yet, unless another thread was faster.
    fn make(&self, person: &Person<'_>, name: &[u8]) -> Result<Arc<PersonKey>, KeyError> {
        let mut people = self.write_people();
        match people.by_name(name) {
            Some(key) => Ok(Arc::clone(key)),
            None => self.make_among(&mut people, person, None),
        }
    }

    /// Makes a key for a person who has none, and whose id stands for `address`, if it is a pseudonym.
    fn make_among(
        &self,
        people: &mut People,
        person: &Person<'_>,
        address: Option<&str>,
    ) -> Result<Arc<PersonKey>, KeyError> {
        if people.pending().len() >= PENDING_MAX {
            let reason = "too many new persons wait to be written".to_owned();
            return Err(KeyError::Unavailable { reason });
        }
        let random = self.surroundings.random.as_ref();
        let mut id = PersonId([0; 16]);
        random.fill(&mut id.0);
        // Never twice with real randomness; a simulator that starts again from its seed draws the same handles. That of
        // nobody is taken (spec/vault.md, "Address values").
        while people.state(id) != KeyState::Unknown || id.0 == [0; 16] {
            random.fill(&mut id.0);
        }
        let mut secret = Zeroizing::new([0; 32]);
        random.fill(secret.as_mut_slice());
        let key = Arc::new(PersonKey::new(id, secret));
        let row = self.wrapping.wrap(random, person, address, &key, self.surroundings.clock.now_us());
        assert!(people.insert(person, Arc::clone(&key)), "neither person nor handle has a key, under this lock");
        people.add_pending(row);
        self.made.fetch_add(1, Ordering::Release);
        Ok(key)
    }

    // A panic elsewhere leaves none of these half-changed in a way that could hand out a wrong key: maps are changed by
    // single insertions, and the database by transactions. So a poisoned lock is used on.

    fn lock_database(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_people(&self) -> RwLockReadGuard<'_, People> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_people(&self) -> RwLockWriteGuard<'_, People> {
        self.people.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_identities(&self) -> RwLockReadGuard<'_, Identities> {
        self.identities.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_identities(&self) -> RwLockWriteGuard<'_, Identities> {
        self.identities.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys for Vault {
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let name = name_of(person);
        if let Some(key) = self.read_people().by_name(&name) {
            return Ok(Arc::clone(key));
        }
        self.make(person, &name)
    }

    /// Random, and made with the person's key, which keeps what it stands for: durable and destroyed with it.
    ///
    /// Cost: a hash and a look-up for an address that has one.
    fn pseudonym(&self, person: &Person<'_>) -> String {
        if let Some(known) = self.read_people().pseudonyms.get(person) {
            return known;
        }
        let mut people = self.write_people();
        // Another thread may have been faster: equal addresses have one pseudonym.
        if let Some(known) = people.pseudonyms.get(person) {
            return known;
        }
        let random = self.surroundings.random.as_ref();
        let mut pseudonym = pseudonyms::draw(random);
        // As with handles: never twice with real randomness.
        while people.by_name(&name_of(&Person { id: &pseudonym, ..*person })).is_some() {
            pseudonym = pseudonyms::draw(random);
        }
        let named = Person { id: &pseudonym, ..*person };
        // Where no key can be made now, the event that needs it is refused when it asks for the key.
        if self.make_among(&mut people, &named, Some(person.id)).is_ok() {
            people.pseudonyms.insert(person, &pseudonym);
        }
        pseudonym
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

fn load(people: &mut People, wrapping: &Wrapping, row: &Row) -> Result<(), &'static str> {
    let taken_in = match (wrapping.unwrap(row)?, row.person()) {
        (Some(Unwrapped { key, address }), Some(person)) => {
            if let Some(address) = &address
                && !people.pseudonyms.insert(&Person { id: address, ..person }, person.id)
            {
                return Err("its id is no pseudonym, or its address has another");
            }
            people.insert(&person, Arc::new(key))
        }
        _ => people.insert_destroyed(PersonId(row.id)),
    };
    if taken_in { Ok(()) } else { Err("its person or its handle stands in another row, too") }
}

/// The record of a disclosure: its head, and its text encrypted behind it in the shortest form.
fn record_of(key: &PersonKey, disclosure: &Disclosure) -> Vec<u8> {
    let bound = head(&disclosure.digest, key.id(), disclosure.kind);
    let mut record = Vec::with_capacity(HEAD_BYTES + disclosure.json.len() + TAG_BYTES);
    record.extend_from_slice(&bound);
    compact::write(key, disclosure, &mut record);
    let text = record.get_mut(HEAD_BYTES..).unwrap_or_default();
    let tag = cipher_of(key).encrypt_in_place(&nonce_of(&disclosure.digest), &bound, text);
    record.extend_from_slice(&tag);
    record
}

fn cipher_of(key: &PersonKey) -> Cipher {
    Cipher::new(key.encryption())
}

/// The first bytes of the digest: see spec/vault.md for why that is safe.
fn nonce_of(digest: &[u8; 32]) -> [u8; NONCE_BYTES] {
    *digest.first_chunk().expect("a digest is longer than a nonce")
}
