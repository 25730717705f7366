//! Pictures that go onto paper: upright display copies (JPEG) and signatures (PNG or JPEG). Their size is read from the
//! header, the compressed picture is passed on as it is; only metadata segments are taken out.

use std::path::Path;
use std::sync::Arc;

use ekitei_model::fault::Fault;

/// Largest picture file, in bytes. A display copy has about 0.4 MB.
pub(crate) const PICTURE_LIMIT_BYTES: usize = 10 * 1024 * 1024;
/// Longest side of a picture, in pixels.
pub(crate) const SIDE_LIMIT_PX: u32 = 10_000;
/// Most pixels of a picture.
const PIXELS_LIMIT: u64 = 50_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
}

impl Kind {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// Pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// A checked picture without metadata. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Picture {
    bytes: Arc<Vec<u8>>,
    kind: Kind,
    size: Size,
}

impl Picture {
    /// Checks the header and takes out EXIF, XMP, comments and the like; the picture data are not re-encoded.
    ///
    /// Errors: `picture-unknown`, `picture-damaged`, `picture-large`, `picture-unsupported`.
    pub fn new(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > PICTURE_LIMIT_BYTES {
            return Err(Fault::ask("picture-large")
                .with("size_mb", bytes.len().div_ceil(1_000_000))
                .with("limit_mb", PICTURE_LIMIT_BYTES / (1024 * 1024)));
        }
        let (kind, size, clean) = if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            let (size, clean) = jpeg(bytes)?;
            (Kind::Jpeg, size, clean)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            let (size, clean) = png(bytes)?;
            (Kind::Png, size, clean)
        } else {
            return Err(Fault::ask("picture-unknown"));
        };
        let pixels = u64::from(size.width) * u64::from(size.height);
        if size.width == 0 || size.height == 0 {
            return Err(damaged());
        }
        if size.width.max(size.height) > SIDE_LIMIT_PX || pixels > PIXELS_LIMIT {
            return Err(Fault::ask("picture-pixels")
                .with("width", size.width)
                .with("height", size.height)
                .with("limit_mp", PIXELS_LIMIT / 1_000_000));
        }
        Ok(Self { bytes: Arc::new(clean), kind, size })
    }

    /// Reads a display copy from a file. Errors: those of [`Picture::new`], and `picture-unreadable`.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let length = std::fs::metadata(path).map_err(|_| Fault::retry("picture-unreadable"))?.len();
        if length > PICTURE_LIMIT_BYTES as u64 {
            return Err(Fault::ask("picture-large")
                .with("size_mb", length.div_ceil(1_000_000))
                .with("limit_mb", PICTURE_LIMIT_BYTES / (1024 * 1024)));
        }
        let bytes = std::fs::read(path).map_err(|_| Fault::retry("picture-unreadable"))?;
        Self::new(&bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    pub(crate) fn shared(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.bytes)
    }
    pub fn kind(&self) -> Kind {
        self.kind
    }
    pub fn size(&self) -> Size {
        self.size
    }
    /// Width divided by height.
    pub(crate) fn aspect(&self) -> f32 {
        self.size.width as f32 / self.size.height as f32
    }
}

fn damaged() -> Fault {
    Fault::ask("picture-damaged")
}

