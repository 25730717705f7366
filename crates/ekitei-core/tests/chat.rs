//! Messages without a line, on real databases and files: what is sent waits in the outbox and in its room; cancelled,
//! edited, refused and held ones behave, also with a kill in the middle. The office is played by hand.
#![allow(clippy::unwrap_used)]

mod chat_office;
mod common;

use chat_office::{Office, by, one_to_one, other_says, staff_entry};
use common::*;
use ekitei_core::Core;
use ekitei_core::bridge::chat::*;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_model::chat::message::{pin_id, reaction_id};
use ekitei_model::chat::room::{Type, direct_id, member_id, self_id};
use ekitei_model::{Lane, Outcome, RecordId, Scope, kinds};
use serde_json::json;

const OTHER: &str = "s002";

fn own_room() -> RecordId {
    self_id(&"s001".into())
}

fn text(room: RecordId, text: &str) -> ChatSendArgs {
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

fn page(core: &Core, room: RecordId) -> RoomView {
    core.chat_room(RoomArgs::newest(room, 50)).unwrap()
}

fn texts(view: &RoomView) -> Vec<&str> {
    view.messages.iter().map(|m| m.text.as_str()).collect()
}

fn states(view: &RoomView) -> Vec<MessageState> {
    view.messages.iter().map(|m| m.state).collect()
}

fn waiting(core: &Core) -> Vec<String> {
    core.queue(Nothing {}).unwrap().rows.into_iter().map(|r| r.what).collect()
}

fn code<T: std::fmt::Debug>(result: Result<T, ekitei_model::Fault>) -> String {
    result.unwrap_err().code
}

fn in_a_room() -> (Phone, Office, RecordId) {
    one_to_one(OTHER)
}

#[test]
fn what_is_sent_waits_at_the_end_in_the_order_it_was_written_and_survives_a_kill() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    for n in ["一", "二", "三"] {
        core.chat_send(text(room, n)).unwrap();
    }
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!((texts(&view), states(&view)), (vec!["一", "二", "三"], vec![MessageState::Waiting; 3]));
    assert_eq!((view.room.name.as_str(), view.room.waiting), ("見本 花子", 3));
    assert_eq!(waiting(&core), ["message"; 3]);
    // Somebody else's comes first at the office; own waiting ones stay behind it.
    office.says(&phone, &other_says(room, OTHER, "先に"));
    drop(core);
    let core = phone.open();
    assert_eq!(texts(&page(&core, room)), ["先に", "一", "二", "三"]);
    // Taken: the same order, each once, whatever has come back of it yet.
    let taken = office.takes(&phone);
    assert_eq!(taken.len(), 3);
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!((texts(&view), states(&view)), (vec!["先に", "一", "二", "三"], vec![MessageState::Sent; 4]));
    assert!(view.messages[1].born == 0, "it has no place as long as the room was not read");
    office.sends_back(&phone);
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!(texts(&view), ["先に", "一", "二", "三"]);
    assert!(view.messages.iter().all(|m| m.born > 0));
    assert_eq!(view.newest, view.messages[3].born);
    assert!(waiting(&core).is_empty());
}

#[test]
fn a_waiting_message_is_cancelled_with_everything_that_hangs_on_it() {
    let (phone, _, room) = in_a_room();
    let core = phone.open();
    let photos = vec![inbox(&core, "a.jpg", &jpeg(1)), inbox(&core, "b.jpg", &jpeg(2))];
    let sent = core.chat_send(ChatSendArgs { photos, ..text(room, "写真") }).unwrap();
    core.chat_react(ChatReactArgs { id: sent.id, mark: "bow".into() }).unwrap();
    drop(core);
    let core = phone.open();
    core.chat_unsend(RecordRef { id: sent.id }).unwrap();
    assert!(waiting(&core).is_empty(), "a mark on it would wait at the office for ever");
    drop(core);
    let core = phone.open();
    assert!(page(&core, room).messages.is_empty());
    assert_eq!(core.chat_rooms(Nothing {}).unwrap().iter().find(|r| r.id == room).unwrap().waiting, 0);
}

#[test]
fn editing_changes_the_row_while_it_waits_and_follows_when_it_is_on_its_way() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let sent = core.chat_send(text(room, "書きまちがい")).unwrap();
    let edited = core.chat_edit(ChatEditArgs { id: sent.id, text: "直した".into(), mentions: None }).unwrap();
    assert_eq!((edited.text.as_str(), edited.edited), ("直した", false), "nobody has seen it");
    assert_eq!(waiting(&core).len(), 1);
    // In a batch, without an answer: its bytes are fixed.
    office.freezes(&phone);
    drop(core);
    let core = phone.open();
    let again =
        core.chat_edit(ChatEditArgs { id: sent.id, text: "もう一度".into(), mentions: None }).unwrap();
    assert_eq!((again.text.as_str(), again.edited), ("もう一度", true));
    assert_eq!(waiting(&core).len(), 2);
    drop(core);
    let ops = office.takes(&phone);
    assert_eq!(ops.len(), 2);
    office.sends_back(&phone);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!((texts(&view), states(&view)), (vec!["もう一度"], vec![MessageState::Sent]));
    // Delivered: what is taken back leaves a line.
    core.chat_unsend(RecordRef { id: sent.id }).unwrap();
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert!(view.messages[0].unsent);
    assert_eq!(
        code(core.chat_edit(ChatEditArgs { id: sent.id, text: "x".into(), mentions: None })),
        "message-unsent"
    );
}

#[test]
fn what_the_office_refuses_fails_with_its_reason_and_goes_again_or_is_given_up() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let photos = vec![inbox(&core, "a.jpg", &jpeg(3))];
    let sent = core.chat_send(ChatSendArgs { photos, ..text(room, "断られる") }).unwrap();
    drop(core);
    office.answers(&phone, |op| match &op.body {
        ekitei_model::OpBody::Create { kind, .. } if kind == kinds::MESSAGE => {
            Outcome::Quarantined { reason: "not-a-member".into() }
        }
        _ => Outcome::WaitingParent { needs: sent.id },
    });
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!(states(&view), [MessageState::Failed]);
    assert_eq!(view.messages[0].fault.as_ref().unwrap().code, "not-a-member");
    assert_eq!((view.room.failed, core.chat_badge(Nothing {}).unwrap().failed), (1, 1));
    let again = core.chat_retry(RecordRef { id: sent.id }).unwrap();
    assert_eq!((again.id, again.state), (sent.id, MessageState::Waiting));
    drop(core);
    let taken = office.answers(&phone, |_| Outcome::Quarantined { reason: "not-a-member".into() });
    assert_eq!((taken.len(), taken[0].record), (1, sent.id));
    assert_ne!(taken[0].op_id.0, sent.id.0, "the office remembers the first for ever");
    let core = phone.open();
    assert_eq!(states(&page(&core, room)), [MessageState::Failed]);
    core.chat_drop(RecordRef { id: sent.id }).unwrap();
    drop(core);
    let core = phone.open();
    assert!(page(&core, room).messages.is_empty());
    assert_eq!(core.status(Nothing {}).unwrap().waiting.parked, 0);
}

