//! A made-up shop, Heron & Reed, for the page of parts. Its words are samples of how the program
//! speaks; its sums are computed, so they add up.

use crate::base::{Currency, Day, Decimal, Money};
use crate::domain::table::Grain;
use crate::web::chart::{DayBar, Days, Sparkline};
use crate::web::figure::{Better, Figure, Hero, Link};
use crate::web::form::{Button, ButtonKind, Effect, Field, Form, Panel, Pick};
use crate::web::format::{self, Locale};
use crate::web::layout::{Icon, NavItem, NavSection};
use crate::web::notice::{Confirm, Drop, Empty, Notice, Post, Progress, Toast, Weight};
use crate::web::parts::{Chip, ChipKind, Item, Items, Kpi, Kpis, Stat, State, Stats};

use super::tables;

pub const TOKENS: [&str; 20] = [
    "paper",
    "sheet",
    "shade",
    "brass-wash",
    "rule",
    "rule-2",
    "control",
    "ink",
    "ink-2",
    "ink-3",
    "brass",
    "brass-fill",
    "gain",
    "gain-fill",
    "loss",
    "loss-fill",
    "total-fill",
    "cost-fill",
    "focus",
    "on-ink",
];

/// Net profit of the thirty days, to the cent; the ladder ends in it.
pub const NET_PROFIT: i64 = 862_325;

pub fn head(id: &str) -> &'static str {
    match id {
        "ladder" => "From gross sales to net profit",
        "missing" => "What is missing",
        "type" => "Type",
        "type-title" => "Page title, 28",
        "type-deciding" => "A sentence that decides, 20",
        "type-answer" => "The answer of a page, 16 on 27",
        "type-figure" => "24,334 figure, 19",
        "type-head" => "Section, 14 semibold",
        "type-text" => "Text, 14 on 20",
        "type-table" => "Table, 13 on 20",
        "type-note" => "Note, 12.5 on 18",
        "state" => "Quality and state",
        "colour" => "Colour",
        "buttons" => "Buttons, chips, switch",
        "fields" => "Fields",
        "picker" => "Period picker, open",
        "rows" => "Table rows",
        "wrong" => "Something went wrong",
        "done" => "Done, and undone",
        "confirm" => "Where undo is impossible",
        "empty" => "Nothing here yet",
        "panel" => "Panel with its effect",
        "happened" => "What happened",
        "none" => "A table without rows",
        "drop" => "Import",
        "stock" => "Levels",
        "trail" => "Trail of one order",
        "tied" => "A sum that ties out",
        "hostile" => "Long, huge and hostile",
        "heat" => "Heat map, hours",
        "cohorts" => "Heat map, cohorts",
        "calendar" => "Calendar",
        "world" => "Countries",
        "course" => "Course",
        "waterfall" => "Waterfall",
        "goals" => "Goals",
        _ => "",
    }
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub fn stores() -> Vec<String> {
    ["heronreed.example", "Amazon.de", "Etsy", "eBay.de"].map(str::to_owned).to_vec()
}

pub fn nav() -> Vec<NavSection> {
    let item = |label: &str, slug: &str, badge: Option<&str>, key: Option<char>| NavItem {
        label: label.to_owned(),
        href: format!("#{slug}"),
        slug: slug.to_owned(),
        badge: badge.map(str::to_owned),
        key,
    };
    let section = |label: Option<&str>, icon, items| NavSection {
        label: label.map(str::to_owned),
        icon,
        items,
    };
    vec![
        section(None, Some(Icon::House), vec![item("Overview", "overview", None, Some('h'))]),
        section(
            Some("Money"),
            Some(Icon::Lines),
            vec![
                item("Orders", "orders", None, Some('o')),
                item("Products", "products", None, Some('p')),
                item("Months", "months", None, None),
                item("Ads", "ads", None, Some('a')),
            ],
        ),
        section(
            Some("Books"),
            None,
            vec![item("Costs", "costs", None, Some('c')), item("Expenses", "expenses", None, None)],
        ),
        section(
            Some("Stock"),
            Some(Icon::Box),
            vec![item("Levels", "stock", Some("1"), Some('s'))],
        ),
        section(
            Some("Sources"),
            Some(Icon::Plug),
            vec![
                item("Import", "import", Some("7"), Some('i')),
                item("Connections", "connections", None, None),
            ],
        ),
        section(
            None,
            None,
            vec![item("Settings", "settings", None, None), item("Parts", "design", None, None)],
        ),
    ]
}

