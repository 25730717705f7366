use super::{Pending, at_office, author, reference, stamp_of};
use crate::bridge::views::{PhotoView, Progress, VariantView};
use ekitei_model::Record;
use ekitei_model::kinds::{Variant, photo as field};
use ekitei_report::marks::{Board, Marks};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// What this phone has and does about the files of one photo.
#[derive(Clone, Debug, Default)]
pub struct PhotoFiles {
    /// Still to send; the flag tells that it is parked.
    pub uploads: BTreeMap<Variant, bool>,
    /// Sealed files that lie on this phone.
    pub on_phone: Vec<Variant>,
}

impl PhotoFiles {
    /// The file is on the phone and nothing of it is left to send.
    pub fn has_sent(&self, variant: Variant) -> bool {
        self.on_phone.contains(&variant) && !self.uploads.contains_key(&variant)
    }
}

pub fn photo(record: &Record, pending: Pending, files: &PhotoFiles) -> PhotoView {
    let amount = |name: &str| record.fields.get(name).and_then(Value::as_u64).unwrap_or(0);
    let side = |name: &str| u32::try_from(amount(name)).unwrap_or(0);
    let degrees = |name: &str| record.fields.get(name).and_then(Value::as_f64);
    let filed = record.text(field::FILED);
    let (marks, board) = (layer::<Marks>(record, field::MARKS), layer::<Board>(record, field::BOARD));
    let variants: Vec<VariantView> = Variant::ALL
        .into_iter()
        .filter(|v| !record.text(&field::sha256(*v)).is_empty())
        .map(|variant| VariantView {
            variant,
            progress: variant_progress(record, pending, files, variant),
            bytes: amount(&field::bytes(variant)),
            on_phone: files.on_phone.contains(&variant),
        })
        .collect();
    PhotoView {
        id: record.id,
        case: record.scope.case(),
        visit: reference(record, field::VISIT),
        note: reference(record, field::NOTE),
        caption: record.text(field::CAPTION).to_owned(),
        taken_at: stamp_of(record, field::TAKEN_AT),
        width: side(field::WIDTH),
        height: side(field::HEIGHT),
        lat: degrees(field::LAT),
        lon: degrees(field::LON),
        author: author(record),
        progress: variant_progress(record, pending, files, Variant::Original),
        variants,
        item: text_field(record, field::ITEM),
        role: text_field(record, field::ROLE),
        unreadable: marks.is_err() || board.is_err(),
        marks: marks.ok().flatten().unwrap_or_default(),
        board: board.ok().flatten(),
        filed: (!filed.is_empty()).then(|| filed.to_owned()),
        already_there: false,
    }
}

/// `Err`: there is one, and it is not understood.
fn layer<T: DeserializeOwned>(record: &Record, name: &str) -> Result<Option<T>, serde_json::Error> {
    let value = record.fields.get(name).filter(|v| !v.is_null()).cloned();
    value.map(serde_json::from_value).transpose()
}

fn text_field(record: &Record, field: &str) -> Option<String> {
    Some(record.text(field)).filter(|t| !t.is_empty()).map(str::to_owned)
}

fn variant_progress(record: &Record, pending: Pending, files: &PhotoFiles, variant: Variant) -> Progress {
    let arrived = !record.text(&field::arrived(variant)).is_empty();
    if files.uploads.get(&variant) == Some(&true) || (pending.parked && !arrived) {
        Progress::Parked
    } else if !arrived {
        Progress::Waiting
    } else {
        // Only the original is filed; a copy is at the office when it has arrived.
        at_office(record).filter(|_| variant == Variant::Original).unwrap_or(Progress::Arrived)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn record(extra: &Value) -> Record {
        let mut fields = json!({"caption": "c", "taken_at": "2026-11-21T10:05:00.000+09:00", "width": 4000, "height": 3000,
            "sha256.original": "aa", "bytes.original": 5, "sha256.thumb": "bb", "bytes.thumb": 1});
        fields.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        serde_json::from_value(json!({"id": "01890000-0000-7000-8000-000000000002", "kind": "photo",
            "scope": "case:01890000-0000-7000-8000-000000000001", "born_seq": 1, "seq": 1, "fields": fields}))
        .unwrap()
    }

    #[test]
    fn a_photo_walks_from_waiting_to_filed() {
        let of = |extra: Value, pending, files: &PhotoFiles| photo(&record(&extra), pending, files).progress;
        let (none, files) = (Pending::default(), PhotoFiles::default());
        let parked = PhotoFiles { uploads: BTreeMap::from([(Variant::Original, true)]), ..files.clone() };
        assert_eq!(of(json!({}), none, &files), Progress::Waiting);
        assert_eq!(of(json!({}), none, &parked), Progress::Parked);
        assert_eq!(of(json!({"office.thumb_at": "x"}), none, &files), Progress::Waiting);
        assert_eq!(of(json!({"office.original_at": "x"}), none, &files), Progress::Arrived);
        assert_eq!(
            of(json!({"office.original_at": "x", "office.filed_at": "x"}), none, &files),
            Progress::Filed
        );
        assert_eq!(
            of(json!({"office.original_at": "x", "office.kept_at": "x"}), none, &files),
            Progress::Kept
        );
    }

    #[test]
    fn a_layer_that_is_not_understood_is_told() {
        let of = |extra: Value| photo(&record(&extra), Pending::default(), &PhotoFiles::default());
        let area = json!({"from": {"x": 0.1, "y": 0.2}, "to": {"x": 0.5, "y": 0.6}});
        let view = of(json!({"marks": {"marks": [{"kind": "black_out", "area": area}]}}));
        assert_eq!((view.marks.marks.len(), view.unreadable), (1, false));
        let newer = of(json!({"marks": {"marks": [{"kind": "veil", "area": area}]}}));
        assert_eq!((newer.marks.marks.len(), newer.unreadable), (0, true));
        assert!(of(json!({"board": {"case": 1}})).unreadable);
        assert!(!of(json!({"board": null})).unreadable);
    }

    #[test]
    fn only_variants_that_exist_are_listed() {
        let view =
            photo(&record(&json!({"office.original_at": "x"})), Pending::default(), &PhotoFiles::default());
        assert_eq!(
            view.variants.iter().map(|v| v.variant).collect::<Vec<_>>(),
            [Variant::Thumb, Variant::Original]
        );
    }
}
