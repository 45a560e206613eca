//! Every word in English. Plain, exact, without exclamation marks (the design, section 5).

macro_rules! words {
    ($($word:ident => $text:literal,)*) => {
        /// A word or a fixed sentence that a reader sees.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Word { $($word,)* }

        #[cfg(test)]
        pub const ALL: &[Word] = &[$(Word::$word,)*];

        pub fn text(word: Word) -> &'static str {
            match word { $(Word::$word => $text,)* }
        }
    };
}

words! {
    // The frame.
    Purser => "Purser",
    SkipToPage => "Skip to the page",
    Navigation => "Pages",
    BottomBar => "Main pages",
    More => "More",
    Shortcuts => "Keyboard shortcuts",
    ShortcutFind => "find",
    ShortcutRows => "next and former row",
    ShortcutOpen => "open the row",
    ShortcutClose => "close what is open",
    ShortcutHelp => "this list",
    ShortcutOff => "Shortcuts can be switched off in Settings.",
    Close => "Close",
    Undo => "Undo",
    Cancel => "Cancel",
    Dismiss => "Put this message away",

    // The navigation.
    NavMoney => "Money",
    NavBooks => "Books",
    NavStock => "Stock",
    NavSources => "Sources",
    PageOverview => "Overview",
    PageProfit => "Profit",
    PageOrders => "Orders",
    PageCosts => "Costs",
    PageReconcile => "Reconcile",
    PageImport => "Import",
    PageSettings => "Settings",

    // The strip.
    Strip => "Period, stores and basis",
    PeriodBefore => "Period before",
    PeriodAfter => "Period after",
    ChoosePeriod => "Choose the period",
    Presets => "Presets",
    Today => "Today",
    Yesterday => "Yesterday",
    Last7Days => "Last 7 days",
    Last30Days => "Last 30 days",
    ThisMonth => "This month",
    LastMonth => "Last month",
    ThisYear => "This year",
    Last12Months => "Last 12 months",
    AllDays => "All",
    From => "From",
    ToInclusive => "To, inclusive",
    Against => "Against",
    AgainstSmall => "against",
    SameDaysLastYear => "the same days last year",
    Nothing => "nothing",
    TheMonthBefore => "the month before",
    Show => "Show",
    AllStores => "All stores",
    Stores => "Stores",
    Basis => "Basis",
    ByEvent => "By event",
    ByOrder => "By order",
    DayExample => "2026-11-20",

    // Nouns that are counted.
    Day => "day",
    Days => "days",
    Order => "order",
    Orders => "orders",
    Row => "row",
    Rows => "rows",

    // Figures and their marks.
    Estimated => "estimated",
    Missing => "missing",
    AtMost => "at most",
    Unknown => "not known",
    Up => "up",
    Down => "down",
    Points => "points",
    NotSoldHere => "not sold there",
    SentUnconfirmed => "sent, not yet confirmed",
    ChannelDiffers => "it shows something else than we set",
    TiesOut => "ties out to the cent",
    Fresh => "fresh",
    Late => "late",
    Broken => "broken",
    Running => "running",
    Off => "off",

    // Tables.
    Total => "Total",
    Nameless => "(no name)",
    Csv => "CSV",
    Xlsx => "XLSX",
    Bar => "Bar",
    PageBefore => "Page before",
    PageAfter => "Page after",
    Paging => "Pages of this table",
    LegendEstimated => "estimated",
    LegendMissing => "missing",
    LegendAtMost => "at most",
    AsTable => "as a table",
    Amount => "Amount",
    Before => "Before",
    DayHead => "Day",

    // Forms and notices.
    DropHere => "Drop files here",
    ChooseFiles => "Choose files",
    TakeIn => "Take them in",
    Uploading => "Uploading",
    UploadFailed => "The file did not arrive. Nothing was changed. Try it again.",
    RemoveFilter => "Remove this filter",
    Find => "Find",
    Wrong => "wrong:",
}
