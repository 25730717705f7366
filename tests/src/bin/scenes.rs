//! Writes drawn photographs: `scenes --out DIR [--count N] [--seed S] [--long PX]`.
//! Without a count, one of each scene; with one, the scenes in turn, each with another seed, place and time.

use ekitei_tests::scenes::{Dice, Scene, Shot, all};
use std::path::PathBuf;
use std::time::Instant;

const USAGE: &str = "usage: scenes --out DIR [--count N] [--seed S] [--long PX]";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut out, mut count, mut seed, mut long_px) = (None, None, 1u64, 4_032u32);
    let mut args = std::env::args().skip(1);
    while let Some(flag) = args.next() {
        let value = args.next().ok_or(USAGE)?;
        match flag.as_str() {
            "--out" => out = Some(PathBuf::from(value)),
            "--count" => count = Some(value.parse::<usize>()?),
            "--seed" => seed = value.parse()?,
            "--long" => long_px = value.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    let out = out.ok_or(USAGE)?;
    std::fs::create_dir_all(&out)?;
    let specs = all();
    let mut dice = Dice::new(seed);
    for i in 0..count.unwrap_or(specs.len()) {
        let spec = &specs[i % specs.len()];
        let (day, minute) = (1 + dice.below(28), dice.below(480));
        let taken_at =
            format!("2026-05-{day:02}T{:02}:{:02}:{:02}", 9 + minute / 60, minute % 60, dice.below(60));
        let position = (f64::from(dice.between(42.3, 43.3)), f64::from(dice.between(140.9, 143.2)));
        let shot = Shot {
            taken_at: &taken_at,
            offset: "+09:00",
            position: Some(position),
            orientation: spec.usual_orientation(),
        };
        let start = Instant::now();
        let scene = Scene::draw(spec, dice.roll(), long_px);
        let drawn_ms = start.elapsed().as_millis();
        let bytes = scene.jpeg(&shot);
        let path = out.join(format!("{:03}-{}.jpg", i + 1, spec.id));
        std::fs::write(&path, &bytes)?;
        let stored_ms = start.elapsed().as_millis() - drawn_ms;
        println!(
            "{} {} bytes, drawn in {drawn_ms} ms, stored in {stored_ms} ms",
            path.display(),
            bytes.len()
        );
    }
    Ok(())
}
