//! What the program knows of a feature: its name, its place in the navigation, its routes; and
//! how every page shows the effect of an edit before it is saved.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::{Day, Money};
use crate::domain::profit::ads;
use crate::domain::profit::component::{Component, Step, Subtotal, ladder};
use crate::domain::profit::layers::CostMethod;
use crate::reports::ReportError;
use crate::reports::preview::desk::{Desk, Look};
use crate::reports::preview::purchases::PurchasePreview;
use crate::reports::preview::{Edit, MovedPlace, Preview};
use crate::store::StoreError;
use crate::store::changes::Seen;
use crate::sync::stock_edit;
use crate::web::effect;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::form::Effect;
use crate::web::format::{self, Locale};
use crate::web::notice::{Post, Progress, Toast};
use crate::web::page::{Badge, Page, Section};
use crate::web::permission::{Permission, Routes};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::table::{Row, RowKind, Table};
use crate::web::words::{self, Word, change as told, ladder as names, purchase as bought, say};

/// Products that are listed of those to which ad spend moves.
const PRODUCTS_MAX: usize = 8;

pub struct Feature {
    /// Names the folder, the templates, the tests and the address.
    pub slug: &'static str,
    pub nav: &'static [Nav],
    pub routes: fn(&mut Routes),
}

/// An entry of the navigation; whoever may not go there does not see it.
pub struct Nav {
    pub section: Section,
    pub label: Word,
    pub path: &'static str,
    /// The letter after `g` that leads here.
    pub key: Option<char>,
    pub permission: Permission,
    /// A count of what needs a person, beside the entry.
    pub badge: Option<Badge>,
}

/// What a report could not answer, as an answer of a page or of the API.
pub fn refuse(error: ReportError) -> AppError {
    match error {
        ReportError::Store(error) => error.into(),
        ReportError::Overflow(error) => AppError::Internal(error.to_string()),
        ReportError::Nothing => AppError::NotFound,
        ReportError::Asked(sentence) => AppError::BadRequest(sentence),
    }
}

/// The look at an edit as a panel shows it.
#[derive(Default)]
pub struct Sight {
    pub effect: Option<Effect>,
    pub progress: Option<Progress>,
    /// Under the effect, or in its place.
    pub note: Option<String>,
    /// Where a page without script goes to see how far it is.
    pub refresh: Option<String>,
}

/// Takes a look at an edit; `None` without one, and before the first store, where there is
/// nothing to change.
///
/// # Errors
/// What the report could not answer.
pub async fn look(
    state: &Shared,
    request: &HttpRequest,
    edit: Option<Edit>,
    today: Day,
) -> Result<Option<Look>, AppError> {
    let Some(edit) = edit else { return Ok(None) };
    let (desk, state) = (desk_of(request)?, state.clone());
    match off_thread(move || desk.look(&state.db, &edit, today)).await? {
        Ok(look) => Ok(Some(look)),
        Err(ReportError::Nothing) => Ok(None),
        Err(fault) => Err(refuse(fault)),
    }
}

/// Where looks are taken.
///
/// # Errors
/// `Internal` where the server was put together without one.
pub fn desk_of(request: &HttpRequest) -> Result<web::Data<Desk>, AppError> {
    let desk = request.app_data::<web::Data<Desk>>().cloned();
    desk.ok_or_else(|| AppError::Internal("there is no desk".to_owned()))
}

/// The effect as the history keeps it.
pub fn seen(preview: &Preview) -> Seen {
    Seen {
        orders: preview.orders,
        before_minor: preview.before.net_profit(),
        after_minor: preview.after.net_profit(),
        currency: preview.currency,
    }
}

/// What was done, and to how many orders with which effect where that was looked at.
pub fn told_done(done: &str, preview: Option<&Preview>, locale: &str) -> String {
    let is_told = |preview: &&Preview| preview.orders > 0 && preview.is_in_one_currency();
    let Some(preview) = preview.filter(is_told) else { return done.to_owned() };
    let locale = Locale::find(locale).unwrap_or_default();
    let amount = format::change(preview.change_minor, preview.currency.digits(), locale);
    let orders = format::quantity(preview.orders, locale);
    let orders = say::counted(preview.orders, &orders, Word::Order, Word::Orders);
    told::saved(done, &orders, &amount)
}

