//! What can go wrong in the store, with the stable code that the message catalogue knows.

use ekitei_model::fault::{Cure, Fault};
use ekitei_seal::SealError;
use ekitei_seal::atomic::FileError;
use rusqlite::ErrorCode;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer program wrote the file: this one must not touch it.
    #[error("{file} has version {found}, this program knows {known}")]
    Newer { file: String, found: i64, known: i64 },
    /// Not readable with this key, or damaged. At opening such a file is moved aside.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    #[error("no space left")]
    DiskFull,
    /// Another process held the file for longer than the time-out.
    #[error("the database is busy")]
    Busy,
    /// The linked SQLite does not encrypt: refuse to write plain text.
    #[error("the database library does not encrypt")]
    NoCipher,
    /// Too many wrong PINs.
    #[error("wait {wait_ms} ms before the next PIN")]
    PinWait { wait_ms: i64 },
    /// There is no vault yet (or it was given up).
    #[error("no vault")]
    NoVault,
    /// Enrolled, with a vault: give it up first.
    #[error("there is a vault already")]
    VaultExists,
    /// Something is still unsent; a new enrolment would lose it.
    #[error("unsent work in the queue")]
    NotDrained,
    /// It has been in a batch and can no longer be changed or cancelled.
    #[error("already on its way")]
    Frozen,
    /// No such item, operation or record.
    #[error("not there: {0}")]
    Missing(String),
    /// The bytes do not have the hash that names them.
    #[error("the bytes do not match their hash")]
    HashMismatch,
    /// Stored text of ours that does not parse: a defect or damage.
    #[error("stored value: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("database: {0}")]
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Corrupt(error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Sql(error),
        }
    }
}

impl StoreError {
    /// Stable key of the user-visible text.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "store-newer",
            Self::Corrupt(_) => "store-corrupt",
            Self::DiskFull => "disk-full",
            Self::Busy => "store-busy",
            Self::NoCipher => "store-no-cipher",
            Self::PinWait { .. } => "pin-wait",
            Self::NoVault => "vault-missing",
            Self::VaultExists => "vault-exists",
            Self::NotDrained => "queue-not-drained",
            Self::Frozen => "op-frozen",
            Self::Missing(_) => "not-found",
            Self::HashMismatch => "hash-mismatch",
            Self::Seal(error) => error.code(),
            Self::File(error) => error.code(),
            Self::Json(_) | Self::Sql(_) => "store-failed",
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        let code = error.code();
        match error {
            StoreError::Seal(error) => error.into(),
            StoreError::File(error) => error.into(),
            StoreError::Newer { file, found, known } => {
                Fault::ask(code).with("file", file).with("found", found).with("known", known)
            }
            StoreError::PinWait { wait_ms } => Fault::wait(code).with("seconds", (wait_ms + 999) / 1000),
            StoreError::DiskFull | StoreError::NoVault | StoreError::NotDrained => Fault::wait(code),
            StoreError::Busy => Fault::retry(code),
            StoreError::Json(_) | StoreError::Sql(_) => {
                Fault { cure: Cure::Ask, ..Fault::ask(code) }.with("detail", error)
            }
            _ => Fault::ask(code),
        }
    }
}
