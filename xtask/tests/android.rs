//! `cargo xtask android` on a machine without an SDK ends with what is missing, in plain words, and builds nothing.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn without_an_sdk_it_says_what_is_missing_and_how_to_get_it() {
    let empty = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["android", "--check"])
        // An SDK that is there, and empty: the same on every machine.
        .env("ANDROID_HOME", empty.path())
        .env("NDK_HOME", empty.path())
        .env_remove("ANDROID_SDK_ROOT")
        .env_remove("ANDROID_NDK_HOME")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    for words in
        ["an APK cannot be built here yet", "the Android NDK", "sdkmanager 'ndk;", "platforms;android-37"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(said.lines().all(|line| line.len() < 400), "{said}");
}

#[test]
fn a_release_without_its_key_is_refused_before_anything_runs() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["android", "--release"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("--keystore FILE"), "{said}");
}
