//! How much may hang on one message.

use super::super::{Look, Missing, Planner};
use ekitei_model::chat::message::{self, file};
use ekitei_model::record::Fields;
use ekitei_model::{Record, RecordId, kinds};
use serde_json::Value;

fn bytes_of(fields: &Fields) -> u64 {
    fields.get(file::BYTES).and_then(Value::as_u64).unwrap_or(0)
}

impl Planner<'_> {
    /// Whether a file is too much beside those that hang on its message already.
    pub(super) fn overloads(&mut self, own: RecordId, to: RecordId, fields: &Fields) -> Look<bool> {
        let Some(stored) = self.ws.attached.get(&to) else {
            self.needs.attached.insert(to);
            return Err(Missing);
        };
        let living = |r: &&Record| r.kind == kinds::FILE && !r.deleted && r.id != own;
        let planned = self.out.records.values().filter(|r| r.parent == Some(to));
        let kept = stored.iter().filter(|r| !self.out.records.contains_key(&r.id));
        let there: u64 = planned.chain(kept).filter(living).map(|r| bytes_of(&r.fields)).sum();
        Ok(there + bytes_of(fields) > message::MAX_FILES_BYTES)
    }
}
