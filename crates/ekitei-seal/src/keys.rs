//! age X25519 keys: the identity opens, the recipient seals.

use std::fmt;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::SealError;
use crate::secret::hex;

/// A private key (`AGE-SECRET-KEY-1…`). The phone keeps one in its vault, the office one per key period.
#[derive(Clone)]
pub struct Identity(age::x25519::Identity);

impl Identity {
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`SealError::InvalidKey`] for anything but an X25519 secret key.
    pub fn from_secret_string(text: &str) -> Result<Self, SealError> {
        age::x25519::Identity::from_str(text.trim()).map(Self).map_err(|_| SealError::InvalidKey)
    }

    /// The text form, wiped when dropped.
    pub fn to_secret_string(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    pub fn recipient(&self) -> Recipient {
        let inner = self.0.to_public();
        Recipient { text: inner.to_string(), inner }
    }

    pub(crate) fn as_age(&self) -> &dyn age::Identity {
        &self.0
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, …)", key_id(&self.recipient()))
    }
}

/// A public key (`age1…`); serialised as its text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recipient {
    text: String,
    inner: age::x25519::Recipient,
}

impl Recipient {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn as_age(&self) -> &dyn age::Recipient {
        &self.inner
    }
}

impl FromStr for Recipient {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let inner = age::x25519::Recipient::from_str(text.trim()).map_err(|_| SealError::InvalidKey)?;
        Ok(Self { text: inner.to_string(), inner })
    }
}

impl TryFrom<String> for Recipient {
    type Error = SealError;

    fn try_from(text: String) -> Result<Self, SealError> {
        text.parse()
    }
}

impl From<Recipient> for String {
    fn from(recipient: Recipient) -> String {
        recipient.text
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.text)
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Recipient {}

impl std::hash::Hash for Recipient {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// Short name of a key, for "which key was this sealed with": the first 16 hex digits of the SHA-256 of the
/// recipient's text.
pub fn key_id(recipient: &Recipient) -> String {
    hex(&Sha256::digest(recipient.text.as_bytes())[..8])
}