fn refuses_messages(op: &ekitei_model::Operation, message: RecordId) -> Outcome {
    match &op.body {
        ekitei_model::OpBody::Create { kind, .. } if kind == kinds::MESSAGE => {
            Outcome::Quarantined { reason: "not-allowed".into() }
        }
        _ => Outcome::WaitingParent { needs: message },
    }
}

#[test]
fn what_was_refused_is_corrected_and_goes_again_as_one() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let photos = vec![inbox(&core, "a.jpg", &jpeg(3))];
    let sent = core.chat_send(ChatSendArgs { photos, ..text(room, "まちがい") }).unwrap();
    core.chat_react(ChatReactArgs { id: sent.id, mark: "bow".into() }).unwrap();
    drop(core);
    office.answers(&phone, |op| refuses_messages(op, sent.id));
    let core = phone.open();
    let edited = core.chat_edit(ChatEditArgs { id: sent.id, text: "正しい".into(), mentions: None }).unwrap();
    assert_eq!((edited.state, edited.edited), (MessageState::Waiting, false), "nobody has seen it");
    drop(core);
    let core = phone.open();
    assert_eq!(texts(&page(&core, room)), ["正しい"]);
    drop(core);
    let taken = office.takes(&phone);
    assert_eq!((taken.len(), taken[0].record), (1, sent.id), "what hangs on it is at the office");
    assert_ne!(taken[0].op_id.0, sent.id.0, "the office remembers the first for ever");
    office.sends_back(&phone);
    let view = page(&phone.open(), room);
    assert_eq!((texts(&view), states(&view)), (vec!["正しい"], vec![MessageState::Sent]));
}

#[test]
fn giving_up_what_was_refused_leaves_nothing_of_it_to_send() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let photos = vec![inbox(&core, "a.jpg", &jpeg(3)), inbox(&core, "b.jpg", &jpeg(4))];
    let sent = core.chat_send(ChatSendArgs { photos, ..text(room, "断られる") }).unwrap();
    let reply = ChatSendArgs { reply_to: Some(sent.id), ..text(room, "その続き") };
    let reply = core.chat_send(reply).unwrap();
    drop(core);
    // Only the message had left when the line broke.
    let home = phone.home();
    let sealed = home.queue().write(|tx| ekitei_store::queue::batch::batch(tx, Lane::Chat, 1, 64)).unwrap();
    assert_eq!(sealed.unwrap().ops.len(), 1);
    drop(home);
    office.refuses_what_is_in_flight(&phone);
    let core = phone.open();
    core.chat_react(ChatReactArgs { id: sent.id, mark: "bow".into() }).unwrap();
    assert_eq!(page(&core, room).messages[0].state, MessageState::Failed);
    // A refused one that is taken back is given up.
    core.chat_unsend(RecordRef { id: sent.id }).unwrap();
    assert_eq!(waiting(&core), ["message"], "the reply goes");
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!((texts(&view), view.messages[0].id), (vec!["その続き"], reply.id));
    assert!(view.messages[0].reply.is_none() && view.room.failed == 0);
    assert_eq!(core.status(Nothing {}).unwrap().waiting.items, 1);
}

#[test]
fn a_refused_change_is_given_up_without_the_message_that_the_office_has() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let sent = core.chat_send(text(room, "届いた")).unwrap();
    drop(core);
    office.takes(&phone);
    let core = phone.open();
    core.chat_edit(ChatEditArgs { id: sent.id, text: "なおせない".into(), mentions: None }).unwrap();
    core.chat_react(ChatReactArgs { id: sent.id, mark: "heart".into() }).unwrap();
    drop(core);
    // Neither is allowed any more; what was delivered has not come back yet.
    let refused = |_: &ekitei_model::Operation| Outcome::Quarantined { reason: "not-allowed".into() };
    assert_eq!(office.answers(&phone, refused).len(), 2);
    let core = phone.open();
    assert_eq!(states(&page(&core, room)), [MessageState::Failed]);
    core.chat_retry(RecordRef { id: sent.id }).unwrap();
    assert_eq!(waiting(&core).len(), 2, "the mark, too");
    drop(core);
    office.answers(&phone, refused);
    let core = phone.open();
    core.chat_drop(RecordRef { id: sent.id }).unwrap();
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!((texts(&view), states(&view)), (vec!["届いた"], vec![MessageState::Sent]));
    assert!(view.messages[0].reactions.is_empty() && waiting(&core).is_empty());
    // Taking it back afterwards is told to the office, which has it.
    core.chat_edit(ChatEditArgs { id: sent.id, text: "もう一度".into(), mentions: None }).unwrap();
    drop(core);
    office.answers(&phone, refused);
    let core = phone.open();
    core.chat_unsend(RecordRef { id: sent.id }).unwrap();
    let view = page(&core, room);
    assert!(view.messages[0].unsent && view.messages[0].state == MessageState::Waiting);
    assert_eq!(waiting(&core), ["message"], "the refused change is given up with it");
}

#[test]
fn a_message_whose_picture_is_refused_fails_with_its_reason() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let photos = vec![inbox(&core, "a.jpg", &jpeg(8))];
    let sent = core.chat_send(ChatSendArgs { photos, ..text(room, "写真") }).unwrap();
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    let home = phone.home();
    let parked = home.queue().write(|tx| {
        let upload = ekitei_store::queue::uploads::next(tx, Lane::Originals, None)?.unwrap();
        ekitei_store::queue::uploads::park(tx, upload.item, &ekitei_model::Fault::ask("hash-mismatch"))?;
        Ok(upload)
    });
    drop(home);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!(states(&view), [MessageState::Failed]);
    assert_eq!(view.messages[0].fault.as_ref().unwrap().code, "hash-mismatch");
    let listed = core.chat_rooms(Nothing {}).unwrap().into_iter().find(|r| r.id == room).unwrap();
    assert_eq!((listed.failed, core.chat_badge(Nothing {}).unwrap().failed), (1, 1), "the list says so, too");
    let again = core.chat_retry(RecordRef { id: sent.id }).unwrap();
    assert_eq!(again.state, MessageState::Sent);
    assert!(waiting(&core).contains(&"original".to_owned()));
    drop(core);
    let (home, item) = (phone.home(), parked.unwrap().item);
    let fault = ekitei_model::Fault::ask("hash-mismatch");
    home.queue().write(|tx| ekitei_store::queue::uploads::park(tx, item, &fault)).unwrap();
    drop(home);
    let core = phone.open();
    core.chat_drop(RecordRef { id: sent.id }).unwrap();
    assert_eq!(states(&page(&core, room)), [MessageState::Sent]);
    assert_eq!(core.status(Nothing {}).unwrap().waiting.parked, 0);
}

