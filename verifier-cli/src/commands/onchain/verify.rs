//! The execution audit of `iso-verify FILE --rpc-url`, by a node.

use iso_evm_hypervisor::Engine;
use iso_evm_onchain::{chain::Chain, execution::execution};
use iso_evm_verifier::verify::{self, Options, Report, beside, verify_by};
use iso_evm_wire::Opened;

use crate::{
    commands::{say, verify::Unverified},
    error::CommandError,
};

/// The execution audit by a node, and by an engine here beside it if one is to be.
pub(in crate::commands) fn verify_on(
    url: &str,
    witness: &Opened<'_>,
    options: &Options,
) -> Result<Report, Unverified> {
    let chain = Chain::at(url).map_err(CommandError::from)?;
    let engine = Engine::new(witness.rules);
    verify_by(&engine, witness, options, |subject| {
        let local = options.engine.local();
        let local = local.map(|_| verify::execution(&engine, subject, options));
        let local = local.transpose()?;
        let limit = options.host_gas_limit;
        let node = execution(&chain, &engine, witness, limit).map_err(CommandError::from)?;
        let Some(local) = local else { return Ok(node) };
        let (answers, differ) = beside(node, local)?;
        for difference in differ {
            say(&format!("error: {difference}"));
        }
        Ok(answers)
    })
}
