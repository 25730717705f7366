//! Who is in a room: by name, and by a post in its sections.

use super::rooms::{self, Known};
use super::{Names, scope};
use crate::bridge::chat::{MemberView, MembersView, SectionsView};
use crate::open::Open;
use ekitei_model::chat::room::{self, Type, member};
use ekitei_model::people::Staff;
use ekitei_model::{Fault, Record, RecordId, StaffId, chat, kinds};
use std::collections::HashSet;

/// Most people of a section that are looked up.
const MOST: u32 = 5_000;

pub fn members(open: &Open, id: RecordId) -> Result<MembersView, Fault> {
    let known = rooms::known(open, id)?;
    let room = rooms::row_of_known(open, &known)?;
    // Absent is as the office makes rooms.
    let record = open.reader().record(id)?.map(|s| s.record);
    let history = record.is_none_or(|r| r.text(room::HISTORY) != room::HISTORY_JOINED);
    let members = list(open, &known)?;
    let admin = is_admin(open, id)?;
    let chooses_sections = admin && chat::chooses_sections(room.kind, open.staff(), &open.now().today());
    Ok(MembersView { room, members, admin, history, sections: known.sections, chooses_sections })
}

pub fn sections(open: &Open) -> Result<SectionsView, Fault> {
    let today = open.now().today();
    let may_make = chat::leads(open.staff(), &today);
    Ok(SectionsView { may_make, sections: open.reader().sections(&today)? })
}

/// Somebody in a room, as the directory has them.
struct Inside {
    staff: Staff,
    admin: bool,
    /// Full path, where a post alone makes them a member.
    by_section: Option<String>,
}

/// By name in the order of joining, then those of the sections.
fn inside(open: &Open, known: &Known) -> Result<Vec<Inside>, Fault> {
    let today = open.now().today();
    let mut out: Vec<Inside> = Vec::new();
    for shown in open.reader().in_scope(&scope(known.id), &[kinds::ROOM_MEMBER])? {
        let record = shown.record;
        if record.text(member::STATE) == member::LEFT {
            continue;
        }
        let id = StaffId::from(record.text(member::STAFF));
        let entry = open.reader().record(kinds::staff_record_id(&id))?.map(|s| s.record);
        let admin = record.text(member::ROLE) == member::ADMIN;
        out.push(Inside { staff: Staff::of_entry(&id, entry.as_ref()), admin, by_section: None });
    }
    if out.is_empty() && known.kind == Type::Own {
        out.push(Inside { staff: open.staff().clone(), admin: true, by_section: None });
    }
    let mut there: HashSet<StaffId> = out.iter().map(|m| m.staff.id.clone()).collect();
    for section in &known.sections {
        for staff in of_section(open, section, &today)? {
            if there.insert(staff.id.clone()) {
                out.push(Inside { staff, admin: false, by_section: Some(section.clone()) });
            }
        }
    }
    Ok(out)
}

/// Everybody with a post in the section today.
fn of_section(open: &Open, section: &str, today: &str) -> Result<Vec<Staff>, Fault> {
    let entries = open.reader().directory(section, MOST)?;
    let people = entries.iter().map(|entry| Staff::of_entry(&entry.text("id").into(), Some(entry)));
    Ok(people.filter(|staff| staff.sections_on(today).any(|s| s == section)).collect())
}

/// Everybody in the room today.
pub(super) fn everybody(open: &Open, known: &Known) -> Result<Vec<Staff>, Fault> {
    Ok(inside(open, known)?.into_iter().map(|m| m.staff).collect())
}

/// The same, by their names.
pub(super) fn list(open: &Open, known: &Known) -> Result<Vec<MemberView>, Fault> {
    let mut names = Names::new(open);
    let today = open.now().today();
    let first_post =
        |staff: &Staff| staff.posts.iter().find(|p| p.held_on(&today)).map(|p| p.section.clone());
    let view = |m: Inside| {
        let by_section = m.by_section.is_some();
        let name = Some(m.staff.name.clone()).filter(|name| !name.is_empty());
        Ok(MemberView {
            name: name.map_or_else(|| names.of(m.staff.id.as_str()), Ok)?,
            section: m.by_section.or_else(|| first_post(&m.staff)).unwrap_or_default(),
            admin: m.admin,
            by_section,
            staff: m.staff.id.0,
        })
    };
    inside(open, known)?.into_iter().map(view).collect()
}

/// Staff ids of those who are in a room by name.
pub(super) fn named(open: &Open, room: RecordId) -> Result<HashSet<String>, Fault> {
    let all = open.reader().in_scope(&scope(room), &[kinds::ROOM_MEMBER])?;
    let there = all.iter().filter(|s| s.record.text(member::STATE) != member::LEFT);
    Ok(there.map(|s| s.record.text(member::STAFF).to_owned()).collect())
}

/// How many read the room, by name and by section; where it is more than `enough`, the counting stops.
pub(super) fn count(open: &Open, known: &Known, enough: usize) -> Result<usize, Fault> {
    let today = open.now().today();
    let mut there = named(open, known.id)?;
    for section in &known.sections {
        if there.len() > enough {
            break;
        }
        there.extend(of_section(open, section, &today)?.into_iter().map(|staff| staff.id.0));
    }
    Ok(there.len())
}

/// Whether oneself looks after the room; of one that the office has not seen: whether one made it.
pub(super) fn is_admin(open: &Open, id: RecordId) -> Result<bool, Fault> {
    let Some(shown) = open.reader().record(id)?.filter(|s| s.record.kind == kinds::ROOM) else {
        return Ok(false);
    };
    let made_here = |r: &Record| r.seq == 0 && super::author(r) == open.me().as_str();
    Ok(made_here(&shown.record) || room::is_admin(&shown.record, open.staff(), &open.now().today()))
}
