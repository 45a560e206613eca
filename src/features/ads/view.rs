//! Ad spend in a table: a row for each campaign under its platform, by the step that bore it, with
//! what its orders brought.

use askama::Template;

use super::SLUG;
use super::map::parts;
use super::page::href;
use crate::base::Money;
use crate::domain::profit::ratio::Ratio;
use crate::reports::ads::{AdsReport, BySteps, Campaign};
use crate::web::figure::{Figure, Link};
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Panel};
use crate::web::format::{self, fraction};
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::Page;
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::standing::Standing;
use crate::web::strip::Strip;
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, ads as told, say};

#[derive(Template)]
#[template(path = "ads/page.html")]
pub struct View {
    frame: Frame,
    standing: Standing,
    head: PageHead,
    table: Table,
    panel: Option<Panel>,
}

impl View {
    pub fn new(
        page: &Page,
        report: &AdsReport,
        (standing, panel, refresh): (Standing, Option<Panel>, Option<String>),
        flash: Flash,
    ) -> Self {
        let strip = Strip { against: None, basis: None, ..page.strip() };
        let title = words::text(Word::PageAds);
        let frame = page.frame_with_toast(title, SLUG, Some(strip), flash.toast);
        Self {
            frame: Frame { refresh, ..frame },
            standing,
            head: head(page, report),
            table: Shown { page, report, is_beside: panel.is_some() }.table(),
            panel,
        }
    }
}

fn upload(page: &Page, kind: ButtonKind) -> Option<Button> {
    let may = Permission::Import.allows(page.who.role);
    may.then(|| Button::link(words::text(Word::AdsUpload), kind, page.url("/import")))
}

fn head(page: &Page, report: &AdsReport) -> PageHead {
    let count = report.campaigns.len() as i64;
    let shown = format::quantity(count, page.locale);
    let campaigns = say::counted(count, &shown, Word::Campaign1, Word::Campaigns);
    let amount = |minor| format::amount(Money::new(minor, report.currency), page.locale);
    let mut answer = String::new();
    if count > 0 {
        let total = amount(report.total_minor - report.direct_minor);
        answer = told::answer(&total, report.currency.code(), &campaigns);
        let unborne: i64 = report.campaigns.iter().map(|one| one.steps[4]).sum();
        if unborne != 0 {
            answer = format!("{answer} {}", told::unallocated(&amount(unborne)));
        }
    }
    PageHead {
        title: words::text(Word::PageAds).to_owned(),
        answer,
        // On an empty page the table itself says what to do.
        buttons: upload(page, ButtonKind::Plain).filter(|_| count > 0).into_iter().collect(),
        ..PageHead::default()
    }
}

struct Shown<'a> {
    page: &'a Page,
    report: &'a AdsReport,
    /// A panel stands beside the table and takes its room.
    is_beside: bool,
}

