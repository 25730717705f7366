//! What the sources themselves must keep: purity, size, a first line that says what lives here, nothing of one machine.

use std::fs;
use std::path::{Path, PathBuf};

use super::packages::root;

const MAX_LINES: usize = 450;

/// Words that pure product code may not contain. ekitei-photo and ekitei-report open files by path; that is all
/// they may.
const IMPURE: &[(&str, &[&str])] = &[
    ("crates/ekitei-model/src", &["std::fs", "std::env", "std::process", "now_v7(", "new_v4("]),
    ("crates/ekitei-forms/src", &["std::fs", "std::env", "std::process", "now_v7(", "new_v4("]),
    ("crates/ekitei-photo/src", &["std::process"]),
    ("crates/ekitei-report/src", &["std::process", "std::env"]),
    ("crates/ekitei-papers/src", &["std::fs", "std::env", "std::process", "now_v7(", "new_v4("]),
];

/// For every pure package.
const IMPURE_EVERYWHERE: &[&str] =
    &["std::net", "SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];

/// Folders whose texts are checked for traces of a machine.
const TEXTS: &[&str] =
    &["crates", "xtask", "tests", "src-tauri", "ui", "android", "assets", "docs", ".ci", ".cargo"];

fn files(folder: &Path, wanted: &dyn Fn(&Path) -> bool, found: &mut Vec<PathBuf>) {
    let Ok(listing) = fs::read_dir(folder) else { return };
    for entry in listing {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap_or_default();
        if path.is_dir() {
            if !matches!(name, "target" | "node_modules" | "dist" | "gen" | ".svelte-kit" | "test-results") {
                files(&path, wanted, found);
            }
        } else if wanted(&path) {
            found.push(path);
        }
    }
}

fn under(folder: &str, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&root().join(folder), wanted, &mut found);
    found.sort();
    found
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "rs")
}

/// Product code: not in a tests, examples or benches folder, not a `tests.rs`.
fn is_product(path: &Path) -> bool {
    let inside = path.strip_prefix(root()).unwrap();
    let is_test_folder = |part: std::path::Component| {
        matches!(part.as_os_str().to_str(), Some("tests" | "examples" | "benches"))
    };
    is_rust(path) && !path.ends_with("tests.rs") && !inside.components().any(is_test_folder)
}

/// The text up to its closing `#[cfg(test)] mod …`.
fn without_tests(text: &str) -> &str {
    let mut from = 0;
    while let Some(at) = text[from..].find("\n#[cfg(").map(|at| from + at + 1) {
        let attribute = text[at..].lines().next().unwrap_or_default();
        let next = text[at..].lines().nth(1).unwrap_or_default();
        if attribute.contains("test")
            && next.trim_start_matches("pub ").starts_with("mod ")
            && next.ends_with('{')
        {
            return &text[..at];
        }
        from = at + 1;
    }
    text
}

fn impurities(text: &str, banned: &[&str]) -> Vec<String> {
    let product = without_tests(text);
    let lines = product.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    lines
        .flat_map(|(number, line)| {
            let hits = banned.iter().chain(IMPURE_EVERYWHERE).filter(|word| line.contains(**word));
            hits.map(move |word| format!("{}: {word}", number + 1)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn pure_packages_touch_no_clock_network_or_file() {
    let mut found = Vec::new();
    for (folder, banned) in IMPURE {
        for path in under(folder, &is_product) {
            let hits = impurities(&fs::read_to_string(&path).unwrap(), banned);
            found.extend(hits.into_iter().map(|hit| format!("{}:{hit}", path.display())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn planted_impurities_are_reported() {
    let text = "//! Instant::now is only named here.\nlet t = Instant::now();\n#[cfg(test)]\nmod tests {\n    std::net::x();\n}\n";
    assert_eq!(impurities(text, &["std::fs"]), ["2: Instant::now"]);
    assert_eq!(impurities("use std::fs::File;", &["std::fs"]), ["1: std::fs"]);
}

#[test]
fn product_files_stay_readable() {
    let mut found = Vec::new();
    for folder in ["crates", "xtask", "src-tauri", "tests/src"] {
        for path in under(folder, &is_rust) {
            // tests/src is product code of the demo; the folder's name must not excuse it.
            let counted = folder == "tests/src" || is_product(&path);
            let lines = without_tests(&fs::read_to_string(&path).unwrap()).lines().count();
            if counted && lines > MAX_LINES {
                found.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "over {MAX_LINES} lines:\n{}", found.join("\n"));
}

#[test]
fn each_package_says_what_lives_here() {
    let roots = under("", &|path| {
        path.ends_with("src/lib.rs")
            || (path.ends_with("src/main.rs") && !path.with_file_name("lib.rs").exists())
    });
    assert!(roots.len() >= 8, "{roots:?}");
    let silent: Vec<_> = roots
        .iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.lines().take_while(|line| line.starts_with("//!")).count() < 2
        })
        .collect();
    assert!(silent.is_empty(), "no words at the top of {silent:?}");
}

/// Reading a package for examples takes seconds each, so it is done where there are some. One that nobody runs is none.
#[test]
fn an_example_in_a_comment_is_run() {
    for path in ["crates", "tests"].iter().flat_map(|folder| under(folder, &is_rust)) {
        let Some(package) = path.ancestors().find(|folder| folder.join("Cargo.toml").is_file()) else {
            continue;
        };
        let unread = fs::read_to_string(package.join("Cargo.toml")).unwrap().contains("doctest = false");
        let text = fs::read_to_string(&path).unwrap();
        let example = |line: &str| line.trim_start().starts_with("/// ```") || line.starts_with("//! ```");
        assert!(
            !(unread && text.lines().any(example)),
            "{}: its Cargo.toml has doctest = false",
            path.display()
        );
    }
}

/// The rows of every XForms list stand at `instance('name')/root/item`: a path of XPath, not of a machine. The recorded
/// XPath tests have more of the kind.
const XPATH: &str = "/root/item";
const XPATH_FOLDERS: &[&str] = &["crates/ekitei-forms/tests/openrosa", "crates/ekitei-forms/docs"];

#[test]
fn nothing_names_one_machine_or_a_registry() {
    // Put together here, so that this file does not contain them.
    let traces = [
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
        ["/Us", "ers/"].concat(),
        ["/wo", "rk/main"].concat(),
        ["registry", ".npmjs"].concat(),
        ["static", ".crates.io"].concat(),
        ["pypi", ".org"].concat(),
    ];
    let is_text = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap_or_default();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        name == "run"
            || matches!(
                extension,
                "rs" | "toml"
                    | "md"
                    | "json"
                    | "ts"
                    | "js"
                    | "mjs"
                    | "svelte"
                    | "css"
                    | "html"
                    | "sql"
                    | "sh"
                    | "py"
                    | "kt"
                    | "csv"
            )
    };
    let mut paths: Vec<PathBuf> = TEXTS.iter().flat_map(|folder| under(folder, &is_text)).collect();
    paths.extend(
        ["README.md", "README.ja.md", "CHANGELOG.md", "Cargo.toml", "deny.toml"].map(|n| root().join(n)),
    );
    let mut found = Vec::new();
    paths.retain(|path| !XPATH_FOLDERS.iter().any(|folder| path.starts_with(root().join(folder))));
    for path in paths {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
        for (number, line) in text.lines().enumerate() {
            let line = line.replace(XPATH, "");
            if let Some(trace) = traces.iter().find(|trace| line.contains(trace.as_str())) {
                found.push(format!("{}:{}: {trace}", path.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
