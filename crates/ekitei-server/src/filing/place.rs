//! Puts one file into the shared folder: temporary name, fsync, rename that never overwrites, fsync of the folder.

use crate::hex;
use ekitei_model::filing::numbered;
use ekitei_seal::atomic::{FileError, Placement, create_dirs, remove_leftovers, write_atomic_as};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// So many other files of the same name mean that something is wrong with the name rule.
const MAX_SAME_NAME: u32 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The shared folder is not there: a network share that is away, or a wrong path.
    #[error("the shared folder is not there")]
    ShareAway,
    #[error("{0}")]
    File(#[from] FileError),
    #[error("too many files have this name")]
    NamesTaken,
}

impl PlaceError {
    /// Stable code; shown beside the number of waiting files.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ShareAway => "share-away",
            Self::File(e) if e.code() == "file-denied" => "share-read-only",
            Self::File(e) => e.code(),
            Self::NamesTaken => "names-taken",
        }
    }
}

/// Where the bytes come from.
pub enum Source<'a> {
    File(&'a Path),
    Bytes(&'a [u8]),
}

impl Source<'_> {
    fn open(&self) -> Result<Box<dyn Read + '_>, FileError> {
        match self {
            Source::File(path) => {
                Ok(Box::new(File::open(path).map_err(|e| FileError::new("open", path, e))?))
            }
            Source::Bytes(bytes) => Ok(Box::new(*bytes)),
        }
    }
}

/// Where a file is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Below the share, with `/`.
    pub path: String,
    /// False: it was there already.
    pub new: bool,
}

/// Copies `source` (whose hash is `sha256`) to `share`/`parts…`. A file of that name with the same content is this
/// file; with other content the new one takes a number.
///
/// # Errors
/// [`PlaceError`]; nothing was placed then.
pub fn place(share: &Path, parts: &[String], source: &Source, sha256: &str) -> Result<Placed, PlaceError> {
    if !share.is_dir() {
        return Err(PlaceError::ShareAway);
    }
    let Some((name, folders)) = parts.split_last() else { return Err(PlaceError::NamesTaken) };
    let folder: PathBuf = folders.iter().fold(share.to_owned(), |path, part| path.join(part));
    create_dirs(&folder)?;
    for n in 1..=MAX_SAME_NAME {
        let name = if n == 1 { name.clone() } else { numbered(name, n) };
        let target = folder.join(&name);
        let mut below = folders.to_vec();
        below.push(name);
        match hash_of(&target) {
            Ok(Some(found)) if found == sha256 => return Ok(Placed { path: below.join("/"), new: false }),
            Ok(Some(_)) => continue,
            Ok(None) => {}
            Err(e) => return Err(e.into()),
        }
        match copy(source, &target) {
            Ok(()) => return Ok(Placed { path: below.join("/"), new: true }),
            // Somebody took the name between the look and the rename: look again at the next number.
            Err(e) if e.source.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e.into()),
        }
    }
    Err(PlaceError::NamesTaken)
}

/// Temporary files of a worker that was killed while it placed into this folder.
pub fn tidy(share: &Path, parts: &[String]) {
    let folders = parts.split_last().map_or(&[][..], |(_, f)| f);
    let folder = folders.iter().fold(share.to_owned(), |path, part| path.join(part));
    if let Err(error) = remove_leftovers(&folder) {
        tracing::debug!(code = error.code(), "temporary files stay");
    }
}

