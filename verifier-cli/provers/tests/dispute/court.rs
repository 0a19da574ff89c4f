//! The contract on a chain, with a prover that finds odd roots false, and claims to commit to.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use iso_evm_provers::{
    dispute::{
        AuditDispute::{self, AuditDisputeErrors},
        Level, Windows, announcement, challenge_calldata, commit_calldata, id_of, in_one_part,
        init_code,
    },
    proof::{InBlock, InTransaction, Message, Transaction},
};
use iso_evm_wire::{
    MessageWitness, Schedule,
    records::{FrameKind, Record},
    segment::Leaf,
};

use crate::{
    chain::Chain,
    claimed::{Claimed, Told},
};

pub(crate) const OPERATOR: Address = Address::repeat_byte(0xa0);
pub(crate) const RIVAL: Address = Address::repeat_byte(0xa1);
pub(crate) const CHALLENGER: Address = Address::repeat_byte(0xb0);
pub(crate) const MEDDLER: Address = Address::repeat_byte(0xb1);
pub(crate) const ACTORS: [Address; 4] = [OPERATOR, RIVAL, CHALLENGER, MEDDLER];
pub(crate) const PROVER: Address = Address::repeat_byte(0x3a);

pub(crate) const WINDOW: u64 = 4_000;
pub(crate) const PERIOD: u64 = 1_000;
pub(crate) const BOND: u64 = 1_000_000;
pub(crate) const DEPOSIT: u64 = 1_000;

/// The contract, and the chain that it is on.
#[derive(Clone, Debug)]
pub(crate) struct Court {
    pub(crate) chain: Chain,
    pub(crate) at: Address,
    pub(crate) bond: U256,
}

pub(crate) fn odd_prover() -> Bytes {
    let artifact = include_str!("../../contracts/artifacts/OddProver.json");
    let artifact: serde_json::Value = serde_json::from_str(artifact).unwrap();
    alloy_primitives::hex::decode(artifact["deployedBytecode"].as_str().unwrap()).unwrap().into()
}

pub(crate) fn windows(bond: u64) -> Windows {
    Windows {
        window: WINDOW,
        answer_period: PERIOD,
        bond: U256::from(bond),
        deposit: U256::from(DEPOSIT),
        anchor: B256::ZERO,
    }
}

impl Court {
    pub(crate) fn new(bond: u64) -> Self {
        Self::with(windows(bond))
    }

    pub(crate) fn with(windows: Windows) -> Self {
        let mut chain = Chain::new(&ACTORS);
        chain.put(PROVER, odd_prover());
        let schedule = Schedule::parse(1, "prague=0,osaka=time:500").unwrap();
        let provers = [B256::repeat_byte(0x77), keccak256(odd_prover())];
        let init = init_code(&schedule, windows, &provers, 1);
        let code = chain.send(OPERATOR, TxKind::Create, init, U256::ZERO).unwrap();
        assert!(code.len() <= 24_576, "{}", code.len());
        let at = OPERATOR.create(0);
        Self { chain, at, bond: windows.bond }
    }

    pub(crate) fn call<C: SolCall>(
        &mut self,
        from: Address,
        call: &C,
        value: U256,
    ) -> Result<C::Return, Bytes> {
        let data = call.abi_encode().into();
        let said = self.chain.send(from, TxKind::Call(self.at), data, value)?;
        Ok(C::abi_decode_returns(&said).unwrap())
    }

    /// Commits to a claim, with the bond.
    pub(crate) fn commits(
        &mut self,
        operator: Address,
        parent: B256,
        claimed: &Claimed,
    ) -> Result<B256, Bytes> {
        let data = commit_calldata(parent, &claimed.block(), &claimed.environment);
        let said = self.chain.send(operator, TxKind::Call(self.at), data, self.bond)?;
        let id = B256::from_slice(&said);
        assert_eq!(id, id_of(operator, claimed.root()));
        Ok(id)
    }

    /// Challenges at once, whatever was announced.
    pub(crate) fn challenges(
        &mut self,
        who: Address,
        id: B256,
        proof: &'static [u8],
    ) -> Result<(), Bytes> {
        let data = challenge_calldata(id, 1, PROVER, in_one_part(proof.into()));
        self.chain.send(who, TxKind::Call(self.at), data, U256::ZERO).map(drop)
    }

    pub(crate) fn announces(&mut self, who: Address, id: B256, proof: &[u8]) {
        let hash = announcement(who, id, proof);
        self.call(who, &AuditDispute::announceCall { hash }, U256::ZERO).unwrap();
    }

    /// Announces, waits a block, and challenges.
    pub(crate) fn convicts(&mut self, who: Address, id: B256) -> Result<(), Bytes> {
        self.announces(who, id, b"proof");
        self.wait(12);
        self.challenges(who, id, b"proof")
    }

    pub(crate) fn asks(&mut self, who: Address, id: B256, asked: &Asked) -> Result<B256, Bytes> {
        let question = asked.question.clone();
        self.call(who, &AuditDispute::askCall { id, question }, U256::from(DEPOSIT))
    }

    pub(crate) fn answers(&mut self, who: Address, id: B256, asked: &Asked) -> Result<(), Bytes> {
        let question = asked.question.clone();
        let (head, tail) = asked.data.split_at(asked.data.len() / 2);
        let part = |data: &[u8]| Parts::Part { archive: Address::ZERO, data: data.to_vec().into() };
        let (parts, path) = (vec![part(head), part(tail)], asked.path.clone());
        self.call(who, &AuditDispute::answerCall { id, question, parts, path }, U256::ZERO)
            .map(drop)
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.chain.time += seconds;
        self.chain.number += seconds.div_ceil(12);
    }

