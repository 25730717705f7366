use super::{Pending, author, progress, reference, stamp_field, stamp_of};
use crate::bridge::views::NoteView;
use ekitei_model::Record;
use ekitei_model::kinds::note as field;

pub fn note(record: &Record, pending: Pending, conflicted: bool) -> NoteView {
    let template = record.text(field::TEMPLATE);
    NoteView {
        id: record.id,
        case: record.scope.case(),
        visit: reference(record, field::VISIT),
        title: record.text(field::TITLE).to_owned(),
        text: record.text(field::TEXT).to_owned(),
        strokes: record.fields.get(field::STROKES).cloned(),
        template: (!template.is_empty()).then(|| template.to_owned()),
        written_at: stamp_of(record, field::WRITTEN_AT),
        finished_at: stamp_field(record, field::FINISHED_AT),
        author: author(record),
        progress: progress(record, pending),
        conflicted,
    }
}
