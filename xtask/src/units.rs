//! The test programs of all packages, several side by side. `cargo test` runs one after the other, and many of ours wait
//! for a line, a server or a disk: on two cores they leave more than half of the machine idle.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cmd::{Cmd, without_package};
use crate::project::Project;
use crate::runner::minutes;

/// One that calculates and two that wait: on two cores more would not end sooner.
const SIDE_BY_SIDE: usize = 3;
/// These take longest, so they begin first, in this order.
const LONGEST: [(&str, Manner); 10] = [
    ("line_check", Manner::Alone),
    ("sim", Manner::Yields),
    ("cuts", Manner::Beside),
    ("demo", Manner::Beside),
    ("inspection", Manner::Beside),
    ("calls", Manner::Beside),
    ("restore", Manner::Beside),
    ("kills", Manner::Beside),
    ("chat_kills", Manner::Beside),
    ("inspection_kills", Manner::Beside),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// With nothing beside it: it measures a line, and a busy machine looks like a lossy one.
    Alone,
    /// It only calculates. A test that waits for an answer must not wait for it.
    Yields,
    Beside,
}

/// A program full of tests, as cargo built it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Program {
    name: String,
    /// Where its tests expect to be.
    package: PathBuf,
    file: PathBuf,
}

impl Program {
    fn place(&self) -> usize {
        LONGEST.iter().position(|(name, _)| *name == self.name).unwrap_or(LONGEST.len())
    }

    fn manner(&self) -> Manner {
        LONGEST.get(self.place()).map_or(Manner::Beside, |(_, manner)| *manner)
    }

    fn command(&self) -> Command {
        let mut command = if self.manner() == Manner::Yields && cfg!(unix) {
            let mut nice = Command::new("nice");
            nice.args(["-n", "10"]).arg(&self.file);
            nice
        } else {
            Command::new(&self.file)
        };
        command.current_dir(&self.package).stdin(Stdio::null());
        without_package(&mut command);
        command
    }
}

/// As a stage's command: in a process of its own, so that the stage can end it with all it started. `whole`: of packages
/// that are not default members, too.
pub fn command(project: &Project, whole: bool) -> Cmd {
    let line = if whole { "xtask units --workspace" } else { "xtask units" };
    Cmd { program: project.built("xtask").display().to_string(), ..Cmd::new(&project.root, line) }
}

/// `xtask units`: builds what is not built, then runs it. `packages`: which, in cargo's words.
pub fn run(project: &Project, packages: &[String]) -> Result<(), String> {
    let programs = build(project, packages)?;
    let folder = project.logs().join("units");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let (alone, beside) = programs.into_iter().partition(|program| program.manner() == Manner::Alone);
    let out = Mutex::new(io::stdout());
    let failed =
        [side_by_side(1, alone, &folder, &out), side_by_side(SIDE_BY_SIDE, beside, &folder, &out)].concat();
    if failed.is_empty() { Ok(()) } else { Err(format!("error: tests failed in {}", failed.join(", "))) }
}

fn build(project: &Project, packages: &[String]) -> Result<Vec<Program>, String> {
    let mut command = Command::new("cargo");
    command
        .args(["test", "--no-run", "--message-format=json-render-diagnostics"])
        .args(packages)
        .current_dir(&project.root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    without_package(&mut command);
    let output = command.output().map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("error: cargo test --no-run: {}", output.status));
    }
    let programs = programs(&String::from_utf8_lossy(&output.stdout));
    if programs.is_empty() { Err("error: cargo built no test program".to_owned()) } else { Ok(programs) }
}

/// What cargo says it built, the longest first.
fn programs(messages: &str) -> Vec<Program> {
    let mut all: Vec<Program> = messages.lines().filter_map(program).collect();
    all.sort_by_key(Program::place);
    all
}

fn program(message: &str) -> Option<Program> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_test =
        message["reason"] == "compiler-artifact" && message["profile"]["test"].as_bool() == Some(true);
    let file = message["executable"].as_str().filter(|_| is_test)?;
    Some(Program {
        name: message["target"]["name"].as_str()?.to_owned(),
        package: Path::new(message["manifest_path"].as_str()?).parent()?.to_owned(),
        file: file.into(),
    })
}

