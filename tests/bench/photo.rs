//! (b) A 12 MP photograph to display copy and thumbnail, beside libvips: in one process each, and as processes.
//! Everything is bound to one processor, so no side can hide work on another.

use crate::Bench;
use crate::peers::{self, example, json, timed};
use crate::photos::{bytes_of, photos};
use crate::section::{Row, Samples, Section, amount};
use ekitei_tests::programs::{must, said};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const PHOTOS: u64 = 10;
/// Cycles over all programs for one photograph.
const CYCLES: usize = 3;
/// Derivations of one process; the first warms up and is not counted.
const IN_PROCESS: usize = 4;
const PROCESS_RUNS: usize = 7;

const IN_PROCESS_AIM: f64 = 0.60;
const PROCESS_AIM: f64 = 0.35;
const PEAK_AIM_MIB: f64 = 40.0;

/// Median milliseconds of each photograph, and what else is said of the runs.
#[derive(Default)]
struct Side {
    ms: Samples,
    display_bytes: u64,
    peak_mib: f64,
    version: String,
}

impl Side {
    fn take(&mut self, times: &Samples, last: &Value) {
        self.ms.push(times.median());
        self.display_bytes += last["display"]["bytes"].as_u64().unwrap_or_default();
        let peak_mib = last["peak_kib"].as_f64().unwrap_or_default() / 1024.0;
        self.peak_mib = self.peak_mib.max(peak_mib);
        self.version = last["version"].as_str().or(last["codec"].as_str()).unwrap_or_default().to_owned();
    }

    /// Mean of the photographs' medians.
    fn mean(&self) -> f64 {
        self.ms.mean()
    }

    fn show(&self) -> String {
        let of_all = Samples(vec![self.mean()]).show("ms");
        let (low, high) = (self.ms.quantile(0.0), self.ms.quantile(1.0));
        format!("{of_all} ({low:.0}–{high:.0})")
    }
}

/// Every run on the same processor.
fn bound(program: &Path) -> Command {
    let last = std::thread::available_parallelism().map_or(1, usize::from) - 1;
    let mut command = Command::new("taskset");
    command.args(["-c", &last.to_string()]).arg(program).env("VIPS_CONCURRENCY", "1");
    command
}

fn ours(name: &str, file: &Path, out: &Path, rounds: usize) -> Command {
    let mut command = bound(&example(name));
    command.arg(file).arg(out).args(["--rounds", &rounds.to_string()]);
    command
}

fn vips(way: &str, file: &Path, out: &Path, rounds: usize) -> Command {
    let mut command = bound(&peers::python());
    command.arg(peers::folder().join("derive.py")).arg(way).arg(out).arg(rounds.to_string()).arg(file);
    command
}

pub fn measure(bench: &Bench) -> Section {
    let files = photos(bench, PHOTOS);
    let folder = bench.folder();
    let out = folder.path();
    let [turbo, rust, thumbnail, shrink] = in_process(&files, out);
    let process = has_vipsthumbnail().then(|| processes(&files, out));
    let size = files.iter().map(|f| bytes_of(f)).sum::<u64>() as f64 / PHOTOS as f64 / 1e6;

    let against = |what: &str, ours: &Side, peer: &Side, aim| {
        Row::shown(what, ours.show()).peer(peer.show()).ratio(ours.ms.sum() / peer.ms.sum(), aim)
    };
    let peak = |what: &str, side: &Side| {
        Row::shown(what, amount(side.peak_mib, "MiB")).at_most(side.peak_mib, PEAK_AIM_MIB, "MiB")
    };
    let mut rows = vec![
        against("in process, feature `turbo`", &turbo, &thumbnail, Some(IN_PROCESS_AIM)),
        against("in process, pure Rust", &rust, &thumbnail, None),
        against("in process, `turbo`; libvips halving while it decodes", &turbo, &shrink, None),
    ];
    let mut notes = vec![
        format!(
            "Mean of {PHOTOS} photographs (fastest–slowest), each the median of {} runs in turn; drawn scenes of \
             4,032 × 3,024 px with EXIF, {size:.1} MB on average. All bound to one processor; reading the file is \
             in all times.",
            CYCLES * (IN_PROCESS - 1)
        ),
        format!(
            "Ekitei: checks, EXIF, SHA-256 of the original, upright display copy (2,016 px) and thumbnail (320 px) \
             at quality 80, with {} or in {} (the default build). Display copies: {:.2} MB a photograph with \
             `turbo`, {:.2} MB in pure Rust, {:.2} MB by libvips.",
            turbo.version,
            rust.version,
            each_mb(&turbo),
            each_mb(&rust),
            each_mb(&thumbnail)
        ),
        format!(
            "libvips {} through pyvips: `thumbnail` of the same sizes and quality, which decodes twice the size \
             and resamples; the third line tells its decoder to halve, as Ekitei's does.",
            thumbnail.version
        ),
    ];
    match &process {
        Some((ours, pure, peer)) => {
            rows.push(against("as a process, `turbo`", ours, peer, Some(PROCESS_AIM)));
            rows.push(against("as a process, pure Rust", pure, peer, None));
            notes.push(format!(
                "As a process: start to end of `derive` beside two runs of `vipsthumbnail` {} (display copy, then \
                 the thumbnail from it).",
                peer.version
            ));
            rows.push(peak("peak memory, `turbo`", ours));
            rows.push(peak("peak memory, pure Rust", pure));
        }
        None => {
            rows.push(peak("peak memory, `turbo`", &turbo));
            rows.push(peak("peak memory, pure Rust", &rust));
            notes
                .push("Not proven here: the comparison with `vipsthumbnail`, which is not installed.".into());
        }
    }
    Section {
        title: "(b) A 12 MP photograph to display copy and thumbnail",
        peer: "libvips".into(),
        rows,
        notes,
    }
}

