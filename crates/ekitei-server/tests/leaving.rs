//! What leaves the office as a file: the section's own sheet with its findings, names with signs that break programs, and
//! files that are too large.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod common;
use common::*;
use ekitei_model::kinds::Variant;
use ekitei_model::{OpBody, OpId, Operation, RecordId, Scope, Stamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use uuid::Uuid;

fn op(record: RecordId, body: OpBody) -> Operation {
    Operation { op_id: OpId(Uuid::now_v7()), record, at: Stamp::japan(NOW_MS), body }
}

fn child(case: RecordId, of: RecordId, all: Value) -> Operation {
    let fields = all.as_object().unwrap().clone().into_iter().collect();
    let (kind, scope) = ("photo".into(), Scope::Case(case));
    op(RecordId(Uuid::now_v7()), OpBody::Create { kind, scope, parent: Some(of), fields })
}

fn circulated(made: &Operation) -> Operation {
    let fields = [("state", "circulated"), ("circulated_at", "2026-11-21T10:30:00.000+09:00")];
    let fields: ekitei_model::record::Fields =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let base: BTreeMap<_, _> = fields.keys().map(|name| (name.clone(), made.op_id)).collect();
    op(made.record, OpBody::Patch { base, fields })
}

fn photo(case: RecordId, of: RecordId, item: &str, caption: &str, bytes: &[u8]) -> Operation {
    child(
        case,
        of,
        json!({
            "caption": caption, "item": item, "role": "photo", "taken_at": "2026-11-21T10:06:00.000+09:00", "format": "jpeg",
            "width": 64, "height": 48, "sha256.display": sha256(bytes), "bytes.display": bytes.len(),
            "sha256.original": sha256(bytes), "bytes.original": bytes.len(),
        }),
    )
}

/// The published version of a form in its section.
fn version_of(form: &Value) -> RecordId {
    let id: RecordId = form["id"].as_str().unwrap().parse().unwrap();
    let version = u32::try_from(form["version"].as_u64().unwrap()).unwrap();
    ekitei_model::kinds::form_version_id(id, u64::from(version), &Scope::Section(SECTION.into()))
}

fn begun(case: RecordId, form: &Value, title: &str, answers: Value) -> Operation {
    let mut all = json!({
        "form": form["id"], "form_version": version_of(form), "title": title, "inspector": "s1", "state": "draft",
        "started_at": "2026-11-21T10:05:00.000+09:00",
    });
    for (key, value) in answers.as_object().unwrap() {
        all[key] = value.clone();
    }
    create(case, "inspection", all)
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut out).unwrap();
    out
}

/// The text of a cell that was written as a text in its place.
fn cell(sheet: &str, shared: &[String], at: &str) -> String {
    let Some(from) = sheet.find(&format!("<c r=\"{at}\"")) else { return String::new() };
    let rest = &sheet[from..];
    let open = &rest[..=rest.find('>').unwrap()];
    if open.ends_with("/>") {
        return String::new();
    }
    let cell = &rest[..rest.find("</c>").unwrap()];
    match cell.split("<v>").nth(1).map(|v| v.split('<').next().unwrap().parse::<usize>()) {
        Some(Ok(n)) if open.contains("t=\"s\"") => shared[n].clone(),
        _ => words(cell),
    }
}

fn words(xml: &str) -> String {
    let texts = xml.split("<t").skip(1).filter(|t| t.starts_with(['>', ' ']));
    texts.map(|t| t.split_once('>').unwrap().1.split("</t>").next().unwrap().to_owned()).collect()
}

fn shared(bytes: &[u8]) -> Vec<String> {
    part(bytes, "xl/sharedStrings.xml").split("<si>").skip(1).map(words).collect()
}

