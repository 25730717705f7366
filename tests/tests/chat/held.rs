//! Messages outside working hours between a real office, whose clock is moved, and phones: shown with their time, changed,
//! cancelled, delivered in the morning in their order with everything that hangs on them.

use super::hall::{EVENING, HOUR_MS, Hall, MINUTE_MS, MORNING};
use super::{drain, page, round, say, texts, words};
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

/// A pair that knows its room, in the evening.
fn pair(hall: &Hall) -> (Core, Core, RecordId) {
    let (one, other) = (hall.phone(ONE, "one"), hall.phone(OTHER, "other"));
    let room = one.chat_open(ChatOpenArgs { staff: OTHER.into() }).unwrap().id;
    drain(&one);
    round(&other);
    (one, other, room)
}

fn states(core: &Core, room: RecordId) -> Vec<(String, MessageState, Option<i64>)> {
    let shown = |m: MessageView| (m.text, m.state, m.held_until.map(|s| s.utc_ms));
    page(core, room).messages.into_iter().map(shown).collect()
}

fn held(text: &str) -> (String, MessageState, Option<i64>) {
    (text.to_owned(), MessageState::Held, Some(MORNING))
}

fn sent(text: &str) -> (String, MessageState, Option<i64>) {
    (text.to_owned(), MessageState::Sent, None)
}

#[test]
fn what_is_written_at_night_is_shown_with_its_time_and_delivered_in_the_morning_in_its_order() {
    let mut hall = Hall::at(EVENING);
    let (one, other, room) = pair(&hall);
    let also_one = hall.phone(ONE, "also one");
    let photo = one.copy_in(&shots::small(hall.dir(), 3)).unwrap();
    let form = hall.dir().join("様式第1号.pdf");
    std::fs::write(&form, b"%PDF-1.7 invented").unwrap();
    let file = one.copy_in(&form).unwrap();
    let with = ChatSendArgs { photos: vec![photo], files: vec![file], ..words(room, "資料です") };
    one.chat_send(with).unwrap();
    let edited = say(&one, room, "ニつめ");
    let cancelled = say(&one, room, "やめる");
    let elsewhere = say(&one, room, "別の電話から取り消す");
    // The answer is lost after the commit; the same hour comes again.
    hall.line.cut_once(CutOnce::Answer);
    round(&one);
    drain(&one);
    let all = ["資料です", "ニつめ", "やめる", "別の電話から取り消す"];
    assert_eq!(states(&one, room), all.map(held));
    drop(one);
    hall.restart();
    let one = hall.open("one");
    assert_eq!(states(&one, room), all.map(held), "also after a kill");
    hall.until("the person's other phone shows them", &also_one, |c| states(c, room) == all.map(held));

    one.chat_edit(ChatEditArgs { id: edited, text: "二つめ".into(), mentions: None }).unwrap();
    one.chat_react(ChatReactArgs { id: edited, mark: "bow".into() }).unwrap();
    one.chat_unsend(RecordRef { id: cancelled }).unwrap();
    assert_eq!(texts(&one, room), ["資料です", "二つめ", "別の電話から取り消す"]);
    hall.line.cut_once(CutOnce::Answer);
    round(&one);
    drop(one);
    let one = hall.open("one");
    drain(&one);
    let written_elsewhere = |c: &Core| page(c, room).messages.iter().map(|m| m.elsewhere).collect::<Vec<_>>();
    assert_eq!((written_elsewhere(&one), written_elsewhere(&also_one)), (vec![false; 3], vec![true; 4]));
    also_one.chat_unsend(RecordRef { id: elsewhere }).unwrap();
    assert!(!texts(&also_one, room).contains(&"別の電話から取り消す".to_owned()), "at once");
    drain(&also_one);
    hall.until("the first phone hears of it", &one, |c| states(c, room) == ["資料です", "二つめ"].map(held));
    // The other writes, too: in the order in which the office heard of them.
    say(&other, room, "こちらも夜です");
    drain(&other);
    assert_eq!(states(&other, room), [held("こちらも夜です")], "nothing of the others' has come");

    hall.go_to(MORNING - 1);
    hall.restart();
    round(&one);
    assert_eq!(states(&one, room), ["資料です", "二つめ"].map(held));
    hall.go_to(MORNING);
    let delivered = ["資料です", "二つめ", "こちらも夜です"];
    for core in [&one, &also_one, &other] {
        hall.until("delivered", core, |c| states(c, room) == delivered.map(sent));
    }
    hall.go_to(MORNING + MINUTE_MS);
    say(&one, room, "朝です");
    drain(&one);
    hall.until("a later one goes at once", &other, |c| texts(c, room).last().is_some_and(|t| t == "朝です"));
    assert_eq!(texts(&one, room), texts(&other, room));
    let messages = page(&other, room).messages;
    assert!(!messages[1].edited, "nobody has seen it before it was edited");
    assert_eq!(messages[1].reactions.len(), 1, "what hung on it has come");
    // Attachments: the records came with their message, the bytes after them.
    hall.until("all is there", &other, |c| {
        let first = page(c, room).messages.remove(0);
        let here = first.photos.len() == 1 && first.files.len() == 1 && first.missing == 0;
        here && c.media(first.files[0].id, Variant::Original).is_ok_and(|m| *m.bytes == b"%PDF-1.7 invented")
            && c.media(first.photos[0].id, Variant::Thumb).is_ok()
    });
    hall.verify();
}

/// Judged by the hour at which the office hears of it.
#[test]
fn what_was_written_in_working_hours_and_comes_in_the_evening_is_held() {
    let hall = Hall::at(EVENING - 3 * HOUR_MS);
    let (one, other, room) = pair(&hall);
    say(&one, room, "定時内");
    drain(&one);
    round(&other);
    assert_eq!(texts(&other, room), ["定時内"]);
    hall.go_to(EVENING - 2 * HOUR_MS - 40 * MINUTE_MS);
    say(&one, room, "17時20分に書いた");
    assert_eq!(page(&one, room).messages[1].state, MessageState::Waiting);
    hall.go_to(EVENING + HOUR_MS);
    drain(&one);
    assert_eq!(states(&one, room), [sent("定時内"), held("17時20分に書いた")]);
    // 緊急, and the answer to it, pass before what waits.
    let urgent = ChatSendArgs { urgent: Some("河川の増水".into()), ..words(room, "至急") };
    let urgent = one.chat_send(urgent).unwrap();
    drain(&one);
    hall.until("urgent", &other, |c| texts(c, room) == ["定時内", "至急"]);
    let answer = ChatSendArgs { reply_to: Some(urgent.id), ..words(room, "向かいます") };
    other.chat_send(answer).unwrap();
    drain(&other);
    hall.until("the answer", &one, |c| {
        states(c, room) == [sent("定時内"), sent("至急"), sent("向かいます"), held("17時20分に書いた")]
    });
    hall.go_to(MORNING);
    for core in [&one, &other] {
        hall.until("the morning", core, |c| {
            states(c, room) == ["定時内", "至急", "向かいます", "17時20分に書いた"].map(sent)
        });
    }
    hall.verify();
}
