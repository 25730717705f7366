//! Meta, staff, codes, devices, sessions.

use super::codec::{self, number, text};
use super::load::{self, case_numbers, settle};
use super::session::{Go, Session, maybe, one, rows, run};
use crate::columns::Columns as _;
use crate::error::StorageError;
use crate::plan::access::{self, Joining};
use crate::plan::{self, Needs, WorkingSet};
use crate::rows::*;
use crate::words;
use deadpool_postgres::Transaction;
use ekitei_model::kinds;
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::wire::{DeviceState, Epoch};
use ekitei_model::{DeviceId, Record, RecordId, Scope, StaffId, Stamp, fold, rules};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// A console sign-in; `Session` is a transaction here.
type SignIn = crate::rows::Session;

pub(super) async fn meta_get(tx: &Transaction<'_>, key: &str) -> Go<Option<String>> {
    match maybe(tx, "SELECT value FROM meta WHERE key = $1", &[&key]).await? {
        Some(row) => Ok(Some(text(&row, 0)?)),
        None => Ok(None),
    }
}

pub(super) async fn meta_set(tx: &Transaction<'_>, key: &str, value: &str) -> Go<()> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    run(tx, sql, &[&key, &value]).await?;
    Ok(())
}

pub(super) async fn epoch(tx: &Transaction<'_>) -> Go<Epoch> {
    let found = meta_get(tx, "epoch").await?;
    found.ok_or_else(|| StorageError::Damaged("the epoch is missing".to_owned()).into())
}

/// Several servers may open a new database at once; one epoch stays.
pub(super) async fn first_epoch(tx: &Transaction<'_>) -> Go<()> {
    let epoch = Uuid::new_v4().to_string();
    run(tx, "INSERT INTO meta (key, value) VALUES ('epoch', $1) ON CONFLICT DO NOTHING", &[&epoch]).await?;
    Ok(())
}

pub(super) async fn new_epoch(tx: &Transaction<'_>) -> Go<Epoch> {
    let epoch = Uuid::new_v4().to_string();
    meta_set(tx, "epoch", &epoch).await?;
    Ok(epoch)
}

pub(super) async fn import_staff(s: &mut Session<'_>, staff: &[Staff], now_ms: i64) -> Go<Imported> {
    if !plan::staff_are_sound(staff) {
        return Err(StorageError::refused("batch-malformed").into());
    }
    let mut ws = WorkingSet::default();
    let mut needs = Needs::default();
    needs.heads.insert(Scope::All);
    for person in staff {
        needs.staff.insert(person.id.clone());
        needs.records.insert(kinds::staff_record_id(&person.id));
    }
    load::load(s, &mut ws, &needs).await?;
    let (tally, changed) = settle(s, &mut ws, now_ms, |ws| plan::import_staff(ws, staff, now_ms)).await?;
    Ok(imported(tally, changed))
}

pub(super) async fn import_cases(s: &mut Session<'_>, cases: &[Fields], now_ms: i64) -> Go<Imported> {
    if !plan::cases_are_sound(cases) {
        return Err(StorageError::refused("batch-malformed").into());
    }
    let numbers = case_numbers(&s.tx).await?;
    let today = Stamp::japan(now_ms).local_date();
    let mut ws = WorkingSet::default();
    let plan = |ws: &WorkingSet| plan::import_cases(ws, cases, &numbers, &today, now_ms);
    let (tally, changed) = settle(s, &mut ws, now_ms, plan).await?;
    Ok(imported(tally, changed))
}

