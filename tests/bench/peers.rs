//! Starting the programs that Ekitei is compared with, and its own examples.

use ekitei_tests::programs::{must, root, said};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub fn folder() -> PathBuf {
    root().join("tests/bench/peers")
}

/// A node program of the peers' folder.
pub fn node(script: &str, args: &[&str]) -> Command {
    let mut command = Command::new("node");
    command.arg(folder().join(script)).args(args);
    command
}

/// The version that is installed there.
pub fn npm_version(package: &str) -> String {
    version_in(&folder().join("node_modules"), package)
}

/// The version in a folder of packages.
pub fn version_in(modules: &Path, package: &str) -> String {
    let file = modules.join(package).join("package.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let package: Value = serde_json::from_str(&text).expect("a package file is JSON");
    package["version"].as_str().unwrap_or_default().to_owned()
}

/// The environment that `cargo xtask bench` made for the peers' Python packages.
pub fn python() -> PathBuf {
    std::env::var_os("EKITEI_PYTHON").map_or_else(|| "python3".into(), PathBuf::from)
}

/// An example of another package, built in release.
///
/// # Panics
/// When it is not built.
pub fn example(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("a running program has a path");
    let file = format!("examples/{name}{}", std::env::consts::EXE_SUFFIX);
    let mut found = here.ancestors().skip(1).take(2).map(|folder| folder.join(&file)).filter(|f| f.is_file());
    found.next().unwrap_or_else(|| panic!("the example {name} is not built"))
}

/// The JSON that a program prints as its last line.
pub fn json(command: &mut Command) -> Value {
    let text = said(&must(command));
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|e| panic!("{command:?}: {e}\n{text}"))
}

pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let value = work();
    (value, ms(began.elapsed()))
}

pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A server of the peers; killed when dropped.
pub struct Server {
    child: Child,
    pub addr: std::net::SocketAddr,
}

impl Server {
    /// Waits until it says where it listens.
    pub fn start(script: &str, data: &Path) -> Server {
        let mut command = node(script, &[data.to_str().expect("the path is text")]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let stdout = child.stdout.take().expect("the output is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let addr = lines
            .find_map(|line| line.strip_prefix("listening http://")?.parse().ok())
            .unwrap_or_else(|| panic!("{command:?} did not come up"));
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, addr }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
