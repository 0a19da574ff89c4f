//! Fees: what the node's fee history suggests, within what the user allows. `specs/14-chain.md`,
//! section Fees.
//!
//! In the data's way this stands between the node and what is signed. The history is the node's word:
//! alone it decides nothing.

use alloy_eips::BlockNumberOrTag;
use alloy_primitives::{
    U256,
    utils::{format_ether, format_units},
};
use alloy_provider::Provider;
use alloy_rpc_types_eth::FeeHistory;

use super::{chain::Chain, send_error::SendError};

/// Wei in a gwei.
const GWEI: u128 = 1_000_000_000;

/// Blocks of the history that is asked for.
const BLOCKS: u64 = 10;

/// Percentile of each block's tips: the one that a fifth of its gas paid less than.
const PERCENTILE: f64 = 20.0;

/// The most that is paid for a unit of gas, in wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeCaps {
    /// Most for a unit of gas, in wei.
    pub max_fee_per_gas: u128,
    /// Most of that for the proposer, in wei.
    pub max_priority_fee: u128,
}

/// Far above what was paid on Ethereum's networks for years, far below what would ruin anybody.
impl Default for FeeCaps {
    fn default() -> Self {
        Self { max_fee_per_gas: 100 * GWEI, max_priority_fee: 5 * GWEI }
    }
}

/// What is signed (EIP-1559), in wei for a unit of gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// The most in all.
    pub max_fee_per_gas: u128,
    /// The most to the proposer.
    pub max_priority_fee_per_gas: u128,
}

impl Fees {
    /// The most that so much gas can cost, in wei.
    pub fn most(&self, gas: u64) -> U256 {
        U256::from(gas) * U256::from(self.max_fee_per_gas)
    }
}

/// What the next block's gas costs, as the node says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Market {
    base_fee: u128,
    tip: u128,
}

impl Market {
    /// None if the chain has no base fee: its rules are older than London's.
    fn of(history: &FeeHistory) -> Option<Self> {
        let base_fee = *history.base_fee_per_gas.last()?;
        let rewards = history.reward.iter().flatten().filter_map(|block| block.first().copied());
        let mut tips: Vec<u128> = rewards.filter(|tip| *tip > 0).collect();
        tips.sort_unstable();
        let tip = tips.get(tips.len() / 2).copied().unwrap_or_default();
        Some(Self { base_fee, tip })
    }

    /// What has to be paid now, within the caps.
    fn within(&self, caps: &FeeCaps) -> Result<u128, SendError> {
        if self.tip > caps.max_priority_fee {
            let (asked, most) = (gwei(self.tip), gwei(caps.max_priority_fee));
            return Err(SendError::Tip { asked, most });
        }
        let asked = self.base_fee.saturating_add(self.tip);
        if asked > caps.max_fee_per_gas {
            let (asked, most) = (gwei(asked), gwei(caps.max_fee_per_gas));
            return Err(SendError::Fee { asked, most });
        }
        Ok(asked)
    }
}

impl Chain {
    /// Fees for the next blocks: the base fee may double, which takes six full blocks.
    ///
    /// # Errors
    ///
    /// If the node asks for more than the caps allow, or does not say.
    pub fn fees(&self, caps: &FeeCaps) -> Result<Fees, SendError> {
        let market = self.market()?;
        let asked = market.within(caps)?;
        Ok(Fees {
            max_fee_per_gas: asked.saturating_add(market.base_fee).min(caps.max_fee_per_gas),
            max_priority_fee_per_gas: market.tip,
        })
    }

    /// What a unit of gas costs in the next block, in wei, whatever anybody allows.
    ///
    /// # Errors
    ///
    /// If the node does not say, or the chain has no base fee.
    pub fn price(&self) -> Result<u128, SendError> {
        let Market { base_fee, tip } = self.market()?;
        Ok(base_fee.saturating_add(tip))
    }

    /// Checks that fees are enough for the next block.
    ///
    /// # Errors
    ///
    /// If the node asks for more, or does not say.
    pub fn still_pays(&self, fees: &Fees) -> Result<(), SendError> {
        let market = Market { tip: fees.max_priority_fee_per_gas, ..self.market()? };
        let caps = FeeCaps { max_fee_per_gas: fees.max_fee_per_gas, max_priority_fee: market.tip };
        market.within(&caps).map(|_| ())
    }

    fn market(&self) -> Result<Market, SendError> {
        let history = self.node.wait(self.node.ask("eth_feeHistory", |node| async move {
            node.get_fee_history(BLOCKS, BlockNumberOrTag::Latest, &[PERCENTILE]).await
        }))?;
        Market::of(&history).ok_or(SendError::NoBaseFee)
    }
}

/// An amount for a unit of gas, in gwei.
pub fn gwei(wei: u128) -> String {
    format!("{} gwei", shortened(&format_units(wei, "gwei").unwrap_or_else(|_| wei.to_string())))
}

/// An amount, in ether.
pub fn ether(wei: U256) -> String {
    shortened(&format_ether(wei)).to_owned()
}

/// A decimal number without the zeros behind it.
fn shortened(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(base_fees: &[u128], tips: &[u128]) -> FeeHistory {
        FeeHistory {
            base_fee_per_gas: base_fees.to_vec(),
            reward: Some(tips.iter().map(|tip| vec![*tip]).collect()),
            ..FeeHistory::default()
        }
    }

    #[test]
    fn the_market_is_the_next_base_fee_and_the_median_tip() {
        let market = Market::of(&history(&[7, 8, 9], &[0, 5, 1, 3, 0])).unwrap();
        assert_eq!(market, Market { base_fee: 9, tip: 3 });
        let silent = FeeHistory { base_fee_per_gas: vec![9], ..FeeHistory::default() };
        assert_eq!(Market::of(&silent), Some(Market { base_fee: 9, tip: 0 }));
        assert_eq!(Market::of(&FeeHistory::default()), None);
    }

    #[test]
    fn a_price_or_tip_above_its_cap_is_refused() {
        let caps = FeeCaps::default();
        let within = |base_fee, tip| Market { base_fee, tip }.within(&caps);
        assert_eq!(within(95 * GWEI, 5 * GWEI).unwrap(), 100 * GWEI);
        let error = within(95 * GWEI + 1, 5 * GWEI).unwrap_err();
        assert!(matches!(error, SendError::Fee { .. }), "{error}");
        assert!(error.to_string().contains("100.000000001 gwei"), "{error}");
        let error = within(0, 77 * GWEI * GWEI).unwrap_err();
        assert!(matches!(error, SendError::Tip { .. }), "{error}");
        assert!(error.to_string().contains("77000000000 gwei"), "{error}");
        assert!(matches!(within(u128::MAX, u128::MAX), Err(SendError::Tip { .. })));
        assert!(matches!(within(u128::MAX, 5 * GWEI), Err(SendError::Fee { .. })));
    }

    #[test]
    fn amounts_are_as_people_read_them() {
        assert_eq!(gwei(1), "0.000000001 gwei");
        assert_eq!(gwei(2 * GWEI), "2 gwei");
        assert_eq!(gwei(100 * GWEI), "100 gwei");
        assert_eq!(ether(U256::from(GWEI) * U256::from(1_500_000_000_u64)), "1.5");
        assert_eq!(ether(U256::ZERO), "0");
        let fees = Fees { max_fee_per_gas: u128::MAX, max_priority_fee_per_gas: 0 };
        assert_eq!(fees.most(u64::MAX), U256::from(u128::MAX) * U256::from(u64::MAX));
    }
}
