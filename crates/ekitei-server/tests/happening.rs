//! When something happens, over a real socket: help cards, holidays, lists of people, calendars, cutting off from a phone.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::Scope;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn put_text(console: &Console, path: &str, text: &str) -> Value {
    let answer = console.request(Method::PUT, path).body(text.to_owned()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.json().await.unwrap()
}

async fn post_text(console: &Console, path: &str, text: &str) -> reqwest::Response {
    console.request(Method::POST, path).body(text.to_owned()).send().await.unwrap()
}

fn card(steps: &[&str], contacts: &Value, base: &Value) -> Value {
    json!({ "steps": steps, "contacts": contacts, "base": base })
}

#[tokio::test]
async fn a_card_is_kept_by_the_administrator_and_read_by_the_clock() {
    let office = Office::start().await;
    let admin = office.console("adm").await;
    let s2 = office.console("s2").await;
    let contacts = json!([
        { "label": "情報政策課", "extension": "0000", "days": "weekdays", "from": "08:45", "to": "17:30" },
        { "label": "夜間窓口", "number": "0000-00-0000", "days": "closed" },
    ]);
    let first = card(&["電話する"], &contacts, &json!({}));
    let refused = s2.request(Method::PUT, "/api/help/lost").json(&first).send().await.unwrap();
    assert_eq!(
        (refused.status(), fault(refused).await.code.as_str()),
        (StatusCode::FORBIDDEN, "not-allowed")
    );
    let kept = admin.request(Method::PUT, "/api/help/lost").json(&first).send().await.unwrap();
    assert_eq!(kept.status(), StatusCode::OK);
    let wrong = card(&[], &json!([]), &json!({}));
    let refused = admin.request(Method::PUT, "/api/help/stolen").json(&wrong).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), fault(refused).await.code.as_str()), (422, "help-steps"));

    // Saturday 2026-11-21, 10:00.
    let help = s2.json("/api/help").await;
    let now = |help: &Value| -> Vec<bool> {
        help["cards"][0]["contacts"].as_array().unwrap().iter().map(|c| c["now"] == true).collect()
    };
    assert_eq!(
        (&help["working"], now(&help), &help["may_edit"]),
        (&json!(false), vec![false, true], &json!(false))
    );
    // Monday is 勤労感謝の日: a working day only as long as the office does not know it.
    office.clock.advance(2 * 86_400_000);
    let (admin, s2) = (office.console("adm").await, office.console("s2").await);
    assert_eq!(now(&s2.json("/api/help").await), [true, false]);
    let refused = s2.request(Method::PUT, "/api/holidays").body("2026-11-23").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let bad = put_text(&admin, "/api/holidays", "日付\n23.11.2026\n").await;
    assert_eq!((&bad["faults"][0]["line"], &bad["faults"][0]["code"]), (&json!(2), &json!("csv-date-wrong")));
    let list = put_text(&admin, "/api/holidays", "日付,名称\n2026/11/23,勤労感謝の日\n").await;
    assert_eq!(list["days"], json!(["2026-11-23"]));
    let help = admin.json("/api/help").await;
    assert_eq!((now(&help), &help["may_edit"]), (vec![false, true], &json!(true)));
    assert_eq!((&help["sections"], &s2.json("/api/help").await["sections"]), (&json!([]), &json!([SECTION])));

    // Changed with the revisions that were seen; another's change meanwhile is a conflict, not lost.
    let base = help["cards"][0]["base"].clone();
    let second = card(&["電話する", "探す"], &contacts, &base);
    let done = admin.request(Method::PUT, "/api/help/lost").json(&second).send().await.unwrap();
    assert_eq!(done.json::<Value>().await.unwrap()["result"], "applied");
    assert_eq!(s2.json("/api/help").await["cards"][0]["steps"], json!(["電話する", "探す"]));

    // A section's own card, by those who lead it, stands first; phones get both.
    let mut own = card(&["係長に言う"], &json!([]), &json!({}));
    own["section"] = json!(SECTION);
    assert_eq!(
        s2.request(Method::PUT, "/api/help/lost").json(&own).send().await.unwrap().status(),
        StatusCode::OK
    );
    assert_eq!(s2.json("/api/help").await["cards"][0]["section"], SECTION);
    let phone = office.phone("s1").await;
    for scope in [Scope::All, Scope::Section(SECTION.into())] {
        let found = phone.changes(&scope, 0).await;
        assert_eq!(found.iter().filter(|r| r.kind == "help_card").count(), 1, "{scope}");
    }
}