pub(super) async fn replace_kind(
    s: &mut Session<'_>,
    kind: &str,
    scope: &Scope,
    records: &BTreeMap<RecordId, Fields>,
    now_ms: i64,
) -> Go<Imported> {
    let mut ws = WorkingSet::default();
    let mut needs = Needs::default();
    // Taking the scope's head locks it: what lives there cannot change until the end.
    needs.heads.insert(scope.clone());
    load::load(s, &mut ws, &needs).await?;
    let sql = "SELECT id FROM records WHERE scope = $1 AND kind = $2 AND NOT deleted";
    let mut there = Vec::new();
    for row in rows(&s.tx, sql, &[&scope.to_string(), &kind]).await? {
        there.push(RecordId(row.uuid(0)?));
    }
    let mut needs = Needs::default();
    needs.records.extend(records.keys().chain(&there));
    load::load(s, &mut ws, &needs).await?;
    let plan = |ws: &WorkingSet| plan::replace_kind(ws, kind, scope, records, &there, now_ms);
    let (tally, changed) = settle(s, &mut ws, now_ms, plan).await?;
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

pub(super) async fn staff_list(tx: &Transaction<'_>, filter: &StaffFilter) -> Go<Vec<Staff>> {
    let folded = filter.text.as_deref().map(fold::fold).unwrap_or_default();
    let sql = "SELECT body FROM staff WHERE $1 = '' OR strpos(folded, $1) > 0 ORDER BY kana, id";
    let mut out = Vec::new();
    for row in rows(tx, sql, &[&folded]).await? {
        let staff: Staff = serde_json::from_str(row.try_get(0)?)?;
        if filter.section.as_ref().is_none_or(|s| staff.posts.iter().any(|p| p.section == *s)) {
            out.push(staff);
        }
    }
    Ok(out)
}

pub(super) async fn must_exist(tx: &Transaction<'_>, id: &StaffId) -> Go<Staff> {
    load::staff(tx, id).await?.ok_or_else(|| StorageError::refused("staff-unknown").into())
}

pub(super) async fn set_password(tx: &Transaction<'_>, staff: &StaffId, hash: &str) -> Go<()> {
    must_exist(tx, staff).await?;
    let sql = "INSERT INTO passwords (staff, hash) VALUES ($1, $2) ON CONFLICT (staff) DO UPDATE SET hash = excluded.hash";
    run(tx, sql, &[&staff.as_str(), &hash]).await?;
    Ok(())
}

pub(super) async fn password_hash(tx: &Transaction<'_>, staff: &StaffId) -> Go<Option<String>> {
    match maybe(tx, "SELECT hash FROM passwords WHERE staff = $1", &[&staff.as_str()]).await? {
        Some(row) => Ok(Some(text(&row, 0)?)),
        None => Ok(None),
    }
}

pub(super) async fn create_code(
    tx: &Transaction<'_>,
    staff: &StaffId,
    code_hash: &str,
    expires_ms: i64,
) -> Go<()> {
    must_exist(tx, staff).await?;
    let sql = "INSERT INTO codes (code_hash, staff, expires_ms) VALUES ($1, $2, $3)";
    run(tx, sql, &[&code_hash, &staff.as_str(), &expires_ms]).await?;
    Ok(())
}

pub(super) async fn redeem_code(
    tx: &Transaction<'_>,
    code_hash: &str,
    now_ms: i64,
    new: &NewDevice,
) -> Go<Redeemed> {
    let sql = "SELECT staff, expires_ms, used_by FROM codes WHERE code_hash = $1 FOR UPDATE";
    let row = maybe(tx, sql, &[&code_hash]).await?.ok_or_else(|| StorageError::refused("code-unknown"))?;
    if row.try_get::<_, i64>(1)? <= now_ms {
        return Err(StorageError::refused("code-expired").into());
    }
    let staff = must_exist(tx, &StaffId(text(&row, 0)?)).await?;
    if let Some(used_by) = row.try_get::<_, Option<Uuid>>(2)? {
        let made = device(tx, DeviceId(used_by)).await?.filter(|d| d.public_key == new.public_key);
        let made = made.ok_or_else(|| StorageError::refused("code-used"))?;
        return Ok(Redeemed { staff, device_id: made.id });
    }
    let joining = access::joins(new, &staff.id, device(tx, new.device_id).await?.as_ref())?;
    let sql = "UPDATE codes SET used_ms = $2, used_by = $3 WHERE code_hash = $1";
    run(tx, sql, &[&code_hash, &now_ms, &new.device_id.0]).await?;
    match joining {
        Joining::New => add_device(tx, new, &staff.id, false, now_ms).await?,
        Joining::Known => {
            let sql = "UPDATE devices SET recipient = $2, model = $3 WHERE id = $1";
            run(tx, sql, &[&new.device_id.0, &new.recipient, &new.model]).await?;
        }
    }
    Ok(Redeemed { staff, device_id: new.device_id })
}

async fn add_device(
    tx: &Transaction<'_>,
    new: &NewDevice,
    staff: &StaffId,
    console: bool,
    now_ms: i64,
) -> Go<()> {
    let report = serde_json::to_string(&DeviceReport::default())?;
    let sql = format!(
        "INSERT INTO devices ({}) VALUES ($1, $2, 'active', $3, $4, $5, $6, $7, $7, $8)",
        codec::DEVICE
    );
    let values: super::session::Params<'_> = &[
        &new.device_id.0,
        &staff.as_str(),
        &console,
        &new.public_key,
        &new.recipient,
        &new.model,
        &now_ms,
        &report,
    ];
    run(tx, &sql, values).await?;
    Ok(())
}

