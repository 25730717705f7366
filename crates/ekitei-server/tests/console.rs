//! The console's API over a real socket: sign-in, origin checks, cases, edits, conflicts, photos, phones, quarantine.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::kinds::Variant;
use ekitei_model::{OpBody, OpId, Operation, RecordId, Stamp};
use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use uuid::Uuid;

#[tokio::test]
async fn signing_in_and_out_and_the_two_time_limits() {
    let office = Office::start().await;
    let console = office.console("s2").await;
    let me = console.json("/api/session").await;
    assert_eq!(me["person"]["name"], "係長 次郎");
    assert_eq!((me["may"]["phones"].as_bool(), me["may"]["cases"].as_bool()), (Some(true), Some(true)));
    let signed_in = console.request(Method::GET, "/api/session").send().await.unwrap();
    assert_eq!(signed_in.headers()["cache-control"], "no-store");

    office.clock.advance(29 * 60_000);
    assert_eq!(console.get("/api/session").await.status(), StatusCode::OK);
    office.clock.advance(30 * 60_000 + 1);
    let idle = console.get("/api/session").await;
    assert_eq!(
        (idle.status(), fault(idle).await.code.as_str()),
        (StatusCode::UNAUTHORIZED, "session-expired")
    );

    let console = office.console("s2").await;
    for _ in 0..24 {
        office.clock.advance(29 * 60_000);
        assert_eq!(console.get("/api/session").await.status(), StatusCode::OK);
    }
    office.clock.advance(29 * 60_000);
    assert_eq!(console.get("/api/session").await.status(), StatusCode::UNAUTHORIZED, "12 hours are over");

    let console = office.console("s2").await;
    let out = console.request(Method::DELETE, "/api/session").send().await.unwrap();
    assert!(out.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(console.get("/api/session").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_cookie_is_hidden_from_scripts_and_other_sites() {
    let office = Office::start().await;
    let mut console = office.console("s2").await;
    let answer = console.post("/api/session", &json!({ "staff": "s2", "password": "correct horse" })).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("ekitei="));
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
}

#[tokio::test]
async fn wrong_passwords_are_counted_for_account_and_address() {
    let office = Office::start_with(|c| c.limits.attempts = 3).await;
    let mut console = office.console("s2").await;
    for (staff, password) in [("s2", "wrong"), ("nobody", "x"), ("s2", "")] {
        let answer = console.post("/api/session", &json!({ "staff": staff, "password": password })).await;
        assert_eq!(
            (answer.status(), fault(answer).await.code.as_str()),
            (StatusCode::UNAUTHORIZED, "sign-in-wrong")
        );
    }
    let answer = console.post("/api/session", &json!({ "staff": "s2", "password": "correct horse" })).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn only_the_own_page_may_change_something() {
    let office = Office::start().await;
    let console = office.console("s2").await;
    let send = |headers: &[(&str, &str)]| {
        let mut request = office.http.post(office.url("/api/zip")).header("cookie", &console.cookie);
        for (k, v) in headers {
            request = request.header(*k, *v);
        }
        request.json(&json!({ "photos": [] })).send()
    };
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "same-site")],
    ] {
        let answer = send(headers).await.unwrap();
        assert_eq!(
            (answer.status(), fault(answer).await.code.as_str()),
            (StatusCode::FORBIDDEN, "cross-site")
        );
    }
    let own = office.url("");
    assert_eq!(send(&[("origin", &own)]).await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(send(&[("sec-fetch-site", "same-origin")]).await.unwrap().status(), StatusCode::BAD_REQUEST);
    let form = console
        .request(Method::POST, "/api/zip")
        .header("content-type", "text/plain")
        .body("{\"photos\":[]}");
    assert_eq!(fault(form.send().await.unwrap()).await.code, "body-not-json");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let office = Office::start().await;
    for path in ["/", "/healthz", "/api/session", "/nothing.js"] {
        let answer = office.http.get(office.url(path)).send().await.unwrap();
        let csp = answer.headers()["content-security-policy"].to_str().unwrap();
        let page = if path == "/" { " 'wasm-unsafe-eval'" } else { "" };
        let scripts = format!("script-src 'self'{page};");
        assert!(csp.contains("default-src 'none'") && csp.contains(&scripts), "{path}: {csp}");
        assert!(
            !csp.contains("script-src 'self' 'unsafe") && csp.contains("frame-ancestors 'none'"),
            "{csp}"
        );
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    }
}

#[tokio::test]
async fn pages_come_from_the_folder_and_unknown_paths_are_the_console_s_own() {
    let pages = tempfile::tempdir().unwrap();
    std::fs::create_dir(pages.path().join("assets")).unwrap();
    std::fs::write(pages.path().join("index.html"), "<!doctype html>駅逓").unwrap();
    std::fs::write(pages.path().join("assets/app-1.js"), "1").unwrap();
    let office = Office::start_with(|c| c.console = Some(pages.path().to_owned())).await;
    let get = |path: &str| office.http.get(office.url(path)).header("accept", "text/html").send();
    let start = get("/").await.unwrap();
    assert_eq!(
        (start.status(), start.headers()["cache-control"].to_str().unwrap()),
        (StatusCode::OK, "no-cache")
    );
    assert!(get("/cases/018f").await.unwrap().text().await.unwrap().contains("駅逓"));
    // A bookmark's preview, a mail program, a monitor: the address itself is the console for everybody.
    for accept in ["*/*", "image/avif,*/*;q=0.8", "application/json", ""] {
        let plain = office.http.get(office.url("/")).header("accept", accept).send().await.unwrap();
        assert_eq!(plain.status(), StatusCode::OK, "{accept:?}");
        assert!(plain.text().await.unwrap().contains("駅逓"), "{accept:?}");
    }
    let deep =
        office.http.get(office.url("/cases/018f")).header("accept", "application/json").send().await.unwrap();
    assert_eq!(deep.status(), StatusCode::NOT_FOUND);
    // The form engine may start in a page of the console, and nowhere else.
    let policy = |a: &reqwest::Response| a.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy(&start).contains("script-src 'self' 'wasm-unsafe-eval';"), "{}", policy(&start));
    for path in ["/assets/app-1.js", "/api/session"] {
        let other = policy(&get(path).await.unwrap());
        assert!(other.contains("script-src 'self';"), "{path}: {other}");
    }
    let script = get("/assets/app-1.js").await.unwrap();
    assert!(script.headers()["content-type"].to_str().unwrap().starts_with("text/javascript"));
    assert!(script.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    for path in ["/assets/none.js", "/api/none", "/v1/none"] {
        assert_eq!(get(path).await.unwrap().status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_case_from_making_it_to_closing_it() {
    let office = Office::start().await;
    let mut head = office.console("s2").await;
    let fields = json!({ "number": "R8-40", "name": "採取場", "section": SECTION, "place": "某所" });
    let made = head.post("/api/cases", &json!({ "fields": fields })).await;
    let made: Value = made.json().await.unwrap();
    assert_eq!(made["result"], "applied");
    let id = made["record"].as_str().unwrap();
    let twice = head.post("/api/cases", &json!({ "fields": fields })).await;
    assert_eq!(
        (twice.status(), fault(twice).await.code.as_str()),
        (StatusCode::CONFLICT, "case-number-taken")
    );
    let no_number = head.post("/api/cases", &json!({ "fields": { "section": SECTION } })).await;
    assert_eq!(no_number.status(), StatusCode::BAD_REQUEST);

    let path = format!("/api/records/{id}");
    let view = head.json(&format!("/api/cases/{id}")).await;
    assert_eq!(
        (view["case"]["state"].as_str(), view["case"]["may_manage"].as_bool()),
        (Some("open"), Some(true))
    );
    assert_eq!(view["case"]["folder"], format!("{SECTION}/R8-40_採取場"));
    let base = |fields: &[&str]| -> Value {
        fields
            .iter()
            .map(|f| ((*f).to_owned(), view["case"]["revs"][*f].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let edit = json!({
        "base": base(&["assignees", "lat", "lon", "state"]),
        "fields": { "assignees": ["s1"], "lat": 43.06, "lon": 141.35, "state": "closed" },
    });
    let edited: Value = head.patch(&path, &edit).await.json().await.unwrap();
    assert_eq!(edited["result"], "applied");
    let list = head.json("/api/cases?state=closed&q=R8").await;
    assert_eq!(list[0]["assignees"], json!([{ "id": "s1", "name": "検査 花子" }]));
    assert_eq!(head.json("/api/cases?state=open").await, json!([]));

    let member = office.console("s1").await;
    let restrict = json!({ "base": base(&["restricted"]), "fields": { "restricted": true } });
    let refused = member.patch(&path, &restrict).await;
    assert_eq!(
        (refused.status(), fault(refused).await.code.as_str()),
        (StatusCode::FORBIDDEN, "not-allowed")
    );
    let other = office.console("s3").await;
    assert_eq!(other.get(&format!("/api/cases/{id}")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(other.patch(&path, &restrict).await.status(), StatusCode::NOT_FOUND);
    let admin = office.console("adm").await;
    assert_eq!(admin.json("/api/cases").await, json!([]), "the administrator reads no content");
    assert_eq!(admin.get(&format!("/api/cases/{id}")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(head.request(Method::DELETE, &path).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_restricted_case_shows_its_number_in_lists_and_its_name_inside() {
    let office = Office::start().await;
    let id = office.case("R8-50", "個人の名", json!({ "restricted": true })).await;
    let member = office.console("s1").await;
    let list = member.json("/api/cases").await;
    assert_eq!((list[0]["number"].as_str(), list[0]["name"].as_str()), (Some("R8-50"), Some("")));
    assert_eq!(member.json(&format!("/api/cases/{id}")).await["case"]["name"], "個人の名");
    let head = office.console("s2").await;
    assert_eq!(head.json("/api/cases").await, json!([]), "not even the head of the section");
}

async fn note_with_conflict(office: &Office, case: RecordId) -> (RecordId, String) {
    let mut phone = office.phone("s1").await;
    let note = create(case, "note", json!({ "title": "確認", "text": "はじめ" }));
    phone.push(std::slice::from_ref(&note)).await;
    let desk = office.console("s2").await;
    let view = desk.json(&format!("/api/cases/{case}")).await;
    let rev = view["notes"][0]["revs"]["text"].clone();
    // The phone changes it while the clerk types.
    let op = Operation {
        op_id: OpId(Uuid::now_v7()),
        record: note.record,
        at: Stamp::japan(NOW_MS),
        body: OpBody::Patch {
            base: BTreeMap::from([("text".to_owned(), note.op_id)]),
            fields: [("text".to_owned(), "現場の文".into())].into(),
        },
    };
    phone.push(&[op]).await;
    let edit = json!({ "base": { "text": rev }, "fields": { "text": "机の文" } });
    let outcome: Value =
        desk.patch(&format!("/api/records/{}", note.record), &edit).await.json().await.unwrap();
    assert_eq!(outcome["result"], "conflict");
    (note.record, outcome["conflicts"][0].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_note_that_phone_and_desk_change_becomes_a_conflict_that_a_person_settles() {
    let office = Office::start().await;
    let case = office.case("R8-17", "x", json!({})).await;
    for (choice, text) in [
        ("mine", "机の文".to_owned()),
        ("theirs", "現場の文".to_owned()),
        ("both", format!("現場の文{}机の文", ekitei_model::merge::BOTH_SEPARATOR)),
    ] {
        let (note, conflict) = note_with_conflict(&office, case).await;
        let mut desk = office.console("s2").await;
        let open = desk.json("/api/conflicts").await;
        let found = open.as_array().unwrap().iter().find(|c| c["id"] == conflict.as_str()).unwrap().clone();
        assert_eq!((found["mine"].as_str(), found["theirs"].as_str()), (Some("机の文"), Some("現場の文")));
        assert_eq!(
            (found["field"].as_str(), found["by"]["name"].as_str()),
            (Some("text"), Some("係長 次郎"))
        );
        let standing = (found["standing_by"]["name"].as_str(), found["standing_at"].as_str());
        assert_eq!(standing, (Some("検査 花子"), Some("2026-11-21T10:00:00.000+09:00")), "{found}");
        assert_eq!(found["case_number"], "R8-17");
        let path = format!("/api/conflicts/{conflict}");
        assert_eq!(desk.post(&path, &json!({ "choice": choice })).await.status(), StatusCode::OK);
        assert_eq!(office.office_record(note).await.text("text"), text, "{choice}");
        assert_eq!(desk.json("/api/conflicts").await, json!([]));
    }
}

#[tokio::test]
async fn a_long_case_is_read_in_parts() {
    let office = Office::start().await;
    let case = office.case("R8-17", "x", json!({})).await;
    let mut phone = office.phone("s1").await;
    let notes: Vec<_> = (0..7).map(|n| create(case, "note", json!({ "text": format!("{n}") }))).collect();
    phone.push(&notes).await;
    let desk = office.console("s2").await;
    let texts = |view: &Value| -> Vec<String> {
        view["notes"].as_array().unwrap().iter().map(|n| n["text"].as_str().unwrap().to_owned()).collect()
    };
    let first = desk.json(&format!("/api/cases/{case}?limit=5")).await;
    assert_eq!((texts(&first).join(""), first["case"]["notes"].as_u64()), ("23456".to_owned(), Some(7)));
    let rest = desk.json(&format!("/api/cases/{case}?limit=5&before={}", first["older"])).await;
    assert_eq!((texts(&rest).join(""), &rest["older"]), ("01".to_owned(), &Value::Null));
    assert_eq!(texts(&desk.json(&format!("/api/cases/{case}")).await).len(), 7);
}

#[tokio::test]
async fn photos_by_variant_as_a_file_and_as_a_zip() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let ops: Vec<_> = (1..=3).map(|n| photo(case, &jpeg(n), "のり面")).collect();
    phone.push(&ops).await;
    let mut desk = office.console("s2").await;
    let selection =
        |n: usize| json!({ "photos": ops[..n].iter().map(|o| o.record.to_string()).collect::<Vec<_>>() });
    let early = desk.post("/api/zip", &selection(1)).await;
    assert_eq!(
        (early.status(), fault(early).await.code.as_str()),
        (StatusCode::CONFLICT, "original-missing")
    );
    for (n, op) in (1..).zip(&ops[..2]) {
        phone.upload(op.record, Variant::Original, &jpeg(n)).await;
    }
    office.settle().await;
    let view = desk.json(&format!("/api/cases/{case}")).await;
    assert_eq!(view["case"]["photos"], json!({ "total": 3, "arrived": 2 }));
    let progress: Vec<_> =
        view["photos"].as_array().unwrap().iter().map(|p| p["progress"].as_str().unwrap()).collect();
    assert_eq!(progress, ["filed", "filed", "expected"]);

    let one = desk.get(&format!("/api/photos/{}/original?download=1", ops[0].record)).await;
    let name = one.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(
        name.starts_with("attachment; filename=\"100500_")
            && name.contains("filename*=UTF-8''100500_%E3%81%AE"),
        "{name}"
    );
    assert_eq!(one.headers()["cache-control"], "private, no-cache");
    assert_eq!(one.bytes().await.unwrap(), jpeg(1));
    let other = office.console("s3").await;
    assert_eq!(
        other.get(&format!("/api/photos/{}/original", ops[0].record)).await.status(),
        StatusCode::NOT_FOUND
    );

    let packed = desk.post("/api/zip", &selection(2)).await;
    assert_eq!(packed.headers()["content-type"], "application/zip");
    let bytes = packed.bytes().await.unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    for i in 0..zip.len() {
        let mut file = zip.by_index(i).unwrap();
        let name = file.name().unwrap().into_owned();
        assert!(name.starts_with("R8-17/100500_のり面_"), "{name}");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        all.push(bytes);
    }
    assert_eq!(all, [jpeg(1), jpeg(2)]);
}

#[tokio::test]
async fn what_arrives_is_told_at_once_to_those_who_may_know() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let (desk, other) = (office.console("s2").await, office.console("s3").await);
    let mut hears = desk.get("/api/events").await.bytes_stream();
    let mut deaf = other.get("/api/events").await.bytes_stream();
    phone.push(&[create(case, "note", json!({ "text": "着いた" }))]).await;
    let mut text = String::new();
    while !text.contains(&format!("case:{case}")) {
        text.push_str(std::str::from_utf8(&hears.next().await.unwrap().unwrap()).unwrap());
    }
    assert!(text.contains("event: hint"));
    let feed = desk.json("/api/feed").await;
    assert_eq!((feed[0]["title"].as_str(), feed[0]["case_number"].as_str()), (Some("着いた"), Some("R8-17")));
    assert_eq!(other.json("/api/feed").await, json!([]));
    // The stranger's stream ends with the server without a word of that case.
    let mut office = office;
    office.stop().await;
    let mut heard = String::new();
    while let Some(Ok(chunk)) = deaf.next().await {
        heard.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(!heard.contains(&case.to_string()), "{heard}");
}

#[tokio::test]
async fn phones_are_managed_by_their_section_and_the_administrator() {
    let office = Office::start().await;
    let phone = office.phone("s1").await;
    let mut member = office.console("s1").await;
    assert_eq!(member.get("/api/phones").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        member.post("/api/phones/codes", &json!({ "staff": "s1" })).await.status(),
        StatusCode::FORBIDDEN
    );
    let mut head = office.console("s2").await;
    let other = head.post("/api/phones/codes", &json!({ "staff": "s3" })).await;
    assert_eq!(other.status(), StatusCode::FORBIDDEN);
    let code: Value = head.post("/api/phones/codes", &json!({ "staff": "s1" })).await.json().await.unwrap();
    assert!(code["qr_svg"].as_str().unwrap().contains("<svg"));
    assert!(code["link"].as_str().unwrap().starts_with("ekitei://enrol?server=http%3A%2F%2F127.0.0.1"));
    let mut admin = office.console("adm").await;
    assert_eq!(admin.json("/api/phones").await[0]["person"]["name"], "検査 花子");
    let missing = admin.post("/api/phones/codes", &json!({ "staff": "nobody" })).await;
    assert_eq!(fault(missing).await.code, "staff-unknown");
    let set = format!("/api/phones/{}/state", phone.reply.device_id);
    assert_eq!(member.post(&set, &json!({ "state": "wiped" })).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(admin.post(&set, &json!({ "state": "wiped" })).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(head.json("/api/phones").await[0]["state"], "wiped");
}

#[tokio::test]
async fn the_quarantine_board_shows_the_content_and_lets_a_person_decide() {
    let office = Office::start().await;
    let case = office.case("R8-17", "x", json!({})).await;
    let mut stranger = office.phone("s3").await;
    let note = create(case, "note", json!({ "title": "他課の記録", "text": "内容" }));
    stranger.push(std::slice::from_ref(&note)).await;
    let mut head = office.console("s2").await;
    let board = head.json("/api/quarantine").await;
    assert_eq!(board.as_array().unwrap().len(), 1, "{board}");
    assert_eq!(
        (board[0]["reason"].as_str(), board[0]["title"].as_str()),
        (Some("not-allowed"), Some("他課の記録"))
    );
    assert!(board[0]["content"].as_str().unwrap().contains("内容"));
    let path = format!("/api/quarantine/{}", board[0]["id"].as_str().unwrap());
    let released: Value = head.post(&path, &json!({ "action": "release" })).await.json().await.unwrap();
    assert_eq!(released["result"], "applied", "{released}");
    assert_eq!(office.office_record(note.record).await.text("text"), "内容");
    assert_eq!(head.json("/api/quarantine").await, json!([]));
    assert_eq!(head.post(&path, &json!({ "action": "close" })).await.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn people_are_found_by_name_and_section() {
    let office = Office::start().await;
    let desk = office.console("s3").await;
    let found = desk.json("/api/staff?q=花子").await;
    assert_eq!(found[0]["posts"], json!([{ "section": SECTION, "role": "staff" }]));
    assert_eq!(desk.json(&format!("/api/staff?section={SECTION}")).await.as_array().unwrap().len(), 2);
    // For enrolment: the head's own people, everybody for the administrator, nobody for the others.
    for (who, found) in [("s2", 2), ("adm", 4), ("s1", 0), ("s3", 0)] {
        let desk = office.console(who).await;
        assert_eq!(desk.json("/api/staff?phones=true").await.as_array().unwrap().len(), found, "{who}");
        assert_eq!(desk.json("/api/staff").await.as_array().unwrap().len(), 4, "{who}");
    }
    assert_eq!(desk.json("/api/sections").await, json!([OTHER, SECTION]));
    assert_eq!(
        office.http.get(office.url("/api/staff")).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

#[test]
fn the_described_api_is_the_file_in_docs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let file = std::fs::read_to_string(path).unwrap();
    assert!(
        file == ekitei_server::openapi(),
        "docs/openapi.json is stale: cargo run -p ekitei-server --example export_openapi"
    );
}
