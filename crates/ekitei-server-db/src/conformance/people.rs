//! Codes, devices, sessions, imports.

use super::kit::*;
use crate::{DeviceFilter, DeviceReport, NewDevice, StaffFilter};
use ekitei_model::people::Role;
use ekitei_model::wire::DeviceState;
use ekitei_model::{DeviceId, Record, RecordId, Scope};
use uuid::Uuid;

fn new_device(key: &str) -> NewDevice {
    NewDevice {
        device_id: DeviceId(Uuid::now_v7()),
        public_key: key.into(),
        recipient: "age1x".into(),
        model: "機種".into(),
        former: None,
    }
}

pub async fn codes_are_used_once(store: Store) {
    people(&store).await;
    assert_eq!(code(store.create_code(&"nobody".into(), "h0", NOW + 10).await), "staff-unknown");
    store.create_code(&"a1".into(), "h1", NOW + 10).await.unwrap();
    let first = new_device("key");
    assert_eq!(code(store.redeem_code("other", NOW, first.clone()).await), "code-unknown");
    assert_eq!(code(store.redeem_code("h1", NOW + 10, first.clone()).await), "code-expired");
    let got = store.redeem_code("h1", NOW, first.clone()).await.unwrap();
    assert_eq!((got.staff.id.as_str(), got.device_id), ("a1", first.device_id));
    // The answer was lost: the same phone asks again under a fresh device id, and is the device of the first time.
    let again = store
        .redeem_code("h1", NOW + 1, NewDevice { device_id: DeviceId(Uuid::now_v7()), ..first.clone() })
        .await;
    assert_eq!(again.unwrap().device_id, first.device_id);
    assert_eq!(code(store.redeem_code("h1", NOW, new_device("other")).await), "code-used");
    let d = store.device(first.device_id).await.unwrap().unwrap();
    assert_eq!(
        (d.staff.as_str(), d.console, d.public_key.as_str(), d.enrolled_ms),
        ("a1", false, "key", NOW)
    );
    assert_eq!(store.devices(&DeviceFilter::default()).await.unwrap().len(), 1);
    // At the same moment from two phones: one wins.
    store.create_code(&"a1".into(), "h2", NOW + 10).await.unwrap();
    let (x, y) = tokio::join!(
        store.redeem_code("h2", NOW, new_device("x")),
        store.redeem_code("h2", NOW, new_device("y"))
    );
    assert_eq!([x.is_ok(), y.is_ok()].iter().filter(|ok| **ok).count(), 1);
}

/// The office went back to a backup from before this phone came in.
pub async fn a_forgotten_phone_comes_back_under_its_id(store: Store) {
    people(&store).await;
    let own = NewDevice { former: Some("a1".into()), ..new_device("key") };
    let redeem = |hash: &'static str, new: &NewDevice| store.redeem_code(hash, NOW, new.clone());
    // A colleague's code brings it to nobody else, and is not spent by the attempt.
    store.create_code(&"a2".into(), "of-a2", NOW + 10).await.unwrap();
    assert_eq!(code(redeem("of-a2", &own).await), "code-other-person");
    redeem("of-a2", &new_device("colleague")).await.unwrap();
    for hash in ["c1", "c2", "c3", "c4"] {
        store.create_code(&"a1".into(), hash, NOW + 10).await.unwrap();
    }
    let back = redeem("c1", &own).await.unwrap();
    assert_eq!((back.staff.id.as_str(), back.device_id), ("a1", own.device_id));
    // The answer was lost.
    assert_eq!(redeem("c1", &own).await.unwrap(), back);
    // Its lanes begin like any phone's.
    let caller = crate::Caller { device: own.device_id, staff: "a1".into(), today: TODAY.into() };
    let epoch = store.epoch().await.unwrap();
    let mut a1 = Phone { store: store.clone(), caller, next: 1, generation: 7, epoch };
    let (_, made) = case_in(A, "R8-001");
    applied(&a1.one(&made).await);
    // Known by now: the same keys may come again, with what is new, and what the office decided stays.
    store.set_device_state(own.device_id, DeviceState::DrainOnly).await.unwrap();
    redeem("c2", &NewDevice { recipient: "age1y".into(), ..own.clone() }).await.unwrap();
    let known = store.device(own.device_id).await.unwrap().unwrap();
    assert_eq!(
        (known.recipient.as_str(), known.state, known.enrolled_ms),
        ("age1y", DeviceState::DrainOnly, NOW)
    );
    // Nobody else's keys take its place; a wiped phone stays out; the office is no phone.
    for thief in [
        NewDevice { public_key: "other".into(), ..own.clone() },
        NewDevice { former: None, ..own.clone() },
        NewDevice { device_id: crate::office_device(), ..own.clone() },
    ] {
        assert_eq!(code(redeem("c3", &thief).await), "device-taken");
    }
    store.set_device_state(own.device_id, DeviceState::Wiped).await.unwrap();
    assert_eq!(code(redeem("c3", &own).await), "device-wiped");
    // None of these spent the code.
    redeem("c3", &new_device("fresh")).await.unwrap();
    // At the same moment with two codes: both are this phone.
    let twin = NewDevice { former: Some("a1".into()), ..new_device("twin") };
    store.create_code(&"a1".into(), "c5", NOW + 10).await.unwrap();
    let (x, y) = tokio::join!(redeem("c4", &twin), redeem("c5", &twin));
    assert_eq!((x.unwrap().device_id, y.unwrap().device_id), (twin.device_id, twin.device_id));
    sound(&store).await;
}

