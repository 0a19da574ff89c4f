//! One frame by itself: code in a context, on a state, run natively by revm and through the live
//! machine, and compared. [`world`] is what it runs in, [`watch`] says whether the two must be the
//! same, [`done`] what each has done.

mod done;
mod watch;
mod world;

use std::sync::LazyLock;

use alloy_primitives::{Address, Bytes, U256};
use iso_evm_hypervisor::live;
use iso_evm_wire::{Fork, records::FrameKind};
use revm::{
    MainBuilder,
    bytecode::Bytecode,
    context::result::EVMError,
    handler::{Handler, MainnetHandler},
    inspector::InspectorHandler,
    interpreter::{
        CallInput, CallInputs, CallScheme, CallValue, FrameInput, SharedMemory,
        interpreter_action::FrameInit,
    },
};

pub(crate) use self::{
    done::{Cost, Done, End},
    watch::{Rule, Watch},
    world::{World, copy, state, with_one_difficulty, world},
};
use super::guest::{self, Guest};

/// Where the live machine is, if anybody asks.
pub(crate) const LIVE: Address = Address::repeat_byte(0x1f);

static MACHINES: LazyLock<[Bytecode; 8]> =
    LazyLock::new(|| Fork::ALL.map(|fork| Bytecode::new_legacy(live::bytecode(fork))));

/// The live machine of a fork.
pub(crate) fn machine(fork: Fork) -> &'static Bytecode {
    &MACHINES[usize::from(fork.number())]
}

/// The rules that a host of the live machine has: the guest's, or the oldest that it runs under.
pub(crate) fn host_of(fork: Fork) -> Fork {
    fork.max(Fork::Cancun)
}

/// Code, and the context that it runs in. The value has moved already.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) code: Bytes,
    pub(crate) input: Bytes,
    pub(crate) caller: Address,
    pub(crate) account: Address,
    pub(crate) value: U256,
    pub(crate) is_static: bool,
    pub(crate) gas: u64,
    pub(crate) depth: usize,
}

/// What came of a comparison that found no difference.
#[derive(Clone, Debug)]
pub(crate) enum Compared {
    Same {
        native: Cost,
        live: Cost,
        steps: u64,
    },
    /// Why, and how many steps it took to see it.
    Excluded(Rule, u64),
}

/// Gas for the live machine: it costs many times as much, and what it hands on must not be less.
fn live_gas(native: u64) -> u64 {
    native.saturating_mul(64).saturating_add(50_000_000)
}

impl Frame {
    /// The frame of a guest's message; `None` for a creation.
    pub(crate) fn of(guest: &Guest) -> Option<Self> {
        (!guest.kind.is_create()).then(|| Self {
            code: guest.code.clone().into(),
            input: guest.calldata.clone().into(),
            caller: guest::DRIVER,
            account: guest::CONTRACT,
            value: U256::from(guest.value),
            is_static: guest.kind == FrameKind::Staticcall,
            gas: guest.gas,
            depth: 1,
        })
    }

    fn inputs(
        &self,
        code: Bytecode,
        bytecode_address: Address,
        input: Bytes,
        gas: u64,
    ) -> FrameInit {
        let inputs = CallInputs {
            input: CallInput::Bytes(input),
            return_memory_offset: 0..0,
            gas_limit: gas,
            reservoir: 0,
            bytecode_address,
            known_bytecode: (code.hash_slow(), code),
            target_address: self.account,
            caller: self.caller,
            value: CallValue::Apparent(self.value),
            scheme: CallScheme::DelegateCall,
            is_static: self.is_static,
            charged_new_account_state_gas: false,
        };
        let memory = SharedMemory::new();
        FrameInit { depth: self.depth, memory, frame_input: FrameInput::Call(Box::new(inputs)) }
    }

    /// Runs it as revm does.
    pub(crate) fn native(&self, world: &World) -> (Done, Cost, Watch) {
        let code = Bytecode::new_legacy(self.code.clone());
        let init = self.inputs(code, self.account, self.input.clone(), self.gas);
        let mut evm =
            world::entered(world, self.account).build_mainnet_with_inspector(Watch::default());
        let result = MainnetHandler::<_, EVMError<_>, _>::default()
            .inspect_run_exec_loop(&mut evm, init)
            .expect("memory does not fail");
        let (mut watch, world) = (evm.inspector, evm.ctx);
        let (done, cost) = done::read(&world, &result);
        watch.run_end(cost.result);
        (done, cost, watch)
    }

    /// Runs it by the live machine, delegate-called with `calldata`.
    pub(crate) fn delegated(
        &self,
        world: &World,
        machine: &Bytecode,
        calldata: Bytes,
        gas: u64,
    ) -> (Done, Cost) {
        let init = self.inputs(machine.clone(), LIVE, calldata, gas);
        let mut evm = world::entered(world, self.account).build_mainnet();
        let result = MainnetHandler::<_, EVMError<_>, _>::default()
            .run_exec_loop(&mut evm, init)
            .expect("memory does not fail");
        done::read(&evm.ctx, &result)
    }

    /// Runs it through the live machine.
    pub(crate) fn live(&self, world: &World, machine: &Bytecode) -> (Done, Cost) {
        let calldata = live::encode_call(&self.code, &self.input);
        self.delegated(world, machine, calldata, live_gas(self.gas))
    }

    /// Runs it both ways; an error says what differs.
    pub(crate) fn compare(&self, world: &World, machine: &Bytecode) -> Result<Compared, String> {
        self.compare_on(world, world, machine, |_| {})
    }

    /// [`Self::compare`] where the host has other rules; `adapt` makes what the rules make differ
    /// the same.
    pub(crate) fn compare_on(
        &self,
        native_world: &World,
        live_world: &World,
        machine: &Bytecode,
        adapt: impl Fn(&mut Done),
    ) -> Result<Compared, String> {
        let (mut expected, native, watch) = self.native(native_world);
        if let Some(rule) = watch.rule() {
            return Ok(Compared::Excluded(rule, watch.steps));
        }
        let (mut found, live) = self.live(live_world, machine);
        adapt(&mut expected);
        adapt(&mut found);
        if expected != found {
            let code = &self.code[..self.code.len().min(2_000)];
            return Err(format!(
                "natively {expected:x?} ({:?}), live {found:x?} ({:?}), code {}",
                native.result,
                live.result,
                alloy_primitives::hex::encode(code)
            ));
        }
        Ok(Compared::Same { native, live, steps: watch.steps })
    }
}

/// The guest's frame both ways; `None` for a creation, whose account is not there yet.
///
/// Before Cancun the host's rules are not the guest's: an account that destroys itself fares
/// differently, and code that could is compared without the state.
pub(crate) fn compare(guest: &Guest) -> Result<Option<Compared>, String> {
    let Some(frame) = Frame::of(guest) else { return Ok(None) };
    let execution = guest.execution();
    let block = with_one_difficulty(execution.block.clone());
    let state = state(&execution);
    let under =
        |fork: Fork| world(state.clone(), fork.spec_id(), block.clone(), execution.tx.clone());
    let host = host_of(guest.fork());
    let destroys = guest.fork() < host && guest.code.contains(&0xff);
    let compared =
        frame.compare_on(&under(guest.fork()), &under(host), machine(guest.fork()), |done| {
            if destroys {
                done.forget_changes();
            }
        });
    compared.map(Some).map_err(|error| format!("{} {}: {error}", guest.name, guest.fork()))
}
