//! One directory with everything of one installation.

use crate::blobs::{Blobs, clean_folder};
use crate::db;
use crate::error::StoreError;
use crate::queue::{Queue, credential, meta, notices, pin};
use crate::uptime;
use crate::vault::Vault;
use ekitei_model::Fault;
use ekitei_seal::atomic::{FileError, create_dirs, fsync_dir, write_atomic};
use ekitei_seal::{
    Argon2Params, DeviceKeystore, Identity, PIN_PURPOSE, VaultKey, WrappedKey, rewrap, unwrap_with_pin,
    wrap_with_pin,
};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const QUEUE: &str = "queue.db";
const VAULT: &str = "vault.db";
/// Second place of the wrapped vault key, in case the queue must be set aside.
const VAULT_KEY: &str = "vault.key";
const OPEN_LOCK: &str = "open.lock";
const ENGINE_LOCK: &str = "engine.lock";
const INBOX_LOCK: &str = "inbox.lock";

/// Milliseconds since the phone was switched on, asleep or not.
pub type UpMs = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The open installation: `DIR/queue.db`, `vault.db`, `vault.key`, `blobs/`, `inbox/`, lock files.
pub struct Home {
    dir: PathBuf,
    keystore: Arc<dyn DeviceKeystore>,
    pin_cost: Argon2Params,
    up_ms: UpMs,
    queue: Queue,
    blobs: Blobs,
}

/// A lock of this home between threads and processes; released when dropped, and by the system when the process dies.
#[derive(Debug)]
pub struct FileGuard {
    _file: File,
}

impl Home {
    /// Lays out the directory and opens the queue; needs no user. A queue that cannot be read is moved aside and a notice
    /// (`store-set-aside`) is left; temporary files of killed processes are removed.
    ///
    /// # Errors
    /// [`StoreError::Newer`], key store and file faults.
    pub fn open(dir: &Path, keystore: Arc<dyn DeviceKeystore>, now_ms: i64) -> Result<Self, StoreError> {
        create_dirs(dir)?;
        keep_private(dir)?;
        let inbox = dir.join("inbox");
        create_dirs(&inbox)?;
        // Two processes must not both move a file aside, nor make it.
        let _opening = locked(&dir.join(OPEN_LOCK))?;
        let queue = open_queue(&dir.join(QUEUE), &*keystore, now_ms)?;
        let blobs = Blobs::open(dir.join("blobs"))?;
        blobs.clean()?;
        clean_folder(&inbox)?;
        let home = Self {
            dir: dir.to_owned(),
            keystore,
            pin_cost: Argon2Params::STANDARD,
            up_ms: Arc::new(uptime::ms),
            queue,
            blobs,
        };
        home.recover_wrapped_key()?;
        Ok(home)
    }

    /// Another cost of PIN attempts; tests that unlock hundreds of times.
    #[must_use]
    pub fn with_pin_cost(mut self, cost: Argon2Params) -> Self {
        self.pin_cost = cost;
        self
    }

