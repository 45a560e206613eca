//! How values of `base` look in a column: instants are integer microseconds, days integer days,
//! ids integers, currencies and zones their names, decimals their text.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};

use crate::base::id::{
    AccountId, AdSpendId, ChangeId, CostId, CustomerId, DriftId, ExpenseId, ImportId, JobId,
    LocationId, LotId, MailId, OrderId, PayoutId, PlaceId, PushId, RequestId, ScenarioId,
    StockActionId, StockEventId, StockListingId, StocktakeId, StoreId, StreamId, UserId, VariantId,
};
use crate::base::id::{
    PurchaseOrderId, PurchaseReceiptId, PurchasingLogId, SupplierId, TransferId, TransferStepId,
};
use crate::base::{Currency, Day, Decimal, Instant, Zone};

macro_rules! whole_number {
    ($($name:ident),* $(,)?) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::Owned(Value::Integer(i64::from(self.0))))
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                FromSql::column_result(value).map(Self)
            }
        }
    )*};
}

whole_number!(
    Instant,
    Day,
    StoreId,
    OrderId,
    VariantId,
    CustomerId,
    ImportId,
    JobId,
    UserId,
    CostId,
    ExpenseId,
    AdSpendId,
    PayoutId,
    PlaceId,
    ScenarioId,
    ChangeId,
    AccountId,
    StreamId,
    RequestId,
    LocationId,
    LotId,
    StockActionId,
    StocktakeId,
    MailId,
    StockEventId,
    StockListingId,
    PushId,
    DriftId,
);

whole_number!(
    SupplierId,
    PurchaseOrderId,
    PurchaseReceiptId,
    TransferId,
    TransferStepId,
    PurchasingLogId,
);

impl ToSql for Currency {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.code()))
    }
}

impl FromSql for Currency {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse(value.as_str()?).map_err(FromSqlError::other)
    }
}

impl ToSql for Decimal {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.to_string()))
    }
}

impl FromSql for Decimal {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse(value.as_str()?).map_err(FromSqlError::other)
    }
}

impl ToSql for Zone {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.name()))
    }
}

impl FromSql for Zone {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse(value.as_str()?).map_err(FromSqlError::other)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn round<T: ToSql + FromSql>(value: &T) -> T {
        let conn = Connection::open_in_memory().unwrap();
        conn.query_row("SELECT ?1", [value], |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_value_comes_back_as_it_went() {
        let instant = Instant::parse("2026-03-31T23:30:00.123456Z").unwrap();
        assert_eq!(round(&instant), instant);
        let day = Day::parse("2026-11-20").unwrap();
        assert_eq!(round(&day), day);
        let currency = Currency::parse("EUR").unwrap();
        assert_eq!(round(&currency), currency);
        let decimal = Decimal::parse("123456789012.000000000001").unwrap();
        assert_eq!(round(&decimal), decimal);
        let zone = Zone::parse("Europe/Tallinn").unwrap();
        assert_eq!(round(&zone), zone);
        assert_eq!(round(&OrderId(7)), OrderId(7));
    }

    #[test]
    fn what_is_no_such_value_is_an_error() {
        let conn = Connection::open_in_memory().unwrap();
        assert!(conn.query_row("SELECT 'eur'", [], |row| row.get::<_, Currency>(0)).is_err());
        assert!(conn.query_row("SELECT 1.5", [], |row| row.get::<_, Decimal>(0)).is_err());
        assert!(conn.query_row("SELECT 99999999999", [], |row| row.get::<_, Day>(0)).is_err());
    }
}
