//! Writes what a plan decided: one statement a table, whatever the number of rows.

use super::codec::int;
use super::rooms;
use super::session::{Go, Session, run};
use crate::plan::Writes;
use crate::words;
use ekitei_model::Record;
use uuid::Uuid;

pub(super) async fn write(s: &Session<'_>, w: &Writes, now_ms: i64) -> Go<()> {
    history(s, w, now_ms).await?;
    records(s, w, now_ms).await?;
    rooms::words(s, w).await?;
    rooms::held_due(s, w).await?;
    rooms::arrivals(s, w).await?;
    scopes(s, w).await?;
    log(s, w, now_ms).await?;
    waiting(s, w).await?;
    quarantine(s, w, now_ms).await?;
    jobs(s, w, now_ms).await?;
    staff(s, w).await?;
    if let Some(l) = &w.lane {
        let sql = "UPDATE lanes SET high_water = $4 WHERE device = $1 AND lane = $2 AND generation = $3";
        let (lane, generation) = (i32::from(u8::from(l.lane)), i64::from(l.generation));
        run(&s.tx, sql, &[&l.device.0, &lane, &generation, &int(l.high_water)]).await?;
    }
    Ok(())
}

async fn records(s: &Session<'_>, w: &Writes, now_ms: i64) -> Go<()> {
    let (born, changed): (Vec<&Record>, Vec<&Record>) =
        w.records.values().partition(|r| w.born.contains(&r.id));
    if !born.is_empty() {
        let bodies = born.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let sql = "INSERT INTO records (id, kind, scope, parent, born_seq, seq, deleted, unresolved, body, changed_ms)
             SELECT *, $10 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[],
               $7::boolean[], $8::boolean[], $9::text[])";
        run(
            &s.tx,
            sql,
            &[
                &ids(&born),
                &born.iter().map(|r| r.kind.as_str()).collect::<Vec<_>>(),
                &born.iter().map(|r| r.scope.to_string()).collect::<Vec<_>>(),
                &born.iter().map(|r| r.parent.map(|p| p.0)).collect::<Vec<Option<Uuid>>>(),
                &born.iter().map(|r| int(r.born_seq)).collect::<Vec<_>>(),
                &seqs(&born),
                &born.iter().map(|r| r.deleted).collect::<Vec<_>>(),
                &born.iter().map(|r| words::unresolved(r)).collect::<Vec<_>>(),
                &bodies,
                &now_ms,
            ],
        )
        .await?;
    }
    if !changed.is_empty() {
        let bodies = changed.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let sql = "UPDATE records r SET seq = u.seq, deleted = u.deleted, unresolved = u.unresolved, body = u.body, changed_ms = $6
             FROM unnest($1::uuid[], $2::bigint[], $3::boolean[], $4::boolean[], $5::text[]) AS u (id, seq, deleted, unresolved, body)
             WHERE r.id = u.id";
        run(
            &s.tx,
            sql,
            &[
                &ids(&changed),
                &seqs(&changed),
                &changed.iter().map(|r| r.deleted).collect::<Vec<_>>(),
                &changed.iter().map(|r| words::unresolved(r)).collect::<Vec<_>>(),
                &bodies,
                &now_ms,
            ],
        )
        .await?;
    }
    Ok(())
}

fn ids(records: &[&Record]) -> Vec<Uuid> {
    records.iter().map(|r| r.id.0).collect()
}
fn seqs(records: &[&Record]) -> Vec<i64> {
    records.iter().map(|r| int(r.seq)).collect()
}

async fn history(s: &Session<'_>, w: &Writes, now_ms: i64) -> Go<()> {
    if w.history.is_empty() {
        return Ok(());
    }
    let versions: Vec<&Record> = w.history.iter().map(|h| &h.version).collect();
    let bodies = versions.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let sql = "INSERT INTO history (scope, seq, record, replaced_by, body, replaced_ms)
         SELECT *, $6 FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[])";
    run(
        &s.tx,
        sql,
        &[
            &versions.iter().map(|v| v.scope.to_string()).collect::<Vec<_>>(),
            &seqs(&versions),
            &ids(&versions),
            &w.history.iter().map(|h| h.replaced_by.0).collect::<Vec<_>>(),
            &bodies,
            &now_ms,
        ],
    )
    .await?;
    Ok(())
}

async fn scopes(s: &Session<'_>, w: &Writes) -> Go<()> {
    if !w.heads.is_empty() {
        // Their rows are locked, so they are there.
        let names: Vec<String> = w.heads.keys().map(ToString::to_string).collect();
        let heads: Vec<i64> = w.heads.values().map(|n| int(*n)).collect();
        let sql = "UPDATE scopes s SET head = u.head FROM unnest($1::text[], $2::bigint[]) AS u (scope, head) WHERE s.scope = u.scope";
        run(&s.tx, sql, &[&names, &heads]).await?;
    }
    if !w.acl.is_empty() {
        let names: Vec<String> = w.acl.iter().map(ToString::to_string).collect();
        let sql = "INSERT INTO scopes (scope, acl) SELECT n, 1 FROM unnest($1::text[]) AS n ORDER BY n COLLATE \"C\"
             ON CONFLICT (scope) DO UPDATE SET acl = scopes.acl + 1";
        run(&s.tx, sql, &[&names]).await?;
    }
    Ok(())
}

