//! What each channel is told next. In strict mode the units that all channels together can still
//! sell are never more than there are, at any instant, whatever is under way (STOCK.md, step C).
//!
//! A group is everything that draws on the same units: the listings of one variant, and through
//! kits those of others. `Offer::exposure` is the most that one channel can still sell before it is
//! read again; the bound is kept by three habits: what a write frees is only given away after a
//! settled reading; a channel that just overwrites is written to nothing or from nothing only; an
//! increase comes out of units that no channel can sell.

use super::rule::Rule;

/// Units of one variant that can be offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// On hand and not held by an order. Negative: more was sold than there is.
    pub available: i64,
    pub is_strict: bool,
    /// At or below so many units, mirroring turns into sharing out.
    pub risk_units: i64,
}

impl Resource {
    fn units(&self) -> i64 {
        self.available.max(0)
    }
}

/// What a channel does with a number that we write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// It takes it only while its own number is the one that we expect.
    CompareAndSet,
    /// It takes it and forgets its own.
    PlainSet,
}

/// A write of which nobody knows whether it has taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    pub to: i64,
    /// Units of the listing that orders learned since it was sent have taken, which are off
    /// `Offer::sellable` too.
    pub sold: i64,
}

/// One listing of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The caller's own number of it; of equals the lower one comes first.
    pub id: i64,
    /// Resources, and how many units of each one unit of the listing takes.
    pub uses: Vec<(usize, i64)>,
    /// Kits that are put together already, which go before their components, and how many of them
    /// one unit of the listing takes.
    pub built: Option<(usize, i64)>,
    /// The most that it can sell as it stands, by settled readings less the sales since; `None`
    /// where it was never read.
    pub sellable: Option<i64>,
    /// Written, and not yet read back.
    pub in_flight: Option<InFlight>,
    pub tool: Tool,
    /// Whether a settled reading stands, and nothing since casts a doubt on it.
    pub is_settled: bool,
    /// Whether we may write it now: armed, connected, reached, counted, not stopped.
    pub is_writable: bool,
    pub rule: Rule,
    /// Its part where units are shared out.
    pub weight: i64,
    /// Gets the last units.
    pub is_pinned: bool,
}

impl Offer {
    /// The most units that it can still sell; `None` where nobody knows.
    pub fn exposure(&self) -> Option<i64> {
        let sellable = self.sellable?;
        let whole = match (self.in_flight, self.tool) {
            (None, _) => sellable,
            // A lost race is refused by the channel.
            (Some(InFlight { to, sold }), Tool::CompareAndSet) => {
                sellable.saturating_add(sold).max(to).saturating_sub(sold)
            }
            // It may sell everything, and then be set.
            (Some(InFlight { to, .. }), Tool::PlainSet) => sellable.saturating_add(to),
        };
        Some(whole.max(0))
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub resources: Vec<Resource>,
    pub offers: Vec<Offer>,
}

/// A number that shall be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Push {
    pub offer: usize,
    pub from: i64,
    pub to: i64,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There are fewer than it offers.
    Fewer,
    /// There are more.
    More,
    /// Its units are wanted elsewhere.
    Share,
}

impl Why {
    pub fn name(self) -> &'static str {
        match self {
            Self::Fewer => "fewer",
            Self::More => "more",
            Self::Share => "share",
        }
    }
}

/// A share is corrected when it is off by more than so many.
const SHARE_OFF_MAX: i64 = 1;
/// A channel is emptied for another that has nothing only if it holds so many.
const DONOR_MIN: i64 = 3;

impl Group {
    /// How many units of each resource channels can still sell; `None` where nobody knows.
    pub fn exposures(&self) -> Vec<Option<i64>> {
        self.count_uses(|offer| offer.exposure())
    }

    /// Units that channels can sell beyond what there is, for each resource: what mirroring risks.
    pub fn excess(&self) -> Vec<Option<i64>> {
        let over = |(sold, resource): (Option<i64>, &Resource)| {
            sold.map(|sold| sold.saturating_sub(resource.units()).max(0))
        };
        self.exposures().into_iter().zip(&self.resources).map(over).collect()
    }