fn each_mb(side: &Side) -> f64 {
    side.display_bytes as f64 / PHOTOS as f64 / 1e6
}

fn in_process(files: &[PathBuf], out: &Path) -> [Side; 4] {
    let mut sides: [Side; 4] = Default::default();
    for file in files {
        let mut times: [Samples; 4] = Default::default();
        let mut last: [Value; 4] = Default::default();
        for _ in 0..CYCLES {
            let commands = [
                ours("derive_turbo", file, out, IN_PROCESS),
                ours("derive", file, out, IN_PROCESS),
                vips("thumbnail", file, out, IN_PROCESS),
                vips("shrink", file, out, IN_PROCESS),
            ];
            for (n, mut command) in commands.into_iter().enumerate() {
                let answer = json(&mut command);
                let rounds = answer["rounds_ms"].as_array().expect("times");
                rounds[1..].iter().for_each(|ms| times[n].push(ms.as_f64().expect("a time in ms")));
                last[n] = answer;
            }
        }
        let sizes = |v: &Value| (v["display"]["width"].clone(), v["display"]["height"].clone());
        assert!(last.iter().all(|l| sizes(l) == sizes(&last[0])), "all made the same size: {last:?}");
        for (side, (times, last)) in sides.iter_mut().zip(times.iter().zip(&last)) {
            side.take(times, last);
        }
        println!("{}: {:.1?}", file.display(), sides.each_ref().map(|s| s.ms.0[s.ms.0.len() - 1]));
    }
    sides
}

/// Ours with `turbo`, ours in pure Rust, the peer.
fn processes(files: &[PathBuf], out: &Path) -> (Side, Side, Side) {
    let (mut turbo, mut rust, mut peer): (Side, Side, Side) = Default::default();
    for file in files {
        let mut times: [Samples; 3] = Default::default();
        let mut last: [Value; 2] = Default::default();
        for _ in 0..PROCESS_RUNS {
            for (n, name) in ["derive_turbo", "derive"].into_iter().enumerate() {
                let (answer, ms) = timed(|| json(&mut ours(name, file, out, 1)));
                times[n].push(ms);
                last[n] = answer;
            }
            times[2].push(timed(|| vipsthumbnail(file, out)).1);
        }
        turbo.take(&times[0], &last[0]);
        rust.take(&times[1], &last[1]);
        peer.take(&times[2], &Value::Null);
    }
    peer.version = vips_version();
    (turbo, rust, peer)
}

fn vipsthumbnail(file: &Path, out: &Path) {
    let (display, thumb) = (out.join("vips-display.jpg"), out.join("vips-thumb.jpg"));
    for (from, px, to) in [(file, "2016x2016", &display), (display.as_path(), "320x320", &thumb)] {
        let into = format!("{}[Q=80,strip]", to.display());
        must(bound(Path::new("vipsthumbnail")).arg(from).args(["--size", px, "-o", &into]));
    }
}

fn has_vipsthumbnail() -> bool {
    Command::new("vipsthumbnail").arg("--version").output().is_ok_and(|o| o.status.success())
}

fn vips_version() -> String {
    let text = said(&must(Command::new("vipsthumbnail").arg("--version")));
    // vips-8.14.1
    let word = text.split_whitespace().next().unwrap_or_default();
    word.trim_start_matches("vips-").to_owned()
}
