//! Edits and what they touch: each marks the orders that lean on it and no others, its preview is
//! what saving it does, and whatever the order of edits and undos, the books are those of the
//! facts.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use purser::app::build::{self, Opened};
use purser::app::{commands, taken};
use purser::base::id::ChangeId;
use purser::base::{Clock, Currency, Day, Decimal, Instant};
use purser::domain::ask::{Ask, Scope};
use purser::domain::profit::figures::Amounts;
use purser::domain::profit::layers::CostMethod;
use purser::domain::record::rate::RateSource;
use purser::domain::record::{Cost, ExchangeRate};
use purser::domain::rules::Rules;
use purser::reports::preview::{self, CostChange, Edit, Preview};
use purser::reports::profit;
use purser::store::changes::{By, Change};
use purser::store::organisation::Choice;
use purser::store::touched::Touched;
use purser::store::{changes, costs};
use purser::sync::{edit, undo};
use serde_json::json;

use crate::kit::app::Folder;

const TODAY: &str = "2026-11-20";
const N_ORDERS: usize = 48;

struct Books {
    opened: Opened,
    clock: Clock,
    folder: Folder,
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

/// Order `n` is placed on day `1 + n % 24` of March, to one of DE, AT, FR and nowhere, in one of
/// EUR and USD, paid by one of stripe and paypal, and sells one of three products; every fifth is
/// refunded, every eighth bears a fee that nobody knows.
fn order(n: usize) -> String {
    let country = ["DE", "AT", "FR", ""][n % 4];
    let ship_to = match country {
        "" => String::new(),
        code => format!(r#""ship_to":{{"country":"{code}"}},"#),
    };
    let money = if n % 6 == 5 { "USD" } else { "EUR" };
    let gateway = ["stripe", "paypal"][n % 2];
    let sku = ["MUG-A", "CUP-B", "POT"][n % 3];
    let quantity = 1 + n % 2;
    let amount = 20 * quantity;
    let placed = 1 + n % 24;
    let fees = match n % 8 {
        0 => r#""fees":[{"kind":"sky tax","amount":"0.75"}],"#,
        _ => "",
    };
    let campaign = if n.is_multiple_of(4) { r#""campaign":"spring","# } else { "" };
    let status = if n.is_multiple_of(5) { "partially_refunded" } else { "paid" };
    let refunds = match n.is_multiple_of(5) {
        true => format!(
            r#","refunds":[{{"id":"r{n}","at":"2026-04-{placed:02}T10:00:00Z","lines":
            [{{"line_id":"a","quantity":1,"amount":"20.00","restock":true}}]}}]"#
        ),
        false => String::new(),
    };
    format!(
        r#"{{"id":"o-{n}","number":"{n}","created_at":"2026-03-{placed:02}T10:00:00Z",
        "currency":"{money}","financial_status":"{status}","taxes_included":true,{ship_to}
        {campaign}{fees}"lines":[{{"id":"a","sku":"{sku}","quantity":{quantity},
        "unit_price":"20.00"}}],
        "payments":[{{"gateway":"{gateway}","amount":"{amount}.00"}}]{refunds}}}"#
    )
    .replace('\n', " ")
}

impl Books {
    fn open() -> Self {
        let folder = Folder::new();
        let clock = Clock::set_at(Instant::parse("2026-11-20T12:00:00Z").unwrap());
        let opened = build::open(&folder.paths(), clock.clone()).unwrap();
        let books = Self { opened, clock, folder };
        let orders = |of: fn(usize) -> bool| {
            let list = (0..N_ORDERS).filter(|n| of(*n)).map(order);
            list.collect::<Vec<_>>().join("\n")
        };
        books.take_in("orders", Some("heron"), "a.jsonl", &orders(|n| n % 7 != 0));
        books.take_in("orders", Some("reed"), "b.jsonl", &orders(|n| n % 7 == 0));
        let fx = "day,base,quote,rate\n2026-02-01,EUR,USD,1.10\n2026-03-10,EUR,USD,1.20\n\
                  2026-02-01,EUR,GBP,0.90\n";
        books.take_in("fx", None, "fx.csv", fx);
        let ads = "day,platform,campaign,amount,currency,store\n\
                   2026-03-02,meta,spring,7.00,EUR,\n2026-03-03,meta,wide,5.01,USD,\n\
                   2026-03-12,meta,wide,9.99,EUR,\n2026-03-20,google,brand,3.33,EUR,heron\n";
        books.take_in("ad-spend", None, "ads.csv", ads);
        let expenses = "name,amount,currency,from,every\nTools,31.00,USD,2026-03-01,month\n";
        books.take_in("expenses", None, "expenses.csv", expenses);
        books
    }

