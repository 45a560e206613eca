//! What the made-up shop sells: forty products, some with names that a careless page, table or
//! spreadsheet would trip over.

use super::calendar::Season;
use super::chance::Chance;

pub struct Product {
    pub sku: &'static str,
    pub title: &'static str,
    /// In the EU store with VAT, in the US store without tax.
    pub price_minor: i64,
    /// Ten-thousandths of a euro; `None`: the seller never entered it.
    pub cost_e4: Option<i64>,
    pub grams: i64,
    /// How often it is bought, against the others.
    pub pull: i64,
    pub season: Season,
}

const fn product(
    sku: &'static str,
    title: &'static str,
    (price_minor, cost_e4, grams, pull): (i64, i64, i64, i64),
) -> Product {
    let cost_e4 = if cost_e4 == 0 { None } else { Some(cost_e4) };
    Product { sku, title, price_minor, cost_e4, grams, pull, season: Season::Even }
}

const fn winter(product: Product) -> Product {
    Product { season: Season::Winter, ..product }
}

const fn summer(product: Product) -> Product {
    Product { season: Season::Summer, ..product }
}

const LONG_TITLE: &str = "Storage jar with bamboo lid, airtight, 1.4 l, dishwasher safe without \
    the lid, stackable, for flour, rice, pasta, muesli, coffee, sugar and everything else that \
    wants to stay dry between the day it is bought and the day it is eaten (new model, old name)";

#[rustfmt::skip]
pub static PRODUCTS: &[Product] = &[
    product(MUG_RENAMED, "Harbour mug, blue", (1_690, 44_250, 420, 240)),
    product("MUG-HARBOUR-SAND", "Harbour mug, sand", (1_690, 44_250, 420, 150)),
    product("MUG-HARBOUR-MOSS", "Harbour mug, moss", (1_690, 45_000, 420, 90)),
    product("MUG-ESPRESSO-2", "Espresso cup, set of two", (1_950, 62_000, 380, 85)),
    product("MUG-TRAVEL", "Travel mug 0.4 l", (2_790, 105_500, 350, 110)),
    product("MUG-FIVE", "=2+3 mugs for the price of four", (5_900, 280_250, 2_100, 30)),
    product("MUG-KIDS", "Kids' mug <b>Bear</b>", (1_390, 0, 330, 12)),
    product("LIN-TOWEL-2", "Linen tea towel, pair", (2_400, 84_500, 220, 170)),
    product("LIN-NAPKIN-4", "Linen napkin, set of four", (3_200, 120_250, 260, 80)),
    summer(product("LIN-APRON", "Linen apron", (4_800, 182_750, 340, 70))),
    product("LIN-RUNNER", "Table runner, 40 × 150", (5_400, 205_250, 310, 45)),
    product("LIN-SHEET", "Linen sheet, 160 × 200", (13_900, 629_000, 1_150, 22)),
    product("LIN-PILLOW", "Linen pillow case", (3_900, 158_250, 240, 55)),
    product("LIN-BAG", "Bread bag", (1_750, 0, 120, 14)),
    winter(product("LIN-THROW", "Wool and linen throw", (8_900, 373_250, 900, 40))),
    product("BRD-OAK-S", "Oak board, small", (2_900, 100_500, 650, 95)),
    product("BRD-OAK-L", "Oak board, large", (4_900, 188_250, 1_500, 60)),
    product("BRD-OLIVE", "Olive wood board", (6_400, 286_750, 1_300, 42)),
    product("BRD-KNIFE", "Bread knife, 21 cm", (4_200, 179_000, 260, 48)),
    product("BRD-BLOCK", "End-grain block, 6 kg", (11_900, 745_000, 6_200, 26)),
    winter(product("CAN-PINE", "Candle, pine", (1_850, 48_500, 310, 130))),
    product("CAN-SEA", "Candle, sea salt", (1_850, 48_500, 310, 100)),
    winter(product("CAN-ÖÖ", "Käsitööküünal „Öö“ 🕯️", (2_450, 75_750, 340, 44))),
    winter(product("CAN-ADVENT", "Advent candle, 24 days", (3_400, 116_500, 700, 52))),
    product("CAN-HOLDER", "Candle holder, brass", (2_200, 83_250, 280, 50)),
    product("CAN-REFILL", "@SUM(A1:A9) refill, soy wax", (990, 30_250, 200, 66)),
    product("TEA-BLACK", "Black tea, 100 g", (890, 27_250, 140, 125)),
    product("TEA-GREEN", "Green tea, 100 g", (950, 31_500, 140, 92)),
    winter(product("TEA-HERBAL", "Herbal tea, 80 g", (850, 25_250, 120, 78))),
    product("TEA-SAMPLER", "Tea sampler, eight kinds", (2_100, 75_250, 260, 64)),
    product("TEA-POT", "Teapot, cast iron, 1.2 l", (7_400, 496_000, 2_600, 46)),
    product("TEA-TIN", "Tea tin", (1_250, 40_000, 150, 40)),
    product("TEA \"No. 9\", loose", "Tea \"No. 9\"; 100 g, loose\\", (1_150, 36_250, 140, 18)),
    summer(product("GLS-CARAFE", "Carafe, 1 l", (3_600, 140_000, 800, 36))),
    summer(product("GLS-TUMBLER-4", "Tumbler, set of four", (4_400, 174_250, 1_200, 40))),
    product("GLS-VASE", "كوب زجاجي / 玻璃花瓶 / Vase", (2_700, 0, 600, 16)),
    product("GLS-JAR", LONG_TITLE, (2_350, 89_750, 750, 34)),
    product("-1+1", "+49 glass straws & brush", (1_290, 41_500, 180, 24)),
    product("GLS-0012", "0012", (1_590, 55_000, 260, 12)),
];

/// Its title changes half-way, as titles do.
pub const MUG_RENAMED: &str = "MUG-HARBOUR-BLUE";
pub const MUG_NEW_TITLE: &str = "Harbour mug, blue (0.3 l)";
/// Given away: no price, but a cost.
pub const SAMPLE_SKU: &str = "SAMPLE-TEA";
pub const SAMPLE_TITLE: &str = "Tea sample, free";
pub const SAMPLE_COST_E4: i64 = 4_200;
pub const GIFT_CARD_SKU: &str = "GIFT-CARD";

impl Product {
    fn pull_in(&self, month: u32) -> i64 {
        self.pull * self.season.per_cent(month)
    }
}

/// A product as often as buyers take it in that month.
pub fn draw(chance: &mut Chance, month: u32) -> &'static Product {
    &PRODUCTS[chance.weighted(PRODUCTS.iter().map(|product| product.pull_in(month)))]
}
