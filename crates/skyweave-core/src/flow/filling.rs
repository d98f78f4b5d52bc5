//! Progressive filling: every flow's rate rises at the same pace until its demand or a full resource stops it.
//!
//! Flows come in bundles that use the same resources. Members of a bundle are stopped one after another by what each alone can
//! have, or all together by a resource; either way a resource hears of a bundle and not of its members.

use super::Limit;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// What of a member a resource counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// Its traffic: rate times terminals.
    Traffic,
    /// The time that its beam is lit.
    Airtime,
}

/// A flow of a bundle. All flows rise to one level; a flow's rate is the level times its weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// Traffic for each unit of the level: its terminals times its weight.
    pub traffic: f64,
    /// Airtime for each unit of the level.
    pub airtime: f64,
    /// The highest level that it can have by itself.
    pub most: f64,
    /// What then stops it.
    pub limit: Limit,
}

/// Resources and the bundles that share them.
pub(super) struct Filling<'a> {
    members: &'a [Member],
    capacity: Vec<f64>,
    limit: Vec<Limit>,
    bundles: Vec<Bundle>,
    uses: Vec<(u32, Share)>,
}

struct Bundle {
    members: Range<usize>,
    uses: Range<usize>,
}

impl<'a> Filling<'a> {
    /// A filling of some members, without resources and bundles yet.
    pub fn of(members: &'a [Member]) -> Self {
        Self { members, capacity: Vec::new(), limit: Vec::new(), bundles: Vec::new(), uses: Vec::new() }
    }

    /// Adds resources of one capacity, and gives the number of the first.
    pub fn resources(&mut self, count: usize, capacity: f64, limit: Limit) -> usize {
        self.resources_of(std::iter::repeat_n(capacity, count), limit)
    }

    /// Adds resources of capacities of their own, and gives the number of the first.
    pub fn resources_of(&mut self, capacities: impl Iterator<Item = f64>, limit: Limit) -> usize {
        let first = self.capacity.len();
        self.capacity.extend(capacities);
        self.limit.resize(self.capacity.len(), limit);
        first
    }

    /// Adds one resource, and gives its number.
    pub fn resource(&mut self, capacity: f64, limit: Limit) -> usize {
        self.resources(1, capacity, limit)
    }

    /// Adds a bundle: the resources that it uses, each named once for a kind of share, and which are its members.
    pub fn bundle(&mut self, uses: &[(usize, Share)], members: Range<usize>) {
        let first_use = self.uses.len();
        self.uses.extend(uses.iter().map(|(resource, share)| (*resource as u32, *share)));
        self.bundles.push(Bundle { members, uses: first_use..self.uses.len() });
    }

    /// Level and limit of every member.
    pub fn run(mut self) -> Vec<(f64, Limit)> {
        self.forget_what_cannot_fill();
        let users = Users::of(&self);
        let mut rising = Rising::of(&self);
        // entries: (level at which it happens, 0 for members that have all they can have or 1 for a full resource, number)
        let contended = (0..self.bundles.len()).filter(|b| !self.bundles[*b].uses.is_empty());
        let satisfied = contended.filter_map(|b| Some(Reverse((rising.next(&self, b)?, 0, b as u32))));
        let full = (0..self.capacity.len())
            .filter(|&r| rising.slope[r] > 0.0)
            .map(|r| Reverse((rising.full_at(r, &self.capacity), 1, r as u32)));
        let mut queue: BinaryHeap<Reverse<(Level, u32, u32)>> = satisfied.chain(full).collect();
        while let Some(Reverse((level, kind, number))) = queue.pop() {
            let index = number as usize;
            if kind == 0 {
                if rising.next(&self, index) == Some(level) {
                    rising.satisfy(&self, index, level.0);
                    queue.extend(rising.next(&self, index).map(|next| Reverse((next, 0, number))));
                }
                continue;
            }
            if rising.slope[index] <= 0.0 {
                continue;
            }
            let now = rising.full_at(index, &self.capacity);
            if now > level {
                queue.push(Reverse((now, 1, number)));
                continue;
            }
            for &bundle in users.of_resource(index) {
                rising.stop(&self, bundle as usize, level.0, self.limit[index]);
            }
        }
        rising.result
    }

    /// Leaves out resources that have enough even if everybody has all that each alone can have: they stop nobody. Bundles that
    /// use no other then have all they can have, and no event is lost on them.
    fn forget_what_cannot_fill(&mut self) {
        let all_of = |bundle: &Bundle| {
            let (mut traffic, mut airtime) = (0.0, 0.0);
            for member in &self.members[bundle.members.clone()] {
                traffic += member.traffic * member.most;
                airtime += member.airtime * member.most;
            }
            (traffic, airtime)
        };
        let all: Vec<(f64, f64)> = self.bundles.par_iter().with_min_len(512).map(all_of).collect();
        let mut most = vec![0.0; self.capacity.len()];
        for (bundle, (traffic, airtime)) in self.bundles.iter().zip(all) {
            for &(resource, share) in &self.uses[bundle.uses.clone()] {
                most[resource as usize] += of_share(share, traffic, airtime);
            }
        }
        let all = std::mem::take(&mut self.uses);
        for bundle in &mut self.bundles {
            let first = self.uses.len();
            let fills = |(resource, _): &&(u32, Share)| {
                let resource = *resource as usize;
                // what is nearly full is left to the filling
                most[resource] > self.capacity[resource] * (1.0 - 1e-9)
            };
            self.uses.extend(all[bundle.uses.clone()].iter().filter(fills));
            bundle.uses = first..self.uses.len();
        }
    }
}

