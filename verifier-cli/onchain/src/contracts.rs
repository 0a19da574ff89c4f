//! The contracts of an audit on a chain, with their addresses: factory, hypervisors, segment machines,
//! provers, disputes. All are deployed through a deterministic deployer with salt zero, so that who deploys them and when
//! makes no difference. `specs/14-chain.md`, section Contracts.

use alloy_primitives::keccak256;
use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_hypervisor::{
    ArchiveKey, ArchiveOptions, Contract, EmitOptions, archive::DETERMINISTIC_DEPLOYER,
    emit_archive_factory, emit_audit, emit_segment, live,
};
use iso_evm_provers::{
    Prover,
    dispute::{Windows, init_code, segment_prover},
};
use iso_evm_wire::{Fork, Rules, Schedule};

use super::host::Host;

/// Init code of a deterministic deployer of our own, for chains without the usual one. It behaves
/// alike: calldata is a salt and an init code, the answer the 20 bytes of the new address, and what
/// cannot be deployed reverts.
pub fn deployer_initcode() -> Bytes {
    use revm::bytecode::opcode::*;
    #[rustfmt::skip]
    let runtime = [
        PUSH1, 32, CALLDATASIZE, SUB,            // length of the init code
        DUP1, PUSH1, 32, PUSH0, CALLDATACOPY,
        PUSH0, CALLDATALOAD, SWAP1, PUSH0, CALLVALUE, CREATE2,
        DUP1, PUSH1, 22, JUMPI, PUSH0, DUP1, REVERT,
        JUMPDEST, PUSH0, MSTORE, PUSH1, 20, PUSH1, 12, RETURN,
    ];
    let length = runtime.len() as u8;
    let copy = [PUSH1, length, DUP1, PUSH1, COPY, PUSH0, CODECOPY, PUSH0, RETURN];
    [copy.as_slice(), &runtime].concat().into()
}

/// Length of what copies the runtime code of [`deployer_initcode`].
const COPY: u8 = 9;

/// Runtime code of [`deployer_initcode`].
pub fn deployer_code() -> Bytes {
    deployer_initcode().slice(usize::from(COPY)..)
}

/// A contract to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// What the contract is, in one word.
    pub name: &'static str,
    /// Address of the contract (EIP-1014).
    pub address: Address,
    /// Init code of the contract.
    pub initcode: Bytes,
    /// Runtime code of the contract.
    pub code: Bytes,
}

impl Deployment {
    /// keccak256 of its runtime code.
    pub fn code_hash(&self) -> B256 {
        keccak256(&self.code)
    }

    /// Calldata of the deterministic deployer.
    pub fn calldata(&self) -> Bytes {
        [B256::ZERO.as_slice(), &self.initcode].concat().into()
    }
}

/// How archives are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archives {
    /// Archives are found by code hash: anyone archives.
    CodeHash,
    /// Archives are found by account: the registrar archives.
    Account {
        /// Account that may archive.
        registrar: Address,
    },
}

impl Archives {
    /// What an archive's salt is made of.
    pub const fn key(self) -> ArchiveKey {
        match self {
            Self::CodeHash => ArchiveKey::CodeHash,
            Self::Account { .. } => ArchiveKey::Account,
        }
    }
}

/// Rules that a chain never goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no block of chain {chain} goes by {rules}: the chain's rules are {first} to {last}")]
pub struct OtherFamily {
    /// Id of the schedule's chain.
    pub chain: u64,
    /// The rules that it does not go by.
    pub rules: Rules,
    /// The first rules of the chain's family.
    pub first: Rules,
    /// The last of them.
    pub last: Rules,
}

/// All contracts that follow from a deployer and a way to find archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contracts {
    /// Address of the deterministic deployer (CREATE2).
    pub deployer: Address,
    /// How archives are found.
    pub archives: Archives,
    /// The guest's chain, and when each of its forks begins: what disputes go by.
    pub schedule: Schedule,
    /// What disputes agree to beside it.
    pub windows: Windows,
}

/// A window of a week, a day for an answer, no bond, no deposit, from any state.
pub const WINDOWS: Windows = Windows {
    window: 7 * DAY,
    answer_period: DAY,
    bond: U256::ZERO,
    deposit: U256::ZERO,
    anchor: B256::ZERO,
};

const DAY: u64 = 86_400;

impl Contracts {
    /// With the deployer that most chains have, for messages of the main chain.
    pub fn new(archives: Archives) -> Self {
        let schedule = Schedule::mainnet();
        Self { deployer: DETERMINISTIC_DEPLOYER, archives, schedule, windows: WINDOWS }
    }

    /// A contract deployed by the deployer with salt zero.
    fn deployment(&self, name: &'static str, initcode: Bytes, code: Bytes) -> Deployment {
        let address = self.deployer.create2(B256::ZERO, keccak256(&initcode));
        Deployment { name, address, initcode, code }
    }

    fn emitted(&self, name: &'static str, contract: Contract) -> Deployment {
        self.deployment(name, contract.initcode(), contract.code)
    }

    /// The archive factory.
    pub fn factory(&self) -> Deployment {
        let registrar = match self.archives {
            Archives::CodeHash => None,
            Archives::Account { registrar } => Some(registrar),
        };
        self.emitted("factory", emit_archive_factory(self.archives.key(), registrar))
    }

    /// How hypervisors look for archives.
    pub fn archive_options(&self) -> ArchiveOptions {
        ArchiveOptions { key: self.archives.key(), factory: self.factory().address }
    }

