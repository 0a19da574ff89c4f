//! A node and an engine of this machine beside it. `specs/16-native-engine.md`, section A node.
//!
//! A node answers as it likes, and nothing proves its answer: it can make no verdict better than it
//! is here.

use std::fmt;

use iso_evm_hypervisor::{Audited, Inconclusive, MessageVerdict};

use super::{VerifyError, claim::said};

/// A node that says something else of a message than the engine here, which found it false.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeDiffers {
    /// Index of the message.
    pub message: usize,
    /// What the node says.
    pub node: MessageVerdict,
    /// What the engine here says.
    pub local: MessageVerdict,
}

impl fmt::Display for NodeDiffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, node, local } = self;
        write!(
            f,
            "message {message}: the node does not run the hypervisor as a chain does: it says {}, \
             the engine here {}",
            said(*message, node),
            said(*message, local)
        )
    }
}

/// What comes of both. A message that is false here is false, whatever the node says, want of gas
/// included; else one that either came to no end with for want of gas is not compared.
///
/// # Errors
///
/// If a node does not find valid what is valid here, or differs otherwise: then one of them is wrong,
/// and there is no verdict.
pub fn beside(
    node: Vec<Audited>,
    local: Vec<Audited>,
) -> Result<(Vec<Audited>, Vec<NodeDiffers>), VerifyError> {
    let (mut answers, mut differ) = (Vec::with_capacity(local.len()), Vec::new());
    for (message, (node, local)) in node.into_iter().zip(local).enumerate() {
        let convicts =
            matches!(local.verdict, MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. });
        answers.push(if node.verdict == local.verdict {
            node
        } else if is_limited(&node.verdict) {
            if convicts { local } else { node }
        } else if is_limited(&local.verdict) {
            local
        } else {
            let difference =
                NodeDiffers { message, node: node.verdict, local: local.verdict.clone() };
            if !convicts {
                return Err(VerifyError::NodeDiffers(Box::new(difference)));
            }
            differ.push(difference);
            local
        });
    }
    Ok((answers, differ))
}

/// Whether an engine came to its limit.
fn is_limited(verdict: &MessageVerdict) -> bool {
    use Inconclusive::{GuestGasLimit, HostOutOfGas};
    matches!(verdict, MessageVerdict::Inconclusive { reason: GuestGasLimit | HostOutOfGas })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn said(verdict: &MessageVerdict) -> Vec<Audited> {
        vec![Audited { verdict: verdict.clone(), host_gas: 7 }]
    }

    /// Whatever a node says: valid comes out only where it is valid here.
    #[test]
    fn no_node_makes_a_verdict_better() {
        let malformed = MessageVerdict::Malformed { position: 3 };
        let open = |reason| MessageVerdict::Inconclusive { reason };
        let all = [
            MessageVerdict::Valid,
            malformed.clone(),
            MessageVerdict::Malformed { position: 4 },
            MessageVerdict::Unavailable { archive: alloy_primitives::Address::ZERO },
            open(Inconclusive::HostOutOfGas),
            open(Inconclusive::GuestGasLimit),
            open(Inconclusive::Other),
        ];
        for node in &all {
            for local in &all {
                let both = beside(said(node), said(local));
                match &both {
                    Ok((answers, _)) if answers[0].verdict == MessageVerdict::Valid => {
                        assert_eq!((node, local), (&MessageVerdict::Valid, &MessageVerdict::Valid));
                    }
                    Ok((answers, differ)) => {
                        let told = !differ.is_empty();
                        let known = [node, local].contains(&&answers[0].verdict);
                        assert!(known && (!told || answers[0].verdict == *local));
                    }
                    Err(error) => assert!(matches!(error, VerifyError::NodeDiffers(_))),
                }
                // What is false here stays false.
                if *local == malformed {
                    assert_eq!(both.unwrap().0[0].verdict, malformed, "{node:?}");
                }
            }
        }
    }
}
