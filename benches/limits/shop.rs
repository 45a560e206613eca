//! The shop to be measured, written as neutral files: three stores, two currencies, 24 months,
//! a few best sellers and a long tail. Whole numbers only; the same seed gives the same files.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use purser::base::Day;

pub struct Size {
    pub orders: i64,
    pub variants: i64,
    pub seed: i64,
}

const FIRST_DAY: &str = "2024-11-01";
pub const DAYS: i64 = 730;
/// Name, currency, of a thousand orders so many.
const STORES: [(&str, &str, i64); 3] =
    [("north-eu", "EUR", 350), ("north-us", "USD", 450), ("market", "USD", 200)];
const CAMPAIGNS: i64 = 12;
/// Of a thousand orders, how many come back at least in part.
const REFUNDS_PER_MILLE: i64 = 60;
/// Lines of an order, of a thousand orders each: 1.6 on average.
const LINES: [i64; 5] = [620, 230, 100, 30, 20];

pub fn first_day() -> Day {
    Day::parse(FIRST_DAY).unwrap()
}

pub fn last_day() -> Day {
    first_day().plus(DAYS as i32 - 1)
}

/// The files in the order in which they are imported, with the store of each.
pub fn files() -> Vec<(String, Option<&'static str>)> {
    let mut files: Vec<(String, Option<&str>)> =
        ["fx.csv", "costs.csv", "rules.json", "ad-spend.csv"]
            .map(|name| (name.to_owned(), None))
            .to_vec();
    files.extend(STORES.map(|(store, ..)| (format!("orders-{store}.jsonl"), Some(store))));
    files
}

/// Writes all files; answers how many lines the orders have.
pub fn write(folder: &Path, size: &Size) -> i64 {
    std::fs::create_dir_all(folder).unwrap();
    let mut chance = Chance(size.seed as u64);
    write_rates(folder, &mut chance);
    write_costs(folder, size, &mut chance);
    write_spend(folder, &mut chance);
    let rules = br#"{"payment_fees":[{"gateway":"*","percent":"2.1","fixed":"0.25"}],
"shipping_costs":[{"cost":"4.90","currency":"EUR","per":"order"}]}"#;
    std::fs::write(folder.join("rules.json"), rules).unwrap();
    write_orders(folder, size, &mut chance)
}

/// splitmix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as i64
    }

    fn of(&mut self, weights: &[i64]) -> usize {
        let mut drawn = self.below(weights.iter().sum());
        weights
            .iter()
            .position(|weight| {
                drawn -= weight;
                drawn < 0
            })
            .unwrap()
    }
}

/// The n-th variant sells 1/n as often as the first.
struct Tail(Vec<i64>);

impl Tail {
    fn new(variants: i64) -> Self {
        let mut sum = 0;
        let add = |n: i64| {
            sum += 1_000_000_000 / n;
            sum
        };
        Self((1..=variants).map(add).collect())
    }

    fn draw(&self, chance: &mut Chance) -> usize {
        let drawn = chance.below(*self.0.last().unwrap());
        self.0.partition_point(|sum| *sum <= drawn)
    }
}

fn open(folder: &Path, name: &str) -> BufWriter<File> {
    BufWriter::with_capacity(1 << 20, File::create(folder.join(name)).unwrap())
}

fn days() -> impl Iterator<Item = Day> {
    (0..DAYS as i32).map(|ago| first_day().plus(ago))
}

fn write_rates(folder: &Path, chance: &mut Chance) {
    let mut file = open(folder, "fx.csv");
    writeln!(file, "day,base,quote,rate").unwrap();
    for day in days() {
        writeln!(file, "{day},EUR,USD,1.{:04}", 800 + chance.below(150)).unwrap();
    }
}

fn write_costs(folder: &Path, size: &Size, chance: &mut Chance) {
    let mut file = open(folder, "costs.csv");
    writeln!(file, "sku,valid_from,unit_cost,currency").unwrap();
    for variant in 0..size.variants {
        let cents = price(variant) * (30 + chance.below(25)) / 100;
        for (from, per_cent) in [(0, 100), (365, 106)] {
            let cents = cents * per_cent / 100;
            let (sku, day) = (sku(variant), first_day().plus(from));
            writeln!(file, "{sku},{day},{},EUR", money(cents)).unwrap();
        }
    }
}

fn write_spend(folder: &Path, chance: &mut Chance) {
    let mut file = open(folder, "ad-spend.csv");
    writeln!(file, "day,platform,campaign,amount,currency,store").unwrap();
    for day in days() {
        for campaign in 0..CAMPAIGNS {
            let platform = ["meta", "google"][(campaign % 2) as usize];
            let (store, currency, _) = STORES[(campaign % 3) as usize];
            let amount = money(800 + chance.below(4_000));
            writeln!(file, "{day},{platform},c{campaign},{amount},{currency},{store}").unwrap();
        }
    }
}

