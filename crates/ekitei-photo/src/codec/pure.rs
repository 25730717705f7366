//! The codec without C: jpeg-decoder (scaled inverse transform) and jpeg-encoder.

use super::JpegCodec;
use crate::frame::{Frame, Layout};
use crate::{DECODED_LIMIT_BYTES, JpegHeader, PhotoError};
use jpeg_decoder::{Decoder, Error, PixelFormat};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pure Rust; always there.
#[derive(Debug, Clone, Copy, Default)]
pub struct PureCodec;

impl JpegCodec for PureCodec {
    fn name(&self) -> &'static str {
        "pure-rust"
    }

    fn decode(&self, bytes: &[u8], header: &JpegHeader<'_>, divisor: u8) -> Result<Frame, PhotoError> {
        // The decoder has asserts that foreign data can reach; a refused photo must not stop the app.
        catch_unwind(AssertUnwindSafe(|| decode(bytes, header, divisor)))
            .unwrap_or_else(|_| Err(PhotoError::damaged("the decoder gave up")))
    }

    fn encode(&self, frame: &Frame, quality: u8) -> Result<Vec<u8>, PhotoError> {
        let (width, height) = frame.size();
        let side = |px: u32| u16::try_from(px).map_err(PhotoError::damaged);
        let (width, height) = (side(width)?, side(height)?);
        let colour = match frame.layout() {
            Layout::Grey => ColorType::Luma,
            Layout::Rgb => ColorType::Rgb,
            Layout::Planar { .. } => {
                return Err(PhotoError::Unsupported { detail: "planar frames need libjpeg-turbo" });
            }
        };
        let mut out = Vec::with_capacity(frame.data().len() / 8);
        let mut encoder = Encoder::new(&mut out, quality);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.encode(frame.data(), width, height, colour).map_err(PhotoError::damaged)?;
        Ok(out)
    }
}

fn decode(bytes: &[u8], header: &JpegHeader<'_>, divisor: u8) -> Result<Frame, PhotoError> {
    let mut decoder = Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(DECODED_LIMIT_BYTES).unwrap_or(usize::MAX));
    decoder.read_info().map_err(refusal)?;
    let info = decoder.info().ok_or_else(|| PhotoError::damaged("no frame"))?;
    if (u32::from(info.width), u32::from(info.height)) != (header.width, header.height) {
        return Err(PhotoError::damaged("headers that disagree"));
    }
    // The decoder takes the smallest scale that reaches the wish on either side: wish on the long side only.
    let wish = |px: u16| px.div_ceil(u16::from(divisor));
    let (w, h) =
        if info.width >= info.height { (wish(info.width), u16::MAX) } else { (u16::MAX, wish(info.height)) };
    let (width, height) = decoder.scale(w, h).map_err(refusal)?;
    let mut data = decoder.decode().map_err(refusal)?;
    let layout = match info.pixel_format {
        PixelFormat::L8 => Layout::Grey,
        PixelFormat::RGB24 => Layout::Rgb,
        PixelFormat::CMYK32 => {
            cmyk_to_rgb(&mut data);
            Layout::Rgb
        }
        PixelFormat::L16 => return Err(PhotoError::Unsupported { detail: "16-bit JPEG" }),
    };
    Ok(Frame::packed(layout, u32::from(width), u32::from(height), data))
}

/// In place; ink 0 is white paper. Without a colour profile this is the usual approximation.
fn cmyk_to_rgb(data: &mut Vec<u8>) {
    let count = data.len() / 4;
    for i in 0..count {
        let white = 255 - u32::from(data[i * 4 + 3]);
        for c in 0..3 {
            let light = 255 - u32::from(data[i * 4 + c]);
            data[i * 3 + c] = ((light * white + 127) / 255) as u8;
        }
    }
    data.truncate(count * 3);
}

fn refusal(error: Error) -> PhotoError {
    match error {
        Error::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => PhotoError::Truncated,
        Error::Unsupported(_) => PhotoError::Unsupported { detail: "JPEG feature" },
        other => PhotoError::damaged(other),
    }
}
