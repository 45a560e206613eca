//! The seller's own rules: what fees, shipping, handling and tax are where no record tells, and
//! which products a campaign is for. The first rule that fits wins; a condition that is absent,
//! null or `*` always fits.

pub mod check;
pub mod differ;

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Day, Decimal};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    pub payment_fees: Vec<PaymentFeeRule>,
    pub shipping_costs: Vec<ShippingCostRule>,
    pub handling_costs: Vec<HandlingCostRule>,
    pub vat_rates: Vec<VatRate>,
    pub campaigns: Vec<CampaignRule>,
    pub groups: Vec<Group>,
    /// Left out where there is none, so that older files and sets stay the same text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cost_guesses: Vec<CostGuess>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fee_kinds: Vec<FeeKindRule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bundles: Vec<Bundle>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub input_vat: Vec<InputVatRule>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentFeeRule {
    #[serde(default)]
    pub gateway: Option<String>,
    /// A code, or `*`.
    #[serde(default)]
    pub currency: Option<String>,
    /// Of the amount charged.
    #[serde(default)]
    pub percent: Option<Decimal>,
    #[serde(default)]
    pub fixed: Option<Decimal>,
    #[serde(default)]
    pub minimum: Option<Decimal>,
    #[serde(default)]
    pub maximum: Option<Decimal>,
    #[serde(default)]
    pub returned_on_refund_percent: Option<Decimal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    Order,
    Item,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingCostRule {
    #[serde(default)]
    pub country: Option<String>,
    /// Inclusive; of the whole order.
    #[serde(default)]
    pub up_to_grams: Option<i64>,
    pub cost: Decimal,
    pub currency: Currency,
    #[serde(default = "per_order")]
    pub per: Per,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandlingCostRule {
    #[serde(default = "per_order")]
    pub per: Per,
    pub cost: Decimal,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VatRate {
    #[serde(default)]
    pub country: Option<String>,
    /// Percent.
    pub rate: Decimal,
    #[serde(default, with = "day_text")]
    pub from: Option<Day>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignRule {
    #[serde(default)]
    pub platform: Option<String>,
    #[serde(default)]
    pub campaign: Option<String>,
    pub target: Target,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Sku(String),
    Group(String),
    Store(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: String,
    pub sku_prefix: String,
}

/// What a line costs where no cost is known: a share of its own net sale price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostGuess {
    #[serde(default)]
    pub group: Option<String>,
    pub percent: Decimal,
}

/// The class of a fee whose kind no table of ours knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeKindRule {
    /// How the order's channel, or the name of the source that told it, begins.
    #[serde(default)]
    pub platform: Option<String>,
    pub kind: String,
    pub class: FeeKindClass,
}

/// Where a fee of a kind goes; a fee of an order to any, a charge without an order to
/// `period_fees` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKindClass {
    ChannelFees,
    PaymentFees,
    ShippingCost,
    OtherIncome,
    AdSpend,
    PeriodFees,
}

impl FeeKindClass {
    pub const ALL: [Self; 6] = [
        Self::ChannelFees,
        Self::PaymentFees,
        Self::ShippingCost,
        Self::OtherIncome,
        Self::AdSpend,
        Self::PeriodFees,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ChannelFees => "channel_fees",
            Self::PaymentFees => "payment_fees",
            Self::ShippingCost => "shipping_cost",
            Self::OtherIncome => "other_income",
            Self::AdSpend => "ad_spend",
            Self::PeriodFees => "period_fees",
        }
    }
}

/// Whom a rule of a platform has to fit: what the order or its source calls itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct FeePlace<'a> {
    pub channel: Option<&'a str>,
    pub source: &'a str,
}

impl FeePlace<'_> {
    fn is_of(&self, platform: &str) -> bool {
        let begins = |text: &str| {
            let head = text.get(..platform.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(platform))
        };
        platform == "*" || self.channel.is_some_and(begins) || begins(self.source)
    }
}

/// A product that is made of others when it is sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    pub sku: String,
    pub components: Vec<BundlePart>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundlePart {
    pub sku: String,
    #[serde(default = "one")]
    pub quantity: i64,
}

fn one() -> i64 {
    1
}

/// Whose amounts include VAT that the seller gets back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VatSource {
    Costs,
    Purchases,
    LandedCosts,
    Expenses,
    AdSpend,
    ShippingCosts,
    HandlingCosts,
    Labels,
    Fees,
}

