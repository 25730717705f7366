//! The verbs of inspections by the real program: each of them, what it says, and how it ends.
#![allow(clippy::unwrap_used)]

#[path = "../../ekitei-core/tests/common/mod.rs"]
mod common;

use common::{PIN, Phone, SECTION, jpeg};
use ekitei_model::kinds::{self, form_version};
use ekitei_model::{Record, RecordId, Scope};
use serde_json::{Value, json};
use std::process::{Command, Output};

const TITLE: &str = "保安点検";

fn form() -> RecordId {
    RecordId::derived(&["form"])
}

fn definition() -> Value {
    json!({"id": "check", "version": 1, "title": TITLE, "items": [
        {"id": "operator", "type": "text", "label": "業者名", "required": true},
        {"id": "depth", "type": "decimal", "label": "深さ", "max": 10},
        {"id": "look", "type": "matrix", "label": "点検", "fail_needs_photo": true, "fail_needs_finding": true, "items": [
            {"id": "fence", "type": "ruling", "label": "柵", "required": true},
            {"id": "sign", "type": "ruling", "label": "標識", "required": true},
            {"id": "road", "type": "ruling", "label": "通路", "required": true}]},
        {"id": "points", "type": "repeat", "label": "測点", "items": [
            {"id": "height", "type": "decimal", "label": "高さ"}]},
        {"id": "seen_by", "type": "signature", "label": "立会者", "required": true}]})
}

/// A phone on site with the published form, unlocked, and the folder for its pictures.
fn on_site() -> Phone {
    let phone = Phone::enrolled();
    let scope = Scope::Section(SECTION.into());
    let published: Record = common::record(
        kinds::form_version_id(form(), 1, &scope),
        kinds::FORM_VERSION,
        &scope,
        None,
        10,
        &json!({form_version::FORM: form(), form_version::VERSION: 1, form_version::TITLE: TITLE,
                form_version::DEFINITION: definition()}),
    );
    phone.receive(&scope, &[published]);
    phone
}

struct Cli<'a>(&'a Phone);

impl Cli<'_> {
    fn run_in(&self, language: &str, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ekitei-field"));
        command.arg("--home").arg(self.0.dir()).args(args);
        command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", language).env("EKITEI_PIN", PIN);
        command.stdin(std::process::Stdio::null()).output().unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let output = self.run_in("C.UTF-8", args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[args, &["--json"]].concat())).unwrap()
    }

    /// Refused with a sentence of the catalogue (exit code 1); the sentence.
    fn refused(&self, args: &[&str]) -> String {
        let output = self.run_in("C.UTF-8", args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(!said.contains("error.") && !said.contains('{'), "{args:?} says no sentence: {said}");
        said
    }

    fn begun(&self) -> String {
        self.ok(&["unlock"]);
        let view = self.json(&["inspection", "begin", "--case", "R8-1", "--form", TITLE]);
        view["row"]["id"].as_str().unwrap().to_owned()
    }

    fn picture(&self, seed: u8) -> String {
        let path = self.0.folder.path().join(format!("{seed}.jpg"));
        std::fs::write(&path, jpeg(seed)).unwrap();
        path.display().to_string()
    }
}

#[test]
fn an_inspection_is_made_by_verbs_from_the_first_answer_to_the_proposal() {
    let phone = on_site();
    let cli = Cli(&phone);
    let id = cli.begun();
    let id = id.as_str();
    assert!(cli.ok(&["list", "inspections"]).contains(&format!("{id}  Draft  {TITLE}")));
    assert!(
        cli.ok(&["inspection", "set", id, "operator=甲野砂利", "depth=1.5", "fence=fail"])
            .contains("answered")
    );
    // What stands in the way is named, in words.
    let missing = cli.ok(&["inspection", "missing", id]);
    for line in ["fence_finding  ", "Describe the finding.", "A photo of the finding is needed.", "立会者"]
    {
        assert!(missing.contains(line), "{line}: {missing}");
    }
    let said = cli.refused(&["inspection", "finish", id]);
    assert!(said.contains("seen_by  ") && said.contains("answers are missing or wrong"), "{said}");
    // The rest: shown first, then ruled.
    let keys = |rest: Value| rest.as_array().unwrap().iter().map(|r| r["key"].clone()).collect::<Vec<_>>();
    assert_eq!(keys(cli.json(&["inspection", "rest", id])), [json!("sign"), json!("road")]);
    assert!(cli.ok(&["inspection", "rest", id, "--apply"]).contains("2 items marked"));
    assert_eq!(cli.json(&["inspection", "rest", id]), json!([]));
    // Photographs and signature belong to their questions.
    let (one, two, hand) = (cli.picture(1), cli.picture(2), cli.picture(3));
    assert!(
        cli.ok(&["inspection", "photo", id, "fence_photos", &one, &two, "--caption", "倒れた柵"])
            .contains("taken")
    );
    assert!(cli.ok(&["inspection", "photo", id, "fence_photos", &one]).contains("not added again"));
    let signed = cli.json(&["inspection", "photo", id, "seen_by", &hand, "--role", "signature"]);
    assert_eq!((signed.as_array().unwrap().len(), &signed[0]["role"]), (1, &json!("signature")));
    cli.ok(&["inspection", "set", id, "fence_finding=北側で倒れている。"]);
    // The engine itself, as a screen asks it.
    let row =
        json!({"call": "add_instance", "repeat": "points", "id": "0190aaaa-0000-7000-8000-000000000001"});
    let reply: Value = serde_json::from_str(&cli.ok(&["inspection", "call", id, &row.to_string()])).unwrap();
    assert_eq!(reply["reply"], "changed");
    let view = cli.json(&["inspection", "show", id]);
    assert_eq!(
        (&view["row"]["state"], view["photos"]["fence_photos"].as_array().unwrap().len()),
        (&json!("draft"), 2)
    );
    assert_eq!(cli.ok(&["inspection", "missing", id]), "Nothing is missing.\n");

    assert!(cli.ok(&["inspection", "finish", id]).contains("  Finished  "));
    assert_eq!(cli.json(&["inspection", "report", id, "指導した。"])["report"], "指導した。");
    assert!(cli.ok(&["inspection", "reopen", id]).contains("  Draft  "));
    cli.ok(&["inspection", "finish", id]);
    for _twice in 0..2 {
        assert!(cli.ok(&["inspection", "circulate", id]).contains("  Circulated  "));
    }
    assert_eq!(cli.json(&["list", "inspections"])[0]["state"], "circulated");
    // Sent to the head: an answer is a proposal now.
    cli.ok(&["inspection", "propose", id, "depth=2"]);
    let waiting = cli.json(&["list", "queue"]);
    assert!(waiting.as_array().unwrap().iter().any(|r| r["what"] == "inspection"), "{waiting}");
}

