//! Clippy as the compiler of our own crates, and every warning an error: what is linted is what the tests run. `cargo
//! clippy` beside `cargo test` compiles everything twice, which on a new machine with two cores takes ten minutes more.

use crate::cmd::Cmd;
use std::path::PathBuf;
use std::process::Command;

/// Between the arguments in Clippy's variable.
const SEPARATOR: &str = "__CLIPPY_HACKERY__";

pub fn linted(cmd: Cmd) -> Cmd {
    match driver() {
        Some(driver) => cmd
            .env("RUSTC_WORKSPACE_WRAPPER", driver.display().to_string())
            .env("CLIPPY_ARGS", format!("-Dwarnings{SEPARATOR}")),
        // The build says that it is missing.
        None => cmd.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"),
    }
}

/// Of the toolchain in use: the one in PATH may be a stranger's.
fn driver() -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let out = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    let found = PathBuf::from(String::from_utf8(out.stdout).ok()?.trim()).join("bin/clippy-driver");
    found.is_file().then_some(found)
}
