//! Every stage of every command, as data. A new stage is one entry here.
//! The default members need no GTK. Where it is there, `test` builds the desktop shell together with them: by itself it is
//! built with other features, and so is most of what both depend on.

use std::time::Duration;

use crate::cmd::Cmd;
use crate::need::Need;
use crate::project::Project;
use crate::{bench, lint, phone, postgres, ui, units};

pub struct Stage {
    /// What `--only` names.
    pub group: &'static str,
    pub minutes: u64,
    pub needs: Vec<Need>,
    /// Without these a part of the stage is not proven; the rest runs.
    pub wants: Vec<Need>,
    pub work: Vec<Cmd>,
    pub around: Around,
}

/// What must stand around the commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    Nothing,
    /// A folder for what they write, in memory where that is possible.
    Scratch,
    /// A scratch PostgreSQL whose URL is in `EKITEI_TEST_POSTGRES`.
    Postgres,
    /// Afterwards the bundles count as fresh.
    UiBuilt,
    /// Afterwards its table is shown and kept in the document.
    Bench,
}

impl Stage {
    pub fn new(group: &'static str, minutes: u64, work: Vec<Cmd>) -> Self {
        Self { group, minutes, needs: Vec::new(), wants: Vec::new(), work, around: Around::Nothing }
    }

    pub fn needs(mut self, need: Need) -> Self {
        self.needs.push(need);
        self
    }

    pub fn wants(mut self, need: Need) -> Self {
        self.wants.push(need);
        self
    }

    pub fn around(mut self, around: Around) -> Self {
        self.around = around;
        self
    }

    pub fn budget(&self) -> Duration {
        Duration::from_secs(self.minutes * 60)
    }
}

/// Chromium without a window's machinery: the browser tests take a quarter less time in it.
pub const CHROMIUM: Need = Need::Program {
    name: "chromium-headless-shell",
    packages: &["chromium-headless-shell", "fonts-noto-cjk"],
};
const CHROMIUM_PATH: &str = "/usr/bin/chromium-headless-shell";
/// libjpeg-turbo 3 is built from source where the system has only version 2.
pub const CMAKE: Need = Need::Program { name: "cmake", packages: &["cmake"] };
pub const NASM: Need = Need::Program { name: "nasm", packages: &["nasm"] };
/// Shows a section's sheet and the filled one as an office PC prints them.
const SOFFICE: Need =
    Need::Program { name: "soffice", packages: &["libreoffice-calc-nogui", "fonts-noto-cjk"] };
const PDFTOPPM: Need = Need::Program { name: "pdftoppm", packages: &["poppler-utils"] };
const PDFTOTEXT: Need = Need::Program { name: "pdftotext", packages: &["poppler-utils"] };
const POSTGRESQL: Need = Need::File { pattern: postgres::INITDB, packages: &["postgresql"] };
const WEBKIT: Need = Need::Library {
    name: "webkit2gtk-4.1",
    packages: &["libwebkit2gtk-4.1-dev", "librsvg2-dev", "libxdo-dev", "libssl-dev", "pkg-config"],
};
const WEBDRIVER: Need = Need::Program { name: "WebKitWebDriver", packages: &["webkit2gtk-driver"] };
const XVFB: Need = Need::Program {
    name: "xvfb-run",
    packages: &["xvfb", "xauth", "dbus", "dbus-x11", "at-spi2-core", "fonts-noto-cjk"],
};
/// Programs, tests and examples together: by themselves programs are built with fewer features, and then again.
const BUILD: &str = "cargo build --all-targets";
/// By the tests' names and without `-p`: what it depends on is what the stages before it built.
const TURBO: &str = "cargo test --features ekitei-photo/turbo --example derive_turbo \
                     --test derive --test messages --test metadata --test refuse";
const DENY: Need = Need::CargoTool { name: "deny", version: "0.19.9" };

