//! Pull: begin, forward, backward, budget, permission.

use super::kit::*;
use ekitei_model::wire::{Direction, MAX_BATCH_OPS, MAX_PAGE_RECORDS, Want};
use ekitei_model::{OpBody, Record, RecordId, Scope};

fn ids(records: &[String]) -> Vec<RecordId> {
    records.iter().map(|r| serde_json::from_str::<Record>(r).unwrap().id).collect()
}

pub async fn a_new_reader_begins_at_the_head_and_pages_backward(store: Store) {
    let (mut a1, case) = office(&store).await;
    let scope = Scope::Case(case);
    // With the case itself 200 records more than a page.
    let newest = MAX_PAGE_RECORDS + 199;
    let ops: Vec<_> = (0..newest).map(|n| note_in(case, &n.to_string())).collect();
    for batch in ops.chunks(MAX_BATCH_OPS) {
        a1.push(batch).await;
    }
    let newest_seq = newest as u64 + 1;
    let begin = Want { scope: scope.clone(), after: None, before: None };
    let page = a1.ask(vec![begin], 10 << 20).await.pages.remove(0);
    let h = &page.header;
    assert_eq!(
        (h.direction, h.head, h.more, h.count),
        (Direction::Before, newest_seq, true, MAX_PAGE_RECORDS as u32)
    );
    assert_eq!(ids(&page.records)[0], ops[newest - 1].record);
    // Meanwhile an old record changes: it moves to the end of the feed and keeps its birth.
    let seen = a1.record(ops[3].record).await.unwrap();
    a1.one(&patch(&seen, fields([("text", "直した".into())]))).await;
    let back = Want { scope: scope.clone(), after: None, before: Some(h.next) };
    let rest = a1.ask(vec![back], 10 << 20).await.pages.remove(0);
    assert_eq!((rest.header.more, rest.header.count, rest.header.next), (false, 200, 0));
    let mut all = ids(&page.records);
    all.extend(ids(&rest.records));
    let mut expected: Vec<_> = ops.iter().rev().map(|o| o.record).collect();
    expected.push(case);
    assert_eq!(all, expected);
    let (news, _) = a1.after(&scope, h.head).await;
    assert_eq!(
        news.iter().map(|r| (r.id, r.born_seq, r.seq)).collect::<Vec<_>>(),
        [(ops[3].record, 5, newest_seq + 1)]
    );
}

pub async fn changes_follow_the_cursor(store: Store) {
    let (mut a1, case) = office(&store).await;
    let scope = Scope::Case(case);
    let (_, header) = a1.after(&scope, 0).await;
    let note = note_in(case, "一");
    a1.one(&note).await;
    a1.one(&op(note.record, OpBody::Patch { base: [].into(), fields: fields([("text", "二".into())]) }))
        .await;
    let (news, header) = a1.after(&scope, header.next).await;
    assert_eq!(news.len(), 1, "only the newest state");
    assert_eq!((news[0].text("text"), news[0].born_seq, news[0].seq), ("二", 2, 3));
    let (none, last) = a1.after(&scope, header.next).await;
    assert_eq!((none.len(), last.next, last.more), (0, 3, false));
    let reply = a1.ask(vec![], 1000).await.reply;
    assert_eq!(reply.now_ms, NOW);
    assert_eq!(reply.standing, [Scope::All, Scope::User("a1".into()), Scope::Section(A.to_owned())]);
}

pub async fn the_budget_cuts_pages_without_loss(store: Store) {
    let (mut a1, case) = office(&store).await;
    let scope = Scope::Case(case);
    let ops: Vec<_> = (0..30).map(|n| note_in(case, &"字".repeat(100 * (n % 7)))).collect();
    a1.push(&ops).await;
    let mut seen = Vec::new();
    let (mut from, mut rounds) = (0, 0);
    loop {
        let want = vec![
            Want { scope: scope.clone(), after: Some(from), before: None },
            Want { scope: Scope::All, after: Some(0), before: None },
        ];
        let pages = a1.ask(want, 1500).await.pages;
        rounds += 1;
        assert!(rounds < 60, "no progress");
        let page = &pages[0];
        seen.extend(ids(&page.records));
        assert_eq!(page.header.count as usize, page.records.len());
        if !page.header.more {
            break;
        }
        assert_eq!(pages.len(), 1, "what did not fit has no page");
        from = page.header.next;
    }
    assert!(rounds > 10);
    let mut expected = vec![case];
    expected.extend(ops.iter().map(|o| o.record));
    assert_eq!(seen, expected);
}

pub async fn only_granted_scopes_are_read(store: Store) {
    let (mut a1, case) = office(&store).await;
    a1.one(&note_in(case, "秘密")).await;
    let b1 = phone(&store, "b1").await;
    let root = phone(&store, "root").await;
    let room = Scope::Room(ekitei_model::chat::room::section_id(A));
    let scopes = [Scope::Case(case), Scope::User("a1".into()), Scope::Section(A.to_owned()), room];
    for reader in [&b1, &root] {
        for scope in &scopes {
            let want = vec![Want { scope: scope.clone(), after: Some(0), before: None }];
            let pages = reader.ask(want, 1 << 20).await.pages;
            assert!(pages[0].header.denied && pages[0].records.is_empty(), "{} {scope}", reader.caller.staff);
        }
        assert_eq!(reader.record(case).await, None);
        assert_eq!(code(store.timeline(&reader.caller, case, None, 9).await), "not-readable");
    }
    let mine = [Scope::Case(case), Scope::All, Scope::User("b1".into()), Scope::Section(B.to_owned())];
    assert_eq!(store.readable(&b1.caller, &mine).await.unwrap(), mine[1..]);
    // Let in by name.
    let mut a9 = phone(&store, "a9").await;
    let seen = a9.record(case).await.unwrap();
    applied(&a9.one(&patch(&seen, fields([("members", vec!["b1"].into())]))).await);
    assert_eq!(b1.after(&Scope::Case(case), 0).await.0.len(), 2);
}

pub async fn an_unknown_case_is_empty_and_a_deleted_one_denied(store: Store) {
    let (mut a1, case) = office(&store).await;
    assert_eq!(reason(&a1.one(&op(case, OpBody::Delete)).await), "not-allowed", "only those who lead");
    let mut a9 = phone(&store, "a9").await;
    let (none, header) = a9.after(&Scope::Case(record_id()), 0).await;
    assert!(none.is_empty() && !header.denied && header.head == 0);
    applied(&a9.one(&op(case, OpBody::Delete)).await);
    let want = vec![Want { scope: Scope::Case(case), after: Some(0), before: None }];
    assert!(a9.ask(want, 1000).await.pages[0].header.denied);
    let headers = a9.headers(&Scope::Section(A.to_owned()), 0).await;
    assert!(headers.iter().all(|h| h.deleted) && headers.len() == 1);
    assert_eq!(reason(&a9.one(&note_in(case, "遅い")).await), "case-gone");
    sound(&store).await;
}
