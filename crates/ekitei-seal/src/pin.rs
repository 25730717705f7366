//! The PIN around the vault key. A random [`VaultKey`] is encrypted under a key made from the PIN (Argon2id) **and**
//! the device key store: a copied phone image cannot be tried elsewhere, and a PIN change re-wraps 32 bytes.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::aead;
use crate::error::SealError;
use crate::keystore::DeviceKeystore;
use crate::secret::{Secret32, VaultKey, hex};

/// The device key that the PIN is entangled with. A phone gives it only while its own lock was opened lately.
pub const PIN_PURPOSE: &str = "vault-pin";
const FORMAT: u32 = 1;
const SALT_BYTES: usize = 16;

/// Cost of one PIN attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argon2Params {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Argon2Params {
    /// 19 MiB, two passes, one lane: the minimum of the OWASP Password Storage Cheat Sheet for Argon2id. The device
    /// key store carries the rest of the strength, and phones of 2022 must answer in well under a second.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    /// Nearly free, for tests that unlock hundreds of times. Never the default of anything.
    pub const TEST_ONLY: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// A tampered file must not make us allocate gigabytes.
    fn is_plausible(self) -> bool {
        self.memory_kib <= 256 * 1024 && self.passes <= 16 && self.lanes <= 8
    }
}

/// A vault key as it is kept on disk (JSON). Useless without both the PIN and this device's key store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey {
    format: u32,
    argon2: Argon2Params,
    /// Base64.
    salt: String,
    /// Base64 of nonce, ciphertext and tag.
    sealed_key: String,
    /// Names the key store, so that another one is not mistaken for a wrong PIN. Says nothing about the PIN.
    keystore_check: String,
}

/// Wraps `key`; every call takes a new salt.
///
/// # Errors
/// [`SealError::PinShort`], [`SealError::PinWeak`], or a failure of the key store.
pub fn wrap_with_pin(
    key: &VaultKey,
    pin: &str,
    keystore: &dyn DeviceKeystore,
    params: Argon2Params,
) -> Result<WrappedKey, SealError> {
    check_pin(pin)?;
    let mut salt = [0u8; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|_| SealError::NoRandom)?;
    let device_key = keystore.device_key(PIN_PURPOSE)?;
    let mut wrapped = WrappedKey {
        format: FORMAT,
        argon2: params,
        salt: STANDARD_NO_PAD.encode(salt),
        sealed_key: String::new(),
        keystore_check: keystore_check(&device_key),
    };
    let kek = key_from_pin(pin, &salt, params, &device_key)?;
    wrapped.sealed_key = STANDARD_NO_PAD.encode(aead::seal(&kek, &wrapped.context(), key.secret().expose())?);
    Ok(wrapped)
}

/// Opens the vault key. Counting wrong attempts and waiting between them is the caller's rule.
///
/// # Errors
/// [`SealError::WrongPin`]; [`SealError::KeystoreChanged`] when no PIN can help here; [`SealError::Damaged`] when
/// the stored value is no wrapped key.
pub fn unwrap_with_pin(
    wrapped: &WrappedKey,
    pin: &str,
    keystore: &dyn DeviceKeystore,
) -> Result<VaultKey, SealError> {
    if wrapped.format != FORMAT || !wrapped.argon2.is_plausible() {
        return Err(SealError::Damaged);
    }
    let salt = STANDARD_NO_PAD.decode(&wrapped.salt).map_err(|_| SealError::Damaged)?;
    let sealed_key = STANDARD_NO_PAD.decode(&wrapped.sealed_key).map_err(|_| SealError::Damaged)?;
    let device_key = keystore.device_key(PIN_PURPOSE)?;
    if keystore_check(&device_key) != wrapped.keystore_check {
        return Err(SealError::KeystoreChanged);
    }
    let kek = key_from_pin(pin, &salt, wrapped.argon2, &device_key)?;
    let opened = aead::open(&kek, &wrapped.context(), &sealed_key).map_err(|_| SealError::WrongPin)?;
    let mut bytes = Zeroizing::new([0u8; 32]);
    if opened.len() != bytes.len() {
        return Err(SealError::Damaged);
    }
    bytes.copy_from_slice(&opened);
    Ok(VaultKey::from_secret(Secret32::from_bytes(*bytes)))
}

