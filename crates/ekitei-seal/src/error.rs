//! What can go wrong while sealing, opening or unlocking, with the stable code that the message catalogue knows.

use std::io;

use ekitei_model::fault::{Cure, Fault};

use crate::atomic::FileError;

/// Every failure of this crate. [`SealError::code`] is the key of its text in the message catalogue.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A sealed file without any recipient could never be opened again.
    #[error("nobody to seal for")]
    NoRecipients,
    /// The file is intact as far as can be told, but sealed to keys that we do not hold.
    #[error("sealed for another key")]
    NoMatchingKey,
    /// Bits changed, not an age file, or an age file of a kind that Ekitei never writes.
    #[error("the sealed data is damaged")]
    Damaged,
    /// The file ends before its last chunk: an interrupted copy.
    #[error("the sealed data is cut short")]
    Truncated,
    /// The text is not an age key of the expected kind.
    #[error("not a usable key text")]
    InvalidKey,
    #[error("wrong PIN")]
    WrongPin,
    /// Fewer than six digits, or a passphrase under eight characters.
    #[error("the PIN is too short")]
    PinShort,
    /// Among the first that anybody tries: 000000, 123456, 121212 …
    #[error("the PIN is too easy to guess")]
    PinWeak,
    /// The wrapped key was made with another device key store: no PIN can open it here.
    #[error("the device key store is not the one this key was wrapped with")]
    KeystoreChanged,
    /// The phone's key store gives no key now, for example because its screen is locked.
    #[error("the device key store cannot be used now: {0}")]
    KeystoreUnavailable(String),
    /// The key store file exists but cannot be used; it is never replaced by a new one.
    #[error("the device key store is damaged")]
    KeystoreDamaged,
    /// The key store file can be read by other accounts of this machine.
    #[error("the device key store can be read by others")]
    KeystoreExposed,
    /// The operating system gave no random bytes.
    #[error("no secure random numbers")]
    NoRandom,
    #[error(transparent)]
    File(#[from] FileError),
    /// Reading the source or writing the opened bytes failed; no path is known at this level.
    #[error("{0}")]
    Io(#[source] io::Error),
}

impl SealError {
    /// Stable key of the user-visible text.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRecipients => "seal-no-recipients",
            Self::NoMatchingKey => "seal-no-key",
            Self::Damaged => "seal-damaged",
            Self::Truncated => "seal-truncated",
            Self::InvalidKey => "seal-key-invalid",
            Self::WrongPin => "pin-wrong",
            Self::PinShort => "pin-short",
            Self::PinWeak => "pin-weak",
            Self::KeystoreChanged => "keystore-changed",
            Self::KeystoreUnavailable(_) => "keystore-unavailable",
            Self::KeystoreDamaged => "keystore-damaged",
            Self::KeystoreExposed => "keystore-exposed",
            Self::NoRandom => "random-unavailable",
            Self::File(error) => error.code(),
            Self::Io(error) => crate::atomic::code_of(error),
        }
    }
}

impl From<SealError> for Fault {
    fn from(error: SealError) -> Fault {
        Fault { cure: cure_of(error.code()), ..Fault::ask(error.code()) }
    }
}

impl From<FileError> for Fault {
    fn from(error: FileError) -> Fault {
        Fault { cure: cure_of(error.code()), ..Fault::ask(error.code()) }
    }
}

fn cure_of(code: &str) -> Cure {
    match code {
        "file-io" | "random-unavailable" => Cure::Retry,
        // Space must be made, a share must come back, an interrupted copy must be made again.
        "disk-full" | "file-denied" | "file-missing" | "seal-truncated" | "keystore-unavailable" => {
            Cure::Wait
        }
        _ => Cure::Ask,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ekitei_model::text::{Language, fault_text};

    #[test]
    fn every_code_has_a_text_in_both_languages() {
        let errors = [
            SealError::NoRecipients,
            SealError::NoMatchingKey,
            SealError::Damaged,
            SealError::Truncated,
            SealError::InvalidKey,
            SealError::WrongPin,
            SealError::PinShort,
            SealError::PinWeak,
            SealError::KeystoreChanged,
            SealError::KeystoreUnavailable("busy".into()),
            SealError::KeystoreDamaged,
            SealError::KeystoreExposed,
            SealError::NoRandom,
        ]
        .map(Fault::from);
        let kinds = [
            io::ErrorKind::StorageFull,
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::AlreadyExists,
            io::ErrorKind::NotFound,
            io::ErrorKind::Other,
        ];
        let files = kinds.map(|kind| Fault::from(SealError::Io(kind.into())));
        for fault in errors.iter().chain(&files) {
            for language in [Language::Japanese, Language::English] {
                assert!(!fault_text(language, fault).starts_with("error."), "{fault} in {language:?}");
            }
        }
    }

    #[test]
    fn a_full_disk_is_recognised_through_every_layer() {
        let source = io::Error::from(io::ErrorKind::StorageFull);
        let error = SealError::from(FileError::new("write", "photo.age".as_ref(), source));
        assert_eq!(error.to_string().split(':').next(), Some("write photo.age"));
        let fault = Fault::from(error);
        assert_eq!((fault.code.as_str(), fault.cure), ("disk-full", Cure::Wait));
    }
}
