//! `derive` under a name of its own, so that the builds with and without `turbo` lie side by side.
//! `cargo build --release -p ekitei-photo --features turbo --example derive_turbo`

mod derive;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    derive::main()
}
