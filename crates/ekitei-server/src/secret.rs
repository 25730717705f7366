//! Keyed hashes and random text: one-time codes, challenges, tokens, session cookies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ekitei_model::{DeviceId, StaffId};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes from the operating system: {0}")]
pub struct NoRandom(#[from] getrandom::Error);

/// `N` random bytes.
///
/// # Errors
/// The operating system has none.
pub fn random<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A new secret for a cookie: 32 random bytes as text.
///
/// # Errors
/// The operating system has no random bytes.
pub fn random_text() -> Result<String, NoRandom> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// Letters of a one-time code: no 0/O, 1/I/L, U.
const CODE_LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ@#";
const CODE_LEN: usize = 10;

/// The server's signing key; every use has its own purpose word, so a challenge never passes for a token.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}

/// What a device token says. Stateless: the device's state is looked up with every request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub device: DeviceId,
    pub staff: StaffId,
    pub expires_ms: i64,
}

/// Why a token or challenge is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not ours, or changed.
    Forged,
    Expired,
}

impl Signer {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    fn mac(&self, purpose: &str, data: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(data);
        mac
    }

    /// What of a one-time code is stored: without the key it cannot be searched for.
    pub fn code_hash(&self, code: &str) -> String {
        crate::hex::encode(&self.mac("code", normal_code(code).as_bytes()).finalize().into_bytes())
    }

    pub fn token(&self, claims: &Claims) -> String {
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).expect("claims are plain data"));
        let tag = URL_SAFE_NO_PAD.encode(self.mac("token", body.as_bytes()).finalize().into_bytes());
        format!("{body}.{tag}")
    }

    /// # Errors
    /// [`Refusal`]; the time is looked at only when the signature is right.
    pub fn check_token(&self, token: &str, now_ms: i64) -> Result<Claims, Refusal> {
        let (body, tag) = token.split_once('.').ok_or(Refusal::Forged)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| Refusal::Forged)?;
        self.mac("token", body.as_bytes()).verify_slice(&tag).map_err(|_| Refusal::Forged)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| Refusal::Forged)?;
        let claims: Claims = serde_json::from_slice(&body).map_err(|_| Refusal::Forged)?;
        if claims.expires_ms <= now_ms { Err(Refusal::Expired) } else { Ok(claims) }
    }

    /// A challenge for `device`, good until `expires_ms`.
    ///
    /// # Errors
    /// The operating system has no random bytes.
    pub fn challenge(&self, device: DeviceId, expires_ms: i64) -> Result<String, NoRandom> {
        let mut bytes = Vec::with_capacity(8 + 16 + 32);
        bytes.extend(expires_ms.to_be_bytes());
        bytes.extend(random::<16>()?);
        let tag = self.mac("challenge", &of_device(device, &bytes)).finalize().into_bytes();
        bytes.extend(tag);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The challenge's end, ms since 1970.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn check_challenge(&self, device: DeviceId, challenge: &str, now_ms: i64) -> Result<i64, Refusal> {
        let bytes = URL_SAFE_NO_PAD.decode(challenge).map_err(|_| Refusal::Forged)?;
        let (body, tag) = bytes.split_at_checked(24).ok_or(Refusal::Forged)?;
        self.mac("challenge", &of_device(device, body)).verify_slice(tag).map_err(|_| Refusal::Forged)?;
        let expires_ms = body.first_chunk().map_or(0, |b| i64::from_be_bytes(*b));
        if expires_ms <= now_ms { Err(Refusal::Expired) } else { Ok(expires_ms) }
    }
}

fn of_device(device: DeviceId, bytes: &[u8]) -> Vec<u8> {
    [device.0.as_bytes().as_slice(), bytes].concat()
}

/// A new one-time code, `XXXXX-XXXXX`: 49 random bits, read aloud without mistakes.
///
/// # Errors
/// The operating system has no random bytes.
pub fn new_code() -> Result<String, NoRandom> {
    let mut code = String::with_capacity(CODE_LEN + 1);
    while code.len() < CODE_LEN + 1 {
        for byte in random::<16>()? {
            // Thirty letters: the two fillers of the table are thrown again, so every letter is equally likely.
            let letter = CODE_LETTERS[usize::from(byte & 31)];
            if code.len() == CODE_LEN + 1 || !letter.is_ascii_alphanumeric() {
                continue;
            }
            if code.len() == CODE_LEN / 2 {
                code.push('-');
            }
            code.push(char::from(letter));
        }
    }
    Ok(code)
}

/// As typed on any keyboard (full width, lower case, spaces, dashes) to the ten letters.
fn normal_code(code: &str) -> String {
    ekitei_model::fold::fold(code)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn signer() -> Signer {
        Signer::new(&[7; 32])
    }

    #[test]
    fn a_code_survives_every_keyboard_and_no_other_key_finds_it() {
        let code = new_code().unwrap();
        assert_eq!(code.len(), CODE_LEN + 1);
        let typed: String = code
            .to_lowercase()
            .chars()
            .map(|c| match c {
                '-' => '－',
                c => char::from_u32(c as u32 + 0xfee0).unwrap(),
            })
            .collect();
        assert_eq!(signer().code_hash(&code), signer().code_hash(&format!(" {typed} ")));
        assert_ne!(signer().code_hash(&code), Signer::new(&[8; 32]).code_hash(&code));
        assert_ne!(signer().code_hash(&code), signer().code_hash(&new_code().unwrap()));
    }

    #[test]
    fn a_token_is_taken_until_it_expires_and_only_unchanged() {
        let claims =
            Claims { device: DeviceId(uuid::Uuid::from_u128(5)), staff: "s1".into(), expires_ms: 100 };
        let token = signer().token(&claims);
        assert_eq!(signer().check_token(&token, 99), Ok(claims));
        assert_eq!(signer().check_token(&token, 100), Err(Refusal::Expired));
        assert_eq!(Signer::new(&[8; 32]).check_token(&token, 1), Err(Refusal::Forged));
        let mut bytes = token.into_bytes();
        bytes[3] ^= 1;
        assert_eq!(signer().check_token(&String::from_utf8_lossy(&bytes), 1), Err(Refusal::Forged));
        for garbage in ["", ".", "a.b", "…"] {
            assert_eq!(signer().check_token(garbage, 1), Err(Refusal::Forged));
        }
    }

    #[test]
    fn a_challenge_belongs_to_one_device_and_is_no_token() {
        let device = DeviceId(uuid::Uuid::from_u128(5));
        let challenge = signer().challenge(device, 100).unwrap();
        assert_eq!(signer().check_challenge(device, &challenge, 50), Ok(100));
        assert_eq!(signer().check_challenge(device, &challenge, 100), Err(Refusal::Expired));
        let other = DeviceId(uuid::Uuid::from_u128(6));
        assert_eq!(signer().check_challenge(other, &challenge, 50), Err(Refusal::Forged));
        assert_eq!(signer().check_challenge(device, "AAAA", 50), Err(Refusal::Forged));
        assert_eq!(signer().check_token(&challenge, 50), Err(Refusal::Forged));
    }
}
