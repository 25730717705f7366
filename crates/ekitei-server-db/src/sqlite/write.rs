//! Writes what a plan decided.

use super::codec::int;
use super::rooms;
use crate::error::Result;
use crate::plan::Writes;
use crate::words;
use ekitei_model::{OpId, Outcome};
use rusqlite::{Connection, params};

pub(super) fn write(db: &Connection, w: &Writes, now_ms: i64) -> Result<()> {
    history(db, w, now_ms)?;
    records(db, w, now_ms)?;
    rooms::words(db, w)?;
    rooms::held_due(db, w)?;
    rooms::arrivals(db, w)?;
    scopes(db, w)?;
    log(db, w, now_ms)?;
    waiting(db, w)?;
    quarantine(db, w, now_ms)?;
    jobs(db, w, now_ms)?;
    staff(db, w)?;
    if let Some(l) = &w.lane {
        db.prepare_cached(
            "INSERT INTO lanes (device, lane, generation, high_water) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET high_water = excluded.high_water",
        )?
        .execute(params![
            l.device.0.into_bytes(),
            u8::from(l.lane),
            l.generation,
            int(l.high_water)
        ])?;
    }
    Ok(())
}

fn records(db: &Connection, w: &Writes, now_ms: i64) -> Result<()> {
    let mut put = db.prepare_cached(
        "INSERT INTO records (id, kind, scope, parent, born_seq, seq, deleted, unresolved, changed_ms, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, deleted = excluded.deleted, unresolved = excluded.unresolved,
           changed_ms = excluded.changed_ms, body = excluded.body",
    )?;
    for r in w.records.values() {
        put.execute(params![
            r.id.0.into_bytes(),
            r.kind,
            r.scope.to_string(),
            r.parent.map(|p| p.0.into_bytes()),
            int(r.born_seq),
            int(r.seq),
            r.deleted,
            words::unresolved(r),
            now_ms,
            serde_json::to_string(r)?,
        ])?;
    }
    Ok(())
}

fn history(db: &Connection, w: &Writes, now_ms: i64) -> Result<()> {
    let mut put = db.prepare_cached(
        "INSERT INTO history (scope, seq, record, replaced_by, replaced_ms, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for h in &w.history {
        let v = &h.version;
        put.execute(params![
            v.scope.to_string(),
            int(v.seq),
            v.id.0.into_bytes(),
            h.replaced_by.0.into_bytes(),
            now_ms,
            serde_json::to_string(v)?,
        ])?;
    }
    Ok(())
}

fn scopes(db: &Connection, w: &Writes) -> Result<()> {
    let mut head = db.prepare_cached(
        "INSERT INTO scopes (scope, head) VALUES (?1, ?2) ON CONFLICT (scope) DO UPDATE SET head = excluded.head",
    )?;
    for (scope, n) in &w.heads {
        head.execute(params![scope.to_string(), int(*n)])?;
    }
    let mut acl = db.prepare_cached(
        "INSERT INTO scopes (scope, acl) VALUES (?1, 1) ON CONFLICT (scope) DO UPDATE SET acl = acl + 1",
    )?;
    for scope in &w.acl {
        acl.execute([scope.to_string()])?;
    }
    Ok(())
}

pub(super) fn set_outcome(db: &Connection, op: OpId, outcome: &Outcome) -> Result<()> {
    db.prepare_cached("UPDATE ops SET outcome = ?2 WHERE op_id = ?1")?
        .execute(params![op.0.into_bytes(), serde_json::to_string(outcome)?])?;
    Ok(())
}

fn log(db: &Connection, w: &Writes, now_ms: i64) -> Result<()> {
    let mut put = db.prepare_cached(
        "INSERT INTO ops (op_id, device, staff, lane, generation, op_seq, record, at_ms, received_ms, outcome)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for l in &w.log {
        put.execute(params![
            l.op_id.0.into_bytes(),
            l.device.0.into_bytes(),
            l.staff.as_str(),
            l.place.map(|p| u8::from(p.lane)),
            l.place.map(|p| p.generation),
            l.place.map(|p| int(p.op_seq)),
            l.record.map(|r| r.0.into_bytes()),
            l.at_ms,
            now_ms,
            serde_json::to_string(&l.outcome)?,
        ])?;
    }
    for (op, outcome) in &w.outcomes {
        set_outcome(db, *op, outcome)?;
    }
    Ok(())
}

fn waiting(db: &Connection, w: &Writes) -> Result<()> {
    let mut gone = db.prepare_cached("DELETE FROM waiting WHERE op_id = ?1")?;
    for op in &w.waiting_gone {
        gone.execute([op.0.into_bytes()])?;
    }
    let mut put = db.prepare_cached(
        "INSERT INTO waiting (op_id, needs, device, staff, since_ms, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (op_id) DO UPDATE SET needs = excluded.needs, bytes = excluded.bytes",
    )?;
    for x in w.waiting_in_order() {
        put.execute(params![
            x.op_id.0.into_bytes(),
            x.needs.0.into_bytes(),
            x.device.0.into_bytes(),
            x.staff.as_str(),
            x.since_ms,
            x.bytes,
        ])?;
    }
    Ok(())
}

fn quarantine(db: &Connection, w: &Writes, now_ms: i64) -> Result<()> {
    // An operation can come back (released, waited, expired); a salvaged record that people settled stays settled.
    let mut put = db.prepare_cached(
        "INSERT INTO quarantine (id, scope, record, reason, device, staff, since_ms, state, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open', ?8)
         ON CONFLICT (id) DO UPDATE SET scope = excluded.scope, reason = excluded.reason, since_ms = excluded.since_ms,
           state = 'open', settled_by = NULL, settled_ms = NULL, bytes = excluded.bytes, purged = 0 WHERE excluded.reason <> 'salvage'",
    )?;
    for q in &w.quarantine {
        put.execute(params![
            q.id.into_bytes(),
            q.scope.to_string(),
            q.record.map(|r| r.0.into_bytes()),
            q.reason,
            q.device.0.into_bytes(),
            q.staff.as_str(),
            q.since_ms,
            q.bytes,
        ])?;
    }
    if let Some((id, state, by)) = &w.settled {
        db.prepare_cached(
            "UPDATE quarantine SET state = ?2, settled_by = ?3, settled_ms = ?4 WHERE id = ?1",
        )?
        .execute(params![
            id.into_bytes(),
            words::of_quarantine_state(*state),
            by.as_str(),
            now_ms
        ])?;
    }
    Ok(())
}

fn jobs(db: &Connection, w: &Writes, now_ms: i64) -> Result<()> {
    let mut put = db.prepare_cached(
        "INSERT INTO jobs (kind, key, record, run_after_ms, lease_until_ms, attempts, done, created_ms)
         VALUES (?1, ?2, ?3, ?4, 0, 0, 0, ?4) ON CONFLICT (key) DO NOTHING",
    )?;
    for j in &w.jobs {
        put.execute(params![words::of_job_kind(j.kind), j.key, j.record.0.into_bytes(), now_ms])?;
    }
    Ok(())
}

fn staff(db: &Connection, w: &Writes) -> Result<()> {
    let mut put = db.prepare_cached(
        "INSERT INTO staff (id, kana, folded, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET kana = excluded.kana, folded = excluded.folded, body = excluded.body",
    )?;
    for s in w.staff.values() {
        put.execute(params![s.id.as_str(), s.kana, words::folded_staff(s), serde_json::to_string(s)?])?;
        rooms::posts(db, s)?;
    }
    Ok(())
}
