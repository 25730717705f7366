//! What is forwarded, or asked about, before the office has what it was taken from.

use super::hall::{EVENING, Hall};
use super::{ONE, OTHER, World, drain, page, round, words};
use ekitei_core::Core;
use ekitei_core::bridge::chat::*;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_model::RecordId;
use ekitei_model::chat::room::Type;
use ekitei_model::kinds::Variant;
use ekitei_tests::shots;
use std::path::Path;

/// Works where [`ONE`] does.
const WRONG: &str = "s001";

fn own_room(core: &Core) -> RecordId {
    core.chat_rooms(Nothing {}).unwrap().iter().find(|r| r.kind == Type::Own).unwrap().id
}

fn room_with(core: &Core, staff: &str) -> RecordId {
    core.chat_open(ChatOpenArgs { staff: staff.into() }).unwrap().id
}

fn photo_to(core: &Core, room: RecordId, dir: &Path) -> RecordId {
    let photos = vec![core.copy_in(&shots::small(dir, 3)).unwrap()];
    core.chat_send(ChatSendArgs { photos, ..words(room, "河川") }).unwrap().id
}

/// Whether the only message there has come with its picture.
fn is_whole(core: &Core, room: RecordId) -> bool {
    let first = page(core, room).messages.remove(0);
    assert_eq!(first.photos.len(), 1, "of {} missing", first.missing);
    first.missing == 0 && core.media(first.photos[0].id, Variant::Thumb).is_ok()
}

#[test]
fn a_picture_that_was_forwarded_outlives_the_message_that_it_came_from() {
    let world = World::new();
    let (one, other) = (world.phone(ONE, "one", true), world.phone(OTHER, "other", false));
    let (wrong, right) = (room_with(&one, WRONG), room_with(&one, OTHER));
    let sent = photo_to(&one, wrong, world.dir.path());
    one.chat_forward(ChatForwardArgs { id: sent, room: right }).unwrap();
    // Neither has left this phone.
    one.chat_unsend(RecordRef { id: sent }).unwrap();
    assert!(page(&one, wrong).messages.is_empty());
    drain(&one);
    for _ in 0..3 {
        round(&other);
    }
    assert!(is_whole(&one, right) && is_whole(&other, right));
    assert_eq!(world.office.verify(), Ok(()));
}

#[test]
fn a_question_about_a_photograph_that_is_deleted_again_keeps_its_picture() {
    let world = World::new();
    let (one, other) = (world.phone(ONE, "one", true), world.phone(OTHER, "other", false));
    let room = room_with(&one, OTHER);
    let cases = one.case_list(CaseListArgs { filter: String::new(), followed_only: true }).unwrap();
    let name = one.copy_in(&shots::small(world.dir.path(), 3)).unwrap();
    let args = PhotoAddArgs {
        names: vec![name],
        case: Some(cases[0].id),
        visit: None,
        note: None,
        caption: String::new(),
        place: None,
    };
    let taken = one.photo_add(args).unwrap().remove(0).id;
    let ask = ChatAskArgs { room, photos: vec![taken], text: "何の虫ですか".into(), question: true };
    one.chat_ask(ask).unwrap();
    one.photo_delete(RecordRef { id: taken }).unwrap();
    drain(&one);
    for _ in 0..3 {
        round(&other);
    }
    assert!(is_whole(&other, room));
    assert_eq!(world.office.verify(), Ok(()));
}

#[test]
fn what_the_office_holds_goes_into_one_s_own_room_at_once() {
    let hall = Hall::at(EVENING);
    let (one, also_one) = (hall.phone("s001", "one"), hall.phone("s001", "also one"));
    let room = room_with(&one, "s004");
    let sent = photo_to(&one, room, hall.dir());
    drain(&one);
    assert_eq!(page(&one, room).messages[0].state, MessageState::Held);
    one.chat_forward(ChatForwardArgs { id: sent, room: own_room(&one) }).unwrap();
    drain(&one);
    for _ in 0..3 {
        round(&also_one);
    }
    assert!(is_whole(&also_one, own_room(&one)));
}