/// The bundles of each resource, in compressed rows.
struct Users {
    starts: Vec<u32>,
    bundles: Vec<u32>,
}

impl Users {
    fn of(filling: &Filling<'_>) -> Self {
        let mut starts = vec![0_u32; filling.capacity.len() + 1];
        for (resource, _) in &filling.uses {
            starts[*resource as usize + 1] += 1;
        }
        for resource in 0..filling.capacity.len() {
            starts[resource + 1] += starts[resource];
        }
        let mut fill = starts.clone();
        let mut bundles = vec![0_u32; filling.uses.len()];
        for (number, bundle) in filling.bundles.iter().enumerate() {
            for (resource, _) in &filling.uses[bundle.uses.clone()] {
                let at = &mut fill[*resource as usize];
                bundles[*at as usize] = number as u32;
                *at += 1;
            }
        }
        Self { starts, bundles }
    }

    fn of_resource(&self, resource: usize) -> &[u32] {
        &self.bundles[self.starts[resource] as usize..self.starts[resource + 1] as usize]
    }
}

/// What is still rising.
struct Rising {
    result: Vec<(f64, Limit)>,
    /// Members of each bundle in the order in which they are satisfied.
    order: Vec<u32>,
    /// By bundle: how many of its members have been stopped.
    stopped: Vec<u32>,
    /// By bundle: traffic and airtime of its rising members for each unit of rate.
    sums: Vec<(f64, f64)>,
    /// By resource: what one step of the level takes.
    slope: Vec<f64>,
    /// By resource: what stopped members have taken.
    spent: Vec<f64>,
}

impl Rising {
    fn of(filling: &Filling<'_>) -> Self {
        let mut order: Vec<u32> = (0..filling.members.len() as u32).collect();
        let mut slope = vec![0.0; filling.capacity.len()];
        let mut sums = Vec::with_capacity(filling.bundles.len());
        for bundle in &filling.bundles {
            if bundle.uses.is_empty() {
                sums.push((0.0, 0.0));
                continue;
            }
            let most = |member: &u32| filling.members[*member as usize].most;
            order[bundle.members.clone()].sort_unstable_by(|a, b| most(a).total_cmp(&most(b)).then(a.cmp(b)));
            let (mut traffic, mut airtime) = (0.0, 0.0);
            for member in &filling.members[bundle.members.clone()] {
                traffic += member.traffic;
                airtime += member.airtime;
            }
            for &(resource, share) in &filling.uses[bundle.uses.clone()] {
                slope[resource as usize] += of_share(share, traffic, airtime);
            }
            sums.push((traffic, airtime));
        }
        Self {
            result: filling
                .members
                .par_iter()
                .with_min_len(8_192)
                .map(|member| (member.most, member.limit))
                .collect(),
            order,
            stopped: vec![0; filling.bundles.len()],
            sums,
            spent: vec![0.0; slope.len()],
            slope,
        }
    }

    /// Members of a bundle that still rise, the first to be satisfied first.
    fn left(&self, filling: &Filling<'_>, bundle: usize) -> Range<usize> {
        let members = filling.bundles[bundle].members.clone();
        members.start + self.stopped[bundle] as usize..members.end
    }

    /// The level at which the next member of a bundle has all it can have.
    fn next(&self, filling: &Filling<'_>, bundle: usize) -> Option<Level> {
        let first = self.order[self.left(filling, bundle)].first()?;
        Some(Level(filling.members[*first as usize].most))
    }

    fn full_at(&self, resource: usize, capacity: &[f64]) -> Level {
        Level(((capacity[resource] - self.spent[resource]) / self.slope[resource]).max(0.0))
    }

    /// Stops the members of a bundle that have all they can have at a level.
    fn satisfy(&mut self, filling: &Filling<'_>, bundle: usize, level: f64) {
        let (mut traffic, mut airtime) = (0.0, 0.0);
        for at in self.left(filling, bundle) {
            let number = self.order[at] as usize;
            let member = &filling.members[number];
            if member.most > level {
                break;
            }
            self.result[number] = (member.most, member.limit);
            self.stopped[bundle] += 1;
            traffic += member.traffic;
            airtime += member.airtime;
        }
        self.take(filling, bundle, level, (traffic, airtime));
    }

    /// Stops all members of a bundle that still rise.
    fn stop(&mut self, filling: &Filling<'_>, bundle: usize, level: f64, limit: Limit) {
        let left = self.left(filling, bundle);
        if left.is_empty() {
            return;
        }
        self.stopped[bundle] += left.len() as u32;
        for at in left {
            self.result[self.order[at] as usize] = (level, limit);
        }
        self.take(filling, bundle, level, self.sums[bundle]);
    }

