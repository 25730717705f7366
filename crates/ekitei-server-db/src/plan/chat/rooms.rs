//! Who is in a room: by name (its `room_member`s) and by section. The room's own record and the lists of those who are in
//! it follow once, at the end of a plan.

use super::super::access::Access;
use super::super::project::made;
use super::super::{Look, Planned, Planner, WorkingSet, office_op};
use ekitei_model::chat::{call, message, room};
use ekitei_model::kinds;
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Operation, Record, RecordId, Scope, StaffId};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Makes the rooms of sections that have none yet; says how many.
pub(crate) fn section_rooms(ws: &WorkingSet, paths: &[String], now_ms: i64) -> Planned<u64> {
    let mut p = Planner::new(ws, now_ms, "");
    let mut made = 0;
    for path in paths {
        if let Ok(true) = p.section_room(path) {
            made += 1;
        }
    }
    p.finish(made)
}

impl Planner<'_> {
    /// The room of a section, when it has none. What people changed in it stays.
    pub(in super::super) fn section_room(&mut self, path: &str) -> Look<bool> {
        let id = room::section_id(path);
        let existing = self.find(id)?.cloned();
        if path.is_empty() || existing.as_ref().is_some_and(|r| !r.deleted) {
            return Ok(false);
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let fields = Fields::from([
            (room::TYPE.to_owned(), room::Type::Section.as_str().into()),
            (room::NAME.to_owned(), name.into()),
            (room::SECTIONS.to_owned(), vec![path].into()),
            (room::HISTORY.to_owned(), room::HISTORY_ALL.into()),
        ]);
        let record = made(id, kinds::ROOM, Scope::Room(id), None, fields, self.now_ms);
        self.office_put(record, existing)?;
        self.dirty_rooms.insert(id);
        Ok(true)
    }

    pub(in super::super) fn access_room(&mut self, id: RecordId, staff: &Staff) -> Look<Access> {
        let today = self.today;
        let Some(of) = self.find(id)?.cloned() else { return Ok(Access::Unknown(id)) };
        if of.deleted {
            return Ok(Access::Gone);
        }
        let inside = self.is_member_now(&of, &staff.id) || room::is_by_section(&of, staff, today);
        // The other of a one-to-one room may have made it too, without having heard of this one.
        let other = || {
            let maker = message::author(&of);
            room::Type::of(&of) == Some(room::Type::Direct)
                && maker.is_some_and(|m| room::direct_id(m, &staff.id) == id)
        };
        Ok(if of.kind == kinds::ROOM && (inside || other()) { Access::Yes } else { Access::No })
    }

    /// Answers and read marks of many: written by those who are asked or in the room.
    pub(in super::super) fn access_tally(&mut self, id: RecordId, staff: &Staff) -> Look<Access> {
        let today = self.today;
        match self.find(id)?.cloned() {
            None => Ok(Access::Unknown(id)),
            Some(of) if of.deleted => Ok(Access::Over),
            Some(of) if of.kind == kinds::CALL && call::is_asked(&of, staff, today) => Ok(Access::Yes),
            Some(of) => match of.scope {
                Scope::Room(room) => self.access_room(room, staff),
                _ => Ok(Access::No),
            },
        }
    }

    fn is_member_now(&self, of: &Record, staff: &StaffId) -> bool {
        match self.out.records.get(&room::member_id(of.id, staff)) {
            Some(m) => m.text(room::member::STATE) != room::member::LEFT,
            None => room::is_member(of, staff),
        }
    }

    pub(super) fn is_admin_now(&self, of: &Record, staff: &Staff) -> bool {
        match self.out.records.get(&room::member_id(of.id, &staff.id)) {
            Some(m) => looks_after(of, m),
            None => room::is_admin(of, staff, self.today),
        }
    }

    /// Whether `op` brings somebody into a room that is full.
    pub(super) fn overfills(&self, of: &Record, op: &Operation, target: Option<&Record>) -> bool {
        // Most rooms are far from it, even if this whole plan were people who join.
        let listed = of.fields.get(room::MEMBERS).and_then(Value::as_array).map_or(0, Vec::len);
        if listed + self.out.records.len() < room::MAX_MEMBERS {
            return false;
        }
        let (fields, whose) = match (&op.body, target) {
            (OpBody::Create { kind, fields, .. }, None) if kind == kinds::ROOM_MEMBER => {
                (fields, fields.get(room::member::STAFF).and_then(Value::as_str))
            }
            (OpBody::Patch { fields, .. }, Some(m)) if m.kind == kinds::ROOM_MEMBER => {
                (fields, Some(m.text(room::member::STAFF)))
            }
            _ => return false,
        };
        let leaves = fields.get(room::member::STATE).is_some_and(|s| s == room::member::LEFT);
        let now = self.members_now(of);
        !leaves
            && now.len() >= room::MAX_MEMBERS
            && !whose.is_some_and(|w| now.contains_key(&StaffId::from(w)))
    }

    /// Members by name and whether they look after the room, as this plan has left it.
    pub(super) fn members_now(&self, of: &Record) -> BTreeMap<StaffId, bool> {
        let admins = of.list(room::ADMINS);
        let listed = of.list(room::MEMBERS).into_iter();
        let mut now: BTreeMap<StaffId, bool> =
            listed.map(|id| (StaffId(id.clone()), admins.contains(&id))).collect();
        for m in self.changed_members(of) {
            let staff = StaffId::from(m.text(room::member::STAFF));
            if m.text(room::member::STATE) == room::member::LEFT {
                now.remove(&staff);
            } else {
                now.insert(staff, looks_after(of, m));
            }
        }
        // A room is never without somebody who looks after it.
        if !now.values().any(|admin| *admin) {
            now.values_mut().for_each(|admin| *admin = true);
        }
        now
    }

    fn changed_members(&self, of: &Record) -> impl Iterator<Item = &Record> {
        let scope = of.scope.clone();
        self.out.records.values().filter(move |r| r.kind == kinds::ROOM_MEMBER && r.scope == scope)
    }

    /// Brings the room's own record and the lists it stands in up to date.
    pub(in super::super) fn project_room(&mut self, id: RecordId) -> Look<()> {
        let Some(of) = self.find(id)?.filter(|r| r.kind == kinds::ROOM).cloned() else { return Ok(()) };
        let before: BTreeSet<Scope> = match self.ws.records.get(&id) {
            Some(Some(stored)) => listed_in(stored).into_iter().collect(),
            _ => BTreeSet::new(),
        };
        if room::Type::of(&of) != Some(room::Type::Section) {
            let members = self.members_now(&of);
            let spans = self.spans_now(&of, &members);
            let section_spans = self.section_spans_now(&of);
            let ids: Vec<&str> = members.keys().map(StaffId::as_str).collect();
            let admins: Vec<&str> = members.iter().filter(|(_, a)| **a).map(|(s, _)| s.as_str()).collect();
            let mut fields = vec![
                (room::MEMBERS.to_owned(), ids.into()),
                (room::ADMINS.to_owned(), admins.into()),
                (room::SPANS.to_owned(), Value::Object(spans)),
            ];
            if !section_spans.is_empty() {
                fields.push((room::SECTION_SPANS.to_owned(), Value::Object(section_spans)));
            }
            self.office_set(id, fields)?;
        }
        let of = self.find(id)?.cloned().unwrap_or(of);
        let wanted: BTreeSet<Scope> =
            if of.deleted { BTreeSet::new() } else { listed_in(&of).into_iter().collect() };
        let mut whole = Ok(());
        for scope in before.union(&wanted) {
            let entry = room::entry_id(id, scope);
            let old = match self.find(entry) {
                Ok(old) => old.cloned(),
                Err(missing) => {
                    whole = Err(missing);
                    continue;
                }
            };
            let step = if wanted.contains(scope) {
                self.list_room(&of, scope, old)
            } else {
                self.unlist_room(scope, old)
            };
            whole = whole.and(step);
        }
        whole
    }

    fn list_room(&mut self, of: &Record, scope: &Scope, old: Option<Record>) -> Look<()> {
        let id = room::entry_id(of.id, scope);
        if old.as_ref().is_none_or(|o| o.deleted) {
            self.out.acl.insert(scope.clone());
        }
        let record = made(id, kinds::ROOM_ENTRY, scope.clone(), of.id, entry_fields(of, scope), self.now_ms);
        self.office_put(record, old)?;
        Ok(())
    }

    fn unlist_room(&mut self, scope: &Scope, old: Option<Record>) -> Look<()> {
        let Some(old) = old.filter(|o| !o.deleted) else { return Ok(()) };
        self.out.acl.insert(scope.clone());
        let op = office_op(old.id, old.seq);
        self.put(old.tombstone(), Some(old), op)?;
        Ok(())
    }

    /// What of the room each may read. Who joins reads from there on, or from the beginning where the room says so.
    fn spans_now(&self, of: &Record, members: &BTreeMap<StaffId, bool>) -> Map<String, Value> {
        let stored = of.list(room::MEMBERS);
        let mut spans = match of.fields.get(room::SPANS) {
            Some(Value::Object(spans)) => spans.clone(),
            _ => Map::new(),
        };
        for m in self.changed_members(of) {
            let staff = m.text(room::member::STAFF);
            let (was, is) = (stored.iter().any(|s| s == staff), members.contains_key(&StaffId::from(staff)));
            if was == is {
                continue;
            }
            let entry = spans.entry(staff.to_owned()).or_insert_with(|| json!([]));
            let Some(list) = entry.as_array_mut() else { continue };
            if !is {
                if let Some(last) = list.last_mut() {
                    *last = json!([last.get(0), m.seq]);
                }
            } else if of.text(room::HISTORY) == room::HISTORY_JOINED {
                list.push(json!([m.seq, null]));
            } else {
                *list = vec![json!([0, null])];
            }
        }
        spans
    }

    /// Sections that a room is made with read all of it; those that come later as much as somebody who joins.
    pub(in super::super) fn note_joined(&mut self, id: RecordId, prior: Option<&Record>, seq: u64) {
        let Some(now) = self.out.records.get(&id).filter(|r| r.kind == kinds::ROOM) else { return };
        let before = prior.map(|p| p.list(room::SECTIONS)).unwrap_or_default();
        let from = if prior.is_none() { 0 } else { seq };
        for path in now.list(room::SECTIONS).into_iter().filter(|path| !before.contains(path)) {
            self.joined.entry((id, path)).or_insert(from);
        }
    }

    fn section_spans_now(&self, of: &Record) -> Map<String, Value> {
        let sections = of.list(room::SECTIONS);
        let mut spans = match of.fields.get(room::SECTION_SPANS) {
            Some(Value::Object(spans)) => spans.clone(),
            _ => Map::new(),
        };
        let is_open = |last: Option<&Value>| last.is_some_and(|l| l.get(1).is_none_or(Value::is_null));
        for (path, list) in &mut spans {
            let Some(list) = list.as_array_mut() else { continue };
            if !sections.contains(path) && is_open(list.last()) {
                let from = list.pop().and_then(|l| l.get(0).cloned());
                list.push(json!([from, of.seq]));
            }
        }
        for path in sections {
            let entry = spans.entry(path.clone()).or_insert_with(|| json!([]));
            let Some(list) = entry.as_array_mut().filter(|list| !is_open(list.last())) else { continue };
            let from = self.joined.get(&(of.id, path)).copied().unwrap_or(0);
            if from > 0 && of.text(room::HISTORY) == room::HISTORY_JOINED {
                list.push(json!([from, null]));
            } else {
                *list = vec![json!([0, null])];
            }
        }
        spans
    }
}

