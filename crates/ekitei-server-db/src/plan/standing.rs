//! Conflict records say who wrote the value that stood, so that a phone, which has no log, can show it.

use super::{Look, Missing, Planner};
use crate::rows::{Author, office_device};
use crate::words;
use ekitei_model::kinds::conflict;
use ekitei_model::{Record, RecordId, Stamp};

impl Planner<'_> {
    /// Completes the open conflict records of this plan.
    pub(super) fn name_standing(&mut self) -> Look<()> {
        let open: Vec<RecordId> =
            self.out.records.values().filter(|r| words::unresolved(r)).map(|r| r.id).collect();
        let mut whole = Ok(());
        for id in open {
            if self.name_one(id).is_err() {
                // The others still say what they lack.
                whole = Err(Missing);
            }
        }
        whole
    }

    fn name_one(&mut self, id: RecordId) -> Look<()> {
        let Some(record) = self.out.records.get(&id).cloned() else { return Ok(()) };
        let Some(parent) = record.parent else { return Ok(()) };
        let Some(parent) = self.find(parent)?.cloned() else { return Ok(()) };
        let Some(rev) = parent.rev(record.text(conflict::FIELD)) else { return Ok(()) };
        let author = if rev.device == office_device() { None } else { self.author_of(&parent, rev.op)? };
        if let Some(record) = self.out.records.get_mut(&id) {
            record.fields.insert(conflict::THEIRS_OP.to_owned(), rev.op.to_string().into());
            for name in [conflict::THEIRS_STAFF, conflict::THEIRS_AT] {
                record.fields.remove(name);
            }
            if let Some(author) = author {
                let at = Stamp::japan(author.at_ms).to_string();
                record.fields.insert(conflict::THEIRS_STAFF.to_owned(), author.staff.as_str().into());
                record.fields.insert(conflict::THEIRS_AT.to_owned(), at.into());
            }
        }
        Ok(())
    }

    fn author_of(&mut self, parent: &Record, op: ekitei_model::OpId) -> Look<Option<Author>> {
        if let Some(made) = parent.created.as_ref().filter(|c| c.op == op) {
            return Ok(Some(Author { staff: made.staff.clone(), at_ms: made.at.utc_ms }));
        }
        if let Some(row) = self.out.log.iter().find(|l| l.op_id == op) {
            return Ok(Some(Author { staff: row.staff.clone(), at_ms: row.at_ms }));
        }
        match self.ws.authors.get(&op) {
            Some(known) => Ok(known.clone()),
            None => {
                self.needs.authors.insert(op);
                Err(Missing)
            }
        }
    }
}
