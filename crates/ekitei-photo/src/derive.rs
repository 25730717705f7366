//! The one call the phone makes for a new photograph: check, hash, display copy, thumbnail.

use crate::codec::JpegCodec;
use crate::probe::{check_file_size, inspect};
use crate::{
    DISPLAY_MAX_PX, DISPLAY_MIN_PX, DISPLAY_PX, Exif, Frame, JPEG_QUALITY, PhotoError, Probe, THUMB_PX,
};
use crate::{FILE_LIMIT_BYTES, codec, metadata, raster};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;

/// A derived JPEG without any metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct Variant {
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// SHA-256 of `bytes`.
    pub sha256: [u8; 32],
}

/// A checked photograph and what was made from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// SHA-256 of the original bytes.
    pub sha256: [u8; 32],
    pub probe: Probe,
    pub exif: Exif,
    /// Upright, about 2,016 px on its long edge.
    pub display: Variant,
    /// Upright, 320 px on its long edge, made from the display copy's pixels.
    pub thumb: Variant,
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of `bytes` as 64 lower-case hexadecimal digits, the form that records and blob folders use.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

impl Derived {
    /// The original's hash as hexadecimal.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

impl std::fmt::Debug for Variant {
    /// Leaves the pixels out: they are content, and long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Variant({}x{}, {} bytes, {})",
            self.width,
            self.height,
            self.bytes.len(),
            self.sha256_hex()
        )
    }
}

impl Variant {
    /// The variant's hash as hexadecimal.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// Checks a photograph and makes its derivatives with the codec of this build.
///
/// # Errors
/// A [`PhotoError`] that says why the photograph is refused.
pub fn derive(bytes: &[u8]) -> Result<Derived, PhotoError> {
    derive_with(codec(), bytes)
}

/// Reads a file (never more than the size limit) and derives; returns the original bytes too, so that they need not be
/// read twice.
///
/// # Errors
/// `Unreadable` when the file cannot be read, otherwise as [`derive`].
pub fn derive_file(path: &Path) -> Result<(Vec<u8>, Derived), PhotoError> {
    let unreadable = |error: std::io::Error| PhotoError::Unreadable { detail: error.to_string() };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    check_file_size(length)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // The file may have grown since its length was asked for.
    file.take(FILE_LIMIT_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let derived = derive(&bytes)?;
    Ok((bytes, derived))
}

/// As [`derive`], with a chosen codec.
///
/// # Errors
/// As [`derive`].
pub fn derive_with(codec: &dyn JpegCodec, bytes: &[u8]) -> Result<Derived, PhotoError> {
    let inspected = inspect(bytes)?;
    let exif = inspected.exif.map(metadata::parse).unwrap_or_default();
    let (frame, sha256) = std::thread::scope(|scope| {
        let hash = scope.spawn(|| sha256(bytes));
        let frame = match &inspected.jpeg {
            Some(header) => codec.decode(bytes, header, scale_divisor(header.width.max(header.height))),
            None => raster::decode(bytes, &inspected.probe),
        };
        (frame, hash.join().expect("hashing a slice cannot panic"))
    });
    let frame = display_size(frame?).upright(exif.orientation);
    let (display, thumb) = std::thread::scope(|scope| {
        let thumb = scope.spawn(|| variant(codec, frame.shrunk(THUMB_PX).as_ref().unwrap_or(&frame)));
        let display = variant(codec, &frame);
        (display, thumb.join().expect("resizing and encoding a checked frame do not panic"))
    });
    Ok(Derived { sha256, probe: inspected.probe, exif, display: display?, thumb: thumb? })
}

/// Decodes the whole photograph and forgets the pixels: whoever keeps the bytes knows that they are a picture to the
/// end. A JPEG is decoded at 1/8, which reads every bit of it and needs little memory.
///
/// # Errors
/// As [`derive`]; `Truncated` where the file ends too early.
pub fn verify(bytes: &[u8]) -> Result<Probe, PhotoError> {
    let inspected = inspect(bytes)?;
    match &inspected.jpeg {
        Some(header) => codec().decode(bytes, header, 8)?,
        None => raster::decode(bytes, &inspected.probe)?,
    };
    Ok(inspected.probe)
}

/// The largest of 8, 4, 2, 1 that leaves the long edge at 1,920 px or more.
pub(crate) fn scale_divisor(long_edge_px: u32) -> u8 {
    [8u8, 4, 2].into_iter().find(|d| long_edge_px.div_ceil(u32::from(*d)) >= DISPLAY_MIN_PX).unwrap_or(1)
}

fn display_size(frame: Frame) -> Frame {
    let (width, height) = frame.size();
    if width.max(height) <= DISPLAY_MAX_PX {
        return frame;
    }
    frame.shrunk(DISPLAY_PX).unwrap_or(frame)
}

fn variant(codec: &dyn JpegCodec, frame: &Frame) -> Result<Variant, PhotoError> {
    let bytes = codec.encode(frame, JPEG_QUALITY)?;
    let (width, height) = frame.size();
    Ok(Variant { sha256: sha256(&bytes), bytes, width, height })
}
