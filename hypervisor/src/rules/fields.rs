//! Where each field of a record stands in its metadata, and how long the fields are: as the table of
//! records says, with one name where several records are read by one handler. Normative text:
//! `specs/03-records.md`. The contract's handlers and the [native engine](crate::native) both read it
//! from here.

use iso_evm_wire::records::offsets;

pub(crate) use offsets::{opening, selfdestruct, sload, sstore};

/// `BALANCE`, `EXTCODESIZE`, `EXTCODEHASH`.
pub(crate) mod account_fact {
    use super::offsets::{balance, extcodehash, extcodesize};

    pub(crate) use balance::{ACCOUNT, BALANCE as VALUE, COLD, LENGTH};

    const _: () = assert!(
        ACCOUNT == extcodesize::ACCOUNT
            && COLD == extcodesize::COLD
            && VALUE == extcodesize::SIZE
            && LENGTH == extcodesize::LENGTH
    );
    const _: () = assert!(
        ACCOUNT == extcodehash::ACCOUNT
            && COLD == extcodehash::COLD
            && VALUE == extcodehash::CODE_HASH
            && LENGTH == extcodehash::LENGTH
    );
}

/// `EXTCODECOPY`; the length of the code follows after `HEAD`, then the code.
pub(crate) mod extcodecopy {
    pub(crate) use super::offsets::extcodecopy::{ACCOUNT, COLD, LENGTH as HEAD, OFFSET, SIZE};
}

/// `BLOCKHASH`, `BLOBHASH`, `TLOAD`, `TSTORE`.
pub(crate) mod keyed {
    use super::offsets::{blobhash, blockhash, tload, tstore};

    pub(crate) use tload::{KEY, LENGTH, VALUE};

    const _: () = assert!(KEY == tstore::KEY && KEY == blockhash::NUMBER && KEY == blobhash::INDEX);
    const _: () =
        assert!(VALUE == tstore::VALUE && VALUE == blockhash::HASH && VALUE == blobhash::HASH);
    const _: () = assert!(
        LENGTH == tstore::LENGTH && LENGTH == blockhash::LENGTH && LENGTH == blobhash::LENGTH
    );
}

/// The opcodes that only push a word.
pub(crate) mod fact {
    pub(crate) use super::offsets::value::{LENGTH, VALUE};
}

/// A log; the topics come behind.
pub(crate) mod log {
    pub(crate) use super::offsets::log::{DATA_HASH, TOPICS};
}

/// A call; from `OUTCOME` on as in `outcome`.
pub(crate) mod call {
    pub(crate) use super::offsets::call::{
        ACCOUNT, COLD, DELEGATE, DELEGATE_COLD, DELEGATED, EMPTY, LENGTH as HEAD, OUTCOME, VALUE,
    };
}

/// A creation; from `OUTCOME` on as in `outcome`.
pub(crate) mod create {
    use super::offsets::create2;

    pub(crate) use super::offsets::create::{
        LENGTH as HEAD, NONCE as NONCE_OR_SALT, OUTCOME, VALUE,
    };

    const _: () = assert!(
        NONCE_OR_SALT == create2::SALT
            && VALUE == create2::VALUE
            && OUTCOME == create2::OUTCOME
            && HEAD == create2::LENGTH
    );
}

/// What calls and creations share, from the outcome on.
pub(crate) mod outcome {
    use super::offsets::{call, create, create2};

    /// Constants that count from the outcome, in all three records alike.
    macro_rules! from_outcome {
        ($($name:ident = $call:ident, $create:ident;)*) => {
            $(
                pub(crate) const $name: usize = call::$call - call::OUTCOME;
                const _: () = assert!($name == create::$create - create::OUTCOME);
                const _: () = assert!($name == create2::$create - create2::OUTCOME);
            )*
        };
    }

    from_outcome! {
        OUTCOME = OUTCOME, OUTCOME;
        DATA_HASH = CALLDATA_HASH, INITCODE_HASH;
        GAS = GAS, GAS;
        GAS_USED = GAS_USED, GAS_USED;
        STATUS = STATUS, STATUS;
        STATE_ROOT = STATE_ROOT, STATE_ROOT;
        RETURNED_SIZE = LENGTH, LENGTH;
    }

    /// The returned bytes follow after their length.
    pub(crate) const RETURNED: usize = RETURNED_SIZE + 32;
}
