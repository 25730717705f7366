//! Inspections at the office: papers in the case's folder, what the console shows, who decides, what leaves as a file.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod common;
use common::*;
use ekitei_model::kinds::{self, Variant};
use ekitei_model::{OpBody, OpId, Operation, RecordId, Scope, Stamp};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use uuid::Uuid;

const FOLDER: &str = "甲振興局/商工課/指導係/R8-17_砂利採取場/2026-11-21";

fn definition() -> Value {
    json!({"id": "pit", "version": 1, "title": "砂利採取場 検査", "items": [
        {"id": "base", "type": "group", "label": "基本", "items": [
            {"id": "operator", "type": "text", "label": "採取業者名"},
            {"id": "day", "type": "date", "label": "検査年月日"},
            {"id": "hidden_one", "type": "text", "label": "出ない問い", "relevant": "${operator} = 'x'"}]},
        {"id": "look", "type": "matrix", "label": "点検項目", "items": [
            {"id": "fence", "type": "ruling", "label": "立入防止柵", "fail_needs_finding": true},
            {"id": "sign", "type": "ruling", "label": "標識"}]},
        {"id": "trees", "type": "repeat", "label": "株", "items": [
            {"id": "height", "type": "decimal", "label": "草丈"}]},
        {"id": "seen_by", "type": "signature", "label": "立会者"}]})
}

fn op(record: RecordId, body: OpBody) -> Operation {
    Operation { op_id: OpId(Uuid::now_v7()), record, at: Stamp::japan(NOW_MS), body }
}

fn fields(value: Value) -> ekitei_model::record::Fields {
    value.as_object().unwrap().clone().into_iter().collect()
}

fn patch(record: RecordId, base: OpId, value: Value) -> Operation {
    let fields = fields(value);
    let base: BTreeMap<_, _> = fields.keys().map(|k| (k.clone(), base)).collect();
    op(record, OpBody::Patch { base, fields })
}

/// Form and version of the section, published by its head.
async fn published(office: &Office) -> (RecordId, RecordId) {
    let mut head = office.phone("s2").await;
    let scope = Scope::Section(SECTION.into());
    let form = RecordId(Uuid::now_v7());
    let version = kinds::form_version_id(form, 1, &scope);
    let make = |id, kind: &str, more: Value| {
        let mut all = json!({"title": "砂利採取場 検査", "definition": definition(), "version": 1});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        op(id, OpBody::Create { kind: kind.into(), scope: scope.clone(), parent: None, fields: fields(all) })
    };
    let results = head
        .push(&[
            make(form, "form", json!({"state": "published"})),
            make(
                version,
                "form_version",
                json!({"form": form, "published_at": "2026-11-20T10:00:00.000+09:00"}),
            ),
        ])
        .await;
    assert_eq!(results.len(), 2);
    (form, version)
}

/// An inspection as a phone finishes it, with one photo of the fence.
fn sheet(case: RecordId, form: RecordId, version: RecordId, more: Value) -> Operation {
    let mut all = json!({
        "form": form, "form_version": version, "title": "砂利採取場 検査", "inspector": "s1", "state": "draft",
        "started_at": "2026-11-21T10:05:00.000+09:00", "report.text": "柵に破損。是正を指示した。",
        "a.operator": "=甲野砂利 有限会社", "a.day": "2026-11-21", "a.fence": "fail", "a.fence_finding": "柵が倒れている",
        "a.sign": "ok", "a.hidden_one": "秘密の下書き", "left_out": ["hidden_one"],
        "r.trees@t1": 1, "a.height@t1": 12.5, "r.trees@t2": 2, "a.height@t2": 13,
    });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    create(case, "inspection", all)
}

fn picture(case: RecordId, of: RecordId, plain: &[u8]) -> Operation {
    let all = json!({
        "caption": "倒れた柵", "item": "fence_photos", "role": "photo", "taken_at": "2026-11-21T10:06:00.000+09:00",
        "format": "jpeg", "width": 64, "height": 48, "sha256.display": sha256(plain), "bytes.display": plain.len(),
        "sha256.original": sha256(&jpeg(99)), "bytes.original": jpeg(99).len(),
    });
    let body = OpBody::Create {
        kind: "photo".into(),
        scope: Scope::Case(case),
        parent: Some(of),
        fields: fields(all),
    };
    op(RecordId(Uuid::now_v7()), body)
}