async fn log(s: &Session<'_>, w: &Writes, now_ms: i64) -> Go<()> {
    if !w.log.is_empty() {
        let outcomes =
            w.log.iter().map(|l| serde_json::to_string(&l.outcome)).collect::<Result<Vec<_>, _>>()?;
        let sql = "INSERT INTO ops (op_id, device, staff, lane, generation, op_seq, record, at_ms, outcome, received_ms)
             SELECT *, $10 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[],
               $7::uuid[], $8::bigint[], $9::text[])";
        run(
            &s.tx,
            sql,
            &[
                &w.log.iter().map(|l| l.op_id.0).collect::<Vec<_>>(),
                &w.log.iter().map(|l| l.device.0).collect::<Vec<_>>(),
                &w.log.iter().map(|l| l.staff.as_str()).collect::<Vec<_>>(),
                &w.log.iter().map(|l| l.place.map(|p| i32::from(u8::from(p.lane)))).collect::<Vec<_>>(),
                &w.log.iter().map(|l| l.place.map(|p| i64::from(p.generation))).collect::<Vec<_>>(),
                &w.log.iter().map(|l| l.place.map(|p| int(p.op_seq))).collect::<Vec<_>>(),
                &w.log.iter().map(|l| l.record.map(|r| r.0)).collect::<Vec<_>>(),
                &w.log.iter().map(|l| l.at_ms).collect::<Vec<_>>(),
                &outcomes,
                &now_ms,
            ],
        )
        .await?;
    }
    if !w.outcomes.is_empty() {
        let ids: Vec<Uuid> = w.outcomes.iter().map(|(id, _)| id.0).collect();
        let texts =
            w.outcomes.iter().map(|(_, o)| serde_json::to_string(o)).collect::<Result<Vec<_>, _>>()?;
        let sql = "UPDATE ops o SET outcome = u.outcome FROM unnest($1::uuid[], $2::text[]) AS u (op_id, outcome) WHERE o.op_id = u.op_id";
        run(&s.tx, sql, &[&ids, &texts]).await?;
    }
    Ok(())
}

async fn waiting(s: &Session<'_>, w: &Writes) -> Go<()> {
    if !w.waiting_gone.is_empty() {
        let ids: Vec<Uuid> = w.waiting_gone.iter().map(|o| o.0).collect();
        run(&s.tx, "DELETE FROM waiting WHERE op_id = ANY($1)", &[&ids]).await?;
    }
    for x in w.waiting_in_order() {
        let sql = "INSERT INTO waiting (op_id, needs, device, staff, since_ms, bytes) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (op_id) DO UPDATE SET needs = excluded.needs, bytes = excluded.bytes";
        run(&s.tx, sql, &[&x.op_id.0, &x.needs.0, &x.device.0, &x.staff.as_str(), &x.since_ms, &x.bytes])
            .await?;
    }
    Ok(())
}

async fn quarantine(s: &Session<'_>, w: &Writes, now_ms: i64) -> Go<()> {
    for q in &w.quarantine {
        // An operation can come back (released, waited, expired); a salvaged record that people settled stays settled.
        let sql = "INSERT INTO quarantine (id, scope, record, reason, device, staff, since_ms, state, bytes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8)
             ON CONFLICT (id) DO UPDATE SET scope = excluded.scope, reason = excluded.reason, since_ms = excluded.since_ms,
               state = 'open', settled_by = NULL, settled_ms = NULL, bytes = excluded.bytes, purged = false
             WHERE excluded.reason <> 'salvage'";
        let record = q.record.map(|r| r.0);
        let scope = q.scope.to_string();
        let values: super::session::Params<'_> =
            &[&q.id, &scope, &record, &q.reason, &q.device.0, &q.staff.as_str(), &q.since_ms, &q.bytes];
        run(&s.tx, sql, values).await?;
    }
    if let Some((id, state, by)) = &w.settled {
        let sql = "UPDATE quarantine SET state = $2, settled_by = $3, settled_ms = $4 WHERE id = $1";
        run(&s.tx, sql, &[id, &words::of_quarantine_state(*state), &by.as_str(), &now_ms]).await?;
    }
    Ok(())
}

async fn jobs(s: &Session<'_>, w: &Writes, now_ms: i64) -> Go<()> {
    if w.jobs.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO jobs (kind, key, record, run_after_ms, lease_until_ms, attempts, done, created_ms)
         SELECT kind, key, record, $4, 0, 0, false, $4
         FROM unnest($1::text[], $2::text[], $3::uuid[]) WITH ORDINALITY AS u (kind, key, record, at) ORDER BY at
         ON CONFLICT (key) DO NOTHING";
    run(
        &s.tx,
        sql,
        &[
            &w.jobs.iter().map(|j| words::of_job_kind(j.kind)).collect::<Vec<_>>(),
            &w.jobs.iter().map(|j| j.key.as_str()).collect::<Vec<_>>(),
            &w.jobs.iter().map(|j| j.record.0).collect::<Vec<_>>(),
            &now_ms,
        ],
    )
    .await?;
    Ok(())
}

async fn staff(s: &Session<'_>, w: &Writes) -> Go<()> {
    if w.staff.is_empty() {
        return Ok(());
    }
    let bodies = w.staff.values().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let sql = "INSERT INTO staff (id, kana, folded, body) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
         ON CONFLICT (id) DO UPDATE SET kana = excluded.kana, folded = excluded.folded, body = excluded.body";
    run(
        &s.tx,
        sql,
        &[
            &w.staff.values().map(|x| x.id.as_str()).collect::<Vec<_>>(),
            &w.staff.values().map(|x| x.kana.as_str()).collect::<Vec<_>>(),
            &w.staff.values().map(words::folded_staff).collect::<Vec<_>>(),
            &bodies,
        ],
    )
    .await?;
    rooms::posts(s, w).await
}