#[tokio::test]
async fn a_list_of_people_is_shown_before_it_changes_anything() {
    let office = Office::start().await;
    let admin = office.console("adm").await;
    let s2 = office.console("s2").await;
    let head = "職員番号,氏名,よみ,所属,役割,内線,携帯\n";
    let before = admin.json("/api/directory").await;
    let s1 = before["people"].as_array().unwrap().iter().find(|p| p["id"] == "s1").unwrap().clone();
    let line = |ext: &str| {
        format!(
            "s1,{},{},{SECTION},staff,{ext},000-0000-0001\n",
            s1["name"].as_str().unwrap(),
            s1["kana"].as_str().unwrap()
        )
    };
    let list = format!("{head}{}s90,新人 九十,しんじん きゅうじゅう,{SECTION},職員,2190,\n", line("2199"));
    assert_eq!(post_text(&s2, "/api/directory/preview", &list).await.status(), StatusCode::FORBIDDEN);
    let preview: Value = post_text(&admin, "/api/directory/preview", &list).await.json().await.unwrap();
    assert_eq!(preview["faults"], json!([]));
    assert_eq!(preview["added"][0]["id"], "s90");
    let fields: Vec<&str> = preview["changed"][0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["field"].as_str().unwrap())
        .collect();
    assert_eq!((preview["changed"][0]["id"].as_str(), fields), (Some("s1"), vec!["extension", "mobile"]));
    let left: Vec<&str> =
        preview["left"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap()).collect();
    assert!(left.contains(&"s2") && !left.contains(&"adm"), "{left:?}");
    assert_eq!(admin.json("/api/directory").await, before, "nothing has happened");

    // Another list than the one that was looked at.
    let digest = preview["digest"].as_str().unwrap();
    let path = format!("/api/directory/import?digest={digest}");
    let other = post_text(&admin, &path, &list.replace("2190", "2191")).await;
    assert_eq!((other.status(), fault(other).await.code.as_str()), (StatusCode::CONFLICT, "import-changed"));
    assert_eq!(post_text(&s2, &path, &list).await.status(), StatusCode::FORBIDDEN);
    let done: Value = post_text(&admin, &path, &list).await.json().await.unwrap();
    assert_eq!((&done["added"], &done["changed"], &done["left"]), (&json!(1), &json!(1), &json!(0)));
    // Found by extension, mobile (with and without hyphens) and section.
    for (q, id) in [("2190", "s90"), ("00000000001", "s1"), ("000-0000-0001", "s1"), ("ｼﾝｼﾞﾝ", "s90")]
    {
        let found = admin.json(&format!("/api/directory?q={q}")).await;
        assert_eq!((&found["total"], &found["people"][0]["id"]), (&json!(1), &json!(id)), "{q}");
    }
    // Once more: nothing to do; those who left go when it is asked for.
    let again: Value = post_text(&admin, "/api/directory/preview", &list).await.json().await.unwrap();
    assert_eq!(
        (again["added"].as_array().unwrap().len(), again["changed"].as_array().unwrap().len()),
        (0, 0)
    );
    let path = format!("/api/directory/import?digest={}&end_left=true", again["digest"].as_str().unwrap());
    let done: Value = post_text(&admin, &path, &list).await.json().await.unwrap();
    assert_eq!(done["left"].as_u64().unwrap() as usize, again["left"].as_array().unwrap().len());
    assert_eq!(s2.json("/api/cases").await, json!([]), "no post, no cases");
    assert_eq!(admin.json("/api/directory?q=s2").await["total"], 0);

    let wrong = format!("{head}s1,,,{SECTION},chief,1,\ns2,a,,,staff,1,なし\n");
    let told: Value = post_text(&admin, "/api/directory/preview", &wrong).await.json().await.unwrap();
    let lines: Vec<(u64, &str)> = told["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["line"].as_u64().unwrap(), f["code"].as_str().unwrap()))
        .collect();
    assert_eq!((lines, &told["digest"]), (vec![(2, "csv-cell-empty"), (3, "csv-phone-wrong")], &json!("")));
}

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:立入検査\r\nDTSTART:20261124T010000Z\r\nEND:VEVENT\r\n\
                        BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:会議\r\nDTSTART:20261125T010000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[tokio::test]
async fn a_calendar_goes_to_its_person_and_the_next_file_replaces_it() {
    let office = Office::start().await;
    let s2 = office.console("s2").await;
    let done = put_text(&s2, "/api/calendar", CALENDAR).await;
    assert_eq!((&done["added"], &done["faults"]), (&json!(2), &json!([])));
    let events = s2.json("/api/calendar").await;
    assert_eq!(events[0]["starts_at"], "2026-11-24T10:00:00.000+09:00");
    // Half a file changes nothing.
    let cut = put_text(&s2, "/api/calendar", &CALENDAR[..CALENDAR.len() - 40]).await;
    assert!(!cut["faults"].as_array().unwrap().is_empty());
    assert_eq!(s2.json("/api/calendar").await, events);
    let one = CALENDAR.replace("UID:2", "UID:3");
    let done = put_text(&s2, "/api/calendar", &one).await;
    assert_eq!((&done["added"], &done["removed"], &done["unchanged"]), (&json!(1), &json!(1), &json!(1)));
    // The head looks after s1; nobody else writes into another's calendar, and each sees only their own.
    assert_eq!(put_text(&s2, "/api/calendar?staff=s1", CALENDAR).await["added"], 2);
    assert_eq!(s2.json("/api/calendar").await.as_array().unwrap().len(), 2);
    let admin = office.console("adm").await;
    let refused = admin.request(Method::PUT, "/api/calendar?staff=s1").body(CALENDAR).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let phone = office.phone("s1").await;
    let mine = phone.changes(&Scope::User("s1".into()), 0).await;
    assert_eq!(mine.iter().filter(|r| r.kind == "calendar_event").count(), 2);
}

#[tokio::test]
async fn a_lost_phone_is_cut_off_from_a_colleague_s_phone_by_those_who_may() {
    let office = Office::start().await;
    let lost = office.phone("s1").await;
    let leader = office.phone("s2").await;
    let colleague = office.phone("s1").await;
    let id = lost.reply.device_id.to_string();
    let path = format!("/v1/phones/{id}/state");
    let stop = json!({ "state": "drain_only" });
    let refused = colleague.request(Method::POST, &path).json(&stop).send().await.unwrap();
    assert_eq!(
        (refused.status(), fault(refused).await.code.as_str()),
        (StatusCode::FORBIDDEN, "not-allowed")
    );
    let rows: Value =
        colleague.request(Method::GET, "/v1/phones").send().await.unwrap().json().await.unwrap();
    assert_eq!(rows, json!([]));
    let rows: Value =
        leader.request(Method::GET, "/v1/phones?q=s1").send().await.unwrap().json().await.unwrap();
    assert!(rows.as_array().unwrap().iter().any(|r| r["id"] == *id && r["state"] == "active"), "{rows}");
    let own = format!("/v1/phones/{}/state", leader.reply.device_id);
    for (path, body, code) in [
        (own.as_str(), json!({ "state": "wiped" }), "phone-own"),
        (path.as_str(), json!({ "state": "active" }), "phone-state"),
    ] {
        let refused = leader.request(Method::POST, path).json(&body).send().await.unwrap();
        assert_eq!(fault(refused).await.code, code);
    }
    let done = leader.request(Method::POST, &path).json(&stop).send().await.unwrap();
    assert_eq!(done.status(), StatusCode::NO_CONTENT);
    assert_eq!(lost.pull(vec![]).await.unwrap_err().code, "device-drained");
    let wipe = leader.request(Method::POST, &path).json(&json!({ "state": "wiped" })).send().await.unwrap();
    assert_eq!(wipe.status(), StatusCode::NO_CONTENT);
    assert_eq!(lost.pull(vec![]).await.unwrap_err().code, "device-wiped");
    // What was cut off cuts nobody off.
    let from_lost = lost.request(Method::GET, "/v1/phones").send().await.unwrap();
    assert_eq!(from_lost.status(), StatusCode::FORBIDDEN);
}
