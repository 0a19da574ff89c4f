//! [`Stop`]: why the tree audit goes no further.

use super::TreeKind;
use crate::audit::{Finding, Missing};

/// Why the audit went no further.
#[derive(Debug)]
pub(super) enum Stop {
    Finding(Finding<TreeKind>),
    Missing(Missing),
}

impl From<Finding<TreeKind>> for Stop {
    fn from(finding: Finding<TreeKind>) -> Self {
        Self::Finding(finding)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}
