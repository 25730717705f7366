//! The phone's own key store, held by Kotlin: its HMAC key never leaves the secure hardware, so a purpose goes in and 32
//! bytes come out.

use ekitei_seal::{DeviceKeystore, SealError, Secret32};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// How Kotlin's key store can fail.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum KeystoreError {
    /// Cannot be used now: the screen is locked, the hardware is busy.
    #[error("{detail}")]
    Unavailable { detail: String },
    /// Its key is gone (reset of the screen lock, of the phone): what it protected cannot be read any more.
    #[error("{detail}")]
    Changed { detail: String },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeystoreError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unavailable { detail: error.reason }
    }
}

/// Implemented in Kotlin on Android Keystore.
#[uniffi::export(with_foreign)]
pub trait KeystoreCallback: Send + Sync {
    /// One line for people: where the keys are and how safe that is.
    fn describe(&self) -> String;
    /// HMAC-SHA-256 of `purpose` (UTF-8), 32 bytes: the same on every call. `vault-pin` has a key of its own that works
    /// only while the screen is unlocked; every other purpose needs no user.
    fn hmac(&self, purpose: String) -> Result<Vec<u8>, KeystoreError>;
}

/// As the core sees it.
struct PhoneKeystore(Arc<dyn KeystoreCallback>);

impl DeviceKeystore for PhoneKeystore {
    fn describe(&self) -> String {
        self.0.describe()
    }

    fn device_key(&self, purpose: &str) -> Result<Secret32, SealError> {
        let made = self.0.hmac(purpose.to_owned()).map_err(|error| match error {
            KeystoreError::Unavailable { detail } => SealError::KeystoreUnavailable(detail),
            KeystoreError::Changed { .. } => SealError::KeystoreChanged,
        })?;
        let made = Zeroizing::new(made);
        let bytes = <[u8; 32]>::try_from(made.as_slice())
            .map_err(|_| SealError::KeystoreUnavailable(format!("{} bytes instead of 32", made.len())))?;
        Ok(Secret32::from_bytes(bytes))
    }
}

pub(crate) fn adapted(callback: Arc<dyn KeystoreCallback>) -> Arc<dyn DeviceKeystore> {
    Arc::new(PhoneKeystore(callback))
}

static INSTALLED: Mutex<Option<Arc<dyn DeviceKeystore>>> = Mutex::new(None);

/// The app's Kotlin half calls this before the app opens its core.
#[uniffi::export]
pub fn install_keystore(keystore: Arc<dyn KeystoreCallback>) {
    *INSTALLED.lock().unwrap_or_else(PoisonError::into_inner) = Some(adapted(keystore));
}

/// For the app's shell. `None`: Kotlin has not called yet.
pub fn installed_keystore() -> Option<Arc<dyn DeviceKeystore>> {
    INSTALLED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(usize);

    impl KeystoreCallback for Fixed {
        fn describe(&self) -> String {
            "fixed".into()
        }
        fn hmac(&self, purpose: String) -> Result<Vec<u8>, KeystoreError> {
            match purpose.as_str() {
                "gone" => Err(KeystoreError::Changed { detail: "reset".into() }),
                "busy" => Err(KeystoreError::Unavailable { detail: "screen locked".into() }),
                _ => Ok(vec![u8::try_from(purpose.len()).unwrap_or(0); self.0]),
            }
        }
    }

    #[test]
    fn answers_of_kotlin_become_keys_or_their_fault() {
        let keystore = PhoneKeystore(Arc::new(Fixed(32)));
        assert_eq!(keystore.device_key("abc").map(|k| *k.expose()).ok(), Some([3; 32]));
        assert!(matches!(keystore.device_key("gone"), Err(SealError::KeystoreChanged)));
        assert!(matches!(keystore.device_key("busy"), Err(SealError::KeystoreUnavailable(_))));
        let short = PhoneKeystore(Arc::new(Fixed(31)));
        assert!(matches!(short.device_key("abc"), Err(SealError::KeystoreUnavailable(_))));
    }
}
