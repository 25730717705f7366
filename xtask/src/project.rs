//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub struct Project {
    pub root: PathBuf,
    /// Cargo's target folder, wherever this user keeps it.
    pub target: PathBuf,
}

impl Project {
    pub fn find() -> Self {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = package.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let target = target_folder(&root).unwrap_or_else(|| root.join("target"));
        Self { root, target }
    }

    pub fn has(&self, relative: &str) -> bool {
        self.root.join(relative).exists()
    }

    /// Does `folder/package.json` have the script?
    pub fn has_npm_script(&self, folder: &str, script: &str) -> bool {
        let text = std::fs::read_to_string(self.root.join(folder).join("package.json")).unwrap_or_default();
        serde_json::from_str::<Value>(&text).is_ok_and(|package| package["scripts"].get(script).is_some())
    }

    /// A file of the development build.
    pub fn built(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    pub fn logs(&self) -> PathBuf {
        self.target.join("xtask-logs")
    }
}

fn target_folder(root: &Path) -> Option<PathBuf> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .ok()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).ok()?;
    metadata["target_directory"].as_str().map(PathBuf::from)
}