impl VatSource {
    pub const ALL: [Self; 9] = [
        Self::Costs,
        Self::Purchases,
        Self::LandedCosts,
        Self::Expenses,
        Self::AdSpend,
        Self::ShippingCosts,
        Self::HandlingCosts,
        Self::Labels,
        Self::Fees,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Costs => "costs",
            Self::Purchases => "purchases",
            Self::LandedCosts => "landed_costs",
            Self::Expenses => "expenses",
            Self::AdSpend => "ad_spend",
            Self::ShippingCosts => "shipping_costs",
            Self::HandlingCosts => "handling_costs",
            Self::Labels => "labels",
            Self::Fees => "fees",
        }
    }

    /// Whether its amounts belong to a platform: an ad network, a sales channel.
    pub fn has_platform(self) -> bool {
        matches!(self, Self::AdSpend | Self::Fees)
    }

    /// Whether its amounts belong to a country: where an order went, where a cost holds.
    pub fn has_country(self) -> bool {
        let without = [Self::Purchases, Self::LandedCosts, Self::Expenses, Self::AdSpend];
        !without.contains(&self)
    }
}

/// Amounts of a source include recoverable VAT, from a day on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputVatRule {
    pub source: VatSource,
    /// Percent.
    pub rate: Decimal,
    #[serde(default, with = "day_text")]
    pub from: Option<Day>,
    #[serde(default)]
    pub platform: Option<String>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub country: Option<String>,
}

fn per_order() -> Per {
    Per::Order
}

/// Whether a condition of a rule fits: absent, null and `*` always do.
pub(crate) fn fits(condition: Option<&str>, value: Option<&str>) -> bool {
    match condition {
        None | Some("*") => true,
        Some(wanted) => value == Some(wanted),
    }
}

impl Rules {
    /// The first rule for a payment; a payment without gateway is fitted only by rules for any.
    pub fn find_payment_fee(
        &self,
        gateway: Option<&str>,
        currency: Currency,
    ) -> Option<(usize, &PaymentFeeRule)> {
        self.payment_fees.iter().enumerate().find(|(_, rule)| {
            fits(rule.gateway.as_deref(), gateway)
                && fits(rule.currency.as_deref(), Some(currency.code()))
        })
    }

    /// The first rule for a parcel; a country never fits an order without one.
    pub fn find_shipping_cost(
        &self,
        country: Option<&str>,
        grams: i64,
    ) -> Option<(usize, &ShippingCostRule)> {
        self.shipping_costs.iter().enumerate().find(|(_, rule)| {
            fits(rule.country.as_deref(), country)
                && rule.up_to_grams.is_none_or(|limit| grams <= limit)
        })
    }

    /// The first rule per order and the first per item; both apply.
    pub fn find_handling_costs(&self) -> impl Iterator<Item = (usize, &HandlingCostRule)> {
        let first = |per: Per| {
            self.handling_costs.iter().enumerate().find(move |(_, rule)| rule.per == per)
        };
        first(Per::Order).into_iter().chain(first(Per::Item))
    }

    /// The rate of the country with the latest `from` on or before the day.
    pub fn find_vat_rate(&self, country: Option<&str>, day: Day) -> Option<(usize, &VatRate)> {
        let mut best: Option<(usize, &VatRate)> = None;
        for (index, rate) in self.vat_rates.iter().enumerate() {
            let in_force = rate.from.is_none_or(|from| from <= day);
            let newer = best.is_none_or(|(_, found)| rate.from > found.from);
            if fits(rate.country.as_deref(), country) && in_force && newer {
                best = Some((index, rate));
            }
        }
        best
    }

    pub fn find_campaign_target(&self, platform: &str, campaign: &str) -> Option<&Target> {
        self.campaigns
            .iter()
            .find(|rule| {
                fits(rule.platform.as_deref(), Some(platform))
                    && fits(rule.campaign.as_deref(), Some(campaign))
            })
            .map(|rule| &rule.target)
    }

    /// Maps one campaign of a platform, before all rules that fit more; `None` takes its own rule
    /// away.
    pub fn map_campaign(&mut self, platform: &str, campaign: &str, target: Option<Target>) {
        let own = self.campaigns.iter().position(|rule| {
            rule.platform.as_deref() == Some(platform) && rule.campaign.as_deref() == Some(campaign)
        });
        match (own, target) {
            (Some(at), Some(target)) => self.campaigns[at].target = target,
            (Some(at), None) => {
                self.campaigns.remove(at);
            }
            (None, Some(target)) => {
                let (platform, campaign) = (Some(platform.to_owned()), Some(campaign.to_owned()));
                self.campaigns.insert(0, CampaignRule { platform, campaign, target });
            }
            (None, None) => {}
        }
    }

