//! Why a photograph was refused. Each reason has a stable code and parameters; texts live in assets/messages.

/// A refusal. The original bytes are never touched, so a refused file can still be kept or shown elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    #[error("the file is empty")]
    Empty,
    #[error("not a JPEG, PNG or WebP image")]
    Unknown,
    #[error("{format} images are not accepted")]
    Heic { format: &'static str },
    #[error("the file has {bytes} bytes, {limit_bytes} are allowed")]
    FileTooLarge { bytes: u64, limit_bytes: u64 },
    #[error("{width}x{height} has a side above {limit_px} pixels")]
    SideTooLong { width: u32, height: u32, limit_px: u32 },
    #[error("{width}x{height} has more than {limit_pixels} pixels")]
    TooManyPixels { width: u32, height: u32, limit_pixels: u64 },
    #[error("decoding would need {bytes} bytes, {limit_bytes} are allowed")]
    DecodedTooLarge { bytes: u64, limit_bytes: u64 },
    #[error("the file ends too early")]
    Truncated,
    #[error("the image data is damaged: {detail}")]
    Damaged { detail: String },
    #[error("this kind of image is not supported: {detail}")]
    Unsupported { detail: &'static str },
    #[error("the file cannot be read: {detail}")]
    Unreadable { detail: String },
}

impl PhotoError {
    /// The stable code under which the message catalogue keeps the text.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "photo-empty",
            Self::Unknown => "photo-unknown",
            Self::Heic { .. } => "photo-heic",
            Self::FileTooLarge { .. } => "photo-file-large",
            Self::SideTooLong { .. } => "photo-side-long",
            Self::TooManyPixels { .. } => "photo-pixels-many",
            Self::DecodedTooLarge { .. } => "photo-decoded-large",
            Self::Truncated => "photo-truncated",
            Self::Damaged { .. } => "photo-damaged",
            Self::Unsupported { .. } => "photo-unsupported",
            Self::Unreadable { .. } => "photo-unreadable",
        }
    }

    /// Parameters of the message text, by name. Numbers are rounded to the unit that the text shows.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let mb = |bytes: u64| bytes.div_ceil(1_000_000).to_string();
        match self {
            Self::Heic { format } => vec![("format", (*format).to_owned())],
            Self::FileTooLarge { bytes, limit_bytes } => {
                vec![("size_mb", mb(*bytes)), ("limit_mb", (limit_bytes / (1024 * 1024)).to_string())]
            }
            Self::SideTooLong { width, height, limit_px } => {
                vec![
                    ("width", width.to_string()),
                    ("height", height.to_string()),
                    ("limit_px", limit_px.to_string()),
                ]
            }
            Self::TooManyPixels { width, height, limit_pixels } => vec![
                ("width", width.to_string()),
                ("height", height.to_string()),
                ("limit_mp", (limit_pixels / 1_000_000).to_string()),
            ],
            Self::DecodedTooLarge { bytes, limit_bytes } => {
                vec![("size_mb", mb(*bytes)), ("limit_mb", (limit_bytes / 1_000_000).to_string())]
            }
            Self::Empty
            | Self::Unknown
            | Self::Truncated
            | Self::Damaged { .. }
            | Self::Unsupported { .. }
            | Self::Unreadable { .. } => Vec::new(),
        }
    }

    pub(crate) fn damaged(detail: impl std::fmt::Display) -> Self {
        Self::Damaged { detail: detail.to_string() }
    }
}
