//! One command line of a stage, as data: it can be shown before it is run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cmd {
    pub program: String,
    pub args: Vec<String>,
    pub folder: PathBuf,
    pub env: Vec<(String, String)>,
}

impl Cmd {
    /// `line` is split at blanks; arguments with blanks are added by [`Cmd::arg`].
    pub fn new(folder: &Path, line: &str) -> Self {
        let mut words = line.split_whitespace().map(str::to_owned);
        let program = words.next().unwrap_or_default();
        Self { program, args: words.collect(), folder: folder.to_owned(), env: Vec::new() }
    }

    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Plain output: logs are read by people and by [`crate::tally`].
    pub fn to_command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).current_dir(&self.folder);
        command.envs([("CARGO_TERM_COLOR", "never"), ("NO_COLOR", "1"), ("FORCE_COLOR", "0")]);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        without_package(&mut command);
        command
    }
}

/// What the cargo that started us said about our own package. Build scripts of others read it (ring's is run again when
/// it changes), so with it a build from here and one by hand would each make the other stale.
pub fn without_package(command: &mut Command) {
    let ours = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
}

/// As one would type it at the workspace root.
impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        write!(f, "{}", quoted(&self.program))?;
        for arg in &self.args {
            write!(f, " {}", quoted(arg))?;
        }
        Ok(())
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::Cmd;

    #[test]
    fn shown_as_one_would_type_it() {
        let cmd = Cmd::new("/".as_ref(), "xvfb-run -a -s").arg("-screen 0 9x9x24").env("A", "it's");
        assert_eq!(cmd.to_string(), r"A='it'\''s' xvfb-run -a -s '-screen 0 9x9x24'");
    }
}
