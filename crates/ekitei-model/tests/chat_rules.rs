//! Who may do what in messaging, rule by rule: what is refused with which code, and the nearest thing that is not.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

use ekitei_model::chat::{call, export, leads, message, quiet, refuse, refuse_in_room, room};
use ekitei_model::people::{Post, Role, Staff};
use ekitei_model::{OpBody, OpId, Operation, Record, RecordId, Scope, StaffId, Stamp, kinds};
use serde_json::{Value, json};

const TODAY: &str = "2026-11-20";
const SECTION: &str = "A振興局/商工労働観光課/指導保安係";

fn id(name: &str) -> RecordId {
    RecordId::derived(&["test", name])
}

fn person(who: &str, role: Role) -> Staff {
    let (name, kana, extension, mobile) = Default::default();
    let posts = vec![Post { section: SECTION.to_owned(), role, from: None, to: None }];
    Staff { id: who.into(), name, kana, extension, mobile, posts }
}

fn clerk() -> Staff {
    person("a1", Role::Staff)
}

fn head() -> Staff {
    person("a9", Role::Head)
}

fn op(record: RecordId, body: OpBody) -> Operation {
    Operation { op_id: OpId(id("op").0), record, at: Stamp::japan(0), body }
}

fn in_scope(
    record: RecordId,
    kind: &str,
    scope: &Scope,
    parent: Option<RecordId>,
    fields: Value,
) -> Operation {
    let fields = serde_json::from_value(fields).unwrap();
    op(record, OpBody::Create { kind: kind.to_owned(), scope: scope.clone(), parent, fields })
}

/// A create in the room of these tests.
fn made(record: RecordId, kind: &str, parent: Option<RecordId>, fields: Value) -> Operation {
    in_scope(record, kind, &Scope::Room(id("room")), parent, fields)
}

fn change(record: RecordId, fields: Value) -> Operation {
    op(record, OpBody::Patch { base: [].into(), fields: serde_json::from_value(fields).unwrap() })
}

fn delete(record: RecordId) -> Operation {
    op(record, OpBody::Delete)
}

/// What such a create has made, in the hand of `by`.
fn there(create: &Operation, by: &str) -> Record {
    let OpBody::Create { kind, scope, parent, fields } = &create.body else { panic!("a create") };
    serde_json::from_value(json!({
        "id": create.record, "kind": kind, "scope": scope, "parent": parent, "born_seq": 1, "seq": 1, "fields": fields,
        "created": {"op": create.op_id, "device": id("device"), "staff": by, "at": create.at}
    }))
    .unwrap()
}

fn code(op: &Operation, target: Option<&Record>, by: &Staff) -> Option<&'static str> {
    refuse(op, target, &by.id, by, TODAY)
}

#[test]
fn who_leads_holds_a_leading_post_today() {
    let in_past = |mut s: Staff| {
        s.posts[0].to = Some("2026-11-19".to_owned());
        s
    };
    let leading = |s: &Staff| leads(s, TODAY);
    assert!(leading(&head()) && leading(&person("a8", Role::Steward)));
    assert!(!leading(&clerk()) && !leading(&person("root", Role::Admin)) && !leading(&in_past(head())));
}

