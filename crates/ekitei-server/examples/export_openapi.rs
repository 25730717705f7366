//! Writes docs/openapi.json from the server's code; a test fails while the two differ.

fn main() -> std::io::Result<()> {
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json"), ekitei_server::openapi())
}
