//! [`Named`]: names for what messages ran and said, where there are artifacts; selectors and hex where there are
//! none.

use alloy_primitives::{B256, Bytes, U256, hex};
use iso_evm_wire::{Opened, records::FrameKind};

use crate::{
    artifacts::{Artifacts, Contract, Decoded, reason},
    plain::line,
    runs::Runs,
    words::form::counted,
};

/// The most bytes of return data that are shown where nothing names them.
const SHOWN: usize = 32;

/// The names that artifacts have for a witness's messages.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    witness: &'a Opened<'a>,
    runs: &'a Runs,
    artifacts: Option<&'a Artifacts>,
    contracts: Vec<Option<Contract<'a>>>,
}

impl<'a> Named<'a> {
    pub(crate) fn new(
        witness: &'a Opened<'a>,
        runs: &'a Runs,
        artifacts: Option<&'a Artifacts>,
    ) -> Self {
        let contract = |index| artifacts?.contract(&code(witness, index)?);
        let contracts = (0..witness.messages.len()).map(contract).collect();
        Self { witness, runs, artifacts, contracts }
    }

    /// The contract that a message ran.
    pub(crate) fn of(&self, index: usize) -> Option<&Contract<'a>> {
        self.contracts.get(index)?.as_ref()
    }

    /// The name of the contract that a message ran.
    pub(crate) fn contract(&self, index: usize) -> Option<String> {
        self.of(index).map(|contract| plain(contract.name()))
    }

    /// The file, line and function of a message's instruction.
    pub(crate) fn place(&self, index: usize, pc: usize) -> Option<String> {
        self.of(index)?.place(pc).map(|place| plain(&place.to_string()))
    }

    /// What a message was called for: the function with its arguments, or the selector.
    pub(crate) fn function(&self, index: usize) -> Option<String> {
        let message = self.witness.message(index)?;
        if is_create(message.kind()) {
            let constructed =
                self.of(index).and_then(|it| it.constructed(&message.call_data().bytes()));
            return constructed.map(|decoded| plain(&decoded.to_string()));
        }
        let data = message.call_data().bytes();
        let decoded = match self.of(index) {
            Some(contract) => contract.call(&data),
            None => self.artifacts.and_then(|artifacts| artifacts.call(&data)),
        };
        // Four zeros are the beginning of a number rather than a selector.
        let is_selector = data.len() >= 4 && data[..4] != [0; 4];
        let selector = || is_selector.then(|| hex::encode_prefixed(&data[..4]));
        decoded.map(|decoded| plain(&decoded.to_string())).or_else(selector)
    }

    /// What a message returned or reverted with; none if it is not known or nothing.
    pub(crate) fn returned(&self, index: usize) -> Option<String> {
        let message = self.witness.message(index)?;
        let data = self.runs.of_message(index)?.output.as_ref().filter(|data| !data.is_empty())?;
        let success = message.fields().status == U256::from(1);
        if success && is_create(message.kind()) {
            return Some(format!("{} of code", counted(U256::from(data.len()), "byte")));
        }
        let decoded = if success {
            let input = message.call_data().bytes();
            self.of(index).and_then(|contract| contract.returns(&input, data))
        } else {
            self.error(index, data)
        };
        Some(decoded.map_or_else(|| shown(data), |decoded| plain(&decoded.to_string())))
    }

    fn error(&self, index: usize, data: &Bytes) -> Option<Decoded> {
        match (self.of(index), self.artifacts) {
            (Some(contract), _) => contract.error(data),
            (None, Some(artifacts)) => artifacts.error(data),
            (None, None) => reason(data),
        }
    }

    /// The variable that a slot holds.
    pub(crate) fn slot(&self, index: usize, key: B256, transient: bool) -> Option<String> {
        let contract = self.of(index)?;
        let preimages = &self.runs.preimages;
        let slot = if transient {
            contract.transient_slot(key, preimages)
        } else {
            contract.slot(key, preimages)
        };
        slot.map(|slot| plain(&slot.to_string()))
    }

    /// What a log says.
    pub(crate) fn event(&self, index: usize, topics: &[B256], data: &[u8]) -> Option<String> {
        let decoded = match self.of(index) {
            Some(contract) => contract.event(topics, data),
            None => self.artifacts?.event(topics, data),
        };
        decoded.map(|decoded| plain(&decoded.to_string()))
    }
}

/// Text of artifacts on one line, with nothing in it that is not seen.
pub(crate) fn plain(text: &str) -> String {
    line(text).into_owned()
}

/// The code that a message runs; the initcode of a creation.
pub(crate) fn code(witness: &Opened<'_>, index: usize) -> Option<Bytes> {
    let message = witness.message(index)?;
    if is_create(message.kind()) {
        return Some(message.call_data().bytes());
    }
    witness.code(index).cloned()
}

fn is_create(kind: Option<FrameKind>) -> bool {
    kind.is_some_and(FrameKind::is_create)
}

fn shown(data: &[u8]) -> String {
    if data.len() <= SHOWN {
        return hex::encode_prefixed(data);
    }
    format!("{}… ({} bytes)", hex::encode_prefixed(&data[..SHOWN]), data.len())
}
