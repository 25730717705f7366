//! What the office itself writes into records: arrival of bytes, filing, backup; and the jobs that follow.

use super::{Look, NewJob, Planned, Planner, WorkingSet, office_op, office_rev};
use crate::rows::{JobEffect, JobKind};
use ekitei_model::kinds::{self, Variant, inspection, note, photo};
use ekitei_model::{Record, RecordId, Rev, Stamp};
use serde_json::Value;

impl Planner<'_> {
    /// Brings `office.<variant>_at` in line with the bytes that are here. Returns whether anything changed.
    pub(super) fn note_arrivals(&mut self, record: &mut Record, rev: Rev) -> Look<bool> {
        let Some(here) = self.ws.arrivals.get(&record.id) else {
            self.needs.arrivals.insert(record.id);
            return Err(super::Missing);
        };
        let brought = self.out.arrivals.iter().filter(|(of, _)| *of == record.id).map(|(_, a)| a);
        let here: Vec<_> = here.iter().chain(brought).collect();
        let mut changed = false;
        for variant in Variant::ALL {
            let wanted = kinds::hash_of(record, variant).to_owned();
            let found =
                here.iter().find(|a| a.variant == variant && !wanted.is_empty() && a.sha256 == wanted);
            let field = photo::arrived(variant);
            match (found, record.fields.contains_key(&field)) {
                (Some(a), false) => {
                    record.fields.insert(field.clone(), Stamp::japan(a.stored_ms).to_string().into());
                }
                (None, true) => {
                    record.fields.remove(&field);
                }
                _ => continue,
            }
            record.revs.insert(field, rev);
            changed = true;
        }
        Ok(changed)
    }

    /// Jobs that the newest version of a record asks for. Keys make them once for ever.
    pub(super) fn make_jobs(&mut self, id: RecordId, prior: Option<&Record>, seq: u64) {
        let Some(record) = self.out.records.get(&id) else { return };
        if record.deleted || record.scope.case().is_none() {
            return;
        }
        // Papers that lie in the folder must not go on showing what is blacked out now. The job looks whether there are any.
        if let Some(parent) = record.parent
            && record.kind == kinds::PHOTO
            && prior.is_some_and(|p| black_outs(p) != black_outs(record))
        {
            let key = format!("file_inspection:{parent}:{seq}");
            self.out.jobs.push(NewJob { kind: JobKind::FileInspection, key, record: parent });
        }
        let job = match record.kind.as_str() {
            kinds::PHOTO if record.fields.contains_key(&photo::arrived(Variant::Original)) => {
                NewJob { kind: JobKind::FilePhoto, key: format!("file_photo:{id}"), record: id }
            }
            kinds::NOTE if finished_anew(record, prior) => {
                NewJob { kind: JobKind::FileNote, key: format!("file_note:{id}:{seq}"), record: id }
            }
            kinds::INSPECTION if asks_for_papers(record, prior) => NewJob {
                kind: JobKind::FileInspection,
                key: format!("file_inspection:{id}:{seq}"),
                record: id,
            },
            _ => return,
        };
        // A photo keeps its arrival through later changes; its job was made when the original came.
        let arrived_before = prior.is_some_and(|p| p.fields.contains_key(&photo::arrived(Variant::Original)));
        if (job.kind != JobKind::FilePhoto || !arrived_before) && !self.out.jobs.contains(&job) {
            self.out.jobs.push(job);
        }
    }

    /// Sets fields in the office's name; `null` values are not expected. Returns whether anything changed.
    pub(super) fn office_set(&mut self, id: RecordId, fields: Vec<(String, Value)>) -> Look<bool> {
        let Some(prior) = self.find(id)?.filter(|r| !r.deleted).cloned() else { return Ok(false) };
        let mut record = prior.clone();
        let rev = office_rev(id, prior.seq);
        for (name, value) in fields {
            if record.fields.get(&name) != Some(&value) {
                record.fields.insert(name.clone(), value);
                record.revs.insert(name, rev);
            }
        }
        if record.fields == prior.fields {
            return Ok(false);
        }
        self.put(record, Some(prior), rev.op)?;
        Ok(true)
    }
}

