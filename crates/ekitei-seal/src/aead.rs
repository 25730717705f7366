//! Small values under a 256-bit key: XChaCha20-Poly1305, random 24-byte nonce in front. The long nonce is why
//! random ones are safe however often a key is used.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::SealError;
use crate::secret::Secret32;

const NONCE_BYTES: usize = 24;

/// `nonce ‖ ciphertext ‖ tag`; `context` must be the same when opening.
pub(crate) fn seal(key: &Secret32, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut sealed = vec![0u8; NONCE_BYTES];
    getrandom::fill(&mut sealed).map_err(|_| SealError::NoRandom)?;
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key.expose()))
        .encrypt(XNonce::from_slice(&sealed), Payload { msg: plain, aad: context })
        .expect("values of this size are always encrypted");
    sealed.extend_from_slice(&cipher);
    Ok(sealed)
}

/// # Errors
/// [`SealError::Damaged`] when key, context or bytes differ.
pub(crate) fn open(key: &Secret32, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, cipher) = sealed.split_at_checked(NONCE_BYTES).ok_or(SealError::Damaged)?;
    XChaCha20Poly1305::new(Key::from_slice(key.expose()))
        .decrypt(XNonce::from_slice(nonce), Payload { msg: cipher, aad: context })
        .map(Zeroizing::new)
        .map_err(|_| SealError::Damaged)
}
