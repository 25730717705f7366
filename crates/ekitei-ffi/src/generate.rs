//! Kotlin and Python from the built library. Not part of the crate: the generator's program and a test include it.

use camino::Utf8PathBuf;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate_with_bindgen_paths};
use uniffi_bindgen::{BindgenPaths, BindgenPathsLayer};

/// Where this crate's `uniffi.toml` is, without asking cargo.
struct Here;

impl BindgenPathsLayer for Here {
    fn get_crate_root(&self, crate_name: &str) -> Option<Utf8PathBuf> {
        (crate_name == "ekitei_ffi").then(|| Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")))
    }
}

/// Writes the bindings of `library` below `folder`.
///
/// # Errors
/// What the generator says.
pub fn generate(language: TargetLanguage, library: &str, folder: &str) -> Result<(), String> {
    let mut paths = BindgenPaths::default();
    paths.add_layer(Here);
    let options = GenerateOptions {
        languages: vec![language],
        source: Utf8PathBuf::from(library),
        out_dir: Utf8PathBuf::from(folder),
        crate_filter: Some("ekitei_ffi".to_owned()),
        ..GenerateOptions::default()
    };
    generate_with_bindgen_paths(options, paths).map_err(|error| format!("{error:#}"))
}
