//! What is given becomes files of the neutral formats, which are taken in as files are.

use std::path::PathBuf;
use std::sync::OnceLock;

use purser::app::build::{self, Opened};
use purser::app::{commands, taken};
use purser::base::{Clock, Currency, Day, Instant, Money, Zone};
use purser::books::{profit_job, verify};
use purser::domain::record::{Payout, Record};
use purser::features::months;
use purser::store::{Lane, costs, stores, united};
use purser::sync::ingest::Ingest;
use purser::sync::prepare::Preparing;
use serde_json::{Map, Value, json};

use super::language::Sentence;
use crate::kit::app::Folder;

pub struct Teller {
    // Closed before its folder goes.
    pub opened: Opened,
    folder: Folder,
    pending: Vec<Pending>,
    rules: Map<String, Value>,
    imports: Vec<i64>,
    /// Lines that a later edit added, which no neutral file tells: order, line and instant.
    added: Vec<(String, String, Instant)>,
    /// Why rows were refused, until somebody expects it.
    pub refused: Vec<String>,
}

/// A row of a file that is not written yet.
struct Pending {
    format: &'static str,
    store: Option<String>,
    head: &'static str,
    row: String,
}

const ORDER: [&str; 14] = [
    "EUR",
    "USD",
    "JPY",
    "KWD",
    "to",
    "prices with tax",
    "campaign",
    "customer",
    "status",
    "number",
    "cancelled on",
    "test",
    "tax remitted by the marketplace",
    "GBP",
];

const PURCHASES: &str = "reference,received,sku,quantity,unit_cost,currency,weight_grams";

const LINE: [&str; 6] = ["discount", "tax", "line", "weight", "gift card", "added on"];

