//! Photographs as files, for tests that need some: drawn scenes with the time and place of an invented visit.

use crate::scenes;
use std::path::{Path, PathBuf};

/// A small (800 × 600) photograph in `dir`; another seed is another picture, taken a minute later.
pub fn small(dir: &Path, seed: u64) -> PathBuf {
    let spec = &scenes::all()[usize::try_from(seed).unwrap_or(0) % scenes::all().len()];
    write(dir, seed, &scenes::small(spec, seed, &taken_at(seed), "+09:00", (43.215, 142.841), 1))
}

/// A 12 MP photograph in `dir`.
pub fn large(dir: &Path, seed: u64) -> PathBuf {
    let spec = &scenes::all()[usize::try_from(seed).unwrap_or(0) % scenes::all().len()];
    write(dir, seed, &scenes::render(spec, seed, &taken_at(seed), "+09:00", (43.215, 142.841), 1))
}

/// What the camera's clock says on the picture of a seed, without an offset.
pub fn taken_at(seed: u64) -> String {
    format!("2026-11-20T{:02}:{:02}:00", 9 + seed / 60 % 8, seed % 60)
}

fn write(dir: &Path, seed: u64, bytes: &[u8]) -> PathBuf {
    let file = dir.join(format!("shot-{seed}.jpg"));
    std::fs::write(&file, bytes).expect("a temporary file can be written");
    file
}
