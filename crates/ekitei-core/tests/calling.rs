//! 安否・参集 opened on a phone: by whom, into which room, and before everything else that waits.
#![allow(clippy::unwrap_used)]

mod chat_office;
mod common;

use chat_office::{Office, by, kind_of, own_says};
use common::*;
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_core::bridge::chat::*;
use ekitei_core::bridge::views::Progress;
use ekitei_model::{Fault, OpBody, Operation, Outcome, Record, RecordId, Scope, kinds};
use serde_json::json;

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
    assert_eq!((made.own, made.state, made.fault), (true, MessageState::Waiting, None));
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
fn a_call_that_has_not_gone_is_taken_back_with_its_answer() {
    let (phone, mut office) = in_a_disaster();
    let core = phone.open();
    let mistaken = core.call_open(asks(Some(disaster()), "")).unwrap();
    core.call_answer(CallAnswerArgs {
        call: mistaken.id,
        safety: Some("safe".into()),
        coming: None,
        text: None,
    })
    .unwrap();
    core.call_drop(RecordRef { id: mistaken.id }).unwrap();
    assert!(core.chat_room(RoomArgs::newest(disaster(), 50)).unwrap().calls.is_empty());
    assert_eq!(counted(&core, disaster()), (0, 0, 0));
    let meant = core.call_open(asks(Some(disaster()), "")).unwrap();
    drop(core);
    let taken = office.takes(&phone);
    assert_eq!(
        taken.iter().filter_map(kind_of).collect::<Vec<_>>(),
        [kinds::CALL],
        "the mistaken one never went"
    );
    let core = phone.open();
    core.call_drop(RecordRef { id: meant.id }).unwrap();
    assert_eq!(only_call(&core, disaster()).id, meant.id, "the office has it");
}

#[test]
fn nobody_else_calls() {
    let phone = Phone::enrolled();
    assert_eq!(code(phone.open().call_open(asks(None, "大雨"))), "not-allowed");
}

fn disaster() -> RecordId {
    RecordId::derived(&["test disaster"])
}

fn in_a_disaster() -> (Phone, Office) {
    let (phone, mut office) = (Phone::of_a_head(), Office::default());
    office.makes_room(&phone, disaster(), "disaster", &["s001"]);
    (phone, office)
}

fn refused(_: &Operation) -> Outcome {
    Outcome::Quarantined { reason: "not-allowed".into() }
}

fn row(core: &Core, room: RecordId) -> RoomRow {
    core.chat_rooms(Nothing {}).unwrap().into_iter().find(|r| r.id == room).unwrap()
}

/// Of what is waiting and what was refused, in the list of rooms and at its entrance.
fn counted(core: &Core, room: RecordId) -> (u64, u64, u64) {
    let row = row(core, room);
    (row.waiting, row.failed, core.chat_badge(Nothing {}).unwrap().failed)
}

fn only_call(core: &Core, room: RecordId) -> CallView {
    let mut calls = core.chat_room(RoomArgs::newest(room, 50)).unwrap().calls;
    assert_eq!(calls.len(), 1);
    calls.remove(0)
}

fn reason(fault: Option<Fault>) -> Option<String> {
    fault.map(|f| f.code)
}

#[test]
fn a_call_says_that_it_waits_that_it_was_refused_and_why() {
    let (phone, mut office) = in_a_disaster();
    let core = phone.open();
    let made = core.call_open(asks(Some(disaster()), "")).unwrap();
    assert_eq!(counted(&core, disaster()), (1, 0, 0));
    drop(core);
    office.answers(&phone, refused);
    let core = phone.open();
    let call = only_call(&core, disaster());
    assert_eq!((call.state, reason(call.fault).as_deref()), (MessageState::Failed, Some("not-allowed")));
    assert_eq!(counted(&core, disaster()), (0, 1, 1));
    let again = core.call_retry(RecordRef { id: made.id }).unwrap();
    assert_eq!((again.id, again.state), (made.id, MessageState::Waiting));
    drop(core);
    // Answered by who opened it, before the office has it.
    let core = phone.open();
    let said = CallAnswerArgs { call: made.id, safety: Some("safe".into()), coming: None, text: None };
    assert_eq!(core.call_answer(said).unwrap().progress, Some(Progress::Waiting));
    drop(core);
    office.answers(&phone, |op| match kind_of(op).as_deref() {
        Some(kinds::CALL) => refused(op),
        _ => Outcome::WaitingParent { needs: made.id },
    });
    let core = phone.open();
    let call = only_call(&core, disaster());
    assert_eq!((call.state, call.progress), (MessageState::Failed, Some(Progress::Waiting)));
    core.call_retry(RecordRef { id: made.id }).unwrap();
    drop(core);
    office.takes(&phone);
    assert_eq!(only_call(&phone.open(), disaster()).state, MessageState::Sent);
    office.sends_back(&phone);
    let core = phone.open();
    let call = only_call(&core, disaster());
    assert_eq!(
        (call.state, call.progress),
        (MessageState::Sent, Some(Progress::Arrived)),
        "taken with its call"
    );
    assert_eq!(counted(&core, disaster()), (0, 0, 0));
}

