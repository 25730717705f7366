//! The app's private inbox: where the camera (or a copy, or an upload of the browser phone) puts picture files before
//! they are taken as photographs. A file appears under its name only when it is whole.

use ekitei_model::Fault;
use ekitei_model::filing::safe_part;
use ekitei_seal::atomic::TEMPORARY_PREFIX;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use uuid::Uuid;

/// Largest picture file that is taken in.
pub const MAX_FILE_BYTES: u64 = ekitei_photo::FILE_LIMIT_BYTES;

/// Between the unique part and the name that the file had elsewhere.
const SEPARATOR: char = '~';
const CAPTURE: &str = "capture-";
const ASIDE: &str = "aside-";
const COPY_KEPT_MS: i64 = 24 * 3_600_000;
const ASIDE_KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// A file on its way in. Removed when dropped without being accepted.
#[derive(Debug)]
pub struct Incoming {
    temporary: PathBuf,
    target: PathBuf,
    name: String,
}

impl Incoming {
    /// Where to write the bytes.
    pub fn path(&self) -> &Path {
        &self.temporary
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Gone already when it was accepted.
        let _ = fs::remove_file(&self.temporary);
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    folder: PathBuf,
}

impl Inbox {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The name for a picture that the camera will write.
    pub fn capture_name() -> String {
        format!("{CAPTURE}{}.jpg", Uuid::now_v7())
    }

    /// A place for bytes that come under `name` from outside. Names of captures stay as they are; any other
    /// becomes unique, so that nothing is ever overwritten by a stranger of the same name.
    pub fn begin(&self, name: &str) -> Result<Incoming, Fault> {
        let name = match Self::check(name) {
            Ok(()) if name.starts_with(CAPTURE) => name.to_owned(),
            _ => format!("{}{SEPARATOR}{}", Uuid::now_v7(), safe_part(name)),
        };
        let target = self.path(&name)?;
        let temporary = self.folder.join(format!("{TEMPORARY_PREFIX}{}", Uuid::now_v7()));
        Ok(Incoming { temporary, target, name })
    }

    /// Makes the file durable and visible under its name.
    pub fn accept(&self, incoming: &Incoming) -> Result<String, Fault> {
        let placed = (|| {
            File::open(&incoming.temporary)?.sync_all()?;
            fs::rename(&incoming.temporary, &incoming.target)?;
            File::open(&self.folder)?.sync_all()
        })();
        placed.map_err(|e: io::Error| file_fault(&e))?;
        Ok(incoming.name.clone())
    }

    /// Copies a file of elsewhere in; the original stays.
    pub fn copy_in(&self, from: &Path) -> Result<String, Fault> {
        let name = from.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let incoming = self.begin(&name)?;
        let bytes = fs::metadata(from).map_err(|e| file_fault(&e))?.len();
        if bytes > MAX_FILE_BYTES {
            let size_mb = bytes.div_ceil(1_000_000);
            return Err(Fault::ask("photo-file-large")
                .with("size_mb", size_mb)
                .with("limit_mb", MAX_FILE_BYTES >> 20));
        }
        fs::copy(from, &incoming.temporary).map_err(|e| file_fault(&e))?;
        self.accept(&incoming)
    }

    /// The file of a name that came from a screen.
    ///
    /// # Errors
    /// `inbox-name` for anything that is not a plain file name.
    pub fn path(&self, name: &str) -> Result<PathBuf, Fault> {
        Self::check(name)?;
        Ok(self.folder.join(name))
    }

    fn check(name: &str) -> Result<(), Fault> {
        let plain = !name.is_empty() && name.len() <= 255 && !name.starts_with('.');
        let safe = !name.contains(['/', '\\', '\0']) && !name.chars().any(char::is_control);
        if plain && safe { Ok(()) } else { Err(Fault::ask("inbox-name")) }
    }

    /// The name that the file had elsewhere; `None` for what the camera wrote.
    pub fn original_name(name: &str) -> Option<&str> {
        name.split_once(SEPARATOR).map(|(_, rest)| rest)
    }

    /// Whole files in the inbox, by name.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|e| e.file_name().into_string().ok())
            .filter(|n| Self::check(n).is_ok())
            .collect();
        names.sort();
        names
    }

    /// Whether the camera wrote it.
    pub fn is_capture(name: &str) -> bool {
        name.starts_with(CAPTURE)
    }

