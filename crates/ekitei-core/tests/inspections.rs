//! An inspection on the phone, without a line: begun, answered, killed, finished, opened again.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod common;

use common::{Phone, SECTION};
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_core::bridge::views::*;
use ekitei_forms::facade::{Call, Reply};
use ekitei_model::inspection::State;
use ekitei_model::kinds::{self, form_version};
use ekitei_model::{Record, RecordId, Scope};
use serde_json::{Value, json};

const GRAVEL_PIT: &str = include_str!("../../../assets/forms/gravel-pit.json");

fn form() -> RecordId {
    RecordId::derived(&["form"])
}

/// The published gravel-pit sheet, as a pull brings it.
fn published(seq: u64, version: u64, definition: Value) -> Record {
    let scope = Scope::Section(SECTION.into());
    serde_json::from_value(json!({
        "id": kinds::form_version_id(form(), version, &scope), "kind": kinds::FORM_VERSION, "scope": scope,
        "born_seq": seq, "seq": seq,
        "created": {"op": RecordId::derived(&["op", &seq.to_string()]), "device": RecordId::derived(&["office"]),
                    "staff": "s009", "at": "2026-11-01T09:00:00.000+09:00"},
        "fields": {form_version::FORM: form(), form_version::VERSION: version, form_version::TITLE: "採取場検査調書",
                   form_version::DEFINITION: definition}
    }))
    .unwrap()
}

struct Field {
    phone: Phone,
    core: Core,
    case: RecordId,
    visit: RecordId,
    form_version: RecordId,
}

/// On site, unlocked, with the published form and a visit.
fn on_site(definition: Value) -> Field {
    let phone = Phone::enrolled();
    let version = published(10, 1, definition);
    phone.receive(&Scope::Section(SECTION.into()), std::slice::from_ref(&version));
    let core = phone.open();
    let case = core.case_list(CaseListArgs { filter: String::new(), followed_only: false }).unwrap()[0].id;
    let planned_at = "2026-11-21T09:00:00.000+09:00".parse().unwrap();
    let visit = core
        .visit_create(VisitCreateArgs {
            case,
            title: "定期検査".into(),
            planned_at,
            people: Vec::new(),
            forms: Vec::new(),
        })
        .unwrap()
        .id;
    Field { phone, core, case, visit, form_version: version.id }
}

fn gravel_pit() -> Value {
    serde_json::from_str(GRAVEL_PIT).unwrap()
}

fn small() -> Value {
    json!({"id": "small", "version": 1, "title": "点検", "items": [
        {"id": "fence", "type": "ruling", "label": "柵", "required": true, "fail_needs_finding": true, "fail_needs_photo": true},
        {"id": "deep", "type": "integer", "label": "深さ", "relevant": "${fence} = 'fail'"},
        {"id": "score", "type": "calculate", "calculate": "if(${fence} = 'ok', 1, 0)"},
        {"id": "sign", "type": "signature", "label": "署名"}
    ]})
}

impl Field {
    fn begin(&self) -> InspectionView {
        let args =
            InspectionBeginArgs { case: self.case, visit: Some(self.visit), form_version: self.form_version };
        self.core.inspection_begin(args).unwrap()
    }

    fn set(&self, id: RecordId, key: &str, answer: Value) -> Reply {
        self.call(id, Call::Set { key: key.into(), answer, now: None }).unwrap()
    }

    fn call(&self, id: RecordId, call: Call) -> Result<Reply, ekitei_model::Fault> {
        self.core.inspection_call(InspectionCallArgs { id, call })
    }

    fn answer(&self, id: RecordId, key: &str) -> Value {
        let Reply::Form(view) = self.call(id, Call::View).unwrap() else { panic!("a view") };
        for page in view.pages {
            let Reply::Page(page) = self.call(id, Call::Page { page: page.page }).unwrap() else {
                panic!("a page")
            };
            if let Some(item) = page.items.iter().find(|i| i.key.0 == key) {
                return item.answer.clone();
            }
        }
        panic!("no question {key}")
    }

    /// The app is killed and opened again.
    fn killed(self) -> Self {
        drop(self.core);
        Self { core: self.phone.open(), ..self }
    }

    fn waiting_ops(&self) -> usize {
        self.core.queue(Nothing {}).unwrap().rows.iter().filter(|r| r.what == "inspection").count()
    }
}

#[test]
fn two_taps_begin_one_inspection_and_the_form_stays_the_one_it_was_begun_with() {
    let field = on_site(small());
    let first = field.begin();
    assert_eq!(field.begin().row.id, first.row.id);
    assert_eq!(first.form.unwrap().version, 1);
    let forms = field.core.visit_forms(RecordRef { id: field.visit }).unwrap();
    assert_eq!(forms.len(), 1);
    assert_eq!(forms[0].inspection.as_ref().unwrap().state, State::Draft);
    // A newer version is published: new ones use it, this one does not.
    let mut newer = small();
    newer["version"] = json!(2);
    newer["items"].as_array_mut().unwrap().remove(1);
    field.phone.receive(&Scope::Section(SECTION.into()), &[published(11, 2, newer)]);
    let field = field.killed();
    assert_eq!(field.core.form_list(Nothing {}).unwrap()[0].version, 2);
    let view = field.core.inspection_get(RecordRef { id: first.row.id }).unwrap();
    assert_eq!(view.form.unwrap().version, 1);
}