/// Runs all of them, `at_once` at a time; the names of those that failed.
fn side_by_side(
    at_once: usize,
    programs: Vec<Program>,
    folder: &Path,
    out: &Mutex<impl io::Write + Send>,
) -> Vec<String> {
    let waiting = Mutex::new(programs.into_iter().enumerate());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((i, program)) = next(&waiting) {
                    let began = Instant::now();
                    let log = folder.join(format!("{at_once}-{i}-{}.log", program.name));
                    // Who hangs is who began and never ran.
                    let _ =
                        writeln!(held(out), "       Begin {}, its words in {}", program.name, log.display());
                    let ended = one(&program, &log);
                    if !show(&program, &log, &ended, began.elapsed(), &mut *held(out)) {
                        held(&failed).push(program.name);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn next<T>(waiting: &Mutex<impl Iterator<Item = T>>) -> Option<T> {
    held(waiting).next()
}

fn held<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Into a file and not a pipe: what a test leaves running would keep a pipe open.
fn one(program: &Program, log: &Path) -> io::Result<ExitStatus> {
    let out = File::create(log)?;
    let mut command = program.command();
    command.stderr(out.try_clone()?).stdout(out);
    command.status()
}

/// A program's words all at once, so that those of two never mix. Whether all its tests passed.
fn show(
    program: &Program,
    log: &Path,
    ended: &io::Result<ExitStatus>,
    took: Duration,
    out: &mut impl io::Write,
) -> bool {
    let words = fs::read(log).unwrap_or_default();
    let _ =
        writeln!(out, "     Running {} in {} ({})", program.name, program.package.display(), minutes(took));
    let _ = out.write_all(&words);
    match ended {
        Ok(status) if status.success() => true,
        Ok(status) => {
            let _ = writeln!(out, "error: {}: {status}", program.name);
            false
        }
        Err(error) => {
            let _ = writeln!(out, "error: cannot run {}: {error}", program.file.display());
            false
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn artifact(name: &str, test: bool) -> String {
        let executable = test.then(|| format!("/t/{name}"));
        json!({
            "reason": "compiler-artifact",
            "manifest_path": "/p/Cargo.toml",
            "target": { "name": name },
            "profile": { "test": test },
            "executable": executable,
        })
        .to_string()
    }

    #[test]
    fn takes_tests_from_what_cargo_says_and_the_longest_first() {
        let said = [
            artifact("seal", true),
            artifact("library", false),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
            "not JSON".to_owned(),
            artifact("demo", true),
            artifact("sim", true),
            artifact("line_check", true),
        ];
        let found = programs(&said.join("\n"));
        let names: Vec<&str> = found.iter().map(|program| program.name.as_str()).collect();
        assert_eq!(names, ["line_check", "sim", "demo", "seal"]);
        let manners: Vec<Manner> = found.iter().map(Program::manner).collect();
        assert_eq!(manners, [Manner::Alone, Manner::Yields, Manner::Beside, Manner::Beside]);
        assert_eq!(found[3], program(&artifact("seal", true)).unwrap());
        assert_eq!(found[3].package, Path::new("/p"));
    }

    #[test]
    fn all_run_and_every_failure_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let script = |name: &str, text: &str| {
            let file = folder.path().join(name);
            // Written by a process of its own: a file that is open for writing anywhere cannot be run.
            let write = format!("printf '#!/bin/sh\\n%s\\n' '{text}' > \"$1\" && chmod 755 \"$1\"");
            assert!(Command::new("sh").args(["-c", &write, "sh"]).arg(&file).status().unwrap().success());
            Program { name: name.to_owned(), package: folder.path().to_owned(), file }
        };
        let mut all = vec![script("sim", "pwd > where"), script("bad", "echo out; echo err >&2; exit 101")];
        all.push(Program { file: folder.path().join("missing"), ..all[0].clone() });
        all.extend((0..9).map(|i| script(&format!("good{i}"), &format!("touch ran{i}"))));
        let out = Mutex::new(Vec::new());
        let mut failed = side_by_side(3, all, folder.path(), &out);
        failed.sort();
        assert_eq!(failed, ["bad", "sim"]);
        assert!((0..9).all(|i| folder.path().join(format!("ran{i}")).exists()));
        let here = fs::read_to_string(folder.path().join("where")).unwrap();
        assert_eq!(Path::new(here.trim()), folder.path().canonicalize().unwrap());
        let said = String::from_utf8(out.into_inner().unwrap()).unwrap();
        assert!(said.contains("out\nerr\nerror: bad: exit status: 101\n"), "{said}");
    }
}