/// Removes a file that was just placed, and the folders that are empty without it (a folder's name says enough).
///
/// # Errors
/// The file cannot be removed.
pub fn take_back(share: &Path, below: &str) -> Result<(), FileError> {
    let file = share.join(below);
    crate::blobs::remove(&file)?;
    let folders = file.ancestors().skip(1).take_while(|f| *f != share);
    for folder in folders {
        // Not empty: somebody's files are in it.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

fn copy(source: &Source, target: &Path) -> Result<(), FileError> {
    write_atomic_as(target, Placement::SharedNew, |file| {
        let mut from = source.open()?;
        io::copy(&mut from, file).map_err(|e| FileError::new("write", target, e))?;
        Ok(())
    })
}

/// The hash of an existing file; `None` when the name is free. A folder of that name counts as another content.
fn hash_of(path: &Path) -> Result<Option<String>, FileError> {
    match file_sha256(path) {
        Ok(hash) => Ok(Some(hash)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) if e.kind() == io::ErrorKind::IsADirectory => Ok(Some(String::new())),
        Err(e) => Err(FileError::new("read", path, e)),
    }
}

/// SHA-256 of a file, in pieces.
///
/// # Errors
/// The file cannot be read.
pub fn file_sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Hasher(Sha256::new());
    io::copy(&mut file, &mut hash)?;
    Ok(hex::encode(&hash.0.finalize()))
}

struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.update(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn put(share: &Path, name: &str, bytes: &[u8]) -> Result<String, PlaceError> {
        let parts = ["係".to_owned(), name.to_owned()];
        place(share, &parts, &Source::Bytes(bytes), &hex::sha256(bytes)).map(|p| p.path)
    }

    #[test]
    fn the_same_content_is_placed_once_and_another_takes_a_number() {
        let share = tempfile::tempdir().unwrap();
        assert_eq!(put(share.path(), "a.jpg", b"one").unwrap(), "係/a.jpg");
        assert_eq!(put(share.path(), "a.jpg", b"one").unwrap(), "係/a.jpg");
        assert_eq!(put(share.path(), "a.jpg", b"two").unwrap(), "係/a (2).jpg");
        assert_eq!(put(share.path(), "a.jpg", b"three").unwrap(), "係/a (3).jpg");
        assert_eq!(put(share.path(), "a.jpg", b"two").unwrap(), "係/a (2).jpg");
        assert_eq!(fs::read(share.path().join("係/a.jpg")).unwrap(), b"one");
        assert_eq!(fs::read_dir(share.path().join("係")).unwrap().count(), 3);
    }

    #[test]
    fn a_folder_of_that_name_is_not_in_the_way() {
        let share = tempfile::tempdir().unwrap();
        fs::create_dir_all(share.path().join("係/a.jpg")).unwrap();
        assert_eq!(put(share.path(), "a.jpg", b"one").unwrap(), "係/a (2).jpg");
    }

    #[test]
    fn a_share_that_is_away_is_not_made_up() {
        let dir = tempfile::tempdir().unwrap();
        let share = dir.path().join("mount");
        assert!(matches!(put(&share, "a.jpg", b"one"), Err(PlaceError::ShareAway)));
        assert!(!share.exists());
    }

    #[test]
    fn a_source_that_is_gone_leaves_nothing() {
        let share = tempfile::tempdir().unwrap();
        let parts = ["係".to_owned(), "a.jpg".to_owned()];
        let gone = share.path().join("gone");
        assert!(place(share.path(), &parts, &Source::File(&gone), "00").is_err());
        assert_eq!(fs::read_dir(share.path().join("係")).unwrap().count(), 0);
    }

    #[test]
    fn what_is_taken_back_leaves_no_empty_folder_and_no_other_file() {
        let share = tempfile::tempdir().unwrap();
        let parts = ["課".to_owned(), "係".to_owned(), "R8-1_個人の名".to_owned(), "a.jpg".to_owned()];
        let placed = place(share.path(), &parts, &Source::Bytes(b"x"), &hex::sha256(b"x")).unwrap();
        fs::write(share.path().join("課/係/other.txt"), "").unwrap();
        take_back(share.path(), &placed.path).unwrap();
        assert!(!share.path().join("課/係/R8-1_個人の名").exists());
        assert!(share.path().join("課/係/other.txt").exists());
    }

    #[test]
    fn leftovers_of_a_killed_worker_go() {
        let share = tempfile::tempdir().unwrap();
        put(share.path(), "a.jpg", b"one").unwrap();
        fs::write(share.path().join("係").join(".ekitei-part-x"), b"half").unwrap();
        tidy(share.path(), &["係".to_owned(), "a.jpg".to_owned()]);
        assert_eq!(fs::read_dir(share.path().join("係")).unwrap().count(), 1);
    }
}