/// A living photo or file.
pub(super) fn has_bytes(record: &Record) -> bool {
    (record.kind == kinds::PHOTO || record.kind == kinds::FILE) && !record.deleted
}

/// It is new, or names other bytes than before.
pub(super) fn sha_changed(record: &Record, prior: Option<&Record>) -> bool {
    Variant::ALL.iter().any(|v| kinds::hash_of(record, *v) != prior.map_or("", |p| kinds::hash_of(p, *v)))
}

/// The areas of a photo that are blacked out, as its layer has them.
fn black_outs(record: &Record) -> Vec<&Value> {
    let marks =
        record.fields.get(photo::MARKS).and_then(|layer| layer.get("marks")).and_then(Value::as_array);
    marks.into_iter().flatten().filter(|mark| mark.get("kind").is_some_and(|k| k == "black_out")).collect()
}

fn finished_anew(record: &Record, prior: Option<&Record>) -> bool {
    let now = record.text(note::FINISHED_AT);
    !now.is_empty() && prior.is_none_or(|p| p.text(note::FINISHED_AT) != now)
}

/// It goes to the head, is accepted, or says something else since it went there (an accepted amendment).
fn asks_for_papers(record: &Record, prior: Option<&Record>) -> bool {
    use ekitei_model::inspection::{State, is_content};
    let now = State::of(record);
    if !matches!(now, State::Circulated | State::Accepted) {
        return false;
    }
    let Some(prior) = prior else { return true };
    let content = |r: &Record| -> Vec<(String, Value)> {
        r.fields.iter().filter(|(name, _)| is_content(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
    };
    State::of(prior) != now || content(record) != content(prior)
}

/// Bytes of a record have arrived (they are among the working set's arrivals already).
pub(crate) fn arrived(ws: &WorkingSet, record: RecordId, now_ms: i64) -> Planned<()> {
    let mut p = Planner::new(ws, now_ms, "");
    let step = |p: &mut Planner| -> Look<()> {
        let Some(prior) = p.find(record)?.filter(|r| has_bytes(r)).cloned() else {
            return Ok(());
        };
        let mut next = prior.clone();
        let rev = office_rev(record, prior.seq);
        if p.note_arrivals(&mut next, rev)? {
            let seq = p.put(next, Some(prior.clone()), rev.op)?;
            p.make_jobs(record, Some(&prior), seq);
        }
        Ok(())
    };
    let _ = step(&mut p);
    let _ = p.pass_on(record);
    p.finish(())
}

/// What a finished job writes.
pub(crate) fn job_effect(ws: &WorkingSet, record: RecordId, effect: &JobEffect, now_ms: i64) -> Planned<()> {
    let text = |at_ms: i64| Value::from(Stamp::japan(at_ms).to_string());
    let fields: Vec<(String, Value)> = match effect {
        JobEffect::Filed { path, at_ms } => {
            vec![(photo::FILED.into(), path.as_str().into()), (photo::FILED_AT.into(), text(*at_ms))]
        }
        JobEffect::Kept { at_ms } => vec![(photo::KEPT_AT.into(), text(*at_ms))],
        JobEffect::NoteFiled { path, at_ms, version } => vec![
            (note::FILED.into(), path.as_str().into()),
            (note::FILED_AT.into(), text(*at_ms)),
            (note::FILED_VERSIONS.into(), (*version).into()),
        ],
        JobEffect::InspectionFiled { paths, at_ms, version, content, .. } => vec![
            (inspection::FILED.into(), paths.clone().into()),
            (inspection::FILED_AT.into(), text(*at_ms)),
            (inspection::FILED_VERSIONS.into(), (*version).into()),
            (inspection::FILED_CONTENT.into(), content.as_str().into()),
        ],
        JobEffect::Nothing => Vec::new(),
    };
    let mut p = Planner::new(ws, now_ms, "");
    let mut fields = fields;
    if let JobEffect::InspectionFiled { paths, bare, .. } = effect {
        match p.find(record) {
            Ok(Some(prior)) => fields.extend(replaced(prior, paths, *bare)),
            Ok(None) => {}
            Err(_) => return p.finish(()),
        }
    }
    if !fields.is_empty() {
        let _ = p.office_set(record, fields);
    }
    p.finish(())
}

/// Papers that newer ones stand for now.
fn replaced(prior: &Record, paths: &[String], bare: bool) -> Vec<(String, Value)> {
    let mut before = prior.list(inspection::FILED_BEFORE);
    for path in prior.list(inspection::FILED) {
        if !paths.contains(&path) && !before.contains(&path) {
            before.push(path);
        }
    }
    let mut out = Vec::new();
    if !before.is_empty() {
        if bare {
            out.push((inspection::FILED_BARE.to_owned(), before.clone().into()));
        }
        out.push((inspection::FILED_BEFORE.to_owned(), before.into()));
    }
    out
}

/// The originals of these photos are in a backup.
pub(crate) fn backed_up(ws: &WorkingSet, photos: &[RecordId], at_ms: i64) -> Planned<()> {
    let mut p = Planner::new(ws, at_ms, "");
    for id in photos {
        let done = match p.find(*id) {
            Ok(Some(r)) => r.fields.contains_key(photo::BACKED_UP_AT),
            Ok(None) => true,
            Err(_) => continue,
        };
        if !done {
            let _ =
                p.office_set(*id, vec![(photo::BACKED_UP_AT.into(), Stamp::japan(at_ms).to_string().into())]);
        }
    }
    p.finish(())
}

/// An import or projection writes a record as a whole: new, changed (returns `true`) or as it was.
impl Planner<'_> {
    pub(super) fn office_put(&mut self, mut wanted: Record, existing: Option<Record>) -> Look<bool> {
        let Some(prior) = existing else {
            let op = office_op(wanted.id, 0);
            self.put(wanted, None, op)?;
            return Ok(true);
        };
        if !prior.deleted && prior.fields == wanted.fields {
            return Ok(false);
        }
        let rev = office_rev(prior.id, prior.seq);
        if !prior.deleted {
            wanted.created.clone_from(&prior.created);
            wanted.revs.clone_from(&prior.revs);
            for name in wanted.fields.keys().chain(prior.fields.keys()) {
                if wanted.fields.get(name) != prior.fields.get(name) {
                    wanted.revs.insert(name.clone(), rev);
                }
            }
        }
        self.put(wanted, Some(prior), rev.op)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn only_black_outs_count() {
        let of = |marks: Value| -> Record {
            let fields = json!({"marks": {"marks": marks}});
            serde_json::from_value(json!({"id": "01890000-0000-7000-8000-000000000002", "kind": "photo",
                "scope": "case:01890000-0000-7000-8000-000000000001", "born_seq": 1, "seq": 1, "fields": fields}))
            .unwrap()
        };
        let out =
            |x: f64| json!({"kind": "black_out", "area": {"from": {"x": x, "y": 0}, "to": {"x": 1, "y": 1}}});
        let arrow = json!({"kind": "arrow", "from": {"x": 0, "y": 0}, "to": {"x": 1, "y": 1}});
        let differ = |a: Value, b: Value| black_outs(&of(a)) != black_outs(&of(b));
        assert!(differ(json!([]), json!([out(0.1)])));
        assert!(differ(json!([out(0.2)]), json!([out(0.1)])));
        assert!(!differ(json!([out(0.1)]), json!([arrow, out(0.1)])));
        assert!(!differ(json!("x"), json!([])));
    }
}
