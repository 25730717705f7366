//! Takes the built console pages (ui/console/dist), if they are there, into the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let dist = here.join("../../ui/console/dist");
    // A path that is missing would make cargo run this every time; its folder changes when it appears.
    let watched = [dist.clone(), here.join("../../ui/console"), here.join("build.rs")];
    if let Some(path) = watched.iter().find(|p| p.exists()) {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    let mut files = Vec::new();
    collect(&dist, &dist, &mut files);
    files.sort();
    let mut code = String::from("&[\n");
    for (name, path) in files {
        writeln!(code, "    ({name:?}, include_bytes!({:?})),", path.display().to_string())
            .expect("a String takes all");
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("console.rs");
    fs::write(out, code).expect("OUT_DIR can be written");
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, PathBuf)>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(below) = path.strip_prefix(root) {
            let parts: Vec<_> = below.iter().map(|p| p.to_string_lossy()).collect();
            files.push((parts.join("/"), path.canonicalize().unwrap_or(path.clone())));
        }
    }
}