#[test]
fn a_room_is_made_by_whom_its_type_allows() {
    let (clerk, head, steward) = (clerk(), head(), person("a8", Role::Steward));
    let admin = person("root", Role::Admin);
    let room =
        |record: RecordId, fields: Value| in_scope(record, kinds::ROOM, &Scope::Room(record), None, fields);
    let new = |fields: Value| room(id("room"), fields);
    let own = |of: &Staff| room(room::self_id(&of.id), json!({"type": "self"}));
    assert_eq!(code(&own(&clerk), None, &clerk), None);
    assert_eq!(code(&own(&head), None, &clerk), Some("derived-id"));
    let pair = |a: &str, b: &str, said: [&str; 2]| {
        room(room::direct_id(&a.into(), &b.into()), json!({"type": "direct", "pair": said}))
    };
    // Either of the two, whichever stands first.
    for with in ["a0", "z9"] {
        let [a, b] = if with < "a1" { [with, "a1"] } else { ["a1", with] };
        assert_eq!(code(&pair("a1", with, [a, b]), None, &clerk), None, "{with}");
    }
    assert_eq!(code(&pair("b1", "b2", ["b1", "b2"]), None, &clerk), Some("derived-id"), "a pair of others");
    assert_eq!(code(&pair("b1", "b2", ["a1", "b2"]), None, &clerk), Some("derived-id"), "the id of others");
    assert_eq!(code(&new(json!({"type": "group", "name": "林道"})), None, &clerk), None);
    for kind in ["group", "direct"] {
        let with_sections = new(json!({"type": kind, "sections": [SECTION]}));
        assert_eq!(code(&with_sections, None, &head), Some("chat-field"), "{kind}");
    }
    let offices = new(json!({"type": "offices", "sections": [SECTION]}));
    assert_eq!(code(&new(json!({"type": "offices"})), None, &head), Some("chat-field"));
    let disaster = new(json!({"type": "disaster"}));
    let may = |op: &Operation| [&clerk, &head, &steward, &admin].map(|s| code(op, None, s).is_none());
    assert_eq!(may(&offices), [false, true, true, false]);
    assert_eq!(may(&disaster), [false, true, true, true]);
    assert_eq!(code(&new(json!({"type": "section"})), None, &head), Some("office-kind"));
    assert_eq!(code(&new(json!({"type": "hall"})), None, &head), Some("chat-field"));
}

#[test]
fn a_room_is_changed_by_its_administrators_within_its_type() {
    let clerk = clerk();
    let of = |kind: &str| {
        let fields = json!({"type": kind, "office.admins": ["a1"], "office.members": ["a1", "b1"]});
        there(&made(id("room"), kinds::ROOM, None, fields), "a1")
    };
    let group = of("group");
    let changed =
        |fields: Value, target: &Record, by: &Staff| code(&change(id("room"), fields), Some(target), by);
    assert_eq!(changed(json!({"name": "あたらしい名"}), &group, &clerk), None);
    assert_eq!(changed(json!({"name": "x"}), &group, &person("b1", Role::Head)), Some("not-room-admin"));
    for fields in [
        json!({"type": "disaster"}),
        json!({"pair": ["a1", "b1"]}),
        json!({"colour": "pink"}),
        json!({"colour": 1}),
        json!({"retention_days": 0}),
        json!({"retention_days": "x"}),
    ] {
        assert_eq!(changed(fields.clone(), &group, &clerk), Some("chat-field"), "{fields}");
    }
    for fields in [
        json!({"colour": "blue"}),
        json!({"colour": ""}),
        json!({"colour": null}),
        json!({"retention_days": 30}),
    ] {
        assert_eq!(changed(fields.clone(), &group, &clerk), None, "{fields}");
    }
    for fixed in ["self", "direct"] {
        for fields in [json!({"name": "x"}), json!({"sections": [SECTION]})] {
            assert_eq!(changed(fields, &of(fixed), &clerk), Some("room-fixed"), "{fixed}");
        }
    }
    assert_eq!(code(&delete(id("room")), Some(&group), &clerk), Some("append-only"));
}

