//! What can go wrong, by what the caller should do about it.

use ekitei_model::Fault;

pub type Result<T, E = StorageError> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A rule refuses; the fault's code and parameters are meant for the asker. Nothing was changed.
    ///
    /// Codes: `epoch-changed{epoch}` `lane-gap{high_water}` `batch-malformed` `device-unknown` `device-drained`
    /// `device-wiped` `staff-unknown` `not-readable` `code-unknown` `code-expired` `code-used` `upload-unknown`
    /// `upload-taken{offset}` `job-taken` `quarantine-unknown` `quarantine-settled` `database-newer{found,known}`
    /// `backup-elsewhere` `database-address` `database-sslmode{what}` `database-root{what}`.
    #[error("refused: {0}")]
    Refused(Fault),
    /// The database did not answer, is busy, or the disk is full: the same request may succeed later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Rows that contradict what this code writes. A person must look; nothing was changed.
    #[error("the database is damaged: {0}")]
    Damaged(String),
}

impl StorageError {
    pub(crate) fn refused(code: &str) -> Self {
        Self::Refused(Fault::ask(code))
    }

    /// The refusal, if it is one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Refused(f) => Some(f),
            _ => None,
        }
    }
}

impl From<serde_json::Error> for StorageError {
    fn from(e: serde_json::Error) -> Self {
        Self::Damaged(e.to_string())
    }
}
