//! Who may push and read: the device's state, the person's posts, the case's grants.

use super::{Look, Planner};
use crate::columns::int;
use crate::error::{Result, StorageError};
use crate::rows::{Caller, Device, NewDevice, QuarantineRow, office_device};
use ekitei_model::chat::message;
use ekitei_model::chat::room;
use ekitei_model::kinds::{CASE, ROOM_EXPORT, URGENT_USE, case::RESTRICTED};
use ekitei_model::people::{Role, Staff};
use ekitei_model::record::Fields;
use ekitei_model::wire::{DeviceState, Epoch, MAX_BATCH_OPS, PROTO, PushHeader};
use ekitei_model::{Fault, Lane, Record, RecordId, Scope, StaffId, rules};
use serde_json::Value;

/// What the operation may rely on about its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Yes,
    No,
    /// The case is not here yet.
    Unknown(RecordId),
    /// The case was deleted.
    Gone,
    /// The call was removed: its answers are nobody's any more.
    Over,
}

impl Planner<'_> {
    pub(super) fn access(&mut self, scope: &Scope, staff: &Staff) -> Look<Access> {
        let today = self.today;
        let id = match scope {
            Scope::Case(id) => *id,
            Scope::Room(id) => return self.access_room(*id, staff),
            Scope::Tally(of) => return self.access_tally(*of, staff),
            _ => {
                let may = rules::may_read_standing(scope, staff, today);
                return Ok(if may { Access::Yes } else { Access::No });
            }
        };
        Ok(match self.find(id)? {
            None => Access::Unknown(id),
            Some(case) if case.deleted => Access::Gone,
            Some(case) if rules::may_read_case(case, staff, today) => Access::Yes,
            Some(_) => Access::No,
        })
    }
}

/// The device exists and belongs to the caller.
pub(crate) fn known<'a>(device: Option<&'a Device>, caller: &Caller) -> Result<&'a Device> {
    device.filter(|d| d.staff == caller.staff).ok_or_else(|| StorageError::refused("device-unknown"))
}

/// How a phone that redeems a code comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joining {
    New,
    /// Its row is here.
    Known,
}

/// Whether a phone may come in with a code of `staff`. `known`: the row under its device id.
pub(crate) fn joins(new: &NewDevice, staff: &StaffId, known: Option<&Device>) -> Result<Joining> {
    if new.former.as_ref().is_some_and(|former| former != staff) {
        return Err(StorageError::refused("code-other-person"));
    }
    if new.device_id == office_device() {
        return Err(StorageError::refused("device-taken"));
    }
    match known {
        None => Ok(Joining::New),
        Some(d)
            if new.former.is_none() || d.console || d.public_key != new.public_key || d.staff != *staff =>
        {
            Err(StorageError::refused("device-taken"))
        }
        Some(d) if d.state == DeviceState::Wiped => Err(StorageError::refused("device-wiped")),
        Some(_) => Ok(Joining::Known),
    }
}

/// Drained devices may push, wiped ones may not.
pub(crate) fn may_push(device: &Device) -> Result<()> {
    match device.state {
        DeviceState::Wiped => Err(StorageError::refused("device-wiped")),
        DeviceState::Active | DeviceState::DrainOnly => Ok(()),
    }
}

pub(crate) fn may_read(device: &Device) -> Result<()> {
    match device.state {
        DeviceState::Wiped => Err(StorageError::refused("device-wiped")),
        DeviceState::DrainOnly => Err(StorageError::refused("device-drained")),
        DeviceState::Active => Ok(()),
    }
}

/// A drained phone hears of a restore before it hears that it may not read: it may have to send again what was lost.
pub(crate) fn may_pull(device: &Device, asked: Option<&Epoch>, now: &Epoch) -> Result<()> {
    may_push(device)?;
    same_epoch(asked, now)?;
    may_read(device)
}

pub(crate) fn same_epoch(asked: Option<&Epoch>, now: &Epoch) -> Result<()> {
    match asked {
        Some(e) if e != now => Err(StorageError::Refused(Fault::retry("epoch-changed").with("epoch", now))),
        _ => Ok(()),
    }
}

/// The header's own sense, and its place in the lane.
pub(crate) fn admit(header: &PushHeader, count: usize, high_water: u64) -> Result<()> {
    let orderly = header.first >= 1
        && header.generation >= 1
        && header.count as usize == count
        && count <= MAX_BATCH_OPS;
    if header.proto != PROTO || !orderly || !Lane::OPS.contains(&header.lane) {
        return Err(StorageError::refused("batch-malformed"));
    }
    if header.first > high_water + 1 {
        return Err(StorageError::Refused(Fault::retry("lane-gap").with("high_water", high_water)));
    }
    Ok(())
}

/// Whether a scope may be read, given the record that owns it (the case, the room).
pub(crate) fn readable(scope: &Scope, owner: Option<&Record>, staff: &Staff, today: &str) -> bool {
    match scope {
        Scope::Case(_) => owner.is_some_and(|c| !c.deleted && rules::may_read_case(c, staff, today)),
        Scope::Room(_) => owner.is_some_and(|r| room::may_read(r, staff, today)),
        _ => rules::may_read_standing(scope, staff, today),
    }
}

