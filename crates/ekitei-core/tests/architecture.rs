//! The walk in docs/ARCHITECTURE.md names functions that exist, in the files it says.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[test]
fn the_walk_names_real_functions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("docs/ARCHITECTURE.md")).unwrap();
    let mut named = 0;
    for line in text.lines().filter(|l| l.contains("| `crates/")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (file, functions) = (cells[3].trim_matches('`'), cells[4]);
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        for function in functions.split(", ").map(|f| f.trim_matches('`')) {
            let plain =
                source.contains(&format!("fn {function}(")) || source.contains(&format!("fn {function}<"));
            assert!(plain, "{file} has no function {function}");
            named += 1;
        }
    }
    assert!(named > 25, "the walk is there: {named}");
}
