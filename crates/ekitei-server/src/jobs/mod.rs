//! What happens after the answer: filing into the shared folder, and the house-keeping of the office.

mod file_note;
mod file_photo;
mod housekeeping;
mod worker;

pub use worker::run;

use crate::app::App;
use crate::filing::place::{PlaceError, Source, place, tidy};
use ekitei_model::{Record, RecordId};
use ekitei_server_db::{Job, StorageError};
use std::path::PathBuf;

/// Why a job must be tried again; its code is shown beside the number of waiting files.
#[derive(Debug, thiserror::Error)]
enum JobError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the bytes of the photo are not in the blob folder")]
    BlobMissing,
    #[error("the name rule cannot be used")]
    NameRule,
    #[error("the job was interrupted")]
    Interrupted,
}

impl JobError {
    fn code(&self) -> &'static str {
        match self {
            Self::Place(e) => e.code(),
            Self::Storage(_) => "server-unavailable",
            Self::BlobMissing => "blob-missing",
            Self::NameRule => "name-rule",
            Self::Interrupted => "job-interrupted",
        }
    }
}

/// The bytes to place.
enum Content {
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// The case of a record; `None` outside of cases.
async fn case_of(app: &App, record: &Record) -> Result<Option<Record>, JobError> {
    match record.scope.case() {
        Some(id) => Ok(app.storage.office_record(id).await?),
        None => Ok(None),
    }
}

/// Places the file, then looks at the case again: if it was restricted meanwhile, the file goes away as if it had
/// never been there. `None`: it must not be filed.
async fn place_for(
    app: &App,
    job: &Job,
    case: RecordId,
    parts: Vec<String>,
    content: Content,
    sha256: String,
) -> Result<Option<String>, JobError> {
    let share = app.config.share.clone();
    let again = job.attempt > 1;
    let placed = tokio::task::spawn_blocking(move || {
        if again {
            tidy(&share, &parts);
        }
        let source = match &content {
            Content::File(path) => Source::File(path),
            Content::Bytes(bytes) => Source::Bytes(bytes),
        };
        place(&share, &parts, &source, &sha256)
    });
    let placed = placed.await.map_err(|_| JobError::Interrupted)??;
    let now = app.storage.office_record(case).await?;
    let folder = now.as_ref().and_then(ekitei_model::filing::case_folder);
    if folder.is_some_and(|f| placed.path.starts_with(&format!("{}/", f.join("/")))) {
        return Ok(Some(placed.path));
    }
    if placed.new {
        let path = app.config.share.join(&placed.path);
        tokio::task::spawn_blocking(move || crate::blobs::remove(&path))
            .await
            .map_err(|_| JobError::Interrupted)?
            .map_err(PlaceError::File)?;
    }
    Ok(None)
}
