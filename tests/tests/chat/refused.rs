//! Messages that a real office refuses for good, at once or at the hour for which it kept them: their words stay on the
//! phone, with the reason, until their writer decides.

use super::hall::{EVENING, Hall, MORNING};
use super::{drain, page, round, say, texts, unsent, words};
use ekitei_core::Core;
use ekitei_core::bridge::chat::*;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_model::RecordId;
use ekitei_model::kinds::Variant;
use ekitei_tests::line::CutOnce;
use ekitei_tests::shots;

/// Nobody of them leads anything: 指導保安係 and 普及係.
const ONE: &str = "s001";
const OTHER: &str = "s004";
const NIGHT_FILE: &[u8] = b"%PDF-1.7 invented";

/// The other's group, in which one is.
fn group(one: &Core, other: &Core) -> RecordId {
    let name = "林道".to_owned();
    let people = vec![ONE.to_owned()];
    let made = other.chat_group(ChatGroupArgs { name, colour: String::new(), people, history: true });
    drain(other);
    round(one);
    round(one);
    let room = made.unwrap().id;
    assert!(knows(one, room));
    room
}

fn knows(core: &Core, room: RecordId) -> bool {
    core.chat_rooms(Nothing {}).unwrap().iter().any(|r| r.id == room)
}

fn put_out(other: &Core, room: RecordId) {
    let staff = ONE.to_owned();
    other.chat_member(ChatMemberArgs { room, staff, admin: None, leaves: true }).unwrap();
    drain(other);
}

fn take_in(other: &Core, room: RecordId) {
    other.chat_invite(ChatInviteArgs { room, people: vec![ONE.into()] }).unwrap();
    drain(other);
}

/// Words, whether and why they failed, whether they are still said to wait for the morning.
fn states(core: &Core, room: RecordId) -> Vec<(String, MessageState, Option<String>, bool)> {
    let shown = |m: MessageView| (m.text, m.state, m.fault.map(|f| f.code), m.held_until.is_some());
    page(core, room).messages.into_iter().map(shown).collect()
}

fn failed(text: &str) -> (String, MessageState, Option<String>, bool) {
    (text.to_owned(), MessageState::Failed, Some("not-allowed".to_owned()), false)
}

fn sent(text: &str) -> (String, MessageState, Option<String>, bool) {
    (text.to_owned(), MessageState::Sent, None, false)
}

/// What the list of things that wait says about messages: why each is parked, and its words if they may be shown.
fn parked(core: &Core) -> Vec<(Option<String>, String)> {
    let rows = core.queue(Nothing {}).unwrap().rows.into_iter().filter(|r| r.what == "message");
    rows.map(|r| (r.parked.map(|f| f.code), r.title)).collect()
}

/// A message with a picture and a file, which the office keeps for the morning; its words were corrected since.
fn at_night(hall: &Hall, one: &Core, room: RecordId) -> RecordId {
    let photo = one.copy_in(&shots::small(hall.dir(), 3)).unwrap();
    let form = hall.dir().join("様式第1号.pdf");
    std::fs::write(&form, NIGHT_FILE).unwrap();
    let file = one.copy_in(&form).unwrap();
    let with = ChatSendArgs { photos: vec![photo], files: vec![file], ..words(room, "明日の件") };
    let id = one.chat_send(with).unwrap().id;
    drain(one);
    one.chat_edit(ChatEditArgs { id, text: "明日の集合について".into() }).unwrap();
    drain(one);
    assert_eq!(page(one, room).messages[0].state, MessageState::Held);
    id
}

#[test]
fn what_the_office_refuses_in_the_morning_is_failed_and_goes_again_once_when_its_writer_says_so() {
    let hall = Hall::at(EVENING);
    let (one, other) = (hall.phone(ONE, "one"), hall.phone(OTHER, "other"));
    let also_one = hall.phone(ONE, "also one");
    let room = group(&one, &other);
    let id = at_night(&hall, &one, room);
    put_out(&other, room);
    hall.until("the room is gone", &one, |c| !knows(c, room));
    hall.go_to(MORNING);
    let told = vec![(Some("not-allowed".to_owned()), String::new())];
    hall.until("it says that something was refused", &one, |c| parked(c) == told);
    drop(one);
    let one = hall.open("one");
    round(&one);
    assert_eq!(parked(&one), told, "also after a kill, once");
    take_in(&other, room);
    let words = "明日の集合について";
    for core in [&one, &also_one] {
        hall.until("the words are there again", core, |c| {
            knows(c, room) && states(c, room) == [failed(words)]
        });
        assert_eq!(core.chat_badge(Nothing {}).unwrap().failed, 1);
    }
    round(&other);
    assert_eq!(texts(&other, room), Vec::<String>::new(), "nothing goes by itself");
    one.chat_retry(RecordRef { id }).unwrap();
    hall.line.cut_once(CutOnce::Answer);
    round(&one);
    drop(one);
    let one = hall.open("one");
    drain(&one);
    for core in [&one, &also_one, &other] {
        hall.until("it has come", core, |c| states(c, room) == [sent(words)]);
    }
    assert_eq!((unsent(&also_one), also_one.chat_badge(Nothing {}).unwrap().failed), (0, 0));
    hall.until("with all that hangs on it", &other, |c| {
        let m = page(c, room).messages.remove(0);
        let here = m.photos.len() == 1 && m.files.len() == 1 && m.missing == 0;
        here && c.media(m.files[0].id, Variant::Original).is_ok_and(|f| *f.bytes == NIGHT_FILE)
            && c.media(m.photos[0].id, Variant::Thumb).is_ok()
    });
    hall.verify();
}

#[test]
fn what_the_office_refused_in_the_morning_is_given_up_on_every_device_with_its_files() {
    let hall = Hall::at(EVENING);
    let (one, other) = (hall.phone(ONE, "one"), hall.phone(OTHER, "other"));
    let also_one = hall.phone(ONE, "also one");
    let room = group(&one, &other);
    let id = at_night(&hall, &one, room);
    let first = page(&one, room).messages.remove(0);
    let (photo, file) = (first.photos[0].id, first.files[0].id);
    // This phone has no line until its writer is back in the room; another one of the person hears of the refusal.
    put_out(&other, room);
    hall.go_to(MORNING);
    hall.until("refused", &also_one, |c| parked(c).len() == 1);
    take_in(&other, room);
    say(&other, room, "お待たせしました");
    drain(&other);
    let both = [sent("お待たせしました"), failed("明日の集合について")];
    hall.until("failed", &one, |c| states(c, room) == both);
    assert!(one.media(file, Variant::Original).is_ok(), "its file is still here");
    one.chat_drop(RecordRef { id }).unwrap();
    assert_eq!(texts(&one, room), ["お待たせしました"]);
    assert!(one.media(photo, Variant::Thumb).is_err() && one.media(file, Variant::Original).is_err());
    hall.line.cut_once(CutOnce::Answer);
    round(&one);
    drop(one);
    let one = hall.open("one");
    drain(&one);
    for core in [&one, &also_one, &other] {
        hall.until("nobody has it", core, |c| {
            unsent(c) == 0 && knows(c, room) && texts(c, room) == ["お待たせしました"]
        });
    }
    say(&one, room, "こちらこそ");
    drain(&one);
    hall.until("the next one goes", &other, |c| texts(c, room) == ["お待たせしました", "こちらこそ"]);
    hall.verify();
}