    /// How many units of each resource so many of each offer take. Kits take those that are put
    /// together first, all listings of one kit together.
    fn count_uses(&self, count: impl Fn(&Offer) -> Option<i64>) -> Vec<Option<i64>> {
        let mut uses: Vec<Option<i128>> = vec![Some(0); self.resources.len()];
        let mut kits: Vec<(usize, Option<i128>)> = Vec::new();
        for offer in &self.offers {
            let Some((kit, units)) = offer.built else { continue };
            let taken = count(offer).map(|count| i128::from(count) * i128::from(units));
            match kits.iter_mut().find(|(known, _)| *known == kit) {
                Some((_, sum)) => *sum = sum.zip(taken).map(|(sum, taken)| sum + taken),
                None => kits.push((kit, taken)),
            }
        }
        for offer in &self.offers {
            let taken = match offer.built {
                None => count(offer).map(i128::from),
                Some((kit, units)) => {
                    // Once for all listings of the kit.
                    let Some(at) = kits.iter().position(|(known, _)| *known == kit) else {
                        continue;
                    };
                    let (_, sum) = kits.swap_remove(at);
                    let built = i128::from(self.resources[kit].units());
                    uses[kit] = sum.map(|sum| sum.min(built));
                    let rest = sum.map(|sum| (sum - built).max(0));
                    // In units of the listing, rounded up.
                    rest.map(|rest| (rest + i128::from(units) - 1) / i128::from(units.max(1)))
                }
            };
            for (resource, units) in &offer.uses {
                uses[*resource] =
                    uses[*resource].zip(taken).map(|(sum, taken)| sum + taken * i128::from(*units));
            }
        }
        let small = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
        uses.into_iter().map(|sum| sum.map(small)).collect()
    }

    fn is_strict(&self) -> bool {
        self.resources.iter().any(|resource| resource.is_strict)
    }

    /// How many of an offer there would be if it were alone.
    fn whole(&self, offer: &Offer) -> i64 {
        let of =
            |(resource, units): &(usize, i64)| self.resources[*resource].units() / (*units).max(1);
        let parts = offer.uses.iter().map(of).min().unwrap_or(0);
        parts.saturating_add(offer.built.as_ref().map_or(0, of))
    }

    /// Whether so few are left of what an offer draws on that they are shared out.
    fn is_shared(&self, offer: &Offer) -> bool {
        let drawn = offer.uses.iter().chain(offer.built.as_ref());
        let strict = drawn.clone().any(|(resource, _)| self.resources[*resource].is_strict);
        strict || {
            let risk = drawn.map(|(resource, _)| self.resources[*resource].risk_units).max();
            self.whole(offer) <= risk.unwrap_or(0)
        }
    }

    /// How many each offer shall show.
    pub fn desired(&self) -> Vec<i64> {
        let shared = self.share_out();
        let each = |(offer, share): (&Offer, i64)| {
            let units = if self.is_shared(offer) { share } else { self.whole(offer) };
            offer.rule.apply(units)
        };
        self.offers.iter().zip(shared).map(each).collect()
    }

    /// Whole units by weight, the sum within what there is. What a channel that we cannot write
    /// can sell is its own; the others share the rest.
    fn share_out(&self) -> Vec<i64> {
        let fixed = self.count_uses(|offer| {
            if offer.is_writable { Some(0) } else { Some(offer.exposure().unwrap_or(0)) }
        });
        let rest = |(resource, fixed): (&Resource, Option<i64>)| {
            resource.units().saturating_sub(fixed.unwrap_or(0)).max(0)
        };
        let mut free: Vec<i64> = self.resources.iter().zip(fixed).map(rest).collect();
        let weights: Vec<i64> = (0..self.offers.len()).map(|index| self.weight(index)).collect();
        let mut shares = vec![0_i64; self.offers.len()];
        let whole = free.clone();
        for (index, offer) in self.offers.iter().enumerate() {
            if !offer.is_writable {
                shares[index] = offer.sellable.unwrap_or(0).max(0);
                continue;
            }
            shares[index] = offer
                .uses
                .iter()
                .map(|(resource, units)| {
                    let sum = self.weight_of(*resource, &weights);
                    part(whole[*resource], weights[index], sum) / (*units).max(1)
                })
                .min()
                .unwrap_or(0);
        }
        for (index, offer) in self.offers.iter().enumerate().filter(|(_, one)| one.is_writable) {
            for (resource, units) in &offer.uses {
                free[*resource] -= shares[index] * units;
            }
        }
        self.give_rest(&mut shares, &mut free, &weights);
        self.give_built(&mut shares, &whole, &weights);
        shares
    }