pub(super) async fn device(tx: &Transaction<'_>, id: DeviceId) -> Go<Option<Device>> {
    let sql = format!("SELECT {} FROM devices WHERE id = $1", codec::DEVICE);
    maybe(tx, &sql, &[&id.0]).await?.map(|row| codec::device(&row)).transpose()
}

pub(super) async fn devices(tx: &Transaction<'_>, filter: &DeviceFilter) -> Go<Vec<Device>> {
    let sql = format!(
        "SELECT {} FROM devices WHERE ($1::text IS NULL OR staff = $1) AND ($2::text IS NULL OR state = $2) AND ($3 OR NOT console)
         ORDER BY last_seen_ms DESC, id",
        codec::DEVICE
    );
    let staff = filter.staff.as_ref().map(StaffId::as_str);
    let state = filter.state.map(words::of_device_state);
    rows(tx, &sql, &[&staff, &state, &filter.consoles]).await?.iter().map(codec::device).collect()
}

pub(super) async fn seen_devices(tx: &Transaction<'_>, seen: &[(DeviceId, i64)]) -> Go<()> {
    for (id, at_ms) in seen {
        touch_device(tx, *id, *at_ms, None).await?;
    }
    Ok(())
}

pub(super) async fn touch_device(
    tx: &Transaction<'_>,
    id: DeviceId,
    now_ms: i64,
    report: Option<&DeviceReport>,
) -> Go<()> {
    let report = report.map(serde_json::to_string).transpose()?;
    let sql = "UPDATE devices SET last_seen_ms = $2, report = coalesce($3, report) WHERE id = $1";
    run(tx, sql, &[&id.0, &now_ms, &report]).await?;
    Ok(())
}

pub(super) async fn set_device_state(tx: &Transaction<'_>, id: DeviceId, state: DeviceState) -> Go<bool> {
    let state = words::of_device_state(state);
    Ok(run(tx, "UPDATE devices SET state = $2 WHERE id = $1", &[&id.0, &state]).await? == 1)
}

pub(super) async fn open_session(
    tx: &Transaction<'_>,
    staff: &StaffId,
    token_hash: &str,
    now_ms: i64,
    expires_ms: i64,
) -> Go<DeviceId> {
    must_exist(tx, staff).await?;
    let id = DeviceId(Uuid::now_v7());
    let new = NewDevice {
        device_id: id,
        public_key: String::new(),
        recipient: String::new(),
        model: String::new(),
        former: None,
    };
    add_device(tx, &new, staff, true, now_ms).await?;
    let sql = "INSERT INTO sessions (token_hash, staff, device, opened_ms, seen_ms, expires_ms) VALUES ($1, $2, $3, $4, $4, $5)";
    run(tx, sql, &[&token_hash, &staff.as_str(), &id.0, &now_ms, &expires_ms]).await?;
    Ok(id)
}

