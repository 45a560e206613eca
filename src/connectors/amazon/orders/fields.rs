//! The columns of the All Orders report, in English and in Spanish.

use crate::connectors::kit::sheet::Field;

pub const ORDER: usize = 0;
pub const PURCHASED: usize = 1;
pub const STATUS: usize = 2;
pub const SKU: usize = 3;
pub const QUANTITY: usize = 4;
pub const PRICE: usize = 5;
pub const NUMBER: usize = 6;
pub const UPDATED: usize = 7;
pub const FULFILMENT: usize = 8;
pub const CHANNEL: usize = 9;
pub const TITLE: usize = 10;
pub const ITEM_STATUS: usize = 11;
pub const CURRENCY: usize = 12;
pub const TAX: usize = 13;
pub const SHIPPING: usize = 14;
pub const SHIPPING_TAX: usize = 15;
pub const WRAP: usize = 16;
pub const WRAP_TAX: usize = 17;
pub const DISCOUNT: usize = 18;
pub const SHIPPING_DISCOUNT: usize = 19;
pub const REGION: usize = 20;
pub const COUNTRY: usize = 21;
pub const ITEM: usize = 22;
pub const TAX_MODEL: usize = 23;
pub const TAX_PARTY: usize = 24;
pub const REPLACEMENT: usize = 25;
pub const PRICE_WITHOUT_VAT: usize = 26;

pub static FIELDS: [Field; 28] = [
    Field::required(&["amazon-order-id", "identificador-del-pedido-de-amazon"]),
    Field::required(&["purchase-date", "fecha-de-la-compra"]),
    Field::required(&["order-status", "estado-del-pedido"]),
    Field::required(&["sku"]),
    Field::required(&["quantity", "quantity-purchased", "cantidad"]),
    Field::required(&["item-price", "item price", "precio-del-articulo"]).amount(),
    Field::optional(&[
        "merchant-order-id",
        "merchant order-id",
        "identificador-del-pedido-del-comerciante",
    ]),
    Field::optional(&["last-updated-date", "fecha-de-la-ultima-actualizacion"]),
    Field::optional(&["fulfillment-channel", "canal-de-gestion-logistica"]),
    Field::optional(&["sales-channel", "canal-de-venta"]),
    Field::optional(&["product-name", "nombre-del-producto"]),
    Field::optional(&["item-status", "estado-del-articulo"]),
    Field::optional(&["currency", "divisa"]),
    Field::optional(&["item-tax", "impuesto-del-articulo"]).amount(),
    Field::optional(&["shipping-price", "precio-del-envio"]).amount(),
    Field::optional(&["shipping-tax", "impuesto-del-envio"]).amount(),
    Field::optional(&["gift-wrap-price", "precio-del-envoltorio"]).amount(),
    Field::optional(&["gift-wrap-tax", "impuesto-del-envoltorio"]).amount(),
    Field::optional(&["item-promotion-discount", "descuento-promocional-del-articulo"]).amount(),
    Field::optional(&["ship-promotion-discount", "descuento-promocional-del-envio"]).amount(),
    Field::optional(&["ship-state", "provincia-de-envio"]),
    Field::optional(&["ship-country", "pais-de-envio"]),
    Field::optional(&["order-item-id", "amazon-order-item-id"]),
    Field::optional(&["tax-collection-model"]),
    Field::optional(&["tax-collection-responsible-party"]),
    Field::optional(&["is-replacement-order"]),
    Field::optional(&["vat-exclusive-item-price"]).amount(),
    Field::ignored(&[
        "order-channel",
        "canal-del-pedido",
        "ship-service-level",
        "nivel-de-servicio-de-envio",
        "asin",
        "number-of-items",
        "url",
        "address-type",
        "ship-city",
        "ciudad-de-envio",
        "ship-postal-code",
        "codigo-postal-de-envio",
        "promotion-ids",
        "identificadores-de-promocion",
        "item-promotion-id",
        "ship-promotion-id",
        "cpf",
        "payment-method",
        "payment-method-details",
        "payment-method-fee",
        "cod-collectible-amount",
        "already-paid",
        "item-extensions-data",
        "is-business-order",
        "es-pedido-de-empresa",
        "purchase-order-number",
        "numero-de-orden-de-compra",
        "price-designation",
        "designacion-de-precio",
        "fulfilled-by",
        "buyer-company-name",
        "buyer-cst-number",
        "buyer-vat-number",
        "buyer-tax-registration-id",
        "buyer-tax-registration-country",
        "buyer-tax-registration-type",
        "buyer-identification-number",
        "buyer-identification-type",
        "customized-url",
        "customized-page",
        "is-heavy-or-bulky",
        "is-exchange-order",
        "original-order-id",
        "is-amazon-invoiced",
        "vat-exclusive-shipping-price",
        "vat-exclusive-giftwrap-price",
        "licensee-name",
        "license-number",
        "license-state",
        "license-expiration-date",
        "is-iba",
        "is-buyer-requested-cancellation",
        "buyer-requested-cancel-reason",
        "is-transparency",
        "ioss-number",
        "deemed-reseller-category",
        "order-invoice-type",
        "signature-confirmation-recommended",
        "se-recomienda-confirmacion-de-firma",
    ]),
];
