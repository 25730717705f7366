//! The screens' types are those of the core.

#[test]
fn the_generated_types_are_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/shared/src/gen/bridge.ts");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == ekitei_core::bridge::typescript(),
        "ui/shared/src/gen/bridge.ts is stale: run `cargo run -p ekitei-core --example export_ts`"
    );
}
