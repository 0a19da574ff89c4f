//! `iso-cluster`: tables of witnesses audited and asked by SQL, on one machine or many.

use std::process::ExitCode;

fn main() -> ExitCode {
    iso_evm_cluster::commands::iso_cluster(std::env::args_os())
}
