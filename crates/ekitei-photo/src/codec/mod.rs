//! JPEG in and out behind one trait: pure Rust always, libjpeg-turbo with the feature `turbo`.

mod pure;
#[cfg(feature = "turbo")]
mod turbo;

pub use pure::PureCodec;
#[cfg(feature = "turbo")]
pub use turbo::TurboCodec;

use crate::{Frame, JpegHeader, PhotoError};

/// Decodes at a reduced scale without ever holding the full-size picture, and encodes.
pub trait JpegCodec: Sync {
    /// A short name for reports.
    fn name(&self) -> &'static str;

    /// Decodes at 1/`divisor` (1, 2, 4 or 8); each side is rounded up.
    ///
    /// # Errors
    /// `Truncated` or `Damaged` when the picture data cannot be decoded whole.
    fn decode(&self, bytes: &[u8], header: &JpegHeader<'_>, divisor: u8) -> Result<Frame, PhotoError>;

    /// Encodes as a baseline JPEG without metadata.
    ///
    /// # Errors
    /// `Damaged` when the encoder refuses the frame; frames of this crate are never refused.
    fn encode(&self, frame: &Frame, quality: u8) -> Result<Vec<u8>, PhotoError>;
}

/// The codec of this build.
#[must_use]
pub fn codec() -> &'static dyn JpegCodec {
    #[cfg(feature = "turbo")]
    return &TurboCodec;
    #[cfg(not(feature = "turbo"))]
    return &PureCodec;
}

/// Name of the codec of this build.
#[must_use]
pub fn codec_name() -> &'static str {
    codec().name()
}
