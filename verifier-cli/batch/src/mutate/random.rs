//! Numbers that look random and are the same for the same seed: SplitMix64.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The stream with this number, of those that a seed has.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed);
        Self(random.next() ^ stream.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another; zero below zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // A bias of 2^-32 and less, for any number of things that fit into a file.
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// One of several things, if there is one.
    pub(super) fn pick<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        things.get(self.below(things.len()))
    }

    /// A number above zero, small more often than large.
    pub(super) fn amount(&mut self) -> u64 {
        let bits = 1 + self.below(20);
        1 + (self.next() >> (64 - bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of seed 1234567, as the algorithm's author gives them.
    #[test]
    fn known_numbers() {
        let mut random = Random(1_234_567);
        let numbers = [(); 3].map(|()| random.next());
        let known =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(numbers, known);
    }

    #[test]
    fn random_numbers_stay_below_their_bound_and_reach_all_below_it() {
        let mut random = Random::new(0, 7);
        assert_eq!(random.below(0), 0);
        assert_eq!(random.pick::<u8>(&[]), None);
        let mut seen = [false; 5];
        for _ in 0..200 {
            seen[random.below(5)] = true;
            assert!(random.amount() > 0);
        }
        assert_eq!(seen, [true; 5]);
    }
}
