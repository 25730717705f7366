//! What is missing for an APK, in plain words, each with how to get it.

use std::fmt::Write as _;

use super::look::{COMPILE_SDK, Surroundings};
use super::{Options, PASSWORD};
use crate::version::Version;

/// Known to work; newer ones do, too.
const NDK: &str = "28.2.13676358";
const BUILD_TOOLS: &str = "37.0.0";
const TAURI: &str = "2.12.4";
const LEAST_JAVA: Version = Version(17, 0, 0);
const LEAST_NDK: Version = Version(27, 0, 0);

#[derive(Debug, PartialEq, Eq)]
pub struct Missing {
    pub what: String,
    pub cure: String,
}

/// In the order in which a person gets them.
pub fn missing(found: &Surroundings, options: &Options) -> Vec<Missing> {
    let mut list = Vec::new();
    let mut add = |what: &str, cure: String| list.push(Missing { what: what.to_owned(), cure });
    let sdkmanager = |package: &str| format!("sdkmanager '{package}'");
    match found.java {
        None => add("a JDK (version 17 or newer)", "sudo apt-get install openjdk-17-jdk-headless".into()),
        Some(version) if version < LEAST_JAVA => {
            add(
                &format!("a newer JDK (found {version}, needed 17)"),
                "install openjdk-17-jdk-headless, or point JAVA_HOME at a newer one".into(),
            );
        }
        Some(_) => {}
    }
    if found.sdk.is_none() {
        add(
            "the Android SDK",
            "unpack the 'command line tools' of https://developer.android.com/studio into DIR/cmdline-tools/latest, \
             set ANDROID_HOME=DIR, accept its licences: DIR/cmdline-tools/latest/bin/sdkmanager --licenses"
                .into(),
        );
    }
    if !found.has_platform {
        add(
            &format!("the platform of Android API {COMPILE_SDK}"),
            sdkmanager(&format!("platforms;android-{COMPILE_SDK}")),
        );
    }
    if !found.has_build_tools {
        add("the SDK's build tools", sdkmanager(&format!("build-tools;{BUILD_TOOLS}")));
    }
    match found.ndk_version {
        None => add(
            "the Android NDK",
            format!("{} (found by itself in the SDK, or set NDK_HOME)", sdkmanager(&format!("ndk;{NDK}"))),
        ),
        Some(version) if version < LEAST_NDK => {
            add(&format!("a newer NDK (found {version}, needed 27)"), sdkmanager(&format!("ndk;{NDK}")));
        }
        Some(_) => {}
    }
    if !found.has_rust_target {
        add("Rust for Android phones", "rustup target add aarch64-linux-android".into());
    }
    match found.tauri {
        Some(Version(2, ..)) => {}
        _ => add(
            "Tauri's command line (version 2)",
            format!("cargo install tauri-cli --locked --version {TAURI}"),
        ),
    }
    if !found.has_project {
        add("the Android project (src-tauri/gen/android)", "git checkout -- src-tauri/gen/android".into());
    }
    if options.release {
        if !found.has_keystore {
            let file = options.keystore.as_ref().map_or_else(String::new, |f| f.display().to_string());
            add(
                &format!("the signing key {file}"),
                format!(
                    "keytool -genkeypair -keystore {file} -alias NAME -keyalg RSA -keysize 4096 -validity 10000, and keep it safe: without it no update installs"
                ),
            );
        }
        if !found.has_password {
            add("the password of the signing key", format!("export {PASSWORD}=…"));
        }
    }
    list
}

pub fn text(missing: &[Missing]) -> String {
    let mut text = String::from("an APK cannot be built here yet. Missing:\n");
    for Missing { what, cure } in missing {
        let _ = writeln!(text, "  - {what}\n      {cure}");
    }
    text.push_str("Everything that can be shown without them: cargo xtask test");
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::PathBuf;

    fn complete() -> Surroundings {
        Surroundings {
            sdk: Some(PathBuf::from("/sdk")),
            has_platform: true,
            has_build_tools: true,
            ndk: Some(PathBuf::from("/sdk/ndk/28.2.13676358")),
            ndk_version: Some(Version(28, 2, 13_676_358)),
            java: Some(Version(17, 0, 15)),
            has_rust_target: true,
            tauri: Some(Version(2, 12, 4)),
            has_project: true,
            has_keystore: true,
            has_password: true,
        }
    }

    fn names(found: &Surroundings, options: &Options) -> Vec<String> {
        missing(found, options).into_iter().map(|m| m.what).collect()
    }

    #[test]
    fn nothing_is_missing_where_everything_is() {
        assert!(missing(&complete(), &Options::default()).is_empty());
    }

    #[test]
    fn each_missing_part_is_named_with_its_cure() {
        let debug = Options::default();
        let all = missing(&Surroundings::default(), &debug);
        assert_eq!(all.len(), 8, "{all:?}");
        assert!(all.iter().all(|m| !m.cure.is_empty()));
        for (change, word) in [
            (
                (|s: &mut Surroundings| s.java = Some(Version(11, 0, 2))) as fn(&mut Surroundings),
                "newer JDK (found 11.0.2",
            ),
            (|s| s.sdk = None, "the Android SDK"),
            (|s| s.ndk_version = None, "the Android NDK"),
            (|s| s.ndk_version = Some(Version(21, 4, 7)), "newer NDK (found 21.4.7"),
            (|s| s.has_rust_target = false, "Rust for Android"),
            (|s| s.tauri = Some(Version(1, 6, 0)), "Tauri's command line"),
            (|s| s.has_platform = false, "API 37"),
        ] {
            let mut found = complete();
            change(&mut found);
            let named = names(&found, &debug);
            assert!(named.len() == 1 && named[0].contains(word), "{named:?} {word}");
        }
        let text = text(&all);
        assert!(
            text.contains("ANDROID_HOME=DIR") && text.contains("rustup target add aarch64-linux-android"),
            "{text}"
        );
    }

    #[test]
    fn a_release_asks_for_key_and_password() {
        let release =
            Options { release: true, keystore: Some("k.jks".into()), alias: Some("e".into()), check: false };
        let found = Surroundings { has_keystore: false, has_password: false, ..complete() };
        assert_eq!(names(&found, &release), ["the signing key k.jks", "the password of the signing key"]);
        assert!(names(&found, &Options::default()).is_empty());
    }
}
