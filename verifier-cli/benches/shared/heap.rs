//! A heap that keeps its memory while benchmarks run.

/// Memory for all that is measured, and a block above it that stays: else the allocator may give memory
/// back to the system after each run and fetch it again for the next, which is half of a short run's
/// time, and chance decides on which side of a ratio it falls. 128 MB: revm's stacks take 32 at depth
/// 1,024.
pub(crate) fn held() -> Vec<u8> {
    let mut blocks: Vec<Vec<u8>> = (0..2048).map(|_| vec![1; 64 << 10]).collect();
    blocks.pop().unwrap()
}
