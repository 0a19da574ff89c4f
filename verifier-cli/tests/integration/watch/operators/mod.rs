//! Two chains on anvil: the one that is watched, and L1, where operators commit to its blocks.

mod fees;
mod honest;
mod kills;
mod lies;
mod withheld;

use std::{fs, path::PathBuf};

use alloy_primitives::{Address, B256, Bytes, hex};
use iso_evm_onchain::dispute::{Disputes, Standing};
use iso_evm_verifier::claim::ClaimedBlock;
use iso_evm_wire::{Opened, Witness};
use serde_json::{Value, json};

use super::Beside;
use crate::{
    chain::{
        anvil::{Anvil, KEY, address},
        claims::{self, stands_by_claim},
        keys::private,
    },
    common::run,
};

/// The chain whose blocks are committed to, by its id and rules.
const GUEST: &str = "--guest-chain 31338 --schedule osaka=0";

/// The account of L1 that challenges: that of [`KEY`].
const CHALLENGER: usize = 3;

/// Increments slot 0 and logs it.
const COUNTER: &[u8] = &hex!("5f5460010180" "5f555f5260205fa000");

/// Calls the address in its calldata, and returns.
const CALLER: &[u8] = &hex!("5f5f5f5f5f5f355af100");

/// Has the hash of nothing made by a precompile.
const HASHER: &[u8] = &hex!("5f5f5f5f60025afa5000");

/// The two chains, the block that is committed to, and a folder.
pub(super) struct Chains {
    guest: Anvil,
    host: Anvil,
    deployed: Value,
    number: u64,
    folder: tempfile::TempDir,
}

impl Chains {
    /// Chains with a block of five transactions, and disputes on these terms.
    fn start(terms: &str) -> Option<Self> {
        let guest = Anvil::of(&["--hardfork", "osaka", "--chain-id", "31338"])?;
        let host = Anvil::start()?;
        // Empty accounts that are touched stay in this node's state, which no chain's does.
        let precompile = Address::with_last_byte(2);
        guest.method("anvil_setBalance", json!([precompile, "0x1"]));
        let [counter, caller, hasher] = [COUNTER, CALLER, HASHER].map(|code| {
            // PUSH1 size, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN.
            let initcode = [&[0x60, code.len() as u8, 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3], code];
            guest.create(initcode.concat().into())
        });
        guest.method("evm_setAutomine", json!([false]));
        let nothing = Bytes::new();
        guest.queue(0, Some(counter), &nothing, 100_000);
        guest.queue(1, Some(caller), &counter.into_word().0.into(), 100_000);
        guest.queue(2, Some(hasher), &nothing, 100_000);
        guest.queue(4, Some(counter), &nothing, 100_000);
        let last = guest.queue(5, Some(guest.accounts[7]), &nothing, 21_000);
        guest.method("evm_mine", json!([]));
        guest.chain.receipt(last).unwrap();
        let number = guest.chain.newest().unwrap().number;
        let deployed = host.deploy(&format!("{GUEST} {terms}"));
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("claims")).unwrap();
        private(&folder.path().join("key"), KEY);
        Some(Self { guest, host, deployed, number, folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The claim of the block, as it is written, and its witnesses.
    fn truth(&self) -> (ClaimedBlock, Vec<Witness>) {
        let (guest, number) = (&self.guest.url, self.number);
        let line = format!("iso-verify commit --rpc-url {guest} --block {number} -o true.json");
        let ran = run(self.folder.path(), &line);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let claimed = ClaimedBlock::parse(&fs::read(self.path("true.json")).unwrap()).unwrap();
        let line = format!("iso-witness record --rpc-url {guest} --block {number} -o block");
        let ran = run(self.folder.path(), &line);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let mut files: Vec<_> = fs::read_dir(self.path("block")).unwrap().flatten().collect();
        files.sort_by_key(|file| file.path());
        let witness = |file: &fs::DirEntry| Witness::decode(&fs::read(file.path()).unwrap());
        (claimed, files.iter().map(|file| witness(file).unwrap()).collect())
    }

    fn disputes(&self, witness: &Witness) -> Disputes {
        claims::disputes(&self.deployed, witness, GUEST)
    }

    /// The first account of L1 stands by a claim; it publishes it, or not.
    fn commits(&self, disputes: &Disputes, claimed: &ClaimedBlock, publishes: bool) -> B256 {
        if publishes {
            let file = self.path("claims").join(format!("{}.json", claimed.root()));
            fs::write(file, serde_json::to_vec(claimed).unwrap()).unwrap();
        }
        stands_by_claim(&self.host, disputes, claimed)
    }

    /// The first account of L1 lies about the root behind the block, and publishes it.
    fn lied(&self) -> (Disputes, B256) {
        let (mut lie, witnesses) = self.truth();
        let disputes = self.disputes(&witnesses[0]);
        lie.claim.leave.0[0] ^= 1;
        let id = self.commits(&disputes, &lie, true);
        (disputes, id)
    }

    /// What has become of a commitment.
    fn standing(&self, disputes: &Disputes, id: B256) -> Standing {
        disputes.commitment(&self.host.chain, id).unwrap().standing
    }

    /// The options of a watcher of both chains; `more` comes behind.
    fn options(&self, more: &str) -> String {
        let (guest, host, number) = (&self.guest.url, &self.host.url, self.number);
        let at = address(&self.deployed, "dispute");
        format!(
            "--rpc-url {guest} --from {number} --poll 0.1 --settled 0 --l1-rpc-url {host} --dispute {at} {GUEST} \
             --claims claims {more}"
        )
    }

    /// A watcher of both chains that challenges.
    fn challenger(&self, more: &str) -> Beside {
        let options = format!("--challenge --private-key-file key {more}");
        Beside::start(self.folder.path(), &self.options(&options))
    }

    /// How many transactions the account that challenges has sent.
    fn sent(&self) -> u64 {
        self.host.chain.mined_count(self.host.accounts[CHALLENGER]).unwrap()
    }

    /// How often a commitment was convicted, by L1's logs.
    fn convictions(&self, disputes: &Disputes) -> usize {
        let newest = self.host.chain.newest().unwrap().number;
        let logs = self.host.chain.logs_between(disputes.address(), (0, newest)).unwrap();
        let told = logs
            .iter()
            .filter_map(|placed| iso_evm_onchain::dispute::ToldEvent::of_log(&placed.log));
        told.filter(|told| matches!(told, iso_evm_onchain::dispute::ToldEvent::Ended(_))).count()
    }
}

/// What would be claimed of a witness, if it said something else.
fn claimed_of(witness: &Witness) -> ClaimedBlock {
    let opened = Opened::of(witness);
    let subject = iso_evm_verifier::audit::Subject::new(&opened);
    iso_evm_verifier::claim::claim(&subject, claims::GAS_LIMIT).unwrap()
}

/// Whether an event is of a kind, and about a commitment.
fn is(event: &Value, kind: &str, id: B256) -> bool {
    event["event"] == kind && event["commitment"]["id"] == json!(id)
}
