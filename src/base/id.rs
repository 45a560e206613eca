//! Newtype ids: a bare integer is never an id.

macro_rules! id {
    ($($name:ident),* $(,)?) => {$(
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

id!(
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
    StockEventId,
    StockListingId,
    PushId,
    DriftId,
    StocktakeId,
);

id!(SupplierId, PurchaseOrderId, PurchaseReceiptId, TransferId, TransferStepId, PurchasingLogId,);

id!(MailId, NoteId, NoteFileId,);
