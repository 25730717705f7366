//! Read marks: who learns of them, who counts, and what is unread in the list.

use super::kit::*;
use super::rooms::*;
use crate::{Caller, MessageFilter, RoomAsk};
use ekitei_model::chat::room;
use ekitei_model::wire::Want;
use ekitei_model::{OpBody, Operation, RecordId, Scope, kinds};
use serde_json::json;

fn reads(scope: &Scope, staff: &str, value: u64) -> Operation {
    op(kinds::mark_id(scope, &staff.into()), OpBody::Mark { scope: scope.clone(), value })
}

/// Value of somebody's mark as the phone pulls the room from its beginning.
async fn pulled(phone: &Phone, of: RecordId, staff: &str) -> Option<u64> {
    let scope = Scope::Room(of);
    let (records, _) = phone.after(&scope, 0).await;
    let mark = records.into_iter().find(|r| r.id == kinds::mark_id(&scope, &staff.into()))?;
    mark.fields["value"].as_u64()
}

pub async fn who_joins_later_learns_who_has_read(store: Store) {
    people(&store).await;
    let (mut a1, mut a2, mut b1) =
        (phone(&store, "a1").await, phone(&store, "a2").await, phone(&store, "b1").await);
    let (of, made) = group("joined");
    let scope = Scope::Room(of);
    let ops = [made, member(of, "a1", "admin"), member(of, "a2", "member"), says(of, "一")];
    let born = applied(a1.push_then(&ops, WORKING).await.last().unwrap());
    applied(&a1.then(&reads(&scope, "a1", born), WORKING).await);
    applied(&a2.then(&reads(&scope, "a2", born), WORKING).await);
    applied(&a1.then(&member(of, "b1", "member"), WORKING).await);
    // Marks are as old as the first message that somebody read there.
    assert_eq!((pulled(&b1, of, "a1").await, pulled(&b1, of, "a2").await), (Some(born), Some(born)));
    assert_eq!(texts(&b1, of).await, Vec::<String>::new(), "what was said before stays hidden");
    let followed = b1.after(&scope, 0).await.1.next;
    let asks = applied(&b1.then(&says(of, "二"), WORKING).await);
    applied(&a1.then(&reads(&scope, "a1", asks), WORKING).await);
    applied(&a2.then(&reads(&scope, "a2", asks), WORKING).await);
    let mark = |staff: &str| kinds::mark_id(&scope, &staff.into());
    let (news, _) = b1.after(&scope, followed).await;
    for staff in ["a1", "a2"] {
        let moved = news.iter().find(|r| r.id == mark(staff)).unwrap();
        assert_eq!(moved.fields["value"], asks, "{staff} has read what b1 said");
        assert_eq!(pulled(&b1, of, staff).await, Some(asks));
        assert_eq!(b1.record(mark(staff)).await.unwrap().seq, moved.seq);
    }
    // Nor does paging back from the end leave them out.
    let want = Want { scope: scope.clone(), after: None, before: Some(u64::MAX >> 12) };
    let back = b1.ask(vec![want], 1 << 20).await.pages.remove(0);
    let back: Vec<ekitei_model::Record> =
        back.records.iter().map(|r| serde_json::from_str(r).unwrap()).collect();
    assert!(["a1", "a2"].iter().all(|staff| back.iter().any(|r| r.id == mark(staff))));
    assert!(!back.iter().any(|r| r.text("text") == "一"));
    sound(&store).await;
}

