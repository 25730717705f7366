//! What comes back out of quarantine.

use super::access;
use super::apply::Author;
use super::push::waits_for;
use super::{LogRow, Look, Missing, Planned, Planner, Waiting, WorkingSet};
use crate::rows::{Caller, Incoming, QuarantineRow, QuarantineState};
use ekitei_model::kinds;
use ekitei_model::merge::Writer;
use ekitei_model::{DeviceId, OpBody, Operation, Outcome, Record, StaffId};

/// Who brought a record of somebody else back does not take it in as well: nobody's words are made by another alone.
const OWN_OFFER: &str = "salvage-own-offer";

/// Takes an entry out of quarantine in the right of `caller`. `bringer`: whose device brought it. `None`: it is not theirs
/// to see.
pub(crate) fn release(
    ws: &WorkingSet,
    row: &QuarantineRow,
    bringer: &StaffId,
    caller: &Caller,
    now_ms: i64,
) -> Planned<Option<Outcome>> {
    let mut p = Planner::new(ws, now_ms, &caller.today);
    match p.let_out(row, bringer, caller) {
        // Still refused: nothing is written, the entry stays open.
        Ok(Some(outcome @ Outcome::Quarantined { .. })) => {
            Planner::new(ws, now_ms, &caller.today).finish(Some(outcome))
        }
        Ok(outcome) => p.finish(outcome),
        Err(Missing) => p.finish(None),
    }
}

impl Planner<'_> {
    /// Who cannot read an entry cannot let it out.
    fn may_read_entry(&mut self, row: &QuarantineRow, caller: &Caller) -> Look<bool> {
        let Some(reader) = self.staff(&caller.staff)? else { return Ok(false) };
        let case = match row.scope.owner() {
            Some(id) => self.find(id)?.cloned(),
            None => None,
        };
        let writer = self.staff(&row.staff)?;
        let sight = access::sight(row, case.as_ref(), writer, reader, &caller.today);
        Ok(sight == Some(access::Sight::Whole))
    }

    fn let_out(&mut self, row: &QuarantineRow, bringer: &StaffId, caller: &Caller) -> Look<Option<Outcome>> {
        if !self.may_read_entry(row, caller)? {
            return Ok(None);
        }
        let Some(rights) = self.staff(&caller.staff)? else { return Ok(None) };
        let unreadable = Outcome::Quarantined { reason: "op-unreadable".to_owned() };
        let found = if row.reason == "salvage" { salvaged(row) } else { kept(row) };
        let Some((op, device, staff, bytes)) = found else { return Ok(Some(unreadable)) };
        let logged = match self.ws.outcomes.get(&op.op_id) {
            Some(outcome) => outcome.clone(),
            None => {
                self.needs.outcomes.insert(op.op_id);
                return Err(Missing);
            }
        };
        // A salvaged record whose create came again by itself.
        if row.reason == "salvage"
            && let Some(outcome) = logged
        {
            self.out.settled = Some((row.id, QuarantineState::Released, caller.staff.clone()));
            return Ok(Some(outcome));
        }
        let by = Writer { device, staff: &staff };
        let salvaged = (row.reason == "salvage").then_some(bringer);
        let author = Author { by, rights, salvaged };
        if author.salvaged_by_another() == Some(&caller.staff) {
            return Ok(Some(Outcome::Quarantined { reason: OWN_OFFER.to_owned() }));
        }
        let outcome = if salvaged.is_some() && amends(&op) {
            self.readmit(&op, author)?
        } else {
            self.apply(&op, author)?
        };
        if let Some(needs) = waits_for(&outcome, Some(&op)) {
            let w = Waiting {
                op_id: op.op_id,
                needs,
                device,
                staff: staff.clone(),
                bytes,
                since_ms: self.now_ms,
            };
            self.out.waiting.insert(w.op_id, w);
        }
        if logged.is_some() {
            self.out.outcomes.push((op.op_id, outcome.clone()));
        } else {
            let (record, at_ms) = (Some(op.record), op.at.utc_ms);
            let row = LogRow {
                op_id: op.op_id,
                device,
                staff: staff.clone(),
                place: None,
                record,
                at_ms,
                outcome: outcome.clone(),
            };
            self.out.log.push(row);
        }
        self.decided.insert(op.op_id, outcome.clone());
        self.out.settled = Some((row.id, QuarantineState::Released, caller.staff.clone()));
        self.release_born()?;
        Ok(Some(self.known_outcome(op.op_id).unwrap_or(outcome)))
    }
}

type Kept = (Operation, DeviceId, StaffId, Vec<u8>);

fn kept(row: &QuarantineRow) -> Option<Kept> {
    let op = Incoming::parse(&row.bytes)?.op?;
    (op.op_id.0 == row.id).then(|| (op, row.device, row.staff.clone(), row.bytes.clone()))
}

fn amends(op: &Operation) -> bool {
    matches!(&op.body, OpBody::Create { kind, .. } if kind == kinds::AMENDMENT)
}

/// The create that made a salvaged record, with the fields it had on the phone; the office's own fields are left out.
fn salvaged(row: &QuarantineRow) -> Option<Kept> {
    let r: Record = serde_json::from_slice(&row.bytes).ok()?;
    let origin = r.created?;
    let fields = r.fields.into_iter().filter(|(k, _)| !k.starts_with(kinds::OFFICE_PREFIX)).collect();
    let op = Operation {
        op_id: origin.op,
        record: r.id,
        at: origin.at,
        body: OpBody::Create { kind: r.kind, scope: r.scope, parent: r.parent, fields },
    };
    let bytes = serde_json::to_vec(&op).ok()?;
    Some((op, origin.device, origin.staff, bytes))
}
