//! The built screens as static files.

use ekitei_model::Fault;
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;

/// The folder that was named; else `ui` beside the program; else ui/phone/dist of the source tree above it.
pub fn find(named: Option<PathBuf>) -> Result<ServeDir, Fault> {
    let folder = match named {
        Some(folder) => Some(folder),
        None => candidates().into_iter().find(|c| c.join("index.html").is_file()),
    };
    let folder =
        folder.filter(|f| f.join("index.html").is_file()).ok_or_else(|| Fault::ask("screens-missing"))?;
    Ok(ServeDir::new(folder).append_index_html_on_directories(true))
}

fn candidates() -> Vec<PathBuf> {
    const BUILT: &str = "ui/phone/dist";
    let mut out = Vec::new();
    let program = std::env::current_exe().unwrap_or_default();
    if let Some(beside) = program.parent() {
        out.push(beside.join("ui"));
        out.extend(beside.ancestors().map(|a| a.join(BUILT)));
    }
    if let Ok(here) = std::env::current_dir() {
        out.extend(here.ancestors().map(|a| a.join(BUILT)));
    }
    out.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../").join(BUILT));
    out
}