    fn take_in(&self, format: &str, store: Option<&str>, name: &str, content: &str) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let ask = json!({
            "format": format, "files": [path], "store": store, "currency": "EUR",
            "time_zone": "UTC", "dry_run": false,
        });
        let answer = taken::import(&self.opened.tools, ask).unwrap();
        assert_eq!(answer["files"][0]["refused_count"], 0, "{name}: {answer}");
    }

    fn settle(&self) {
        commands::settle(&self.opened.tools).unwrap();
        self.clock.advance_seconds(60);
    }

    fn verify(&self) -> Vec<String> {
        let verified =
            self.opened.tools.db.read(|reader| Ok(purser::books::verify::verify(reader).unwrap()));
        let verified = verified.unwrap();
        assert_eq!(verified.waiting, (0, 0));
        verified.faults
    }

    fn touched(&self, of: impl Fn(&rusqlite::Connection) -> Touched) -> BTreeSet<i64> {
        let list = self.opened.tools.db.read(|reader| of(reader.conn()).list_orders(reader.conn()));
        list.unwrap().into_iter().map(|(order, ..)| order.0).collect()
    }

    fn days(&self, of: impl Fn(&rusqlite::Connection) -> Touched) -> Vec<String> {
        let list = self.opened.tools.db.read(|reader| of(reader.conn()).list_days(reader.conn()));
        list.unwrap().into_iter().map(|day| day.to_string()).collect()
    }

    /// The orders for which a condition on their row holds.
    fn orders_where(&self, condition: &str) -> BTreeSet<i64> {
        let sql = format!("select id from orders where {condition}");
        let list = self.opened.tools.db.read(|reader| {
            let mut statement = reader.conn().prepare(&sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<BTreeSet<i64>, _>>()?)
        });
        list.unwrap()
    }

    fn rules(&self) -> Rules {
        self.opened.tools.db.read(costs::find_rules).unwrap()
    }

    fn put_rules(&self, put: &Rules) {
        let base = self.rules();
        assert!(edit::save_rules(&self.opened.tools.sync, (&base, put), &By::default()).unwrap());
    }

    fn look(&self, edit: &Edit) -> Preview {
        let look = |reader: &purser::store::Reader<'_>| {
            Ok(preview::look(reader, edit, day(TODAY)).unwrap())
        };
        self.opened.tools.db.read(look).unwrap()
    }

    fn amounts(&self) -> Amounts {
        let report = self
            .opened
            .tools
            .db
            .read(|reader| Ok(profit::run(reader, &Ask::all(Scope::All), day(TODAY)).unwrap()));
        report.unwrap().total.amounts
    }

    fn apply(&self, edit: &Edit) {
        let (tools, by) = (&self.opened.tools.sync, &By::default());
        match edit {
            Edit::Cost(CostChange::Put(cost)) => {
                edit::save_cost(tools, cost, by).unwrap();
            }
            Edit::Cost(CostChange::Remove(cost)) => {
                let _ = edit::delete_cost(tools, cost, by);
            }
            Edit::Rules(rules) => self.put_rules(rules),
            Edit::Rate { gone, put } => {
                edit::change_rate(tools, (gone.as_ref(), put.as_ref()), by).unwrap();
            }
            Edit::Basics { currency, zone, vat_registered, method } => {
                let choice = Choice {
                    currency: *currency,
                    time_zone: zone.clone(),
                    vat_registered: *vat_registered,
                    cost_method: *method,
                    ..Choice::default()
                };
                edit::set_organisation(tools, &choice, by).unwrap();
            }
        }
    }
}

