//! A second way to the vault key beside the PIN: wrapped by a key of the phone that every use opens with a fingerprint or a
//! face. What wraps and unwraps is the shell's; here lies only what came out of it. Wrong fingers are counted by the system.

use crate::error::StoreError;
use crate::home::Home;
use crate::queue::{meta, pin};
use crate::vault::Vault;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ekitei_model::Fault;
use ekitei_seal::{SealError, Secret32, VaultKey, unwrap_with_pin};
use zeroize::Zeroizing;

/// The key that wrapped it is gone, or what lies here is not what it wrapped: the PIN must set it up anew.
const USELESS: [&str; 2] = ["biometrics-changed", "seal-damaged"];

impl Home {
    /// Whether something lies here that biometrics open.
    ///
    /// # Errors
    /// Store faults.
    pub fn has_biometrics(&self) -> Result<bool, StoreError> {
        Ok(self.queue().read(|c| meta::text(c, meta::BIOMETRICS))?.is_some() && self.has_vault()?)
    }

    /// Lets biometrics open the vault from now on; `wrap` asks the person for them. The PIN stays, and is asked for here: who
    /// finds an open phone must not put another finger to it.
    ///
    /// # Errors
    /// As [`Home::unlock`] for the PIN, and what `wrap` says.
    pub fn set_biometrics(
        &self,
        pin: &str,
        wrap: impl FnOnce(&[u8]) -> Result<Vec<u8>, Fault>,
    ) -> Result<(), Fault> {
        let wrapped = self.wrapped_key()?.ok_or(StoreError::NoVault)?;
        self.count_try()?;
        let key = unwrap_with_pin(&wrapped, pin, self.keystore()).map_err(StoreError::from)?;
        pin::succeeded(self.queue())?;
        let text = STANDARD.encode(wrap(key.secret().expose())?);
        Ok(self.queue().write(|tx| meta::set_text(tx, meta::BIOMETRICS, &text))?)
    }

    /// As [`Home::unlock`]; `unwrap` asks the person. `remember`: as [`Home::remember_unlocked`].
    ///
    /// # Errors
    /// `biometrics-none`: not set up here. `biometrics-changed` and `seal-damaged` end it: from then on the PIN alone opens.
    /// What `unwrap` says otherwise, and the faults of opening.
    pub fn unlock_with_biometrics(
        &self,
        now_ms: i64,
        remember: bool,
        unwrap: impl FnOnce(&[u8]) -> Result<Zeroizing<Vec<u8>>, Fault>,
    ) -> Result<Vault, Fault> {
        let text = self.queue().read(|c| meta::text(c, meta::BIOMETRICS))?;
        let text = text.ok_or_else(|| Fault::ask("biometrics-none"))?;
        let wrapped = self.wrapped_key()?.ok_or(StoreError::NoVault)?;
        let damaged = || Fault::from(SealError::Damaged);
        let opened = STANDARD.decode(text).map_err(|_| damaged()).and_then(|bytes| unwrap(&bytes));
        let key = opened.and_then(|plain| key_of(&plain).ok_or_else(damaged));
        if key.as_ref().is_err_and(|fault| USELESS.contains(&fault.code.as_str())) {
            self.forget_biometrics()?;
        }
        let key = key?;
        let vault = self.open_vault(&key, &wrapped, now_ms)?;
        if remember {
            self.remember(&key)?;
        }
        Ok(vault)
    }

    /// The PIN alone opens.
    ///
    /// # Errors
    /// Store faults.
    pub fn forget_biometrics(&self) -> Result<(), StoreError> {
        self.queue().write(|tx| meta::remove(tx, meta::BIOMETRICS))
    }
}

fn key_of(plain: &[u8]) -> Option<VaultKey> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    if plain.len() != bytes.len() {
        return None;
    }
    bytes.copy_from_slice(plain);
    Some(VaultKey::from_secret(Secret32::from_bytes(*bytes)))
}
