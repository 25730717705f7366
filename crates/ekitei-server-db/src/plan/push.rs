//! The pipe: batches, repeats, waiting operations, quarantine and what comes back out of it.

use super::apply::Author;
use super::{LaneMark, LogRow, Look, Missing, Place, Planned, Planner, Waiting, WorkingSet};
use crate::rows::{Caller, Incoming, QuarantineRow, QuarantineState};
use ekitei_model::chat::message;
use ekitei_model::kinds;
use ekitei_model::merge::{self, Writer};
use ekitei_model::people::Staff;
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
        if !made_by_people || r.deleted || !matches!(p.find(r.id), Ok(None)) {
            continue;
        }
        let Ok(Some(writer)) = p.salvaged_of(r, caller) else { continue };
        let Ok(text) = serde_json::to_string(r) else { continue };
        let scope = if r.scope.to_string().contains('\0') {
            Scope::User(caller.staff.clone())
        } else {
            r.scope.clone()
        };
        p.out.quarantine.push(QuarantineRow {
            // With what it says: the same record of several phones is one entry, another content is another.
            id: RecordId::derived(&["salvage", &r.id.to_string(), &r.seq.to_string(), &text]).0,
            scope,
            record: Some(r.id),
            reason: "salvage".to_owned(),
            device: caller.device,
            staff: writer,
            since_ms: now_ms,
            state: QuarantineState::Open,
            settled_by: None,
            bytes: text.into_bytes(),
        });
        kept += 1;
    }
    p.finish(kept)
}

impl<'a> Planner<'a> {
    /// Whose matter a salvaged record is: who wrote it, while they work here; else who brought it.
    fn salvaged_of(&mut self, record: &Record, caller: &Caller) -> Look<Option<StaffId>> {
        let Some(origin) = &record.created else { return Ok(None) };
        if origin.staff.as_str().contains('\0') {
            return Ok(None);
        }
        let today = self.today;
        let works = |s: &Staff| s.posts.iter().any(|p| p.held_on(today));
        let here = self.staff(&origin.staff)?.is_some_and(works);
        Ok(Some(if here { origin.staff.clone() } else { caller.staff.clone() }))
    }

    pub(super) fn known_outcome(&self, id: OpId) -> Option<Outcome> {
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
        if let Outcome::Quarantined { reason } = &outcome {
            self.quarantine(
                incoming.op_id,
                incoming.op.as_ref(),
                &incoming.bytes,
                by.device,
                by.staff,
                reason,
            )?;
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
            Some(rights) => self.apply(op, Author { by, rights, salvaged: None }),
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
        if let Outcome::Quarantined { reason } = &outcome {
            self.quarantine(w.op_id, incoming.op.as_ref(), &w.bytes, w.device, &w.staff, reason)?;
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
}

/// What an operation with this outcome is kept for.
pub(super) fn waits_for(outcome: &Outcome, op: Option<&Operation>) -> Option<RecordId> {
    match (outcome, op) {
        (Outcome::WaitingParent { needs }, _) => Some(*needs),
        // A change of a held message has become a part of it.
        (Outcome::Held { .. }, Some(op)) if matches!(op.body, OpBody::Create { .. }) => {
            Some(message::held_id(op.record))
        }
        _ => None,
    }
}
