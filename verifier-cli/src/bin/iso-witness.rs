//! `iso-witness`: record a transaction, inspect its witness, assemble one.

use std::process::ExitCode;

fn main() -> ExitCode {
    iso_evm_cli::commands::iso_witness(std::env::args_os()).into()
}