fn rules(text: &str) -> Rules {
    serde_json::from_str(text).unwrap()
}

fn rate(base: &str, quote: &str, on: &str, rate: &str) -> ExchangeRate {
    ExchangeRate {
        day: day(on),
        base: currency(base),
        quote: currency(quote),
        rate: Decimal::parse(rate).unwrap(),
        source: RateSource::Own,
    }
}

fn cost(sku: &str, from: &str, unit_cost: &str, code: &str) -> Cost {
    Cost {
        sku: sku.to_owned(),
        valid_from: day(from),
        unit_cost: Decimal::parse(unit_cost).unwrap(),
        currency: currency(code),
        store: None,
        country: None,
    }
}

#[test]
fn each_rule_touches_what_leans_on_it_alone() {
    let books = Books::open();
    let none = Rules::default();
    let all = books.orders_where("true").len();
    assert_eq!(all, N_ORDERS);
    let check = |text: &str, condition: &str, why: &str| {
        let after = rules(text);
        let touched = books.touched(|conn| Touched::by_rules(conn, &none, &after).unwrap());
        assert_eq!(touched, books.orders_where(condition), "{why}");
        assert!(touched.len() < all, "{why}");
        assert!(!touched.is_empty(), "{why}");
    };
    check(
        r#"{"shipping_costs":[{"country":"DE","cost":"4","currency":"EUR"}]}"#,
        "country = 'DE'",
        "parcels to Germany",
    );
    check(
        r#"{"payment_fees":[{"gateway":"stripe","currency":"EUR","percent":"1"}]}"#,
        "currency = 'EUR' and cast(number as integer) % 2 = 0",
        "payments in euros by one gateway",
    );
    check(r#"{"vat_rates":[{"country":"AT","rate":"20"}]}"#, "country = 'AT'", "tax of Austria");
    let from = day("2026-03-11");
    check(
        r#"{"vat_rates":[{"country":"AT","rate":"20","from":"2026-03-11"}]}"#,
        &format!("country = 'AT' and order_day >= {}", from.0),
        "tax since a day",
    );
    check(
        r#"{"groups":[{"name":"mugs","sku_prefix":"MUG-"}],
            "cost_guesses":[{"group":"mugs","percent":"30"}]}"#,
        "cast(number as integer) % 3 = 0",
        "a guess for one group",
    );
    check(
        r#"{"fee_kinds":[{"kind":"sky tax","class":"payment_fees"}]}"#,
        "cast(number as integer) % 8 = 0",
        "a class for one kind of fee",
    );
    let mapped =
        rules(r#"{"campaigns":[{"platform":"meta","campaign":"wide","target":{"sku":"POT"}}]}"#);
    let touch = |conn: &rusqlite::Connection| Touched::by_rules(conn, &none, &mapped).unwrap();
    assert!(books.touched(touch).is_empty(), "spend moves, no order is booked again");
    assert_eq!(books.days(touch), ["2026-03-03", "2026-03-12"]);
    let apart = rules(r#"{"groups":[{"name":"mugs","sku_prefix":"MUG-"}]}"#);
    let touch = |conn: &rusqlite::Connection| Touched::by_rules(conn, &none, &apart).unwrap();
    assert!(books.touched(touch).is_empty() && books.days(touch).is_empty(), "nothing leans on it");
}

#[test]
fn a_rate_touches_its_currency_until_the_next_day_of_which_one_is_known() {
    let books = Books::open();
    let touched = |base: &str, quote: &str, on: &str| {
        let key = (currency(base), currency(quote), day(on));
        let of = |conn: &rusqlite::Connection| Touched::by_rates(conn, &[key]).unwrap();
        (books.touched(of), books.days(of))
    };
    let (first, last) = (day("2026-03-01").0, day("2026-03-10").0);
    let dollars = format!("currency = 'USD' and order_day >= {first} and order_day < {last}");
    let (orders, days) = touched("EUR", "USD", "2026-03-01");
    assert_eq!(orders, books.orders_where(&dollars));
    assert!(!orders.is_empty());
    assert_eq!(days, ["2026-03-03"], "the spend in dollars");
    let (orders, days) = touched("GBP", "EUR", "2026-03-01");
    assert!(orders.is_empty() && days.is_empty(), "nobody has pounds");
    let (orders, _) = touched("GBP", "USD", "2026-03-01");
    assert!(orders.is_empty(), "neither side is ours");
    // From the tenth on, refunds of April among them.
    let (orders, _) = touched("USD", "EUR", "2026-03-10");
    let later =
        format!("currency = 'USD' and (order_day >= {last} or cast(number as integer) % 5 = 0)");
    assert_eq!(orders, books.orders_where(&later));
}

#[test]
fn a_cost_touches_its_product_where_and_while_it_holds() {
    let books = Books::open();
    books.apply(&Edit::Cost(CostChange::Put(cost("POT", "2026-03-15", "3", "EUR"))));
    books.settle();
    let touched = |cost: &Cost| {
        books.touched(|conn: &rusqlite::Connection| Touched::by_cost(conn, cost).unwrap())
    };
    let pots = "cast(number as integer) % 3 = 2";
    let until = day("2026-03-15").0;
    let early = cost("POT", "2026-01-01", "2", "EUR");
    assert_eq!(touched(&early), books.orders_where(&format!("{pots} and order_day < {until}")));
    let abroad = Cost { country: Some("DE".into()), ..early.clone() };
    assert_eq!(touched(&abroad), books.orders_where(&format!("{pots} and country = 'DE'")));
    let reed = Cost { store: Some("reed".into()), ..early.clone() };
    let of_reed = "store_id = (select id from stores where name = 'reed')";
    assert_eq!(touched(&reed), books.orders_where(&format!("{pots} and {of_reed}")));
    assert!(touched(&cost("NOTHING", "2026-01-01", "2", "EUR")).is_empty());
}

fn method(method: CostMethod) -> Edit {
    Edit::Basics { currency: None, zone: None, vat_registered: None, method: Some(method) }
}

/// Receipts of two of the products, fewer than were sold, one of them in dollars.
fn receive(books: &Books) {
    let receipts = "reference,received,sku,quantity,unit_cost,currency\n\
                    P-1,2026-02-20,MUG-A,9,3.10,EUR\nP-2,2026-03-08,MUG-A,8,3.905,USD\n\
                    P-2,2026-03-08,POT,40,7.25,EUR\n";
    books.take_in("purchases", None, "purchases.csv", receipts);
}

#[test]
fn switching_the_cost_method_is_shown_first_and_undone() {
    let books = Books::open();
    receive(&books);
    books.apply(&Edit::Cost(CostChange::Put(cost("MUG-A", "2026-01-01", "2.50", "EUR"))));
    books.settle();
    let dated = books.amounts();
    for becomes in [CostMethod::Fifo, CostMethod::Average, CostMethod::Dated] {
        let edit = method(becomes);
        let preview = books.look(&edit);
        assert!(preview.orders > 0, "{becomes:?}");
        books.apply(&edit);
        books.settle();
        assert_eq!(preview.after.amounts, books.amounts(), "{becomes:?}");
        assert_eq!(books.verify(), Vec::<String>::new(), "{becomes:?}");
    }
    assert_eq!(books.amounts(), dated);
    // Three changes, taken back from the last to the first.
    for change in last_changes(&books).into_iter().take(3) {
        undo::undo(&books.opened.tools.sync, change.id, &By::default()).unwrap();
        books.settle();
    }
    assert_eq!(books.amounts(), dated);
    assert_eq!(books.verify(), Vec::<String>::new());
}

/// Every kind of edit, on books that hold a bit of everything.
fn samples() -> Vec<Edit> {
    let full = rules(
        r#"{"payment_fees":[{"gateway":"stripe","percent":"1.4","fixed":"0.25",
                "returned_on_refund_percent":"50"},{"percent":"3"}],
            "shipping_costs":[{"country":"DE","cost":"4.205","currency":"EUR"},
                {"cost":"9","currency":"USD"}],
            "handling_costs":[{"per":"item","cost":"0.5","currency":"EUR"}],
            "vat_rates":[{"country":"DE","rate":"19"},{"country":"AT","rate":"20"}],
            "groups":[{"name":"mugs","sku_prefix":"MUG-"}],
            "cost_guesses":[{"percent":"35"}],
            "campaigns":[{"platform":"meta","campaign":"wide","target":{"group":"mugs"}}]}"#,
    );
    let mut taxed = full.clone();
    taxed.vat_rates[0].rate = Decimal::parse("7").unwrap();
    let mut classed = taxed.clone();
    classed.fee_kinds =
        rules(r#"{"fee_kinds":[{"kind":"sky tax","class":"other_income"}]}"#).fee_kinds;
    let dollars = cost("CUP-B", "2026-03-05", "4.10", "USD");
    vec![
        Edit::Rules(Box::new(full)),
        Edit::Cost(CostChange::Put(cost("MUG-A", "2026-01-01", "6.105", "EUR"))),
        Edit::Cost(CostChange::Put(dollars.clone())),
        Edit::Rate { gone: None, put: Some(rate("EUR", "USD", "2026-03-01", "1.31")) },
        Edit::Rate { gone: None, put: Some(rate("USD", "EUR", "2026-03-10", "0.77")) },
        Edit::Rules(Box::new(taxed)),
        Edit::Rules(Box::new(classed)),
        Edit::Cost(CostChange::Remove(dollars)),
        Edit::Basics { currency: None, zone: None, vat_registered: Some(false), method: None },
        Edit::Basics {
            currency: None,
            zone: Some(purser::base::Zone::parse("Pacific/Kiritimati").unwrap()),
            vat_registered: None,
            method: None,
        },
        Edit::Basics {
            currency: Some(currency("USD")),
            zone: None,
            vat_registered: None,
            method: None,
        },
        Edit::Basics {
            currency: Some(currency("EUR")),
            zone: None,
            vat_registered: Some(true),
            method: None,
        },
        Edit::Rules(Box::default()),
    ]
}

