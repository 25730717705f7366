//! The pipe: batches, repeats, waiting operations, quarantine and what comes back out of it.

use super::access;
use super::apply::Author;
use super::{LaneMark, LogRow, Look, Missing, Place, Planned, Planner, Waiting, WorkingSet};
use crate::rows::{Caller, Incoming, QuarantineRow, QuarantineState};
use ekitei_model::chat::message;
use ekitei_model::kinds;
use ekitei_model::merge::{self, Writer};
use ekitei_model::wire::{PushHeader, PushResult};
use ekitei_model::{DeviceId, OpBody, OpId, Operation, Outcome, Record, RecordId, Scope, StaffId, rules};

/// A batch whose header has been admitted. `high_water` is the lane's before it.
pub(crate) fn push(
    ws: &WorkingSet,
    caller: &Caller,
    header: &PushHeader,
    high_water: u64,
    ops: &[Incoming],
    now_ms: i64,
) -> Planned<Vec<PushResult>> {
    let mut p = Planner::new(ws, now_ms, &caller.today);
    let by = Writer { device: caller.device, staff: &caller.staff };
    for (op_seq, incoming) in (header.first..).zip(ops) {
        let place = Place { lane: header.lane, generation: header.generation, op_seq };
        // A repeat below the high water is known by its id. An unknown id under a used number (a phone whose counter
        // was rolled back) is applied like any other: the id is the identity, nothing may be lost.
        let _ = p.take(incoming, by, Some(place));
    }
    let _ = p.release_born();
    let high_water = high_water.max(header.first - 1 + ops.len() as u64);
    p.out.lane = Some(LaneMark {
        device: caller.device,
        lane: header.lane,
        generation: header.generation,
        high_water,
    });
    let results = ops
        .iter()
        .filter_map(|i| {
            let outcome = p.known_outcome(i.op_id)?;
            let written_ms = p.as_written(i, &outcome, by);
            Some(PushResult { op_id: i.op_id, outcome, written_ms })
        })
        .collect();
    p.finish(results)
}

/// One operation of a console, without a lane.
pub(crate) fn console(ws: &WorkingSet, caller: &Caller, op: &Incoming, now_ms: i64) -> Planned<Outcome> {
    let mut p = Planner::new(ws, now_ms, &caller.today);
    let _ = p.take(op, Writer { device: caller.device, staff: &caller.staff }, None);
    let _ = p.release_born();
    // Without an outcome something was missing, and `finish` says so.
    let outcome = p.known_outcome(op.op_id).unwrap_or(Outcome::Voided);
    p.finish(outcome)
}

/// What has waited too long goes to quarantine.
pub(crate) fn expire(ws: &WorkingSet, rows: &[Waiting], now_ms: i64) -> Planned<u64> {
    let mut p = Planner::new(ws, now_ms, "");
    let mut gone = 0;
    for w in rows {
        // Held messages and what hangs on them wait for working hours, not for a line.
        match p.is_held(w) {
            Ok(false) => gone += 1,
            _ => continue,
        }
        let outcome = Outcome::Quarantined { reason: "parent-missing".to_owned() };
        let parsed = Incoming::parse(&w.bytes).and_then(|i| i.op);
        let _ = p.quarantine(w.op_id, parsed.as_ref(), &w.bytes, w.device, &w.staff, "parent-missing");
        p.out.outcomes.push((w.op_id, outcome));
        p.out.waiting_gone.push(w.op_id);
    }
    p.finish(gone)
}

/// Records of a phone's mirror that the office lacks, each as one quarantine entry. The count is of those kept.
pub(crate) fn salvage(ws: &WorkingSet, caller: &Caller, records: &[Record], now_ms: i64) -> Planned<u64> {
    let mut p = Planner::new(ws, now_ms, &caller.today);
    let mut kept = 0;
    for r in records {
        let made_by_people = !kinds::OFFICE_KINDS.contains(&r.kind.as_str()) && r.kind != kinds::CONFLICT;
        if !made_by_people || r.deleted || r.created.is_none() || !matches!(p.find(r.id), Ok(None)) {
            continue;
        }
        let Ok(bytes) = serde_json::to_vec(r) else { continue };
        let scope = if r.scope.to_string().contains('\0') {
            Scope::User(caller.staff.clone())
        } else {
            r.scope.clone()
        };
        p.out.quarantine.push(QuarantineRow {
            id: RecordId::derived(&["salvage", &r.id.to_string(), &r.seq.to_string()]).0,
            scope,
            record: Some(r.id),
            reason: "salvage".to_owned(),
            device: caller.device,
            staff: caller.staff.clone(),
            since_ms: now_ms,
            state: QuarantineState::Open,
            settled_by: None,
            bytes,
        });
        kept += 1;
    }
    p.finish(kept)
}

