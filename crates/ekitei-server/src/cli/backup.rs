//! `backup`: a consistent copy while the server runs. The database first, then the files it names (files are never
//! changed, so a second backup into the same folder copies only new ones), then the keys, then the receipt.

use super::{Done, Office, Stop, now_ms, say};
use crate::{blobs, keys, store};
use ekitei_model::Fault;
use ekitei_seal::atomic::{FileError, create_dirs, write_atomic};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The last file of a backup: without it the folder is none.
pub(crate) const RECEIPT: &str = "backup.json";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub at_ms: i64,
    pub epoch: String,
    pub blobs: usize,
    /// False: the database was saved by its own tools.
    pub database: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    office: Office,
    /// Folder for the backup; an earlier one there is brought up to date
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Only files and keys: with PostgreSQL, right after its own dump
    #[arg(long)]
    files_only: bool,
}

pub(crate) async fn run(args: &Args) -> Done {
    if args.office.database.is_some() && !args.files_only {
        return Err(Fault::ask("backup-elsewhere").into());
    }
    if !args.office.data.is_dir() {
        return Err(Fault::ask("data-missing").into());
    }
    let at_ms = now_ms();
    let storage = args.office.storage().await?;
    create_dirs(&args.to)?;
    blobs::remove(&args.to.join(RECEIPT))?;
    let epoch = storage.epoch().await?;
    if !args.files_only {
        let target = store::sqlite_path(&args.to);
        let fresh = target.with_extension("new");
        blobs::remove(&fresh)?;
        storage.backup(&fresh).await?;
        fs::rename(&fresh, &target).map_err(|e| FileError::new("rename", &target, e))?;
    }
    let rows = storage.all_blobs().await?;
    for row in &rows {
        let (from, to) = (blobs::path(&args.office.data, &row.sha256), blobs::path(&args.to, &row.sha256));
        copy_blob(&from, &to, row.bytes)?;
    }
    copy_keys(&args.office.data, &args.to)?;
    let receipt = Receipt { at_ms, epoch, blobs: rows.len(), database: !args.files_only };
    write_receipt(&args.to, &receipt)?;
    // Only now may phones let go of their originals.
    let hashes: Vec<String> = rows.into_iter().map(|r| r.sha256).collect();
    storage.mark_backed_up(&hashes, at_ms).await?;
    let (blobs, folder) = (hashes.len().to_string(), args.to.display().to_string());
    println!("{}", say("cli.backed-up", &[("blobs", &blobs), ("folder", &folder)]));
    Ok(())
}

pub(crate) fn copy_blob(from: &Path, to: &Path, bytes: u64) -> Result<(), Stop> {
    if fs::metadata(to).is_ok_and(|m| m.len() == bytes) {
        return Ok(());
    }
    copy(from, to)
}

pub(crate) fn copy_keys(from: &Path, to: &Path) -> Result<(), Stop> {
    let folder = keys::folder(from);
    create_dirs(&keys::folder(to))?;
    let listing = fs::read_dir(&folder).map_err(|e| FileError::new("list", &folder, e))?;
    for entry in listing {
        let entry = entry.map_err(|e| FileError::new("list", &folder, e))?;
        copy(&entry.path(), &keys::folder(to).join(entry.file_name()))?;
    }
    Ok(())
}

/// Durable and all or nothing.
fn copy(from: &Path, to: &Path) -> Result<(), Stop> {
    if let Some(folder) = to.parent() {
        create_dirs(folder)?;
    }
    write_atomic(to, |file| {
        let mut source = File::open(from).map_err(|e| FileError::new("read", from, e))?;
        io::copy(&mut source, file).map_err(|e| FileError::new("write", to, e))?;
        Ok::<(), FileError>(())
    })?;
    Ok(())
}

fn write_receipt(folder: &Path, receipt: &Receipt) -> Result<(), Stop> {
    let path = folder.join(RECEIPT);
    let text = serde_json::to_vec_pretty(receipt)?;
    write_atomic(&path, |f| f.write_all(&text).map_err(|e| FileError::new("write", &path, e)))?;
    Ok(())
}
