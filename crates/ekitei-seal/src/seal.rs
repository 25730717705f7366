//! Sealed bytes and files: binary age, X25519 recipients only (no passphrase recipients, no armour).
//! The file forms stream in 64 KiB pieces; memory does not grow with the file.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use age::stream::StreamReader;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::atomic::{FileError, write_atomic};
use crate::error::SealError;
use crate::keys::{Identity, Recipient};
use crate::secret::hex;

const PIECE_BYTES: usize = 64 * 1024;

/// Two recipients take under 1 KiB. A stranger's file must not make us buffer an endless header.
const MAX_HEADER_BYTES: u64 = 16 * 1024;

/// Facts about what was just sealed. The plain hash names the content (records, folders), the cipher hash the transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub plain_sha256: String,
    pub plain_bytes: u64,
    pub cipher_sha256: String,
    pub cipher_bytes: u64,
}

/// Facts about what was opened to its verified end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub plain_sha256: String,
    pub plain_bytes: u64,
}

/// Seals a small value (a fetched page, a key) in memory.
///
/// # Errors
/// [`SealError::NoRecipients`].
pub fn seal_bytes(plain: &[u8], recipients: &[Recipient]) -> Result<Vec<u8>, SealError> {
    let mut cipher = Vec::with_capacity(plain.len() + 1024);
    seal_reader(plain, &mut cipher, recipients)?;
    Ok(cipher)
}

/// Opens what [`seal_bytes`] made with any one of the identities; the plain bytes are wiped when dropped.
///
/// # Errors
/// [`SealError::NoMatchingKey`], [`SealError::Damaged`] or [`SealError::Truncated`].
pub fn open_bytes(cipher: &[u8], identities: &[Identity]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut plain = Zeroizing::new(Vec::with_capacity(cipher.len()));
    open_reader(cipher, identities)?.copy_to(&mut *plain)?;
    Ok(plain)
}

/// Seals `src` into `cipher` without placing any file.
///
/// # Errors
/// [`SealError::NoRecipients`], or the failure of either side.
pub fn seal_reader(
    mut src: impl Read,
    cipher: impl Write,
    recipients: &[Recipient],
) -> Result<Sealed, SealError> {
    if recipients.is_empty() {
        return Err(SealError::NoRecipients);
    }
    // X25519 recipients of one kind always combine; the other failures of age concern plug-ins and passphrases.
    let encryptor = age::Encryptor::with_recipients(recipients.iter().map(Recipient::as_age))
        .map_err(|_| SealError::InvalidKey)?;
    let mut stream = encryptor.wrap_output(Counted::new(cipher)).map_err(SealError::Io)?;
    let mut plain = Counted::new(io::sink());
    pump(&mut src, |piece| {
        plain.write_all(piece)?;
        stream.write_all(piece)
    })?;
    let (cipher_sha256, cipher_bytes) = stream.finish().map_err(SealError::Io)?.finish();
    let (plain_sha256, plain_bytes) = plain.finish();
    Ok(Sealed { plain_sha256, plain_bytes, cipher_sha256, cipher_bytes })
}

/// Seals `src` into the file `dest`, durably and all or nothing (see [`crate::atomic`]).
///
/// # Errors
/// As [`seal_reader`], or the [`FileError`] of the placement. `dest` is then untouched.
pub fn seal_file(src: impl Read, dest: &Path, recipients: &[Recipient]) -> Result<Sealed, SealError> {
    write_atomic(dest, |file| seal_reader(src, file, recipients)).map_err(|error| match error {
        // The disk filled while writing: say which file.
        SealError::Io(source) => FileError::new("seal", dest, source).into(),
        other => other,
    })
}

/// Opens the sealed file at `path` into `out`.
///
/// Each piece is authentic when it is written, but whether the file is complete is known only at its end:
/// **on an error, discard what was written**. [`open_to_file`] does that by itself.
///
/// # Errors
/// As [`open_bytes`], or a [`FileError`] when the file cannot be read.
pub fn open_file(path: &Path, identities: &[Identity], out: impl Write) -> Result<Opened, SealError> {
    let file = File::open(path).map_err(|e| FileError::new("open", path, e))?;
    open_reader(file, identities)?.copy_to(out)
}

