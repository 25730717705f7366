//! The rules of sending between real phones and a real office: what hangs on a message that waits, changes on their way,
//! pictures that are slower than words, changes that the office refuses. Each with answers lost after the commit and a
//! phone that is opened anew in the middle.

use super::{ONE, OTHER, World, drain, open, page, round, say, texts, unsent, words};
use ekitei_core::Core;
use ekitei_core::bridge::chat::*;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_model::RecordId;
use ekitei_model::kinds::Variant;
use ekitei_tests::line::{CutOnce, Mode};
use ekitei_tests::shots;

fn reopened(world: &World, core: Core, name: &str) -> Core {
    drop(core);
    open(&world.home(name))
}

/// Two who know their room.
fn pair(world: &World) -> (Core, Core, RecordId) {
    let (one, other) = (world.phone(ONE, "one", true), world.phone(OTHER, "other", false));
    let room = one.chat_open(ChatOpenArgs { staff: OTHER.into() }).unwrap().id;
    drain(&one);
    round(&other);
    (one, other, room)
}

#[test]
fn what_hangs_on_a_message_that_waits_goes_with_it_and_only_with_it() {
    let world = World::new();
    let (one, other, room) = pair(&world);
    world.line.set(Mode::Cut);
    let asked = say(&one, room, "現場はどこですか");
    let taken_back = say(&one, room, "まちがい");
    one.chat_send(ChatSendArgs { reply_to: Some(asked), ..words(room, "地図を見て") }).unwrap();
    one.chat_send(ChatSendArgs {
        reply_to: Some(taken_back), ..words(room, "いまのは取り消します")
    })
    .unwrap();
    for id in [asked, taken_back] {
        one.chat_react(ChatReactArgs { id, mark: "bow".into() }).unwrap();
        one.chat_pin(ChatPinArgs { id, on: true }).unwrap();
    }
    let one = reopened(&world, one, "one");
    one.chat_edit(ChatEditArgs { id: asked, text: "現場は何番ですか".into(), mentions: None }).unwrap();
    one.chat_unsend(RecordRef { id: taken_back }).unwrap();
    world.line.set(Mode::Good);
    world.line.cut_once(CutOnce::Answer);
    round(&one);
    let one = reopened(&world, one, "one");
    drain(&one);
    round(&other);
    let said = ["現場は何番ですか", "地図を見て", "いまのは取り消します"];
    for core in [&one, &other] {
        let view = page(core, room);
        assert_eq!(texts(core, room), said);
        let first = &view.messages[0];
        assert!(!first.edited && first.pinned && first.reactions.len() == 1, "changed before it left");
        let quotes: Vec<_> = view.messages.iter().map(|m| m.reply.as_ref().map(|q| q.id)).collect();
        assert_eq!(quotes, [None, Some(asked), None], "what never came cannot be quoted");
        assert_eq!(view.pins.len(), 1);
    }
    // Nothing was left at the office for a message that never comes.
    assert_eq!(
        (world.office.metric("ekitei_waiting_parent"), world.office.metric("ekitei_quarantine_open")),
        (0, 0)
    );
    assert_eq!(world.office.verify(), Ok(()));
}

#[test]
fn a_change_of_a_message_on_its_way_follows_it_as_its_own() {
    let world = World::new();
    let (one, other, room) = pair(&world);
    let (edited, taken_back) = (say(&one, room, "一報"), say(&one, room, "言いすぎ"));
    // The office has them; this phone does not know.
    world.line.cut_once(CutOnce::Answer);
    round(&one);
    assert!(unsent(&one) >= 2);
    let one = reopened(&world, one, "one");
    one.chat_edit(ChatEditArgs { id: edited, text: "第一報".into(), mentions: None }).unwrap();
    one.chat_edit(ChatEditArgs { id: edited, text: "第一報（訂正）".into(), mentions: None }).unwrap();
    one.chat_unsend(RecordRef { id: taken_back }).unwrap();
    let one = reopened(&world, one, "one");
    world.line.cut_once(CutOnce::Answer);
    round(&one);
    let one = reopened(&world, one, "one");
    drain(&one);
    round(&other);
    for core in [&one, &other] {
        let view = page(core, room);
        let shown: Vec<_> = view.messages.iter().map(|m| (m.text.as_str(), m.edited, m.unsent)).collect();
        assert_eq!(shown, [("第一報（訂正）", true, false), ("", false, true)]);
        assert!(view.messages.iter().all(|m| m.state == MessageState::Sent));
    }
    assert_eq!(world.office.verify(), Ok(()));
}