/// Takes an entry out of quarantine in the right of `caller`. `None`: it is not theirs to see.
pub(crate) fn release(
    ws: &WorkingSet,
    row: &QuarantineRow,
    caller: &Caller,
    now_ms: i64,
) -> Planned<Option<Outcome>> {
    let mut p = Planner::new(ws, now_ms, &caller.today);
    match p.let_out(row, caller) {
        // Still refused: nothing is written, the entry stays open.
        Ok(Some(outcome @ Outcome::Quarantined { .. })) => {
            Planner::new(ws, now_ms, &caller.today).finish(Some(outcome))
        }
        Ok(outcome) => p.finish(outcome),
        Err(Missing) => p.finish(None),
    }
}

impl<'a> Planner<'a> {
    fn known_outcome(&self, id: OpId) -> Option<Outcome> {
        self.decided.get(&id).or_else(|| self.ws.outcomes.get(&id)?.as_ref()).cloned()
    }

    /// When the record arrived, if the office has it exactly as the operation made it and nothing more: then its writer
    /// need not read it back.
    fn as_written(&mut self, incoming: &Incoming, outcome: &Outcome, by: Writer) -> Option<i64> {
        let (Some(op), Outcome::Applied { seq: 1.., .. }) = (&incoming.op, outcome) else { return None };
        let Ok(Some(record)) = self.find(op.record) else { return None };
        let (record_seq, received_ms) = (record.seq, record.received_ms);
        let expected = merge::as_written(op, by, record_seq, received_ms)?;
        let same = matches!(outcome, Outcome::Applied { seq, .. } if *seq == record_seq);
        (same && *record == expected).then_some(received_ms)
    }

    /// One operation as it came: a repeat is answered with its stored outcome, anything else gets one now.
    fn take(&mut self, incoming: &Incoming, by: Writer, place: Option<Place>) -> Look<()> {
        if self.decided.contains_key(&incoming.op_id) {
            return Ok(());
        }
        match self.ws.outcomes.get(&incoming.op_id) {
            Some(Some(_)) => return Ok(()),
            Some(None) => {}
            None => {
                self.needs.outcomes.insert(incoming.op_id);
                return Err(Missing);
            }
        }
        let outcome = self.outcome_of(incoming, by)?;
        let row = LogRow {
            op_id: incoming.op_id,
            device: by.device,
            staff: by.staff.clone(),
            place,
            record: incoming.op.as_ref().map(|o| o.record),
            at_ms: incoming.op.as_ref().map_or(0, |o| o.at.utc_ms),
            outcome: outcome.clone(),
        };
        if let Some(needs) = waits_for(&outcome, incoming.op.as_ref()) {
            let w = Waiting {
                op_id: incoming.op_id,
                needs,
                device: by.device,
                staff: by.staff.clone(),
                bytes: incoming.bytes.clone(),
                since_ms: self.now_ms,
            };
            self.out.waiting.insert(w.op_id, w);
        }
        match &outcome {
            Outcome::Quarantined { reason } => {
                self.quarantine(
                    incoming.op_id,
                    incoming.op.as_ref(),
                    &incoming.bytes,
                    by.device,
                    by.staff,
                    reason,
                )?;
            }
            _ => {}
        }
        self.decided.insert(incoming.op_id, outcome);
        self.out.log.push(row);
        self.release_born()
    }

    fn outcome_of(&mut self, incoming: &Incoming, by: Writer) -> Look<Outcome> {
        let refuse = |reason: &str| Ok(Outcome::Quarantined { reason: reason.to_owned() });
        if incoming.bytes.len() > rules::MAX_OP_BYTES {
            return refuse("op-too-large");
        }
        let Some(op) = &incoming.op else { return refuse("op-unreadable") };
        match self.staff(by.staff)? {
            Some(rights) => self.apply(op, Author { by, rights, salvaged: false }),
            None => refuse("not-allowed"),
        }
    }

