//! A settlement whose rows have been added up: every amount in minor units, with its meaning
//! and its place, and the amounts of each order together.

use std::collections::{HashMap, HashSet};

use super::kind_of;
use crate::base::{Currency, Day, Instant, Money, money};
use crate::connectors::amazon::marketplace::{is_mcf, is_mcf_marketplace};
use crate::connectors::amazon::settlement::{Entry, Name, Names, Settlement, Words};
use crate::connectors::amazon::value::Stamp;
use crate::connectors::amazon::vocabulary::{self, Meaning, Side};
use crate::connectors::contract::Refusal;
use crate::domain::record::ChargeClass;

pub struct Book<'a> {
    pub settlement: &'a Settlement,
    pub currency: Currency,
    /// What Amazon states, and what the rows add up to.
    pub total_minor: i64,
    /// In the order of their first rows.
    pub orders: Vec<Group>,
    names: &'a Names,
    minors: Vec<i64>,
    meanings: HashMap<Words, Meaning>,
    /// The day of a row that states none.
    fallback: Option<Stamp>,
    /// The only marketplace of the settlement, where there is just one.
    marketplace: Option<Name>,
    /// Channels whose rows tell the tax by itself.
    taxed: HashSet<String>,
}

/// The rows of one order, as indexes into the settlement's entries.
pub struct Group {
    order: Name,
    entries: Vec<usize>,
}

/// One row of the settlement, read.
pub struct Posting<'a> {
    pub row: u64,
    pub key: Words,
    pub adjustment: &'a str,
    pub item: &'a str,
    pub sku: &'a str,
    pub quantity: i64,
    /// False for a row that only counts units.
    pub is_money: bool,
    pub minor: i64,
    pub stamp: Stamp,
    pub meaning: Meaning,
    pub place: Place,
    transaction: &'a str,
    amount_type: &'a str,
    description: &'a str,
    is_mcf: bool,
}

/// Where an amount stands in our records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the order itself.
    Sale,
    /// On one of its refunds.
    Refund,
    /// Beside the order: tax that Amazon keeps, only in the payout's parts.
    Withheld,
    Charge(ChargeClass),
}

impl<'a> Book<'a> {
    /// # Errors
    /// A refusal naming the row: no currency, an amount or a day that cannot be read, rows that
    /// do not add up to the stated total.
    pub fn open(settlement: &'a Settlement, names: &'a Names) -> Result<Self, Refusal> {
        let Some(currency) = settlement.currency else {
            let reason = format!(
                "no row states the currency of settlement {:?}; its first row is probably \
                 missing. Download the file again",
                settlement.id
            );
            return Err(settlement.refusal("currency", reason));
        };
        let mut book = Self {
            settlement,
            currency,
            total_minor: 0,
            orders: Vec::new(),
            names,
            minors: Vec::with_capacity(settlement.entries.len()),
            meanings: HashMap::new(),
            fallback: settlement.end.or(settlement.deposit).or(settlement.start),
            marketplace: None,
            taxed: HashSet::new(),
        };
        book.add_up()?;
        book.check_days()?;
        book.find_meanings();
        book.group_orders();
        Ok(book)
    }

    pub fn postings(&self) -> impl Iterator<Item = Posting<'a>> + '_ {
        (0..self.settlement.entries.len()).map(|index| self.posting(index))
    }

