//! Every text that contains the query is found, newest first; nothing else is.
#![allow(clippy::unwrap_used)]
mod common;

use common::{Phone, id, record, their_note};
use ekitei_model::fold::fold;
use ekitei_model::record::Fields;
use ekitei_model::{Record, RecordId, Scope, Stamp, kinds};
use ekitei_store::vault::{people, search};
use proptest::prelude::*;
use serde_json::json;

fn at(mut note: Record, ms: i64) -> Record {
    note.fields.insert("written_at".into(), json!(Stamp::japan(ms).to_string()));
    note
}

const ALPHABET: &str = "[あいうアイウ髙﨑漢字ａb ＡB12ｶﾞ\n]{0,30}";

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn recall_and_precision_are_whole(
        texts in prop::collection::vec(ALPHABET, 1..40),
        queries in prop::collection::vec("[あいうアイウ髙﨑漢字ａb ＡB12ｶﾞ]{1,6}", 1..12),
    ) {
        let phone = Phone::new();
        let scope = Scope::Case(id());
        let notes: Vec<Record> = texts.iter().enumerate()
            // Several in one second, and not in the order of their time.
            .map(|(n, text)| at(their_note(&scope, n as u64 + 1, text), 1_700_000_000_000 + ((n as i64 * 7) % 40) * 400))
            .collect();
        phone.begin(&scope, notes.len() as u64, &notes);
        // Slices of the texts themselves as well, so that longer queries have hits.
        let slices = texts.iter().map(|t| t.chars().skip(2).take(6).collect::<String>());
        for query in queries.iter().cloned().chain(slices) {
            let folded = fold(&query);
            let mut naive: Vec<RecordId> = Vec::new();
            if !folded.is_empty() {
                naive = notes.iter().filter(|r| fold(r.text("text")).contains(&folded)).map(|r| r.id).collect();
            }
            let found = phone.vault.read(|c| search::search(c, &query, 1_000)).unwrap();
            let mut sorted = found.clone();
            sorted.sort();
            naive.sort();
            prop_assert_eq!(sorted, naive, "{:?}", query);
            let seconds: Vec<i64> = found.iter()
                .map(|id| phone.shown(*id).unwrap().sort_ms / 1000)
                .collect();
            prop_assert!(seconds.windows(2).all(|w| w[0] >= w[1]), "newest first");
        }
    }
}

#[test]
fn many_texts_of_one_second_all_have_their_place() {
    let phone = Phone::new();
    let scope = Scope::Case(id());
    let notes: Vec<Record> = (0..3_000)
        .map(|n| at(their_note(&scope, n + 1, &format!("同時刻 {n}")), 1_700_000_000_000))
        .collect();
    phone.begin(&scope, 3_000, &notes);
    assert_eq!(phone.vault.read(|c| search::search(c, "同時", 10_000)).unwrap().len(), 3_000);
    assert_eq!(phone.vault.read(|c| search::search(c, "同時", 50)).unwrap().len(), 50);
}

#[test]
fn cases_photos_and_visits_are_found_and_nothing_to_look_for_finds_nothing() {
    let phone = Phone::new();
    let section = Scope::Section("A振興局/係".into());
    let fields = Fields::from([
        ("number".into(), json!("R8-017")),
        ("name".into(), json!("北原採石場")),
        ("place".into(), json!("試験町一丁目")),
    ]);
    let case = record(id(), kinds::CASE_HEADER, &section, 1, fields);
    let photo =
        record(id(), kinds::PHOTO, &section, 2, Fields::from([("caption".into(), json!("入口の看板"))]));
    phone.begin(&section, 2, &[case.clone(), photo.clone()]);
    assert_eq!(phone.find("ｒ８－０１７"), [case.id]);
    assert_eq!(phone.find("採石"), [case.id]);
    assert_eq!(phone.find("看"), [photo.id]);
    for nothing in ["", "　 ", "\u{0}"] {
        assert!(phone.find(nothing).is_empty());
    }
    // Characters that mean something to the query language are only characters.
    for odd in ["\"", "*", "a* OR b", "NEAR(", "'; DROP TABLE docs; --", "texts:"] {
        assert!(phone.find(odd).is_empty(), "{odd}");
    }
}

#[test]
fn people_are_found_by_name_reading_extension_and_section() {
    let phone = Phone::new();
    let people: Vec<Record> =
        [("s010", "試験 一郎", "シケン イチロウ", "2010"), ("s011", "見本 二子", "ミホン ニコ", "2011")]
            .iter()
            .enumerate()
            .map(|(n, (staff, name, kana, extension))| {
                let fields = Fields::from([
                    ("id".into(), json!(staff)),
                    ("name".into(), json!(name)),
                    ("kana".into(), json!(kana)),
                    ("extension".into(), json!(extension)),
                    ("posts".into(), json!([{"section": "A振興局/用地係", "role": "staff"}])),
                ]);
                record(
                    kinds::staff_record_id(&(*staff).into()),
                    kinds::STAFF,
                    &Scope::All,
                    n as u64 + 1,
                    fields,
                )
            })
            .collect();
    phone.begin(&Scope::All, 2, &people);
    let find = |query: &str| -> Vec<String> {
        let found = phone.vault.read(|c| people::directory(c, query, 10)).unwrap();
        found.iter().map(|r| r.text("id").to_owned()).collect()
    };
    assert_eq!(find("いちろ"), ["s010"]);
    assert_eq!(find("2011"), ["s011"]);
    assert_eq!(find("用地"), ["s010", "s011"]);
    assert_eq!(find(""), ["s010", "s011"]);
    assert!(find("該当なし").is_empty());
    assert!(phone.vault.read(|c| people::person(c, &"s010".into())).unwrap().is_some());
}
