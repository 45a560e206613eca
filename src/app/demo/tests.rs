//! The made-up shop: the same twice, ugly in every way that it promises, and believable.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fill;
use super::order::{CAMPAIGN_OF_ORDERS, MARKET};
use super::place::NO_RULE_GATEWAY;
use super::shop::{self, Asked, EUROPE_STORE, STATES_STORE, Shop};
use crate::base::{Clock, Currency, Day, DayRange, Instant, Zone};
use crate::domain::ask::{Ask, Basis, Key, Scope};
use crate::domain::gap::GapKind;
use crate::domain::payouts::Standing;
use crate::domain::profit::component::Component;
use crate::domain::record::{FeeClass, FinancialStatus, Order, Record};
use crate::domain::report::Report;
use crate::domain::scenario::Scenario;
use crate::reports::payouts::{self, PayoutAsk};
use crate::reports::{missing, profit};
use crate::store::testing::Folder;
use crate::store::vault::Vault;
use crate::store::{Db, goals, scenarios};
use crate::sync::ctx::Tools;

const NOW: &str = "2026-11-20T12:00:00Z";

fn asked(orders: i64, seed: u64) -> Asked {
    Asked { orders, seed, now: Instant::parse(NOW).unwrap() }
}

fn make(orders: i64, seed: u64) -> Shop {
    shop::make(&asked(orders, seed)).unwrap()
}

fn orders(shop: &Shop) -> impl Iterator<Item = &Order> {
    shop.stores.iter().flat_map(|store| &store.records).filter_map(|record| match record {
        Record::Order(order) => Some(order.as_ref()),
        _ => None,
    })
}

#[test]
fn the_same_seed_makes_the_same_shop_and_another_one_another() {
    assert_eq!(make(300, 7), make(300, 7));
    assert_ne!(make(300, 7), make(300, 8));
}

#[test]
fn the_hour_at_which_it_is_made_changes_no_basket() {
    let baskets = |now: &str| -> Vec<Vec<Option<String>>> {
        let asked = Asked { now: Instant::parse(now).unwrap(), ..asked(300, 7) };
        let shop = shop::make(&asked).unwrap();
        orders(&shop).map(|o| o.lines.iter().map(|line| line.sku.clone()).collect()).collect()
    };
    assert_eq!(baskets(NOW), baskets("2026-11-20T05:00:00Z"));
}

#[test]
fn it_has_as_many_orders_as_asked_and_none_in_the_future() {
    for count in [1, 2, 10, 500] {
        let shop = make(count, 3);
        assert_eq!(orders(&shop).count() as i64, count);
        let now = Instant::parse(NOW).unwrap();
        let range = DayRange {
            from: Day::parse("2025-11-21").unwrap(),
            to: Day::parse("2026-11-20").unwrap(),
        };
        let zone = Zone::parse(shop::ZONE).unwrap();
        for order in orders(&shop) {
            assert!(order.placed_at <= now, "{}", order.placed_at);
            assert!(range.contains(order.placed_at.day_in(&zone)), "{}", order.placed_at);
            assert!(order.refunds.iter().all(|refund| refund.at <= now));
        }
    }
}

#[test]
fn nobody_buys_at_night() {
    let zone = Zone::parse(shop::ZONE).unwrap();
    let today = Day::parse("2026-11-20").unwrap();
    let shop = make(500, 3);
    let before_today = orders(&shop).filter(|order| order.placed_at.day_in(&zone) < today);
    for order in before_today {
        let time = order.placed_at.time_in(&zone);
        // An hour of grace where clocks change.
        assert!(("06:00".."23:01").contains(&time.as_str()), "{time}");
    }
}

#[test]
fn every_order_is_one_that_an_import_would_take() {
    for order in orders(&make(2_000, 1)) {
        assert_eq!(order.check(), Ok(()), "{order:?}");
        for line in &order.lines {
            assert!(line.price_minor >= 0 && line.quantity > 0, "{line:?}");
        }
    }
}

