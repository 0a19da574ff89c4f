//! Contracts that answer as a test pleases.

/// Runtime code that returns or reverts with data.
pub(crate) fn code(reverts: bool, data: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(data.len()).unwrap().to_be_bytes();
    let end = if reverts { 0xfd } else { 0xf3 };
    // PUSH2 length, PUSH1 12, PUSH0, CODECOPY, PUSH2 length, PUSH0, RETURN or REVERT
    let head = [0x61, high, low, 0x60, 12, 0x5f, 0x39, 0x61, high, low, 0x5f, end];
    [&head[..], data].concat()
}
