//! `restore` and `new-epoch`: the office goes back to a backup, and every phone is told by a new epoch.

use super::backup::{RECEIPT, Receipt, copy_blob, copy_keys};
use super::{Done, Office, Stop, say};
use crate::{blobs, store};
use ekitei_model::Fault;
use ekitei_seal::atomic::{FileError, create_dirs};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The backup's folder
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    #[command(flatten)]
    office: Office,
}

pub(crate) async fn run(args: &Args) -> Done {
    let receipt = read_receipt(&args.from)?;
    let target = store::sqlite_path(&args.office.data);
    if target.exists() || crate::keys::folder(&args.office.data).exists() {
        return Err(Fault::ask("restore-not-empty").with("folder", args.office.data.display()).into());
    }
    create_dirs(&args.office.data)?;
    if args.office.database.is_none() {
        if !receipt.database {
            return Err(Fault::ask("restore-needs-database").into());
        }
        let from = store::sqlite_path(&args.from);
        copy_blob(&from, &target, u64::MAX)?;
    }
    copy_keys(&args.from, &args.office.data)?;
    let storage = args.office.storage().await?;
    for row in storage.all_blobs().await? {
        let (from, to) = (blobs::path(&args.from, &row.sha256), blobs::path(&args.office.data, &row.sha256));
        copy_blob(&from, &to, row.bytes)?;
    }
    // What was arriving when the backup was made has no staging file: the phones begin these anew.
    for upload in storage.uploads_expired(i64::MAX).await? {
        if !upload.done {
            storage.upload_drop(upload.id).await?;
        }
    }
    let epoch = storage.new_epoch().await?;
    println!("{}", say("cli.restored", &[("epoch", &epoch), ("blobs", &receipt.blobs.to_string())]));
    Ok(())
}

pub(crate) async fn new_epoch(office: &Office) -> Done {
    let epoch = office.storage().await?.new_epoch().await?;
    println!("{}", say("cli.new-epoch", &[("epoch", &epoch)]));
    Ok(())
}

fn read_receipt(folder: &Path) -> Result<Receipt, Stop> {
    let path = folder.join(RECEIPT);
    let missing = || Stop::from(Fault::ask("backup-incomplete").with("folder", folder.display()));
    if !path.exists() {
        return Err(missing());
    }
    let text = fs::read(&path).map_err(|e| FileError::new("read", &path, e))?;
    serde_json::from_slice(&text).map_err(|_| missing())
}