#[test]
fn read_marks_of_a_room_of_many_are_told_to_its_tally() {
    let phone = Phone::enrolled();
    let people: Vec<_> = (0..150).map(|n| staff_entry(&format!("p{n:03}"), "見本 花子", SECTION)).collect();
    phone.receive(&Scope::All, &people);
    let mut office = Office::default();
    let (large, small) = (RecordId::derived(&["large"]), RecordId::derived(&["small"]));
    for (room, section) in [(large, SECTION), (small, "別の係")] {
        office.makes_room_of(&phone, room, section);
        office.says(&phone, &other_says(room, OTHER, section));
        let core = phone.open();
        core.chat_read(ChatReadArgs { room, born: page(&core, room).newest }).unwrap();
        assert_eq!(page(&core, room).room.unread, 0);
        drop(core);
        let marked = office.takes(&phone);
        let scope = if room == large { Scope::Tally(room) } else { Scope::Room(room) };
        assert!(
            matches!(&marked[..], [op] if matches!(&op.body, ekitei_model::OpBody::Mark { scope: s, .. } if *s == scope)),
            "{marked:?}"
        );
    }
}

#[test]
fn pictures_keep_their_order_behind_their_message_and_a_later_text_does_not_wait_for_them() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let photos: Vec<String> =
        [9, 4, 7].iter().map(|n| inbox(&core, &format!("{n}.jpg"), &jpeg(*n))).collect();
    let with = core.chat_send(ChatSendArgs { photos, ..text(room, "三枚") }).unwrap();
    core.chat_send(text(room, "あとから")).unwrap();
    let order: Vec<RecordId> = with.photos.iter().map(|p| p.id).collect();
    assert_eq!((order.len(), with.missing), (3, 0));
    assert_eq!(*core.media(order[1], kinds::Variant::Original).unwrap().bytes, jpeg(4));
    drop(core);
    // All words go in one lane in their order; the bytes of pictures go beside them.
    let ops = office.takes(&phone);
    let kinds: Vec<String> = ops.iter().filter_map(chat_office::kind_of).collect();
    assert_eq!(kinds, ["message", "photo", "photo", "photo", "message"]);
    office.sends_back(&phone);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!(texts(&view), ["三枚", "あとから"]);
    assert_eq!(view.messages[0].photos.iter().map(|p| p.id).collect::<Vec<_>>(), order);
    assert_eq!(waiting(&core), ["thumb", "display", "original"].repeat(3), "only bytes wait");
}

#[test]
fn a_held_message_says_until_when_and_can_be_cancelled_or_is_released_once() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let first = core.chat_send(text(room, "夜の連絡")).unwrap();
    let second = core.chat_send(text(room, "もう一つ")).unwrap();
    drop(core);
    let until_ms = 1_795_305_900_000;
    office.answers(&phone, |_| Outcome::Held { scope: Scope::User("s001".into()), seq: 0, until_ms });
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!(states(&view), [MessageState::Held; 2]);
    assert_eq!(view.messages[0].held_until.unwrap().utc_ms, until_ms);
    assert!(waiting(&core).is_empty(), "the office has it");
    core.chat_unsend(RecordRef { id: first.id }).unwrap();
    assert_eq!(texts(&page(&core, room)), ["もう一つ"]);
    drop(core);
    let ops = office.takes(&phone);
    assert!(matches!(ops[0].body, ekitei_model::OpBody::Delete) && ops[0].record == first.id);
    let core = phone.open();
    assert_eq!(texts(&page(&core, room)), ["もう一つ"]);
    drop(core);
    // In the morning it gets its place in the room.
    office.says(&phone, &chat_office::own_says(&phone, room, second.id, "もう一つ"));
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!((texts(&view), states(&view)), (vec!["もう一つ"], vec![MessageState::Sent]));
    assert!(view.messages[0].born > 0 && view.messages[0].held_until.is_none());
}

#[test]
fn what_is_unread_is_counted_and_read_marks_fold() {
    let (phone, mut office, room) = in_a_room();
    office.says(&phone, &other_says(room, OTHER, "一"));
    office.says(&phone, &other_says(room, OTHER, "二"));
    office.mentions(&phone, room, OTHER, "三", &["s001"]);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!((view.room.unread, view.room.mentions), (3, 1));
    assert_eq!(view.first_unread, Some(view.messages[0].id));
    assert!(view.messages[2].mentioned && !view.messages[0].mentioned);
    assert_eq!(core.chat_badge(Nothing {}).unwrap().unread, 3);
    core.chat_read(ChatReadArgs { room, born: view.messages[1].born }).unwrap();
    core.chat_read(ChatReadArgs { room, born: view.messages[0].born }).unwrap();
    core.chat_read(ChatReadArgs { room, born: view.newest }).unwrap();
    assert_eq!(waiting(&core), ["mark"]);
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!((view.room.unread, view.first_unread), (0, None));
    // The other has read what we wrote.
    let sent = core.chat_send(text(room, "既読は")).unwrap();
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    let born = page(&phone.open(), room).messages[3].born;
    office.marks(&phone, room, OTHER, born);
    let core = phone.open();
    assert_eq!(page(&core, room).messages[3].reads, Some(1));
    let readers = core.chat_readers(RecordRef { id: sent.id }).unwrap();
    assert_eq!((readers.read.len(), readers.unread.len()), (1, 0));
    assert_eq!(readers.read[0].name, "見本 花子");
}

#[test]
fn who_left_or_never_could_see_a_message_neither_counts_nor_is_waited_for() {
    let phone = Phone::enrolled();
    let mut office = Office::default();
    let (room, late, gone) = (RecordId::derived(&["joined"]), "s003", "s004");
    let scope = Scope::Room(room);
    office.makes_room(&phone, room, "group", &["s001", OTHER, late, gone]);
    let core = phone.open();
    let sent = core.chat_send(text(room, "合同点検は午後から")).unwrap().id;
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    let born = page(&phone.open(), room).messages[0].born;
    // One came after that into a room that shows nothing of before; another went.
    let spans =
        json!({"s001": [[0, null]], OTHER: [[0, null]], late: [[born + 1, null]], gone: [[0, born + 2]]});
    let inside = json!(["s001", OTHER, late]);
    let now = json!({"type": "group", "history": "joined", "office.members": inside, "office.spans": spans});
    let left = json!({"staff": gone, "role": "member", "state": "left"});
    let (first, second) = (office.next_in(&scope), office.next_in(&scope));
    let left = record(member_id(room, &gone.into()), kinds::ROOM_MEMBER, &scope, None, first, &left);
    phone.receive(&scope, &[left, record(room, kinds::ROOM, &scope, None, second, &now)]);
    let sides = |core: &Core, id| {
        let readers = core.chat_readers(RecordRef { id }).unwrap();
        let ids = |side: Vec<MemberView>| {
            let mut ids: Vec<String> = side.into_iter().map(|m| m.staff).collect();
            ids.sort();
            ids
        };
        (ids(readers.read), ids(readers.unread))
    };
    let none = Vec::<String>::new();
    let core = phone.open();
    assert_eq!(sides(&core, sent), (none.clone(), vec![OTHER.to_owned()]), "nobody else is reminded");
    // Whoever waits here will see it: it comes after everything.
    let waits = core.chat_send(text(room, "変更です")).unwrap().id;
    assert_eq!(sides(&core, waits), (none.clone(), vec![OTHER.to_owned(), late.to_owned()]));
    drop(core);
    for staff in [late, gone] {
        office.marks(&phone, room, staff, born + 2);
    }
    assert_eq!(page(&phone.open(), room).messages[0].reads, Some(0));
    office.marks(&phone, room, OTHER, born + 2);
    let core = phone.open();
    assert_eq!(page(&core, room).messages[0].reads, Some(1));
    assert_eq!(sides(&core, sent), (vec![OTHER.to_owned()], none));
}

