//! Pairs of currencies, the rates of one of them or all own ones, and beside them the panel of
//! the chosen rate.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::entry::{Entry, Wrong};
use super::panel::{self, Looked};
use super::save::find_gone;
use super::{PATH, SLUG};
use crate::base::Currency;
use crate::domain::record::ExchangeRate;
use crate::domain::record::rate::RateSource;
use crate::features::feature::{look, sight};
use crate::reports::preview::Edit;
use crate::store::rates::{self, Pair};
use crate::sync::import_job::BOOKS_JOB;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Panel};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Progress};
use crate::web::page::{self, Page, Recount, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, RowKind, Table};
use crate::web::words::{self, Word, change as told};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "rates/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    progress: Option<Progress>,
    pairs: Option<(SectionHead, Table)>,
    rates_head: SectionHead,
    rates: Table,
    panel: Option<Panel>,
}

/// What the panel is asked to show.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub entry: Option<Entry>,
    pub wrong: Wrong,
    pub edit: Option<Edit>,
    pub status: StatusCode,
}

struct Known {
    pairs: Vec<Pair>,
    rates: Vec<ExchangeRate>,
    total: i64,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let may = Permission::EditCosts.allows(who.role);
    let asked = web::Query::<Entry>::from_query(request.query_string());
    let panelled = match asked.map(web::Query::into_inner) {
        Ok(entry) if may => read_address(&state, entry).await?,
        _ => Panelled::default(),
    };
    answer(&state, site, who, &request, panelled).await
}

/// What an address asks for: a new rate, an own one to change or delete, or a look again.
async fn read_address(state: &Shared, entry: Entry) -> Result<Panelled, AppError> {
    let gone = find_gone(state, &entry).await?;
    Ok(match (entry.what.as_str(), gone) {
        ("show", gone) => match entry.read() {
            Ok(put) => {
                let edit = Some(Edit::Rate { gone, put: Some(put) });
                Panelled { entry: Some(entry), edit, ..Panelled::default() }
            }
            Err(wrong) => Panelled { entry: Some(entry), wrong: *wrong, ..Panelled::default() },
        },
        ("delete", Some(gone)) => {
            let entry = Entry { what: "delete".to_owned(), ..Entry::of(&gone) };
            let edit = Some(Edit::Rate { gone: Some(gone), put: None });
            Panelled { entry: Some(entry), edit, ..Panelled::default() }
        }
        ("new", _) => {
            Panelled { entry: Some(Entry { was: String::new(), ..entry }), ..Panelled::default() }
        }
        ("edit", Some(gone)) => Panelled { entry: Some(Entry::of(&gone)), ..Panelled::default() },
        _ => Panelled::default(),
    })
}

/// The page with the panel as asked.
///
/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    panelled: Panelled,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let own = |name: &str| {
        let found = page.ask.rest.iter().find(|(other, _)| other == name);
        found.and_then(|(_, code)| Currency::parse(code).ok())
    };
    let pair = own("base").zip(own("quote"));
    let offset = (i64::from(page.ask.page) - 1) * PER_PAGE;
    let known = read(state, move |reader| {
        let rates = rates::list_rates(reader, pair, (PER_PAGE, offset))?;
        let total = rates::count_rates(reader, pair)?;
        Ok(Known { pairs: rates::list_pairs(reader)?, rates, total })
    });
    let known = known.await?;
    let looked = look(state, request, panelled.edit.clone(), page.today).await?;
    let mut frame = page.frame_with_toast(words::text(Word::PageRates), SLUG, None, flash.toast);
    let panel = panelled.entry.as_ref().map(|entry| {
        let entry = started(&page, entry);
        let sight = sight(&page, looked.as_ref(), &page.url(&entry.href()));
        frame.refresh = sight.refresh.clone();
        panel::panel(Looked {
            page: &page,
            entry: &entry,
            wrong: &panelled.wrong,
            removes: entry.what == "delete",
            // Before the first store there is nothing to look at, and still rates can be entered.
            is_shown: looked.is_some() || panelled.edit.is_some(),
            sight,
        })
    });
    let shown = Shown { page: &page, pair, is_beside: panel.is_some() };
    let title = match pair {
        Some((base, quote)) => told::rates_of(base.code(), quote.code()),
        None => told::RATES_OWN.to_owned(),
    };
    let mut rates_head = SectionHead::new("rates", title);
    rates_head.link = pair.map(|_| Link::new(told::RATE_ALL, page.url(PATH)));
    let view = View {
        frame,
        head: head_of(&page),
        progress: page.recounting("/rates/progress"),
        pairs: shown.pairs(&known.pairs),
        rates_head,
        rates: shown.rates(&known),
        panel,
    };
    html(panelled.status, &view)
}

/// Follows the recount after a change.
pub async fn progress(state: Shared) -> Result<HttpResponse, AppError> {
    let recount = read(&state, |reader| Recount::find(reader, BOOKS_JOB)).await?;
    Ok(HttpResponse::Ok().json(recount.json(&state.url(PATH))))
}

