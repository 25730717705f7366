//! What is kept in the tree but made from this crate is up to date.
#![allow(clippy::unwrap_used)]

#[test]
fn the_typescript_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/shared/src/gen/forms/types.ts");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == ekitei_forms::typescript::typescript(),
        "stale: cargo run -p ekitei-forms --example export_forms_ts"
    );
}