    /// What rounding left goes one by one to whom most of its part is lacking.
    fn give_rest(&self, shares: &mut [i64], free: &mut [i64], weights: &[i64]) {
        loop {
            let fits = |offer: &Offer| {
                offer.is_writable
                    && !offer.uses.is_empty()
                    && offer.uses.iter().all(|(resource, units)| free[*resource] >= *units)
            };
            let next = (0..self.offers.len())
                .filter(|index| weights[*index] > 0 && fits(&self.offers[*index]))
                .min_by_key(|index| {
                    // The least of its weight that it has; of equals the heavier, then the first.
                    let filled = (i128::from(shares[*index]) * 2 + 1) * 1_000_000
                        / i128::from(weights[*index]);
                    (filled, -i128::from(weights[*index]), self.offers[*index].id)
                });
            let Some(index) = next else { return };
            shares[index] += 1;
            for (resource, units) in &self.offers[index].uses {
                free[*resource] -= units;
            }
        }
    }

    fn give_built(&self, shares: &mut [i64], whole: &[i64], weights: &[i64]) {
        let mut left: Vec<(usize, i64)> = Vec::new();
        for (index, offer) in self.offers.iter().enumerate().filter(|(_, one)| one.is_writable) {
            let Some((kit, units)) = offer.built else { continue };
            let of_kit = |other: &Offer| other.built.is_some_and(|(other, _)| other == kit);
            let sum: i64 = (0..self.offers.len())
                .filter(|other| self.offers[*other].is_writable && of_kit(&self.offers[*other]))
                .map(|other| weights[other])
                .sum();
            let share = part(whole[kit], weights[index], sum) / units.max(1);
            shares[index] += share;
            match left.iter_mut().find(|(known, _)| *known == kit) {
                Some((_, left)) => *left -= share * units,
                None => left.push((kit, whole[kit] - share * units)),
            }
        }
        // What rounding left goes to the first for which it is enough.
        for (kit, left) in &mut left {
            for (index, offer) in self.offers.iter().enumerate() {
                match offer.built {
                    Some((other, units))
                        if other == *kit && offer.is_writable && weights[index] > 0 =>
                    {
                        let more = *left / units.max(1);
                        shares[index] += more;
                        *left -= more * units;
                    }
                    _ => {}
                }
            }
        }
    }

    fn weight(&self, index: usize) -> i64 {
        let offer = &self.offers[index];
        if !offer.is_writable {
            return 0;
        }
        // The last units go where the seller wants them, if anywhere.
        let rival = |other: &Offer| {
            other.is_writable
                && other.is_pinned
                && other.uses.iter().any(|(used, _)| offer.uses.iter().any(|(own, _)| own == used))
        };
        let is_last = self.whole(offer) <= self.risk_of(offer);
        if is_last && !offer.is_pinned && self.offers.iter().any(rival) {
            0
        } else {
            offer.weight.max(0)
        }
    }

    fn risk_of(&self, offer: &Offer) -> i64 {
        let risk = |(resource, _): &(usize, i64)| self.resources[*resource].risk_units;
        offer.uses.iter().map(risk).max().unwrap_or(0)
    }

    fn weight_of(&self, resource: usize, weights: &[i64]) -> i64 {
        let uses = |offer: &Offer| offer.uses.iter().any(|(used, _)| *used == resource);
        self.offers
            .iter()
            .zip(weights)
            .filter(|(offer, _)| offer.is_writable && uses(offer))
            .map(|(_, weight)| weight)
            .sum()
    }

    /// What shall be written now. Nothing for a listing that has a write in flight.
    pub fn plan(&self) -> Vec<Push> {
        let desired = self.desired();
        if self.is_strict() { self.plan_strict(&desired) } else { self.plan_mirror(&desired) }
    }

