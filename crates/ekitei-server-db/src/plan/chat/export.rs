//! Copies of rooms: who allowed one and who took it, as the office writes it down. Both stand in its log with the person.

use super::super::{LogRow, Look, Planned, Planner, WorkingSet, office_op};
use crate::rows::{Caller, ExportStep};
use ekitei_model::chat::{export, message};
use ekitei_model::{Outcome, RecordId, Stamp, kinds};
use serde_json::{Value, json};

/// `Err`: why not.
pub(crate) fn export_step(
    ws: &WorkingSet,
    caller: &Caller,
    id: RecordId,
    step: &ExportStep,
    now_ms: i64,
) -> Planned<Result<(), &'static str>> {
    let mut p = Planner::new(ws, now_ms, &caller.today);
    // What is missing has been noted: the answer does not count then.
    let done = p.export_step(caller, id, step).unwrap_or(Ok(()));
    p.finish(done)
}

impl Planner<'_> {
    fn export_step(
        &mut self,
        caller: &Caller,
        id: RecordId,
        step: &ExportStep,
    ) -> Look<Result<(), &'static str>> {
        let not_allowed = Ok(Err("not-allowed"));
        let found = self.find(id)?.filter(|r| r.kind == kinds::ROOM_EXPORT && !r.deleted).cloned();
        let Some(of) = found else { return not_allowed };
        let Some(who) = self.staff(&caller.staff)? else { return not_allowed };
        let at = Stamp::japan(self.now_ms).to_string();
        let fields: Vec<(String, Value)> = match step {
            ExportStep::Approve => {
                let Some(asker) = message::author(&of) else { return not_allowed };
                let Some(asker) = self.staff(asker)? else { return not_allowed };
                if let Some(code) = export::refuse_approval(&of, asker, who, self.today) {
                    return Ok(Err(code));
                }
                // The first word stands.
                if export::is_approved(&of) {
                    return Ok(Ok(()));
                }
                let by = (export::APPROVED_BY.to_owned(), who.id.as_str().into());
                vec![by, (export::APPROVED_AT.to_owned(), at.into())]
            }
            ExportStep::Take { sha256 } => {
                if !export::may_take(&of, who, self.today) {
                    return not_allowed;
                }
                let time = json!({
                    export::taken::BY: who.id, export::taken::AT: at, export::taken::SHA256: sha256
                });
                vec![(export::TAKEN.to_owned(), export::taken_again(&of, time))]
            }
        };
        self.office_set(id, fields)?;
        let seq = self.out.records.get(&id).map_or(of.seq, |r| r.seq);
        self.out.log.push(LogRow {
            op_id: office_op(id, of.seq),
            device: caller.device,
            staff: caller.staff.clone(),
            place: None,
            record: Some(id),
            at_ms: self.now_ms,
            outcome: Outcome::Applied { scope: of.scope, seq },
        });
        Ok(Ok(()))
    }
}
