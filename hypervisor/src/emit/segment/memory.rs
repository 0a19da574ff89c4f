//! Pages of memory that are not given. While there are any, no access takes the short way past
//! `touch`, which looks at each page that it comes to.

use iso_evm_wire::segment::{PAGE_SIZE, layout as seg};
use revm::bytecode::opcode::*;

use crate::emit::{asm::Code, dispatch::Shared};

/// What a page's number is shifted by.
pub(crate) const PAGE_BITS: u32 = PAGE_SIZE.ilog2();

/// Bytes of an entry in a list of pages: index and hash.
pub(crate) const LISTED: usize = 64;

/// Host: `…` → `are-there …`: whether there are pages that are not given, or that there is no room
/// for.
fn are_withheld(c: &mut Code<'_>) {
    c.push(seg::WITHHELD_AT).ops(&[CALLDATALOAD, CALLDATASIZE, GT]);
    c.push(seg::PAGES_FROM).ops(&[CALLDATALOAD, ISZERO, ISZERO, OR]);
}

/// Host: `page …` → `is-it …`: whether the page is not given, or there is no room for it.
pub(crate) fn is_withheld(c: &mut Code<'_>) {
    c.push(seg::PAGES_FROM).ops(&[CALLDATALOAD, DUP2, LT, SWAP1]); // page before
    c.push(seg::WITHHELD_AT).ops(&[CALLDATALOAD, ADD, CALLDATALOAD, PUSH0, BYTE, OR]);
}

/// Host: `limit …` → `limit …`: none, if any page is not given.
pub(crate) fn limit(c: &mut Code<'_>, shared: &Shared) {
    if shared.segment.is_some() {
        are_withheld(c);
        c.ops(&[ISZERO, MUL]);
    }
}

/// Ends the run if the guest comes to a page that is not given.
///
/// Host: `return offset length S` → the same.
pub(crate) fn is_given(c: &mut Code<'_>, shared: &Shared) {
    let Some(part) = shared.segment else { return };
    let given = c.local("given", 0);
    let page = c.local("page", 1);
    let looked = c.local("looked", 1);
    c.ops(&[DUP3]);
    are_withheld(c);
    c.ops(&[MUL, ISZERO]).jumpi(given);
    c.ops(&[DUP2]).push(PAGE_BITS).ops(&[SHR]); // page return offset length S
    c.bind(page);
    c.ops(&[DUP3, DUP5, ADD]).push(1).ops(&[SWAP1, SUB]).push(PAGE_BITS).ops(&[SHR]); // last page
    c.ops(&[DUP2, GT]).jumpi(looked); // page > last
    c.ops(&[DUP1]);
    is_withheld(c);
    c.jumpi(part.no_page);
    c.push(1).ops(&[ADD]).jump(page);
    c.bind(looked);
    c.ops(&[POP]);
    c.bind(given);
}