    fn plan_mirror(&self, desired: &[i64]) -> Vec<Push> {
        let mut pushes: Vec<Push> = (0..self.offers.len())
            .filter_map(|index| self.push(index, desired[index], None))
            .collect();
        // Decreases first.
        pushes.sort_by_key(|push| (push.to > push.from, self.offers[push.offer].id));
        pushes
    }

    fn push(&self, index: usize, to: i64, why: Option<Why>) -> Option<Push> {
        let offer = &self.offers[index];
        let from = offer.sellable?.max(0);
        if !offer.is_writable || offer.in_flight.is_some() || from == to {
            return None;
        }
        let why = why.unwrap_or(if to < from { Why::Fewer } else { Why::More });
        Some(Push { offer: index, from, to, why })
    }

    fn plan_strict(&self, desired: &[i64]) -> Vec<Push> {
        let mut pushes = self.decreases(desired);
        let mut slack = self.slack();
        let mut order: Vec<usize> = (0..self.offers.len()).collect();
        let lacking = |index: &usize| {
            let offer = &self.offers[*index];
            (offer.sellable.unwrap_or(0).max(0) - desired[*index], offer.id)
        };
        order.sort_by_key(lacking);
        for index in order {
            if pushes.iter().any(|push| push.offer == index) {
                continue;
            }
            if let Some(push) = self.increase(index, desired[index], &mut slack) {
                pushes.push(push);
            }
        }
        pushes
    }

    /// Units of each resource that no channel can sell; nothing where that is not known.
    fn slack(&self) -> Vec<i64> {
        let each = |(sold, resource): (Option<i64>, &Resource)| {
            sold.map_or(0, |sold| resource.units().saturating_sub(sold).max(0))
        };
        self.exposures().into_iter().zip(&self.resources).map(each).collect()
    }

    /// Within the slack, which it uses up.
    fn increase(&self, index: usize, want: i64, slack: &mut [i64]) -> Option<Push> {
        let offer = &self.offers[index];
        let from = offer.sellable?.max(0);
        let may = match offer.tool {
            Tool::CompareAndSet => true,
            // From a confirmed nothing only: what it overwrites must not be able to be sold.
            Tool::PlainSet => from == 0,
        };
        if !may || !offer.is_settled || want <= from {
            return None;
        }
        if from > 0 && want - from <= SHARE_OFF_MAX {
            return None;
        }
        let built = |(kit, units): &(usize, i64)| slack[*kit] / (*units).max(1);
        let parts = offer.uses.iter().map(|(resource, units)| slack[*resource] / (*units).max(1));
        let parts = parts.min().unwrap_or(0);
        let room = parts.saturating_add(offer.built.as_ref().map_or(0, built));
        let to = want.min(from.saturating_add(room));
        let push = self.push(index, to, Some(Why::More)).filter(|push| push.to > push.from)?;
        let mut more = to - from;
        if let Some((kit, units)) = offer.built {
            let of_built = more.min(slack[kit] / units.max(1));
            slack[kit] -= of_built * units;
            more -= of_built;
        }
        for (resource, units) in &offer.uses {
            slack[*resource] -= more * units;
        }
        Some(push)
    }

    /// What must go because there is less than channels can sell, then what others lack.
    fn decreases(&self, desired: &[i64]) -> Vec<Push> {
        let mut pushes: Vec<Push> = Vec::new();
        // Rules may ask for less than anybody can sell.
        for (index, offer) in self.offers.iter().enumerate() {
            let Some(sellable) = offer.sellable else { continue };
            let is_off = sellable - desired[index] > SHARE_OFF_MAX || desired[index] == 0;
            let to = match offer.tool {
                Tool::CompareAndSet if sellable > desired[index] && is_off => desired[index],
                Tool::PlainSet if desired[index] == 0 && sellable > 0 => 0,
                _ => continue,
            };
            let why = if self.is_over(offer) { Why::Fewer } else { Why::Share };
            pushes.extend(self.push(index, to, Some(why)));
        }
        self.empty_until_it_fits(desired, &mut pushes);
        self.empty_for_others(desired, &mut pushes);
        pushes
    }

    fn is_over(&self, offer: &Offer) -> bool {
        let excess = self.excess();
        offer.uses.iter().any(|(resource, _)| excess[*resource].is_none_or(|over| over > 0))
    }

