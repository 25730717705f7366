//! Recognises a photograph by its content and refuses it, from its headers alone, when it is too large or not whole.

use crate::{DECODED_LIMIT_BYTES, FILE_LIMIT_BYTES, PIXELS_LIMIT, PhotoError, SIDE_LIMIT_PX, jpeg, raster};

/// A format that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Jpeg,
    Png,
    WebP,
}

impl Format {
    /// The usual file extension, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// The media type.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

/// What the headers say; the pixels have not been decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    pub format: Format,
    /// Size as stored, in pixels, before orientation.
    pub width: u32,
    pub height: u32,
    /// `width * height * bytes per pixel`.
    pub decoded_bytes: u64,
}

/// Recognises and checks a photograph without decoding it. File names and extensions play no part.
///
/// # Errors
/// Every refusal of [`PhotoError`] except `Unreadable`. A file that passes may still prove damaged when decoded.
pub fn probe(bytes: &[u8]) -> Result<Probe, PhotoError> {
    inspect(bytes).map(|inspected| inspected.probe)
}

/// A probe with what the decoders need next.
pub(crate) struct Inspected<'a> {
    pub probe: Probe,
    pub jpeg: Option<jpeg::JpegHeader<'a>>,
    pub exif: Option<&'a [u8]>,
}

pub(crate) fn inspect(bytes: &[u8]) -> Result<Inspected<'_>, PhotoError> {
    let format = sniff(bytes)?;
    check_file_size(bytes.len() as u64)?;
    let (width, height, bytes_per_pixel, header, exif) = match format {
        Format::Jpeg => {
            let h = jpeg::read(bytes)?;
            (h.width, h.height, u64::from(h.components), Some(h), h.exif)
        }
        Format::Png => {
            let h = raster::png_header(bytes)?;
            (h.width, h.height, h.bytes_per_pixel, None, h.exif)
        }
        Format::WebP => {
            let h = raster::webp_header(bytes)?;
            (h.width, h.height, h.bytes_per_pixel, None, h.exif)
        }
    };
    let decoded_bytes = check_dimensions(width, height, bytes_per_pixel)?;
    if header.is_some_and(|h| !h.plausible) {
        return Err(PhotoError::Truncated);
    }
    Ok(Inspected { probe: Probe { format, width, height, decoded_bytes }, jpeg: header, exif })
}

/// # Errors
/// `FileTooLarge` above [`FILE_LIMIT_BYTES`], `Empty` for nothing.
pub(crate) fn check_file_size(bytes: u64) -> Result<(), PhotoError> {
    match bytes {
        0 => Err(PhotoError::Empty),
        n if n > FILE_LIMIT_BYTES => {
            Err(PhotoError::FileTooLarge { bytes: n, limit_bytes: FILE_LIMIT_BYTES })
        }
        _ => Ok(()),
    }
}

/// Returns the decoded size in bytes. The three limits are independent: a side, an area, an amount of memory.
pub(crate) fn check_dimensions(width: u32, height: u32, bytes_per_pixel: u64) -> Result<u64, PhotoError> {
    if width == 0 || height == 0 {
        return Err(PhotoError::damaged("a side of zero pixels"));
    }
    if width > SIDE_LIMIT_PX || height > SIDE_LIMIT_PX {
        return Err(PhotoError::SideTooLong { width, height, limit_px: SIDE_LIMIT_PX });
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_LIMIT {
        return Err(PhotoError::TooManyPixels { width, height, limit_pixels: PIXELS_LIMIT });
    }
    let bytes = pixels * bytes_per_pixel;
    if bytes > DECODED_LIMIT_BYTES {
        return Err(PhotoError::DecodedTooLarge { bytes, limit_bytes: DECODED_LIMIT_BYTES });
    }
    Ok(bytes)
}

fn sniff(bytes: &[u8]) -> Result<Format, PhotoError> {
    match bytes {
        [] => Err(PhotoError::Empty),
        [0xff, 0xd8, 0xff, ..] => Ok(Format::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Ok(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Format::WebP),
        [_, _, _, _, b'f', b't', b'y', b'p', rest @ ..] => Err(iso_media(bytes, rest)),
        _ => Err(PhotoError::Unknown),
    }
}

/// HEIC and AVIF share a container with films; the brands at its start tell them apart.
fn iso_media(bytes: &[u8], brands: &[u8]) -> PhotoError {
    let box_len = bytes.first_chunk().map_or(0, |l| u32::from_be_bytes(*l)) as usize;
    let list = &brands[..brands.len().min(box_len.saturating_sub(8)).min(256)];
    let has = |wanted: &[&[u8; 4]]| list.chunks_exact(4).any(|brand| wanted.iter().any(|w| brand == *w));
    if has(&[b"avif", b"avis"]) {
        PhotoError::Heic { format: "AVIF" }
    } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
        PhotoError::Heic { format: "HEIC" }
    } else {
        PhotoError::Unknown
    }
}