/// Changes the PIN: the vault key, and so the vault, stays as it is.
///
/// # Errors
/// As [`unwrap_with_pin`] for the old PIN and [`wrap_with_pin`] for the new one.
pub fn rewrap(
    wrapped: &WrappedKey,
    old_pin: &str,
    new_pin: &str,
    keystore: &dyn DeviceKeystore,
    params: Argon2Params,
) -> Result<WrappedKey, SealError> {
    check_pin(new_pin)?;
    wrap_with_pin(&unwrap_with_pin(wrapped, old_pin, keystore)?, new_pin, keystore, params)
}

/// The rule for new PINs: six digits or more, or a passphrase of eight characters or more; nothing that is tried first.
/// Full-width digits and letters count as their ASCII twins, so that the keyboard's mode does not matter.
///
/// # Errors
/// [`SealError::PinShort`] or [`SealError::PinWeak`].
pub fn check_pin(pin: &str) -> Result<(), SealError> {
    let pin = normalise(pin);
    let all_digits = pin.bytes().all(|b| b.is_ascii_digit());
    if pin.chars().count() < if all_digits { 6 } else { 8 } {
        return Err(SealError::PinShort);
    }
    if repeats(&pin) || runs(pin.as_bytes()) || WELL_KNOWN.contains(&pin.to_lowercase().as_str()) {
        return Err(SealError::PinWeak);
    }
    Ok(())
}

/// Favourites of published PIN and password lists that the two pattern rules below do not catch.
const WELL_KNOWN: &[&str] = &[
    "112233",
    "123321",
    "123654",
    "147258",
    "147852",
    "159357",
    "159753",
    "258456",
    "321654",
    "456123",
    "789456",
    "102030",
    "11223344",
    "12341234",
    "password",
    "passw0rd",
    "password1",
    "qwertyui",
    "qwerty12",
    "iloveyou",
    "sakura01",
    "abcd1234",
];

/// The same one to four characters over and over: 000000, 121212, 123123, 12341234.
fn repeats(pin: &str) -> bool {
    let chars: Vec<char> = pin.chars().collect();
    (1..=4).any(|period| chars.len() >= period * 2 && chars.iter().zip(&chars[period..]).all(|(a, b)| a == b))
}

/// Each byte one above (or below) the last, 9 and 0 being neighbours: 123456, 987654, 567890, abcdefgh.
fn runs(pin: &[u8]) -> bool {
    let steps = |up: bool| {
        pin.windows(2).all(|pair| {
            let (low, high) = if up { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            low.wrapping_add(1) == high || (low == b'9' && high == b'0')
        })
    };
    steps(true) || steps(false)
}

/// Full-width ASCII (U+FF01 to U+FF5E) becomes ASCII; everything else stays as typed.
fn normalise(pin: &str) -> Zeroizing<String> {
    Zeroizing::new(
        pin.chars()
            .map(|c| match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
                other => other,
            })
            .collect(),
    )
}

fn key_from_pin(
    pin: &str,
    salt: &[u8],
    params: Argon2Params,
    device_key: &Secret32,
) -> Result<Secret32, SealError> {
    let cost = Params::new(params.memory_kib, params.passes, params.lanes, Some(32))
        .map_err(|_| SealError::Damaged)?;
    let mut stretched = Zeroizing::new([0u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, cost)
        .hash_password_into(normalise(pin).as_bytes(), salt, &mut *stretched)
        .map_err(|_| SealError::Damaged)?;
    Ok(device_key.derive("vault-kek", &[stretched.as_slice()]))
}

fn keystore_check(device_key: &Secret32) -> String {
    hex(&device_key.derive("keystore-check", &[]).expose()[..8])
}

impl WrappedKey {
    /// Bound into the encryption, so that no field can be exchanged.
    fn context(&self) -> Vec<u8> {
        let Argon2Params { memory_kib, passes, lanes } = self.argon2;
        format!("ekitei-wrapped-key/{}/{memory_kib}/{passes}/{lanes}/{}", self.format, self.salt).into_bytes()
    }
}