/// `cargo xtask test`, in the order of the run: cheap and telling first. Asked again after the set-up: what has become
/// possible is then built in one go.
pub fn test(project: &Project) -> Vec<Stage> {
    let at = |line: &str| Cmd::new(&project.root, line);
    let whole = WEBKIT.is_there() && project.has("src-tauri/Cargo.toml");
    let packages = if whole { " --workspace" } else { "" };
    let mut stages = vec![Stage::new("fmt", 1, vec![at("cargo fmt --all -- --check")])];
    stages.push(Stage::new("deny", 1, vec![at("cargo deny check licenses bans sources")]).needs(DENY));
    stages.extend(phone::without_rust(project));
    stages.extend(screens(project));
    let linted = |line: &str| lint::linted(at(&format!("{line}{packages}")));
    stages.push(Stage::new("build", 11, vec![linted(BUILD)]));
    let programs = lint::linted(units::command(project, whole)).env("EKITEI_BUILT", "1");
    let unit = Stage::new("unit", 5, vec![programs, linted("cargo test --doc")]);
    stages.push(unit.around(Around::Scratch));
    if project.has("crates/ekitei-photo/src/codec/turbo.rs") {
        stages.push(Stage::new("photo", 1, vec![linted(TURBO)]).needs(CMAKE).needs(NASM));
    }
    stages.push(
        // By the tests' name and without `-p`: the same packages as in `unit`, so nothing is built anew.
        Stage::new("postgres", 1, vec![linted("cargo test --test postgres").env("EKITEI_BUILT", "1")])
            .needs(POSTGRESQL)
            .around(Around::Postgres),
    );
    if project.has("crates/ekitei-report/tests/office.rs") {
        stages.push(
            Stage::new(
                "office",
                1,
                vec![
                    linted("cargo test --test office")
                        .env("EKITEI_BUILT", "1")
                        .env("EKITEI_TEST_OFFICE", "1"),
                ],
            )
            .needs(SOFFICE)
            .needs(PDFTOPPM)
            .needs(PDFTOTEXT),
        );
    }
    if project.has_npm_script("ui", "e2e") {
        let run = Cmd::new(&project.root.join("ui"), "npm run e2e").env("EKITEI_CHROMIUM", CHROMIUM_PATH);
        stages.push(Stage::new("browser", 8, vec![run]).needs(CHROMIUM).around(Around::Scratch));
    }
    if project.has_npm_script("ui", "tus") {
        stages.push(tus(project));
    }
    stages.extend(window(project, whole.then(|| linted(BUILD))));
    stages.extend(phone::stages(project, packages));
    stages
}

/// The office's uploads, spoken by public clients: tus-js-client comes with the screens' packages, tuspy into an
/// environment of its own.
fn tus(project: &Project) -> Stage {
    let folder = project.target.join("tus-python");
    let python = folder.join("bin/python").display().to_string();
    let make = Cmd::new(&project.root, "python3 -m venv").arg(folder.display().to_string());
    let fill =
        Cmd { program: python.clone(), ..Cmd::new(&project.root, "python -m pip install -q tuspy==1.1.0") };
    let run = Cmd::new(&project.root.join("ui"), "npm run tus").env("EKITEI_PYTHON", python);
    Stage::new("tus", 1, vec![make, fill, run])
        .needs(Need::Program { name: "python3", packages: &["python3", "python3-venv"] })
}

/// `cargo xtask check`.
pub fn check(project: &Project) -> Vec<Stage> {
    let at = |line: &str| vec![Cmd::new(&project.root, line)];
    vec![
        Stage::new("fmt", 1, at("cargo fmt --all -- --check")),
        Stage::new("clippy", 5, at("cargo clippy --all-targets -- -D warnings")),
    ]
}

/// `cargo xtask gen`: what is kept in the tree but made from other files. Tests fail when one of them is stale.
pub fn generate(project: &Project) -> Vec<Stage> {
    let made = [
        "cargo run -p ekitei-core --example export_ts",
        "cargo run -p ekitei-server --example export_openapi",
        "cargo run -p ekitei-forms --example export_forms_ts",
        "cargo run -p ekitei-forms-wasm --features generate --bin generate",
    ];
    let mut work: Vec<Cmd> = made.iter().map(|line| Cmd::new(&project.root, line)).collect();
    if project.has("crates/ekitei-ffi/src/bin/generate.rs") {
        work.extend(phone::bindings(project));
    }
    if project.has_npm_script("ui", "gen") {
        work.extend(ui::install(project));
        work.push(Cmd::new(&project.root.join("ui"), "npm run gen"));
    }
    let mut stages = vec![Stage::new("gen", 20, work)];
    stages.extend(pictures(project));
    stages
}