/// Walks the segments up to the scan: keeps what decoding needs (with APP0 and Adobe's APP14), drops the rest.
fn jpeg(bytes: &[u8]) -> Result<(Size, Vec<u8>), Fault> {
    let mut clean = Vec::with_capacity(bytes.len());
    clean.extend_from_slice(&bytes[..2]);
    let mut size = None;
    let mut at = 2;
    loop {
        while bytes.get(at) == Some(&0xff) && bytes.get(at + 1) == Some(&0xff) {
            at += 1; // fill bytes
        }
        let (Some(0xff), Some(&marker)) = (bytes.get(at), bytes.get(at + 1)) else { return Err(damaged()) };
        if matches!(marker, 0x01 | 0xd0..=0xd7) {
            at += 2;
            continue;
        }
        let Some(length) = bytes.get(at + 2..at + 4).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])))
        else {
            return Err(damaged());
        };
        let Some(segment) = bytes.get(at..at + 2 + length).filter(|_| length >= 2) else {
            return Err(damaged());
        };
        match marker {
            0xc0..=0xc2 => {
                let Some(&[precision, h1, h0, w1, w0, components]) = segment.get(4..10) else {
                    return Err(damaged());
                };
                if precision != 8 || !matches!(components, 1 | 3) || size.is_some() {
                    return Err(Fault::ask("picture-unsupported"));
                }
                size = Some(Size {
                    width: u32::from(u16::from_be_bytes([w1, w0])),
                    height: u32::from(u16::from_be_bytes([h1, h0])),
                });
                clean.extend_from_slice(segment);
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Err(Fault::ask("picture-unsupported")),
            0xd8 | 0xd9 => return Err(damaged()),
            0xda => {
                // A second picture behind the end (a preview, a motion clip) stays out.
                let end = end_of_picture(bytes, at + 2 + length);
                clean.extend_from_slice(&bytes[at..end]);
                if !bytes[..end].ends_with(&[0xff, 0xd9]) {
                    clean.extend_from_slice(&[0xff, 0xd9]);
                }
                return size.map(|size| (size, clean)).ok_or_else(damaged);
            }
            0xe0 if segment.get(4..9) == Some(b"JFIF\0") && length >= 16 => {
                // Without the thumbnail that JFIF allows.
                clean.extend_from_slice(&[0xff, 0xe0, 0, 16]);
                clean.extend_from_slice(&segment[4..16]);
                clean.extend_from_slice(&[0, 0]);
            }
            0xee if segment.get(4..9) == Some(b"Adobe") => clean.extend_from_slice(segment),
            0xe0..=0xef | 0xfe => {}
            _ => clean.extend_from_slice(segment),
        }
        at += 2 + length;
    }
}

/// The end of the picture: after the first EOI that is not inside a segment. Between scans of a progressive picture
/// there are segments; in entropy-coded data every 0xff is followed by 0 or a restart marker.
fn end_of_picture(bytes: &[u8], mut at: usize) -> usize {
    while at + 1 < bytes.len() {
        let Some(step) = memchr::memchr(0xff, &bytes[at..bytes.len() - 1]) else { break };
        at += step;
        match bytes[at + 1] {
            0xd9 => return at + 2,
            0x00 | 0x01 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => match bytes.get(at + 2..at + 4) {
                Some(length) => at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]])),
                None => break,
            },
        }
    }
    bytes.len()
}

/// Keeps the chunks that make the picture.
fn png(bytes: &[u8]) -> Result<(Size, Vec<u8>), Fault> {
    let mut clean = bytes[..8].to_vec();
    let mut size = None;
    let mut at = 8;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(chunk) = length.checked_add(12).and_then(|all| bytes.get(at..at.checked_add(all)?)) else {
            return Err(damaged());
        };
        let name = &head[4..8];
        match name {
            b"IHDR" if length == 13 && size.is_none() => {
                let number = |from: usize| {
                    u32::from_be_bytes([chunk[from], chunk[from + 1], chunk[from + 2], chunk[from + 3]])
                };
                size = Some(Size { width: number(8), height: number(12) });
                clean.extend_from_slice(chunk);
            }
            b"PLTE" | b"IDAT" | b"tRNS" | b"sRGB" | b"gAMA" if size.is_some() => {
                clean.extend_from_slice(chunk)
            }
            b"IEND" => {
                clean.extend_from_slice(chunk);
                return size.map(|size| (size, clean)).ok_or_else(damaged);
            }
            _ => {}
        }
        at += length + 12;
    }
    Err(damaged())
}
