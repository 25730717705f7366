//! DATA/blobs/ab/<sha256>: verified plain bytes, named by their hash. DATA/staging/<upload>: what is arriving.

use ekitei_seal::atomic::{FileError, create_dirs, fsync_dir};
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;

pub fn folder(data: &Path) -> PathBuf {
    data.join("blobs")
}

pub fn path(data: &Path, sha256: &str) -> PathBuf {
    folder(data).join(sha256.get(..2).unwrap_or("__")).join(sha256)
}

/// Where a blob waits while it is decided whether it goes.
pub fn aside(blob: &Path) -> PathBuf {
    blob.with_extension("aside")
}

pub fn is_aside(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "aside")
}

/// Every file of the blob folder.
pub fn all_files(data: &Path) -> impl Iterator<Item = PathBuf> {
    let folders = fs::read_dir(folder(data)).into_iter().flatten().flatten();
    folders.flat_map(|f| fs::read_dir(f.path()).into_iter().flatten().flatten()).map(|f| f.path())
}

pub fn staging_folder(data: &Path) -> PathBuf {
    data.join("staging")
}

pub fn staging(data: &Path, upload: Uuid) -> PathBuf {
    staging_folder(data).join(upload.to_string())
}

/// Puts a complete, fsynced file under its hash. A blob of that name has the same bytes and stays.
///
/// # Errors
/// The folder cannot be made or the file not be renamed.
pub fn adopt(data: &Path, from: &Path, sha256: &str) -> Result<(), FileError> {
    let target = path(data, sha256);
    let folder = target.parent().map(Path::to_owned).unwrap_or_default();
    create_dirs(&folder)?;
    fs::rename(from, &target).map_err(|e| FileError::new("rename", &target, e))?;
    fsync_dir(&folder)
}

/// Deletes a file that may be gone already.
///
/// # Errors
/// It is there and cannot be deleted.
pub fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(FileError::new("delete", path, e)),
        _ => Ok(()),
    }
}
