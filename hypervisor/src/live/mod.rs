//! The live machine: the interpreter of the audit contract with its state operations going to the
//! host chain. Normative text: `specs/13-live.md`.
//!
//! A contract wallet calls it by `DELEGATECALL` with bytecode as calldata, and that bytecode runs
//! in the wallet's context without having been deployed. Opcode table, dispatch, stack, memory and
//! the test of jump destinations are the audit's; what is in this folder differs. Gas is the host's
//! own, and what ends a guest exceptionally ends the host's frame the same way.
//!
//! ```
//! use alloy_primitives::hex;
//! use iso_evm_hypervisor::live;
//! use iso_evm_wire::Fork;
//!
//! let hypervisor = live::bytecode(Fork::Osaka);
//! assert!(hypervisor.len() <= 24_576); // EIP-170
//!
//! // 3 + 4, returned: the calldata of the DELEGATECALL is the bytecode itself.
//! let code = hex!("600360040160005260ff6000f3");
//! assert_eq!(live::encode_call(&code, &[]).as_ref(), code);
//! ```

mod jumps;
mod setup;
mod view;
mod wrapper;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use iso_evm_wire::Fork;

use crate::{
    emit::{
        asm::Assembler,
        contract::Contract,
        dispatch::{self, Machine, Shared},
        handlers, stack,
    },
    rules::archive::DETERMINISTIC_DEPLOYER,
};

pub use view::{VIEW, View};
pub use wrapper::{abi as wrapper_abi, emit_static_wrapper};

/// The errors of the entry. What the guest returns and reverts with is handed on as it is.
pub mod abi {
    use alloy_sol_types::sol;

    sol! {
        /// Called other than by `DELEGATECALL` or `CALLCODE`: the running account's own code is
        /// this one.
        #[derive(Debug)]
        error DirectCall();
        /// The second entry, with an offset and length that are not within the calldata, or code
        /// of 16 MB and more.
        #[derive(Debug)]
        error Malformed();
    }
}

/// First word of calldata that holds bytecode and calldata for it. As code it would halt at its
/// first byte, and no contract can start with that byte (EIP-3541).
pub fn magic() -> B256 {
    let mut magic = keccak256("iso-evm live: bytecode and calldata");
    magic.0[0] = 0xef;
    magic
}

/// Bytes before the bytecode in a call that [`encode_call`] makes: magic word, offset, length.
const HEAD: usize = 96;

/// Emits the live machine for guests of one fork.
pub fn emit_live(fork: Fork) -> Contract {
    let mut asm = Assembler::default();
    let shared = Shared::new(&mut asm, Machine::Live, fork.into());
    setup::emit(&mut asm, &shared);
    dispatch::emit(&mut asm, &shared);
    stack::emit(&mut asm, &shared);
    let jumpi_taken = asm.label("JUMPI.taken", 2);
    jumps::emit(&mut asm, &shared, jumpi_taken);
    handlers::emit(&mut asm, &shared, jumpi_taken);
    handlers::host::emit(&mut asm, &shared);
    Contract::new(asm.link_slots(shared.fault))
}

/// The runtime code of the live machine of `fork`; the same at every address.
pub fn bytecode(fork: Fork) -> Bytes {
    emit_live(fork).code
}

/// Where the live machine of `fork` is, deployed with salt zero through the deterministic deployer
/// that most chains have.
pub fn address(fork: Fork) -> Address {
    DETERMINISTIC_DEPLOYER.create2_from_code(B256::ZERO, emit_live(fork).initcode())
}

/// Calldata that runs `code` on `input`: the code alone if there is no input, else magic word,
/// offset and length of the code, the code, the input.
pub fn encode_call(code: &[u8], input: &[u8]) -> Bytes {
    let magic = magic();
    if input.is_empty() && !code.starts_with(magic.as_slice()) {
        return Bytes::copy_from_slice(code);
    }
    let offset = U256::from(HEAD).to_be_bytes::<32>();
    let length = U256::from(code.len()).to_be_bytes::<32>();
    [magic.as_slice(), &offset, &length, code, input].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fork_fits_eip_170() {
        for fork in Fork::ALL {
            let size = bytecode(fork).len();
            println!("{fork}: {size}");
            assert!(size <= 24_576, "{fork}: {size}");
        }
    }
}
