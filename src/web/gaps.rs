//! What is missing as a page shows it: a line or a row for each gap, its pieces under it, and the
//! way to where each is mended, for those who may go there.

use crate::base::{Currency, Money};
use crate::domain::gap::{Gap, GapKind, Piece, Place};
use crate::web::ask::write_href;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::format;
use crate::web::page::Page;
use crate::web::parts::{Item, Items};
use crate::web::permission::Permission;
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::gap::{self, GapWords};
use crate::web::words::{self, Word, say};

pub struct Gaps<'a> {
    pub page: &'a Page,
    pub gaps: &'a [Gap],
    /// In which the books are kept; other amounts bear their code.
    pub currency: Currency,
}

impl Gaps<'_> {
    /// A line for each gap.
    pub fn items(&self) -> Items {
        let item = |gap: &Gap| {
            let GapWords { title, note } = self.words(gap);
            let href = self.way(gap);
            Item { title, href, note, figure: Some(self.figure(gap)), ..Item::default() }
        };
        Items { items: self.gaps.iter().map(item).collect() }
    }

    /// A row for each gap, with its pieces folded under it.
    pub fn table(&self) -> Table {
        let mut table = Table::new("todo-table", words::text(Word::TodoTable));
        table.columns = vec![
            Column::words(words::text(Word::TodoWhat)),
            Column::figures(words::text(Word::TodoAtStake)),
            Column::words(words::text(Word::TodoMend)),
        ];
        table.rows = self.gaps.iter().enumerate().map(|(n, gap)| self.row(n, gap)).collect();
        table
    }

    fn row(&self, number: usize, gap: &Gap) -> Row {
        let GapWords { title, note } = self.words(gap);
        let way = self.way(gap).map(|href| Link::new(words::text(verb(&gap.kind)), href));
        let row = Row::new(vec![
            Cell::Words(Words { text: title, under: Some(note), ..Words::default() }),
            Cell::figure(self.figure(gap)),
            Cell::Links(way.into_iter().collect()),
        ]);
        if gap.pieces.is_empty() {
            return row;
        }
        let shown = self.quantity(gap.pieces.len() as i64);
        let more = (gap.more > 0).then(|| self.quantity(gap.more));
        row.folding(gap::pieces(&shown, more.as_deref()), self.pieces(number, gap))
    }

    fn pieces(&self, number: usize, gap: &Gap) -> Table {
        let mut table = Table::new(format!("todo-{number}"), self.words(gap).title);
        table.dense = true;
        let has_days = gap.pieces.iter().any(|piece| piece.days.is_some());
        table.columns = vec![
            Column::words(words::text(Word::TodoWhat)),
            Column::figures(words::text(Word::TodoCounted)),
        ];
        if has_days {
            table.columns.push(Column::words(words::text(Word::TodoDays)));
        }
        let has_money = gap.pieces.iter().any(|piece| !piece.at_stake.is_empty());
        if has_money {
            table.columns.push(Column::figures(words::text(Word::TodoAtStake)));
        }
        let row = |piece: &Piece| {
            let text = match piece.name.as_str() {
                "" => words::text(Word::Nameless).to_owned(),
                name => name.to_owned(),
            };
            let beside = match &piece.place {
                Place::Campaign { platform, .. } => Some(platform.clone()),
                _ => None,
            };
            let mono = matches!(piece.place, Place::Sku(_));
            let href = self.way_of_piece(gap, piece);
            let mut cells = vec![
                Cell::Words(Words { text, href, beside, mono, ..Words::default() }),
                Cell::figure(Figure::text(self.counted(&gap.kind, piece.count))),
            ];
            if has_days {
                let days = piece.days.map(|days| format::day_range(days, self.page.locale));
                cells.push(Cell::quiet(days.unwrap_or_default()));
            }
            if has_money {
                cells.push(Cell::figure(self.amounts(&piece.at_stake)));
            }
            Row::new(cells)
        };
        table.rows = gap.pieces.iter().map(row).collect();
        table
    }

    /// The button under the list: the first thing to do, and how many orders it touches.
    pub fn enter(&self) -> Option<(Button, String)> {
        let gap = self.gaps.iter().find(|gap| gap.kind == GapKind::UnitCost)?;
        let label = gap::enter_costs(gap.products, &self.quantity(gap.products));
        let button = Button::link(label, ButtonKind::Plain, self.way(gap)?);
        Some((button, words::tell::recounts(&self.counted(&gap.kind, gap.count))))
    }

    fn words(&self, gap: &Gap) -> GapWords {
        let shown = self.quantity(gap.products);
        let products = say::counted(gap.products, &shown, Word::Product1, Word::Products);
        gap::words(&gap.kind, &self.counted(&gap.kind, gap.count), &products)
    }

    /// `41 orders`, `3 campaigns`, `12 times`.
    fn counted(&self, kind: &GapKind, count: i64) -> String {
        let shown = self.quantity(count);
        let (one, many) = match kind {
            GapKind::UnknownInFiles { .. } => return gap::times(count, &shown),
            GapKind::ExchangeRate => (Word::Day, Word::Days),
            GapKind::RefusedRows | GapKind::UnknownCharge { .. } => (Word::Row, Word::Rows),
            GapKind::UnallocatedAds => (Word::Campaign1, Word::Campaigns),
            GapKind::LabelWithoutOrder => (Word::Label1, Word::Labels),
            _ => (Word::Order, Word::Orders),
        };
        say::counted(count, &shown, one, many)
    }

    fn quantity(&self, count: i64) -> String {
        format::quantity(count, self.page.locale)
    }

    fn figure(&self, gap: &Gap) -> Figure {
        match &gap.kind {
            GapKind::EstimatedFees | GapKind::EstimatedShipping | GapKind::GuessedCost => {
                self.amounts(&gap.at_stake).estimated()
            }
            // How much the missing amounts would be, nobody knows; only how often they lack.
            GapKind::ShippingCost
            | GapKind::PaymentFees
            | GapKind::VatRate
            | GapKind::ExchangeRate => {
                let to = self.way(gap).unwrap_or_else(|| "#missing".to_owned());
                Figure::missing(Some(Link::new(self.quantity(gap.count), to)))
            }
            _ => self.amounts(&gap.at_stake),
        }
    }

    /// Amounts of several currencies stand beside each other; they are never added up.
    fn amounts(&self, amounts: &[Money]) -> Figure {
        let one = |money: &Money| {
            let figure = format::amount(*money, self.page.locale);
            match money.currency == self.currency {
                true => figure,
                false => format!("{} {figure}", money.currency.code()),
            }
        };
        match amounts {
            [] => Figure::unknown(),
            amounts => Figure::text(amounts.iter().map(one).collect::<Vec<_>>().join(", ")),
        }
    }

    /// Where the gap is mended; `None` where time alone mends it, or the role may not.
    fn way(&self, gap: &Gap) -> Option<String> {
        let first = || gap.pieces.first().and_then(|piece| self.way_of_piece(gap, piece));
        match &gap.kind {
            GapKind::UnitCost | GapKind::GuessedCost => {
                self.may(Permission::EditCosts, "/costs?missing=yes")
            }
            GapKind::ShippingCost => self.new_rule("shipping_costs", None),
            GapKind::PaymentFees => self.new_rule("payment_fees", None),
            GapKind::VatRate => self.new_rule("vat_rates", None),
            GapKind::ExchangeRate
            | GapKind::RefusedRows
            | GapKind::UnknownInFiles { .. }
            | GapKind::LabelWithoutOrder => self.may(Permission::Import, "/import"),
            GapKind::UnknownFee { kind } => {
                self.new_rule("fee_kinds", Some(("kind", kind.as_str()))).or_else(first)
            }
            GapKind::Unexplained => first(),
            GapKind::UnknownCharge { kind } => {
                let known = [("kind", kind.as_str()), ("class", "period_fees")];
                let rule = self.new_rule("fee_kinds", known);
                rule.or_else(|| self.may(Permission::SeeFigures, "/reconcile?period=12m"))
            }
            GapKind::UnallocatedAds => self.may(Permission::SeeFigures, "/ads?period=12m"),
            GapKind::EstimatedFees | GapKind::EstimatedShipping => None,
        }
    }

    fn way_of_piece(&self, gap: &Gap, piece: &Piece) -> Option<String> {
        let with = |path: &str, params: &[(&str, &str)]| {
            let params = params.iter().map(|(name, text)| ((*name).into(), (*text).into()));
            write_href(&self.page.url(path), params)
        };
        match (&piece.place, &gap.kind) {
            (Place::Sku(sku), _) if Permission::EditCosts.allows(self.page.who.role) => {
                Some(with("/costs", &[("sku", sku)]))
            }
            (Place::Order(order), _) => {
                self.may(Permission::SeeFigures, &format!("/orders/{order}"))
            }
            (Place::Import(import), _) => {
                self.may(Permission::Import, &format!("/import/{import}"))
            }
            (Place::Campaign { platform, campaign }, _) => Some(with(
                "/ads",
                &[("period", "12m"), ("platform", platform), ("campaign", campaign)],
            )),
            (Place::OfGap, GapKind::ShippingCost) => {
                self.new_rule("shipping_costs", Some(("country", piece.name.as_str())))
            }
            (Place::OfGap, GapKind::PaymentFees) => {
                self.new_rule("payment_fees", Some(("gateway", piece.name.as_str())))
            }
            (Place::OfGap, GapKind::VatRate) => {
                self.new_rule("vat_rates", Some(("country", piece.name.as_str())))
            }
            (Place::Sku(_) | Place::OfGap, _) => None,
        }
    }

    fn new_rule<'r>(
        &self,
        list: &'r str,
        known: impl IntoIterator<Item = (&'r str, &'r str)>,
    ) -> Option<String> {
        let base = [("list", list), ("at", "new")].into_iter();
        let params = base.chain(known).map(|(name, text)| (name.to_owned(), text.to_owned()));
        let href = write_href(&self.page.url("/rules"), params);
        Permission::EditCosts.allows(self.page.who.role).then_some(href)
    }

    fn may(&self, permission: Permission, path: &str) -> Option<String> {
        permission.allows(self.page.who.role).then(|| self.page.url(path))
    }
}

