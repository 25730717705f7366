//! The office server's program; see the library.

fn main() -> std::process::ExitCode {
    ekitei_server::cli::main()
}
