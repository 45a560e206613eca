//! New orders within a minute, where the seller has a queue of his own at AWS: Amazon puts a word
//! there for each order that changes, and the order itself is asked for by its number. A word is
//! taken off the queue only after what it led to has been kept. Without a queue there is nothing
//! to do; the list of orders tells everything a few minutes later.

mod sign;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call;
use super::orders;
use crate::connectors::contract::{Cursor, Document, Page, Problem};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Method, Refusal};
use sign::Queue;

const NOTIFICATION: &str = "ORDER_CHANGE";
/// Words that one call gives out.
const WORDS_MAX: u32 = 10;
/// For so long a word that we were given is hidden from others.
const HIDDEN_S: u32 = 300;
const PLACE_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    /// The queue that Amazon was told of.
    told: String,
    /// Marks of the words that are done.
    done: Vec<String>,
}

#[derive(Deserialize)]
struct Received {
    #[serde(rename = "Messages", default)]
    messages: Option<Vec<Message>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    receipt_handle: String,
    body: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Word {
    #[serde(alias = "notificationType")]
    notification_type: String,
    #[serde(alias = "payload")]
    payload: Payload,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Payload {
    order_change_notification: Option<OrderChange>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct OrderChange {
    amazon_order_id: String,
}

/// # Errors
/// As `call::send`; `Auth` never: what is wrong with the queue stops this stream alone.
pub fn pull(ctx: &Ctx<'_>, from: &Cursor) -> Result<Page, Fault> {
    let Some(url) = ctx.account.setting("queue_url") else {
        return Ok(Page { next: from.clone(), ..Page::default() });
    };
    let Some(queue) = Queue::parse(url) else {
        let what = "The address of the queue is none such as \
            https://sqs.eu-west-1.amazonaws.com/123456789012/orders.";
        return Err(Fault::refused(0, what));
    };
    let is_given = |key: &str| ctx.secrets.find(key).is_some();
    if !is_given("aws_key_id") || !is_given("aws_secret_key") {
        let what = "The queue has an address but not both of its keys. Connect the account again.";
        return Err(Fault::refused(0, what));
    }
    let place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    if place.told != url {
        subscribe(ctx, &queue).map_err(stop_alone)?;
    }
    if !place.done.is_empty() {
        take_off(ctx, &queue, &place.done)?;
    }
    let messages = receive(ctx, &queue)?;
    let mut numbers: Vec<String> = messages.iter().filter_map(order_of).collect();
    numbers.sort();
    numbers.dedup();
    let mut documents: Vec<Document> = Vec::with_capacity(numbers.len());
    for number in &numbers {
        documents.push(fetch(ctx, number)?);
    }
    let done: Vec<String> = messages.into_iter().map(|message| message.receipt_handle).collect();
    let more = !done.is_empty();
    let next = Place { told: url.to_owned(), done };
    Ok(Page { documents, next: Cursor::write(PLACE_VERSION, &next)?, more, ..Page::default() })
}

fn receive(ctx: &Ctx<'_>, queue: &Queue<'_>) -> Result<Vec<Message>, Fault> {
    let body = json!({
        "QueueUrl": queue.url, "MaxNumberOfMessages": WORDS_MAX, "VisibilityTimeout": HIDDEN_S,
        "WaitTimeSeconds": 0,
    });
    let request = queue.call(ctx, ("ReceiveMessage", &body))?;
    let received: Received = ctx.http.send_as(request, &judge)?.json()?;
    Ok(received.messages.unwrap_or_default())
}

fn take_off(ctx: &Ctx<'_>, queue: &Queue<'_>, done: &[String]) -> Result<(), Fault> {
    let entries: Vec<_> = done
        .iter()
        .enumerate()
        .map(|(index, handle)| json!({"Id": index.to_string(), "ReceiptHandle": handle}))
        .collect();
    let body = json!({"QueueUrl": queue.url, "Entries": entries});
    let request = queue.call(ctx, ("DeleteMessageBatch", &body))?;
    match ctx.http.send_as(request, &judge) {
        // A mark that has run out: the word comes again, and leads to what is known.
        Ok(_) | Err(Fault::Refused { status: 400, .. }) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// The account sells on, whatever becomes of its queue.
fn stop_alone(fault: Fault) -> Fault {
    match fault {
        Fault::Auth { hint } => Fault::refused(403, hint),
        other => other,
    }
}

/// A queue that refuses us stops this stream, never the account.
fn judge(refusal: &Refusal) -> Option<Fault> {
    let is_closed = matches!(refusal.status, 401 | 403);
    is_closed.then(|| {
        Fault::refused(
            refusal.status,
            "AWS does not let us read the queue; check the two keys and what they may do \
             (sqs:ReceiveMessage, sqs:DeleteMessage).",
        )
    })
}

/// The order that a word is about; any other word is taken off and leads to nothing.
fn order_of(message: &Message) -> Option<String> {
    let word: Word = serde_json::from_str(&message.body).ok()?;
    let change = word.payload.order_change_notification?;
    let number = change.amazon_order_id.trim().to_owned();
    (word.notification_type == NOTIFICATION && !number.is_empty()).then_some(number)
}

fn fetch(ctx: &Ctx<'_>, number: &str) -> Result<Document, Fault> {
    match orders::find(ctx, number) {
        Err(Fault::Refused { status: status @ (400 | 404), what }) => {
            let path = format!("order (status {status})");
            let problems = vec![Problem::Unread { path, what }];
            Ok(Document { key: number.to_owned(), problems, ..Document::default() })
        }
        other => other,
    }
}

#[derive(Deserialize)]
struct Created {
    payload: Option<Destination>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    payload: Option<Vec<Destination>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    destination_id: String,
    resource: Option<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    sqs: Option<Sqs>,
}

#[derive(Deserialize)]
struct Sqs {
    arn: String,
}

/// Tells Amazon of the queue, unless it knows of it.
fn subscribe(ctx: &Ctx<'_>, queue: &Queue<'_>) -> Result<(), Fault> {
    let arn = queue.arn();
    let path = "/notifications/v1/destinations";
    let list = call::request(ctx, (Method::Get, "notifications"), path)?;
    let listed: Listed = call::send_grantless(ctx, list)?.json()?;
    let is_ours = |one: &Destination| {
        one.resource.as_ref().and_then(|it| it.sqs.as_ref()).is_some_and(|sqs| sqs.arn == arn)
    };
    let known = listed.payload.unwrap_or_default().into_iter().find(is_ours);
    let id = match known {
        Some(known) => known.destination_id,
        None => {
            let body = json!({"name": "Purser", "resourceSpecification": {"sqs": {"arn": arn}}});
            let request = call::request(ctx, (Method::Post, "notifications"), path)?.json(&body);
            let created: Created = call::send_grantless(ctx, request)?.json()?;
            let created = created.payload.map(|payload| payload.destination_id);
            created.ok_or_else(|| Fault::drift("payload.destinationId", "The id is missing."))?
        }
    };
    let body = json!({"payloadVersion": "1.0", "destinationId": id});
    let path = format!("/notifications/v1/subscriptions/{NOTIFICATION}");
    let request = call::request(ctx, (Method::Post, "notifications"), &path)?.json(&body);
    match call::send(ctx, request) {
        // There is one already.
        Ok(_) | Err(Fault::Refused { status: 409, .. }) => Ok(()),
        Err(fault) => Err(fault),
    }
}