    /// Operations that waited for records made in this plan, and those that waited for what these make, and so on.
    pub(super) fn release_born(&mut self) -> Look<()> {
        let mut whole = Ok(());
        while let Some(id) = self.born.pop_front() {
            let before = match self.ws.waiting.get(&id) {
                Some(rows) => rows.as_slice(),
                None => {
                    self.needs.waiting.insert(id);
                    whole = Err(Missing);
                    continue;
                }
            };
            let mut rows: Vec<Waiting> =
                before.iter().filter(|w| !self.released.contains(&w.op_id)).cloned().collect();
            self.released.extend(rows.iter().map(|w| w.op_id));
            // Those that began to wait in this plan; ids are minted in order of time.
            let here: Vec<OpId> =
                self.out.waiting.values().filter(|w| w.needs == id).map(|w| w.op_id).collect();
            rows.extend(here.into_iter().filter_map(|o| self.out.waiting.remove(&o)));
            for w in rows {
                if self.retry(&w).is_err() {
                    whole = Err(Missing);
                }
            }
        }
        whole
    }

    pub(super) fn retry(&mut self, w: &Waiting) -> Look<()> {
        let incoming = Incoming::parse(&w.bytes).unwrap_or(Incoming {
            op_id: w.op_id,
            op: None,
            bytes: w.bytes.clone(),
        });
        let by = Writer { device: w.device, staff: &w.staff };
        let outcome = self.outcome_of(&incoming, by)?;
        if let Some(needs) = waits_for(&outcome, incoming.op.as_ref()) {
            self.out.waiting.insert(w.op_id, Waiting { needs, ..w.clone() });
        }
        match &outcome {
            Outcome::Quarantined { reason } => {
                self.quarantine(w.op_id, incoming.op.as_ref(), &w.bytes, w.device, &w.staff, reason)?;
            }
            _ => {}
        }
        if self.released.contains(&w.op_id) && !self.out.waiting.contains_key(&w.op_id) {
            self.out.waiting_gone.push(w.op_id);
        }
        self.redecide(w.op_id, outcome);
        Ok(())
    }

    /// An operation that had an outcome has another one now.
    pub(super) fn redecide(&mut self, op: OpId, outcome: Outcome) {
        self.decided.insert(op, outcome.clone());
        match self.out.log.iter_mut().find(|l| l.op_id == op) {
            Some(row) => row.outcome = outcome,
            None => {
                self.out.outcomes.retain(|(id, _)| *id != op);
                self.out.outcomes.push((op, outcome));
            }
        }
    }

    fn quarantine(
        &mut self,
        op_id: OpId,
        op: Option<&Operation>,
        bytes: &[u8],
        device: DeviceId,
        staff: &StaffId,
        reason: &str,
    ) -> Look<()> {
        let named = op.and_then(Operation::named_scope).filter(|s| !s.to_string().contains('\0')).cloned();
        let scope = match (named, op) {
            (Some(scope), _) => Some(scope),
            (None, Some(op)) => self.find(op.record)?.map(|r| r.scope.clone()),
            (None, None) => None,
        };
        self.out.quarantine.push(QuarantineRow {
            id: op_id.0,
            scope: scope.unwrap_or_else(|| Scope::User(staff.clone())),
            record: op.map(|o| o.record),
            reason: reason.to_owned(),
            device,
            staff: staff.clone(),
            since_ms: self.now_ms,
            state: QuarantineState::Open,
            settled_by: None,
            bytes: bytes.to_vec(),
        });
        Ok(())
    }

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

    fn let_out(&mut self, row: &QuarantineRow, caller: &Caller) -> Look<Option<Outcome>> {
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
        let salvaged = row.reason == "salvage";
        let author = Author { by, rights, salvaged };
        let outcome =
            if salvaged && amends(&op) { self.readmit(&op, author)? } else { self.apply(&op, author)? };
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

/// What an operation with this outcome is kept for.
fn waits_for(outcome: &Outcome, op: Option<&Operation>) -> Option<RecordId> {
    match (outcome, op) {
        (Outcome::WaitingParent { needs }, _) => Some(*needs),
        // A change of a held message has become a part of it.
        (Outcome::Held { .. }, Some(op)) if matches!(op.body, OpBody::Create { .. }) => {
            Some(message::held_id(op.record))
        }
        _ => None,
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
