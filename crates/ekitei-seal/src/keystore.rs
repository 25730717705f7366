//! The device key store: a secret that this device alone holds and that needs no user.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::aead;
use crate::atomic::{self, FileError};
use crate::error::SealError;
use crate::secret::{Secret32, hex};

/// Where the device's own secret is kept. On a phone Android Keystore (its HMAC key never leaves the secure
/// hardware), in development a file.
pub trait DeviceKeystore: Send + Sync {
    /// One line for people: where the secret is kept and how safe that is.
    fn describe(&self) -> String;

    /// The key for one purpose, for example `queue.db`: the same on every call, different for every purpose and device.
    ///
    /// # Errors
    /// When the key store cannot be used.
    fn device_key(&self, purpose: &str) -> Result<Secret32, SealError>;

    /// Encrypts a small value so that only this device opens it, and only for the same purpose.
    ///
    /// # Errors
    /// As [`DeviceKeystore::device_key`].
    fn wrap(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        aead::seal(&self.device_key(&format!("wrap/{purpose}"))?, purpose.as_bytes(), plain)
    }

    /// Opens what [`DeviceKeystore::wrap`] made.
    ///
    /// # Errors
    /// [`SealError::Damaged`] when it was changed, or wrapped for another purpose or on another device.
    fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        aead::open(&self.device_key(&format!("wrap/{purpose}"))?, purpose.as_bytes(), wrapped)
    }
}

const MAGIC: &str = "ekitei-device-secret-1";
const MAX_FILE_BYTES: u64 = 4096;

/// Development stand-in: the secret lies in a file that only this account can read.
#[derive(Debug)]
pub struct FileKeystore {
    path: PathBuf,
    secret: Secret32,
}

impl FileKeystore {
    /// Opens the file, or makes it with a fresh secret when there is none. Of several processes that start at
    /// once one makes it and all use that one.
    ///
    /// # Errors
    /// [`SealError::KeystoreDamaged`], [`SealError::KeystoreExposed`] (a key store is never replaced: all that it
    /// protects would be lost), or a [`FileError`].
    pub fn open_or_create(path: &Path) -> Result<Self, SealError> {
        if !path.exists() {
            let text = file_text(&Secret32::generate()?);
            let placed = atomic::write_new(path, |file| {
                file.write_all(text.as_bytes()).map_err(|e| FileError::new("write", path, e))
            });
            match placed {
                Err(e) if e.code() == "file-exists" => {}
                other => other?,
            }
        }
        Self::open(path)
    }

    /// Opens an existing file.
    ///
    /// # Errors
    /// As [`FileKeystore::open_or_create`]; also when the file is missing.
    pub fn open(path: &Path) -> Result<Self, SealError> {
        let file = File::open(path).map_err(|e| FileError::new("open", path, e))?;
        let facts = file.metadata().map_err(|e| FileError::new("inspect", path, e))?;
        refuse_exposed(&facts)?;
        let mut text = Zeroizing::new(String::new());
        // Not text at all is damage too; only a failing disk is a file error.
        match file.take(MAX_FILE_BYTES).read_to_string(&mut text) {
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => return Err(SealError::KeystoreDamaged),
            other => other.map_err(|e| FileError::new("read", path, e))?,
        };
        let secret = parse_file(&text).ok_or(SealError::KeystoreDamaged)?;
        Ok(Self { path: path.to_owned(), secret })
    }
}

impl DeviceKeystore for FileKeystore {
    fn describe(&self) -> String {
        format!("development key store: the device secret is a plain file ({})", self.path.display())
    }

    fn device_key(&self, purpose: &str) -> Result<Secret32, SealError> {
        Ok(self.secret.derive("device-key", &[purpose.as_bytes()]))
    }
}

/// `MAGIC secret check`: the check tells a damaged file from another device's.
fn file_text(secret: &Secret32) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(secret.expose()));
    Zeroizing::new(format!("{MAGIC} {} {}\n", *encoded, check_digits(secret)))
}

fn parse_file(text: &str) -> Option<Secret32> {
    let mut words = text.split_whitespace();
    let (magic, encoded, check) = (words.next()?, words.next()?, words.next()?);
    if magic != MAGIC || words.next().is_some() {
        return None;
    }
    let mut bytes = Zeroizing::new([0u8; 32]);
    let decoded = Zeroizing::new(STANDARD_NO_PAD.decode(encoded).ok()?);
    if decoded.len() != bytes.len() {
        return None;
    }
    bytes.copy_from_slice(&decoded);
    let secret = Secret32::from_bytes(*bytes);
    (check_digits(&secret) == check).then_some(secret)
}

fn check_digits(secret: &Secret32) -> String {
    hex(&Sha256::digest(secret.derive("file-check", &[]).expose())[..4])
}

#[cfg(unix)]
fn refuse_exposed(facts: &fs::Metadata) -> Result<(), SealError> {
    use std::os::unix::fs::PermissionsExt;
    if facts.permissions().mode() & 0o077 == 0 { Ok(()) } else { Err(SealError::KeystoreExposed) }
}

#[cfg(not(unix))]
fn refuse_exposed(_facts: &fs::Metadata) -> Result<(), SealError> {
    Ok(())
}
