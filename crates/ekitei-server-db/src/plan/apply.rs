//! One operation: what becomes of it.

use super::access::Access;
use super::effects::{has_bytes, sha_changed};
use super::{Look, Planner, office_rev};
use ekitei_model::chat;
use ekitei_model::kinds::{self, case, conflict};
use ekitei_model::merge::{self, Writer};
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::{
    OpBody, OpId, Operation, Outcome, Record, RecordId, Scope, StaffId, checklist, line, rules,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Who wrote the operation, and whose right is asked (they differ when a person releases another's from quarantine).
#[derive(Clone, Copy)]
pub(super) struct Author<'a> {
    pub by: Writer<'a>,
    pub rights: &'a Staff,
    /// The office had it before a restore, and a phone's copy of it is let in: whose phone brought it.
    pub salvaged: Option<&'a StaffId>,
}

impl<'a> Author<'a> {
    /// Who brought it back, where that is not who wrote it.
    pub fn salvaged_by_another(&self) -> Option<&'a StaffId> {
        self.salvaged.filter(|who| *who != self.by.staff)
    }

    /// Whoever reads the record can see that it came back by another's hand.
    pub fn name_bringer(&self, record: &mut Record) {
        if let Some(who) = self.salvaged_by_another() {
            record.fields.insert(kinds::SALVAGED_BY.to_owned(), who.as_str().into());
        }
    }
}

pub(super) fn quarantined(reason: &str) -> Outcome {
    Outcome::Quarantined { reason: reason.to_owned() }
}

/// What stops an operation on `scope`; `None`: nothing.
pub(super) fn barred(access: Access) -> Option<Outcome> {
    match access {
        Access::Yes => None,
        Access::No => Some(quarantined("not-allowed")),
        Access::Unknown(needs) => Some(Outcome::WaitingParent { needs }),
        Access::Gone => Some(quarantined("case-gone")),
        Access::Over => Some(Outcome::Voided),
    }
}

