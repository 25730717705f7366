//! Meta, staff, codes, devices, sessions.

use super::codec::{self, staff_id, uuid};
use super::load::{self, case_numbers, settle};
use crate::error::{Result, StorageError};
use crate::plan::access::{self, Joining};
use crate::plan::{self, Needs, WorkingSet};
use crate::rows::*;
use crate::words;
use ekitei_model::kinds;
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::wire::{DeviceState, Epoch};
use ekitei_model::{DeviceId, Record, RecordId, Scope, StaffId, Stamp, fold, rules};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) fn meta_get(db: &Connection, key: &str) -> Result<Option<String>> {
    let mut find = db.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(find.query_row([key], |r| r.get(0)).optional()?)
}

pub(super) fn meta_set(db: &Connection, key: &str, value: &str) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?
    .execute([key, value])?;
    Ok(())
}

/// Made at the first opening.
pub(super) fn epoch(db: &Connection) -> Result<Epoch> {
    meta_get(db, "epoch")?.ok_or_else(|| StorageError::Damaged("the epoch is missing".to_owned()))
}

pub(super) fn new_epoch(db: &Connection) -> Result<Epoch> {
    let epoch = Uuid::new_v4().to_string();
    meta_set(db, "epoch", &epoch)?;
    Ok(epoch)
}

pub(super) fn import_staff(db: &Connection, staff: &[Staff], now_ms: i64) -> Result<Imported> {
    if !plan::staff_are_sound(staff) {
        return Err(StorageError::refused("batch-malformed"));
    }
    let mut ws = WorkingSet::default();
    let mut needs = Needs::default();
    needs.heads.insert(Scope::All);
    for s in staff {
        needs.staff.insert(s.id.clone());
        needs.records.insert(kinds::staff_record_id(&s.id));
    }
    load::load(db, &mut ws, &needs)?;
    let (tally, changed) = settle(db, &mut ws, now_ms, |ws| plan::import_staff(ws, staff, now_ms))?;
    Ok(imported(tally, changed))
}

pub(super) fn import_cases(db: &Connection, cases: &[Fields], now_ms: i64) -> Result<Imported> {
    if !plan::cases_are_sound(cases) {
        return Err(StorageError::refused("batch-malformed"));
    }
    let numbers = case_numbers(db)?;
    let today = Stamp::japan(now_ms).local_date();
    let mut ws = WorkingSet::default();
    let (tally, changed) =
        settle(db, &mut ws, now_ms, |ws| plan::import_cases(ws, cases, &numbers, &today, now_ms))?;
    Ok(imported(tally, changed))
}

