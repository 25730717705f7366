//! Who is in a room: by name, and by a post in its sections.

use super::rooms::{self, Known};
use super::{Names, scope};
use crate::bridge::chat::{MemberView, MembersView, SectionsView};
use crate::open::Open;
use crate::view;
use ekitei_model::chat::room::{self, Type, member};
use ekitei_model::{Fault, Record, RecordId, chat, kinds};
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
    Ok(MembersView { room, members, admin: is_admin(open, id)?, history, sections: known.sections })
}

pub fn sections(open: &Open) -> Result<SectionsView, Fault> {
    let today = open.now().today();
    let may_make = chat::leads(open.staff(), &today);
    Ok(SectionsView { may_make, sections: open.reader().sections(&today)? })
}

/// By name in the order of joining, then those of the sections.
pub(super) fn list(open: &Open, known: &Known) -> Result<Vec<MemberView>, Fault> {
    let mut names = Names::new(open);
    let today = open.now().today();
    let mut out: Vec<MemberView> = Vec::new();
    for shown in open.reader().in_scope(&scope(known.id), &[kinds::ROOM_MEMBER])? {
        let record = shown.record;
        if record.text(member::STATE) == member::LEFT {
            continue;
        }
        let staff = record.text(member::STAFF).to_owned();
        let entry = open.reader().record(kinds::staff_record_id(&staff.as_str().into()))?;
        let section = entry.map(|s| view::person(&s.record, &today).section).unwrap_or_default();
        let admin = record.text(member::ROLE) == member::ADMIN;
        let name = names.of(&staff)?;
        out.push(MemberView { staff, name, section, admin, by_section: false });
    }
    if out.is_empty() && known.kind == Type::Own {
        let (staff, name) = (open.me().to_string(), open.my_name().to_owned());
        out.push(MemberView { staff, name, section: open.my_section(), admin: true, by_section: false });
    }
    let mut there: HashSet<String> = out.iter().map(|m| m.staff.clone()).collect();
    for section in &known.sections {
        for record in open.reader().directory(section, MOST)? {
            let person = view::person(&record, &today);
            if person.sections.contains(section) && there.insert(person.id.clone()) {
                let (staff, name) = (person.id, person.name);
                out.push(MemberView {
                    staff,
                    name,
                    section: section.clone(),
                    admin: false,
                    by_section: true,
                });
            }
        }
    }
    Ok(out)
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
        for record in open.reader().directory(section, MOST)? {
            let person = view::person(&record, &today);
            if person.sections.contains(section) {
                there.insert(person.id);
            }
        }
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
