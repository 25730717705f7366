//! The stages that show what can be shown of the Android app without SDK, NDK and phone.

use crate::cmd::Cmd;
use crate::lint;
use crate::need::Need;
use crate::project::Project;
use crate::stages::Stage;

/// Debian's newer Rust brings the sources from which std is built for Android.
const RUST_WEB: Need = Need::Path {
    path: "/usr/bin/cargo-clippy",
    packages: &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"],
};
const RUST_SOURCES: Need = Need::Path {
    path: "/usr/lib/rustlib/src/rust/library/Cargo.lock",
    packages: &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy"],
};
const CLANG: Need = Need::Program { name: "clang", packages: &["clang", "lld", "llvm"] };
const LLD: Need = Need::Program { name: "ld.lld", packages: &["clang", "lld", "llvm"] };
const JAVAC: Need = Need::Program { name: "javac", packages: &["default-jdk-headless"] };
const MAVEN: Need = Need::Program { name: "mvn", packages: &["maven"] };
const AAPT2: Need = Need::Program { name: "aapt2", packages: &["aapt"] };
const PYTHON: Need = Need::Program { name: "python3", packages: &["python3"] };
/// The generator of `src-tauri/gen/android`.
const TAURI_CLI: &str = "@tauri-apps/cli@2.12.5";

/// What no stage shows, said at the end of every run.
pub const BEYOND: &[&str] = &[
    "no APK is built (SDK and NDK: cargo xtask android)",
    "C code is not compiled for the phone (SQLCipher, OpenSSL, zstd)",
    "no device: camera, key store hardware, job scheduling, Doze, notifications, MDM (docs/DEVICE-SCRIPT.md)",
];

/// The Kotlin of the core's skin, made from its library.
pub fn bindings(project: &Project) -> Vec<Cmd> {
    let library = format!("{}ekitei_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = project.target.join("debug").join(library);
    let make = Cmd {
        program: project.built("generate-bindings").display().to_string(),
        ..Cmd::new(&project.root, "generate-bindings").arg(library.display().to_string())
    };
    vec![Cmd::new(&project.root, "cargo build -p ekitei-ffi --features generate"), make]
}

/// What needs nothing that is built here: the Kotlin half and the Gradle project.
pub fn without_rust(project: &Project) -> Vec<Stage> {
    let at = |line: &str| Cmd::new(&project.root, line);
    let place = |name: &str| project.target.join(name).display().to_string();
    let mut stages = Vec::new();
    if project.has("tests/android/kotlin/check.mjs") {
        let folder = project.root.join("tests/android/kotlin");
        let install = Cmd::new(&folder, "npm ci --no-audit --no-fund");
        let check = Cmd::new(&folder, "node check.mjs");
        stages.push(Stage::new("kotlin", 1, vec![install, check]).needs(JAVAC).needs(MAVEN).needs(AAPT2));
    }
    if project.has("src-tauri/gen/android") {
        let cli = place("tauri-cli");
        let install = at("npm install --no-audit --no-fund --no-save --prefix").arg(&cli).arg(TAURI_CLI);
        let compare = at("sh tests/android/gradle/compare.sh").arg(place("android-init")).arg(cli);
        stages.push(Stage::new("gradle", 1, vec![install, compare]));
    }
    stages
}

/// After `unit`, whose programs it runs, and after `kotlin`, whose compiler it uses. `packages`: as `unit` was built.
pub fn stages(project: &Project, packages: &str) -> Vec<Stage> {
    let at = |line: &str| Cmd::new(&project.root, line);
    let place = |name: &str| project.target.join(name).display().to_string();
    let mut stages = Vec::new();
    if project.has("tests/tests/bindings.rs") {
        // Without `-p`, as in `unit`: nothing is built anew.
        let run = at(&format!("cargo test{packages} --test bindings -- --include-ignored"));
        let run = lint::linted(run).env("EKITEI_BUILT", "1");
        stages.push(Stage::new("bindings", 1, vec![run]).needs(PYTHON).needs(JAVAC).needs(MAVEN));
    }
    if project.has("tests/android/rust/check.sh") {
        let check = at("sh tests/android/rust/check.sh").arg(place("android"));
        let stage = Stage::new("phone", 4, vec![check]);
        stages.push(stage.needs(RUST_WEB).needs(RUST_SOURCES).needs(CLANG).needs(LLD));
    }
    stages
}