    /// What the camera wrote and what is no picture: it is not tried again, and a person may still look at it.
    pub fn set_aside(&self, name: &str) -> Result<(), Fault> {
        let target = self.path(&format!("{ASIDE}{name}"))?;
        fs::rename(self.path(name)?, target).map_err(|e| file_fault(&e))
    }

    /// Removes what nobody took as a photograph: copies after a day (their sources lie elsewhere, and these are not
    /// sealed), what was set aside after a month. What the camera wrote stays whatever happens: it has no other source.
    pub fn remove_old(&self, now_ms: i64) {
        for name in self.names().iter().filter(|n| !Self::is_capture(n)) {
            let kept_ms = if name.starts_with(ASIDE) { ASIDE_KEPT_MS } else { COPY_KEPT_MS };
            let written = self.path(name).ok().and_then(|p| written_ms(&p));
            if written.is_some_and(|at| at < now_ms.saturating_sub(kept_ms)) {
                self.remove(name);
            }
        }
    }

    /// After the photo is queued: its original is sealed, this copy must go.
    pub fn remove(&self, name: &str) {
        if let Ok(path) = self.path(name)
            && let Err(error) = fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an inbox file could not be removed");
        }
    }
}

fn written_ms(path: &Path) -> Option<i64> {
    let since = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// A file error as the message catalogue knows it.
pub(crate) fn file_fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound => Fault::ask("file-missing"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::ask("file-denied"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Fault::wait("disk-full"),
        _ => Fault::retry("file-io"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn inbox() -> (tempfile::TempDir, Inbox) {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Inbox::new(folder.path().to_owned());
        (folder, inbox)
    }

    #[test]
    fn a_file_appears_only_when_it_is_accepted() {
        let (_keep, inbox) = inbox();
        let incoming = inbox.begin("のり面.jpg").unwrap();
        fs::write(incoming.path(), b"bytes").unwrap();
        assert!(inbox.names().is_empty());
        let name = inbox.accept(&incoming).unwrap();
        assert_eq!(Inbox::original_name(&name), Some("のり面.jpg"));
        assert_eq!(fs::read(inbox.path(&name).unwrap()).unwrap(), b"bytes");
        drop(inbox.begin("other.jpg").unwrap());
        assert_eq!(inbox.names(), [name]);
    }

    #[test]
    fn names_that_leave_the_folder_are_refused_or_made_plain() {
        let (_keep, inbox) = inbox();
        for name in ["../x", "a/b", "a\\b", ".hidden", "", "a\0b", "..", "x\ny"] {
            assert_eq!(inbox.path(name).unwrap_err().code, "inbox-name", "{name:?}");
            let incoming = inbox.begin(name).unwrap();
            assert_eq!(incoming.target.parent(), Some(inbox.folder.as_path()));
        }
        assert_eq!(inbox.begin(&"あ".repeat(400)).unwrap().name.len() / 256, 0);
    }

    #[test]
    fn old_copies_go_what_is_aside_goes_later_and_what_the_camera_wrote_stays() {
        let (_keep, inbox) = inbox();
        let (capture, broken) = (Inbox::capture_name(), Inbox::capture_name());
        for name in ["copy.jpg", &capture, &broken] {
            let incoming = inbox.begin(name).unwrap();
            fs::write(incoming.path(), b"1").unwrap();
            inbox.accept(&incoming).unwrap();
        }
        fs::write(inbox.path("stray").unwrap(), b"1").unwrap();
        inbox.set_aside(&broken).unwrap();
        let written = written_ms(&inbox.path(&capture).unwrap()).unwrap();
        inbox.remove_old(written);
        assert_eq!(inbox.names().len(), 4);
        inbox.remove_old(written + COPY_KEPT_MS + 60_000);
        assert_eq!(inbox.names(), [format!("{ASIDE}{broken}"), capture.clone()]);
        inbox.remove_old(i64::MAX);
        assert_eq!(inbox.names(), [capture]);
    }

    #[test]
    fn two_files_of_one_name_do_not_meet() {
        let (_keep, inbox) = inbox();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("a.jpg"), b"1").unwrap();
        let first = inbox.copy_in(&elsewhere.path().join("a.jpg")).unwrap();
        let second = inbox.copy_in(&elsewhere.path().join("a.jpg")).unwrap();
        assert_ne!(first, second);
        assert_eq!(inbox.names().len(), 2);
        let capture = Inbox::capture_name();
        assert_eq!(inbox.begin(&capture).unwrap().name, capture);
    }
}
