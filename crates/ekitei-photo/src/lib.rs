//! ekitei-photo: bytes of a photograph in, a checked photo with its hash, an upright display copy and a thumbnail out.
//!
//! Lives here: recognising the format, refusing what is too large or broken *before* decoding it, EXIF time, place and
//! orientation, scaled JPEG decoding, derivatives, the QR codes in a picture. Does not live here: databases, network, sealing, file names, texts
//! for people. Called by ekitei-core (phone) and ekitei-server (checks before a receipt).
//!
//! The original is evidence: no function here changes its bytes; orientation is only applied to the copies.

mod codec;
mod derive;
mod error;
mod frame;
mod jpeg;
mod metadata;
mod probe;
mod qr;
mod raster;

#[cfg(feature = "turbo")]
pub use codec::TurboCodec;
pub use codec::{JpegCodec, PureCodec, codec, codec_name};
pub use derive::{Derived, Variant, derive, derive_file, derive_with, sha256, sha256_hex, verify};
pub use error::PhotoError;
pub use frame::{Frame, Layout};
pub use jpeg::JpegHeader;
pub use metadata::{Exif, read_exif};
pub use probe::{Format, Probe, probe};
pub use qr::codes;

/// Largest file accepted, in bytes.
pub const FILE_LIMIT_BYTES: u64 = 30 * 1024 * 1024;
/// Longest side accepted, in pixels.
pub const SIDE_LIMIT_PX: u32 = 16_384;
/// Most pixels accepted.
pub const PIXELS_LIMIT: u64 = 64_000_000;
/// Largest decoded size accepted (`width * height * bytes per pixel`), in bytes.
pub const DECODED_LIMIT_BYTES: u64 = 160_000_000;
/// The scaled JPEG decode takes the smallest of 1/1, 1/2, 1/4, 1/8 whose long edge is at least this.
pub const DISPLAY_MIN_PX: u32 = 1_920;
/// A display copy longer than this is resampled down to [`DISPLAY_PX`]; between the two it stays as decoded.
pub const DISPLAY_MAX_PX: u32 = 2_600;
/// Long edge of a resampled display copy.
pub const DISPLAY_PX: u32 = 2_016;
/// Long edge of the thumbnail.
pub const THUMB_PX: u32 = 320;
/// JPEG quality of both derivatives.
pub const JPEG_QUALITY: u8 = 80;
