//! Messages that wait for working hours. The operation is kept with its bytes; the sender's `held` record shows it; when
//! its time has come, it is applied as if it came now, in the order of arrival.

use super::super::apply::{Author, quarantined};
use super::super::project::made;
use super::super::{Look, Missing, Planned, Planner, Waiting, WorkingSet, office_op};
use crate::rows::Incoming;
use ekitei_model::chat::quiet::Verdict;
use ekitei_model::chat::{self, message};
use ekitei_model::merge;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Operation, Outcome, Record, RecordId, Scope, Stamp, kinds};
use serde_json::Value;
use std::collections::BTreeMap;

/// Its room is gone.
const GONE: &str = "gone";

/// Lets those of `rows` (in the order of their arrival) go whose time has come; says how many.
pub(crate) fn release_held(ws: &WorkingSet, rows: &[Waiting], now_ms: i64, today: &str) -> Planned<u64> {
    let mut p = Planner::new(ws, now_ms, today);
    let mut gone = 0;
    for w in rows {
        if let Ok(true) = p.let_go(w) {
            gone += 1;
        }
    }
    p.finish(gone)
}

/// Those of `rows` (in the order of their arrival) whose time has come, at most `limit`. Their `held` records are loaded.
pub(crate) fn due_of(ws: &WorkingSet, rows: Vec<Waiting>, now_ms: i64, limit: usize) -> Vec<Waiting> {
    let due = |w: &Waiting| {
        let held = ws.records.get(&w.needs).and_then(Option::as_ref);
        held.is_some_and(|h| !h.deleted && until_ms(h) <= now_ms)
    };
    rows.into_iter().filter(due).take(limit).collect()
}

/// When a held message may go, ms since 1970.
fn until_ms(held: &Record) -> i64 {
    held.text(message::held::UNTIL).parse::<Stamp>().map_or(0, |s| s.utc_ms)
}

/// Whether it was not delivered when its time had come.
fn is_refused(held: &Record) -> bool {
    !held.deleted && held.fields.contains_key(message::held::REFUSED)
}

