//! `Rules.sol`: what differs by fork and by upgrade.

use iso_evm_wire::{
    Fork, Rules, optimism,
    protocol::{
        BLOCK_HASHES, Change, GAS_STORAGE_SET, P256VERIFY, StateGas, last_precompile,
        storage_clear_refund,
    },
};

use super::{library, number, upper};

/// Functions over the tables: those are constants of their own.
const FUNCTIONS: &str = "
/// Rules that are not audited.
error Unknown(uint256 rules);

/// The fork of Ethereum that says what a message may do, by the number of the rules.
function forkOf(uint256 rules) internal pure returns (uint256 fork) {
    fork = UNKNOWN;
    if (rules < 32) fork = uint8(FORKS[rules]);
    else if (rules < 64) fork = uint8(UPGRADES[rules - 32]);
    if (fork == UNKNOWN) revert Unknown(rules);
}

/// Whether an account is a precompile.
function isPrecompile(uint256 rules, uint256 fork, address account) internal pure returns (bool) {
    uint256 number = uint256(uint160(account));
    if (number == P256VERIFY) return (P256VERIFY_RULES >> rules) & 1 == 1;
    return number != 0 && number <= ofFork(LAST_PRECOMPILES, fork);
}

/// What a write to a slot that was written before costs.
function storageGas(uint256 fork) internal pure returns (uint256) {
    return ofFork(STORAGE_GAS, fork);
}

/// What a write costs that changes a slot which was not zero.
function storageUpdateGas(uint256 fork) internal pure returns (uint256) {
    return ofFork(STORAGE_UPDATE_GAS, fork);
}

/// What clearing a slot gives back.
function storageClearRefund(uint256 fork) internal pure returns (uint256) {
    return ofFork(STORAGE_CLEAR_REFUNDS, fork);
}

/// A fork's number of a table.
function ofFork(uint256 table, uint256 fork) private pure returns (uint256) {
    return (table >> (32 * fork)) & 0xffffffff;
}";

/// The library of the rules.
pub(super) fn rules() -> String {
    let mut lines = vec!["// Forks of Ethereum.".to_owned()];
    lines.extend(Fork::ALL.map(|fork| number(&upper(fork.name()), fork.number())));
    lines.extend([String::new(), "// Changes: the first fork that has each.".to_owned()]);
    for change in Change::ALL {
        lines.push(number(&upper(change.name()), upper(change.since().name())));
    }
    lines.extend([
        String::new(),
        "// Changes of the OP Stack's own: the number of the first rules that have each."
            .to_owned(),
    ]);
    for change in optimism::Change::ALL {
        let since = Rules::from(change.since()).number();
        lines.push(number(&format!("OPTIMISM_{}", upper(change.name())), since));
    }
    lines.extend([
        String::new(),
        number("GAS_STORAGE_SET", GAS_STORAGE_SET),
        number("BLOCK_HASHES", BLOCK_HASHES),
        number("P256VERIFY", format!("{P256VERIFY:#x}")),
        number("UNKNOWN", "0xff"),
        String::new(),
        "// Forks by the numbers of rules, a byte each, and a bit for each rules.".to_owned(),
        bytes("FORKS", 0),
        bytes("UPGRADES", 32),
        private("P256VERIFY_RULES", &format!("{:#x}", rules_with_p256())),
        String::new(),
        "// Numbers by fork, 32 bits each.".to_owned(),
        by_fork("LAST_PRECOMPILES", last_precompile),
        by_fork("STORAGE_GAS", |fork| StateGas::of(fork).storage),
        by_fork("STORAGE_UPDATE_GAS", |fork| StateGas::of(fork).storage_update),
        by_fork("STORAGE_CLEAR_REFUNDS", |fork| storage_clear_refund(fork).unsigned_abs()),
    ]);
    lines.extend(FUNCTIONS.lines().map(str::to_owned));
    library("Rules", "What differs by fork and by upgrade.", &lines)
}

fn private(name: &str, number: &str) -> String {
    format!("uint256 private constant {name} = {number};")
}

/// The forks of the rules with 32 numbers, from the first one on.
fn bytes(name: &str, first: usize) -> String {
    let fork = |number| {
        let rules = u8::try_from(first + number).ok().and_then(Rules::of_number);
        rules.map_or(u8::MAX, |rules| rules.fork().number())
    };
    let text: String = (0..32).map(|number| format!("{:02x}", fork(number))).collect();
    format!("bytes32 private constant {name} = 0x{text};")
}

fn rules_with_p256() -> u64 {
    let with = Rules::ALL.into_iter().filter(|rules| rules.has_p256_verify());
    with.fold(0, |bits, rules| bits | 1_u64 << rules.number())
}

fn by_fork(name: &str, of: impl Fn(Fork) -> u64) -> String {
    // The newest stands first: a fork's number counts from the lowest bits.
    let text: String = Fork::ALL.iter().rev().map(|fork| format!("{:08x}", of(*fork))).collect();
    private(name, &format!("0x{text}"))
}
