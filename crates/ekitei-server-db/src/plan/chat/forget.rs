//! Retention of a room: messages whose time is over become tombstones with everything that hangs on them. What is pinned
//! stays, and what became a record of a case (an answer, a shared photo) is the case's.

use super::super::{Look, Missing, Planned, Planner, WorkingSet, office_op};
use ekitei_model::chat::message::{self, urgent_use};
use ekitei_model::chat::room;
use ekitei_model::{Record, RecordId, Stamp, kinds};
use serde_json::Value;

/// Answers to a call that one step takes.
pub(crate) const ANSWERS_AT_ONCE: usize = 500;

/// What one step did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Forgetting {
    pub messages: u64,
    /// Go on behind this `born_seq`; `None`: what follows is younger, or nothing follows.
    pub next: Option<u64>,
    /// Records that are to leave no content behind.
    pub emptied: Vec<RecordId>,
}

enum Step {
    /// Not of the time that is over; neither is what follows.
    Young,
    /// Pinned, or gone already.
    Stays,
    Gone,
    /// A call with more answers than one step takes.
    Partly,
}

/// `said`: messages and calls of the room in the order of their birth; `full`: there may be more behind them.
pub(crate) fn forget(
    ws: &WorkingSet,
    of: RecordId,
    said: &[(RecordId, u64)],
    full: bool,
    before_ms: i64,
    now_ms: i64,
) -> Planned<Forgetting> {
    let mut p = Planner::new(ws, now_ms, "");
    let mut out = Forgetting::default();
    let mut ended = !full;
    for (id, born_seq) in said {
        match p.forget_one(*id, before_ms, &mut out.emptied) {
            // It has been noted; the others still say what they lack.
            Err(Missing) => continue,
            Ok(Step::Young) => {
                ended = true;
                break;
            }
            Ok(Step::Partly) => {
                ended = false;
                out.next = Some(born_seq - 1);
                break;
            }
            Ok(Step::Gone) => out.messages += 1,
            Ok(Step::Stays) => {}
        }
        out.next = Some(*born_seq);
    }
    if ended {
        out.next = None;
    }
    if out.messages > 0 {
        // What is missing has been noted.
        let _ = p.note_forgotten(of, out.messages, before_ms);
    }
    p.finish(out)
}

impl Planner<'_> {
    fn forget_one(&mut self, id: RecordId, before_ms: i64, emptied: &mut Vec<RecordId>) -> Look<Step> {
        let Some(m) = self.find(id)?.filter(|r| !r.deleted).cloned() else { return Ok(Step::Stays) };
        if m.received_ms >= before_ms {
            return Ok(Step::Young);
        }
        let Some(hanging) = self.ws.hanging.get(&id) else {
            self.needs.hanging.insert(id);
            return Err(Missing);
        };
        if hanging.iter().any(|r| r.kind == kinds::PIN && !r.flag(message::pin::OFF)) {
            return Ok(Step::Stays);
        }
        let mut ends = hanging.clone();
        let mut whole = true;
        if m.kind == kinds::CALL {
            let Some(answers) = self.ws.answers.get(&id) else {
                self.needs.answers.insert(id);
                return Err(Missing);
            };
            whole = answers.len() < ANSWERS_AT_ONCE;
            ends.extend(answers.iter().cloned());
        }
        // What was shown to its sender while it waited, and to the heads of the sections, says the same.
        let held = message::held_id(id);
        if self.find(held)?.is_some() {
            emptied.push(held);
        }
        if let Some(urgent) = self.find(message::urgent_use_id(id))?.filter(|r| !r.deleted).cloned() {
            for section in urgent.list(urgent_use::ALSO) {
                let also = message::urgent_use_also_id(id, &section);
                ends.extend(self.find(also)?.filter(|r| !r.deleted).cloned());
            }
            ends.push(urgent);
        }
        if whole {
            ends.push(m);
        }
        for r in ends {
            emptied.push(r.id);
            self.end(r)?;
        }
        Ok(if whole { Step::Gone } else { Step::Partly })
    }

    fn end(&mut self, r: Record) -> Look<()> {
        let op = office_op(r.id, r.seq);
        self.put(r.tombstone(), Some(r), op)?;
        Ok(())
    }

    /// The room says that something is gone, and how much; never what.
    fn note_forgotten(&mut self, of: RecordId, messages: u64, before_ms: i64) -> Look<()> {
        let before =
            self.find(of)?.and_then(|r| r.fields.get(room::PURGED)).and_then(Value::as_u64).unwrap_or(0);
        let fields = vec![
            (room::PURGED.to_owned(), (before + messages).into()),
            (room::PURGED_TO.to_owned(), Stamp::japan(before_ms).to_string().into()),
        ];
        self.office_set(of, fields)?;
        Ok(())
    }
}
