//! The npm side: when packages must be installed and when the bundles must be built again.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::cmd::Cmd;
use crate::project::Project;

const LOCKFILE: &str = "ui/package-lock.json";
/// A copy of the lockfile that `node_modules` was installed from.
const INSTALLED: &str = "ui/node_modules/.ekitei-package-lock.json";

/// `npm ci`, unless exactly this lockfile is installed.
pub fn install(project: &Project) -> Vec<Cmd> {
    let read = |path: &str| fs::read(project.root.join(path)).ok();
    match (read(LOCKFILE), read(INSTALLED)) {
        (None, _) => Vec::new(),
        (Some(wanted), Some(installed)) if wanted == installed => Vec::new(),
        _ => vec![
            Cmd::new(&project.root.join("ui"), "npm ci --no-audit --no-fund"),
            Cmd::new(&project.root, "cp").arg(LOCKFILE).arg(INSTALLED),
        ],
    }
}

/// `npm run build`, unless the bundles were made from exactly these sources. Call [`built`] after it succeeded.
pub fn build(project: &Project) -> Vec<Cmd> {
    let fresh = fs::read_to_string(stamp(project)).is_ok_and(|stamp| stamp == fingerprint(project));
    let there = ["phone", "console"].iter().all(|part| project.has(&format!("ui/{part}/dist/index.html")));
    if fresh && there || !project.has(LOCKFILE) {
        return Vec::new();
    }
    vec![Cmd::new(&project.root.join("ui"), "npm run build")]
}

/// Remembers which sources the bundles were made from.
pub fn built(project: &Project) -> Result<(), String> {
    let path = stamp(project);
    fs::write(&path, fingerprint(project)).map_err(|e| format!("write {}: {e}", path.display()))
}

/// In `ui/node_modules`, because it goes with the working tree and is never committed.
fn stamp(project: &Project) -> std::path::PathBuf {
    project.root.join("ui/node_modules/.ekitei-built")
}

/// Changes with every name, size or time of a source of the bundles.
fn fingerprint(project: &Project) -> String {
    let mut hasher = DefaultHasher::new();
    for part in ["ui", "assets/messages", "assets/icons", "assets/checklists/pictures"] {
        hash_tree(&project.root.join(part), &mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn hash_tree(folder: &Path, hasher: &mut DefaultHasher) {
    let Ok(listing) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = listing.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        // Products of the build, and tests that do not enter the bundle.
        if matches!(name.to_str(), Some("node_modules" | "dist" | "e2e" | ".svelte-kit"))
            || is_generated(&name)
        {
            continue;
        }
        let Ok(facts) = entry.metadata() else { continue };
        if facts.is_dir() {
            hash_tree(&entry.path(), hasher);
        } else {
            let changed = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            (entry.path(), facts.len(), changed).hash(hasher);
        }
    }
}

/// `keys.gen.ts` is written again by every build.
fn is_generated(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.contains(".gen."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn installs_and_builds_only_when_something_changed() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project { root: folder.path().to_owned(), target: folder.path().join("target") };
        assert!(install(&project).is_empty() && build(&project).is_empty(), "no UI, nothing to do");

        let put = |path: &str, text: &str| {
            let path = project.root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put(LOCKFILE, "{1}");
        put("ui/phone/src/App.svelte", "<p>1</p>");
        assert_eq!(install(&project).len(), 2);
        put(INSTALLED, "{1}");
        assert!(install(&project).is_empty());
        put(LOCKFILE, "{2}");
        assert_eq!(install(&project).len(), 2);

        assert_eq!(build(&project).len(), 1);
        put("ui/phone/dist/index.html", "");
        put("ui/console/dist/index.html", "");
        built(&project).unwrap();
        assert!(build(&project).is_empty());
        put("ui/shared/src/keys.gen.ts", "generated");
        assert!(build(&project).is_empty());
        put("ui/phone/src/App.svelte", "<p>longer</p>");
        assert_eq!(build(&project).len(), 1);
        built(&project).unwrap();
        put("assets/messages/ja.json", "{}");
        assert_eq!(build(&project).len(), 1);
    }
}
