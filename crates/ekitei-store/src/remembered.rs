//! A home that stays unlocked between processes: for the development host, where each command is its own process.
//! The vault key lies in `DIR/unlocked.key`, wrapped by the device key store, until [`Home::forget_unlocked`]. It is
//! therefore as safe as that key store, no safer: a phone keeps the key in memory and never calls this.

use crate::error::StoreError;
use crate::home::Home;
use crate::queue::{meta, pin as pin_tries};
use crate::vault::Vault;
use ekitei_seal::atomic::{FileError, write_atomic};
use ekitei_seal::{Secret32, VaultKey, WrappedKey, unwrap_with_pin};
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

const PURPOSE: &str = "unlocked-home";

impl Home {
    fn unlocked_key(&self) -> PathBuf {
        self.dir().join("unlocked.key")
    }

    /// Keeps the home unlocked. `pin` has just unlocked it; a wrong one counts, so this is no way around the delays.
    ///
    /// # Errors
    /// [`StoreError::NoVault`], `pin-wrong`, file faults.
    pub fn remember_unlocked(&self, pin: &str) -> Result<(), StoreError> {
        let wrapped: Option<WrappedKey> = self.queue().read(|c| meta::json(c, meta::WRAPPED_KEY))?;
        let wrapped = wrapped.ok_or(StoreError::NoVault)?;
        pin_tries::begin_repeated(self.queue())?;
        let key = unwrap_with_pin(&wrapped, pin, self.keystore())?;
        pin_tries::succeeded(self.queue())?;
        self.remember(&key)
    }

    pub(crate) fn remember(&self, key: &VaultKey) -> Result<(), StoreError> {
        let sealed = self.keystore().wrap(PURPOSE, key.secret().expose())?;
        let path = self.unlocked_key();
        write_atomic(&path, |file| file.write_all(&sealed).map_err(|e| FileError::new("write", &path, e)))?;
        Ok(())
    }

    pub fn is_remembered_unlocked(&self) -> bool {
        self.unlocked_key().exists()
    }

    /// `None`: locked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a vault that cannot be read; key store faults.
    pub fn unlock_remembered(&self) -> Result<Option<Vault>, StoreError> {
        let path = self.unlocked_key();
        let sealed = match fs::read(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|e| FileError::new("read", &path, e))?,
        };
        let plain = self.keystore().unwrap(PURPOSE, &sealed)?;
        let mut bytes = Zeroizing::new([0u8; 32]);
        if plain.len() != bytes.len() {
            return Err(ekitei_seal::SealError::Damaged.into());
        }
        bytes.copy_from_slice(&plain);
        let key = VaultKey::from_secret(Secret32::from_bytes(*bytes));
        Vault::open(&self.dir().join("vault.db"), &key).map(Some)
    }

    /// Locks it for every process; does nothing when it is locked.
    ///
    /// # Errors
    /// A file fault.
    pub fn forget_unlocked(&self) -> Result<(), StoreError> {
        let path = self.unlocked_key();
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(FileError::new("delete", &path, e).into())
            }
            _ => Ok(()),
        }
    }
}