#[test]
fn who_only_administers_is_not_in_the_room_of_a_section() {
    let phone = Phone::enrolled();
    let mut admin = staff_entry("s008", "見本 四郎", SECTION);
    admin.fields.insert("posts".into(), json!([{"section": SECTION, "role": "admin"}]));
    phone.receive(&Scope::All, &[staff_entry("s001", "見本 太郎", SECTION), admin]);
    let room = RecordId::derived(&["of the section"]);
    Office::default().makes_room_of(&phone, room, SECTION);
    let people = phone.open().chat_members(RoomRef { room }).unwrap().members;
    assert_eq!(people.iter().map(|m| m.staff.as_str()).collect::<Vec<_>>(), ["s001"]);
}

#[test]
fn reactions_and_pins_are_turned_on_and_off() {
    let (phone, mut office, room) = in_a_room();
    office.says(&phone, &other_says(room, OTHER, "見てください"));
    let core = phone.open();
    let id = page(&core, room).messages[0].id;
    let react = |core: &Core, mark: &str| core.chat_react(ChatReactArgs { id, mark: mark.into() });
    let seen = react(&core, "confirmed").unwrap();
    assert_eq!((seen.reactions[0].mark.as_str(), seen.reactions[0].own), ("confirmed", true));
    // Nobody was told: as if it had never been.
    assert!(react(&core, "confirmed").unwrap().reactions.is_empty());
    assert!(waiting(&core).is_empty());
    assert_eq!(code(react(&core, "angry")), "chat-field");
    react(&core, "ryokai").unwrap();
    core.chat_pin(ChatPinArgs { id, on: true }).unwrap();
    drop(core);
    let ops = office.takes(&phone);
    let made: Vec<RecordId> = ops.iter().map(|op| op.record).collect();
    assert_eq!(made, [reaction_id(id, &"s001".into(), "ryokai"), pin_id(id)]);
    office.sends_back(&phone);
    let core = phone.open();
    assert_eq!(page(&core, room).pins.len(), 1);
    assert!(react(&core, "ryokai").unwrap().reactions.is_empty());
    core.chat_pin(ChatPinArgs { id, on: false }).unwrap();
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert!(view.pins.is_empty() && view.messages[0].reactions.is_empty() && !view.messages[0].pinned);
    assert_eq!(waiting(&core), ["reaction", "pin"]);
}

#[test]
fn a_draft_is_kept_and_never_offered_again_once_it_was_sent() {
    let (phone, _, room) = in_a_room();
    let core = phone.open();
    core.chat_draft(draft(room, "書きか")).unwrap();
    core.chat_draft(draft(room, "書きかけ")).unwrap();
    drop(core);
    let core = phone.open();
    let kept = page(&core, room).draft.unwrap();
    assert_eq!(kept.text, "書きかけ");
    let written = ChatSendArgs { draft: true, ..text(room, "書きかけ") };
    assert_eq!(core.chat_send(written).unwrap().id, kept.message);
    // Killed after the sending, before the draft was forgotten.
    let value = serde_json::to_value(&kept).unwrap();
    core.draft_save(DraftArgs { key: format!("chat:{room}"), value }).unwrap();
    drop(core);
    let core = phone.open();
    assert!(page(&core, room).draft.is_none());
    let next = ChatSendArgs { draft: true, ..text(room, "次") };
    assert_ne!(core.chat_send(next).unwrap().id, kept.message);
    assert_eq!(texts(&page(&core, room)), ["書きかけ", "次"]);
}

fn draft(room: RecordId, text: &str) -> ChatDraftArgs {
    ChatDraftArgs {
        room,
        text: text.into(),
        reply_to: None,
        named: Vec::new(),
        urgent: None,
        attached: Vec::new(),
        link: None,
    }
}

#[test]
fn whatever_else_is_sent_leaves_the_draft_of_its_room() {
    let (phone, mut office, room) = in_a_room();
    office.says(&phone, &other_says(room, OTHER, "どうですか"));
    let core = phone.open();
    core.chat_draft(draft(room, "書きかけの長い返事")).unwrap();
    let photos = vec![inbox(&core, "whiteboard.jpg", &jpeg(2))];
    core.chat_send(ChatSendArgs { photos, ..text(room, "") }).unwrap();
    core.chat_send(ChatSendArgs { stamp: Some("ryokai".into()), ..text(room, "") }).unwrap();
    core.chat_send(text(room, "まだの方は")).unwrap();
    drop(core);
    let core = phone.open();
    let kept = page(&core, room).draft.unwrap();
    assert_eq!(kept.text, "書きかけの長い返事");
    assert!(page(&core, room).messages.iter().all(|m| m.id != kept.message), "its id is still its own");
}

