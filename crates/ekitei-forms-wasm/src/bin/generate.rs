//! Builds the engine for browsers and puts it, with its JavaScript and the hash of the sources, into the tree.

#[path = "../../tests/sources.rs"]
mod sources;

use std::path::{Path, PathBuf};
use std::process::Command;

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let build = [
        "build",
        "-p",
        "ekitei-forms-wasm",
        "--lib",
        "--profile",
        "wasm",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let built = Command::new(&cargo)
        .args(build)
        .args(["--message-format", "json-render-diagnostics"])
        .env("CARGO_ENCODED_RUSTFLAGS", nobody_s_paths(&root.canonicalize()?)?)
        .current_dir(&root)
        .output()?;
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).into());
    }
    let wasm = artifact(&String::from_utf8(built.stdout)?).ok_or("the build names no .wasm file")?;
    let target = root.join(sources::GENERATED);
    std::fs::create_dir_all(&target)?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&wasm)
        .out_name("ekitei_forms")
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&target)?;
    std::fs::write(target.join(sources::HASH), sources::hash(&root) + "\n")?;
    Ok(())
}

/// Panics name their source files: without the folders of the machine that has built them, so that the result is the same
/// everywhere.
fn nobody_s_paths(root: &Path) -> Result<String, Failed> {
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::home_dir()?;
        Some(home.join(".cargo"))
    });
    let sources = cargo_home.ok_or("no CARGO_HOME")?.join("registry/src");
    let mut flags = vec![format!("--remap-path-prefix={}=ekitei", root.display())];
    for registry in std::fs::read_dir(&sources)? {
        flags.push(format!("--remap-path-prefix={}=crates", registry?.path().display()));
    }
    Ok(flags.join("\u{1f}"))
}

/// The .wasm among cargo's JSON messages.
fn artifact(messages: &str) -> Option<String> {
    let names = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let files = names.flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default());
    files
        .filter_map(|name| name.as_str().map(str::to_owned))
        .find(|name| name.ends_with("ekitei_forms_wasm.wasm"))
}