/// The section's own sheet: the finding of a ruling stands in the remarks of its row, and all of them in the table of
/// findings that the sheet has further down.
#[tokio::test]
async fn findings_reach_the_remarks_of_the_section_s_own_sheet() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut head = office.console("s2").await;
    let sheet =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/sheets/gravel-pit.xlsx")).unwrap();
    let path = format!("/api/forms/sheet?section={SECTION}&name=gravel-pit.xlsx");
    let made = head.request(Method::POST, &path).body(sheet).send().await.unwrap();
    let made: Value = made.json().await.unwrap();
    let form = &made["form"];
    let text = form["definition"].to_string();
    let ruling = "s1_d22";
    assert!(text.contains(&format!("\"id\":\"{ruling}\"")), "{text}");
    assert!(!text.contains("備考"), "the remarks are no questions of their own: {text}");
    let publish = format!("/api/forms/{}/publish", form["id"].as_str().unwrap());
    let form: Value = head.post(&publish, &json!({"targets": [SECTION]})).await.json().await.unwrap();
    assert_eq!(form["version"], 1, "{form}");
    let mut answers = json!({});
    for (id, value) in [("s1_d12", "ok"), (ruling, "fail"), ("s1_d25", "fail"), ("s1_d30", "na")] {
        answers[format!("a.{id}")] = value.into();
    }
    answers[format!("a.{ruling}_finding")] = "=柵が倒れている".into();
    answers["a.s1_d25_finding"] = "容量が足りない".into();
    let of = begun(case, &form, "立入検査", answers);
    let mut phone = office.phone("s1").await;
    phone.push(&[of.clone(), circulated(&of)]).await;
    office.settle().await;
    let files = office.files();
    let filled = files.iter().find(|f| f.ends_with(".xlsx")).unwrap();
    let bytes = std::fs::read(office.share().join(filled)).unwrap();
    let (sheet, strings) = (part(&bytes, "xl/worksheets/sheet1.xml"), shared(&bytes));
    let at = |name: &str| cell(&sheet, &strings, name);
    assert_eq!((at("D12"), at("E22"), at("F30")), ("☑".into(), "☑".into(), "☑".into()));
    assert_eq!(at("G22"), "=柵が倒れている", "text, not a formula");
    assert_eq!(at("G25"), "容量が足りない");
    assert_eq!(at("G12"), "", "what conforms has no remark");
    assert!(!sheet.contains("<f>柵"), "{sheet}");
    assert!(
        at("B44").ends_with("=柵が倒れている") && at("B45").ends_with("容量が足りない"),
        "{} {}",
        at("B44"),
        at("B45")
    );
    assert_eq!(at("B46"), "");
}

/// `%E2%91%A0` as `①`.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first == b'%' {
            out.push(u8::from_str_radix(std::str::from_utf8(&more[..2]).unwrap(), 16).unwrap());
            rest = &more[2..];
        } else {
            out.push(*first);
        }
    }
    String::from_utf8(out).unwrap()
}

/// Names as they stand in real registers: signs that other character sets lack, half-width letters, pictures, and
/// beginnings that a spreadsheet takes for a formula.
const NAMES: [&str; 5] = ["①②㈱髙﨑", "ｶﾞｷﾞｸﾞ ﾃｽﾄ", "苺🍓の畑👩‍🌾", "=HYPERLINK(\"x\")", "@+-①"];

