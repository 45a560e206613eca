//! Words and sentences of the stock pages.

pub const LEVELS: &str = "Levels";
pub const TABLE: &str = "Stock by product";
pub const FIND: &str = "Find a SKU, barcode or product";
pub const PRODUCT: &str = "Product";
pub const SKU: &str = "SKU";
pub const PLACE: &str = "Place";
pub const PLACES: &str = "Places";
pub const ALL_PLACES: &str = "All places";
pub const STATE: &str = "State";
pub const ALL: &str = "All";
pub const COUNT: &str = "Count";
pub const MOVE: &str = "Move";
pub const ADJUST: &str = "Adjust";
pub const BUILD: &str = "Build kits";
pub const ADD: &str = "Add a product";
pub const EDIT_MANY: &str = "Edit all shown";
pub const HISTORY: &str = "History";
pub const VALUATION: &str = "Valuation";
pub const REPLENISH: &str = "What to order";
pub const EMPTY: &str = "No products yet.";
pub const EMPTY_WHY: &str = "They appear with the first orders, or when you add one. Count what \
    lies on your shelf, and from then on every order takes its units off.";
pub const NONE_FOUND: &str = "No product fits this.";
pub const NOTE: &str = "One figure: all agree. An arrow: sent, not yet confirmed. Unequal: the \
    channel shows something else. Dot: not sold there.";
pub const NOTE_PLAIN: &str = "Free is what lies where it may be offered, less what orders hold. \
    Cover in days, at the pace of the last four weeks.";
pub const NOT_COUNTED: &str = "Nothing was counted yet. Count what lies on your shelf; from then \
    on every order takes its units off.";

// Actions.
pub const UNITS: &str = "Units";
pub const UNITS_COUNTED: &str = "Units that lie there";
pub const UNITS_CHANGED: &str = "Units that came, or with a minus went";
pub const UNITS_BUILT: &str = "Kits put together, or with a minus taken apart";
pub const FROM_PLACE: &str = "From";
pub const TO_PLACE: &str = "To";
pub const LOT: &str = "Lot";
pub const LOT_HELP: &str = "Empty is none. Without one, units leave that expire first.";
pub const EXPIRES: &str = "Expires";
pub const REASON: &str = "Reason";
pub const REFERENCE: &str = "Reference";
pub const NOTE_FIELD: &str = "Note";
pub const COUNT_LEAD: &str =
    "What you count stands from now on, whatever is learned later of the time before.";
pub const MOVE_LEAD: &str = "Units keep their lots. Both places are in the history.";
pub const ADJUST_LEAD: &str = "For what is no sale, delivery or count. The reason is kept.";
pub const BUILD_LEAD: &str =
    "A kit is a bundle of your rules. Its components leave the shelf, and the kit lies there.";
pub const ADD_LEAD: &str = "For what no order and no listing has told yet.";
pub const MANY_LEAD: &str = "What is left empty stays as it is. Undo puts everything back.";
pub const SKUS: &str = "SKUs, one a row";
pub const SAVE_COUNT: &str = "Save the count";
pub const SAVE_MOVE: &str = "Move them";
pub const SAVE_ADJUST: &str = "Adjust";
pub const SAVE_BUILD: &str = "Build";
pub const SAVE_NEW: &str = "Add it";
pub const SAVE_SETTINGS: &str = "Save";
pub const SHOW_CHANGE: &str = "Show what changes";
pub const SAVE_MANY: &str = "Change them";
pub const CAN_UNDO: &str = "can be undone";
pub const TYPE_UNITS: &str = "Type a whole number, such as 12.";
pub const DONE_UNDONE: &str = "It was taken back. On hand is what it was.";

// One product.
pub const TITLE: &str = "Name";
pub const BARCODE: &str = "Barcode";
pub const CATALOGUE: &str = "ASIN";
pub const MODE: &str = "Last units";
pub const MIRROR: &str = "Every channel offers all, until few are left";
pub const STRICT: &str = "Strict: channels together never offer more than there is";
pub const LOTS: &str = "Kept by lots";
pub const LOTS_KEPT: &str = "yes";
pub const LOTS_NOT: &str = "no";
pub const LOW_AT: &str = "Low at";
pub const LOW_HELP: &str = "Empty: when it does not last until more can come.";
pub const LEAD_DAYS: &str = "Days until more can come";
pub const LEAD_HELP: &str = "Empty: 14.";
pub const COVER_DAYS: &str = "Days that an order shall last";
pub const COVER_HELP: &str = "Empty: 30.";
pub const ARCHIVED: &str = "Out of the list";
pub const UNCHANGED: &str = "as it is";
pub const SETTINGS: &str = "Settings";
pub const LEDGER: &str = "Ledger";
pub const LEDGER_NOTE: &str = "Every unit, the newest first. Nothing is ever deleted.";
pub const CLAIMS: &str = "Held by orders";
pub const LISTINGS: &str = "What channels show";
pub const LYING: &str = "Where it lies";
pub const COURSE: &str = "On hand";
pub const COURSE_NOTE: &str = "At the end of each day, in all places.";
pub const DAY: &str = "Day";
pub const WHEN: &str = "When";
pub const WHAT: &str = "What";
pub const CHANGE: &str = "Change";
pub const BALANCE: &str = "On hand then";
pub const WHY: &str = "Why";
pub const WHO: &str = "Who";
pub const ORDER: &str = "Order";
pub const STORE: &str = "Store";
pub const ORDERED: &str = "Ordered";
pub const SHIPPED: &str = "Sent";
pub const RELEASED: &str = "Called off";
pub const DESIRED: &str = "Desired";
pub const LIVE: &str = "Live";
pub const CONFIRMED: &str = "Confirmed";
pub const READ: &str = "Read";
pub const LABELS: &str = "Labels";
pub const NO_ENTRIES: &str = "Nothing was written of it yet. Count it to begin.";
pub const NO_CLAIMS: &str = "No order holds any.";
pub const NO_LISTINGS: &str = "No connected channel sells it.";
pub const UNDONE: &str = "undone";
pub const OFFERED: &str = "offered";
pub const NOT_OFFERED: &str = "not offered";
pub const BY_COMMAND: &str = "by command or file";