/// What is done there.
fn verb(kind: &GapKind) -> Word {
    match kind {
        GapKind::UnitCost | GapKind::GuessedCost => Word::EnterCosts,
        GapKind::ShippingCost | GapKind::PaymentFees | GapKind::VatRate => Word::TodoAddRule,
        GapKind::ExchangeRate => Word::ImportRates,
        GapKind::RefusedRows | GapKind::UnknownInFiles { .. } => Word::TodoFile,
        GapKind::LabelWithoutOrder => Word::TodoBring,
        GapKind::UnknownFee { .. } | GapKind::UnknownCharge { .. } => Word::TodoGiveClass,
        GapKind::UnallocatedAds
        | GapKind::Unexplained
        | GapKind::EstimatedFees
        | GapKind::EstimatedShipping => Word::TodoLook,
    }
}

/// Asks for a share of the price that stands in for costs; the page of rules shows its effect.
/// `None` for those who may not change rules.
pub fn first_guess(page: &Page, groups: &[String]) -> Option<Form> {
    if !Permission::EditCosts.allows(page.who.role) {
        return None;
    }
    let pick = |value: &str, label: &str| Pick { value: value.to_owned(), label: label.to_owned() };
    let mut picks = vec![pick("", words::text(Word::GuessEverything))];
    picks.extend(groups.iter().map(|group| pick(group, group)));
    let hidden = [("list", "cost_guesses"), ("at", "new"), ("do", "show")];
    Some(Form {
        action: page.url("/rules"),
        method: "get",
        hidden: hidden.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        fields: vec![
            Field::amount("percent", words::text(Word::GuessPercent), "40", "%"),
            Field::select("group", words::text(Word::GuessFor), "", picks),
        ],
        buttons: vec![Button::submit(words::text(Word::GuessShow), ButtonKind::Plain)],
        ..Form::default()
    })
}
