//! Lists of 50,000 rows: in pieces, together again, filtered and searched; and what a sheet does without them.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

use ekitei_forms::facade::{Call, OpenForm, Reply};
use ekitei_forms::list_pieces::{PIECE_BYTES, PIECE_ROWS, make_whole, wanted};
use ekitei_forms::{AnswerKey, Form, FormDef, Opening};
use ekitei_model::kinds::{FORM_LIST, FORM_VERSION, form_list, form_list_id, form_version, form_version_id};
use ekitei_model::{Record, RecordId, Scope};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

const ROWS: usize = 50_000;

fn definition(rows: usize) -> FormDef {
    let row =
        |i: usize| json!([format!("t{i:05}"), format!("字ミホン{i}番地"), format!("p{}", i % 50), "\"\n"]);
    let form = json!({
        "id": "towns", "version": 1, "title": "字の一覧",
        "items": [
            {"id": "pref", "type": "text"},
            {"id": "town", "type": "select_one", "list": "towns", "choice_filter": "pref = ${pref}", "required": true},
            {"id": "any", "type": "select_one", "list": "towns"},
            {"id": "of", "type": "calculate", "calculate": "pulldata('towns', 'pref', 'value', ${any})"}],
        "lists": {"towns": {"columns": ["value", "label", "pref", "note"], "rows": (0..rows).map(row).collect::<Vec<_>>()}},
    });
    serde_json::from_value(form).unwrap()
}

fn record(id: RecordId, kind: &str, scope: &Scope, fields: Value) -> Record {
    let record = json!({"id": id, "kind": kind, "scope": scope, "born_seq": 1, "seq": 1, "fields": fields});
    serde_json::from_value(record).unwrap()
}

/// The definition without its rows, its version's record, and the records of the pieces.
fn published(mut def: FormDef) -> (FormDef, Record, HashMap<RecordId, Record>) {
    let scope = Scope::Section("農政部/農地課".into());
    let form = RecordId::derived(&["form", "test"]);
    let pieces: Vec<_> = def.lists.get_mut("towns").unwrap().detach().collect();
    let digest = def.lists["towns"].pieces.clone().unwrap().digest;
    let records = pieces.iter().enumerate().map(|(number, rows)| {
        let id = form_list_id(form, &scope, &digest, number as u32);
        (id, record(id, FORM_LIST, &scope, json!({form_list::ROWS: rows})))
    });
    let id = form_version_id(form, 1, &scope);
    let version = record(id, FORM_VERSION, &scope, json!({form_version::FORM: form}));
    (def, version, records.collect())
}

fn opened(def: FormDef) -> OpenForm {
    OpenForm::open(Arc::new(Form::compile(def).unwrap()), Opening { new: true, ..Opening::default() })
}

fn set(open: &mut OpenForm, key: &str, answer: &str) -> Result<(), String> {
    let call = Call::Set { key: key.into(), answer: answer.into(), now: None };
    open.call(call).map(drop).map_err(|fault| fault.code)
}

fn found(open: &mut OpenForm, key: &str, search: &str) -> (u32, Vec<String>) {
    let call = Call::Choices { key: key.into(), search: search.into(), from: 0, limit: 3 };
    match open.call(call).unwrap() {
        Reply::Choices(view) => (view.count, view.choices.into_iter().map(|c| c.value).collect()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fifty_thousand_rows_travel_in_pieces_and_are_filtered_and_searched() {
    let whole = definition(ROWS);
    let (mut def, version, records) = published(whole.clone());
    assert_eq!(records.len(), ROWS.div_ceil(PIECE_ROWS));
    for piece in records.values() {
        let rows = &piece.fields[form_list::ROWS];
        assert!(rows.as_array().unwrap().len() <= PIECE_ROWS);
        assert!(rows.to_string().len() <= PIECE_BYTES);
    }
    assert!(serde_json::to_string(&def).unwrap().len() < 2_000, "the definition is light");
    let all = def.attach_lists(&version, |id| Ok::<_, Infallible>(records.get(&id).cloned())).unwrap();
    assert!(all);
    assert_eq!(def.lists["towns"].rows, whole.lists["towns"].rows);
    let mut record = version.clone();
    let light = serde_json::to_value(published(whole.clone()).0).unwrap();
    record.fields.insert(form_version::DEFINITION.into(), light);
    let mut ids = wanted(&record);
    ids.sort_unstable();
    let mut known: Vec<RecordId> = records.keys().copied().collect();
    known.sort_unstable();
    assert_eq!(ids, known);
    assert!(make_whole(&mut record, |id| Ok::<_, Infallible>(records.get(&id).cloned())).unwrap());
    let again: FormDef = serde_json::from_value(record.fields[form_version::DEFINITION].clone()).unwrap();
    assert_eq!(again.lists["towns"].rows, whole.lists["towns"].rows);

    let mut open = opened(def);
    set(&mut open, "pref", "p7").unwrap();
    assert_eq!(
        found(&mut open, "town", ""),
        (1_000, vec!["t00007".into(), "t00057".into(), "t00107".into()])
    );
    // Folded: hiragana finds katakana, wide digits find narrow ones.
    assert_eq!(found(&mut open, "town", "みほん４９９５７").1, ["t49957"]);
    assert_eq!(found(&mut open, "any", "みほん４９９５").1, ["t04995", "t49950", "t49951"]);
    assert_eq!(found(&mut open, "any", "T49999").1, ["t49999"]);
    assert_eq!(found(&mut open, "any", "").0 as usize, ROWS);
    set(&mut open, "any", "t00149").unwrap();
    assert_eq!(open.session().answer(&AnswerKey::from("of")), "p49");
    assert_eq!(set(&mut open, "any", "t50000"), Err("answer-not-a-choice".into()));
}

#[test]
fn the_same_rows_have_the_same_pieces() {
    let digest = |def: FormDef| published(def).0.lists["towns"].pieces.clone().unwrap().digest;
    assert_eq!(digest(definition(3_000)), digest(definition(3_000)));
    assert_ne!(digest(definition(3_000)), digest(definition(2_999)));
}

#[test]
fn a_long_cell_closes_its_piece() {
    let mut def = definition(4);
    let list = def.lists.get_mut("towns").unwrap();
    let long = "\u{1}".repeat(PIECE_BYTES / 6 - 10);
    list.rows.push_cell("long");
    list.rows.push_cell(&long);
    list.rows.end_row();
    let cut = list.detach();
    assert!(cut.heaviest_bytes() > PIECE_BYTES / 2);
    assert_eq!(cut.map(|rows| rows.len()).collect::<Vec<_>>(), [4, 1]);
}

/// A phone that has not got every piece yet asks and keeps what was answered elsewhere.
#[test]
fn without_a_piece_any_answer_stands() {
    let (mut def, version, mut records) = published(definition(5_000));
    let one = *records.keys().next().unwrap();
    records.remove(&one);
    let all = def.attach_lists(&version, |id| Ok::<_, Infallible>(records.get(&id).cloned())).unwrap();
    assert!(!all && def.lists["towns"].rows.is_empty());
    let mut open = opened(def);
    assert_eq!(found(&mut open, "any", ""), (0, vec![]));
    set(&mut open, "town", "t00007").unwrap();
    assert_eq!(open.session().faults(), []);
}