#[test]
fn what_is_refused_is_said_in_words_and_changes_nothing() {
    let phone = on_site();
    let cli = Cli(&phone);
    let id = cli.begun();
    let id = id.as_str();
    cli.ok(&["inspection", "set", id, "depth=3"]);
    // All pairs are read before the first is taken.
    assert!(cli.refused(&["inspection", "set", id, "depth=4", "fence"]).contains("KEY=VALUE"));
    assert!(cli.refused(&["inspection", "set", id, "=4"]).contains("KEY=VALUE"));
    let said = cli.refused(&["inspection", "set", id, "depth=たくさん"]);
    assert!(said.starts_with("depth: ") && said.contains("Enter a number"), "{said}");
    cli.refused(&["inspection", "set", id, "nowhere=1"]);
    cli.refused(&["inspection", "set", id, "fence_photos=[\"x\"]"]);
    cli.refused(&["inspection", "set", id, "sign=broken"]);
    cli.refused(&["inspection", "call", id, "no json"]);
    cli.refused(&["inspection", "call", id, r#"{"call":"dance"}"#]);
    assert!(cli.refused(&["inspection", "begin", "--case", "R8-1", "--form", "別の様式"]).contains("form"));
    cli.refused(&["inspection", "begin", "--case", "R9-404", "--form", TITLE]);
    for verb in ["show", "missing", "rest", "finish", "circulate", "reopen"] {
        cli.refused(&["inspection", verb, "no-id"]);
        cli.refused(&["inspection", verb, "0190aaaa-0000-7000-8000-000000000009"]);
    }
    // Nothing is finished yet: no circulation, no proposal.
    assert!(cli.refused(&["inspection", "circulate", id]).contains("present state"));
    assert!(cli.refused(&["inspection", "propose", id, "depth=4"]).contains("still open"));
    // One bad file does not keep the good one back.
    let good = cli.picture(4);
    let mixed =
        cli.run_in("C.UTF-8", &["inspection", "photo", id, "fence_photos", "/no/such.jpg", &good, "--json"]);
    assert_eq!(mixed.status.code(), Some(1));
    assert_eq!(serde_json::from_slice::<Value>(&mixed.stdout).unwrap().as_array().unwrap().len(), 1);
    let depth = json!({"call": "evaluate", "expression": "${depth}"}).to_string();
    let reply: Value = serde_json::from_str(&cli.ok(&["inspection", "call", id, &depth])).unwrap();
    assert_eq!(reply["text"], "3", "what was refused changed nothing");
}

#[test]
fn programs_read_the_fault_and_people_their_language() {
    let phone = on_site();
    let cli = Cli(&phone);
    let id = cli.begun();
    let id = id.as_str();
    let refused = cli.run_in("C.UTF-8", &["inspection", "circulate", id, "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&refused.stdout).unwrap()["err"]["code"], "inspection-state");
    let said = String::from_utf8(cli.run_in("ja_JP.UTF-8", &["inspection", "set", id, "x"]).stderr).unwrap();
    assert!(said.contains("の形で"), "{said}");
    for wrong in
        [&["inspection"][..], &["inspection", "set", id], &["inspection", "photo", id, "fence_photos"]]
    {
        assert_eq!(cli.run_in("C.UTF-8", wrong).status.code(), Some(64), "{wrong:?}");
    }
    cli.ok(&["lock"]);
    for verb in ["show", "missing", "rest", "finish", "circulate", "reopen"] {
        assert_eq!(cli.run_in("C.UTF-8", &["inspection", verb, id]).status.code(), Some(3), "{verb}");
    }
    let pair = ["inspection", "set", id, "depth=4"];
    assert_eq!(cli.run_in("C.UTF-8", &pair).status.code(), Some(3));
    cli.ok(&["unlock"]);
    cli.ok(&pair);
    let elsewhere = tempfile::tempdir().unwrap();
    let mut nobody = Command::new(env!("CARGO_BIN_EXE_ekitei-field"));
    let status =
        nobody.arg("--home").arg(elsewhere.path()).args(["inspection", "show", id]).output().unwrap();
    assert_eq!(status.status.code(), Some(4));
}