// History.
pub const ACTIONS: &str = "Stock history";
pub const ACTIONS_LEAD: &str =
    "Everything that was done to stock by hand or by a file. Each can be taken back whole.";
pub const TAKE_BACK: &str = "Take it back";
pub const TAKE_BACK_LEAD: &str = "On hand is then what it would be had this never been.";
pub const KEEP: &str = "Keep it";
pub const NO_ACTIONS: &str = "Nothing was done yet.";
pub const PRODUCTS: &str = "Products";
pub const TAKEN_BACK: &str = "taken back";

// Places.
pub const PLACES_LEAD: &str = "Where units lie, and whether they may be offered.";
pub const KIND: &str = "Kind";
pub const NAME: &str = "Name";
pub const ADD_PLACE: &str = "Add a place";
pub const PLACE_OFFERED: &str = "What lies there may be offered";
pub const SAVE_PLACE: &str = "Add it";
pub const OFFER: &str = "Offer what lies there";
pub const OFFER_NOT: &str = "Do not offer it";
pub const CLOSE: &str = "Close";
pub const REOPEN: &str = "Open again";
pub const CLOSED: &str = "closed";
pub const PLACE_SAVED: &str = "The place is saved.";

// Stocktake.
pub const TAKE: &str = "Stocktake";
pub const TAKE_LEAD: &str = "Count a place in your own time, with several phones if you like. \
    Each line holds as of when it was counted, so you may go on selling.";
pub const BEGIN: &str = "Begin a stocktake";
pub const TAKES: &str = "Stocktakes";
pub const NO_TAKES: &str = "None yet.";
pub const CODE: &str = "Barcode or SKU";
pub const CODE_HELP: &str = "A scanner types it and presses Enter: one unit more each time.";
pub const ONE_MORE: &str = "Count one more";
pub const SET: &str = "Set in all";
pub const IN_ALL: &str = "Units in all";
pub const IN_ALL_HELP: &str = "Empty counts one more.";
pub const COUNTED: &str = "Counted";
pub const EXPECTED: &str = "Expected";
pub const DIFFERENCE: &str = "Difference";
pub const FORMER: &str = "Before";
pub const REMOVE: &str = "Remove";
pub const NOTHING_COUNTED: &str = "Nothing was counted yet.";
pub const ENTER: &str = "Enter the count";
pub const ENTER_NOTE: &str = "Only what was counted is entered. It can be undone.";
pub const DROP: &str = "Drop this stocktake";
pub const DROPPED: &str = "The stocktake was dropped. Nothing was entered.";
pub const SCAN: &str = "Scan with the camera";
pub const SCAN_STOP: &str = "Stop the camera";
pub const SCAN_NONE: &str =
    "This browser cannot read barcodes with its camera. Type them, or use a scanner.";
pub const OPEN: &str = "goes on";
pub const ENTERED: &str = "entered";
pub const DROPPED_STATE: &str = "dropped";

// Returns.
pub const RETURNS: &str = "Returns";
pub const RETURNS_LEAD: &str = "What was refunded after it had left, and of which nobody has said \
    yet where it is. What a shop put back on the shelf itself is not here.";
pub const RETURN_OPEN: &str = "To decide";
pub const RETURN_NONE: &str = "Nothing waits.";
pub const RETURN_BY_HAND: &str = "Something else came back";
pub const DECIDE: &str = "Decide";
pub const FATE: &str = "What becomes of it";
pub const QUARANTINE: &str = "In quarantine";
pub const QUARANTINE_NOTE: &str = "Move it to a shelf when it is good, or adjust it away.";
pub const REFUNDED_ON: &str = "Refunded";
pub const ORDER_NUMBER: &str = "Order number";

// Labels.
pub const LABELS_LEAD: &str =
    "One code for each unit: the barcode, or the SKU where there is none.";
pub const LABELS_EACH: &str = "Labels of each";
pub const LABELS_SHOW: &str = "Show them";
pub const LABELS_PRINT: &str = "Print this page from your browser; the menus stay away.";