pub fn hero(locale: Locale) -> Hero {
    Hero {
        doubt: Some(Link::new("at most", "#missing")),
        change: vec![
            Figure::change(eur(90_412), Better::More, locale),
            Figure::moved(
                format::percent_change(Decimal::parse("0.117").ok(), locale),
                1,
                Better::More,
            ),
        ],
        change_note: "on the 30 days before".to_owned(),
        story: vec![
            "You kept 21 cents of every euro of net revenue.".to_owned(),
            "1,208.00 is counted without a cost, so this is the most it can be.".to_owned(),
        ],
        link: Some(Link::new("How this number is made", "#ladder")),
        ..Hero::new("Net profit", eur(NET_PROFIT), locale)
    }
}

/// Twenty-nine days; the thirtieth is what is left of the sum.
const DAILY: [i64; 29] = [
    14_210, 31_845, 27_590, 42_118, 38_860, 24_075, 33_412, 29_980, 18_644, 36_127, 40_905, 22_318,
    -20_940, 35_566, 44_081, 30_270, 92_318, 26_714, 33_905, 41_660, 29_118, 25_437, -43_215,
    15_802, 27_344, 36_190, 31_025, 34_618, 23_904,
];
const FORMER: [i64; 30] = [
    24_100, 16_350, 28_940, 30_115, 44_870, 47_210, 29_640, 25_015, 31_480, 33_265, 21_190, 35_440,
    39_075, 18_320, 27_905, 26_480, 32_210, 28_845, 30_960, 24_550, 22_735, 36_180, 31_405, 12_660,
    28_115, 21_930, 33_780, 35_215, 20_405, 17_300,
];

pub fn days(today: Day, locale: Locale) -> Days {
    let last = NET_PROFIT - DAILY.iter().sum::<i64>();
    let first = today.plus(-29);
    let bar = |(index, amount): (usize, i64)| DayBar {
        day: first.plus(index as i32),
        amount,
        open: index == DAILY.len(),
    };
    Days {
        id: "days".to_owned(),
        title: "Net profit".to_owned(),
        grain: Grain::Day,
        note: "By day, EUR. Today is still open.".to_owned(),
        bars: DAILY.into_iter().chain([last]).enumerate().map(bar).collect(),
        is_cost: false,
        former: FORMER.to_vec(),
        former_name: "the 30 days before".to_owned(),
        digits: 2,
        locale,
    }
}

pub fn kpis(locale: Locale) -> Kpis {
    let kpi = |name: &str, figure: String, change: &str, better, up: i64, note: Option<&str>| Kpi {
        name: name.to_owned(),
        figure,
        change: Figure::moved(change.to_owned(), up, better),
        note: note.map(str::to_owned),
        sparkline: Some(Sparkline::new(name, &FORMER[name.len()..])),
        href: Some("#ladder".to_owned()),
    };
    let whole = |minor| format::whole(minor, 2, locale);
    let percent = |text| format::percent(Decimal::parse(text).ok(), locale);
    use Better::{Less, More, Neither};
    Kpis {
        kpis: vec![
            kpi("Net revenue", whole(4_032_000), "+18.2 %", More, 1, None),
            kpi("Contribution margin", whole(1_637_340), "+14.9 %", More, 1, None),
            kpi("Net margin", percent("0.2139"), "−1.4 points", More, -1, None),
            kpi("Ad spend", whole(594_410), "+31.0 %", Neither, 1, Some("MER 6.78")),
            kpi("Orders", format::quantity(838, locale), "+16.4 %", More, 1, Some("avg 48.11")),
            kpi("Returns", percent("0.0359"), "+0.6 points", Less, 1, None),
        ],
    }
}