impl Planner<'_> {
    /// Whether what waits is a held message, or waits for one.
    pub(in super::super) fn is_held(&mut self, w: &Waiting) -> Look<bool> {
        let itself = self.find(w.needs)?.is_some_and(|r| r.kind == kinds::HELD && !r.deleted);
        Ok(itself || self.find(message::held_id(w.needs))?.is_some_and(|r| !r.deleted))
    }

    pub(super) fn hold_or_pass(
        &mut self,
        op: &Operation,
        record: &Record,
        author: Author,
    ) -> Look<Option<Outcome>> {
        // That others had it before a restore shows that it went at its time; one's own word for it does not.
        if self.due.contains(&op.op_id) || author.salvaged_by_another().is_some() {
            return Ok(None);
        }
        if self.find(message::held_id(op.record))?.is_some_and(|r| !r.deleted) {
            return Ok(Some(quarantined("record-exists")));
        }
        // Nothing overtakes a message whose time has come.
        let Some(of) = record.scope.owner() else { return Ok(None) };
        let Some(rows) = self.ws.room_held.get(&of) else {
            self.needs.room_held.insert(of);
            return Err(Missing);
        };
        for w in rows {
            self.let_go(w)?;
        }
        let Some(verdict) = self.judge(record, author)? else { return Ok(None) };
        let now_ms = self.now_ms;
        let until_ms = match verdict {
            Verdict::Pass => now_ms,
            Verdict::Held { until_ms } => until_ms,
        };
        // What the same person said before waits for the same people, and no longer than this one.
        let sender = Scope::User(author.by.staff.clone());
        for w in rows {
            if let Some(held) = self.still_held(w)?.filter(|h| h.scope == sender) {
                self.bring_forward(w, held, until_ms)?;
            }
        }
        match verdict {
            Verdict::Pass => Ok(None),
            Verdict::Held { until_ms } => self.hold(op, record, of, until_ms).map(Some),
        }
    }

    /// The `held` record of what has not gone yet.
    fn still_held(&mut self, w: &Waiting) -> Look<Option<Record>> {
        if self.due.contains(&w.op_id) || self.out.waiting_gone.contains(&w.op_id) {
            return Ok(None);
        }
        Ok(self.find(w.needs)?.filter(|r| r.kind == kinds::HELD && !r.deleted).cloned())
    }

    /// It goes at `at_ms` if it were to wait longer.
    fn bring_forward(&mut self, w: &Waiting, held: Record, at_ms: i64) -> Look<()> {
        if at_ms <= self.now_ms {
            return self.release(w, held);
        }
        if until_ms(&held) > at_ms {
            let mut shown = held.clone();
            shown.fields.insert(message::held::UNTIL.to_owned(), Stamp::japan(at_ms).to_string().into());
            self.office_put(shown, Some(held))?;
        }
        Ok(())
    }

    fn hold(&mut self, op: &Operation, record: &Record, of: RecordId, until_ms: i64) -> Look<Outcome> {
        let Some(sender) = message::author(record).cloned() else { return Ok(quarantined("op-unreadable")) };
        let scope = Scope::User(sender);
        let id = message::held_id(op.record);
        let fields = Fields::from([
            (message::held::MESSAGE.to_owned(), op.record.to_string().into()),
            (message::held::ROOM.to_owned(), of.to_string().into()),
            (message::held::TEXT.to_owned(), record.text(message::TEXT).into()),
            (message::held::UNTIL.to_owned(), Stamp::japan(until_ms).to_string().into()),
            (message::held::REASON.to_owned(), message::held::QUIET.into()),
            (message::held::FIELDS.to_owned(), Value::Object(record.fields.clone().into_iter().collect())),
        ]);
        let existing = self.find(id)?.cloned();
        self.office_put(made(id, kinds::HELD, scope.clone(), of, fields, self.now_ms), existing)?;
        let seq = self.out.records.get(&id).map_or(0, |r| r.seq);
        Ok(Outcome::Held { scope, seq, until_ms })
    }

    /// `false`: it still has to wait, or went before.
    fn let_go(&mut self, w: &Waiting) -> Look<bool> {
        let now_ms = self.now_ms;
        match self.still_held(w)?.filter(|held| until_ms(held) <= now_ms) {
            Some(held) => self.release(w, held).map(|()| true),
            None => Ok(false),
        }
    }

    fn release(&mut self, w: &Waiting, held: Record) -> Look<()> {
        self.due.insert(w.op_id);
        self.released.insert(w.op_id);
        self.retry(w)?;
        let refused = match self.decided.get(&w.op_id) {
            Some(Outcome::Quarantined { reason }) => Some(reason.clone()),
            Some(Outcome::Gone { .. }) => Some(GONE.to_owned()),
            _ => None,
        };
        match refused {
            Some(code) => self.refuse_hold(held, code),
            None => self.end_hold(held),
        }
    }

    /// Its sender hears of it by the `held` record, and decides.
    fn refuse_hold(&mut self, held: Record, code: String) -> Look<()> {
        let mut shown = held.clone();
        shown.fields.insert(message::held::REFUSED.to_owned(), code.into());
        self.office_put(shown, Some(held))?;
        Ok(())
    }

    /// Its sender sends a message again that was refused when its time had come: from now on it is as any other.
    pub(in super::super) fn sent_again(&mut self, op: &Operation, author: Author) -> Look<()> {
        let held = self.find(message::held_id(op.record))?.filter(|r| is_refused(r)).cloned();
        match held.filter(|h| h.scope == Scope::User(author.by.staff.clone())) {
            Some(held) => self.end_hold(held),
            None => Ok(()),
        }
    }

    fn end_hold(&mut self, held: Record) -> Look<()> {
        let op = office_op(held.id, held.seq);
        self.put(held.tombstone(), Some(held), op)?;
        Ok(())
    }

    /// A change or deletion of a message that is held. `None`: it is not.
    pub(in super::super) fn change_held(&mut self, op: &Operation, author: Author) -> Look<Option<Outcome>> {
        if self.find(op.record)?.is_some() {
            return Ok(None);
        }
        let Some(held) = self.find(message::held_id(op.record))?.filter(|r| !r.deleted).cloned() else {
            return Ok(None);
        };
        if held.scope != Scope::User(author.by.staff.clone()) {
            return Ok(Some(quarantined(chat::code::NOT_AUTHOR)));
        }
        let takes_back = match &op.body {
            OpBody::Delete => true,
            OpBody::Patch { fields, .. } => fields.get(message::UNSENT) == Some(&Value::Bool(true)),
            _ => return Ok(None),
        };
        if takes_back && is_refused(&held) {
            return self.bury(op, held).map(Some);
        }
        let Some(w) = self.kept_for(held.id)? else { return Ok(None) };
        let Some(mut older) = Incoming::parse(&w.bytes).and_then(|i| i.op) else { return Ok(None) };
        if takes_back {
            self.out.waiting.remove(&w.op_id);
            self.out.waiting_gone.push(w.op_id);
            self.redecide(w.op_id, Outcome::Voided);
            return self.bury(op, held).map(Some);
        }
        if !merge::coalesce(&mut older, op) {
            return Ok(None);
        }
        // Nobody has seen it: there is nothing that was edited.
        if let OpBody::Create { fields, .. } = &mut older.body {
            fields.remove(message::EDITED_AT);
        }
        if let Some(reason) = chat::refuse(&older, None, author.by.staff, author.rights, self.today) {
            return Ok(Some(quarantined(reason)));
        }
        let OpBody::Create { fields, .. } = &older.body else { return Ok(None) };
        let mut shown = held.clone();
        let text = fields.get(message::TEXT).cloned().unwrap_or_else(|| "".into());
        shown.fields.insert(message::held::TEXT.to_owned(), text);
        let whole = Value::Object(fields.clone().into_iter().collect());
        shown.fields.insert(message::held::FIELDS.to_owned(), whole);
        let Ok(bytes) = serde_json::to_vec(&older) else { return Ok(Some(quarantined("op-unreadable"))) };
        let (scope, until_ms) = (held.scope.clone(), until_ms(&held));
        self.out.waiting.insert(w.op_id, Waiting { bytes, ..w });
        self.office_put(shown, Some(held.clone()))?;
        let seq = self.out.records.get(&held.id).map_or(held.seq, |r| r.seq);
        Ok(Some(Outcome::Held { scope, seq, until_ms }))
    }

    /// The kept operation of a held message, as this plan has left it.
    fn kept_for(&mut self, held: RecordId) -> Look<Option<Waiting>> {
        if let Some(w) = self.out.waiting.values().find(|w| w.needs == held) {
            return Ok(Some(w.clone()));
        }
        let Some(rows) = self.ws.waiting.get(&held) else {
            self.needs.waiting.insert(held);
            return Err(Missing);
        };
        Ok(rows.iter().find(|w| !self.out.waiting_gone.contains(&w.op_id)).cloned())
    }

    /// The message is never born: its end stands in the sender's own scope, and what hangs on it finds that.
    fn bury(&mut self, op: &Operation, held: Record) -> Look<Outcome> {
        let scope = held.scope.clone();
        let end = Record {
            id: op.record,
            kind: kinds::MESSAGE.to_owned(),
            scope: scope.clone(),
            parent: None,
            born_seq: 0,
            seq: 0,
            deleted: true,
            created: None,
            received_ms: self.now_ms,
            fields: Fields::new(),
            revs: BTreeMap::new(),
        };
        self.end_hold(held)?;
        let seq = self.put(end, None, op.op_id)?;
        Ok(Outcome::Applied { scope, seq })
    }
}
