//! Case projections: headers where the case is granted, assignments for the people who work on it.

use super::{Look, Missing, Planner, office_op};
use crate::rows::{OFFICE_STAFF, office_device};
use ekitei_model::kinds::{self, case, visit};
use ekitei_model::record::{Fields, Origin};
use ekitei_model::{OpBody, Operation, Record, RecordId, Scope, StaffId, Stamp, rules};
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Planner<'_> {
    pub(super) fn project(&mut self, id: RecordId) -> Look<()> {
        let Some(mut case) = self.find(id)?.cloned() else { return Ok(()) };
        let Some(parts) = self.ws.case_parts.get(&id) else {
            self.needs.case_parts.insert(id);
            return Err(Missing);
        };
        let visits = self.visits_now(&case.scope, &parts.visits);
        let visitors = rules::visitors(&visits);
        if !case.deleted && visitors != case.list(case::VISITORS) {
            self.office_set(id, vec![(case::VISITORS.to_owned(), visitors.into())])?;
            case = self.find(id)?.cloned().unwrap_or(case);
        }
        let wanted = projections(&case, &visits, self.now_ms);
        let mut existing: HashMap<RecordId, Record> =
            parts.projections.iter().map(|r| (r.id, r.clone())).collect();
        for (pid, record) in wanted {
            let old = existing.remove(&pid);
            if record.kind == kinds::CASE_HEADER && old.as_ref().is_none_or(|o| o.deleted) {
                self.out.acl.insert(record.scope.clone());
            }
            self.office_put(record, old)?;
        }
        let withdrawn: BTreeMap<RecordId, Record> =
            existing.into_iter().filter(|(_, r)| !r.deleted).collect();
        for (pid, old) in withdrawn {
            if old.kind == kinds::CASE_HEADER {
                self.out.acl.insert(old.scope.clone());
            }
            let op = office_op(pid, old.seq);
            self.put(old.tombstone(), Some(old), op)?;
        }
        Ok(())
    }

    /// Why an operation on a visit may not be applied: it would let somebody into a members-only case.
    pub(super) fn refuse_visit(
        &mut self,
        op: &Operation,
        kind: &str,
        scope: &Scope,
    ) -> Look<Option<&'static str>> {
        let (OpBody::Create { fields, .. } | OpBody::Publish { fields, .. } | OpBody::Patch { fields, .. }) =
            &op.body
        else {
            return Ok(None);
        };
        let Some(case) = scope.case().filter(|_| kind == kinds::VISIT) else { return Ok(None) };
        let outsiders = self.find(case)?.map(|case| rules::outsiders(case, fields)).unwrap_or_default();
        Ok((!outsiders.is_empty()).then_some(rules::VISIT_NOT_MEMBER))
    }

    /// The stored visits of the case with this plan's changes laid over them.
    fn visits_now(&self, scope: &Scope, stored: &[Record]) -> Vec<Record> {
        let mut now: BTreeMap<RecordId, &Record> = stored.iter().map(|v| (v.id, v)).collect();
        for (id, r) in &self.out.records {
            if r.kind == kinds::VISIT && r.scope == *scope {
                now.insert(*id, r);
            }
        }
        now.into_values().filter(|v| !v.deleted).cloned().collect()
    }
}

/// Everything that should stand for the case, by id.
fn projections(case: &Record, visits: &[Record], now_ms: i64) -> BTreeMap<RecordId, Record> {
    let mut out = BTreeMap::new();
    if case.deleted {
        return out;
    }
    let header = header_fields(case);
    for scope in rules::header_scopes(case) {
        // A case without a section (malformed) is granted to nobody by section.
        if scope == Scope::Section(String::new()) {
            continue;
        }
        let id = kinds::header_id(case.id, &scope);
        out.insert(id, made(id, kinds::CASE_HEADER, scope, case.id, header.clone(), now_ms));
    }
    for (person, reason) in people(case, visits) {
        let staff = StaffId(person);
        let id = kinds::assignment_id(case.id, &staff);
        let fields = Fields::from([
            ("number".to_owned(), case.text(case::NUMBER).into()),
            ("case".to_owned(), case.id.to_string().into()),
            ("reason".to_owned(), reason.into()),
        ]);
        out.insert(id, made(id, kinds::ASSIGNMENT, Scope::User(staff), case.id, fields, now_ms));
    }
    out
}

/// Who follows the case, and why. Of a restricted case only members and assignees.
fn people(case: &Record, visits: &[Record]) -> BTreeMap<String, &'static str> {
    let inside: BTreeSet<String> = rules::people_of(case).into_iter().collect();
    let mut out = BTreeMap::new();
    for v in visits.iter().filter(|v| v.text(visit::STATE) != visit::ACCEPTED) {
        for person in v.list(visit::PEOPLE) {
            if !case.flag(case::RESTRICTED) || inside.contains(&person) {
                out.insert(person, "visit");
            }
        }
    }
    out.extend(case.list(case::ASSIGNEES).into_iter().map(|p| (p, "assignee")));
    out.remove("");
    out
}

fn header_fields(case: &Record) -> Fields {
    let restricted = case.flag(case::RESTRICTED);
    let shown = |name: &str| if restricted { "" } else { case.text(name) };
    let state = match case.text(case::STATE) {
        "" => "open",
        s => s,
    };
    let mut fields = Fields::from([
        (case::NUMBER.to_owned(), case.text(case::NUMBER).into()),
        (case::NAME.to_owned(), shown(case::NAME).into()),
        (case::PLACE.to_owned(), shown(case::PLACE).into()),
        (case::STATE.to_owned(), state.into()),
        (case::RESTRICTED.to_owned(), restricted.into()),
        (case::SECTION.to_owned(), case.text(case::SECTION).into()),
        (case::ASSIGNEES.to_owned(), case.list(case::ASSIGNEES).into()),
    ]);
    if !restricted {
        for name in [case::LAT, case::LON] {
            if let Some(v) = case.fields.get(name) {
                fields.insert(name.to_owned(), v.clone());
            }
        }
    }
    fields
}

/// A record that the office makes.
pub(super) fn made(
    id: RecordId,
    kind: &str,
    scope: Scope,
    parent: impl Into<Option<RecordId>>,
    fields: Fields,
    now_ms: i64,
) -> Record {
    let origin = Origin {
        op: office_op(id, 0),
        device: office_device(),
        staff: OFFICE_STAFF.into(),
        at: Stamp::japan(now_ms),
    };
    Record {
        id,
        kind: kind.to_owned(),
        scope,
        parent: parent.into(),
        born_seq: 0,
        seq: 0,
        deleted: false,
        created: Some(origin),
        received_ms: 0,
        fields,
        revs: BTreeMap::new(),
    }
}