pub async fn sessions_end(store: Store) {
    people(&store).await;
    store.set_password(&"a1".into(), "argon").await.unwrap();
    assert_eq!(store.password_hash(&"a1".into()).await.unwrap().as_deref(), Some("argon"));
    assert_eq!(store.password_hash(&"a2".into()).await.unwrap(), None);
    assert_eq!(code(store.set_password(&"nobody".into(), "x").await), "staff-unknown");
    let device = store.open_session(&"a1".into(), "t1", NOW, NOW + 600_000).await.unwrap();
    let s = store.session("t1", NOW + 100_000).await.unwrap().unwrap();
    assert_eq!((s.staff.as_str(), s.device, s.seen_ms), ("a1", device, NOW));
    assert_eq!(store.session("t1", NOW + 100_001).await.unwrap().unwrap().seen_ms, NOW + 100_000);
    assert!(store.device(device).await.unwrap().unwrap().console);
    assert_eq!(store.devices(&DeviceFilter::default()).await.unwrap().len(), 0);
    assert_eq!(store.devices(&DeviceFilter { consoles: true, ..Default::default() }).await.unwrap().len(), 1);
    // The console pushes through the same pipe; repeats are absorbed by the operation's id.
    let caller = crate::Caller { device, staff: "a1".into(), today: TODAY.into() };
    let (case, made) = case_in(A, "R8-001");
    let first = store.apply_console(&caller, incoming(&made), NOW).await.unwrap();
    applied(&first.outcome);
    assert_eq!(first.changed.touched.len(), 2, "the case and its header");
    let again = store.apply_console(&caller, incoming(&made), NOW).await.unwrap();
    assert_eq!((again.outcome, again.changed), (first.outcome, crate::Changed::default()));
    assert!(store.record(&caller, case).await.unwrap().is_some());
    assert_eq!(store.session("t1", NOW + 600_000).await.unwrap(), None);
    store.close_session("t1").await.unwrap();
    assert_eq!(store.session("t1", NOW).await.unwrap(), None);
}

pub async fn imports_are_repeatable(store: Store) {
    let staff = vec![person("a1", A, Role::Staff), person("b1", B, Role::Head)];
    let first = store.import_staff(staff.clone(), NOW).await.unwrap();
    assert_eq!((first.added, first.changed, first.unchanged), (2, 0, 0));
    assert_eq!(first.touched.last(), Some(&(Scope::All, 4)), "two people and two sections");
    assert_eq!(first.touched.len(), 5, "and a room for each section, in its list");
    let again = store.import_staff(staff.clone(), NOW).await.unwrap();
    assert_eq!((again.unchanged, again.touched.len()), (2, 0));
    let mut moved = staff[0].clone();
    moved.extension = "2999".into();
    moved.mobile = "000-0000-2999".into();
    assert_eq!(store.import_staff(vec![moved.clone()], NOW).await.unwrap().changed, 1);
    let twice = ["2998", "2999"]
        .map(|extension| ekitei_model::people::Staff { extension: extension.into(), ..moved.clone() });
    store.import_staff(twice.to_vec(), NOW).await.unwrap();
    assert_eq!(store.staff(&"a1".into()).await.unwrap(), Some(moved));
    assert_eq!(store.staff(&"zz".into()).await.unwrap(), None);
    let find = async |text: Option<&str>, section: Option<&str>| {
        let filter = StaffFilter { text: text.map(Into::into), section: section.map(Into::into) };
        store.staff_list(&filter).await.unwrap().len()
    };
    assert_eq!(
        (find(None, None).await, find(Some("シヨクイン"), None).await, find(Some("Ｂ１"), None).await),
        (2, 0, 1)
    );
    assert_eq!((find(Some("職員"), Some(B)).await, find(Some("%"), None).await), (1, 0));
    assert_eq!(code(store.import_staff(vec![person("a\0", A, Role::Staff)], NOW).await), "batch-malformed");
    let a1 = phone(&store, "a1").await;
    let (all, _) = a1.after(&Scope::All, 0).await;
    let find = |id: &str| all.iter().find(|r: &&Record| r.text("id") == id).unwrap();
    assert_eq!((find("a1").text("extension"), find("a1").kind.as_str()), ("2999", "staff"));
    assert_eq!((find("a1").text("mobile"), find("b1").fields.get("mobile")), ("000-0000-2999", None));
    assert_eq!(find("a1").fields["posts"][0]["section"], A);
    assert_eq!(
        all.iter().filter(|r| r.kind == "section").map(|r| r.text("path")).collect::<Vec<_>>().len(),
        2
    );
    sound(&store).await;
}