const SENT: &str = "2026-11-21T10:30:00.000+09:00";

fn circulated(made: &Operation) -> Operation {
    patch(made.record, made.op_id, json!({"state": "circulated", "circulated_at": SENT}))
}

fn text_of_xlsx(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = String::new();
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).unwrap();
        let name = file.name().unwrap().into_owned();
        if std::path::Path::new(&name).extension().is_some_and(|e| e == "xml") {
            file.read_to_string(&mut out).unwrap();
        }
    }
    out
}

#[tokio::test]
async fn what_goes_to_the_head_is_filed_once_for_each_thing_it_says() {
    let office = Office::start_with(|c| c.limits.photos_poll_ms = 0).await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let (form, version) = published(&office).await;
    let mut phone = office.phone("s1").await;
    let made = sheet(case, form, version, json!({}));
    let shot = picture(case, made.record, &jpeg(3));
    phone.push(&[made.clone(), shot.clone()]).await;
    office.settle().await;
    assert!(office.files().is_empty(), "a draft is nobody's paper");
    phone.push(&[circulated(&made)]).await;
    loop {
        let counts = office.storage().job_counts(office.clock.now_ms()).await.unwrap();
        if counts.retrying == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(office.files().is_empty(), "its picture is on its way");
    phone.upload(shot.record, Variant::Display, &jpeg(3)).await;
    office.settle().await;
    let name = |word: &str, tail: &str| format!("{FOLDER}/100500_{word}_砂利採取場 検査{tail}");
    let set = |tail: &str| {
        let names = [("写真台帳", "pdf"), ("写真台帳", "xlsx"), ("検査調書", "pdf"), ("検査調書", "xlsx")];
        names.map(|(word, end)| name(word, &format!("{tail}.{end}"))).to_vec()
    };
    assert_eq!(office.files(), set(""));
    for path in office.files() {
        let bytes = std::fs::read(office.share().join(&path)).unwrap();
        if path.ends_with(".pdf") {
            assert!(bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"), "{path}");
        } else {
            let text = text_of_xlsx(&bytes);
            let word = if path.contains("検査調書") { "柵が倒れている" } else { "倒れた柵" };
            assert!(text.contains(word), "{path}: {text}");
            assert!(!text.contains("秘密の下書き"), "left out at the finish");
        }
    }
    let record = office.office_record(made.record).await;
    assert_eq!(record.list("office.filed").len(), 4);
    assert_eq!(record.fields["office.filed_versions"], 1);

    // A late answer, accepted by the head, is a second version; accepting the same words is none.
    phone.push(&[patch(made.record, made.op_id, json!({"a.operator": "乙野砂利"}))]).await;
    office.settle().await;
    assert_eq!(office.files().len(), 4);
    let mut head = office.console("s2").await;
    let seen = head.json(&format!("/api/inspections/{}", made.record)).await;
    assert_eq!(seen["amendments"][0]["changes"][0]["before"], "=甲野砂利 有限会社");
    assert_eq!(seen["amendments"][0]["changes"][0]["label"], "採取業者名");
    let amendment = format!("/api/amendments/{}", seen["amendments"][0]["id"].as_str().unwrap());
    let staff = office.console("s1").await;
    assert_eq!(
        staff
            .request(reqwest::Method::POST, &amendment)
            .json(&json!({"accept": true}))
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(head.post(&amendment, &json!({"accept": true})).await.status(), StatusCode::OK);
    assert_eq!(head.post(&amendment, &json!({"accept": false})).await.status(), StatusCode::CONFLICT);
    office.settle().await;
    let mut both = set("");
    both.extend(set("_r2"));
    both.sort();
    assert_eq!(office.files(), both);
    let decision = format!("/api/inspections/{}/decision", made.record);
    assert_eq!(head.post(&decision, &json!({"decision": "accept"})).await.status(), StatusCode::OK);
    office.settle().await;
    // The acceptance stands on the report; the ledger says what it said and is not filed again.
    let third = [name("検査調書", "_r3.pdf"), name("検査調書", "_r3.xlsx")];
    both.extend(third.clone());
    both.sort();
    assert_eq!(office.files(), both);
    let text = text_of_xlsx(&std::fs::read(office.share().join(&third[1])).unwrap());
    assert!(text.contains("受理") && text.contains("令和8年11月21日"), "{text}");
    let record = office.office_record(made.record).await;
    assert_eq!(record.text("accepted_by"), "s2");
    let mut stands = third.to_vec();
    stands.extend([name("写真台帳", "_r2.pdf"), name("写真台帳", "_r2.xlsx")]);
    assert_eq!(record.list("office.filed"), stands);
    assert_eq!(record.list("office.filed_before").len(), 6);
    assert_eq!(record.fields.get("office.filed_bare"), None);
    // Nothing new is said: nothing is filed.
    phone.push(&[patch(made.record, made.op_id, json!({"title": "砂利採取場 検査"}))]).await;
    office.settle().await;
    assert_eq!(office.files(), both);
}

#[tokio::test]
async fn a_picture_that_never_comes_does_not_hold_the_papers_for_ever() {
    let office = Office::start_with(|c| c.limits.photos_wait_ms = 0).await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let (form, version) = published(&office).await;
    let mut phone = office.phone("s1").await;
    let made = sheet(case, form, version, json!({}));
    phone.push(&[made.clone(), picture(case, made.record, &jpeg(3)), circulated(&made)]).await;
    office.settle().await;
    assert_eq!(office.files().len(), 4);
}

#[tokio::test]
async fn papers_of_a_members_only_case_never_touch_the_shared_folder() {
    let office = Office::start().await;
    let case = office.case("福-7", "甲野 花子宅", json!({"restricted": true})).await;
    let (form, version) = published(&office).await;
    let mut phone = office.phone("s1").await;
    let made = sheet(case, form, version, json!({"a.operator": "丙野"}));
    phone.push(&[made.clone(), circulated(&made)]).await;
    office.settle().await;
    assert!(office.files().is_empty());
    let member = office.console("s1").await;
    let rows = member.json("/api/inspections").await;
    assert_eq!((rows[0]["case_number"].as_str(), rows[0]["case_name"].as_str()), (Some("福-7"), Some("")));
    assert_eq!(rows[0]["title"], "", "lists show the number alone");
    let paper = member.get(&format!("/api/inspections/{}/papers/report.pdf", made.record)).await;
    assert_eq!(paper.status(), StatusCode::OK, "made when a member asks");
    let name = paper.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(!name.contains(&"甲野".bytes().map(|b| format!("%{b:02X}")).collect::<String>()), "{name}");
    for who in ["s2", "s3", "adm"] {
        let mut desk = office.console(who).await;
        assert_eq!(desk.json("/api/inspections").await, json!([]), "{who}");
        assert_eq!(desk.json("/api/results/counts").await, json!([]), "{who}");
        for path in ["", "/papers/report.pdf", "/papers/ledger.xlsx"] {
            let answer = desk.get(&format!("/api/inspections/{}{path}", made.record)).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{who} {path}");
        }
        let decided = desk
            .post(&format!("/api/inspections/{}/decision", made.record), &json!({"decision": "accept"}))
            .await;
        assert_eq!(decided.status(), StatusCode::NOT_FOUND, "{who}");
        let table =
            desk.get(&format!("/api/results/table?format=csv&form={form}")).await.text().await.unwrap();
        assert!(!table.contains("丙野") && !table.contains("福-7"), "{who}: {table}");
    }
}

#[tokio::test]
async fn the_head_returns_with_a_reason_and_the_table_leaves_as_a_file() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let (form, version) = published(&office).await;
    let mut phone = office.phone("s1").await;
    let made = sheet(case, form, version, json!({}));
    phone.push(std::slice::from_ref(&made)).await;
    let (mut head, mut staff) = (office.console("s2").await, office.console("s1").await);
    assert_eq!(
        head.json("/api/inspections?state=draft").await.as_array().unwrap().len(),
        1,
        "下書き is seen live"
    );
    assert_eq!(head.json("/api/inspections?state=waiting").await, json!([]));
    let decision = format!("/api/inspections/{}/decision", made.record);
    let accept = json!({"decision": "accept"});
    assert_eq!(fault(head.post(&decision, &accept).await).await.code, "inspection-state");
    phone.push(&[circulated(&made)]).await;
    assert_eq!(head.json("/api/inspections?state=waiting").await.as_array().unwrap().len(), 1);
    assert_eq!(staff.json("/api/inspections?state=waiting").await, json!([]), "nothing waits for others");
    assert_eq!(fault(staff.post(&decision, &accept).await).await.code, "not-allowed");
    assert_eq!(
        head.post(&decision, &json!({"decision": "return", "reason": " "})).await.status(),
        StatusCode::BAD_REQUEST
    );
    let back = json!({"decision": "return", "reason": "写真が足りない"});
    assert_eq!(head.post(&decision, &back).await.status(), StatusCode::OK);
    let seen = staff.json(&format!("/api/inspections/{}", made.record)).await;
    assert_eq!(
        (seen["state"].as_str(), seen["returned_reason"].as_str()),
        (Some("returned"), Some("写真が足りない"))
    );
    assert_eq!(seen["history"].as_array().unwrap().iter().filter(|h| h["what"] == "returned").count(), 1);

    for (query, count) in [
        ("q=破損", 1),
        ("q=R8-17", 1),
        ("q=ない言葉", 0),
        ("from=2026-11-22", 0),
        ("to=2026-11-21", 1),
        ("state=returned", 1),
        ("section=乙", 0),
    ] {
        let rows = staff.json(&format!("/api/inspections?form={form}&{query}")).await;
        assert_eq!(rows.as_array().unwrap().len(), count, "{query}");
    }
    let csv = staff.get(&format!("/api/results/table?format=csv&form={form}")).await;
    assert!(csv.headers()["content-disposition"].to_str().unwrap().contains(".csv"));
    let text = csv.text().await.unwrap();
    assert!(
        text.starts_with('\u{feff}') && text.contains("草丈 1,草丈 2") && text.contains("12.5,13"),
        "{text}"
    );
    assert!(text.contains("'=甲野砂利 有限会社") && text.contains("柵が倒れている"), "{text}");
    let book = staff.get(&format!("/api/results/table?format=xlsx&form={form}")).await.bytes().await.unwrap();
    assert!(text_of_xlsx(&book).contains("立入防止柵"));
    assert_eq!(
        staff.get("/api/results/table?format=csv").await.status(),
        StatusCode::BAD_REQUEST,
        "one form a table"
    );
    assert_eq!(staff.get("/api/results/photos").await.status(), StatusCode::BAD_REQUEST, "no photos");
}

#[tokio::test]
async fn photos_counts_and_the_effect() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let (form, version) = published(&office).await;
    let mut phone = office.phone("s1").await;
    let made = sheet(case, form, version, json!({}));
    let shot = picture(case, made.record, &jpeg(3));
    phone.push(&[made.clone(), shot.clone()]).await;
    phone.upload(shot.record, Variant::Display, &jpeg(3)).await;
    phone.push(&[circulated(&made)]).await;
    office.settle().await;
    let (staff, head) = (office.console("s1").await, office.console("s2").await);
    let zip = staff.get(&format!("/api/results/photos?form={form}")).await.bytes().await.unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let first = zip.by_index(0).unwrap().name().unwrap().into_owned();
    assert!(first.starts_with("R8-17/100600_倒れた柵_"), "{first}");
    let counts = staff.json("/api/results/counts").await;
    assert_eq!((counts[0]["month"].as_str(), counts[0]["inspections"].as_u64()), (Some("2026-11"), Some(1)));
    let effect = staff.json("/api/results/effect").await;
    let hours: f64 = effect["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|k| k["assumed"]["hours_before"].as_f64().unwrap())
        .sum();
    assert!((hours - 75.4).abs() < 1e-9, "{hours}");
    assert_eq!(effect["may_edit"], false);
    let kinds = json!({"kinds": [{"name": "砂利", "hours_before": 25.0, "minutes_before": 20.0, "minutes_now": 3.0, "forms": [form]}]});
    let put = |desk: &Console| desk.request(reqwest::Method::PUT, "/api/results/effect").json(&kinds).send();
    assert_eq!(put(&staff).await.unwrap().status(), StatusCode::FORBIDDEN);
    let changed: Value = put(&head).await.unwrap().json().await.unwrap();
    assert_eq!(
        (changed["kinds"][0]["inspections"].as_u64(), changed["kinds"][0]["saved_minutes"].as_f64()),
        (Some(1), Some(17.0))
    );
    let paper = head.get(&format!("/api/inspections/{}/papers/ledger.xlsx", made.record)).await;
    assert!(text_of_xlsx(&paper.bytes().await.unwrap()).contains("立入防止柵"));
}

async fn send_sheet(desk: &Console, section: &str, bytes: Vec<u8>) -> reqwest::Response {
    let path = format!("/api/forms/sheet?section={section}&name=sheet.xlsx");
    let request =
        desk.request(reqwest::Method::POST, &path).header("content-type", "application/octet-stream");
    request.body(bytes).send().await.unwrap()
}

fn sample() -> Vec<u8> {
    std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/sheets/gravel-pit.xlsx")).unwrap()
}

/// Ids of questions of a type, in the order of the form.
fn ids(items: &Value, kind: &str, out: &mut Vec<String>) {
    for item in items.as_array().into_iter().flatten() {
        if item["type"] == kind {
            out.push(item["id"].as_str().unwrap().to_owned());
        }
        ids(&item["items"], kind, out);
    }
}

#[tokio::test]
async fn the_section_s_own_sheet_becomes_a_form_and_comes_back_filled() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut head = office.console("s2").await;
    let staff = office.console("s1").await;
    assert_eq!(
        send_sheet(&staff, SECTION, sample()).await.status(),
        StatusCode::FORBIDDEN,
        "clerks do not make forms"
    );
    assert_eq!(
        send_sheet(&head, OTHER, sample()).await.status(),
        StatusCode::FORBIDDEN,
        "nor heads of other sections"
    );
    assert_eq!(
        send_sheet(&head, SECTION, b"no workbook".to_vec()).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let made = send_sheet(&head, SECTION, sample()).await;
    let status = made.status();
    let made: Value = made.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{made}");
    let form = &made["form"];
    assert_eq!((form["own_sheet"].as_bool(), form["problems"].clone()), (Some(true), json!([])), "{form}");
    let (mut rulings, mut texts) = (Vec::new(), Vec::new());
    ids(&form["definition"]["items"], "ruling", &mut rulings);
    ids(&form["definition"]["items"], "text", &mut texts);
    assert!(rulings.len() >= 3 && !texts.is_empty(), "{}", form["definition"]);

    let id: RecordId = form["id"].as_str().unwrap().parse().unwrap();
    let publish = format!("/api/forms/{id}/publish");
    assert_eq!(head.post(&publish, &json!({"targets": ["*"]})).await.status(), StatusCode::FORBIDDEN);
    let published: Value = head.post(&publish, &json!({"targets": [SECTION]})).await.json().await.unwrap();
    assert_eq!(
        (published["state"].as_str(), published["version"].as_u64()),
        (Some("published"), Some(1)),
        "{published}"
    );
    let version = kinds::form_version_id(id, 1, &Scope::Section(SECTION.into()));

    let mut phone = office.phone("s1").await;
    let mut answers = json!({"form": id, "form_version": version, "title": "砂利", "state": "draft",
        "started_at": "2026-11-21T10:05:00.000+09:00"});
    answers[format!("a.{}", texts[0])] = "甲野砂利有限会社".into();
    answers[format!("a.{}", rulings[0])] = "ok".into();
    let made = create(case, "inspection", answers);
    phone.push(&[made.clone(), circulated(&made)]).await;
    office.settle().await;
    let book = office.files().into_iter().find(|f| f.contains("検査調書") && f.ends_with(".xlsx")).unwrap();
    let filled = std::fs::read(office.share().join(book)).unwrap();
    assert!(text_of_xlsx(&filled).contains("甲野砂利有限会社"));
    let parts = |bytes: &[u8]| {
        let zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
        zip.file_names()
            .map(|n| n.unwrap().into_owned())
            .filter(|n| n.starts_with("xl/worksheets/"))
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert!(parts(&sample()).is_subset(&parts(&filled)), "it is the same sheet");

    // The next version replaces the first on the phones; withdrawn, none is offered.
    let again: Value = head.post(&publish, &json!({"targets": [SECTION]})).await.json().await.unwrap();
    assert_eq!(again["version"], 2);
    assert!(!office.office_record(version).await.text("withdrawn_at").is_empty());
    let withdrawn: Value =
        head.post(&format!("/api/forms/{id}/withdraw"), &json!({})).await.json().await.unwrap();
    assert_eq!(withdrawn["state"], "withdrawn");
    let second = kinds::form_version_id(id, 2, &Scope::Section(SECTION.into()));
    assert!(!office.office_record(second).await.text("withdrawn_at").is_empty());
}

#[tokio::test]
async fn forms_are_drafted_by_those_who_lead_the_section() {
    let office = Office::start().await;
    let (mut head, mut staff) = (office.console("s2").await, office.console("s1").await);
    let (mut admin, other) = (office.console("adm").await, office.console("s3").await);
    let new = json!({"section": SECTION, "definition": definition()});
    assert_eq!(staff.post("/api/forms", &new).await.status(), StatusCode::FORBIDDEN);
    let form: Value = head.post("/api/forms", &new).await.json().await.unwrap();
    let path = format!("/api/forms/{}", form["id"].as_str().unwrap());
    assert_eq!(staff.json("/api/forms").await[0]["may_edit"], false);
    assert_eq!(admin.json(&path).await["may_edit"], true, "administrators keep forms");
    assert_eq!(other.get(&path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(other.json("/api/forms").await, json!([]));
    // A cycle is told when the form is made, saved all the same, and never published.
    let broken = json!({"id": "pit", "version": 1, "title": "x", "items": [
        {"id": "a", "type": "calculate", "calculate": "${b} + 1"}, {"id": "b", "type": "calculate", "calculate": "${a} + 1"}]});
    let put = |desk: &Console, rev: Value| {
        desk.request(reqwest::Method::PUT, &path).json(&json!({"rev": rev, "definition": broken})).send()
    };
    assert_eq!(put(&staff, form["rev"].clone()).await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(
        put(&head, json!("00000000-0000-0000-0000-000000000000")).await.unwrap().status(),
        StatusCode::CONFLICT
    );
    let saved: Value = put(&head, form["rev"].clone()).await.unwrap().json().await.unwrap();
    assert!(!saved["problems"].as_array().unwrap().is_empty(), "{saved}");
    assert_eq!(
        head.post(&format!("{path}/publish"), &json!({"targets": [SECTION]})).await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let copied: Value =
        admin.post(&format!("{path}/copy"), &json!({"section": OTHER})).await.json().await.unwrap();
    assert_eq!(
        (copied["section"].as_str(), copied["state"].as_str()),
        (Some(OTHER), Some("draft")),
        "{copied}"
    );
    assert_eq!(copied["title"], "x(写し)", "{copied}");
    assert_ne!(copied["definition"]["id"], "pit", "a form of its own");
}

#[tokio::test]
async fn versions_say_what_they_changed_and_only_leaders_publish() {
    let office = Office::start().await;
    let (mut head, mut admin) = (office.console("s2").await, office.console("adm").await);
    let new = json!({"section": SECTION, "definition": definition()});
    let form: Value = head.post("/api/forms", &new).await.json().await.unwrap();
    let path = format!("/api/forms/{}", form["id"].as_str().unwrap());
    let publish = format!("{path}/publish");
    let refused = head.post(&publish, &json!({"targets": [SECTION, OTHER, "*"]})).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let fault: Value = refused.json().await.unwrap();
    assert_eq!(fault["code"], "form-section-not-yours", "{fault}");
    let named = fault["params"]["sections"].as_str().unwrap().to_owned();
    assert!(named.contains("すべての係") && named.contains(OTHER.rsplit('/').next().unwrap()), "{named}");
    let first: Value = head.post(&publish, &json!({"targets": [SECTION]})).await.json().await.unwrap();
    assert_eq!(first["version"], 1, "{first}");
    let mut changed = definition();
    changed["items"][0]["items"][0]["label"] = "業者の名".into();
    changed["items"].as_array_mut().unwrap().pop();
    let body = json!({"rev": first["rev"], "definition": changed});
    let saved = head.request(reqwest::Method::PUT, &path).json(&body).send().await.unwrap();
    assert_eq!(saved.status(), StatusCode::OK);
    let told = head.json(&format!("{path}/versions")).await;
    assert_eq!(told["draft"].as_array().unwrap().len(), 2, "{told}");
    let second: Value =
        admin.post(&publish, &json!({"targets": [SECTION, OTHER]})).await.json().await.unwrap();
    assert_eq!(second["version"], 2, "{second}");
    let told = head.json(&format!("{path}/versions")).await;
    assert_eq!(told["draft"], json!([]), "{told}");
    let (newest, oldest) = (&told["versions"][0], &told["versions"][1]);
    assert_eq!((&newest["version"], &newest["withdrawn"]), (&json!(2), &json!(false)), "{told}");
    assert_eq!(newest["targets"].as_array().unwrap().len(), 2, "{told}");
    assert_eq!(newest["changes"][0]["before"], "採取業者名", "{told}");
    assert_eq!(newest["changes"][1]["what"], "removed", "{told}");
    assert_eq!((&oldest["withdrawn"], &oldest["changes"]), (&json!(true), &json!([])), "{told}");
    // The head could not take it back from the other section, so nothing of it happens.
    for path in [publish, format!("{path}/withdraw")] {
        let refused = head.post(&path, &json!({"targets": [SECTION]})).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(head.json(&path).await["version"], 2);
    // What a case is offered, with the code that opens it there.
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let offered = head.json(&format!("/api/cases/{case}/forms")).await;
    assert_eq!(offered[0]["version"], 2, "{offered}");
    let link = format!("ekitei://form/{}?case=R8-17", form["id"].as_str().unwrap());
    assert_eq!(offered[0]["link"], link, "{offered}");
    assert!(offered[0]["qr_svg"].as_str().unwrap().contains("<svg"));
    let withdrawn: Value = admin.post(&format!("{path}/withdraw"), &json!({})).await.json().await.unwrap();
    assert_eq!(withdrawn["state"], "withdrawn", "{withdrawn}");
    assert_eq!(head.json(&format!("/api/cases/{case}/forms")).await, json!([]));
}

#[tokio::test]
async fn an_open_sheet_is_handed_to_a_colleague_who_has_all_of_it() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let (form, version) = published(&office).await;
    let mut phone = office.phone("s1").await;
    let made = sheet(case, form, version, json!({}));
    phone.push(std::slice::from_ref(&made)).await;
    let (mut head, mut other) = (office.console("s2").await, office.console("s3").await);
    let path = format!("/api/inspections/{}", made.record);
    let hand = format!("{path}/inspector");
    assert_eq!(head.json(&path).await["may_hand_over"], true);
    assert_eq!(other.post(&hand, &json!({"staff": "s3"})).await.status(), StatusCode::NOT_FOUND);
    let outside = head.post(&hand, &json!({"staff": "s3"})).await;
    assert_eq!(outside.status(), StatusCode::FORBIDDEN);
    let fault: Value = outside.json().await.unwrap();
    assert_eq!(fault["code"], "inspector-cannot-read", "{fault}");
    assert_eq!(head.post(&hand, &json!({"staff": "nobody"})).await.status(), StatusCode::BAD_REQUEST);
    let done: Value = head.post(&hand, &json!({"staff": "s2"})).await.json().await.unwrap();
    assert_eq!(done["result"], "applied", "{done}");
    let view = head.json(&path).await;
    assert_eq!(
        (view["inspector"]["id"].as_str(), view["state"].as_str()),
        (Some("s2"), Some("draft")),
        "{view}"
    );
    let handed = view["history"].as_array().unwrap().iter().find(|h| h["what"] == "handed_over").unwrap();
    assert_eq!(handed["by"]["id"], "s2", "{view}");
    let begun = view["history"].as_array().unwrap().iter().find(|h| h["what"] == "begun").unwrap();
    assert_eq!(begun["by"]["id"], "s1", "whoever began it is kept");
    // A phone that is not its inspector's cannot take it.
    let results = phone.push(&[patch(made.record, made.op_id, json!({"inspector": "s1"}))]).await;
    assert!(format!("{results:?}").contains("not-allowed"), "{results:?}");
    // Sent to the head, it stays where it is.
    phone.push(&[circulated(&made)]).await;
    assert_eq!(head.json(&path).await["may_hand_over"], false);
    let late = head.post(&hand, &json!({"staff": "s1"})).await;
    assert_eq!(late.json::<Value>().await.unwrap()["code"], "inspection-state");
}

#[tokio::test]
async fn what_is_blacked_out_after_the_circulation_is_filed_anew_without_it() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let (form, version) = published(&office).await;
    let mut phone = office.phone("s1").await;
    let made = sheet(case, form, version, json!({}));
    let shot = picture(case, made.record, &jpeg(200));
    phone.push(&[made.clone(), shot.clone()]).await;
    phone.upload(shot.record, Variant::Display, &jpeg(200)).await;
    phone.push(&[circulated(&made)]).await;
    office.settle().await;
    assert_eq!(office.files().len(), 4);
    let arrow = json!({"kind": "arrow", "from": {"x": 0.1, "y": 0.1}, "to": {"x": 0.5, "y": 0.5}});
    phone.push(&[patch(shot.record, shot.op_id, json!({"marks": {"marks": [arrow]}}))]).await;
    office.settle().await;
    assert_eq!(office.files().len(), 4, "an arrow waits for the next filing");
    let base = office.office_record(shot.record).await.rev("marks").unwrap().op;
    let area = json!({"from": {"x": 0.0, "y": 0.0}, "to": {"x": 1.0, "y": 1.0}});
    let out = json!({"marks": {"marks": [{"kind": "black_out", "area": area}]}});
    phone.push(&[patch(shot.record, base, out.clone())]).await;
    office.settle().await;
    let files = office.files();
    assert_eq!(files.len(), 8, "{files:?}");
    // The workbook of the ledger carries its picture as a file: the one with the area burned in.
    let ledger = files.iter().find(|f| f.contains("写真台帳") && f.ends_with("_r2.xlsx")).unwrap();
    let bytes = std::fs::read(office.share().join(ledger)).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let name = archive
        .file_names()
        .filter_map(Result::ok)
        .find(|n| n.starts_with("xl/media/"))
        .unwrap()
        .into_owned();
    let mut picture = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name(&name).unwrap(), &mut picture).unwrap();
    let marks = serde_json::from_value(out["marks"].clone()).unwrap();
    let burned = ekitei_report::marks::burn(&jpeg(200), &marks, None).unwrap();
    assert!(picture == burned, "nothing of it is left");
    // The older papers are people's: they stay, and the console names those that show it still.
    let old: Vec<String> = files.iter().filter(|f| !f.contains("_r2")).cloned().collect();
    let head = office.console("s2").await;
    let path = format!("/api/inspections/{}", made.record);
    let named = |view: &Value| {
        let mut all: Vec<String> = serde_json::from_value(view["bare"].clone()).unwrap();
        all.sort();
        all
    };
    assert_eq!(named(&head.json(&path).await), old);
    assert_eq!(head.json("/api/inspections").await[0]["bare"], true);
    for file in &old[1..] {
        std::fs::remove_file(office.share().join(file)).unwrap();
    }
    assert_eq!(named(&head.json(&path).await), old[..1]);
    std::fs::remove_file(office.share().join(&old[0])).unwrap();
    assert_eq!(head.json("/api/inspections").await[0]["bare"], false);
}
