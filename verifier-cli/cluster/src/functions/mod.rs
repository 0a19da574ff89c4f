//! The functions that SQL lacks: `audit(witness)` and `mutate(witness, seed, count)`, each a struct.
//! `specs/25-cluster.md`, section Functions.
//!
//! They are volatile, so that no engine calls one more often, or less, than the query says.

mod audit;
mod columns;
mod mutate;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

pub(crate) use self::audit::{AUDITED_BY, audited, audited_fields};
use self::{audit::Audit, mutate::Mutate};
use crate::work::Workers;

/// Who runs what the functions ask for: the processes, and the name of whose they are.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// The processes.
    pub(crate) workers: Arc<Workers>,
    /// The executor's name.
    pub(crate) name: Arc<str>,
}

/// One host is as good as another to whoever plans a query: the function is the same.
impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Host {}

impl std::hash::Hash for Host {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// The functions, as they are called here.
pub(crate) fn functions(host: &Host) -> [Arc<ScalarUDF>; 2] {
    [
        Arc::new(ScalarUDF::from(Audit::new(host.clone()))),
        Arc::new(ScalarUDF::from(Mutate::new(host.clone()))),
    ]
}
