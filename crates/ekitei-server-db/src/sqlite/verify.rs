//! Log against records against heads against jobs against bytes. Reads everything once; for the maintenance command.

use super::codec::{number, record_of, uuid, word};
use crate::error::Result;
use crate::plan::verify::{self as check, RecordColumns};
use ekitei_model::{Fault, OpId, Outcome, RecordId, Scope};
use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn verify_rows(db: &Connection) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    heads(db, &mut faults)?;
    records(db, &mut faults)?;
    operations(db, &mut faults)?;
    references(db, &mut faults)?;
    Ok(faults)
}

fn heads(db: &Connection, faults: &mut Vec<Fault>) -> Result<()> {
    let mut find = db.prepare(
        "SELECT scope, coalesce((SELECT head FROM scopes s WHERE s.scope = used.scope), 0), max(seq), count(DISTINCT seq), count(*)
         FROM (SELECT scope, seq FROM records UNION ALL SELECT scope, seq FROM history
               UNION ALL SELECT scope, 0 FROM scopes) used GROUP BY scope ORDER BY scope",
    )?;
    let mut rows = find.query([])?;
    while let Some(r) = rows.next()? {
        let scope: String = r.get(0)?;
        let known: bool = db
            .prepare_cached("SELECT 1 FROM scopes WHERE scope = ?1")?
            .query_row([&scope], |_| Ok(()))
            .optional()?
            .is_some();
        // The scope's own row counts as place 0.
        let own = u64::from(known);
        check::head(&scope, number(r, 1)?, number(r, 2)?, number(r, 3)? - own, number(r, 4)? - own, faults);
    }
    Ok(())
}

fn records(db: &Connection, faults: &mut Vec<Fault>) -> Result<()> {
    let mut find = db.prepare(
        "SELECT id, kind, scope, born_seq, seq, deleted, unresolved, body FROM records ORDER BY id",
    )?;
    let mut logged = db.prepare("SELECT 1 FROM ops WHERE op_id = ?1")?;
    let mut rows = find.query([])?;
    while let Some(r) = rows.next()? {
        let columns = RecordColumns {
            id: RecordId(uuid(r, 0)?),
            kind: r.get(1)?,
            scope: r.get(2)?,
            born_seq: number(r, 3)?,
            seq: number(r, 4)?,
            deleted: r.get(5)?,
            unresolved: r.get(6)?,
        };
        if let Some(op) = check::record(&columns, record_of(&r.get::<_, String>(7)?).ok(), faults)
            && logged.query_row([op.0.into_bytes()], |_| Ok(())).optional()?.is_none()
        {
            faults.push(check::origin(columns.id, op));
        }
    }
    Ok(())
}

fn operations(db: &Connection, faults: &mut Vec<Fault>) -> Result<()> {
    let mut find = db.prepare("SELECT op_id, record, outcome FROM ops ORDER BY op_id")?;
    let mut place = db.prepare("SELECT scope FROM records WHERE id = ?1")?;
    let mut waits = db.prepare("SELECT 1 FROM waiting WHERE op_id = ?1")?;
    let mut kept = db.prepare("SELECT 1 FROM quarantine WHERE id = ?1")?;
    let mut rows = find.query([])?;
    while let Some(r) = rows.next()? {
        let op = OpId(uuid(r, 0)?);
        let id = op.0.into_bytes();
        let record = super::codec::maybe_uuid(r, 1)?;
        let outcome: Option<Outcome> = serde_json::from_str(&r.get::<_, String>(2)?).ok();
        let scope: Option<Scope> = match record {
            Some(record) => place.query_row([record.into_bytes()], |r| word(r, 0)).optional()?,
            None => None,
        };
        let is_waiting = waits.query_row([id], |_| Ok(())).optional()?.is_some();
        let is_kept = kept.query_row([id], |_| Ok(())).optional()?.is_some();
        check::operation(
            op,
            record.map(RecordId),
            outcome.as_ref(),
            scope.as_ref(),
            is_waiting,
            is_kept,
            faults,
        );
    }
    let mut strays = db.prepare("SELECT op_id FROM waiting WHERE op_id NOT IN (SELECT op_id FROM ops)")?;
    for id in strays.query_map([], |r| uuid(r, 0))? {
        faults.push(check::stray_waiting(OpId(id?)));
    }
    Ok(())
}

fn references(db: &Connection, faults: &mut Vec<Fault>) -> Result<()> {
    let mut find = db.prepare(
        "SELECT record, variant, sha256 FROM arrivals WHERE sha256 NOT IN (SELECT sha256 FROM blobs) ORDER BY record",
    )?;
    let mut rows = find.query([])?;
    while let Some(r) = rows.next()? {
        faults.push(check::blob(RecordId(uuid(r, 0)?), &r.get::<_, String>(1)?, &r.get::<_, String>(2)?));
    }
    let mut photos = db.prepare("SELECT body FROM records WHERE kind = 'photo' AND deleted = 0")?;
    let mut job = db.prepare("SELECT 1 FROM jobs WHERE key = ?1")?;
    let mut rows = photos.query([])?;
    while let Some(r) = rows.next()? {
        let Ok(photo) = record_of(&r.get::<_, String>(0)?) else { continue };
        if let Some(key) = check::filing_key(&photo)
            && job.query_row(params![key], |_| Ok(())).optional()?.is_none()
        {
            faults.push(check::job(photo.id));
        }
    }
    Ok(())
}