#[test]
fn a_later_text_passes_slow_pictures_which_arrive_in_their_order_once() {
    let world = World::new();
    let (one, other, room) = pair(&world);
    let dir = world.dir.path();
    let files = [shots::large(dir, 0), shots::small(dir, 1), shots::small(dir, 2)];
    let photos = files.iter().map(|f| one.copy_in(f).unwrap()).collect();
    let with = one.chat_send(ChatSendArgs { photos, ..words(room, "三枚") }).unwrap();
    let order: Vec<RecordId> = with.photos.iter().map(|p| p.id).collect();
    // Words and thumbnails fit before the cut, originals do not.
    let come = |core: &Core| page(core, room).messages.first().map_or(0, |m| m.photos.len());
    for n in 0..20 {
        world.line.cut_once(CutOnce::AfterUp(150_000));
        round(&one);
        round(&other);
        if come(&other) == 3 {
            break;
        }
        assert!(n < 19, "the words never came through");
    }
    let one = reopened(&world, one, "one");
    say(&one, room, "あとから");
    world.line.cut_once(CutOnce::AfterUp(150_000));
    round(&one);
    round(&other);
    assert_eq!(texts(&other, room), ["三枚", "あとから"]);
    assert!(unsent(&one) > 0, "pictures are still on their way");
    assert!(page(&one, room).messages.iter().all(|m| m.state == MessageState::Sent));
    let one = reopened(&world, one, "one");
    drain(&one);
    for _ in 0..3 {
        round(&other);
    }
    let there: Vec<RecordId> = page(&other, room).messages[0].photos.iter().map(|p| p.id).collect();
    assert_eq!(there, order);
    // The first asking tells the phone to fetch it.
    for (id, file) in order.iter().zip(&files) {
        let _ = other.media(*id, Variant::Original);
        for _ in 0..10 {
            round(&other);
        }
        assert_eq!(*other.media(*id, Variant::Original).unwrap().bytes, std::fs::read(file).unwrap());
    }
    assert_eq!(world.office.verify(), Ok(()));
}

/// The person's other phone was faster: the office takes no more changes of what was taken back.
#[test]
fn a_change_that_the_office_refuses_for_good_fails_with_its_reason_until_it_is_given_up() {
    let world = World::new();
    let (one, other, room) = pair(&world);
    let second = world.phone(ONE, "second", false);
    let id = say(&one, room, "消えるもの");
    drain(&one);
    round(&second);
    second.chat_unsend(RecordRef { id }).unwrap();
    drain(&second);
    // Without a line, this one does not know yet.
    one.chat_edit(ChatEditArgs { id, text: "なおしたつもり".into(), mentions: None }).unwrap();
    let one = reopened(&world, one, "one");
    round(&one);
    let one = reopened(&world, one, "one");
    let failed = |core: &Core| {
        let message = page(core, room).messages.remove(0);
        (message.state, message.fault.map(|f| f.code))
    };
    let refused = (MessageState::Failed, Some("message-unsent".to_owned()));
    assert_eq!(failed(&one), refused);
    assert_eq!(one.chat_badge(Nothing {}).unwrap().failed, 1);
    one.chat_retry(RecordRef { id }).unwrap();
    let one = reopened(&world, one, "one");
    round(&one);
    assert_eq!(failed(&one), refused, "it was asked again");
    one.chat_drop(RecordRef { id }).unwrap();
    let one = reopened(&world, one, "one");
    round(&other);
    for core in [&one, &second, &other] {
        let message = page(core, room).messages.remove(0);
        assert!(message.unsent && message.text.is_empty() && message.state == MessageState::Sent);
    }
    assert_eq!(unsent(&one), 0);
    assert_eq!(world.office.verify(), Ok(()));
}
