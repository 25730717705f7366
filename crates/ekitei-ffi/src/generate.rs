//! Kotlin and Python from the built library. Not part of the crate: the generator's program and the tests include it.

use camino::Utf8PathBuf;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate_with_bindgen_paths};
use uniffi_bindgen::{BindgenPaths, BindgenPathsLayer};

/// Where `uniffi.toml` is, without asking cargo.
struct Crate(Utf8PathBuf);

impl BindgenPathsLayer for Crate {
    fn get_crate_root(&self, crate_name: &str) -> Option<Utf8PathBuf> {
        (crate_name == "ekitei_ffi").then(|| self.0.clone())
    }
}

/// Writes the bindings of `library` (built from the crate in `root`) below `folder`.
///
/// # Errors
/// What the generator says.
pub fn generate(root: &str, language: TargetLanguage, library: &str, folder: &str) -> Result<(), String> {
    let mut paths = BindgenPaths::default();
    paths.add_layer(Crate(root.into()));
    let options = GenerateOptions {
        languages: vec![language],
        source: library.into(),
        out_dir: folder.into(),
        crate_filter: Some("ekitei_ffi".to_owned()),
        ..GenerateOptions::default()
    };
    generate_with_bindgen_paths(options, paths).map_err(|error| format!("{error:#}"))
}
