//! Messages that a real office refuses for good, at once or at the hour for which it kept them: their words stay on the
//! phone, with the reason, until their writer decides.

use super::hall::{EVENING, Hall, MORNING};
use super::{World, drain, open, page, round, say, texts, unsent, words};
use ekitei_core::Core;
use ekitei_core::bridge::chat::*;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_model::RecordId;
use ekitei_model::kinds::Variant;
use ekitei_tests::line::{CutOnce, Mode};
use ekitei_tests::shots;

/// Nobody of them leads anything: 指導保安係 and 普及係.
const ONE: &str = "s001";
const OTHER: &str = "s004";
const NIGHT_FILE: &[u8] = b"%PDF-1.7 invented";

/// The other's group, in which one is.
fn group(one: &Core, other: &Core) -> RecordId {
    group_with(one, other, ONE)
}

fn group_with(one: &Core, other: &Core, staff: &str) -> RecordId {
    let name = "林道".to_owned();
    let people = vec![staff.to_owned()];
    let made = other.chat_group(ChatGroupArgs {
        name,
        colour: String::new(),
        people,
        sections: Vec::new(),
        history: true,
    });
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

fn put_out(other: &Core, room: RecordId, staff: &str) {
    let staff = staff.to_owned();
    other.chat_member(ChatMemberArgs { room, staff, admin: None, leaves: true }).unwrap();
    drain(other);
}

fn take_in(other: &Core, room: RecordId, staff: &str) {
    other.chat_invite(ChatInviteArgs { room, people: vec![staff.into()] }).unwrap();
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
    one.chat_edit(ChatEditArgs { id, text: "明日の集合について".into(), mentions: None }).unwrap();
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
    put_out(&other, room, ONE);
    hall.until("the room is gone", &one, |c| !knows(c, room));
    hall.go_to(MORNING);
    let told = vec![(Some("not-allowed".to_owned()), String::new())];
    hall.until("it says that something was refused", &one, |c| parked(c) == told);
    drop(one);
    let one = hall.open("one");
    round(&one);
    assert_eq!(parked(&one), told, "also after a kill, once");
    take_in(&other, room, ONE);
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
    put_out(&other, room, ONE);
    hall.go_to(MORNING);
    hall.until("refused", &also_one, |c| parked(c).len() == 1);
    take_in(&other, room, ONE);
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

/// Nobody's evening: they lead 指導保安係 and 普及係.
const HEAD: &str = "s002";
const OTHER_HEAD: &str = "s005";

/// What one wrote without a line: a message with a picture, a file, a mark and a pin, corrected, and the answer to it.
struct Written {
    id: RecordId,
    reply: RecordId,
    photo: RecordId,
    file: RecordId,
}

fn write_without_a_line(world: &World, one: &Core, room: RecordId) -> Written {
    world.line.set(Mode::Cut);
    let dir = world.dir.path();
    let photo = one.copy_in(&shots::small(dir, 3)).unwrap();
    let form = dir.join("様式第1号.pdf");
    std::fs::write(&form, NIGHT_FILE).unwrap();
    let file = one.copy_in(&form).unwrap();
    let said = ChatSendArgs { photos: vec![photo], files: vec![file], ..words(room, "現場の写真") };
    let said = one.chat_send(said).unwrap();
    let id = said.id;
    let reply = ChatSendArgs { reply_to: Some(id), ..words(room, "続きです") };
    let reply = one.chat_send(reply).unwrap().id;
    one.chat_react(ChatReactArgs { id, mark: "bow".into() }).unwrap();
    one.chat_pin(ChatPinArgs { id, on: true }).unwrap();
    one.chat_edit(ChatEditArgs { id, text: "現場の写真です".into(), mentions: None }).unwrap();
    round(one);
    Written { id, reply, photo: said.photos[0].id, file: said.files[0].id }
}

/// Of both phones: one writes without a line, is put out meanwhile, hears that all of it was refused, and is taken in again.
fn refused_and_back(world: &World) -> (Core, Core, RecordId, Written) {
    let (one, other) = (world.phone(HEAD, "one", true), world.phone(OTHER_HEAD, "other", false));
    let room = group_with(&one, &other, HEAD);
    let written = write_without_a_line(world, &one, room);
    put_out(&other, room, HEAD);
    let one = reopened(world, one);
    world.line.set(Mode::Good);
    world.line.cut_once(CutOnce::Answer);
    round(&one);
    let one = reopened(world, one);
    let refused = |core: &Core| {
        let rows = core.queue(Nothing {}).unwrap().rows;
        let why = |r: &ekitei_core::bridge::views::QueueRow| r.parked.as_ref().map(|f| f.code.clone());
        let mut ops: Vec<_> = rows.iter().map(|r| (r.what.clone(), why(r), r.title.clone())).collect();
        ops.retain(|(what, ..)| !["thumb", "display", "original"].contains(&what.as_str()));
        ops.sort();
        ops
    };
    for _ in 0..5 {
        round(&one);
    }
    let all = ["file", "message", "message", "photo", "pin", "reaction"];
    let told = all.map(|what| (what.to_owned(), Some("not-allowed".to_owned()), String::new()));
    assert_eq!(refused(&one), told, "with its reason; what it says belongs to a room that is lost");
    assert!(!knows(&one, room));
    let one = reopened(world, one);
    round(&one);
    assert_eq!(refused(&one), told);
    take_in(&other, room, HEAD);
    for _ in 0..5 {
        round(&one);
    }
    assert_eq!(states(&one, room), [failed("現場の写真です"), failed("続きです")]);
    assert_eq!(one.chat_badge(Nothing {}).unwrap().failed, 2);
    round(&other);
    assert_eq!(texts(&other, room), Vec::<String>::new(), "nothing goes by itself");
    (one, other, room, written)
}

fn reopened(world: &World, core: Core) -> Core {
    drop(core);
    open(&world.home("one"))
}

#[test]
fn what_was_refused_because_its_writer_was_put_out_meanwhile_goes_again_once_with_all_of_it() {
    let world = World::new();
    let (one, other, room, written) = refused_and_back(&world);
    one.chat_retry(RecordRef { id: written.id }).unwrap();
    world.line.cut_once(CutOnce::Answer);
    round(&one);
    let one = reopened(&world, one);
    for _ in 0..5 {
        round(&one);
    }
    assert_eq!(
        states(&one, room),
        [sent("現場の写真です"), failed("続きです")],
        "each is decided for itself"
    );
    one.chat_retry(RecordRef { id: written.reply }).unwrap();
    let one = reopened(&world, one);
    world.line.cut_once(CutOnce::Answer);
    round(&one);
    drain(&one);
    for _ in 0..3 {
        round(&other);
    }
    for core in [&one, &other] {
        assert_eq!(states(core, room), [sent("現場の写真です"), sent("続きです")]);
        let messages = page(core, room).messages;
        let (first, reply) = (&messages[0], &messages[1]);
        assert!(first.pinned && first.reactions.len() == 1 && first.missing == 0);
        let there = (first.photos[0].id, first.files[0].id, first.photos.len(), first.files.len());
        assert_eq!(there, (written.photo, written.file, 1, 1));
        assert_eq!(reply.reply.as_ref().map(|q| q.id), Some(written.id));
    }
    let _ = other.media(written.file, Variant::Original);
    for _ in 0..10 {
        round(&other);
    }
    assert_eq!(*other.media(written.file, Variant::Original).unwrap().bytes, NIGHT_FILE);
    assert_eq!(world.office.metric("ekitei_waiting_parent"), 0);
    assert_eq!(world.office.verify(), Ok(()));
}

#[test]
fn what_was_refused_because_its_writer_was_put_out_meanwhile_is_given_up_with_its_files() {
    let world = World::new();
    let (one, other) = (world.phone(HEAD, "one", true), world.phone(OTHER_HEAD, "other", false));
    let room = group_with(&one, &other, HEAD);
    let written = write_without_a_line(&world, &one, room);
    put_out(&other, room, HEAD);
    // The office decides, its answer is lost; until it comes again its writer is back in: this phone never lost the room.
    world.line.set(Mode::Good);
    world.line.cut_once(CutOnce::Answer);
    round(&one);
    let one = reopened(&world, one);
    take_in(&other, room, HEAD);
    for _ in 0..5 {
        round(&one);
    }
    assert_eq!(states(&one, room), [failed("現場の写真です"), failed("続きです")]);
    for (id, variant) in [(written.photo, Variant::Thumb), (written.file, Variant::Original)] {
        assert!(one.media(id, variant).is_ok(), "its files stay until its writer decides");
    }
    one.chat_drop(RecordRef { id: written.id }).unwrap();
    let one = reopened(&world, one);
    assert_eq!(states(&one, room), [failed("続きです")]);
    assert!(page(&one, room).messages[0].reply.is_none() && page(&one, room).pins.is_empty());
    for (id, variant) in [(written.photo, Variant::Thumb), (written.file, Variant::Original)] {
        assert!(one.media(id, variant).is_err(), "its files are gone");
    }
    one.chat_drop(RecordRef { id: written.reply }).unwrap();
    let one = reopened(&world, one);
    assert_eq!(unsent(&one), 0);
    say(&one, room, "改めて");
    world.line.cut_once(CutOnce::Answer);
    round(&one);
    drain(&one);
    round(&other);
    for core in [&one, &other] {
        assert_eq!(states(core, room), [sent("改めて")], "nothing of the others ever came");
    }
    assert_eq!(world.office.metric("ekitei_waiting_parent"), 0);
    assert_eq!(world.office.verify(), Ok(()));
}
