//! What happens after the answer: filing into the shared folder, and the house-keeping of the office.

mod file_inspection;
mod file_note;
mod file_photo;
mod housekeeping;
mod rooms;
mod worker;

pub use worker::run;

use crate::app::App;
use crate::filing::place::{PlaceError, Source, place, take_back, tidy};
use crate::papers::PaperError;
use ekitei_model::Record;
use ekitei_model::filing::policy;
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
    /// Display copies of an inspection's photos.
    #[error("photos are on their way")]
    PhotosOnTheWay,
    #[error("the paper cannot be made: {0}")]
    Paper(String),
    #[error("the job was interrupted")]
    Interrupted,
    #[error("the case changed its filing meanwhile")]
    PolicyChanged,
}

impl JobError {
    fn code(&self) -> &str {
        match self {
            Self::Place(e) => e.code(),
            Self::Storage(_) => "server-unavailable",
            Self::BlobMissing => "blob-missing",
            Self::NameRule => "name-rule",
            Self::PhotosOnTheWay => "photos-on-the-way",
            Self::Paper(code) => code,
            Self::Interrupted | Self::PolicyChanged => "job-interrupted",
        }
    }
}

impl From<PaperError> for JobError {
    fn from(error: PaperError) -> Self {
        match error {
            PaperError::Storage(e) => Self::Storage(e),
            PaperError::Fault(fault) if fault.code == "blob-missing" => Self::BlobMissing,
            PaperError::Fault(fault) => Self::Paper(fault.code),
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

/// Places the file, then looks at the case again: if its policy changed meanwhile (restricted, not filed), the file
/// goes away as if it had never been there, and the job is done again.
async fn place_for(
    app: &App,
    job: &Job,
    case: &Record,
    parts: Vec<String>,
    content: Content,
    sha256: String,
) -> Result<String, JobError> {
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
    let now = app.storage.office_record(case.id).await?;
    if now.is_some_and(|c| policy(&c) == policy(case)) {
        return Ok(placed.path);
    }
    if placed.new {
        let share = app.config.share.clone();
        let taken = tokio::task::spawn_blocking(move || take_back(&share, &placed.path)).await;
        taken.map_err(|_| JobError::Interrupted)?.map_err(PlaceError::File)?;
    }
    Err(JobError::PolicyChanged)
}
