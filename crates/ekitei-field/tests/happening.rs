//! Directory, help cards and calendar as scripts ask for them.
#![allow(clippy::unwrap_used)]

#[path = "../../ekitei-core/tests/common/mod.rs"]
mod common;

use common::{PIN, Phone, SECTION, record};
use ekitei_model::calendar::event_id;
use ekitei_model::help_card::card_id;
use ekitei_model::{Scope, Stamp, kinds};
use serde_json::{Value, json};
use std::process::Command;

fn run(phone: &Phone, args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ekitei-field"));
    command.arg("--home").arg(phone.dir()).args(args).env("EKITEI_PIN", PIN).env("EKITEI_LANG", "");
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "ja_JP.UTF-8");
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn json_of(phone: &Phone, args: &[&str]) -> Value {
    let (code, out) = run(phone, args);
    assert_eq!(code, Some(0), "{args:?}: {out}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn directory_help_and_calendar_are_one_json_value_each() {
    let phone = Phone::enrolled();
    let (id, mine) = ("p1", Scope::User("s001".into()));
    let posts = json!([{"section": SECTION, "role": "staff"}]);
    let fields = json!({"id": id, "name": "見本 花子", "kana": "みほん はなこ", "extension": "21-345",
        "mobile": "000-0000-0001", "posts": posts});
    let card = json!({"purpose": "lost", "steps": ["電話する"], "contacts": [{"label": "窓口", "number": "0000-00-0000"}]});
    phone.receive(
        &Scope::All,
        &[
            record(kinds::staff_record_id(&id.into()), kinds::STAFF, &Scope::All, None, 1, &fields),
            record(card_id(&Scope::All, "lost"), kinds::HELP_CARD, &Scope::All, None, 2, &card),
        ],
    );
    let now = Stamp::japan(i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap());
    let starts: Stamp = format!("{}T10:00:00+09:00", now.local_date()).parse().unwrap();
    let event = json!({"uid": "1", "title": "R8-1 立入検査", "place": "現地", "starts_at": starts, "ends_at": starts});
    phone.receive(
        &mine,
        &[record(event_id(&"s001".into(), "1", starts), kinds::CALENDAR_EVENT, &mine, None, 1, &event)],
    );
    assert_eq!(run(&phone, &["unlock"]).0, Some(0));
    let found = json_of(&phone, &["directory", "search", "ﾐﾎﾝ 21345", "--json"]);
    assert_eq!((&found[0]["name"], &found[0]["mobile"]), (&json!("見本 花子"), &json!("000-0000-0001")));
    assert_eq!(json_of(&phone, &["directory", "search", "いない", "--json"]), json!([]));
    let events = json_of(&phone, &["calendar", "list", "--json"]);
    assert_eq!(
        (&events[0]["title"], &events[0]["case"]["number"]),
        (&json!("R8-1 立入検査"), &json!("R8-1"))
    );
    assert!(run(&phone, &["calendar", "list", "--days", "1"]).1.contains("10:00  R8-1 立入検査  現地  R8-1"));
    assert_eq!(run(&phone, &["lock"]).0, Some(0));
    // The help is for a locked phone, too; the rest is not.
    let help = json_of(&phone, &["help", "show", "--json"]);
    assert_eq!(
        (&help["cards"][0]["steps"][0], &help["cards"][0]["contacts"][0]["now"]),
        (&json!("電話する"), &json!(true))
    );
    let told = run(&phone, &["help", "show"]).1;
    assert!(told.contains("なくした") && told.contains("窓口  0000-00-0000"), "{told}");
    assert_eq!(run(&phone, &["directory", "search", "見本", "--json"]).0, Some(3));
    assert_eq!(run(&phone, &["calendar", "list"]).0, Some(3));
}
