//! Who is in a room: counted, and the first of them, without reading everybody.

use super::kit::*;
use super::rooms::{WORKING, group, member, says};
use crate::rooms::Circle;
use ekitei_model::people::{Post, Role, Staff};

const TODAY: &str = "2026-11-20";

fn circle(members: &[&str], sections: &[&str]) -> Circle {
    let (members, sections) =
        (members.iter().map(|m| (*m).into()).collect(), sections.iter().map(|s| (*s).to_owned()).collect());
    Circle { members, sections, today: TODAY.to_owned() }
}

async fn shown(store: &Store, of: &Circle, text: &str, limit: u32) -> Vec<(String, bool)> {
    let found = store.inside(of, text, limit).await.unwrap();
    found.into_iter().map(|(who, by_name)| (who.id.0, by_name)).collect()
}

pub async fn those_in_a_room_are_counted_once_and_the_first_are_shown(store: Store) {
    people(&store).await;
    let post = |from: Option<&str>, to: Option<&str>, role| Post {
        section: A.to_owned(),
        role,
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    let with = |id: &str, posts: Vec<Post>| Staff { posts, ..person(id, A, Role::Staff) };
    let ended = post(None, Some("2026-11-19"), Role::Staff);
    let today = post(Some(TODAY), Some(TODAY), Role::Staff);
    let staff = vec![
        with("gone", vec![ended.clone()]),
        with("soon", vec![post(Some("2026-11-21"), None, Role::Head)]),
        with("back", vec![ended, today, post(None, None, Role::Steward)]),
        with("auditor", vec![post(None, None, Role::Audit)]),
    ];
    store.import_staff(staff, NOW).await.unwrap();
    // root administers, which is no work of the section; whom the directory does not know is not there.
    let of = circle(&["root", "b1", "a1", "nobody"], &[A]);
    assert_eq!(store.count_inside(&of).await.unwrap(), 6);
    let all = [("a1", true), ("b1", true), ("root", true), ("a2", false), ("a9", false), ("back", false)];
    assert_eq!(shown(&store, &of, "", 9).await, all.map(|(id, by_name)| (id.to_owned(), by_name)));
    assert_eq!(shown(&store, &of, "", 4).await.len(), 4);
    assert_eq!(shown(&store, &of, "ショクインＡ９", 9).await, [("a9".to_owned(), false)]);
    assert_eq!(shown(&store, &of, "職員 ａ9", 9).await.len(), 1);
    assert!(shown(&store, &of, "gone", 9).await.is_empty());
    for (of, count) in [(circle(&[], &[A, B]), 5), (circle(&["a1"], &[]), 1), (circle(&[], &[]), 0)] {
        assert_eq!(store.count_inside(&of).await.unwrap(), count, "{of:?}");
        assert_eq!(shown(&store, &of, "", 9).await.len() as u64, count, "{of:?}");
    }
    // Who is taken out of the directory's section is out of the room.
    store.import_staff(vec![person("a2", B, Role::Staff)], NOW).await.unwrap();
    assert_eq!(store.count_inside(&circle(&[], &[A])).await.unwrap(), 3);
}

pub async fn one_room_is_read_as_in_the_list(store: Store) {
    people(&store).await;
    let (mut a1, b1) = (phone(&store, "a1").await, phone(&store, "b1").await);
    for _ in 0..3 {
        let (of, made) = group("all");
        applied(
            a1.push_then(&[made, member(of, "a1", "admin"), says(of, "一")], WORKING).await.last().unwrap(),
        );
        let lines = store.rooms(&a1.caller).await.unwrap();
        let line = store.room_line(&a1.caller, of).await.unwrap().unwrap();
        assert!(lines.contains(&line) && line.last.as_ref().unwrap().contains('一'));
        assert!(store.room_line(&b1.caller, of).await.unwrap().is_none(), "not b1's room");
    }
    assert!(store.room_line(&a1.caller, record_id()).await.unwrap().is_none());
}