    pub fn postings_of<'b>(&'b self, group: &'b Group) -> impl Iterator<Item = Posting<'a>> + 'b {
        group.entries.iter().map(|index| self.posting(*index))
    }

    /// The marketplace in lower case: the order's own, else the settlement's only one.
    pub fn channel_of(&self, group: &Group) -> String {
        let own = group
            .entries
            .iter()
            .map(|index| self.settlement.entries[*index].marketplace)
            .find(|name| !name.is_empty());
        match own.or(self.marketplace) {
            Some(name) => self.names.text(name).to_lowercase(),
            None => "amazon".to_owned(),
        }
    }

    /// Whether the settlement tells the tax of this channel's sales.
    pub fn is_taxed(&self, channel: &str) -> bool {
        self.taxed.contains(channel)
    }

    fn add_up(&mut self) -> Result<(), Refusal> {
        let settlement = self.settlement;
        let fault = |row, reason| Refusal { row, ..settlement.refusal("amount", reason) };
        let (mut sum, mut volume) = (0_i128, 0_i128);
        for entry in &settlement.entries {
            let minor = match entry.number {
                Some(number) => {
                    number.to_minor(self.currency).map_err(|reason| fault(entry.row, reason))?
                }
                None => 0,
            };
            self.minors.push(minor);
            sum += i128::from(minor);
            volume += i128::from(minor.abs());
        }
        // Below the limit no sum of any of the amounts can overflow.
        if volume >= i128::from(money::MINOR_LIMIT) {
            return Err(fault(settlement.row, "the settlement's sum is too large".to_owned()));
        }
        self.total_minor = sum as i64;
        let Some(total) = settlement.total else { return Ok(()) };
        let stated_minor = total
            .to_minor(self.currency)
            .map_err(|reason| settlement.refusal("total-amount", reason))?;
        if stated_minor == self.total_minor {
            return Ok(());
        }
        let reason = format!(
            "The rows add up to {}, the file states {} as the total of settlement {}. The file \
             was probably cut off or changed after the download; download it again",
            Money::new(self.total_minor, self.currency),
            Money::new(stated_minor, self.currency),
            settlement.id
        );
        Err(settlement.refusal("total-amount", reason))
    }

    fn check_days(&self) -> Result<(), Refusal> {
        let undated = self.settlement.entries.iter().find(|entry| entry.posted.is_none());
        match (self.fallback, undated) {
            (None, Some(entry)) => {
                let reason = "neither the row nor the settlement states a day".to_owned();
                Err(Refusal { row: entry.row, ..self.settlement.refusal("posted-date", reason) })
            }
            _ => Ok(()),
        }
    }

    fn find_meanings(&mut self) {
        let names = self.names;
        for entry in &self.settlement.entries {
            self.meanings.entry(entry.words).or_insert_with_key(|words| {
                vocabulary::find(
                    names.text(words.transaction),
                    names.text(words.amount_type),
                    names.text(words.description),
                )
            });
        }
        let marketplaces: HashSet<Name> = self
            .settlement
            .entries
            .iter()
            .map(|entry| entry.marketplace)
            .filter(|name| !name.is_empty() && !is_mcf_marketplace(names.text(*name)))
            .collect();
        self.marketplace = match marketplaces.len() {
            1 => marketplaces.into_iter().next(),
            _ => None,
        };
    }

    fn group_orders(&mut self) {
        let mut index_by_order: HashMap<Name, usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        for index in 0..self.settlement.entries.len() {
            let posting = self.posting(index);
            if !matches!(posting.place, Place::Sale | Place::Refund) {
                continue;
            }
            let order = self.settlement.entries[index].order;
            let at = *index_by_order.entry(order).or_insert_with(|| {
                groups.push(Group { order, entries: Vec::new() });
                groups.len() - 1
            });
            groups[at].entries.push(index);
        }
        // Withheld tax alone says nothing of an order, but it marks one that is known.
        for index in 0..self.settlement.entries.len() {
            let order = self.settlement.entries[index].order;
            if self.posting(index).place == Place::Withheld
                && let Some(at) = index_by_order.get(&order)
            {
                groups[*at].entries.push(index);
            }
        }
        let is_tax =
            |meaning| matches!(meaning, Meaning::Tax | Meaning::ShippingTax | Meaning::GiftWrapTax);
        let taxed = groups
            .iter()
            .filter(|group| self.postings_of(group).any(|posting| is_tax(posting.meaning)))
            .map(|group| self.channel_of(group))
            .collect();
        self.taxed = taxed;
        self.orders = groups;
    }

    pub fn order_id(&self, group: &Group) -> &'a str {
        self.names.text(group.order)
    }

    fn posting(&self, index: usize) -> Posting<'a> {
        let entry: &Entry = &self.settlement.entries[index];
        let text = |name| self.names.text(name);
        let transaction = text(entry.words.transaction);
        let meaning = self.meanings.get(&entry.words).copied().unwrap_or(Meaning::Unknown);
        let order = text(entry.order);
        let is_mcf = is_mcf(text(entry.marketplace), order);
        let side = Side::of(transaction);
        let place = match entry.number {
            // Units of no sale and no refund count nowhere.
            None if side == Side::Other => Place::Charge(ChargeClass::Unclassified),
            // An order that is only shipped is sold for nothing here.
            _ if is_mcf && self.minors[index] == 0 => Place::Charge(ChargeClass::PeriodFee),
            _ => place_of(side, meaning, order, is_mcf),
        };
        let never = Stamp { at: Instant(0), day: Day(0) };
        Posting {
            row: entry.row,
            key: entry.words,
            adjustment: text(entry.adjustment),
            item: text(entry.item),
            sku: text(entry.sku),
            quantity: entry.quantity,
            is_money: entry.number.is_some(),
            minor: self.minors[index],
            // `check_days` has made sure that one of them is there.
            stamp: entry.posted.or(self.fallback).unwrap_or(never),
            meaning,
            place,
            transaction,
            amount_type: text(entry.words.amount_type),
            description: text(entry.words.description),
            is_mcf,
        }
    }
}

impl Posting<'_> {
    /// Amazon's own words: `Order / ItemPrice / Principal`.
    pub fn words(&self) -> String {
        format!("{} / {} / {}", self.transaction, self.amount_type, self.description)
    }

    pub fn is_unclassified(&self) -> bool {
        self.meaning == Meaning::Unknown || self.place == Place::Charge(ChargeClass::Unclassified)
    }

    /// Our word for the amount.
    pub fn kind(&self) -> String {
        match self.meaning {
            Meaning::Fee(_) if self.is_mcf => "mcf_fulfilment".to_owned(),
            Meaning::Fee(kind)
            | Meaning::Income(kind)
            | Meaning::PeriodFee(kind)
            | Meaning::Outside(_, kind) => kind.to_owned(),
            Meaning::Withheld { .. } => "withheld_tax".to_owned(),
            _ => kind_of(self.amount_type, self.description),
        }
    }
}

fn place_of(side: Side, meaning: Meaning, order: &str, is_mcf: bool) -> Place {
    let of_order = match side {
        Side::Sale | Side::Refund => !order.is_empty() && !is_mcf,
        Side::Other => is_customer_order(order),
    };
    let on_order = if side == Side::Refund { Place::Refund } else { Place::Sale };
    match meaning {
        Meaning::Outside(class, _) => Place::Charge(class),
        Meaning::PeriodFee(_) => Place::Charge(ChargeClass::PeriodFee),
        Meaning::Withheld { .. } if of_order => Place::Withheld,
        _ if of_order => on_order,
        Meaning::Withheld { .. } => Place::Charge(ChargeClass::Tax),
        Meaning::Fee(_) => Place::Charge(ChargeClass::PeriodFee),
        Meaning::Income(_) => Place::Charge(ChargeClass::PeriodIncome),
        _ => Place::Charge(ChargeClass::Unclassified),
    }
}

/// `701-4388408-0182078`: removal orders and the like have numbers of other forms.
fn is_customer_order(order: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = order.split('-').collect();
    parts.iter().map(|part| part.len()).eq([3, 7, 7]) && parts.iter().all(|part| digits(part))
}