// Alerts.
pub const ALERTS: &str = "Stock";
pub const ALERTS_NOTE: &str = "Low, out or oversold, and what a channel does not do.";

/// `3 alerts stand.`
pub fn alerts(count: i64, shown: &str) -> String {
    match count {
        1 => "One thing of stock needs you.".to_owned(),
        _ => format!("{shown} things of stock need you."),
    }
}

/// `895 units, 9,289.85 EUR at cost.`
pub fn answer(units: &str, value: Option<(&str, &str)>) -> String {
    match value {
        Some((value, currency)) => format!("{units} units on hand, {value} {currency} at cost."),
        None => format!("{units} units on hand."),
    }
}

/// `Five products are low; two are out.`
pub fn answer_low(low: &str, out: &str) -> String {
    format!("{low} low, {out} out.")
}

pub fn days(days: &str) -> String {
    format!("{days} d")
}

pub fn channels_in_step(count: i64) -> String {
    format!("in step on {count}")
}

pub fn levels_moving(count: i64) -> String {
    match count {
        1 => "one level on its way".to_owned(),
        count => format!("{count} levels on their way"),
    }
}

pub fn differs(store: &str, theirs: &str, ours: &str) -> String {
    format!("{store} shows {theirs}, we set {ours}")
}

/// What an event was.
pub fn event(kind: &str) -> &str {
    match kind {
        "received" => "Received",
        "sold" => "Sold",
        "returned" => "Came back",
        "adjusted" => "Adjusted",
        "counted" => "Counted",
        "moved_out" => "Moved out",
        "moved_in" => "Moved in",
        "built" => "Kit",
        "short" => "Not there",
        "channel_edit" => "Taken from a channel",
        "reversed" => "Undo",
        other => other,
    }
}

/// Why units came or went.
pub fn reason(reason: &str) -> &str {
    match reason {
        "found" => "found",
        "lost" => "lost",
        "damaged" => "damaged",
        "expired" => "expired",
        "theft" => "stolen",
        "sample" => "given as a sample",
        "own_use" => "own use",
        "returned" => "came back",
        "correction" => "correction",
        "built" => "put together",
        "taken_apart" => "taken apart",
        "restock" => "back on the shelf",
        "inspect" => "to be looked at",
        "scrap" => "scrapped",
        other => other,
    }
}

/// What somebody did.
pub fn action(kind: &str) -> &str {
    match kind {
        "count" => "Count",
        "stocktake" => "Stocktake",
        "adjust" => "Adjustment",
        "move" => "Move",
        "build" => "Kits",
        "return" => "Return",
        "settings" => "Settings",
        "receive" => "Receipt",
        "import" => "File",
        other => other,
    }
}

pub fn fate(fate: &str) -> &str {
    match fate {
        "restock" => "Back on the shelf",
        "inspect" => "Into quarantine, to be looked at",
        "scrap" => "Scrap it",
        other => other,
    }
}

pub fn place_kind(kind: &str) -> &str {
    match kind {
        "own" => "Own shelf",
        "fba" => "Held by Amazon",
        "three_pl" => "Warehouse that works for you",
        "in_transit" => "On the way",
        "quarantine" => "Quarantine",
        other => other,
    }
}

/// A push by its state.
pub fn push(state: &str) -> &str {
    match state {
        "planned" => "to be sent",
        "sent" | "accepted" => "sent, not yet confirmed",
        "confirmed" => "in step",
        "stale" => "refused: it was changed there",
        "failed" => "failed",
        "dry" => "not sent, dry run",
        "skipped" => "not sent",
        "superseded" => "replaced by a later one",
        other => other,
    }
}

pub fn stocktake_state(state: &str) -> &'static str {
    match state {
        "open" => OPEN,
        "entered" => ENTERED,
        _ => DROPPED_STATE,
    }
}

pub fn stocktake_at(place: &str) -> String {
    format!("Stocktake: {place}")
}

pub fn counted_so_far(sku: &str) -> String {
    format!("Counted: {sku}.")
}

pub fn lines(count: &str) -> String {
    format!("{count} counted")
}

/// `Saved: 3 entries of the ledger.`
pub fn done(count: i64) -> String {
    match count {
        1 => "Saved: one entry in the history.".to_owned(),
        count => format!("Saved: {count} entries in the history."),
    }
}

/// Ends before the figure: `This changes 12`.
pub const THIS_CHANGES: &str = "This changes";
pub const OF_WHAT: &str = "products. Nothing else of them is touched.";

pub fn title_of(act: &str, sku: &str) -> String {
    let title = match act {
        "move" => MOVE,
        "adjust" => ADJUST,
        "build" => BUILD,
        "new" => ADD,
        "many" => EDIT_MANY,
        _ => COUNT,
    };
    if sku.is_empty() { title.to_owned() } else { format!("{title}: {sku}") }
}

pub fn take_back_title(kind: &str) -> String {
    format!("Take this back: {kind}?")
}

pub fn day_wrong(text: &str) -> String {
    format!("{text:?} is no day; write it as 2026-11-20.")
}

pub fn expires(day: &str) -> String {
    format!("expires {day}")
}