pub fn missing(locale: Locale) -> Items {
    let item = |title: &str, note: &str, figure: Figure| Item {
        title: title.to_owned(),
        note: note.to_owned(),
        figure: Some(figure),
        ..Item::default()
    };
    Items {
        items: vec![
            item(
                "Unit cost missing",
                "61 orders, 2 products. Net sales so far counted without a cost.",
                Figure::money(eur(120_800), locale),
            ),
            item(
                "Amazon fees not settled yet",
                "74 orders of the last 8 days, computed from your rate card.",
                Figure::money(eur(-91_235), locale).estimated(),
            ),
            item(
                "Return label missing",
                "12 returns with neither a label nor a rule.",
                Figure::missing(Some(Link::new("12", "#missing"))),
            ),
        ],
    }
}

pub fn happened(locale: Locale) -> Items {
    let item = |when: &str, title: &str, note: &str, figure: Option<Figure>| Item {
        when: Some(when.to_owned()),
        title: title.to_owned(),
        note: note.to_owned(),
        figure,
        ..Item::default()
    };
    Items {
        items: vec![
            item(
                "9 Nov 18:02",
                "Order placed",
                "2 bowls, 1 lamp. Paid 96.40, of it 15.39 tax",
                Some(Figure::result(eur(2_735), locale)),
            ),
            item(
                "10 Nov 08:15",
                "Label bought",
                "replaced the rule’s 4.10 by 4.85; in the figure of 9 Nov",
                None,
            ),
            item(
                "15 Nov 10:44",
                "Refund",
                "1 bowl came back whole and stands on the shelf again",
                Some(Figure::result(eur(-960), locale)),
            ),
            Item {
                state: Some(State::Late),
                ..item("18 Nov", "Payout, one row short", "It comes with the next report.", None)
            },
        ],
    }
}

pub fn head_buttons() -> Vec<Button> {
    vec![
        Button::link("CSV", ButtonKind::Plain, "#page"),
        Button::link("XLSX", ButtonKind::Plain, "#page"),
    ]
}

pub fn buttons() -> Vec<Button> {
    vec![
        Button::submit("Save the cost", ButtonKind::Main),
        Button::submit("Cancel", ButtonKind::Plain),
        Button::submit("Disconnect Etsy", ButtonKind::Danger),
        Button::link("Leave it at 9", ButtonKind::Link, "#buttons"),
        Button::submit("Push now", ButtonKind::Main).off("no store is connected yet"),
    ]
}

pub fn chips() -> Vec<Chip> {
    let chip = |label: &str, count: Option<&str>, kind| Chip {
        label: label.to_owned(),
        count: count.map(str::to_owned),
        kind,
        href: "#buttons".to_owned(),
    };
    vec![
        chip("Without a cost", Some("2"), ChipKind::Plain),
        chip("Lost money", Some("3"), ChipKind::Chosen),
        chip("Add filter", None, ChipKind::Add),
    ]
}

fn picks(all: &str) -> Vec<Pick> {
    let names = std::iter::once(all.to_owned()).chain(stores());
    names.map(|name| Pick { value: name.clone(), label: name }).collect()
}

pub fn fields() -> Vec<Field> {
    vec![
        Field::amount("unit_cost", "Unit cost", "6.20", "EUR"),
        Field::day("valid_from", "Valid from", "2026-02-30")
            .with_error("February 2026 has 28 days."),
        Field::select("store", "Store", "All stores", picks("All stores"))
            .with_help("The most specific cost wins."),
        Field::check("fully", "Count expenses into products", true),
    ]
}

pub fn wrong() -> Notice {
    Notice {
        weight: Weight::Broken,
        title: "statement.csv was not taken in.".to_owned(),
        text: "It ends in the middle of row 8,204, so the download was probably cut short. \
               Nothing was changed. Download it again from Etsy and drop it here."
            .to_owned(),
        buttons: vec![Button::link("Try another file", ButtonKind::Plain, "#drop")],
        link: Some(Link::new("Details for support (no customer data)", "#wrong")),
    }
}

