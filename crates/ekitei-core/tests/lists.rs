//! A form with a long list: its rows come in pieces of their own, and the sheet opens when all are there.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod common;

use common::{Phone, SECTION};
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_forms::FormDef;
use ekitei_forms::facade::{Call, Reply};
use ekitei_model::kinds::{FORM_LIST, FORM_VERSION, form_list, form_list_id, form_version, form_version_id};
use ekitei_model::{Record, RecordId, Scope};
use serde_json::{Value, json};

const ROWS: usize = 6_000;

fn record(id: RecordId, kind: &str, seq: usize, fields: Value) -> Record {
    let scope = Scope::Section(SECTION.into());
    serde_json::from_value(json!({
        "id": id, "kind": kind, "scope": scope, "born_seq": seq, "seq": seq,
        "created": {"op": RecordId::derived(&["op", &seq.to_string()]), "device": RecordId::derived(&["office"]),
                    "staff": "s009", "at": "2026-11-01T09:00:00.000+09:00"},
        "fields": fields
    }))
    .unwrap()
}

#[test]
fn a_sheet_opens_with_its_list_when_every_piece_has_come() {
    let row = |i: usize| json!([format!("{i:05}"), format!("字見本{i}番地"), format!("町{}", i % 10)]);
    let mut def: FormDef = serde_json::from_value(json!({
        "id": "towns", "version": 1, "title": "字の一覧", "items": [
            {"id": "pref", "type": "text", "label": "市町村"},
            {"id": "town", "type": "select_one", "label": "字", "list": "towns", "choice_filter": "町 = ${pref}"}],
        "lists": {"towns": {"columns": ["value", "label", "町"], "rows": (0..ROWS).map(row).collect::<Vec<_>>()}}
    }))
    .unwrap();
    let (form, scope) = (RecordId::derived(&["form"]), Scope::Section(SECTION.into()));
    let pieces: Vec<_> = def.lists.get_mut("towns").unwrap().detach().collect();
    let digest = def.lists["towns"].pieces.clone().unwrap().digest;
    let version = record(
        form_version_id(form, 1, &scope),
        FORM_VERSION,
        10,
        json!({form_version::FORM: form, form_version::VERSION: 1, form_version::TITLE: "字の一覧", form_version::DEFINITION: def}),
    );
    let pieces: Vec<Record> = (0u32..)
        .zip(&pieces)
        .map(|(n, rows)| {
            let id = form_list_id(form, &scope, &digest, n);
            record(id, FORM_LIST, 11 + n as usize, json!({form_list::FORM: form, form_list::ROWS: rows}))
        })
        .collect();

    let phone = Phone::enrolled();
    phone.receive(&scope, std::slice::from_ref(&version));
    phone.receive(&scope, &pieces[..pieces.len() - 1]);
    let core = phone.open();
    let case = core.case_list(CaseListArgs { filter: String::new(), followed_only: false }).unwrap()[0].id;
    let begin = InspectionBeginArgs { case, visit: None, form_version: version.id };
    assert_eq!(core.inspection_begin(begin.clone()).unwrap_err().code, "form-list-not-here");
    drop(core);

    phone.receive(&scope, &pieces[pieces.len() - 1..]);
    let core = phone.open();
    let id = core.inspection_begin(begin).unwrap().row.id;
    let call = |call| core.inspection_call(InspectionCallArgs { id, call });
    call(Call::Set { key: "pref".into(), answer: "町7".into(), now: None }).unwrap();
    let search = |search: &str| match call(Call::Choices {
        key: "town".into(),
        search: search.into(),
        from: 0,
        limit: 5,
    }) {
        Ok(Reply::Choices(found)) => (found.count, found.choices[0].value.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(search(""), (600, "00007".into()));
    assert_eq!(search("見本５９９７"), (1, "05997".into()));
    assert!(call(Call::Set { key: "town".into(), answer: "05997".into(), now: None }).is_ok());
    let gone = call(Call::Set { key: "town".into(), answer: "99999".into(), now: None });
    assert_eq!(gone.unwrap_err().code, "answer-not-a-choice");
}
