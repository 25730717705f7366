//! A long timeline in pages: together they are the whole, whatever is pending over it.
#![allow(clippy::unwrap_used)]
mod common;

use common::{NOW, Phone, id, op_id, record};
use ekitei_model::op::OpBody;
use ekitei_model::record::Fields;
use ekitei_model::{Operation, Record, RecordId, Scope, Stamp, kinds};
use ekitei_store::queue::About;
use ekitei_store::vault::Shown;
use ekitei_store::vault::read::{self, Place};
use proptest::prelude::*;
use serde_json::{Value, json};

const KINDS: [&str; 3] = [kinds::NOTE, kinds::PHOTO, kinds::VISIT];

fn time_field(kind: &str) -> &'static str {
    match kind {
        kinds::PHOTO => kinds::photo::TAKEN_AT,
        kinds::VISIT => kinds::visit::PLANNED_AT,
        _ => kinds::note::WRITTEN_AT,
    }
}

/// `minute` is when it happened; many happen at once.
fn made(scope: &Scope, kind: &str, seq: u64, minute: i64) -> Record {
    let at = Stamp::japan(NOW + minute * 60_000).to_string();
    record(id(), kind, scope, seq, Fields::from([(time_field(kind).to_owned(), json!(at))]))
}

fn enqueue(phone: &Phone, case: RecordId, of: RecordId, kind: &str, body: OpBody) {
    let op = Operation { op_id: op_id(), record: of, at: Stamp::japan(NOW), body };
    phone.enqueue(&op, &About { scope: Scope::Case(case), kind: kind.into() });
}

fn ids(shown: &[Shown]) -> Vec<RecordId> {
    shown.iter().map(|s| s.record.id).collect()
}

/// All pages, newest first.
fn paged(phone: &Phone, scope: &Scope, limit: usize) -> Vec<RecordId> {
    let (mut out, mut before) = (Vec::new(), None);
    loop {
        let (page, more) = phone.vault.read(|c| read::page(c, scope, &KINDS, before, limit)).unwrap();
        assert!(page.len() == limit || !more, "a page that is not the last is full");
        out.extend(ids(&page));
        let Some(last) = page.last().filter(|_| more) else { return out };
        before = Some(Place { sort_ms: last.sort_ms, record: last.record.id });
    }
}

/// As the timeline stands, read at once.
fn whole(phone: &Phone, scope: &Scope) -> Vec<RecordId> {
    let mut all = phone.vault.read(|c| read::in_scope(c, scope, &KINDS)).unwrap();
    all.reverse();
    ids(&all)
}

fn counted(phone: &Phone, scope: &Scope) -> (u64, u64, u64) {
    let t = phone.vault.read(|c| read::photo_tally(c, scope)).unwrap();
    (t.total, t.arrived, t.at_office)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Mirror of up to 40 records; then creates, moves in time and deletes that the office has not seen.
    #[test]
    fn pages_are_the_whole(
        mirrored in prop::collection::vec((0usize..3, 0i64..12), 0..40),
        pending in prop::collection::vec((0usize..3, 0i64..14, 0usize..3, any::<prop::sample::Index>()), 0..14),
        limit in 1usize..9,
    ) {
        let phone = Phone::new();
        let case = id();
        let scope = Scope::Case(case);
        let records: Vec<Record> =
            (1..).zip(&mirrored).map(|(seq, (kind, minute))| made(&scope, KINDS[*kind], seq, *minute)).collect();
        phone.begin(&scope, records.len() as u64, &records);
        let mut gone = Vec::new();
        for (kind, minute, what, at) in &pending {
            let kind = KINDS[*kind];
            let old = (!records.is_empty()).then(|| &records[at.index(records.len())]);
            match (what, old.filter(|r| !gone.contains(&r.id))) {
                (1, Some(old)) => {
                    let at = Stamp::japan(NOW + minute * 60_000).to_string();
                    let fields = Fields::from([(time_field(&old.kind).to_owned(), json!(at))]);
                    enqueue(&phone, case, old.id, &old.kind, OpBody::Patch { base: Default::default(), fields });
                }
                (2, Some(old)) => {
                    gone.push(old.id);
                    enqueue(&phone, case, old.id, &old.kind, OpBody::Delete);
                }
                _ => {
                    let fields = made(&scope, kind, 0, *minute).fields;
                    let body = OpBody::Create { kind: kind.into(), scope: scope.clone(), parent: None, fields };
                    enqueue(&phone, case, id(), kind, body);
                }
            }
        }
        phone.replay();
        prop_assert_eq!(paged(&phone, &scope, limit), whole(&phone, &scope));
        let photos = phone.vault.read(|c| read::in_scope(c, &scope, &[kinds::PHOTO])).unwrap().len();
        prop_assert_eq!(counted(&phone, &scope).0, photos as u64);
    }
}

#[test]
fn photos_are_counted_by_how_far_they_have_come() {
    let phone = Phone::new();
    let case = id();
    let scope = Scope::Case(case);
    let with = |seq, extra: Value| {
        let mut photo = made(&scope, kinds::PHOTO, seq, 1);
        photo.fields.extend(extra.as_object().unwrap().clone());
        photo
    };
    let at = "2026-11-21T10:00:00.000+09:00";
    let photos = [
        with(1, json!({})),
        with(2, json!({ "office.thumb_at": at })),
        with(3, json!({ "office.original_at": at })),
        with(4, json!({ "office.original_at": at, "office.filed_at": at })),
        with(5, json!({ "office.original_at": at, "office.kept_at": at })),
    ];
    phone.begin(&scope, 5, &photos);
    assert_eq!(counted(&phone, &scope), (5, 3, 2));
    // Deleted and captioned here, and one more taken: before the office hears of it.
    enqueue(&phone, case, photos[3].id, kinds::PHOTO, OpBody::Delete);
    let caption = Fields::from([("caption".to_owned(), json!("題"))]);
    let patch = OpBody::Patch { base: Default::default(), fields: caption.clone() };
    enqueue(&phone, case, photos[2].id, kinds::PHOTO, patch);
    let body =
        OpBody::Create { kind: kinds::PHOTO.into(), scope: scope.clone(), parent: None, fields: caption };
    enqueue(&phone, case, id(), kinds::PHOTO, body);
    phone.replay();
    assert_eq!(counted(&phone, &scope), (5, 2, 1));
    assert_eq!(counted(&phone, &Scope::Case(id())), (0, 0, 0));
}
