//! Random numbers that a failing run can have again, and how many rounds there are.

use alloy_primitives::B256;

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    /// Seeds follow each other: they are spread.
    pub(crate) const fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(crate) const fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// True once in `times`.
    pub(crate) const fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) const fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    pub(crate) fn word(&mut self) -> B256 {
        B256::from_slice(&self.bytes(32))
    }

    pub(crate) const fn shuffle<T>(&mut self, of: &mut [T]) {
        let mut left = of.len();
        while left > 1 {
            let other = self.below(left);
            left -= 1;
            of.swap(left, other);
        }
    }
}

/// Seeds of a search that makes do with so many.
pub(crate) fn seeds(count: u64) -> std::ops::Range<u64> {
    let times = std::env::var("ISO_SEARCH").map_or(1, |times| times.parse().unwrap());
    0..count * times
}
