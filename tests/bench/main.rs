//! The benchmarks: `cargo xtask bench` builds what they need and starts one part after the other.
//! Each part measures beside its named peer, if it has one, and writes its section of docs/PERFORMANCE.md into the
//! folder `--out`; the sections are put into the document by xtask. What does not arrive or is not found ends a part
//! with a panic; a missed aim does not: it is shown as missed.
//!
//! No network beyond loopback; invented texts and drawn photographs only.

mod chat;
mod forms;
mod machine;
mod notes;
mod peers;
mod photo;
mod photos;
mod report;
mod search;
mod section;
mod shutter;
mod slow_line;
mod sync;

use std::path::{Path, PathBuf};

const USAGE: &str = "usage: bench sync|photo|shutter|search|line|forms|report|chat --out DIR";

/// What every part is given.
pub struct Bench {
    /// Sections and drawn photographs; on a disk, not in memory.
    pub out: PathBuf,
    /// Ended with the process; carries the line between phone and office.
    pub runtime: tokio::runtime::Runtime,
}

impl Bench {
    /// A folder of one round; it goes when dropped.
    pub fn folder(&self) -> tempfile::TempDir {
        tempfile::tempdir_in(&self.out).expect("a folder can be made")
    }
}

fn main() {
    // Cargo adds a flag of its own.
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let [part, "--out", out] = words[..] else { panic!("{USAGE}") };
    let out = Path::new(out).to_owned();
    std::fs::create_dir_all(&out).expect("the output folder can be made");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let bench = Bench { out, runtime: runtime.expect("a runtime starts") };
    let section = match part {
        "sync" => Some(sync::measure(&bench)),
        "photo" => Some(photo::measure(&bench)),
        "shutter" => shutter::measure(&bench),
        "search" => Some(search::measure()),
        "forms" => Some(forms::measure(&bench)),
        "report" => Some(report::measure(&bench)),
        "chat" => Some(chat::measure(&bench)),
        "line" => Some(slow_line::measure(&bench)),
        _ => panic!("{USAGE}"),
    };
    if let Some(section) = section {
        let text = section.text(part);
        println!("{text}");
        std::fs::write(bench.out.join(format!("{part}.md")), text).expect("the section can be written");
    }
}