#[test]
fn who_puts_sections_into_a_room_could_have_made_it_with_them() {
    let people = [clerk(), head(), person("a8", Role::Steward), person("root", Role::Admin)];
    let of = |kind: &str| {
        let fields =
            json!({"type": kind, "sections": [SECTION], "office.admins": ["a1", "a9", "a8", "root"]});
        there(&made(id("room"), kinds::ROOM, None, fields), "a1")
    };
    let says = |kind: &str, sections: Value| {
        let op = change(id("room"), json!({ "sections": sections }));
        people.each_ref().map(|who| code(&op, Some(&of(kind)), who))
    };
    let everywhere = || json!([SECTION, "B振興局/福祉課/相談係"]);
    assert_eq!(says("group", everywhere()), [Some("chat-field"); 4]);
    assert_eq!(says("group", json!([])), [Some("chat-field"); 4]);
    assert_eq!(says("offices", everywhere()), [Some("not-allowed"), None, None, Some("not-allowed")]);
    assert_eq!(says("disaster", everywhere()), [Some("not-allowed"), None, None, None]);
    for none in [json!([]), Value::Null, json!(SECTION)] {
        assert_eq!(says("offices", none), [Some("chat-field"); 4], "one at least stays");
    }
    let stranger = person("b9", Role::Head);
    let op = change(id("room"), json!({ "sections": everywhere() }));
    assert_eq!(code(&op, Some(&of("offices")), &stranger), Some("not-room-admin"));
}

#[test]
fn a_message_is_its_author_s_and_only_some_of_it_changes() {
    let (clerk, other) = (clerk(), person("b1", Role::Head));
    let says = |fields: Value| made(id("message"), kinds::MESSAGE, None, fields);
    let new = |fields: Value| code(&says(fields), None, &clerk);
    assert_eq!(new(json!({"text": "x", "urgent": "道路流失", "stamp": "ryokai"})), None);
    assert_eq!(new(json!({"text": "x".repeat(message::MAX_TEXT_CHARS)})), None);
    assert_eq!(new(json!({"text": "x".repeat(message::MAX_TEXT_CHARS + 1)})), Some("message-too-long"));
    assert_eq!(new(json!({"text": "x", "urgent": " 急 "})), Some("urgent-without-reason"));
    for field in [json!({"stamp": "hm"}), json!({"unsent": true}), json!({"answer": id("answer")})] {
        assert_eq!(new(field.clone()), Some("chat-field"), "{field}");
    }
    let said = there(&says(json!({"text": "x"})), "a1");
    let changed = |fields: Value, by: &Staff| code(&change(said.id, fields), Some(&said), by);
    assert_eq!(changed(json!({"text": "y", "edited_at": "…", "mentions": []}), &clerk), None);
    assert_eq!(changed(json!({"unsent": true}), &clerk), None);
    assert_eq!(changed(json!({"unsent": false}), &clerk), Some("chat-field"));
    assert_eq!(changed(json!({"urgent": "あとから"}), &clerk), Some("chat-field"));
    assert_eq!(changed(json!({"text": "y"}), &other), Some("not-author"));
    // What could not be attached is given up; nothing is announced afterwards.
    let announced = there(&says(json!({"text": "x", "photos": 2, "files": 1})), "a1");
    let counted = |fields: Value| code(&change(announced.id, fields), Some(&announced), &clerk);
    for fewer in [json!({"photos": 1, "files": null}), json!({"photos": null}), json!({"files": 1})] {
        assert_eq!(counted(fewer.clone()), None, "{fewer}");
    }
    for more in [json!({"photos": 3}), json!({"files": 2}), json!({"files": "0"}), json!({"photos": -1})] {
        assert_eq!(counted(more.clone()), Some("chat-field"), "{more}");
    }
    let taken_back = there(&says(json!({"unsent": true})), "a1");
    assert_eq!(
        code(&change(said.id, json!({"text": "y"})), Some(&taken_back), &clerk),
        Some("message-unsent")
    );
}

