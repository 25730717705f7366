//! `file_note`: a finished note as a text file; finished again, it becomes `_r2`.

use super::{Content, JobError, case_of, place_for};
use crate::app::App;
use crate::filing::note_text::{Context, render};
use crate::hex;
use ekitei_model::filing::note_path;
use ekitei_model::kinds::{note, visit};
use ekitei_model::{Record, RecordId};
use ekitei_server_db::{Job, JobEffect};

pub(super) async fn run(app: &App, job: &Job) -> Result<JobEffect, JobError> {
    let at_ms = app.now_ms();
    let record = app.storage.office_record(job.record).await?;
    let Some(record) = record.filter(|r| !r.deleted && !r.text(note::FINISHED_AT).is_empty()) else {
        return Ok(JobEffect::Nothing);
    };
    let filed = record.fields.get(note::FILED_VERSIONS).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let version = u32::try_from(filed).unwrap_or(u32::MAX - 1) + 1;
    let case = case_of(app, &record).await?;
    let rule = &app.config.name_rule;
    let Some((case, path)) = case.and_then(|c| note_path(&c, &record, rule, version).map(|p| (c, p))) else {
        return Ok(JobEffect::Kept { at_ms });
    };
    let parts = path.map_err(|_| JobError::NameRule)?;
    let bytes = text_of(app, &case, &record, version).await?;
    let sha256 = hex::sha256(&bytes);
    let path = place_for(app, job, &case, parts, Content::Bytes(bytes), sha256).await?;
    Ok(JobEffect::NoteFiled { path, at_ms, version })
}

async fn text_of(app: &App, case: &Record, record: &Record, version: u32) -> Result<Vec<u8>, JobError> {
    let author = match &record.created {
        Some(origin) => {
            app.storage.staff(&origin.staff).await?.map_or_else(|| origin.staff.to_string(), |s| s.name)
        }
        None => String::new(),
    };
    let visit_record = match record.text(note::VISIT).parse::<RecordId>() {
        Ok(id) => app.storage.office_record(id).await?.filter(|v| !v.deleted),
        Err(_) => None,
    };
    let visit = visit_record.as_ref().map(|v| v.text(visit::TITLE));
    Ok(render(record, &Context { case: Some(case), visit, author: &author, version }))
}
