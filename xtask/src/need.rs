//! What a stage needs beyond the tools that everybody has, how to see whether it is there, and how to get it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::cmd::Cmd;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// A program in PATH, from these Debian packages.
    Program { name: &'static str, packages: &'static [&'static str] },
    /// A file whose path has one `*` folder in it, for example `/usr/lib/postgresql/*/bin/initdb`.
    File { pattern: &'static str, packages: &'static [&'static str] },
    /// A file at one place: programs that are meant although others of their name stand before them in PATH.
    Path { path: &'static str, packages: &'static [&'static str] },
    /// A C library that pkg-config knows.
    Library { name: &'static str, packages: &'static [&'static str] },
    /// A cargo subcommand, built from source when missing.
    CargoTool { name: &'static str, version: &'static str },
}

impl Need {
    pub fn is_there(&self) -> bool {
        match self {
            Need::Program { name, .. } => in_path(name),
            Need::File { pattern, .. } => newest_match(pattern).is_some(),
            Need::Path { path, .. } => Path::new(path).is_file(),
            Need::Library { name, .. } => succeeds(Command::new("pkg-config").args(["--exists", name])),
            Need::CargoTool { name, .. } => succeeds(Command::new("cargo").args([name, "--version"])),
        }
    }

    pub fn packages(&self) -> &'static [&'static str] {
        match self {
            Need::Program { packages, .. }
            | Need::File { packages, .. }
            | Need::Path { packages, .. }
            | Need::Library { packages, .. } => packages,
            Need::CargoTool { .. } => &[],
        }
    }

    pub fn name(&self) -> String {
        match self {
            Need::Program { name, .. } | Need::Library { name, .. } => (*name).to_owned(),
            Need::File { pattern, .. } => (*pattern).to_owned(),
            Need::Path { path, .. } => (*path).to_owned(),
            Need::CargoTool { name, .. } => format!("cargo-{name}"),
        }
    }

    /// What a person would type.
    pub fn cure(&self) -> String {
        match self {
            Need::CargoTool { name, version } => {
                format!("cargo install cargo-{name} --locked --version {version}")
            }
            _ => format!("sudo apt-get install -y --no-install-recommends {}", self.packages().join(" ")),
        }
    }
}

/// The commands that provide what is missing, as far as this account may: apt as root or with a sudo that asks nothing.
pub fn commands_for(missing: &[Need], root: &Path) -> Vec<Cmd> {
    let mut commands = Vec::new();
    let mut packages: Vec<&str> = missing.iter().flat_map(|need| need.packages().iter().copied()).collect();
    packages.sort_unstable();
    packages.dedup();
    if let (false, Some(rights)) = (packages.is_empty(), apt_rights()) {
        let apt = |line: &str| {
            Cmd::new(root, format!("{rights} apt-get {line}").trim()).env("DEBIAN_FRONTEND", "noninteractive")
        };
        commands.push(apt("update -q"));
        let install = apt("install -q -y --no-install-recommends");
        commands.push(packages.into_iter().fold(install, |cmd, package| cmd.arg(package)));
    }
    for need in missing {
        if let Need::CargoTool { .. } = need {
            // Its release profile takes minutes to link what then runs for a second.
            let build = Cmd::new(root, &need.cure()).arg("--debug");
            commands.push(build.env("CARGO_PROFILE_DEV_DEBUG", "0"));
        }
    }
    commands
}

/// The words before `apt-get`, if packages may be installed here.
fn apt_rights() -> Option<&'static str> {
    if !in_path("apt-get") {
        return None;
    }
    if is_root() {
        Some("")
    } else if succeeds(Command::new("sudo").args(["-n", "true"])) {
        Some("sudo -n -E")
    } else {
        None
    }
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn in_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// The match of `pattern` with the highest number in place of the `*`.
pub fn newest_match(pattern: &str) -> Option<std::path::PathBuf> {
    let (before, after) = pattern.split_once('*')?;
    let listing = std::fs::read_dir(before).ok()?;
    listing
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let number: u32 = entry.file_name().to_str()?.parse().ok()?;
            let path = entry.path().join(after.trim_start_matches('/'));
            path.is_file().then_some((number, path))
        })
        .max()
        .map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_newest_version_is_found_by_number() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9", "15", "16", "common"] {
            let bin = folder.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            if version != "16" {
                std::fs::write(bin.join("initdb"), "").unwrap();
            }
        }
        let pattern = format!("{}/*/bin/initdb", folder.path().display());
        assert_eq!(newest_match(&pattern), Some(folder.path().join("15/bin/initdb")));
        assert_eq!(newest_match("/no/such/*/bin/initdb"), None);
    }

    #[test]
    fn what_is_missing_has_a_cure_that_can_be_typed() {
        let program = Need::Program { name: "no-such-program-here", packages: &["a", "b"] };
        assert!(!program.is_there());
        assert_eq!(program.cure(), "sudo apt-get install -y --no-install-recommends a b");
        let tool = Need::CargoTool { name: "deny", version: "1.2.3" };
        assert_eq!(tool.cure(), "cargo install cargo-deny --locked --version 1.2.3");
        assert_eq!(commands_for(&[tool], "/".as_ref()).len(), 1);
        assert!(Need::Program { name: "sh", packages: &[] }.is_there());
    }
}
