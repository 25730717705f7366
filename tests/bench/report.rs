//! (g) A ledger of 100 photographs as PDF and as a workbook, beside writers that only put the same pictures into a file.

use crate::Bench;
use crate::peers::{self, example, json};
use crate::section::{Row, Samples, Section, amount};
use ekitei_tests::programs::must;
use serde_json::Value;
use std::process::Command;

const ROUNDS: usize = 3;
/// Files of one process.
const IN_PROCESS: usize = 5;
const KINDS: [(&str, &str, &str, f64); 2] =
    [("pdf", "PDF", "img2pdf", 100.0), ("xlsx", "Excel", "XlsxWriter", 50.0)];

pub fn measure(bench: &Bench) -> Section {
    let folder = bench.folder();
    must(Command::new(example("bench")).arg("--write").arg(folder.path()));
    let mut rows = Vec::new();
    let (mut peer, mut sizes) = (Vec::new(), Vec::new());
    for (kind, words, name, aim) in KINDS {
        let [mut ours, mut theirs] = [Samples::default(), Samples::default()];
        let [mut our_peak, mut their_peak] = [Samples::default(), Samples::default()];
        let rounds = IN_PROCESS.to_string();
        let (mut version, mut size) = (String::new(), [0.0; 2]);
        for _ in 0..ROUNDS {
            let made =
                json(Command::new(example("bench")).args(["--one", kind]).arg(folder.path()).arg(&rounds));
            ours.push(middle(&made));
            our_peak.push(number(&made, "peak_kib") / 1024.0);
            let script = peers::folder().join("ledger.py");
            let mut python = Command::new(peers::python());
            let put = json(python.arg(script).arg(kind).arg(folder.path()).arg(&rounds));
            theirs.push(middle(&put));
            their_peak.push(number(&put, "peak_kib") / 1024.0);
            put["version"].as_str().unwrap_or_default().clone_into(&mut version);
            size = [number(&made, "bytes") / 1e6, number(&put, "bytes") / 1e6];
        }
        let row = Row::beside(&format!("{words}, 100 photographs"), "ms", &ours, &theirs, None);
        rows.push(row.at_most(ours.median(), aim, "ms"));
        rows.push(Row::beside(&format!("{words}: peak memory"), "MiB", &our_peak, &their_peak, None));
        peer.push(format!("{name} {version}"));
        sizes.push(format!("{words} {} and {}", amount(size[0], "MB"), amount(size[1], "MB")));
    }
    Section {
        title: "(g) A photo ledger",
        peer: peer.join(", "),
        rows,
        notes: vec![
            format!(
                "Medians (smallest–largest) of {ROUNDS} rounds in turn, each the median of {IN_PROCESS} files in a new \
                 process; the pictures are in memory before the clock starts. Files: {}.",
                sizes.join(", ")
            ),
            "Display copies of 2,016 × 1,512 px. Ekitei lays out three photographs a page with number, title, place, \
             date, caption and inspector, with its fonts inside (PDF/A); the peers put one picture on a page or into a \
             row."
                .to_owned(),
        ],
    }
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn middle(value: &Value) -> f64 {
    let all = value["ms"].as_array().unwrap_or_else(|| panic!("ms in {value}"));
    Samples(all.iter().filter_map(Value::as_f64).collect()).median()
}