impl Planner<'_> {
    pub(super) fn apply(&mut self, op: &Operation, author: Author) -> Look<Outcome> {
        if unstorable(op) {
            return Ok(quarantined("op-unreadable"));
        }
        match &op.body {
            OpBody::Void { .. } => Ok(Outcome::Voided),
            OpBody::Create { kind, scope, parent, fields } => {
                self.create(op, (kind, scope, *parent, fields), None, author)
            }
            OpBody::Publish { draft, kind, scope, parent, fields } => {
                self.create(op, (kind, scope, *parent, fields), Some(*draft), author)
            }
            OpBody::Patch { base, fields } => self.patch(op, base, fields, author),
            OpBody::Delete => self.delete(op, author),
            OpBody::Mark { scope, value } => self.mark(op, scope, *value, author),
        }
    }

    fn create(
        &mut self,
        op: &Operation,
        (kind, scope, parent, fields): (&str, &Scope, Option<RecordId>, &Fields),
        draft: Option<RecordId>,
        author: Author,
    ) -> Look<Outcome> {
        let today = self.today;
        if !rules::scope_fits(kind, scope, op.record) {
            return Ok(quarantined("scope-kind"));
        }
        let mut buried = None;
        match self.find(op.record)? {
            // Rows that went because no version named them, and are named again: the same rows have the same id.
            Some(r) if r.deleted && kind == kinds::FORM_LIST && r.kind == kind => buried = Some(r.clone()),
            Some(r) if r.deleted => return Ok(Outcome::Gone { scope: r.scope.clone() }),
            Some(r) if chat::meets(kind, r) => {
                let there = r.clone();
                return self.meet(op, &there, fields, author);
            }
            Some(_) => return Ok(quarantined("record-exists")),
            None => {}
        }
        if kind == kinds::MESSAGE {
            self.sent_again(op, author)?;
        }
        // A case is its own scope: nobody has access before it is made, the rules decide who may make it. So they do for
        // forms, which administrators publish without reading what the section writes.
        if kind != kinds::CASE
            && kind != kinds::ROOM
            && !rules::FORM_KINDS.contains(&kind)
            && let Some(outcome) = barred(self.access(scope, author.rights)?)
        {
            return Ok(outcome);
        }
        if let Some(reason) = rules::refuse(op, None, author.rights, today) {
            return Ok(quarantined(reason));
        }
        if let Some(reason) = self.refuse_visit(op, kind, scope)? {
            return Ok(quarantined(reason));
        }
        if let Some(reason) = self.refuse_inspection(kind, None, scope, fields, author)? {
            return Ok(quarantined(reason));
        }
        if let Some(reason) = refuse_checks(op, kind, None, author) {
            return Ok(quarantined(reason));
        }
        if let Some(outcome) = self.refuse_chat(op, None, author)? {
            return Ok(outcome);
        }
        if let Some(parent) = parent {
            // A deleted parent is no obstacle: the record still belongs to its case.
            match self.find(parent)? {
                None => return Ok(Outcome::WaitingParent { needs: parent }),
                Some(p) if p.scope != *scope => return Ok(quarantined("parent-elsewhere")),
                Some(_) => {}
            }
        }
        if let Some(draft) = draft {
            match self.find(draft)?.cloned() {
                Some(d) if d.scope != Scope::User(author.by.staff.clone()) => {
                    return Ok(quarantined("not-allowed"));
                }
                Some(d) if !d.deleted => {
                    self.put(d.tombstone(), Some(d), op.op_id)?;
                }
                // What is published stands by itself.
                Some(_) => {}
                // Its create may still come (a restored office hears what is newest first) and must find its end.
                None => {
                    let end = Record {
                        id: draft,
                        kind: kind.to_owned(),
                        scope: Scope::User(author.by.staff.clone()),
                        parent: None,
                        born_seq: 0,
                        seq: 0,
                        deleted: true,
                        created: None,
                        received_ms: self.now_ms,
                        fields: Fields::new(),
                        revs: BTreeMap::new(),
                    };
                    self.put(end, None, op.op_id)?;
                }
            }
        }
        let mut record = merge::created(op, kind, scope, parent, fields, author.by);
        author.name_bringer(&mut record);
        if let Some(outcome) = self.before_chat(op, &mut record, author)? {
            return Ok(outcome);
        }
        let seq = self.settle(record, buried.as_ref(), op.op_id)?;
        self.after_chat(op, None, author)?;
        Ok(Outcome::Applied { scope: scope.clone(), seq })
    }

    /// The living record that a patch or delete is about, or what becomes of the operation without it.
    fn target(&mut self, op: &Operation, author: Author) -> Look<Result<Record, Outcome>> {
        let today = self.today;
        let Some(target) = self.find(op.record)?.cloned() else {
            return Ok(Err(Outcome::WaitingParent { needs: op.record }));
        };
        if target.deleted {
            return Ok(Err(Outcome::Gone { scope: target.scope }));
        }
        if !rules::FORM_KINDS.contains(&target.kind.as_str())
            && let Some(outcome) = barred(self.access(&target.scope, author.rights)?)
        {
            return Ok(Err(outcome));
        }
        if let Some(reason) = rules::refuse(op, Some(&target), author.rights, today) {
            return Ok(Err(quarantined(reason)));
        }
        if let Some(reason) = self.refuse_visit(op, &target.kind, &target.scope)? {
            return Ok(Err(quarantined(reason)));
        }
        if let Some(outcome) = self.refuse_chat(op, Some(&target), author)? {
            return Ok(Err(outcome));
        }
        Ok(Ok(target))
    }

    fn patch(
        &mut self,
        op: &Operation,
        base: &BTreeMap<String, OpId>,
        fields: &Fields,
        author: Author,
    ) -> Look<Outcome> {
        if let Some(outcome) = self.change_held(op, author)? {
            return Ok(outcome);
        }
        let target = match self.target(op, author)? {
            Ok(target) => target,
            Err(outcome) => return Ok(outcome),
        };
        if target.kind == kinds::CONFLICT {
            return self.settle_conflict(op, target, base, fields, author.by);
        }
        let scope = target.scope.clone();
        if let Some(reason) = self.refuse_inspection(&target.kind, Some(&target), &scope, fields, author)? {
            return Ok(quarantined(reason));
        }
        if let Some(reason) = refuse_checks(op, &target.kind, Some(&target), author) {
            return Ok(quarantined(reason));
        }
        let mut newest = 0;
        if target.kind == kinds::AMENDMENT {
            if target.text(kinds::amendment::STATE) != "proposed" {
                return Ok(Outcome::Applied { scope, seq: 0 }); // the first decision wins
            }
            newest = self.amend(&target, fields, op, author)?;
        }
        let patched = merge::patch(&target, op, base, fields, author.by);
        if patched.changed {
            newest = self.settle(patched.record, Some(&target), op.op_id)?.max(newest);
            self.after_chat(op, Some(&target), author)?;
        }
        if let Some(proposal) = patched.amendment {
            newest = self.put(proposal, None, op.op_id)?.max(newest);
        }
        let mut ids = Vec::with_capacity(patched.conflicts.len());
        for made in patched.conflicts {
            ids.push(made.id);
            newest = self.raise(made, op, author.by)?.max(newest);
        }
        Ok(if ids.is_empty() {
            Outcome::Applied { scope, seq: newest }
        } else {
            Outcome::Conflict { scope, seq: newest, conflicts: ids }
        })
    }

    /// A person chooses. The first resolution wins; one that was made for values that have changed since (the
    /// conflict was opened again) changes nothing, so the person is asked once more.
    fn settle_conflict(
        &mut self,
        op: &Operation,
        target: Record,
        base: &BTreeMap<String, OpId>,
        fields: &Fields,
        by: Writer,
    ) -> Look<Outcome> {
        let Some(choice @ ("mine" | "theirs" | "both")) =
            fields.get(conflict::RESOLUTION).and_then(Value::as_str)
        else {
            return Ok(quarantined("resolution-unknown"));
        };
        let scope = target.scope.clone();
        let reopened = target.revs.get(conflict::RESOLUTION);
        let stale =
            reopened.is_some_and(|r| base.get(conflict::RESOLUTION) != Some(&r.op) && r.device != by.device);
        if stale || target.fields.contains_key(conflict::RESOLUTION) {
            return Ok(Outcome::Applied { scope, seq: 0 });
        }
        let parent_seq = self.resolve(&target, choice, op, by)?;
        let base = target
            .rev(conflict::RESOLUTION)
            .map(|r| (conflict::RESOLUTION.to_owned(), r.op))
            .into_iter()
            .collect();
        let patched = merge::patch(&target, op, &base, fields, by);
        let seq = self.put(patched.record, Some(target), op.op_id)?;
        Ok(Outcome::Applied { scope, seq: seq.max(parent_seq) })
    }

    /// The parent takes the chosen value in the same step. Returns its new place; 0: unchanged.
    fn resolve(&mut self, conflict: &Record, choice: &str, op: &Operation, by: Writer) -> Look<u64> {
        let Some(parent) = conflict.parent else { return Ok(0) };
        let Some(parent) = self.find(parent)?.cloned() else { return Ok(0) };
        if let Some(proposal) = merge::proposal(&parent, conflict, choice, op, by) {
            return self.put(proposal, None, op.op_id);
        }
        match merge::resolve(&parent, conflict, choice, op, by) {
            Some(resolved) => self.settle(resolved, Some(&parent), op.op_id),
            None => Ok(0),
        }
    }

    /// Makes a conflict record, or opens the one of this record, field and device again with the new values.
    fn raise(&mut self, made: Record, op: &Operation, by: Writer) -> Look<u64> {
        let Some(old) = self.find(made.id)?.cloned() else {
            return self.put(made, None, op.op_id);
        };
        // Who wrote the value that stands is added at the end of the plan: [`Planner::name_standing`].
        let same = made.fields.iter().all(|(name, value)| old.fields.get(name) == Some(value));
        if same && !old.deleted && !old.fields.contains_key(conflict::RESOLUTION) {
            return Ok(old.seq);
        }
        let mut reopened = Record {
            deleted: false,
            fields: made.fields,
            created: old.created.clone().or(made.created),
            ..old.clone()
        };
        for name in [conflict::MINE, conflict::THEIRS, conflict::RESOLUTION] {
            if old.fields.get(name) != reopened.fields.get(name) {
                reopened.revs.insert(name.to_owned(), ekitei_model::Rev { op: op.op_id, device: by.device });
            }
        }
        self.put(reopened, Some(old), op.op_id)
    }

    fn delete(&mut self, op: &Operation, author: Author) -> Look<Outcome> {
        if let Some(outcome) = self.change_held(op, author)? {
            return Ok(outcome);
        }
        let target = match self.target(op, author)? {
            Ok(target) => target,
            Err(outcome) => return Ok(outcome),
        };
        if target.kind == kinds::MESSAGE {
            return self.unsend(op, &target, author);
        }
        let scope = target.scope.clone();
        let seq = self.settle(target.tombstone(), Some(&target), op.op_id)?;
        Ok(Outcome::Applied { scope, seq })
    }

    fn mark(&mut self, op: &Operation, scope: &Scope, value: u64, author: Author) -> Look<Outcome> {
        if op.record != kinds::mark_id(scope, author.by.staff) {
            return Ok(quarantined("mark-id"));
        }
        if let Some(outcome) = barred(self.access(scope, author.rights)?) {
            return Ok(outcome);
        }
        let existing = self.find(op.record)?.cloned();
        let seq = match merge::mark(existing.as_ref(), op, scope, value, author.by) {
            Some(marked) => self.put(marked, existing, op.op_id)?,
            None => 0,
        };
        Ok(Outcome::Applied { scope: scope.clone(), seq })
    }

    /// Puts a changed record together with what follows from the change: arrivals, jobs, projections.
    pub(super) fn settle(&mut self, mut record: Record, prior: Option<&Record>, by: OpId) -> Look<u64> {
        if has_bytes(&record) && sha_changed(&record, prior) {
            let rev = office_rev(record.id, prior.map_or(0, |p| p.seq));
            self.note_arrivals(&mut record, rev)?;
        }
        match (record.kind.as_str(), record.scope.case()) {
            (kinds::CASE, Some(id)) | (kinds::VISIT, Some(id)) => {
                self.dirty_cases.insert(id);
            }
            (kinds::ROOM | kinds::ROOM_MEMBER, _) => self.dirty_rooms.extend(record.scope.owner()),
            _ => {}
        }
        let id = record.id;
        let seq = self.put(record, prior.cloned(), by)?;
        self.note_joined(id, prior, seq);
        self.make_jobs(id, prior, seq);
        Ok(seq)
    }
}

