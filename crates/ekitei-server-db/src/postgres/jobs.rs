//! The office's jobs.

use super::codec::{self, number};
use super::load::settle;
use super::session::{Go, Session, maybe, one, run};
use crate::error::StorageError;
use crate::plan::{self, WorkingSet};
use crate::rows::*;
use crate::words;
use deadpool_postgres::Transaction;
use ekitei_model::RecordId;

pub(super) async fn claim_job(tx: &Transaction<'_>, now_ms: i64, lease_ms: i64) -> Go<Option<Job>> {
    let sql = format!(
        "UPDATE jobs SET attempts = attempts + 1, lease_until_ms = $1 + $2, run_after_ms = $1 + $2
         WHERE id = (SELECT id FROM jobs WHERE NOT done AND run_after_ms <= $1 AND lease_until_ms <= $1
                     ORDER BY run_after_ms, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING {}",
        codec::JOB
    );
    maybe(tx, &sql, &[&now_ms, &lease_ms]).await?.map(|row| codec::job(&row)).transpose()
}

pub(super) async fn resume_jobs(tx: &Transaction<'_>, now_ms: i64) -> Go<()> {
    let sql = "UPDATE jobs SET lease_until_ms = 0, run_after_ms = least(run_after_ms, $1) WHERE NOT done";
    run(tx, sql, &[&now_ms]).await?;
    Ok(())
}

/// The papers of an inspection, which wait: due now. A job that is being worked on is due again as soon as it is given
/// back: it may have looked before the picture came. Whether there are any.
pub(super) async fn resume_papers(
    tx: &Transaction<'_>,
    inspection: Option<RecordId>,
    now_ms: i64,
) -> Go<bool> {
    let Some(inspection) = inspection else { return Ok(false) };
    let kind = words::of_job_kind(JobKind::FileInspection);
    let sql =
        "UPDATE jobs SET run_after_ms = least(run_after_ms, $3) WHERE NOT done AND kind = $1 AND record = $2";
    Ok(run(tx, sql, &[&kind, &inspection.0, &now_ms]).await? > 0)
}

pub(super) async fn finish_job(
    s: &mut Session<'_>,
    job: &Job,
    effect: &JobEffect,
    now_ms: i64,
) -> Go<Changed> {
    let sql = "UPDATE jobs SET done = true, last_error = NULL WHERE id = $1 AND attempts = $2 AND NOT done";
    if run(&s.tx, sql, &[&job.id, &i64::from(job.attempt)]).await? != 1 {
        return Err(StorageError::refused("job-taken").into());
    }
    let mut ws = WorkingSet::default();
    Ok(settle(s, &mut ws, now_ms, |ws| plan::job_effect(ws, job.record, effect, now_ms)).await?.1)
}

pub(super) async fn retry_job(tx: &Transaction<'_>, job: &Job, run_after_ms: i64, error: &str) -> Go<()> {
    let sql = "UPDATE jobs SET run_after_ms = CASE WHEN run_after_ms < lease_until_ms THEN run_after_ms ELSE $3 END,
                         lease_until_ms = 0, last_error = $4
         WHERE id = $1 AND attempts = $2 AND NOT done";
    if run(tx, sql, &[&job.id, &i64::from(job.attempt), &run_after_ms, &error]).await? == 1 {
        return Ok(());
    }
    Err(StorageError::refused("job-taken").into())
}

pub(super) async fn job_counts(tx: &Transaction<'_>, now_ms: i64) -> Go<JobCounts> {
    let sql = "SELECT count(*) FILTER (WHERE NOT done AND lease_until_ms <= $1), count(*) FILTER (WHERE NOT done AND lease_until_ms > $1),
                count(*) FILTER (WHERE NOT done AND lease_until_ms <= $1 AND attempts > 0), count(*) FILTER (WHERE done)
         FROM jobs";
    let r = one(tx, sql, &[&now_ms]).await?;
    Ok(JobCounts {
        waiting: number(&r, 0)?,
        leased: number(&r, 1)?,
        retrying: number(&r, 2)?,
        done: number(&r, 3)?,
    })
}
