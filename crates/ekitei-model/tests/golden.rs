//! Golden wire files: what was released once must parse for ever and be written the same way.
//! The files lie in tests/wire/v1; a new shape is a new file, never a changed one.
#![allow(clippy::unwrap_used)]

use ekitei_model::op::{Operation, Outcome};
use ekitei_model::record::Record;
use ekitei_model::runs::ResultLine;
use ekitei_model::wire::*;
use serde::{Serialize, de::DeserializeOwned};
use std::path::Path;

fn golden<T: DeserializeOwned + Serialize>(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/wire/v1").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut lines = 0;
    for line in text.lines().filter(|l| !l.is_empty()) {
        let value: T = serde_json::from_str(line).unwrap_or_else(|e| panic!("{file}: {e}\n{line}"));
        assert_eq!(
            serde_json::to_value(&value).unwrap(),
            serde_json::from_str::<serde_json::Value>(line).unwrap(),
            "{file}"
        );
        lines += 1;
    }
    assert!(lines > 0, "{file} is empty");
}

#[test]
fn operations() {
    golden::<Operation>("operations.ndjson");
}
#[test]
fn outcomes() {
    golden::<PushResult>("push_results.ndjson");
    golden::<Outcome>("outcomes.ndjson");
    golden::<ResultLine>("push_lines.ndjson");
    golden::<Outcome>("outcomes_held.ndjson");
    golden::<PushResult>("push_results_held.ndjson");
    golden::<ResultLine>("push_results_held.ndjson");
}
#[test]
fn records() {
    golden::<Record>("records.ndjson");
}
#[test]
fn headers() {
    golden::<PushHeader>("push_header.ndjson");
    golden::<PushHeader>("push_header_runs.ndjson");
    golden::<PushReply>("push_reply.ndjson");
    golden::<PullRequest>("pull_request.ndjson");
    golden::<PullReply>("pull_reply.ndjson");
    golden::<PageHeader>("page_header.ndjson");
    golden::<Hint>("hints.ndjson");
}
#[test]
fn enrolment() {
    golden::<EnrolRequest>("enrol_request.ndjson");
    golden::<EnrolRequest>("enrol_request_again.ndjson");
    golden::<EnrolReply>("enrol_reply.ndjson");
    golden::<TokenRequest>("token_request.ndjson");
    golden::<TokenReply>("token_reply.ndjson");
    golden::<MeReply>("me_reply.ndjson");
}
#[test]
fn unknown_fields_and_kinds_do_not_stop_a_reader() {
    let line = r#"{"op_id":"0190a000-0000-7000-8000-000000000001","record":"0190a000-0000-7000-8000-000000000002","at":"2026-11-21T10:00:00.000+09:00","op":"create","kind":"hologram","scope":"all:","fields":{"depth":3},"later":true}"#;
    assert!(serde_json::from_str::<Operation>(line).is_ok());
}
