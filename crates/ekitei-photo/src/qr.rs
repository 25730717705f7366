//! The QR codes in a picture.

use crate::{Frame, Layout, PhotoError, codec, probe, raster};

/// A code is looked for at these long edges, in pixels: large first (small codes far away), then small (a blurred or very
/// large code).
const EDGES_PX: [u32; 2] = [1_600, 640];

/// The texts of all codes in a picture, each once. What is a code and cannot be read is left out.
///
/// # Errors
/// As [`crate::derive`].
pub fn codes(bytes: &[u8]) -> Result<Vec<String>, PhotoError> {
    let inspected = probe::inspect(bytes)?;
    let frame = match &inspected.jpeg {
        Some(header) => {
            let scale = crate::derive::scale_divisor(header.width.max(header.height));
            codec().decode(bytes, header, scale)?
        }
        None => raster::decode(bytes, &inspected.probe)?,
    };
    let mut found = Vec::new();
    for edge in EDGES_PX {
        read(frame.shrunk(edge).as_ref().unwrap_or(&frame), &mut found);
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn read(frame: &Frame, found: &mut Vec<String>) {
    let (width, height) = frame.size();
    let (width, height) = (width as usize, height as usize);
    let data = frame.data();
    let light = |x: usize, y: usize| match frame.layout() {
        // The first plane is the luminance.
        Layout::Grey | Layout::Planar { .. } => data[y * width + x],
        Layout::Rgb => {
            let at = (y * width + x) * 3;
            let [red, green, blue] = [data[at], data[at + 1], data[at + 2]].map(u32::from);
            u8::try_from((red * 77 + green * 150 + blue * 29) >> 8).unwrap_or(u8::MAX)
        }
    };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, light);
    for grid in picture.detect_grids() {
        if let Ok((_, text)) = grid.decode()
            && !found.contains(&text)
        {
            found.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{ImageBuffer, Luma};

    /// A code of `module_px` large modules on grey, as PNG.
    fn picture(text: &str, module_px: u32) -> Vec<u8> {
        let code = qrcode::QrCode::new(text).unwrap();
        let (side, modules) = (u32::try_from(code.width()).unwrap(), code.to_colors());
        let picture = ImageBuffer::from_fn((side + 40) * module_px, (side + 12) * module_px, |x, y| {
            let at = |v: u32| (v / module_px).checked_sub(6).filter(|v| *v < side);
            let dark = at(x).zip(at(y)).map(|(x, y)| modules[(y * side + x) as usize] == qrcode::Color::Dark);
            Luma([if dark == Some(true) { 40_u8 } else { 215 }])
        });
        let mut out = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn codes_are_read_large_and_small() {
        let text = "ekitei://form/01890000-0000-7000-8000-000000000002?case=砂-0412";
        for module_px in [2, 5, 14, 40] {
            assert_eq!(codes(&picture(text, module_px)).unwrap(), [text], "{module_px} px a module");
        }
    }

    #[test]
    fn a_picture_without_a_code_has_none_and_what_is_no_picture_is_refused() {
        let plain = ImageBuffer::from_fn(300, 200, |x, y| Luma([((x * y) % 251) as u8]));
        let mut out = std::io::Cursor::new(Vec::new());
        plain.write_to(&mut out, image::ImageFormat::Png).unwrap();
        assert!(codes(&out.into_inner()).unwrap().is_empty());
        assert!(codes(b"no picture").is_err());
    }
}
