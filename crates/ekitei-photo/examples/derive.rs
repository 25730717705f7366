//! Derives one photograph and prints the timing as JSON: `derive FILE OUT_DIR [--rounds N]`.
//! Writes `display.jpg` and `thumb.jpg`; the times include reading the file but not writing the results.

use std::path::PathBuf;
use std::time::Instant;

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(file), Some(out)) = (args.next().map(PathBuf::from), args.next().map(PathBuf::from)) else {
        return Err("usage: derive FILE OUT_DIR [--rounds N]".into());
    };
    let rounds: usize = match (args.next().as_deref(), args.next()) {
        (Some("--rounds"), Some(n)) => n.parse()?,
        (None, _) => 1,
        _ => return Err("usage: derive FILE OUT_DIR [--rounds N]".into()),
    };
    std::fs::create_dir_all(&out)?;
    let mut rounds_ms = Vec::with_capacity(rounds);
    let mut last = None;
    for _ in 0..rounds.max(1) {
        drop(last.take());
        let start = Instant::now();
        let made = ekitei_photo::derive_file(&file)?;
        rounds_ms.push((start.elapsed().as_secs_f64() * 1e6).round() / 1e3);
        last = Some(made);
    }
    let (original, derived) = last.ok_or("no round was run")?;
    std::fs::write(out.join("display.jpg"), &derived.display.bytes)?;
    std::fs::write(out.join("thumb.jpg"), &derived.thumb.bytes)?;
    let variant = |v: &ekitei_photo::Variant| serde_json::json!({ "width": v.width, "height": v.height, "bytes": v.bytes.len(), "sha256": v.sha256_hex() });
    let report = serde_json::json!({
        "codec": ekitei_photo::codec_name(),
        "rounds_ms": rounds_ms,
        "peak_kib": peak_kib(),
        "original": {
            "format": derived.probe.format.extension(), "width": derived.probe.width, "height": derived.probe.height,
            "bytes": original.len(), "sha256": derived.sha256_hex(),
        },
        "exif": {
            "taken_local": derived.exif.taken_local, "offset": derived.exif.offset,
            "orientation": derived.exif.orientation, "position": derived.exif.position,
        },
        "display": variant(&derived.display),
        "thumb": variant(&derived.thumb),
    });
    println!("{report}");
    Ok(())
}

/// Peak resident memory of this process in KiB, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.trim().parse().ok()
}