#[test]
fn a_small_shop_has_every_ugliness_of_orders() {
    let shop = make(500, 1);
    let all: Vec<&Order> = orders(&shop).collect();
    let has = |what: &str, is: &dyn Fn(&Order) -> bool| {
        assert!(all.iter().any(|order| is(order)), "no order with {what}");
    };
    for status in FinancialStatus::ALL {
        if status != FinancialStatus::PartiallyPaid {
            has(status.name(), &|o| o.financial_status == status);
        }
    }
    has("a test", &|o| o.test);
    has("a cancellation after payment", &|o| o.cancelled_at.is_some() && !o.refunds.is_empty());
    has("a discount on a line", &|o| o.lines.iter().any(|l| l.discount_minor > 0));
    has("a discount on the order", &|o| o.order_discount_minor > 0);
    has("a gift card sold alone", &|o| o.lines.iter().all(|l| l.gift_card));
    has("a gift card redeemed", &|o| o.gift_card_paid_minor > 0);
    has("tax inside", &|o| o.taxes_included && o.lines.iter().any(|l| l.tax_minor > Some(0)));
    has("tax on top", &|o| !o.taxes_included && o.lines.iter().any(|l| l.tax_minor > Some(0)));
    has("tax untold", &|o| o.lines.iter().any(|l| l.tax_minor.is_none()));
    has("tax remitted", &|o| o.marketplace_remitted_tax);
    has("a real fee", &|o| o.payments.iter().any(|p| p.fee.is_some_and(|f| f.minor > 0)));
    has("a fee by rule", &|o| o.payments.iter().any(|p| p.gateway == "klarna"));
    has("no fee", &|o| o.payments.iter().any(|p| p.gateway == NO_RULE_GATEWAY));
    has("a market's fees", &|o| o.channel.as_deref() == Some(MARKET) && o.fees.len() > 1);
    has("an unknown fee", &|o| o.fees.iter().any(|f| f.unclassified));
    has("a payment fee of a market", &|o| o.fees.iter().any(|f| f.class == FeeClass::Payment));
    has("a label", &|o| o.shipping_cost.is_some_and(|cost| cost.minor > 0));
    has("no label", &|o| o.counts() && o.shipping_cost.is_none());
    has("a tip", &|o| o.tips_minor > 0 && o.service_income_minor > 0);
    has("an edit", &|o| o.lines.iter().any(|l| l.added_at.is_some()));
    has("no SKU", &|o| o.lines.iter().any(|l| l.sku.is_none()));
    has("a campaign", &|o| o.campaign.as_deref() == Some(CAMPAIGN_OF_ORDERS));
    let refunded = |is: &dyn Fn(i64, i64, i64) -> bool| {
        all.iter().any(|order| {
            order.refunds.iter().flat_map(|refund| &refund.lines).any(|part| {
                let line = order.lines.iter().find(|line| line.id == part.line_id).unwrap();
                is(part.restocked, part.quantity, line.quantity)
            })
        })
    };
    assert!(refunded(&|restocked, units, _| restocked == units), "nothing came back whole");
    assert!(refunded(&|restocked, _, _| restocked == 0), "nothing came back broken");
    assert!(refunded(&|_, units, sold| units < sold), "no line came back in part");
    assert!(all.iter().any(|o| o.refunds.iter().any(|r| r.adjustment_minor > 0)), "no goodwill");
}

#[test]
fn an_exchange_gives_one_thing_back_and_sends_another() {
    let shop = make(500, 1);
    let number = |order: &Order| order.number.clone().unwrap();
    let second = orders(&shop).find(|order| number(order).ends_with("-X")).unwrap();
    let first = number(second).trim_end_matches("-X").to_owned();
    let first = orders(&shop)
        .find(|order| number(order) == first && order.currency == second.currency)
        .unwrap();
    assert_eq!(first.refunds[0].at, second.placed_at);
    assert!(first.refunds[0].lines[0].restocked > 0);
    assert_eq!(first.customer, second.customer);
    assert_ne!(first.lines[0].sku, second.lines[0].sku);
}

#[test]
fn both_stores_number_their_orders_alike() {
    let shop = make(500, 1);
    let numbers = |index: usize| -> BTreeSet<String> {
        let records = &shop.stores[index].records;
        let number = |record: &Record| match record {
            Record::Order(order) => order.number.clone(),
            _ => None,
        };
        records.iter().filter_map(number).collect()
    };
    assert!(numbers(0).contains("#1001") && numbers(1).contains("#1001"));
    assert_eq!([shop.stores[0].name, shop.stores[1].name], [EUROPE_STORE, STATES_STORE]);
}