/// A new rate begins with the books' currency, another one, and today.
fn started(page: &Page, entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    let ours = page.organisation.currency.unwrap_or(Currency::EUR);
    let other = page.stores.iter().map(|store| store.currency).find(|one| *one != ours);
    let usual = if ours == Currency::EUR { "USD" } else { "EUR" };
    let fill = |place: &mut String, text: String| {
        if place.is_empty() {
            *place = text;
        }
    };
    if entry.what == "new" {
        fill(&mut entry.base, other.map_or(usual.to_owned(), |one| one.code().to_owned()));
        fill(&mut entry.quote, ours.code().to_owned());
        fill(&mut entry.day, page.today.to_string());
    }
    entry
}

fn href(page: &Page, params: &[(&str, &str)]) -> String {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    crate::web::ask::write_href(&page.url(PATH), params)
}

fn head_of(page: &Page) -> PageHead {
    let import = words::text(Word::CostImport);
    let import = Button::link(import, ButtonKind::Plain, page.url("/import"));
    let add = Button::link(told::RATE_ADD, ButtonKind::Main, href(page, &[("do", "new")]));
    let may = Permission::EditCosts.allows(page.who.role);
    PageHead {
        title: words::text(Word::PageRates).to_owned(),
        answer: told::RATES_ANSWER.to_owned(),
        buttons: if may { vec![import, add] } else { Vec::new() },
        ..PageHead::default()
    }
}

struct Shown<'a> {
    page: &'a Page,
    pair: Option<(Currency, Currency)>,
    is_beside: bool,
}

impl Shown<'_> {
    fn pairs(&self, pairs: &[Pair]) -> Option<(SectionHead, Table)> {
        let page = self.page;
        let mut table = Table::new("rate-pairs", told::RATES_PAIRS);
        table.dense = true;
        table.columns = vec![
            Column::words(told::RATE_PAIR),
            Column::figures(told::RATE_NEWEST),
            Column::words(told::RATE_DAY).wide(),
            Column::figures(told::RATE_OWN_COUNT).wide(),
            Column::figures(told::RATE_BANK_COUNT).wide(),
        ];
        let quantity = |count| Cell::figure(Figure::text(format::quantity(count, page.locale)));
        let row = |pair: &Pair| {
            let (base, quote) = (pair.base.code(), pair.quote.code());
            let to = href(page, &[("base", base), ("quote", quote)]);
            let is_chosen = self.pair == Some((pair.base, pair.quote));
            let kind = if is_chosen { RowKind::Chosen } else { RowKind::Plain };
            let newest = format::decimal(pair.newest.rate, 2, page.locale);
            Row::of(
                kind,
                vec![
                    Cell::link(told::rates_of(base, quote), to),
                    Cell::figure(Figure::text(newest)),
                    Cell::quiet(format::day(pair.newest.day, page.locale)),
                    quantity(pair.own),
                    quantity(pair.bank),
                ],
            )
        };
        table.rows = pairs.iter().map(row).collect();
        let head = SectionHead::new("pairs", told::RATES_PAIRS);
        (!pairs.is_empty() && !self.is_beside).then_some((head, table))
    }

    fn rates(&self, known: &Known) -> Table {
        let page = self.page;
        let may = Permission::EditCosts.allows(page.who.role);
        let mut table = Table::new("rates-table", told::RATES_OWN);
        table.columns = vec![
            Column::words(told::RATE_DAY),
            Column::words(told::RATE_PAIR),
            Column::figures(told::RATE_RATE),
            Column::words(told::RATE_SOURCE).wide(),
        ];
        let has_ways = may && !self.is_beside;
        if has_ways {
            table.columns.push(Column::words(words::text(Word::CostChangeIt)));
        }
        let row = |rate: &ExchangeRate| {
            let source = match rate.source {
                RateSource::Own => told::RATE_IS_OWN,
                RateSource::Ecb => told::RATE_IS_BANK,
            };
            let is_own = rate.source == RateSource::Own;
            let mut cells = vec![
                Cell::text(format::day(rate.day, page.locale)),
                Cell::text(told::rates_of(rate.base.code(), rate.quote.code())),
                Cell::figure(Figure::text(format::decimal(rate.rate, 2, page.locale))),
                Cell::quiet(source),
            ];
            if has_ways {
                let ways = if is_own { self.ways(rate) } else { Vec::new() };
                cells.push(Cell::Links(ways));
            }
            Row::new(cells)
        };
        table.rows = known.rates.iter().map(row).collect();
        if known.total > PER_PAGE {
            table.pager = Some(Pager::new(&page.ask, known.total, PER_PAGE, page.locale));
        }
        let (sentence, why) = match known.pairs.is_empty() {
            true => (told::RATES_EMPTY, told::RATES_EMPTY_WHY),
            false => (told::RATES_OWN_EMPTY, told::RATES_OWN_EMPTY_WHY),
        };
        table.empty = Some(Empty {
            sentence: sentence.to_owned(),
            why: why.to_owned(),
            button: None,
            link: may.then(|| Link::new(told::RATE_ADD, href(page, &[("do", "new")]))),
        });
        table
    }

    fn ways(&self, rate: &ExchangeRate) -> Vec<Link> {
        let day = rate.day.to_string();
        let to = |what: &str| {
            let (base, quote) = (rate.base.code(), rate.quote.code());
            let params = [("base", base), ("quote", quote), ("was", &day), ("do", what)];
            href(self.page, &params)
        };
        vec![
            Link::new(words::text(Word::CostChangeIt), to("edit")),
            Link::new(words::text(Word::CostDeleteShort), to("delete")),
        ]
    }
}
