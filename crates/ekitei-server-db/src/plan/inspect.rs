//! Inspections at the office: who may move them, and what becomes of a change after the finish.

use super::apply::Author;
use super::{Look, Planner};
use ekitei_model::inspection;
use ekitei_model::kinds::{self, amendment};
use ekitei_model::record::Fields;
use ekitei_model::{Operation, Record, Rev, Scope};
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
        if author.salvaged && kind == kinds::INSPECTION && target.is_none() && leads() {
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
}
