//! The operator's commands as real processes, beside a running server.
#![allow(clippy::unwrap_used)]

mod common;
use common::*;
use ekitei_model::kinds::Variant;
use ekitei_model::wire::paths;
use encoding_rs::SHIFT_JIS;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn command(args: &[&str]) -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_ekitei-server"));
    c.args(args).env("EKITEI_LANG", "ja").env_remove("EKITEI_DATABASE");
    c
}

fn run(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A served office; ended with SIGTERM.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(data: &Path, share: &Path, more: &[&str]) -> Self {
        let mut args = vec!["serve", "--data", text(data), "--share", text(share), "--listen", "127.0.0.1:0"];
        args.extend(more);
        let mut child = command(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, url }
    }

    fn stop(mut self) {
        let status = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(status.success());
        assert!(self.child.wait().unwrap().success(), "ends in order after SIGTERM");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn imported(added: u32, changed: u32, unchanged: u32) -> String {
    let (a, c, u) = (added.to_string(), changed.to_string(), unchanged.to_string());
    let params = [("added", a.as_str()), ("changed", c.as_str()), ("unchanged", u.as_str())];
    ekitei_model::text::text(ekitei_model::text::Language::Japanese, "cli.imported", params) + "\n"
}

const STAFF: &str = "id,name,kana,section,role,extension\n\
    s1,検査 花子,けんさ はなこ,甲振興局/商工課/指導係,staff,2101\n\
    s2,係長 次郎,かかりちょう じろう,甲振興局/商工課/指導係,head,2102\n";

#[tokio::test]
async fn an_office_from_nothing_to_the_first_phone() {
    let dir = tempfile::tempdir().unwrap();
    let (data, share) = (dir.path().join("data"), dir.path().join("share"));
    std::fs::create_dir(&share).unwrap();
    let served = Served::start(&data, &share, &[]);
    let staff = dir.path().join("staff.csv");
    // As a Japanese spreadsheet saves it.
    std::fs::write(&staff, SHIFT_JIS.encode(STAFF).0).unwrap();
    assert_eq!(out(&run(&["import-staff", "--data", text(&data), text(&staff)])), imported(2, 0, 0));
    assert_eq!(out(&run(&["import-staff", "--data", text(&data), text(&staff)])), imported(0, 0, 2));
    let cases = dir.path().join("cases.csv");
    let rows = "number,name,section,place,lat,lon,access,assignees\n\
        R8-17,砂利採取場,甲振興局/商工課/指導係,某所,43.06,141.35,section,s1\n\
        R8-30,個人の名,甲振興局/商工課/指導係,,,,members,s1;s2\n";
    std::fs::write(&cases, format!("\u{feff}{rows}")).unwrap();
    assert_eq!(out(&run(&["import-cases", "--data", text(&data), text(&cases)])), imported(2, 0, 0));

    let mut account = command(&["account", "--data", text(&data), "--staff", "s2", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    account.stdin.take().unwrap().write_all("長い合言葉です\n".as_bytes()).unwrap();
    assert!(!account.wait_with_output().unwrap().status.success(), "seven characters are too few");
    let mut account = command(&["account", "--data", text(&data), "--staff", "s2", "--password-stdin"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    account.stdin.take().unwrap().write_all("とても長い合言葉です\n".as_bytes()).unwrap();
    assert!(account.wait().unwrap().success());
    let office = Office::start().await; // only for its client
    let sign_in = json!({ "staff": "s2", "password": "とても長い合言葉です" });
    let request = office.http.post(format!("{}/api/session", served.url)).header("origin", &served.url);
    assert_eq!(request.json(&sign_in).send().await.unwrap().status(), StatusCode::OK);

    let shown = out(&run(&["enrol", "--data", text(&data), "--staff", "s1"]));
    assert!(shown.contains(&format!("接続先: {}", served.url)) && shown.contains('█'), "{shown}");
    let code = out(&run(&["enrol", "--data", text(&data), "--staff", "s1", "--plain"]));
    assert_eq!(code.trim().len(), 11);
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    use base64::Engine;
    let request = json!({
        "code": code.trim(),
        "public_key": base64::engine::general_purpose::STANDARD.encode(key.verifying_key().as_bytes()),
        "recipient": ekitei_seal::Identity::generate().recipient().as_str(),
        "model": "m",
    });
    let answer =
        office.http.post(format!("{}{}", served.url, paths::ENROL)).json(&request).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(
        err(&run(&["enrol", "--data", text(&data), "--staff", "nobody", "--plain"]))
            .contains("ekitei-server: ")
    );
    assert!(
        out(&run(&["verify", "--data", text(&data), "--share", text(&share)])).contains("異常はありません")
    );
    served.stop();
}

#[test]
fn a_table_with_mistakes_changes_nothing_and_every_line_says_its_cure() {
    let dir = tempfile::tempdir().unwrap();
    let (data, file) = (dir.path().join("data"), dir.path().join("t.csv"));
    let import = |what: &str, rows: &str| {
        std::fs::write(&file, rows).unwrap();
        run(&[what, "--data", text(&data), text(&file)])
    };
    let told = err(&import("import-staff", &format!("{STAFF}s3,,,甲,chief,1\ns4,x,,甲//乙,staff,1\n")));
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].starts_with("4行目: ") && lines[0].contains("name"), "{told}");
    assert!(lines[1].starts_with("5行目: 所属「甲//乙」"), "{told}");
    assert!(lines[2].contains("何も取り込みませんでした"));
    assert!(err(&import("import-staff", "id,name\n")).contains("1行目: 列「kana」がありません"));
    assert_eq!(out(&import("import-staff", STAFF)), imported(2, 0, 0), "nothing of the wrong table stayed");
    let told = err(&import("import-cases", "number,name,section,place,assignees\n1,a,甲,,s1;s9\n2,b,甲,,\n"));
    assert!(told.starts_with("2行目: 職員番号「s9」が名簿にありません"), "{told}");
    assert!(err(&import("import-cases", "")).contains("列「number」"));
    assert!(
        err(&run(&["import-cases", "--data", text(&data), "/no/such/file.csv"]))
            .contains("/no/such/file.csv")
    );
}

#[test]
fn beyond_loopback_only_with_tls() {
    let dir = tempfile::tempdir().unwrap();
    let told = err(&run(&[
        "serve",
        "--data",
        text(dir.path()),
        "--share",
        text(dir.path()),
        "--listen",
        "0.0.0.0:0",
    ]));
    assert!(told.contains("--tls-cert"), "{told}");
    let rule =
        ["serve", "--data", text(dir.path()), "--share", text(dir.path()), "--name-rule", "photo={who}"];
    assert!(err(&run(&rule)).contains("who"));
}

#[tokio::test]
async fn a_backup_brings_everything_back_under_a_new_epoch() {
    let mut office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    let plain = jpeg(1);
    let op = photo(case, &plain, "のり面");
    phone.push(std::slice::from_ref(&op)).await;
    phone.upload(op.record, Variant::Original, &plain).await;
    office.settle().await;
    let data = office.data();
    let backup = office.dir.path().join("backup");
    let args = ["backup", "--data", text(&data), "--to", text(&backup)];
    assert!(out(&run(&args)).contains("ファイル 1"));
    assert!(out(&run(&args)).contains("ファイル 1"), "a second one brings the first up to date");
    assert!(
        !office.office_record(op.record).await.text("office.backed_up_at").is_empty(),
        "phones may let go"
    );
    // After the backup: lost with the disk.
    let late = create(case, "note", json!({ "text": "バックアップの後" }));
    phone.push(std::slice::from_ref(&late)).await;
    office.stop().await;

    let restored = office.dir.path().join("restored");
    assert!(
        err(&run(&["restore", "--from", text(&backup), "--data", text(&data)])).contains("空ではありません")
    );
    assert!(
        err(&run(&["restore", "--from", text(&restored), "--data", text(&restored)]))
            .contains("バックアップがありません")
    );
    assert!(
        out(&run(&["restore", "--from", text(&backup), "--data", text(&restored)])).contains("新しい世代")
    );
    assert!(out(&run(&["verify", "--data", text(&restored)])).contains("異常はありません"));

    office.run(|c| c.data.clone_from(&restored)).await;
    phone.url = office.url("");
    phone.refresh_token().await;
    let body = phone.batch(&[]);
    let answer = phone.request(Method::POST, paths::PUSH).body(body).send().await.unwrap();
    let told = fault(answer).await;
    assert_eq!(told.code, "epoch-changed");
    assert_ne!(told.params["epoch"], phone.epoch);
    // The phone pushes again what it still has, in a new generation; the office absorbs what it knew.
    phone.epoch = told.params["epoch"].clone();
    let mut batch = String::from_utf8(phone.batch(&[op.clone(), late.clone()])).unwrap();
    batch = batch.replacen("\"generation\":1", "\"generation\":2", 1).replacen(
        &format!("\"first\":{}", phone.next_seq),
        "\"first\":1",
        1,
    );
    let answer = phone.request(Method::POST, paths::PUSH).body(batch).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(office.office_record(late.record).await.text("text"), "バックアップの後");
    let bytes = format!("{}/{}/bytes/original", paths::RECORDS, op.record);
    assert_eq!(phone.request(Method::GET, &bytes).send().await.unwrap().bytes().await.unwrap(), plain);
    let mirror =
        serde_json::to_string(&json!({ "record": office.office_record(late.record).await })).unwrap();
    let kept: Value =
        phone.request(Method::POST, paths::SALVAGE).body(mirror).send().await.unwrap().json().await.unwrap();
    assert_eq!(kept["kept"], 0, "the office has it");
}

#[tokio::test]
async fn verify_names_what_is_wrong() {
    let mut office = Office::start().await;
    let case = office.case("R8-17", "砂利採取場", json!({})).await;
    let mut phone = office.phone("s1").await;
    for n in 1..=2 {
        let op = photo(case, &jpeg(n), "x");
        phone.push(std::slice::from_ref(&op)).await;
        phone.upload(op.record, Variant::Original, &jpeg(n)).await;
    }
    office.settle().await;
    office.stop().await;
    let (data, share) = (office.data(), office.share());
    let verify = || run(&["verify", "--data", text(&data), "--share", text(&share)]);
    out(&verify());
    let blob = |n| data.join("blobs").join(&sha256(&jpeg(n))[..2]).join(sha256(&jpeg(n)));
    std::fs::write(blob(1), "other").unwrap();
    std::fs::remove_file(blob(2)).unwrap();
    std::fs::remove_file(share.join(&office.files()[0])).unwrap();
    let told = verify();
    assert_eq!(told.status.code(), Some(1));
    let told = String::from_utf8(told.stdout).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.iter().filter(|l| l.starts_with("fault: ")).count(), 2, "{told}");
    assert_eq!(lines.iter().filter(|l| l.starts_with("info: ")).count(), 1, "{told}");
    assert!(told.contains(&sha256(&jpeg(1))) && told.contains(&sha256(&jpeg(2))));
}