#[test]
fn what_hangs_on_a_message_says_whose_it_is_by_its_id() {
    let (clerk, other) = (clerk(), person("b1", Role::Head));
    let to = id("message");
    let reacts = |of: &Staff, mark: &str| {
        made(message::reaction_id(to, &of.id, mark), kinds::REACTION, Some(to), json!({ "mark": mark }))
    };
    assert_eq!(code(&reacts(&clerk, "bow"), None, &clerk), None);
    assert_eq!(code(&reacts(&clerk, "can_go"), None, &clerk), None);
    assert_eq!(code(&reacts(&clerk, "frown"), None, &clerk), Some("chat-field"));
    assert_eq!(code(&reacts(&other, "bow"), None, &clerk), Some("derived-id"));
    let set = there(&reacts(&clerk, "bow"), "a1");
    let off = change(set.id, json!({"off": true}));
    assert_eq!((code(&off, Some(&set), &clerk), code(&off, Some(&set), &other)), (None, Some("not-author")));
    assert_eq!(code(&change(set.id, json!({"mark": "clap"})), Some(&set), &clerk), Some("chat-field"));
    assert_eq!(code(&delete(set.id), Some(&set), &clerk), Some("append-only"));
    let pin = made(message::pin_id(to), kinds::PIN, Some(to), json!({}));
    assert_eq!(code(&pin, None, &other), None);
    assert_eq!(code(&made(id("pin"), kinds::PIN, Some(to), json!({})), None, &other), Some("derived-id"));
    assert_eq!(code(&delete(pin.record), Some(&there(&pin, "a1")), &clerk), Some("append-only"));
    let bytes = |n: u64| made(id("file"), kinds::FILE, Some(to), json!({ "bytes": n }));
    assert_eq!(code(&bytes(message::MAX_FILE_BYTES), None, &clerk), None);
    assert_eq!(code(&bytes(message::MAX_FILE_BYTES + 1), None, &clerk), Some("file-too-large"));
    let file = there(&bytes(1), "a1");
    let photo = there(&made(id("photo"), kinds::PHOTO, Some(to), json!({})), "a1");
    for attached in [file, photo] {
        let named = change(attached.id, json!({"name": "x"}));
        assert_eq!(code(&named, Some(&attached), &clerk), None);
        assert_eq!(code(&named, Some(&attached), &other), Some("not-author"));
    }
}

#[test]
fn times_and_exports_are_for_those_who_lead_the_section() {
    let (clerk, head, steward) = (clerk(), head(), person("a8", Role::Steward));
    let section = Scope::Section(SECTION.to_owned());
    let hours = |of: &str, said: &str| {
        in_scope(quiet::hours_id(SECTION, of), kinds::HOURS, &section, None, json!({ "staff": said }))
    };
    let may = |op: &Operation| [&clerk, &head, &steward].map(|s| code(op, None, s).is_none());
    assert_eq!(may(&hours("a1", "a1")), [false, true, true]);
    assert_eq!(may(&in_scope(id("duty"), kinds::DUTY, &section, None, json!({}))), [false, true, true]);
    assert_eq!(code(&hours("a1", "b1"), None, &head), Some("derived-id"));
    let whose = change(quiet::hours_id(SECTION, "a1"), json!({"staff": "a1"}));
    assert_eq!(code(&whose, Some(&there(&hours("a1", "a1"), "a9")), &head), Some("chat-field"));
    let asks = |fields: Value| in_scope(id("export"), kinds::ROOM_EXPORT, &section, None, fields);
    let asked = asks(json!({"room": id("room"), "room_name": "林道", "reason": "情報公開請求"}));
    assert_eq!(code(&asked, None, &clerk), None);
    assert_eq!(code(&asks(json!({"room": id("room"), "reason": "x"})), None, &clerk), Some("chat-field"));
    let approved = asks(json!({"room": id("room"), "reason": "情報公開請求", "approved_by": "a1"}));
    assert_eq!(code(&approved, None, &clerk), Some("chat-field"), "asking is not allowing");
    let export = there(&asked, "a1");
    // Whatever is said about it later is the office's to write.
    for said in [
        json!({"approved_by": "a9"}),
        json!({"office.approved_by": "a9"}),
        json!({"taken_at": "…"}),
        json!({"reason": "別の"}),
    ] {
        let settled =
            [&clerk, &head, &steward].map(|s| code(&change(export.id, said.clone()), Some(&export), s));
        assert_eq!(settled, [Some("append-only"); 3], "{said}");
    }
    assert_eq!(code(&delete(export.id), Some(&export), &head), Some("append-only"));
}

