//! `file_photo`: the verified original into the case's folder, under a name that is then frozen.

use super::{Content, JobError, case_of, place_for};
use crate::app::App;
use ekitei_model::filing::photo_path;
use ekitei_model::kinds::{Variant, photo};
use ekitei_server_db::{Job, JobEffect};

pub(super) async fn run(app: &App, job: &Job) -> Result<JobEffect, JobError> {
    let at_ms = app.now_ms();
    let record = app.storage.office_record(job.record).await?;
    let Some(record) = record.filter(|r| !r.deleted && r.text(photo::FILED).is_empty()) else {
        return Ok(JobEffect::Nothing);
    };
    let case = case_of(app, &record).await?;
    let Some((case, path)) =
        case.and_then(|c| photo_path(&c, &record, &app.config.name_rule).map(|p| (c, p)))
    else {
        return Ok(JobEffect::Kept { at_ms });
    };
    let parts = path.map_err(|_| JobError::NameRule)?;
    let blob =
        app.storage.office_blob_of(job.record, Variant::Original).await?.ok_or(JobError::BlobMissing)?;
    let file = app.blob_path(&blob.sha256);
    if !file.is_file() {
        return Err(JobError::BlobMissing);
    }
    let path = place_for(app, job, &case, parts, Content::File(file), blob.sha256).await?;
    Ok(JobEffect::Filed { path, at_ms })
}