#[test]
fn every_answer_survives_a_kill_also_hidden_ones_and_travels_folded() {
    let field = on_site(small());
    let id = field.begin().row.id;
    field.set(id, "fence", json!("fail"));
    field.set(id, "deep", json!("１２"));
    field.set(id, "fence", json!("ok"));
    assert_eq!(field.waiting_ops(), 1, "unsent answers are one operation");
    let field = field.killed();
    assert_eq!(field.answer(id, "fence"), "ok");
    field.set(id, "fence", json!("fail"));
    assert_eq!(field.answer(id, "deep"), 12, "a hidden answer comes back");
    let refused = field.call(id, Call::Set { key: "deep".into(), answer: json!("たくさん"), now: None });
    assert_eq!(refused.unwrap_err().code, "answer-not-a-number");
    assert_eq!(field.answer(id, "deep"), 12);
}

#[test]
fn a_finished_inspection_is_locked_until_it_is_opened_again() {
    let field = on_site(small());
    let id = field.begin().row.id;
    let missing = field.core.inspection_finish(RecordRef { id }).unwrap_err();
    assert_eq!(missing.code, "form-not-ready");
    field.set(id, "fence", json!("fail"));
    field.set(id, "deep", json!(3));
    field.set(id, "fence", json!("ok"));
    let done = field.core.inspection_finish(RecordRef { id }).unwrap();
    assert_eq!(done.row.state, State::Finished);
    let locked = field.call(id, Call::Set { key: "fence".into(), answer: json!("na"), now: None });
    assert_eq!(locked.unwrap_err().code, "inspection-locked");
    let home = field.phone.home();
    let vault = home.unlock(common::PIN, 0).unwrap();
    let record = vault.read(|c| ekitei_store::vault::read::record(c, id)).unwrap().unwrap().record;
    assert_eq!(record.fields["c.score"], 1);
    assert_eq!(record.fields["left_out"], json!(["deep"]));
    drop((vault, home));

    assert_eq!(field.core.inspection_circulate(RecordRef { id }).unwrap().row.state, State::Circulated);
    assert_eq!(
        field.core.inspection_report(InspectionReportArgs { id, text: "遅い".into() }).unwrap_err().code,
        "inspection-locked"
    );
    assert_eq!(field.core.inspection_reopen(RecordRef { id }).unwrap().row.state, State::Draft);
    field.set(id, "fence", json!("fail"));
    assert_eq!(field.answer(id, "deep"), 3);
    assert_eq!(field.core.inspection_circulate(RecordRef { id }).unwrap_err().code, "inspection-state");
}

#[test]
fn a_photo_belongs_to_its_question() {
    let field = on_site(small());
    let id = field.begin().row.id;
    field.set(id, "fence", json!("fail"));
    let refused = field.call(id, Call::Set { key: "fence_photos".into(), answer: json!([id]), now: None });
    assert_eq!(refused.unwrap_err().code, "answer-attachment");
    let place = InspectionPlace { inspection: id, item: "fence_photos".into(), role: "photo".into() };
    let capture = field
        .core
        .capture_begin(CaptureArgs { case: field.case, visit: Some(field.visit), place: Some(place) })
        .unwrap();
    // The camera has written; the app was killed before it could say so.
    std::fs::write(field.phone.dir().join("inbox").join(&capture.name), common::jpeg(64)).unwrap();
    let field = field.killed();
    let view = field.core.inspection_get(RecordRef { id }).unwrap();
    let of_item = &view.photos["fence_photos"];
    assert_eq!((of_item.len(), of_item[0].role.as_deref()), (1, Some("photo")));
    assert_eq!(field.answer(id, "fence_photos"), json!([of_item[0].id]));
    let Reply::Missing { faults, .. } = field.call(id, Call::Missing).unwrap() else { panic!("missing") };
    assert_eq!(faults.iter().map(|f| f.key.0.as_str()).collect::<Vec<_>>(), ["fence_finding"]);
    // Deleted, it is missing again.
    field.core.photo_delete(RecordRef { id: of_item[0].id }).unwrap();
    let Reply::Missing { faults, .. } = field.call(id, Call::Missing).unwrap() else { panic!("missing") };
    assert_eq!(faults.len(), 2);
}

#[test]
fn the_gravel_pit_sheet_is_filled_in_to_the_end() {
    let field = on_site(gravel_pit());
    let id = field.begin().row.id;
    let Reply::Rest { items } = field.call(id, Call::RestPreview).unwrap() else { panic!("a preview") };
    assert!(items.len() >= 25, "{} rulings", items.len());
    let keys = items.into_iter().map(|i| i.key).collect();
    field.call(id, Call::RestApply { keys }).unwrap();
    let Reply::Missing { faults, progress } = field.call(id, Call::Missing).unwrap() else {
        panic!("missing")
    };
    assert!(progress.answered >= 25);
    assert!(faults.iter().all(|f| f.code == "answer-missing"), "{faults:?}");
    let field = field.killed();
    let Reply::Missing { progress: after, .. } = field.call(id, Call::Missing).unwrap() else {
        panic!("missing")
    };
    assert_eq!((after.asked, after.answered), (progress.asked, progress.answered));
}