/// Whether a record of a scope that may be read is for this reader: of a room, what was born while they were in it, and how
/// it is today; of a section, what is [`FOR_LEADERS`] only for who leads it, and requests for who made them.
pub(crate) fn shows(record: &Record, owner: Option<&Record>, staff: &Staff, today: &str) -> bool {
    match (&record.scope, owner) {
        (Scope::Room(_), Some(of)) => room::shows(record, &room::spans(of, staff, today)),
        (Scope::Section(path), _) if FOR_LEADERS.contains(&record.kind.as_str()) => {
            let own = record.kind == ROOM_EXPORT && message::author(record) == Some(&staff.id);
            own || is_leader(path, staff, today)
        }
        _ => true,
    }
}

/// Urgent messages, and who wants a copy of which room and why, are for heads and stewards of the section, and for the
/// administrator.
const FOR_LEADERS: [&str; 2] = [URGENT_USE, ROOM_EXPORT];

fn is_leader(section: &str, staff: &Staff, today: &str) -> bool {
    staff.has_role_in(section, &[Role::Head, Role::Steward], today) || staff.is_admin(today)
}

/// The person's standing scopes in which records of this kind are for them.
pub(crate) fn standing_for(kind: &str, staff: &Staff, today: &str) -> Vec<Scope> {
    let mut scopes = rules::standing_scopes(staff, today);
    if FOR_LEADERS.contains(&kind) {
        scopes.retain(|s| matches!(s, Scope::Section(path) if is_leader(path, staff, today)));
    }
    scopes
}

/// The same as [`shows`] as a condition on the rows of `records`; empty: all of them. Feeds leave one's own requests out as
/// well: phones have no use for them, and the condition is the same for a whole section.
pub(crate) fn shown_sql(scope: &Scope, owner: Option<&Record>, staff: &Staff, today: &str) -> String {
    if let Scope::Section(path) = scope
        && !is_leader(path, staff, today)
    {
        return format!(" AND kind NOT IN ('{}')", FOR_LEADERS.join("', '"));
    }
    let (Scope::Room(_), Some(of)) = (scope, owner) else { return String::new() };
    let spans = room::spans(of, staff, today);
    if spans.contains(&room::Span::ALL) {
        return String::new();
    }
    let mut sql = format!(" AND (kind IN ('{}')", room::ALWAYS_SHOWN.join("', '"));
    for span in spans {
        sql.push_str(&format!(" OR born_seq BETWEEN {} AND {}", int(span.from), int(span.to)));
    }
    sql.push(')');
    sql
}

/// A number that changes when what the person may see changes: FNV-1a over the standing scopes and their grant
/// counters, kept below 2^53 so that every JSON reader takes it exactly.
pub(crate) fn acl_version(standing: &[(Scope, u64)]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for (scope, version) in standing {
        for byte in scope.to_string().bytes().chain([0xff]).chain(version.to_be_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash >> 11
}

/// How much of a quarantine entry a person sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    Whole,
    /// That it is there, whose it is and why; not what it says.
    Veiled,
}

/// What was not taken into a room its members have not heard, and may not have been meant to.
pub(crate) fn is_writer_s_alone(scope: &Scope) -> bool {
    matches!(scope, Scope::Room(_) | Scope::Tally(_))
}

/// `None`: nothing at all. Whole: they may read its scope, or wrote it. Whoever only looks after its writer reads it where
/// it is known to belong to a case that is open to its section: everything else may be of a members-only case. What was
/// meant for a room [is its writer's alone](is_writer_s_alone).
pub(crate) fn sight(
    row: &QuarantineRow,
    case: Option<&Record>,
    writer: Option<&Staff>,
    reader: &Staff,
    today: &str,
) -> Option<Sight> {
    let of_room = is_writer_s_alone(&row.scope);
    if row.staff == reader.id || (!of_room && readable(&row.scope, case, reader, today)) {
        return Some(Sight::Whole);
    }
    if !writer.is_some_and(|w| rules::looks_after(reader, w, today)) {
        return None;
    }
    let open = match case {
        _ if of_room => false,
        Some(case) => !case.deleted && !case.flag(RESTRICTED),
        None => brings_open_case(row),
    };
    Some(if open { Sight::Whole } else { Sight::Veiled })
}

/// The entry is itself the (salvaged) record or the create of a case that is not members-only.
fn brings_open_case(row: &QuarantineRow) -> bool {
    #[derive(serde::Deserialize)]
    struct Made {
        kind: String,
        #[serde(default)]
        fields: Fields,
    }
    row.scope.case().is_some_and(|id| row.record == Some(id))
        && serde_json::from_slice::<Made>(&row.bytes).is_ok_and(|m| {
            m.kind == CASE && !m.fields.get(RESTRICTED).and_then(Value::as_bool).unwrap_or(false)
        })
}