#[test]
fn a_draft_keeps_everything_that_goes_with_it_and_says_what_was_lost() {
    let (phone, mut office, room) = in_a_room();
    office.says(&phone, &other_says(room, OTHER, "どの沢ですか"));
    let core = phone.open();
    let asked = page(&core, room).messages[0].id;
    let (here, gone) = (inbox(&core, "地図.pdf", b"%PDF"), inbox(&core, "沢.jpg", &jpeg(2)));
    let attached = |name: &String, label: &str, picture| ChatAttached {
        name: name.clone(),
        label: label.into(),
        picture,
    };
    let link = ChatLink {
        kind: "case".into(),
        id: RecordId::derived(&["case"]),
        label: "砂-0412".into(),
        case: None,
    };
    core.chat_draft(ChatDraftArgs {
        reply_to: Some(asked),
        named: vec![ChatNamed { staff: OTHER.into(), name: "見本 花子".into() }],
        urgent: Some("増水".into()),
        attached: vec![attached(&here, "地図.pdf", false), attached(&gone, "沢.jpg", true)],
        link: Some(link),
        ..draft(room, "@見本 花子 ここです")
    })
    .unwrap();
    drop(core);
    // Copies in the inbox are not kept for ever.
    std::fs::remove_file(phone.dir().join("inbox").join(&gone)).unwrap();
    let core = phone.open();
    let kept = page(&core, room).draft.unwrap();
    let reply = kept.reply.unwrap();
    assert_eq!((reply.id, reply.by_name.as_str(), reply.text.as_str()), (asked, "見本 花子", "どの沢ですか"));
    assert_eq!((kept.named[0].staff.as_str(), kept.urgent.as_deref()), (OTHER, Some("増水")));
    assert_eq!(kept.attached.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), [here]);
    assert_eq!((kept.lost, kept.link.unwrap().label), (vec!["沢.jpg".to_owned()], "砂-0412".to_owned()));
    // A draft that an older program kept is a draft still; one of files alone is named in the list.
    let old = json!({"message": kept.message, "text": "前の版から", "reply_to": null, "mentions": [OTHER], "urgent": null});
    core.draft_save(DraftArgs { key: format!("chat:{room}"), value: old }).unwrap();
    assert_eq!(page(&core, room).draft.unwrap().text, "前の版から");
    let name = inbox(&core, "様式.pdf", b"%PDF");
    core.chat_draft(ChatDraftArgs {
        attached: vec![attached(&name, "様式.pdf", false)], ..draft(room, "")
    })
    .unwrap();
    assert_eq!(page(&core, room).room.draft, "様式.pdf");
    core.chat_draft(draft(room, "")).unwrap();
    assert!(page(&core, room).draft.is_none());
}

#[test]
fn editing_keeps_whom_a_message_calls_or_changes_it() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let called = |m: &MessageView| m.mentions.iter().map(|one| one.staff.clone()).collect::<Vec<_>>();
    let edit = |core: &Core, id, text: &str, mentions: Option<&[&str]>| {
        let mentions = mentions.map(|all| all.iter().map(|one| (*one).to_owned()).collect());
        core.chat_edit(ChatEditArgs { id, text: text.into(), mentions }).unwrap()
    };
    let sent = core
        .chat_send(ChatSendArgs { mentions: vec![OTHER.into()], ..text(room, "@見本 花子 九時") })
        .unwrap();
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    let core = phone.open();
    let kept = edit(&core, sent.id, "@見本 花子 十時", None);
    assert_eq!((called(&kept), kept.edited), (vec![OTHER.to_owned()], true));
    assert_eq!(called(&edit(&core, sent.id, "@全員 十時", Some(&["all"]))), ["all"]);
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    let core = phone.open();
    assert_eq!(called(&page(&core, room).messages[0]), ["all"]);
    assert!(called(&edit(&core, sent.id, "十時", Some(&[]))).is_empty());
}

#[test]
fn what_is_forwarded_again_names_its_first_writer() {
    let (phone, mut office, room) = in_a_room();
    let mut said = other_says(room, OTHER, "橋が通れません");
    said.fields.insert(
        "forward".into(),
        json!({"from_staff": "s009", "at": "2026-11-20T10:00:00.000+09:00", "room_name": "土木"}),
    );
    office.says(&phone, &said);
    phone.receive(&Scope::All, &[staff_entry("s009", "見本 次郎", SECTION)]);
    let core = phone.open();
    let mine = core.chat_forward(ChatForwardArgs { id: said.id, room: own_room() }).unwrap();
    let origin = mine.forward.unwrap();
    assert_eq!((origin.by_name.as_str(), origin.room_name.as_str()), ("見本 次郎", "土木"));
}

#[test]
fn in_a_large_room_nobody_is_said_to_have_not_read_what_nobody_counts() {
    let phone = Phone::enrolled();
    let people: Vec<_> = (0..150).map(|n| staff_entry(&format!("p{n:03}"), "見本 花子", SECTION)).collect();
    phone.receive(&Scope::All, &people);
    let mut office = Office::default();
    let room = RecordId::derived(&["large"]);
    office.makes_room_of(&phone, room, SECTION);
    let core = phone.open();
    let old = core.chat_send(text(room, "先週の連絡")).unwrap().id;
    let new = core.chat_send(text(room, "今日の連絡")).unwrap().id;
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    // A mark from before the room grew large says that much.
    let core = phone.open();
    let born = page(&core, room).messages[0].born;
    drop(core);
    office.marks(&phone, room, "p001", born);
    office.counts(&phone, room, SECTION, &[(born + 1, 42)]);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!(view.messages.iter().map(|m| m.reads).collect::<Vec<_>>(), [None, Some(42)]);
    let readers = |id| core.chat_readers(RecordRef { id }).unwrap();
    let (old, new) = (readers(old), readers(new));
    assert!(!old.complete && old.count.is_none() && old.unread.is_empty());
    assert_eq!(old.read.iter().map(|m| m.staff.as_str()).collect::<Vec<_>>(), ["p001"]);
    assert!(!new.complete && new.unread.is_empty());
    assert_eq!(new.count, Some(42));
}

#[test]
fn quotes_and_pins_of_what_has_no_words_say_what_it_is() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let stamp = core.chat_send(ChatSendArgs { stamp: Some("ryokai".into()), ..text(room, "") }).unwrap().id;
    let name = inbox(&core, "様式第1号.pdf", b"%PDF-1.7 invented");
    let file = core.chat_send(ChatSendArgs { files: vec![name], ..text(room, "") }).unwrap().id;
    let photos = vec![inbox(&core, "a.jpg", &jpeg(1))];
    let photo = core.chat_send(ChatSendArgs { photos, ..text(room, "") }).unwrap().id;
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    let core = phone.open();
    let quoted = |id| {
        let reply = ChatSendArgs { reply_to: Some(id), ..text(room, "これ") };
        core.chat_send(reply).unwrap().reply.unwrap()
    };
    assert_eq!(quoted(stamp).stamp.as_deref(), Some("ryokai"));
    assert_eq!((quoted(file).files, quoted(file).file_name.as_deref()), (1, Some("様式第1号.pdf")));
    assert_eq!((quoted(photo).photos, quoted(photo).text.as_str()), (1, ""));
    for id in [stamp, file, photo] {
        core.chat_pin(ChatPinArgs { id, on: true }).unwrap();
    }
    let pins = page(&core, room).pins;
    let pinned = |id| pins.iter().find(|p| p.id == id).unwrap();
    assert_eq!(pinned(stamp).stamp.as_deref(), Some("ryokai"));
    assert_eq!(pinned(file).file_name.as_deref(), Some("様式第1号.pdf"));
    assert_eq!(pinned(photo).photos, 1);
}

