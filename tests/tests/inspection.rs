//! An inspection from the first tap to the office's paper, by the real programs: filled in without a line, circulated,
//! filed, accepted, amended; in a members-only case without a byte in the shared folder; with photographs that come late.
#![allow(clippy::unwrap_used)]

use ekitei_tests::desk::Desk;
use ekitei_tests::line::{CutOnce, Line, Mode};
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::{sheet, shots, web};
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;

const CASE: &str = "R8-砂利-014";
const SECTION: &str = "東雲振興局/商工労働観光課/指導保安係";
const RESTRICTED: &str = "R8-支援-0451";
const WELFARE: &str = "若葉振興局/社会福祉課/生活支援係";

struct World {
    dir: tempfile::TempDir,
    runtime: Runtime,
    office: Office,
    form: String,
}

/// An office with the form published in `section` by its head, who has an account as the others.
fn world(by: &str, section: &str, accounts: &[&str]) -> World {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::start(dir.path());
    office.accounts(accounts);
    let form = office.publish_form(sheet::FILE, by, section);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    World { dir, runtime, office, form }
}

impl World {
    fn phone(&self, staff: &str, url: &str) -> Phone {
        Phone::enrolled(&self.dir.path().join(staff), url, &self.office.code(staff))
    }

    /// What a person does at the console.
    fn desk<T>(&self, staff: &str, work: impl AsyncFnOnce(&Desk) -> T) -> T {
        self.runtime.block_on(async {
            let http = web::client().unwrap();
            let desk = Desk::sign_in(&http, &self.office.url(), staff).await.unwrap();
            work(&desk).await
        })
    }

    fn seen(&self, staff: &str, id: &str) -> Value {
        self.desk(staff, async |d| d.get(&format!("/api/inspections/{id}")).await.unwrap())
    }

    fn decide(&self, staff: &str, path: &str, body: &Value) -> Result<Value, String> {
        self.desk(staff, async |d| d.post(path, body).await)
    }

    fn plan(&self, head: &str, case: &str, staff: &str) {
        let form = self.form.clone();
        self.desk(head, async |d| {
            let case = d.case(case).await.unwrap();
            let at = "2026-11-21T13:30:00+09:00";
            d.plan_visit(&case, "冬期休止前の立入検査", &[staff], &[&form], at, "planned").await.unwrap();
        });
    }

    fn papers(&self) -> Vec<String> {
        let files = self.office.filed().into_iter().map(|f| f.to_string_lossy().into_owned());
        files.filter(|f| f.contains("検査調書") || f.contains("写真台帳")).collect()
    }
}

/// The whole sheet, up to the finish: answers, the rest, photographs, signature.
fn fill_in(phone: &Phone, id: &str, dir: &Path) {
    for some in sheet::answers().chunks(5) {
        let pairs: Vec<String> = some.iter().map(|(k, v)| sheet::pair(k, v)).collect();
        let mut args = vec!["inspection", "set", id];
        args.extend(pairs.iter().map(String::as_str));
        phone.must(&args);
    }
    phone.must(&["inspection", "rest", id, "--apply"]);
    for (n, (item, caption)) in sheet::PHOTOS.iter().enumerate() {
        picture(phone, id, item, "photo", caption, &shots::small(dir, n as u64));
    }
    picture(phone, id, sheet::SIGNATURE, "signature", "", &shots::small(dir, 40));
    phone.must(&["inspection", "set", id, "witness_consent=true"]);
}

fn picture(phone: &Phone, id: &str, item: &str, role: &str, caption: &str, file: &Path) {
    let file = file.to_str().unwrap();
    phone.must(&["inspection", "photo", id, item, file, "--role", role, "--caption", caption]);
}

fn show(phone: &Phone, id: &str) -> Value {
    phone.json(&["inspection", "show", id])
}

fn state(phone: &Phone, id: &str) -> String {
    show(phone, id)["row"]["state"].as_str().unwrap().to_owned()
}

