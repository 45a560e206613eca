//! The tables of the page of parts; sums are computed from their rows.

use super::sample::{NET_PROFIT, eur};
use crate::web::ask::PageAsk;
use crate::web::chart::{Axis, LadderBar, RowBar, Step};
use crate::web::figure::{Better, Figure, Link};
use crate::web::format::{self, Locale};
use crate::web::notice::Empty;
use crate::web::parts::{State, StateMark};
use crate::web::table::{Cell, Column, Level, Pager, Row, RowKind, Table, Words};

/// A step of the ladder; an empty amount is a subtotal of all above.
struct Rung(&'static str, Option<i64>, Doubt);

#[derive(Clone, Copy, PartialEq)]
enum Doubt {
    None,
    Estimated,
    Gap,
}

const LADDER: [Rung; 17] = [
    Rung("Gross sales", Some(4_120_840), Doubt::None),
    Rung("Discounts", Some(-101_275), Doubt::None),
    Rung("Returns", Some(-148_020), Doubt::None),
    Rung("Net sales", None, Doubt::None),
    Rung("Shipping income", Some(160_455), Doubt::None),
    Rung("Net revenue", None, Doubt::None),
    Rung("Cost of goods", Some(-1_598_630), Doubt::Gap),
    Rung("Gross profit", None, Doubt::None),
    Rung("Shipping cost", Some(-310_248), Doubt::Estimated),
    Rung("Handling", Some(-64_000), Doubt::None),
    Rung("Payment fees", Some(-80_622), Doubt::None),
    Rung("Channel fees", Some(-341_160), Doubt::Estimated),
    Rung("Contribution margin", None, Doubt::None),
    Rung("Ad spend", Some(-594_410), Doubt::None),
    Rung("Operating expenses", Some(-180_000), Doubt::None),
    Rung("Exchange difference", Some(-605), Doubt::None),
    Rung("Net profit", None, Doubt::None),
];

/// Net revenue: what the percents of the ladder are of.
const NET_REVENUE: i64 = 4_032_000;

pub fn ladder(locale: Locale) -> Table {
    let mut table = Table::new("ladder-table", "From gross sales to net profit, EUR, without tax");
    table.columns = vec![
        Column::words("Component"),
        Column::figures("EUR, without tax"),
        Column::figures("% of net revenue").wide(),
        Column::bars("Running sum"),
    ];
    let axis = Axis::over([4_120_840]);
    let (mut running, mut short) = (0, false);
    for Rung(name, amount, doubt) in &LADDER {
        let from = if amount.is_some() { running } else { 0 };
        running += amount.unwrap_or_default();
        short |= *doubt == Doubt::Gap;
        let last = *name == "Net profit";
        let shown = Figure::money(eur(amount.unwrap_or(running)), locale);
        let figure = match doubt {
            Doubt::Estimated => shown.estimated(),
            Doubt::Gap => shown.after(Link::new("2 without cost", "#missing")),
            Doubt::None if last && short => shown.at_most(),
            Doubt::None => shown,
        };
        let (step, kind) = match (amount, last) {
            (Some(_), _) if from == 0 => (Step::Total, RowKind::Plain),
            (Some(_), _) => (Step::Cost, RowKind::Plain),
            (None, false) => (Step::Total, RowKind::Subtotal),
            (None, true) => (Step::Gain, RowKind::Total),
        };
        let percent = format::share(amount.unwrap_or(running), NET_REVENUE, locale);
        let cells = vec![
            Cell::link(*name, "#trail"),
            Cell::figure(figure),
            Cell::figure(Figure::text(percent).quiet()),
            Cell::Step(LadderBar::new(from, running, axis, step)),
        ];
        table.rows.push(Row::of(kind, cells));
    }
    debug_assert_eq!(running, NET_PROFIT, "the ladder ends in the hero");
    table.legend = true;
    table
}

pub fn doubts(locale: Locale) -> Table {
    let mut table = Table::new("doubts", "How doubt and state are drawn");
    table.columns = vec![
        Column::words("Quality"),
        Column::figures("Figure"),
        Column::words("How it is drawn").wide(),
        Column::words("State"),
    ];
    let money = |minor| Figure::money(eur(minor), locale);
    let gap = Link::new("41 orders", "#missing");
    let rows = [
        ("actual", money(-549), "nothing is added", State::Fresh, "3 min ago"),
        ("estimated", money(-155).estimated(), "tilde, dotted line", State::Late, "46 min late"),
        ("missing", Figure::missing(Some(gap)), "dash and count", State::Broken, "sign in again"),
        ("at most", money(83_198).at_most(), "a part is missing", State::Running, "on its way"),
        ("no ratio", Figure::unknown(), "divided by nothing", State::Off, "paused by you"),
    ];
    for (quality, figure, drawn, state, text) in rows {
        table.rows.push(Row::new(vec![
            Cell::quiet(quality),
            Cell::figure(figure),
            Cell::quiet(drawn),
            Cell::State(StateMark::new(state, text)),
        ]));
    }
    let changes = [
        ("gain", Figure::change(eur(12_000), Better::More, locale)),
        ("loss", Figure::change(eur(-8_800), Better::More, locale)),
        ("neither", Figure::change(eur(4_100), Better::Neither, locale)),
        ("ties out", money(2_592_936).tied()),
    ];
    for (quality, figure) in changes {
        let cells = vec![Cell::quiet(quality), Cell::figure(figure), Cell::Blank, Cell::Blank];
        table.rows.push(Row::new(cells));
    }
    table
}

pub fn rows(ask: &PageAsk, locale: Locale) -> Table {
    let mut table = Table::new("rows-table", "Rows in every state");
    table.columns = vec![
        Column::words("Row").sorted(ask, "name"),
        Column::figures("Units").sorted(ask, "units").wide(),
        Column::figures("Net profit").sorted(ask, "net"),
        Column::figures("Margin").wide(),
        Column::bars("Net profit as a bar"),
    ];
    let products = [("Plain", 52, 115_932, 334_000), ("A loss", 43, -25_322, 195_000)];
    let axis = Axis::over([115_932, -25_322, 83_198]);
    let row = |name: &str, units: i64, net: i64, revenue: i64| {
        Row::new(vec![
            Cell::link(name, "#rows"),
            Cell::figure(Figure::text(format::quantity(units, locale))),
            Cell::figure(Figure::result(eur(net), locale)),
            Cell::figure(Figure::text(format::share(net, revenue, locale))),
            Cell::Bar(RowBar::new(net, axis)),
        ])
    };
    table.rows = products.iter().map(|(n, u, net, rev)| row(n, *u, *net, *rev)).collect();
    table.rows.push(Row::of(
        RowKind::Chosen,
        vec![
            Cell::link("Chosen, a cost is missing", "#rows"),
            Cell::figure(Figure::text(format::quantity(31, locale))),
            Cell::figure(Figure::money(eur(83_198), locale).at_most()),
            Cell::figure(Figure::missing(None)),
            Cell::Bar(RowBar::at_most(83_198, axis)),
        ],
    ));
    let products_net = 115_932 - 25_322 + 83_198;
    let sum = |kind, name: &str, units: Option<i64>, net: Figure| {
        let units = units
            .map_or_else(Figure::unknown, |units| Figure::text(format::quantity(units, locale)));
        let cells = vec![
            Cell::text(name),
            Cell::figure(units),
            Cell::figure(net),
            Cell::figure(Figure::unknown()),
            Cell::Blank,
        ];
        Row::of(kind, cells)
    };
    let money = |minor| Figure::money(eur(minor), locale);
    table.rows.extend([
        sum(RowKind::Subtotal, "Subtotal", Some(126), money(products_net).at_most()),
        sum(RowKind::Unborne, "Borne by no product", None, money(-28_410)),
        sum(RowKind::Total, "Total", Some(126), money(products_net - 28_410).at_most()),
    ]);
    table.loading = Some("New rows are being counted; these are from 14:20.".to_owned());
    table.note = Some("Sums are over all 338 products, not only those shown.".to_owned());
    table.pager = Some(Pager::new(ask, 338, 50, locale));
    table.files = vec![Link::new("CSV", "#rows"), Link::new("XLSX", "#rows")];
    table
}

pub fn effect(locale: Locale) -> Table {
    let mut table = Table::new("effect", "Gross profit before and after, by month");
    table.dense = true;
    table.columns = vec![
        Column::words("Month"),
        Column::figures("Before"),
        Column::figures("After"),
        Column::figures("Change"),
    ];
    let months = [("Sep", 70_110, -5_180), ("Oct", 58_045, -4_292)];
    let row = |kind, name: &str, before: i64, change: i64| {
        let change_shown =
            Figure { arrow: None, ..Figure::change(eur(change), Better::More, locale) };
        let money = |minor| Cell::figure(Figure::money(eur(minor), locale));
        let cells = vec![
            Cell::text(name),
            money(before),
            money(before + change),
            Cell::figure(change_shown),
        ];
        Row::of(kind, cells)
    };
    table.rows = months.iter().map(|(n, b, c)| row(RowKind::Plain, n, *b, *c)).collect();
    let (before, change) = months.iter().fold((0, 0), |sum, m| (sum.0 + m.1, sum.1 + m.2));
    table.rows.push(row(RowKind::Total, "Sum", before, change));
    table
}

pub fn stock(locale: Locale) -> Table {
    let mut table = Table::new("stock-table", "Levels by store");
    table.columns = vec![
        Column::words("Product"),
        Column::figures("On hand").wide(),
        Column::figures("Held").wide(),
        Column::figures("Free"),
        Column::figures("Shopify").wide(),
        Column::figures("Amazon").wide(),
        Column::figures("eBay").wide(),
        Column::figures("Cover"),
        Column::bars("Days of cover").wide(),
    ];
    let axis = Axis::over([60]);
    let agreed = |count: &str| Level::Agreed(count.to_owned());
    let row =
        |name: &str, hand: i64, held: i64, levels: [Level; 3], cover: i64, line: StateMark| {
            let quantity = |count| Figure::text(format::quantity(count, locale));
            let [shopify, amazon, ebay] = levels;
            let bar = RowBar::cover(cover, 14, axis);
            Row::new(vec![
                Cell::Words(Words {
                    text: name.to_owned(),
                    href: Some("#stock".to_owned()),
                    line: Some(line),
                    ..Words::default()
                }),
                Cell::figure(quantity(hand).quiet()),
                Cell::figure(quantity(-held).quiet()),
                Cell::figure(quantity(hand - held)),
                Cell::Level(shopify),
                Cell::Level(amazon),
                Cell::Level(ebay),
                Cell::figure(quantity(cover)),
                Cell::Bar(bar),
            ])
        };
    let sent = Level::Sent { from: "75".to_owned(), to: "73".to_owned() };
    let differs = Level::Differs { theirs: "9".to_owned(), ours: "6".to_owned() };
    let running = StateMark::new(State::Running, "one level on its way");
    let broken = StateMark::new(State::Broken, "eBay shows 9, we set 6");
    let fresh = StateMark::new(State::Fresh, "in step on 2");
    let levels = [sent, agreed("73"), agreed("73")];
    table.rows.push(row("Bowl 16 cm, oat", 84, 9, levels, 18, running));
    let levels = [agreed("6"), agreed("4"), differs];
    let mut drift = row("Lamp, clay", 14, 6, levels, 3, broken);
    drift.detail = Some(Box::new(drift_detail()));
    table.rows.push(drift);
    let levels = [agreed("197"), Level::NotSold, agreed("197")];
    table.rows.push(row("Tray 40 cm, ash", 204, 5, levels, 60, fresh));
    table.note = Some("One figure: all agree. Dot: not sold there.".to_owned());
    table
}

fn drift_detail() -> Table {
    let mut table = Table::new("drift", "Lamp, clay, store by store");
    table.dense = true;
    table.columns = vec![
        Column::words("Store"),
        Column::figures("Desired"),
        Column::figures("Live"),
        Column::words("State"),
    ];
    let row = |store: &str, desired: &str, live: &str, state: State, text: &str| {
        Row::new(vec![
            Cell::text(store),
            Cell::figure(Figure::text(desired)),
            Cell::figure(Figure::text(live)),
            Cell::State(StateMark::new(state, text)),
        ])
    };
    table.rows = vec![
        row("heronreed.example", "6", "6", State::Fresh, "in step"),
        row("Amazon.de", "4", "4", State::Fresh, "in step, kept at 4 by its cap"),
        row("eBay.de", "6", "9", State::Broken, "9 seen twice, no order explains it"),
    ];
    table
}

pub fn trail(locale: Locale) -> Table {
    let mut table = Table::new("trail-table", "How the profit of one order is made");
    table.columns = vec![
        Column::words("Component"),
        Column::figures("EUR"),
        Column::words("Quality").wide(),
        Column::words("Source or rule").wide(),
        Column::words("Arithmetic").wide(),
    ];
    let quality = |estimated: bool| Cell::Quality {
        text: if estimated { "estimated" } else { "actual" }.to_owned(),
        estimated,
    };
    let row = |name: &str, minor: i64, estimated: bool, source: Cell, arithmetic: &str| {
        let figure = Figure::money(eur(minor), locale);
        let figure = if estimated { figure.estimated() } else { figure };
        Row::new(vec![
            Cell::text(name),
            Cell::figure(figure),
            quality(estimated),
            source,
            Cell::quiet(arithmetic),
        ])
    };
    let order = Cell::link("Shopify order 5120, 2 lines", "#trail");
    let rule = Cell::link("rule: 0.50 an order, 0.30 an item", "#trail");
    let parts = [(8_120, false), (-2_460, false), (-110, true)];
    table.rows = vec![
        row("Net sales", parts[0].0, parts[0].1, order, "54.00 + 27.20"),
        row("Cost of goods", parts[1].0, false, Cell::quiet("cost list"), "3 × 8.20"),
        row("Handling", parts[2].0, parts[2].1, rule, "0.50 + 2 × 0.30"),
    ];
    let sum = parts.iter().map(|(minor, _)| minor).sum();
    table.rows.push(Row::of(
        RowKind::Total,
        vec![
            Cell::text("Net profit of this order"),
            Cell::figure(Figure::money(eur(sum), locale)),
            Cell::Blank,
            Cell::Blank,
            Cell::quiet("81.20 − 24.60 − 1.10"),
        ],
    ));
    table
}

pub fn tied(locale: Locale) -> Table {
    let mut table = Table::new("tied-table", "Our figure and the shop's");
    table.tied = true;
    table.columns = vec![
        Column::words("Row"),
        Column::words("Why").wide(),
        Column::figures("EUR"),
        Column::bars("Bridge"),
    ];
    let axis = Axis::over([30_000]);
    let row = |name: &str, why: &str, figure: Figure, bar: Cell| {
        Row::new(vec![Cell::text(name), Cell::quiet(why), Cell::figure(figure), bar])
    };
    let change = |minor| Figure::text(format::change(minor, 2, locale));
    let step = |from, to, step| Cell::Step(LadderBar::new(from, to, axis, step));
    let ours = Figure::money(eur(2_571_181), locale);
    let later = step(0, 26_775, Step::Gain);
    let unpaid = step(26_775, 21_755, Step::Loss);
    table.rows = vec![
        row("Net sales in Purser", "", ours, Cell::Blank),
        row("Orders not yet paid", "They count them when placed.", change(26_775), later),
        row("Day ends elsewhere", "Their day ends in Berlin.", change(-5_020), unpaid),
    ];
    let theirs = Figure::money(eur(2_571_181 + 26_775 - 5_020), locale);
    let mut total = row("Net sales in Shopify", "read today 06:10", theirs, Cell::Blank);
    total.kind = RowKind::Total;
    table.rows.push(total);
    table
}

pub fn hostile(locale: Locale) -> Table {
    let mut table = Table::new("hostile-table", "Names and amounts at their worst");
    table.columns = vec![
        Column::words("Product"),
        Column::words("SKU").wide(),
        Column::figures("Net profit"),
        Column::figures("Net revenue").wide(),
    ];
    let row = |name: &str, sku: &str, minor: i64| {
        Row::new(vec![
            Cell::link(name, "#hostile"),
            Cell::mono(sku),
            Cell::figure(Figure::result(eur(minor), locale)),
            Cell::figure(Figure::money(eur(minor.saturating_abs()), locale)),
        ])
    };
    let endless = "Donaudampfschifffahrtselektrizitätenhauptwerk".repeat(3);
    table.rows = vec![
        row("<script>alert(1)</script>\"'><img src=x onerror=alert(1)>", "&lt;b&gt;", 1_250),
        row(&endless, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 999_999_999_999_999),
        row("\u{202E}gnp.ecioVni\u{202C} כוס קרמיקה ٣٥٠", "עברית-1", -999_999_999_999_999),
        row("", "", 0),
    ];
    table.cut = Some("Cut off after 4 of 12,904 rows. The file holds all of them.".to_owned());
    table
}

pub fn none() -> Table {
    let mut table = Table::new("none-table", "No orders");
    table.columns = vec![Column::words("Order"), Column::figures("Net profit")];
    table.empty = Some(Empty {
        sentence: "No order lost money in these days.".to_owned(),
        why: "The filter is on; without it there are 838 orders.".to_owned(),
        button: None,
        link: Some(Link::new("Show all orders", "#none")),
    });
    table
}