pub fn slow() -> Notice {
    Notice {
        weight: Weight::Late,
        title: "Amazon.de is 46 minutes behind.".to_owned(),
        text: "At one request a minute we are level at about 14:55. You need do nothing."
            .to_owned(),
        buttons: Vec::new(),
        link: None,
    }
}

fn post(label: &str) -> Post {
    Post { label: label.to_owned(), action: "#done".to_owned(), csrf: String::new() }
}

pub fn toasts() -> Vec<Toast> {
    vec![Toast {
        text: "Cost saved. 128 orders recounted, −94.72.".to_owned(),
        undo: Some(post("Undo")),
    }]
}

pub fn progress() -> Progress {
    Progress {
        id: "shown-progress".to_owned(),
        title: "Recounting 128 orders".to_owned(),
        beside: None,
        done: 90,
        total: 128,
        shown: "90 of 128".to_owned(),
        note: "figures on this page are from before the change; you can leave it".to_owned(),
        poll: None,
        stop: Some(post("Stop")),
    }
}

pub fn confirm() -> Confirm {
    Confirm {
        title: "Disconnect Etsy?".to_owned(),
        text: "Its 1,204 orders and all figures stay. New orders no longer come in, and its 21 \
               stock levels stand still. You can connect it again later."
            .to_owned(),
        danger: post("Disconnect Etsy"),
        keep: Button::link("Keep it", ButtonKind::Plain, "#confirm"),
    }
}

pub fn empty() -> Empty {
    Empty {
        sentence: "No purchases yet.".to_owned(),
        why: "Once you enter one, its freight and duty are spread over the goods, and the stock \
              is counted in when it arrives."
            .to_owned(),
        button: Some(Button::link("Enter a purchase", ButtonKind::Plain, "#empty")),
        link: Some(Link::new("Bring a list", "#empty")),
    }
}

pub fn stats() -> Stats {
    let stat = |figure: &str, name: &str, asks| Stat {
        figure: figure.to_owned(),
        name: name.to_owned(),
        asks,
    };
    Stats {
        stats: vec![
            stat("1,912", "rows taken in", false),
            stat("804", "orders, 5 of them new", false),
            stat("11", "rows known already", false),
            stat("7", "rows refused", true),
        ],
    }
}

pub fn drop_area() -> Drop {
    Drop {
        id: "files".to_owned(),
        action: "/import".to_owned(),
        csrf: String::new(),
        hidden: Vec::new(),
        text: "CSV, TSV, XLSX or JSON Lines. Nothing leaves this computer.".to_owned(),
        fields: Vec::new(),
        further: None,
    }
}

pub fn panel(locale: Locale) -> Panel {
    Panel {
        title: "New cost for BOWL-OAT".to_owned(),
        lead: "Bowl 16 cm, oat. Now 5.46 EUR, since 2 Feb 2026.".to_owned(),
        close: Link::new("Close", "#panel"),
        form: Form {
            action: "#panel".to_owned(),
            method: "post",
            fields: vec![
                Field {
                    id: "panel-cost".into(),
                    ..Field::amount("cost", "Unit cost", "6.20", "EUR")
                },
                Field { id: "panel-from".into(), ..Field::day("from", "Valid from", "2026-09-01") },
            ],
            buttons: vec![
                Button::submit("Save the cost", ButtonKind::Main),
                Button::link("Cancel", ButtonKind::Plain, "#panel"),
            ],
            note: Some("can be undone for 30 days".to_owned()),
            ..Form::default()
        },
        progress: None,
        effect: Some(Effect {
            before: "This changes 128 orders by".to_owned(),
            figure: Figure::result(eur(-9_472), locale),
            arithmetic: "128 units × 0.74. Gross profit of this product, EUR:".to_owned(),
            table: Some(tables::effect(locale)),
            more: Vec::new(),
        }),
        months: Some("Both months are open. August and earlier are closed and stay.".to_owned()),
        history: None,
    }
}