#[test]
fn its_papers_are_made_here_and_marks_are_burned_into_them() {
    let field = on_site(small());
    let id = field.begin().row.id;
    field.set(id, "fence", json!("fail"));
    let place = InspectionPlace { inspection: id, item: "fence_photos".into(), role: "photo".into() };
    let names = vec![common::inbox(&field.core, "a.jpg", &common::jpeg(9))];
    let args = PhotoAddArgs { place: Some(place), names, ..common::photos("", Some(field.case)) };
    let photo = field.core.photo_add(args).unwrap().remove(0).id;
    let paper = |name: &str| field.core.paper(id, name);
    for name in ["report.pdf", "ledger.pdf"] {
        let made = paper(name).unwrap();
        assert_eq!((made.media_type, &made.bytes[..5]), ("application/pdf", b"%PDF-".as_slice()));
    }
    assert_eq!(paper("ledger.pdf").unwrap().bytes, paper("ledger.pdf").unwrap().bytes, "the same each time");
    let bare = paper("ledger.pdf").unwrap().bytes;
    let area = json!({"from": {"x": 0.1, "y": 0.1}, "to": {"x": 0.9, "y": 0.9}});
    let marks = serde_json::from_value(json!({"marks": [{"kind": "black_out", "area": area}]})).unwrap();
    field.core.photo_marks(PhotoMarksArgs { id: photo, marks, board: None }).unwrap();
    let display = field.core.media(photo, kinds::Variant::Display).unwrap().bytes;
    let inside =
        |pdf: &[u8]| pdf.windows(64).any(|part| part == &display[display.len() - 66..display.len() - 2]);
    assert!(inside(&bare), "the picture stands in the ledger as it is");
    assert!(!inside(&paper("ledger.pdf").unwrap().bytes), "and no more, once something is blacked out");
    assert_eq!(paper("ledger.xlsx").err().unwrap().code, "record-unknown");
    assert_eq!(paper("../x").err().unwrap().code, "record-unknown");
}

/// On Today, where there is a line, the pictures of the last visit are fetched: on site there may be none.
#[test]
fn the_last_visit_s_pictures_are_fetched_before_they_are_needed() {
    let field = on_site(small());
    let made = |seq: u64, kind: &str, parent: Option<RecordId>, fields: Value| -> Record {
        serde_json::from_value(json!({
            "id": RecordId::derived(&["last", &seq.to_string()]), "kind": kind, "scope": Scope::Case(field.case),
            "parent": parent, "born_seq": seq, "seq": seq,
            "created": {"op": RecordId::derived(&["op", &seq.to_string()]), "device": RecordId::derived(&["other"]),
                        "staff": "s009", "at": "2026-10-01T09:00:00.000+09:00"},
            "fields": fields
        }))
        .unwrap()
    };
    let last = made(
        20,
        kinds::INSPECTION,
        None,
        json!({"form": form(), "form_version": field.form_version, "state": "accepted",
            "finished_at": "2026-10-01T10:00:00.000+09:00", "a.fence": "fail"}),
    );
    let there = "2026-10-01T10:01:00.000+09:00";
    let photo = |seq: u64, arrived: Option<&str>| {
        let fields = json!({"item": "fence_photos", "role": "photo", "sha256.display": format!("d{seq}"),
            "bytes.display": 9, "office.display_at": arrived});
        made(seq, kinds::PHOTO, Some(last.id), fields)
    };
    let (shown, on_its_way) = (photo(21, Some(there)), photo(22, None));
    field.phone.receive(&Scope::Case(field.case), &[last, shown.clone(), on_its_way]);
    let field = field.killed();
    let planned_at = "2026-11-21T13:00:00.000+09:00".parse().unwrap();
    let visit = field
        .core
        .visit_create(VisitCreateArgs {
            case: field.case,
            title: "定期検査".into(),
            planned_at,
            people: Vec::new(),
            forms: vec![form().to_string()],
        })
        .unwrap();
    let displays = |field: &Field| -> Vec<RecordId> {
        let wishes =
            field.phone.home().queue().read(|c| ekitei_store::queue::downloads::next(c, 99)).unwrap();
        wishes.into_iter().filter(|w| w.variant == kinds::Variant::Display).map(|w| w.record).collect()
    };
    assert_eq!(displays(&field), []);
    field.core.visit_forms(RecordRef { id: visit.id }).unwrap();
    assert_eq!(displays(&field), [shown.id], "what the office has");
    field.core.visit_forms(RecordRef { id: visit.id }).unwrap();
    assert_eq!(displays(&field), [shown.id], "once");
}
