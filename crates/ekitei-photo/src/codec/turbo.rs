//! The codec over libjpeg-turbo. Colour stays in JPEG's own planes from decoder to encoder where the sizes allow it.

use super::{JpegCodec, PureCodec};
use crate::frame::{Frame, Layout};
use crate::{JpegHeader, PhotoError};
use turbojpeg::{Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp, YuvImage};

/// libjpeg-turbo; what it warns about or cannot do goes to [`PureCodec`], so both accept the same files.
#[derive(Debug, Clone, Copy, Default)]
pub struct TurboCodec;

impl JpegCodec for TurboCodec {
    fn name(&self) -> &'static str {
        "libjpeg-turbo"
    }

    fn decode(&self, bytes: &[u8], header: &JpegHeader<'_>, divisor: u8) -> Result<Frame, PhotoError> {
        // libjpeg-turbo reports harmless warnings (stray bytes between segments) and real damage alike; the second
        // decoder tells them apart.
        match decode(bytes, header, divisor) {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) | Err(_) => PureCodec.decode(bytes, header, divisor),
        }
    }

    fn encode(&self, frame: &Frame, quality: u8) -> Result<Vec<u8>, PhotoError> {
        encode(frame, quality).map_err(PhotoError::damaged)
    }
}

/// `None`: a picture that is left to the other codec (CMYK, or a header read differently).
fn decode(bytes: &[u8], header: &JpegHeader<'_>, divisor: u8) -> turbojpeg::Result<Option<Frame>> {
    let scale = match divisor {
        2 => ScalingFactor::ONE_HALF,
        4 => ScalingFactor::ONE_QUARTER,
        8 => ScalingFactor::ONE_EIGHTH,
        _ => ScalingFactor::ONE,
    };
    let mut decoder = Decompressor::new()?;
    let full = decoder.read_header(bytes)?;
    if (full.width, full.height) != (header.width as usize, header.height as usize) {
        return Ok(None);
    }
    decoder.set_scaling_factor(scale)?;
    let scaled = full.scaled(scale);
    let (width, height) = (scaled.width, scaled.height);
    let layout = match (full.colorspace, full.subsamp) {
        (Colorspace::Gray, _) => Layout::Grey,
        (Colorspace::YCbCr, Subsamp::Sub2x2) => planar(2, 2, width, height),
        (Colorspace::YCbCr, Subsamp::Sub2x1) => planar(2, 1, width, height),
        (Colorspace::YCbCr, Subsamp::Sub1x2) => planar(1, 2, width, height),
        (Colorspace::YCbCr | Colorspace::RGB, _) => Layout::Rgb,
        _ => return Ok(None),
    };
    let mut data;
    match layout {
        Layout::Planar { .. } => {
            data = vec![0; turbojpeg::yuv_pixels_len(width, 1, height, full.subsamp)?];
            let planes =
                YuvImage { pixels: data.as_mut_slice(), width, align: 1, height, subsamp: full.subsamp };
            decoder.decompress_to_yuv(bytes, planes)?;
        }
        Layout::Grey | Layout::Rgb => {
            let (format, channels) = packed_format(layout);
            data = vec![0; width * height * channels];
            let image = Image { pixels: data.as_mut_slice(), width, pitch: width * channels, height, format };
            decoder.decompress(bytes, image)?;
        }
    }
    let side = |px: usize| u32::try_from(px).map_err(|_| turbojpeg::Error::IntegerOverflow("side"));
    Ok(Some(Frame::packed(layout, side(width)?, side(height)?, data)))
}

/// Planes need sides that divide evenly; otherwise interleaved colour.
fn planar(across: u32, down: u32, width: usize, height: usize) -> Layout {
    if width.is_multiple_of(2) && height.is_multiple_of(2) {
        Layout::Planar { across, down }
    } else {
        Layout::Rgb
    }
}

fn packed_format(layout: Layout) -> (PixelFormat, usize) {
    match layout {
        Layout::Grey => (PixelFormat::GRAY, 1),
        Layout::Rgb | Layout::Planar { .. } => (PixelFormat::RGB, 3),
    }
}

fn encode(frame: &Frame, quality: u8) -> turbojpeg::Result<Vec<u8>> {
    let (width, height) = frame.size();
    let (width, height) = (width as usize, height as usize);
    let mut encoder = Compressor::new()?;
    encoder.set_quality(i32::from(quality))?;
    match frame.layout() {
        Layout::Planar { across, down } => {
            let subsamp = match (across, down) {
                (2, 1) => Subsamp::Sub2x1,
                (1, 2) => Subsamp::Sub1x2,
                _ => Subsamp::Sub2x2,
            };
            encoder.set_subsamp(subsamp)?;
            encoder.compress_yuv_to_vec(YuvImage { pixels: frame.data(), width, align: 1, height, subsamp })
        }
        layout @ (Layout::Grey | Layout::Rgb) => {
            let (format, channels) = packed_format(layout);
            encoder.set_subsamp(if layout == Layout::Grey { Subsamp::Gray } else { Subsamp::Sub2x2 })?;
            encoder.compress_to_vec(Image {
                pixels: frame.data(),
                width,
                pitch: width * channels,
                height,
                format,
            })
        }
    }
}
