//! Sealed files: `DIR/blobs/ab/<plain sha256>.<variant>.age`, written temp → fsync → rename → fsync folder.
//! Own files are sealed to this phone and the office (what lies here is what travels); fetched ones (`….own.age`) to this phone only.

use crate::error::StoreError;
use crate::queue::Queue;
use ekitei_model::kinds::Variant;
use ekitei_seal::atomic::{FileError, TEMPORARY_PREFIX, create_dirs, fsync_dir};
use ekitei_seal::{Identity, Recipient, Sealed, open_file, seal_file};
use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// A temporary file this old belongs to a killed process; a younger one may be another process's work.
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);

/// The folder of sealed files.
pub struct Blobs {
    dir: PathBuf,
    /// Sealed in this process, perhaps without a row yet: the same content must not be sealed again over it,
    /// because the ciphertext (and its hash) would change under an upload.
    sealed: Mutex<HashMap<String, Sealed>>,
}

/// A file in its place, with the facts that its rows need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFile {
    /// Below `blobs/`.
    pub name: String,
    pub sealed: Sealed,
}

impl Blobs {
    pub(crate) fn open(dir: PathBuf) -> Result<Self, StoreError> {
        create_dirs(&dir)?;
        Ok(Self { dir, sealed: Mutex::new(HashMap::new()) })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Seals `plain` durably under its name. `sha256` is what the plain bytes must hash to; `recipients` are this phone and
    /// (with the office's `key_id`) the office, or this phone alone for a fetched file. Content that is sealed here for the
    /// same recipients already is not sealed again.
    ///
    /// # Errors
    /// [`StoreError::HashMismatch`]: nothing is kept; `disk-full` and other file faults.
    pub fn seal(
        &self,
        queue: &Queue,
        plain: impl Read,
        sha256: &str,
        variant: Variant,
        recipients: &[Recipient],
        key_id: Option<&str>,
    ) -> Result<SealedFile, StoreError> {
        let name = file_name(sha256, variant, key_id.is_none()).ok_or(StoreError::HashMismatch)?;
        let path = self.path(&name);
        let mut known = self.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        if path.exists() {
            if let Some(sealed) = known.get(&name) {
                return Ok(SealedFile { name, sealed: sealed.clone() });
            }
            let row = queue.read(|c| crate::queue::blobs::with_content(c, sha256, variant, key_id))?;
            if let Some(row) = row.filter(|row| row.name == name) {
                let sealed = Sealed {
                    plain_sha256: row.sha256,
                    plain_bytes: row.plain_bytes,
                    cipher_sha256: row.cipher_sha256,
                    cipher_bytes: row.cipher_bytes,
                };
                return Ok(SealedFile { name, sealed });
            }
        }
        if let Some(folder) = path.parent() {
            create_dirs(folder)?;
        }
        let sealed = seal_file(plain, &path, recipients)?;
        if sealed.plain_sha256 != sha256 {
            self.remove(&name)?;
            return Err(StoreError::HashMismatch);
        }
        known.insert(name.clone(), sealed.clone());
        Ok(SealedFile { name, sealed })
    }

    /// The plain bytes of a file (thumbnails and display copies; at most `plain_bytes` of the row).
    ///
    /// # Errors
    /// A [`ekitei_seal::SealError`] when the file is missing, damaged or sealed to another key.
    pub fn read(&self, name: &str, identity: &Identity) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let mut plain = Zeroizing::new(Vec::new());
        open_file(&self.path(name), std::slice::from_ref(identity), &mut *plain)?;
        Ok(plain)
    }

    /// Deletes a file; a missing one is no error.
    pub fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(FileError::new("delete", &path, e).into());
            }
            _ => {}
        }
        Ok(())
    }

    /// Deletes what rows gave up ([`crate::queue::blobs::forget`], lost scopes); call after their commit. Returns how many files went.
    pub fn sweep(&self, queue: &Queue) -> Result<usize, StoreError> {
        let doomed = queue.read(crate::queue::blobs::doomed)?;
        if doomed.is_empty() {
            return Ok(0);
        }
        // The lock keeps a file from being taken up again between the question and the deletion.
        let mut known = self.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut removed = 0;
        for name in &doomed {
            if !queue.read(|c| crate::queue::blobs::is_needed(c, name))? {
                self.remove(name)?;
                removed += 1;
            }
            known.remove(name);
        }
        queue.write(|tx| crate::queue::blobs::undoom(tx, &doomed))?;
        Ok(removed)
    }

    /// Deletes temporary files of killed processes.
    pub(crate) fn clean(&self) -> Result<usize, StoreError> {
        let mut removed = 0;
        let listing = |dir: &Path| fs::read_dir(dir).map_err(|e| FileError::new("list", dir, e));
        for folder in listing(&self.dir)?.flatten().filter(|f| f.path().is_dir()) {
            removed += clean_folder(&folder.path())?;
        }
        Ok(removed)
    }
}

pub(crate) fn clean_folder(folder: &Path) -> Result<usize, StoreError> {
    let mut removed = 0;
    let listing = fs::read_dir(folder).map_err(|e| FileError::new("list", folder, e))?;
    for file in listing.flatten() {
        let is_temporary = file.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX);
        if is_temporary && is_old(&file) {
            fs::remove_file(file.path()).map_err(|e| FileError::new("delete", &file.path(), e))?;
            removed += 1;
        }
    }
    if removed > 0 {
        fsync_dir(folder)?;
    }
    Ok(removed)
}

#[expect(clippy::disallowed_methods, reason = "compared with file times, which are the real clock too")]
fn is_old(file: &fs::DirEntry) -> bool {
    let modified = file.metadata().and_then(|m| m.modified());
    modified.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > LEFTOVER_AGE))
}

/// `None`: not a SHA-256 in lower-case hex (the text comes from records, so it must never become a path of its own).
pub(crate) fn file_name(sha256: &str, variant: Variant, own_only: bool) -> Option<String> {
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let suffix = if own_only { ".own" } else { "" };
    is_hash.then(|| format!("{}/{sha256}.{}{suffix}.age", &sha256[..2], variant.as_str()))
}
