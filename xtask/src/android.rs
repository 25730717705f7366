//! `cargo xtask android`: says in plain words what is missing for an APK and how to get it, then builds it.

mod look;
mod missing;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::cmd::Cmd;
use crate::project::Project;
use crate::runner::{self, End};
use crate::ui;
use look::Surroundings;

/// A first build compiles OpenSSL, SQLCipher and some 500 crates.
const BUILD_MINUTES: u64 = 60;
/// Read by the build, removed after it.
const KEYSTORE_PROPERTIES: &str = "src-tauri/gen/android/keystore.properties";
const PASSWORD: &str = "EKITEI_KEYSTORE_PASSWORD";

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Signed with `keystore` under `alias`.
    pub release: bool,
    pub keystore: Option<PathBuf>,
    pub alias: Option<String>,
    /// Only say what is missing.
    pub check: bool,
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().cloned().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--release" => options.release = true,
                "--check" => options.check = true,
                "--keystore" => options.keystore = Some(value()?.into()),
                "--alias" => options.alias = Some(value()?),
                other => return Err(format!("unknown option '{other}'")),
            }
        }
        if options.release && (options.keystore.is_none() || options.alias.is_none()) {
            return Err("--release needs --keystore FILE and --alias NAME; its password is read from \
                        EKITEI_KEYSTORE_PASSWORD"
                .to_owned());
        }
        Ok(options)
    }
}

pub fn run(project: &Project, args: &[String]) -> Result<ExitCode, String> {
    let options = Options::parse(args)?;
    let found = Surroundings::look(project, &options);
    let missing = missing::missing(&found, &options);
    if !missing.is_empty() {
        return Err(missing::text(&missing));
    }
    println!("everything for an APK is here: {found}");
    if options.check {
        return Ok(ExitCode::SUCCESS);
    }
    let signing = options.keystore.as_deref().filter(|_| options.release);
    let _signing = signing.map(|file| Signing::write(project, file, options.alias.as_deref())).transpose()?;
    let mut work = ui::install(project);
    work.extend(ui::build(project));
    work.push(build(project, &found, options.release));
    let ran = runner::run("android", &work, Duration::from_secs(BUILD_MINUTES * 60), &project.logs());
    if ran.end != End::Passed {
        return Ok(ExitCode::FAILURE);
    }
    for apk in apks(&project.root.join("src-tauri/gen/android/app/build/outputs/apk")) {
        println!("APK: {}", apk.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn build(project: &Project, found: &Surroundings, release: bool) -> Cmd {
    let line =
        format!("cargo tauri android build --apk --target aarch64{}", if release { "" } else { " --debug" });
    let mut cmd = Cmd::new(&project.root.join("src-tauri"), &line);
    for (name, folder) in [("ANDROID_HOME", &found.sdk), ("NDK_HOME", &found.ndk)] {
        if let Some(folder) = folder {
            cmd = cmd.env(name, folder.display().to_string());
        }
    }
    cmd
}

/// The file that Gradle reads the key from; gone when this is dropped.
struct Signing(PathBuf);

impl Signing {
    fn write(project: &Project, keystore: &Path, alias: Option<&str>) -> Result<Self, String> {
        let path = project.root.join(KEYSTORE_PROPERTIES);
        let wrong = |e: std::io::Error| format!("{}: {e}", path.display());
        let keystore = fs::canonicalize(keystore).map_err(|e| format!("{}: {e}", keystore.display()))?;
        let password = std::env::var(PASSWORD).unwrap_or_default();
        let text = properties(&keystore, alias.unwrap_or_default(), &password);
        let signing = Self(path.clone());
        private_file(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .map_err(wrong)?;
        Ok(signing)
    }
}

impl Drop for Signing {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// As java.util.Properties reads it: a backslash escapes.
fn properties(keystore: &Path, alias: &str, password: &str) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\");
    let (file, alias, password) =
        (escaped(&keystore.display().to_string()), escaped(alias), escaped(password));
    format!("storeFile={file}\nstorePassword={password}\nkeyAlias={alias}\nkeyPassword={password}\n")
}

fn private_file(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn apks(folder: &Path) -> Vec<PathBuf> {
    let Ok(listing) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in listing.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(apks(&path));
        } else if path.extension().is_some_and(|e| e == "apk") {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_release_needs_its_key() {
        assert_eq!(parse(""), Ok(Options::default()));
        assert!(parse("--release").unwrap_err().contains("--keystore FILE"));
        assert!(parse("--release --keystore k.jks").is_err());
        let release = parse("--release --keystore k.jks --alias ekitei").unwrap();
        assert_eq!((release.keystore, release.alias), (Some("k.jks".into()), Some("ekitei".into())));
        assert!(parse("--fast").unwrap_err().contains("--fast"));
    }

    #[test]
    fn the_password_lies_beside_the_build_only_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project { root: folder.path().to_owned(), target: folder.path().join("target") };
        fs::create_dir_all(project.root.join("src-tauri/gen/android")).unwrap();
        let key = folder.path().join("k.jks");
        fs::write(&key, "").unwrap();
        let signing = Signing::write(&project, &key, Some("ekitei")).unwrap();
        let path = project.root.join(KEYSTORE_PROPERTIES);
        assert!(fs::read_to_string(&path).unwrap().contains("keyAlias=ekitei\n"));
        drop(signing);
        assert!(!path.exists());
        assert!(Signing::write(&project, &folder.path().join("none.jks"), None).is_err());
        assert!(properties("/k".as_ref(), "a", r"p\w").contains("storePassword=p\\\\w\n"));
    }
}
