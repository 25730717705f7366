//! The sources that decide what the browser's engine does, and their hash. Used by the generator, too.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

pub const GENERATED: &str = "ui/shared/src/gen/forms";
pub const HASH: &str = "sources.sha256";

/// What goes into the WASM: the engine, its way out, and the rules of the model that it uses.
const SOURCES: [&str; 5] = [
    "crates/ekitei-forms/src",
    "crates/ekitei-forms-wasm/src/lib.rs",
    "crates/ekitei-model/src/fault.rs",
    "crates/ekitei-model/src/fold.rs",
    "crates/ekitei-model/src/time.rs",
];

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_file() {
        found.push(path.to_owned());
        return;
    }
    for entry in std::fs::read_dir(path).expect("the sources are there") {
        files(&entry.expect("a readable folder").path(), found);
    }
}

/// SHA-256 over names and contents, in the order of the names.
pub fn hash(root: &Path) -> String {
    let mut found = Vec::new();
    SOURCES.iter().for_each(|source| files(&root.join(source), &mut found));
    found.sort();
    let mut sha = Sha256::new();
    for file in found {
        let name = file.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
        let content = std::fs::read(&file).expect("a readable source");
        sha.update(format!("{name} {}\n", content.len()));
        sha.update(content);
    }
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_BYTES: u64 = 600 * 1024;

    #[test]
    fn the_browser_s_engine_is_fresh_and_small() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let kept = std::fs::read_to_string(root.join(GENERATED).join(HASH)).unwrap_or_default();
        let command = "cargo run -p ekitei-forms-wasm --features generate --bin generate";
        assert_eq!(kept.trim(), hash(&root), "stale: {command}");
        let wasm = root.join(GENERATED).join("ekitei_forms_bg.wasm");
        let bytes = std::fs::metadata(wasm).expect("the engine is in the tree").len();
        assert!(bytes <= MAX_BYTES, "{bytes} bytes");
    }
}