    /// More can be sold than there is: lower what can be lowered, empty what cannot, the fewest
    /// units first, until what is left fits.
    fn empty_until_it_fits(&self, desired: &[i64], pushes: &mut Vec<Push>) {
        loop {
            let after = self.count_uses(|offer| {
                let index = self.offers.iter().position(|one| one.id == offer.id)?;
                match pushes.iter().find(|push| push.offer == index) {
                    Some(push) => Some(push.to),
                    None => match offer.in_flight {
                        // It ends there.
                        Some(InFlight { to, .. }) => Some(to.max(0)),
                        None => offer.sellable.map(|units| units.max(0)),
                    },
                }
            });
            let over: Vec<usize> = after
                .iter()
                .zip(&self.resources)
                .enumerate()
                .filter(|(_, (sold, resource))| sold.is_some_and(|sold| sold > resource.units()))
                .map(|(index, _)| index)
                .collect();
            let draws = |offer: &Offer| offer.uses.iter().any(|(used, _)| over.contains(used));
            let next = (0..self.offers.len())
                .filter(|index| {
                    let offer = &self.offers[*index];
                    draws(offer)
                        && offer.sellable.is_some_and(|units| units > 0)
                        && !pushes.iter().any(|push| push.offer == *index)
                })
                .filter_map(|index| {
                    let offer = &self.offers[index];
                    let from = offer.sellable.unwrap_or(0);
                    let to = match offer.tool {
                        Tool::CompareAndSet => desired[index].min(from - 1).max(0),
                        Tool::PlainSet => 0,
                    };
                    self.push(index, to, Some(Why::Fewer))
                })
                .min_by_key(|push| {
                    let offer = &self.offers[push.offer];
                    (offer.tool == Tool::PlainSet, push.from, offer.id)
                });
            match next {
                Some(push) => pushes.push(push),
                None => return,
            }
        }
    }

    /// A channel that shows nothing, or far too little, while another holds more than its part: the
    /// other gives up what it has, and both get their part when it is known to be gone. One that
    /// cannot be raised where it stands gives up its own.
    fn empty_for_others(&self, desired: &[i64], pushes: &mut Vec<Push>) {
        let slack = self.slack();
        for (index, offer) in self.offers.iter().enumerate() {
            let Some(sellable) = offer.sellable.map(|units| units.max(0)) else { continue };
            let lacks = desired[index] - sellable;
            let is_free =
                |other: usize, pushes: &[Push]| !pushes.iter().any(|one| one.offer == other);
            if lacks <= 0 || !offer.is_writable || offer.in_flight.is_some() {
                continue;
            }
            let room =
                offer.uses.iter().map(|(resource, units)| slack[*resource] / (*units).max(1));
            let room = room.min().unwrap_or(0);
            if sellable > 0 {
                // A plain one is raised from nothing only, and only for what is worth the pause.
                let is_worth = lacks > SHARE_OFF_MAX && lacks >= sellable && room >= lacks;
                if offer.tool == Tool::PlainSet && is_worth && is_free(index, pushes) {
                    pushes.extend(self.push(index, 0, Some(Why::Share)));
                }
                continue;
            }
            if room >= 1 {
                continue;
            }
            let shares = |other: &Offer| {
                other.uses.iter().any(|(used, _)| offer.uses.iter().any(|(own, _)| own == used))
            };
            let donor = (0..self.offers.len())
                .filter(|other| *other != index && shares(&self.offers[*other]))
                .filter(|other| is_free(*other, pushes))
                .filter(|other| {
                    let held = self.offers[*other].sellable.unwrap_or(0);
                    held >= DONOR_MIN && held > desired[*other]
                })
                .max_by_key(|other| (self.offers[*other].sellable, -self.offers[*other].id));
            let Some(donor) = donor else { continue };
            let to = match self.offers[donor].tool {
                Tool::CompareAndSet => desired[donor],
                Tool::PlainSet => 0,
            };
            pushes.extend(self.push(donor, to, Some(Why::Share)));
        }
    }
}

/// Units by weight, rounded down.
fn part(units: i64, weight: i64, sum: i64) -> i64 {
    if sum <= 0 {
        return 0;
    }
    let part = i128::from(units) * i128::from(weight) / i128::from(sum);
    i64::try_from(part).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
