//! Search across rooms in much that was said: by whom, and only what can be opened in its place.
#![allow(clippy::unwrap_used)]

mod chat_office;
mod common;

use chat_office::{by, one_to_one, other_says, own_says};
use common::*;
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::{RecordRef, SearchArgs};
use ekitei_core::bridge::chat::ChatSearchArgs;
use ekitei_model::{RecordId, Scope, kinds};
use serde_json::json;

const OTHER: &str = "s002";
const SELDOM: &str = "s009";

fn find(core: &Core, query: &str, staff: Option<&str>) -> Vec<String> {
    let args = ChatSearchArgs {
        query: query.into(),
        room: None,
        staff: staff.map(str::to_owned),
        from: None,
        to: None,
        photos: false,
        limit: 50,
    };
    core.chat_search(args).unwrap().into_iter().map(|hit| hit.excerpt).collect()
}

#[test]
fn who_wrote_long_ago_is_found_behind_everything_that_was_said_since() {
    let (phone, mut office, room) = one_to_one(OTHER);
    let mut said = vec![other_says(room, SELDOM, "橋の図面はここです")];
    said.extend((0..5_100).map(|n| other_says(room, OTHER, &format!("橋の点検 {n}"))));
    office.says_all(&phone, &said);
    let core = phone.open();
    assert_eq!(find(&core, "橋", Some(SELDOM)), ["橋の図面はここです"]);
    assert_eq!(find(&core, "", Some(SELDOM)), ["橋の図面はここです"]);
    assert_eq!(find(&core, "橋", None).len(), 50);
}

#[test]
fn a_caption_of_a_picture_is_no_message() {
    let (phone, mut office, room) = one_to_one(OTHER);
    let mut said = other_says(room, OTHER, "写真です");
    said.fields.insert("photos".into(), json!(1));
    let id = RecordId::derived(&["test caption"]);
    let fields = json!({"caption": "成虫の写真", "sha256.thumb": "00", "bytes.thumb": 3});
    let picture = by(OTHER, record(id, kinds::PHOTO, &Scope::Room(room), Some(said.id), 0, &fields));
    office.says_all(&phone, &[said, picture]);
    let core = phone.open();
    assert_eq!(find(&core, "写真", None), ["写真です"]);
    assert_eq!(find(&core, "成虫", None), [""; 0]);
}

#[test]
fn one_s_own_words_that_are_being_taken_back_are_not_found_meanwhile() {
    let (phone, mut office, room) = one_to_one(OTHER);
    let id = RecordId::derived(&["test taken back"]);
    office.says_all(&phone, &[own_says(&phone, room, id, "まちがえた宛先です")]);
    let core = phone.open();
    let everywhere =
        || core.search(SearchArgs { query: "宛先".into(), limit: 50 }).unwrap().into_iter().map(|hit| hit.id);
    assert_eq!(everywhere().collect::<Vec<_>>(), [id]);
    core.chat_unsend(RecordRef { id }).unwrap();
    assert_eq!(everywhere().count() + find(&core, "宛先", None).len(), 0);
}
