//! Walks the markers of a JPEG without decoding it: size, kind, EXIF segment, and whether the file is whole.

use crate::PhotoError;

/// A file with more scans than this only wastes time: cameras and editors write about ten.
const SCAN_LIMIT: u32 = 100;

/// What the markers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JpegHeader<'a> {
    /// Size as stored, before orientation.
    pub width: u32,
    pub height: u32,
    /// 1 grey, 3 colour, 4 CMYK.
    pub components: u8,
    pub progressive: bool,
    /// There is enough picture data for a picture of this size, though it may still be damaged.
    pub plausible: bool,
    /// The TIFF block of the EXIF segment, if there is one.
    pub exif: Option<&'a [u8]>,
}

/// Reads a file that starts with FF D8 up to its first end marker; what follows (second pictures, short films of some
/// cameras) is ignored.
///
/// # Errors
/// `Truncated` when the file ends before the end marker, `Unsupported` for lossless, arithmetic, hierarchical and
/// non-8-bit files, `Damaged` when the markers make no sense.
pub(crate) fn read(bytes: &[u8]) -> Result<JpegHeader<'_>, PhotoError> {
    let mut at = 2;
    let mut size = None;
    let mut exif = None;
    let mut scans = 0;
    let mut scan_bytes = 0;
    loop {
        let marker = next_marker(bytes, &mut at)?;
        match marker {
            0xd9 => break,
            0x01 | 0xd0..=0xd7 => continue,
            0xd8 => return Err(PhotoError::damaged("a second start marker")),
            _ => {}
        }
        let length = usize::from(word(bytes, at)?);
        if length < 2 {
            return Err(PhotoError::damaged("a segment shorter than its length field"));
        }
        let body = bytes.get(at + 2..at + length).ok_or(PhotoError::Truncated)?;
        at += length;
        match marker {
            0xc0..=0xc2 => {
                if size.is_some() {
                    return Err(PhotoError::damaged("two frame headers"));
                }
                size = Some(frame(body, marker == 0xc2)?);
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(PhotoError::Unsupported { detail: "lossless, arithmetic or hierarchical JPEG" });
            }
            0xe1 if exif.is_none() => exif = body.strip_prefix(b"Exif\0\0".as_slice()),
            0xda => {
                scans += 1;
                if size.is_none() || scans > SCAN_LIMIT {
                    return Err(PhotoError::damaged("scans without a frame, or too many"));
                }
                let start = at;
                skip_scan(bytes, &mut at)?;
                scan_bytes += (at - start) as u64;
            }
            _ => {}
        }
    }
    let frame = size.ok_or_else(|| PhotoError::damaged("no frame header"))?;
    if scans == 0 {
        return Err(PhotoError::damaged("no picture data"));
    }
    let Frame { width, height, components, progressive, blocks } = frame;
    // The shortest code has one bit. Decoders fill what is missing with grey and call it a picture.
    let plausible = scan_bytes * 8 >= blocks * if progressive { 1 } else { 2 };
    Ok(JpegHeader { width, height, components, progressive, plausible, exif })
}

struct Frame {
    width: u32,
    height: u32,
    components: u8,
    progressive: bool,
    /// Blocks of 8 x 8 samples over all components.
    blocks: u64,
}

fn frame(body: &[u8], progressive: bool) -> Result<Frame, PhotoError> {
    let &[precision, h1, h0, w1, w0, components, ..] = body else {
        return Err(PhotoError::damaged("a short frame header"));
    };
    if precision != 8 {
        return Err(PhotoError::Unsupported { detail: "JPEG with other than 8 bits a sample" });
    }
    if !matches!(components, 1 | 3 | 4) {
        return Err(PhotoError::Unsupported { detail: "JPEG with an unusual number of components" });
    }
    let width = u32::from(u16::from_be_bytes([w1, w0]));
    let height = u32::from(u16::from_be_bytes([h1, h0]));
    if width == 0 || height == 0 {
        return Err(PhotoError::damaged("a side of zero pixels"));
    }
    let (factors, _) = body[6..].as_chunks::<3>();
    if factors.len() != usize::from(components) {
        return Err(PhotoError::damaged("a frame header of the wrong length"));
    }
    let across = |hv: u8| u32::from(hv >> 4);
    let down = |hv: u8| u32::from(hv & 15);
    let widest = factors.iter().map(|f| across(f[1])).max().unwrap_or(0);
    let tallest = factors.iter().map(|f| down(f[1])).max().unwrap_or(0);
    if factors.iter().any(|f| !(1..=4).contains(&across(f[1])) || !(1..=4).contains(&down(f[1]))) {
        return Err(PhotoError::damaged("an impossible sampling factor"));
    }
    let blocks = factors.iter().map(|f| {
        let columns = (width * across(f[1])).div_ceil(widest * 8);
        let rows = (height * down(f[1])).div_ceil(tallest * 8);
        u64::from(columns) * u64::from(rows)
    });
    Ok(Frame { width, height, components, progressive, blocks: blocks.sum() })
}

fn word(bytes: &[u8], at: usize) -> Result<u16, PhotoError> {
    let pair = bytes.get(at..at + 2).ok_or(PhotoError::Truncated)?;
    Ok(u16::from_be_bytes([pair[0], pair[1]]))
}

/// The next marker code; skips fill bytes and stray bytes between segments, which decoders skip too.
fn next_marker(bytes: &[u8], at: &mut usize) -> Result<u8, PhotoError> {
    loop {
        let rest = bytes.get(*at..).ok_or(PhotoError::Truncated)?;
        let ff = rest.iter().position(|b| *b == 0xff).ok_or(PhotoError::Truncated)?;
        *at += ff + 1;
        match bytes.get(*at) {
            None => return Err(PhotoError::Truncated),
            Some(0x00) => *at += 1,
            Some(0xff) => {}
            Some(code) => {
                *at += 1;
                return Ok(*code);
            }
        }
    }
}

/// Moves to the marker that ends the entropy-coded data: FF not followed by 00, FF or a restart marker.
fn skip_scan(bytes: &[u8], at: &mut usize) -> Result<(), PhotoError> {
    loop {
        let rest = bytes.get(*at..).ok_or(PhotoError::Truncated)?;
        let ff = rest.iter().position(|b| *b == 0xff).ok_or(PhotoError::Truncated)?;
        match rest.get(ff + 1) {
            None => return Err(PhotoError::Truncated),
            Some(0x00 | 0xd0..=0xd7) => *at += ff + 2,
            Some(0xff) => *at += ff + 1,
            Some(_) => {
                *at += ff;
                return Ok(());
            }
        }
    }
}