    /// The first guess for a line; one of a group fits only a SKU of that group.
    pub fn find_cost_guess(&self, sku: Option<&str>) -> Option<(usize, &CostGuess)> {
        let group = sku.and_then(|sku| self.find_group(sku));
        let found = self.cost_guesses.iter().enumerate();
        found.into_iter().find(|(_, guess)| fits(guess.group.as_deref(), group))
    }

    /// What a SKU is made of, where it is a bundle.
    pub fn find_bundle(&self, sku: &str) -> Option<&Bundle> {
        self.bundles.iter().find(|bundle| bundle.sku == sku)
    }

    /// The SKU and every bundle that holds it, directly or in another bundle.
    pub fn list_holders(&self, sku: &str) -> Vec<String> {
        let mut found = vec![sku.to_owned()];
        let mut at = 0;
        while let Some(part) = found.get(at).cloned() {
            at += 1;
            let holds = |bundle: &&Bundle| bundle.components.iter().any(|one| one.sku == part);
            for bundle in self.bundles.iter().filter(holds) {
                if !found.contains(&bundle.sku) {
                    found.push(bundle.sku.clone());
                }
            }
        }
        found
    }

    /// The class that a fee of an order was given, by the first rule that fits.
    pub fn find_fee_class(&self, kind: &str, place: FeePlace<'_>) -> Option<FeeKindClass> {
        let fits = |rule: &&FeeKindRule| {
            rule.kind == kind
                && rule.class != FeeKindClass::PeriodFees
                && rule.platform.as_deref().is_none_or(|platform| place.is_of(platform))
        };
        self.fee_kinds.iter().find(fits).map(|rule| rule.class)
    }

    /// Whether the kind of a charge without an order was named as a fee of the period.
    pub fn knows_charge(&self, kind: &str) -> bool {
        let is_any = |platform: Option<&str>| matches!(platform, None | Some("*"));
        self.fee_kinds.iter().any(|rule| {
            rule.kind == kind
                && rule.class == FeeKindClass::PeriodFees
                && is_any(rule.platform.as_deref())
        })
    }

    /// The names of the lists in which two sets differ.
    pub fn list_differing(&self, other: &Self) -> Vec<&'static str> {
        let lists = [
            ("payment_fees", self.payment_fees != other.payment_fees),
            ("shipping_costs", self.shipping_costs != other.shipping_costs),
            ("handling_costs", self.handling_costs != other.handling_costs),
            ("vat_rates", self.vat_rates != other.vat_rates),
            ("campaigns", self.campaigns != other.campaigns),
            ("groups", self.groups != other.groups),
            ("cost_guesses", self.cost_guesses != other.cost_guesses),
            ("fee_kinds", self.fee_kinds != other.fee_kinds),
            ("bundles", self.bundles != other.bundles),
            ("input_vat", self.input_vat != other.input_vat),
        ];
        lists.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }

    /// This set with the lists in which `from` and `to` differ as they are in `to`; `None` where
    /// one of them is not as in `from`.
    pub fn with_lists_of(&self, from: &Self, to: &Self) -> Option<Self> {
        let (differing, moved) = (from.list_differing(to), self.list_differing(from));
        if differing.iter().any(|name| moved.contains(name)) {
            return None;
        }
        let is_taken = |name: &str| differing.contains(&name);
        let of = |name: &str| if is_taken(name) { to } else { self };
        Some(Self {
            payment_fees: of("payment_fees").payment_fees.clone(),
            shipping_costs: of("shipping_costs").shipping_costs.clone(),
            handling_costs: of("handling_costs").handling_costs.clone(),
            vat_rates: of("vat_rates").vat_rates.clone(),
            campaigns: of("campaigns").campaigns.clone(),
            groups: of("groups").groups.clone(),
            cost_guesses: of("cost_guesses").cost_guesses.clone(),
            fee_kinds: of("fee_kinds").fee_kinds.clone(),
            bundles: of("bundles").bundles.clone(),
            input_vat: of("input_vat").input_vat.clone(),
        })
    }

    /// The first group that the SKU belongs to.
    pub fn find_group(&self, sku: &str) -> Option<&str> {
        self.groups
            .iter()
            .find(|group| sku.starts_with(&group.sku_prefix))
            .map(|group| group.name.as_str())
    }
}

/// Days in rules are written `YYYY-MM-DD`.
pub(in crate::domain) mod day_text {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::base::Day;

    pub fn serialize<S: Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => to.serialize_str(&day.to_string()),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Day>, D::Error> {
        let text: Option<String> = Option::deserialize(from)?;
        text.map(|text| Day::parse(&text).map_err(serde::de::Error::custom)).transpose()
    }
}