    /// Another source of the time since switching on; tests that wait for a PIN's delay.
    #[must_use]
    pub fn with_up_ms(mut self, up_ms: UpMs) -> Self {
        self.up_ms = up_ms;
        self
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    pub fn keystore(&self) -> &dyn DeviceKeystore {
        &*self.keystore
    }

    /// Where cameras and file choosers put pictures.
    pub fn inbox(&self) -> PathBuf {
        self.dir.join("inbox")
    }

    /// The right to sync. `None`: the other process has it.
    pub fn engine_lock(&self) -> Result<Option<FileGuard>, StoreError> {
        let path = self.dir.join(ENGINE_LOCK);
        let file = lock_file(&path)?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Some(FileGuard { _file: file })),
            Err(fs4::TryLockError::WouldBlock) => Ok(None),
            Err(fs4::TryLockError::Error(e)) => Err(FileError::new("lock", &path, e).into()),
        }
    }

    /// Waits until nobody else turns a file of the inbox into something.
    pub fn inbox_lock(&self) -> Result<FileGuard, StoreError> {
        locked(&self.dir.join(INBOX_LOCK))
    }

    /// Whether a PIN can unlock something here.
    pub fn has_vault(&self) -> Result<bool, StoreError> {
        Ok(self.wrapped_key()?.is_some() && self.dir.join(VAULT).exists())
    }

    /// Makes an empty vault under `pin`, with the phone's age identity. Enrolment does this **before** it redeems its code.
    ///
    /// # Errors
    /// [`StoreError::VaultExists`] while enrolled with a vault; `pin-short`, `pin-weak`.
    pub fn create_vault(&self, pin: &str, identity: &Identity) -> Result<Vault, StoreError> {
        let enrolled = self.queue.read(credential::load)?.is_some();
        if enrolled && self.has_vault()? {
            return Err(StoreError::VaultExists);
        }
        let key = VaultKey::generate()?;
        let wrapped = wrap_with_pin(&key, pin, &*self.keystore, self.pin_cost)?;
        self.remove_vault_files()?;
        // Another vault's key.
        self.forget_biometrics()?;
        let vault = Vault::create(&self.dir.join(VAULT), &key, identity)?;
        self.keep_wrapped_key(&wrapped)?;
        pin::succeeded(&self.queue)?;
        Ok(vault)
    }

    /// Opens the vault. Wrong PINs are counted durably before they are tried, with a growing delay. Run [`Vault::replay`] next.
    /// A vault that cannot be read although the PIN is right is moved aside (notice `store-set-aside`).
    ///
    /// # Errors
    /// `pin-wrong`, [`StoreError::PinWait`], [`StoreError::NoVault`], [`StoreError::Corrupt`], [`StoreError::Newer`], `keystore-changed`.
    pub fn unlock(&self, pin: &str, now_ms: i64) -> Result<Vault, StoreError> {
        let wrapped = self.wrapped_key()?.ok_or(StoreError::NoVault)?;
        let path = self.dir.join(VAULT);
        if !path.exists() {
            return Err(StoreError::NoVault);
        }
        self.count_try()?;
        let key = unwrap_with_pin(&wrapped, pin, &*self.keystore)?;
        pin::succeeded(&self.queue)?;
        self.open_vault(&key, &wrapped, now_ms)
    }

    /// Counts a try of the PIN before it is made. A key store that gives nothing now (the phone's own lock was not opened for
    /// hours) costs no try.
    pub(crate) fn count_try(&self) -> Result<(), StoreError> {
        self.keystore.device_key(PIN_PURPOSE)?;
        pin::begin(&self.queue, (self.up_ms)())
    }

    pub(crate) fn open_vault(
        &self,
        key: &VaultKey,
        wrapped: &WrappedKey,
        now_ms: i64,
    ) -> Result<Vault, StoreError> {
        let path = self.dir.join(VAULT);
        if !path.exists() {
            return Err(StoreError::NoVault);
        }
        match Vault::open(&path, key) {
            Err(StoreError::Corrupt(detail)) => {
                let _opening = locked(&self.dir.join(OPEN_LOCK))?;
                let aside = db::set_aside(&path, now_ms)?;
                // With its key beside it, the file could still be read after a repair.
                let key_file = self.dir.join(format!("{aside}.key"));
                write_json(&key_file, wrapped)?;
                self.forget_wrapped_key()?;
                self.queue.write(|tx| notices::add(tx, &set_aside_notice(&aside), now_ms))?;
                Err(StoreError::Corrupt(detail))
            }
            other => other,
        }
    }

    /// Re-wraps the vault key; the vault itself stays as it is.
    ///
    /// # Errors
    /// As [`Home::unlock`] for the old PIN; `pin-short`, `pin-weak` for the new one.
    pub fn change_pin(&self, old: &str, new: &str) -> Result<(), StoreError> {
        ekitei_seal::check_pin(new)?;
        let wrapped = self.wrapped_key()?.ok_or(StoreError::NoVault)?;
        self.count_try()?;
        let renewed = rewrap(&wrapped, old, new, &*self.keystore, self.pin_cost)?;
        self.keep_wrapped_key(&renewed)?;
        pin::succeeded(&self.queue)
    }

    /// A lost PIN: gives up the vault for ever. The queue stays and is delivered under this device's id.
    pub fn discard_vault(&self) -> Result<(), StoreError> {
        self.forget_wrapped_key()?;
        self.remove_vault_files()?;
        pin::succeeded(&self.queue)
    }

    pub(crate) fn wrapped_key(&self) -> Result<Option<WrappedKey>, StoreError> {
        self.queue.read(|c| meta::json(c, meta::WRAPPED_KEY))
    }

    fn keep_wrapped_key(&self, wrapped: &WrappedKey) -> Result<(), StoreError> {
        self.queue.write(|tx| meta::set_json(tx, meta::WRAPPED_KEY, wrapped))?;
        write_json(&self.dir.join(VAULT_KEY), wrapped)
    }

    fn forget_wrapped_key(&self) -> Result<(), StoreError> {
        self.queue.write(|tx| {
            meta::remove(tx, meta::BIOMETRICS)?;
            meta::remove(tx, meta::WRAPPED_KEY)
        })?;
        remove_if_there(&self.dir.join(VAULT_KEY))
    }

    /// After the queue was set aside, the PIN must still open the vault.
    fn recover_wrapped_key(&self) -> Result<(), StoreError> {
        let path = self.dir.join(VAULT_KEY);
        if self.wrapped_key()?.is_some() || !path.exists() {
            return Ok(());
        }
        let text = fs::read_to_string(&path).map_err(|e| FileError::new("read", &path, e))?;
        match serde_json::from_str::<WrappedKey>(&text) {
            Ok(wrapped) => self.queue.write(|tx| meta::set_json(tx, meta::WRAPPED_KEY, &wrapped)),
            Err(_) => Ok(()),
        }
    }

    fn remove_vault_files(&self) -> Result<(), StoreError> {
        // A remembered key opens only the vault that it was remembered for.
        self.forget_unlocked()?;
        for suffix in ["", "-wal", "-shm"] {
            remove_if_there(&self.dir.join(format!("{VAULT}{suffix}")))?;
        }
        Ok(fsync_dir(&self.dir)?)
    }
}