impl Teller {
    pub fn new() -> Self {
        let folder = Folder::new();
        let clock = Clock::set_at(Instant::parse("2026-12-31T12:00:00Z").unwrap());
        let opened = build::open(&folder.paths(), clock).unwrap();
        Self {
            opened,
            folder,
            pending: Vec::new(),
            rules: Map::new(),
            imports: Vec::new(),
            added: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Takes in what one sentence says.
    pub fn tell(&mut self, sentence: &Sentence) -> Result<(), String> {
        let words = sentence.words();
        match &words[1..] {
            ["order", id, "on", day, "in", store] => self.order(sentence, (id, day, store)),
            ["cost", "of", sku, "is", cost, currency, "from", day] => {
                let options = sentence.options(&["in", "for"])?;
                let (store, country) = (options.cell("in"), options.cell("for"));
                let row = format!("{sku},{day},{cost},{currency},{store},{country}");
                self.add("costs", "sku,valid_from,unit_cost,currency,store,country", row);
                Ok(())
            }
            ["rate", "on", day, "is", "1", base, "=", rate, quote] => {
                self.add("fx", "day,base,quote,rate", format!("{day},{base},{quote},{rate}"));
                Ok(())
            }
            ["ad", "spend", "on", day, "of", amount, currency, "for", campaign] => {
                let options = sentence.options(&["on", "in", "product"])?;
                let platform = options.find("on").unwrap_or("meta");
                let (store, sku) = (options.cell("in"), options.cell("product"));
                let row = format!("{day},{platform},{campaign},{amount},{currency},{store},{sku}");
                self.add("ad-spend", "day,platform,campaign,amount,currency,store,sku", row);
                Ok(())
            }
            ["expense", name, "of", amount, currency, "from", from] => {
                let options = sentence.options(&["to", "every", "in"])?;
                let (to, store) = (options.cell("to"), options.cell("in"));
                let every = options.find("every").unwrap_or("once");
                let row = format!("{name},{amount},{currency},{from},{to},{every},{store}");
                self.add("expenses", "name,amount,currency,from,to,every,store", row);
                Ok(())
            }
            ["rule", rest @ ..] => self.rule(sentence, rest),
            ["the", "organisation", rest @ ..] => self.organisation(rest),
            ["the", "file", path, "in", store] => {
                self.flush()?;
                let path =
                    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path);
                self.import("auto", Some(store), path)
            }
            ["payout", id, "of", amount, currency, "on", day, "in", store] => {
                self.flush()?;
                let options = sentence.options(&["arrives as"])?;
                let arrived = options.find("arrives as").and_then(|text| text.split_once(' '));
                let payout = make_payout(id, (amount, currency), day, arrived)?;
                self.ingest(store, Record::Payout(payout))
            }
            ["bought", quantity, "×", sku, "at", cost, currency, "on", day, "in", reference] => {
                let options = sentence.options(&["weight"])?;
                let grams = options.cell("weight");
                let row = format!("{reference},{day},{sku},{quantity},{cost},{currency},{grams}");
                self.add("purchases", PURCHASES, row);
                Ok(())
            }
            [kind, "of", reference, "is", amount, currency, "by", by] => {
                let options = sentence.options(&["on"])?;
                let day = options.cell("on");
                let row = format!("{reference},{kind},{amount},{currency},{by},{day}");
                self.add("landed-costs", "reference,kind,amount,currency,by,day", row);
                Ok(())
            }
            ["it", "is", day] => self.turn_to(day),
            ["month", month, "is", "closed"] => {
                let first = months::read_month(month).ok_or("no month")?;
                months::close(&self.opened.tools.db, first, "a scenario")
                    .map_err(|fault| fault.to_string())
            }
            ["month", month, "is", "opened", "again"] => {
                let first = months::read_month(month).ok_or("no month")?;
                months::reopen(&self.opened.tools.db, first, "a scenario")
                    .map_err(|fault| fault.to_string())
            }
            ["the", "last", "import", "is", "taken", "back"] => {
                self.flush()?;
                let id = self.imports.pop().ok_or("there is no import")?;
                let said = taken::import_undo(&self.opened.tools, json!({ "id": id }));
                said.map(|_| ()).map_err(|fault| fault.to_string())
            }
            _ => Err(format!("{:?} is not understood", sentence.text)),
        }
    }

    /// The clock of the books goes to noon of a day, forward or, before anything is told, back.
    fn turn_to(&mut self, day: &str) -> Result<(), String> {
        self.flush()?;
        let clock = self.opened.tools.db.clock();
        let to = Instant::parse(&at(day)).map_err(|fault| fault.to_string())?;
        clock.advance_seconds(to.seconds() - clock.now().seconds());
        Ok(())
    }

    fn add(&mut self, format: &'static str, head: &'static str, row: String) {
        self.pending.push(Pending { format, store: None, head, row });
    }

    fn organisation(&mut self, words: &[&str]) -> Result<(), String> {
        self.flush()?;
        let choice = match words {
            ["reckons", "in", currency] => json!({ "currency": currency }),
            ["lives", "in", zone] => json!({ "time_zone": zone }),
            ["is", "not", "registered", "for", "VAT"] => json!({ "vat_registered": false }),
            ["is", "registered", "for", "VAT"] => json!({ "vat_registered": true }),
            ["counts", "goods", "by", method] => json!({ "cost_method": method }),
            _ => return Err("what the organisation does is not understood".to_owned()),
        };
        let said = commands::org_set(&self.opened.tools, choice);
        said.map(|_| ()).map_err(|fault| fault.to_string())
    }

    fn rule(&mut self, sentence: &Sentence, words: &[&str]) -> Result<(), String> {
        let (list, rule) = match words {
            ["vat", rate, "%"] => {
                let options = sentence.options(&["in", "from"])?;
                let (country, from) = (options.find("in"), options.find("from"));
                ("vat_rates", json!({ "rate": rate, "country": country, "from": from }))
            }
            ["payment", percent, "%"] => {
                let names = ["by", "in", "plus", "at least", "at most", "given back"];
                let options = sentence.options(&names)?;
                let back = options.find("given back").map(|text| text.trim_end_matches(" %"));
                let rule = json!({
                    "percent": percent,
                    "gateway": options.find("by"),
                    "currency": options.find("in"),
                    "fixed": options.find("plus"),
                    "minimum": options.find("at least"),
                    "maximum": options.find("at most"),
                    "returned_on_refund_percent": back,
                });
                ("payment_fees", rule)
            }
            [kind @ ("sending" | "handling"), cost, currency] => {
                let options = sentence.options(&["to", "up to", "per item", "per order"])?;
                let per = if options.has("per item") { "item" } else { "order" };
                let mut rule = json!({ "cost": cost, "currency": currency, "per": per });
                if *kind == "sending" {
                    let grams: Option<i64> = options.find("up to").and_then(|g| g.parse().ok());
                    rule["country"] = json!(options.find("to"));
                    rule["up_to_grams"] = json!(grams);
                }
                (if *kind == "sending" { "shipping_costs" } else { "handling_costs" }, rule)
            }
            ["campaign", campaign, "is", "for", what, name] => {
                let options = sentence.options(&["on"])?;
                let kind = match *what {
                    "product" => "sku",
                    other => other,
                };
                let rule = json!({
                    "platform": options.find("on"),
                    "campaign": campaign,
                    "target": { kind: name },
                });
                ("campaigns", rule)
            }
            ["group", name, "begins", "with", prefix] => {
                ("groups", json!({ "name": name, "sku_prefix": prefix }))
            }
            ["guess", percent, "%"] => {
                let options = sentence.options(&["of group"])?;
                ("cost_guesses", json!({ "percent": percent, "group": options.find("of group") }))
            }
            _ => return Err(format!("{:?} is not understood", sentence.text)),
        };
        let rules = self.rules.entry(list).or_insert_with(|| json!([]));
        rules.as_array_mut().unwrap().push(rule);
        // A rules file replaces all rules.
        self.pending.retain(|pending| pending.format != "rules");
        let row = Value::Object(self.rules.clone()).to_string();
        self.add("rules", "", row);
        Ok(())
    }

    fn order(
        &mut self,
        sentence: &Sentence,
        (id, day, store): (&str, &str, &str),
    ) -> Result<(), String> {
        let options = sentence.options(&ORDER)?;
        let currencies = ["EUR", "USD", "JPY", "KWD", "GBP"];
        let currency = currencies.iter().find(|code| options.has(code)).unwrap_or(&"EUR");
        let mut order = json!({ "id": id, "created_at": at(day), "currency": currency });
        order["taxes_included"] = json!(options.has("prices with tax"));
        order["test"] = json!(options.has("test"));
        order["marketplace_remitted_tax"] = json!(options.has("tax remitted by the marketplace"));
        if let Some(country) = options.find("to") {
            order["ship_to"] = json!({ "country": country });
        }
        let named = [
            ("campaign", "campaign"),
            ("customer", "customer_ref"),
            ("status", "financial_status"),
            ("number", "number"),
        ];
        for (name, field) in named {
            if let Some(value) = options.find(name) {
                order[field] = json!(value);
            }
        }
        if let Some(day) = options.find("cancelled on") {
            order["cancelled_at"] = json!(at(day));
        }
        for list in ["lines", "payments", "fees", "refunds"] {
            order[list] = json!([]);
        }
        for part in &sentence.below {
            if let ([_, "×", sku, ..], Ok(options)) = (part.words().as_slice(), part.options(&LINE))
                && let Some(day) = options.find("added on")
            {
                let line = options.find("line").unwrap_or(sku).to_owned();
                self.added.push((id.to_owned(), line, Instant::parse(&at(day)).unwrap()));
            }
            add_part(&mut order, part).map_err(|fault| format!("line {}: {fault}", part.line))?;
        }
        self.pending.push(Pending {
            format: "orders",
            store: Some(store.to_owned()),
            head: "",
            row: order.to_string(),
        });
        Ok(())
    }

    /// Writes what is pending to files and takes them in, those of one kind together.
    pub fn flush(&mut self) -> Result<(), String> {
        let mut pending = std::mem::take(&mut self.pending).into_iter().peekable();
        while let Some(first) = pending.next() {
            let mut text = match first.head {
                "" => String::new(),
                head => format!("{head}\n"),
            };
            text = text + &first.row + "\n";
            let same = |next: &Pending| (next.format, &next.store) == (first.format, &first.store);
            while let Some(next) = pending.next_if(same) {
                text = text + &next.row + "\n";
            }
            let path = self.folder.path().join("file");
            std::fs::write(&path, text).map_err(|fault| fault.to_string())?;
            self.import(first.format, first.store.as_deref(), path)?;
            if let ("orders", Some(store)) = (first.format, &first.store) {
                self.add_lines(store)?;
            }
        }
        Ok(())
    }

    /// Dates the lines that were added later.
    fn add_lines(&mut self, store: &str) -> Result<(), String> {
        for (id, line, at) in std::mem::take(&mut self.added) {
            let order = self.opened.tools.db.read(|reader| {
                let sql = "select id from orders where external_id = ?";
                let order = reader.conn().query_row(sql, [&id], |row| row.get(0))?;
                Ok(united::find_united(reader, order)?.order)
            });
            let mut order = order.map_err(|fault| fault.to_string())?.ok_or("no order")?;
            for edited in order.lines.iter_mut().filter(|edited| edited.id == line) {
                edited.added_at = Some(at);
            }
            self.ingest(store, Record::Order(Box::new(order)))?;
        }
        Ok(())
    }

    /// A record that no neutral file tells.
    fn ingest(&self, store: &str, record: Record) -> Result<(), String> {
        let tools = &self.opened.tools;
        let (zone, store) = tools
            .db
            .read(|reader| {
                let zone = costs::find_chosen_zone(reader)?.unwrap_or_else(Zone::utc);
                Ok((zone, stores::find_store(reader, store)?))
            })
            .map_err(|fault| fault.to_string())?;
        let store = store.ok_or("there is no such store")?;
        let preparing = Preparing {
            zone: &zone,
            store: &store.name,
            currency: Some(store.currency),
            hash: &tools.sync.customer_hash,
            terms: &OnceLock::new(),
        };
        let mut prepared = preparing.prepare(record)?;
        let taken = tools.db.write_local(Lane::Background, |tx| {
            let mut ingest = Ingest::begin(tx, Some(&store), (None, &zone))?;
            ingest.take(&mut prepared)?;
            ingest.finish()
        });
        taken.map_err(|fault| fault.to_string())?;
        profit_job::run(&tools.db, &|_, _| true).map_err(|fault| fault.to_string())
    }

    fn import(&mut self, format: &str, store: Option<&str>, path: PathBuf) -> Result<(), String> {
        let ask = json!({
            "format": format, "files": [path], "store": store, "time_zone": "UTC",
            "dry_run": false,
        });
        let said = taken::import(&self.opened.tools, ask).map_err(|fault| fault.to_string())?;
        let file = &said["files"][0];
        if file["import"].is_null() {
            return Err(format!("not taken in: {file}"));
        }
        self.imports.extend(file["import"].as_i64());
        let refused = file["refused"].as_array().into_iter().flatten();
        let refused: Vec<&Value> = refused.collect();
        self.refused
            .extend(refused.iter().map(|row| row["reason"].as_str().unwrap_or("").to_owned()));
        Ok(())
    }

    /// What is wrong at the end, whatever was asked.
    pub fn close(&self) -> Vec<String> {
        let verified = self.opened.tools.db.read(|reader| Ok(verify::verify(reader))).unwrap();
        let mut faults = verified.unwrap().faults;
        faults.extend(self.refused.iter().map(|reason| format!("a row was refused: {reason}")));
        faults
    }
}

fn make_payout(
    id: &str,
    (amount, code): (&str, &str),
    day: &str,
    arrived: Option<(&str, &str)>,
) -> Result<Payout, String> {
    let money = |(amount, code): (&str, &str)| {
        let currency = Currency::parse(code).map_err(|fault| fault.to_string())?;
        Money::parse(amount, currency).map_err(|fault| fault.to_string())
    };
    let stated = money((amount, code))?;
    Ok(Payout {
        id: id.to_owned(),
        currency: stated.currency,
        from: None,
        to: None,
        deposited: Some(Day::parse(day).map_err(|fault| fault.to_string())?),
        status: None,
        due: None,
        stated_minor: stated.minor,
        rows: 0,
        parts: Vec::new(),
        received: arrived.map(money).transpose()?,
    })
}

/// Noon of a day, or the instant itself.
fn at(day: &str) -> String {
    if day.contains('T') { day.to_owned() } else { format!("{day}T12:00:00Z") }
}

fn push(order: &mut Value, list: &str, part: Value) {
    order[list].as_array_mut().unwrap().push(part);
}

/// Puts what was said into an object, under its field's name.
fn put(into: &mut Value, pairs: &[(&str, Option<&str>)]) {
    for (field, value) in pairs {
        if let Some(value) = value {
            into[*field] = json!(value);
        }
    }
}

fn add_part(order: &mut Value, part: &Sentence) -> Result<(), String> {
    match part.words().as_slice() {
        [quantity, "×", sku, "at", price] => {
            let options = part.options(&LINE)?;
            let quantity: i64 = quantity.parse().map_err(|_| "no quantity")?;
            let id = options.find("line").unwrap_or(sku);
            let mut line = json!({ "id": id, "quantity": quantity, "unit_price": price });
            let sku = Some(*sku).filter(|sku| *sku != "-");
            let (discount, tax) = (options.find("discount"), options.find("tax"));
            put(&mut line, &[("sku", sku), ("discount", discount), ("tax", tax)]);
            line["gift_card"] = json!(options.has("gift card"));
            let grams = options.find("weight").map(str::parse::<i64>);
            line["weight_grams"] = json!(grams.transpose().map_err(|_| "no weight")?.unwrap_or(0));
            push(order, "lines", line);
        }
        ["discount", amount] => put(order, &[("order_discount", Some(*amount))]),
        ["shipping", amount] => {
            let options = part.options(&["discount", "tax"])?;
            let mut shipping = json!({ "price": amount });
            let (discount, tax) = (options.find("discount"), options.find("tax"));
            put(&mut shipping, &[("discount", discount), ("tax", tax)]);
            order["shipping"] = shipping;
        }
        ["tip", amount] => put(order, &[("tips", Some(*amount))]),
        ["duties", amount] => put(order, &[("duties", Some(*amount))]),
        ["service", amount] => put(order, &[("service_income", Some(*amount))]),
        ["gift", "card", "pays", amount] => put(order, &[("gift_card_paid", Some(*amount))]),
        ["sending", "costs", amount] => put(order, &[("shipping_cost", Some(*amount))]),
        ["free"] => {
            put(order, &[("shipping_cost", Some("0"))]);
            push(order, "payments", json!({ "gateway": "cash", "amount": "0", "fee": "0" }));
        }
        ["paid", "by", gateway, amount] => {
            let options = part.options(&["fee"])?;
            let mut payment = json!({ "gateway": gateway, "amount": amount });
            put(&mut payment, &[("fee", options.find("fee"))]);
            push(order, "payments", payment);
        }
        ["fee", kind, amount] => {
            let options = part.options(&["on", "estimated"])?;
            let mut fee = json!({ "kind": kind, "amount": amount });
            put(&mut fee, &[("line_id", options.find("on"))]);
            fee["estimated"] = json!(options.has("estimated"));
            push(order, "fees", fee);
        }
        ["refund", id, "on", day] => {
            let names = ["shipping", "shipping tax", "adjustment", "fee returned"];
            let options = part.options(&names)?;
            let mut refund = json!({ "id": id, "at": at(day), "lines": [] });
            for (name, field) in names.into_iter().zip(names.map(|name| name.replace(' ', "_"))) {
                put(&mut refund, &[(&field, options.find(name))]);
            }
            for line in &part.below {
                let options = line.options(&["tax", "restocked"])?;
                let words = line.words();
                let [quantity, "of", id, "for", amount] = words.as_slice() else {
                    return Err(format!("{:?} is not understood", line.text));
                };
                let quantity: i64 = quantity.parse().map_err(|_| "no quantity")?;
                let mut back = json!({ "line_id": id, "quantity": quantity, "amount": amount });
                put(&mut back, &[("tax", options.find("tax"))]);
                back["restock"] = json!(options.has("restocked"));
                push(&mut refund, "lines", back);
            }
            push(order, "refunds", refund);
        }
        _ => return Err(format!("{:?} is not understood", part.text)),
    }
    Ok(())
}