impl Shown<'_> {
    fn table(&self) -> Table {
        let mut table = Table::new("ads-table", words::text(Word::AdsTable));
        let spend = format!("{}, {}", words::text(Word::AdsSpend), self.report.currency);
        table.columns = vec![Column::words(words::text(Word::AdsCampaign)), Column::figures(spend)];
        if !self.is_beside {
            let steps = [
                Word::AdsProduct,
                Word::AdsAttributed,
                Word::AdsMapped,
                Word::AdsStore,
                Word::AdsNone,
                Word::AdsBrought,
            ];
            table.columns.extend(steps.map(|word| Column::figures(words::text(word)).wide()));
            table.columns.push(Column::figures(words::text(Word::AdsRoas)));
            table.columns.push(Column::figures(words::text(Word::AdsPoas)).wide());
        }
        table.columns.push(Column::words(words::text(Word::AdsFor)).wide());
        let mut platform = None;
        for one in &self.report.campaigns {
            if platform != Some(&one.platform) {
                platform = Some(&one.platform);
                table.rows.push(self.platform(&one.platform));
            }
            table.rows.push(self.campaign(one));
        }
        if self.report.direct_minor != 0 {
            let name = Cell::text(words::text(Word::AdsDirect));
            let row = self.cells(name, self.report.direct_minor, None, None);
            table.rows.push(Row::of(RowKind::Unborne, row));
        }
        if !self.report.campaigns.is_empty() {
            let steps = sum(self.report.campaigns.iter());
            let name = Cell::text(words::text(Word::Total));
            let row = self.cells(name, self.report.total_minor, Some(&steps), None);
            table.rows.push(Row::of(RowKind::Total, row));
            table.note = Some(words::text(Word::AdsNote).to_owned());
        }
        table.empty = Some(self.empty());
        table
    }

    fn platform(&self, platform: &str) -> Row {
        let own = self.report.campaigns.iter().filter(|one| one.platform == platform);
        let steps = sum(own);
        let name = Cell::text(told::all_of(platform));
        let cells = self.cells(name, steps.iter().sum(), Some(&steps), None);
        Row::of(RowKind::Subtotal, cells)
    }

    fn campaign(&self, one: &Campaign) -> Row {
        let may = Permission::EditCosts.allows(self.page.who.role) && !one.is_deducted;
        let name = Words {
            text: one.campaign.clone(),
            href: may.then(|| href(self.page, Some((&one.platform, &one.campaign)))),
            beside: one.is_deducted.then(|| words::text(Word::AdsDeducted).to_owned()),
            ..Words::default()
        };
        let asked = |name: &str| {
            let found = self.page.ask.rest.iter().find(|(other, _)| other == name);
            found.map(|(_, value)| value.as_str())
        };
        let is_chosen = self.is_beside
            && asked("platform") == Some(&one.platform)
            && asked("campaign") == Some(&one.campaign);
        let kind = if is_chosen { RowKind::Chosen } else { RowKind::Plain };
        let spend = one.spend_minor();
        Row::of(kind, self.cells(Cell::Words(name), spend, Some(&one.steps), Some(one)))
    }

    fn cells(
        &self,
        name: Cell,
        spend_minor: i64,
        steps: Option<&BySteps>,
        one: Option<&Campaign>,
    ) -> Vec<Cell> {
        let money =
            |minor| Figure::money(Money::new(minor, self.report.currency), self.page.locale);
        let mut cells = vec![name, Cell::figure(money(spend_minor))];
        if !self.is_beside {
            let step = |index: usize| match steps.map(|steps| steps[index]) {
                None | Some(0) => Cell::figure(Figure::unknown()),
                Some(minor) => Cell::figure(money(minor)),
            };
            cells.extend((0..5).map(step));
            let brought = one.and_then(|one| one.brought);
            let ratio = |ratio: Option<Ratio>| match ratio {
                Some(ratio) => {
                    let shown = format::ratio(fraction(Some(ratio)), self.page.locale);
                    Cell::figure(Figure::text(shown))
                }
                None if one.is_some() => Cell::figure(Figure::unknown()),
                None => Cell::Blank,
            };
            cells.push(match (&brought, one) {
                (Some(figures), _) => Cell::figure(money(figures.net_revenue())),
                (None, Some(_)) => Cell::figure(Figure::unknown()),
                (None, None) => Cell::Blank,
            });
            cells.push(ratio(brought.as_ref().and_then(|figures| figures.roas())));
            cells.push(ratio(brought.as_ref().and_then(|figures| figures.poas())));
        }
        cells.push(match one.map(|one| &one.target) {
            Some(Some(target)) => {
                let (kind, name) = parts(target);
                let kind = words::text(match kind {
                    "sku" => Word::Product,
                    "group" => Word::Group,
                    _ => Word::Store,
                });
                Cell::text(told::target(&kind.to_lowercase(), name))
            }
            Some(None) => Cell::quiet(words::text(Word::AdsUnmapped)),
            None => Cell::Blank,
        });
        cells
    }

    fn empty(&self) -> Empty {
        let all = [("from", None), ("to", None), ("period", Some("all")), ("page", None)];
        Empty {
            sentence: words::text(Word::AdsEmpty).to_owned(),
            why: words::text(Word::AdsEmptyWhy).to_owned(),
            button: upload(self.page, ButtonKind::Main),
            link: Some(Link::new(words::text(Word::ShowAllDays), self.page.ask.href_with(&all))),
        }
    }
}

fn sum<'a>(campaigns: impl Iterator<Item = &'a Campaign>) -> BySteps {
    campaigns.fold([0; 5], |mut sum, one| {
        for (sum, minor) in sum.iter_mut().zip(one.steps) {
            *sum += minor;
        }
        sum
    })
}

/// Before the first store.
pub fn nothing(page: &Page, flash: Flash) -> View {
    let mut table = Table::new("ads-table", words::text(Word::AdsTable));
    table.columns = vec![Column::words(words::text(Word::AdsCampaign))];
    table.empty = Some(Empty {
        sentence: words::text(Word::AdsEmpty).to_owned(),
        why: words::text(Word::AdsEmptyWhy).to_owned(),
        button: upload(page, ButtonKind::Main),
        link: None,
    });
    let title = words::text(Word::PageAds);
    View {
        frame: page.frame_with_toast(title, SLUG, None, flash.toast),
        standing: Standing::default(),
        head: PageHead { title: title.to_owned(), ..PageHead::default() },
        table,
        panel: None,
    }
}
