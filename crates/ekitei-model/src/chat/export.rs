//! Copies of rooms for the record: who asks, who allows and who takes. A copy has all of its room, whatever of it who asked
//! may read: it is somebody else's word that makes it.

use crate::people::{Role, Staff};
use crate::record::Record;
use crate::scope::Scope;
use serde_json::Value;

/// Record id of the room, and its name then.
pub const ROOM: &str = "room";
pub const ROOM_NAME: &str = "room_name";
pub const REASON: &str = "reason";
/// Staff id of who allowed it, and when ([`crate::Stamp`] text). Written by the office alone, like all that follows.
pub const APPROVED_BY: &str = "office.approved_by";
pub const APPROVED_AT: &str = "office.approved_at";
/// Each time it was taken, in order: [`taken`].
pub const TAKEN: &str = "office.taken";

/// One time that it was taken.
pub mod taken {
    /// Staff id.
    pub const BY: &str = "by";
    /// [`crate::Stamp`] text.
    pub const AT: &str = "at";
    /// Of the file, hex.
    pub const SHA256: &str = "sha256";
}

/// Nobody allows what they asked for themselves.
pub const OWN: &str = "export-own";

/// Why `staff` may not allow it: the head of the section may, never who asked. Where a head asked, its steward or an
/// administrator may as well: there may be no other head.
pub fn refuse_approval(of: &Record, asker: &Staff, staff: &Staff, today: &str) -> Option<&'static str> {
    let stands_in = || {
        let may = has_role(of, staff, &[Role::Steward], today) || staff.is_admin(today);
        may && has_role(of, asker, &[Role::Head], today)
    };
    let leads = has_role(of, staff, &[Role::Head], today);
    if asker.id == staff.id {
        return Some(if leads { OWN } else { "not-allowed" });
    }
    (!leads && !stands_in()).then_some("not-allowed")
}

/// Whether `staff` may take the files: the head of the section, once somebody else than who asked has allowed it.
pub fn may_take(of: &Record, staff: &Staff, today: &str) -> bool {
    is_approved(of) && has_role(of, staff, &[Role::Head], today)
}

pub fn is_approved(of: &Record) -> bool {
    !of.text(APPROVED_BY).is_empty()
}

/// What [`TAKEN`] says after one time more.
pub fn taken_again(of: &Record, time: Value) -> Value {
    let mut all = of.fields.get(TAKEN).and_then(Value::as_array).cloned().unwrap_or_default();
    all.push(time);
    all.into()
}

fn has_role(of: &Record, staff: &Staff, roles: &[Role], today: &str) -> bool {
    matches!(&of.scope, Scope::Section(path) if staff.has_role_in(path, roles, today))
}