#[test]
fn what_is_previewed_is_what_the_books_then_say_to_the_cent() {
    let books = Books::open();
    for edit in samples() {
        let stood = books.amounts();
        let preview = books.look(&edit);
        assert_eq!(books.amounts(), stood, "looking changes nothing");
        assert_eq!(preview.before.amounts, stood, "{edit:?}");
        books.apply(&edit);
        books.settle();
        assert_eq!(preview.after.amounts, books.amounts(), "{edit:?}");
        assert!(preview.orders > 0, "{edit:?}");
        if preview.is_in_one_currency() {
            let sum: i64 = preview.months.iter().map(|m| m.after_minor - m.before_minor).sum();
            assert_eq!(sum, preview.change_minor, "{edit:?}");
        }
        assert_eq!(books.verify(), Vec::<String>::new(), "{edit:?}");
    }
}

#[test]
fn an_unknown_fee_moves_to_its_class_and_the_total_stays() {
    use purser::domain::profit::component::Component;
    let books = Books::open();
    let before = books.amounts();
    let put = rules(r#"{"fee_kinds":[{"kind":"sky tax","class":"payment_fees"}]}"#);
    let preview = books.look(&Edit::Rules(Box::new(put.clone())));
    // Orders 0, 8, … 40 bear 0.75 each; none of these six is in dollars but those with n % 6 = 5.
    assert_eq!((preview.orders, preview.change_minor), (6, 0));
    books.put_rules(&put);
    books.settle();
    let after = books.amounts();
    let moved = |component: Component| after[component.index()] - before[component.index()];
    assert_eq!(moved(Component::ChannelFees), 6 * 75);
    assert_eq!(moved(Component::PaymentFees), -6 * 75);
    assert_eq!(before.iter().sum::<i64>(), after.iter().sum::<i64>());
    let unclassed = "select count(*) from unclassified_fees where class = ''";
    let count = |sql: &str| -> i64 {
        let db = &books.opened.tools.db;
        db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)).unwrap()
    };
    assert_eq!(count(unclassed), 0);
    let last = last_changes(&books)[0].id;
    undo::undo(&books.opened.tools.sync, last, &By::default()).unwrap();
    books.settle();
    assert_eq!((books.amounts(), count(unclassed)), (before, 6));
}