#[test]
fn a_refused_call_is_given_up_with_the_answer_to_it() {
    let (phone, mut office) = in_a_disaster();
    let core = phone.open();
    let made = core.call_open(asks(Some(disaster()), "")).unwrap();
    let said = CallAnswerArgs { call: made.id, safety: Some("safe".into()), coming: None, text: None };
    core.call_answer(said).unwrap();
    drop(core);
    office.answers(&phone, |op| match kind_of(op).as_deref() {
        Some(kinds::CALL) => refused(op),
        _ => Outcome::WaitingParent { needs: made.id },
    });
    let core = phone.open();
    core.call_drop(RecordRef { id: made.id }).unwrap();
    drop(core);
    let core = phone.open();
    assert!(core.chat_room(RoomArgs::newest(disaster(), 50)).unwrap().calls.is_empty());
    assert_eq!(counted(&core, disaster()), (0, 0, 0));
    let waiting = core.status(Nothing {}).unwrap().waiting;
    assert_eq!((waiting.items, waiting.parked), (0, 0));
}

fn called(office: &mut Office, phone: &Phone) -> Record {
    let fields = json!({"text": "震度5弱", "sections": [SECTION], "asks": ["safety", "coming"]});
    let id = RecordId::derived(&["test call"]);
    let call = by("s009", record(id, kinds::CALL, &Scope::Room(disaster()), None, 0, &fields));
    office.says(phone, &call);
    call
}

#[test]
fn a_call_that_waits_stands_above_those_that_the_office_has() {
    let (phone, mut office) = in_a_disaster();
    called(&mut office, &phone);
    let core = phone.open();
    let made = core.call_open(asks(Some(disaster()), "")).unwrap();
    let calls = core.chat_room(RoomArgs::newest(disaster(), 50)).unwrap().calls;
    assert_eq!((calls.len(), calls[0].id), (2, made.id));
}

#[test]
fn a_refused_answer_says_so_and_is_chosen_again() {
    let (phone, mut office) = in_a_disaster();
    let call = called(&mut office, &phone);
    let answers = |safety: Option<&str>, coming: Option<&str>| {
        let (safety, coming) = (safety.map(str::to_owned), coming.map(str::to_owned));
        phone.open().call_answer(CallAnswerArgs { call: call.id, safety, coming, text: None }).unwrap()
    };
    let shown = answers(Some("safe"), None);
    assert_eq!((shown.own, shown.state), (false, MessageState::Sent), "another's call");
    office.answers(&phone, refused);
    let core = phone.open();
    let shown = only_call(&core, disaster());
    assert_eq!(
        (shown.progress, reason(shown.answer_fault).as_deref()),
        (Some(Progress::Parked), Some("not-allowed"))
    );
    assert_eq!(counted(&core, disaster()), (0, 1, 1));
    drop(core);
    // Another choice goes in its place, the same one as it was.
    for (safety, coming) in [(Some("help"), Some("cannot")), (Some("help"), None)] {
        let shown = answers(safety, coming);
        assert_eq!((shown.progress, shown.answer_fault), (Some(Progress::Waiting), None));
        let sent = office.answers(&phone, refused);
        assert_eq!(sent.len(), 1);
        let OpBody::Create { fields, .. } = &sent[0].body else { panic!("{:?}", sent[0]) };
        assert_eq!((&fields["safety"], &fields["coming"]), (&json!("help"), &json!("cannot")));
    }
    // Taken; then a change of it is refused, and chosen anew.
    phone.open().call_retry(RecordRef { id: call.id }).unwrap();
    assert_eq!(office.takes(&phone).len(), 1);
    assert_eq!(answers(Some("safe"), None).progress, Some(Progress::Waiting));
    office.answers(&phone, refused);
    assert_eq!(answers(Some("hurt"), None).progress, Some(Progress::Waiting));
    let sent = office.takes(&phone);
    let last = sent.last().map(|op| op.body.clone());
    let Some(OpBody::Patch { fields, .. }) = last else { panic!("{last:?}") };
    assert_eq!((sent.len(), &fields["safety"]), (1, &json!("hurt")));
    let shown = only_call(&phone.open(), disaster());
    assert_eq!((shown.safety.as_deref(), shown.progress), (Some("hurt"), Some(Progress::Arrived)));
}

