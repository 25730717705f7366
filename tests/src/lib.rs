//! What the tests, the demo and the benchmarks share: a line that can be cut, an office, phones, drawn scenes.
//! Nothing of the product lives here; everything here may use all of the product.

pub mod demo;
pub mod desk;
pub mod host;
pub mod kill;
pub mod line;
pub mod office;
pub mod phone;
pub mod programs;
pub mod sheet;
pub mod shots;
pub mod web;

pub use ekitei_scenes as scenes;
