//! (d) Finding: the store's own bench fills a vault and compares every answer with a plain search.

use crate::peers::{example, json};
use crate::section::{Row, Section, amount};
use std::process::Command;

const TEXTS: u32 = 100_000;
const P95_AIM_MS: f64 = 5.0;

pub fn measure() -> Section {
    let answer = json(Command::new(example("search_bench")).arg(TEXTS.to_string()));
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let lengths = answer["lengths"].as_array().expect("one entry a length");
    let row = |entry: &serde_json::Value| {
        assert_eq!(entry["recall"], 1.0, "every text is found: {entry}");
        let (median, p95) = (number(&entry["median_ms"]), number(&entry["p95_ms"]));
        let what = format!("{} characters: p95 (median)", entry["characters"]);
        Row::shown(&what, format!("{p95:.2} ms ({median:.2})")).at_most(p95, P95_AIM_MS, "ms")
    };
    let mut rows: Vec<Row> = lengths.iter().map(row).collect();
    rows.push(Row::shown("recall, all lengths", "1.00".into()).must("1.00", true));
    let fill = amount(number(&answer["fill_s"]), "s");
    Section {
        title: "(d) Finding in 100,000 texts",
        peer: String::new(),
        rows,
        notes: vec![format!(
            "{} queries a length, cut from the texts at random, newest 50 hits each, from the encrypted vault; for \
             some of them the full answer is compared with a plain `contains` over all texts. Fetching, mirroring \
             and indexing the {TEXTS} texts took {fill}.",
            answer["queries"]
        )],
    }
}
