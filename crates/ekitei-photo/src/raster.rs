//! PNG and WebP: headers read here, pixels by the image crate under its limits.

use crate::frame::{Frame, Layout};
use crate::{Format, PhotoError, Probe};
use image::codecs::{png::PngDecoder, webp::WebPDecoder};
use image::{ColorType, ImageDecoder, ImageError, Limits};
use std::io::Cursor;

/// What a PNG decoder may allocate beside the picture itself: rows, palettes, unpacked text blocks.
const WORKING_LIMIT_BYTES: u64 = 32_000_000;

pub(crate) struct Header<'a> {
    pub width: u32,
    pub height: u32,
    pub bytes_per_pixel: u64,
    pub exif: Option<&'a [u8]>,
}

/// Walks the chunks of a PNG up to its end chunk.
pub(crate) fn png_header(bytes: &[u8]) -> Result<Header<'_>, PhotoError> {
    let mut rest = &bytes[8..];
    let mut header: Option<Header<'_>> = None;
    let mut exif = None;
    loop {
        let (Some(length), Some(kind)) = (rest.first_chunk::<4>(), rest.get(4..8)) else {
            return Err(PhotoError::Truncated);
        };
        let length = u32::from_be_bytes(*length) as usize;
        let body = rest.get(8..8 + length).ok_or(PhotoError::Truncated)?;
        rest = rest.get(12 + length..).ok_or(PhotoError::Truncated)?;
        match (kind, &header) {
            (b"IHDR", None) => header = Some(ihdr(body)?),
            (b"IHDR", Some(_)) | (_, None) => {
                return Err(PhotoError::damaged("PNG header chunk missing or repeated"));
            }
            (b"eXIf", Some(_)) => exif = Some(body),
            (b"IEND", Some(_)) => break,
            _ => {}
        }
    }
    let header = header.ok_or_else(|| PhotoError::damaged("no PNG header"))?;
    Ok(Header { exif, ..header })
}

fn ihdr(body: &[u8]) -> Result<Header<'_>, PhotoError> {
    let &[w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, ..] = body else {
        return Err(PhotoError::damaged("a short PNG header"));
    };
    // A palette may carry transparency, so it counts as four bytes a pixel.
    let samples = match colour {
        0 => 1,
        2 => 3,
        3 | 6 => 4,
        4 => 2,
        _ => return Err(PhotoError::damaged("unknown PNG colour type")),
    };
    Ok(Header {
        width: u32::from_be_bytes([w3, w2, w1, w0]),
        height: u32::from_be_bytes([h3, h2, h1, h0]),
        bytes_per_pixel: samples * if depth == 16 { 2 } else { 1 },
        exif: None,
    })
}

/// Walks the chunks of a WebP; the size comes from the first picture chunk.
pub(crate) fn webp_header(bytes: &[u8]) -> Result<Header<'_>, PhotoError> {
    let riff = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
    let mut rest = bytes.get(12..riff.saturating_add(8)).ok_or(PhotoError::Truncated)?;
    let mut size = None;
    let mut exif = None;
    while let (Some(kind), Some(length)) = (rest.first_chunk::<4>(), rest.get(4..8)) {
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let body = rest.get(8..8usize.saturating_add(length)).ok_or(PhotoError::Truncated)?;
        // Chunks are padded to even lengths; the padding of the last one is sometimes missing.
        rest = rest.get(8 + length + (length & 1)..).unwrap_or_default();
        match kind {
            b"VP8X" | b"VP8 " | b"VP8L" if size.is_none() => size = Some(webp_size(kind, body)?),
            b"EXIF" => exif = Some(body),
            _ => {}
        }
    }
    let (width, height) = size.ok_or(PhotoError::Truncated)?;
    Ok(Header { width, height, bytes_per_pixel: 4, exif })
}