/// Every answer as this phone has it.
fn answer(phone: &Phone, id: &str, key: &str) -> Value {
    let pages = phone.json(&["inspection", "call", id, r#"{"call":"view"}"#])["pages"].clone();
    for page in pages.as_array().unwrap() {
        let call = json!({"call": "page", "page": page["page"]}).to_string();
        let items = phone.json(&["inspection", "call", id, &call])["items"].clone();
        if let Some(item) = find(&items, key) {
            return item["answer"].clone();
        }
    }
    panic!("no question {key}")
}

fn find(items: &Value, key: &str) -> Option<Value> {
    let items = items.as_array()?;
    items.iter().find_map(|i| if i["key"] == key { Some(i.clone()) } else { find(&i["items"], key) })
}

/// Text of all parts of a workbook, and how many pictures it carries.
fn workbook(path: &Path) -> (String, usize) {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let (mut text, mut pictures) = (String::new(), 0);
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).unwrap();
        let name = file.name().unwrap().into_owned();
        pictures += usize::from(name.starts_with("xl/media/"));
        if name.ends_with(".xml") {
            file.read_to_string(&mut text).unwrap();
        }
    }
    (text, pictures)
}

#[test]
fn ticked_without_a_line_circulated_filed_accepted_and_amended() {
    let mut world = world("s002", SECTION, &["s001", "s002"]);
    world.plan("s002", CASE, "s001");
    let a = world.phone("s001", &world.office.url());
    a.must(&["case", "follow", CASE]);
    a.drain(3);
    a.sync_until("the visit has come", |p| p.list("visits").len() == 1);
    let visit = a.list("visits")[0]["id"].as_str().unwrap().to_owned();

    // On site, without a line.
    world.office.kill();
    let begin = ["inspection", "begin", "--case", CASE, "--form", sheet::TITLE, "--visit", &visit];
    let id = a.json(&begin)["row"]["id"].as_str().unwrap().to_owned();
    assert_eq!(a.json(&begin)["row"]["id"], id, "two taps begin one");
    let early = a.try_run(&["inspection", "finish", &id]);
    assert_eq!(early.status.code(), Some(1));
    let said = String::from_utf8(early.stderr).unwrap();
    assert!(said.contains("overview_photos") && !said.contains("error."), "{said}");
    fill_in(&a, &id, world.dir.path());
    assert_eq!(a.json(&["inspection", "missing", &id]), json!([]));
    let finished = a.json(&["inspection", "finish", &id]);
    assert_eq!(finished["row"]["state"], "finished");
    assert!(
        finished["report"].as_str().unwrap().contains("立入防止柵が北側で一部倒れている"),
        "{}",
        finished["report"]
    );
    a.must(&["inspection", "report", &id, "所見:指摘四件。口頭で指導した。"]);
    assert_eq!(a.json(&["inspection", "circulate", &id])["row"]["state"], "circulated");
    assert!(!a.sync(), "nothing can be delivered without a line");

    // The line returns.
    world.office.restart();
    a.drain(5);
    a.sync_until("the papers are filed", |p| show(p, &id)["filed"] != "");
    let papers = world.papers();
    assert_eq!(papers.len(), 4, "{papers:?}");
    assert!(
        papers.iter().all(|p| p.starts_with(&format!("{SECTION}/R8-砂利-014_丸太沢砂利採取場/"))),
        "{papers:?}"
    );
    let book = |word: &str, tail: &str| {
        let found = world.papers().into_iter().find(|p| p.contains(word) && p.ends_with(tail));
        world.office.share.join(found.unwrap_or_else(|| panic!("no {word}{tail}: {:?}", world.papers())))
    };
    let (report, _) = workbook(&book("_検査調書_", ".xlsx"));
    for text in
        ["架空砂利工業 株式会社", "所見:指摘四件。口頭で指導した。", "消火器の点検票が貼られていない。"]
    {
        assert!(report.contains(text), "{text}");
    }
    let (ledger, pictures) = workbook(&book("写真台帳_", ".xlsx"));
    assert_eq!(pictures, 10);
    assert!(sheet::PHOTOS.iter().all(|(_, caption)| ledger.contains(caption)), "{ledger}");
    for pdf in papers.iter().filter(|p| p.ends_with(".pdf")) {
        assert!(std::fs::read(world.office.share.join(pdf)).unwrap().starts_with(b"%PDF-"), "{pdf}");
    }

    // The office has each answer, once.
    let seen = world.seen("s002", &id);
    assert_eq!((&seen["state"], &seen["may_decide"]), (&json!("circulated"), &json!(true)));
    let lines: Vec<Value> = seen["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|s| s["lines"].as_array().unwrap().clone())
        .collect();
    for (ruling, finding) in sheet::FINDINGS {
        let there: Vec<&Value> = lines.iter().filter(|l| l["key"] == ruling).collect();
        assert_eq!(
            (there.len(), &there[0]["value"], &there[0]["finding"]),
            (1, &json!("fail"), &json!(finding))
        );
    }
    let photos: usize = lines.iter().map(|l| l["photos"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(
        (photos, seen["other_photos"].as_array().unwrap().len()),
        (11, 0),
        "ten photographs and the signature"
    );

    // The head accepts: that stands on the report, which is filed once more, alone.
    let decision = format!("/api/inspections/{id}/decision");
    let accept = json!({"decision": "accept"});
    assert!(
        world.decide("s001", &decision, &accept).unwrap_err().contains("403"),
        "the inspector is no head"
    );
    world.decide("s002", &decision, &accept).unwrap();
    a.sync_until("the phone hears of it", |p| state(p, &id) == "accepted");
    for refused in [&["inspection", "set", &id, "weather=rain"][..], &["inspection", "reopen", &id]] {
        assert_eq!(a.try_run(refused).status.code(), Some(1), "{refused:?}");
    }

    a.sync_until("the accepted report", |_| world.seen("s002", &id)["filed_versions"] == 2);
    let of_version = |mark: &str| -> Vec<String> {
        world.papers().into_iter().filter(|path| path.contains(mark)).collect()
    };
    let accepted = of_version("_r2.");
    assert!(accepted.len() == 2 && accepted.iter().all(|p| p.contains("_検査調書_")), "{accepted:?}");

    // What comes now is a proposal, and the papers that it changes are filed anew.
    a.must(&["inspection", "propose", &id, "operator=架空砂利興業 株式会社"]);
    a.drain(3);
    a.sync_until("the proposal", |p| show(p, &id)["amendments"][0]["state"] == "proposed");
    assert_eq!(answer(&a, &id, "operator"), "架空砂利工業 株式会社", "accepted answers stand");
    let change = world.seen("s002", &id)["amendments"][0].clone();
    assert_eq!(change["changes"][0]["now"], "架空砂利興業 株式会社");
    let amendment = format!("/api/amendments/{}", change["id"].as_str().unwrap());
    assert!(world.decide("s001", &amendment, &json!({"accept": true})).is_err());
    world.decide("s002", &amendment, &json!({"accept": true})).unwrap();
    a.sync_until("the new words", |p| answer(p, &id, "operator") == "架空砂利興業 株式会社");
    a.sync_until("the changed papers", |_| world.seen("s002", &id)["filed_versions"] == 3);
    let changed = of_version("_r3.");
    assert!(changed.iter().any(|p| p.contains("_検査調書_") && p.ends_with(".pdf")), "{changed:?}");
    assert_eq!(world.papers().len(), 4 + accepted.len() + changed.len(), "{:?}", world.papers());
    assert!(workbook(&book("_検査調書_", "_r3.xlsx")).0.contains("架空砂利興業 株式会社"));

    // A colleague's phone has the same.
    let b = world.phone("s003", &world.office.url());
    b.must(&["case", "follow", CASE]);
    b.sync_until("the inspection", |p| p.list("inspections").len() == 1);
    for (key, value) in sheet::answers() {
        let expected = if key == "operator" {
            json!("架空砂利興業 株式会社")
        } else {
            sheet::kept(key, &value)
        };
        assert_eq!(answer(&b, &id, key), expected, "{key}");
    }
    assert_eq!(world.office.verify(), Ok(()));
}

/// Every file and folder below, also hidden and half-written ones.
fn everything_below(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path());
    entries.flat_map(|p| [vec![p.clone()], everything_below(&p)].concat()).collect()
}

#[test]
fn of_a_members_only_case_not_one_byte_lies_in_the_shared_folder() {
    let world = world("s007", WELFARE, &["s002", "s006", "s007"]);
    let a = world.phone("s006", &world.office.url());
    a.sync_until("the form", |p| {
        p.try_run(&["inspection", "begin", "--case", RESTRICTED, "--form", sheet::TITLE]).status.success()
    });
    let id = a.list("inspections")[0]["id"].as_str().unwrap().to_owned();
    fill_in(&a, &id, world.dir.path());
    a.must(&["inspection", "finish", &id]);
    a.must(&["inspection", "circulate", &id]);
    a.drain(5);
    a.sync_until("all is kept", |p| {
        p.list("photos").iter().chain(&p.list("inspections")).all(|r| r["progress"] == "kept")
    });
    world.decide("s007", &format!("/api/inspections/{id}/decision"), &json!({"decision": "accept"})).unwrap();
    a.sync_until("accepted", |p| state(p, &id) == "accepted");
    let below = everything_below(&world.office.share);
    assert!(below.iter().all(|p| !p.to_string_lossy().contains("生活支援係")), "{below:?}");
    assert_eq!(world.office.filed(), Vec::<PathBuf>::new());
    // A member makes the paper by hand; nobody else knows that there is one.
    let path = format!("/api/inspections/{id}/papers/report.pdf");
    let paper = world.desk("s007", async |d| d.bytes(&path).await).unwrap();
    assert!(paper.starts_with(b"%PDF-"));
    assert!(world.desk("s002", async |d| d.bytes(&path).await).is_err());
    assert_eq!(world.desk("s002", async |d| d.get("/api/inspections").await).unwrap(), json!([]));
    let outsider = world.phone("s001", &world.office.url());
    outsider.drain(3);
    assert_eq!(outsider.list("inspections"), Vec::<Value>::new());
    assert_eq!(world.office.verify(), Ok(()));
}

#[test]
fn photographs_that_come_late_are_in_the_first_paper() {
    let world = world("s002", SECTION, &["s002"]);
    let line = world.runtime.block_on(Line::to(world.office.addr)).unwrap();
    let a = world.phone("s001", &line.url());
    a.must(&["case", "follow", CASE]);
    a.sync_until("the form", |p| {
        p.try_run(&["inspection", "begin", "--case", CASE, "--form", sheet::TITLE]).status.success()
    });
    let id = a.list("inspections")[0]["id"].as_str().unwrap().to_owned();
    line.set(Mode::Cut);
    fill_in(&a, &id, world.dir.path());
    a.must(&["inspection", "finish", &id]);
    a.must(&["inspection", "circulate", &id]);
    // The line holds long enough for the words, not for the pictures.
    line.set(Mode::Good);
    let (mut tries, mut drained) = (0, false);
    while world.desk("s002", async |d| d.get("/api/inspections?state=waiting").await).unwrap() == json!([]) {
        line.cut_once(CutOnce::AfterUp(40_000));
        // Without a deadline it ends with the line.
        drained = a.try_run(&["sync", "--json"]).status.success();
        tries += 1;
        assert!(tries < 20, "the words never come");
    }
    let waits = world.seen("s002", &id);
    // Uploads that overlap may outlive one cut: then all is there, and so are the papers.
    assert_eq!(waits["state"], "circulated");
    assert!(drained || waits["filed_versions"] == 0, "{waits}");
    assert!(drained || world.papers().is_empty(), "no paper without its pictures: {:?}", world.papers());
    a.drain(20);
    a.sync_until("the papers", |p| show(p, &id)["filed"] != "");
    let papers = world.papers();
    assert_eq!(
        (papers.len(), world.seen("s002", &id)["filed_versions"].clone()),
        (4, json!(1)),
        "{papers:?}"
    );
    let ledger = papers.iter().find(|p| p.contains("写真台帳_") && p.ends_with(".xlsx")).unwrap();
    assert_eq!(workbook(&world.office.share.join(ledger)).1, 10);
    assert_eq!(world.office.verify(), Ok(()));
}