pub async fn a_list_that_comes_whole_replaces_the_former(store: Store) {
    people(&store).await;
    let (mine, others) = (Scope::User("a1".into()), Scope::User("a2".into()));
    let id = |name: &str| RecordId::derived(&["event", name]);
    let list = |rows: &[(&str, &str)]| {
        rows.iter().map(|(name, title)| (id(name), fields([("title", (*title).into())]))).collect()
    };
    let put = async |scope: &Scope, rows: &[(&str, &str)]| {
        let done = store.replace_kind("calendar_event", scope, list(rows), NOW).await.unwrap();
        (done.added, done.changed, done.unchanged, done.removed, done.touched.len())
    };
    assert_eq!(put(&mine, &[("1", "朝の会議"), ("2", "立入検査")]).await, (2, 0, 0, 0, 1));
    assert_eq!(put(&others, &[("3", "会議")]).await, (1, 0, 0, 0, 1));
    assert_eq!(put(&mine, &[("1", "朝の会議"), ("2", "立入検査")]).await, (0, 0, 2, 0, 0), "nothing moves");
    assert_eq!(put(&mine, &[("2", "立入検査(午後)"), ("4", "出張")]).await, (1, 1, 0, 1, 1));
    let a1 = phone(&store, "a1").await;
    let living = async || {
        let (all, _) = a1.after(&mine, 0).await;
        let mut titles: Vec<String> =
            all.iter().filter(|r| !r.deleted).map(|r| r.text("title").to_owned()).collect();
        titles.sort();
        titles
    };
    assert_eq!(living().await, ["出張", "立入検査(午後)"], "the phone gets it with its own scope");
    assert_eq!(put(&mine, &[("1", "朝の会議")]).await, (1, 0, 0, 2, 1), "what was gone lives again");
    assert_eq!(living().await, ["朝の会議"]);
    assert_eq!(put(&mine, &[]).await, (0, 0, 0, 1, 1));
    assert_eq!(living().await, [""; 0]);
    let a2 = phone(&store, "a2").await;
    assert_eq!(a2.after(&others, 0).await.0.len(), 1, "another person's list stays");
    sound(&store).await;
}

pub async fn imported_cases_are_matched_by_number(store: Store) {
    let (a1, case) = office(&store).await;
    let row = |number: &str, name: &str| {
        fields([("number", number.into()), ("name", name.into()), ("section", A.into())])
    };
    let first =
        store.import_cases(vec![row("R8-001", "名前が変わる"), row("R8-002", "新しい")], NOW).await.unwrap();
    assert_eq!((first.added, first.changed), (1, 1));
    let kept = a1.record(case).await.unwrap();
    assert_eq!((kept.text("name"), kept.text("place")), ("名前が変わる", "北の沢"));
    let again = store.import_cases(vec![row("R8-002", "新しい")], NOW).await.unwrap();
    assert_eq!((again.unchanged, again.touched.len()), (1, 0));
    assert_eq!(code(store.import_cases(vec![fields([("name", "x".into())])], NOW).await), "batch-malformed");
    let headers = a1.headers(&Scope::Section(A.to_owned()), 0).await;
    assert_eq!(headers.len(), 2);
    assert!(headers.iter().all(|h| h.text("state") == "open"));
    sound(&store).await;
}

pub async fn the_epoch_stays_until_a_restore(store: Store) {
    let epoch = store.epoch().await.unwrap();
    assert_eq!(store.epoch().await.unwrap(), epoch);
    assert_ne!(store.new_epoch().await.unwrap(), epoch);
    store.meta_set("k", "1").await.unwrap();
    store.meta_set("k", "2").await.unwrap();
    assert_eq!(store.meta_get("k").await.unwrap().as_deref(), Some("2"));
    assert_eq!(store.meta_get("none").await.unwrap(), None);
}

pub async fn devices_report(store: Store) {
    people(&store).await;
    let (one, two) = (phone(&store, "a1").await, phone(&store, "a2").await);
    let report =
        DeviceReport { waiting_items: 3, waiting_bytes: 400, oldest_ms: NOW - 5, app: "0.1.0".into() };
    store.touch_device(one.caller.device, NOW + 50, Some(report.clone())).await.unwrap();
    store.seen_devices(vec![(one.caller.device, NOW + 60)]).await.unwrap();
    let list = store.devices(&DeviceFilter::default()).await.unwrap();
    assert_eq!(list.iter().map(|d| d.id).collect::<Vec<_>>(), [one.caller.device, two.caller.device]);
    assert_eq!((&list[0].report, list[0].last_seen_ms), (&report, NOW + 60));
    let of = DeviceFilter { staff: Some("a2".into()), ..Default::default() };
    assert_eq!(store.devices(&of).await.unwrap()[0].id, two.caller.device);
    let wiped = DeviceFilter { state: Some(ekitei_model::wire::DeviceState::Wiped), ..Default::default() };
    assert_eq!(store.devices(&wiped).await.unwrap(), []);
    assert_eq!(
        code(store.me(&crate::Caller { device: DeviceId(Uuid::now_v7()), ..one.caller }).await),
        "device-unknown"
    );
}