#[tokio::test]
async fn names_survive_titles_labels_file_names_tables_and_zips() {
    let office = Office::start().await;
    let mut head = office.console("s2").await;
    let mut phone = office.phone("s1").await;
    for (n, name) in NAMES.into_iter().enumerate() {
        let number = format!("R8-{}", 20 + n);
        let case = office.case(&number, name, json!({})).await;
        let definition = json!({"id": format!("f{n}"), "version": 1, "title": name, "items": [
            {"id": "q", "type": "text", "label": name},
            {"id": "fence", "type": "ruling", "label": name},
        ]});
        let new = json!({"section": SECTION, "definition": definition});
        let form: Value = head.post("/api/forms", &new).await.json().await.unwrap();
        assert_eq!((form["title"].as_str(), &form["problems"]), (Some(name), &json!([])));
        let publish = format!("/api/forms/{}/publish", form["id"].as_str().unwrap());
        let form: Value = head.post(&publish, &json!({"targets": [SECTION]})).await.json().await.unwrap();
        let of = begun(case, &form, name, json!({"a.q": name, "a.fence": "fail", "a.fence_finding": name}));
        let shot = photo(case, of.record, "fence_photos", name, &jpeg(n as u8));
        phone.push(&[of.clone(), shot.clone()]).await;
        for variant in [Variant::Display, Variant::Original] {
            phone.upload(shot.record, variant, &jpeg(n as u8)).await;
        }
        phone.push(&[circulated(&of)]).await;
        office.settle().await;

        // Signs that no file name takes become their full-width twins, invisible ones go; everything else stays.
        let safe = ekitei_model::filing::safe_part(name);
        assert_eq!(safe, name.replace('"', "”").replace('\u{200d}', ""));
        let files: Vec<String> =
            office.files().into_iter().filter(|f| f.contains(&format!("/{number}_"))).collect();
        assert_eq!(files.len(), 5, "four papers and the photo: {files:?}");
        for file in &files {
            assert!(file.contains(&format!("/{number}_{safe}/")), "{file}");
            assert!(file.rsplit('/').next().unwrap().contains(&safe), "{file}");
            assert!(!std::fs::read(office.share().join(file)).unwrap().is_empty());
        }
        let book = files.iter().find(|f| f.contains("検査調書") && f.ends_with(".xlsx")).unwrap();
        let bytes = std::fs::read(office.share().join(book)).unwrap();
        let escaped = name.replace('"', "&quot;");
        let all = shared(&bytes).join("\n");
        let seen =
            |text: &str, wanted: &str| text.replace('\u{200d}', "").contains(&wanted.replace('\u{200d}', ""));
        assert!(seen(&all, name) || seen(&all, &escaped), "{all}");
        assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"), "no text becomes a formula");

        let id = form["id"].as_str().unwrap();
        let csv = head.get(&format!("/api/results/table?format=csv&form={id}")).await;
        let said = csv.headers()["content-disposition"].to_str().unwrap().to_owned();
        let named = decoded(said.split("UTF-8''").nth(1).unwrap());
        assert!(named.starts_with(&safe), "{named}");
        let text = csv.text().await.unwrap();
        let quoted = name.replace('"', "\"\"");
        assert!(seen(&text, &quoted), "{text}");
        for line in text.trim_start_matches('\u{feff}').lines() {
            assert!(
                !line.split(',').any(|c| c.trim_matches('"').starts_with(['=', '+', '-', '@'])),
                "{line}"
            );
        }
        let xlsx =
            head.get(&format!("/api/results/table?format=xlsx&form={id}")).await.bytes().await.unwrap();
        assert!(!part(&xlsx, "xl/worksheets/sheet1.xml").contains("<f>"));
        let zip = head.get(&format!("/api/results/photos?form={id}")).await.bytes().await.unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        let entry = zip.by_index(0).unwrap().name().unwrap().into_owned();
        assert!(entry.starts_with(&format!("{number}/100600_{safe}_")), "{entry}");
    }
}

/// 10 MB a photo and 20 MB an inspection, as the prefecture's form service takes them; smaller copies are offered.
#[tokio::test]
async fn photos_that_are_too_large_together_say_what_to_do() {
    let office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut head = office.console("s2").await;
    let definition = json!({"id": "pit", "version": 1, "title": "検査", "items": [
        {"id": "fence", "type": "ruling", "label": "柵"}]});
    let form: Value = head
        .post("/api/forms", &json!({"section": SECTION, "definition": definition}))
        .await
        .json()
        .await
        .unwrap();
    let publish = format!("/api/forms/{}/publish", form["id"].as_str().unwrap());
    let form: Value = head.post(&publish, &json!({"targets": [SECTION]})).await.json().await.unwrap();
    let of = begun(case, &form, "検査", json!({"a.fence": "ok"}));
    let mut phone = office.phone("s1").await;
    phone.push(std::slice::from_ref(&of)).await;
    let zip = format!("/api/results/photos?form={}", form["id"].as_str().unwrap());
    let large = |seed: u8| {
        let mut bytes = jpeg(seed);
        bytes.resize(7 * 1024 * 1024, seed);
        bytes
    };
    let small = jpeg(9);
    for seed in 1..=3 {
        let original = large(seed);
        let mut shot = photo(case, of.record, "fence_photos", "柵", &original);
        if let OpBody::Create { fields, .. } = &mut shot.body {
            fields.insert("sha256.display".into(), sha256(&small).into());
            fields.insert("bytes.display".into(), small.len().into());
        }
        phone.push(std::slice::from_ref(&shot)).await;
        phone.upload(shot.record, Variant::Display, &small).await;
        phone.upload(shot.record, Variant::Original, &original).await;
        let answer = head.get(&zip).await;
        if seed < 3 {
            assert_eq!(answer.status(), StatusCode::OK, "{seed}");
            continue;
        }
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let said = fault(answer).await;
        assert_eq!(said.code, "results-photos-large");
        assert_eq!((said.params["number"].as_str(), said.params["limit_mb"].as_str()), ("R8-17", "20"));
    }
    let answer = head.get(&format!("{zip}&size=display")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.bytes().await.unwrap().len() < 100_000);
}