/// `here` is the address under which the same look is asked for again.
pub fn sight(page: &Page, look: Option<&Look>, here: &str) -> Sight {
    let quantity = |count| format::quantity(count, page.locale);
    match look {
        None => Sight::default(),
        Some(Look::Done(preview)) => Sight {
            effect: Some(effect_of(page, preview)),
            note: Some(told::MONTHS_NOTE.to_owned()).filter(|_| !preview.months.is_empty()),
            ..Sight::default()
        },
        Some(Look::Running { key, done, total }) => {
            let path = format!("/changes/look/{key:016x}");
            let back = [("back".to_owned(), here.to_owned())].into_iter();
            let poll = crate::web::ask::write_href(&page.url(&path), back.clone());
            let stop = crate::web::ask::write_href(&page.url(&format!("{path}/stop")), back);
            let progress = Progress {
                id: "looking".to_owned(),
                title: told::LOOKING.to_owned(),
                beside: None,
                done: *done,
                total: (*total).max(1),
                shown: told::looking_at(&quantity(*done), &quantity(*total)),
                note: told::LOOKING_NOTE.to_owned(),
                poll: Some(poll),
                stop: Some(Post {
                    label: told::STOP_LOOKING.to_owned(),
                    action: stop,
                    csrf: String::new(),
                }),
            };
            Sight { progress: Some(progress), refresh: Some(here.to_owned()), ..Sight::default() }
        }
        Some(Look::Stopped { total }) => {
            Sight { note: Some(told::stopped(&quantity(*total))), ..Sight::default() }
        }
        Some(Look::Failed(why)) => Sight { note: Some(told::failed(why)), ..Sight::default() },
    }
}

fn effect_of(page: &Page, preview: &Preview) -> Effect {
    let orders = format::quantity(preview.orders, page.locale);
    let orders = say::counted(preview.orders, &orders, Word::Order, Word::Orders);
    let range = format::day_range(preview.range, page.locale);
    let (before, figure) = if preview.is_in_one_currency() {
        let change = Money::new(preview.change_minor, preview.currency);
        (say::this_changes(&orders), effect::change(change, page.locale))
    } else {
        let was = Money::new(preview.before.net_profit(), preview.currency_before);
        let becomes = Money::new(preview.after.net_profit(), preview.currency);
        let was = format!("{} {}", format::amount(was, page.locale), was.currency.code());
        let figure = crate::web::figure::Figure::money(becomes, page.locale);
        (told::becomes(&orders, &was), figure)
    };
    let is_told = preview.is_in_one_currency() && !preview.months.is_empty();
    let closed = (&page.closed, page.locale);
    let months = || effect::months(told::MONTHS, preview.currency, &preview.months, closed);
    Effect {
        before,
        figure,
        arithmetic: told::looked_at(&range, preview.currency.code()),
        table: is_told.then(months),
        more: [components(page, preview), moves(page, preview)].into_iter().flatten().collect(),
    }
}

/// The components that change, and the net profit under them; one alone is the whole effect.
fn components(page: &Page, preview: &Preview) -> Option<Table> {
    let mut table = effect::table("effect-components", told::COMPONENTS, Word::Component);
    let before = |minor| Money::new(minor, preview.currency);
    let row = |name: &str, was: i64, becomes: i64| {
        effect::cells(name, (before(was), before(becomes)), page.locale)
    };
    let outside = [Component::TaxCollected];
    let steps = ladder().into_iter().filter(|step| matches!(step, Step::Component(_)));
    for step in steps.chain(outside.map(Step::Component)) {
        let (was, becomes) = (preview.before.step(step), preview.after.step(step));
        if was != becomes {
            table.rows.push(Row::new(row(words::text(names::step(step)), was, becomes)));
        }
    }
    let profit = Step::Subtotal(Subtotal::NetProfit);
    let (was, becomes) = (preview.before.step(profit), preview.after.step(profit));
    let total = row(words::text(Word::NetProfit), was, becomes);
    let is_told = !table.rows.is_empty() && preview.is_in_one_currency();
    table.rows.push(Row::of(RowKind::Total, total));
    is_told.then_some(table)
}

