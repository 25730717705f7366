//! (a) 10,000 notes pushed by one phone and pulled by another, beside PouchDB and express-pouchdb.
//! Both sides: a server process and one process for each phone, over loopback, the same texts, in turn.

use crate::Bench;
use crate::notes;
use crate::peers::{self, Server, json, timed};
use crate::section::{Row, Samples, Section, amount};
use ekitei_tests::line::Line;
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;

const NOTES: u32 = 10_000;
const ROUNDS: usize = 5;
const CASE: &str = "R8-砂利-014";
/// The fastest of 100 (its default), 500, 1,000 and 2,500 for PouchDB on such a machine.
const PEER_BATCH: &str = "1000";

const PUSH_AIM: f64 = 0.12;
const PULL_AIM: f64 = 0.18;
const WIRE_AIM: f64 = 0.125;

/// Milliseconds of all rounds.
#[derive(Default)]
struct Times {
    write: Samples,
    push: Samples,
    pull: Samples,
}

impl Times {
    fn add(&mut self, (write, push, pull): (f64, f64, f64)) {
        self.write.push(write);
        self.push.push(push);
        self.pull.push(pull);
    }
}

/// Bytes both ways.
#[derive(Clone, Copy)]
struct Wire {
    push: u64,
    pull: u64,
}

pub fn measure(bench: &Bench) -> Section {
    let folder = bench.folder();
    let file = folder.path().join("notes.jsonl");
    let text_bytes = notes::write(&file, CASE, NOTES);
    let peer = Server::start("pouch-office.mjs", &folder.path().join("pouch-office"));

    // Once through a line that counts; the clock runs only where nothing is between phone and office.
    let our_wire = ours(bench, &file, true).1.expect("it was counted");
    let peer_wire = theirs(bench, &peer, &file, "counted", true).1.expect("it was counted");
    let (mut our, mut their) = (Times::default(), Times::default());
    for round in 0..ROUNDS {
        our.add(ours(bench, &file, false).0);
        their.add(theirs(bench, &peer, &file, &format!("round-{round}"), false).0);
        println!(
            "round {}: {:?} {:?}",
            round + 1,
            (&our.push.0, &our.pull.0),
            (&their.push.0, &their.pull.0)
        );
    }
    let wire = |what: &str, ours: u64, theirs: u64, aim: Option<f64>| {
        let mb = |bytes: u64| amount(bytes as f64 / 1e6, "MB");
        Row::shown(what, mb(ours)).peer(mb(theirs)).ratio(ours as f64 / theirs as f64, aim)
    };
    let (ours_all, theirs_all) = (our_wire.push + our_wire.pull, peer_wire.push + peer_wire.pull);
    Section {
        title: "(a) 10,000 notes from one phone to another",
        peer: format!(
            "PouchDB {} → express-pouchdb {}",
            peers::npm_version("pouchdb"),
            peers::npm_version("express-pouchdb")
        ),
        rows: vec![
            Row::beside("push, until everything is answered", "ms", &our.push, &their.push, Some(PUSH_AIM)),
            Row::beside("pull, until everything is readable", "ms", &our.pull, &their.pull, Some(PULL_AIM)),
            wire("bytes on the wire, push and pull", ours_all, theirs_all, Some(WIRE_AIM)),
            wire("– of the push", our_wire.push, peer_wire.push, None),
            wire("– of the pull", our_wire.pull, peer_wire.pull, None),
            Row::beside("for information: written on the phone", "ms", &our.write, &their.write, None),
        ],
        notes: vec![
            format!(
                "Medians (smallest–largest) of {ROUNDS} rounds in turn after one round whose bytes a counting TCP \
                 proxy took; the texts have {} together.",
                amount(text_bytes as f64 / 1e6, "MB")
            ),
            "Ekitei: `ekitei-server` and `ekitei-field` as processes over loopback HTTP; every commit is on the disk \
             (synchronous=FULL) and encrypted, the pull ends when the notes are in the vault with their full-text \
             index. The push includes signing in; writing is the whole process `note import`."
                .into(),
            format!(
                "PouchDB: {} with its LevelDB adapter (not encrypted, not synchronised to the disk, no text index), \
                 a server process in mode `minimumForPouchDB` and a process for each phone, {PEER_BATCH} documents \
                 a batch; only `replicate` and `bulkDocs` are inside the clock.",
                node_version()
            ),
        ],
    }
}

