//! Speed and memory of the engine as JSON: `cargo run --release -p ekitei-forms --example forms_bench`.
//! `-- --write FOLDER` writes the definitions, and the same forms as XForms XML for engines of others;
//! `-- --one DEFINITION.json` measures one of them. The steps and their order are those of
//! `tests/bench/peers/forms/measure.mjs`.

mod made;

use ekitei_forms::facade::{Call, Changed, OpenForm, Reply};
use ekitei_forms::{AnswerKey, Form, Opening};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// A line of this process's own account in KiB; 0 where the system does not tell.
fn account_kib(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':'));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// In microseconds.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let from = Instant::now();
    let made = work();
    (made, from.elapsed().as_secs_f64() * 1e6)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// From the definition's text to what the first page is drawn from.
fn load(definition: &str) -> OpenForm {
    let mut opening = Opening { new: true, ..Opening::default() };
    "2026-11-21T10:05:00.000+09:00".clone_into(&mut opening.env.now);
    "ja".clone_into(&mut opening.env.language);
    let form = Form::from_json(definition).expect("the made form has no problems");
    let mut open = OpenForm::open(Arc::new(form), opening);
    black_box(open.begun());
    for call in [Call::View, Call::Page { page: 0 }] {
        black_box(open.call(call).expect("a form with pages"));
    }
    open
}

fn set(open: &mut OpenForm, key: &AnswerKey, answer: &Value) -> Changed {
    let call = Call::Set { key: key.clone(), answer: answer.clone(), now: None };
    match open.call(call).expect("an answer that fits") {
        Reply::Changed(changed) => changed,
        other => panic!("{other:?}"),
    }
}

fn choices(open: &mut OpenForm, key: &AnswerKey, search: &str) -> u32 {
    let call = Call::Choices { key: key.clone(), search: search.to_owned(), from: 0, limit: 50 };
    match open.call(call).expect("a list") {
        Reply::Choices(found) => found.count,
        other => panic!("{other:?}"),
    }
}

fn measure(definition: &str, made: &made::Made) -> Value {
    let base_peak = account_kib("VmHWM");
    let (mut open, load_us) = timed(|| load(definition));
    // Two answers for everything that is asked at once, one after the other as on site.
    let keys: Vec<(AnswerKey, [Value; 2])> = made.answers();
    let mut answers = Vec::new();
    for turn in 0..2 {
        for (key, values) in &keys {
            answers.push(timed(|| set(&mut open, key, &values[turn])).1);
        }
    }
    let mean = answers.iter().sum::<f64>() / answers.len() as f64;
    // The first question changes every subtotal and every total.
    let widest = AnswerKey::from(made::WIDEST);
    let recalculate: Vec<f64> =
        (1..=101).map(|n| timed(|| set(&mut open, &widest, &json!(n % 7))).1).collect();
    let total = open.session().answer(&AnswerKey::from("total")).as_f64();
    assert_eq!(total, Some(made.total(101 % 7)), "the total");
    let mut result = json!({
        "questions": made.questions(), "load_us": load_us, "answer_median_us": median(answers),
        "answer_mean_us": mean, "recalculate_us": median(recalculate),
    });
    if let Some((key, choose)) = made.list_question() {
        let (key, choose) = (AnswerKey::from(key), AnswerKey::from(choose));
        let count = if made.filtered() { 1_000 } else { 50_000 };
        let filter = (1..=101).map(|n| {
            let (shown, time) = timed(|| {
                set(&mut open, &choose, &json!(format!("p{}", n % 50)));
                choices(&mut open, &key, "")
            });
            assert_eq!(shown, count, "choices");
            time
        });
        result["filter_us"] = json!(median(filter.collect()));
        // The first search of a list makes what the others are quick by.
        let (found, first) = timed(|| choices(&mut open, &key, "字見本99"));
        assert!(found > 0 && found < count, "{found} found");
        let search = (0..101).map(|n| timed(|| choices(&mut open, &key, &format!("見本{n}"))).1);
        result["search_us"] = json!(median(search.collect()));
        result["first_search_us"] = json!(first);
    }
    result["base_peak_kib"] = base_peak.into();
    result["peak_kib"] = account_kib("VmHWM").into();
    drop(open);
    result["load_again_us"] =
        json!(median((0..5).map(|_| timed(|| black_box(load(definition))).1).collect()));
    result
}

/// One process a form: memory that one has given back must not hide what the next one takes.
fn main() {
    let forms = [
        ("300", made::Made::new(300, 0)),
        ("3000", made::Made::new(3_000, 0)),
        ("list_50000", made::Made::new(30, 50_000)),
        ("list_free_50000", made::Made::new(30, 50_000).without_filter()),
    ];
    let write = |folder: &Path| {
        for (name, made) in &forms {
            for (end, text) in [("xml", made.xform()), ("json", made.definition())] {
                std::fs::write(folder.join(name).with_extension(end), text).expect("a folder to write to");
            }
        }
    };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--write", folder] => write(Path::new(folder)),
        ["--one", file] => {
            let file = Path::new(file);
            let wanted = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            let (_, made) = forms.iter().find(|(name, _)| *name == wanted).expect("the name of a form");
            let definition = std::fs::read_to_string(file).expect("a definition that was written before");
            println!("{}", measure(&definition, made));
        }
        _ => {
            let program = std::env::current_exe().expect("this program has a path");
            let folder = tempfile::tempdir().expect("a folder to write to");
            write(folder.path());
            let mut results = serde_json::Map::new();
            for (name, _) in &forms {
                let file = folder.path().join(name).with_extension("json");
                let one = std::process::Command::new(&program).arg("--one").arg(file).output();
                let text = one.expect("this program runs").stdout;
                results.insert((*name).to_owned(), serde_json::from_slice(&text).expect("it prints JSON"));
            }
            println!("{}", Value::Object(results));
        }
    }
}