/// By step, by store, and the products whose share changes most.
fn moves(page: &Page, preview: &Preview) -> Option<Table> {
    if preview.ads.is_empty() || !preview.is_in_one_currency() {
        return None;
    }
    let mut table = effect::table("effect-ads", told::ADS, Word::AdsFor);
    let money = |minor: i64| Money::new(-minor, preview.currency);
    let mut products: Vec<_> = Vec::new();
    for moved in &preview.ads {
        let name = match &moved.place {
            MovedPlace::Step(step) => told::step(step.map(ads::Step::number)).to_owned(),
            MovedPlace::Store(name) => told::store(name),
            MovedPlace::Sku(sku) => {
                products.push((sku, moved));
                continue;
            }
        };
        let sides = (money(moved.before_minor), money(moved.after_minor));
        table.rows.push(Row::new(effect::cells(&name, sides, page.locale)));
    }
    products.sort_by_key(|(sku, moved)| {
        (std::cmp::Reverse((moved.after_minor - moved.before_minor).abs()), *sku)
    });
    for (sku, moved) in products.iter().take(PRODUCTS_MAX) {
        let sides = (money(moved.before_minor), money(moved.after_minor));
        table.rows.push(Row::new(effect::cells(&told::product(sku), sides, page.locale)));
    }
    let more = products.len().saturating_sub(PRODUCTS_MAX) as i64;
    table.note = (more > 0).then(|| told::more_places(&format::quantity(more, page.locale)));
    Some(table)
}

/// What a receipt or a bill would do to goods that were sold already.
pub fn purchase_effect(page: &Page, preview: &PurchasePreview) -> Effect {
    let minor = preview.revalued.as_ref().map_or(0, |revalued| revalued.change_minor);
    let arithmetic = match (preview.method, &preview.revalued) {
        (CostMethod::Dated, _) => words::text(Word::PurchaseDated).to_owned(),
        (_, None) => words::text(Word::PurchaseNothingMoves).to_owned(),
        (_, Some(revalued)) => {
            let quantity = |count| format::quantity(count, page.locale);
            let (units, orders) = (revalued.units, revalued.orders);
            let lack = match revalued.uncosted {
                0 => String::new(),
                n => bought::uncosted(&say::counted(n, &quantity(n), Word::Order, Word::Orders)),
            };
            let told = bought::revalued(
                &say::counted(units, &quantity(units), Word::UnitSmall, Word::UnitsSmall),
                &say::counted(orders, &quantity(orders), Word::Order, Word::Orders),
                &format::day(revalued.since, page.locale),
                preview.currency.code(),
            );
            told + &lack
        }
    };
    Effect {
        before: words::text(Word::PurchaseChangesBy).to_owned(),
        figure: effect::change(Money::new(minor, preview.currency), page.locale),
        arithmetic,
        table: (!preview.months.is_empty()).then(|| {
            let caption = Word::ExpenseEffectTable;
            let closed = (&page.closed, page.locale);
            effect::months(caption, preview.currency, &preview.months, closed)
        }),
        more: Vec::new(),
    }
}
/// What the next page tells of what was done to stock, with the way back.
pub fn stock_done(state: &Shared, who: &Who, done: stock_edit::Done) {
    let changes = i64::try_from(done.changes).unwrap_or(i64::MAX);
    let undo = Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&format!("/stock/actions/undo?id={}", done.action)),
        csrf: String::new(),
    };
    let undo = (done.changes > 0).then_some(undo);
    let text = words::stock::done(changes);
    state.flashes.put(who, Flash::toast(Toast { text, undo }));
}

/// The sentence of a refusal, as what was typed wrong; every other fault stays one.
///
/// # Errors
/// What the store said besides.
pub fn told_refused<T>(outcome: Result<T, StoreError>) -> Result<Result<T, String>, AppError> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(StoreError::Refused(sentence)) => Ok(Err(sentence)),
        Err(fault) => Err(fault.into()),
    }
}

/// To another page of ours, by a GET.
pub fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}