fn open_queue(path: &Path, keystore: &dyn DeviceKeystore, now_ms: i64) -> Result<Queue, StoreError> {
    let key = keystore.device_key(QUEUE)?;
    match Queue::open(path, &key) {
        Err(StoreError::Corrupt(_)) => {
            let aside = db::set_aside(path, now_ms)?;
            let queue = Queue::open(path, &key)?;
            queue.write(|tx| notices::add(tx, &set_aside_notice(&aside), now_ms))?;
            Ok(queue)
        }
        other => other,
    }
}

fn set_aside_notice(name: &str) -> Fault {
    Fault::ask("store-set-aside").with("file", name)
}

fn write_json(path: &Path, wrapped: &WrappedKey) -> Result<(), StoreError> {
    let text = serde_json::to_string(wrapped)?;
    write_atomic(path, |file| file.write_all(text.as_bytes()).map_err(|e| FileError::new("write", path, e)))?;
    Ok(())
}

fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(FileError::new("delete", path, e).into()),
        _ => Ok(()),
    }
}

fn lock_file(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    Ok(options.open(path).map_err(|e| FileError::new("open", path, e))?)
}

/// Waits for the lock; held until dropped.
fn locked(path: &Path) -> Result<FileGuard, StoreError> {
    let file = lock_file(path)?;
    fs4::FileExt::lock(&file).map_err(|e| FileError::new("lock", path, e))?;
    Ok(FileGuard { _file: file })
}

#[cfg(unix)]
fn keep_private(dir: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
        .map_err(|e| FileError::new("protect", dir, e))?;
    Ok(())
}

#[cfg(not(unix))]
fn keep_private(_dir: &Path) -> Result<(), StoreError> {
    Ok(())
}