fn last_changes(books: &Books) -> Vec<Change> {
    books.opened.tools.db.read(|reader| changes::list(reader, None, (1_000, 0))).unwrap()
}

/// One step of a random story; the numbers choose among what there is.
#[derive(Clone, Debug)]
enum Deed {
    Cost { sku: usize, from: usize, cost: u32, place: usize },
    NoCost { sku: usize, from: usize, place: usize },
    Rate { pair: usize, from: usize, rate: u32 },
    NoRate { pair: usize, from: usize },
    Rules { list: usize, choice: usize },
    Settings { choice: usize },
    Undo { back: usize },
    Settle,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let place = 0..5_usize;
    let one = prop_oneof![
        3 => (0..4_usize, 0..4_usize, 0..900_u32, place.clone())
            .prop_map(|(sku, from, cost, place)| Deed::Cost { sku, from, cost, place }),
        1 => (0..4_usize, 0..4_usize, place)
            .prop_map(|(sku, from, place)| Deed::NoCost { sku, from, place }),
        2 => (0..5_usize, 0..4_usize, 50..200_u32)
            .prop_map(|(pair, from, rate)| Deed::Rate { pair, from, rate }),
        1 => (0..5_usize, 0..4_usize).prop_map(|(pair, from)| Deed::NoRate { pair, from }),
        5 => (0..8_usize, 0..4_usize).prop_map(|(list, choice)| Deed::Rules { list, choice }),
        1 => (0..6_usize).prop_map(|choice| Deed::Settings { choice }),
        3 => (0..12_usize).prop_map(|back| Deed::Undo { back }),
        1 => Just(Deed::Settle),
    ];
    prop::collection::vec(one, 1..9)
}

