//! Where each field of a record stands in its metadata, and how long the fields are. Normative
//! text: `specs/03-records.md`. The contract's handlers and the [native engine](crate::native) both
//! read it from here.

macro_rules! fields {
    ($($(#[$doc:meta])* $record:ident { $($field:ident,)* } $end:ident)*) => {
        $($(#[$doc])*
        pub(crate) mod $record {
            fields!(@ 0; $($field,)* $end,);
        })*
    };
    (@ $at:expr; $field:ident, $($rest:tt)*) => {
        pub(crate) const $field: usize = $at;
        fields!(@ $field + 32; $($rest)*);
    };
    (@ $at:expr;) => {};
}

// The last name of each is where the fields end; `HEAD` is followed by the length of the last
// field, which is `bytes`, and then its data.
fields! {
    /// The opening record.
    opening { KIND, CODE_HASH, } LENGTH
    /// `BALANCE`, `EXTCODESIZE`, `EXTCODEHASH`.
    account_fact { ACCOUNT, COLD, VALUE, } LENGTH
    /// `EXTCODECOPY`.
    extcodecopy { ACCOUNT, COLD, OFFSET, SIZE, CODE, } HEAD
    /// `BLOCKHASH`, `BLOBHASH`, `TLOAD`, `TSTORE`.
    keyed { KEY, VALUE, } LENGTH
    /// The opcodes that only push a word.
    fact { VALUE, } LENGTH
    /// `SLOAD`.
    sload { KEY, COLD, VALUE, } LENGTH
    /// `SSTORE`.
    sstore { KEY, VALUE, COLD, ORIGINAL, CURRENT, STATE_ROOT, } LENGTH
    /// A log; the topics come behind.
    log { DATA_HASH, } TOPICS
    /// A call; from `OUTCOME` on as in `outcome`.
    call {
        ACCOUNT, VALUE, COLD, EMPTY, DELEGATED, DELEGATE, DELEGATE_COLD, OUTCOME, DATA_HASH, GAS,
        GAS_USED, STATUS, STATE_ROOT, RETURNDATA,
    } HEAD
    /// A creation; from `OUTCOME` on as in `outcome`.
    create {
        NONCE_OR_SALT, VALUE, OUTCOME, DATA_HASH, GAS, GAS_USED, STATUS, STATE_ROOT, RETURNDATA,
    } HEAD
    /// What calls and creations share, from the outcome on.
    outcome {
        OUTCOME, DATA_HASH, GAS, GAS_USED, STATUS, STATE_ROOT, RETURNDATA, RETURNED_SIZE,
    } RETURNED
    /// `SELFDESTRUCT`.
    selfdestruct { BENEFICIARY, COLD, EMPTY, BALANCE, STATE_ROOT, } LENGTH
}