#[test]
fn titles_and_skus_try_what_pages_and_tables_must_stand() {
    let shop = make(2_000, 1);
    let lines: Vec<_> = orders(&shop).flat_map(|order| &order.lines).collect();
    let titles: BTreeSet<&str> = lines.iter().filter_map(|line| line.title.as_deref()).collect();
    for start in ["=2+3", "@SUM", "+49"] {
        assert!(titles.iter().any(|title| title.starts_with(start)), "{start}");
    }
    assert!(titles.iter().any(|title| title.contains("<b>")));
    assert!(titles.iter().any(|title| title.chars().count() > 200));
    assert!(titles.iter().any(|title| title.contains('花')));
    let skus: BTreeSet<&str> = lines.iter().filter_map(|line| line.sku.as_deref()).collect();
    assert!(skus.iter().any(|sku| sku.contains('"') && sku.contains(',')));
    assert!((38..=44).contains(&skus.len()), "{}", skus.len());
}

#[test]
fn what_belongs_to_no_order_is_there_with_its_gaps() {
    let shop = make(500, 1);
    let mut costed: BTreeSet<&str> = BTreeSet::new();
    let mut changes = 0;
    let (mut platforms, mut campaigns) = (BTreeSet::new(), BTreeSet::new());
    let (mut rates, mut expenses, mut rules) = (0, 0, None);
    let (mut bought, mut landed) = (0, 0);
    for record in &shop.common {
        match record {
            Record::Cost(cost) => changes += i32::from(!costed.insert(&cost.sku)),
            Record::AdSpend(spend) => {
                platforms.insert(spend.platform.as_str());
                campaigns.insert(spend.campaign.as_str());
            }
            Record::Rate(rate) => {
                assert!(rate.day.weekday() < 5, "{}", rate.day);
                rates += 1;
            }
            Record::Expense(_) => expenses += 1,
            Record::Purchase(_) => bought += 1,
            Record::Landed(_) => landed += 1,
            Record::Rules(found) => rules = Some(found),
            other => panic!("{other:?}"),
        }
    }
    let uncosted: Vec<_> =
        super::catalogue::PRODUCTS.iter().filter(|p| !costed.contains(p.sku)).collect();
    assert_eq!(uncosted.len(), 3);
    assert!(changes > 20, "{changes}");
    assert_eq!((platforms.len(), campaigns.len()), (2, 6));
    assert!((255..275).contains(&rates), "{rates}");
    assert_eq!(expenses, 7);
    // Twelve receipts with their freight but for the last, four with duty.
    assert!((120..200).contains(&bought), "{bought}");
    assert_eq!(landed, 12 - 1 + 4);
    let rules = rules.unwrap();
    assert!(rules.find_payment_fee(Some(NO_RULE_GATEWAY), Currency::EUR).is_none());
    assert!(rules.find_payment_fee(Some("klarna"), Currency::EUR).is_some());
    assert!(rules.find_shipping_cost(Some("IE"), 500).is_none());
    assert!(rules.find_shipping_cost(Some("DE"), 500).is_some());
    let charges = shop.stores[0].records.iter().filter(|r| matches!(r, Record::Charge(_)));
    assert_eq!(charges.count(), 12);
}

struct Filled {
    db: Db,
    _folder: Folder,
}

impl Filled {
    fn new(orders: i64) -> Self {
        Self::of(make(orders, 1))
    }

    fn of(shop: Shop) -> Self {
        let folder = Folder::new();
        let clock = Clock::set_at(Instant::parse(NOW).unwrap());
        let db = Db::open(&folder.file("purser.db"), clock).unwrap();
        let vault = Vault::open(&folder.file("purser.key"), &db).unwrap();
        let tools = Tools::new(db.clone(), Arc::new(vault));
        fill::fill(&tools, shop, "a test").unwrap();
        Self { db, _folder: folder }
    }

    fn report(&self, ask: &Ask) -> Report {
        let today = Day::parse("2026-11-20").unwrap();
        self.db.read(|reader| Ok(profit::run(reader, ask, today).unwrap())).unwrap()
    }
}

#[test]
fn stored_it_adds_up_whichever_way_it_is_grouped() {
    let filled = Filled::new(600);
    for basis in [Basis::Event, Basis::Order] {
        let ask = |key: Key| Ask { basis, ..Ask::all(Scope::All).by(&[key]) };
        let total = filled.report(&ask(Key::Day)).total;
        for key in [Key::Day, Key::Month, Key::Order, Key::Variant, Key::Store, Key::Country] {
            let report = filled.report(&ask(key));
            assert_eq!(report.total, total, "total by {}", key.name());
            let mut sum = report.unallocated;
            report.rows.iter().for_each(|row| sum.add(&row.figures));
            assert_eq!(sum.amounts, total.amounts, "rows by {}", key.name());
        }
    }
}