#[test]
fn a_room_with_much_unread_opens_there_and_is_read_in_parts() {
    let (phone, mut office, room) = in_a_room();
    let said: Vec<String> = (0..2_500).map(|n| format!("第{n}報")).collect();
    let records: Vec<_> = said.iter().map(|text| other_says(room, OTHER, text)).collect();
    for some in records.chunks(500) {
        office.says_all(&phone, some);
    }
    let core = phone.open();
    let ask = |args: RoomArgs| core.chat_room(args).unwrap();
    let born =
        |n: usize| ask(RoomArgs { at: Some(records[n].id), ..RoomArgs::newest(room, 1) }).messages[15].born;
    core.chat_read(ChatReadArgs { room, born: born(99) }).unwrap();
    let core = &core;
    let open = ask(RoomArgs { unread: true, ..RoomArgs::newest(room, 50) });
    assert_eq!((open.messages.len(), open.older, open.newer), (65, true, true));
    assert_eq!((open.first_unread, open.unread_from), (Some(records[100].id), Some(born(100))));
    assert_eq!((open.messages[15].text.as_str(), open.room.unread), ("第100報", 2_400));
    assert_eq!(open.read, born(99));
    // Where the end is shown the line is not: that message is not among them.
    assert_eq!(ask(RoomArgs::newest(room, 50)).first_unread, None);
    // The same part again, with more before and behind it.
    let from = Some(open.messages[0].born);
    let more = ask(RoomArgs { from, back: 30, ..RoomArgs::newest(room, 100) });
    let texts = |view: &RoomView| {
        let ends = [view.messages.first().unwrap(), view.messages.last().unwrap()];
        ends.map(|m| m.text.clone())
    };
    assert_eq!((texts(&more), more.messages.len()), (["第55報".to_owned(), "第184報".to_owned()], 130));
    // What is being sent stands at the end alone, and the part that reaches the end goes on with it.
    core.chat_send(text(room, "了解しました")).unwrap();
    assert_eq!(texts(&ask(RoomArgs { from, ..RoomArgs::newest(room, 100) }))[1], "第184報");
    let end = ask(RoomArgs { from: Some(born(2_450)), ..RoomArgs::newest(room, 100) });
    assert_eq!((texts(&end), end.newer), (["第2450報".to_owned(), "了解しました".to_owned()], false));
    // A pin or quote of long ago opens in its place.
    let there = ask(RoomArgs { at: Some(records[20].id), ..RoomArgs::newest(room, 50) });
    assert_eq!((texts(&there)[0].as_str(), there.messages.len()), ("第5報", 65));
    assert!(there.messages.iter().any(|m| m.id == records[20].id));
}

#[test]
fn a_room_of_several_sections_is_made_and_changed_by_those_who_may() {
    let args = |sections: &[&str]| ChatGroupArgs {
        name: "林道".into(),
        colour: "green".into(),
        people: Vec::new(),
        sections: sections.iter().map(|s| (*s).to_owned()).collect(),
        history: true,
    };
    let clerk = Phone::enrolled();
    let core = clerk.open();
    assert!(!core.chat_sections(Nothing {}).unwrap().may_make);
    assert_eq!(code(core.chat_group(args(&["A振興局/林務課/治山係"]))), "not-allowed");
    let phone = Phone::of_a_head();
    phone.receive(&Scope::All, &[staff_entry(OTHER, "見本 花子", "A振興局/林務課/治山係")]);
    let core = phone.open();
    let office = core.chat_sections(Nothing {}).unwrap();
    assert_eq!((office.may_make, office.sections), (true, vec!["A振興局/林務課/治山係".to_owned()]));
    let offices = core.chat_group(args(&["A振興局/林務課/治山係"])).unwrap();
    assert_eq!(offices.kind, Type::Offices);
    let group = core.chat_group(ChatGroupArgs { people: vec![OTHER.into()], ..args(&[]) }).unwrap();
    assert_eq!((group.kind, group.colour.as_str()), (Type::Group, "green"));
    let members = |room| core.chat_members(RoomRef { room }).unwrap();
    assert!(members(group.id).history);
    let change = |room, sections: Option<Vec<String>>| ChatRenameArgs {
        room,
        name: "林道 連絡".into(),
        colour: "red".into(),
        history: Some(false),
        sections,
    };
    let sections = vec!["A振興局/林務課/治山係".to_owned(), SECTION.to_owned()];
    core.chat_rename(change(offices.id, Some(sections.clone()))).unwrap();
    assert_eq!(members(offices.id).sections, sections);
    assert!(members(offices.id).members.iter().any(|m| m.staff == OTHER && m.by_section));
    // A group stays one, whoever looks after it.
    assert_eq!([offices.id, group.id].map(|room| members(room).chooses_sections), [true, false]);
    assert_eq!(code(core.chat_rename(change(group.id, Some(sections)))), "not-allowed");
    let changed = core.chat_rename(change(group.id, None)).unwrap();
    assert_eq!((changed.name.as_str(), changed.colour.as_str()), ("林道 連絡", "red"));
    assert!(!members(group.id).history);
    assert_eq!(code(core.chat_rename(change(group.id, Some(Vec::new())))), "room-empty");
}

#[test]
fn rooms_are_made_before_their_first_message_and_once() {
    let phone = Phone::enrolled();
    phone.receive(&Scope::All, &[staff_entry(OTHER, "見本 花子", SECTION)]);
    let core = phone.open();
    let rooms = core.chat_rooms(Nothing {}).unwrap();
    assert_eq!((rooms.len(), rooms[0].kind, rooms[0].id), (1, Type::Own, own_room()));
    core.chat_send(text(own_room(), "自分のPCへ")).unwrap();
    core.chat_send(text(own_room(), "もう一つ")).unwrap();
    assert_eq!(waiting(&core), ["room", "room_member", "message", "message"]);
    let with = core.chat_open(ChatOpenArgs { staff: OTHER.into() }).unwrap();
    assert_eq!((with.id, with.name.as_str()), (direct_id(&OTHER.into(), &"s001".into()), "見本 花子"));
    let before = waiting(&core).len();
    core.chat_open(ChatOpenArgs { staff: OTHER.into() }).unwrap();
    assert_eq!(waiting(&core).len(), before, "opening it again makes nothing");
    assert_eq!(code(core.chat_open(ChatOpenArgs { staff: "nobody".into() })), "record-unknown");
    let args = |people: &[&str]| ChatGroupArgs {
        name: "当番".into(),
        colour: String::new(),
        people: people.iter().map(|p| (*p).to_owned()).collect(),
        sections: Vec::new(),
        history: false,
    };
    assert_eq!(code(core.chat_group(args(&["s001"]))), "room-empty");
    let crowd: Vec<String> = (0..500).map(|n| format!("m{n:03}")).collect();
    let too_many: Vec<&str> = crowd.iter().map(String::as_str).collect();
    assert_eq!(code(core.chat_group(args(&too_many))), "room-full");
    let group = core.chat_group(args(&[OTHER, OTHER, "s001"])).unwrap();
    let invites =
        |people: &[String]| core.chat_invite(ChatInviteArgs { room: group.id, people: people.to_vec() });
    let before = waiting(&core).len();
    assert_eq!(code(invites(&crowd[..499])), "room-full");
    assert_eq!(waiting(&core).len(), before, "nobody of them");
    invites(&[OTHER.to_owned(), OTHER.to_owned()]).unwrap();
    let members = core.chat_members(RoomRef { room: group.id }).unwrap();
    assert!(members.admin && members.members.len() == 2);
    assert_eq!(members.room.members, 2, "before the office has counted them");
    drop(core);
    let mut office = Office::default();
    let kinds: Vec<String> = office.takes(&phone).iter().filter_map(chat_office::kind_of).collect();
    assert_eq!(kinds[..4], ["room", "room_member", "message", "message"]);
    let core = phone.open();
    core.chat_pin_room(ChatPinRoomArgs { room: group.id, on: true }).unwrap();
    let rooms: Vec<RecordId> = core.chat_rooms(Nothing {}).unwrap().iter().map(|r| r.id).collect();
    assert_eq!(rooms, [own_room(), group.id, with.id], "own, pinned, the others");
    core.chat_member(ChatMemberArgs { room: group.id, staff: "s001".into(), admin: None, leaves: true })
        .unwrap();
    assert!(core.chat_rooms(Nothing {}).unwrap().iter().all(|r| r.id != group.id));
}

