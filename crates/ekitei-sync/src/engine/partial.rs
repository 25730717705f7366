//! Stretches of a file that does not come in one piece. They wait in `DIR/partial/`, each sealed to a key that was made
//! for this file and lies in the queue: no plain byte is written, and a killed process goes on where it was, locked too.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ekitei_model::RecordId;
use ekitei_model::kinds::Variant;
use ekitei_seal::atomic::{FileError, create_dirs};
use ekitei_seal::{Identity, open_reader, seal_file};
use ekitei_store::queue::{Download, meta};
use ekitei_store::{Home, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const KEY: &str = "sync.partial";
const FOLDER: &str = "partial";

/// Which file it is, and what of it is here.
#[derive(Serialize, Deserialize)]
struct Row {
    record: RecordId,
    variant: Variant,
    sha256: String,
    /// age secret key of the stretches.
    secret: Zeroizing<String>,
    /// Plain length of each stretch.
    stretches: Vec<u64>,
}

/// One file on its way. There is at most one.
pub struct Partial {
    row: Row,
    key: Identity,
    folder: PathBuf,
}

impl Partial {
    /// What is here of `wish`; stretches of any other file are given up.
    pub fn of(home: &Home, wish: &Download) -> Result<Option<Self>, StoreError> {
        let Some(row) = home.queue().read(|c| meta::json::<Row>(c, KEY))? else { return Ok(None) };
        let same = row.record == wish.record && row.variant == wish.variant && row.sha256 == wish.sha256;
        let folder = home.dir().join(FOLDER);
        match Identity::from_secret_string(&row.secret) {
            Ok(key) if same => Ok(Some(Self { row, key, folder })),
            _ => {
                discard(home)?;
                Ok(None)
            }
        }
    }

    /// A file of which nothing is here.
    pub fn begin(home: &Home, wish: &Download) -> Result<Self, StoreError> {
        discard(home)?;
        let folder = home.dir().join(FOLDER);
        create_dirs(&folder)?;
        let key = Identity::generate();
        let row = Row {
            record: wish.record,
            variant: wish.variant,
            sha256: wish.sha256.clone(),
            secret: key.to_secret_string(),
            stretches: Vec::new(),
        };
        Ok(Self { row, key, folder })
    }

    /// The next byte to ask for.
    pub fn len_bytes(&self) -> u64 {
        self.row.stretches.iter().sum()
    }

    /// Keeps one more stretch: the file first, then the row that counts it.
    pub fn push(&mut self, home: &Home, plain: &[u8]) -> Result<(), StoreError> {
        let path = self.path(self.row.stretches.len());
        seal_file(plain, &path, &[self.key.recipient()])?;
        self.row.stretches.push(plain.len() as u64);
        home.queue().write(|tx| meta::set_json(tx, KEY, &self.row))
    }

    /// Everything that is here, in order, followed by `rest`.
    pub fn read<'a>(&self, rest: &'a [u8]) -> Result<Box<dyn Read + 'a>, StoreError> {
        let mut whole: Box<dyn Read + 'a> = Box::new(io::empty());
        for n in 0..self.row.stretches.len() {
            let path = self.path(n);
            let file = File::open(&path).map_err(|e| FileError::new("open", &path, e))?;
            whole = Box::new(whole.chain(open_reader(file, std::slice::from_ref(&self.key))?));
        }
        Ok(Box::new(whole.chain(rest)))
    }

    fn path(&self, n: usize) -> PathBuf {
        self.folder.join(format!("{n}.age"))
    }
}

/// Forgets the row, then the stretches (unreadable without it).
pub fn discard(home: &Home) -> Result<(), StoreError> {
    let folder = home.dir().join(FOLDER);
    if home.queue().read(|c| meta::text(c, KEY))?.is_some() {
        home.queue().write(|tx| meta::remove(tx, KEY))?;
    }
    remove(&folder)
}

fn remove(folder: &Path) -> Result<(), StoreError> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(FileError::new("delete", folder, e).into()),
        _ => Ok(()),
    }
}