#[test]
fn stored_it_is_believable_and_some_of_it_loses_money() {
    let filled = Filled::new(3_000);
    let all = Ask::all(Scope::All);
    let report = filled.report(&all.clone().by(&[Key::Day]));
    assert_eq!(report.missing_rates, Vec::new());
    let total = report.total;
    let per_mille = |part: i64, whole: i64| part * 1_000 / whole;
    let margin = per_mille(total.net_profit(), total.net_revenue());
    assert!((100..=250).contains(&margin), "net margin {margin} ‰");
    let known = per_mille(total.costed_net_sales, total.net_sales());
    assert!((920..995).contains(&known), "coverage {known} ‰");
    let repeat = per_mille(total.new_customers, total.orders);
    assert!((400..800).contains(&repeat), "new customers {repeat} ‰ of orders");
    assert!(total.get(Component::WrittenOff) != 0);
    let losses = report.rows.iter().filter(|row| row.figures.net_profit() < 0).count();
    assert!((3..60).contains(&losses), "{losses} days with a loss");
    let ran_away = Day::parse("2026-11-20").unwrap().plus(-23).to_string();
    let day = report.rows.iter().find(|row| row.key("day") == Some(&ran_away)).unwrap();
    assert!(day.figures.net_profit() < 0);
    let products = filled.report(&all.by(&[Key::Variant]));
    let losing: Vec<_> = products
        .rows
        .iter()
        .filter(|row| row.figures.contribution_margin() + row.figures.get(Component::AdSpend) < 0)
        .filter_map(|row| row.key("variant"))
        .collect();
    assert!(losing.contains(&"TEA-POT") && losing.len() < 12, "{losing:?}");
}

#[test]
fn stored_its_gaps_are_on_the_list_of_gaps() {
    let filled = Filled::new(600);
    let report = filled.report(&Ask::all(Scope::All));
    let (ask, today) = (Ask::all(Scope::All).over(report.range), report.range.to);
    let gaps = filled.db.read(|reader| Ok(missing::list_gaps(reader, &ask, today).unwrap()));
    let kinds: Vec<GapKind> = gaps.unwrap().into_iter().map(|gap| gap.kind).collect();
    for kind in [GapKind::UnitCost, GapKind::ShippingCost, GapKind::PaymentFees] {
        assert!(kinds.contains(&kind), "{kind:?} not in {kinds:?}");
    }
    assert!(kinds.iter().any(|kind| matches!(kind, GapKind::UnknownFee { .. })), "{kinds:?}");
}

#[test]
fn stored_its_payouts_tie_out_but_for_the_one_that_nobody_explains() {
    let filled = Filled::new(1_200);
    let today = Day::parse("2026-11-20").unwrap();
    let ask = PayoutAsk { store: None, scope: Scope::All, range: None, today };
    let found = filled.db.read(|reader| Ok(payouts::list(reader, &ask).unwrap())).unwrap();
    assert!(found.payouts.len() > 40, "{}", found.payouts.len());
    let off: Vec<i64> = found.payouts.iter().map(|one| one.unexplained_minor()).collect();
    assert_eq!(off.iter().filter(|minor| **minor != 0).collect::<Vec<_>>(), [&-420], "{off:?}");
    let is = |standing: Standing| found.payouts.iter().any(|one| one.standing == standing);
    assert!(is(Standing::Paid) && is(Standing::InTransit));
    assert!(found.payouts.iter().any(|one| one.held_minor > 0 && one.released.is_some()));
    let account = &found.accounts[0];
    assert_eq!((account.platform, found.accounts.len()), ("Shopify Payments", 1));
    assert!(account.open_minor > 0 && account.in_transit_minor > 0);
}

#[test]
fn stored_it_has_goals_and_scenarios_of_its_own() {
    let filled = Filled::new(300);
    let (goals, ideas) = filled
        .db
        .read(|reader| Ok((goals::list_goals(reader, None)?, scenarios::list_scenarios(reader)?)))
        .unwrap();
    assert_eq!((goals.len(), ideas.len()), (5, 2));
    for idea in ideas {
        let read: Result<Scenario, _> = serde_json::from_str(&idea.definition);
        assert_eq!(read.unwrap().name, idea.name);
    }
}

#[test]
fn what_the_processor_tells_changes_no_profit() {
    let bare = |mut shop: Shop| {
        shop.stores.iter_mut().for_each(|store| store.payments.clear());
        shop
    };
    let all = Ask::all(Scope::All).by(&[Key::Order]);
    let with = Filled::new(400).report(&all);
    let without = Filled::of(bare(make(400, 1))).report(&all);
    assert_eq!(with.total, without.total);
}
