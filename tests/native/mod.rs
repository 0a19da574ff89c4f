//! The native engine against the hypervisor. Every other test puts its messages before both too
//! (`harness::audit`); here stand what none of them asks, and the long campaign.

mod campaign;
mod edges;
