//! The working folder, made anew at each start.

use super::Done;
use std::fs;
use std::path::{Path, PathBuf};

/// Only a folder with this file in it is ever removed.
const MARK: &str = "ekitei-demo.txt";

#[derive(Clone)]
pub struct Work {
    pub office: PathBuf,
    pub phones: PathBuf,
    pub shots: PathBuf,
    pub history: PathBuf,
    pub logs: PathBuf,
    pub screens: PathBuf,
}

impl Work {
    /// # Errors
    /// The folder is there and not one of ours, or cannot be made.
    pub fn fresh(dir: &Path) -> Done<Self> {
        let told = |e: std::io::Error| format!("{}: {e}", dir.display());
        if dir.exists() {
            let empty = fs::read_dir(dir).map_err(told)?.next().is_none();
            if !empty && !dir.join(MARK).is_file() {
                return Err(format!(
                    "{} holds something else; name another folder with --work",
                    dir.display()
                ));
            }
            fs::remove_dir_all(dir).map_err(told)?;
        }
        fs::create_dir_all(dir).map_err(told)?;
        fs::write(dir.join(MARK), "Made by the demonstration; removed when it starts again.\n")
            .map_err(told)?;
        let folder = |name: &str| fs::create_dir_all(dir.join(name)).map(|()| dir.join(name)).map_err(told);
        Ok(Self {
            office: folder("office")?,
            phones: folder("phones")?,
            shots: folder("ready-shots")?,
            history: folder("history")?,
            logs: folder("logs")?,
            screens: folder("screens")?,
        })
    }

    /// The built pages of `which` (phone, console). Nobody looks at them with `--once`: then a line of text will do.
    pub fn pages(&self, root: &Path, which: &str, once: bool) -> Done<PathBuf> {
        let built = root.join("ui").join(which).join("dist");
        if built.join("index.html").is_file() {
            return Ok(built);
        }
        if !once {
            return Err(format!("{} is not built: start the demo with `cargo xtask demo`", built.display()));
        }
        let folder = self.screens.join(which);
        let told = |e: std::io::Error| format!("{}: {e}", folder.display());
        fs::create_dir_all(&folder).map_err(told)?;
        fs::write(
            folder.join("index.html"),
            "<!doctype html><title>not built</title><p>The screens are not built.\n",
        )
        .map_err(told)?;
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_our_own_folder_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let ours = dir.path().join("demo");
        let work = Work::fresh(&ours).unwrap();
        fs::write(work.office.join("x"), "x").unwrap();
        assert!(!Work::fresh(&ours).unwrap().office.join("x").exists());
        fs::write(dir.path().join("letter.txt"), "keep").unwrap();
        assert!(Work::fresh(dir.path()).is_err());
        assert!(dir.path().join("letter.txt").exists());
    }
}
