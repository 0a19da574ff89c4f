//! `iso-verify`: audit a witness, or emit the contracts that do.

use std::process::ExitCode;

fn main() -> ExitCode {
    iso_evm_cli::commands::iso_verify(std::env::args_os()).into()
}
