//! `cargo xtask demo`: the office, two phones and the stage page. See `ekitei_tests::demo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ekitei_tests::demo::main()
}
