//! Thirty-two secret bytes, and what is derived from them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::SealError;

/// A 256-bit key. Wiped when dropped; `Debug` shows nothing of it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret32([u8; 32]);

impl Secret32 {
    /// Fresh random bytes from the operating system.
    pub fn generate() -> Result<Self, SealError> {
        let mut secret = Self([0; 32]);
        getrandom::fill(&mut secret.0).map_err(|_| SealError::NoRandom)?;
        Ok(secret)
    }

    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves. Do not copy them into anything that is not wiped.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hex digits, the form that SQLCipher takes as a raw key (`PRAGMA key = "x'…'"`).
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&self.0))
    }

    /// A key for one purpose: HMAC-SHA256 of the label and the parts, each preceded by its length so that no two
    /// different inputs look alike. Our keys are uniform, so HKDF's extract step has nothing to add.
    pub(crate) fn derive(&self, label: &str, parts: &[&[u8]]) -> Secret32 {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(b"ekitei/1/");
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Secret32(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret32(…)")
    }
}

/// The key of `vault.db`: random, made once per vault, kept only wrapped by PIN and device key store.
#[derive(Clone, Debug)]
pub struct VaultKey(Secret32);

impl VaultKey {
    pub fn generate() -> Result<Self, SealError> {
        Secret32::generate().map(Self)
    }

    pub fn from_secret(secret: Secret32) -> Self {
        Self(secret)
    }

    pub fn secret(&self) -> &Secret32 {
        &self.0
    }

    /// See [`Secret32::to_hex`].
    pub fn to_hex(&self) -> Zeroizing<String> {
        self.0.to_hex()
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}
