//! Every code and label of this crate has its text in both languages.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use ekitei_model::text::{Language, text};

fn sources(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// What stands in quotes right after `before`.
fn quoted<'a>(all: &'a str, before: &str) -> Vec<&'a str> {
    all.match_indices(before).filter_map(|(at, _)| all[at + before.len()..].split('"').next()).collect()
}

#[test]
fn nothing_is_without_a_text() {
    let mut all = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let mut keys: Vec<String> = Vec::new();
    for before in ["Fault::ask(\"", "Fault::retry(\"", "too_large(\""] {
        keys.extend(quoted(&all, before).into_iter().map(|code| format!("error.{code}")));
    }
    for before in ["label(\"", "label_with(\""] {
        keys.extend(quoted(&all, before).into_iter().map(|name| format!("report.{name}")));
    }
    keys.extend(
        quoted(&all, "\"sheet-note-")
            .into_iter()
            .filter(|name| !name.starts_with('…'))
            .map(|name| format!("note.sheet-note-{name}")),
    );
    assert!(keys.len() > 60, "the search finds them: {}", keys.len());
    for key in keys {
        for language in [Language::Japanese, Language::English] {
            assert_ne!(text(language, &key, []), key, "{language:?}");
        }
    }
}
