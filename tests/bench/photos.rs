//! Drawn 12 MP photographs, kept between runs: drawing them takes longer than measuring with them.

use crate::Bench;
use ekitei_tests::scenes::{self, Scene, Shot};
use std::path::PathBuf;

/// The first `count` of a fixed row of photographs: every scene in turn, each time with another seed.
pub fn photos(bench: &Bench, count: u64) -> Vec<PathBuf> {
    let folder = bench.out.join("photos");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let specs = scenes::all();
    let draw = |n: u64| {
        let spec = &specs[usize::try_from(n).expect("few photographs") % specs.len()];
        let file = folder.join(format!("{n:03}-{}.jpg", spec.id));
        if !file.is_file() {
            let taken_at = format!("2026-05-{:02}T10:{:02}:00", 1 + n % 28, n % 60);
            let shot = Shot {
                taken_at: &taken_at,
                offset: "+09:00",
                position: Some((43.215, 142.841)),
                orientation: spec.usual_orientation(),
            };
            // Whole or not there at all: an ended run must not leave half a photograph.
            let half = file.with_extension("half");
            std::fs::write(&half, Scene::draw(spec, 1_000 + n, 4_032).jpeg(&shot))
                .expect("it can be written");
            std::fs::rename(&half, &file).expect("it can be renamed");
            println!("drawn: {}", file.display());
        }
        file
    };
    (0..count).map(draw).collect()
}

pub fn bytes_of(file: &std::path::Path) -> u64 {
    std::fs::metadata(file).expect("it was just made").len()
}