#[test]
fn messages_are_found_by_any_part_and_by_room_sender_day_and_pictures() {
    let (phone, mut office, room) = in_a_room();
    office.says(&phone, &other_says(room, OTHER, "カメムシの写真を送ります"));
    let core = phone.open();
    let photos = vec![inbox(&core, "a.jpg", &jpeg(1))];
    core.chat_send(ChatSendArgs { photos, ..text(room, "亀虫らしい") }).unwrap();
    core.chat_send(text(own_room(), "買い物")).unwrap();
    let find = |query: &str| ChatSearchArgs {
        query: query.into(),
        room: None,
        staff: None,
        from: None,
        to: None,
        photos: false,
        limit: 50,
    };
    let found = |args: ChatSearchArgs| -> Vec<String> {
        core.chat_search(args).unwrap().into_iter().map(|h| h.excerpt).collect()
    };
    assert_eq!(found(find("ｶﾒﾑｼ")), ["カメムシの写真を送ります"]);
    assert_eq!(found(find("虫")), ["亀虫らしい"], "one character");
    assert_eq!(found(find("の")).len(), 1);
    assert_eq!(found(find("")).len(), 3, "no words: the newest");
    assert_eq!(found(ChatSearchArgs { room: Some(own_room()), ..find("") }), ["買い物"]);
    assert_eq!(found(ChatSearchArgs { staff: Some(OTHER.into()), ..find("") }).len(), 1);
    assert_eq!(found(ChatSearchArgs { photos: true, ..find("") }), ["亀虫らしい"]);
    assert!(found(ChatSearchArgs { to: Some("2000-01-01".into()), ..find("") }).is_empty());
    assert_eq!(found(ChatSearchArgs { from: Some("2026-01-01".into()), ..find("らしい") }).len(), 1);
    let hit = core.chat_search(find("カメ")).unwrap().remove(0);
    assert_eq!((hit.room, hit.room_name.as_str(), hit.by.as_str()), (room, "見本 花子", OTHER));
    let at = core.chat_room(RoomArgs { at: Some(hit.id), ..RoomArgs::newest(room, 1) }).unwrap();
    assert!(at.messages.iter().any(|m| m.id == hit.id), "it opens in its place");
}

#[test]
fn a_long_room_opens_with_its_newest_and_goes_back_as_far_as_asked() {
    let (phone, mut office, room) = in_a_room();
    let said: Vec<String> = (0..70).map(|n| format!("第{n}報")).collect();
    let records: Vec<_> = said.iter().map(|text| other_says(room, OTHER, text)).collect();
    office.says_all(&phone, &records);
    let core = phone.open();
    let open = |limit: u32, at: Option<RecordId>| {
        core.chat_room(RoomArgs { at, ..RoomArgs::newest(room, limit) }).unwrap()
    };
    let newest = open(50, None);
    assert_eq!(
        (texts(&newest).as_slice(), newest.older),
        (&said[20..].iter().map(String::as_str).collect::<Vec<_>>()[..], true)
    );
    assert_eq!(newest.room.unread, 70);
    assert_eq!(newest.first_unread, None, "it stands before what is shown");
    let from_there = core.chat_room(RoomArgs { unread: true, ..RoomArgs::newest(room, 50) }).unwrap();
    assert_eq!((from_there.first_unread, from_there.messages.len()), (Some(records[0].id), 70));
    let all = open(70, None);
    assert_eq!((all.messages.len(), all.older), (70, false));
    // What was looked for, with a little before it.
    let there = open(10, Some(records[30].id));
    assert!(there.messages.iter().any(|m| m.id == records[30].id) && there.older);
    assert_eq!(there.messages.last().unwrap().text, "第69報");
    // Own waiting ones stand behind whatever is shown.
    core.chat_send(text(room, "了解しました")).unwrap();
    let two = open(1, None);
    assert_eq!(texts(&two), ["第69報", "了解しました"]);
}

#[test]
fn an_urgent_message_needs_a_reason_and_goes_before_everything() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    core.chat_send(text(room, "ふつう")).unwrap();
    let urgent = |why: &str| ChatSendArgs { urgent: Some(why.into()), ..text(room, "至急") };
    assert_eq!(code(core.chat_send(urgent("。"))), "urgent-without-reason");
    assert_eq!(code(core.chat_send(text(room, "  "))), "message-empty");
    core.chat_send(urgent("崩落の連絡")).unwrap();
    let lanes: Vec<Lane> = core.queue(Nothing {}).unwrap().rows.iter().map(|r| r.lane).collect();
    assert_eq!(lanes, [Lane::Chat, Lane::Emergency]);
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    let view = page(&phone.open(), room);
    assert_eq!(texts(&view), ["至急", "ふつう"], "the office's order");
    assert_eq!(view.messages[0].urgent.as_deref(), Some("崩落の連絡"));
}

#[test]
fn who_is_taken_out_of_a_room_loses_it_with_everything_that_could_be_found() {
    let (phone, mut office, room) = in_a_room();
    office.says(&phone, &other_says(room, OTHER, "内密の話"));
    let core = phone.open();
    assert_eq!(page(&core, room).messages.len(), 1);
    drop(core);
    office.takes_out(&phone, room);
    drop(phone.open());
    let core = phone.open();
    assert_eq!(code(core.chat_room(RoomArgs::newest(room, 50))), "room-unknown");
    let find = SearchArgs { query: "内密".into(), limit: 10 };
    assert!(core.search(find).unwrap().is_empty());
}