fn write_orders(folder: &Path, size: &Size, chance: &mut Chance) -> i64 {
    let mut files: Vec<BufWriter<File>> =
        STORES.iter().map(|(name, ..)| open(folder, &format!("orders-{name}.jsonl"))).collect();
    let tail = Tail::new(size.variants);
    let weights: Vec<i64> = STORES.iter().map(|(.., weight)| *weight).collect();
    let (mut lines, mut text) = (0, String::new());
    for index in 0..size.orders {
        let store = chance.of(&weights);
        let at = Placed { index, second: second_of(index, size.orders) };
        text.clear();
        lines += write_order(&mut text, &at, STORES[store].1, (&tail, chance));
        text.push('\n');
        files[store].write_all(text.as_bytes()).unwrap();
    }
    files.iter_mut().for_each(|file| file.flush().unwrap());
    lines
}

/// Orders come in the order of their instants, as shops number and export them; half as many a day
/// at the beginning as at the end.
fn second_of(index: i64, orders: i64) -> i64 {
    let part = index as f64 / orders as f64;
    let time = (1.0 + 3.0 * part).sqrt() - 1.0;
    (time * (DAYS * 86_400) as f64) as i64
}

struct Placed {
    index: i64,
    /// Since the first midnight.
    second: i64,
}

fn write_order(
    text: &mut String,
    at: &Placed,
    currency: &str,
    (tail, chance): (&Tail, &mut Chance),
) -> i64 {
    let (index, created) = (at.index, instant(at.second));
    let country = ["US", "DE", "EE", "FR", "GB"][chance.of(&[45, 20, 15, 12, 8])];
    let buyer = chance.below(index * 2 / 3 + 1);
    put(text, format_args!(r#"{{"id":"o{index}","number":"{}","#, 1_000 + index));
    put(text, format_args!(r#""created_at":"{created}","financial_status":"paid","#));
    put(text, format_args!(r#""currency":"{currency}","customer_ref":"c{buyer}","#));
    put(text, format_args!(r#""ship_to":{{"country":"{country}"}},"#));
    if chance.below(4) == 0 {
        put(text, format_args!(r#""campaign":"c{}","#, chance.below(CAMPAIGNS)));
    }
    text.push_str(r#""lines":["#);
    let n_lines = 1 + chance.of(&LINES) as i64;
    let lines: Vec<Sold> = (0..n_lines).map(|line| write_line(text, line, tail, chance)).collect();
    text.push(']');
    write_money(text, lines.iter().map(|line| line.net + line.tax).sum(), chance);
    if chance.below(1_000) < REFUNDS_PER_MILLE {
        write_refund(text, at, &lines[0], chance);
    }
    text.push('}');
    n_lines
}

struct Sold {
    quantity: i64,
    net: i64,
    tax: i64,
}

fn write_line(text: &mut String, line: i64, tail: &Tail, chance: &mut Chance) -> Sold {
    let variant = tail.draw(chance) as i64;
    let quantity = 1 + chance.of(&[85, 12, 3]) as i64;
    let unit = price(variant);
    let off = if chance.below(100) < 18 { unit * quantity * 15 / 100 } else { 0 };
    let net = unit * quantity - off;
    let tax = net * 7 / 100;
    if line > 0 {
        text.push(',');
    }
    let sku = sku(variant);
    put(text, format_args!(r#"{{"id":"l{line}","sku":"{sku}","title":"Variant {variant}","#));
    put(text, format_args!(r#""quantity":{quantity},"unit_price":"{}","#, money(unit)));
    put(text, format_args!(r#""discount":"{}","tax":"{}","#, money(off), money(tax)));
    put(text, format_args!(r#""weight_grams":{}}}"#, 100 + variant % 900));
    Sold { quantity, net, tax }
}

/// Shipping, payment and label.
fn write_money(text: &mut String, total: i64, chance: &mut Chance) {
    let shipping = if total < 7_500 { 490 } else { 0 };
    let paid = total + shipping;
    let gateway = ["card", "paypal"][chance.of(&[7, 3])];
    let (fee, label) = (paid * 29 / 1_000 + 30, 350 + chance.below(500));
    put(text, format_args!(r#","shipping":{{"price":"{}","tax":"0.00"}}"#, money(shipping)));
    put(text, format_args!(r#","payments":[{{"gateway":"{gateway}","#));
    put(text, format_args!(r#""amount":"{}","fee":"{}"}}]"#, money(paid), money(fee)));
    put(text, format_args!(r#","shipping_cost":"{}""#, money(label)));
}

fn write_refund(text: &mut String, at: &Placed, line: &Sold, chance: &mut Chance) {
    let second = at.second + 86_400 * (2 + chance.below(20));
    let at = instant(second.min(DAYS * 86_400 - 1));
    let restock = chance.below(10) < 7;
    put(text, format_args!(r#","refunds":[{{"id":"r1","at":"{at}","lines":["#));
    put(text, format_args!(r#"{{"line_id":"l0","quantity":{},"#, line.quantity));
    put(text, format_args!(r#""amount":"{}","tax":"{}","#, money(line.net), money(line.tax)));
    put(text, format_args!(r#""restock":{restock}}}]}}]"#));
}

fn put(text: &mut String, piece: std::fmt::Arguments<'_>) {
    text.write_fmt(piece).unwrap();
}

fn price(variant: i64) -> i64 {
    900 + variant * 37 % 8_100
}

pub fn sku(variant: i64) -> String {
    format!("V-{variant:05}")
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn instant(second: i64) -> String {
    let day = first_day().plus((second / 86_400) as i32);
    let of_day = second % 86_400;
    format!("{day}T{:02}:{:02}:{:02}Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}
