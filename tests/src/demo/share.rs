//! The shared folder as people see it: its files, without half-written ones.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Files below `share` with their sizes, relative, sorted.
pub fn files(share: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    collect(share, share, &mut found);
    found.sort();
    found
}

fn collect(base: &Path, dir: &Path, found: &mut Vec<(String, u64)>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(base, &path, found);
        } else if let (Ok(relative), Ok(meta)) = (path.strip_prefix(base), entry.metadata()) {
            let parts: Vec<_> = relative.components().map(|c| c.as_os_str().to_string_lossy()).collect();
            found.push((parts.join("/"), meta.len()));
        }
    }
}

/// The file behind a path that came from a page; none outside `share`, no hidden ones.
pub fn within(share: &Path, relative: &str) -> Option<PathBuf> {
    let path = Path::new(relative);
    let plain = |c: Component<'_>| matches!(c, Component::Normal(n) if !n.to_string_lossy().starts_with('.'));
    let fine = !relative.is_empty() && !relative.contains(['\\', '\0']) && path.components().all(plain);
    fine.then(|| share.join(path)).filter(|p| p.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lists_whole_files_and_lets_nobody_out() {
        let dir = tempfile::tempdir().unwrap();
        let share = dir.path().join("share");
        fs::create_dir_all(share.join("係/案件")).unwrap();
        fs::write(share.join("係/案件/a.jpg"), "12345").unwrap();
        fs::write(share.join("係/案件/.part"), "1").unwrap();
        fs::write(dir.path().join("secret"), "1").unwrap();
        assert_eq!(files(&share), [("係/案件/a.jpg".to_owned(), 5)]);
        assert!(within(&share, "係/案件/a.jpg").is_some());
        for bad in ["../secret", "係/../../secret", "/etc/hostname", "係/案件/.part", "", "係/案件"] {
            assert!(within(&share, bad).is_none(), "{bad}");
        }
    }
}