pub(super) async fn session(tx: &Transaction<'_>, token_hash: &str, now_ms: i64) -> Go<Option<SignIn>> {
    let sql = "SELECT staff, device, opened_ms, seen_ms, expires_ms FROM sessions WHERE token_hash = $1 AND expires_ms > $2";
    let Some(r) = maybe(tx, sql, &[&token_hash, &now_ms]).await? else { return Ok(None) };
    Ok(Some(SignIn {
        staff: StaffId(text(&r, 0)?),
        device: DeviceId(r.try_get(1)?),
        opened_ms: r.try_get(2)?,
        seen_ms: r.try_get(3)?,
        expires_ms: r.try_get(4)?,
    }))
}

pub(super) async fn session_seen(tx: &Transaction<'_>, token_hash: &str, now_ms: i64) -> Go<()> {
    run(
        tx,
        "UPDATE sessions SET seen_ms = greatest(seen_ms, $2) WHERE token_hash = $1",
        &[&token_hash, &now_ms],
    )
    .await?;
    Ok(())
}

pub(super) async fn close_session(tx: &Transaction<'_>, token_hash: &str) -> Go<()> {
    run(tx, "DELETE FROM sessions WHERE token_hash = $1", &[&token_hash]).await?;
    Ok(())
}

/// The caller's person, if the device may read.
pub(super) async fn reader(tx: &Transaction<'_>, caller: &Caller) -> Go<Staff> {
    let row = device(tx, caller.device).await?;
    access::may_read(access::known(row.as_ref(), caller)?)?;
    must_exist(tx, &caller.staff).await
}

pub(super) async fn may_read(tx: &Transaction<'_>, staff: &Staff, today: &str, scope: &Scope) -> Go<bool> {
    Ok(access::readable(scope, owner(tx, scope).await?.as_ref(), staff, today))
}

async fn owner(tx: &Transaction<'_>, scope: &Scope) -> Go<Option<Record>> {
    match scope.owner() {
        Some(id) => load::record(tx, id).await,
        None => Ok(None),
    }
}

/// The same for one record: of a room, what is open to the person.
pub(super) async fn may_read_record(
    tx: &Transaction<'_>,
    staff: &Staff,
    today: &str,
    record: &Record,
) -> Go<bool> {
    let owner = owner(tx, &record.scope).await?;
    Ok(access::readable(&record.scope, owner.as_ref(), staff, today)
        && access::shows(record, owner.as_ref(), staff, today))
}

pub(super) async fn acl_version(tx: &Transaction<'_>, staff: &StaffId, today: &str) -> Go<u64> {
    Ok(standing(tx, &must_exist(tx, staff).await?, today).await?.1)
}

pub(super) async fn standing(tx: &Transaction<'_>, staff: &Staff, today: &str) -> Go<(Vec<Scope>, u64)> {
    let scopes = rules::standing_scopes(staff, today);
    let names: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let mut counters: HashMap<String, u64> = HashMap::new();
    for row in rows(tx, "SELECT scope, acl FROM scopes WHERE scope = ANY($1)", &[&names]).await? {
        counters.insert(text(&row, 0)?, number(&row, 1)?);
    }
    let with: Vec<(Scope, u64)> =
        scopes.iter().zip(&names).map(|(s, n)| (s.clone(), counters.get(n).copied().unwrap_or(0))).collect();
    Ok((scopes, access::acl_version(&with)))
}

pub(super) async fn me(tx: &Transaction<'_>, caller: &Caller) -> Go<Me> {
    let row = device(tx, caller.device).await?;
    let state = access::known(row.as_ref(), caller)?.state;
    let staff = must_exist(tx, &caller.staff).await?;
    let (standing, acl_version) = standing(tx, &staff, &caller.today).await?;
    Ok(Me { staff, state, standing, acl_version, epoch: epoch(tx).await? })
}

pub(super) async fn readable(tx: &Transaction<'_>, caller: &Caller, scopes: &[Scope]) -> Go<Vec<Scope>> {
    let staff = reader(tx, caller).await?;
    let mut out = Vec::new();
    for scope in scopes {
        if may_read(tx, &staff, &caller.today, scope).await? {
            out.push(scope.clone());
        }
    }
    Ok(out)
}

pub(super) async fn count(tx: &Transaction<'_>, sql: &str) -> Go<u64> {
    number(&one(tx, sql, &[]).await?, 0)
}
