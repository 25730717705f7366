//! Who sends next: surplus round robin over bytes. Each flow earns credit by its weight and pays for the bytes that
//! it really moved; the overdraft of one big chunk is paid back before the flow is served again.

/// Credit that one unit of weight earns per round.
const BYTES_PER_WEIGHT: i64 = 1024;

/// Shares among `N` flows; flow 0 is served first when several may.
#[derive(Clone, Debug)]
pub struct Shares<const N: usize> {
    weights: [u32; N],
    credit_bytes: [i64; N],
}

impl<const N: usize> Shares<N> {
    /// `weights` are relative and greater than zero.
    pub fn new(weights: [u32; N]) -> Self {
        Self { weights, credit_bytes: [0; N] }
    }

    /// The flow to serve among those with work. `None` if none has any.
    pub fn pick(&mut self, has_work: [bool; N]) -> Option<usize> {
        let backlogged = || (0..N).filter(|&i| has_work[i]);
        backlogged().next()?;
        for (credit, works) in self.credit_bytes.iter_mut().zip(has_work) {
            // An idle flow does not save credit for a later burst, nor keep debts for ever.
            if !works {
                *credit = 0;
            }
        }
        // As many rounds at once as the first flow needs to come above zero.
        let rounds = backlogged().map(|i| -self.credit_bytes[i] / self.earns(i) + 1).min()?;
        if backlogged().all(|i| self.credit_bytes[i] <= 0) {
            for i in backlogged().collect::<Vec<_>>() {
                self.credit_bytes[i] += rounds * self.earns(i);
            }
        }
        backlogged().find(|&i| self.credit_bytes[i] > 0)
    }

    /// `flow` moved so many bytes.
    pub fn spend(&mut self, flow: usize, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX / 2);
        self.credit_bytes[flow] = self.credit_bytes[flow].saturating_sub(bytes.max(1));
    }

    fn earns(&self, flow: usize) -> i64 {
        i64::from(self.weights[flow].max(1)) * BYTES_PER_WEIGHT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// With work everywhere, each flow gets its share up to one chunk of its own and one of everyone else's.
        #[test]
        fn shares_follow_the_weights(chunks in proptest::collection::vec(1_000u64..4_000_000, 4), turns in 200usize..600) {
            let weights = [40u32, 30, 20, 10];
            let mut shares = Shares::new(weights);
            let mut sent = [0u64; 4];
            for _ in 0..turns {
                let flow = shares.pick([true; 4]).expect("there is work");
                shares.spend(flow, chunks[flow]);
                sent[flow] += chunks[flow];
            }
            let total: u64 = sent.iter().sum();
            let slack = 2 * chunks.iter().sum::<u64>() + 200_000;
            for (flow, weight) in weights.iter().enumerate() {
                let due = total * u64::from(*weight) / 100;
                prop_assert!(sent[flow] + slack >= due, "flow {flow}: {} of {due}", sent[flow]);
            }
            // The floor of the lowest.
            prop_assert!(sent[3] + slack >= total / 10);
        }

        /// A flow without work is never chosen, and some flow always is while there is work.
        #[test]
        fn only_flows_with_work(steps in proptest::collection::vec((0u8..16, 1u64..5_000_000), 1..200)) {
            let mut shares = Shares::new([40u32, 30, 20, 10]);
            for (mask, bytes) in steps {
                let works = [mask & 1 != 0, mask & 2 != 0, mask & 4 != 0, mask & 8 != 0];
                match shares.pick(works) {
                    Some(flow) => { prop_assert!(works[flow]); shares.spend(flow, bytes); }
                    None => prop_assert_eq!(mask, 0),
                }
            }
        }
    }

    #[test]
    fn idleness_saves_nothing() {
        let mut shares = Shares::new([50u32, 50]);
        for _ in 0..100 {
            assert_eq!(shares.pick([true, false]), Some(0));
            shares.spend(0, 1_000_000);
        }
        let mut second = 0;
        for _ in 0..10 {
            let flow = shares.pick([true, true]).expect("work");
            shares.spend(flow, 1_000_000);
            second += flow;
        }
        assert!((4..=6).contains(&second), "the newcomer got {second} of 10 turns");
    }
}
