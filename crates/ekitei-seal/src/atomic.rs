//! The one way to put a file under its final name: temporary file in the same folder, fsync, rename, fsync of the
//! folder. After a crash at any point the final name holds the old bytes, the new bytes or nothing; never a part.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Names of temporary files start with this; [`remove_leftovers`] knows them by it.
pub const TEMPORARY_PREFIX: &str = ".ekitei-part-";

const BUFFER_BYTES: usize = 64 * 1024;

/// An I/O failure with what was being done and to which file.
#[derive(Debug, thiserror::Error)]
#[error("{operation} {}: {source}", path.display())]
pub struct FileError {
    pub operation: &'static str,
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

impl FileError {
    pub fn new(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self { operation, path: path.to_owned(), source }
    }

    /// Stable key of the user-visible text: `disk-full`, `file-denied`, `file-exists`, `file-missing` or `file-io`.
    pub fn code(&self) -> &'static str {
        code_of(&self.source)
    }
}

pub(crate) fn code_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk-full",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "file-denied",
        io::ErrorKind::AlreadyExists => "file-exists",
        io::ErrorKind::NotFound => "file-missing",
        _ => "file-io",
    }
}

/// What happens when the final name is taken, and who may read the new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Replaces; readable by this account only. For everything on the phone and in the server's own folder.
    Private,
    /// As `Private`, but fails with `file-exists` instead of replacing.
    PrivateNew,
    /// Fails with `file-exists` instead of replacing; readable as the account's umask allows. For the shared folder.
    SharedNew,
}

/// Writes `path` through `fill`; see the module's promise. Nothing is placed when `fill` fails.
///
/// # Errors
/// Whatever `fill` returns, or a [`FileError`] of the step that failed (create, write, fsync, rename, fsync folder).
pub fn write_atomic<T, E: From<FileError>>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    write_atomic_as(path, Placement::Private, fill)
}

/// As [`write_atomic`], but an existing file stays and the call fails with `file-exists`.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_new<T, E: From<FileError>>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    write_atomic_as(path, Placement::PrivateNew, fill)
}

/// As [`write_atomic`], with a choice of [`Placement`].
///
/// # Errors
/// As [`write_atomic`]; with the `…New` placements also `AlreadyExists` when the name is taken.
pub fn write_atomic_as<T, E: From<FileError>>(
    path: &Path,
    placement: Placement,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let folder = folder_of(path);
    let at = |operation| move |source| FileError::new(operation, path, source);
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX);
    #[cfg(unix)]
    if placement == Placement::SharedNew {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(folder).map_err(at("create"))?;

    let mut buffered = BufWriter::with_capacity(BUFFER_BYTES, temporary.as_file());
    let filled = fill(&mut buffered)?;
    buffered.flush().map_err(at("write"))?;
    drop(buffered);
    temporary.as_file().sync_all().map_err(at("fsync"))?;

    match placement {
        Placement::Private => temporary.persist(path),
        Placement::PrivateNew | Placement::SharedNew => temporary.persist_noclobber(path),
    }
    .map_err(|error| at("rename")(error.error))?;
    fsync_dir(folder)?;
    Ok(filled)
}

/// Makes renames and deletions in `folder` durable. File systems that cannot fsync a folder (some network shares,
/// Windows) are left to their own ordering.
///
/// # Errors
/// A [`FileError`] when the folder cannot be opened or the disk reports a failure.
pub fn fsync_dir(folder: &Path) -> Result<(), FileError> {
    if cfg!(windows) {
        return Ok(());
    }
    let opened = File::open(folder).map_err(|e| FileError::new("open folder", folder, e))?;
    match opened.sync_all() {
        Err(e) if !matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Err(FileError::new("fsync folder", folder, e))
        }
        _ => Ok(()),
    }
}

/// Creates `folder` and its missing parents, each made durable in its own parent.
///
/// # Errors
/// A [`FileError`] naming the folder that could not be made.
pub fn create_dirs(folder: &Path) -> Result<(), FileError> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let parent = folder_of(folder);
    create_dirs(parent)?;
    match fs::create_dir(folder) {
        Ok(()) => fsync_dir(parent),
        // Another thread was faster; it also does the fsync.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(e) => Err(FileError::new("create folder", folder, e)),
    }
}

/// Deletes temporary files that a killed process left in `folder` (not below it); returns how many.
/// Call it only while nobody writes there: under the engine's lock, or at start.
///
/// # Errors
/// A [`FileError`] when the folder cannot be listed or a leftover cannot be deleted.
pub fn remove_leftovers(folder: &Path) -> Result<usize, FileError> {
    let listing = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(0),
        other => other.map_err(|e| FileError::new("list", folder, e))?,
    };
    let mut removed = 0;
    for entry in listing {
        let entry = entry.map_err(|e| FileError::new("list", folder, e))?;
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX) {
            fs::remove_file(entry.path()).map_err(|e| FileError::new("delete", &entry.path(), e))?;
            removed += 1;
        }
    }
    if removed > 0 {
        fsync_dir(folder)?;
    }
    Ok(removed)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