#[test]
fn a_question_about_a_case_shares_its_picture_without_sending_it_again() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let case = phone.case(&core, "R8-1");
    let taken = core.photo_add(photos(&inbox(&core, "虫.jpg", &jpeg(5)), Some(case))).unwrap().remove(0);
    let ask =
        ChatAskArgs { room, photos: vec![taken.id], text: "これは何ですか".into(), question: true };
    let question = core.chat_ask(ask).unwrap();
    let about = question.question.as_ref().unwrap();
    assert_eq!((about.case_number.as_str(), question.photos.len()), ("R8-1", 1));
    let shared = question.photos[0].id;
    assert_ne!(shared, taken.id);
    assert_eq!(*core.media(shared, kinds::Variant::Original).unwrap().bytes, jpeg(5));
    drop(core);
    office.takes(&phone);
    office.sends_back(&phone);
    office.replies(&phone, room, OTHER, "ハダニです", question.id);
    let core = phone.open();
    let answer = page(&core, room).messages[1].id;
    core.chat_answer(ChatAnswerArgs { question: question.id, answer }).unwrap();
    drop(core);
    let core = phone.open();
    let view = page(&core, room);
    assert_eq!(view.messages[0].question.as_ref().unwrap().answer, Some(answer));
    let quoted = view.messages[1].reply.as_ref().unwrap();
    assert!(view.messages[1].chosen && quoted.question && quoted.own);
    // Without 教えて it is a picture like any other, also to oneself.
    let plain =
        ChatAskArgs { room: own_room(), photos: vec![taken.id], text: String::new(), question: false };
    let plain = core.chat_ask(plain).unwrap();
    assert!(plain.question.is_none() && plain.photos.len() == 1);
    // Forwarded into one's own room: the words, the picture, and where they come from.
    let mine = core.chat_forward(ChatForwardArgs { id: question.id, room: own_room() }).unwrap();
    assert_eq!((mine.text.as_str(), mine.photos.len()), ("これは何ですか", 1));
    assert_eq!(mine.forward.unwrap().room_name, "見本 花子");
}

#[test]
fn files_travel_with_their_name_and_have_their_limits() {
    let (phone, _, room) = in_a_room();
    let core = phone.open();
    let name = inbox(&core, "様式第1号.pdf", b"%PDF-1.7 invented");
    let sent = core.chat_send(ChatSendArgs { files: vec![name], ..text(room, "") }).unwrap();
    let file = &sent.files[0];
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("様式第1号.pdf", "application/pdf"));
    assert_eq!((file.bytes, file.on_phone, sent.missing), (17, true, 0));
    assert_eq!(*core.media(file.id, kinds::Variant::Original).unwrap().bytes, b"%PDF-1.7 invented");
    let large = inbox(&core, "large.bin", &vec![0; 10 * 1024 * 1024 + 1]);
    let refused = core.chat_send(ChatSendArgs { files: vec![large], ..text(room, "") });
    assert_eq!(code(refused), "file-too-large");
    assert_eq!(page(&core, room).messages.len(), 1, "nothing of it was sent");
}

#[test]
fn a_forwarded_file_travels_with_the_bytes_of_this_phone() {
    let (phone, mut office, room) = in_a_room();
    let core = phone.open();
    let name = inbox(&core, "様式第1号.pdf", b"%PDF-1.7 invented");
    let sent = core.chat_send(ChatSendArgs { files: vec![name], ..text(room, "これです") }).unwrap();
    let mine = core.chat_forward(ChatForwardArgs { id: sent.id, room: own_room() }).unwrap();
    let file = &mine.files[0];
    assert_eq!((mine.missing, mine.files.len(), file.name.as_str()), (0, 1, "様式第1号.pdf"));
    assert_ne!(file.id, sent.files[0].id);
    assert_eq!(*core.media(file.id, kinds::Variant::Original).unwrap().bytes, b"%PDF-1.7 invented");
    // Bytes follow their record: before, the office would take them for a photograph.
    drop(core);
    let next = |phone: &Phone| {
        phone.home().queue().read(|c| ekitei_store::queue::uploads::next(c, Lane::Originals, None)).unwrap()
    };
    assert!(next(&phone).is_none());
    office.takes(&phone);
    office.sends_back(&phone);
    assert!(next(&phone).is_some());
    // A file of somebody else that has not come: it is asked for, and nothing is sent without it.
    let mut said = other_says(room, OTHER, "こちらも");
    said.fields.insert("files".into(), json!(1));
    let fields = json!({"name": "要点.txt", "bytes": 9, "sha256": "00", "type": "text/plain"});
    let id = RecordId::derived(&["test file"]);
    let file = record(id, kinds::FILE, &Scope::Room(room), Some(said.id), 0, &fields);
    office.says_all(&phone, &[said.clone(), by(OTHER, file)]);
    let core = phone.open();
    let refused = core.chat_forward(ChatForwardArgs { id: said.id, room: own_room() });
    assert_eq!(code(refused), "file-not-here");
    // Of which a picture has not come at all, goes on when it is whole.
    drop(core);
    let mut more = other_says(room, OTHER, "二枚");
    more.fields.insert("photos".into(), json!(2));
    office.says(&phone, &more);
    let core = phone.open();
    let refused = core.chat_forward(ChatForwardArgs { id: more.id, room: own_room() });
    assert_eq!(code(refused), "parts-not-here");
    assert_eq!(page(&core, own_room()).messages.len(), 1);
}

#[test]
fn a_call_is_answered_in_one_tap_and_the_answer_can_change() {
    let phone = Phone::enrolled();
    let room = RecordId::derived(&["test disaster"]);
    let mut office = Office::default();
    office.makes_room(&phone, room, "disaster", &["s001"]);
    let call = office.calls(&phone, room, SECTION);
    let core = phone.open();
    let view = page(&core, room).calls.remove(0);
    assert!(view.asked && !view.closed && view.safety.is_none());
    let args = |safety: Option<&str>, coming: Option<&str>| CallAnswerArgs {
        call,
        safety: safety.map(str::to_owned),
        coming: coming.map(str::to_owned),
        text: None,
    };
    core.call_answer(args(Some("safe"), None)).unwrap();
    assert_eq!(code(core.call_answer(args(Some("well"), None))), "chat-field");
    let both = core.call_answer(args(None, Some("in_30"))).unwrap();
    assert_eq!((both.safety.as_deref(), both.coming.as_deref()), (Some("safe"), Some("in_30")));
    let rows = core.queue(Nothing {}).unwrap().rows;
    assert_eq!(
        rows.iter().map(|r| (r.what.as_str(), r.lane)).collect::<Vec<_>>(),
        [("call_answer", Lane::Emergency)]
    );
    drop(core);
    assert_eq!(page(&phone.open(), room).calls[0].safety.as_deref(), Some("safe"));
}
