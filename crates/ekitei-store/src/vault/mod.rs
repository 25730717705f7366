//! `vault.db`: what a person reads on the phone. Opens by PIN.

pub mod drafts;
pub mod people;
pub mod read;
pub mod replay;
pub mod rooms;
pub mod salvage;
pub mod search;

mod apply;
mod held;
mod index;
mod meta;
mod mirror;
mod overlay;
mod recover;
mod settle;

pub use read::Shown;
pub use replay::Replayed;

use crate::db::Database;
use crate::error::StoreError;
use ekitei_seal::{Identity, VaultKey};
use std::ops::Deref;
use std::path::Path;
use std::sync::Mutex;

/// One SQL file a version; only added to, never changed.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/vault_0001.sql"),
    include_str!("../../migrations/vault_0002.sql"),
    include_str!("../../migrations/vault_0003.sql"),
];

/// The open vault. Derefs to [`Database`]: `vault.read(|c| read::record(c, id))`. Dropping it locks.
pub struct Vault {
    db: Database,
    id: String,
    identity: Identity,
    /// One replay at a time.
    replaying: Mutex<()>,
}

impl Vault {
    pub(crate) fn create(path: &Path, key: &VaultKey, identity: &Identity) -> Result<Self, StoreError> {
        let db = Database::open(path, key.secret(), MIGRATIONS)?;
        db.write(|tx| {
            meta::set(tx, meta::VAULT_ID, &uuid::Uuid::new_v4().to_string())?;
            meta::set(tx, meta::IDENTITY, &identity.to_secret_string())
        })?;
        Self::with(db)
    }

    pub(crate) fn open(path: &Path, key: &VaultKey) -> Result<Self, StoreError> {
        Self::with(Database::open(path, key.secret(), MIGRATIONS)?)
    }

    fn with(db: Database) -> Result<Self, StoreError> {
        let missing = || StoreError::Corrupt("vault without identity".into());
        let (id, identity) = db.read(|c| {
            let id = meta::get(c, meta::VAULT_ID)?.ok_or_else(missing)?;
            let text = zeroize::Zeroizing::new(meta::get(c, meta::IDENTITY)?.ok_or_else(missing)?);
            Ok((id, Identity::from_secret_string(&text)?))
        })?;
        people::bring_up_to_date(&db)?;
        Ok(Self { db, id, identity, replaying: Mutex::new(()) })
    }

    /// Opens what is sealed to this phone.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }
}

impl Deref for Vault {
    type Target = Database;
    fn deref(&self) -> &Database {
        &self.db
    }
}
