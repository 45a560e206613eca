//! What is missing, by money at stake, each with its way out.

use super::money;
use crate::base::Currency;
use crate::reports::missing::{Gap, GapKind};
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind};
use crate::web::format;
use crate::web::page::Page;
use crate::web::parts::{Item, Items, SectionHead};
use crate::web::permission::Permission;
use crate::web::words::tell::{self, GapWords};
use crate::web::words::{self, Word, say};

pub struct Gaps<'a> {
    pub page: &'a Page,
    pub gaps: &'a [Gap],
    pub currency: Currency,
}

impl Gaps<'_> {
    pub fn head(&self) -> SectionHead {
        // The list knows no store: it is what the seller has to enter, wherever it was sold.
        let note = match self.page.report_ask().store {
            Some(_) => tell::of_all_stores(),
            None => words::text(Word::ByMoneyAtStake).to_owned(),
        };
        SectionHead {
            note: Some(note),
            ..SectionHead::new("missing", words::text(Word::WhatIsMissing))
        }
    }

    pub fn items(&self) -> Items {
        Items { items: self.gaps.iter().map(|gap| self.item(gap)).collect() }
    }

    /// The button under the list: the first thing to do.
    pub fn enter(&self) -> Option<(Button, String)> {
        let gap = self.gaps.iter().find(|gap| gap.kind == GapKind::UnitCost)?;
        if !Permission::EditCosts.allows(self.page.who.role) {
            return None;
        }
        let label = tell::enter_costs(gap.products, &self.quantity(gap.products));
        let button = Button::link(label, ButtonKind::Plain, self.way(&gap.kind)?);
        Some((button, tell::recounts(&self.orders(gap))))
    }

    fn item(&self, gap: &Gap) -> Item {
        let GapWords { title, note } = self.words(gap);
        let at_stake = Figure::money(money(gap.at_stake_minor, self.currency), self.page.locale);
        let href = self.way(&gap.kind);
        let figure = match &gap.kind {
            GapKind::UnitCost | GapKind::UnknownFee { .. } | GapKind::Unexplained => at_stake,
            GapKind::EstimatedFees | GapKind::EstimatedShipping => at_stake.estimated(),
            GapKind::ShippingCost | GapKind::PaymentFees | GapKind::VatRate => {
                let count = self.quantity(gap.orders);
                let to = href.clone().unwrap_or_else(|| "#missing".to_owned());
                Figure::missing(Some(Link::new(count, to)))
            }
        };
        Item { title, href, note, figure: Some(figure), ..Item::default() }
    }

    fn words(&self, gap: &Gap) -> GapWords {
        let orders = self.orders(gap);
        let shown = self.quantity(gap.products);
        let products = say::counted(gap.products, &shown, Word::Product1, Word::Products);
        match &gap.kind {
            GapKind::UnitCost => tell::gap_cost(&orders, &products),
            GapKind::ShippingCost => tell::gap_shipping(&orders),
            GapKind::PaymentFees => tell::gap_payment(&orders),
            GapKind::VatRate => tell::gap_vat(&orders),
            GapKind::UnknownFee { kind } => tell::gap_unknown_fee(kind, &orders),
            GapKind::EstimatedFees => tell::gap_fees_estimated(&orders),
            GapKind::EstimatedShipping => tell::gap_shipping_estimated(&orders),
            GapKind::Unexplained => tell::gap_unexplained(&orders),
        }
    }

    /// Where what is missing is entered; `None` where time alone mends it, or the role may not.
    fn way(&self, kind: &GapKind) -> Option<String> {
        let role = self.page.who.role;
        match kind {
            GapKind::UnitCost if Permission::EditCosts.allows(role) => {
                Some(self.page.url("/costs?missing=yes"))
            }
            GapKind::ShippingCost | GapKind::PaymentFees | GapKind::VatRate
                if Permission::Import.allows(role) =>
            {
                Some(self.page.url("/import"))
            }
            _ => None,
        }
    }

    fn quantity(&self, count: i64) -> String {
        format::quantity(count, self.page.locale)
    }

    fn orders(&self, gap: &Gap) -> String {
        say::counted(gap.orders, &self.quantity(gap.orders), Word::Order, Word::Orders)
    }
}