    /// Members with these sums rise no more, and keep what they have at this level.
    fn take(&mut self, filling: &Filling<'_>, bundle: usize, level: f64, (traffic, airtime): (f64, f64)) {
        let sums = &mut self.sums[bundle];
        *sums = (sums.0 - traffic, sums.1 - airtime);
        for &(resource, share) in &filling.uses[filling.bundles[bundle].uses.clone()] {
            let coefficient = of_share(share, traffic, airtime);
            let slope = &mut self.slope[resource as usize];
            *slope = (*slope - coefficient).max(0.0);
            self.spent[resource as usize] += coefficient * level;
        }
    }
}

fn of_share(share: Share, traffic: f64, airtime: f64) -> f64 {
    match share {
        Share::Traffic => traffic,
        Share::Airtime => airtime,
    }
}

/// A level of filling, ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Level(f64);

impl Eq for Level {}

impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Level {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn member(traffic: f64, airtime: f64, most: f64) -> Member {
        Member { traffic, airtime, most, limit: Limit::Demand }
    }

    #[test]
    fn two_bundles_share_what_one_resource_has() {
        let members = [member(1.0, 0.0, 2.0), member(1.0, 0.0, 100.0)];
        let mut pool = Filling::of(&members);
        pool.resources(1, 10.0, Limit::Feeder);
        pool.bundle(&[(0, Share::Traffic)], 0..1);
        pool.bundle(&[(0, Share::Traffic)], 1..2);
        assert_eq!(pool.run(), vec![(2.0, Limit::Demand), (8.0, Limit::Feeder)]);
    }

    #[test]
    fn members_of_a_bundle_are_satisfied_one_after_another() {
        let members = [member(1.0, 0.0, 9.0), member(2.0, 0.0, 1.0), member(1.0, 0.0, 4.0)];
        let mut pool = Filling::of(&members);
        pool.resources(1, 12.0, Limit::Laser);
        pool.bundle(&[(0, Share::Traffic)], 0..3);
        assert_eq!(pool.run(), vec![(6.0, Limit::Laser), (1.0, Limit::Demand), (4.0, Limit::Demand)]);
    }

    /// Uses of a bundle, then traffic, airtime and highest rate of each member.
    type Drawn = (Vec<(usize, bool)>, Vec<(f64, f64, f64)>);

    fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
        let uses = prop::collection::vec((0_usize..12, any::<bool>()), 1..5);
        let members = prop::collection::vec((0.1..3.0_f64, 0.1..3.0_f64, 0.1..50.0_f64), 1..6);
        prop::collection::vec((uses, members), 1..20)
    }

    proptest! {
        #[test]
        fn nothing_overflows_and_nobody_can_gain_without_a_poorer_one_losing(
            capacities in prop::collection::vec(1.0..100.0_f64, 1..12),
            bundles in drawn(),
        ) {
            let of_bundles = bundles.iter().flat_map(|(_, members)| members);
            let members: Vec<Member> =
                of_bundles.map(|(traffic, airtime, most)| member(*traffic, *airtime, *most)).collect();
            let mut pool = Filling::of(&members);
            let mut first = 0;
            for capacity in &capacities { pool.resources(1, *capacity, Limit::Laser); }
            // (what a member takes of each resource for each unit of rate, its highest rate)
            let mut flows: Vec<(Vec<f64>, f64)> = Vec::new();
            for (uses, members) in &bundles {
                let mut uses: Vec<(usize, Share)> = uses.iter().map(|(resource, airtime)| {
                    (resource % capacities.len(), if *airtime { Share::Airtime } else { Share::Traffic })
                }).collect();
                uses.sort_by_key(|(resource, share)| (*resource, *share == Share::Airtime));
                uses.dedup();
                for (traffic, airtime, most) in members {
                    let mut takes = vec![0.0; capacities.len()];
                    for (resource, share) in &uses { takes[*resource] += of_share(*share, *traffic, *airtime); }
                    flows.push((takes, *most));
                }
                pool.bundle(&uses, first..first + members.len());
                first += members.len();
            }
            let rates = pool.run();
            let used: Vec<f64> = (0..capacities.len())
                .map(|r| rates.iter().zip(&flows).map(|((rate, _), (takes, _))| rate * takes[r]).sum())
                .collect();
            for (used, capacity) in used.iter().zip(&capacities) { prop_assert!(*used <= capacity * (1.0 + 1e-9)); }
            for ((rate, limit), (takes, most)) in rates.iter().zip(&flows) {
                prop_assert!(*rate <= most * (1.0 + 1e-12));
                if *limit == Limit::Demand { prop_assert_eq!(rate, most); continue }
                // some full resource on the way, on which nobody gets more
                let bottleneck = (0..capacities.len()).any(|r| {
                    takes[r] > 0.0
                        && used[r] >= capacities[r] * (1.0 - 1e-9)
                        && rates.iter().zip(&flows).all(|((other, _), (t, _))| t[r] == 0.0 || *other <= rate * (1.0 + 1e-9))
                });
                prop_assert!(bottleneck);
            }
        }
    }
}
