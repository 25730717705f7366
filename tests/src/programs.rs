//! The programs of the house as this workspace's build made them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Once;

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A program of this workspace, beside the running test or tool. Both are built once a run, unless `EKITEI_BUILT` says
/// that they are fresh.
///
/// # Panics
/// When they do not build.
pub fn program(name: &str) -> PathBuf {
    static BUILD: Once = Once::new();
    BUILD.call_once(|| {
        if std::env::var_os("EKITEI_BUILT").is_none() {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let mut build = Command::new(cargo);
            // Of the test's own package; build scripts of others would run again for it.
            let ours = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
            for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(ours)) {
                build.env_remove(name);
            }
            must(build.current_dir(root()).args([
                "build",
                "-q",
                "-p",
                "ekitei-server",
                "-p",
                "ekitei-field",
            ]));
        }
    });
    let here = std::env::current_exe().expect("a running program has a path");
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    // target/debug/name, or target/debug/deps/name for a test.
    let folders = here.ancestors().skip(1).take(2);
    let mut found = folders.map(|f| f.join(&file)).filter(|p| p.is_file());
    found.next().unwrap_or_else(|| panic!("{name} is not built beside {}", here.display()))
}

/// Runs it to its end; it must succeed.
///
/// # Panics
/// When it does not, with what it said.
pub fn must(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        said(&output),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Standard output without the last line feed.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