#[test]
fn a_copy_of_a_room_is_allowed_by_somebody_else_than_who_asked_for_it() {
    let (clerk, head, other) = (clerk(), head(), person("a7", Role::Head));
    let (steward, admin) = (person("a8", Role::Steward), person("root", Role::Admin));
    let mut far = person("b9", Role::Head);
    far.posts[0].section = "B振興局/福祉課/相談係".to_owned();
    let asked = |by: &str| {
        let fields = json!({"room": id("room"), "room_name": "林道", "reason": "情報公開請求"});
        there(
            &in_scope(id("export"), kinds::ROOM_EXPORT, &Scope::Section(SECTION.to_owned()), None, fields),
            by,
        )
    };
    let no = Some("not-allowed");
    let people = [&clerk, &head, &other, &steward, &admin, &far];
    let may = |by: &Staff| people.map(|who| export::refuse_approval(&asked(by.id.as_str()), by, who, TODAY));
    assert_eq!(may(&clerk), [no, None, None, no, no, no]);
    assert_eq!(may(&head), [no, Some(export::OWN), None, None, None, no]);
    let mut of = asked("a9");
    assert_eq!(people.map(|who| export::may_take(&of, who, TODAY)), [false; 6]);
    of.fields.insert(export::APPROVED_BY.to_owned(), "a8".into());
    let takes = [false, true, true, false, false, false];
    assert_eq!(people.map(|who| export::may_take(&of, who, TODAY)), takes, "who stands in reads nothing");
}

#[test]
fn a_call_asks_something_of_somebody_and_each_answers_for_oneself() {
    let (clerk, head, admin) = (clerk(), head(), person("root", Role::Admin));
    let calls = |asks: Value, sections: Value| {
        made(id("call"), kinds::CALL, None, json!({"asks": asks, "sections": sections}))
    };
    let good = calls(json!(["safety", "coming"]), json!([SECTION]));
    assert_eq!([&clerk, &head, &admin].map(|s| code(&good, None, s)), [Some("not-allowed"), None, None]);
    for (asks, sections) in [
        (json!([]), json!([SECTION])),
        (json!(["weather"]), json!([SECTION])),
        (json!(["safety"]), json!([])),
    ] {
        assert_eq!(code(&calls(asks.clone(), sections), None, &head), Some("chat-field"), "{asks}");
    }
    let open = there(&good, "a9");
    assert_eq!(code(&change(open.id, json!({"closed_at": "…", "text": "x"})), Some(&open), &head), None);
    assert_eq!(code(&change(open.id, json!({"sections": []})), Some(&open), &head), Some("chat-field"));
    let answer = |of: &Staff, fields: Value| {
        let record = call::answer_id(open.id, &of.id);
        in_scope(record, kinds::CALL_ANSWER, &Scope::Tally(open.id), None, fields)
    };
    assert_eq!(code(&answer(&clerk, json!({"safety": "safe", "coming": null})), None, &clerk), None);
    assert_eq!(code(&answer(&head, json!({"safety": "safe"})), None, &clerk), Some("derived-id"));
    for fields in [json!({"safety": "well"}), json!({"coming": "later"}), json!({"coming": 1})] {
        assert_eq!(code(&answer(&clerk, fields.clone()), None, &clerk), Some("chat-field"), "{fields}");
    }
}

fn a_room(kind: &str, maker: &str, record: RecordId) -> Record {
    there(&in_scope(record, kinds::ROOM, &Scope::Room(record), None, json!({ "type": kind })), maker)
}

