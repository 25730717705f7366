//! Photographs: drawn once, kept in the cache, dated anew at each start.
//!
//! A drawn file carries a placeholder time; a dated copy differs from it in the EXIF time alone.

use super::Done;
use crate::scenes::{self, Scene, SceneSpec, Shot};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const PLACEHOLDER: &str = "2001-01-01T00:00:00";
/// Long side of a 12-megapixel photograph, and of one of the past half year.
const LARGE_PX: u32 = 4_032;
const HISTORY_PX: u32 = 1_600;
const SMALL_PX: u32 = 800;

/// One drawing, and where it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub scene: &'static str,
    pub seed: u64,
    pub long_px: u32,
    /// Latitude and longitude, in ten-thousandths of a degree (so that equal means equal).
    pub place: (i32, i32),
}

impl Picture {
    /// As the phone's camera takes it.
    pub fn large(scene: &'static str, seed: u64, small: bool) -> Self {
        Self { scene, seed, long_px: if small { SMALL_PX } else { LARGE_PX }, place: (432_150, 1_428_410) }
    }

    /// As it was kept from an earlier visit.
    pub fn past(scene: &'static str, seed: u64, small: bool, place: (f64, f64)) -> Self {
        #[allow(clippy::cast_possible_truncation)] // degrees: far below the limits
        let fixed = |degrees: f64| (degrees * 10_000.0).round() as i32;
        let long_px = if small { SMALL_PX } else { HISTORY_PX };
        Self { scene, seed, long_px, place: (fixed(place.0), fixed(place.1)) }
    }

    fn file(&self, cache: &Path) -> PathBuf {
        let (lat, lon) = self.place;
        cache.join(format!("{}-{}-{}-{lat}-{lon}.jpg", self.scene, self.seed, self.long_px))
    }

    fn spec(&self) -> Done<SceneSpec> {
        scenes::by_id(self.scene).ok_or_else(|| format!("no scene {}", self.scene))
    }

    pub fn caption(&self) -> &'static str {
        self.spec().map_or("", |s| s.caption_ja)
    }

    fn draw(&self, cache: &Path) -> Done<()> {
        let spec = self.spec()?;
        let place = (f64::from(self.place.0) / 10_000.0, f64::from(self.place.1) / 10_000.0);
        let orientation = spec.usual_orientation();
        let shot = Shot { taken_at: PLACEHOLDER, offset: "+09:00", position: Some(place), orientation };
        let bytes = Scene::draw(&spec, self.seed, self.long_px).jpeg(&shot);
        let file = self.file(cache);
        let told = |e: std::io::Error| format!("{}: {e}", file.display());
        // Another demonstration may fill the same cache: each part has a name of its own, and takes its place whole.
        let mut part = tempfile::NamedTempFile::new_in(cache).map_err(told)?;
        part.write_all(&bytes).map_err(told)?;
        part.persist(&file).map(drop).map_err(|e| told(e.error))
    }

    /// The photograph taken at `local` (`2026-11-21T10:05:00`, Japanese time).
    ///
    /// # Errors
    /// It was not drawn.
    pub fn dated(&self, cache: &Path, local: &str) -> Done<Vec<u8>> {
        let file = self.file(cache);
        let mut bytes = fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let exif = |t: &str| t.replace('-', ":").replace('T', " ").into_bytes();
        let (from, to) = (exif(PLACEHOLDER), exif(local));
        if from.len() != to.len() {
            return Err(format!("not a time: {local}"));
        }
        // EXIF is at the very front.
        let head = bytes.len().min(8 * 1024);
        let at: Vec<usize> =
            (0..head.saturating_sub(from.len())).filter(|&i| bytes[i..].starts_with(&from)).collect();
        for i in &at {
            bytes[*i..i + to.len()].copy_from_slice(&to);
        }
        if at.is_empty() { Err(format!("{} has no time", file.display())) } else { Ok(bytes) }
    }
}

/// The folder of drawings made by this code; those of older code are removed.
pub fn cache(dir: &Path) -> Done<PathBuf> {
    let mut hasher = DefaultHasher::new();
    // Drawn or dated differently: another cache.
    (scenes::SOURCES, include_str!("pictures.rs")).hash(&mut hasher);
    let name = format!("pictures-{:016x}", hasher.finish());
    let told = |e: std::io::Error| format!("{}: {e}", dir.display());
    fs::create_dir_all(dir.join(&name)).map_err(told)?;
    for entry in fs::read_dir(dir).map_err(told)?.flatten() {
        let other = entry.file_name().to_string_lossy().into_owned();
        if other.starts_with("pictures-") && other != name {
            fs::remove_dir_all(entry.path()).map_err(told)?;
        }
    }
    Ok(dir.join(name))
}

/// Draws what is not there yet, on all cores; `told` hears (done, of).
pub fn draw(cache: &Path, wanted: &[Picture], told: impl Fn(usize, usize) + Sync) -> Done<()> {
    let missing: Vec<&Picture> = wanted.iter().filter(|p| !p.file(cache).is_file()).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let fault = Mutex::new(None);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores.min(missing.len()) {
            scope.spawn(|| {
                while let Some(picture) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = picture.draw(cache) {
                        *fault.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(error);
                        return;
                    }
                    told(done.fetch_add(1, Ordering::Relaxed) + 1, missing.len());
                }
            });
        }
    });
    fault.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_dated_copy_differs_in_its_time_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut picture = Picture::large("store-door", 3, true);
        picture.long_px = 320;
        let count = AtomicUsize::new(0);
        draw(dir.path(), &[picture.clone(), picture.clone()], |_, _| {
            count.fetch_add(1, Ordering::Relaxed);
        })
        .unwrap();
        let old = fs::read(picture.file(dir.path())).unwrap();
        let new = picture.dated(dir.path(), "2026-11-21T10:05:00").unwrap();
        assert_eq!(old.len(), new.len());
        let differ = old.iter().zip(&new).filter(|(a, b)| a != b).count();
        assert!(differ > 0 && differ <= 3 * PLACEHOLDER.len(), "{differ}");
        let read = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(&new)).unwrap();
        let at = read.get_field(exif::Tag::DateTimeOriginal, exif::In::PRIMARY).unwrap();
        assert_eq!(at.display_value().to_string(), "2026-11-21 10:05:00");
        assert!(picture.dated(dir.path(), "yesterday").is_err());
    }

    #[test]
    fn many_runs_fill_an_empty_cache_at_once() {
        let picture = Picture { long_px: 64, ..Picture::large("store-door", 3, true) };
        for _ in 0..20 {
            let dir = tempfile::tempdir().unwrap();
            std::thread::scope(|scope| {
                let wanted = std::slice::from_ref(&picture);
                let runs: Vec<_> =
                    (0..8).map(|_| scope.spawn(|| draw(dir.path(), wanted, |_, _| {}))).collect();
                for run in runs {
                    assert_eq!(run.join().unwrap(), Ok(()));
                }
            });
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no part is left behind");
        }
    }
}
