//! The inbox on real files: what the camera wrote becomes one photograph, whatever is killed on the way.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use ekitei_core::bridge::chat::ChatSendArgs;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_model::RecordId;
use ekitei_model::chat::room::self_id;
use ekitei_store::queue::{Capture, captures};

/// A message without anything yet.
fn words(room: RecordId) -> ChatSendArgs {
    serde_json::from_value(serde_json::json!({"room": room})).unwrap()
}

#[test]
fn a_picture_of_a_killed_camera_is_adopted_when_the_app_opens() {
    let phone = Phone::enrolled();
    let case = case_id("R8-2");
    let core = phone.open();
    let name = core.capture_begin(CaptureArgs { case, visit: None, place: None }).unwrap().name;
    let empty = core.capture_begin(CaptureArgs { case, visit: None, place: None }).unwrap().name;
    drop(core);
    // The camera wrote, then everything died.
    std::fs::write(phone.dir().join("inbox").join(&name), jpeg(9)).unwrap();
    let core = phone.open();
    let photos = core.photo_list(CaseRef { case }).unwrap();
    assert_eq!(photos.len(), 1);
    assert!(core.status(Nothing {}).unwrap().notices.iter().any(|n| n.code == "capture-adopted"));
    drop(core);
    assert_eq!(phone.open().photo_list(CaseRef { case }).unwrap().len(), 1);
    assert!(!phone.dir().join("inbox").join(empty).exists());
}

/// The row that told where it belongs is gone: the picture has no other source, so it is taken all the same.
#[test]
fn a_picture_without_its_row_becomes_one_s_own_and_what_is_none_is_set_aside() {
    let phone = Phone::enrolled();
    drop(phone.open());
    let folder = phone.dir().join("inbox");
    let [good, broken] = ["1", "2"].map(|n| format!("capture-01890000-0000-7000-8000-00000000000{n}.jpg"));
    std::fs::write(folder.join(&good), jpeg(9)).unwrap();
    std::fs::write(folder.join(&broken), &jpeg(9)[..40]).unwrap();
    let core = phone.open();
    let taken = core.photo_list_all().unwrap();
    assert_eq!((taken.len(), taken[0].case), (1, None));
    let notices = core.status(Nothing {}).unwrap().notices;
    let told: Vec<(&str, &str)> =
        notices.iter().map(|n| (n.code.as_str(), n.params.values().next().unwrap().as_str())).collect();
    assert_eq!(told, [("capture-refused", broken.as_str()), ("capture-homeless", "1")]);
    assert_eq!(in_inbox(&phone), [format!("aside-{broken}")]);
    // Neither is tried again.
    drop(core);
    let core = phone.open();
    assert_eq!(core.photo_list_all().unwrap().len(), 1);
    assert_eq!(core.status(Nothing {}).unwrap().notices.len(), 2);
    assert_eq!(std::fs::read(folder.join(format!("aside-{broken}"))).unwrap(), &jpeg(9)[..40]);
}

/// The kill came after a picture was taken and before its file was gone: it is no photograph a second time.
#[test]
fn a_file_that_outlived_its_taking_is_not_taken_again() {
    let phone = Phone::enrolled();
    let case = case_id("R8-1");
    let core = phone.open();
    let path = |name: &str| phone.dir().join("inbox").join(name);
    let begun = || core.capture_begin(CaptureArgs { case, visit: None, place: None }).unwrap().name;
    let add = |name: &str, n: u8, caption: &str| {
        std::fs::write(path(name), jpeg(n)).unwrap();
        let args = PhotoAddArgs { caption: caption.into(), ..photos(name, Some(case)) };
        core.photo_add(args).unwrap().remove(0)
    };
    let [first, twin, deleted] = [(); 3].map(|()| begun());
    let taken = add(&first, 1, "");
    let again = add(&twin, 1, "のり面");
    assert_eq!((again.id, again.already_there), (taken.id, true));
    core.photo_delete(RecordRef { id: add(&deleted, 2, "").id }).unwrap();
    // Straight from the camera into a room: no row tells where it belongs.
    let said = "capture-01890000-0000-7000-8000-000000000009.jpg";
    std::fs::write(path(said), jpeg(3)).unwrap();
    core.chat_send(ChatSendArgs { photos: vec![said.into()], ..words(self_id(&"s001".into())) }).unwrap();
    assert_eq!(in_inbox(&phone), Vec::<String>::new());
    drop(core);
    for (name, n) in [(first.as_str(), 1), (twin.as_str(), 1), (deleted.as_str(), 2), (said, 3)] {
        std::fs::write(path(name), jpeg(n)).unwrap();
    }
    for _ in 0..2 {
        let core = phone.open();
        assert_eq!(in_inbox(&phone), Vec::<String>::new());
        assert_eq!(core.status(Nothing {}).unwrap().notices, []);
        let all = core.photo_list_all().unwrap();
        assert_eq!(all.iter().filter(|p| p.id == taken.id && p.caption == "のり面").count(), 1);
        assert_eq!(all.iter().filter(|p| p.id != taken.id && p.case.is_some()).count(), 0, "{all:?}");
        assert_eq!(core.photo_own(Nothing {}).unwrap().len(), 0);
    }
}

/// The app opened while the camera's page was still asking for words.
#[test]
fn a_caption_comes_to_a_picture_that_was_adopted_meanwhile() {
    let phone = Phone::enrolled();
    let case = case_id("R8-1");
    let name = phone.open().capture_begin(CaptureArgs { case, visit: None, place: None }).unwrap().name;
    std::fs::write(phone.dir().join("inbox").join(&name), jpeg(9)).unwrap();
    let core = phone.open();
    let adopted = core.photo_list(CaseRef { case }).unwrap().remove(0);
    let add = |caption: &str| {
        let args = PhotoAddArgs { caption: caption.into(), ..photos(&name, Some(case)) };
        core.photo_add(args).unwrap().remove(0)
    };
    let named = add("のり面の亀裂");
    assert_eq!((named.id, named.caption.as_str()), (adopted.id, "のり面の亀裂"));
    // Words that are there already are newer than those of a repeated call.
    assert_eq!(add("古い").caption, "のり面の亀裂");
    assert_eq!(core.photo_list_all().unwrap().len(), 1);
}

/// A camera that was closed without a picture leaves a row; it goes when nobody can come back to it any more.
#[test]
fn rows_of_cameras_that_took_nothing_go_after_two_weeks() {
    let phone = Phone::enrolled();
    let case = case_id("R8-1");
    let home = phone.home();
    let now_ms = now_ms();
    let row = |name: &str, days: i64| {
        let at_ms = now_ms - days * 24 * 3_600_000;
        let capture = Capture { name: format!("capture-{name}.jpg"), case, visit: None, at_ms };
        home.queue().write(|tx| captures::begin(tx, &capture)).unwrap();
    };
    row("old", 15);
    row("young", 13);
    row("waiting", 15);
    std::fs::write(phone.dir().join("inbox/capture-waiting.jpg"), jpeg(9)).unwrap();
    phone.next_day();
    let core = phone.open();
    assert_eq!(core.photo_list(CaseRef { case }).unwrap().len(), 1, "what the camera wrote is never too old");
    let left: Vec<String> =
        home.queue().read(captures::pending).unwrap().into_iter().map(|c| c.name).collect();
    assert_eq!(left, ["capture-young.jpg"]);
}