/// Being in the room, or not any more.
fn member(of: &Record, staff: &str, fields: Value) -> Operation {
    let record = room::member_id(of.id, &staff.into());
    in_scope(record, kinds::ROOM_MEMBER, &of.scope, None, fields)
}

#[test]
fn who_is_in_a_room_is_for_its_administrators_and_leaving_for_everybody() {
    let me = StaffId::from("a1");
    let group = a_room("group", "a1", id("room"));
    let joins = |staff: &str| json!({"staff": staff, "role": "member", "state": "member"});
    let there_is = |staff: &str| there(&member(&group, staff, joins(staff)), "a1");
    let says =
        |op: &Operation, target: Option<&Record>, admin: bool| refuse_in_room(op, target, &group, &me, admin);
    assert_eq!(says(&member(&group, "b1", joins("b1")), None, true), None);
    assert_eq!(says(&member(&group, "b1", joins("b1")), None, false), Some("not-room-admin"));
    assert_eq!(says(&member(&group, "b1", joins("b2")), None, true), Some("derived-id"));
    for field in [json!({"staff": "b1", "state": "gone"}), json!({"staff": "b1", "role": "owner"})] {
        assert_eq!(says(&member(&group, "b1", field.clone()), None, true), Some("chat-field"), "{field}");
    }
    let (mine, theirs) = (there_is("a1"), there_is("b1"));
    let leaves = |of: &Record| change(of.id, json!({"state": "left"}));
    assert_eq!(says(&leaves(&mine), Some(&mine), false), None);
    assert_eq!(says(&leaves(&theirs), Some(&theirs), true), None);
    assert_eq!(says(&leaves(&theirs), Some(&theirs), false), Some("not-room-admin"));
    for field in [json!({"state": "member"}), json!({"state": "left", "role": "admin"})] {
        let op = change(mine.id, field.clone());
        assert_eq!(says(&op, Some(&mine), false), Some("not-room-admin"), "{field}");
    }
    assert_eq!(says(&change(mine.id, json!({"staff": "a1"})), Some(&mine), true), Some("chat-field"));
    assert_eq!(
        code(&delete(mine.id), Some(&mine), &clerk()),
        Some("append-only"),
        "only changed, never removed"
    );
}

#[test]
fn some_rooms_have_their_members_for_good() {
    let me = StaffId::from("a1");
    let says = |of: &Record, op: &Operation, by: &StaffId| refuse_in_room(op, None, of, by, true);
    let joins = |staff: &str| json!({"staff": staff, "role": "admin", "state": "member"});
    let leaves = |staff: &str| json!({"staff": staff, "state": "left"});
    let own = a_room("self", "a1", room::self_id(&me));
    assert_eq!(says(&own, &member(&own, "a1", joins("a1")), &me), None);
    assert_eq!(says(&own, &member(&own, "a1", leaves("a1")), &me), Some("room-fixed"));
    assert_eq!(says(&own, &member(&own, "b1", joins("b1")), &me), Some("room-fixed"));
    let pair = a_room("direct", "a1", room::direct_id(&me, &"b1".into()));
    for staff in ["a1", "b1"] {
        assert_eq!(says(&pair, &member(&pair, staff, joins(staff)), &"b1".into()), None, "{staff}");
        assert_eq!(says(&pair, &member(&pair, staff, leaves(staff)), &me), Some("room-fixed"), "{staff}");
    }
    assert_eq!(says(&pair, &member(&pair, "c1", joins("c1")), &me), Some("room-fixed"), "a third");
    let section = a_room("section", "office", room::section_id(SECTION));
    assert_eq!(says(&section, &member(&section, "a1", joins("a1")), &me), Some("room-fixed"));
    let call = made(id("call"), kinds::CALL, None, json!({}));
    assert_eq!(says(&a_room("disaster", "a9", id("room")), &call, &me), None);
    assert_eq!(says(&a_room("group", "a9", id("room")), &call, &me), Some("scope-kind"));
}