#[test]
fn a_refused_answer_is_given_up_and_was_none() {
    let (phone, mut office) = in_a_disaster();
    let call = called(&mut office, &phone);
    let core = phone.open();
    let said = CallAnswerArgs {
        call: call.id,
        safety: Some("safe".into()),
        coming: Some("in_30".into()),
        text: None,
    };
    core.call_answer(said).unwrap();
    drop(core);
    office.answers(&phone, refused);
    let core = phone.open();
    core.call_drop(RecordRef { id: call.id }).unwrap();
    let shown = only_call(&core, disaster());
    assert_eq!((shown.safety, shown.progress), (None, None));
    assert_eq!(counted(&core, disaster()), (0, 0, 0));
}

/// A head without a line makes a room, calls and writes; meanwhile the post has ended.
fn in_a_refused_room() -> (Phone, Office, RecordId) {
    let (phone, mut office) = (Phone::of_a_head(), Office::default());
    let core = phone.open();
    let room = core.call_open(asks(None, "大雨")).unwrap().room;
    core.chat_send(said_in(room, "だれかいますか")).unwrap();
    drop(core);
    office.answers(&phone, |op| match kind_of(op).as_deref() {
        Some(kinds::ROOM) => refused(op),
        _ => Outcome::WaitingParent { needs: room },
    });
    (phone, office, room)
}

fn said_in(room: RecordId, text: &str) -> ChatSendArgs {
    ChatSendArgs {
        room,
        text: text.into(),
        photos: Vec::new(),
        files: Vec::new(),
        reply_to: None,
        mentions: Vec::new(),
        urgent: None,
        stamp: None,
        link: None,
        draft: false,
    }
}

#[test]
fn in_a_room_that_the_office_did_not_make_nothing_counts_as_sent() {
    let (phone, mut office, room) = in_a_refused_room();
    let core = phone.open();
    let view = core.chat_room(RoomArgs::newest(room, 50)).unwrap();
    assert_eq!((view.calls[0].state, view.messages[0].state), (MessageState::Waiting, MessageState::Waiting));
    assert_eq!(reason(view.room.fault).as_deref(), Some("not-allowed"));
    assert_eq!(counted(&core, room), (2, 0, 1), "the room itself is the one that failed");
    let again = core.room_retry(RecordRef { id: room }).unwrap();
    assert_eq!(again.fault, None);
    drop(core);
    let sent = office.takes(&phone);
    assert_eq!(sent.iter().filter_map(kind_of).collect::<Vec<_>>(), [kinds::ROOM], "the rest is there");
    let message = view.messages[0].id;
    office.sends_back(&phone);
    assert_eq!(
        phone.open().chat_room(RoomArgs::newest(room, 50)).unwrap().messages[0].state,
        MessageState::Waiting
    );
    office.says(&phone, &own_says(&phone, room, message, "だれかいますか"));
    let view = phone.open().chat_room(RoomArgs::newest(room, 50)).unwrap();
    assert_eq!((view.messages.len(), view.messages[0].state), (1, MessageState::Sent));
}

#[test]
fn a_room_that_the_office_did_not_make_is_given_up_with_what_is_in_it() {
    let (phone, mut office, room) = in_a_refused_room();
    let core = phone.open();
    core.chat_send(said_in(room, "まだ送られていない")).unwrap();
    let call = only_call(&core, room).id;
    let said = CallAnswerArgs { call, safety: Some("safe".into()), coming: None, text: None };
    core.call_answer(said).unwrap();
    core.room_drop(RecordRef { id: room }).unwrap();
    drop(core);
    let core = phone.open();
    assert!(core.chat_rooms(Nothing {}).unwrap().iter().all(|r| r.id != room));
    assert_eq!(core.chat_badge(Nothing {}).unwrap().failed, 0);
    let waiting = core.status(Nothing {}).unwrap().waiting;
    assert_eq!((waiting.items, waiting.parked), (0, 0));
    assert!(core.today(Nothing {}).unwrap().calls.is_empty());
    drop(core);
    assert!(office.takes(&phone).is_empty());
    // One that the office has stays.
    office.makes_room(&phone, disaster(), "disaster", &["s001"]);
    let kept = phone.open().room_drop(RecordRef { id: disaster() });
    assert_eq!(kept.unwrap_err().code, "room-fixed");
}