const DAYS: [&str; 4] = ["2026-01-01", "2026-03-05", "2026-03-12", "2026-03-20"];
const PAIRS: [(&str, &str); 5] =
    [("EUR", "USD"), ("USD", "EUR"), ("EUR", "GBP"), ("GBP", "USD"), ("USD", "GBP")];

fn list_choices(list: usize) -> [&'static str; 4] {
    match list {
        0 => [
            r#"{"payment_fees":[]}"#,
            r#"{"payment_fees":[{"percent":"2"}]}"#,
            r#"{"payment_fees":[{"gateway":"paypal","percent":"3","fixed":"0.35"}]}"#,
            r#"{"payment_fees":[{"currency":"USD","percent":"5","returned_on_refund_percent":"100"},
                {"gateway":"stripe","percent":"1"}]}"#,
        ],
        1 => [
            r#"{"shipping_costs":[]}"#,
            r#"{"shipping_costs":[{"country":"DE","cost":"4","currency":"EUR"}]}"#,
            r#"{"shipping_costs":[{"cost":"9","currency":"USD","per":"item"}]}"#,
            r#"{"shipping_costs":[{"country":"FR","up_to_grams":0,"cost":"7","currency":"GBP"},
                {"country":"DE","cost":"4","currency":"EUR"}]}"#,
        ],
        2 => [
            r#"{"handling_costs":[]}"#,
            r#"{"handling_costs":[{"cost":"0.5","currency":"EUR"}]}"#,
            r#"{"handling_costs":[{"per":"item","cost":"0.11","currency":"USD"}]}"#,
            r#"{"handling_costs":[{"cost":"0.5","currency":"EUR"},
                {"per":"item","cost":"0.2","currency":"EUR"}]}"#,
        ],
        3 => [
            r#"{"vat_rates":[]}"#,
            r#"{"vat_rates":[{"rate":"20"}]}"#,
            r#"{"vat_rates":[{"country":"DE","rate":"19"},
                {"country":"DE","rate":"16","from":"2026-03-10"}]}"#,
            r#"{"vat_rates":[{"country":"AT","rate":"10","from":"2026-03-12"}]}"#,
        ],
        4 => [
            r#"{"campaigns":[]}"#,
            r#"{"campaigns":[{"platform":"meta","campaign":"wide","target":{"sku":"POT"}}]}"#,
            r#"{"campaigns":[{"platform":"meta","target":{"group":"mugs"}}]}"#,
            r#"{"campaigns":[{"target":{"store":"reed"}}]}"#,
        ],
        5 => [
            r#"{"groups":[]}"#,
            r#"{"groups":[{"name":"mugs","sku_prefix":"MUG-"}]}"#,
            r#"{"groups":[{"name":"cups","sku_prefix":"CUP"},{"name":"mugs","sku_prefix":""}]}"#,
            r#"{"groups":[{"name":"mugs","sku_prefix":"P"}]}"#,
        ],
        6 => [
            r#"{"cost_guesses":[]}"#,
            r#"{"cost_guesses":[{"percent":"40"}]}"#,
            r#"{"cost_guesses":[{"group":"mugs","percent":"25"},{"percent":"50"}]}"#,
            r#"{"cost_guesses":[{"group":"cups","percent":"33.3"}]}"#,
        ],
        _ => [
            r#"{"fee_kinds":[]}"#,
            r#"{"fee_kinds":[{"kind":"sky tax","class":"payment_fees"}]}"#,
            r#"{"fee_kinds":[{"platform":"orders","kind":"sky tax","class":"shipping_cost"}]}"#,
            r#"{"fee_kinds":[{"platform":"nobody","kind":"sky tax","class":"ad_spend"}]}"#,
        ],
    }
}

