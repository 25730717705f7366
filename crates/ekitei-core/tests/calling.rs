//! 安否・参集 opened on a phone: by whom, into which room, and before everything else that waits.
#![allow(clippy::unwrap_used)]

mod chat_office;
mod common;

use chat_office::{Office, kind_of};
use common::*;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_core::bridge::chat::{CallOpenArgs, CallView};
use ekitei_model::{Fault, OpBody, RecordId, kinds};

fn asks(room: Option<RecordId>, name: &str) -> CallOpenArgs {
    CallOpenArgs {
        room,
        name: name.into(),
        text: "安否を知らせてください".into(),
        sections: vec![SECTION.into()],
        asks: vec!["safety".into()],
    }
}

fn code(refused: Result<CallView, Fault>) -> String {
    refused.unwrap_err().code
}

#[test]
fn who_leads_a_section_calls_from_the_field_and_the_call_goes_first() {
    let phone = Phone::of_a_head();
    let core = phone.open();
    core.note_save(note(None, "先に書いたもの")).unwrap();
    assert_eq!(code(core.call_open(asks(None, " "))), "room-name");
    assert_eq!(
        code(core.call_open(CallOpenArgs { asks: vec!["mood".into()], ..asks(None, "大雨") })),
        "call-empty"
    );
    assert_eq!(
        code(core.call_open(CallOpenArgs { sections: Vec::new(), ..asks(None, "大雨") })),
        "call-empty"
    );
    let made = core.call_open(asks(None, "大雨")).unwrap();
    assert!(made.asked && !made.closed && made.safety.is_none());
    let room = core.chat_rooms(Nothing {}).unwrap().into_iter().find(|r| r.id == made.room).unwrap();
    assert_eq!((room.kind.as_str(), room.name.as_str(), room.colour.as_str()), ("disaster", "大雨", "red"));
    // Another one into the same room.
    let again =
        core.call_open(CallOpenArgs { text: "参集できますか".into(), ..asks(Some(made.room), "") }).unwrap();
    assert_eq!(again.room, made.room);
    let elsewhere = RecordId::derived(&["nowhere"]);
    assert_eq!(code(core.call_open(asks(Some(elsewhere), ""))), "room-unknown");
    drop(core);
    let taken = Office::default().takes(&phone);
    let first: Vec<String> = taken.iter().filter_map(kind_of).collect();
    assert_eq!(first[..4], [kinds::ROOM, kinds::ROOM_MEMBER, kinds::CALL, kinds::CALL], "before the note");
    assert!(matches!(&taken[2].body, OpBody::Create { fields, .. } if fields["sections"][0] == SECTION));
}

#[test]
fn nobody_else_calls() {
    let phone = Phone::enrolled();
    assert_eq!(code(phone.open().call_open(asks(None, "大雨"))), "not-allowed");
}
