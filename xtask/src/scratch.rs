//! Where the tests of one stage write: in memory where the system offers a place. They open thousands of databases that
//! live for a second; what a disk does to those is waiting, not proof (kills end processes, not the machine).

use std::fs;
use std::path::{Path, PathBuf};

use crate::guard::Guard;

/// Linux's memory-backed folder that everybody may write to.
const MEMORY: &str = "/dev/shm";

/// Removed with all it holds when it is dropped, and when xtask is ended.
pub struct Scratch {
    folder: PathBuf,
    _guard: Option<Guard>,
}

impl Scratch {
    pub fn new(stage: &str) -> Result<Self, String> {
        let memory = Path::new(MEMORY);
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = place.join(format!("ekitei-{stage}-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| format!("create {}: {error}", folder.display()))?;
        let guard = Guard::start(r#"rm -rf -- "$1""#, &[&folder.to_string_lossy()]);
        Ok(Self { folder, _guard: guard })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn is_there_while_it_is_held_and_leaves_nothing() {
        let scratch = Scratch::new("itself").unwrap();
        let folder = scratch.folder().to_owned();
        fs::write(folder.join("file"), "words").unwrap();
        drop(scratch);
        assert!(!folder.exists());
    }
}