impl Books {
    fn do_it(&self, deed: &Deed) {
        let place = |place: usize, cost: Cost| match place {
            1 => Cost { store: Some("reed".into()), ..cost },
            2 => Cost { country: Some("DE".into()), ..cost },
            3 => Cost { store: Some("heron".into()), country: Some("AT".into()), ..cost },
            4 => Cost { currency: currency("GBP"), ..cost },
            _ => cost,
        };
        let sku = |sku: usize| ["MUG-A", "CUP-B", "POT", "NEW"][sku];
        match deed {
            Deed::Cost { sku: n, from, cost: minor, place: at } => {
                let text = format!("{}.{:02}", minor / 100, minor % 100);
                let one = place(*at, cost(sku(*n), DAYS[*from], &text, "EUR"));
                self.apply(&Edit::Cost(CostChange::Put(one)));
            }
            Deed::NoCost { sku: n, from, place: at } => {
                let one = place(*at, cost(sku(*n), DAYS[*from], "0", "EUR"));
                self.apply(&Edit::Cost(CostChange::Remove(one)));
            }
            Deed::Rate { pair, from, rate: hundredths } => {
                let (base, quote) = PAIRS[*pair];
                let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
                let put = Some(rate(base, quote, DAYS[*from], &text));
                self.apply(&Edit::Rate { gone: None, put });
            }
            Deed::NoRate { pair, from } => {
                let (base, quote) = PAIRS[*pair];
                let key = rate(base, quote, DAYS[*from], "1");
                let db = &self.opened.tools.db;
                let own = db.read(|r| purser::store::rates::find_own(r.conn(), &key)).unwrap();
                if own.is_some() {
                    self.apply(&Edit::Rate { gone: own, put: None });
                }
            }
            Deed::Rules { list, choice } => {
                let part = rules(list_choices(*list)[*choice]);
                let mut put = self.rules();
                match list {
                    0 => put.payment_fees = part.payment_fees,
                    1 => put.shipping_costs = part.shipping_costs,
                    2 => put.handling_costs = part.handling_costs,
                    3 => put.vat_rates = part.vat_rates,
                    4 => put.campaigns = part.campaigns,
                    5 => put.groups = part.groups,
                    6 => put.cost_guesses = part.cost_guesses,
                    _ => put.fee_kinds = part.fee_kinds,
                }
                self.put_rules(&put);
            }
            Deed::Settings { choice } => self.apply(&match choice {
                0 => Edit::Basics {
                    currency: None,
                    zone: None,
                    vat_registered: Some(false),
                    method: None,
                },
                1 => Edit::Basics {
                    currency: None,
                    zone: None,
                    vat_registered: Some(true),
                    method: None,
                },
                2 => method(CostMethod::Fifo),
                3 => method(CostMethod::Average),
                4 => method(CostMethod::Dated),
                _ => Edit::Basics {
                    currency: None,
                    zone: purser::base::Zone::parse("Asia/Tokyo").ok(),
                    vat_registered: None,
                    method: None,
                },
            }),
            Deed::Undo { back } => {
                // What cannot be taken back any more says so and changes nothing.
                if let Some(change) = last_changes(self).get(*back)
                    && change.import.is_none()
                {
                    let _ = undo::undo(&self.opened.tools.sync, change.id, &By::default());
                }
            }
            Deed::Settle => self.settle(),
        }
        self.clock.advance_seconds(1);
    }
}