fn webp_size(kind: &[u8; 4], body: &[u8]) -> Result<(u32, u32), PhotoError> {
    let short = || PhotoError::damaged("a short WebP header");
    let at = |i: usize| body.get(i).copied().map(u32::from).ok_or_else(short);
    Ok(match kind {
        b"VP8X" => (1 + (at(4)? | at(5)? << 8 | at(6)? << 16), 1 + (at(7)? | at(8)? << 8 | at(9)? << 16)),
        b"VP8L" => {
            let bits = at(1)? | at(2)? << 8 | at(3)? << 16 | at(4)? << 24;
            (1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff))
        }
        _ => ((at(6)? | at(7)? << 8) & 0x3fff, (at(8)? | at(9)? << 8) & 0x3fff),
    })
}

/// Decodes a probed PNG or WebP (of an animation, the first picture).
pub(crate) fn decode(bytes: &[u8], probe: &Probe) -> Result<Frame, PhotoError> {
    // Foreign data must not stop the app, whatever asserts a decoder has.
    std::panic::catch_unwind(|| decode_checked(bytes, probe))
        .unwrap_or_else(|_| Err(PhotoError::damaged("the decoder gave up")))
}

fn decode_checked(bytes: &[u8], probe: &Probe) -> Result<Frame, PhotoError> {
    let reader = Cursor::new(bytes);
    match probe.format {
        Format::Png => {
            let mut limits = Limits::no_limits();
            limits.max_alloc = Some(WORKING_LIMIT_BYTES);
            pixels(PngDecoder::with_limits(reader, limits).map_err(refusal)?, probe)
        }
        Format::WebP => pixels(WebPDecoder::new(reader).map_err(refusal)?, probe),
        Format::Jpeg => Err(PhotoError::Unsupported { detail: "JPEG has its own decoder" }),
    }
}

fn pixels(decoder: impl ImageDecoder, probe: &Probe) -> Result<Frame, PhotoError> {
    let (width, height) = decoder.dimensions();
    // The decoder must not see another size than the one that was checked.
    if (width, height) != (probe.width, probe.height) || decoder.total_bytes() > probe.decoded_bytes {
        return Err(PhotoError::damaged("headers that disagree"));
    }
    let colour = decoder.color_type();
    let mut data = vec![0; usize::try_from(decoder.total_bytes()).map_err(PhotoError::damaged)?];
    decoder.read_image(&mut data).map_err(refusal)?;
    let (samples, wide) = match colour {
        ColorType::L8 => (1, false),
        ColorType::La8 => (2, false),
        ColorType::Rgb8 => (3, false),
        ColorType::Rgba8 => (4, false),
        ColorType::L16 => (1, true),
        ColorType::La16 => (2, true),
        ColorType::Rgb16 => (3, true),
        ColorType::Rgba16 => (4, true),
        _ => return Err(PhotoError::Unsupported { detail: "floating-point pixels" }),
    };
    let layout = if samples < 3 { Layout::Grey } else { Layout::Rgb };
    flatten(&mut data, samples, wide);
    Ok(Frame::packed(layout, width, height, data))
}

/// In place: 16 bits become 8, transparency is laid on white paper.
fn flatten(data: &mut Vec<u8>, samples: usize, wide: bool) {
    if wide {
        let half = data.len() / 2;
        for i in 0..half {
            data[i] = (u16::from_ne_bytes([data[2 * i], data[2 * i + 1]]) >> 8) as u8;
        }
        data.truncate(half);
    }
    if samples.is_multiple_of(2) {
        let colours = samples - 1;
        let count = data.len() / samples;
        for i in 0..count {
            let alpha = u32::from(data[i * samples + colours]);
            for c in 0..colours {
                let value = u32::from(data[i * samples + c]);
                data[i * colours + c] = ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
            }
        }
        data.truncate(count * colours);
    }
}

fn refusal(error: ImageError) -> PhotoError {
    match &error {
        ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => PhotoError::Truncated,
        _ => PhotoError::damaged(error),
    }
}
