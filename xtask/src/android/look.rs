//! What this machine has of Android's tools.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Options, PASSWORD};
use crate::project::Project;
use crate::version::Version;

/// The API level that `src-tauri/gen/android` compiles with.
pub const COMPILE_SDK: &str = "37";

#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The first that exists of ANDROID_HOME, ANDROID_SDK_ROOT and the places where Android Studio puts it.
    pub sdk: Option<PathBuf>,
    pub has_platform: bool,
    pub has_build_tools: bool,
    pub ndk: Option<PathBuf>,
    pub ndk_version: Option<Version>,
    pub java: Option<Version>,
    pub has_rust_target: bool,
    pub tauri: Option<Version>,
    pub has_project: bool,
    pub has_keystore: bool,
    pub has_password: bool,
}

impl Surroundings {
    pub fn look(project: &Project, options: &Options) -> Self {
        let sdk = sdk();
        let ndk = ndk(sdk.as_deref());
        let in_sdk = |path: &str| sdk.as_ref().is_some_and(|sdk| sdk.join(path).exists());
        Self {
            has_platform: in_sdk(&format!("platforms/android-{COMPILE_SDK}"))
                || in_sdk(&format!("platforms/android-{COMPILE_SDK}.0")),
            has_build_tools: sdk.as_ref().is_some_and(|sdk| newest(&sdk.join("build-tools")).is_some()),
            ndk_version: ndk.as_deref().and_then(ndk_version),
            java: said(&java(), "-version").as_deref().and_then(java_version),
            has_rust_target: rust_targets().lines().any(|line| line.trim() == "aarch64-linux-android"),
            tauri: said("cargo", "tauri --version").as_deref().and_then(Version::in_text),
            has_project: project.has("src-tauri/gen/android/app/build.gradle.kts"),
            has_keystore: options.keystore.as_ref().is_none_or(|file| file.is_file()),
            has_password: std::env::var_os(PASSWORD).is_some(),
            sdk,
            ndk,
        }
    }
}

impl fmt::Display for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown =
            |path: &Option<PathBuf>| path.as_ref().map_or_else(String::new, |p| p.display().to_string());
        write!(f, "SDK {}, NDK {}", shown(&self.sdk), shown(&self.ndk))
    }
}

fn sdk() -> Option<PathBuf> {
    let named =
        ["ANDROID_HOME", "ANDROID_SDK_ROOT"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let usual = std::env::var_os("HOME").map(PathBuf::from).into_iter();
    let usual = usual.flat_map(|home| [home.join("Android/Sdk"), home.join("Library/Android/sdk")]);
    named.chain(usual).find(|path| path.is_dir())
}

/// `NDK_HOME`, else the newest in the SDK.
fn ndk(sdk: Option<&Path>) -> Option<PathBuf> {
    let named = ["NDK_HOME", "ANDROID_NDK_HOME"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let in_sdk = sdk.and_then(|sdk| newest(&sdk.join("ndk")));
    named.chain(in_sdk).find(|path| path.join("source.properties").is_file())
}

/// The folder with the highest version as its name.
fn newest(folder: &Path) -> Option<PathBuf> {
    let listing = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let versions = listing.filter_map(|entry| {
        let version = Version::in_text(entry.file_name().to_str()?)?;
        Some((version, entry.path()))
    });
    versions.max().map(|(_, path)| path)
}

fn ndk_version(ndk: &Path) -> Option<Version> {
    let text = fs::read_to_string(ndk.join("source.properties")).ok()?;
    let line = text.lines().find(|line| line.trim_start().starts_with("Pkg.Revision"))?;
    Version::in_text(line)
}

fn java() -> String {
    let home = std::env::var_os("JAVA_HOME").map(|home| PathBuf::from(home).join("bin/java"));
    home.filter(|path| path.is_file()).map_or_else(|| "java".to_owned(), |path| path.display().to_string())
}

/// `openjdk version "17.0.15"`, or `"21"`.
fn java_version(text: &str) -> Option<Version> {
    let quoted = text.split('"').nth(1)?;
    let major = quoted.split(['.', '-', '+']).next()?.parse().ok()?;
    Version::in_text(quoted).or(Some(Version(major, 0, 0)))
}

fn rust_targets() -> String {
    said("rustup", "target list --installed").unwrap_or_default()
}

/// What a program prints; Java does so on its error stream.
fn said(program: &str, args: &str) -> Option<String> {
    let output = Command::new(program).args(args.split_whitespace()).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    output.status.success().then(|| String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn versions_are_read_as_the_tools_print_them() {
        assert_eq!(java_version("openjdk version \"17.0.15\" 2025-04-15"), Some(Version(17, 0, 15)));
        assert_eq!(java_version("openjdk version \"21\" 2023-09-19"), Some(Version(21, 0, 0)));
        assert_eq!(java_version("no java here"), None);
        let folder = tempfile::tempdir().unwrap();
        for version in ["27.3.13750724", "28.2.13676358", "side-by-side"] {
            fs::create_dir(folder.path().join(version)).unwrap();
        }
        let ndk = newest(folder.path()).unwrap();
        assert!(ndk.ends_with("28.2.13676358"));
        fs::write(ndk.join("source.properties"), "Pkg.Desc = NDK\nPkg.Revision = 28.2.13676358\n").unwrap();
        assert_eq!(ndk_version(&ndk), Some(Version(28, 2, 13_676_358)));
    }
}