#[test]
fn after_any_edits_and_undos_the_books_are_those_of_the_facts() {
    let books = Books::open();
    receive(&books);
    let mut runner =
        TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let told = runner.run(&deeds(), |deeds| {
        for deed in &deeds {
            books.do_it(deed);
        }
        books.settle();
        prop_assert_eq!(books.verify(), Vec::<String>::new(), "{:?}", deeds);
        Ok(())
    });
    told.unwrap();
}

#[test]
fn all_that_was_changed_is_taken_back_one_by_one() {
    let books = Books::open();
    let (at_first, first) = (books.amounts(), last_changes(&books)[0].id);
    for edit in samples() {
        books.apply(&edit);
        books.clock.advance_seconds(1);
    }
    books.settle();
    let made: Vec<ChangeId> = last_changes(&books).iter().map(|change| change.id).collect();
    let made: Vec<ChangeId> = made.into_iter().filter(|id| *id > first).collect();
    assert_eq!(made.len(), samples().len());
    for id in made {
        undo::undo(&books.opened.tools.sync, id, &By::default()).unwrap();
        books.clock.advance_seconds(1);
        assert!(undo::undo(&books.opened.tools.sync, id, &By::default()).is_err(), "only once");
    }
    books.settle();
    assert_eq!(books.amounts(), at_first);
    assert_eq!(books.verify(), Vec::<String>::new());
}

#[test]
fn what_was_changed_since_is_not_taken_back() {
    let books = Books::open();
    let sync = &books.opened.tools.sync;
    let mug = |unit: &str| Edit::Cost(CostChange::Put(cost("MUG-A", "2026-01-01", unit, "EUR")));
    books.apply(&mug("4"));
    books.clock.advance_seconds(1);
    let first = last_changes(&books)[0].id;
    books.apply(&mug("5"));
    books.clock.advance_seconds(1);
    let fault = undo::undo(sync, first, &By::default()).unwrap_err();
    assert!(fault.to_string().contains("changed since"), "{fault}");
    // Another list of rules in between does not matter.
    books.put_rules(&rules(r#"{"handling_costs":[{"cost":"1","currency":"EUR"}]}"#));
    let handling = last_changes(&books)[0].id;
    books.clock.advance_seconds(1);
    let mut both = books.rules();
    both.vat_rates = rules(r#"{"vat_rates":[{"rate":"20"}]}"#).vat_rates;
    books.put_rules(&both);
    undo::undo(sync, handling, &By::default()).unwrap();
    assert!(books.rules().handling_costs.is_empty());
    assert_eq!(books.rules().vat_rates.len(), 1);
    books.settle();
    assert_eq!(books.verify(), Vec::<String>::new());
}