fn node_version() -> String {
    let out = ekitei_tests::programs::must(std::process::Command::new("node").arg("--version"));
    format!("node {}", ekitei_tests::programs::said(&out))
}

/// Times of writing, push and pull; the bytes when `counted`.
type Round = ((f64, f64, f64), Option<Wire>);

fn ours(bench: &Bench, file: &Path, counted: bool) -> Round {
    let folder = bench.folder();
    let office = Office::start(&folder.path().join("office"));
    let line = counted.then(|| line_to(bench, office.addr));
    let url = line.as_ref().map_or_else(|| office.url(), Line::url);
    // Both are assigned to the case, so both follow it.
    let enrol = |staff: &str| {
        let phone = Phone::enrolled(&folder.path().join(staff), &url, &office.code(staff));
        phone.drain(3);
        phone
    };
    let (writer, reader) = (enrol("s001"), enrol("s003"));
    let path = file.to_str().expect("the path is text");
    let (imported, write_ms) = timed(|| writer.json(&["note", "import", path]));
    assert_eq!(imported["taken"], NOTES);

    let before = bytes(line.as_ref());
    let sent = writer.json(&["sync"]);
    assert_eq!((&sent["drained"], &sent["sent_ops"]), (&Value::Bool(true), &Value::from(NOTES)), "{sent}");
    let between = bytes(line.as_ref());
    let got = reader.json(&["sync"]);
    let after = bytes(line.as_ref());
    assert!(got["received"].as_u64() >= Some(u64::from(NOTES)) && got["fault"].is_null(), "{got}");
    assert_eq!(reader.list("notes").len(), NOTES as usize, "every note is readable");
    let ms = |value: &Value| value.as_f64().expect("a time in ms");
    let wire = line.map(|_| Wire { push: between - before, pull: after - between });
    ((write_ms, ms(&sent["drained_after_ms"]), ms(&got["elapsed_ms"])), wire)
}

fn theirs(bench: &Bench, server: &Server, file: &Path, database: &str, counted: bool) -> Round {
    let folder = bench.folder();
    let line = counted.then(|| line_to(bench, server.addr));
    let addr = line.as_ref().map_or(server.addr, Line::addr);
    let url = format!("http://{addr}/{database}");
    let run = |verb: &str, phone: &str, more: &[&str]| {
        let home = folder.path().join(phone);
        let home = home.to_str().expect("the path is text");
        let answer = json(&mut peers::node("pouch-phone.mjs", &[&[verb, home], more].concat()));
        assert_eq!(answer["docs"], NOTES, "{answer}");
        answer["ms"].as_f64().expect("a time in ms")
    };
    let write_ms = run("write", "writer", &[file.to_str().expect("the path is text")]);
    let before = bytes(line.as_ref());
    let push_ms = run("push", "writer", &[&url, PEER_BATCH]);
    let between = bytes(line.as_ref());
    let pull_ms = run("pull", "reader", &[&url, PEER_BATCH]);
    let wire = line.as_ref().map(|_| Wire { push: between - before, pull: bytes(line.as_ref()) - between });
    ((write_ms, push_ms, pull_ms), wire)
}

fn line_to(bench: &Bench, addr: SocketAddr) -> Line {
    bench.runtime.block_on(Line::to(addr)).expect("a loopback port is free")
}

fn bytes(line: Option<&Line>) -> u64 {
    line.map_or(0, |l| {
        let (up, down, _) = l.counters();
        up + down
    })
}
