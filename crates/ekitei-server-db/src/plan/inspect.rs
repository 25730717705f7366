//! Inspections at the office: who may move them, and what becomes of a change after the finish.

use super::access::Access;
use super::apply::Author;
use super::{Look, Planner};
use ekitei_model::kinds::{self, amendment};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Operation, Outcome, Record, Rev, Scope, inspection, merge};
use serde_json::Value;

impl Planner<'_> {
    /// Why the operation may not be applied, as far as the case's leaders have a say.
    pub(super) fn refuse_inspection(
        &mut self,
        kind: &str,
        target: Option<&Record>,
        scope: &Scope,
        fields: &Fields,
        author: Author,
    ) -> Look<Option<&'static str>> {
        if kind != kinds::INSPECTION && kind != kinds::AMENDMENT {
            return Ok(None);
        }
        let Some(case) = scope.case() else { return Ok(Some("scope-kind")) };
        let today = self.today;
        let Some(case) = self.find(case)? else { return Ok(Some("case-gone")) };
        // What was accepted before a restore comes back as accepted, in the right of the section's head.
        let leads = || inspection::leads(case, author.rights, today);
        if author.salvaged.is_some() && kind == kinds::INSPECTION && target.is_none() && leads() {
            return Ok(None);
        }
        Ok(inspection::refuse(kind, target, fields, case, author.rights, today))
    }

    /// The head's decision about an amendment reaches the inspection in the same step. Returns the inspection's new place;
    /// 0: unchanged.
    pub(super) fn amend(
        &mut self,
        proposal: &Record,
        fields: &Fields,
        op: &Operation,
        author: Author,
    ) -> Look<u64> {
        let Some(decision) = fields.get(amendment::STATE).and_then(Value::as_str) else { return Ok(0) };
        let Some(parent) = proposal.parent else { return Ok(0) };
        let Some(parent) = self.find(parent)?.cloned() else { return Ok(0) };
        let rev = Rev { op: op.op_id, device: author.by.device };
        match inspection::amended(&parent, proposal, decision, rev) {
            Some(changed) => self.settle(changed, Some(&parent), op.op_id),
            None => Ok(0),
        }
    }

    /// An amendment that a restored office lost comes back as a phone had it. One that was accepted, while its inspection
    /// stands as it was before, is proposed to the head once more; other decisions come back in the head's right.
    pub(super) fn readmit(&mut self, op: &Operation, author: Author) -> Look<Outcome> {
        let refuse = |reason: &str| Ok(Outcome::Quarantined { reason: reason.to_owned() });
        let OpBody::Create { kind, scope, parent, fields } = &op.body else { return refuse("op-unreadable") };
        match self.find(op.record)? {
            Some(r) if r.deleted => return Ok(Outcome::Gone { scope: r.scope.clone() }),
            Some(_) => return refuse("record-exists"),
            None => {}
        }
        if self.access(scope, author.rights)? != Access::Yes {
            return refuse("not-allowed");
        }
        let inspection = match parent {
            Some(id) => self.find(*id)?.filter(|r| r.kind == kinds::INSPECTION && !r.deleted).cloned(),
            None => None,
        };
        let Some(inspection) = inspection else { return refuse("amendment-alone") };
        if inspection.scope != *scope {
            return refuse("parent-elsewhere");
        }
        let today = self.today;
        let case = scope.case().map(|id| self.find(id)).transpose()?.flatten();
        let leads = case.is_some_and(|case| inspection::leads(case, author.rights, today));
        let Some(fields) = readmitted(&inspection, fields) else { return refuse("op-unreadable") };
        let decided = fields.get(amendment::STATE).is_some_and(|state| state != "proposed");
        if decided && !leads {
            return refuse("not-allowed");
        }
        let mut record = merge::created(op, kind, scope, *parent, &fields, author.by);
        author.name_bringer(&mut record);
        let seq = self.put(record, None, op.op_id)?;
        Ok(Outcome::Applied { scope: scope.clone(), seq })
    }
}

/// What an amendment says beside its inspection as that stands now. `None`: it proposes nothing.
fn readmitted(inspection: &Record, fields: &Fields) -> Option<Fields> {
    let standing = |name: &str| inspection.fields.get(name).cloned().unwrap_or(Value::Null);
    let mut proposed = fields.get(amendment::PROPOSED)?.as_object()?.clone();
    proposed.retain(|name, _| inspection::is_content(name));
    if proposed.is_empty() {
        return None;
    }
    let stands = proposed.iter().all(|(name, value)| standing(name) == *value);
    let state = match fields.get(amendment::STATE).and_then(Value::as_str) {
        Some("rejected") => "rejected",
        Some("accepted") if stands => "accepted",
        _ => "proposed",
    };
    let before: serde_json::Map<String, Value> = match (state, fields.get(amendment::STANDING)) {
        ("accepted" | "rejected", Some(Value::Object(before))) => before.clone(),
        _ => proposed.keys().map(|name| (name.clone(), standing(name))).collect(),
    };
    let by = fields.get(amendment::BY_STAFF).cloned().unwrap_or_default();
    Some(Fields::from([
        (amendment::PROPOSED.to_owned(), proposed.into()),
        (amendment::STANDING.to_owned(), before.into()),
        (amendment::STATE.to_owned(), state.into()),
        (amendment::BY_STAFF.to_owned(), by),
    ]))
}
