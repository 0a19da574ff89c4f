//! The table of records: what stands in the metadata of each opcode's record, and who answers for it.
//! All else that knows a record's shape follows from here.
//!
//! A line is an opcode (or several, by comma, with other names by `|`), the variant of
//! [`Record`](super::Record), and the record's type: `struct` where the line makes the type, `same`
//! where the type is another line's, `topics` where `log` has it. Then the fields, in wire order:
//! the meaning, which is the documentation of the type and the page's; name and type; and who
//! answers for it, in the words of [`rules`](super::shape::rules).

/// Calls a macro with the table, and with further lines if there are any.
macro_rules! for_each_record {
    ($call:ident! { $($more:tt)* }) => {
        $call! {
            /// 0x00: what frame this is and what code runs in it.
            0x00 OPENING => Opening(struct OpeningRecord) {
                /// Kind of the frame.
                kind: uint8 = input(&[Tree]).names(&FrameKind::NAMES);
                /// keccak256 of the code that runs; of the initcode in a creation.
                codeHash: bytes32 = input(&[Access, Tree]).bounded(
                    "code-hash",
                    "names the archive (then access proves it); in a creation an output (then tree)",
                );
            }

            /// `BALANCE`.
            0x31 BALANCE => Balance(struct BalanceRecord) {
                /// The account asked for: the low 20 bytes of the operand.
                account: address = output("account");
                /// Whether the access was cold (EIP-2929).
                cold: bool = input(&[Access]).since(ColdAccess);
                /// What is pushed: the balance, in wei.
                balance: uint256 = input(&[Access]);
            }

            /// `EXTCODESIZE`.
            0x3b EXTCODESIZE => Extcodesize(struct ExtcodesizeRecord) {
                /// The account asked for: the low 20 bytes of the operand.
                account: address = output("account");
                /// Whether the access was cold (EIP-2929).
                cold: bool = input(&[Access]).since(ColdAccess);
                /// What is pushed: the length of its code, in bytes; 23 for a delegation (EIP-7702).
                size: uint256 = input(&[Access]);
            }

            /// `EXTCODEHASH`.
            0x3f EXTCODEHASH => Extcodehash(struct ExtcodehashRecord) {
                /// The account asked for: the low 20 bytes of the operand.
                account: address = output("account");
                /// Whether the access was cold (EIP-2929).
                cold: bool = input(&[Access]).since(ColdAccess);
                /// What is pushed: its code hash; zero if it is empty (EIP-1052).
                codeHash: bytes32 = input(&[Access]);
            }

            /// `EXTCODECOPY`.
            0x3c EXTCODECOPY => Extcodecopy(struct ExtcodecopyRecord) {
                /// The account asked for: the low 20 bytes of the operand.
                account: address = output("account");
                /// Whether the access was cold (EIP-2929).
                cold: bool = input(&[Access]).since(ColdAccess);
                /// Offset in its code.
                offset: uint256 = output("offset");
                /// Number of bytes asked for.
                size: uint256 = output("size");
                /// The bytes of its code in `[offset, offset + size)`: as many as there are, at most
                /// `size`.
                code: bytes = input(&[Access]).bounded("size", "its length has a bound");
            }

            /// `BLOCKHASH`.
            0x40 BLOCKHASH => Blockhash(struct BlockhashRecord) {
                /// The operand: the number of the block asked for.
                number: uint256 = output("key");
                /// What is pushed: its hash; zero outside the 256 blocks before the current one.
                hash: bytes32 = input(&[Access]);
            }

            /// `COINBASE`, `TIMESTAMP`, `NUMBER`, `PREVRANDAO` (`DIFFICULTY` before Paris),
            /// `GASLIMIT`, `CHAINID`, `SELFBALANCE`, `BASEFEE`, `BLOBBASEFEE`.
            0x41 COINBASE, 0x42 TIMESTAMP, 0x43 NUMBER, 0x44 PREVRANDAO | DIFFICULTY | RANDOM,
            0x45 GASLIMIT, 0x46 CHAINID, 0x47 SELFBALANCE, 0x48 BASEFEE, 0x4a BLOBBASEFEE
            => Value[opcode: u8](struct ValueRecord) {
                /// What is pushed.
                value: uint256 = input(&[Access]);
            }

            /// `BLOBHASH`.
            0x49 BLOBHASH => Blobhash(struct BlobhashRecord) {
                /// The operand: the index asked for.
                index: uint256 = output("key");
                /// What is pushed: the blob's versioned hash; zero past the last.
                hash: bytes32 = input(&[Access]);
            }

            /// `SLOAD`.
            0x54 SLOAD => Sload(struct SloadRecord) {
                /// The slot.
                key: bytes32 = output("key");
                /// Whether the access was cold (EIP-2929).
                cold: bool = input(&[Access]).since(ColdAccess);
                /// What is pushed: the slot's value.
                value: bytes32 = input(&[Access]);
            }

            /// `SSTORE`.
            0x55 SSTORE => Sstore(struct SstoreRecord) {
                /// The slot.
                key: bytes32 = output("key");
                /// What is written.
                value: bytes32 = output("value");
                /// Whether the access was cold (EIP-2929).
                cold: bool = input(&[Access]).since(ColdAccess);
                /// The slot's value when the transaction started.
                original: bytes32 = input(&[Access]);
                /// Its value just before this write.
                current: bytes32 = input(&[Access]);
                /// State root after the write; zero if the gas did not suffice for it.
                stateRoot: bytes32 = other(&[Access])
                    .bounded("state-root", "but zero or not is output");
            }

            /// `TLOAD`, and `TSTORE` with what is written in place of what is pushed.
            0x5c TLOAD => Tload(struct TransientRecord) {
                /// The slot.
                key: bytes32 = output("key");
                /// `TLOAD`: what is pushed.
                value: bytes32 = input(&[Access]);
            }

            /// `TSTORE`.
            0x5d TSTORE => Tstore(same TransientRecord) {
                /// The slot.
                key: bytes32 = output("key");
                /// `TSTORE`: what is written.
                value: bytes32 = output("value");
            }

            /// `LOG0` to `LOG4`: the number of topics tells the opcode.
            0xa0 LOG0, 0xa1 LOG1, 0xa2 LOG2, 0xa3 LOG3, 0xa4 LOG4 => Log(topics LogRecord) {
                /// keccak256 of the log's data.
                dataHash: bytes32 = output("data-hash");
                /// Zero to four, by the opcode; no length, no offset.
                topics: topics = output("topic");
            }

            /// `CALL`, `CALLCODE`, `DELEGATECALL`, `STATICCALL`.
            0xf1 CALL, 0xf2 CALLCODE, 0xf4 DELEGATECALL, 0xfa STATICCALL
            => Call[opcode: u8](struct CallRecord) {
                /// The account called.
                account: address = output("account");
                /// The value operand, in wei; zero for the two opcodes that have none.
                value: uint256 = output("value");
                /// Whether the access to `account` was cold (EIP-2929).
                cold: bool = input(&[Access]).since(ColdAccess);
                /// Whether `account` was empty (EIP-161) before the call.
                empty: bool = input(&[Access]);
                /// Whether its code is a delegation (EIP-7702).
                delegated: bool = input(&[Access]).since(Delegation);
                /// The delegation's target; zero if there is none.
                delegate: address = other(&[Access]).since(Delegation);
                /// Whether the access to `delegate`, after that to `account`, was cold.
                delegateCold: bool = input(&[Access]).since(Delegation);
                /// What became of the call.
                outcome: uint8 = input(&[Tree, Access])
                    .bounded("outcome", "within bounds").names(&Outcome::NAMES);
                /// keccak256 of what the callee reads of its input; zero if it is passed nothing.
                calldataHash: bytes32 = output("data-hash");
                /// Gas that the callee got, stipend included; zero if `outcome` is *none*.
                gas: uint64 = output("gas");
                /// Gas that the callee spent.
                gasUsed: uint64 = input(&[Tree]).bounded("callee-gas-used", "within bounds");
                /// How the callee ended: 0 failed, 1 success, 2 revert.
                status: uint8 = input(&[Tree]).bounded("outcome", "within bounds");
                /// State root after the call; zero if `outcome` is *none*.
                stateRoot: bytes32 = other(&[Access, Tree])
                    .bounded("state-root", "but not zero unless `outcome` is *none*");
                /// All that the callee returned.
                returndata: bytes = input(&[Tree]).bounded("returndata", "within bounds");
            }

            /// `CREATE`.
            0xf0 CREATE => Create(struct CreateRecord) {
                /// `CREATE`: nonce of the creator before this opcode.
                nonce: uint64 = input(&[Access]);
                /// The endowment, in wei.
                value: uint256 = output("value");
                /// What became of the creation.
                outcome: uint8 = input(&[Tree, Access])
                    .bounded("outcome", "within bounds").names(&Outcome::NAMES);
                /// keccak256 of the initcode; zero if the creation was refused.
                initcodeHash: bytes32 = output("data-hash");
                /// Gas that the creation got.
                gas: uint64 = output("gas");
                /// Gas that it spent, code deposit included.
                gasUsed: uint64 = input(&[Tree]).bounded("callee-gas-used", "within bounds");
                /// How it ended: 0 failed, 1 success, 2 revert.
                status: uint8 = input(&[Tree]).bounded("outcome", "within bounds");
                /// State root after the creation.
                stateRoot: bytes32 = other(&[Access, Tree]).bounded("state-root", "but not zero");
                /// What a reverted creation returned; empty otherwise.
                returndata: bytes = input(&[Tree]).bounded("returndata", "within bounds");
            }

            /// `CREATE2`: as the record of `CREATE`, with the salt in place of the nonce.
            0xf5 CREATE2 => Create2(struct Create2Record) {
                /// `CREATE2`: the salt operand (EIP-1014).
                salt: bytes32 = output("salt");
                /// The endowment, in wei.
                value: uint256 = output("value");
                /// What became of the creation.
                outcome: uint8 = input(&[Tree, Access])
                    .bounded("outcome", "within bounds").names(&Outcome::NAMES);
                /// keccak256 of the initcode; zero if the creation was refused.
                initcodeHash: bytes32 = output("data-hash");
                /// Gas that the creation got.
                gas: uint64 = output("gas");
                /// Gas that it spent, code deposit included.
                gasUsed: uint64 = input(&[Tree]).bounded("callee-gas-used", "within bounds");
                /// How it ended: 0 failed, 1 success, 2 revert.
                status: uint8 = input(&[Tree]).bounded("outcome", "within bounds");
                /// State root after the creation.
                stateRoot: bytes32 = other(&[Access, Tree]).bounded("state-root", "but not zero");
                /// What a reverted creation returned; empty otherwise.
                returndata: bytes = input(&[Tree]).bounded("returndata", "within bounds");
            }

            /// `SELFDESTRUCT`.
            0xff SELFDESTRUCT => Selfdestruct(struct SelfdestructRecord) {
                /// Who gets the balance.
                beneficiary: address = output("account");
                /// Whether the access to it was cold (EIP-2929).
                cold: bool = input(&[Access]).since(ColdAccess);
                /// Whether it was empty (EIP-161) before.
                empty: bool = input(&[Access]);
                /// Balance of the destroyed account, in wei.
                balance: uint256 = input(&[Access]);
                /// State root after the opcode; zero if the gas did not suffice for it.
                stateRoot: bytes32 = other(&[Access])
                    .bounded("state-root", "but zero or not is output");
            }

            $($more)*
        }
    };
}
