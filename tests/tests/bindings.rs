//! The Kotlin that the phone compiles is made from the library as it is now; and the bindings run against it, with a real
//! office (Python: `cargo xtask test --only bindings`).
#![allow(clippy::unwrap_used)]

#[path = "../../crates/ekitei-ffi/src/generate.rs"]
mod generate;

use ekitei_seal::{DeviceKeystore, FileKeystore};
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::programs::root;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use uniffi_bindgen::bindings::TargetLanguage;

/// The library of ekitei-ffi, which lies beside this test.
fn library() -> PathBuf {
    // Linked by nobody here, but built because this package names it.
    let _ = ekitei_ffi::core_version;
    let folder = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let name = format!("{}ekitei_ffi{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let path = folder.join(name);
    assert!(path.exists(), "{} is not built", path.display());
    path
}

fn make(language: TargetLanguage, into: &std::path::Path) {
    let ffi = root().join("crates/ekitei-ffi");
    let made = generate::generate(
        ffi.to_str().unwrap(),
        language,
        library().to_str().unwrap(),
        into.to_str().unwrap(),
    );
    made.unwrap();
}

/// What is wrong with the Kotlin that lies at `kept`, beside what the library makes.
fn stale(kept: &Path, made: &str) -> Option<String> {
    let same = std::fs::read_to_string(kept).is_ok_and(|kept| kept == made);
    (!same).then(|| format!("{} is stale: cargo xtask gen", kept.display()))
}

#[test]
fn the_kotlin_of_the_phone_is_made_from_this_library() {
    let folder = tempfile::tempdir().unwrap();
    make(TargetLanguage::Kotlin, folder.path());
    let made = std::fs::read_to_string(folder.path().join("jp/ekitei/core/ekitei.kt")).unwrap();
    let kept = root().join("android/src/main/java/jp/ekitei/core/ekitei.kt");
    assert_eq!(stale(&kept, &made), None);

    // The check sees: a function that the library does not have, and a file that is not there.
    let planted = folder.path().join("planted.kt");
    assert!(made.contains("fun `syncOnce`("));
    std::fs::write(&planted, made.replacen("fun `syncOnce`(", "fun `syncTwice`(", 1)).unwrap();
    assert!(stale(&planted, &made).is_some_and(|said| said.ends_with("is stale: cargo xtask gen")));
    assert!(stale(&folder.path().join("missing.kt"), &made).is_some());
}

/// A locked phone with something to send, and the office that waits for it.
struct World {
    folder: tempfile::TempDir,
    phone: Phone,
    _office: Office,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let office = Office::start(folder.path());
        let phone = Phone::enrolled(&folder.path().join("phones/s001"), &office.url(), &office.code("s001"));
        phone.note("R8-砂利-014", "sent by the background");
        phone.must(&["lock"]);
        Self { folder, phone, _office: office }
    }

    /// `purpose=hex`: the development key in place of Android's.
    fn key(&self) -> String {
        let keystore = FileKeystore::open(&self.phone.home.join("device.key")).unwrap();
        let mut argument = String::from("queue.db=");
        for byte in keystore.device_key("queue.db").unwrap().expose() {
            write!(argument, "{byte:02x}").unwrap();
        }
        argument
    }

    /// Runs the driver; the office must have the note afterwards.
    fn driven_by(&self, driver: &mut Command) {
        let output = driver.arg(&self.phone.home).arg(self.key()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("checks"), "{said}");
        self.phone.must(&["unlock"]);
        self.phone.sync_until("the note is filed", |p| p.list("notes")[0]["progress"] == "filed");
    }
}

#[test]
#[ignore = "needs python3: cargo xtask test --only bindings"]
fn python_drives_the_background_against_a_real_office() {
    let world = World::new();
    let bindings = world.folder.path().join("bindings");
    make(TargetLanguage::Python, &bindings);
    std::fs::copy(library(), bindings.join(library().file_name().unwrap())).unwrap();
    let script = root().join("tests/android/bindings/background.py");
    world.driven_by(Command::new("python3").arg(script).arg(&bindings));
}

#[test]
#[ignore = "needs a JDK and the Kotlin compiler: cargo xtask test --only kotlin,bindings"]
fn kotlin_drives_the_background_against_a_real_office() {
    let world = World::new();
    let script = root().join("tests/android/kotlin/drive.mjs");
    world.driven_by(Command::new("node").arg(script).arg(library()));
}
