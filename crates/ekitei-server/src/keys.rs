//! DATA/keys: the office's age identities and the signing key of tokens. Readable by the server's account alone.

use crate::hex;
use crate::secret::{NoRandom, Signer, random};
use ekitei_model::wire::OfficeKey;
use ekitei_seal::atomic::{FileError, create_dirs, write_new};
use ekitei_seal::{Identity, SealError, key_id};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// `office-<key id>.key` holds one identity; `office-current` names the one that new phones seal to.
const OFFICE_PREFIX: &str = "office-";
const OFFICE_SUFFIX: &str = ".key";
const CURRENT: &str = "office-current";
const SIGNING: &str = "signing.key";

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Random(#[from] NoRandom),
    #[error("{0} is damaged; restore the keys folder from the backup")]
    Damaged(PathBuf),
}

/// All keys of an office. Old identities stay: phones may still hold files sealed to them.
#[derive(Clone)]
pub struct Keys {
    pub signer: Signer,
    current: OfficeKey,
    identities: Vec<(String, Identity)>,
}

impl Keys {
    /// Reads the folder, making what is missing.
    ///
    /// # Errors
    /// A file cannot be read or written, or is damaged.
    pub fn open_or_create(data: &Path) -> Result<Self, KeyError> {
        let folder = folder(data);
        create_dirs(&folder)?;
        restrict(&folder)?;
        let signing = folder.join(SIGNING);
        if !signing.exists() {
            put_new(&signing, &hex::encode(&random::<32>()?))?;
        }
        if !folder.join(CURRENT).exists() {
            let identity = Identity::generate();
            let id = key_id(&identity.recipient());
            put_new(
                &folder.join(format!("{OFFICE_PREFIX}{id}{OFFICE_SUFFIX}")),
                &identity.to_secret_string(),
            )?;
            put_new(&folder.join(CURRENT), &id)?;
        }
        Self::open(data)
    }

    fn open(data: &Path) -> Result<Self, KeyError> {
        let folder = folder(data);
        let mut identities = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|e| FileError::new("list", &folder, e))? {
            let path = entry.map_err(|e| FileError::new("list", &folder, e))?.path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
            if name.starts_with(OFFICE_PREFIX) && name.ends_with(OFFICE_SUFFIX) {
                let identity = Identity::from_secret_string(&read(&path)?)?;
                identities.push((key_id(&identity.recipient()), identity));
            }
        }
        let current = read(&folder.join(CURRENT))?.trim().to_owned();
        let recipient = identities
            .iter()
            .find(|(id, _)| *id == current)
            .map(|(_, i)| i.recipient().to_string())
            .ok_or_else(|| KeyError::Damaged(folder.join(CURRENT)))?;
        let signing = folder.join(SIGNING);
        let key = parse_key(read(&signing)?.trim()).ok_or(KeyError::Damaged(signing))?;
        Ok(Self { signer: Signer::new(&key), current: OfficeKey { recipient, key_id: current }, identities })
    }

    /// What new phones seal to.
    pub fn office(&self) -> &OfficeKey {
        &self.current
    }

    /// The private key with this id.
    pub fn identity(&self, key_id: &str) -> Option<&Identity> {
        self.identities.iter().find(|(id, _)| id == key_id).map(|(_, i)| i)
    }
}

/// Where the keys of `data` are.
pub fn folder(data: &Path) -> PathBuf {
    data.join("keys")
}

fn read(path: &Path) -> Result<String, KeyError> {
    fs::read_to_string(path).map_err(|e| FileError::new("read", path, e).into())
}

/// Another process may make the same file at the same moment (a command beside the server); the first one stays.
fn put_new(path: &Path, text: &str) -> Result<(), KeyError> {
    match write_new(path, |f| f.write_all(text.as_bytes()).map_err(|e| FileError::new("write", path, e))) {
        Err(e) if e.source.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => Ok(other?),
    }
}

/// Only the server's account may look into `folder`.
///
/// # Errors
/// It is not ours.
#[cfg(unix)]
pub fn restrict(folder: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .map_err(|e| FileError::new("restrict", folder, e))?)
}

/// Elsewhere the installer sets the folder's permissions.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn restrict(_folder: &Path) -> Result<(), KeyError> {
    Ok(())
}

fn parse_key(text: &str) -> Option<[u8; 32]> {
    let mut key = [0u8; 32];
    if !hex::is_sha256(text) {
        return None;
    }
    for (i, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_are_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let first = Keys::open_or_create(dir.path()).unwrap();
        let again = Keys::open_or_create(dir.path()).unwrap();
        assert_eq!(first.office(), again.office());
        assert_eq!(first.signer.code_hash("abc"), again.signer.code_hash("abc"));
        assert!(again.identity(&first.office().key_id).is_some());
        assert!(again.identity("0123456789abcdef").is_none());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(folder(dir.path())).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn a_damaged_key_is_refused_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        Keys::open_or_create(dir.path()).unwrap();
        fs::write(folder(dir.path()).join(SIGNING), "short").unwrap();
        assert!(matches!(Keys::open_or_create(dir.path()), Err(KeyError::Damaged(_))));
    }
}
