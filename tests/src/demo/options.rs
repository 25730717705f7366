//! The command line.

use crate::programs::root;
use std::path::PathBuf;

pub const HELP: &str = "\
cargo xtask demo [--once] [--port N] [--work DIR]

  --once      play the story, print its table, end (exit code 1 if a step failed)
  --port N    of the stage page (8787, or a free one)
  --work DIR  made anew at each start (.demo)

EKITEI_DEMO_SMALL=1 draws small photographs instead of 12 MP ones.
";

pub struct Options {
    pub once: bool,
    pub port: Option<u16>,
    /// Removed and made again.
    pub work: PathBuf,
    /// Drawn photographs that outlive a run.
    pub cache: PathBuf,
    /// Small photographs, for a quick look.
    pub small: bool,
    pub root: PathBuf,
}

/// `None`: help was asked for.
pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let root = std::env::var_os("EKITEI_ROOT").map_or_else(root, PathBuf::from);
    let root = std::fs::canonicalize(&root).map_err(|e| format!("{}: {e}", root.display()))?;
    let small = std::env::var_os("EKITEI_DEMO_SMALL").is_some_and(|v| v != "0");
    let (work, cache) = (root.join(".demo"), root.join(".demo-cache"));
    let mut options = Options { once: false, port: None, work, cache, small, root };
    while let Some(flag) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{flag} needs a value"));
        match flag.as_str() {
            "--once" => options.once = true,
            "--port" => {
                options.port = Some(value()?.parse().map_err(|_| "--port needs a number".to_owned())?)
            }
            "--work" => options.work = PathBuf::from(value()?),
            "--help" | "-h" => return Ok(None),
            _ => return Err(format!("unknown: {flag}")),
        }
    }
    Ok(Some(options))
}