/// What people see in the documents: taken from the demonstration and from the counted storyboards, in a real browser.
fn pictures(project: &Project) -> Vec<Stage> {
    let scripts: Vec<_> =
        ["shots", "storyboards"].into_iter().filter(|script| project.has_npm_script("ui", script)).collect();
    if scripts.is_empty() {
        return Vec::new();
    }
    let ui = project.root.join("ui");
    let programs = Cmd::new(&project.root, "cargo build --bins");
    let bundles = ui::build(project);
    let mut stages = vec![Stage::new("programs", 20, std::iter::once(programs).chain(bundles).collect())];
    if stages[0].work.len() > 1 {
        stages[0].around = Around::UiBuilt;
    }
    for script in scripts {
        let run = Cmd::new(&ui, &format!("npm run {script}")).env("EKITEI_CHROMIUM", CHROMIUM_PATH);
        stages.push(Stage::new(script, 10, vec![run]).needs(CHROMIUM));
    }
    stages
}

/// `cargo xtask bench`.
pub fn bench(project: &Project) -> Vec<Stage> {
    bench::stages(project)
}

/// `cargo xtask prove`: what `test` does in small, with the full number of seeds and kills.
pub fn prove(project: &Project) -> Vec<Stage> {
    let or = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let work = Cmd::new(&project.root, "cargo test -p ekitei-tests --no-fail-fast -- --nocapture")
        .env("EKITEI_SIM_SEEDS", or("EKITEI_SIM_SEEDS", "20000"))
        .env("EKITEI_SIM_ROOMS_SEEDS", or("EKITEI_SIM_ROOMS_SEEDS", "4000"))
        .env("EKITEI_SIM_ANSWERS", or("EKITEI_SIM_ANSWERS", "20000"))
        .env("EKITEI_KILL_ROUNDS", or("EKITEI_KILL_ROUNDS", "2000"));
    vec![Stage::new("prove", 12 * 60, vec![Cmd::new(&project.root, "cargo build --bins"), work])]
}

/// `cargo xtask desktop`: the window alone, with the bundles that it shows.
pub fn desktop(project: &Project) -> Vec<Stage> {
    let mut bundles = ui::install(project);
    bundles.extend(ui::build(project));
    let mut stages = Vec::new();
    if !bundles.is_empty() {
        stages.push(Stage::new("ui", 3, bundles).around(Around::UiBuilt));
    }
    // A first build of all that the window needs.
    stages.extend(window(project, None).map(|stage| Stage { minutes: 20, ..stage }));
    stages
}

/// The desktop shell; the only Rust package that needs GTK. `together`: what builds it with all others, its tests among
/// theirs.
fn window(project: &Project, together: Option<Cmd>) -> Option<Stage> {
    if !project.has("src-tauri/Cargo.toml") {
        return None;
    }
    let at = |line: &str| Cmd::new(&project.root, line);
    let alone = || vec![at("cargo build -p ekitei-app"), at("cargo test -p ekitei-app --lib")];
    let mut work = together.map_or_else(alone, |build| vec![build]);
    if cfg!(target_os = "linux") && project.has("tests/android/rust/doors.sh") {
        let library = project.built("libekitei_app.so").display().to_string();
        work.push(at("sh tests/android/rust/doors.sh").arg(library));
    }
    if project.has_npm_script("ui", "desktop") {
        let drive = "xvfb-run -a dbus-run-session -- npm run desktop";
        work.push(Cmd::new(&project.root.join("ui"), drive));
    }
    Some(Stage::new("desktop", 1, work).needs(WEBKIT).needs(WEBDRIVER).needs(XVFB))
}

/// Packages, types, unit tests and bundles of the screens. Before the Rust stages, because the server serves the bundles.
fn screens(project: &Project) -> Option<Stage> {
    if !project.has("ui/package-lock.json") {
        return None;
    }
    let folder = project.root.join("ui");
    let mut work = ui::install(project);
    for script in ["check", "test", "build"] {
        if project.has_npm_script("ui", script) {
            work.push(Cmd::new(&folder, &format!("npm run {script}")));
        }
    }
    Some(Stage::new("ui", 2, work).around(Around::UiBuilt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budgets_of_test_fit_into_45_minutes() {
        let project = Project::find();
        let stages = test(&project);
        let minutes: u64 = stages.iter().map(|stage| stage.minutes).sum();
        assert!(
            minutes + crate::test::SETUP_MINUTES <= 45,
            "{minutes} and {} for set-up",
            crate::test::SETUP_MINUTES
        );
        for (i, stage) in stages.iter().enumerate() {
            assert!(!stage.work.is_empty(), "{}", stage.group);
            assert!(stages[..i].iter().all(|earlier| earlier.group != stage.group), "{} twice", stage.group);
        }
    }
}
