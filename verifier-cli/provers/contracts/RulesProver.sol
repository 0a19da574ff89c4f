// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Charges} from "./Charges.sol";
import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Delegations} from "./Delegations.sol";
import {Deposits} from "./Deposits.sol";
import {Intrinsic} from "./Intrinsic.sol";
import {Kinds} from "./Kinds.sol";
import {Mpt} from "./Mpt.sol";
import {Optimism} from "./Optimism.sol";
import {Proofs} from "./Proofs.sol";
import {Rlp} from "./Rlp.sol";
import {Rules} from "./Rules.sol";
import {Sent} from "./Sent.sol";
import {Signatures} from "./Signatures.sol";
import {TransactionBytes} from "./TransactionBytes.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that a transaction breaks a rule: no block can have it.
contract RulesProver is IProver {
    using Rlp for Rlp.Cursor;
    using Sent for Sent.Known;

    /// A proof, by `abi.encode`.
    struct Proof {
        /// What is asked: one of the constants below.
        uint256 question;
        Sent.Told sent;
        /// For `SENDER`: step 0. Its instant has the state before the transaction.
        Claims.Opened entry;
        /// For `SENDER`: nodes of tries, one behind the other.
        bytes nodes;
        /// For `SENDER`: the sender's code, if it has any; without it, it is not asked whether it may have one.
        bytes code;
    }

    /// Whether the transaction keeps the rules that need no state.
    uint256 internal constant RULES = 0;
    /// Whether its sender has its nonce (`nonce`), no code (`sender-code`), and the `funds`.
    uint256 internal constant SENDER = 1;
    /// Whether anybody has signed it (`signature`).
    uint256 internal constant UNSIGNED = 2;
    /// Whether its bytes are a transaction's at all (`malformed`).
    uint256 internal constant MALFORMED = 3;

    /// The greatest nonce of a transaction (EIP-2681).
    uint256 private constant MAX_NONCE = type(uint64).max - 1;
    /// Gas of a transaction at most (EIP-7825).
    uint256 private constant TX_MAX_GAS_LIMIT = 1 << 24;
    /// First byte of a blob's versioned hash.
    uint256 private constant VERSION_KZG = 1;

    /// The first rule that is broken.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        Proof calldata told;
        uint256 place = Proofs.place(proof);
        assembly ("memory-safe") {
            told := place
        }
        uint256 question = told.question;
        Sent.open(root, told.sent);
        if (question == MALFORMED) {
            judgeBytes(told);
        } else {
            Sent.Known memory known = Sent.read(told.sent);
            if (question == RULES) judgeRules(known);
            else if (question == SENDER) judgeSender(told, known);
            else if (question == UNSIGNED) judgeUnsigned(known);
            else revert Verdicts.NotJudged(question);
        }
        revert Claims.Holds();
    }

    /// Takes bytes apart: it reverts with `Malformed` if they are no transaction's.
    function read(bytes calldata bytes_) external pure {
        TransactionBytes.read(bytes_);
    }

    function judgeBytes(Proof calldata told) private view {
        try this.read(told.sent.bytes_) {}
        catch (bytes memory reason) {
            Proofs.convictMalformed(reason, told.sent.inBlock.transaction.hash);
        }
    }

    function judgeUnsigned(Sent.Known memory known) private pure {
        bool told = known.isDeposit() || known.body.isSigned;
        require_(told, Kinds.TRANSACTION_SIGNATURE, 0, uint160(known.sender));
    }

    function judgeRules(Sent.Known memory known) private pure {
        TransactionBytes.Read memory body = known.body;
        bool isDeposit = known.isDeposit();
        if (isDeposit || body.isSigned) {
            address signer = isDeposit
                ? body.from
                : Signatures.signer(TransactionBytes.signingHash(body), body.odd, body.r, body.s);
            bool holds = signer == known.sender && (isDeposit || signer != address(0));
            require_(holds, Kinds.TRANSACTION_SIGNATURE, uint160(signer), uint160(known.sender));
        }
        if (body.hasChainId) {
            uint256 chainId = known.chainId;
            require_(chainId == body.chainId, Kinds.TRANSACTION_CHAIN_ID, chainId, body.chainId);
        }
        uint256 last = lastType(known);
        require_(last == body.kind, Kinds.TRANSACTION_TYPE, last, body.kind);
        if (!isDeposit) judgeSent(known);
        else if (!Deposits.takesNoGas(known)) judgeLimit(known);
    }

    /// What must hold of all transactions but deposits, which are in their block whatever they are.
    function judgeSent(Sent.Known memory known) private pure {
        TransactionBytes.Read memory body = known.body;
        require_(body.nonce <= MAX_NONCE, Kinds.TRANSACTION_NONCE, MAX_NONCE, body.nonce);
        judgeLimit(known);
        uint256 least = Intrinsic.least(body, known.fork);
        require_(body.gasLimit >= least, Kinds.TRANSACTION_INTRINSIC_GAS, least, body.gasLimit);
        require_(body.price >= known.baseFee, Kinds.TRANSACTION_FEE, known.baseFee, body.price);
        require_(body.tip <= body.price, Kinds.TRANSACTION_FEE, body.price, body.tip);
        if (known.fork >= Rules.INITCODE_LIMIT && body.creates) {
            uint256 most = Deposits.MAX_INIT_CODE_SIZE;
            require_(body.inputLength <= most, Kinds.TRANSACTION_INITCODE, most, body.inputLength);
        }
        if (body.kind == TransactionBytes.BLOB) judgeBlobs(known);
        if (body.kind == TransactionBytes.DELEGATION) {
            require_(body.authorizationCount != 0, Kinds.TRANSACTION_AUTHORIZATION, 1, 0);
        }
    }

    /// The last type that there is, up to this one. The OP Stack has deposits, and no blobs.
    function lastType(Sent.Known memory known) private pure returns (uint256 last) {
        uint256 kind = known.body.kind;
        bool isOptimism = Optimism.isOptimism(known.rules);
        if (isOptimism && known.isDeposit()) return kind;
        if (known.fork >= Rules.DELEGATION) last = TransactionBytes.DELEGATION;
        else if (known.fork >= Rules.BLOBS) last = TransactionBytes.BLOB;
        else if (known.fork >= Rules.BASE_FEE) last = TransactionBytes.DYNAMIC_FEE;
        else if (known.fork >= Rules.ACCESS_LISTS) last = TransactionBytes.ACCESS_LIST;
        if (last > kind) last = kind;
        if (isOptimism && last == TransactionBytes.BLOB) last = TransactionBytes.DYNAMIC_FEE;
    }

    /// The limit is within the block's and the fork's.
    function judgeLimit(Sent.Known memory known) private pure {
        uint256 most = known.blockGasLimit;
        if (known.fork >= Rules.GAS_LIMIT_CAP && most > TX_MAX_GAS_LIMIT) most = TX_MAX_GAS_LIMIT;
        uint256 limit = known.body.gasLimit;
        require_(limit <= most, Kinds.TRANSACTION_GAS_LIMIT, most, limit);
    }

    /// There are blobs, not too many, of a known version, and their price is covered (EIP-4844).
    function judgeBlobs(Sent.Known memory known) private pure {
        TransactionBytes.Read memory body = known.body;
        require_(body.blobCount != 0, Kinds.TRANSACTION_BLOB, 1, 0);
        // EIP-7691, and EIP-7594.
        bool nine = known.fork >= Rules.MORE_BLOBS && known.fork < Rules.BLOBS_OF_TRANSACTION;
        uint256 most = nine ? 9 : 6;
        require_(body.blobCount <= most, Kinds.TRANSACTION_BLOB, most, body.blobCount);
        Rlp.Cursor memory blobs = body.blobs.copy();
        while (!blobs.isDone()) {
            uint256 version = uint8(blobs.hash()[0]);
            require_(version == VERSION_KZG, Kinds.TRANSACTION_BLOB, VERSION_KZG, version);
        }
        require_(body.blobPrice >= known.blobBaseFee, Kinds.TRANSACTION_BLOB, known.blobBaseFee, body.blobPrice);
    }

    function judgeSender(Proof calldata told, Sent.Known memory known) private pure {
        if (known.isDeposit()) revert Verdicts.NotJudged(known.body.kind);
        Sent.openStep(told.sent, told.entry);
        if (told.entry.index != 0) revert Claims.NotAmong(Claims.INSTANT);
        bytes32 root = told.entry.instant.stateRoot;
        Mpt.Nodes memory nodes = Mpt.load(told.nodes);
        (, Accounts.Account memory account) = Accounts.read(nodes, root, known.sender);
        uint256 nonce = known.body.nonce;
        require_(account.nonce == nonce, Kinds.TRANSACTION_NONCE, account.nonce, nonce);
        if (account.codeHash != Accounts.NO_CODE) {
            bytes32 found = account.codeHash;
            if (known.fork < Rules.DELEGATION) refuseCode(found);
            // Whether it delegates its code shows.
            bool shown = keccak256(told.code) == found;
            if (shown && !Delegations.isOne(told.code)) refuseCode(found);
        }
        uint256 beside = Charges.beside(known, told.sent.bytes_, nodes, root);
        uint256 needed = Optimism.plus(Charges.needed(known), beside);
        require_(account.balance >= needed, Kinds.TRANSACTION_FUNDS, needed, account.balance);
    }

    function refuseCode(bytes32 found) private pure {
        require_(false, Kinds.TRANSACTION_SENDER_CODE, uint256(Accounts.NO_CODE), uint256(found));
    }

    /// Ends the call with a mismatch if a rule does not hold.
    function require_(bool holds, uint256 kind, uint256 expected, uint256 found) private pure {
        if (!holds) Verdicts.end(Mismatch(kind, Claims.NONE, Claims.NONE, bytes32(expected), bytes32(found)));
    }
}