pub(super) fn replace_kind(
    db: &Connection,
    kind: &str,
    scope: &Scope,
    records: &BTreeMap<RecordId, Fields>,
    now_ms: i64,
) -> Result<Imported> {
    let there: Vec<RecordId> = db
        .prepare_cached("SELECT id FROM records WHERE scope = ?1 AND kind = ?2 AND deleted = 0")?
        .query_map(params![scope.to_string(), kind], |r| Ok(RecordId(uuid(r, 0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut ws = WorkingSet::default();
    let mut needs = Needs::default();
    needs.heads.insert(scope.clone());
    needs.records.extend(records.keys().chain(&there));
    load::load(db, &mut ws, &needs)?;
    let plan = |ws: &WorkingSet| plan::replace_kind(ws, kind, scope, records, &there, now_ms);
    let (tally, changed) = settle(db, &mut ws, now_ms, plan)?;
    Ok(imported(tally, changed))
}

fn imported(t: plan::Tally, changed: Changed) -> Imported {
    Imported {
        added: t.added,
        changed: t.changed,
        unchanged: t.unchanged,
        removed: t.removed,
        touched: changed.touched,
    }
}

pub(super) fn staff_list(db: &Connection, filter: &StaffFilter) -> Result<Vec<Staff>> {
    let text = filter.text.as_deref().map(fold::fold).unwrap_or_default();
    let mut find =
        db.prepare_cached("SELECT body FROM staff WHERE ?1 = '' OR instr(folded, ?1) > 0 ORDER BY kana, id")?;
    let mut rows = find.query([text])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let staff: Staff = serde_json::from_str(&row.get::<_, String>(0)?)?;
        if filter.section.as_ref().is_none_or(|s| staff.posts.iter().any(|p| p.section == *s)) {
            out.push(staff);
        }
    }
    Ok(out)
}

pub(super) fn must_exist(db: &Connection, id: &StaffId) -> Result<Staff> {
    load::staff(db, id)?.ok_or_else(|| StorageError::refused("staff-unknown"))
}

pub(super) fn set_password(db: &Connection, staff: &StaffId, hash: &str) -> Result<()> {
    must_exist(db, staff)?;
    db.prepare_cached(
        "INSERT INTO passwords (staff, hash) VALUES (?1, ?2) ON CONFLICT (staff) DO UPDATE SET hash = excluded.hash",
    )?
    .execute([staff.as_str(), hash])?;
    Ok(())
}

pub(super) fn password_hash(db: &Connection, staff: &StaffId) -> Result<Option<String>> {
    let mut find = db.prepare_cached("SELECT hash FROM passwords WHERE staff = ?1")?;
    Ok(find.query_row([staff.as_str()], |r| r.get(0)).optional()?)
}

pub(super) fn create_code(db: &Connection, staff: &StaffId, code_hash: &str, expires_ms: i64) -> Result<()> {
    must_exist(db, staff)?;
    db.prepare_cached("INSERT INTO codes (code_hash, staff, expires_ms) VALUES (?1, ?2, ?3)")?
        .execute(params![code_hash, staff.as_str(), expires_ms])?;
    Ok(())
}

pub(super) fn redeem_code(
    db: &Connection,
    code_hash: &str,
    now_ms: i64,
    new: &NewDevice,
) -> Result<Redeemed> {
    let row = db
        .prepare_cached("SELECT staff, expires_ms, used_by FROM codes WHERE code_hash = ?1")?
        .query_row([code_hash], |r| Ok((staff_id(r, 0)?, r.get::<_, i64>(1)?, codec::maybe_uuid(r, 2)?)))
        .optional()?;
    let Some((staff, expires_ms, used_by)) = row else { return Err(StorageError::refused("code-unknown")) };
    if expires_ms <= now_ms {
        return Err(StorageError::refused("code-expired"));
    }
    let staff = must_exist(db, &staff)?;
    if let Some(used_by) = used_by {
        let made = device(db, DeviceId(used_by))?.filter(|d| d.public_key == new.public_key);
        let made = made.ok_or_else(|| StorageError::refused("code-used"))?;
        return Ok(Redeemed { staff, device_id: made.id });
    }
    let joining = access::joins(new, &staff.id, device(db, new.device_id)?.as_ref())?;
    let id = new.device_id.0.into_bytes();
    db.prepare_cached("UPDATE codes SET used_ms = ?2, used_by = ?3 WHERE code_hash = ?1")?
        .execute(params![code_hash, now_ms, id])?;
    match joining {
        Joining::New => add_device(db, new, &staff.id, false, now_ms)?,
        Joining::Known => {
            db.prepare_cached("UPDATE devices SET recipient = ?2, model = ?3 WHERE id = ?1")?
                .execute(params![id, new.recipient, new.model])?;
        }
    }
    Ok(Redeemed { staff, device_id: new.device_id })
}

fn add_device(db: &Connection, new: &NewDevice, staff: &StaffId, console: bool, now_ms: i64) -> Result<()> {
    let report = serde_json::to_string(&DeviceReport::default())?;
    let sql = format!(
        "INSERT INTO devices ({}) VALUES (?1, ?2, 'active', ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
        codec::DEVICE
    );
    db.prepare_cached(&sql)?.execute(params![
        new.device_id.0.into_bytes(),
        staff.as_str(),
        console,
        new.public_key,
        new.recipient,
        new.model,
        now_ms,
        report,
    ])?;
    Ok(())
}

pub(super) fn device(db: &Connection, id: DeviceId) -> Result<Option<Device>> {
    let sql = format!("SELECT {} FROM devices WHERE id = ?1", codec::DEVICE);
    Ok(db.prepare_cached(&sql)?.query_row([id.0.into_bytes()], codec::device).optional()?)
}

pub(super) fn devices(db: &Connection, filter: &DeviceFilter) -> Result<Vec<Device>> {
    let sql = format!(
        "SELECT {} FROM devices WHERE (?1 IS NULL OR staff = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 OR NOT console)
         ORDER BY last_seen_ms DESC, id",
        codec::DEVICE
    );
    let staff = filter.staff.as_ref().map(StaffId::as_str);
    let state = filter.state.map(words::of_device_state);
    let mut find = db.prepare_cached(&sql)?;
    let rows = find.query_map(params![staff, state, filter.consoles], codec::device)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn touch_device(
    db: &Connection,
    id: DeviceId,
    now_ms: i64,
    report: Option<&DeviceReport>,
) -> Result<()> {
    let report = report.map(serde_json::to_string).transpose()?;
    db.prepare_cached("UPDATE devices SET last_seen_ms = ?2, report = coalesce(?3, report) WHERE id = ?1")?
        .execute(params![id.0.into_bytes(), now_ms, report])?;
    Ok(())
}

pub(super) fn set_device_state(db: &Connection, id: DeviceId, state: DeviceState) -> Result<bool> {
    let n = db
        .prepare_cached("UPDATE devices SET state = ?2 WHERE id = ?1")?
        .execute(params![id.0.into_bytes(), words::of_device_state(state)])?;
    Ok(n == 1)
}

pub(super) fn open_session(
    db: &Connection,
    staff: &StaffId,
    token_hash: &str,
    now_ms: i64,
    expires_ms: i64,
) -> Result<DeviceId> {
    must_exist(db, staff)?;
    let id = DeviceId(Uuid::now_v7());
    let new = NewDevice {
        device_id: id,
        public_key: String::new(),
        recipient: String::new(),
        model: String::new(),
        former: None,
    };
    add_device(db, &new, staff, true, now_ms)?;
    db.prepare_cached("INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, ?4, ?5)")?.execute(params![
        token_hash,
        staff.as_str(),
        id.0.into_bytes(),
        now_ms,
        expires_ms
    ])?;
    Ok(id)
}

pub(super) fn session(db: &Connection, token_hash: &str, now_ms: i64) -> Result<Option<Session>> {
    let mut find = db.prepare_cached(
        "SELECT staff, device, opened_ms, seen_ms, expires_ms FROM sessions WHERE token_hash = ?1 AND expires_ms > ?2",
    )?;
    let row = find.query_row(params![token_hash, now_ms], |r| {
        Ok(Session {
            staff: staff_id(r, 0)?,
            device: DeviceId(uuid(r, 1)?),
            opened_ms: r.get(2)?,
            seen_ms: r.get(3)?,
            expires_ms: r.get(4)?,
        })
    });
    Ok(row.optional()?)
}

pub(super) fn session_seen(db: &Connection, token_hash: &str, now_ms: i64) -> Result<()> {
    db.prepare_cached("UPDATE sessions SET seen_ms = max(seen_ms, ?2) WHERE token_hash = ?1")?
        .execute(params![token_hash, now_ms])?;
    Ok(())
}

pub(super) fn close_session(db: &Connection, token_hash: &str) -> Result<()> {
    db.prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?.execute([token_hash])?;
    Ok(())
}

/// The caller's person; a device whose person was never imported is unknown.
pub(super) fn reader(db: &Connection, caller: &Caller) -> Result<Staff> {
    let row = device(db, caller.device)?;
    access::may_read(access::known(row.as_ref(), caller)?)?;
    must_exist(db, &caller.staff)
}

pub(super) fn may_read(db: &Connection, staff: &Staff, today: &str, scope: &Scope) -> Result<bool> {
    let owner = scope.owner().map(|id: RecordId| load::record(db, id)).transpose()?.flatten();
    Ok(access::readable(scope, owner.as_ref(), staff, today))
}

/// The same for one record: of a room, what is open to the person.
pub(super) fn may_read_record(db: &Connection, staff: &Staff, today: &str, record: &Record) -> Result<bool> {
    let owner = record.scope.owner().map(|id: RecordId| load::record(db, id)).transpose()?.flatten();
    Ok(access::readable(&record.scope, owner.as_ref(), staff, today)
        && access::shows(record, owner.as_ref(), staff, today))
}

pub(super) fn acl_version(db: &Connection, staff: &StaffId, today: &str) -> Result<u64> {
    Ok(standing(db, &must_exist(db, staff)?, today)?.1)
}

pub(super) fn standing(db: &Connection, staff: &Staff, today: &str) -> Result<(Vec<Scope>, u64)> {
    let scopes = rules::standing_scopes(staff, today);
    let mut find = db.prepare_cached("SELECT acl FROM scopes WHERE scope = ?1")?;
    let mut with = Vec::with_capacity(scopes.len());
    for scope in &scopes {
        let acl = find.query_row([scope.to_string()], |r| codec::number(r, 0)).optional()?.unwrap_or(0);
        with.push((scope.clone(), acl));
    }
    Ok((scopes, access::acl_version(&with)))
}

pub(super) fn me(db: &Connection, caller: &Caller) -> Result<Me> {
    let row = device(db, caller.device)?;
    let state = access::known(row.as_ref(), caller)?.state;
    let staff = must_exist(db, &caller.staff)?;
    let (standing, acl_version) = standing(db, &staff, &caller.today)?;
    Ok(Me { staff, state, standing, acl_version, epoch: epoch(db)? })
}

pub(super) fn readable(db: &Connection, caller: &Caller, scopes: &[Scope]) -> Result<Vec<Scope>> {
    let staff = reader(db, caller)?;
    let mut out = Vec::new();
    for scope in scopes {
        if may_read(db, &staff, &caller.today, scope)? {
            out.push(scope.clone());
        }
    }
    Ok(out)
}
