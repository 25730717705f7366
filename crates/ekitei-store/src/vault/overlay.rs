//! This phone's pending operations, laid over the mirror by the model's pure functions.

use super::{meta, mirror};
use crate::error::StoreError;
use crate::queue::credential;
use ekitei_model::kinds::{self, conflict};
use ekitei_model::merge::Writer;
use ekitei_model::op::OpBody;
use ekitei_model::{DeviceId, Operation, Outcome, Record, RecordId, StaffId, overlay};
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// Whose operations these are.
pub(crate) struct Who {
    device: DeviceId,
    staff: StaffId,
}

impl Who {
    pub(crate) fn writer(&self) -> Writer<'_> {
        overlay::writer(self.device, &self.staff)
    }
}

/// From the credential's copy; before enrolment nobody in particular.
pub(crate) fn who(conn: &Connection) -> Result<Who, StoreError> {
    let copy = meta::get(conn, meta::CREDENTIAL)?.map(|text| credential::from_text(&text)).transpose()?;
    Ok(match copy {
        Some(c) => Who { device: c.device_id, staff: c.staff.id },
        None => Who { device: DeviceId(uuid::Uuid::nil()), staff: "".into() },
    })
}

/// One operation of the overlay.
pub(crate) struct Pending {
    pub op: Operation,
    /// Not at the office yet, or kept there for a record that has not come: nobody else has it.
    pub waiting: bool,
    pub refused: bool,
    /// The office keeps it back until then.
    pub held_until_ms: Option<i64>,
    /// The order in which operations were written.
    pub ord: i64,
    about: Option<RecordId>,
}

const COLUMNS: &str = "body, state, about, ord, outcome";

fn from_row(row: &rusqlite::Row) -> Result<Pending, StoreError> {
    let body: String = row.get(0)?;
    let state: i64 = row.get(1)?;
    let outcome = row.get_ref(4)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    let answered: Option<Outcome> = outcome.filter(|_| state == 1).map(serde_json::from_str).transpose()?;
    Ok(Pending {
        op: serde_json::from_str(&body)?,
        waiting: state == 0 || matches!(answered, Some(Outcome::WaitingParent { .. })),
        refused: state == 3,
        held_until_ms: match answered {
            Some(Outcome::Held { until_ms, .. }) => Some(until_ms),
            _ => None,
        },
        about: row.get::<_, Option<[u8; 16]>>(2)?.map(|b| RecordId(uuid::Uuid::from_bytes(b))),
        ord: row.get(3)?,
    })
}

fn query(conn: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<Pending>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(from_row(row)?);
    }
    Ok(out)
}

/// The overlay's operations that touch one record: its own, a publish of it, resolutions of its conflicts.
pub(crate) fn of_record(conn: &Connection, id: RecordId) -> Result<Vec<Pending>, StoreError> {
    let id = id.0.into_bytes();
    // Three indexed look-ups; nearly always all are empty.
    let mut out = query(conn, &format!("SELECT {COLUMNS} FROM ops WHERE record = ?1 AND state <> 2"), [id])?;
    for column in ["draft", "about"] {
        let sql =
            format!("SELECT {COLUMNS} FROM ops WHERE {column} = ?1 AND {column} IS NOT NULL AND state <> 2");
        out.append(&mut query(conn, &sql, [id])?);
    }
    out.sort_by_key(|p| p.ord);
    Ok(out)
}

/// Whether anything lies over this record.
pub(crate) fn any(conn: &Connection, id: RecordId) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM ops WHERE record = ?1 AND state <> 2)
                 OR EXISTS (SELECT 1 FROM ops WHERE draft = ?1 AND draft IS NOT NULL AND state <> 2)
                 OR EXISTS (SELECT 1 FROM ops WHERE about = ?1 AND about IS NOT NULL AND state <> 2)",
        )?
        .query_row([id.0.into_bytes()], |r| r.get(0))?)
}

/// All operations of the overlay, by the record that each touches. `filter`: a scope, a kind, or both.
pub(crate) fn grouped(
    conn: &Connection,
    scope: Option<&str>,
    kind: Option<&str>,
) -> Result<HashMap<RecordId, Vec<Pending>>, StoreError> {
    let own = match (scope, kind) {
        (Some(scope), Some(kind)) => query(
            conn,
            &format!("SELECT {COLUMNS} FROM ops WHERE scope = ?1 AND kind = ?2 AND state <> 2"),
            params![scope, kind],
        )?,
        (Some(scope), None) => {
            query(conn, &format!("SELECT {COLUMNS} FROM ops WHERE scope = ?1 AND state <> 2"), [scope])?
        }
        (None, Some(kind)) => {
            query(conn, &format!("SELECT {COLUMNS} FROM ops WHERE kind = ?1 AND state <> 2"), [kind])?
        }
        (None, None) => query(conn, &format!("SELECT {COLUMNS} FROM ops WHERE state <> 2"), [])?,
    };
    let mut out: HashMap<RecordId, Vec<Pending>> = HashMap::new();
    for pending in own {
        out.entry(pending.op.record).or_default().push(pending);
    }
    // Publishes change their draft, resolutions the record that their conflict is about, wherever those are.
    for column in ["draft", "about"] {
        let sql = format!("SELECT {COLUMNS} FROM ops WHERE {column} IS NOT NULL AND state <> 2");
        for pending in query(conn, &sql, [])? {
            let touched = match &pending.op.body {
                OpBody::Publish { draft, .. } if column == "draft" => *draft,
                _ => match pending.about {
                    Some(about) => about,
                    None => continue,
                },
            };
            out.entry(touched).or_default().push(pending);
        }
    }
    for pending in out.values_mut() {
        pending.sort_by_key(|p| p.ord);
    }
    Ok(out)
}

/// Lays `pending` over `mirror` for the record `id`. `None`: nothing to show.
pub(crate) fn lay(
    conn: &Connection,
    mirror: Option<&Record>,
    id: RecordId,
    pending: &[Pending],
    who: &Who,
) -> Result<Option<Record>, StoreError> {
    let ops: Vec<Operation> =
        pending.iter().filter(|p| p.about.is_none() || p.op.record == id).map(|p| p.op.clone()).collect();
    let Some(mut shown) = overlay::lay(mirror, id, &ops, who.writer()) else { return Ok(None) };
    for resolution in pending.iter().filter(|p| p.about == Some(id) && p.op.record != id) {
        if let Some(conflict) = mirror::get(conn, resolution.op.record)? {
            shown = overlay::lay_resolution(shown, &conflict, &resolution.op, who.writer());
        }
    }
    Ok(Some(shown))
}

/// The record that a resolution's conflict is about.
pub(crate) fn about(conn: &Connection, op: &Operation, kind: &str) -> Result<Option<RecordId>, StoreError> {
    let OpBody::Patch { fields, .. } = &op.body else { return Ok(None) };
    if kind != kinds::CONFLICT || !fields.contains_key(conflict::RESOLUTION) {
        return Ok(None);
    }
    Ok(mirror::get(conn, op.record)?.and_then(|c| c.parent))
}