pub async fn a_large_room_counts_who_is_in_it_and_may_see_the_message(store: Store) {
    people(&store).await;
    let (mut a1, mut a2, mut a9, mut b1) = (
        phone(&store, "a1").await,
        phone(&store, "a2").await,
        phone(&store, "a9").await,
        phone(&store, "b1").await,
    );
    let (of, made) = group("joined");
    let tally = Scope::Tally(of);
    let ops = [
        made,
        member(of, "a1", "admin"),
        member(of, "a2", "member"),
        member(of, "b1", "member"),
        says(of, "一"),
    ];
    let first = applied(a1.push_then(&ops, WORKING).await.last().unwrap());
    for phone in [&mut a1, &mut a2, &mut b1] {
        let mark = reads(&tally, phone.caller.staff.clone().as_str(), first);
        applied(&phone.then(&mark, WORKING).await);
    }
    // One of the readers goes, another person comes and reads to the end.
    applied(&b1.then(&leaves(of, "b1"), WORKING).await);
    applied(&a1.then(&member(of, "a9", "member"), WORKING).await);
    let second = applied(&a1.then(&says(of, "二"), WORKING).await);
    applied(&a9.then(&reads(&tally, "a9", second), WORKING).await);
    assert_eq!(store.tally(WORKING + crate::TALLY_EVERY_MS).await.unwrap().count, 1);
    let counted = a2.record(of).await.unwrap();
    assert_eq!(counted.fields[room::READS], json!([[second, 1], [first, 1]]), "a9 read 二, a2 read 一");
    sound(&store).await;
}

pub async fn lists_count_what_is_unread_and_pages_meet(store: Store) {
    people(&store).await;
    let (mut a1, mut a2, b1) =
        (phone(&store, "a1").await, phone(&store, "a2").await, phone(&store, "b1").await);
    let of = room::section_id(A);
    let said: Vec<Operation> = (0..7).map(|n| says(of, &format!("報告 {n}"))).collect();
    a1.push_then(&said, WORKING).await;
    let f = fields([("text", "確認を".into()), ("mentions", vec!["a2"].into())]);
    a1.then(&create(record_id(), kinds::MESSAGE, &Scope::Room(of), None, f), WORKING).await;
    let line =
        |lines: Vec<crate::RoomLine>| lines.into_iter().find(|l| l.room.contains(&of.to_string())).unwrap();
    let rooms = store.rooms(&a2.caller).await.unwrap();
    let mine = line(rooms);
    assert_eq!((mine.unread, mine.mentioned, mine.read_to), (8, true, 0));
    assert!(mine.last.unwrap().contains("確認を"));
    assert_eq!(line(store.rooms(&a1.caller).await.unwrap()).unread, 0, "own messages are read");
    let page = store.room_page(&a2.caller, of, RoomAsk::Newest, 3).await.unwrap();
    assert_eq!((page.messages.len(), page.newer), (3, None));
    let older = store.room_page(&a2.caller, of, RoomAsk::Before(page.older.unwrap()), 9).await.unwrap();
    assert_eq!((older.messages.len(), older.older), (5, None));
    let middle = store.room_page(&a2.caller, of, RoomAsk::Around(older.newer.unwrap()), 4).await.unwrap();
    assert!(middle.messages.len() == 4 && middle.older.is_some() && middle.newer.is_some());
    let scope = Scope::Room(of);
    let last = a2.record(said[6].record).await.unwrap().born_seq;
    let mark = op(kinds::mark_id(&scope, &"a2".into()), OpBody::Mark { scope, value: last });
    applied(&a2.then(&mark, WORKING).await);
    assert_eq!(line(store.rooms(&a2.caller).await.unwrap()).unread, 1);
    let marks = store.room_marks(&a1.caller, of).await.unwrap();
    assert_eq!(marks.iter().map(|m| (m.staff.as_str(), m.to)).collect::<Vec<_>>(), [("a2", last)]);
    let ask = |caller: &Caller, text: &str| {
        let filter = MessageFilter { text: Some(text.into()), ..MessageFilter::default() };
        let (store, caller) = (store.clone(), caller.clone());
        async move { store.search_messages(&caller, &filter, 50).await.unwrap().len() }
    };
    assert_eq!(
        (ask(&a2.caller, "告").await, ask(&a2.caller, "報告　３").await, ask(&b1.caller, "告").await),
        (7, 1, 0)
    );
    assert_eq!(code(store.room_page(&b1.caller, of, RoomAsk::Newest, 3).await), "not-readable");
}
