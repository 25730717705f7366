//! Speed and memory of the engine as JSON: `cargo run --release -p ekitei-forms --example forms_bench`.
//! `-- --write FOLDER` writes the same forms as XForms XML instead, for engines of others.

mod made;

use ekitei_forms::{AnswerKey, Form, Opening, Session};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Resident memory of this process in KiB; 0 where the system does not tell.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0)
}

/// The middle one of several runs, in microseconds.
fn median_us(runs: usize, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let from = Instant::now();
            run();
            from.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[runs / 2]
}

fn opening() -> Opening {
    let mut opening = Opening { new: true, ..Opening::default() };
    "2026-11-21T10:05:00.000+09:00".clone_into(&mut opening.env.now);
    "ja".clone_into(&mut opening.env.language);
    opening
}

fn measure(made: &made::Made) -> Value {
    let before = resident_kib();
    let json = made.definition();
    let form = Arc::new(Form::from_json(&json).expect("the made form has no problems"));
    let mut session = Session::open(Arc::clone(&form), opening());
    let held = resident_kib().saturating_sub(before);
    let load = median_us(9, || {
        let form = Form::from_json(&json).expect("the made form has no problems");
        std::hint::black_box(Session::open(Arc::new(form), opening()));
    });
    // One answer after the other, as on site; the first question changes every total.
    let keys: Vec<(AnswerKey, [Value; 2])> = made.answers();
    let mut turn = 0;
    let answer = median_us(keys.len().max(2) * 2, || {
        let (key, values) = &keys[turn % keys.len()];
        session.set(key, &values[turn / keys.len() % 2]).expect("an answer that fits");
        turn += 1;
    });
    let all = median_us(5, || {
        for (key, values) in &keys {
            session.set(key, &values[0]).expect("an answer that fits");
            session.set(key, &values[1]).expect("an answer that fits");
        }
    }) / (keys.len() * 2) as f64;
    let mut flip = 0;
    let recalculate = median_us(101, || {
        flip += 1;
        session.set(&AnswerKey::from(made::WIDEST), &json!(flip % 7)).expect("a number");
    });
    let mut result = json!({
        "questions": made.questions(), "definition_bytes": json.len(), "load_us": load, "answer_median_us": answer,
        "answer_mean_us": all, "recalculate_us": recalculate, "memory_kib": held,
    });
    if let Some((key, choose)) = made.list_question() {
        let mut n = 0;
        result["filter_us"] = json!(median_us(101, || {
            n += 1;
            session.set(&AnswerKey::from(choose), &json!(format!("p{}", n % 50))).expect("a prefecture");
            std::hint::black_box(session.choices(&AnswerKey::from(key), "", 0, 50).expect("a list"));
        }));
        result["search_us"] = json!(median_us(11, || {
            std::hint::black_box(session.choices(&AnswerKey::from(key), "999", 0, 50).expect("a list"));
        }));
    }
    result
}

/// One process a form: memory that one has given back must not hide what the next one takes.
fn main() {
    let forms = [
        ("300", made::Made::new(300, 0)),
        ("3000", made::Made::new(3_000, 0)),
        ("list_50000", made::Made::new(30, 50_000)),
    ];
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--write", folder] => {
            let folder = std::path::Path::new(folder);
            for (name, made) in &forms {
                std::fs::write(folder.join(format!("{name}.xml")), made.xform())
                    .expect("a folder to write to");
                std::fs::write(folder.join(format!("{name}.json")), made.definition())
                    .expect("a folder to write to");
            }
        }
        ["--one", wanted] => {
            let (_, made) = forms.iter().find(|(name, _)| name == wanted).expect("the name of a form");
            println!("{}", measure(made));
        }
        _ => {
            let program = std::env::current_exe().expect("this program has a path");
            let mut results = serde_json::Map::new();
            for (name, _) in &forms {
                let one = std::process::Command::new(&program).args(["--one", name]).output();
                let text = one.expect("this program runs").stdout;
                results.insert((*name).to_owned(), serde_json::from_slice(&text).expect("it prints JSON"));
            }
            println!("{}", Value::Object(results));
        }
    }
}
