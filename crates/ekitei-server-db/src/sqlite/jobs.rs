//! The office's jobs.

use super::codec::{self, number};
use super::load::settle;
use crate::error::{Result, StorageError};
use crate::plan::{self, WorkingSet};
use crate::rows::*;
use crate::words;
use ekitei_model::RecordId;
use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn claim_job(db: &Connection, now_ms: i64, lease_ms: i64) -> Result<Option<Job>> {
    let sql = format!(
        "UPDATE jobs SET attempts = attempts + 1, lease_until_ms = ?1 + ?2, run_after_ms = ?1 + ?2
         WHERE id = (SELECT id FROM jobs WHERE done = 0 AND run_after_ms <= ?1 AND lease_until_ms <= ?1
                     ORDER BY run_after_ms, id LIMIT 1)
         RETURNING {}",
        codec::JOB
    );
    let mut claim = db.prepare_cached(&sql)?;
    Ok(claim.query_row([now_ms, lease_ms], codec::job).optional()?)
}

pub(super) fn resume_jobs(db: &Connection, now_ms: i64) -> Result<()> {
    db.prepare_cached(
        "UPDATE jobs SET lease_until_ms = 0, run_after_ms = min(run_after_ms, ?1) WHERE done = 0",
    )?
    .execute([now_ms])?;
    Ok(())
}

/// The papers of an inspection, which wait: due now. A job that is being worked on is due again as soon as it is given
/// back: it may have looked before the picture came. Whether there are any.
pub(super) fn resume_papers(db: &Connection, inspection: Option<RecordId>, now_ms: i64) -> Result<bool> {
    let Some(inspection) = inspection else { return Ok(false) };
    let kind = words::of_job_kind(JobKind::FileInspection);
    let n = db
        .prepare_cached(
            "UPDATE jobs SET run_after_ms = min(run_after_ms, ?3) WHERE done = 0 AND kind = ?1 AND record = ?2",
        )?
        .execute(params![kind, inspection.0.into_bytes(), now_ms])?;
    Ok(n > 0)
}

pub(super) fn finish_job(db: &Connection, job: &Job, effect: &JobEffect, now_ms: i64) -> Result<Changed> {
    let n = db
        .prepare_cached(
            "UPDATE jobs SET done = 1, last_error = NULL WHERE id = ?1 AND attempts = ?2 AND done = 0",
        )?
        .execute(params![job.id, job.attempt])?;
    if n != 1 {
        return Err(StorageError::refused("job-taken"));
    }
    let mut ws = WorkingSet::default();
    Ok(settle(db, &mut ws, now_ms, |ws| plan::job_effect(ws, job.record, effect, now_ms))?.1)
}

pub(super) fn retry_job(db: &Connection, job: &Job, run_after_ms: i64, error: &str) -> Result<()> {
    let n = db
        .prepare_cached(
            "UPDATE jobs SET run_after_ms = CASE WHEN run_after_ms < lease_until_ms THEN run_after_ms ELSE ?3 END,
                             lease_until_ms = 0, last_error = ?4
             WHERE id = ?1 AND attempts = ?2 AND done = 0",
        )?
        .execute(params![job.id, job.attempt, run_after_ms, error])?;
    if n == 1 { Ok(()) } else { Err(StorageError::refused("job-taken")) }
}

pub(super) fn job_counts(db: &Connection, now_ms: i64) -> Result<JobCounts> {
    let mut find = db.prepare_cached(
        "SELECT count(*) FILTER (WHERE done = 0 AND lease_until_ms <= ?1), count(*) FILTER (WHERE done = 0 AND lease_until_ms > ?1),
                count(*) FILTER (WHERE done = 0 AND lease_until_ms <= ?1 AND attempts > 0), count(*) FILTER (WHERE done = 1)
         FROM jobs",
    )?;
    Ok(find.query_row([now_ms], |r| {
        Ok(JobCounts {
            waiting: number(r, 0)?,
            leased: number(r, 1)?,
            retrying: number(r, 2)?,
            done: number(r, 3)?,
        })
    })?)
}