/// Whether a member's record says that they look after the room; who made it does unless it says otherwise.
fn looks_after(of: &Record, m: &Record) -> bool {
    if m.text(room::member::STATE) == room::member::LEFT {
        return false;
    }
    match m.text(room::member::ROLE) {
        room::member::ADMIN => true,
        "" => message::author(of).is_some_and(|a| a.as_str() == m.text(room::member::STAFF)),
        _ => false,
    }
}

/// The scopes in which a room is listed.
fn listed_in(of: &Record) -> Vec<Scope> {
    let people =
        of.list(room::MEMBERS).into_iter().filter(|p| !p.is_empty()).map(|p| Scope::User(StaffId(p)));
    let sections = of.list(room::SECTIONS).into_iter().filter(|s| !s.is_empty()).map(Scope::Section);
    people.chain(sections).collect()
}

fn entry_fields(of: &Record, scope: &Scope) -> Fields {
    let mut fields = Fields::from([
        (room::entry::ROOM.to_owned(), of.id.to_string().into()),
        (room::entry::TYPE.to_owned(), of.text(room::TYPE).into()),
        (room::entry::NAME.to_owned(), of.text(room::NAME).into()),
        (room::entry::MEMBERS.to_owned(), of.list(room::MEMBERS).len().into()),
        (room::entry::SECTIONS.to_owned(), of.list(room::SECTIONS).into()),
    ]);
    if !of.text(room::COLOUR).is_empty() {
        fields.insert(room::entry::COLOUR.to_owned(), of.text(room::COLOUR).into());
    }
    if let (Some(room::Type::Direct), Scope::User(me)) = (room::Type::of(of), scope) {
        let other = of.list(room::MEMBERS).into_iter().find(|m| m != me.as_str());
        fields.insert(room::entry::WITH.to_owned(), other.into());
    }
    fields
}