/// Runs and line checks only grow, in the hand of the person who writes them: also when somebody else lets the
/// operation in later.
fn refuse_checks(
    op: &Operation,
    kind: &str,
    target: Option<&Record>,
    author: Author,
) -> Option<&'static str> {
    match kind {
        kinds::CHECKLIST_RUN => checklist::refuse_run(&op.body, target, author.by.staff),
        kinds::LINE_CHECK => line::refuse(&op.body, target, author.by.staff),
        _ => None,
    }
}

/// Text that cannot be a key in every database: one with a zero character.
fn unstorable(op: &Operation) -> bool {
    let nul = |s: &str| s.contains('\0');
    match &op.body {
        OpBody::Create { kind, scope, fields, .. } | OpBody::Publish { kind, scope, fields, .. } => {
            nul(kind) || nul(&scope.to_string()) || nul_in_keys(fields)
        }
        OpBody::Patch { fields, .. } => nul_in_keys(fields),
        OpBody::Mark { scope, .. } => nul(&scope.to_string()),
        OpBody::Delete | OpBody::Void { .. } => false,
    }
}

/// A zero character in a field from which scopes are made.
pub(super) fn nul_in_keys(fields: &Fields) -> bool {
    let nul = |v: &Value| v.as_str().is_some_and(|s| s.contains('\0'));
    let keys = [
        case::SECTION,
        case::SECTIONS,
        case::MEMBERS,
        case::ASSIGNEES,
        kinds::visit::PEOPLE,
        chat::room::member::STAFF,
    ];
    keys.iter().any(|name| {
        fields.get(*name).is_some_and(|v| nul(v) || v.as_array().is_some_and(|items| items.iter().any(nul)))
    })
}
