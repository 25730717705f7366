//! ekitei-shrink: a plane of 8-bit pixels in, the same picture in fewer pixels out.
//!
//! A package of its own because of what it costs to build: the kernels are generic, so they are compiled where they are
//! asked for, and two kinds of pixel are two thirds of everything that ekitei-photo would have to compile (233,000 of
//! 345,000 lines of LLVM IR), in its library, in its unit tests and for every feature again. Here it happens once,
//! beside everything else. Called by ekitei-photo alone.

use fast_image_resize as fir;
use fir::PixelTrait;
use fir::images::{TypedImage, TypedImageRef};
use fir::pixels::{U8, U8x3};

/// Rows of `width_px` pixels, one after the other without padding, one byte for each channel.
pub struct Plane<T> {
    pub width_px: u32,
    pub height_px: u32,
    pub samples: T,
}

/// One channel.
///
/// # Panics
/// When a buffer does not have exactly the size of its plane.
pub fn grey(from: &Plane<&[u8]>, to: &mut Plane<&mut [u8]>) {
    resize::<U8>(from, to);
}

/// Red, green, blue.
///
/// # Panics
/// When a buffer does not have exactly the size of its plane.
pub fn rgb(from: &Plane<&[u8]>, to: &mut Plane<&mut [u8]>) {
    resize::<U8x3>(from, to);
}

/// By the type of the pixels: asked by value, the library would build its kernels for all sixteen kinds of pixel.
fn resize<P: PixelTrait>(from: &Plane<&[u8]>, to: &mut Plane<&mut [u8]>) {
    let source = TypedImageRef::<P>::from_buffer(from.width_px, from.height_px, from.samples)
        .expect("the slice has the plane's size");
    let mut target = TypedImage::<P>::from_buffer(to.width_px, to.height_px, &mut *to.samples)
        .expect("the slice has the plane's size");
    let options = fir::ResizeOptions::new()
        .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::CatmullRom))
        .use_alpha(false);
    fir::Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .expect("the whole of the source is its own crop");
}
