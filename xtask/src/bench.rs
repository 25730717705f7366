//! `cargo xtask bench`: what each part needs, how it is built and started, and where its table goes.
//! What is measured, and how, is in tests/bench.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cmd::Cmd;
use crate::need::Need;
use crate::project::Project;
use crate::stages::{Around, CHROMIUM, CMAKE, NASM, Stage};
use crate::ui;

const DOCUMENT: &str = "docs/PERFORMANCE.md";
const PEERS: &str = "tests/bench/peers";

const PYTHON: Need = Need::Program { name: "python3", packages: &["python3", "python3-venv"] };
/// Binds a process to one processor.
const TASKSET: Need = Need::Program { name: "taskset", packages: &["util-linux"] };
/// The server that messages are compared with.
const PROSODY: Need = Need::Program { name: "prosody", packages: &["prosody"] };
const VIPS: Need = Need::Program { name: "vipsthumbnail", packages: &["libvips-tools"] };

/// Each has minutes for a first build in release (13 on two cores), because any may be asked for alone.
pub fn stages(project: &Project) -> Vec<Stage> {
    let at = |line: &str| Cmd::new(&project.root, line);
    let programs = || at("cargo build --release -p ekitei-server -p ekitei-field");
    let part = |name: &'static str, minutes, mut work: Vec<Cmd>, features: &str| {
        work.push(measure(project, name, features));
        Stage::new(name, minutes, work).around(Around::Bench)
    };
    let python = venv(project).join("bin/python").display().to_string();

    let mut sync = npm(project);
    sync.push(programs());
    let mut photo = pip(project);
    photo.push(at("cargo build --release -p ekitei-photo --example derive"));
    photo.push(at("cargo build --release -p ekitei-photo --features turbo --example derive_turbo"));
    let mut photo = part("photo", 25, photo, "");
    for command in &mut photo.work {
        command.env.push(("EKITEI_PYTHON".into(), python.clone()));
    }
    let mut report = pip(project);
    report.push(at("cargo build --release -p ekitei-report --example bench"));
    let mut report = part("report", 20, report, "");
    for command in &mut report.work {
        command.env.push(("EKITEI_PYTHON".into(), python.clone()));
    }
    vec![
        part("sync", 40, sync, ""),
        photo.needs(PYTHON).needs(TASKSET).needs(CMAKE).needs(NASM).wants(VIPS),
        // First the default build, then the one that has both codecs to show.
        part("shutter", 30, vec![programs(), measure(project, "shutter", "")], "turbo")
            .needs(CMAKE)
            .needs(NASM),
        part("search", 30, vec![at("cargo build --release -p ekitei-store --example search_bench")], ""),
        part("line", 30, vec![programs()], ""),
        part("forms", 30, forms(project), "").wants(CHROMIUM),
        report.needs(PYTHON),
        part("chat", 40, vec![programs()], "").needs(PROSODY),
    ]
}

fn measure(project: &Project, name: &str, features: &str) -> Cmd {
    let mut cmd = Cmd::new(&project.root, "cargo bench -p ekitei-tests --bench bench");
    if !features.is_empty() {
        cmd = cmd.arg("--features").arg(features);
    }
    // The programs were built by the step before.
    cmd.arg("--").arg(name).arg("--out").arg(folder(project).display().to_string()).env("EKITEI_BUILT", "1")
}

/// Results, drawn photographs and the peers' Python packages.
fn folder(project: &Project) -> PathBuf {
    project.target.join("bench")
}

fn venv(project: &Project) -> PathBuf {
    folder(project).join("python")
}

fn pip(project: &Project) -> Vec<Cmd> {
    let folder = venv(project);
    let make = Cmd::new(&project.root, "python3 -m venv").arg(folder.display().to_string());
    let fill = Cmd::new(&project.root, &format!("python -m pip install -q -r {PEERS}/requirements.txt"));
    vec![make, Cmd { program: folder.join("bin/python").display().to_string(), ..fill }]
}

/// The engine that forms are compared with, in a folder of its own beside the results.
fn forms(project: &Project) -> Vec<Cmd> {
    let from = project.root.join(PEERS).join("forms");
    let to = folder(project).join("forms-peer");
    let mut work = vec![Cmd::new(&project.root, "mkdir -p").arg(to.display().to_string())];
    let mut copy = Cmd::new(&from, "cp");
    for file in ["package.json", "package-lock.json", ".npmrc", "measure.mjs"] {
        copy = copy.arg(file);
    }
    work.push(copy.arg(to.display().to_string()));
    let read = |file: &Path| fs::read(file).ok();
    let installed = "node_modules/.ekitei-package-lock.json";
    if read(&from.join("package-lock.json")) != read(&to.join(installed)) {
        work.push(Cmd::new(&to, "npm ci --no-audit --no-fund"));
        work.push(Cmd::new(&to, "cp package-lock.json").arg(installed));
    }
    work.push(Cmd::new(&project.root, "cargo build --release -p ekitei-forms --example forms_bench"));
    // For the form on a slowed-down phone.
    work.extend(ui::install(project));
    work.extend(ui::build(project));
    work.push(Cmd::new(&project.root, "cargo build --release -p ekitei-server -p ekitei-field"));
    work
}

/// `npm ci`, unless exactly this lockfile is installed.
fn npm(project: &Project) -> Vec<Cmd> {
    let peers = project.root.join(PEERS);
    let read = |file: &str| fs::read(peers.join(file)).ok();
    let installed = "node_modules/.ekitei-package-lock.json";
    if read("package-lock.json").is_some() && read("package-lock.json") == read(installed) {
        return Vec::new();
    }
    vec![
        Cmd::new(&peers, "npm ci --no-audit --no-fund"),
        Cmd::new(&peers, "cp package-lock.json").arg(installed),
    ]
}

/// Prints the table that the part wrote, and puts it into the document.
pub fn publish(project: &Project, part: &str) -> Result<(), String> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|e| format!("read {}: {e}", path.display()));
    let section = read(&folder(project).join(format!("{part}.md")))?;
    println!("\n{section}");
    let document = project.root.join(DOCUMENT);
    let text = spliced(&read(&document)?, part, &section)
        .ok_or_else(|| format!("{DOCUMENT} has no place for '{part}'"))?;
    fs::write(&document, text).map_err(|e| format!("write {}: {e}", document.display()))
}

/// `section` between the two marks of `part`.
fn spliced(document: &str, part: &str, section: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- bench {part} -->\n"), format!("<!-- end of {part} -->"));
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{}\n{end}{after}", section.trim_end()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_part_changes_its_own_place_only() {
        let document = "A\n<!-- bench sync -->\nold\n<!-- end of sync -->\nB\n<!-- bench line -->\nkept\n<!-- end of line -->\n";
        let text = spliced(document, "sync", "new\n").unwrap();
        assert_eq!(text, document.replace("old", "new"));
        assert_eq!(spliced(&text, "sync", "new\n").unwrap(), text);
        assert_eq!(spliced(document, "photo", "new"), None);
    }

    #[test]
    fn the_document_has_a_place_for_every_part() {
        let project = Project::find();
        let document = fs::read_to_string(project.root.join(DOCUMENT)).unwrap();
        for stage in stages(&project) {
            assert!(spliced(&document, stage.group, "x").is_some(), "{}", stage.group);
        }
    }
}