/// Opens the sealed file at `path` into the file `dest`, which appears only when everything was verified.
///
/// # Errors
/// As [`open_file`].
pub fn open_to_file(path: &Path, identities: &[Identity], dest: &Path) -> Result<Opened, SealError> {
    write_atomic(dest, |file| open_file(path, identities, file))
}

/// Hash (SHA-256, hex) and length of a file as it lies there: what travels of a sealed one.
///
/// # Errors
/// A [`FileError`] when it cannot be read.
pub fn measure_file(path: &Path) -> Result<(String, u64), SealError> {
    let mut file = File::open(path).map_err(|e| FileError::new("open", path, e))?;
    let mut counted = Counted::new(io::sink());
    pump(&mut file, |piece| counted.write_all(piece))?;
    Ok(counted.finish())
}

/// Begins to open a sealed stream: checks the header, yields a reader of the plain bytes.
///
/// # Errors
/// [`SealError::NoMatchingKey`], [`SealError::Damaged`] or [`SealError::Truncated`].
pub fn open_reader<R: Read>(src: R, identities: &[Identity]) -> Result<OpenReader<R>, SealError> {
    let left = Arc::new(AtomicU64::new(MAX_HEADER_BYTES));
    let limited = HeaderLimit { inner: BufReader::with_capacity(PIECE_BYTES, src), left: Arc::clone(&left) };
    let decryptor = age::Decryptor::new(limited).map_err(from_decrypt)?;
    if decryptor.is_scrypt() {
        return Err(SealError::Damaged);
    }
    let stream = decryptor.decrypt(identities.iter().map(Identity::as_age)).map_err(from_decrypt)?;
    left.store(u64::MAX, Ordering::Relaxed);
    Ok(OpenReader { stream })
}

/// Plain bytes of a sealed stream. A read error of kind `UnexpectedEof` means cut short, `InvalidData` damaged.
pub struct OpenReader<R> {
    stream: StreamReader<HeaderLimit<R>>,
}

impl<R: Read> OpenReader<R> {
    /// Copies everything to `out` and verifies the end of the stream.
    ///
    /// # Errors
    /// As [`open_file`]; discard `out` then.
    pub fn copy_to(mut self, out: impl Write) -> Result<Opened, SealError> {
        let mut out = Counted::new(out);
        pump(&mut self.stream, |piece| out.write_all(piece)).map_err(|error| match error {
            SealError::Io(e) => from_stream(e),
            other => other,
        })?;
        out.flush().map_err(SealError::Io)?;
        let (plain_sha256, plain_bytes) = out.finish();
        Ok(Opened { plain_sha256, plain_bytes })
    }
}

impl<R: Read> Read for OpenReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buf)
    }
}

/// Lets age read at most so many bytes while it still looks for the end of the header.
struct HeaderLimit<R> {
    inner: BufReader<R>,
    left: Arc<AtomicU64>,
}

impl<R: Read> Read for HeaderLimit<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == u64::MAX {
            return self.inner.read(buf);
        }
        let allowed = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buf[..allowed])?;
        if read == 0 && !buf.is_empty() && allowed == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "header too long"));
        }
        self.left.store(left - read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Reads `src` to its end in pieces; the buffer held plain bytes, so it is wiped.
fn pump(src: &mut impl Read, mut sink: impl FnMut(&[u8]) -> io::Result<()>) -> Result<(), SealError> {
    let mut piece = Zeroizing::new(vec![0u8; PIECE_BYTES]);
    loop {
        match src.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(n) => sink(&piece[..n]).map_err(SealError::Io)?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(SealError::Io(e)),
        }
    }
}

/// Counts and hashes what passes.
struct Counted<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W> Counted<W> {
    fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    fn finish(self) -> (String, u64) {
        (hex(&self.hash.finalize()), self.bytes)
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buf)?;
        self.hash.update(&buf[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn from_decrypt(error: age::DecryptError) -> SealError {
    match error {
        age::DecryptError::NoMatchingKeys => SealError::NoMatchingKey,
        age::DecryptError::Io(e) => from_stream(e),
        _ => SealError::Damaged,
    }
}

fn from_stream(error: io::Error) -> SealError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => SealError::Truncated,
        io::ErrorKind::InvalidData => SealError::Damaged,
        _ => SealError::Io(error),
    }
}
