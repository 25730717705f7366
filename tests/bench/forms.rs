//! (f) Inspection forms: opening, answering, computing again, beside the engine of ODK Web Forms under Node.
//! Each round measures the same forms with both, each in a process of its own.

use crate::Bench;
use crate::peers::{self, example, json};
use crate::section::{Row, Samples, Section, amount};
use ekitei_tests::programs::{must, root};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const ROUNDS: usize = 3;
const AIM: f64 = 0.1;
const OPEN_AIM_MS: f64 = 1_000.0;
const FORMS: [(&str, &str); 3] =
    [("300", "300 questions"), ("3000", "3,000 questions"), ("list_50000", "50,000-row list")];

/// What one form took, in the units of the programs' JSON.
#[derive(Default)]
struct Side(Vec<Value>);

impl Side {
    fn samples(&self, name: &str, scale: f64) -> Samples {
        let value =
            |round: &Value| round[name].as_f64().unwrap_or_else(|| panic!("{name} in {round}")) / scale;
        Samples(self.0.iter().map(value).collect())
    }

    /// The median of all rounds.
    fn median(&self, name: &str, scale: f64) -> f64 {
        self.samples(name, scale).median()
    }
}

pub fn measure(bench: &Bench) -> Section {
    let folder = bench.folder();
    must(Command::new(example("forms_bench")).arg("--write").arg(folder.path()));
    let peer = bench.out.join("forms-peer");
    let mut rows = Vec::new();
    let (mut parse, mut base) = (Vec::new(), Samples::default());
    for (name, words) in FORMS {
        let (mut ours, mut theirs) = (Side::default(), Side::default());
        for _ in 0..ROUNDS {
            ours.0.push(ekitei(folder.path(), name));
            let mut node = Command::new("node");
            // Both get the memory that they ask for.
            node.arg("--max-old-space-size=8192").arg(peer.join("measure.mjs"));
            theirs.0.push(json(node.arg(folder.path().join(name).with_extension("xml"))));
        }
        rows.extend(compared(words, &ours, &theirs));
        parse.push(format!("{words} {}", amount(theirs.median("parse_us", 1e3), "ms")));
        base.push(theirs.median("base_peak_kib", 1024.0));
    }
    let free = ekitei(folder.path(), "list_free_50000");
    let shown = |name: &str| amount(free[name].as_f64().unwrap_or(f64::NAN) / 1e3, "ms");
    rows.push(Row::shown("search in all 50,000 rows, first 50 shown", shown("search_us")));
    rows.push(Row::shown("– the first search, which folds the list", shown("first_search_us")));
    let mut notes = vec![
        format!(
            "Medians (smallest–largest) of {ROUNDS} rounds in turn, each side in a new process. The forms are made: \
             sections of four choices, two numbers with a constraint, three texts that appear on a condition and a \
             subtotal; totals over all. Both get the same questions and expressions, as JSON and as XForms."
        ),
        "Ekitei natively, through the calls of the phone: opening runs from the definition's text to the first page's \
         content; an answer includes what to store and how the changed questions look. 「Computing again」 changes a \
         number that every subtotal uses."
            .to_owned(),
        format!(
            "Node {} with `jsdom` {} as the DOM that the engine wants. Opening is `createInstance`; jsdom's parsing of \
             the same text alone takes: {}. Before a form is opened the process has {} at most. In a browser, whose \
             DOM is faster, this engine is faster, too; that is not measured here.",
            version(&mut Command::new("node")),
            installed(&peer, "jsdom"),
            parse.join(", "),
            amount(base.quantile(1.0), "MiB"),
        ),
    ];
    match throttled() {
        Some((questions, open_ms, answer_ms)) => {
            let what = format!("{questions} questions open in Chromium at 6× CPU throttle");
            rows.push(Row::shown(&what, amount(open_ms, "ms")).at_most(open_ms, OPEN_AIM_MS, "ms"));
            rows.push(Row::shown("– an answer there", amount(answer_ms, "ms")));
        }
        None => notes.push("Opening at 6× CPU throttle in Chromium: not measured in this run.".to_owned()),
    }
    Section {
        title: "(f) Inspection forms",
        peer: format!("@getodk/xforms-engine {}", installed(&peer, "@getodk/xforms-engine")),
        rows,
        notes,
    }
}

fn ekitei(folder: &Path, name: &str) -> Value {
    json(Command::new(example("forms_bench")).arg("--one").arg(folder.join(name).with_extension("json")))
}

fn compared(words: &str, ours: &Side, theirs: &Side) -> Vec<Row> {
    let beside = |what: &str, unit: &str, name: &str, scale: f64| {
        let (ours, theirs) = (ours.samples(name, scale), theirs.samples(name, scale));
        Row::beside(&format!("{words}: {what}"), unit, &ours, &theirs, Some(AIM))
    };
    let mut rows = vec![beside("opening", "ms", "load_us", 1e3)];
    if theirs.0.iter().all(|round| round["load_again_us"].is_f64()) {
        rows.push(beside("opening again in the same process", "ms", "load_again_us", 1e3));
    }
    rows.push(beside("an answer, median", "µs", "answer_median_us", 1.0));
    rows.push(beside("an answer, mean", "µs", "answer_mean_us", 1.0));
    rows.push(beside("computing again", "µs", "recalculate_us", 1.0));
    if words.ends_with("list") {
        rows.push(beside("another filter, 50 rows shown", "µs", "filter_us", 1.0));
    }
    rows.push(beside("peak memory of the process", "MiB", "peak_kib", 1024.0));
    rows
}

/// Questions, milliseconds until the form is open and until an answer stands, measured by the screens' own tool.
fn throttled() -> Option<(u64, f64, f64)> {
    let tool = root().join("ui/tools/throttle.mjs");
    if !tool.is_file() {
        return None;
    }
    // The programs of the same build as this one.
    let here = std::env::current_exe().expect("a running program has a path");
    let built = here.ancestors().nth(2).expect("a built program lies in a folder of the target");
    let run =
        Command::new("node").arg(&tool).current_dir(root().join("ui")).env("EKITEI_BIN", built).output();
    let out = run.ok().filter(|out| out.status.success())?;
    let answer: Value = serde_json::from_str(String::from_utf8_lossy(&out.stdout).lines().last()?).ok()?;
    Some((answer["questions"].as_u64()?, answer["open_ms"].as_f64()?, answer["answer_ms"].as_f64()?))
}

fn version(program: &mut Command) -> String {
    ekitei_tests::programs::said(&must(program.arg("--version"))).trim().to_owned()
}

fn installed(folder: &Path, package: &str) -> String {
    peers::version_in(&folder.join("node_modules"), package)
}
