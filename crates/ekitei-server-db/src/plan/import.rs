//! What the office brings in from its own lists: staff with their directory records, and cases.

use super::apply::nul_in_keys;
use super::project::made;
use super::{Look, Planned, Planner, WorkingSet, office_op};
use ekitei_model::kinds::{self, case};
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::{RecordId, Scope};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub removed: u64,
}

pub(crate) fn import_staff(ws: &WorkingSet, staff: &[Staff], now_ms: i64) -> Planned<Tally> {
    let mut p = Planner::new(ws, now_ms, "");
    let mut tally = Tally::default();
    let mut sections = BTreeSet::new();
    for person in staff {
        sections.extend(person.posts.iter().map(|post| post.section.as_str()));
        let _ = p.bring_person(person, &mut tally);
    }
    for path in sections {
        let id = RecordId::derived(&["section", path]);
        let name = path.rsplit('/').next().unwrap_or(path);
        let fields = Fields::from([("path".to_owned(), path.into()), ("name".to_owned(), name.into())]);
        let _ = p.bring(id, kinds::SECTION, Scope::All, fields);
        let _ = p.section_room(path);
    }
    p.finish(tally)
}

/// `numbers`: living cases by number.
pub(crate) fn import_cases(
    ws: &WorkingSet,
    cases: &[Fields],
    numbers: &HashMap<String, RecordId>,
    today: &str,
    now_ms: i64,
) -> Planned<Tally> {
    let mut p = Planner::new(ws, now_ms, today);
    let mut tally = Tally::default();
    for fields in cases {
        let number = fields.get(case::NUMBER).and_then(Value::as_str).unwrap_or("");
        let id = numbers.get(number).copied().unwrap_or_else(|| RecordId::derived(&["case", number]));
        let _ = p.bring_case(id, fields, &mut tally);
    }
    p.finish(tally)
}

/// The office's records of `kind` in `scope` are `wanted` afterwards, and nothing else. `there`: those that live now.
pub(crate) fn replace_kind(
    ws: &WorkingSet,
    kind: &str,
    scope: &Scope,
    wanted: &BTreeMap<RecordId, Fields>,
    there: &[RecordId],
    now_ms: i64,
) -> Planned<Tally> {
    let mut p = Planner::new(ws, now_ms, "");
    let mut tally = Tally::default();
    for (id, fields) in wanted {
        let _ = p.bring_counted(*id, kind, scope, fields, &mut tally);
    }
    for id in there.iter().filter(|id| !wanted.contains_key(id)) {
        let _ = p.take_back(*id, &mut tally);
    }
    p.finish(tally)
}

/// Each case has a number, and no text that becomes a key holds a zero character.
pub(crate) fn cases_are_sound(cases: &[Fields]) -> bool {
    cases.iter().all(|c| {
        c.get(case::NUMBER).and_then(Value::as_str).is_some_and(|n| !n.is_empty()) && !nul_in_keys(c)
    })
}

pub(crate) fn staff_are_sound(staff: &[Staff]) -> bool {
    let clean = |text: &str| !text.contains('\0');
    staff.iter().all(|s| {
        !s.id.as_str().is_empty()
            && [s.id.as_str(), &s.name, &s.kana, &s.extension, &s.mobile].into_iter().all(clean)
            && s.posts.iter().all(|p| clean(&p.section))
    })
}

impl Planner<'_> {
    fn bring_person(&mut self, person: &Staff, tally: &mut Tally) -> Look<()> {
        // A person listed twice: the later line counts.
        let earlier = self.out.staff.get(&person.id).cloned();
        let known = self.staff(&person.id);
        let mut fields = Fields::from([
            ("id".to_owned(), person.id.as_str().into()),
            ("name".to_owned(), person.name.as_str().into()),
            ("kana".to_owned(), person.kana.as_str().into()),
            ("extension".to_owned(), person.extension.as_str().into()),
            ("posts".to_owned(), serde_json::to_value(&person.posts).unwrap_or(Value::Null)),
        ]);
        // Without one the record stays as it was before there were any.
        if !person.mobile.is_empty() {
            fields.insert("mobile".to_owned(), person.mobile.as_str().into());
        }
        let brought = self.bring(kinds::staff_record_id(&person.id), kinds::STAFF, Scope::All, fields);
        let known = earlier.as_ref().or(known?);
        brought?;
        match known {
            Some(old) if old == person => tally.unchanged += 1,
            Some(_) => tally.changed += 1,
            None => tally.added += 1,
        }
        if known != Some(person) {
            if known.is_none_or(|old| old.posts != person.posts) {
                self.out.acl.insert(Scope::User(person.id.clone()));
            }
            self.out.staff.insert(person.id.clone(), person.clone());
        }
        Ok(())
    }

    fn bring(&mut self, id: RecordId, kind: &str, scope: Scope, fields: Fields) -> Look<bool> {
        let existing = self.find(id)?.cloned();
        let record = made(id, kind, scope, None, fields, self.now_ms);
        self.office_put(record, existing)
    }

    fn bring_counted(
        &mut self,
        id: RecordId,
        kind: &str,
        scope: &Scope,
        fields: &Fields,
        tally: &mut Tally,
    ) -> Look<()> {
        let new = self.find(id)?.is_none_or(|r| r.deleted);
        if !self.bring(id, kind, scope.clone(), fields.clone())? {
            tally.unchanged += 1;
        } else if new {
            tally.added += 1;
        } else {
            tally.changed += 1;
        }
        Ok(())
    }

    fn take_back(&mut self, id: RecordId, tally: &mut Tally) -> Look<()> {
        let Some(old) = self.find(id)?.filter(|r| !r.deleted).cloned() else { return Ok(()) };
        let op = office_op(id, old.seq);
        self.put(old.tombstone(), Some(old), op)?;
        tally.removed += 1;
        Ok(())
    }

    fn bring_case(&mut self, id: RecordId, given: &Fields, tally: &mut Tally) -> Look<()> {
        let existing = self.find(id)?.cloned();
        if existing.as_ref().is_some_and(|r| r.deleted) {
            tally.unchanged += 1;
            return Ok(());
        }
        let mut fields = existing.as_ref().map_or_else(Fields::new, |r| r.fields.clone());
        fields.entry(case::STATE.to_owned()).or_insert_with(|| "open".into());
        for (name, value) in given {
            if value.is_null() {
                fields.remove(name);
            } else {
                fields.insert(name.clone(), value.clone());
            }
        }
        let new = existing.is_none();
        let record = made(id, kinds::CASE, Scope::Case(id), None, fields, self.now_ms);
        if self.office_put(record, existing)? {
            self.dirty_cases.insert(id);
            if new { tally.added += 1 } else { tally.changed += 1 }
        } else {
            tally.unchanged += 1;
        }
        Ok(())
    }
}
