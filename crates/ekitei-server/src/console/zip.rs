//! A zip of files that are here, written to a temporary file first: its length is known, and a slow reader holds no
//! memory.

use crate::app::App;
use crate::blobs;
use crate::fault::{Answer, Refused};
use ekitei_model::filing::{numbered, safe_part};
use ekitei_seal::atomic::create_dirs;
use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// One file of the zip.
pub struct Entry {
    /// Folder inside the zip; empty: at the top.
    pub folder: String,
    pub name: String,
    pub path: PathBuf,
}

/// # Errors
/// A file cannot be read, or the disk is full.
pub async fn pack(app: &App, entries: Vec<Entry>) -> Answer<tokio::fs::File> {
    let folder = blobs::staging_folder(&app.config.data);
    let packed = tokio::task::spawn_blocking(move || write(&folder, entries)).await;
    let file = packed.map_err(|e| Refused::unavailable(&e))?.map_err(|e| Refused::unavailable(&e))?;
    Ok(tokio::fs::File::from_std(file))
}

/// The file has no name any more: it is gone when its last reader is.
fn write(folder: &std::path::Path, entries: Vec<Entry>) -> io::Result<File> {
    create_dirs(folder).map_err(io::Error::other)?;
    let mut file = tempfile::tempfile_in(folder)?;
    let mut zip = ZipWriter::new(&mut file);
    // Photographs do not become smaller.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut taken = HashSet::new();
    for entry in entries {
        zip.start_file(free_name(&entry, &mut taken), options)?;
        io::copy(&mut File::open(&entry.path)?, &mut zip)?;
    }
    zip.finish()?;
    io::Seek::rewind(&mut file)?;
    Ok(file)
}

fn free_name(entry: &Entry, taken: &mut HashSet<String>) -> String {
    let below = |name: &str| match entry.folder.as_str() {
        "" => name.to_owned(),
        folder => format!("{}/{name}", safe_part(folder)),
    };
    let mut name = below(&entry.name);
    let mut n = 2;
    while !taken.insert(name.to_lowercase()) {
        name = below(&numbered(&entry.name, n));
        n += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn same_names_are_numbered_and_bytes_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        std::fs::write(&path, b"photo").unwrap();
        let entry = || Entry { folder: "R8/17".into(), name: "写真.jpg".into(), path: path.clone() };
        let file = write(dir.path(), vec![entry(), entry()]).unwrap();
        let mut zip = zip::ZipArchive::new(file).unwrap();
        let names: Vec<String> = zip.file_names().map(|n| n.unwrap().into_owned()).collect();
        assert_eq!(names, ["R8／17/写真.jpg", "R8／17/写真 (2).jpg"]);
        let mut bytes = Vec::new();
        zip.by_index(1).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"photo");
    }
}