    pub(crate) fn standing(&mut self, id: B256) -> u8 {
        self.call(MEDDLER, &AuditDispute::standingCall { id }, U256::ZERO).unwrap()
    }

    pub(crate) fn owed(&mut self, who: Address) -> U256 {
        self.call(MEDDLER, &AuditDispute::owedCall(who), U256::ZERO).unwrap()
    }

    pub(crate) fn finalises(&mut self, who: Address, id: B256) -> Result<(), Bytes> {
        self.call(who, &AuditDispute::finaliseCall { id }, U256::ZERO).map(drop)
    }

    pub(crate) fn silences(&mut self, who: Address, id: B256, place: B256) -> Result<(), Bytes> {
        self.call(who, &AuditDispute::convictSilentCall { id, place }, U256::ZERO).map(drop)
    }

    pub(crate) fn succeeds(&mut self, who: Address, id: B256) -> Result<(), Bytes> {
        self.call(who, &AuditDispute::convictSuccessorCall { id }, U256::ZERO).map(drop)
    }

    pub(crate) fn reclaims(&mut self, who: Address, id: B256, place: B256) -> Result<(), Bytes> {
        self.call(who, &AuditDispute::reclaimCall { id, place }, U256::ZERO).map(drop)
    }

    pub(crate) fn withdraws(&mut self, who: Address) -> Result<(), Bytes> {
        self.call(who, &AuditDispute::withdrawCall {}, U256::ZERO).map(drop)
    }
}

pub(crate) use iso_evm_provers::dispute::{Parts, Questions};

/// Whether a call reverted with an error.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug, E: SolError>(said: Result<T, Bytes>) {
    let error = said.unwrap_err();
    let known = AuditDisputeErrors::NAME_BY_SELECTOR_OF(&error);
    assert_eq!(error.get(..4), Some(&E::SELECTOR[..]), "{} and not {}", known, E::SIGNATURE);
}

/// Names an error, for the message of a test that failed.
trait Named {
    #[allow(non_snake_case, reason = "reads as a constant")]
    fn NAME_BY_SELECTOR_OF(error: &[u8]) -> String;
}

impl Named for AuditDisputeErrors {
    fn NAME_BY_SELECTOR_OF(error: &[u8]) -> String {
        use alloy_sol_types::SolInterface;
        format!("{:?}", Self::abi_decode(error))
    }
}

/// A claim whose root is odd, or even. `salt` makes it another.
pub(crate) fn claim(false_: bool, salt: u64, enter: B256, leave: B256) -> Claimed {
    let message = MessageWitness {
        gasPrice: U256::from(salt),
        callData: vec![5; 40].into(),
        ..MessageWitness::default()
    };
    let records =
        [Record::Value(0x41, Default::default()), Record::Value(0x42, Default::default())];
    let mut told = Told::new(message, FrameKind::Call, &records);
    let leaf =
        |gas: u64| Leaf { record: gas.into(), gas_used: gas.into(), digest: B256::repeat_byte(7) };
    told.checkpoints = vec![leaf(10), leaf(20), leaf(30)];
    let mut claimed = Claimed::new(vec![told]);
    (claimed.enter, claimed.leave) = (enter, leave);
    while claimed.root().0[31] % 2 != u8::from(false_) {
        claimed.steps.push(B256::repeat_byte(1));
    }
    claimed
}

/// A question, and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) question: Questions::Question,
    pub(crate) data: Vec<u8>,
    pub(crate) path: Vec<B256>,
}

/// What can be asked of a claim and answered.
pub(crate) fn askable(claimed: &Claimed) -> Vec<Asked> {
    let told = &claimed.messages[0];
    let step = |place: u64| (claimed.steps[place as usize].to_vec(), claimed.step(place));
    let transaction = Transaction::from(&claimed.transaction()).abi_encode();
    let message = [Message::from(&told.claim()).abi_encode(), told.head.to_bytes()].concat();
    let leaf = &told.checkpoints[2];
    let checkpoint =
        (U256::from(leaf.record.0), U256::from(leaf.gas_used.0), leaf.digest).abi_encode();
    let answers = [
        (Level::Header, 0, b"header".to_vec(), Vec::new()),
        (Level::Ancestor, 2, vec![0x72; 32], claimed.ancestors().prove(2..3)),
        (Level::Transaction, 1, transaction, claimed.in_block().path),
        (Level::Signed, 0, b"signed".to_vec(), Vec::new()),
        (Level::Step, 1, step(1).0, step(1).1),
        (Level::Message, 0, message, claimed.message(0).path),
        (Level::Checkpoint, 2, checkpoint, told.leaves().prove(2..3)),
        (Level::Record, 1, told.records[0].clone(), told.tree().prove(0..1)),
        (Level::Record, 2, told.records[1].clone(), told.tree().prove(1..2)),
        (Level::Instant, 2, told.instants[2].digest().to_vec(), told.behind().prove(1..2)),
    ];
    let asked = |(level, index, data, path)| Asked {
        question: question(claimed, level, index),
        data,
        path,
    };
    answers.map(asked).into()
}

/// A question about a claim, with what it hangs in.
pub(crate) fn question(claimed: &Claimed, level: Level, index: u64) -> Questions::Question {
    let whole = claimed.in_block();
    let transaction = if level < Level::Signed {
        InBlock { block_: whole.block_, ..InBlock::default() }
    } else {
        whole
    };
    let message =
        if level < Level::Checkpoint { InTransaction::default() } else { claimed.message(0) };
    let (level, index) = (U256::from(level as u8), U256::from(index));
    // The same struct, as the contract's bindings have it.
    Questions::Question::abi_decode(&(((level, transaction, message, index),).abi_encode_params()))
        .unwrap()
}