    /// The hypervisor of these rules.
    pub fn hypervisor(&self, rules: impl Into<Rules>) -> Deployment {
        let archive = self.archive_options();
        self.emitted("hypervisor", emit_audit(&EmitOptions { rules: rules.into(), archive }))
    }

    /// The live machine of a fork.
    pub fn live(&self, fork: Fork) -> Deployment {
        self.emitted("live", live::emit_live(fork))
    }

    /// The segment machine of these rules.
    pub fn machine(&self, rules: impl Into<Rules>) -> Deployment {
        let archive = self.archive_options();
        self.emitted("machine", emit_segment(&EmitOptions { rules: rules.into(), archive }))
    }

    /// The code hashes of the segment machines of all rules of the schedule's family, by their
    /// position.
    pub fn machine_hashes(&self) -> Vec<B256> {
        let archive = self.archive_options();
        let hash =
            |rules: &Rules| emit_segment(&EmitOptions { rules: *rules, archive }).code_hash();
        self.schedule.family().rules().iter().map(hash).collect()
    }

    /// Checks that rules are of the family that the schedule's chain goes by.
    ///
    /// # Errors
    ///
    /// [`OtherFamily`], if that goes by others.
    pub fn goes_by(&self, rules: Rules) -> Result<(), OtherFamily> {
        let family = self.schedule.family();
        match family.rules() {
            [first, .., last] if family != rules.family() => {
                let chain = self.schedule.chain_id();
                Err(OtherFamily { chain, rules, first: *first, last: *last })
            }
            _ => Ok(()),
        }
    }

    /// A contract by its init code alone: what that makes, as run here.
    fn made(&self, name: &'static str, initcode: Bytes) -> Deployment {
        let code = Host::made(&initcode).unwrap_or_default();
        self.deployment(name, initcode, code)
    }

    /// A prover. That of segments knows the segment machines of all rules of the schedule's family.
    pub fn prover(&self, prover: Prover) -> Deployment {
        if prover != Prover::Segment {
            return self.deployment(prover.contract(), prover.initcode(), prover.code());
        }
        let rules = self.schedule.family().rules();
        let first = rules[0];
        self.made(prover.contract(), segment_prover(first, &self.machine_hashes()))
    }

    /// All provers, in order.
    pub fn provers(&self) -> Vec<Deployment> {
        Prover::ALL.iter().map(|prover| self.prover(*prover)).collect()
    }

    /// Where operators commit, and are convicted by these provers.
    pub fn dispute(&self, provers: &[Deployment]) -> Deployment {
        let hashes: Vec<B256> = provers.iter().map(Deployment::code_hash).collect();
        let segments = Prover::Segment as usize;
        self.made("dispute", init_code(&self.schedule, self.windows, &hashes, segments))
    }
}

#[cfg(test)]
mod tests {
    use iso_evm_hypervisor::archive::DEFAULT_FACTORY;

    use super::*;
    use crate::host::Call;

    #[test]
    fn the_default_factory_is_where_hypervisors_look_by_default() {
        let contracts = Contracts::new(Archives::CodeHash);
        assert_eq!(contracts.factory().address, DEFAULT_FACTORY);
        assert_eq!(contracts.live(Fork::Osaka).address, live::address(Fork::Osaka));
    }

    #[test]
    fn a_deployer_of_our_own_deploys_what_the_usual_one_does() {
        let deployer = Address::repeat_byte(0xde);
        let code = deployer_code();
        let host = Host::default().with(deployer, &code);
        let contracts = Contracts { deployer, ..Contracts::new(Archives::CodeHash) };
        let factory = contracts.factory();
        let send = |host: &Host, data: &Bytes, gas: Option<u64>| {
            host.send(&Call::new(Address::ZERO, deployer, data), gas)
        };
        let sent = send(&host, &factory.calldata(), None);
        assert!(sent.success);
        assert_eq!(sent.output[..], factory.address[..]);
        // What is there already, and an init code that reverts.
        let again = Host::default().with(deployer, &code).with(factory.address, &factory.code);
        assert!(!send(&again, &factory.calldata(), None).success);
        let reverting: Bytes = [&[0; 32][..], &[0x5f, 0x5f, 0xfd]].concat().into();
        assert!(!send(&host, &reverting, None).success);
        assert!(!send(&host, &Bytes::new(), Some(100_000)).success);
    }

    /// Whatever gas is left for the creation, and to whoever goes on after it: the answer is the
    /// address of a contract, or there is none.
    #[test]
    fn a_creation_that_runs_out_of_gas_is_no_deployment() {
        let deployer = Address::repeat_byte(0xde);
        let contracts = Contracts { deployer, ..Contracts::new(Archives::CodeHash) };
        let host = Host::default().with(deployer, &deployer_initcode().slice(9..));
        let dispute = contracts.dispute(&contracts.provers());
        for contract in [contracts.factory(), dispute] {
            let data = contract.calldata();
            let call = Call::new(Address::ZERO, deployer, &data);
            let unlimited = host.send(&call, None);
            assert!(unlimited.success);
            let enough = unlimited.gas_used;
            let near = enough.saturating_sub(200)..enough + enough / 50;
            let mut deployed = 0;
            for gas in (21_000..enough).step_by(997).chain(near) {
                let sent = host.send(&call, Some(gas));
                assert_eq!(sent.success, sent.output[..] == contract.address[..], "{gas}");
                assert!(sent.success || sent.output.is_empty(), "{gas}");
                deployed += usize::from(sent.success);
            }
            assert!(deployed > 0);
        }
    }
}
